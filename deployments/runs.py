"""A case's run in Prefect: found, made anew where it cannot go on, woken and claimed; the ledger keeps its id."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pendulum
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.responses import DeploymentResponse, OrchestrationResult, SetStateStatus
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Crashed, Pending, Scheduled
from sqlalchemy.orm import Session

from flows.conductor import take_what_was_typed
from models.case import Case
from settings import settings

CASE_DEPLOYMENT = "问题办理/case"

# So long a run may be claimed or running before its walk holds the case's lock; after that its worker is gone.
GRACE = timedelta(seconds=15)
GRACE_OF_STOCK_WORKERS = timedelta(minutes=10)  # they start a process or a container between claim and walk
_UNDER_WAY = {StateType.PENDING, StateType.RUNNING, StateType.CANCELLING}


class UnderWay(Exception):
    """Somebody is at the case; it must be looked at again."""


def run_to_go_on(
    client: SyncPrefectClient, session: Session, case: Case, *, deployment: DeploymentResponse
) -> FlowRun | None:
    """Return the case's run, scheduled to go on now; a new one where it has none that can go on.

    None where the case is closed and its run has ended. The caller holds the case's lock.
    Raises UnderWay where a worker has claimed the run.
    """
    run = read_run(client, case.run_id)
    while True:
        if run is not None and is_abandoned(run):
            _give_up(client, run)
        if run is not None and is_stranded(run, deployment):
            _retire(client, run)
        if not case.is_open or (run is not None and not has_ended(run) and run.parameters == _parameters(case)):
            break
        if run is not None and has_ended(run):
            take_what_was_typed(case.number, run.id)
        run = _new_run(client, session, case, deployment=deployment)
    if run is None or has_ended(run):
        return None
    if is_under_way(run) or not _schedule(client, run):
        raise UnderWay
    return run


def read_run(client: SyncPrefectClient, run_id: UUID | None) -> FlowRun | None:
    """Return a run as it is now; None where there is none, or Prefect has lost it."""
    if run_id is None:
        return None
    try:
        return client.read_flow_run(run_id)
    except ObjectNotFound:
        return None


def claim_run(client: SyncPrefectClient, run: FlowRun) -> bool:
    """Take a scheduled run for this worker; of several who try, one gets it."""
    return _accepted(client, run, Pending())


def has_ended(run: FlowRun) -> bool:
    """Whether a run will never go on: completed, or cancelled by an administrator, who stops a run and no case."""
    return _state(run).type in {StateType.COMPLETED, StateType.CANCELLED}


def has_failed(run: FlowRun) -> bool:
    """Whether a run's last walk failed, or its worker was gone."""
    return _state(run).type in {StateType.FAILED, StateType.CRASHED}


def rests(run: FlowRun) -> bool:
    """Whether a run waits for somebody."""
    return _state(run).type is StateType.PAUSED


def is_scheduled(run: FlowRun) -> bool:
    """Whether a run waits for a worker."""
    return _state(run).type is StateType.SCHEDULED


def is_stranded(run: FlowRun, deployment: DeploymentResponse) -> bool:
    """Whether today's workers would not get a run: the deployment is a new one, or it was moved to another pool."""
    gone = (run.deployment_id, run.work_pool_name) != (deployment.id, deployment.work_pool_name)
    return gone and not is_under_way(run) and not has_ended(run)


def is_under_way(run: FlowRun) -> bool:
    """Whether a worker has claimed a run, or an administrator wants one stopped that is claimed."""
    return _state(run).type in _UNDER_WAY


def is_abandoned(run: FlowRun) -> bool:
    """Whether the worker of a run that is under way is gone, for a caller who knows that nobody walks the case."""
    state = _state(run)
    starting = state.type is StateType.PENDING and settings().work_pool is not None
    grace = GRACE_OF_STOCK_WORKERS if starting else GRACE
    return state.type in _UNDER_WAY and state.timestamp < pendulum.now("UTC") - grace


def _give_up(client: SyncPrefectClient, run: FlowRun) -> None:
    """Say of an abandoned run that it is dead, so that it can be woken again, or another made."""
    cancelled = _state(run).type is StateType.CANCELLING
    _accepted(client, run, Cancelled() if cancelled else Crashed(message="执行进程已消失"))


def _retire(client: SyncPrefectClient, run: FlowRun) -> None:
    """End a stranded run; the case gets another."""
    _accepted(client, run, Cancelled(message="部署或工作池已更换，由新的运行接续"))


def _new_run(client: SyncPrefectClient, session: Session, case: Case, *, deployment: DeploymentResponse) -> FlowRun:
    """Make the case's next run; made twice for the same epoch, it is the same run."""
    case.epoch += 1
    run = client.create_flow_run_from_deployment(
        deployment.id,
        name=case.number,
        parameters=_parameters(case),
        idempotency_key=f"case:{case.id}:{case.epoch}",
        state=Scheduled(),
        tags=[case.status.label],
    )
    case.run_id = run.id
    session.flush()
    return run


def _parameters(case: Case) -> dict[str, Any]:
    return {"number": case.number}


def _schedule(client: SyncPrefectClient, run: FlowRun) -> bool:
    return is_scheduled(run) or _accepted(client, run, Scheduled(name="Resuming"))


def _accepted(client: SyncPrefectClient, run: FlowRun, state: State[Any]) -> bool:
    """Propose a state; where Prefect takes it, it is the run's."""
    answer: OrchestrationResult[Any] = client.set_flow_run_state(run.id, state)
    if answer.status is not SetStateStatus.ACCEPT:
        return False
    run.state = answer.state
    return True


def _state(run: FlowRun) -> State[Any]:
    assert run.state is not None
    return run.state
