"""The first page of a periodic report, which a leader can read alone: sentences, key figures, charts."""

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter import Workbook

from models.clock import SHANGHAI
from reports.figure_charts import Series, columns_chart
from reports.figure_sheets import FigureSheet, Looks
from reports.periodic_keys import KEYS, Key, sentences
from reports.periodic_rates import PHRASES, RATES, Rate
from reports.periodic_summary import Summary
from reports.report import Column, Paper, Value, long_date

OVERVIEW = "总体情况"
WIDTHS = (17, 9, 9, 9, 25, 10.5, 10.5, 8)
LEFT, RIGHT, WHOLE = (322, 240), (394, 240), (722, 216)  # pixels
CHART_ROWS, LOW_CHART_ROWS = 7, 6  # that a chart covers


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A line of the table: a figure, and beside it a rate."""

    key: Key
    rate: Rate


PAIRS = [Pair(key=key, rate=rate) for key, rate in zip(KEYS, (*RATES, *PHRASES), strict=True)]


def columns_of(summary: Summary) -> list[Column[Pair]]:
    """Return the columns of the table."""
    now, before, than = summary.now, summary.before, summary.kind.before

    def share(pair: Pair) -> Value:
        return pair.rate.of(now).shown

    def share_before(pair: Pair) -> Value:
        return pair.rate.of(before).shown

    group, rates = "工作量", "比率"
    figures = [
        Column[Pair](heading="指标", group=group, value=_label, width=WIDTHS[0], prose=True),
        Column[Pair](heading="本期", group=group, value=lambda each: each.key.count(now), width=WIDTHS[1]),
        Column[Pair](heading=than, group=group, value=lambda each: each.key.count(before), width=WIDTHS[2]),
        Column[Pair](
            heading="增减",
            group=group,
            value=lambda each: each.key.count(now) - each.key.count(before),
            width=WIDTHS[3],
            shows="+0;-0;0",
        ),
    ]
    return [
        *figures,
        Column(heading="指标", group=rates, value=lambda each: each.rate.title, width=WIDTHS[4], prose=True),
        Column(heading="本期", group=rates, value=share, width=WIDTHS[5], shows="0.0%"),
        Column(heading=than, group=rates, value=share_before, width=WIDTHS[6], shows="0.0%"),
        Column(heading="n", group=rates, value=lambda each: each.rate.of(now).n, width=WIDTHS[7]),
    ]


def _label(pair: Pair) -> str:
    return f"　{pair.key.label}" if pair.key.part else pair.key.label


def write_overview(workbook: Workbook, looks: Looks, summary: Summary) -> FigureSheet:
    """Write the page; the charts that show other sheets' cells come later, when these are written."""
    sheet = FigureSheet(workbook, looks, OVERVIEW, paper=Paper.A4, widths=WIDTHS, pages_high=1, landscape=False)
    sheet.begin(summary.title, summary)
    for number, text in enumerate(sentences(summary), 1):
        sheet.paragraph(f"{number}．{text}")
    first, _ = sheet.table(columns_of(summary), PAIRS, formulas={3: "B{row}-C{row}"})
    rates = first + len(RATES)
    series = [
        Series(name=name, values=sheet.address(first, column, rates, column))
        for column, name in ((5, "本期"), (6, summary.kind.before))
    ]
    names = sheet.address(first, 4, rates, 4)
    chart = columns_chart(workbook, "六率", names, series, stacked=False, size=RIGHT, shows="0%;;")
    sheet.sheet.insert_chart(sheet.at, 4, chart, {"object_position": 2, "x_offset": 4, "y_offset": 4})
    return sheet


def draw_charts(
    workbook: Workbook,
    sheet: FigureSheet,
    *,
    origins: tuple[str, Sequence[Series]],
    course: tuple[str, Sequence[Series]],
) -> None:
    """Draw by whom it was found, and how it went, from the cells of the sheet that lists them."""
    names, series = origins
    chart = columns_chart(workbook, "来件来源（件）", names, series, stacked=False, size=LEFT)
    sheet.sheet.insert_chart(sheet.at, 0, chart, {"object_position": 2, "x_offset": 2, "y_offset": 4})
    sheet.skip(CHART_ROWS)
    names, series = course
    chart = columns_chart(workbook, "来件和办结的进程（件）", names, series, stacked=False, size=WHOLE)
    sheet.sheet.insert_chart(sheet.at, 0, chart, {"object_position": 2, "x_offset": 2, "y_offset": 4})
    sheet.skip(LOW_CHART_ROWS + 1)


def origin_of(summary: Summary) -> str:
    """Say which ledger it shows, and how it is to be read."""
    as_of = summary.as_of.astimezone(SHANGHAI)
    return (
        f"说明：统计范围：{summary.range}；数据截至{long_date(as_of.date())}{as_of:%H:%M:%S}（北京时间）；"
        "来件按收到日期，其余按登记入账的时间计；各比率的算式和不计入的件数见“比率”表，"
        f"n=0的记“—”，n<3的记“样本不足”；比率、时限和分值均为默认，非文件规定；台账校验值：{summary.ledger_head}。"
    )
