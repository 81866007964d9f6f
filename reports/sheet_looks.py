"""How a sheet that people fill in looks and prints, for openpyxl; and a workbook whose bytes depend on what it says."""

import io
import re
import zipfile
from copy import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

from models.registry import OFFICE
from reports.report import Paper
from reports.sheet_rows import LOOKS_ESCAPED
from reports.workbook import (
    BODY,
    HEADING,
    HIGHEST_ROW,
    LEFT_OVER,
    LINE,
    LONGEST_TEXT,
    LOWEST_ROW,
    MARGINS,
    PADDING,
    PAPERS,
    TITLE,
    lines_in,
    printable,
    split_at,
    units_of,
    whole_or_not_at_all,
)

MADE = datetime(2000, 1, 1, tzinfo=UTC)  # written into each file, so that the same content gives the same bytes
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_FIRST_OF_ZIP = (1980, 1, 1, 0, 0, 0)


def _font(look: dict[str, object], *, bold: bool = False, colour: str = "000000") -> Font:
    return Font(name=look["font_name"], size=look["font_size"], charset=134, bold=bold, color=colour)


TITLE_FONT, HEADING_FONT, BODY_FONT = _font(TITLE), _font(HEADING), _font(BODY)
LARGE_FONT = Font(name=BODY["font_name"], size=12, charset=134)
NOTE_FONT = _font(BODY, colour="595959")
FAULT_FONT = _font(BODY, colour="C00000")
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
INDENTED = Alignment(horizontal="left", vertical="center", wrap_text=True, indent=1)
RIGHT = Alignment(horizontal="right", vertical="center", wrap_text=True)
_THIN = Side(style="thin")
BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
UNDERLINE = Border(bottom=_THIN)


def new_book() -> Workbook:
    """Return a workbook of the office's, made at the one moment at which all of them are made."""
    book = Workbook()
    book.properties.creator, book.properties.created = OFFICE, MADE.replace(tzinfo=None)
    return book


def fill_of(colour: str) -> PatternFill:
    """Return a plain fill."""
    return PatternFill("solid", start_color=colour, end_color=colour)


GIVEN, TO_FILL, FAULTY = fill_of("F2F2F2"), fill_of("FFF2CC"), fill_of("FFC7CE")


def set_paper(sheet: Worksheet, paper: Paper) -> None:
    """Let the sheet print across, one page wide, in the middle, with its page numbers."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = PAPERS[paper]
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for side, inches in MARGINS.items():
        setattr(sheet.page_margins, side, inches)
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.center.text = "第&P页 共&N页"


def height_for(*texts: tuple[str, float]) -> float:
    """Return the height in points of a row with these texts, each with the width of its column."""
    lines = max((lines_in(text, width) for text, width in texts), default=1)
    return min(max(lines * LINE + PADDING, LOWEST_ROW), HIGHEST_ROW)


def bytes_of(book: Workbook, *, modified: datetime = MADE) -> bytes:
    """Return the workbook as a file: the same content gives the same bytes."""
    made = io.BytesIO()
    book.save(made)
    target = io.BytesIO()
    stamp = modified.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as zipped:
        for part in source.infolist():
            content = source.read(part)
            if part.filename == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + stamp, content)
            zipped.writestr(zipfile.ZipInfo(part.filename, _FIRST_OF_ZIP), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def save(target: Path, content: bytes) -> None:
    """Put a file where only the system's own user reads it: whole, or not at all. Raises BadFile."""
    with whole_or_not_at_all(target) as unfinished:
        unfinished.write_bytes(content)
        unfinished.chmod(0o600)


def set_value(cell: Cell, value: Any) -> None:
    """Write a value as it is: a text stays text, whatever it looks like, without what no cell can hold.

    A text that is longer than a cell goes on in another sheet, and the cell says where.
    """
    if not isinstance(value, str):
        cell._style = copy(cell._style)  # which openpyxl changes for dates, and other cells may share
        cell.value = value
        return
    cell.value = LOOKS_ESCAPED.sub("_x005F_", _held(cell, printable(value)))
    cell.data_type = "s"
    if value[:1] in ("=", "+", "-", "@"):
        cell._style = copy(cell._style)
        cell.quotePrefix = True


def _held(cell: Cell, text: str) -> str:
    """Return as much of a text as its cell holds, and write the rest into the book's sheet for what is left over."""
    room = LONGEST_TEXT // 7 if LOOKS_ESCAPED.search(text) else LONGEST_TEXT  # what looks escaped is written in seven
    if units_of(text) <= room:
        return text
    book = cell.parent.parent
    sheet = book[LEFT_OVER] if LEFT_OVER in book.sheetnames else _sheet_for_the_rest(book)
    note = f"……（后文见“{LEFT_OVER}”第{sheet.max_row + 1}行）"
    held, rest = split_at(text, room - units_of(note))
    while rest:
        piece, rest = split_at(rest, room)
        row = sheet.max_row + 1
        for column, part in enumerate((f"{cell.parent.title}!{cell.coordinate}", piece), 1):
            written = sheet.cell(row, column)
            written.font, written.alignment = BODY_FONT, LEFT
            set_value(written, part)
        sheet.row_dimensions[row].height = HIGHEST_ROW
    return held + note


def _sheet_for_the_rest(book: Workbook) -> Worksheet:
    sheet = book.create_sheet(LEFT_OVER)
    set_paper(sheet, Paper.A4)
    for at, (heading, width) in enumerate((("接单元格", 20), ("文字", 100)), 1):
        cell = sheet.cell(1, at, heading)
        cell.font, cell.alignment = HEADING_FONT, CENTRE
        sheet.column_dimensions[cell.column_letter].width = width
    return sheet
