"""Which row of a return is which item of the list that the unit was given: by what it says, else by its number."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.campaign_book import LIST_COLUMNS, NUMBER, BookRow
from models.campaign_cells import plain
from models.campaign_file import ReturnedRow
from models.words import Aspect


@dataclass(frozen=True, kw_only=True)
class Matched:
    """item: which one, from 0; None for a row beside the lists. changed: headings under which it says something else.

    doubles: the number of the row that is the same item already; 0 where there is none.
    """

    item: int | None = None
    changed: tuple[str, ...] = ()
    doubles: int = 0


def match_rows(
    rows: Sequence[ReturnedRow], items: Sequence[BookRow], aspect: Aspect
) -> list[tuple[ReturnedRow, Matched]]:
    """Return each row with what it is. An item has one row; below the band stand other problems, also of items."""
    present = [heading for heading in LIST_COLUMNS[aspect] if rows and heading in rows[0].cells]
    same: dict[tuple[str, ...], list[int]] = {}
    for at, item in enumerate(items):
        same.setdefault(tuple(plain(item["cells"].get(heading, "")) for heading in present), []).append(at)
    said = {row.number: tuple(plain(row.value(heading)) for heading in present) for row in rows}
    own = [row for row in rows if not row.beyond or _number(row, len(items)) is not None]
    rows_of: dict[int, ReturnedRow] = {}
    matched: dict[int, Matched] = {}
    for row in own:
        alike = same.get(said[row.number], []) if any(said[row.number]) else []
        free = [at for at in alike if at not in rows_of]
        if free:
            number = _number(row, len(items))
            at = number if number in free else free[0]
            rows_of[at] = row
            matched[row.number] = Matched(item=at)
        elif alike and not row.beyond:
            matched[row.number] = Matched(item=alike[0], doubles=rows_of[alike[0]].number)
    for row in own:
        at_number = None if row.beyond or row.number in matched else _number(row, len(items))
        if at_number is not None and at_number not in rows_of:
            rows_of[at_number] = row
            given = items[at_number]["cells"]
            changed = tuple(each for each in present if not _alike(plain(row.value(each)), plain(given.get(each, ""))))
            matched[row.number] = Matched(item=at_number, changed=changed)
    return [(row, matched.get(row.number, Matched())) for row in rows]


def _number(row: ReturnedRow, most: int) -> int | None:
    """Return which item the row's own number means, from 0; None where it means none."""
    written = plain(row.value(NUMBER))
    return int(written) - 1 if written.isdecimal() and len(written) < 6 and 1 <= int(written) <= most else None


def _alike(written: str, given: str) -> bool:
    """Whether two say the same, but for zeros that Excel drops where it takes a code for a number."""
    return written == given or (given.isdecimal() and written.isdecimal() and written.lstrip("0") == given.lstrip("0"))
