"""How a report becomes a workbook that an office prints and files: the only file of reports that knows Excel."""

import errno
import math
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from itertools import accumulate, groupby
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from models.clock import SHANGHAI
from models.refusals import BadFile
from models.words import Light
from reports import sheet_rows
from reports.report import Column, Paper, Report, Row, Value, long_date
from reports.sheet_rows import RowsAsXml

ROWS_PER_SHEET = 1_048_500  # a sheet of Excel holds 1,048,576; the rest is for what stands above and below
LONGEST_TEXT = 32_767  # UTF-16 units that a cell holds
LINE, PADDING, LOWEST_ROW, HIGHEST_ROW = 15, 6, 27, 409  # points; Excel knows no higher row
MARGINS = {"left": 0.5, "right": 0.5, "top": 0.7, "bottom": 0.7}  # inches
PAPERS = {Paper.A3: 8, Paper.A4: 9}  # Excel's numbers

# What a Chinese office expects. Where a font is missing, its character set leads to another Chinese one.
CHINESE = {"font_charset": 134, "valign": "vcenter", "text_wrap": True}
TITLE = CHINESE | {"font_name": "方正小标宋简体", "font_size": 20, "align": "center"}
HEADING = CHINESE | {"font_name": "黑体", "font_size": 11, "align": "center", "border": 1, "bg_color": "#F2F2F2"}
BODY = CHINESE | {"font_name": "仿宋_GB2312", "font_size": 10.5}
LATIN = BODY | {"font_name": "Times New Roman", "font_charset": 0}
SMALL = BODY | {"font_size": 8, "font_color": "#808080"}
COLOURS = {Light.GREEN: "#C6EFCE", Light.YELLOW: "#FFEB9C", Light.RED: "#FFC7CE"}
DAY = "yyyy-mm-dd"

SIGNERS = ("单位主要领导（签字）：", "分管领导：", "审核人：", "填表人：", "联系电话：")
LEFT_OVER = "续文"
# Units, channels, states, days come again and again: what so many short cells look like is kept.
_WORD, _KNOWN = 40, 4096
# What a cell cannot hold, once line ends are all of one kind.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

_NOT_WRITABLE = "无法写入：没有写入权限，或文件正在 Excel、WPS 中打开。"
_REASONS = {
    errno.ENOENT: "文件夹不存在。",
    errno.ENOTDIR: "文件夹不存在。",
    errno.EISDIR: "已有同名的文件夹。",
    errno.ENOSPC: "磁盘空间不足，未能写完。",
    errno.EDQUOT: "磁盘空间不足，未能写完。",
}


@dataclass(frozen=True, kw_only=True)
class Imprint:
    """What a workbook says of its origin: who fills it in, which part of the ledger it shows, as of when."""

    office: str
    scope: str
    as_of: datetime
    ledger_head: str


def write_workbook(
    report: Report[Row], rows: Iterable[Row], imprint: Imprint, target: Path, *, rows_per_sheet: int = ROWS_PER_SHEET
) -> int:
    """Write a report to `target`, in little memory however many rows there are; return how many there were.

    The file is there when it is whole, not before. The same rows and imprint give the same bytes.
    Raises BadFile where it cannot be written.
    """
    if target.suffix.lower() != ".xlsx":
        raise BadFile(f"{target}：文件名须以 .xlsx 结尾。")
    with whole_or_not_at_all(target) as unfinished:
        options = {
            "constant_memory": True,
            "tmpdir": unfinished.parent,
            "use_zip64": True,
            "default_format_properties": {"font_name": "Times New Roman", "font_size": 10.5},
        }
        with Workbook(unfinished, options) as workbook:
            return _Book(workbook, report, imprint, rows_per_sheet).write(rows)


@contextmanager
def whole_or_not_at_all(target: Path) -> Iterator[Path]:
    """Give a path in a folder of its own beside the target; what was written there becomes the target at the end."""
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".zhiyong-") as folder:
            unfinished = Path(folder) / target.name
            yield unfinished
            os.replace(unfinished, target)
    except (OSError, FileCreateError) as error:
        cause: OSError = error.args[0] if isinstance(error, FileCreateError) else error
        raise BadFile(f"{target}：{_REASONS.get(cause.errno or 0, _NOT_WRITABLE)}") from error


class _Book:
    """A workbook in the making. It is written from the top: a row is gone as soon as one below it is begun."""

    def __init__(self, workbook: Workbook, report: Report[Any], imprint: Imprint, rows_per_sheet: int) -> None:
        self.workbook, self.report, self.imprint, self.rows_per_sheet = workbook, report, imprint, rows_per_sheet
        self.columns: tuple[Column[Any], ...] = report.columns
        self.areas: list[tuple[str, int, int]] = []  # sheet, first row, the row below the last
        self.sums: list[float] = [0] * len(self.columns)
        self.left_over: list[tuple[str, str]] = []  # which cell, and what it could not hold
        self.clipped = 0  # rows that are not high enough for their text
        self.body = cache(self._body)
        self.content = lru_cache(_KNOWN)(self._content)

    def write(self, rows: Iterable[Any]) -> int:
        """Write all of it; return the number of rows."""
        count = 0
        self._begin_sheet()
        for row in rows:
            if self.at - self.first == self.rows_per_sheet:
                self._end_area()
                self._across("（下接下一张工作表）", SMALL)
                self._begin_sheet()
            self._write_row(row)
            count += 1
        if count == 0:
            self._across("（没有符合条件的记录）", BODY | {"align": "center", "border": 1})
        self._end_area()
        self._write_totals()
        self._write_signers()
        self._write_origin(count)
        self._write_left_over()
        return count

    def _begin_sheet(self) -> None:
        number = len(self.areas) + 1
        self.name = self.report.title if number == 1 else f"{self.report.title}（{number}）"
        self.sheet = self._new_sheet(self.name, [column.width for column in self.columns])
        self.rows = RowsAsXml(self.sheet, len(self.columns))
        self.at = 0
        self._across(f"{self.imprint.office}{self.name}", TITLE, lines=2)
        day = long_date(self.imprint.as_of.astimezone(SHANGHAI).date())
        self._side_by_side(
            (f"填报单位（盖章）：{self.imprint.office}", "left"),
            (f"统计范围：{self.imprint.scope}", "center"),
            (f"填报时间：{day}", "right"),
        )
        head = self.at
        self._write_headings()
        self.first = self.at
        self.sheet.repeat_rows(head, self.first - 1)
        self.sheet.freeze_panes(self.first, self.report.frozen)

    def _new_sheet(self, name: str, widths: list[float]) -> Worksheet:
        sheet = self.workbook.add_worksheet(name)
        sheet.set_paper(PAPERS[self.report.paper])
        if self.report.landscape:
            sheet.set_landscape()
        sheet.set_margins(**MARGINS)
        sheet.fit_to_pages(1, 0)
        sheet.center_horizontally()
        sheet.set_footer("&C第&P页 共&N页")
        for at, width in enumerate(widths):
            sheet.set_column(at, at, width)
        return sheet

    def _write_headings(self) -> None:
        """Write one row of headings, or two where columns have a group; a heading without one takes both."""
        look = self.workbook.add_format(HEADING)
        two = any(column.group for column in self.columns)
        for at, column in enumerate(self.columns):
            self.sheet.write_string(self.at, at, column.group or column.heading, look)
        for group, run in groupby(range(len(self.columns)), lambda at: self.columns[at].group or at):
            first, *more = run
            last, spans_both = (more or [first])[-1], isinstance(group, int) and two
            if spans_both or more:
                # merge_range would write both rows, cell by cell, and so lose what stands to the right of the first.
                self.sheet.merge.append([self.at, first, self.at + spans_both, last])
        below = max((lines_in(column.heading, column.width) for column in self.columns if column.group), default=0)
        alone = max((lines_in(column.heading, column.width) for column in self.columns if not column.group), default=1)
        self._end_row(max(1, alone - below))
        if two:
            for at, column in enumerate(self.columns):
                self.sheet.write(self.at, at, column.heading if column.group else None, look)
            self._end_row(below)

    def _write_row(self, row: Any) -> None:
        contents, lines = [], 1
        for at, column in enumerate(self.columns):
            value = column.value(row)
            if column.total is not None:
                self.sums[at] += column.total.adds(value)
            if isinstance(value, str) and (column.prose or len(value) > _WORD):
                content, its_lines = self._content(at, "str", self._held(at, value))
            else:
                content, its_lines = self.content(at, value.__class__.__name__, value)
            contents.append(content)
            lines = max(lines, its_lines)
        needed = lines * LINE + PADDING
        self.rows.write(self.at, contents, min(max(needed, LOWEST_ROW), HIGHEST_ROW))
        self.clipped += needed > HIGHEST_ROW
        self.at += 1

    def _content(self, at: int, kind: str, value: Value) -> tuple[str, int]:
        """Return a cell's content and how many lines it takes. `kind` tells apart what is equal, as 1 and 1.0 are."""
        column = self.columns[at]
        match value:
            case None | "":
                return sheet_rows.blank(self.body()), 1
            case Light():
                return sheet_rows.text(self.body(fill=COLOURS[value]), f"{value.colour} {value.label}"), 1
            case str():
                text = value if value.isprintable() else printable(value)
                quoted = text[:1] in ("=", "+", "-", "@")
                look = self.body(latin=text.isascii(), prose=column.prose, quoted=quoted)
                return sheet_rows.text(look, text), lines_in(text, column.width)
            case date():
                return sheet_rows.day(self.body(latin=True, shows=DAY), value), 1
            case _:
                return sheet_rows.number(self.body(latin=True, shows=column.shows), value), 1

    def _held(self, at: int, text: str) -> str:
        """Return as much of a text as a cell holds; the rest goes on in another sheet."""
        if len(text) <= LONGEST_TEXT // 2 or units_of(text := printable(text)) <= LONGEST_TEXT:
            return text
        note = f"……（后文见“{LEFT_OVER}”第{len(self.left_over) + 2}行）"
        held, rest = split_at(text, LONGEST_TEXT - units_of(note))
        while rest:
            piece, rest = split_at(rest, LONGEST_TEXT)
            self.left_over.append((f"{self.name}!{xl_rowcol_to_cell(self.at, at)}", piece))
        return held + note

    def _end_area(self) -> None:
        self.areas.append((self.name, self.first, self.at))
        self.sheet.autofilter(self.first - 1, 0, self.at - 1, len(self.columns) - 1)

    def _write_totals(self) -> None:
        if not any(column.total for column in self.columns):
            return
        look = {**HEADING, "shrink": True, "text_wrap": False}
        for at, column in enumerate(self.columns):
            if column.total is None:
                self.sheet.write(self.at, at, None if at else "合计", self.workbook.add_format(look))
                continue
            letter = xl_col_to_name(at)
            formula = "+".join(
                column.total.formula.format(
                    cells=("" if name == self.name else f"'{name}'!") + f"{letter}{first + 1}:{letter}{end}"
                )
                for name, first, end in self.areas
            )
            shown = self.workbook.add_format(look | {"num_format": column.total.shows})
            self.sheet.write_formula(self.at, at, f"={formula}", shown, self.sums[at])
        self._end_row()

    def _write_signers(self) -> None:
        self._side_by_side(*((signer, "left") for signer in SIGNERS), lines=2)
        self._across("年　　月　　日", BODY | {"align": "right", "indent": 2})

    def _write_origin(self, count: int) -> None:
        """Say in the last line, and in the document's properties, which ledger this is."""
        as_of, head = self.imprint.as_of.astimezone(SHANGHAI), self.imprint.ledger_head
        until = f"{long_date(as_of.date())}{as_of:%H:%M:%S}（北京时间）"
        parts = [f"数据截至{until}", f"统计范围：{self.imprint.scope}", f"共{count}行", f"台账校验值：{head}"]
        if self.clipped:
            parts.append(f"有{self.clipped}行文字超出行高上限，打印不全，全文见电子表格单元格")
        origin = f"说明：{'；'.join(parts)}。"
        self._across(origin, SMALL | {"align": "left"})
        self.workbook.set_properties(
            {
                "title": f"{self.imprint.office}{self.report.title}",
                "author": self.imprint.office,
                "comments": origin,
                "created": self.imprint.as_of.astimezone(UTC),
            }
        )
        for name, value in (
            ("报表", self.report.name),
            ("数据截至", as_of.isoformat()),
            ("统计范围", self.imprint.scope),
            ("台账校验值", head),
        ):
            self.workbook.set_custom_property(name, value, "text")

    def _write_left_over(self) -> None:
        if not self.left_over:
            return
        sheet = self._new_sheet(LEFT_OVER, [20, 100])
        sheet.write_row(0, 0, ("接单元格", "文字"), self.workbook.add_format(HEADING))
        rows = RowsAsXml(sheet, 2)
        for at, (cell, text) in enumerate(self.left_over, 1):
            contents = sheet_rows.text(self.body(), cell), sheet_rows.text(self.body(prose=True), text)
            rows.write(at, contents, HIGHEST_ROW)

    def _across(self, text: str, look: dict[str, Any], *, lines: int = 1) -> None:
        self._merged(0, len(self.columns) - 1, text, look)
        self._end_row(lines)

    def _side_by_side(self, *texts: tuple[str, str], lines: int = 1) -> None:
        """Write texts with their alignment in one row, each on about the same width."""
        edges = [0, *accumulate(column.width for column in self.columns)]
        first = 0
        for part, (text, align) in enumerate(texts, 1):
            fair, most = edges[-1] * (part / len(texts)), len(edges) - 1 - (len(texts) - part)
            end = min(range(first + 1, most + 1), key=lambda at: abs(edges[at] - fair))
            self._merged(first, end - 1, text, BODY | {"align": align})
            lines = max(lines, lines_in(text, edges[end] - edges[first]))
            first = end
        self._end_row(lines)

    def _merged(self, first: int, last: int, text: str, look: dict[str, Any]) -> None:
        style = self.workbook.add_format(look)
        if last > first:
            self.sheet.merge_range(self.at, first, self.at, last, "", style)
        _write_string(self.sheet, self.at, first, text, style)

    def _end_row(self, lines: int = 1) -> None:
        """Make the row high enough for so many lines of the body, as far as Excel allows."""
        self.sheet.set_row(self.at, min(max(lines * LINE + PADDING, LOWEST_ROW), HIGHEST_ROW))
        self.at += 1

    def _body(
        self, *, latin: bool = False, prose: bool = False, shows: str = "General", fill: str = "", quoted: bool = False
    ) -> int:
        look = (LATIN if latin else BODY) | {"border": 1, "align": "left" if prose else "center"}
        look |= {"num_format": shows, "quote_prefix": quoted}
        index: int = self.workbook.add_format(look | ({"bg_color": fill} if fill else {}))._get_xf_index()
        return index


def printable(text: str) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNPRINTABLE.sub("", text)


def _write_string(sheet: Worksheet, row: int, at: int, text: str, look: Format) -> None:
    if text.startswith("<r>") and text.endswith("</r>"):
        # XlsxWriter takes such a text for its own rich text and would not escape it.
        sheet.write_rich_string(row, at, text[:1], text[1:2], text[2:], look)
    else:
        sheet.write_string(row, at, text, look)


def lines_in(text: str, width: float) -> int:
    """Estimate the lines that a text takes in a column: as many digits wide as it has bytes in China's own encoding.

    A tenth of each line is lost to words and to marks that may not begin a line.
    """
    room = 0.9 * width
    if 2 * len(text) <= room and "\n" not in text:
        return 1
    if "\n" in text:
        return sum(lines_in(line, width) for line in text.split("\n"))
    return math.ceil(len(text.encode("gb18030", "ignore")) / room)


def units_of(text: str) -> int:
    """Return how much of a cell a text fills, in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def split_at(text: str, units: int) -> tuple[str, str]:
    """Split a text so that its first part has at most so many UTF-16 units, and no character is torn."""
    first = text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")
    return first, text[len(first) :]
