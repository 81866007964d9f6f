"""办理答复表 as a workbook, and the copy that goes back: what became of each sheet, and each fault in its cell."""

import io
import warnings
from collections.abc import Sequence

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Protection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from models.answer_book import CASE, FIRST_ROW, IDENTITY, RECEIPT, STEP, StepSheet, fields_of
from models.registry import OFFICE
from models.steps import STEPS
from reports.report import Paper
from reports.sheet_looks import (
    BODY_FONT,
    BOX,
    CENTRE,
    FAULTY,
    GIVEN,
    HEADING_FONT,
    LEFT,
    TITLE_FONT,
    TO_FILL,
    bytes_of,
    height_for,
    set_paper,
    set_value,
)

WIDTHS = {"A": 30, "B": 60, "C": 50}


def answer_book(case: str, unit: str, steps: Sequence[StepSheet]) -> bytes:
    """Return the workbook for a unit; the same steps give the same bytes."""
    book = Workbook()
    book.remove(book.active)
    for step in steps:
        _write_step(book.create_sheet(step.sheet), case, unit, step)
    identity = book.create_sheet(IDENTITY)
    identity.sheet_state = "veryHidden"
    identity.append([CASE, case])
    for step in steps:
        identity.append([STEP, step.sheet, str(step.assignment), str(step.version), step.kind])
    book.properties.title, book.properties.creator = f"{case}办理答复表", OFFICE
    return bytes_of(book)


def _write_step(sheet: Worksheet, case: str, unit: str, step: StepSheet) -> None:
    set_paper(sheet, Paper.A4)
    for letter, width in WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    sheet.column_dimensions["D"].hidden = True
    _across(sheet, 1, f"办理答复表（{STEPS[step.kind].title}）")
    sheet["A1"].font, sheet["A1"].alignment = TITLE_FONT, CENTRE
    sheet.row_dimensions[1].height = 36
    _across(sheet, 2, f"{case}　办理单位：{unit}　待办编号：{step.assignment}　办理时限：{step.due}")
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


def returned_copy(content: bytes, lines: Sequence[str], faults: Sequence[tuple[str, str, str]]) -> bytes:
    """Return what came back with a first sheet that says what became of it; faults: sheet, cell, reason."""
    try:
        with warnings.catch_warnings(action="ignore"):
            book = load_workbook(io.BytesIO(content))
    except Exception:  # whatever openpyxl stumbles over: the receipt alone
        book = Workbook()
        book.remove(book.active)
    if RECEIPT in book.sheetnames:
        book.remove(book[RECEIPT])
    for name, address, reason in faults:
        if name in book.sheetnames and address:
            cell = book[name][address]
            cell.fill, cell.comment = FAULTY, Comment(f"退回原因：{reason}", OFFICE, width=320, height=80)
    sheet = book.create_sheet(RECEIPT, 0)
    book.active = 0
    set_paper(sheet, Paper.A4)
    for letter, width in WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    reasons = [f"{name} {address}：{reason}" for name, address, reason in faults]
    for row, line in enumerate(("办理答复表回执", *lines, *reasons), 1):
        _across(sheet, row, line)
    sheet["A1"].font, sheet["A1"].alignment = TITLE_FONT, CENTRE
    sheet.row_dimensions[1].height = 36
    return bytes_of(book)


def _across(sheet: Worksheet, row: int, text: str) -> None:
    cell = sheet.cell(row, 1)
    set_value(cell, text)
    cell.font, cell.alignment = BODY_FONT, LEFT
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=3)
    sheet.row_dimensions[row].height = height_for((text, sum(WIDTHS.values())))
