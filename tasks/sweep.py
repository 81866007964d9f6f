"""The sweep over the dates: what comes near is reminded, what is late urged, what stays late reported, each once.

It looks only at what has something to tell: each assignment says when to look at it next. After an outage of a week
it tells the highest stage that was come to, and none of those below; where it ends on a day off or at night, it tells
it on the next working morning. Only limits in hours are told of around the clock.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import count

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, contains_eager

from models import journal
from models.assignment import Assignment
from models.calendar import CalendarDay, working_day_after, working_day_before
from models.case import Case, next_number
from models.clock import SHANGHAI, now
from models.database import transaction
from models.journal import SYSTEM
from models.notice import Nudge
from models.policy import Measured, halfway, policy_number
from models.words import Stage, Status
from tasks.notices import write_notices

AT_A_TIME = 500  # assignments in one transaction: nobody who answers waits longer for his case
MORNING = time(8)  # of a working day: before it, and on a day off, nobody is told but of a limit in hours
_LOCK = 0x5A57  # advisory lock: of two sweeps at once the second comes when the first is done
_ORDER = list(Stage)


@dataclass(kw_only=True)
class Swept:
    """How many assignments came to each stage."""

    reminded: int = 0
    urged: int = 0
    escalated: int = 0

    def __add__(self, other: "Swept") -> "Swept":
        """Count together."""
        mine, theirs = asdict(self), asdict(other)
        return Swept(**{each: mine[each] + theirs[each] for each in mine})

    def as_dict(self) -> dict[str, int]:
        """Return it as `zhiyong sweep` prints it."""
        return asdict(self)

    def count(self, stage: Stage) -> None:
        """Count one assignment."""
        match stage:
            case Stage.URGE:
                self.urged += 1
            case Stage.ESCALATE:
                self.escalated += 1
            case _:
                self.reminded += 1


def sweep() -> Swept:
    """Tell of every open assignment that has come to a stage of its date since it was last looked at.

    Nothing is told of closed or suspended cases. However often it runs, each stage of a date is told once.
    """
    swept = Swept()
    with transaction() as alone:
        alone.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        with transaction() as session:
            until = now(session)
        while _some(swept, until):
            pass
        write_notices()
    return swept


def _some(swept: Swept, until: datetime) -> bool:
    """Look at some assignments, in a transaction of their own; return whether there were any."""
    with transaction() as session:
        ids = session.scalars(
            select(Assignment.id)
            .where(Assignment.is_open, Assignment.look_at <= until)
            .order_by(Assignment.look_at)
            .limit(AT_A_TIME)
        ).all()
        if not ids:
            return False
        cases = select(Assignment.case_id).where(Assignment.id.in_(ids))
        session.scalars(select(Case).where(Case.id.in_(cases)).order_by(Case.id).with_for_update()).all()
        stages, rests_until = stages_of(session), next_working_moment(session, until)
        come: list[tuple[Assignment, Stage]] = []
        for assignment in session.scalars(
            select(Assignment)
            .join(Assignment.case)
            .join(Assignment.limit)
            .where(Assignment.id.in_(ids), Assignment.is_open)
            .options(contains_eager(Assignment.case), contains_eager(Assignment.limit))
            .order_by(Assignment.case_id, Assignment.id)
            .execution_options(populate_existing=True)
        ):
            stage = _come_to(assignment, stages(assignment), until, rests_until)
            if stage is not None:
                come.append((assignment, stage))
                swept.count(stage)
        nudge(session, come)
        return True


def _come_to(
    assignment: Assignment, stages: list[tuple[Stage, datetime]], until: datetime, rests_until: datetime | None
) -> Stage | None:
    """Return the stage that is to be told, if any, and say when to look next."""
    if assignment.case.status is Status.SUSPENDED:
        assignment.look_at = None
        return None
    reached = [stage for stage, at in stages if at <= until]
    assignment.look_at = next((at for _, at in stages if at > until), None)
    if not reached or (assignment.told is not None and _ORDER.index(reached[-1]) <= _ORDER.index(assignment.told)):
        return None
    if rests_until is not None and assignment.limit.measured is not Measured.HOURS:
        assignment.look_at = rests_until
        return None
    assignment.told = reached[-1]
    return assignment.told


def next_working_moment(session: Session, moment: datetime) -> datetime | None:
    """Return the next working morning where nobody is at work: on a day off, or before the morning of a working day."""
    local = moment.astimezone(SHANGHAI)
    today = session.get(CalendarDay, local.date())
    if today is None or (today.working and local.time() >= MORNING):
        return None
    return _morning(working_day_after(session, local.date(), 0))


def nudge(
    session: Session, come: Sequence[tuple[Assignment, Stage]], *, by: str | None = None, reason: str = ""
) -> list[Nudge]:
    """Record what assignments are told, with numbers where they are urged; the caller holds the cases' locks."""
    moment = now(session)
    year = moment.astimezone(SHANGHAI).year
    urged = sum(stage is Stage.URGE for _, stage in come)
    numbers = count(next_number(session, "urging", year, count=urged)) if urged else count()
    actor = SYSTEM if by is None else journal.Actor(code=by)
    made = []
    for assignment, stage in come:
        number = f"洪治庸催〔{year}〕{next(numbers)}号" if stage is Stage.URGE else ""
        made.append(
            Nudge(
                assignment=assignment,
                stage=stage,
                due_on=assignment.due_on,
                at=moment,
                by_code=by,
                reason=reason,
                number=number,
            )
        )
        if stage in (Stage.URGE, Stage.ESCALATE):
            detail = {"stage": stage.value, "due_on": assignment.due_on.isoformat(), "number": number, "reason": reason}
            journal.write(session, case=assignment.case, actor=actor, what="nudge", step=assignment.step, detail=detail)
    session.add_all(made)
    return made


def times_urged(session: Session, assignment_id: int) -> int:
    """Count how often an assignment was urged, by the sweep and by hand."""
    urged = select(func.count()).where(Nudge.assignment_id == assignment_id, Nudge.stage == Stage.URGE)
    return session.scalar(urged) or 0


def stages_of(session: Session) -> Callable[[Assignment], list[tuple[Stage, datetime]]]:
    """Return what computes the stages of an assignment's date, each with its instant, in their order.

    Days count from the morning: reminded some working days before and on the day itself, urged and reported some after.
    Of a limit in hours: reminded at half of it, urged and reported some hours after. Nobody is reminded before half,
    so that a limit of one working day, received in the evening, is only told of on its day.
    """

    @cache
    def number(key: str, on: date) -> int:
        return policy_number(session, key, on=on).value

    @cache
    def in_days(due_on: date) -> tuple[datetime, datetime, datetime, datetime]:
        return (
            _morning(working_day_before(session, due_on, number("remind-before", due_on))),
            _morning(due_on),
            _morning(working_day_after(session, due_on, number("urge-after", due_on))),
            _morning(working_day_after(session, due_on, number("escalate-after", due_on))),
        )

    @cache
    def next_morning(day: date, hour: time) -> datetime:
        """Return the first working morning from an hour of a day on."""
        return _morning(working_day_after(session, day, 0 if hour <= MORNING else 1))

    def stages(assignment: Assignment) -> list[tuple[Stage, datetime]]:
        half = halfway(assignment.begins_at, assignment.due_at)
        if assignment.limit.measured is Measured.HOURS:
            due_at, on = assignment.due_at, assignment.due_on
            return [
                (Stage.REMIND, half),
                (Stage.URGE, due_at + timedelta(hours=number("urge-after-hours", on))),
                (Stage.ESCALATE, due_at + timedelta(hours=number("escalate-after-hours", on))),
            ]
        remind, due, urge, escalate = in_days(assignment.due_on)
        local = half.astimezone(SHANGHAI)
        near = [
            (Stage.REMIND, max(next_morning(local.date(), local.time()), remind)),
            (Stage.DUE, max(half, due)),
        ]
        if near[0][1] >= due:  # the limit is so short that both fall together
            near = near[1:]
        return [*near, (Stage.URGE, urge), (Stage.ESCALATE, escalate)]

    return stages


def _morning(day: date) -> datetime:
    return datetime.combine(day, MORNING, SHANGHAI)
