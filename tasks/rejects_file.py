"""Writes the rows that were not taken in to a workbook that can be mended and taken in again."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError, XlsxInputError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from models.message_file import (
    ORIGINAL_ROW,
    ORIGINAL_SHEET,
    REASON,
    SURPLUS,
    Cell,
    Header,
    Meaning,
    MessageFile,
    RejectedRow,
)
from models.refusals import BadFile

LEADING = {REASON: 36, ORIGINAL_SHEET: 12, ORIGINAL_ROW: 8}  # our columns and their widths, in characters
WIDTHS = {Meaning.TEXT: 60, Meaning.SUBJECT: 30, Meaning.RECEIVED_AT: 20}
WIDTH = 15
ROW_HEIGHT = 60  # points, four lines; a long complaint would fill the screen
UNREAD_SHEETS = "未读入的工作表"
LONGEST_TEXT = 32_767  # characters that a cell of Excel holds; a longer text can only come from CSV
LONGEST_AS_TEXT = 255  # characters; older Excels show ##### for more in a cell that is formatted as text
NUMBER_FORMATS: dict[type, str] = {
    datetime: "yyyy-mm-dd hh:mm:ss",
    date: "yyyy-mm-dd",
    time: "hh:mm:ss",
    timedelta: "[h]:mm:ss",
}
MADE = datetime(2000, 1, 1, tzinfo=UTC)  # written into each file, so that the same rows give the same bytes


def write_rejects(file: MessageFile, rejected: Sequence[RejectedRow], target: Path) -> Path:
    """Write rejected rows of the file, in any order, to the workbook `target` and return its path.

    Each sheet keeps its name, its headings and their order, behind three columns of ours; the faulty cells are marked.
    Cells stay as they came: text is text, also where it begins with “=”, a date is a date. A text too long for Excel
    is left out and the reason says so, because half of it might be taken in. Raises BadFile where it cannot be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with Workbook(target, {"nan_inf_to_errors": True}) as workbook:
            workbook.set_properties({"created": MADE})
            for name, header in file.headers.items():
                rows = [row for row in rejected if row.sheet == name]
                _write_sheet(workbook, name, header, sorted(rows, key=lambda row: row.row))
            unread = [row for row in rejected if row.sheet not in file.headers]
            _write_sheet(workbook, UNREAD_SHEETS, Header(row=1, headings=(), columns={}), unread)
        target.chmod(0o600)  # it holds names and telephone numbers
    except (OSError, FileCreateError) as error:
        raise BadFile(f"{target.name}：无法写入，可能已在 Excel 中打开。") from error
    return target


def _write_sheet(workbook: Workbook, name: str, header: Header, rows: Sequence[RejectedRow]) -> None:
    if not rows:
        return
    try:
        sheet = workbook.add_worksheet(name)
    except XlsxInputError:  # a name that only .ods allows
        sheet = workbook.add_worksheet(f"拒收{len(workbook.worksheets()) + 1}")

    @cache
    def style(**properties: Any) -> Any:
        return workbook.add_format({"text_wrap": True, "valign": "top", "border": 1, **properties})

    sheet.freeze_panes(1, len(LEADING))
    columns = max(len(header.headings), *(len(row.cells) for row in rows))
    theirs = [index for index in range(columns) if not header.is_ours(index)]
    meanings = {index: meaning for meaning, index in header.columns.items()}
    titles = list(LEADING.items())
    for index in theirs:
        title = SURPLUS if header.is_surplus(index) else header.headings[index]
        titles.append((title, WIDTHS.get(meanings[index], WIDTH) if index in meanings else WIDTH))
    for at, (title, width) in enumerate(titles):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, title, style(bold=True, bg_color="#D9D9D9"))

    for number, row in enumerate(rows, 1):
        sheet.set_row(number, ROW_HEIGHT)
        reasons = [row.reason]
        for at, index in enumerate(theirs, len(LEADING)):
            cell = row.cells[index] if index < len(row.cells) else ""
            if isinstance(cell, str) and len(cell.encode("utf-16-le")) > 2 * LONGEST_TEXT:
                reasons.append(f"{header.column(index)} 超出 Excel 单元格的 {LONGEST_TEXT} 字，未写入，请从原文件补入")
                cell = ""
            marked = header.column(index) in row.columns
            look = {"num_format": _number_format(cell, marked=marked), "quote_prefix": _is_long(cell)}
            form = style(**look, **({"bg_color": "#FFC7CE"} if marked else {}))
            if isinstance(cell, str) and cell:
                _write_text(sheet, number, at, cell, form)
            else:
                sheet.write(number, at, cell, form)
        sheet.write_string(number, 0, "；".join(reasons), style())
        sheet.write_string(number, 1, row.sheet, style())
        sheet.write_number(number, 2, row.row, style())


def _write_text(sheet: Worksheet, row: int, at: int, text: str, form: Format) -> None:
    if text.startswith("<r>") and text.endswith("</r>"):
        # XlsxWriter takes such a text for its own rich text and would not escape it.
        sheet.write_rich_string(row, at, text[:1], text[1:2], text[2:], form)
    else:
        sheet.write_string(row, at, text, form)


def _number_format(cell: Cell, *, marked: bool) -> str:
    """Texts stay text when they are edited, and so does what is typed over a number that Excel has spoilt."""
    if isinstance(cell, str):
        return "General" if _is_long(cell) else "@"
    return NUMBER_FORMATS.get(type(cell), "@" if marked else "General")


def _is_long(cell: Cell) -> bool:
    return isinstance(cell, str) and len(cell) > LONGEST_AS_TEXT
