"""The sheets of a workbook as grids of values, whoever wrote it: Excel, WPS, LibreOffice. Reading only, no database.

Whatever is no workbook, or cannot be read safely, is refused with a reason; it never breaks the reader.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

from models import ods_parts, xlsx_parts
from models.saved_at import saved_at
from models.sheets_read import Damaged, Locked, ReadSheet, read_sheets, read_sheets_apart

MOST_ROWS, MOST_COLUMNS = 5_000, 700  # of a sheet; a form has a few hundred rows and about twenty columns
MOST_CELLS = 1_000_000
LARGEST_UNPACKED = 300_000_000  # bytes

Place = tuple[int, int]  # row and column, from 0
Value = Any  # str, float, int, bool, date, datetime, time, timedelta


class Unreadable(Exception):
    """The file is no workbook that can be read; the reason is for people."""


@dataclass(frozen=True, kw_only=True)
class Grid:
    """One sheet. rows: its values; an empty cell is "". The first value of a merged range stands in all its rows.

    merges: its merged ranges, both corners included. spread: where a value stands only because of one. broken: cells
    whose formula has no result, or an error, with which. formulas: cells that hold one. stray: cells far beyond any
    form; their content is not among the rows.
    """

    name: str
    hidden: bool
    rows: list[list[Value]]
    merges: tuple[tuple[Place, Place], ...] = ()
    spread: frozenset[Place] = frozenset()
    broken: dict[Place, str] = field(default_factory=dict)
    formulas: frozenset[Place] = frozenset()
    stray: tuple[Place, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Grids:
    """A workbook. kind: how its file's name should end. saved_at: when it was last saved, ISO in UTC, if it says so."""

    kind: str
    saved_at: str
    sheets: tuple[Grid, ...]


def read_grids(content: bytes) -> Grids:
    """Read every sheet of a workbook. Raises Unreadable."""
    kind = kind_of(content)
    parts: dict[str, xlsx_parts.Part] = {}
    merges: dict[str, list[tuple[Place, Place]]] = {}
    try:
        if kind in ("xlsx", "xlsm"):
            content, parts = xlsx_parts.within(content, rows=MOST_ROWS, columns=MOST_COLUMNS)
        elif kind == "ods":
            merges = _merges_of_ods(content)
    except (ValueError, KeyError, IndexError, StopIteration, zipfile.BadZipFile) as error:
        raise Unreadable(DAMAGED) from error
    sheets = tuple(_grid(each, parts.get(each.name), merges.get(each.name)) for each in _sheets(content, kind))
    if not any(any(value != "" for value in row) for grid in sheets for row in grid.rows):
        raise Unreadable("工作簿是空的，没有任何内容。")
    return Grids(kind=kind, saved_at=saved_at(content), sheets=sheets)


DAMAGED = "文件已损坏，无法读出；请用 Excel 或 WPS 打开并另存后重新报送。"
_LOCKED = "文件设有打开密码，请取消密码后重新报送。"
_OTHERS = (
    (b"%PDF", "PDF 文件"),
    (b"\xff\xd8\xff", "图片"),
    (b"\x89PNG", "图片"),
    (b"Rar!", "压缩包"),
    (b"7z\xbc\xaf", "压缩包"),
    (b"<!DOCTYPE", "网页文件"),
    (b"<html", "网页文件"),
)


def kind_of(content: bytes) -> str:
    """Return how the file's name should end, from what it is. Raises Unreadable where it is no workbook."""
    if not content:
        raise Unreadable("文件是空的（0 字节）。")
    if content.startswith(b"PK"):
        return _kind_of_zip(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Unreadable(_LOCKED)
        if "WordDocument".encode("utf-16-le") in content:
            _no_workbook("Word 文档")
        return "xls"
    for start, what in _OTHERS:
        if content[:200].lstrip()[: len(start)].lower() == start.lower():
            _no_workbook(what)
    raise Unreadable("文件不是电子表格工作簿，请用发放的表格填报。")


def _kind_of_zip(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as zipped:
            if any(part.flag_bits & 1 for part in zipped.infolist()):
                raise Unreadable(_LOCKED)
            if sum(part.file_size for part in zipped.infolist()) > LARGEST_UNPACKED:
                raise Unreadable("文件展开后过大，不是正常填报的表格。")
            if zipped.testzip() is not None:
                raise Unreadable(DAMAGED)
            names = set(zipped.namelist())
            if "xl/workbook.bin" in names:
                return "xlsb"
            if "content.xml" in names:
                return _kind_of_ods(zipped)
            if any(name.startswith("word/") for name in names):
                _no_workbook("Word 文档")
            if "[Content_Types].xml" not in names:
                _no_workbook("压缩包")
            return "xlsm" if b"macroEnabled" in zipped.read("[Content_Types].xml") else "xlsx"
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, ValueError) as error:
        raise Unreadable(DAMAGED) from error


def _kind_of_ods(zipped: zipfile.ZipFile) -> str:
    if "META-INF/manifest.xml" in zipped.namelist() and b"encryption-data" in zipped.read("META-INF/manifest.xml"):
        raise Unreadable(_LOCKED)
    if "mimetype" in zipped.namelist() and b"spreadsheet" not in zipped.read("mimetype"):
        _no_workbook("文字处理文档")
    return "ods"


def _no_workbook(what: str) -> NoReturn:
    raise Unreadable(f"这是{what}，不是电子表格工作簿，请用发放的表格填报。")


def _merges_of_ods(content: bytes) -> dict[str, list[tuple[Place, Place]]]:
    extents = ods_parts.extents(content)
    for name, extent in extents.items():
        if extent.rows * extent.columns > MOST_CELLS:
            far = f"第 {extent.rows} 行、第 {extent.columns} 列"
            raise Unreadable(f"工作表“{name}”的内容一直写到{far}，请清除表格以外的内容后重新报送。")
    return {name: extent.merges for name, extent in extents.items()}


def _sheets(content: bytes, kind: str) -> list[ReadSheet]:
    read = read_sheets_apart if kind in ("xls", "xlsb") else read_sheets
    try:
        return read(content, most_rows=MOST_ROWS, most_cells=MOST_CELLS)
    except Locked as error:
        raise Unreadable(_LOCKED) from error
    except Damaged as error:
        raise Unreadable(DAMAGED) from error


def _grid(sheet: ReadSheet, part: xlsx_parts.Part | None, merges: list[tuple[Place, Place]] | None) -> Grid:
    rows, merges = sheet.rows, merges or sheet.merges
    stray = part.stray if part else ((len(rows), 0),) if sheet.height > len(rows) else ()
    return Grid(
        name=sheet.name,
        hidden=sheet.hidden,
        merges=tuple(merges or ()),
        spread=frozenset(_fill_down(rows, merges or [])),
        rows=rows,
        broken=part.broken if part else {},
        formulas=part.formulas if part else frozenset(),
        stray=stray,
    )


def _fill_down(rows: list[list[Value]], merges: list[tuple[Place, Place]]) -> Iterator[Place]:
    """Put the first value of each merged range into its rows below; yield where."""
    for (top, left), (bottom, _) in merges:
        if bottom == top or top >= len(rows) or left >= len(rows[top]) or rows[top][left] == "":
            continue
        while len(rows) <= min(bottom, MOST_ROWS - 1):
            rows.append([""] * len(rows[0]))
        for row in range(top + 1, min(bottom, len(rows) - 1) + 1):
            rows[row][left] = rows[top][left]
            yield row, left
