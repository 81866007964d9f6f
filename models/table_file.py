"""The rows of a table that an office has filled in, a workbook or a CSV file, as text. Reading only, no database.

What a hotline's export needs beyond that is in `models/message_file.py`.
"""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from models.refusals import BadFile
from models.xlsx_parts import too_large

HEADER_WITHIN = 10  # rows: a title and a note may stand above the header

_WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def read_sheets(path: Path) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield each sheet's rows as text, and what stands before its cells in a fault: nothing where there is one sheet.

    Raises BadFile.
    """
    try:
        content = path.read_bytes()
    except OSError:
        raise BadFile(f"“{path.name}”不存在或无法打开。") from None
    yield from sheets_of(path.name, content)


def sheets_of(name: str, content: bytes) -> Iterator[tuple[str, list[list[str]]]]:
    """Do the same for content that was read already; `name` is what a fault calls it."""
    if not content.startswith(_WORKBOOK):
        yield "", _csv_rows(name, _decoded(name, content))
        return
    if (sheet := too_large(content)) is not None:
        raise BadFile(f"“{name}”工作表“{sheet}”在表格以外很远处还有内容，请清除后重试。")
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = {each: book.get_sheet_by_name(each).to_python(skip_empty_area=False) for each in book.sheet_names}
    except CalamineError:
        raise BadFile(f"“{name}”不是可读的工作簿，或设有密码。") from None
    for sheet, rows in sheets.items():
        yield f"{sheet}!" if len(sheets) > 1 else "", [[_text(cell) for cell in row] for row in rows]


def column_letter(index: int) -> str:
    """Return a column's letter in Excel: 0 is A, 26 is AA."""
    letters = ""
    while index >= 0:
        index, last = divmod(index, 26)
        letters = chr(ord("A") + last) + letters
        index -= 1
    return letters


def _csv_rows(name: str, text: str) -> list[list[str]]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=max(",\t;", key=text.count))
    try:
        return [[cell.strip() for cell in row] for row in lines]
    except csv.Error:
        raise BadFile(f"“{name}”第{lines.line_num}行无法读出。") from None


def _decoded(name: str, content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):  # the second is what Excel writes on Chinese Windows
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile(f"“{name}”既不是工作簿，也不是 UTF-8 或 GB18030 编码的 CSV。")


def _text(cell: Any) -> str:
    match cell:
        case datetime():
            return cell.date().isoformat()
        case float() if cell.is_integer():
            return str(int(cell))
        case _:
            return str(cell).strip()
