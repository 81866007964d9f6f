"""From a person's answer to the next open step: our worker on an idle and on a busy system, and Prefect's own runner.

    .venv/bin/python -m benchmarks.latency

It starts a system in a home of its own on a free port, prints a Markdown table and removes all of it: some 5 minutes.
Seconds run from the commit of the answer until another connection sees the next assignment.
"""

import itertools
import os
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from deployments import processes, stack
from deployments.prefect_server import prefect_environment
from models.assignment import Assignment
from models.case import Case
from models.clock import now, today
from models.database import engine, transaction
from models.journal import Actor
from models.outbox import BULK, LIVE, WakeUp
from settings import Settings, settings
from tasks.answer import answer
from tasks.register import Report, register
from tasks.registry_file import load_registry

SAMPLE = Path(__file__).parents[1] / "deployments" / "sample" / "registry.xlsx"
STOCK = "stock"
QUEUED = 200  # messages of a file that is worked through while somebody answers

# A general report from the hotline, as far as its write-off: step, who answers, what.
PATH: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "classification",
        "OFF-01",
        {"outcome": "ACCEPT", "problem_class": "GENERAL", "grade": "DAILY", "unit": "U01", "summary": "窗口办事拖延"},
    ),
    ("receipt-1", "U01-03", {"received": True}),
    (
        "investigation-1",
        "U01-04",
        {
            "investigators": ["U01-04", "U01-05"],
            "finding": "SUBSTANTIATED",
            "nature": "DELAY",
            "facts": "窗口人员未在承诺期限内答复。",
            "heard_the_subject": True,
            "rectification": "限期办结并公开答复时限。",
            "rectification_deadline": "2035-12-31",
        },
    ),
    ("sign-off-1", "U01-01", {"agreed": True}),
    ("filing-1", "OFF-01", {"decision": "FILED"}),
    ("publication-1", "OFF-01", {"redacted_text": "经查属实，已整改。"}),
    ("publication-approval-1", "OFF-02", {"agreed": True, "url": "https://example.invalid/1"}),
    ("call-back-1", "OFF-01", {"result": "SATISFIED", "resolved": True, "attempts": 1}),
    ("write-off", "OFF-01", {"evidence": ["整改照片一组"]}),
)
_numbers = itertools.count(1)


def come_in(count: int = 1, *, priority: int = LIVE) -> list[str]:
    """Register reports; return the numbers of their cases."""
    with transaction() as session:
        return [
            register(
                session,
                Report(
                    source_number=f"{next(_numbers)}",
                    received_at=now(session),
                    subject="窗口办事拖延",
                    text="材料交了一个月没有回音。",
                    phone="13800001234",
                ),
                channel="DISTRICT_HEAD_LINE",
                actor=Actor(code="OFF-01"),
                priority=priority,
            ).case
            for _ in range(count)
        ]


class Watch:
    """Sees each step open, for everybody: one connection that looks every few milliseconds, so as to cost little."""

    EVERY = 0.005

    def __init__(self) -> None:
        """Begin to look."""
        self._open: dict[str, tuple[int, str]] = {}
        self._changed = threading.Condition()
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        query = select(Case.number, Assignment.id, Assignment.step).join(Assignment.case).where(Assignment.is_open)
        ledger = engine(settings().ledger_url)
        with (
            suppress(OperationalError),  # at the end
            ledger.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            while True:
                found = {number: (assignment, step) for number, assignment, step in connection.execute(query)}
                with self._changed:
                    if found != self._open:
                        self._open = found
                        self._changed.notify_all()
                time.sleep(self.EVERY)

    def next_step(self, number: str, *, after: str = "") -> tuple[int, str]:
        """Wait until a case has an open step other than the last; return its assignment and key."""

        def has_come() -> bool:
            return number in self._open and self._open[number][1] != after

        with self._changed:
            self._changed.wait_for(has_come)
            return self._open[number]

    def walk(self, number: str, *, pause: float = 0, steps: int = len(PATH)) -> list[float]:
        """Answer the first steps of a case, one after the other; return how long each took to bring the next."""
        seconds = []
        for step, officer, data in PATH[:steps]:
            assignment, opened = self.next_step(number)
            assert opened == step
            answer(assignment, data=data, actor=Actor(code=officer))
            begun = time.perf_counter()
            self.next_step(number, after=step)
            seconds.append(time.perf_counter() - begun)
            time.sleep(pause)
        return seconds

    def walk_together(self, people: int, cases: int) -> tuple[list[float], float]:
        """Let so many people answer without a pause, each in cases of his; return the seconds of each step, of all."""
        numbers = come_in(people * cases)
        drain()
        begun = time.perf_counter()
        with ThreadPoolExecutor(people) as pool:
            walked = list(pool.map(self.walk, numbers))
        return [each for one in walked for each in one], time.perf_counter() - begun


def drain() -> None:
    """Wait until the outbox is empty, and a moment more."""
    while True:
        with transaction() as session:
            if not session.scalar(select(func.count(WakeUp.id))):
                break
        time.sleep(0.1)
    time.sleep(2)


def row(what: str, seconds: Sequence[float], rate: str = "") -> None:
    """Print a line of the table."""
    ordered = sorted(seconds)
    ninth = ordered[int(0.9 * (len(ordered) - 1))]
    figures = [f"{each:.2f}" for each in (statistics.median(ordered), ninth, ordered[-1])]
    load = f"{os.getloadavg()[0]:.1f}"
    print("|", " | ".join([what, str(len(ordered)), *figures, rate, load]), "|", flush=True)  # noqa: T201


def measure_ours() -> float:
    """Measure our worker; return the median on an idle system."""
    watch = Watch()
    for number in come_in(2):
        watch.walk(number)  # what is only slow the first time
    drain()
    idle = [each for number in come_in(4) for each in watch.walk(number, pause=1)]
    row("our worker, idle", idle)
    for people, cases in ((1, 2), (4, 2), (16, 1)):
        seconds, total = watch.walk_together(people, cases)
        row(f"our worker, {people} at once", seconds, f"{len(seconds) / total:.1f}")
    numbers = come_in(2)
    drain()
    begun = time.perf_counter()
    come_in(QUEUED, priority=BULK)
    row(f"our worker, {QUEUED} new messages queued", [each for number in numbers for each in watch.walk(number)])
    drain()
    total = time.perf_counter() - begun
    row(f"those {QUEUED} messages", [total], f"{QUEUED / total:.1f}")
    return statistics.median(idle)


def measure_stock() -> float:
    """Measure Prefect's own process worker on the same deployment; return the median."""
    watch = Watch()
    [number] = come_in()
    watch.walk(number, steps=1)
    seconds = []
    for step, officer, data in PATH[1:7]:
        time.sleep(5)
        assignment, _ = watch.next_step(number)
        answer(assignment, data=data, actor=Actor(code=officer))
        begun = time.perf_counter()
        watch.next_step(number, after=step)
        seconds.append(time.perf_counter() - begun)
    row("Prefect's process worker, idle", seconds)
    return statistics.median(seconds)


@contextmanager
def stock_worker(here: Settings, port: int) -> Iterator[None]:
    """Have one of Prefect's process workers at work in the pool of that name."""
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", STOCK]
    processes.start(here, "stock-worker", command, environment=prefect_environment(here, port))
    try:
        yield
    finally:
        processes.stop(here, "stock-worker", patience=30)


def main() -> None:
    """Print the table, then how many times slower the stock runner is."""
    with tempfile.TemporaryDirectory(prefix="zhiyong-bench-") as home, socket.socket() as listener:
        Path(home).chmod(0o755)
        os.environ["ZHIYONG_HOME"] = home
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        listener.close()
        here = replace(settings(), database_url=None, prefect_api_url=None)
        console = Console(stderr=True)
        print("| what | steps | median s | p90 s | max s | per second | load |\n|---|---|---|---|---|---|---|")  # noqa: T201
        with stack.running(here, console=console, port=port):
            with transaction() as session:
                load_registry(session, SAMPLE, today=today(session))
            ours = measure_ours()
        os.environ["ZHIYONG_WORK_POOL"] = STOCK
        here = replace(here, work_pool=STOCK)
        with stack.running(here, console=console, port=port), stock_worker(here, port):
            stock = measure_stock()
        print(f"\nPrefect's own runner takes {stock / ours:.0f} times as long.")  # noqa: T201


if __name__ == "__main__":
    main()
