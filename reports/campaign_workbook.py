"""The workbook on a self-inspection: overview, units, where the problems lie, which came back, every problem."""

from collections.abc import Callable, Sequence
from datetime import UTC
from pathlib import Path

from xlsxwriter import Workbook

from models.clock import SHANGHAI
from reports.campaign_figures import ASPECTS, CASES, FIGURES, REPEATED, STANDING, Figure
from reports.campaign_spread import write_spread
from reports.campaign_summary import Inspection, Summary
from reports.campaign_tables import PROBLEMS, REPEATS, UNITS
from reports.figure_charts import Series, columns_chart
from reports.figure_sheets import FigureSheet, Looks
from reports.report import Column, Paper, Row, Value, long_date
from reports.workbook import whole_or_not_at_all

OVERVIEW = "总体情况"
LABEL_WIDTH, FIGURE_WIDTH, GAP, CHARTS_WIDTH = 26, 15, 2, 76
CHART = (530, 244)  # pixels
CHART_ROWS = 7
# Which figures are drawn, and whether they add up to something.
CHARTS: tuple[tuple[str, Sequence[Figure], bool], ...] = (
    ("逾期、待补正、未报送的单位（个）", STANDING[1:], False),
    ("三个方面发现的问题（个）", ASPECTS, True),
    ("重复问题（个）和转为案件（件）", (REPEATED, CASES), False),
)
FONT = {"font_name": "Times New Roman", "font_size": 10.5}


def write_campaign_workbook(summary: Summary, target: Path) -> int:
    """Write the workbook; return how many problems it lists. The same summary gives the same bytes. Raises BadFile."""
    now = summary.now
    options = {"default_format_properties": FONT.copy()}  # for XlsxWriter writes into it
    with whole_or_not_at_all(target) as unfinished, Workbook(unfinished, options) as workbook:
        looks = Looks(workbook)
        _write_overview(workbook, looks, summary)
        _write_list(workbook, looks, summary, "单位情况", UNITS, now.lines, total="合计")
        write_spread(workbook, looks, summary)
        _write_list(workbook, looks, summary, "重复问题", REPEATS, now.repeated)
        _write_list(workbook, looks, summary, "全部问题", PROBLEMS, now.findings)
        _say_where_from(workbook, summary)
    return len(now.findings)


def _write_overview(workbook: Workbook, looks: Looks, summary: Summary) -> None:
    shown = summary.all
    columns: list[Column[Figure]] = [
        Column(
            heading="指标",
            value=lambda each: f"　　{each.label}" if each.part else each.label,
            width=LABEL_WIDTH,
            prose=True,
        ),
        *map(_column_of, shown),
    ]
    formulas = {}
    if summary.before:
        columns.append(Column(heading="比上次增减", value=_change(*shown[:2]), width=FIGURE_WIDTH, shows="+0;-0;0"))
        formulas[len(shown) + 1] = "B{row}-C{row}"
    widths = [*(column.width for column in columns), GAP, CHARTS_WIDTH]
    sheet = FigureSheet(workbook, looks, OVERVIEW, paper=Paper.A4, widths=widths, pages_high=1)
    sheet.begin(f"{summary.now.campaign.title}{OVERVIEW}", summary)
    first, _ = sheet.table(columns, FIGURES, formulas=formulas)
    names = sheet.address(first - 1, 1, first, len(shown))
    for place, (title, figures, stacked) in enumerate(CHARTS):
        rows = [first + FIGURES.index(figure) for figure in figures]
        series = [
            Series(name=sheet.address(row, 0, row + 1, 0), values=sheet.address(row, 1, row + 1, len(shown)))
            for row in rows
        ]
        chart = columns_chart(workbook, title, names, series, stacked=stacked, size=CHART)
        sheet.sheet.insert_chart(first - 1 + CHART_ROWS * place, len(columns) + 1, chart, {"object_position": 2})
    sheet.note(_explanation(summary))


def _column_of(inspection: Inspection) -> Column[Figure]:
    return Column(
        heading=inspection.campaign.half_year, value=lambda figure: figure.count(inspection), width=FIGURE_WIDTH
    )


def _change(now: Inspection, before: Inspection) -> Callable[[Figure], Value]:
    return lambda figure: figure.count(now) - figure.count(before)


def _explanation(summary: Summary) -> str:
    notes = [
        f"报送期限：{long_date(summary.now.campaign.due_on)}",
        "各单位以最新一份合格的报告为准，已退回的不计",
        "与上次重复：同一单位在上次自查的同一方面报过描述相近的问题",
    ]
    if not summary.before:
        notes.append("此前没有自查记录，无从比较")
    return f"说明：{'；'.join(notes)}。"


def _write_list(
    workbook: Workbook,
    looks: Looks,
    summary: Summary,
    name: str,
    columns: Sequence[Column[Row]],
    rows: Sequence[Row],
    *,
    total: str = "",
) -> None:
    widths = [column.width for column in columns]
    sheet = FigureSheet(workbook, looks, name, paper=Paper.A3, widths=widths)
    sheet.begin(f"{summary.now.campaign.title}{name}", summary)
    sheet.table(columns, rows, main=True, total=total)


def _say_where_from(workbook: Workbook, summary: Summary) -> None:
    as_of = summary.as_of.astimezone(SHANGHAI)
    workbook.set_properties(
        {
            "title": f"{summary.office}{summary.now.campaign.title}汇总表",
            "author": summary.office,
            "comments": f"数据截至{long_date(as_of.date())}{as_of:%H:%M:%S}；台账校验值：{summary.ledger_head}。",
            "created": as_of.astimezone(UTC),
        }
    )
    workbook.set_custom_property("台账校验值", summary.ledger_head, "text")
