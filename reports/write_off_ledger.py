"""销号台账: what was applied for as done, on which evidence, who approved it, and what is still to be approved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from models.assignment import Assignment
from models.case import Case
from models.forms import EffectAssessment, SocialEvaluation, WriteOff, WriteOffApproval
from models.registry import Officer
from models.steps import STEP_OF
from models.words import Finding, Status
from reports.case_columns import summary
from reports.case_file import REPORTS, CaseFile, CaseFiles, Given, in_chunks
from reports.narrowed import of_scope, within
from reports.report import ALL_ROWS, USUAL, Column, Paper, Report, Scope, how_many, long_date
from reports.rounds import call_backs, signing_days

_WRITE_OFF, _APPROVAL = STEP_OF[WriteOff].name, STEP_OF[WriteOffApproval].name


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteOffLine:
    """One case. signed_on: when the unit's head signed last. called: what the last call-back found, or why none."""

    position: int
    file: CaseFile
    signed_on: date | None
    called: str
    names: dict[str, str]

    def result(self) -> str:
        """What was found and what was done about it."""
        findings = (Finding(each.data["finding"]).label for each in self.file.latest if "finding" in each.data)
        found = "、".join(dict.fromkeys(findings))
        return "；".join(filter(None, (found, self.file.measures())))

    def evidence(self) -> str:
        """What shows that it is done."""
        applied = self._last(self.file.to_step(WriteOff))
        return self.file.masked("；".join(applied.data["evidence"])) if applied else ""

    def applicant(self) -> str:
        """Who applied."""
        return self._officer(self._last(self.file.to_step(WriteOff)))

    def approver(self) -> str:
        """Who decided on the application last, where he agreed."""
        decided = self._last(self.file.to_step(WriteOffApproval))
        return self._officer(decided) if decided and decided.data["agreed"] else ""

    def state(self) -> str:
        """待申请、待审批、已驳回、已销号, or that the case has gone back to an earlier stage."""
        if self.file.case.status is Status.WRITTEN_OFF:
            return "已销号"
        open_steps = {each.kind for each in self.file.waiting}
        if _APPROVAL in open_steps:
            return "待审批"
        if _WRITE_OFF in open_steps:
            return "已驳回" if self.file.to_step(WriteOffApproval) else "待申请"
        return self.file.case.status.label

    def looked_back(self) -> str:
        """What was assessed of the effect; who looks again after 销号 writes it in by hand."""
        parts = []
        if assessed := self._last(self.file.to_step(EffectAssessment)):
            day = long_date(date.fromisoformat(assessed.data["assessed_on"]))
            parts.append(f"{day}效果评估：{'有效' if assessed.data['effective'] else '无效'}")
        if evaluated := self._last(self.file.to_step(SocialEvaluation)):
            parts.append(f"社会测评：{evaluated.data['score']:g}分")
        return "\n".join(parts)

    def _officer(self, given: Given | None) -> str:
        return self.names[given.officer] if given else ""

    @staticmethod
    def _last(given: Sequence[Given]) -> Given | None:
        return given[-1] if given else None


def read_write_offs(session: Session, scope: Scope) -> Iterator[WriteOffLine]:
    """Yield the lines in the order of the cases' numbers."""
    files = CaseFiles(session, scope, *REPORTS, WriteOff, WriteOffApproval, EffectAssessment, SocialEvaluation)
    names = {officer.code: officer.name for officer in session.scalars(select(Officer))}
    position = 0
    for chunk in in_chunks(session, _cases(scope)):
        file_of = files.of(case for (case,) in chunk)
        signed, called = signing_days(session, file_of), call_backs(session, file_of)
        for (case,) in chunk:
            position += 1
            yield WriteOffLine(
                position=position,
                file=file_of[case.id],
                signed_on=signed[case.id][max(signed[case.id])] if signed[case.id] else None,
                called=called[case.id][max(called[case.id])] if called[case.id] else "",
                names=names,
            )


def _cases(scope: Scope) -> Select[Case]:
    """Select what is written off, and, where no day is asked for, what is on its way there."""
    asked = exists().where(
        Assignment.case_id == Case.id, Assignment.kind == _WRITE_OFF, Assignment.withdrawn_at.is_(None)
    )
    written_off = Case.status == Status.WRITTEN_OFF
    whole = scope.from_day is None and scope.to_day is None
    return (
        select(Case)
        .where(or_(written_off, asked) if whole else written_off, *of_scope(scope), *within(scope, Case.closed_at))
        .order_by(Case.year, Case.sequence)
    )


WRITE_OFF_LEDGER = Report(
    name="write-off-ledger",
    title="销号台账",
    about="已销号和正在申请销号的问题：整改结果、佐证材料、签字、备案、满意度和审批；按日期筛选时只含已销号的",
    paper=Paper.A4,
    parameters=USUAL,
    dated_by="销号日期",
    frozen=2,
    rows=read_write_offs,
    columns=(
        Column(heading="序号", width=4.5, value=lambda each: each.position),
        Column(heading="案件编号", width=13.5, value=lambda each: each.file.case.number, total=ALL_ROWS),
        summary(19),
        Column(heading="责任单位", width=10.5, value=lambda each: each.file.unit()),
        Column(heading="整改结果", width=22, value=WriteOffLine.result, prose=True),
        Column(heading="佐证材料", width=12, value=WriteOffLine.evidence, prose=True),
        Column(heading="主要领导签字日期", width=10, value=lambda each: each.signed_on),
        Column(heading="备案号", width=13.5, value=lambda each: "\n".join(each.file.filings.values())),
        Column(heading="满意度", width=10.5, value=lambda each: each.called),
        Column(heading="申请人", width=7.5, value=WriteOffLine.applicant, group="销号"),
        Column(heading="批准人", width=7.5, value=WriteOffLine.approver, group="销号"),
        Column(
            heading="状态",
            width=8,
            value=WriteOffLine.state,
            group="销号",
            total=how_many("已销号", '"已销"0"件"'),
        ),
        Column(heading="日期", width=10, value=lambda each: each.file.written_off_on(), group="销号"),
        Column(heading="回头看", width=13, value=WriteOffLine.looked_back, prose=True),
    ),
)
