"""The days of the demo: when each step gets its answer, and the clock that goes on from one day to the next."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from deployments.demo.campaigns import CampaignDays
from deployments.demo.chance import draw
from deployments.demo.meetings import MeetingDay
from deployments.demo.people import act
from deployments.demo.script import Scenario, Turn
from deployments.demo.task import Staff, Task
from models.assignment import Assignment
from models.calendar import working_day_after
from models.case import Case, CaseMessage
from models.clock import SHANGHAI, now, set_clock
from models.database import transaction
from models.message import Message
from models.policy import Measured
from tasks.campaign_sweep import sweep_campaigns
from tasks.sweep import sweep
from tasks.verify import seal

MORNING = time(9)
LATE = 0.04  # share of the steps that are answered after their time
SLOW = 7  # working days after its date on which a step comes that is urged and reported
BEFORE_WORK = time(8, 30)
ONE_ACT = timedelta(minutes=1)
WORKING_DAY = timedelta(hours=8)


@dataclass(frozen=True)
class Scene:
    """A case's scenario, and its own message with the name of the channel that it came by."""

    scenario: Scenario
    message: int
    source: str


@dataclass(kw_only=True)
class Days:
    """The days that a ledger's cases take until all are closed.

    script: scenarios by source number; for a message that has none, one is drawn. settle: lets the path of each case
    go on until it waits for somebody again. show: is told the day, how many cases are closed, and of how many.
    campaigns: the self-inspections of these days, meeting: the joint meeting, if there are any.
    """

    script: Mapping[str, Scenario]
    staff: Staff
    settle: Callable[[], None]
    show: Callable[[date, int, int], None] = lambda day, closed, cases: None
    campaigns: CampaignDays | None = None
    meeting: MeetingDay | None = None
    _scenes: dict[int, Scene] = field(default_factory=dict)
    _planned: dict[int, datetime] = field(default_factory=dict)

    def pass_by(self) -> None:
        """Let everybody answer what waits for him, day after day, until nothing waits."""
        day: date | None = None
        while due := self._next():
            moment, tasks = due
            if day != (new := moment.astimezone(SHANGHAI).date()):
                _sweep_the_mornings(day or new, new)
                day = new
                _put_clock(moment)
                seal()
            if self.meeting is not None and self.meeting.is_due(day):
                self.meeting.hold(day)
                self.settle()
                continue  # what waits may be another now
            if self.campaigns is not None and not tasks:
                _put_clock(moment)
                self.campaigns.act()
                continue
            for number, task in enumerate(tasks):
                _put_clock(moment + number * min(ONE_ACT, WORKING_DAY / len(tasks)))
                later = act(task)
                if later:
                    self._planned[task.assignment] = moment + later
            self.settle()
            self.show(day, *_closed_and_all())

    def _next(self) -> tuple[datetime, list[Task]] | None:
        """Return when something happens next: what is answered then, or nothing for a campaign's turn."""
        due = self._next_due()
        turn = self.campaigns.next_moment() if self.campaigns is not None else None
        if turn is None or (due is not None and due[0] <= turn):
            return due
        with transaction() as session:
            return max(turn, now(session)), []

    def _next_due(self) -> tuple[datetime, list[Task]] | None:
        """Return the next moment at which somebody answers, and what is answered then; None when nothing waits."""
        with transaction() as session:
            waiting = session.scalars(select(Assignment.id).where(Assignment.is_open)).all()
            if not waiting:
                return None
            for each in _read(session, [each for each in waiting if each not in self._planned]):
                self._planned[each.id] = self._plan(session, each)
            moment = max(min(self._planned[each] for each in waiting), now(session))
            due = [each for each in waiting if self._planned[each] <= moment]
            return moment, [self._task(session, each, moment) for each in _read(session, due)]

    def _plan(self, session: Session, assignment: Assignment) -> datetime:
        """Say when a step is answered: within its time, but for a few, and in the morning unless hours count."""
        begins = max(assignment.opened_at, datetime.combine(assignment.opens_on, time(), SHANGHAI))
        story = self._scene(session, assignment.case).scenario
        thrown = story.dice(assignment.step) / (1 - LATE)
        at = begins + thrown * (assignment.due_at - begins)
        if Turn.SLOW in story and assignment.step == "investigation-1":
            day = working_day_after(session, assignment.due_on, SLOW)
            return datetime.combine(day, MORNING, SHANGHAI)
        if assignment.limit.measured is Measured.HOURS:
            return at
        day = working_day_after(session, at.astimezone(SHANGHAI).date(), int(thrown > 1))
        return max(begins, datetime.combine(day, MORNING, SHANGHAI))

    def _task(self, session: Session, assignment: Assignment, moment: datetime) -> Task:
        case, scene = assignment.case, self._scene(session, assignment.case)
        unit = case.unit_code if assignment.kind != "classification" else None
        return Task(
            assignment=assignment.id,
            kind=assignment.kind,
            attempt=assignment.attempt,
            round=assignment.round,
            unit=assignment.unit_code or unit or scene.scenario.unit,
            case_id=case.id,
            case=case.number,
            case_round=case.round,
            message=scene.message,
            source=scene.source,
            scenario=scene.scenario,
            staff=self.staff,
            now=moment,
        )

    def _scene(self, session: Session, case: Case) -> Scene:
        """Find the scenario of a case; its own message is the first, what joined it later has no say."""
        if case.id not in self._scenes:
            message = session.scalars(
                select(Message)
                .join(CaseMessage, CaseMessage.message_id == Message.id)
                .where(CaseMessage.case_id == case.id)
                .order_by(CaseMessage.joined_at, Message.id)
            ).first()
            assert message is not None
            if case.linked_from is not None:
                scenario = _against_leaders(message, session.get_one(Case, case.linked_from))
            else:
                scenario = self.script.get(message.source_number) or draw(message, list(self.staff.units))
            self._scenes[case.id] = Scene(scenario, message.id, message.channel.name)
        return self._scenes[case.id]


def _read(session: Session, assignments: Sequence[int]) -> Iterable[Assignment]:
    return session.scalars(
        select(Assignment)
        .where(Assignment.id.in_(assignments))
        .options(joinedload(Assignment.case), joinedload(Assignment.limit))
        .order_by(Assignment.id)
    )


def _against_leaders(message: Message, reviewed: Case) -> Scenario:
    """The case that a lapse opened: the office handles it itself."""
    return Scenario(
        seed=message.source_number,
        turns=frozenset({Turn.DIRECT}),
        unit=reviewed.unit_code or "",
        summary=message.text,
        against_leaders=True,
    )


def _sweep_the_mornings(last: date, new: date) -> None:
    """Sweep the dates on each morning since the last day on which somebody answered, up to this one."""
    for number in range(1, (new - last).days + 1):
        morning = datetime.combine(last + timedelta(days=number), BEFORE_WORK, SHANGHAI)
        _put_clock(morning)
        sweep()
        sweep_campaigns()


def _put_clock(moment: datetime) -> None:
    with transaction() as session:
        set_clock(session, moment)


def _closed_and_all() -> tuple[int, int]:
    with transaction() as session:
        closed, cases = session.execute(select(func.count(Case.closed_at), func.count(Case.id))).one()
        return closed, cases
