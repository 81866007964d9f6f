"""问题台账: every problem on one line, where it came from, who mends it by when, and how far it is."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BigInteger, Select, any_, func, literal, select
from sqlalchemy.orm import Session, aliased, joinedload

from models.assignment import Answer, Assignment
from models.case import Case, CaseMessage
from models.clock import SHANGHAI
from models.forms import DirectAccountability, Investigation, RectificationPlan
from models.masks import masked_text
from models.message import Complainant, Message
from models.path import FIRST
from models.records import Filing
from models.registry import Channel, Officer, RoleGrant, Unit
from models.steps import STEP_OF, STEPS
from models.words import Finding, Light, Nature, Role, Status
from reports.report import Column, Paper, Parameter, Report, Scope, Total, Value, long_date

CHUNK = 1000  # cases; each chunk costs five queries

_INVESTIGATION, _DIRECT, _PLAN = (
    STEP_OF[form].name for form in (Investigation, DirectAccountability, RectificationPlan)
)
_COMPLETION = {
    Status.REGISTERED: "待分类",
    Status.WRITTEN_OFF: "已完成",
    Status.REJECTED: "不予受理",
    Status.TRANSFERRED: "已转有权机关",
    Status.MERGED: "已并案",
    Status.SUSPENDED: "挂起",
}
_WORST_LAST = list(Light)


class Source(NamedTuple):
    """One message of a case: by which channel it came, its number there, and when the channel took it in."""

    channel: str
    number: str
    received_at: datetime


class Given(NamedTuple):
    """An answer that counts: to which step and round, by which unit, and what it says."""

    kind: str
    round: int
    unit: str | None
    data: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One line. Its methods are the ledger's columns.

    senders: of whom no cell says anything, whatever somebody wrote.
    reports: what counts of the latest round that has any, the responsible unit's first, or the office's own alone.
    waiting: the open steps. filings: by round. units: every unit's name by its code.
    """

    position: int
    case: Case
    merged_into: str | None
    linked_from: str | None
    sources: Sequence[Source]
    senders: Sequence[Complainant]
    reports: Sequence[Given]
    plan: dict[str, Any] | None
    waiting: Sequence[Assignment]
    filings: Mapping[int, str]
    head: str
    deputy: str
    units: Mapping[str, str]
    as_of: datetime

    def number(self) -> str:
        """The case's number."""
        return self.case.number

    def channels(self) -> str:
        """By which channels it came, each once."""
        return "、".join(dict.fromkeys(each.channel for each in self.sources))

    def source_numbers(self) -> str:
        """Under which numbers it came; a case whose messages have gone to another has none."""
        return self._masked("、".join(each.number for each in self.sources))

    def received_on(self) -> date:
        """The day on which the first message came; where there is none, the day on which the case was opened."""
        return _day(min((each.received_at for each in self.sources), default=self.case.opened_at))

    def summary(self) -> str:
        """The office's summary, which identifies nobody; never the text or the subject of a message."""
        return self._masked(self.case.summary) or (
            "（待分类）" if self.case.status is Status.REGISTERED else "（未分类）"
        )

    def problem_class(self) -> str:
        """一类、二类、三类 or 一般."""
        return self.case.problem_class.short if self.case.problem_class else ""

    def nature(self) -> str:
        """What was found: 不作为、慢作为 or 乱作为; units may differ."""
        found = (Nature(each.data["nature"]).label for each in self.reports if each.data["nature"])
        return "、".join(dict.fromkeys(found))

    def unit(self) -> str:
        """The responsible unit."""
        return self.units[self.case.unit_code] if self.case.unit_code else ""

    def together(self) -> str:
        """Who leads, by the unit's plan, and who helps."""
        parts = []
        if self.plan is not None:
            parts.append(f"牵头：{self.units[self.plan['lead_unit']]}")
        if self.case.co_units:
            parts.append(f"协办：{'、'.join(self.units[code] for code in self.case.co_units)}")
        return "\n".join(parts)

    def measures(self) -> str:
        """What is to be done, as reported; before that, as planned."""
        parts = []
        for each in self.reports:
            said = each.data["opinion" if each.kind == _DIRECT else "rectification"]
            helper = each.unit in self.case.co_units and each.unit is not None
            if said:
                parts.append(f"（{self.units[each.unit or '']}）{said}" if helper else said)
        return self._masked("\n".join(parts) or (self.plan["measures"] if self.plan else ""))

    def deadline(self) -> date | None:
        """The day by which all of it is done, as reported; before that, as planned."""
        days = [each.data.get("rectification_deadline") for each in self.reports]
        last = max(filter(None, days), default=self.plan["deadline"] if self.plan else None)
        return date.fromisoformat(last) if last else None

    def progress(self) -> str:
        """What is waited for, of whom where it is not the responsible unit, until when; else where the case stands."""
        return "\n".join(self._awaited(each) for each in self.waiting) or self.case.status.label

    def completion(self) -> str:
        """How far it is, in few words that can be filtered."""
        begun = "已备案" if self.case.round in self.filings else "办理中"
        return _COMPLETION.get(self.case.status, begun)

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
        return _day(closed_at) if closed_at and self.case.status is Status.WRITTEN_OFF else None

    def remarks(self) -> str:
        """What else a reader must know of the case."""
        case = self.case
        parts = [f"备案号：{'、'.join(self.filings.values())}"] if self.filings else []
        if any(each.data.get("finding") == Finding.UNSUBSTANTIATED for each in self.reports):
            parts.append("经查不属实")
        if self.merged_into:
            parts.append(f"并入{self.merged_into}")
        if self.linked_from:
            parts.append(f"审查{self.linked_from}备案材料时发现")
        if case.round > FIRST:
            parts.append("二次办理" if case.round == FIRST + 1 else "二次办理后由治庸问责办直接问责")
        elif case.handled_directly:
            parts.append("治庸问责办直接办理")
        if case.status in (Status.REJECTED, Status.TRANSFERRED) and case.closing_reason:
            parts.append(case.closing_reason)
        return self._masked("；".join(parts))

    def _masked(self, text: str) -> str:
        return masked_text(text, *self.senders)

    def _awaited(self, step: Assignment) -> str:
        by = f"（{self.units[step.unit_code]}）" if step.unit_code and step.unit_code != self.case.unit_code else ""
        until = f"{long_date(step.due_on)}{'（暂定）' if step.provisional else ''}"
        return f"{STEPS[step.kind].title}{by} {until}到期"


def read_problems(session: Session, scope: Scope) -> Iterator[Problem]:
    """Yield the lines in the order of the cases' numbers."""
    units = {unit.code: unit.name for unit in session.scalars(select(Unit))}
    leaders = _leaders(session)
    position = 0
    for chunk in session.execute(_cases(scope).execution_options(yield_per=CHUNK)).partitions():
        of_the_chunk = any_(literal([case.id for case, _, _ in chunk], ARRAY(BigInteger)))
        sources = _by_case(
            (case_id, Source(channel, number, received_at))
            for case_id, channel, number, received_at in session.execute(
                select(CaseMessage.case_id, Channel.name, Message.source_number, Message.received_at)
                .join(CaseMessage.message)
                .join(Message.channel)
                .where(CaseMessage.case_id == of_the_chunk)
                .order_by(Message.received_at, Message.id)
            )
        )
        senders = _by_case(
            (case_id, sender)
            for case_id, sender in session.execute(
                select(CaseMessage.case_id, Complainant)
                .join(Complainant, Complainant.message_id == CaseMessage.message_id)
                .where(CaseMessage.case_id == of_the_chunk)
            )
        )
        answers = _by_case(
            (case_id, Given(kind, round, unit, data))
            for case_id, kind, round, unit, data in session.execute(
                select(Assignment.case_id, Assignment.kind, Assignment.round, Assignment.unit_code, Answer.data)
                .join(Answer.assignment)
                .where(
                    Assignment.case_id == of_the_chunk,
                    Assignment.kind.in_([_INVESTIGATION, _DIRECT, _PLAN]),
                    ~Answer.annulment.has(),
                )
                .order_by(Answer.id)
            )
        )
        waiting = _by_case(
            (step.case_id, step)
            for step in session.scalars(
                select(Assignment).where(Assignment.case_id == of_the_chunk, Assignment.is_open).order_by(Assignment.id)
            )
        )
        filings = _by_case(
            (case_id, (round, number))
            for case_id, round, number in session.execute(
                select(Filing.case_id, Filing.round, Filing.number)
                .where(Filing.case_id == of_the_chunk)
                .order_by(Filing.round)
            )
        )
        for case, merged_into, linked_from in chunk:
            position += 1
            day = _day(case.closed_at or scope.as_of)
            plans = [each.data for each in answers[case.id] if each.kind == _PLAN]
            yield Problem(
                position=position,
                case=case,
                merged_into=merged_into,
                linked_from=linked_from,
                sources=sources[case.id],
                senders=senders[case.id],
                reports=_latest_reports(case, [each for each in answers[case.id] if each.kind != _PLAN]),
                plan=plans[-1] if plans else None,
                waiting=waiting[case.id],
                filings=dict(filings[case.id]),
                head=leaders(case.unit_code, Role.UNIT_HEAD, day),
                deputy=leaders(case.unit_code, Role.UNIT_DEPUTY, day),
                units=units,
                as_of=scope.as_of,
            )


def _cases(scope: Scope) -> Select[Case, str, str]:
    """Select the cases of the scope with the number of the case that each is merged into, and linked from."""
    into, origin = aliased(Case), aliased(Case)
    first = (
        select(CaseMessage.case_id, func.min(Message.received_at).label("received_at"))
        .join(CaseMessage.message)
        .group_by(CaseMessage.case_id)
        .subquery()
    )
    received_at = func.coalesce(first.c.received_at, Case.opened_at)
    cases = (
        select(Case, into.number, origin.number)
        .outerjoin(first, first.c.case_id == Case.id)
        .outerjoin(into, Case.merged_into == into.id)
        .outerjoin(origin, Case.linked_from == origin.id)
        .order_by(Case.year, Case.sequence)
    )
    if scope.from_day is not None:
        cases = cases.where(received_at >= datetime.combine(scope.from_day, time(), SHANGHAI))
    if scope.to_day is not None:
        cases = cases.where(received_at < datetime.combine(scope.to_day + timedelta(days=1), time(), SHANGHAI))
    return cases.where(Case.unit_code == scope.unit) if scope.unit is not None else cases


def _by_case(pairs: Iterable[tuple[int, Any]]) -> defaultdict[int, list[Any]]:
    grouped: defaultdict[int, list[Any]] = defaultdict(list)
    for case_id, each in pairs:
        grouped[case_id].append(each)
    return grouped


def _latest_reports(case: Case, answers: list[Given]) -> list[Given]:
    latest = [each for each in answers if each.round == max(answer.round for answer in answers)]
    if latest and latest[-1].kind == _DIRECT:
        return latest[-1:]
    last_of = {each.unit: each for each in latest if each.kind == _INVESTIGATION}
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

    def names(unit: str | None, role: Role, day: date) -> str:
        held = grants.get((unit, role), []) if unit else []
        return "、".join(dict.fromkeys(grant.officer.name for grant in held if grant.covers(day)))

    return names


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def _is(word: Value) -> Callable[[Value], bool]:
    return lambda value: value == word


PROBLEM_LEDGER = Report(
    name="problem-ledger",
    title="问题台账",
    about="全部问题的来源、责任单位、整改措施、时限、进展、灯号和销号情况，一案一行",
    paper=Paper.A3,
    parameters=(Parameter.FROM, Parameter.TO, Parameter.UNIT),
    dated_by="收到日期",
    frozen=2,
    rows=read_problems,
    columns=(
        Column(heading="序号", width=5, value=lambda each: each.position),
        Column(
            heading="案件编号",
            width=14.5,
            value=Problem.number,
            total=Total(formula="COUNTA({cells})", adds=lambda _: 1, shows='0"件"'),
        ),
        Column(heading="问题来源（渠道）", width=12.5, value=Problem.channels),
        Column(heading="来源编号", width=12.5, value=Problem.source_numbers),
        Column(heading="收到日期", width=11, value=Problem.received_on),
        Column(heading="问题描述（脱敏）", width=30, value=Problem.summary, prose=True),
        Column(heading="类别", width=5.5, value=Problem.problem_class),
        Column(heading="性质", width=7.5, value=Problem.nature),
        Column(heading="责任单位", width=12.5, value=Problem.unit),
        Column(heading="责任人", width=8, value=lambda each: each.head),
        Column(heading="分管领导", width=9, value=lambda each: each.deputy),
        Column(heading="牵头/协办", width=14, value=Problem.together, prose=True),
        Column(heading="整改措施", width=30, value=Problem.measures, prose=True),
        Column(heading="整改时限", width=11, value=Problem.deadline),
        Column(heading="进展", width=20, value=Problem.progress, prose=True),
        Column(heading="完成情况", width=9, value=Problem.completion),
        Column(
            heading="灯号",
            width=8,
            value=Problem.light,
            total=Total(formula='COUNTIF({cells},"红*")', adds=_is(Light.RED), shows='"红"0"件"'),
        ),
        Column(
            heading="是否销号",
            width=5.5,
            value=Problem.is_written_off,
            total=Total(formula='COUNTIF({cells},"是")', adds=_is("是"), shows='"是"0"件"'),
        ),
        Column(heading="销号日期", width=11, value=Problem.written_off_on),
        Column(heading="备注", width=17, value=Problem.remarks, prose=True),
    ),
)
