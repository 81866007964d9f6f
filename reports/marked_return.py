"""What a unit gets back whose return does not hold: a copy in which every fault is marked in its cell, and listed.

The returned file itself where nothing of it is lost; else a fresh workbook filled with what it says; where nothing
could be read, the reason alone.
"""

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from models.campaign_book import RETURN_NOTE, Issued
from models.campaign_file import Return, read_return
from models.campaign_judgement import Judged, judge
from models.grids import Unreadable, read_grids
from reports.campaign_book import campaign_book
from reports.kept_whole import loses_nothing, says_the_same
from reports.marked_cells import Faults, across, clear_marks, mark
from reports.report import Paper, long_date
from reports.sheet_looks import (
    BODY_FONT,
    BOX,
    CENTRE,
    FAULT_FONT,
    GIVEN,
    HEADING_FONT,
    LEFT,
    TITLE_FONT,
    bytes_of,
    height_for,
    new_book,
    set_paper,
    set_value,
)

WIDTHS = (7, 22, 12, 95)  # of the note's columns
HEADINGS = ("序号", "工作表", "单元格", "退回原因")


@dataclass(frozen=True, kw_only=True)
class Marked:
    """A marked copy. suffix: how its file's name ends. in_place: whether it is the returned file itself."""

    content: bytes
    suffix: str
    in_place: bool


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What the note says of the return. opened_on, received_on: by which a fresh workbook is judged once more."""

    file_name: str
    receipt: str
    received_on: date
    issued: Issued | None
    opened_on: date | None


def marked_return(content: bytes, return_: Return, judged: Judged, notice: Notice) -> Marked:
    """Return the copy for the unit."""
    faults = judged.faults
    if not return_.unreadable and judged.whole and return_.kind in ("xlsx", "xlsm"):
        marked = _in_place(content, faults, notice)
        if marked is not None:
            return Marked(content=marked, suffix=f".{return_.kind}", in_place=True)
    if judged.contents is not None and notice.issued is not None and notice.opened_on is not None:
        fresh = _fresh(return_, judged, notice, notice.issued, notice.opened_on)
        return Marked(content=fresh, suffix=".xlsx", in_place=False)
    return Marked(content=_reasons_only(faults, notice), suffix=".xlsx", in_place=False)


def _in_place(content: bytes, faults: Faults, notice: Notice) -> bytes | None:
    """Mark the faults in the file itself; None where openpyxl would lose something of it."""
    if not loses_nothing(content):
        return None
    try:
        with warnings.catch_warnings(action="ignore"):
            book = load_workbook(io.BytesIO(content), rich_text=True, keep_vba=b"vbaProject" in content)
        clear_marks(book, note=RETURN_NOTE)
        mark(book, faults)
        _write_note(
            book, notice, [("请按下列原因逐处改正（有误的单元格已标红并附批注），改正后重新报送。", faults, True)]
        )
        with warnings.catch_warnings(action="ignore"):
            marked = bytes_of(book)
        return marked if says_the_same(read_grids(content), read_grids(marked), aside=RETURN_NOTE) else None
    except Unreadable:
        return None
    except Exception:  # whatever openpyxl stumbles over: the fresh workbook does without it
        return None


def _fresh(return_: Return, judged: Judged, notice: Notice, issued: Issued, opened_on: date) -> bytes:
    """Fill a fresh workbook with what the return says, and mark what it lacks."""
    content = campaign_book(issued, judged.contents)
    again = judge(
        read_return(return_.name, content),
        issued.book,
        period=issued.period,
        unit_code=issued.unit_code,
        unit_name=issued.unit_name,
        opened_on=opened_on,
        received_on=notice.received_on,
    )
    with warnings.catch_warnings(action="ignore"):
        book = load_workbook(io.BytesIO(content))
    mark(book, again.faults)
    left = "；原文件中另有工作表" + "、".join(f"“{name}”" for name in return_.more) + "未转入" if return_.more else ""
    parts = [
        (
            f"原文件不便直接标注，所填内容已转入本工作簿，请在本工作簿中改正后重新报送（原文件已留存{left}）。",
            (),
            False,
        ),
        ("一、原文件中的问题", judged.faults, False),
        ("二、本工作簿中待改正之处（已标红并附批注）", again.faults, True),
    ]
    _write_note(book, notice, parts)
    return bytes_of(book)


def _reasons_only(faults: Faults, notice: Notice) -> bytes:
    book = new_book()
    book.remove(book.active)
    ask = "请用本次发放给本单位的自查表填报；需要重新领取的，请与区治庸问责办联系。"
    _write_note(book, notice, [(f"报送的文件不能收取，原因如下。{ask}", faults, False)])
    return bytes_of(book)


def _write_note(book: Workbook, notice: Notice, parts: Sequence[tuple[str, Faults, bool]]) -> None:
    """Put the list of faults before all sheets. parts: text, its faults, whether they are in this very workbook."""
    sheet = book.create_sheet(RETURN_NOTE, 0)
    book.active = 0
    for each in book.worksheets:
        each.sheet_view.tabSelected = each is sheet
    set_paper(sheet, Paper.A4)
    for letter, width in zip("ABCD", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    across(sheet, 1, "自查报告退回说明", widths=WIDTHS)
    sheet["A1"].font, sheet["A1"].alignment = TITLE_FONT, CENTRE
    sheet.row_dimensions[1].height = 40
    row = 2
    for text in _origin(notice):
        across(sheet, row, text, widths=WIDTHS)
        row += 1
    for text, faults, here in parts:
        across(sheet, row, text, widths=WIDTHS)
        if faults:
            sheet.cell(row, 1).font = HEADING_FONT
        row = _write_faults(sheet, row + 1, faults, here=here, names=book.sheetnames) if faults else row + 1
    sheet.print_area = f"A1:D{row - 1}"


def _origin(notice: Notice) -> list[str]:
    of = f"{notice.issued.unit_name}　{notice.issued.title}" if notice.issued else "（无法确认单位和期次）"
    return [
        f"报送单位：{of}",
        f"原文件：{notice.file_name}　收到日期：{long_date(notice.received_on)}　收据：{notice.receipt}",
    ]


def _write_faults(sheet: Worksheet, row: int, faults: Faults, *, here: bool, names: Sequence[str]) -> int:
    for column, heading in enumerate(HEADINGS, 1):
        cell = sheet.cell(row, column, heading)
        cell.font, cell.alignment, cell.border, cell.fill = HEADING_FONT, CENTRE, BOX, GIVEN
    sheet.row_dimensions[row].height = 27
    for number, fault in enumerate(faults, 1):
        row += 1
        for column, value in enumerate((number, fault["sheet"], fault["cell"], fault["reason"]), 1):
            cell = sheet.cell(row, column)
            cell.font, cell.border, cell.alignment = BODY_FONT, BOX, LEFT if column == len(HEADINGS) else CENTRE
            set_value(cell, value)
        if here and fault["sheet"] in names and fault["cell"]:
            cell = sheet.cell(row, 3)
            quoted = fault["sheet"].replace("'", "''")
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{fault['cell']}")
            cell.font = FAULT_FONT
        sheet.row_dimensions[row].height = height_for((fault["reason"], WIDTHS[3]), (fault["sheet"], WIDTHS[1]))
    return row + 1
