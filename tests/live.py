"""Cases of the running system: reports come in, officers answer, and only the worker walks."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import func, select

from models.assignment import Assignment
from models.case import Case
from models.clock import now, today
from models.database import transaction
from models.journal import Actor
from models.outbox import LIVE, WakeUp
from models.steps import STEPS
from tasks.answer import answer
from tasks.register import Report, register
from tests.office import CLERK, assignment_of, case_of, filled, open_steps, usual_officer
from tests.running import RunningSystem, until

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

_numbers = itertools.count(1)


def come_in(
    *, channel: str = "DISTRICT_HEAD_LINE", phone: str = "13800001234", count: int = 1, priority: int = LIVE
) -> list[str]:
    """Register reports, in one transaction; return the numbers of their cases."""
    with transaction() as session:
        return [
            register(
                session,
                Report(
                    source_number=f"live-{next(_numbers)}",
                    received_at=now(session),
                    subject="窗口办事拖延",
                    text="材料交了一个月没有回音。",
                    phone=phone,
                ),
                channel=channel,
                actor=Actor(code=CLERK),
                priority=priority,
            ).case
            for _ in range(count)
        ]


def give(number: str, step: str, **other: Any) -> None:
    """Answer a step that is open, in the usual way but for what is given; nobody walks here."""
    kind = next(name for name in sorted(STEPS, key=len, reverse=True) if step.startswith(name))
    with transaction() as session:
        day = today(session).isoformat()
    answer(assignment_of(number, step), data=filled(kind, day=day) | other, actor=Actor(code=usual_officer(kind)))


def asked(number: str, step: str, within: float = 30) -> None:
    """Wait until a step is open."""
    until(lambda: step in open_steps(number), within)


def pass_by(number: str, *steps: str, within: float = 30) -> None:
    """Answer one step after the other, each when it is open."""
    for step in steps:
        asked(number, step, within)
        give(number, step)


def run_of(system: RunningSystem, number: str) -> "FlowRun":
    """Return the case's run as Prefect has it."""
    run_id = case_of(number).run_id
    assert run_id is not None
    with system.client() as client:
        return client.read_flow_run(run_id)


def at_rest(system: RunningSystem, *numbers: str, within: float = 60) -> None:
    """Wait until nothing is left to do for the cases: each run is suspended, or the case is closed and it completed."""

    def rests(number: str) -> bool:
        with transaction() as session:
            case = session.scalars(select(Case).where(Case.number == number)).one()
            if case.run_id is None or session.scalar(select(WakeUp.id).where(WakeUp.case_id == case.id).limit(1)):
                return False
        return run_of(system, number).state_name == ("Suspended" if case.is_open else "Completed")

    for number in numbers:
        until(lambda number=number: rests(number), within)  # type: ignore[misc]


def states_of(system: RunningSystem, number: str) -> list[str]:
    """Return the names of all states that the case's run was in."""
    with system.client() as client:
        return [state.name or "" for state in client.read_flow_run_states(run_of(system, number).id)]


def timeline(system: RunningSystem, number: str) -> list[str]:
    """Return what the timeline of the case's run shows, in its order: answered steps by key, the machine's by name."""
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
    from prefect.client.schemas.sorting import TaskRunSort

    wanted = FlowRunFilter(id=FlowRunFilterId(any_=[run_of(system, number).id]))
    with system.client() as client:
        runs = client.read_task_runs(flow_run_filter=wanted, sort=TaskRunSort.EXPECTED_START_TIME_ASC)
    return [run.name.rstrip("）").split("（")[-1] for run in runs]


def steps_of(number: str) -> Sequence[str]:
    """Return the keys of all steps that were ever opened in the case, in their order."""
    with transaction() as session:
        return session.scalars(
            select(Assignment.step).join(Assignment.case).where(Case.number == number).order_by(Assignment.id)
        ).all()


def waiting_wake_ups() -> int:
    """Count what is in the outbox."""
    with transaction() as session:
        return session.scalar(select(func.count(WakeUp.id))) or 0


class Hold:
    """A transaction of the test's in the ledger, in whose way others come to stand still."""

    def __init__(self, connection: psycopg.Connection) -> None:
        """Take an open connection."""
        self.connection = connection

    def case(self, number: str) -> None:
        """Lock the row of a case: nobody opens or closes anything in it."""
        self.connection.execute('SELECT FROM "case" WHERE number = %s FOR UPDATE', [number])

    def step(self, number: str, step: str) -> None:
        """Lock the row of an assignment."""
        self.connection.execute("SELECT FROM assignment WHERE id = %s FOR UPDATE", [assignment_of(number, step)])

    def next_step(self, number: str, step: str) -> None:
        """Be about to open a step: whoever opens it too must wait and see, with all before it done."""
        self.connection.execute("SET LOCAL session_replication_role = replica")  # no foreign key locks the case
        columns = ", ".join(c.name for c in Assignment.__table__.columns if c.name not in {"id", "step", "base"})
        self.connection.execute(
            f"INSERT INTO assignment (step, base, {columns}) SELECT %s, %s, {columns} FROM assignment"
            ' WHERE case_id = (SELECT id FROM "case" WHERE number = %s) ORDER BY id LIMIT 1',
            [step, step, number],
        )

    def stands_still(self, count: int = 1) -> bool:
        """Whether so many wait for this transaction."""
        pid = self.connection.info.backend_pid
        blocked = "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))"
        found = self.connection.execute(blocked, [pid]).fetchone()
        return found is not None and found[0] >= count


@contextmanager
def hold(system: RunningSystem) -> Iterator[Hold]:
    """Open a transaction in the ledger; at the end it is undone, and whoever waited goes on."""
    with psycopg.connect(host=str(system.settings.socket_folder), user="zhiyong", dbname="ledger") as connection:
        connection.execute("SET idle_in_transaction_session_timeout = '60s'")  # a test that errs must not stand still
        try:
            yield Hold(connection)
        finally:
            connection.rollback()
