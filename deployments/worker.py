"""The worker: one process that keeps the flows loaded, runs their segments in threads, and sets right what is amiss."""

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import anyio
import anyio.abc
import anyio.to_thread
import httpx
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.flows import load_flow_from_flow_run
from prefect.workers.base import BaseJobConfiguration, BaseVariables, BaseWorker, BaseWorkerResult
from sqlalchemy.exc import OperationalError

from deployments.campaigns import keep_campaigns
from deployments.reconciler import case_deployment, reconcile
from deployments.runs import GRACE
from deployments.segments import run_segment, without_heartbeats
from deployments.waker import Waker
from settings import settings
from tasks.deliver import deliver_due
from tasks.lease import give_up_lease, hold_lease

log = logging.getLogger("zhiyong.worker")

POOL = "zhiyong"
POLLED_AT_ONCE = 4  # runs that Prefect's polling brings; with the waker's threads they must not use up the connections
RECONCILE_EVERY, EVERYTHING_EVERY = 60.0, 10  # seconds; passes
LEASE_EVERY = 5.0
DELIVER_EVERY = 5.0
AFTER_TROUBLE = 2.0


class SegmentWorker(BaseWorker[BaseJobConfiguration, BaseVariables, BaseWorkerResult]):
    """A Prefect worker whose runs are threads of its own process; its pool shows in the UI like any other.

    What the waker has not claimed comes here by Prefect's own polling: a form filled in the UI, a schedule.
    """

    type = "zhiyong"
    job_configuration = BaseJobConfiguration
    job_configuration_variables = BaseVariables
    _description = "在本进程内逐段执行问题办理流程"

    async def run(
        self,
        flow_run: FlowRun,
        configuration: BaseJobConfiguration,
        task_status: anyio.abc.TaskStatus[int] | None = None,
    ) -> BaseWorkerResult:
        """Run a claimed run in a thread."""
        if task_status is not None:
            task_status.started(os.getpid())
        flow = await load_flow_from_flow_run(flow_run)
        await anyio.to_thread.run_sync(run_segment, flow_run, flow)
        return BaseWorkerResult(status_code=0, identifier=str(os.getpid()))


async def poll() -> None:
    """Take what Prefect hands out, for ever: its own loop gives up when the server is away for some minutes."""
    while True:
        worker = SegmentWorker(work_pool_name=POOL, name=worker_name(), limit=POLLED_AT_ONCE)
        try:
            await worker.start(printer=lambda *_: None)
        except Exception as trouble:
            log.warning("polling begins anew after %s", type(trouble).__name__)
        await asyncio.sleep(AFTER_TROUBLE)


class Reconciling:
    """Passes of the reconciler: at the start over everything, every minute over what is not at rest."""

    def __init__(self, waker: Waker) -> None:
        """Begin with everything; the waker is told of the deployment, which an administrator may have deleted."""
        self._waker = waker
        self._passes = 0

    def __call__(self) -> float:
        """Make a pass; return in how many seconds the next is due."""
        with get_client(sync_client=True) as client:
            self._waker.deployment = deployment = case_deployment(client)
            done = reconcile(client, deployment, everything=self._passes % EVERYTHING_EVERY == 0)
        self._passes += 1
        return GRACE.total_seconds() if done.undecided else RECONCILE_EVERY


def keep_lease(name: str, waker: Waker) -> float:
    """Tell the ledger that this worker is alive, and how much it does; return in how many seconds to say so again."""
    hold_lease(name, running=waker.running)
    return LEASE_EVERY


def deliver_notices(stop: threading.Event) -> float:
    """Send the notices that are due; return in how many seconds to look again."""
    deliver_due(stop=stop.is_set)
    return DELIVER_EVERY


def keep_doing(act: Callable[[], float], stop: threading.Event) -> None:
    """Do something now and whenever it is due, until the end; after trouble, soon again."""
    while not stop.is_set():
        try:
            pause = act()
        except (httpx.HTTPError, OperationalError) as missing:
            log.warning("a server is missing: %s", type(missing).__name__)
            pause = AFTER_TROUBLE
        except Exception:
            log.exception("%s failed", act)
            pause = AFTER_TROUBLE
        stop.wait(pause)


def worker_name() -> str:
    """Return the name under which this process shows in the UI and in `zhiyong status`."""
    return f"{socket.gethostname()}-{os.getpid()}"


async def work() -> None:
    """Work until SIGINT or SIGTERM; what was begun is ended first.

    Where the runs are left to stock workers of a pool of the user's, this process only wakes and sets right.
    """
    without_heartbeats()
    ours = settings().work_pool is None
    stop, ending = threading.Event(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    waker = Waker(stop=stop, run=run_segment if ours else None)
    keepers = [
        threading.Thread(target=keep_doing, args=(act, stop))
        for act in (
            Reconciling(waker),
            partial(keep_lease, worker_name(), waker),
            partial(deliver_notices, stop),
            keep_campaigns,
        )
    ]
    waker.start()
    for keeper in keepers:
        keeper.start()
    polling = asyncio.create_task(poll() if ours else ending.wait())
    await ending.wait()
    log.info("stopping")
    stop.set()
    polling.cancel()
    with suppress(asyncio.CancelledError):
        await polling
    await anyio.to_thread.run_sync(waker.join)
    for keeper in keepers:
        await anyio.to_thread.run_sync(keeper.join)
    with suppress(OperationalError):
        give_up_lease(worker_name())


if __name__ == "__main__":
    log.setLevel(logging.INFO)  # Prefect has set up the handlers, for warnings only
    asyncio.run(work())
