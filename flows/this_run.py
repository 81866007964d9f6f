"""The run in Prefect that is under way in this thread, and what its timeline shows of what others did."""

from typing import Any

from prefect import Task
from prefect.client.orchestration import SyncPrefectClient
from prefect.context import FlowRunContext
from prefect.states import Completed, Running


def this_run() -> Any:
    """Return it; only a flow that Prefect runs may ask."""
    context = FlowRunContext.get()
    assert context is not None
    assert context.flow_run is not None
    return context.flow_run


def show_done(client: SyncPrefectClient, *, task: str, title: str, key: str) -> None:
    """Show as a task run what was done elsewhere; key: by which it is the same one when it is shown twice.

    It is recorded rather than called: what a call tells Prefect is on its way for a moment, and would be lost with a
    worker that is killed.
    """
    recorded = client.create_task_run(Task(_done, name=task), this_run().id, key, name=title, state=Running())
    client.set_task_run_state(recorded.id, Completed())


def _done() -> None:
    """Stand in the timeline for what somebody did; what he did is in the ledger."""
