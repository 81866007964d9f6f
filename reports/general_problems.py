"""普遍性问题分析表: what several people reported in a period, how it grows, where, and whether it is 一类."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case import Case
from models.matter_groups import Matter, find_matters, period_of
from reports.case_file import CaseFile, CaseFiles
from reports.narrowed import of_scope
from reports.report import USUAL, Column, Paper, Report, Scope, how_many, sum_of_numbers

EXAMPLES = 3  # cases of a matter whose summaries are shown


@dataclass(frozen=True, kw_only=True, slots=True)
class GeneralProblem:
    """One line. examples: its first cases that the office has summed up."""

    position: int
    matter: Matter
    examples: Sequence[CaseFile]

    def before(self) -> int | str:
        """How many people reported it in the period before; one or two are not told."""
        return "不足3" if self.matter.before is None else self.matter.before

    def growth(self) -> int | str:
        """How many people more."""
        return "—" if self.matter.growth is None else self.matter.growth

    def example(self) -> str:
        """The office's summaries, which identify nobody, each once; never a message's own text."""
        return "\n".join(dict.fromkeys(each.summary() for each in self.examples))

    def opinion(self) -> str:
        """What is suggested, or what was ruled."""
        if self.matter.ruling is not None:
            return self.matter.ruling.word
        return "建议列为一类" if self.matter.suggested else ""


def read_general_problems(session: Session, scope: Scope) -> Iterator[GeneralProblem]:
    """Yield the lines, what most reported first."""
    period = period_of(session, scope.from_day, scope.to_day)
    about_the_reader = scope.reader.kept_out_of
    matters = find_matters(session, period, conditions=of_scope(scope), except_cases=about_the_reader)
    files = CaseFiles(session, scope)
    for position, matter in enumerate(matters, 1):
        summed_up = (
            select(Case)
            .where(Case.id.in_(matter.case_ids), Case.summary != "", *of_scope(scope))
            .order_by(Case.id)
            .limit(EXAMPLES)
        )
        examples = list(files.of(session.scalars(summed_up)).values())
        yield GeneralProblem(position=position, matter=matter, examples=examples)


GENERAL_PROBLEMS = Report(
    name="general-problems",
    title="普遍性问题分析表",
    about="三人以上反映的同一问题：例案、反映人数和增减、涉及街道社区和单位、是否列为一类，一个问题一行；不给日期的为近期",
    paper=Paper.A3,
    parameters=USUAL,
    dated_by="来件日期",
    frozen=3,
    rows=read_general_problems,
    columns=(
        Column(heading="序号", width=5, value=lambda each: each.position),
        Column(heading="问题编号", width=8, value=lambda each: each.matter.id),
        Column(heading="问题（关键词）", width=24, value=lambda each: each.matter.label, prose=True),
        Column(heading="例案（概要，脱敏）", width=32, value=GeneralProblem.example, prose=True),
        Column(heading="来件数", width=7, value=lambda each: len(each.matter.messages), total=sum_of_numbers("0")),
        Column(group="反映人数", heading="本期", width=7, value=lambda each: each.matter.people),
        Column(group="反映人数", heading="上期", width=7, value=GeneralProblem.before),
        Column(group="反映人数", heading="增减", width=7, value=GeneralProblem.growth),
        Column(heading="首次来件", width=11, value=lambda each: each.matter.first_day),
        Column(heading="最近来件", width=11, value=lambda each: each.matter.last_day),
        Column(heading="涉及街道、社区", width=18, value=lambda each: "、".join(each.matter.places), prose=True),
        Column(heading="责任单位", width=20, value=lambda each: "、".join(each.matter.units), prose=True),
        Column(heading="案件编号", width=30, value=lambda each: "、".join(each.matter.cases), prose=True),
        Column(heading="在办未列一类", width=8, value=lambda each: len(each.matter.open), total=sum_of_numbers("0")),
        Column(heading="趋势", width=8, value=lambda each: each.matter.tendency),
        Column(
            heading="认定",
            width=14,
            value=GeneralProblem.opinion,
            total=how_many("建议列为一类", '"建议"0"个"'),
        ),
    ),
)
