"""What the tables behind a periodic report's first page say: their columns."""

from collections.abc import Callable
from dataclasses import dataclass

from models.words import Status
from reports.figure_sheets import NUMBER, SUM
from reports.periodic_accountability import Conclusions, Held
from reports.periodic_facts import Problem
from reports.periodic_matters import Matter
from reports.periodic_ranking import POINTS, Line
from reports.periodic_rates import TOO_FEW, Counted, Rate
from reports.periodic_spread import Part, Stretch
from reports.periodic_summary import Summary
from reports.periodic_timing import Pace
from reports.periodic_view import View
from reports.report import Column, Value

PERCENT, DAYS, CHANGE = "0.0%", "0.0", "+0;-0;0"

COURSE: tuple[Column[Stretch], ...] = (
    Column(heading="时段", value=lambda each: each.label, width=30, prose=True),
    Column(heading="来件", value=lambda each: each.came, width=12, total=SUM),
    Column(heading="办结", value=lambda each: each.done, width=12, total=SUM),
)


def spread_columns(heading: str, before: str) -> tuple[Column[Part], ...]:
    """Return the columns of a whole in its parts."""
    return (
        Column(heading=heading, value=lambda each: each.label, width=30, prose=True),
        Column(heading="本期", value=lambda each: each.now, width=12, total=SUM),
        Column(heading="占比", value=lambda each: each.share, width=12, shows=PERCENT),
        Column(heading=before, value=lambda each: each.before, width=12, total=SUM),
        Column(heading="增减", value=lambda each: each.change, width=12, shows=CHANGE, total=SUM),
    )


def pace_columns(heading: str, days: str) -> tuple[Column[Pace], ...]:
    """Return the columns of how fast something went; days: in what it is counted."""
    return (
        Column(heading=heading, value=lambda each: each.label, width=24, prose=True),
        Column(heading="办结", value=lambda each: each.done, width=10, total=SUM),
        Column(heading="按期", value=lambda each: each.in_time, width=10, total=SUM),
        Column(heading="逾期", value=lambda each: each.late, width=10, total=SUM),
        Column(heading="期末逾期未办", value=lambda each: each.waiting, width=14, total=SUM),
        Column(heading=f"平均用时（{days}）", value=lambda each: each.average, width=18, shows=DAYS),
        Column(heading=f"用时中位数（{days}）", value=lambda each: each.middle, width=20, shows=DAYS),
    )


@dataclass(frozen=True, kw_only=True)
class Found:
    """A rate in both periods."""

    rate: Rate
    now: Counted
    before: Counted


def rate_columns(before: str) -> tuple[Column[Found], ...]:
    """Return the columns of the rates."""
    return (
        Column(heading="比率", value=lambda each: each.rate.title, width=26, prose=True),
        Column(heading="符合", value=lambda each: each.now.hits if each.now.enough else "—", width=8),
        Column(heading="n", value=lambda each: each.now.n, width=8),
        Column(heading="本期", value=lambda each: each.now.shown, width=11, shows=PERCENT),
        Column(heading=before, value=lambda each: each.before.shown, width=11, shows=PERCENT),
        Column(heading="不计入的件数及原因", value=lambda each: each.now.left_out, width=30, prose=True),
        Column(heading="算式（默认，非文件规定）", value=lambda each: each.rate.formula, width=46, prose=True),
    )


@dataclass(frozen=True, kw_only=True)
class Times:
    """How often something happened."""

    label: str
    now: int
    before: int


def times(summary: Summary, label: str, count: Callable[[View], int]) -> Times:
    """Count it in both periods."""
    return Times(label=label, now=count(summary.now), before=count(summary.before))


def times_columns(before: str) -> tuple[Column[Times], ...]:
    """Return the columns of how often something happened."""
    return (
        Column(heading="事项", value=lambda each: each.label, width=34, prose=True),
        Column(heading="本期", value=lambda each: each.now, width=14),
        Column(heading=before, value=lambda each: each.before, width=14),
        Column(heading="增减", value=lambda each: each.now - each.before, width=14, shows=CHANGE),
    )


CONCLUSIONS: tuple[Column[Conclusions], ...] = (
    Column(heading="双查对象", value=lambda each: each.position.label, width=34, prose=True),
    Column(heading="追究", value=lambda each: each.pursued, width=14, total=SUM),
    Column(heading="不追究", value=lambda each: each.not_pursued, width=14, total=SUM),
)
MEASURES: tuple[Column[Held], ...] = (
    Column(heading="问责方式", value=lambda each: each.measure.label, width=34, prose=True),
    Column(heading="人次", value=lambda each: each.persons, width=14, total=SUM),
    Column(heading="单位次", value=lambda each: each.units, width=14, total=SUM),
)


def matter_columns(summary: Summary) -> tuple[Column[Matter], ...]:
    """Return the columns of what was reported again and again."""
    units = summary.now.facts.units
    return (
        NUMBER,
        Column(heading="事项（最近一件的问题概要）", value=lambda each: _about(each.problem), width=44, prose=True),
        Column(heading="案件编号", value=lambda each: each.problem.number, width=21),
        Column(heading="责任单位", value=lambda each: units.get(each.problem.unit or "", ""), width=20),
        Column(heading="本期来件", value=lambda each: each.now, width=10),
        Column(heading=summary.kind.before, value=lambda each: each.before, width=10),
        Column(heading="累计", value=lambda each: each.all, width=8),
        Column(heading="本期渠道", value=lambda each: each.ways, width=26, prose=True),
    )


def _about(problem: Problem) -> str:
    return problem.summary or "（未分类）"


def ranking_columns() -> tuple[Column[Line], ...]:
    """Return the columns of the ranking."""

    def rate(place: int, rate: Rate, points: int) -> Column[Line]:
        def shown(line: Line) -> Value:
            return line.rates[place].shown

        return Column(heading=f"{rate.name}（{points}分）", value=shown, width=12, shows=PERCENT, group="比率")

    return (
        Column(heading="名次", value=lambda each: each.place or "—", width=7),
        Column(heading="单位", value=lambda each: each.unit, width=26, prose=True),
        Column(heading="来件", value=lambda each: each.came, width=8, total=SUM),
        Column(heading="办结", value=lambda each: each.done, width=8, total=SUM),
        Column(heading="超过总时限", value=lambda each: each.overdue, width=9, total=SUM),
        Column(heading="逾期未办环节", value=lambda each: each.late_steps, width=9, total=SUM),
        *(rate(place, each, points) for place, (each, points) in enumerate(POINTS)),
        Column(
            heading="综合得分",
            value=lambda each: TOO_FEW if each.score is None else each.score,
            width=11,
            shows=DAYS,
        ),
    )


def case_columns(summary: Summary) -> tuple[Column[Problem], ...]:
    """Return the columns of the list of cases."""
    now = summary.now
    overdue = {each.id for each in now.overdue}
    ways: dict[int, dict[str, None]] = {}
    for came in now.facts.messages:
        ways.setdefault(came.case_id, {})[came.way.name] = None

    def end(problem: Problem) -> str:
        if problem.ended is not None:
            return problem.ended.label
        return "挂起" if problem.rested_at(now.until) else "在办"

    def due_on(problem: Problem) -> Value:
        return now.days.due_on(problem, problem.closed_at or now.until)

    def in_time(problem: Problem) -> str:
        if problem.ended is Status.MERGED:
            return ""
        if problem.closed_at is not None:
            return "按期" if now.in_time(problem) else "逾期"
        return "超过总时限" if problem.id in overdue else ""

    return (
        NUMBER,
        Column(heading="案件编号", value=lambda each: each.number, width=20),
        Column(heading="渠道", value=lambda each: "、".join(ways.get(each.id, ())), width=16),
        Column(heading="问题概要", value=_about, width=36, prose=True),
        Column(heading="类别", value=lambda each: each.problem_class.short if each.problem_class else "", width=7),
        Column(heading="等级", value=lambda each: each.grade.label if each.grade else "", width=7),
        Column(heading="责任单位", value=lambda each: now.facts.units.get(each.unit or "", ""), width=18),
        Column(heading="立案日期", value=lambda each: each.opened_at, width=12),
        Column(heading="总时限", value=due_on, width=12),
        Column(heading="办结日期", value=lambda each: each.closed_at, width=12),
        Column(heading="状态", value=end, width=12),
        Column(heading="时限情况", value=in_time, width=11),
    )
