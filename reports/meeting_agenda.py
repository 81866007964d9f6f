"""What a joint meeting (policy 三(一), O34) has before it: negative problems that are open, and what was asked before.

One reading of the ledger at one moment; what is printed of it is in `reports/agenda_document.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from models.assignment import Assignment
from models.case import Case, CaseMessage
from models.clock import SHANGHAI, now
from models.database import transaction
from models.forms import OpinionTracking
from models.light import is_late
from models.meeting import JointMeeting
from models.meeting_state import Standing, standings
from models.message import Message
from models.operator import Supervision
from models.path import FIRST, LAST
from models.records import Feedback
from models.registry import Channel, Officer, RoleGrant, Unit
from models.steps import STEPS
from models.words import ActionState, Light, OpinionTrend, Origin, Reply, Role, Status
from reports.case_file import CHUNK, CaseFile, CaseFiles, among, by_case, counts
from reports.office_name import office_name
from reports.reader import is_for, reader_of
from reports.report import Reader, Scope, day_of

BESIDE = ("progress-report", "meeting-action")  # what is spoken of elsewhere in the agenda
TITLE = "治庸问责联席办公会议程"


class _Offered(NamedTuple):
    """For whom it is: the office, the discipline body, the district's leaders; nobody else."""

    title: str = TITLE
    also_for: tuple[Role, ...] = ()


class Told(NamedTuple):
    """A reply that was given, or that could not be (on: None), for one message of a case."""

    round: int
    reply: Reply
    message: int
    on: date | None


class Due(NamedTuple):
    """By which channel a message came, from whom that is, and which replies it is due."""

    channel: str
    origin: Origin | None
    message: int
    replies: list[str]


@dataclass(frozen=True, kw_only=True)
class AgendaItem:
    """One open case. supervision: the instruction that runs; due, told: its messages and the replies to them."""

    file: CaseFile
    due: Sequence[Due]
    told: Sequence[Told]
    supervision: Supervision | None

    def reasons(self) -> list[str]:
        """Why it is before the meeting, in words."""
        case, found = self.file.case, []
        for origin, word in ((Origin.MEDIA, Origin.MEDIA.label), (Origin.SUPERIOR, Origin.SUPERIOR.label)):
            if channels := "、".join(dict.fromkeys(each.channel for each in self.due if each.origin is origin)):
                found.append(f"{word}（{channels}）")
        if self.supervision is not None:
            found.append(f"督办中（{self.supervision.number}）")
        if self.is_late:
            found.append(f"逾期{self._days_late()}天")
        if case.round > FIRST:
            found.append("第3轮，由治庸问责办直接办理" if case.round == LAST else "二次办理")
        return found

    @property
    def is_late(self) -> bool:
        """Whether a step of it is past its date."""
        return self.file.light() is Light.RED

    @property
    def lacks_reply(self) -> bool:
        """O35: whether somebody is due a reply in the present round who has none."""
        return bool(self._untold())

    def standing(self) -> list[str]:
        """What its path waits for, of whom where it is not the responsible unit, until when; else where it stands."""
        if self.file.case.status is Status.SUSPENDED:
            return [self.file.case.status.label]
        path = [each for each in self.file.waiting if each.kind not in BESIDE]
        return [self._awaited(each) for each in path] or [self.file.case.status.label]

    def days_open(self) -> int:
        """The calendar days since it was opened."""
        return (day_of(self.file.as_of) - day_of(self.file.case.opened_at)).days

    def tracked(self) -> str:
        """The last entry of the tracker, with its day; where there is none, nothing."""
        entries = self.file.to_step(OpinionTracking)
        if not entries:
            return "尚无跟踪记录" if any(each.origin is Origin.MEDIA for each in self.due) else ""
        last = entries[-1]
        trend = OpinionTrend(last.data["trend"]).label
        return f"{_month_day(day_of(last.at))}：走势{trend}，{self.file.masked(last.data['situation'])}"

    def replied(self) -> str:
        """How those who reported were answered, and who was not."""
        round, missing = self.file.case.round, self._untold()
        given = [each for each in self.told if each.round == round]
        if not missing and not given:
            return "无须回复"
        parts = [f"{reply.label}{_month_day(day)}" for reply, day in _last_days(given).items()]
        parts += ["无法反馈，已记明原因"] if any(each.on is None for each in given) else []
        parts += [f"未{'、'.join(reply.label for reply in dict.fromkeys(missing))}"] if missing else []
        earlier = [each for each in self.told if each.round < round and each.on is not None]
        if missing and earlier:
            parts.append(f"（前一轮已于{_month_day(max(each.on for each in earlier if each.on))}反馈）")
        return "；".join(parts).replace("；（", "（")

    def _awaited(self, step: Assignment) -> str:
        case, units = self.file.case, self.file.units
        whose = f"（{units[step.unit_code]}）" if step.unit_code and step.unit_code != case.unit_code else ""
        return f"{STEPS[step.kind].title}{whose}，{_month_day(step.due_on)}到期"

    def _untold(self) -> list[Reply]:
        given = {(each.reply, each.message) for each in self.told if each.round == self.file.case.round}
        wanted = [(Reply(reply), each.message) for each in self.due for reply in each.replies]
        return [reply for reply, message in wanted if (reply, message) not in given]

    def _days_late(self) -> int:
        late = [each for each in self.file.waiting if each.light(self.file.as_of) is Light.RED]
        return max(1, *((day_of(self.file.as_of) - each.due_on).days for each in late))


@dataclass(frozen=True, kw_only=True)
class Agenda:
    """What is before the meeting. last: the meeting before; actions: what was asked for and is open, or ended since.

    units: those that may be asked for something, by name, in their order.
    """

    office: str
    as_of: datetime
    items: Sequence[AgendaItem]
    last: JointMeeting | None
    actions: Sequence[Standing]
    units: Sequence[str]

    @property
    def day(self) -> date:
        """The day in the office."""
        return day_of(self.as_of)

    @property
    def without_reply(self) -> list[AgendaItem]:
        """Those that are spoken of first."""
        return [each for each in self.items if each.lacks_reply]

    @property
    def with_reply(self) -> list[AgendaItem]:
        """The others."""
        return [each for each in self.items if not each.lacks_reply]

    @property
    def not_done(self) -> list[Standing]:
        """What was asked for and waits."""
        return [each for each in self.actions if each.state is ActionState.WAITING]


def read_agenda(*, by: str) -> Agenda:
    """Read the agenda for an officer; what concerns himself is left out. Raises UnknownOfficer, NotYours."""
    with transaction() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
        reader = reader_of(session, _Offered(), by)
        as_of = now(session).replace(microsecond=0)
        last = session.scalar(
            select(JointMeeting).order_by(JointMeeting.held_on.desc(), JointMeeting.id.desc()).limit(1)
        )
        return Agenda(
            office=office_name(session),
            as_of=as_of,
            items=sorted(_items(session, reader, as_of), key=_place),
            last=last,
            actions=_actions(session, reader, last),
            units=_units(session, day_of(as_of)),
        )


def _place(item: AgendaItem) -> tuple[bool, bool, int]:
    return not item.lacks_reply, not item.is_late, item.file.case.id


def _items(session: Session, reader: Reader, as_of: datetime) -> Iterator[AgendaItem]:
    came_by = exists().where(
        CaseMessage.case_id == Case.id,
        CaseMessage.message_id == Message.id,
        Message.channel_code == Channel.code,
        Channel.origin.in_([Origin.MEDIA, Origin.SUPERIOR]),
    )
    supervised = exists().where(Supervision.case_id == Case.id, Supervision.ended_at.is_(None))
    late = exists().where(Assignment.case_id == Case.id, Assignment.is_open, is_late(as_of))
    cases = session.scalars(
        select(Case)
        .where(Case.is_open, is_for(reader), or_(came_by, supervised, late, Case.round > FIRST))
        .order_by(Case.id)
    ).all()
    files = CaseFiles(session, Scope(as_of=as_of, reader=reader), OpinionTracking)
    for first in range(0, len(cases), CHUNK):
        yield from _chunk(session, files.of(cases[first : first + CHUNK]))


def _chunk(session: Session, file_of: Mapping[int, CaseFile]) -> Iterator[AgendaItem]:
    due = by_case(
        session,
        select(CaseMessage.case_id, Channel.name, Channel.origin, Message.id, Channel.feedback)
        .join(CaseMessage.message)
        .join(Message.channel)
        .where(among(CaseMessage.case_id, file_of))
        .order_by(Message.id),
        Due,
    )
    told = by_case(
        session,
        select(Feedback.case_id, Feedback.round, Feedback.reply, Feedback.message_id, Feedback.told_on)
        .where(among(Feedback.case_id, file_of), Feedback.message_id.is_not(None), counts(Feedback.answer_id))
        .order_by(Feedback.id),
        Told,
    )
    running = by_case(
        session,
        select(Supervision.case_id, Supervision).where(
            among(Supervision.case_id, file_of), Supervision.ended_at.is_(None)
        ),
        lambda given: given,
    )
    for case_id, file in file_of.items():
        supervision = next(iter(running[case_id]), None)
        yield AgendaItem(file=file, due=due[case_id], told=told[case_id], supervision=supervision)


def _actions(session: Session, reader: Reader, last: JointMeeting | None) -> list[Standing]:
    """Return what waits, the first due first, then what came to its end since the day of the last meeting."""
    if last is None:
        return []
    since = datetime.combine(last.held_on, time(), SHANGHAI)
    found = standings(session, is_for(reader))
    waiting = [each for each in found if each.state is ActionState.WAITING]
    done = [each for each in found if each.answer is not None and each.answer.answered_at >= since]
    dropped = [
        each
        for each in found
        if each.state is ActionState.WITHDRAWN and each.action.case.closed_at is not None
        if each.action.case.closed_at >= since
    ]
    return [*sorted(waiting, key=lambda each: (each.due_on or date.max, each.action.id)), *done, *dropped]


def _units(session: Session, day: date) -> list[str]:
    with_contact = (
        select(Officer.unit_code)
        .join(Officer.grants)
        .where(RoleGrant.role == Role.UNIT_CONTACT, RoleGrant.in_force(day))
    )
    units = select(Unit.name).where(Unit.active, Unit.code.in_(with_contact)).order_by(Unit.position, Unit.code)
    return list(session.scalars(units))


def _last_days(told: Sequence[Told]) -> dict[Reply, date]:
    days: dict[Reply, date] = {}
    for each in told:
        if each.on is not None:
            days[each.reply] = max(each.on, days.get(each.reply, each.on))
    return days


def _month_day(day: date) -> str:
    return f"{day.month}月{day.day}日"
