"""Whether a unit's return holds: cell by cell against what the unit was given, with every fault and its reason.

Policy 三(四), O46: a return without one of the three aspects is sent back. Where it stands on its own, a rule about one
row is in `models/campaign_rows.py`. No database.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.campaign_book import (
    COVER,
    COVER_FIELDS,
    FILLED_ON,
    LIST,
    LIST_COLUMNS,
    NUMBER,
    PERIOD,
    PHONE,
    UNIT_CODE,
    UNIT_NAME,
    BookRow,
    ContentRow,
    Contents,
    headings,
    rows_to_answer,
)
from models.campaign_cells import day_of, plain, says_nothing, text_of
from models.campaign_file import Cell, Return, ReturnedRow, ReturnedSheet
from models.campaign_match import Matched, match_rows
from models.campaign_rows import Answered, FoundProblem, RowJudge, fault_of_text
from models.registry import plain_unit
from models.words import Aspect

MOST_YEARS = 10  # how far ahead a deadline may lie
_DIGITS = re.compile(r"\d")
LEAST_DIGITS = 5  # of a telephone number


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What is to be said of a return.

    faults: sheet, cell, reason. content: what it says, to be kept. contents: the same as it was typed, for a fresh
    workbook. whole: whether all of the form is there, so that it can be mended in the file itself. precedence: which
    of a unit's returns is the newer one, of the file alone.
    """

    accepted: bool
    faults: list[dict[str, str]]
    content: dict[str, Any]
    problems: tuple[FoundProblem, ...]
    precedence: str
    contents: Contents | None
    whole: bool


def judge(
    return_: Return,
    book: Mapping[str, list[BookRow]],
    *,
    period: str,
    unit_code: str,
    unit_name: str,
    opened_on: date,
    received_on: date,
) -> Judged:
    """Judge a return of the unit whose workbook was made of `book`."""
    if return_.unreadable:
        return not_ours(return_, return_.unreadable)
    return _Judgement(return_, book, opened_on, received_on).judge(period, unit_code, unit_name)


def not_ours(return_: Return, why: str, *, at: str = "") -> Judged:
    """Say why a file is no return of any unit of an open campaign; `at`: the field of the cover that says so."""
    cell = return_.shown.get(at) or Cell(address="A1")
    sheet = return_.cover or COVER
    where = {"sheet": "", "cell": ""} if return_.unreadable else {"sheet": sheet, "cell": cell.address}
    return Judged(
        accepted=False,
        faults=[where | {"reason": why}],
        content={},
        problems=(),
        precedence=precedence_of(return_),
        contents=None,
        whole=bool(return_.cover),
    )


def disagrees(return_: Return, *, unit_code: str, unit_name: str) -> str | None:
    """Return the field of the cover that names another unit than the hidden sheet; None where there is none."""
    shown = {label: plain(cell.value) for label, cell in return_.shown.items() if plain(cell.value)}
    if shown.get(UNIT_CODE, unit_code).casefold() != unit_code.casefold():
        return UNIT_CODE
    written, own = plain_unit(shown.get(UNIT_NAME, unit_name)), plain_unit(plain(unit_name))
    return None if written in own or own in written else UNIT_NAME


def precedence_of(return_: Return) -> str:
    """Return what sorts a unit's returns: the day of filling in, the moment of saving, the hash."""
    filled_on = return_.fields.get(FILLED_ON)
    try:
        day = day_of(filled_on.value).isoformat() if filled_on else ""
    except ValueError:
        day = ""
    return f"{day or '0000-00-00'} {return_.saved_at or '0000-00-00T00:00:00Z'} {return_.sha256}"


class _Judgement:
    """The judging of one return."""

    def __init__(self, return_: Return, book: Mapping[str, list[BookRow]], opened_on: date, received_on: date) -> None:
        self.return_, self.book = return_, book
        self.opened_on, self.received_on = opened_on, received_on
        self.faults: dict[tuple[str, str, str], None] = {}
        self.whole = True
        self.others: list[dict[str, str]] = []
        self.answered: dict[Aspect, list[Answered]] = {}
        self.typed: dict[str, list[ContentRow]] = {}

    def judge(self, period: str, unit_code: str, unit_name: str) -> Judged:
        """Judge all of it."""
        self._judge_identity(period, unit_code, unit_name)
        cover = self._judge_cover()
        for aspect in Aspect:
            self._judge_aspect(aspect)
        for name, first in self.return_.twice.items():
            self._fault(name, "A1", f"与工作表“{first}”填的是同一方面，内容不同，请只保留一张")
        accepted = not self.faults
        typed = Contents(
            cover={label: _typed(cell) for label, cell in self.return_.fields.items()},
            rows=self.typed,
            others=self.others,
        )
        content: dict[str, Any] = {
            "cover": cover,
            "aspects": {aspect.value: [each.as_dict() for each in rows] for aspect, rows in self.answered.items()},
            "others": self.others,
        }
        return Judged(
            accepted=accepted,
            faults=[{"sheet": sheet, "cell": cell, "reason": reason} for sheet, cell, reason in self.faults],
            content=content if accepted else as_json(typed),
            problems=tuple(each.problem for rows in self.answered.values() for each in rows if each.problem is not None)
            if accepted
            else (),
            precedence=precedence_of(self.return_),
            contents=typed,
            whole=self.whole,
        )

    def _fault(self, sheet: str, cell: str, reason: str) -> None:
        self.faults[sheet, cell, reason] = None

    def _judge_identity(self, period: str, unit_code: str, unit_name: str) -> None:
        sheet = self.return_.cover or COVER
        if self.return_.period != period:
            self._fault(sheet, self._shown(PERIOD), f"不是本次（{period}）自查的表")
        if self.return_.unit.casefold() != unit_code.casefold():
            self._fault(sheet, self._shown(UNIT_CODE), f"不是{unit_name}的自查表")
        if field := disagrees(self.return_, unit_code=unit_code, unit_name=unit_name):
            self._fault(sheet, self._shown(field), f"此表发给{unit_name}，封面所写单位与之不符")

    def _shown(self, label: str) -> str:
        cell = self.return_.shown.get(label)
        return cell.address if cell else "A1"

    def _judge_cover(self) -> dict[str, str]:
        """Judge what is filled in on the cover; return it."""
        if not self.return_.cover:
            self.whole = False
            self._fault(COVER, "A1", f"缺少“{COVER}”工作表，看不到填表人、联系电话和填报日期")
            return {}
        said: dict[str, str] = {}
        for label in COVER_FIELDS:
            cell = self.return_.fields.get(label)
            if cell is None:
                self.whole = False
                self._fault(self.return_.cover, "A1", f"缺少“{label}”一栏")
            elif reason := self._fault_on_cover(label, cell):
                self._fault(self.return_.cover, cell.address, reason)
            else:
                said[label] = day_of(cell.value).isoformat() if label == FILLED_ON else text_of(cell.value)
        return said

    def _fault_on_cover(self, label: str, cell: Cell) -> str:
        if reason := fault_of_text(cell, 100):
            return reason
        if says_nothing(cell.value):
            return f"未填{label}"
        if label == PHONE and len(_DIGITS.findall(plain(cell.value))) < LEAST_DIGITS:
            return "不是电话号码"
        if label == FILLED_ON:
            try:
                day = day_of(cell.value)
            except ValueError as error:
                return str(error)
            if day < self.opened_on:
                return f"早于本次自查启动之日（{self.opened_on}）"
            if day > self.received_on:
                return f"晚于收到之日（{self.received_on}）"
        return ""

    def _judge_aspect(self, aspect: Aspect) -> None:
        sheet = self.return_.sheets.get(aspect)
        self.answered[aspect] = []
        if sheet is None or not sheet.header:
            self.whole = False
            name, what = (sheet.name, "的标题行") if sheet else (aspect.label, "工作表")
            self._fault(name, "A1", f"缺少“{aspect.label}”{what}：三个方面缺一不可")
            return
        for heading in headings(aspect):
            if heading not in (NUMBER, LIST) and heading not in sheet.letters:
                self.whole = False
                self._fault(sheet.name, f"A{sheet.header}", f"缺少“{heading}”一栏")
        for heading, cell in sheet.doubled:
            self._fault(sheet.name, cell, f"“{heading}”一栏重复，请只保留一栏")
        for cell in sheet.stray:
            self._fault(sheet.name, cell, "表格以外很远处有内容，请清除")
        self.others += sheet.others
        self._judge_rows(aspect, sheet)

    def _judge_rows(self, aspect: Aspect, sheet: ReturnedSheet) -> None:
        items = rows_to_answer(self.book, aspect)
        matched = match_rows(sheet.rows, items, aspect)
        latest = date(self.opened_on.year + MOST_YEARS, 12, 31)
        judge_row = RowJudge(aspect, sheet, self.book, earliest=self.opened_on, latest=latest)
        typed = self.typed.setdefault(aspect.value, [])
        for row, match in matched:
            if match.item is None and judge_row.is_note(row):
                self.others += _cells_of(sheet, row)
                continue
            typed.append(ContentRow(item=match.item if not match.doubles else None, cells=_typed_row(row)))
            for cell, reason in _faults_of_match(row, match, items, aspect):
                self._fault(sheet.name, cell, reason)
            answered, faults = judge_row(row, None if match.item is None else items[match.item])
            for cell, reason in faults:
                self._fault(sheet.name, cell, reason)
            if answered is not None:
                self.answered[aspect].append(answered)
        claimed = {match.item for _, match in matched}
        for number, item in enumerate(items):
            if number not in claimed:
                self.whole = False
                self._fault(sheet.name, f"A{sheet.header}", f"缺少第{number + 1}项“{_short(item['name'])}”")


def _faults_of_match(
    row: ReturnedRow, match: Matched, items: list[BookRow], aspect: Aspect
) -> Iterator[tuple[str, str]]:
    if match.item is None:
        return
    if match.doubles:
        reason = f"与第{match.doubles}行是同一清单事项；同一事项的其他问题，请填在“清单以外的问题”各行"
        yield _first(row, aspect), reason
    for heading in match.changed:
        yield row.cells[heading].address, f"清单内容不得改动，应为“{_short(items[match.item]['cells'][heading])}”"


def _first(row: ReturnedRow, aspect: Aspect) -> str:
    """Return the address of the first cell of the list in a row."""
    present = (row.cells[heading] for heading in (*LIST_COLUMNS[aspect], *headings(aspect)) if heading in row.cells)
    return next(present).address


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


def _typed(cell: Cell) -> Any:
    return cell.value if cell.value != "" or not cell.broken.startswith("#") else cell.broken


def _typed_row(row: ReturnedRow) -> dict[str, Any]:
    return {heading: _typed(cell) for heading, cell in row.cells.items() if heading != NUMBER and _typed(cell) != ""}


def _cells_of(sheet: ReturnedSheet, row: ReturnedRow) -> list[dict[str, str]]:
    return [
        {"sheet": sheet.name, "cell": cell.address, "text": text_of(cell.value)}
        for cell in row.cells.values()
        if plain(cell.value)
    ]


def as_json(value: Any) -> Any:
    """Return what was typed as JSON knows it: dates and the like as text."""
    match value:
        case dict():
            return {key: as_json(each) for key, each in value.items()}
        case list():
            return [as_json(each) for each in value]
        case None | bool() | int() | float() | str():
            return value
        case _:
            return text_of(value)
