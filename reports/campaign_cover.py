"""The cover of a unit's self-inspection workbook: whose it is, until when, how it is filled in, who signs."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from openpyxl.styles import Protection
from openpyxl.worksheet.worksheet import Worksheet

from models.campaign_book import COVER, FILLED_BY, FILLED_ON, PERIOD, PHONE, UNIT_CODE, UNIT_NAME, Issued
from reports.campaign_checks import check_date
from reports.report import Paper, long_date
from reports.sheet_looks import (
    BODY_FONT,
    BOX,
    CENTRE,
    GIVEN,
    HEADING_FONT,
    INDENTED,
    LARGE_FONT,
    LEFT,
    RIGHT,
    TITLE_FONT,
    TO_FILL,
    height_for,
    set_paper,
    set_value,
)
from reports.workbook import SIGNERS

COLUMNS, WIDTH = 10, 13.5  # two for each who signs
DUE, TO_WHOM = "报送期限", "报送单位"
RECIPIENT = "区纪委监察局（由区治庸问责办收集）"
STEPS = (
    "请对照本单位的权力清单、责任清单、程序清单，从岗位责任、权力运行流程、相互监督制约三个方面逐项自查。"
    "三个方面各有一张工作表，缺一不可。",
    "灰色部分为已公布的清单内容，请勿改动、删除；浅黄色标题各栏由单位填写。每一事项均须选择“无问题”或“存在问题”。",
    "存在问题的，逐栏填写问题描述、问题性质、涉及岗位、整改措施、整改时限、是否已整改；无问题的，其后各栏留空。",
    "清单未列但自查发现的问题，以及同一事项的其他问题，填在各表下方“清单以外的问题”各行：先选所属清单，再写明事项名称。",
    "日期写作 2026-06-30 的形式。整改时限不得早于自查开始之日。问题描述、整改措施每格不超过 2000 字。",
    "填写完毕后，填写本页填表人、联系电话、填报日期，打印并由单位主要领导签字、加盖公章，于报送期限前连同本电子表报送。"
    "文件名可以改动；工作表请勿删除、隐藏的标识请勿改动。",
    "收到后逐格核对，并出具收据。不符合要求的予以退回，有误的单元格标红并附原因，请在退回的表上改正后重新报送。",
)


def write_cover(sheet: Worksheet, issued: Issued, filled: Mapping[str, Any]) -> None:
    """Write the cover; `filled`: its fields that are filled in already."""
    sheet.title = COVER
    set_paper(sheet, Paper.A4)
    for letter in "ABCDEFGHIJ":
        sheet.column_dimensions[letter].width = WIDTH
    cover = _Cover(sheet)
    cover.across(f"{issued.title}表", TITLE_FONT, CENTRE)
    sheet.row_dimensions[1].height = 48
    cover.pair((UNIT_NAME, issued.unit_name), (UNIT_CODE, issued.unit_code))
    cover.pair((PERIOD, issued.period), (DUE, long_date(issued.due_on)))
    cover.pair((TO_WHOM, RECIPIENT), (FILLED_ON, filled.get(FILLED_ON)), open_to=(FILLED_ON,))
    cover.pair((FILLED_BY, filled.get(FILLED_BY)), (PHONE, filled.get(PHONE)), open_to=(FILLED_BY, PHONE))
    first = date(int(issued.period[:4]), int(issued.period[5:]), 1)
    check_date(sheet, FILLED_ON, f"H{cover.row - 2}", since=first)
    cover.across("填 报 说 明", HEADING_FONT, CENTRE)
    for number, step in enumerate(STEPS, 1):
        cover.across(f"{number}. {step}", LARGE_FONT, LEFT)
    cover.signers()
    sheet.protection.sheet = True
    sheet.protection.formatCells = sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.print_area = f"A1:J{cover.row - 1}"


class _Cover:
    """The cover in the making; `row` is the next one."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        self.row = 1

    def across(self, text: str, font: Any, alignment: Any) -> None:
        cell = self.sheet.cell(self.row, 1, text)
        cell.font, cell.alignment = font, alignment
        self._merge(1, COLUMNS)
        self.sheet.row_dimensions[self.row].height = height_for(
            (text, COLUMNS * WIDTH * BODY_FONT.size / LARGE_FONT.size)
        )
        self.row += 1

    def pair(self, *fields: tuple[str, Any], open_to: tuple[str, ...] = ()) -> None:
        """Write two labels with their values side by side; those in `open_to` are filled in by the unit."""
        for first, (label, value) in zip((1, 6), fields, strict=True):
            cell = self.sheet.cell(self.row, first, label)
            cell.font, cell.alignment, cell.fill = HEADING_FONT, CENTRE, GIVEN
            entry = self.sheet.cell(self.row, first + 2)
            entry.font, entry.alignment = LARGE_FONT, INDENTED
            entry.number_format = "yyyy-mm-dd" if label == FILLED_ON else "@"
            if label in open_to:
                entry.fill, entry.protection = TO_FILL, Protection(locked=False)
            if value not in (None, ""):
                set_value(entry, value)
            for at in range(first, first + 5):
                self.sheet.cell(self.row, at).border = BOX
            self._merge(first, first + 1)
            self._merge(first + 2, first + 4)
        self.sheet.row_dimensions[self.row].height = 32
        self.row += 1

    def signers(self) -> None:
        """Write the block where people sign, and the date."""
        self.sheet.row_dimensions[self.row].height = 12
        self.row += 1
        for at, signer in enumerate(SIGNERS):
            cell = self.sheet.cell(self.row, 2 * at + 1, signer)
            cell.font, cell.alignment = LARGE_FONT, LEFT
            self._merge(2 * at + 1, 2 * at + 2)
        self.sheet.row_dimensions[self.row].height = 36
        self.row += 1
        self.across("（单位盖章）　　　　　　年　　月　　日", LARGE_FONT, RIGHT)

    def _merge(self, first: int, last: int) -> None:
        self.sheet.merge_cells(start_row=self.row, end_row=self.row, start_column=first, end_column=last)
