"""Rows of a sheet as XML, written past XlsxWriter's cells into its own file of rows: several times as fast, and in
constant memory, because XlsxWriter keeps the height of every row that it is told of."""

import re
from collections.abc import Iterable
from datetime import date

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

# Excel takes `_x0041_` in a text for a character; a literal one is written with its first letter escaped.
LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_BLANK_AT_AN_END = re.compile(r"^\s|\s$")
_DAY_ZERO = date(1899, 12, 30).toordinal()  # so that days from March 1900 on have the numbers that Excel gives them


def blank(look: int) -> str:
    """Return the content of an empty cell; a look is XlsxWriter's index of a format."""
    return f' s="{look}"/>'


def number(look: int, value: float) -> str:
    """Return the content of a cell with a number."""
    return f' s="{look}"><v>{value:.16G}</v></c>'


def day(look: int, value: date) -> str:
    """Return the content of a cell with a day."""
    return number(look, value.toordinal() - _DAY_ZERO)


def text(look: int, value: str) -> str:
    """Return the content of a cell with a text without control characters; it is read back whatever it looks like."""
    space = ' xml:space="preserve"' if _BLANK_AT_AN_END.search(value) else ""
    if "&" in value or "<" in value or ">" in value:
        value = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if "_x" in value:
        value = LOOKS_ESCAPED.sub("_x005F_", value)
    return f' s="{look}" t="inlineStr"><is><t{space}>{value}</t></is></c>'


class RowsAsXml:
    """Writes whole rows of a sheet whose workbook is in constant memory.

    What XlsxWriter was told of rows above is written first, and it goes on below.
    """

    def __init__(self, sheet: Worksheet, columns: int) -> None:
        self.sheet = sheet
        self.letters = [xl_col_to_name(at) for at in range(columns)]

    def write(self, row: int, contents: Iterable[str], points: float) -> None:
        """Write the contents of all cells, so many points high: to the whole pixel, as XlsxWriter does."""
        self.sheet._write_single_row(row)
        height = int(points * 4 / 3 + 0.5) * 0.75
        name = str(row + 1)
        cells = "".join([f'<c r="{at}{name}"{each}' for at, each in zip(self.letters, contents, strict=True)])
        self.sheet.fh.write(f'<row r="{name}" ht="{height:.16g}" customHeight="1">{cells}</row>')
