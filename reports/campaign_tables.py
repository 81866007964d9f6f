"""What the lists of the report on a self-inspection say of each unit, of each problem, of each that came back."""

from collections.abc import Callable

from reports.campaign_figures import kind_label
from reports.campaign_summary import Decided, Earlier, Finding, UnitLine
from reports.figure_sheets import NUMBER, SUM
from reports.report import Column, Total, Value

LATE = "逾期"
_FOUND, _NOW, _BEFORE, _SOURCE = "问题（个）", "本次", "上次", "出处"
_HOW_MANY_LATE = Total(formula=f'COUNTIF({{cells}},"{LATE}")', adds=lambda each: each == LATE)


def _yes(holds: bool) -> str:
    return "是" if holds else "否"


def _found(heading: str, holds: Callable[[Finding], bool]) -> Column[UnitLine]:
    """Return how many problems of a unit are such, empty where no return counts."""

    def count(line: UnitLine) -> Value:
        return sum(map(holds, line.findings)) if line.standing.current is not None else None

    return Column(heading=heading, value=count, width=10, group=_FOUND, total=SUM)


def _remark(line: UnitLine) -> str:
    notes = [] if line.must_report else [line.standing.campaign_unit.exempt_reason]
    if line.without_lists:
        notes.append(f"未公布{'、'.join(kind.label for kind in line.without_lists)}")
    return "；".join(notes)


UNITS: tuple[Column[UnitLine], ...] = (
    NUMBER,
    Column(heading="单位", value=lambda line: line.unit.name, width=28, prose=True),
    Column(heading="类别", value=lambda line: line.unit.kind, width=16),
    Column(heading="状态", value=lambda line: line.state.label, width=11),
    Column(heading="逾期", value=lambda line: LATE if line.late else "", width=8, total=_HOW_MANY_LATE),
    Column(heading="首次合格日期", value=lambda line: line.standing.first_accepted_at, width=15),
    Column(heading="报送次数", value=lambda line: len(line.standing.reports), width=10, total=SUM),
    Column(heading="退回次数", value=lambda line: line.standing.times_mended, width=10, total=SUM),
    Column(heading="签字日期", value=lambda line: line.signed_on, width=13),
    Column(heading="收讫日期", value=lambda line: line.received_on, width=13),
    _found("发现问题", lambda _: True),
    _found("已整改", lambda each: each.problem.mended),
    _found("重复", lambda each: each.earlier is not None),
    _found("立案", lambda each: each.decided is Decided.CASE),
    _found("待确认", lambda each: each.decided is Decided.NOT_YET),
    Column(heading="收据", value=lambda line: line.receipt, width=26),
    Column(heading="备注", value=_remark, width=30, prose=True),
)

REPEATS: tuple[Column[tuple[Finding, Earlier]], ...] = (
    NUMBER,
    Column(heading="单位", value=lambda each: each[0].unit.name, width=24, prose=True),
    Column(heading="方面", value=lambda each: each[0].problem.aspect.label, width=14),
    Column(heading="事项", value=lambda each: each[0].problem.item_name, width=30, prose=True, group=_NOW),
    Column(heading="问题描述", value=lambda each: each[0].problem.text, width=40, prose=True, group=_NOW),
    Column(heading="已整改", value=lambda each: _yes(each[0].problem.mended), width=8, group=_NOW),
    Column(heading="案件编号", value=lambda each: each[0].case, width=20, group=_NOW),
    Column(heading="问题描述", value=lambda each: each[1].problem.text, width=40, prose=True, group=_BEFORE),
    Column(heading="整改时限", value=lambda each: each[1].problem.deadline, width=13, group=_BEFORE),
    Column(heading="已整改", value=lambda each: _yes(each[1].problem.mended), width=8, group=_BEFORE),
    Column(heading="案件编号", value=lambda each: each[1].case, width=20, group=_BEFORE),
    Column(heading="相似度", value=lambda each: round(each[1].similarity, 2), width=9, shows="0%"),
)

PROBLEMS: tuple[Column[Finding], ...] = (
    NUMBER,
    Column(heading="单位", value=lambda each: each.unit.name, width=22, prose=True),
    Column(heading="方面", value=lambda each: each.problem.aspect.label, width=13),
    Column(heading="所属清单", value=lambda each: each.problem.list_kind.label, width=10),
    Column(heading="事项", value=lambda each: each.problem.item_name, width=26, prose=True),
    Column(heading="职权类型", value=lambda each: kind_label(each.problem.power_kind), width=11),
    Column(heading="问题描述", value=lambda each: each.problem.text, width=38, prose=True),
    Column(heading="性质", value=lambda each: each.problem.nature.label, width=8),
    Column(heading="涉及岗位", value=lambda each: each.problem.post, width=14),
    Column(heading="整改措施", value=lambda each: each.problem.measures, width=26, prose=True),
    Column(heading="整改时限", value=lambda each: each.problem.deadline, width=12),
    Column(heading="已整改", value=lambda each: _yes(each.problem.mended), width=8),
    Column(heading="是否重复", value=lambda each: "重复" if each.earlier else "", width=10),
    Column(heading="确认结果", value=lambda each: each.decided.value, width=10),
    Column(heading="案件编号", value=lambda each: each.case, width=20),
    Column(heading="收据", value=lambda each: each.report.receipt, width=24, group=_SOURCE),
    Column(heading="工作表", value=lambda each: each.problem.aspect.label, width=13, group=_SOURCE),
    Column(heading="行", value=lambda each: each.problem.row, width=6, group=_SOURCE),
)
