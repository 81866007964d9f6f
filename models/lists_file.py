"""What a workbook of the three lists says: its sheets and columns, and all that must hold before it is loaded.

No database: what must be known of the ledger is given (`Known`). A workbook may hold some units and some of their
lists; of each list that it holds it says in 公布 when and where it was published.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from models.lists_sheets import AnyItem, DutyRow, ItemSheet, Power, PowerRow, ProcedureRow, Publication
from models.typed_sheets import Fault, FaultyWorkbook, Sheet, TypedWorkbook, doubles
from models.words import ListKind, PowerKind


class BadLists(FaultyWorkbook):
    """The lists do not hold."""

    code = "bad-lists"
    what = "三张清单"


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the ledger knows: the units that have lists, and of each list in force its date, of the powers all."""

    units: Set[str]
    published_on: Mapping[tuple[str, ListKind], date]
    powers: Mapping[str, Sequence[Power]]


@dataclass(frozen=True, kw_only=True)
class FiledItem:
    """An item as it is kept."""

    key: str
    power_kind: PowerKind | None
    content: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class FiledList:
    """One list of one unit as the workbook has it."""

    unit: str
    kind: ListKind
    published_on: date
    published_in: str
    items: list[FiledItem]


def read_lists(path: Path, *, today: date, known: Known) -> list[FiledList]:
    """Read and check a workbook of lists; they come in the order of its sheet 公布.

    Raises BadFile where it is no workbook, BadLists with all its faults.
    """
    book = TypedWorkbook(path)
    published = book.read(Publication)
    sheets = powers, duties, procedures = book.read(PowerRow), book.read(DutyRow), book.read(ProcedureRow)
    named = _Powers(published, powers, known)
    faults = [
        *book.faults,
        *doubles((row, "清单", (row.unit, row.kind)) for row in published.rows),
        *doubles((row, "序号", (row.unit, row.number)) for row in powers.rows),
        *doubles((row, "编码", (row.unit, row.code)) for row in powers.rows),
        *doubles((row, "责任事项", (row.unit, row.duty)) for row in duties.rows),
        *doubles((row, "环节", (row.unit, row.key(named.owner(row)))) for row in procedures.rows),
        *_faults_of_publications(published, today, known),
        *(fault for sheet in (duties, procedures) for row in sheet.rows for fault in named.faults(row)),
    ]
    if published.legible and not published.rows and not published.broken:
        faults.append((Publication.sheet, "A2", "没有列出任何清单"))
    if published.legible and all(sheet.legible for sheet in sheets):
        faults += _lists_without_items(published, sheets)
        faults += _items_without_a_list(published, sheets)
    if faults:
        raise BadLists(faults)
    items: dict[tuple[str, ListKind], list[FiledItem]] = defaultdict(list)
    rows: list[AnyItem] = [*sorted(powers.rows, key=lambda row: row.number), *duties.rows, *procedures.rows]
    for row in rows:
        owner = named.owner(row)
        filed = FiledItem(key=row.key(owner), power_kind=owner.kind if owner else None, content=row.content)
        items[row.unit, row.kind].append(filed)
    return [
        FiledList(
            unit=each.unit,
            kind=each.kind,
            published_on=each.on,
            published_in=each.where,
            items=items[each.unit, each.kind],
        )
        for each in published.rows
    ]


class _Powers:
    """The powers that a unit's duties and procedures may name: of its list in the workbook, else of that in force."""

    def __init__(self, published: Sheet[Publication], rows: Sheet[PowerRow], known: Known) -> None:
        of_the_file: dict[str, list[Power]] = defaultdict(list)
        for row in rows.rows:
            of_the_file[row.unit].append(Power(code=row.code, name=row.name, kind=row.power_kind))
        self.of = {**known.powers, **of_the_file}
        self.uncertain = rows.said("单位代码") | ({row.unit for row in published.rows} if not rows.legible else set())

    def owner(self, row: AnyItem) -> Power | None:
        """Return the power to which a duty or a procedure belongs; None where it names none, or none that there is."""
        found = self._found(row)
        return found[0] if len(found) == 1 else None

    def faults(self, row: DutyRow | ProcedureRow) -> Iterator[Fault]:
        """Yield what is wrong with the power that a row names."""
        found = self._found(row)
        if not row.power or row.unit in self.uncertain:
            return
        if not found:
            yield row.fault("对应职权", "该单位的权力清单中没有这个编码或职权名称")
        elif len(found) > 1:
            yield row.fault("对应职权", "该单位有几项职权同名，请填编码")

    def _found(self, row: AnyItem) -> list[Power]:
        powers = self.of.get(row.unit, ())
        coded = [each for each in powers if each.code == row.power]
        return coded or [each for each in powers if each.name == row.power]


def _faults_of_publications(published: Sheet[Publication], today: date, known: Known) -> Iterator[Fault]:
    for row in published.rows:
        if row.unit not in known.units:
            yield row.fault("单位代码", "名册中没有这个在用的责任单位")
        before = known.published_on.get((row.unit, row.kind))
        if row.on > today:
            yield row.fault("公布日期", "晚于今天，尚未公布的清单不能载入")
        elif before is not None and row.on < before:
            yield row.fault("公布日期", f"早于现行版本的公布日期（{before}）")


def _lists_without_items(published: Sheet[Publication], sheets: Sequence[ItemSheet]) -> Iterator[Fault]:
    counts = Counter((row.unit, row.kind) for sheet in sheets for row in sheet.rows)
    broken = {unit for sheet in sheets for unit in sheet.said("单位代码")}
    for row in published.rows:
        if not counts[row.unit, row.kind] and row.unit not in broken:
            yield row.fault("清单", f"“{row.kind.label}”表中没有该单位的事项")


def _items_without_a_list(published: Sheet[Publication], sheets: Sequence[ItemSheet]) -> Iterator[Fault]:
    listed, broken = {(row.unit, row.kind) for row in published.rows}, published.said("单位代码")
    for sheet in sheets:
        first: dict[str, AnyItem] = {}
        for item in sheet.rows:
            first.setdefault(item.unit, item)
        for unit, row in first.items():
            if (unit, row.kind) not in listed and unit not in broken:
                yield row.fault("单位代码", f"“{Publication.sheet}”表中没有该单位的{row.kind.label}")
