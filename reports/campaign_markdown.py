"""The figures of a self-inspection as a page for Prefect: numbers and names of units, no problem's text."""

from collections.abc import Sequence

from models.clock import SHANGHAI
from models.words import UnitState
from reports.campaign_figures import FIGURES, general_problems, kind_label
from reports.campaign_summary import Summary, UnitLine
from reports.figure_markdown import markdown_table
from reports.report import long_date


def campaign_markdown(summary: Summary) -> str:
    """Return the page."""
    now, shown = summary.now, summary.all
    day = summary.as_of.astimezone(SHANGHAI).date()
    figures = markdown_table(
        ["指标", *(each.campaign.half_year for each in shown)],
        ([f"　{each.label}" if each.part else each.label, *(each.count(of) for of in shown)] for each in FIGURES),
    )
    general = markdown_table(
        ["方面", "职权类型", "单位", "问题"],
        (
            [each.aspect.label, kind_label(each.power_kind), each.units, each.problems]
            for each in general_problems(now.findings)
        ),
    )
    parts = [
        f"# {now.campaign.title}",
        f"报送期限 {long_date(now.campaign.due_on)}，数据截至 {long_date(day)}。",
        "## 总体情况",
        figures,
        "## 未办结的单位",
        "\n".join(
            [
                _names("未报送", [line for line in now.due if line.state is UnitState.MISSING]),
                _names("退回后待补正", [line for line in now.due if line.state is UnitState.TO_MEND]),
                _names("逾期报送", [line for line in now.due if line.in_late]),
                _names("待签字", [line for line in now.due if line.state is UnitState.TO_SIGN]),
                _names("待收讫", [line for line in now.due if line.state is UnitState.TO_RECEIVE]),
            ]
        ),
        "## 两个以上单位都有的问题",
        general if now.findings else "没有发现问题。",
    ]
    return "\n\n".join(parts) + "\n"


def _names(what: str, lines: Sequence[UnitLine]) -> str:
    return f"- {what} {len(lines)} 个{'：' if lines else ''}{'、'.join(line.unit.name for line in lines)}"
