"""The workbook of a periodic report: a first page that can be read alone, then what stands behind it, all on A4."""

from collections.abc import Callable, Sequence
from datetime import UTC
from pathlib import Path

from xlsxwriter import Workbook

from models.clock import SHANGHAI
from reports.figure_charts import Series
from reports.figure_sheets import MOST_ROWS, FigureSheet, Looks
from reports.periodic_accountability import (
    by_measure,
    by_position,
    direct_procedures,
    double_checks,
    persons_held,
    second_rounds,
    third_rounds,
    units_held,
)
from reports.periodic_facts import Problem
from reports.periodic_overview import draw_charts, origin_of, write_overview
from reports.periodic_rates import PHRASES, RATES
from reports.periodic_summary import Summary
from reports.periodic_tables import (
    CONCLUSIONS,
    COURSE,
    MEASURES,
    Found,
    case_columns,
    matter_columns,
    pace_columns,
    ranking_columns,
    rate_columns,
    spread_columns,
    times,
    times_columns,
)
from reports.periodic_timing import by_grade, by_step
from reports.periodic_view import View
from reports.report import Column, Paper, Row, long_date
from reports.workbook import whole_or_not_at_all

FONT = {"font_name": "Times New Roman", "font_size": 10.5}
SPREAD, PACE, RATE, HELD, MATTERS, RANKING, CASES = (
    "来件分布",
    "办理时效",
    "比率",
    "二次办理和问责",
    "重复反映",
    "单位排名",
    "案件明细",
)
_HAPPENED: tuple[tuple[str, Callable[[View], int]], ...] = (
    ("启动二次办理（件）", second_rounds),
    ("二次办理后由治庸问责办直接问责（件）", third_rounds),
    ("直接启动问责程序（件）", direct_procedures),
    ("完成一案双查（次）", double_checks),
    ("问责决定：个人（人次）", persons_held),
    ("问责决定：单位（单位次）", units_held),
)


def write_periodic_workbook(summary: Summary, target: Path) -> int:
    """Write it; return how many cases it lists. The same summary gives the same bytes. Raises BadFile."""
    cases = cases_of(summary.now)
    options = {"default_format_properties": FONT.copy()}  # for XlsxWriter writes into it
    with whole_or_not_at_all(target) as unfinished, Workbook(unfinished, options) as workbook:
        book = _Book(workbook, summary)
        first = write_overview(workbook, book.looks, summary)
        origins, course = book.write_spread()
        draw_charts(workbook, first, origins=origins, course=course)
        first.note(origin_of(summary))
        book.write_pace()
        book.write_rates()
        book.write_held()
        book.write_list(MATTERS, matter_columns(summary), summary.matters)
        if not summary.unit:
            book.write_ranking()
        book.write_list(CASES, case_columns(summary), cases)
        _say_where_from(workbook, summary)
    return len(cases)


def cases_of(view: View) -> list[Problem]:
    """Return the cases that were opened or ended, and those that were past their limit in the end, in their order."""
    wanted = {each.id for rows in (view.opened, view.closed, view.overdue) for each in rows}
    return [each for each in view.facts.problems.values() if each.id in wanted]


class _Book:
    """The sheets behind the first page."""

    def __init__(self, workbook: Workbook, summary: Summary) -> None:
        self.workbook, self.summary, self.looks = workbook, summary, Looks(workbook)
        self.now, self.than = summary.now, summary.kind.before

    def begin(
        self, name: str, columns: Sequence[Column[Row]], *, pages_high: int = 0, landscape: bool = True
    ) -> FigureSheet:
        sheet = FigureSheet(
            self.workbook,
            self.looks,
            name,
            paper=Paper.A4,
            widths=[column.width for column in columns],
            pages_high=pages_high,
            landscape=landscape,
        )
        sheet.begin(f"{self.summary.title}：{name}", self.summary)
        return sheet

    def begin_page(self, name: str, columns: Sequence[Column[Row]], *, landscape: bool = False) -> FigureSheet:
        """Begin a sheet with several tables, which stays one page."""
        return self.begin(name, columns, pages_high=1, landscape=landscape)

    def write_list(self, name: str, columns: Sequence[Column[Row]], rows: Sequence[Row]) -> None:
        for number, start in enumerate(range(0, max(len(rows), 1), MOST_ROWS), 1):
            part = self.begin(name if number == 1 else f"{name}（{number}）", columns)
            part.table(columns, rows[start : start + MOST_ROWS], main=True)

    def write_spread(self) -> tuple[tuple[str, Sequence[Series]], tuple[str, Sequence[Series]]]:
        """Write how what came divides, and how it went; return the cells of origins and course, for charts."""
        sheet = self.begin(SPREAD, spread_columns("", self.than), pages_high=2, landscape=False)
        origins: tuple[str, Sequence[Series]] | None = None
        for spread in self.summary.spreads:
            sheet.subtitle(spread.title)
            first, end = sheet.table(spread_columns(spread.heading, self.than), spread.parts, total="合计")
            if origins is None:
                origins = self._cells(sheet, first, end, {1: "本期", 3: self.than})
        sheet.subtitle("来件和办结的进程")
        first, end = sheet.table(COURSE, self.summary.course, total="合计")
        assert origins is not None
        return origins, self._cells(sheet, first, end, {1: "来件", 2: "办结"})

    def _cells(self, sheet: FigureSheet, first: int, end: int, columns: dict[int, str]) -> tuple[str, Sequence[Series]]:
        series = [Series(name=name, values=sheet.address(first, at, end, at)) for at, name in columns.items()]
        return sheet.address(first, 0, end, 0), series

    def write_pace(self) -> None:
        cases, steps = pace_columns("处置等级", "日"), pace_columns("办理环节", "工作日")
        sheet = self.begin_page(PACE, cases)
        sheet.subtitle("案件：自立案至办结，按日历日计（总时限以日历日计），扣除挂起的日数")
        sheet.table(cases, by_grade(self.now), total="合计")
        sheet.subtitle("办理环节：自可以办理之日至办理之日，按工作日计，当日办理的为0")
        sheet.table(steps, by_step(self.now), total="合计")

    def write_rates(self) -> None:
        columns = rate_columns(self.than)
        sheet = self.begin_page(RATE, columns, landscape=True)
        for title, rates in (("六率", RATES), ("发现早、处置快、整改实、追责严", PHRASES)):
            sheet.subtitle(title)
            before = self.summary.before
            sheet.table(columns, [Found(rate=each, now=each.of(self.now), before=each.of(before)) for each in rates])
        sheet.note("说明：n为分母。n=0的记“—”；n<3的记“样本不足”，以免由个别数字推知个人。")

    def write_held(self) -> None:
        columns = times_columns(self.than)
        sheet = self.begin_page(HELD, columns)
        sheet.subtitle("二次办理、一案双查和问责")
        sheet.table(columns, [times(self.summary, label, count) for label, count in _HAPPENED])
        sheet.subtitle("一案双查的结论（人次）")
        sheet.table(CONCLUSIONS, by_position(self.now), total="合计")
        sheet.subtitle("问责方式（一人可同时受几种，故合计可多于人次）")
        sheet.table(MEASURES, by_measure(self.now), total="合计")

    def write_ranking(self) -> None:
        columns = ranking_columns()
        sheet = self.begin(RANKING, columns)
        sheet.table(columns, self.summary.ranking, main=True, total="合计")
        sheet.note(
            "说明：综合得分=各率×分值之和（分值为默认，非文件规定）；四率中有一项n<3的记“样本不足”，不排名次，"
            "按全区单位顺序列后；得分相同的名次并列；本期没有来件和待办的单位不列。"
        )


def _say_where_from(workbook: Workbook, summary: Summary) -> None:
    as_of = summary.as_of.astimezone(SHANGHAI)
    workbook.set_properties(
        {
            "title": f"{summary.office}{summary.title}",
            "author": summary.office,
            "comments": f"数据截至{long_date(as_of.date())}{as_of:%H:%M:%S}；台账校验值：{summary.ledger_head}。",
            "created": as_of.astimezone(UTC),
        }
    )
    for name, value in (
        ("报表", summary.kind.value),
        ("数据截至", as_of.isoformat()),
        ("统计范围", summary.range),
        ("台账校验值", summary.ledger_head),
    ):
        workbook.set_custom_property(name, value, "text")
