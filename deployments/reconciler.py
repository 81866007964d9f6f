"""Setting right what accidents leave between ledger and Prefect: each open case has one live run, and it is not behind.

The ledger is never changed by it, but for wake-ups and the notes on runs.
"""

import logging
from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import UUID

import pendulum
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Crashed
from sqlalchemy import select

from models.case import Case
from models.database import transaction
from models.outbox import BULK, WakeUp, wake
from tasks.case_lock import walked_cases
from tasks.standing import is_behind

log = logging.getLogger("zhiyong.worker")

GRACE = timedelta(seconds=10)  # a run may be Pending or Running so long before its walk holds the case's lock
MOST_FAILURES = 5  # walks that fail in a row before a case is left to an administrator
PAGE = 200


@dataclass
class Reconciled:
    """What a pass found and did; a case may count under more than one."""

    open_cases: int = 0
    started: int = 0
    already_running: int = 0

    def as_dict(self) -> dict[str, int]:
        """Return it as `zhiyong rebuild` prints it."""
        return asdict(self)


def reconcile(client: SyncPrefectClient, deployment: UUID, *, everything: bool = False) -> Reconciled:
    """Wake each open case whose run is missing, dead, ended or behind the ledger.

    everything: ask Prefect for the run of every open case, and give those that were left alone after repeated
    failures another chance; otherwise only for the runs that are not at rest.
    """
    amiss = _runs_not_at_rest(client, deployment)
    known = _all_run_ids(client, deployment) if everything else None
    walked = walked_cases()
    with transaction() as session:
        waited_for = set(session.scalars(select(WakeUp.case_id).distinct()))
        behind = set(session.scalars(select(Case.id).where(Case.is_open, is_behind())))
        cases = session.execute(select(Case.id, Case.run_id, Case.failures).where(Case.is_open)).all()
    done = Reconciled(open_cases=len(cases))
    for case_id, run_id, failures in cases:
        run = amiss.get(run_id) if run_id else None
        missing = run_id is None or (known is not None and run_id not in known)
        dead = run is not None and case_id not in walked and _is_dead(client, run)
        given_up = dead and failures >= MOST_FAILURES and not everything
        if given_up:
            log.error("case %s is left to an administrator after %s failures", case_id, failures)
        if (missing or dead or case_id in behind) and case_id not in waited_for and not given_up:
            _begin_anew(case_id, forget_run=missing, failures=0 if everything else failures + dead)
        if missing or dead or case_id in behind or case_id in waited_for:
            done.started += 1
        else:
            done.already_running += 1
    return done


def _begin_anew(case_id: int, *, forget_run: bool, failures: int) -> None:
    with transaction() as session:
        case = session.get_one(Case, case_id, with_for_update=True)
        case.failures = failures
        if forget_run:
            case.run_id = None
        wake(session, case_id, priority=BULK)


def _is_dead(client: SyncPrefectClient, run: FlowRun) -> bool:
    """Whether nobody runs it any more: failed or ended, or left Pending or Running by a worker that is gone."""
    assert run.state is not None
    if run.state.is_final():
        return True
    if run.state.timestamp > pendulum.now("UTC") - GRACE:
        return False
    client.set_flow_run_state(run.id, Crashed(message="执行进程已消失"), force=True)
    return True


def _runs_not_at_rest(client: SyncPrefectClient, deployment: UUID) -> dict[UUID, FlowRun]:
    states = [
        StateType.PENDING,
        StateType.RUNNING,
        StateType.FAILED,
        StateType.CRASHED,
        StateType.CANCELLED,
    ]
    return {run.id: run for run in _pages(client, deployment, states)}


def _all_run_ids(client: SyncPrefectClient, deployment: UUID) -> set[UUID]:
    return {run.id for run in _pages(client, deployment, list(StateType))}


def _pages(client: SyncPrefectClient, deployment: UUID, states: list[StateType]) -> list[FlowRun]:
    found: list[FlowRun] = []
    while True:
        page = client.read_flow_runs(
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment])),
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=states))),
            limit=PAGE,
            offset=len(found),
        )
        found += page
        if len(page) < PAGE:
            return found
