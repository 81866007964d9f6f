"""办理答复表 as a workbook, and the copy that goes back: what became of each sheet, and each fault in its cell."""

import io
import warnings
from collections.abc import Sequence

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Protection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from models.answer_book import CASE, FIRST_ROW, IDENTITY, RECEIPT, STEP, StepSheet, fields_of
from models.grids import read_grids
from models.steps import STEPS
from reports.kept_whole import loses_nothing, says_the_same
from reports.marked_cells import Faults, across, clear_marks, mark
from reports.report import Paper
from reports.sheet_looks import (
    BODY_FONT,
    BOX,
    CENTRE,
    GIVEN,
    HEADING_FONT,
    LEFT,
    TITLE_FONT,
    TO_FILL,
    bytes_of,
    height_for,
    new_book,
    set_paper,
    set_value,
)

WIDTHS = {"A": 30, "B": 60, "C": 50}


def answer_book(case: str, unit: str, steps: Sequence[StepSheet]) -> bytes:
    """Return the workbook for a unit; the same steps give the same bytes."""
    book = new_book()
    book.remove(book.active)
    for step in steps:
        _write_step(book.create_sheet(step.sheet), case, unit, step)
    identity = book.create_sheet(IDENTITY)
    identity.sheet_state = "veryHidden"
    identity.append([CASE, case])
    for step in steps:
        identity.append([STEP, step.sheet, str(step.assignment), str(step.version), step.kind])
    book.properties.title = f"{case}办理答复表"
    return bytes_of(book)


def _write_step(sheet: Worksheet, case: str, unit: str, step: StepSheet) -> None:
    set_paper(sheet, Paper.A4)
    for letter, width in WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    sheet.column_dimensions["D"].hidden = True
    _across(sheet, 1, f"办理答复表（{STEPS[step.kind].title}）")
    sheet["A1"].font, sheet["A1"].alignment = TITLE_FONT, CENTRE
    sheet.row_dimensions[1].height = 36
    about = f"\n{step.about}" if step.about else ""
    _across(sheet, 2, f"{case}　办理单位：{unit}　待办编号：{step.assignment}　办理时限：{step.due}{about}")
    for at, heading in enumerate(("项目", "填写内容", "说明"), 1):
        cell = sheet.cell(FIRST_ROW - 1, at, heading)
        cell.font, cell.alignment, cell.border, cell.fill = HEADING_FONT, CENTRE, BOX, GIVEN
    for row, each in enumerate(fields_of(STEPS[step.kind].form), FIRST_ROW):
        for at, text in enumerate((each.title, "", each.note, each.key), 1):
            cell = sheet.cell(row, at)
            cell.font, cell.alignment, cell.border = BODY_FONT, LEFT, BOX
            if text:
                set_value(cell, text)
        filled = sheet.cell(row, 2)
        filled.fill, filled.protection, filled.number_format = TO_FILL, Protection(locked=False), "@"
        sheet.row_dimensions[row].height = height_for((each.title, WIDTHS["A"]), (each.note, WIDTHS["C"]))
        if each.choices:
            choice = DataValidation(type="list", formula1=f'"{",".join(each.choices)}"', allow_blank=True)
            sheet.add_data_validation(choice)
            choice.add(filled.coordinate)
    sheet.protection.sheet = True
    sheet.protection.formatRows = sheet.protection.formatColumns = False
    sheet.print_title_rows = f"{FIRST_ROW - 1}:{FIRST_ROW - 1}"


def returned_copy(content: bytes, lines: Sequence[str], faults: Faults) -> bytes:
    """Return what came back with a first sheet that says what became of it, and each fault marked in its cell.

    Where openpyxl would lose something of it, the first sheet alone: the unit mends its own file by that.
    """
    marked = _marked(content, lines, faults)
    if marked is not None:
        return marked
    book = new_book()
    book.remove(book.active)
    _write_receipt(
        book, (*lines, "原文件不便直接标注，请按下列原因在原文件中改正后重新报送。") if faults else lines, faults
    )
    return bytes_of(book)


def _marked(content: bytes, lines: Sequence[str], faults: Faults) -> bytes | None:
    try:
        if not loses_nothing(content):
            return None
        with warnings.catch_warnings(action="ignore"):
            book = load_workbook(io.BytesIO(content), rich_text=True)
            clear_marks(book, note=RECEIPT)
            mark(book, faults)
            _write_receipt(book, lines, faults)
            marked = bytes_of(book)
        return marked if says_the_same(read_grids(content), read_grids(marked), aside=RECEIPT) else None
    except Exception:  # whatever openpyxl stumbles over: the receipt alone
        return None


def _write_receipt(book: Workbook, lines: Sequence[str], faults: Faults) -> None:
    sheet = book.create_sheet(RECEIPT, 0)
    book.active = 0
    for each in book.worksheets:
        each.sheet_view.tabSelected = each is sheet
    set_paper(sheet, Paper.A4)
    for letter, width in WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    reasons = [f"{each['sheet']} {each['cell']}：{each['reason']}" for each in faults]
    for row, line in enumerate(("办理答复表回执", *lines, *reasons), 1):
        _across(sheet, row, line)
    sheet["A1"].font, sheet["A1"].alignment = TITLE_FONT, CENTRE
    sheet.row_dimensions[1].height = 36


def _across(sheet: Worksheet, row: int, text: str) -> None:
    across(sheet, row, text, widths=tuple(WIDTHS.values()))
