"""一案双查台账: of each double check an explicit conclusion about three: directly responsible, head, deputy."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from models.assignment import Answer, Assignment
from models.case import Case
from models.forms import DoubleCheckForm
from models.path import FIRST
from models.records import AccountabilityDecision, DoubleCheck
from models.steps import STEP_OF
from models.words import Light, Measure, Position
from reports.case_columns import CASE_NUMBER, POSITION, UNIT
from reports.case_file import CaseFile, CaseFiles, among, by_case, counts, in_chunks
from reports.held_to_account import full_name, shown_name, without_names
from reports.narrowed import of_scope, within
from reports.report import RED_LIGHTS, USUAL, Column, Paper, Report, Scope, Value, day_of, how_many

_DOUBLE_CHECK = STEP_OF[DoubleCheckForm].name


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """One double check, or one that is waited for. concluded: about whom what. decided: the decisions that followed."""

    position: int
    step: Assignment
    file: CaseFile
    concluded: Mapping[Position, DoubleCheck]
    decided: int
    scope: Scope

    def why(self) -> str:
        """What made it due (policy 四(二), 六(二))."""
        reasons = [f"第{self.step.round}轮办理"] if self.step.round > FIRST else []
        reasons += dict.fromkeys(each.channel for each in self.file.sources if each.double_check)
        if self.file.case.long_standing:
            reasons.append("不正之风长期滋生蔓延")
        return "、".join(reasons)

    def light(self) -> Light | str:
        """Its light, until it is concluded."""
        return self.step.light(self.file.as_of) if self.step.is_open else "—"

    def concluded_on(self) -> date | None:
        """The day of the conclusions."""
        return day_of(self.step.answered_at) if self.step.answered_at else None

    def name(self, of: Position) -> str:
        """The person, as far as the reader may know."""
        check = self.concluded.get(of)
        return shown_name(check, self.scope) if check else ""

    def summary(self) -> str:
        """The office's summary."""
        return without_names(self.file.summary(), map(full_name, self.concluded.values()), self.scope)

    def conclusion(self, of: Position) -> str:
        """追究 or 不追究."""
        check = self.concluded.get(of)
        return ("追究" if check.pursued else "不追究") if check else ""

    def grounds(self, of: Position) -> str:
        """By which measures, or why not."""
        check = self.concluded.get(of)
        if check is None:
            return ""
        measures = "、".join(Measure(each).label for each in check.measures)
        said = "；".join(filter(None, (measures, check.reason)))
        return without_names(self.file.masked(said), map(full_name, self.concluded.values()), self.scope)


def read_double_checks(session: Session, scope: Scope) -> Iterator[Checked]:
    """Yield the lines in the order of the cases' numbers, then of the rounds."""
    files = CaseFiles(session, scope)
    position = 0
    for chunk in in_chunks(session, _steps(scope)):
        file_of = files.of(case for _, case, _ in chunk)
        checks = by_case(
            session,
            select(DoubleCheck.case_id, DoubleCheck)
            .where(among(DoubleCheck.case_id, file_of), counts(DoubleCheck.answer_id))
            .options(joinedload(DoubleCheck.officer), joinedload(DoubleCheck.person)),
            lambda check: check,
        )
        decided = by_case(
            session,
            select(AccountabilityDecision.case_id, AccountabilityDecision.round).where(
                among(AccountabilityDecision.case_id, file_of), counts(AccountabilityDecision.answer_id)
            ),
            lambda round: round,
        )
        for step, case, answer_id in chunk:
            position += 1
            yield Checked(
                position=position,
                step=step,
                file=file_of[case.id],
                concluded={each.position: each for each in checks[case.id] if each.answer_id == answer_id},
                decided=decided[case.id].count(step.round),
                scope=scope,
            )


def _steps(scope: Scope) -> Select[Assignment, Case, int | None]:
    """Select the steps that wait for conclusions or have some that count."""
    return (
        select(Assignment, Case, Answer.id)
        .join(Assignment.case)
        .outerjoin(Assignment.answer)
        .where(
            Assignment.kind == _DOUBLE_CHECK,
            Assignment.withdrawn_at.is_(None),
            counts(Answer.id),
            *of_scope(scope),
            *within(scope, Assignment.opened_at),
        )
        .order_by(Case.year, Case.sequence, Assignment.id)
    )


def _about(position: Position) -> Sequence[Column[Checked]]:
    """The columns about one of the three."""
    return (
        Column(heading="姓名", width=8.5, value=lambda each: each.name(position), group=position.label),
        Column(
            heading="结论",
            width=8,
            value=lambda each: each.conclusion(position),
            group=position.label,
            total=how_many("追究", '"追究"0"人"'),
        ),
        Column(
            heading="追究方式或不追究理由",
            width=22,
            value=lambda each: each.grounds(position),
            group=position.label,
            prose=True,
        ),
    )


def _decisions(each: Checked) -> Value:
    return each.decided


DOUBLE_CHECK_LEDGER = Report(
    name="double-check-ledger",
    title="一案双查台账",
    about="每次一案双查对直接责任人、“一把手”、分管领导三人的结论和理由，含尚待双查的，一次一行",
    paper=Paper.A3,
    parameters=USUAL,
    dated_by="启动日期",
    frozen=2,
    names_people=True,
    rows=read_double_checks,
    columns=(
        POSITION,
        CASE_NUMBER,
        Column(heading="轮次", width=6, value=lambda each: each.step.round, shows='"第"0"轮"'),
        Column(heading="问题（脱敏）", width=22, value=Checked.summary, prose=True),
        UNIT,
        Column(heading="双查缘由", width=12, value=Checked.why),
        Column(heading="启动日期", width=11, value=lambda each: day_of(each.step.opened_at), group="双查"),
        Column(heading="时限", width=11, value=lambda each: each.step.due_on, group="双查"),
        Column(heading="完成日期", width=11, value=Checked.concluded_on, group="双查"),
        Column(heading="灯号", width=8, value=Checked.light, group="双查", total=RED_LIGHTS),
        *(column for position in Position for column in _about(position)),
        Column(heading="已作问责决定", width=7, value=_decisions, shows='0"项";;"—"'),
    ),
)
