"""The worker: one process that keeps the flows loaded, runs their segments in threads, and sets right what is amiss."""

import asyncio
import logging
import os
import signal
import socket
import threading
from contextlib import suppress
from functools import partial

import anyio
import anyio.abc
import anyio.to_thread
import httpx
from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.flow_engine import run_flow
from prefect.flows import load_flow_from_flow_run
from prefect.workers.base import BaseJobConfiguration, BaseVariables, BaseWorker, BaseWorkerResult
from sqlalchemy.exc import OperationalError

from deployments.reconciler import reconcile
from deployments.runs import CASE_DEPLOYMENT
from deployments.segments import run_segment, without_heartbeats
from deployments.waker import Waker
from tasks.lease import give_up_lease, hold_lease

log = logging.getLogger("zhiyong.worker")

POOL = "zhiyong"
THREADS = 16
RECONCILE_EVERY = 60.0
LEASE_EVERY = 5.0


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
        if flow_run.parameters.keys() == {"number"}:
            await anyio.to_thread.run_sync(run_segment, flow_run)
        else:
            flow = await load_flow_from_flow_run(flow_run)
            await anyio.to_thread.run_sync(partial(_run_whole, flow, flow_run))
        return BaseWorkerResult(status_code=0, identifier=str(os.getpid()))


def _run_whole(flow: Flow[..., object], flow_run: FlowRun) -> None:
    run_flow(flow, flow_run=flow_run, parameters=flow_run.parameters, return_type="state")


def keep_right(stop: threading.Event) -> None:
    """Reconcile at the start and every minute; the first time look at everything."""
    everything = True
    while not stop.is_set():
        try:
            with get_client(sync_client=True) as client:
                deployment = client.read_deployment_by_name(CASE_DEPLOYMENT).id
                reconcile(client, deployment, everything=everything)
            everything = False
        except (httpx.HTTPError, OperationalError) as trouble:
            log.warning("cannot reconcile: %s", type(trouble).__name__)
            stop.wait(2.0)
            continue
        stop.wait(RECONCILE_EVERY)


def keep_lease(stop: threading.Event, waker: Waker) -> None:
    """Tell the ledger every few seconds that this worker is alive, and how much it does."""
    name = worker_name()
    while not stop.is_set():
        with suppress(OperationalError):
            hold_lease(name, running=waker.running)
        stop.wait(LEASE_EVERY)
    with suppress(OperationalError):
        give_up_lease(name)


def worker_name() -> str:
    """Return the name under which this process shows in the UI and in `zhiyong status`."""
    return f"{socket.gethostname()}-{os.getpid()}"


async def work() -> None:
    """Work until SIGINT or SIGTERM; what was begun is ended first."""
    without_heartbeats()
    stop = threading.Event()
    waker = Waker(threads=THREADS, run=run_segment)
    worker = SegmentWorker(work_pool_name=POOL, name=worker_name())
    polling = asyncio.create_task(worker.start(printer=lambda *_: None))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, polling.cancel)
    keepers = [
        threading.Thread(target=keep_right, args=(stop,)),
        threading.Thread(target=keep_lease, args=(stop, waker)),
    ]
    waker.start()
    for keeper in keepers:
        keeper.start()
    try:
        await polling
    except asyncio.CancelledError:
        log.info("stopping")
    finally:
        stop.set()
        await anyio.to_thread.run_sync(waker.stop)
        for keeper in keepers:
            await anyio.to_thread.run_sync(keeper.join)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asyncio.run(work())
