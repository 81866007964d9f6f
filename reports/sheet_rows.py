"""Rows of a sheet as XML, written past XlsxWriter's cells into its own file of rows: several times as fast, and in
constant memory, because XlsxWriter keeps the height of every row that it is told of."""

import re
from datetime import date

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

# Excel takes `_x0041_` in a text for a character; a literal one is written with its first letter escaped.
LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_BLANK_AT_AN_END = re.compile(r"^\s|\s$")
_DAY_ZERO = date(1899, 12, 30).toordinal()  # so that days from March 1900 on have the numbers that Excel gives them


class RowsAsXml:
    """Writes whole rows of a sheet whose workbook is in constant memory; looks are XlsxWriter's indexes of formats.

    What XlsxWriter was told of rows above is written first, and it goes on below.
    """

    def __init__(self, sheet: Worksheet, columns: int) -> None:
        self.sheet = sheet
        self.letters = [xl_col_to_name(at) for at in range(columns)]
        self.cells: list[str] = []

    def blank(self, at: int, row: int, look: int) -> None:
        """Add an empty cell."""
        self.cells.append(f'<c r="{self.letters[at]}{row + 1}" s="{look}"/>')

    def number(self, at: int, row: int, look: int, value: float) -> None:
        """Add a number."""
        self.cells.append(f'<c r="{self.letters[at]}{row + 1}" s="{look}"><v>{value:.16G}</v></c>')

    def day(self, at: int, row: int, look: int, value: date) -> None:
        """Add a day."""
        self.number(at, row, look, value.toordinal() - _DAY_ZERO)

    def text(self, at: int, row: int, look: int, text: str) -> None:
        """Add a text without control characters; whatever it looks like, it is read back as it is."""
        space = ' xml:space="preserve"' if _BLANK_AT_AN_END.search(text) else ""
        if "&" in text or "<" in text or ">" in text:
            text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        if "_x" in text:
            text = LOOKS_ESCAPED.sub("_x005F_", text)
        self.cells.append(
            f'<c r="{self.letters[at]}{row + 1}" s="{look}" t="inlineStr"><is><t{space}>{text}</t></is></c>'
        )

    def end(self, row: int, points: float) -> None:
        """Write the row, so many points high: to the whole pixel, as XlsxWriter does."""
        self.sheet._write_single_row(row)
        height = int(points * 4 / 3 + 0.5) * 0.75
        self.sheet.fh.write(f'<row r="{row + 1}" ht="{height:.16g}" customHeight="1">{"".join(self.cells)}</row>')
        self.cells.clear()
