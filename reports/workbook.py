"""How a report is written as a workbook that an office prints and files: the only file here that knows Excel."""

import errno
import math
import os
import re
import tempfile
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from models.clock import SHANGHAI
from models.refusals import BadFile
from models.words import Light
from reports.report import Column, Paper, Report, Value

Row = TypeVar("Row")

ROWS_PER_SHEET = 1_048_000  # a sheet of Excel holds 1,048,576; the rest is for what stands above and below
LONGEST_TEXT = 32_767  # UTF-16 units that a cell holds
HIGHEST_ROW = 409  # points
LINE, PADDING, LOWEST_ROW = 15, 6, 27  # points: a line of the body, above and below it, a row of one line
MARGINS = {"left": 0.5, "right": 0.5, "top": 0.7, "bottom": 0.7}  # inches
PAPERS = {Paper.A3: 8, Paper.A4: 9}  # Excel's numbers

# What a Chinese office expects. Where a font is missing, the character set leads to another Chinese one.
TITLE = {"font_name": "方正小标宋简体", "font_size": 20, "font_charset": 134}
HEADING = {"font_name": "黑体", "font_size": 11, "font_charset": 134}
BODY = {"font_name": "仿宋_GB2312", "font_size": 10.5, "font_charset": 134}
LATIN = {"font_name": "Times New Roman", "font_size": 10.5}
SMALL = {"font_name": "仿宋_GB2312", "font_size": 8, "font_charset": 134, "font_color": "#808080"}
CENTRED = {"align": "center", "valign": "vcenter", "text_wrap": True}
FROM_THE_LEFT = CENTRED | {"align": "left"}
DAY = {"num_format": "yyyy-mm-dd"}
COLOURS = {Light.GREEN: "#C6EFCE", Light.YELLOW: "#FFEB9C", Light.RED: "#FFC7CE"}

# What XML 1.0 or Excel cannot hold. Line ends are made one kind before.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SIGNERS = ("单位主要领导（签字）：", "分管领导：", "审核人：", "填表人：", "联系电话：")
_CONTINUATION = "续文"


@dataclass(frozen=True, kw_only=True)
class Imprint:
    """What a workbook says of its origin: who fills it in, which part of the ledger it shows, as of when."""

    office: str
    scope: str
    as_of: datetime
    ledger_head: str


def write_workbook(
    report: Report[Row], rows: Iterable[Row], imprint: Imprint, target: Path, *, rows_per_sheet: int = ROWS_PER_SHEET
) -> int:
    """Write a report to `target`, in little memory however many rows there are; return how many there were.

    The file is there when it is whole, not before; the same rows and imprint give the same bytes.
    Raises BadFile where it cannot be written.
    """
    with _whole_or_not_at_all(target) as unfinished:
        options = {"constant_memory": True, "tmpdir": unfinished.parent}
        with Workbook(unfinished, options) as workbook:
            return _Book(workbook, report, imprint, rows_per_sheet).write(rows)


def long_date(day: date) -> str:
    """Write a day as documents do: 2026年5月6日."""
    return f"{day.year}年{day.month}月{day.day}日"


@contextmanager
def _whole_or_not_at_all(target: Path) -> Iterator[Path]:
    """Give a path in a folder of its own beside the target; what was written there becomes the target at the end."""
    if target.suffix.lower() != ".xlsx":
        raise BadFile(f"{target.name}：文件名须以 .xlsx 结尾。")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".zhiyong-") as folder:
            unfinished = Path(folder) / target.name
            yield unfinished
            os.replace(unfinished, target)
    except (OSError, FileCreateError) as error:
        raise BadFile(f"{target}：{_reason(error)}") from error


def _reason(error: Exception) -> str:
    match getattr(error, "errno", None):
        case errno.ENOENT | errno.ENOTDIR:
            return "文件夹不存在。"
        case errno.ENOSPC | errno.EDQUOT:
            return "磁盘空间不足，未能写完。"
        case errno.EISDIR:
            return "已有同名的文件夹。"
        case _:
            return "无法写入：没有写入权限，或文件正在 Excel、WPS 中打开。"


class _Book:
    """A workbook in the making. Rows go in once, from the top: what is above cannot be written any more."""

    def __init__(self, workbook: Workbook, report: Report[Any], imprint: Imprint, rows_per_sheet: int) -> None:
        self.workbook, self.report, self.imprint, self.rows_per_sheet = workbook, report, imprint, rows_per_sheet
        self.title = f"{imprint.office}{report.title}"
        self.last = len(report.columns) - 1
        self.at = 0  # the next row of the present sheet
        self.first_rows: list[tuple[str, int]] = []
        self.areas: list[tuple[str, int, int]] = []  # sheet, first and last row of what has been written
        self.sums = [0.0] * len(report.columns)
        self.left_over: list[tuple[str, str]] = []  # which cell, and what did not go into it
        self.too_high = 0
        self.style: Callable[..., Any] = cache(lambda **look: workbook.add_format(look))
        self._say_where_it_comes_from()
