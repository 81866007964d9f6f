"""Running one segment of a run in this process: the habits that Prefect does not promise stand here, and only here.

A segment is what a run does from a wake-up to its next suspension. Prefect's own runner starts a Python process for
each; here it runs in the calling thread, in a fraction of a second. The decision is docs/decisions/0007.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.context import SyncClientContext
from prefect.exceptions import Abort, Pause
from prefect.flow_engine import run_flow
from prefect.settings import get_current_settings

from flows.case import handle_case

log = logging.getLogger("zhiyong.worker")


def without_heartbeats() -> None:
    """Switch the heartbeats of runs off in this process: their thread is joined at a run's end, up to a second late.

    A dead worker's run is found by the case's lock instead (see runs.py).
    """
    get_current_settings().flows.heartbeat_frequency = None


@contextmanager
def one_client() -> Iterator[SyncPrefectClient]:
    """Have one client for all that this thread asks of Prefect, the segments that it runs included.

    Otherwise each segment makes one of its own: a TLS context, a connection, a question about CSRF tokens, 0.1 s.
    """
    with SyncClientContext() as context:
        yield context.client


def spared(flow: Flow[..., Any]) -> Flow[..., Any]:
    """Return the flow without what costs four requests a segment and brings a case nothing.

    That is: asking the server where results are kept (none are), and naming a run that was named when it was made.
    """
    plain = flow.with_options(persist_result=False, result_storage=get_current_settings().results.local_storage_path)
    plain.flow_run_name = None
    return plain


@cache
def case_flow() -> Flow[..., Any]:
    """Return the flow of the cases as segments run it."""
    return spared(handle_case)


def run_segment(flow_run: FlowRun, flow: Flow[..., Any] | None = None) -> None:
    """Run a flow, the cases' unless another is given, in this thread until it suspends or ends.

    The first habit: `run_flow` may be called outside Prefect's own runner, and raises Pause when the run suspends.
    The second: without a `deployment_id` no observer is started (a websocket a segment, 0.2 s) that would stop a
    running segment when somebody suspends it from outside; our segments are too short to be stopped.
    """
    alone = flow_run.model_copy(update={"deployment_id": None})
    try:
        run_flow(flow or case_flow(), flow_run=alone, parameters=flow_run.parameters)
    except Pause:
        return
    except Abort as aborted:
        log.info("run %s of %s was not begun: %s", flow_run.id, flow_run.name, aborted)
    except Exception:
        # The engine has set the run to Failed or Crashed where it could; the reconciler takes it from there.
        log.exception("a segment of %s failed", flow_run.name)
