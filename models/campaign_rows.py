"""The rules for one row of a self-inspection workbook: its conclusion, and what a problem must say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.campaign_book import (
    A_PROBLEM,
    CHOICES,
    CONCLUSION,
    DEADLINE,
    ENTRIES,
    LIST,
    LIST_COLUMNS,
    LONGEST,
    MEASURES,
    MENDED,
    NAME_COLUMN,
    NATURE,
    NO_PROBLEM,
    OF_A_PROBLEM,
    POST,
    TEXT,
    YES,
    BookRow,
)
from models.campaign_cells import CONTROL, day_of, plain, says_nothing, text_of, word_of
from models.campaign_file import Cell, ReturnedRow, ReturnedSheet
from models.words import Aspect, ListKind, Nature, PowerKind

POWER_KIND = "职权类型"
LONGEST_NAME = 500
_ERROR = re.compile(r"#(REF!|N/A|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)", re.IGNORECASE)
_LIST_OF = {kind.label: kind for kind in ListKind}
_ASPECT_OF = {aspect.own_list: aspect for aspect in Aspect}

Faults = list[tuple[str, str]]  # cell, reason


@dataclass(frozen=True, kw_only=True)
class FoundProblem:
    """A problem as a row says it; as `models/campaign.py` Problem."""

    aspect: Aspect
    row: int
    list_kind: ListKind
    item_key: str
    item_name: str
    power_kind: PowerKind | None
    text: str
    nature: Nature
    post: str
    measures: str
    deadline: date
    mended: bool


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A row that holds. listed: whether it is an item of the list, or beside it."""

    row: int
    key: str
    name: str
    listed: bool
    problem: FoundProblem | None

    def as_dict(self) -> dict[str, Any]:
        """Return it as it is kept."""
        said: dict[str, Any] = {"row": self.row, "key": self.key, "item": self.name, "listed": self.listed}
        if self.problem is None:
            return said | {"conclusion": NO_PROBLEM}
        problem = self.problem
        return said | {
            "conclusion": A_PROBLEM,
            "list": problem.list_kind.value,
            "power_kind": problem.power_kind.value if problem.power_kind else None,
            "text": problem.text,
            "nature": problem.nature.value,
            "post": problem.post,
            "measures": problem.measures,
            "deadline": problem.deadline.isoformat(),
            "mended": problem.mended,
        }


def fault_of_text(cell: Cell, longest: int) -> str:
    """Return what is wrong with a text, whatever it should say; nothing where nothing is."""
    if cell.broken:
        what = "没有结果" if not cell.broken.startswith("#") else f"出错（{cell.broken}）"
        return f"公式{what}，请直接填写内容"
    text = text_of(cell.value)
    if _ERROR.fullmatch(text):
        return f"是错误值 {text}，请直接填写内容"
    if CONTROL.search(text):
        return "含有无法显示的控制字符，请删去后重新输入"
    if len(text) > longest:
        return f"超过 {longest} 字（现有 {len(text)} 字），请精简"
    return ""


class RowJudge:
    """Judges the rows of one aspect's sheet."""

    def __init__(
        self, aspect: Aspect, sheet: ReturnedSheet, book: Mapping[str, list[BookRow]], *, earliest: date, latest: date
    ) -> None:
        """Remember what deadlines may be, and the items of all lists."""
        self.aspect, self.sheet, self.book = aspect, sheet, book
        self.earliest, self.latest = earliest, latest

    def __call__(self, row: ReturnedRow, item: BookRow | None) -> tuple[Answered | None, Faults]:
        """Judge a row, of an item or beside the lists; return what it says where it holds, and its faults."""
        faults: Faults = [
            (cell.address, reason)
            for heading, cell in row.cells.items()
            if (
                reason := fault_of_text(
                    cell, LONGEST.get(heading, LONGEST_NAME) if self._filled(heading, item) else 10**6
                )
            )
        ]
        bad = {cell for cell, _ in faults}
        conclusion = self._conclusion(row, item, faults, bad)
        if conclusion == NO_PROBLEM and item is not None:
            faults += [
                (
                    row.cells[heading].address,
                    f"“{CONCLUSION}”为“{NO_PROBLEM}”，此处应为空；确有问题的，请改选“{A_PROBLEM}”",
                )
                for heading in OF_A_PROBLEM
                if heading in row.cells
                and not says_nothing(row.value(heading))
                and row.cells[heading].address not in bad
            ]
            answered = Answered(row=row.number, key=item["key"], name=item["name"], listed=True, problem=None)
            return (None if faults else answered), faults
        if conclusion != A_PROBLEM:
            return None, faults
        said = self._problem(row, faults, bad)
        about = self._about_item(item) if item is not None else self._about_other(row, faults, bad)
        if faults or len(said) < len(_FIELDS) or "item_name" not in about:  # or a column is not there
            return None, faults
        problem = FoundProblem(aspect=self.aspect, row=row.number, **about, **said)
        return Answered(
            row=row.number,
            key=problem.item_key,
            name=problem.item_name,
            listed=item is not None,
            problem=problem,
        ), faults

    def is_note(self, row: ReturnedRow) -> bool:
        """Whether a row beside the lists says nothing of a problem: a remark, a total, a list chosen by mistake."""
        said = (NAME_COLUMN[self.aspect], *ENTRIES)
        return not any(plain(row.value(heading)) or (row.cells.get(heading) or _NONE).broken for heading in said)

    @staticmethod
    def _filled(heading: str, item: BookRow | None) -> bool:
        """Whether the unit fills in what stands under a heading."""
        return heading in ENTRIES or item is None

    def _conclusion(self, row: ReturnedRow, item: BookRow | None, faults: Faults, bad: set[str]) -> str | None:
        cell = row.cells.get(CONCLUSION)
        if cell is None or cell.address in bad:
            return None
        word = word_of(cell.value, CHOICES[CONCLUSION])
        if item is None:
            if word == NO_PROBLEM:
                faults.append((cell.address, "此行填写清单以外的问题；没有问题的，请清空本行"))
                return None
            if word is None and plain(cell.value):
                faults.append((cell.address, f"应选择“{A_PROBLEM}”"))
            return A_PROBLEM
        if word is None:
            blank = not plain(cell.value)
            faults.append((cell.address, f"{'未填' if blank else '应选择“无问题”或“存在问题”：'}{CONCLUSION}"))
            return None if all(says_nothing(row.value(heading)) for heading in OF_A_PROBLEM) else A_PROBLEM
        return word

    def _problem(self, row: ReturnedRow, faults: Faults, bad: set[str]) -> dict[str, Any]:
        """Return what a problem says; each gap is a fault."""
        said: dict[str, Any] = {}
        for heading, name in _FIELDS.items():
            cell = row.cells.get(heading)
            if cell is None or cell.address in bad:
                continue
            if says_nothing(cell.value):
                faults.append((cell.address, f"存在问题的，须填写{heading}"))
                continue
            try:
                said[name] = self._read(heading, cell)
            except ValueError as error:
                faults.append((cell.address, str(error)))
        return said

    def _read(self, heading: str, cell: Cell) -> Any:
        if heading == DEADLINE:
            day = day_of(cell.value)
            if day < self.earliest:
                raise ValueError(f"整改时限早于本次自查启动之日（{self.earliest}）")
            if day > self.latest:
                raise ValueError("整改时限过远，请核对年份")
            return day
        if heading not in CHOICES:
            return text_of(cell.value)
        word = word_of(cell.value, CHOICES[heading])
        if word is None:
            raise ValueError(f"应为{'、'.join(CHOICES[heading])}之一")
        return word == YES if heading == MENDED else _NATURES[word]

    @staticmethod
    def _about_item(item: BookRow) -> dict[str, Any]:
        return {
            "list_kind": ListKind(item["list"]),
            "item_key": item["key"],
            "item_name": item["name"],
            "power_kind": PowerKind(item["power_kind"]) if item["power_kind"] else None,
        }

    def _about_other(self, row: ReturnedRow, faults: Faults, bad: set[str]) -> dict[str, Any]:
        """Return what a problem beside the lists is about; where it names an item of the list, it is about that."""
        about: dict[str, Any] = {"item_key": "", "power_kind": None}
        named = row.cells.get(NAME_COLUMN[self.aspect])
        if named is not None and named.address not in bad:
            if says_nothing(named.value):
                faults.append((named.address, "清单以外的问题，须写明事项名称"))
            about["item_name"] = text_of(named.value)
        kind = self._choice(row, LIST, list(_LIST_OF), faults, bad, needed=True)
        about["list_kind"] = _LIST_OF.get(kind or "")
        power = self._choice(row, POWER_KIND, list(_POWERS), faults, bad, needed=False)
        about["power_kind"] = _POWERS.get(power or "")
        item = self._item_named(row, about["list_kind"], about.get("item_name", ""))
        return self._about_item(item) if item is not None else about

    def _choice(
        self, row: ReturnedRow, heading: str, words: list[str], faults: Faults, bad: set[str], *, needed: bool
    ) -> str | None:
        cell = row.cells.get(heading)
        if cell is None or cell.address in bad:
            if cell is None and needed:
                faults.append((f"A{row.number}", f"缺少“{heading}”一栏，无法填写清单以外的问题"))
            return None
        word = word_of(cell.value, words)
        if word is None and (needed or not says_nothing(cell.value)):
            faults.append((cell.address, f"清单以外的问题，须选择{heading}：{'、'.join(words)}"))
        return word

    def _item_named(self, row: ReturnedRow, kind: ListKind | None, name: str) -> BookRow | None:
        """Return the one item of a list that is called so, or that says the same in all columns."""
        if kind is None:
            return None
        items = [each for each in self.book.get(_ASPECT_OF[kind].value, []) if plain(each["name"]) == plain(name)]
        if kind is self.aspect.own_list and len(items) > 1:
            items = [
                each
                for each in items
                if all(
                    plain(row.value(heading)) == plain(each["cells"].get(heading, "")) for heading in self._columns()
                )
            ]
        return items[0] if len(items) == 1 else None

    def _columns(self) -> list[str]:
        return [heading for heading in LIST_COLUMNS[self.aspect] if heading in self.sheet.letters]


_NONE = Cell(address="")
_FIELDS = {
    TEXT: "text",
    NATURE: "nature",
    POST: "post",
    MEASURES: "measures",
    DEADLINE: "deadline",
    MENDED: "mended",
}
_NATURES = {nature.label: nature for nature in Nature}
_POWERS = {kind.label: kind for kind in PowerKind}
