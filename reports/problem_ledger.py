"""问题台账: every problem on one line, where it came from, who mends it by when, and how far it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from models.case import Case, CaseMessage
from models.message import Message
from models.path import FIRST
from models.words import Finding, Role, Status
from reports.case_columns import CASE_NUMBER, POSITION, UNIT, WRITTEN_OFF, summary
from reports.case_file import REPORTS, CaseFile, CaseFiles, in_chunks
from reports.narrowed import of_scope, within
from reports.report import RED_LIGHTS, UNIT_ROLES, USUAL, Column, Paper, Report, Scope, day_of

_COMPLETION = {
    Status.REGISTERED: "待分类",
    Status.WRITTEN_OFF: "已完成",
    Status.REJECTED: "不予受理",
    Status.TRANSFERRED: "已转有权机关",
    Status.MERGED: "已并案",
    Status.SUSPENDED: "挂起",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One line. Its methods are the columns that no other ledger has."""

    position: int
    file: CaseFile
    merged_into: str | None
    linked_from: str | None

    def source_numbers(self) -> str:
        """Under which numbers it came; a case whose messages have gone to another has none."""
        return self.file.masked("、".join(each.number for each in self.file.sources))

    def received_on(self) -> date:
        """The day on which the first message came; where there is none, the day on which the case was opened."""
        return day_of(min((each.received_at for each in self.file.sources), default=self.file.case.opened_at))

    def problem_class(self) -> str:
        """一类、二类、三类 or 一般."""
        return self.file.case.problem_class.short if self.file.case.problem_class else ""

    def together(self) -> str:
        """Who leads, by the unit's plan, and who helps."""
        parts, plan = [], self.file.plan()
        if plan is not None:
            parts.append(f"牵头：{self.file.units[plan['lead_unit']]}")
        if self.file.case.co_units:
            parts.append(f"协办：{self.file.co_units()}")
        return "\n".join(parts)

    def deadline(self) -> date | None:
        """The day by which all of it is done, as reported; before that, as planned."""
        days = [each.data.get("rectification_deadline") for each in self.file.latest]
        last = max(filter(None, days), default=None)
        if last is None and (plan := self.file.plan()) is not None:
            last = plan["deadline"]
        return date.fromisoformat(last) if last else None

    def completion(self) -> str:
        """How far it is, in few words that can be filtered."""
        begun = "已备案" if self.file.case.round in self.file.filings else "办理中"
        return _COMPLETION.get(self.file.case.status, begun)

    def remarks(self) -> str:
        """What else a reader must know of the case."""
        case = self.file.case
        parts = [f"备案号：{'、'.join(self.file.filings.values())}"] if self.file.filings else []
        if any(each.data.get("finding") == Finding.UNSUBSTANTIATED for each in self.file.latest):
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
            parts.append(self.file.masked(case.closing_reason))
        return "；".join(parts)


def read_problems(session: Session, scope: Scope) -> Iterator[Problem]:
    """Yield the lines in the order of the cases' numbers."""
    files = CaseFiles(session, scope, *REPORTS)
    position = 0
    for chunk in in_chunks(session, _cases(scope)):
        file_of = files.of(case for case, _, _ in chunk)
        for case, merged_into, linked_from in chunk:
            position += 1
            yield Problem(position=position, file=file_of[case.id], merged_into=merged_into, linked_from=linked_from)


def _cases(scope: Scope) -> Select[Case, Any, Any]:
    """Select the cases of the scope with the number of the case that each is merged into, and linked from."""
    into, origin = aliased(Case), aliased(Case)
    first = (
        select(CaseMessage.case_id, func.min(Message.received_at).label("received_at"))
        .join(CaseMessage.message)
        .group_by(CaseMessage.case_id)
        .subquery()
    )
    received_at = func.coalesce(first.c.received_at, Case.opened_at)
    return (
        select(Case, into.number, origin.number)
        .outerjoin(first, first.c.case_id == Case.id)
        .outerjoin(into, Case.merged_into == into.id)
        .outerjoin(origin, Case.linked_from == origin.id)
        .where(*of_scope(scope), *within(scope, received_at))
        .order_by(Case.year, Case.sequence)
    )


PROBLEM_LEDGER = Report(
    name="problem-ledger",
    title="问题台账",
    about="全部问题的来源、责任单位、整改措施、时限、进展、灯号和销号情况，一案一行",
    paper=Paper.A3,
    parameters=USUAL,
    dated_by="收到日期",
    frozen=2,
    also_for=UNIT_ROLES,
    rows=read_problems,
    columns=(
        POSITION,
        CASE_NUMBER,
        Column(heading="问题来源（渠道）", width=12.5, value=lambda each: each.file.channels()),
        Column(heading="来源编号", width=12.5, value=Problem.source_numbers),
        Column(heading="收到日期", width=11, value=Problem.received_on),
        summary(30, "问题描述（脱敏）"),
        Column(heading="类别", width=5.5, value=Problem.problem_class),
        Column(heading="性质", width=7.5, value=lambda each: each.file.nature()),
        UNIT,
        Column(heading="责任人", width=8, value=lambda each: each.file.led_by(Role.UNIT_HEAD)),
        Column(heading="分管领导", width=9, value=lambda each: each.file.led_by(Role.UNIT_DEPUTY)),
        Column(heading="牵头/协办", width=14, value=Problem.together, prose=True),
        Column(heading="整改措施", width=30, value=lambda each: each.file.measures(), prose=True),
        Column(heading="整改时限", width=11, value=Problem.deadline),
        Column(heading="进展", width=20, value=lambda each: each.file.progress(), prose=True),
        Column(heading="完成情况", width=9, value=Problem.completion),
        Column(heading="灯号", width=8, value=lambda each: each.file.light(), total=RED_LIGHTS),
        WRITTEN_OFF,
        Column(heading="销号日期", width=11, value=lambda each: each.file.written_off_on()),
        Column(heading="备注", width=17, value=Problem.remarks, prose=True),
    ),
)
