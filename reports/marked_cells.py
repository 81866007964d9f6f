"""Faults marked in the cells of a workbook that goes back to whoever sent it, for openpyxl."""

from collections.abc import Sequence
from copy import copy

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from models.registry import OFFICE
from reports.sheet_looks import BODY_FONT, FAULTY, LEFT, TO_FILL, height_for, set_value

WHY = "退回原因："
Faults = Sequence[dict[str, str]]  # each with its sheet, cell and reason


def clear_marks(book: Workbook, *, note: str) -> None:
    """Take away what an earlier return of the same file was marked with. note: the sheet that was put before."""
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment is not None and cell.comment.author == OFFICE and cell.comment.text.startswith(WHY):
                    cell.comment, cell.fill = None, PatternFill()
    if note in book.sheetnames:
        book.remove(book[note])


def mark(book: Workbook, faults: Faults) -> None:
    """Make every cell with a fault red, with a comment that says why."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for fault in faults:
        if fault["sheet"] in book.sheetnames and fault["cell"]:
            sheet = book[fault["sheet"]]
            reasons.setdefault((sheet.title, _anchor(sheet, fault["cell"])), []).append(fault["reason"])
    for (name, address), why in reasons.items():
        cell = book[name][address]
        before = f"\n{cell.comment.text}" if cell.comment is not None else ""
        text = f"{WHY}{'；'.join(dict.fromkeys(why))}{before}"
        cell.fill = FAULTY
        cell.comment = Comment(text, OFFICE, width=320, height=40 + 20 * (len(text) // 20))
    for name in {name for name, _ in reasons}:
        _redden_what_is_missing(book[name])


def _redden_what_is_missing(sheet: Worksheet) -> None:
    """Let what a problem lacks be red too: Excel shows the form's own colour of such a cell, not the mark's."""
    for cells in sheet.conditional_formatting:
        for rule in cells.rules:
            fill = rule.dxf.fill if rule.dxf is not None else None
            if fill is not None and str(fill.bgColor.rgb)[-6:] == TO_FILL.bgColor.rgb[-6:]:
                rule.dxf = copy(rule.dxf)  # which other sheets share
                rule.dxf.fill = FAULTY


def _anchor(sheet: Worksheet, address: str) -> str:
    """Return the cell that shows a merged range, or the cell itself."""
    return next((merged.start_cell.coordinate for merged in sheet.merged_cells.ranges if address in merged), address)


def across(sheet: Worksheet, row: int, text: str, *, widths: Sequence[float]) -> None:
    """Write a text over so many columns as have widths, in a row that is high enough."""
    cell = sheet.cell(row, 1)
    set_value(cell, text)
    cell.font, cell.alignment = BODY_FONT, LEFT
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(widths))
    sheet.row_dimensions[row].height = height_for((text, sum(widths)))
