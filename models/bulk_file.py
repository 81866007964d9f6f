"""Which assignments somebody wants to act on at once: their numbers, or the rows of a table. Reading only, no database.

A table has a column 待办编号; what its other columns mean depends on the act (`tasks/bulk.py`).
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from models.refusals import BadFile
from models.table_file import HEADER_WITHIN, column_letter, sheets_of

ASSIGNMENT = ("待办编号", "待办", "assignment")
LARGEST = 2**63 - 1  # number that the ledger can give to a row

_NUMBERS = re.compile(r"[0-9]+([\s,，、;；]+[0-9]+)*[\s,，、;；]*")


@dataclass(frozen=True, kw_only=True)
class Item:
    """One assignment. row: as Excel shows it, or its place in the list, from 1. sheet: where a workbook has several.

    cells: what else stands in its row, by heading (`folded`); empty ones are left out.
    """

    row: int
    assignment: int
    sheet: str = ""
    cells: Mapping[str, str] = field(default_factory=dict, repr=False)


def are_numbers(text: str) -> bool:
    """Whether it is a list of numbers, with commas, blanks or new lines between them."""
    return _NUMBERS.fullmatch(text.strip()) is not None


def read_items(name: str, content: bytes) -> list[Item]:
    """Read numbers, a workbook or a CSV file, whatever its name ends in; `name` is what a fault calls it.

    Raises BadFile, with all faults by their cells; then nothing of it is to be done.
    """
    text = content.decode("utf-8-sig", errors="replace")
    return read_numbers(name, text) if are_numbers(text) else _read_table(name, content)


def read_numbers(name: str, text: str) -> list[Item]:
    """Read a list of numbers. Raises BadFile."""
    faults: list[str] = []
    items: dict[int, Item] = {}
    for row, number in enumerate(re.findall(r"[0-9]+", text), 1):
        _enter(items, Item(row=row, assignment=_number(number, f"第{row}个", faults)), f"第{row}个", faults)
    return _whole(name, items, faults)


def _read_table(name: str, content: bytes) -> list[Item]:
    faults: list[str] = []
    items: dict[int, Item] = {}
    headers = 0
    for sheet, rows in sheets_of(name, content):
        headings = [[folded(cell) for cell in cells] for cells in rows[:HEADER_WITHIN]]
        start = next((at for at, cells in enumerate(headings) if any(each in cells for each in ASSIGNMENT)), None)
        if start is None:
            continue
        headers += 1
        names = headings[start]
        column = next(names.index(each) for each in ASSIGNMENT if each in names)
        twice = {each for each in names if each and names.count(each) > 1}
        faults += [f"{sheet}第{start + 1}行的表头有两列“{rows[start][names.index(each)]}”" for each in sorted(twice)]
        for row, cells in enumerate(rows[start + 1 :], start + 2):
            if not any(cells):
                continue
            at = f"{sheet}{column_letter(column)}{row}"
            number = _number(cells[column] if column < len(cells) else "", at, faults)
            rest = {each: cell for each, cell in zip(names, cells, strict=False) if each and cell}
            rest.pop(names[column], None)
            _enter(items, Item(row=row, assignment=number, sheet=sheet.rstrip("!"), cells=rest), at, faults)
    if not headers:
        faults.append(f"前{HEADER_WITHIN}行内找不到表头，须有“{ASSIGNMENT[0]}”一列；也可只写待办编号，用逗号隔开")
    return _whole(name, items, faults)


def folded(heading: str) -> str:
    """Return a heading without what leaves its meaning alone: width, case, blanks, notes in brackets, an asterisk."""
    name = re.sub(r"\s", "", unicodedata.normalize("NFKC", heading)).casefold()
    return re.sub(r"\(.*?\)|\[.*?\]|【.*?】", "", name).strip("*:")


def _number(text: str, at: str, faults: list[str]) -> int:
    if not text:
        faults.append(f"{at} 缺少待办编号")
    elif not re.fullmatch(r"[0-9]{1,19}", text) or not 1 <= int(text) <= LARGEST:
        faults.append(f"{at} 待办编号应为系统给出的编号")
    else:
        return int(text)
    return 0


def _enter(items: dict[int, Item], item: Item, at: str, faults: list[str]) -> None:
    if item.assignment in items:
        faults.append(f"{at} 待办编号与第{items[item.assignment].row}行重复")
    elif item.assignment:
        items[item.assignment] = item


def _whole(name: str, items: dict[int, Item], faults: list[str]) -> list[Item]:
    if not items and not faults:
        faults.append("没有待办编号")
    if faults:
        raise BadFile(f"“{name}”未办理：{'；'.join(faults)}。")
    return list(items.values())
