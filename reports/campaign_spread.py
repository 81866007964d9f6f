"""Where the problems of a self-inspection lie: tables of unit, aspect, list and kind of power, with their sums."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from xlsxwriter import Workbook

from models.words import Aspect, ListKind, Nature, PowerKind
from reports.campaign_figures import kind_label
from reports.campaign_summary import Finding, Summary
from reports.figure_charts import Series, columns_chart
from reports.figure_sheets import SUM, FigureSheet, Looks
from reports.report import Column, Paper, Value

SPREAD = "问题分布"
KINDS: tuple[PowerKind | None, ...] = (*PowerKind, None)
FIRST_WIDTH, SUM_WIDTH, WIDTH = 30, 12, 11.5
CHART = (1200, 240)  # pixels
_CHART_ROWS = 7  # that the chart covers
_ALL = "SUM(C{row}:E{row})"  # of a row: its first three columns are aspects or natures, and each problem has one


class Heading(NamedTuple):
    """A column of a cross table: what stands above it, and which problems it counts."""

    group: str
    label: str
    holds: Callable[[Finding], bool]


def _of_nature(nature: Nature) -> Heading:
    return Heading("问题性质", nature.label, lambda each: each.problem.nature is nature)


def _of_aspect(aspect: Aspect) -> Heading:
    return Heading("方面", aspect.label, lambda each: each.problem.aspect is aspect)


def _of_list(kind: ListKind) -> Heading:
    return Heading("清单", kind.label, lambda each: each.problem.list_kind is kind)


def _of_power(kind: PowerKind | None) -> Heading:
    return Heading("职权类型", kind_label(kind), lambda each: each.problem.power_kind is kind)


NATURES, ASPECTS, LISTS, POWERS = (
    [_of_nature(each) for each in Nature],
    [_of_aspect(each) for each in Aspect],
    [_of_list(each) for each in ListKind],
    [_of_power(each) for each in KINDS],
)


def write_spread(workbook: Workbook, looks: Looks, summary: Summary) -> None:
    """Write the cross tables one below the other on one grid, with a chart of the kinds of power between them."""
    widths = [FIRST_WIDTH, SUM_WIDTH, *([WIDTH] * (len(ASPECTS) + len(LISTS) + len(POWERS)))]
    sheet = FigureSheet(workbook, looks, SPREAD, paper=Paper.A3, widths=widths)
    sheet.begin(f"{summary.now.campaign.title}{SPREAD}", summary)
    sheet.subtitle("一、按方面、清单、问题性质和职权类型")
    rows = [
        (f"{aspect.label}　{kind.label}", found)
        for aspect in Aspect
        for kind in ListKind
        if (
            found := [
                each for each in summary.now.findings if (each.problem.aspect, each.problem.list_kind) == (aspect, kind)
            ]
        )
    ]
    first, end = sheet.table(_cross("方面、清单", [*NATURES, *POWERS]), rows, total="合计", formulas={1: _ALL})
    if rows:
        left, right = 2 + len(NATURES), 1 + len(NATURES) + len(POWERS)
        names = sheet.address(first - 1, left, first, right)
        sums = Series(name="问题", values=sheet.address(end, left, end + 1, right))
        chart = columns_chart(workbook, "各类职权的问题（个）", names, [sums], stacked=False, size=CHART)
        sheet.sheet.insert_chart(sheet.at + 1, 1, chart, {"object_position": 2})
        sheet.skip(_CHART_ROWS + 1)
    sheet.subtitle("二、按单位（只列有问题的单位）")
    units = [(line.unit.name, line.findings) for line in summary.now.lines if line.findings]
    columns = _cross("单位", [*ASPECTS, *LISTS, *POWERS])
    sheet.table(columns, units, repeated=True, total="合计", formulas={1: _ALL})


def _cross(what: str, headings: Sequence[Heading]) -> list[Column[tuple[str, Sequence[Finding]]]]:
    """Return the columns of a cross table, whose rows are names with their problems."""

    def counted(heading: Heading) -> Column[tuple[str, Sequence[Finding]]]:
        def count(row: tuple[str, Sequence[Finding]]) -> Value:
            return sum(map(heading.holds, row[1])) or None

        return Column(heading=heading.label, value=count, width=WIDTH, group=heading.group, total=SUM)

    return [
        Column(heading=what, value=lambda row: row[0], width=FIRST_WIDTH, prose=True),
        Column(heading="合计", value=lambda row: len(row[1]), width=SUM_WIDTH, total=SUM),
        *map(counted, headings),
    ]
