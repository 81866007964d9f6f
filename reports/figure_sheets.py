"""How a sheet of figures is laid out: title, origin, tables with totals, for XlsxWriter.

A table's columns are those of any report (`reports/report.py`); several tables may stand on one sheet.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from types import MappingProxyType
from typing import Any, Protocol

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_range
from xlsxwriter.worksheet import Worksheet

from models.clock import SHANGHAI
from reports.report import Column, Paper, Row, Total, Value, long_date
from reports.workbook import (
    BODY,
    DAY,
    HEADING,
    HIGHEST_ROW,
    LATIN,
    LINE,
    LONGEST_TEXT,
    LOWEST_ROW,
    MARGINS,
    PADDING,
    PAPERS,
    SMALL,
    TITLE,
    lines_in,
    printable,
    split_at,
    units_of,
)

SUBTITLE = HEADING | {"border": 0, "bg_color": "#FFFFFF", "align": "left", "font_size": 12}

NOT_WHOLE = "……（未完，全文见台账）"
MOST_ROWS = 1_000_000  # of a list on one sheet; what is more goes on in another

NUMBER: Column[Any] = Column(heading="序号", value=lambda _: None, width=6)  # which row of the table it is
SUM = Total(formula="SUM({cells})", adds=lambda each: each if isinstance(each, int | float) else 0)


class Origin(Protocol):
    """What a workbook of figures comes from: whose it is, as of when."""

    @property
    def office(self) -> str:
        """Who fills it in."""

    @property
    def as_of(self) -> datetime:
        """The moment of the ledger that it shows."""


class Looks:
    """The formats of a workbook, each made once."""

    def __init__(self, workbook: Workbook) -> None:
        """Remember for which workbook."""
        self.workbook = workbook
        self.made: dict[str, Format] = {}

    def __call__(self, look: dict[str, Any], **more: Any) -> Format:
        """Return a format."""
        properties = look | more
        key = repr(sorted(properties.items()))
        if key not in self.made:
            self.made[key] = self.workbook.add_format(properties)
        return self.made[key]


class FigureSheet:
    """A sheet that is written from the top. at: the next row."""

    def __init__(
        self,
        workbook: Workbook,
        looks: Looks,
        name: str,
        *,
        paper: Paper,
        widths: Sequence[float],
        pages_high: int = 0,
        landscape: bool = True,
    ) -> None:
        """Begin a sheet that prints one page wide."""
        self.name, self.looks, self.widths, self.at = name, looks, list(widths), 0
        self.sheet: Worksheet = workbook.add_worksheet(name)
        self.sheet.set_paper(PAPERS[paper])
        if landscape:
            self.sheet.set_landscape()
        self.sheet.set_margins(**MARGINS)
        self.sheet.fit_to_pages(1, pages_high)
        self.sheet.center_horizontally()
        self.sheet.set_footer("&C第&P页 共&N页")
        for at, width in enumerate(widths):
            self.sheet.set_column(at, at, width)

    def begin(self, title: str, origin: Origin) -> None:
        """Write the title, and under it whose sheet it is and as of when."""
        day = long_date(origin.as_of.astimezone(SHANGHAI).date())
        self._across(title, TITLE, height=42)
        self._across(f"填报单位：{origin.office}　　数据截至：{day}", BODY | {"align": "right"}, height=LOWEST_ROW)

    def subtitle(self, text: str) -> None:
        """Write what a table shows, with room above it."""
        self.skip(1)
        self._across(text, SUBTITLE, height=LOWEST_ROW)

    def skip(self, rows: int) -> None:
        """Leave rows empty, for a chart."""
        for _ in range(rows):
            self.sheet.set_row(self.at, LOWEST_ROW)
            self.at += 1

    def note(self, text: str) -> None:
        """Write a remark below a table."""
        height = max(lines_in(text, sum(self.widths)) * LINE + PADDING, LOWEST_ROW)
        self._across(text, SMALL | {"align": "left"}, height=height)

    def paragraph(self, text: str) -> None:
        """Write a sentence across the sheet, as high as it needs."""
        height = max(lines_in(text, sum(self.widths)) * LINE + PADDING, LOWEST_ROW)
        self._across(printable(text), BODY | {"align": "left"}, height=height)

    def table(
        self,
        columns: Sequence[Column[Row]],
        rows: Iterable[Row],
        *,
        main: bool = False,
        repeated: bool = False,
        total: str = "",
        formulas: Mapping[int, str] = MappingProxyType({}),
    ) -> tuple[int, int]:
        """Write a table; return its first row and the row below its last.

        main: its headings stay in sight. repeated: they are printed on each page, as those of a main table are.
        total: what its last row is called, which adds up the columns that have a total. formulas: by column, how its
        numbers follow from others, `{row}` for the row.
        """
        head = self.at
        self._headings(columns)
        if main or repeated:
            self.sheet.repeat_rows(head, self.at - 1)
        if main:
            self.sheet.freeze_panes(self.at, 2)
        first = self.at
        sums: list[float] = [0] * len(columns)
        for number, row in enumerate(rows, 1):
            values = [number if column is NUMBER else column.value(row) for column in columns]
            for at, column in enumerate(columns):
                if column.total is not None:
                    sums[at] += column.total.adds(values[at])
            self._row(columns, values, formulas)
        end = self.at
        if main and end > first:
            self.sheet.autofilter(first - 1, 0, end - 1, len(columns) - 1)
        if end == first:
            self._merged(0, len(columns) - 1, "（没有）", self.looks(BODY, align="center", border=1))
            self.sheet.set_row(self.at, LOWEST_ROW)
            self.at += 1
        elif total:
            self._totals(columns, total, first, end, sums)
        return first, end

    def _headings(self, columns: Sequence[Column[Any]]) -> None:
        look = self.looks(HEADING)
        grouped = any(column.group for column in columns)
        if grouped:
            start = 0
            for group, run in groupby(columns, key=lambda column: column.group or id(column)):
                end = start + len(list(run))
                if not columns[start].group:
                    self.sheet.merge_range(self.at, start, self.at + 1, start, columns[start].heading, look)
                elif end - start > 1:
                    self.sheet.merge_range(self.at, start, self.at, end - 1, group, look)
                else:
                    self.sheet.write_string(self.at, start, columns[start].group, look)
                start = end
            self.sheet.set_row(self.at, LOWEST_ROW)
            self.at += 1
        for at, column in enumerate(columns):
            if column.group or not grouped:
                self.sheet.write_string(self.at, at, column.heading, look)
        lines = max(lines_in(column.heading, self.widths[at]) for at, column in enumerate(columns))
        self.sheet.set_row(self.at, max(lines * LINE + PADDING, LOWEST_ROW))
        self.at += 1

    def _row(self, columns: Sequence[Column[Any]], values: Sequence[Value], formulas: Mapping[int, str]) -> None:
        lines = 1
        for at, (column, value) in enumerate(zip(columns, values, strict=True)):
            if at in formulas and value is not None:
                look = self.looks(LATIN, border=1, align="center", num_format=column.shows)
                self.sheet.write_formula(self.at, at, f"={formulas[at].format(row=self.at + 1)}", look, value)
            else:
                self._cell(at, column, value)
            if isinstance(value, str):
                lines = max(lines, lines_in(value, self.widths[at]))
        self.sheet.set_row(self.at, min(max(lines * LINE + PADDING, LOWEST_ROW), HIGHEST_ROW))
        self.at += 1

    def _cell(self, at: int, column: Column[Any], value: Value) -> None:
        align = "left" if column.prose else "center"
        match value:
            case None | "":
                self.sheet.write_blank(self.at, at, None, self.looks(BODY, border=1))
            case str():
                self._text(at, value, align)
            case datetime():
                day = value.astimezone(SHANGHAI).date()
                self.sheet.write_datetime(self.at, at, day, self.looks(LATIN, border=1, align=align, num_format=DAY))
            case date():
                self.sheet.write_datetime(self.at, at, value, self.looks(LATIN, border=1, align=align, num_format=DAY))
            case _:
                look = self.looks(LATIN, border=1, align=align, num_format=column.shows)
                self.sheet.write_number(self.at, at, value, look)

    def _text(self, at: int, value: str, align: str) -> None:
        """Write a text as it is, whatever it looks like."""
        text = printable(value)
        if units_of(text) > LONGEST_TEXT:
            text = split_at(text, LONGEST_TEXT - units_of(NOT_WHOLE))[0] + NOT_WHOLE
        look = self.looks(
            LATIN if text.isascii() else BODY, border=1, align=align, quote_prefix=text[:1] in ("=", "+", "-", "@")
        )
        if text.startswith("<r>"):  # which XlsxWriter would take for its own rich text
            self.sheet.write_rich_string(self.at, at, text[:1], text[1:2], text[2:], look)
        else:
            self.sheet.write_string(self.at, at, text, look)

    def _totals(self, columns: Sequence[Column[Any]], label: str, first: int, end: int, sums: Sequence[float]) -> None:
        for at, column in enumerate(columns):
            look = self.looks(HEADING, text_wrap=False, num_format=column.total.shows if column.total else "General")
            if column.total is not None:
                letter = xl_col_to_name(at)
                formula = column.total.formula.format(cells=f"{letter}{first + 1}:{letter}{end}")
                self.sheet.write_formula(self.at, at, f"={formula}", look, sums[at])
            else:
                self.sheet.write(self.at, at, None if at else label, look)
        self.sheet.set_row(self.at, LOWEST_ROW)
        self.at += 1

    def address(self, first: int, at: int, end: int, last: int) -> str:
        """Return cells of this sheet as formulas and charts name them; `end` is the row below the last."""
        return f"='{self.name}'!{xl_range(first, at, end - 1, last).replace('$', '')}"

    def _across(self, text: str, look: dict[str, Any], *, height: float) -> None:
        self._merged(0, len(self.widths) - 1, text, self.looks(look))
        self.sheet.set_row(self.at, height)
        self.at += 1

    def _merged(self, first: int, last: int, text: str, look: Format) -> None:
        self.sheet.merge_range(self.at, first, self.at, last, "", look)
        self.sheet.write_string(self.at, first, text, look)
