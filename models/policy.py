"""Policy numbers as dated rows, and the due date that follows from one."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Index, event, select
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from models.base import Base, Id
from models.calendar import OutsideCalendar, last_working_day, working_day_after
from models.clock import SHANGHAI
from models.words import Grade, Kind, Word

DEFAULT = "默认，非文件规定"
_READ = "policy numbers read"  # under which a session remembers the rows that it has read in its transaction
_FOR_EVERY_DATE = ("yellow-light", "end-of-work")
DISTRICT = "区定"  # the source of what the office set; the document that it followed may stand behind it


class Measured(Word):
    """What a policy number counts."""

    WORKING_DAYS = "WORKING_DAYS", "个工作日"
    CALENDAR_DAYS = "CALENDAR_DAYS", "日"
    HOURS = "HOURS", "小时"
    MINUTE_OF_DAY = "MINUTE_OF_DAY", "分（自零时起）"
    PERCENT = "PERCENT", "%"
    TIMES = "TIMES", "次"


class PolicyNumber(Base):
    """A number that the office may change: a new row from a day on, never an overwrite (the database refuses it).

    grade, kind: for which cases; empty means for all. stated: whether the policy document itself names it.
    Of two rows for the same cases and day the later one counts: it corrects the other.
    """

    __tablename__ = "policy_number"
    __table_args__ = (Index("ix_policy_number_key", "key", "valid_from"),)

    id: Mapped[Id]
    key: Mapped[str]
    grade: Mapped[Grade | None]
    kind: Mapped[Kind | None]
    value: Mapped[int]
    measured: Mapped[Measured]
    valid_from: Mapped[date]
    source: Mapped[str]
    stated: Mapped[bool] = mapped_column(default=False)


class NoSuchNumber(LookupError):
    """The table of policy numbers lacks a key: a fault of the installation, not of a person."""


@dataclass(frozen=True, kw_only=True)
class Due:
    """When an assignment is due: the day, the instant after which it is late, and when its light turns yellow."""

    on: date
    at: datetime
    yellow_at: datetime
    provisional: bool
    limit_id: int


@dataclass(frozen=True, kw_only=True)
class LastDay:
    """The last day of a limit in days, when its work ends, and before when its light is never yellow."""

    on: date
    at: datetime
    warned_at: datetime
    provisional: bool


def policy_number(
    session: Session, key: str, *, on: date, grade: Grade | None = None, kind: Kind | None = None
) -> PolicyNumber:
    """Return the number in force on a day: the most special row, of those the youngest, of those the one set last.

    Raises NoSuchNumber.
    """
    fitting = [
        each
        for each in _numbers_of(session, key)
        if each.valid_from <= on and each.grade in (None, grade) and each.kind in (None, kind)
    ]
    if not fitting:
        raise NoSuchNumber(key)
    return max(fitting, key=lambda each: (each.grade is not None, each.kind is not None, each.valid_from, each.id))


def _numbers_of(session: Session, key: str) -> list[PolicyNumber]:
    """Return every row of a key, read once in a transaction, with those that every due date asks for."""
    read: dict[str, list[PolicyNumber]] = session.info.setdefault(_READ, {})
    if key not in read:
        missing = {key, *_FOR_EVERY_DATE} - read.keys()
        read.update((each, []) for each in missing)
        for row in session.scalars(select(PolicyNumber).where(PolicyNumber.key.in_(sorted(missing)))):
            read[row.key].append(row)
    return read[key]


@event.listens_for(Session, "after_transaction_end")
def _forget_with_the_transaction(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None or transaction.nested:  # not with each flush
        session.info.pop(_READ, None)


@event.listens_for(Session, "transient_to_pending")
def _forget_with_a_new_number(session: Session, row: object) -> None:
    if isinstance(row, PolicyNumber):
        session.info.pop(_READ, None)


def due(
    session: Session,
    key: str,
    *,
    begins_at: datetime,
    grade: Grade | None = None,
    kind: Kind | None = None,
    extra: int = 0,
) -> Due:
    """Compute when a limit that begins at an instant ends, under the number in force on that day.

    extra: by how much it was extended, in what it counts.
    Raises NoSuchNumber, OutsideCalendar.
    """
    first = begins_at.astimezone(SHANGHAI).date()
    limit = policy_number(session, key, on=first, grade=grade, kind=kind)
    return due_under(session, limit, begins_at=begins_at, extra=extra)


def due_under(session: Session, limit: PolicyNumber, *, begins_at: datetime, extra: int = 0) -> Due:
    """Compute when a limit of this number ends that begins at an instant. Raises OutsideCalendar."""
    if limit.measured is Measured.HOURS:
        return _due_in_hours(limit, begins_at, extra)
    first = begins_at.astimezone(SHANGHAI).date()
    return due_in_days(limit, begins_at=begins_at, last=last_day(session, first, limit, extra))


def limit_begins(opened_at: datetime, opens_on: date) -> datetime:
    """Return when the limit of a step begins: as it is opened, or with the later day on which it may be answered."""
    if opens_on <= opened_at.astimezone(SHANGHAI).date():
        return opened_at
    return datetime.combine(opens_on, time(), SHANGHAI).astimezone(UTC)


def ends_on(session: Session, first: date, count: int, measured: Measured) -> date:
    """Return the day on which a limit in days ends; `first` is the day of receipt, day 0 (`models/calendar.py`).

    Calendar days that end on a day off roll to the next working day (民法典第二百零一条至第二百零四条).
    Raises OutsideCalendar.
    """
    return working_day_after(session, *_working_days(first, count, measured))


def _working_days(first: date, count: int, measured: Measured) -> tuple[date, int]:
    """Return after which day how many working days lead to the end of a limit in days."""
    if measured is Measured.WORKING_DAYS:
        return first, count
    if count > (date.max - first).days:
        raise OutsideCalendar
    return first + timedelta(days=count), 0


def last_day(session: Session, first: date, limit: PolicyNumber, extra: int = 0) -> LastDay:
    """Compute the last day of a limit in days that begins with a receipt on the day `first`. Raises OutsideCalendar."""
    day, count = _working_days(first, limit.value + extra, limit.measured)
    warning = policy_number(session, "yellow-light", on=first).value
    last, warned, provisional = last_working_day(session, day, count, warning=warning)
    return LastDay(
        on=last,
        at=end_of_work(session, last),
        warned_at=end_of_work(session, warned, under=last),
        provisional=provisional,
    )


def due_in_days(limit: PolicyNumber, *, begins_at: datetime, last: LastDay) -> Due:
    """Return when a limit in days is due: with the end of work on its last day; no warning before half of it."""
    return Due(
        on=last.on,
        at=last.at,
        yellow_at=max(halfway(begins_at, last.at), last.warned_at),
        provisional=last.provisional,
        limit_id=limit.id,
    )


def _due_in_hours(limit: PolicyNumber, begins_at: datetime, extra: int) -> Due:
    """Return when a limit in hours is due: it runs around the clock, holiday or not."""
    at = begins_at + timedelta(hours=limit.value + extra)
    return Due(
        on=at.astimezone(SHANGHAI).date(),
        at=at,
        yellow_at=halfway(begins_at, at),
        provisional=False,
        limit_id=limit.id,
    )


def halfway(begins_at: datetime, due_at: datetime) -> datetime:
    """Return when half of a limit has passed: nobody is reminded before."""
    return begins_at + (due_at - begins_at) / 2


def end_of_work(session: Session, day: date, *, under: date | None = None) -> datetime:
    """Return the instant at which the working day ends, by the hours of that day or of another one."""
    minutes = policy_number(session, "end-of-work", on=under or day).value
    return datetime.combine(day, time(minutes // 60, minutes % 60), SHANGHAI)


TITLES = {
    "classification": "分类登记时限",
    "receipt": "签收和首次联系时限",
    "rejection": "不予受理、转办的告知和审批时限",
    "rectification-plan": "整改方案制定时限",
    "report-to-leaders": "呈报区委、区政府时限",
    "milestone": "承诺节点反馈时限（自节点日起）",
    "investigation": "单位调查时限",
    "second-round-investigation": "二次办理调查时限",
    "direct-accountability": "直接启动问责办理时限",
    "sign-off": "主要领导签字背书时限",
    "double-check": "一案双查时限",
    "filing": "备案审查时限",
    "accountability-decision": "问责决定时限",
    "feedback": "公示、回应和反馈时限",
    "upward-report": "向上级反馈时限",
    "call-back": "回访时限",
    "quality-review": "办理质量复核时限",
    "effect-assessment": "整改效果评估时限",
    "social-evaluation": "社会集中测评时限",
    "write-off": "销号申请和审批时限",
    "whole-case": "全案办理总时限",
    "extension-approval": "延期审批时限",
    "extension-reply": "延期告知投诉人时限",
    "progress-report": "督办进展报告时限（自报告日起）",
    "opinion-tracking": "舆情跟踪记录时限（自应记录日起）",
    "opinion-tracking-every": "舆情跟踪记录间隔",
    "meeting-action": "联席会议议定事项办理时限（纪要未写明的）",
    "self-report-mend": "自查报告补正时限",
    "self-report-sign-off": "自查报告主要领导签字时限",
    "self-report-reception": "自查报告收讫时限",
    "problem-confirmation": "自查问题确认时限",
    "yellow-light": "亮黄灯提前量",
    "remind-before": "临期提醒提前量",
    "campaign-remind-early": "自查报告预先提醒提前量",
    "campaign-days-least": "自查逾期启动时的最少办理期",
    "urge-after": "逾期后催办",
    "urge-after-hours": "逾期后催办（按小时计的时限）",
    "escalate-after": "逾期后通报",
    "escalate-after-hours": "逾期后通报（按小时计的时限）",
    "return-within": "单位退回期限（自交办起）",
    "returns-most": "一案退回次数上限",
    "similar-within": "疑似重复来件的比对期间",
    "similar-from": "疑似重复来件的相似度",
    "common-within": "普遍性问题的分析期间",
    "common-from": "普遍性问题的最少反映人次",
    "end-of-work": "下班时间",
}
# What these count is not for the office to change, only how much; every other number is a limit, in days or hours.
NO_LIMITS = (
    "opinion-tracking-every",
    "meeting-action",
    "yellow-light",
    "remind-before",
    "campaign-remind-early",
    "campaign-days-least",
    "urge-after",
    "urge-after-hours",
    "escalate-after",
    "escalate-after-hours",
    "return-within",
    "returns-most",
    "similar-within",
    "similar-from",
    "common-within",
    "common-from",
    "end-of-work",
)
LIMITS = (Measured.WORKING_DAYS, Measured.CALENDAR_DAYS, Measured.HOURS)
MOST = {  # the largest value that is no slip
    Measured.WORKING_DAYS: 3650,
    Measured.CALENDAR_DAYS: 3650,
    Measured.HOURS: 3650,
    Measured.MINUTE_OF_DAY: 24 * 60 - 1,
    Measured.PERCENT: 100,
    Measured.TIMES: 99,
}


def default_numbers() -> list[PolicyNumber]:
    """Return the numbers to start with; none of these is stated by the document."""
    rows: list[PolicyNumber] = []

    def add(key: str, value: int, measured: Measured, grade: Grade | None = None, kind: Kind | None = None) -> None:
        rows.append(
            PolicyNumber(
                key=key,
                grade=grade,
                kind=kind,
                value=value,
                measured=measured,
                valid_from=date(2015, 1, 1),
                source=DEFAULT,
                stated=False,
            )
        )

    for key, daily, sudden, emergency in _BY_GRADE:
        for grade, (value, measured) in zip(Grade, (daily, sudden, emergency), strict=True):
            add(key, value, measured, grade)
    for kind, limits in _INVESTIGATION.items():
        for grade, (value, measured) in zip(Grade, limits, strict=True):
            add("investigation", value, measured, grade, kind)
    for key, value, measured in _FOR_ALL:
        add(key, value, measured)
    return rows


_WD, _CD, _H = Measured.WORKING_DAYS, Measured.CALENDAR_DAYS, Measured.HOURS

# key, 日常, 突发, 应急
_BY_GRADE = (
    ("classification", (1, _WD), (4, _H), (1, _H)),
    ("receipt", (1, _WD), (4, _H), (1, _H)),
    ("sign-off", (3, _WD), (1, _WD), (12, _H)),
    ("double-check", (10, _WD), (5, _WD), (3, _WD)),
    ("filing", (3, _WD), (1, _WD), (12, _H)),
    ("feedback", (5, _WD), (2, _WD), (24, _H)),
    ("call-back", (5, _WD), (1, _WD), (24, _H)),
    ("whole-case", (60, _CD), (30, _CD), (15, _CD)),
)
_INVESTIGATION = {
    Kind.CONSULT: ((3, _WD), (2, _WD), (24, _H)),
    Kind.COMPLAIN: ((13, _WD), (5, _WD), (48, _H)),
    Kind.HARD: ((20, _WD), (10, _WD), (72, _H)),
}
_FOR_ALL = (
    ("classification", 1, _WD),  # a message that nobody has graded yet
    ("rejection", 5, _WD),
    ("rectification-plan", 10, _WD),
    ("report-to-leaders", 3, _WD),
    ("milestone", 3, _WD),
    ("second-round-investigation", 10, _WD),
    ("direct-accountability", 15, _CD),
    ("accountability-decision", 30, _CD),
    ("upward-report", 5, _WD),
    ("quality-review", 3, _WD),
    ("effect-assessment", 30, _CD),
    ("social-evaluation", 30, _CD),
    ("write-off", 3, _WD),
    ("extension-approval", 1, _WD),
    ("extension-reply", 1, _WD),
    ("progress-report", 1, _WD),
    ("opinion-tracking", 1, _WD),
    ("opinion-tracking-every", 5, _WD),
    ("meeting-action", 15, _CD),
    ("self-report-mend", 3, _WD),
    ("self-report-sign-off", 3, _WD),
    ("self-report-reception", 3, _WD),
    ("problem-confirmation", 5, _WD),
    ("yellow-light", 3, _WD),
    ("remind-before", 3, _WD),
    ("campaign-remind-early", 10, _WD),
    ("campaign-days-least", 10, _WD),
    ("urge-after", 1, _WD),
    ("urge-after-hours", 1, _H),
    ("escalate-after", 5, _WD),
    ("escalate-after-hours", 5, _H),
    ("return-within", 2, _WD),
    ("returns-most", 5, Measured.TIMES),
    ("similar-within", 90, _CD),
    ("similar-from", 45, Measured.PERCENT),
    ("common-within", 90, _CD),
    ("common-from", 5, Measured.TIMES),
    ("end-of-work", 17 * 60 + 30, Measured.MINUTE_OF_DAY),
)
