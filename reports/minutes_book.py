"""The workbook in which the office fills in the minutes of a joint meeting, with what was before it for reference."""

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from models.meeting_file import (
    ATTENDEES,
    CASE,
    COLUMNS,
    ENDS_ON,
    FIELDS,
    HELD_ON,
    LONGEST,
    NUMBER,
    SHEET,
    SUMMARY,
    UNIT,
    WHAT,
)
from reports.agenda_document import ACTION_HEADINGS, ITEM_HEADINGS, action_row, item_row
from reports.meeting_agenda import Agenda
from reports.report import Paper, long_date
from reports.sheet_looks import (
    BODY_FONT,
    BOX,
    CENTRE,
    GIVEN,
    HEADING_FONT,
    LEFT,
    NOTE_FONT,
    TITLE_FONT,
    TO_FILL,
    bytes_of,
    height_for,
    new_book,
    set_paper,
    set_value,
)

AGENDA, EARLIER, UNITS = "议题", "上次议定事项", "单位"
FIRST_FIELD, VALUE = 3, 3  # the row of the first field, the column of what is filled in beside its name
HEAD = FIRST_FIELD + len(FIELDS)  # the row of the headings of the table
ROWS = 20  # for actions; more may be inserted
WIDTHS = {NUMBER: 6, CASE: 22, WHAT: 62, UNIT: 24, ENDS_ON: 14}
HEIGHTS = {ATTENDEES: 60, SUMMARY: 150}  # points
NOTE = (
    "填写浅黄色各格。案件编号可从“议题”表中选取，也可写作 2026-12；承办单位填单位名称或代码；完成时限写作 2026-06-30，"
    "不写的按默认时限办理。一件案件有几项议定事项的，分行填写。填好后用 zhiyong meeting record 登记。"
)
ITEM_WIDTHS = (6, 20, 34, 26, 16, 28, 30)
ACTION_WIDTHS = (24, 20, 44, 18, 16, 38)


def minutes_book(agenda: Agenda) -> bytes:
    """Return the workbook as a file; the same agenda gives the same bytes."""
    book = new_book()
    book.properties.title = "联席办公会会议纪要"
    _write_form(book.active, agenda)
    origin = f"截至{long_date(agenda.day)}；内容已脱敏，尚未回复的在前。"
    in_order = enumerate((*agenda.without_reply, *agenda.with_reply), 1)
    items = [(number, *item_row(number, each)[1:]) for number, each in in_order]
    _write_list(book, AGENDA, origin, ITEM_HEADINGS, ITEM_WIDTHS, items)
    actions = [action_row(each, agenda.as_of) for each in agenda.actions]
    _write_list(book, EARLIER, origin, ACTION_HEADINGS, ACTION_WIDTHS, actions)
    units = book.create_sheet(UNITS)
    units.sheet_state = "hidden"
    for row, name in enumerate(agenda.units, 1):
        set_value(units.cell(row, 1), name)
    return bytes_of(book)


def _write_form(sheet: Worksheet, agenda: Agenda) -> None:
    sheet.title = SHEET
    set_paper(sheet, Paper.A4)
    for at, heading in enumerate(COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(at)].width = WIDTHS[heading]
    _across(sheet, 1, "联席办公会会议纪要", look="title")
    _across(sheet, 2, NOTE, look="note")
    for row, name in enumerate(FIELDS, FIRST_FIELD):
        _write_field(sheet, row, name)
    for at, heading in enumerate(COLUMNS, 1):
        cell = sheet.cell(HEAD, at, heading)
        cell.font, cell.alignment, cell.border, cell.fill = HEADING_FONT, CENTRE, BOX, GIVEN
    sheet.row_dimensions[HEAD].height = 27
    first, last = HEAD + 1, HEAD + ROWS
    for row in range(first, last + 1):
        _write_row(sheet, row, row - HEAD)
    _check(sheet, agenda, first, last)
    sheet.freeze_panes = sheet.cell(first, 1)
    sheet.print_title_rows = f"{HEAD}:{HEAD}"
    sheet.print_area = f"A1:{get_column_letter(len(COLUMNS))}{last}"
    _protect(sheet)


def _write_field(sheet: Worksheet, row: int, name: str) -> None:
    label = sheet.cell(row, 1, name)
    for at in range(1, len(COLUMNS) + 1):
        cell = sheet.cell(row, at)
        cell.border, cell.font = BOX, BODY_FONT
        if at >= VALUE:
            cell.fill, cell.protection = TO_FILL, Protection(locked=False)
    label.font, label.alignment, label.fill = HEADING_FONT, CENTRE, GIVEN
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=VALUE - 1)
    sheet.merge_cells(start_row=row, end_row=row, start_column=VALUE, end_column=len(COLUMNS))
    value = sheet.cell(row, VALUE)
    value.alignment = Alignment(horizontal="left", vertical="top" if name == SUMMARY else "center", wrap_text=True)
    value.number_format = "yyyy-mm-dd" if name == HELD_ON else "@"
    sheet.row_dimensions[row].height = HEIGHTS.get(name, 27)


def _write_row(sheet: Worksheet, row: int, number: int) -> None:
    for at, heading in enumerate(COLUMNS, 1):
        cell = sheet.cell(row, at)
        cell.font, cell.border = BODY_FONT, BOX
        cell.alignment = LEFT if heading == WHAT else CENTRE
        if heading == NUMBER:
            cell.value = number
        else:
            cell.fill, cell.protection = TO_FILL, Protection(locked=False)
            cell.number_format = "yyyy-mm-dd" if heading == ENDS_ON else "@"
    sheet.row_dimensions[row].height = 33


def _check(sheet: Worksheet, agenda: Agenda, first: int, last: int) -> None:
    """Offer the cases and the units, and say what a day looks like; what is typed is checked when it is recorded."""
    letters = {heading: get_column_letter(at) for at, heading in enumerate(COLUMNS, 1)}
    for heading, source, count, start in (
        (CASE, f"{AGENDA}!$B", len(agenda.items), 4),
        (UNIT, f"{UNITS}!$A", len(agenda.units), 1),
    ):
        if count:
            cells = f"={source}${start}:{source.split('!')[1]}${start + count - 1}"
            choice = DataValidation(type="list", formula1=cells, allow_blank=True, showErrorMessage=False)
            sheet.add_data_validation(choice)
            choice.add(f"{letters[heading]}{first}:{letters[heading]}{last}")
    days = DataValidation(type="date", operator="greaterThan", formula1="36526", allow_blank=True)
    days.errorStyle, days.errorTitle, days.error = "warning", "日期", "请写作 2026-06-30 的形式"
    days.showErrorMessage = True
    sheet.add_data_validation(days)
    days.add(f"{letters[ENDS_ON]}{first}:{letters[ENDS_ON]}{last}")
    days.add(f"{get_column_letter(VALUE)}{FIRST_FIELD + FIELDS.index(HELD_ON)}")
    longest = DataValidation(type="textLength", operator="lessThanOrEqual", formula1=str(LONGEST[WHAT]))
    longest.errorTitle, longest.error, longest.showErrorMessage = WHAT, f"不超过 {LONGEST[WHAT]} 字", True
    sheet.add_data_validation(longest)
    longest.add(f"{letters[WHAT]}{first}:{letters[WHAT]}{last}")


def _write_list(
    book: Workbook,
    name: str,
    origin: str,
    headings: Sequence[str],
    widths: Sequence[float],
    rows: Sequence[Sequence[object]],
) -> None:
    """Write a sheet to look things up in: title, origin, headings, rows."""
    sheet = book.create_sheet(name)
    set_paper(sheet, Paper.A4)
    for at, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    _across(sheet, 1, name, look="title", columns=len(widths), width=sum(widths))
    _across(sheet, 2, origin if rows else f"{origin}没有内容。", look="note", columns=len(widths), width=sum(widths))
    for at, heading in enumerate(headings, 1):
        cell = sheet.cell(3, at, heading)
        cell.font, cell.alignment, cell.border, cell.fill = HEADING_FONT, CENTRE, BOX, GIVEN
    sheet.row_dimensions[3].height = 27
    for row, values in enumerate(rows, 4):
        for at, value in enumerate(values, 1):
            cell = sheet.cell(row, at)
            cell.font, cell.border = BODY_FONT, BOX
            cell.alignment = LEFT if widths[at - 1] >= 26 else CENTRE
            set_value(cell, value)
        sheet.row_dimensions[row].height = height_for(*zip(map(str, values), widths, strict=True))
    sheet.freeze_panes = "C4"
    sheet.print_title_rows = "3:3"
    _protect(sheet)


def _across(
    sheet: Worksheet,
    row: int,
    text: str,
    *,
    look: str,
    columns: int = len(COLUMNS),
    width: float = sum(WIDTHS.values()),
) -> None:
    cell = sheet.cell(row, 1)
    set_value(cell, text)
    cell.font, cell.alignment = (TITLE_FONT, CENTRE) if look == "title" else (NOTE_FONT, LEFT)
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=columns)
    sheet.row_dimensions[row].height = 36 if look == "title" else height_for((text, width))


def _protect(sheet: Worksheet) -> None:
    """Lock what is given, without a password, and leave looks and rows to the office."""
    sheet.protection.sheet = True
    for allowed in ("formatCells", "formatColumns", "formatRows", "insertRows", "sort", "autoFilter"):
        setattr(sheet.protection, allowed, False)  # in the file, false means that it is not forbidden
