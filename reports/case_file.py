"""案卷: what ledgers say of one case, read for a chunk of cases at a time in a handful of queries."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Row, Select, Text, any_, cast, exists, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, load_only, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from models.assignment import Annulment, Answer, Assignment
from models.case import Case, CaseMessage
from models.forms import DirectAccountability, Form, Investigation, OpinionTracking, RectificationPlan
from models.masks import masked_text, without_senders
from models.message import Complainant, Message
from models.records import Filing
from models.registry import Channel, Officer, RoleGrant, Unit
from models.steps import STEP_OF, STEPS
from models.words import Light, Nature, Role, Status
from reports.report import Scope, day_of, long_date

CHUNK = 500  # rows in memory at once; each chunk of cases costs five queries

INVESTIGATION, DIRECT, PLAN, TRACKING = (
    STEP_OF[form].name for form in (Investigation, DirectAccountability, RectificationPlan, OpinionTracking)
)
# What says how a problem is mended.
REPORTS: tuple[type[Form], ...] = (Investigation, DirectAccountability, RectificationPlan)

_WORST_LAST = list(Light)
# What ledgers say of an open step.
_OF_A_STEP = (
    *(Assignment.case_id, Assignment.kind, Assignment.role, Assignment.unit_code),
    *(Assignment.due_on, Assignment.due_at, Assignment.yellow_at, Assignment.provisional),
)
_T = TypeVar("_T")
_Rows = TypeVar("_Rows", bound=tuple[Any, ...])


class Source(NamedTuple):
    """One message of a case: by which channel it came, its number there, and when the channel took it in.

    double_check: whether whatever comes by this channel is checked twice.
    """

    channel: str
    number: str
    received_at: datetime
    double_check: bool


class Given(NamedTuple):
    """An answer that counts: to which step and round, by which unit and officer, when, and what it says.

    What was found, word by word, stays in the ledger.
    """

    kind: str
    round: int
    unit: str | None
    officer: str
    at: datetime
    data: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFile:
    """One case. Its methods say what more than one ledger says; none of them identifies a sender.

    senders: of whom no cell says anything, whatever somebody wrote. answers: to the steps that were asked for, in
    their order. latest: of them the reports of the latest round that has any, the responsible unit's first; where the
    office handled it, its own alone. waiting: the open steps of its path, without the office's tracker. filings: by
    round. units: every unit's name by its code. leader: who held a role in a unit on a day.
    """

    case: Case
    sources: Sequence[Source]
    senders: Sequence[Complainant]
    answers: Sequence[Given]
    latest: Sequence[Given]
    waiting: Sequence[Assignment]
    filings: Mapping[int, str]
    units: Mapping[str, str]
    leader: Callable[[str | None, Role, date], str]
    as_of: datetime

    def masked(self, text: str) -> str:
        """Return what somebody wrote without what identifies the case's senders."""
        return masked_text(text, *self.senders) if text else text

    def own_number(self, number: str) -> str:
        """Return the number that a line gave a message, without what identifies the case's senders."""
        return without_senders(number, *self.senders)

    def channels(self) -> str:
        """By which channels it came, each once."""
        return "、".join(dict.fromkeys(each.channel for each in self.sources))

    def summary(self) -> str:
        """The office's summary, which identifies nobody; never the text or the subject of a message."""
        return self.masked(self.case.summary) or (
            "（待分类）" if self.case.status is Status.REGISTERED else "（未分类）"
        )

    def unit(self) -> str:
        """The responsible unit."""
        return self.units[self.case.unit_code] if self.case.unit_code else ""

    def co_units(self) -> str:
        """The units that help."""
        return "、".join(self.units[code] for code in self.case.co_units)

    def led_by(self, role: Role) -> str:
        """Who held a role in the responsible unit when the case was closed; today, while it is open."""
        return self.leader(self.case.unit_code, role, day_of(self.case.closed_at or self.as_of))

    def to_step(self, form: type[Form], round: int | None = None) -> list[Given]:
        """Return the answers to a step, those of one round if it is given; the last stands."""
        kind = STEP_OF[form].name
        return [each for each in self.answers if each.kind == kind and round in (None, each.round)]

    def plan(self) -> dict[str, Any] | None:
        """Return what the unit promised last."""
        plans = [each for each in self.answers if each.kind == PLAN]
        return plans[-1].data if plans else None

    def reports(self, round: int) -> Sequence[Given]:
        """Return what was reported in a round, as `latest` does."""
        return _last_reports(self.case, [each for each in self.answers if each.round == round])

    def nature(self) -> str:
        """What was found: 不作为、慢作为 or 乱作为; units may differ."""
        found = (Nature(each.data["nature"]).label for each in self.latest if each.data["nature"])
        return "、".join(dict.fromkeys(found))

    def measures(self, round: int | None = None) -> str:
        """What is to be done, as reported; before any report, as planned."""
        parts = []
        for each in self.latest if round is None else self.reports(round):
            said = each.data["opinion" if each.kind == DIRECT else "rectification"]
            helper = each.unit in self.case.co_units and each.unit is not None
            if said:
                parts.append(f"（{self.units[each.unit or '']}）{said}" if helper else said)
        plan = None if parts or round else self.plan()
        return self.masked("\n".join(parts) or (plan["measures"] if plan else ""))

    def progress(self) -> str:
        """What is waited for, of whom where it is not the responsible unit, until when; else where the case stands."""
        return "\n".join(self._awaited(each) for each in self.waiting) or self.case.status.label

    def light(self) -> Light | str:
        """The worst light of the open steps."""
        lights = [each.light(self.as_of) for each in self.waiting]
        return max(lights, key=_WORST_LAST.index) if lights else "—"

    def is_written_off(self) -> str:
        """是 or 否."""
        return "是" if self.case.status is Status.WRITTEN_OFF else "否"

    def written_off_on(self) -> date | None:
        """The day of 销号."""
        closed_at = self.case.closed_at
        return day_of(closed_at) if closed_at and self.case.status is Status.WRITTEN_OFF else None

    def _awaited(self, step: Assignment) -> str:
        by = f"（{self.units[step.unit_code]}）" if step.unit_code and step.unit_code != self.case.unit_code else ""
        until = f"{long_date(step.due_on)}{'（暂定）' if step.provisional else ''}"
        return f"{STEPS[step.kind].title}{by} {until}到期"


class CaseFiles:
    """Reads case files, as many at a time as it is given cases.

    answers: the forms whose answers are wanted.
    """

    def __init__(self, session: Session, scope: Scope, *answers: type[Form]) -> None:
        self.session, self.as_of = session, scope.as_of
        self.kinds = [STEP_OF[form].name for form in answers]
        self.units = {unit.code: unit.name for unit in session.scalars(select(Unit))}
        self.leader = _leaders(session)

    def of(self, cases: Iterable[Case]) -> dict[int, CaseFile]:
        """Read the files of some cases, by the cases' ids."""
        found = {case.id: case for case in cases}
        at_rest = [case.id for case in found.values() if case.status is Status.SUSPENDED]
        if at_rest:  # their lights stay as they were when it began
            self.session.scalars(select(Case).where(among(Case.id, at_rest)).options(selectinload(Case.rest))).all()
        sources = by_case(
            self.session,
            select(CaseMessage.case_id, Channel.name, Message.source_number, Message.received_at, Channel.double_check)
            .join(CaseMessage.message)
            .join(Message.channel)
            .where(among(CaseMessage.case_id, found))
            .order_by(Message.received_at, Message.id),
            Source,
        )
        senders = by_case(
            self.session,
            select(CaseMessage.case_id, Complainant)
            .join(Complainant, Complainant.message_id == CaseMessage.message_id)
            .where(among(CaseMessage.case_id, found))
            .order_by(Complainant.message_id),
            lambda sender: sender,
        )
        answers = by_case(
            self.session,
            select(
                Assignment.case_id,
                Assignment.kind,
                Assignment.round,
                Assignment.unit_code,
                Answer.officer_code,
                Answer.answered_at,
                Answer.data.op("-", return_type=JSONB())("facts"),  # which no ledger shows
            )
            .join(Answer.assignment)
            .where(among(Assignment.case_id, found), Assignment.kind.in_(self.kinds), ~Answer.annulment.has())
            .order_by(Answer.id),
            Given,
        )
        waiting = by_case(
            self.session,
            select(Assignment.case_id, Assignment)
            .where(among(Assignment.case_id, found), Assignment.is_open, Assignment.kind != TRACKING)
            .order_by(Assignment.id)
            .options(load_only(*_OF_A_STEP, raiseload=True)),
            lambda step: step,
        )
        for case_id, steps in waiting.items():
            for step in steps:
                set_committed_value(step, "case", found[case_id])  # or each would look for it
        filings = by_case(
            self.session,
            select(Filing.case_id, Filing.round, Filing.number)
            .where(among(Filing.case_id, found))
            .order_by(Filing.round),
            lambda round, number: (round, number),
        )
        return {
            case.id: CaseFile(
                case=case,
                sources=sources[case.id],
                senders=senders[case.id],
                answers=answers[case.id],
                latest=_last_reports(case, answers[case.id]),
                waiting=waiting[case.id],
                filings=dict(filings[case.id]),
                units=self.units,
                leader=self.leader,
                as_of=self.as_of,
            )
            for case in found.values()
        }


def in_chunks(session: Session, rows: Select[*tuple[Any, ...]]) -> Iterator[Sequence[Row[*tuple[Any, ...]]]]:
    """Read rows as they are needed, some hundred at a time."""
    yield from session.execute(rows.execution_options(yield_per=CHUNK)).partitions()


def among(column: InstrumentedAttribute[Any], ids: Iterable[int]) -> ColumnElement[bool]:
    """Whether a column is one of some ids: one parameter, however many there are, and a text, which is soon sent."""
    return column == any_(cast(literal(f"{{{','.join(map(str, ids))}}}", Text), ARRAY(BigInteger)))


def counts(answer_id: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Whether what an answer left behind still counts."""
    return ~exists().where(Annulment.answer_id == answer_id)


def by_case(session: Session, rows: Select[*tuple[Any, ...]], make: Callable[..., _T]) -> defaultdict[int, list[_T]]:
    """Read rows that begin with a case's id; make of the rest what is wanted, and group it by the case."""
    grouped: defaultdict[int, list[_T]] = defaultdict(list)
    for case_id, *rest in session.execute(rows):
        grouped[case_id].append(make(*rest))
    return grouped


def _last_reports(case: Case, answers: Sequence[Given]) -> Sequence[Given]:
    reported = [each for each in answers if each.kind in (INVESTIGATION, DIRECT)]
    if not reported:
        return ()
    last_round = max(each.round for each in reported)
    if reported[-1].kind == DIRECT and reported[-1].round == last_round:
        return reported[-1:]
    last_of = {each.unit: each for each in reported if each.round == last_round and each.kind == INVESTIGATION}
    return [last_of[unit] for unit in (case.unit_code, *case.co_units) if unit in last_of]


def _leaders(session: Session) -> Callable[[str | None, Role, date], str]:
    """Read who led which unit from when to when; return what tells the names of a day."""
    grants: dict[tuple[str, Role], list[RoleGrant]] = defaultdict(list)
    for grant in session.scalars(
        select(RoleGrant)
        .join(RoleGrant.officer)
        .where(RoleGrant.role.in_([Role.UNIT_HEAD, Role.UNIT_DEPUTY]))
        .order_by(Officer.code)
        .options(joinedload(RoleGrant.officer))
    ):
        grants[grant.officer.unit_code, grant.role].append(grant)

    @cache
    def names(unit: str | None, role: Role, day: date) -> str:
        held = grants.get((unit, role), []) if unit else []
        return "、".join(dict.fromkeys(grant.officer.name for grant in held if grant.covers(day)))

    return names
