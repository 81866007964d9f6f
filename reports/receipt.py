"""收据: that a unit's file was received, one page: number, whose, when, with what result."""

from dataclasses import dataclass
from datetime import datetime

from models.clock import SHANGHAI
from models.registry import OFFICE
from reports.report import Paper, long_date
from reports.sheet_looks import (
    BOX,
    CENTRE,
    GIVEN,
    HEADING_FONT,
    INDENTED,
    LARGE_FONT,
    LEFT,
    RIGHT,
    TITLE_FONT,
    bytes_of,
    height_for,
    new_book,
    set_paper,
    set_value,
)

WIDTHS = (18, 32, 18, 42)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a receipt says. unit_name, title: of the campaign; empty where the file is nobody's."""

    number: str
    unit_name: str
    title: str
    file_name: str
    received_at: datetime
    accepted: bool
    problems: int
    faults: int
    sha256: str

    @property
    def result(self) -> str:
        """What became of the file, in a sentence."""
        if self.accepted:
            found = f"登记自查发现的问题 {self.problems} 个" if self.problems else "自查未发现问题"
            return f"核对合格，已登记；{found}。请单位主要领导签字后办理收讫。"
        return f"核对不合格，退回补正；有误之处 {self.faults} 处，见退回说明。补正后请重新报送，以补正后的报告为准。"


def receipt(says: Receipt) -> bytes:
    """Return the receipt as a workbook; the same content gives the same bytes."""
    book = new_book()
    sheet = book.active
    sheet.title = "收据"
    set_paper(sheet, Paper.A4)
    for letter, width in zip("ABCD", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet["A1"], sheet["A2"] = "自查报告收据", f"编号：{says.number}"
    sheet["A1"].font, sheet["A1"].alignment = TITLE_FONT, CENTRE
    sheet["A2"].font, sheet["A2"].alignment = LARGE_FONT, RIGHT
    sheet.row_dimensions[1].height, sheet.row_dimensions[2].height = 48, 27
    at = says.received_at.astimezone(SHANGHAI)
    lines = [
        [("报送单位", says.unit_name or "（无法确认）"), ("自查期次", says.title or "（无法确认）")],
        [("收到时间", f"{long_date(at.date())} {at:%H:%M}"), ("核对结果", "合格" if says.accepted else "退回补正")],
        [("文件名称", says.file_name)],
        [("办理情况", says.result)],
        [("文件校验值", f"SHA-256 {says.sha256}")],
    ]
    for row, fields in enumerate(lines, 3):
        for first, (label, value) in zip((1, 3), fields, strict=False):
            sheet.cell(row, first, label)
            sheet.cell(row, first).font, sheet.cell(row, first).alignment = HEADING_FONT, CENTRE
            sheet.cell(row, first).fill = GIVEN
            set_value(sheet.cell(row, first + 1), value)
            sheet.cell(row, first + 1).font, sheet.cell(row, first + 1).alignment = LARGE_FONT, INDENTED
        for column in range(1, 5):
            sheet.cell(row, column).border = BOX
        if len(fields) == 1:
            sheet.merge_cells(start_row=row, end_row=row, start_column=2, end_column=4)
        widths = WIDTHS[1::2] if len(fields) > 1 else (sum(WIDTHS[1:]),)
        texts = zip((value for _, value in fields), widths, strict=True)
        sheet.row_dimensions[row].height = max(36, height_for(*((text, 0.85 * width) for text, width in texts)))
    last = 3 + len(lines)
    for row, (text, alignment) in enumerate(
        (
            ("本收据仅证明收到文件及核对结果，由系统按文件内容编号；同一文件重复报送，收据编号不变。", LEFT),
            (f"区{OFFICE}（盖章）", RIGHT),
            (long_date(at.date()), RIGHT),
        ),
        last,
    ):
        sheet.cell(row, 1, text).font = LARGE_FONT
        sheet.cell(row, 1).alignment = alignment
        sheet.row_dimensions[row].height = 30
    for row in (1, 2, last, last + 1, last + 2):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=4)
    book.properties.title = f"自查报告收据 {says.number}"
    sheet.print_area = f"A1:D{last + 2}"
    return bytes_of(book)
