"""Running one segment of a case's run in this process: the two habits that Prefect does not promise stand here.

A segment is what a run does from a wake-up to its next suspension. Prefect's own runner starts a Python process for
each; here it runs in the calling thread, in a fraction of a second. The decision is in docs/decisions/.
"""

import logging

from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import Abort, Pause
from prefect.flow_engine import run_flow
from prefect.settings import get_current_settings

from flows.case import handle_case

log = logging.getLogger("zhiyong.worker")


def without_heartbeats() -> None:
    """Switch the heartbeats of runs off in this process: their thread is joined at a run's end, up to a second late.

    A dead worker's run is found by the case's lock instead (see reconciler.py).
    """
    get_current_settings().flows.heartbeat_frequency = None


def run_segment(flow_run: FlowRun) -> None:
    """Run a case's flow in this thread until it suspends or ends.

    The first habit: `run_flow` may be called outside Prefect's own runner, and raises Pause when the run suspends.
    The second: without a `deployment_id` no observer is started (a websocket a segment, 0.2 s) that would stop a
    running segment when somebody suspends it from outside; our segments are too short to be stopped.
    """
    alone = flow_run.model_copy(update={"deployment_id": None})
    try:
        run_flow(handle_case, flow_run=alone, parameters=flow_run.parameters)
    except Pause:
        return
    except Abort as aborted:
        log.info("run %s of %s was not begun: %s", flow_run.id, flow_run.name, aborted)
    except Exception:
        # The engine has set the run to Failed or Crashed where it could; the reconciler takes it from there.
        log.exception("a segment of %s failed", flow_run.name)
