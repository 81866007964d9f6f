"""What a unit's self-inspection workbook holds: its sheets, their columns, and what of the lists is filled in.

Writer (`reports/campaign_book.py`) and reader (`models/campaign_file.py`) share this; it knows no workbook library.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, selectinload

from models.journal import sha256_of
from models.lists import PublishedList
from models.words import Aspect, ListKind


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
