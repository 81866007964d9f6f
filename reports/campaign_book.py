"""The workbook that a unit fills in for a self-inspection (policy 三(四)): cover, a sheet for each aspect, identity.

What of the lists stands in it and how it is called is in `models/campaign_book.py`.
"""

from datetime import date
from typing import Any

from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from models.campaign_book import (
    BEYOND,
    CHECKSUM,
    CONCLUSION,
    DEADLINE,
    ENTRIES,
    IDENTITY,
    LAYOUT,
    LIST,
    MEASURES,
    MENDED,
    NAME_COLUMN,
    NATURE,
    NUMBER,
    OTHER_TEXTS,
    PERIOD,
    POST,
    TEXT,
    UNIT_CODE,
    UNIT_NAME,
    VERSION,
    ContentRow,
    Contents,
    Issued,
    headings,
    rows_to_answer,
)
from models.words import Aspect, ListKind
from reports.campaign_checks import POWER_KIND, check_choice, check_entries, show_what_is_missing
from reports.campaign_cover import write_cover
from reports.report import Paper
from reports.sheet_looks import (
    BODY_FONT,
    BOX,
    CENTRE,
    GIVEN,
    HEADING_FONT,
    LEFT,
    NOTE_FONT,
    RIGHT,
    TITLE_FONT,
    TO_FILL,
    bytes_of,
    height_for,
    new_book,
    set_paper,
    set_value,
)

FREE_ROWS = 30  # for problems beside the lists
TITLE_ROW, ORIGIN_ROW, NOTE_ROW, HEADER_ROW = 1, 2, 3, 4
WIDTHS = {
    NUMBER: 5,
    LIST: 9,
    CONCLUSION: 10,
    TEXT: 30,
    NATURE: 9,
    POST: 12,
    MEASURES: 28,
    DEADLINE: 12,
    MENDED: 9,
    "责任事项": 28,
    "追责情形": 28,
    "对应职权": 18,
    "环节": 16,
    "承办岗位": 12,
    "时限": 11,
    "材料": 18,
    "监督方式": 14,
    "职权类型": 10,
    "职权名称": 24,
    "编码": 14,
    "依据": 28,
    "行使主体": 14,
}
PROSE = (TEXT, MEASURES, "责任事项", "追责情形", "材料", "职权名称", "依据")  # set from the left
AS_TEXT = ("编码", POST)  # what Excel would take for a number or a date
NOTE = (
    "灰色部分为已公布的清单内容，请勿改动；浅黄色标题各栏由单位填写。每一事项都要选择“自查情况”；"
    "选“存在问题”的，其后各栏均须填写，选“无问题”的，其后各栏留空。"
)
BAND = f"{BEYOND}（清单未列、但自查发现的问题，以及同一事项的其他问题，填在以下各行：先选所属清单，再写明事项名称）"


def campaign_book(issued: Issued, contents: Contents | None = None) -> bytes:
    """Return a unit's workbook as a file; `contents`: what is filled in already. The same input, the same bytes."""
    workbook = new_book()
    workbook.properties.title = f"{issued.title}表（{issued.unit_name}）"
    write_cover(workbook.active, issued, contents["cover"] if contents else {})
    for aspect in Aspect:
        sheet = workbook.create_sheet(aspect.label)
        _Sheet(sheet, issued, aspect).write(contents["rows"].get(aspect.value, []) if contents else [])
    if contents and contents["others"]:
        _write_others(workbook.create_sheet(OTHER_TEXTS), contents["others"])
    _write_identity(workbook.create_sheet(IDENTITY), issued)
    return bytes_of(workbook)


class _Sheet:
    """The sheet of one aspect in the making."""

    def __init__(self, sheet: Worksheet, issued: Issued, aspect: Aspect) -> None:
        self.sheet, self.issued, self.aspect = sheet, issued, aspect
        self.headings = headings(aspect)
        self.letters = {heading: get_column_letter(at) for at, heading in enumerate(self.headings, 1)}
        self.looks: dict[tuple[str, bool, bool], StyleArray] = {}

    def write(self, filled: list[ContentRow]) -> None:
        """Write all of it."""
        set_paper(self.sheet, Paper.A3)
        self._write_head()
        items = rows_to_answer(self.issued.book, self.aspect)
        given = {row["item"]: row["cells"] for row in filled if row["item"] is not None}
        free = [row["cells"] for row in filled if row["item"] is None]
        first = at = HEADER_ROW + 1
        for number, item in enumerate(items):
            own = {NUMBER: number + 1, LIST: ListKind(item["list"]).label, **item["cells"]}
            entries = {heading: value for heading, value in given.get(number, {}).items() if heading in ENTRIES}
            self._write_row(at, {**own, **entries}, open_to=ENTRIES)
            at += 1
        self._across(at, BAND, HEADING_FONT, LEFT, fill=GIVEN)
        first_free = at + 1
        for number in range(max(FREE_ROWS, len(free) + FREE_ROWS // 3)):
            at += 1
            self._write_row(at, free[number] if number < len(free) else {}, open_to=self.headings[1:])
        check_entries(self.sheet, self.letters, first, at, since=_first_day(self.issued.period))
        for heading in (LIST, POWER_KIND):
            if letter := self.letters.get(heading):
                check_choice(self.sheet, heading, f"{letter}{first_free}:{letter}{at}")
        show_what_is_missing(self.sheet, self.letters, first, at)
        self.sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
        self.sheet.print_area = f"A1:{self.letters[MENDED]}{at}"
        _protect(self.sheet)

    def _write_head(self) -> None:
        for heading, letter in self.letters.items():
            self.sheet.column_dimensions[letter].width = WIDTHS[heading]
        self._across(TITLE_ROW, f"{self.issued.title}表（{self.aspect.label}）", TITLE_FONT, CENTRE)
        self.sheet.row_dimensions[TITLE_ROW].height = 36
        origin = f"填报单位（盖章）：{self.issued.unit_name}"
        middle = len(self.headings) // 2
        self._across(ORIGIN_ROW, origin, BODY_FONT, LEFT, last=middle)
        self._across(ORIGIN_ROW, "填报时间：　　　　年　　月　　日", BODY_FONT, RIGHT, first=middle + 1)
        self._across(NOTE_ROW, NOTE, NOTE_FONT, LEFT)
        for at, heading in enumerate(self.headings, 1):
            cell = self.sheet.cell(HEADER_ROW, at, heading)
            cell.font, cell.alignment, cell.border = HEADING_FONT, CENTRE, BOX
            cell.fill = TO_FILL if heading in ENTRIES else GIVEN
        self.sheet.row_dimensions[HEADER_ROW].height = height_for(*((each, WIDTHS[each]) for each in self.headings))
        named = self.headings.index(NAME_COLUMN[self.aspect]) if self.aspect is Aspect.POST else 1
        self.sheet.freeze_panes = self.sheet.cell(HEADER_ROW + 1, named + 2)

    def _write_row(self, row: int, values: dict[str, Any], *, open_to: tuple[str, ...]) -> None:
        texts = []
        for at, heading in enumerate(self.headings, 1):
            cell = self.sheet.cell(row, at)
            cell._style = self._look(heading, locked=heading not in open_to, given=open_to is ENTRIES)
            value = values.get(heading)
            if value not in (None, ""):
                set_value(cell, value)
                texts.append((str(value), WIDTHS[heading]))
        self.sheet.row_dimensions[row].height = height_for(*texts)

    def _look(self, heading: str, *, locked: bool, given: bool) -> StyleArray:
        key = heading, locked, given
        if key not in self.looks:
            cell = self.sheet.cell(HEADER_ROW, len(self.headings) + 1)  # a scratch cell
            cell.font, cell.border = BODY_FONT, BOX
            cell.alignment = LEFT if heading in PROSE else CENTRE
            cell.protection = Protection(locked=locked)
            cell.fill = GIVEN if given and locked else PatternFill()
            shows = "yyyy-mm-dd" if heading == DEADLINE else "@" if heading in AS_TEXT else "General"
            cell.number_format = shows
            self.looks[key] = cell._style
            del self.sheet._cells[cell.row, cell.column]
        return self.looks[key]

    def _across(
        self,
        row: int,
        text: str,
        font: Font,
        alignment: Alignment,
        *,
        first: int = 1,
        last: int | None = None,
        fill: PatternFill | None = None,
    ) -> None:
        last = last or len(self.headings)
        cell = self.sheet.cell(row, first, text)
        cell.font, cell.alignment = font, alignment
        if fill:
            for at in range(first, last + 1):
                self.sheet.cell(row, at).fill, self.sheet.cell(row, at).border = fill, BOX
        self.sheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=last)
        width = sum(WIDTHS[each] for each in self.headings[first - 1 : last])
        self.sheet.row_dimensions[row].height = height_for((text, width))


def _first_day(period: str) -> date:
    return date(int(period[:4]), int(period[5:]), 1)


def _protect(sheet: Worksheet) -> None:
    """Lock what is given, without a password, and leave the looks and the order of the rows to the unit."""
    sheet.protection.sheet = True
    for allowed in ("formatCells", "formatColumns", "formatRows", "insertRows", "sort", "autoFilter"):
        setattr(sheet.protection, allowed, False)  # in the file, false means that it is not forbidden


def _write_others(sheet: Worksheet, others: list[dict[str, str]]) -> None:
    set_paper(sheet, Paper.A4)
    for letter, width in zip("ABC", (20, 12, 100), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append(["原工作表", "原单元格", "内容"])
    for cell in sheet[1]:
        cell.font, cell.alignment, cell.border, cell.fill = HEADING_FONT, CENTRE, BOX, GIVEN
    for at, other in enumerate(others, 2):
        for column, key in enumerate(("sheet", "cell", "text"), 1):
            cell = sheet.cell(at, column)
            set_value(cell, other[key])
            cell.font, cell.border, cell.alignment = BODY_FONT, BOX, LEFT if key == "text" else CENTRE
        sheet.row_dimensions[at].height = height_for((other["text"], 100))


def _write_identity(sheet: Worksheet, issued: Issued) -> None:
    sheet.sheet_state = "veryHidden"
    says = {
        PERIOD: issued.period,
        UNIT_CODE: issued.unit_code,
        UNIT_NAME: issued.unit_name,
        VERSION: LAYOUT,
        CHECKSUM: issued.checksum,
    }
    for row, (label, value) in enumerate(says.items(), 1):
        sheet.cell(row, 1, label)
        set_value(sheet.cell(row, 2), value)
        sheet.cell(row, 2).number_format = "@"
    _protect(sheet)
