"""The same flow under Prefect's own process worker: our worker only wakes and sets right."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from deployments import processes
from tests.live import asked, at_rest, come_in, give, run_of, states_of, timeline
from tests.running import RunningSystem

STOCK = "stock-worker"
SLOW = 120  # seconds: a Python process for each segment


@contextmanager
def stock_worker(system: RunningSystem) -> Iterator[None]:
    """Have the runs of the system in a pool of Prefect's process workers, with one such worker."""
    ours = system.settings
    system.stop_worker()
    system.settings = replace(ours, work_pool="stock")
    system.run("-m", "deployments.schedules")
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", "stock"]
    processes.start(system.settings, STOCK, command, environment=system.environment)
    system.start_worker()
    try:
        yield
    finally:
        system.stop_worker()
        processes.stop(system.settings, STOCK, patience=30)
        system.settings = ours
        system.run("-m", "deployments.schedules")
        system.start_worker()


def test_a_case_goes_on_under_prefects_own_worker_and_then_again_under_ours(system: RunningSystem) -> None:
    [number] = come_in()
    asked(number, "classification")
    at_rest(system, number)
    with stock_worker(system):
        give(number, "classification")
        asked(number, "receipt-1", within=SLOW)
        at_rest(system, number, within=SLOW)
        assert run_of(system, number).work_pool_name == "stock"
        assert "Failed" not in states_of(system, number)
        assert timeline(system, number) == ["classification"]
    give(number, "receipt-1")
    asked(number, "investigation-1")
    at_rest(system, number)
    assert run_of(system, number).work_pool_name == "zhiyong"
