"""A workbook whose sheets are tables with a row of headings: its rows as models, its faults by sheet and cell.

No database. What a certain workbook holds is in `models/registry_file.py` and `models/lists_file.py`.
"""

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from string import ascii_uppercase
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails
from python_calamine import CalamineError, CalamineWorkbook

from models.refusals import BadFile, Refusal
from models.words import Word

Fault = tuple[str, str, str]


class FaultyWorkbook(Refusal):
    """The workbook does not hold and nothing of it was loaded. `faults`: (sheet, cell, reason), all of them."""

    what = "工作簿"

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep the faults."""
        self.faults = list(faults)
        lines = "".join(f"\n【{sheet}】{cell}：{why}" for sheet, cell, why in self.faults)
        super().__init__(f"{self.what}有 {len(self.faults)} 处错误，未载入任何内容。{lines}")


def _code(value: object) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", str(value)):
        raise ValueError("代码只能用字母、数字、“-”和“_”")
    return str(value)


def _whole(value: object) -> int:
    if not re.fullmatch(r"\d{1,9}", str(value)):
        raise ValueError("须为整数，不超过九位")
    return int(str(value))


def _day(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    parts = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", str(value))
    try:
        return date(*map(int, parts.groups())) if parts else date.fromisoformat(str(value))
    except ValueError:
        raise ValueError("不是有效日期，请写作 2015-01-01") from None


def word_of(words: Iterable[Word], what: str) -> BeforeValidator:
    """Return what reads a word of the trade, by its value or its Chinese."""
    named = {name: word for word in words for name in (word.value, word.label)}

    def read(value: object) -> Word:
        if str(value) not in named:
            raise ValueError(f"没有这个{what}；可用：{'、'.join(word.label for word in dict.fromkeys(named.values()))}")
        return named[str(value)]

    return BeforeValidator(read)


Text = Annotated[str, BeforeValidator(str)]
Code = Annotated[str, BeforeValidator(_code)]
Whole = Annotated[int, BeforeValidator(_whole)]
Day = Annotated[date, BeforeValidator(_day)]


class Row(BaseModel):
    """A row of a sheet. The aliases of the fields are the sheet's headers. cells: header → its cell in this row."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    sheet: ClassVar[str]
    line: int
    cells: dict[str, str]

    def fault(self, header: str, why: str) -> Fault:
        """Say what is wrong with one cell of the row."""
        return self.sheet, self.cells[header], why


R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Sheet(Generic[R]):
    """A sheet as read: the rows that hold for themselves, and of the others what they say, by header.

    legible: whether the sheet and the columns it needs are there at all.
    """

    rows: list[R] = field(default_factory=list)
    broken: list[dict[str, Any]] = field(default_factory=list)
    legible: bool = True

    def said(self, header: str) -> set[str]:
        """What the broken rows say in one column: no other fault is inferred from their being left out."""
        return {str(row.get(header)) for row in self.broken}


class TypedWorkbook:
    """A workbook that is read sheet by sheet. faults: of what was read so far."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises BadFile."""
        self.name = path.name
        self.faults: list[Fault] = []
        try:
            self.book = CalamineWorkbook.from_path(path)
        except (OSError, CalamineError) as error:
            raise BadFile(f"{path.name}：文件不存在，或不是可读的工作簿。") from error

    def read(self, kind: type[R]) -> Sheet[R]:
        """Read a sheet and add its faults to the others. Raises BadFile where it is damaged."""
        if kind.sheet not in self.book.sheet_names:
            self.faults.append((kind.sheet, "A1", "缺少这张工作表"))
            return Sheet(legible=False)
        try:
            lines = self.book.get_sheet_by_name(kind.sheet).to_python(skip_empty_area=False)
        except CalamineError:
            raise BadFile(f"“{self.name}”已损坏，无法读出；请用 Excel 打开并另存后再试。") from None
        headers = [str(name).strip() for name in lines[0][: len(ascii_uppercase)]] if lines else []
        needed = {field.alias for field in kind.model_fields.values() if field.alias and field.is_required()}
        if missing := sorted(needed - set(headers)):
            self.faults.append((kind.sheet, "A1", f"第一行缺少列：{'、'.join(missing)}"))
            return Sheet(legible=False)
        return self._rows(kind, headers, lines[1:])

    def _rows(self, kind: type[R], headers: list[str], lines: list[list[Any]]) -> Sheet[R]:
        letters = dict(zip(headers, ascii_uppercase, strict=False))
        sheet: Sheet[R] = Sheet()
        for number, line in enumerate(lines, start=2):
            given = {
                name: value for name, value in zip(headers, map(_plain, line), strict=False) if name and value != ""
            }
            if not given:
                continue
            cells = {name: f"{letter}{number}" for name, letter in letters.items()}
            try:
                sheet.rows.append(kind.model_validate({**given, "line": number, "cells": cells}))
            except ValidationError as error:
                sheet.broken.append(given)
                self.faults += dict.fromkeys(
                    (kind.sheet, cells[str(each["loc"][0])], _reason(each)) for each in error.errors()
                )
        return sheet


def _plain(value: Any) -> Any:
    """Strip a text; give a whole number without its decimal point."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.strip() if isinstance(value, str) else value


def _reason(error: ErrorDetails) -> str:
    return "不能为空" if error["type"] == "missing" else str(error["ctx"]["error"])


def doubles(named: Iterable[tuple[Row, str, Hashable]]) -> Iterator[Fault]:
    """Yield a fault for each row that has the same as one before; given are the row, the header to blame and what."""
    first: dict[Hashable, Row] = {}
    for row, header, name in named:
        if name in first:
            yield row.fault(header, f"与第 {first[name].line} 行重复")
        first.setdefault(name, row)
