"""A case's run in Prefect: made, looked up, woken and claimed; the ledger keeps its id."""

from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.responses import OrchestrationResult, SetStateStatus
from prefect.exceptions import ObjectNotFound
from prefect.states import Pending, Scheduled
from sqlalchemy.orm import Session

from models.case import Case

CASE_DEPLOYMENT = "问题办理/case"


def run_of(client: SyncPrefectClient, case: Case) -> FlowRun | None:
    """Return the case's run as it is now; None where it has none, or Prefect has lost it."""
    if case.run_id is None:
        return None
    try:
        return client.read_flow_run(case.run_id)
    except ObjectNotFound:
        return None


def new_run(client: SyncPrefectClient, session: Session, case: Case, *, deployment: UUID) -> FlowRun:
    """Make the case's next run; made twice for the same epoch, it is the same run."""
    case.epoch += 1
    run = client.create_flow_run_from_deployment(
        deployment,
        name=case.number,
        parameters={"number": case.number},
        idempotency_key=f"case:{case.id}:{case.epoch}",
        state=Scheduled(),
        tags=[case.status.label],
    )
    case.run_id = run.id
    session.flush()
    return run


def wake_run(client: SyncPrefectClient, run: FlowRun) -> bool:
    """Schedule a run that rests, or failed, to go on now; False where it is on its way or at its end."""
    assert run.state is not None
    if run.state.type is StateType.SCHEDULED:
        return True
    if run.state.type not in (StateType.PAUSED, StateType.FAILED, StateType.CRASHED):
        return False
    answer: OrchestrationResult[Any] = client.set_flow_run_state(
        run.id, Scheduled(name="Resuming"), force=run.state.is_final()
    )
    return answer.status is SetStateStatus.ACCEPT


def claim_run(client: SyncPrefectClient, run: FlowRun) -> bool:
    """Take a scheduled run for this worker; of several who try, one gets it."""
    answer: OrchestrationResult[Any] = client.set_flow_run_state(run.id, Pending())
    if answer.status is not SetStateStatus.ACCEPT:
        return False
    run.state = answer.state
    return True
