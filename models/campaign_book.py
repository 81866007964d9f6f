"""What a unit's self-inspection workbook holds: its sheets, their columns, and what of the lists is filled in.

Writer (`reports/campaign_book.py`) and reader (`models/campaign_file.py`) share this; it knows no workbook library.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, selectinload

from models.journal import sha256_of
from models.lists import PublishedList
from models.words import Aspect, ListKind, Nature

LAYOUT = "1"  # of the workbook; another number when a later release must read it differently

# Sheets besides those of the aspects, which are called by their labels.
COVER = "填报说明"
IDENTITY = "_标识"
RETURN_NOTE = "退回说明"
OTHER_TEXTS = "原表其他内容"

# What the cover says of itself, and what is filled in there.
UNIT_NAME, UNIT_CODE, PERIOD = "填报单位", "单位代码", "自查期次"
FILLED_BY, PHONE, FILLED_ON = "填表人", "联系电话", "填报日期"
COVER_FIELDS = (FILLED_BY, PHONE, FILLED_ON)
# The hidden sheet: label and value side by side.
CHECKSUM, VERSION = "校验值", "版式"

# The columns beside those of the lists.
NUMBER, LIST = "序号", "所属清单"
CONCLUSION, TEXT, NATURE, POST = "自查情况", "问题描述", "问题性质", "涉及岗位"
MEASURES, DEADLINE, MENDED = "整改措施", "整改时限", "是否已整改"
OF_A_PROBLEM = (TEXT, NATURE, POST, MEASURES, DEADLINE, MENDED)
ENTRIES = (CONCLUSION, *OF_A_PROBLEM)
BEYOND = "清单以外的问题"  # the band above the rows for problems beside the lists

NO_PROBLEM, A_PROBLEM, YES, NO = "无问题", "存在问题", "是", "否"
# What may be chosen, by column.
CHOICES: Mapping[str, tuple[str, ...]] = {
    CONCLUSION: (NO_PROBLEM, A_PROBLEM),
    NATURE: tuple(each.label for each in Nature),
    MENDED: (YES, NO),
    LIST: tuple(each.label for each in ListKind),
}
LONGEST: Mapping[str, int] = {TEXT: 2000, MEASURES: 2000, POST: 200}  # characters


class BookRow(TypedDict):
    """One item of a list as it is filled in. name: what a person calls it; cells: what the list says, by heading."""

    list: str
    key: str
    name: str
    power_kind: str | None
    cells: dict[str, str]


Book = dict[str, list[BookRow]]  # by aspect: POST, FLOW, CHECK

# The headings of the lists' columns that are filled in, by aspect.
LIST_COLUMNS: Mapping[Aspect, tuple[str, ...]] = {
    Aspect.POST: ("责任事项", "追责情形", "对应职权"),
    Aspect.FLOW: ("环节", "承办岗位", "时限", "材料", "监督方式", "对应职权"),
    Aspect.CHECK: ("职权类型", "职权名称", "编码", "依据", "行使主体"),
}
# Which column says what an item is called.
NAME_COLUMN: Mapping[Aspect, str] = {Aspect.POST: "责任事项", Aspect.FLOW: "环节", Aspect.CHECK: "职权名称"}


class ContentRow(TypedDict):
    """What was filled into one row. item: which of the aspect's rows, from 0; None for one beside the lists."""

    item: int | None
    cells: dict[str, Any]


class Contents(TypedDict):
    """What was filled into a workbook, as it was typed: on the cover, by aspect, and what stood beside the form."""

    cover: dict[str, Any]
    rows: dict[str, list[ContentRow]]
    others: list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class Issued:
    """What a unit's workbook is made of."""

    period: str
    title: str
    unit_code: str
    unit_name: str
    due_on: date
    book: Book
    checksum: str


def headings(aspect: Aspect) -> tuple[str, ...]:
    """Return the headings of an aspect's sheet, from the left."""
    return (NUMBER, LIST, *LIST_COLUMNS[aspect], *ENTRIES)


def rows_to_answer(book: Mapping[str, list[BookRow]], aspect: Aspect) -> list[BookRow]:
    """Return the rows of an aspect that each need a conclusion: its items, or the aspect as a whole without a list."""
    if rows := book.get(aspect.value):
        return rows
    name = f"本方面总体情况（单位未公布{aspect.own_list.label}）"
    cells = dict.fromkeys(LIST_COLUMNS[aspect], "") | {NAME_COLUMN[aspect]: name}
    return [BookRow(list=aspect.own_list.value, key="", name=name, power_kind=None, cells=cells)]


def lists_in_force(session: Session, units: Iterable[str]) -> dict[str, dict[ListKind, PublishedList]]:
    """Return the newest version of each list of the units, with its items: by unit, by list."""
    newest = (
        select(PublishedList)
        .ext(distinct_on(PublishedList.unit_code, PublishedList.kind))
        .where(PublishedList.unit_code.in_(list(units)))
        .order_by(PublishedList.unit_code, PublishedList.kind, PublishedList.version.desc())
        .options(selectinload(PublishedList.items))
    )
    found: dict[str, dict[ListKind, PublishedList]] = {}
    for each in session.scalars(newest):
        found.setdefault(each.unit_code, {})[each.kind] = each
    return found


def book_of(lists: Mapping[ListKind, PublishedList]) -> Book:
    """Return what is filled into the workbook of a unit with these lists; nothing where it has none."""
    return {aspect.value: _rows(aspect, lists.get(aspect.own_list)) for aspect in Aspect}


def checksum_of(book: Mapping[str, Any], *, period: str, unit: str) -> str:
    """Return the checksum that stands hidden in the workbook."""
    return sha256_of({"period": period, "unit": unit, "book": book})


def _rows(aspect: Aspect, published: PublishedList | None) -> list[BookRow]:
    if published is None:
        return []
    return [
        BookRow(
            list=published.kind.value,
            key=item.key,
            name=str(item.content.get(NAME_COLUMN[aspect], "")),
            power_kind=item.power_kind.value if item.power_kind else None,
            cells={heading: str(item.content.get(heading, "")) for heading in LIST_COLUMNS[aspect]},
        )
        for item in published.items
    ]
