"""问责台账: every decision against a person or a unit, on which ground, by which measures, and what became of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.case import Case
from models.records import AccountabilityDecision, DoubleCheck
from models.registry import Officer
from models.words import Position
from reports.case_columns import CASE_NUMBER, POSITION, UNIT, WRITTEN_OFF
from reports.case_file import REPORTS, CaseFile, CaseFiles, among, by_case, counts, in_chunks
from reports.held_to_account import full_name, post_on, shown_name, unit_name, without_names
from reports.narrowed import of_scope, on_days
from reports.report import USUAL, Column, Paper, Report, Scope, how_many_days


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """One decision. checked: whether each of the three was held to account, by the case's last double check.

    names: of all whom the case's decisions and double checks are about.
    """

    position: int
    decision: AccountabilityDecision
    file: CaseFile
    checked: Mapping[Position, bool]
    names: Sequence[str]
    scope: Scope

    def name(self) -> str:
        """The person, as far as the reader may know; a unit by its name."""
        return shown_name(self.decision, self.scope) or "（单位）"

    def unit(self) -> str:
        """The person's unit, or the unit itself."""
        code = self.decision.unit_code
        return self.file.units[code] if code else unit_name(self.decision)

    def post(self) -> str:
        """The post that the person held when it was decided."""
        return post_on(self.decision, self.decision.decided_on) or "—"

    def clause(self) -> str:
        """Which slot of the accountability list was cited; a slot without its official text cannot be."""
        return f"第{self.decision.clause}项" if self.decision.clause else "—"

    def conclusion(self, position: Position) -> str:
        """What 一案双查 concluded about one of the three."""
        pursued = self.checked.get(position)
        return "—" if pursued is None else ("追究" if pursued else "不追究")

    def measures(self) -> str:
        """The measures, one or several."""
        return "、".join(each.measure.label for each in self.decision.measures)

    def appeal(self) -> str:
        """What became of an appeal."""
        return without_names(self.file.masked(self.decision.appeal), self.names, self.scope)

    def summary(self) -> str:
        """The office's summary."""
        return without_names(self.file.summary(), self.names, self.scope)

    def deciding_body(self) -> str:
        """Who decided."""
        return without_names(self.file.masked(self.decision.deciding_body), self.names, self.scope)

    def document_number(self) -> str:
        """The decision's number."""
        return without_names(self.file.masked(self.decision.document_number), self.names, self.scope)


def read_decisions(session: Session, scope: Scope) -> Iterator[Decided]:
    """Yield the lines in the order of the cases' numbers, then of the decisions."""
    files = CaseFiles(session, scope, *REPORTS)
    position = 0
    for chunk in in_chunks(session, _decisions(scope)):
        file_of = files.of(case for _, case in chunk)
        checks = by_case(
            session,
            select(DoubleCheck.case_id, DoubleCheck)
            .where(among(DoubleCheck.case_id, file_of), counts(DoubleCheck.answer_id))
            .options(joinedload(DoubleCheck.officer), joinedload(DoubleCheck.person))
            .order_by(DoubleCheck.id),
            lambda check: check,
        )
        named = by_case(
            session,
            select(AccountabilityDecision.case_id, AccountabilityDecision)
            .where(among(AccountabilityDecision.case_id, file_of))
            .options(joinedload(AccountabilityDecision.officer), joinedload(AccountabilityDecision.person))
            .order_by(AccountabilityDecision.id),
            full_name,
        )
        for decision, case in chunk:
            position += 1
            yield Decided(
                position=position,
                decision=decision,
                file=file_of[case.id],
                checked={each.position: each.pursued for each in checks[case.id]},
                names=[*named[case.id], *map(full_name, checks[case.id])],
                scope=scope,
            )


def _decisions(scope: Scope) -> Select[AccountabilityDecision, Case]:
    return (
        select(AccountabilityDecision, Case)
        .join(Case, Case.id == AccountabilityDecision.case_id)
        .where(
            counts(AccountabilityDecision.answer_id),
            *of_scope(scope),
            *on_days(scope, AccountabilityDecision.decided_on),
        )
        .options(
            joinedload(AccountabilityDecision.officer).joinedload(Officer.unit),
            joinedload(AccountabilityDecision.officer).selectinload(Officer.grants),
            joinedload(AccountabilityDecision.person),
            selectinload(AccountabilityDecision.measures),
        )
        .order_by(Case.year, Case.sequence, AccountabilityDecision.id)
    )


def _conclusion(of: Position) -> Column[Decided]:
    return Column(heading=of.label, width=10.5, value=lambda each: each.conclusion(of), group="一案双查结论")


ACCOUNTABILITY_LEDGER = Report(
    name="accountability-ledger",
    title="问责台账",
    about="全部问责决定的对象（受限）、情形、一案双查结论、问责方式、决定机关、申诉和执行情况，一人（单位）一行",
    paper=Paper.A3,
    parameters=USUAL,
    dated_by="决定日期",
    frozen=2,
    names_people=True,
    rows=read_decisions,
    columns=(
        POSITION,
        CASE_NUMBER,
        Column(heading="问题（脱敏）", width=26, value=Decided.summary, prose=True),
        UNIT,
        Column(heading="姓名", width=9, value=Decided.name, group="问责对象（受限）"),
        Column(heading="单位", width=12.5, value=Decided.unit, group="问责对象（受限）"),
        Column(heading="职务", width=12, value=Decided.post, group="问责对象（受限）"),
        Column(heading="性质", width=8, value=lambda each: each.file.nature(), group="问责情形"),
        Column(heading="条款号", width=8, value=Decided.clause, group="问责情形"),
        *map(_conclusion, Position),
        Column(heading="问责方式", width=18, value=Decided.measures),
        Column(heading="机关", width=12.5, value=Decided.deciding_body, group="决定"),
        Column(heading="日期", width=11, value=lambda each: each.decision.decided_on, group="决定"),
        Column(heading="文号", width=14, value=Decided.document_number, group="决定"),
        Column(heading="申诉", width=14, value=Decided.appeal, prose=True),
        Column(
            heading="执行日期",
            width=11,
            value=lambda each: each.decision.executed_on,
            total=how_many_days('"执行"0"件"'),
        ),
        WRITTEN_OFF,
    ),
)
