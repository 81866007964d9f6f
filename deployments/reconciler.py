"""Setting right what accidents leave between ledger and Prefect: each open case has one live run, and it is not behind.

The wakers do it: all that is changed here are wake-ups and the counts of failures.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound
from sqlalchemy import or_, select

from deployments.runs import (
    CASE_DEPLOYMENT,
    has_ended,
    has_failed,
    is_abandoned,
    is_scheduled,
    is_stranded,
    is_under_way,
    rests,
)
from models.case import MOST_FAILURES, Case
from models.database import transaction
from models.outbox import BULK, WakeUp, wake
from tasks.case_lock import walked_cases
from tasks.standing import is_behind

log = logging.getLogger("zhiyong.worker")

PAGE = 200
NOT_AT_REST = [
    StateType.PENDING,
    StateType.RUNNING,
    StateType.CANCELLING,
    StateType.CANCELLED,
    StateType.FAILED,
    StateType.CRASHED,
]


@dataclass
class Reconciled:
    """What a pass found. undecided: runs under way that nobody walks, but whose worker may only be slow."""

    open_cases: int = 0
    started: int = 0
    already_running: int = 0
    undecided: int = 0

    def as_dict(self) -> dict[str, int]:
        """Return it as `zhiyong rebuild` prints it."""
        return {"open_cases": self.open_cases, "started": self.started, "already_running": self.already_running}


@dataclass(frozen=True, kw_only=True)
class _Look:
    """One case in a pass.

    run: None where it rests, or is lost. lost: Prefect has no run of it. stranded: its run waits for a worker where
    none comes. behind: the ledger has moved on since the run came to rest. walked: somebody is at it now.
    waited_for: a wake-up is in the outbox.
    """

    id: int
    is_open: bool
    failures: int
    run: FlowRun | None
    lost: bool
    stranded: bool
    behind: bool
    walked: bool
    waited_for: bool

    @property
    def alone(self) -> bool:
        """Whether its run is under way, but nobody walks."""
        return self.run is not None and is_under_way(self.run) and not self.walked

    @property
    def failed(self) -> bool:
        """Whether its last walk came to no end."""
        return self.run is not None and (has_failed(self.run) or (self.alone and is_abandoned(self.run)))

    @property
    def without_run(self) -> bool:
        """Whether nothing of it would ever go on by itself."""
        over = self.lost or self.stranded or (self.run is not None and has_ended(self.run))
        return self.failed or (self.is_open and over)

    @property
    def amiss(self) -> bool:
        """Whether it must be woken."""
        return self.without_run or (self.behind and (self.run is None or not is_under_way(self.run)))

    def failures_now(self, *, second_chance: bool) -> int:
        """Count its walks that failed in a row; one that waits to be tried again was counted before."""
        if second_chance or (self.run is not None and rests(self.run)):
            return 0
        counts = self.failed and not self.waited_for and self.failures < MOST_FAILURES
        return self.failures + counts


def reconcile(
    client: SyncPrefectClient, deployment: DeploymentResponse, *, everything: bool = False, second_chance: bool = False
) -> Reconciled:
    """Wake each case whose run is missing, dead, ended or behind the ledger.

    everything: ask Prefect for the run of every open case, not only for those that are not at rest.
    second_chance: also wake the cases that were left to an administrator after too many failures.
    """
    done = Reconciled()
    for look in _look(client, deployment, everything=everything):
        failures = look.failures_now(second_chance=second_chance)
        left_alone = look.failed and failures >= MOST_FAILURES
        if left_alone and failures != look.failures:
            log.error("the walk of case %s failed %s times; it is left to an administrator", look.id, failures)
        waken = look.amiss and not look.waited_for and not left_alone
        if waken or failures != look.failures:
            _note(look.id, failures=failures, wake_up=waken)
        done.undecided += look.alone and not look.failed
        if look.is_open:
            starts = waken or (look.without_run and look.waited_for)
            done.open_cases += 1
            done.started += starts
            done.already_running += not starts
    return done


def case_deployment(client: SyncPrefectClient) -> DeploymentResponse:
    """Return the deployment of the cases; where somebody has deleted it, it is registered again."""
    try:
        return client.read_deployment_by_name(CASE_DEPLOYMENT)
    except ObjectNotFound:
        from deployments.schedules import register  # which knows the worker

        register()
        return client.read_deployment_by_name(CASE_DEPLOYMENT)


def _look(client: SyncPrefectClient, deployment: DeploymentResponse, *, everything: bool) -> Iterator[_Look]:
    """Look at all open cases, and at closed ones whose run has not come to its end."""
    walked = walked_cases()  # before the runs: a walk that ends meanwhile is then not taken for dead
    runs = _runs_not_at_rest(client, deployment.id)
    with transaction() as session:
        cases = session.execute(
            select(Case.id, Case.is_open, Case.failures, Case.run_id).where(or_(Case.is_open, Case.run_id.in_(runs)))
        ).all()
        waited_for = set(session.scalars(select(WakeUp.case_id).distinct()))
        behind = set(session.scalars(select(Case.id).where(Case.is_open, is_behind())))
    runs |= _runs(client, [each.run_id for each in cases if each.run_id and (everything or each.failures)])
    for case in cases:
        run = runs.get(case.run_id) if case.run_id else None
        yield _Look(
            id=case.id,
            is_open=case.is_open,
            failures=case.failures,
            run=run,
            lost=case.run_id is None or (everything and run is None),
            stranded=run is not None and is_scheduled(run) and is_stranded(run, deployment),
            behind=case.id in behind,
            walked=case.id in walked,
            waited_for=case.id in waited_for,
        )


def _note(case_id: int, *, failures: int, wake_up: bool) -> None:
    with transaction() as session:
        session.get_one(Case, case_id, with_for_update=True).failures = failures
        if wake_up:
            wake(session, case_id, priority=BULK)


def _runs_not_at_rest(client: SyncPrefectClient, deployment: UUID) -> dict[UUID, FlowRun]:
    found: dict[UUID, FlowRun] = {}
    offset = 0
    while True:
        page = client.read_flow_runs(
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment])),
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=NOT_AT_REST))),
            limit=PAGE,
            offset=offset,
        )
        found |= {run.id: run for run in page}
        offset += PAGE
        if len(page) < PAGE:
            return found


def _runs(client: SyncPrefectClient, ids: Sequence[UUID]) -> dict[UUID, FlowRun]:
    found: dict[UUID, FlowRun] = {}
    for first in range(0, len(ids), PAGE):
        wanted = FlowRunFilter(id=FlowRunFilterId(any_=list(ids[first : first + PAGE])))
        found |= {run.id: run for run in client.read_flow_runs(flow_run_filter=wanted, limit=PAGE)}
    return found
