"""What a workbook says that came back from a unit: whose it is, its cover, the rows of each aspect. No database.

It is found whatever was done to the file: sheets and columns in another order, a heading further down, rows inserted.
Whether it holds is judged in `models/campaign_judgement.py`.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from models.campaign_book import (
    BEYOND,
    CHECKSUM,
    CONCLUSION,
    COVER,
    COVER_FIELDS,
    ENTRIES,
    FILLED_ON,
    IDENTITY,
    LIST_COLUMNS,
    OTHER_TEXTS,
    PERIOD,
    RETURN_NOTE,
    UNIT_CODE,
    UNIT_NAME,
    headings,
)
from models.campaign_cells import plain, text_of
from models.grids import Grid, Place, Unreadable, read_grids
from models.table_file import column_letter
from models.words import Aspect

HEADER_WITHIN = 40  # rows
LEAST_HEADINGS = 5  # of a row that is the row of headings
_LABELS = (UNIT_NAME, UNIT_CODE, PERIOD, *COVER_FIELDS)
_BRACKETS = re.compile(r"[(\[【].*?[)\]】]")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What stands in a cell. broken: what its formula gave instead of a result."""

    address: str
    value: Any = ""
    broken: str = ""


@dataclass(frozen=True, kw_only=True)
class ReturnedRow:
    """One row, by heading. number: as Excel counts. beyond: whether it stands below the band of other problems."""

    number: int
    cells: Mapping[str, Cell]
    beyond: bool

    def value(self, heading: str) -> Any:
        """What stands under a heading; nothing where there is no such column."""
        cell = self.cells.get(heading)
        return cell.value if cell is not None else ""


@dataclass(frozen=True, kw_only=True)
class ReturnedSheet:
    """The sheet of one aspect. header: the number of its row of headings, 0 where there is none.

    letters: of the columns, by heading. doubled: cells of headings that stand there a second time.
    """

    name: str
    header: int
    letters: Mapping[str, str]
    doubled: tuple[tuple[str, str], ...]
    rows: tuple[ReturnedRow, ...]
    others: tuple[dict[str, str], ...]
    stray: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Return:
    """A file that came back. unreadable: why nothing of it could be read.

    period, unit, checksum: of the hidden sheet, else of the cover. shown: what the cover says of whose it is.
    fields: what was filled in on the cover. twice: sheets of an aspect besides the one that counts. others: what
    stands beside the form. more: sheets that do not belong to it. saved_at: as `models/saved_at.py`.
    """

    name: str
    sha256: str
    kind: str = ""
    saved_at: str = ""
    unreadable: str = ""
    period: str = ""
    unit: str = ""
    unit_name: str = ""
    checksum: str = ""
    shown: Mapping[str, Cell] = field(default_factory=dict)
    cover: str = ""
    fields: Mapping[str, Cell] = field(default_factory=dict)
    sheets: Mapping[Aspect, ReturnedSheet] = field(default_factory=dict)
    twice: Mapping[str, str] = field(default_factory=dict)
    more: tuple[str, ...] = ()


def read_return(name: str, content: bytes) -> Return:
    """Read a file that came back; `name` is what it is called. What cannot be read says why; nothing is raised."""
    digest = hashlib.sha256(content).hexdigest()
    try:
        grids = read_grids(content)
    except Unreadable as error:
        return Return(name=name, sha256=digest, unreadable=str(error))
    identity = next((grid for grid in grids.sheets if _is_identity(grid)), None)
    cover = _cover(grid for grid in grids.sheets if grid is not identity)
    own = [each for each in (identity, cover) if each is not None]
    left = [grid for grid in grids.sheets if grid not in own and plain(grid.name) not in (RETURN_NOTE, OTHER_TEXTS)]
    sheets, twice = _aspects(left)
    known = {sheet.name for sheet in sheets.values()} | set(twice)
    labelled = _labelled(cover) if cover else {}
    hidden = {plain(row[0]): plain(row[1]) for row in identity.rows if len(row) > 1} if identity else {}
    shown = {label: labelled[label] for label in (UNIT_NAME, UNIT_CODE, PERIOD) if label in labelled}
    said = {label: plain(cell.value) for label, cell in shown.items()}
    return Return(
        name=name,
        sha256=digest,
        kind=grids.kind,
        saved_at=grids.saved_at,
        period=hidden.get(PERIOD) or said.get(PERIOD, ""),
        unit=hidden.get(UNIT_CODE) or said.get(UNIT_CODE, ""),
        unit_name=hidden.get(UNIT_NAME) or said.get(UNIT_NAME, ""),
        checksum=hidden.get(CHECKSUM, ""),
        shown=shown,
        cover=cover.name if cover else "",
        fields={label: labelled[label] for label in COVER_FIELDS if label in labelled},
        sheets=sheets,
        twice=twice,
        more=tuple(grid.name for grid in left if grid.name not in known and any(map(any, grid.rows))),
    )


def _is_identity(grid: Grid) -> bool:
    return plain(grid.name) == plain(IDENTITY) or (
        grid.hidden and any(row and plain(row[0]) == CHECKSUM for row in grid.rows)
    )


def _cover(grids: Iterable[Grid]) -> Grid | None:
    """Return the sheet that is called so, else the one on which whose it is stands beside the date."""
    candidates = list(grids)
    for grid in candidates:
        if COVER in plain(grid.name):
            return grid
    for grid in candidates:
        texts = {plain(value).rstrip(":") for row in grid.rows[:HEADER_WITHIN] for value in row}
        if {UNIT_NAME, FILLED_ON} <= texts:
            return grid
    return None


def _labelled(grid: Grid) -> dict[str, Cell]:
    """Return what stands beside each label, or where it should stand; the first that is filled in counts."""
    found: dict[str, Cell] = {}
    for place, value in _filled(grid):
        label, _, rest = plain(value).partition(":")
        if label not in _LABELS or (label in found and found[label].value != ""):
            continue
        cell = Cell(address=_address(*place), value=rest) if rest else _beside(grid, place)
        if label not in found or cell.value != "":
            found[label] = cell
    return found


def _filled(grid: Grid) -> Iterator[tuple[Place, Any]]:
    for row, values in enumerate(grid.rows):
        for column, value in enumerate(values):
            if isinstance(value, str) and value:
                yield (row, column), value


def _beside(grid: Grid, place: Place) -> Cell:
    """Return the next cell to the right that holds something, up to the next label; else the one right beside."""
    row = place[0]
    first = _end(grid, place) + 1
    for at in range(first, len(grid.rows[row])):
        value = grid.rows[row][at]
        if plain(value).partition(":")[0] in _LABELS:
            break
        if value != "" or (row, at) in grid.broken:
            return _cell(grid, row, at)
    return Cell(address=_address(row, first))


def _end(grid: Grid, place: Place) -> int:
    """Return the last column of the merged range that begins at a cell, or the cell's own."""
    return next((right for start, (_, right) in grid.merges if start == place), place[1])


def _aspects(grids: list[Grid]) -> tuple[dict[Aspect, ReturnedSheet], dict[str, str]]:
    """Return the sheet of each aspect, and the others that are filled in too, each with the name of that sheet."""
    found: dict[Aspect, list[ReturnedSheet]] = {}
    for grid in grids:
        if (aspect := _aspect_of(grid)) is not None:
            found.setdefault(aspect, []).append(_sheet(grid, aspect))
    sheets: dict[Aspect, ReturnedSheet] = {}
    twice: dict[str, str] = {}
    for aspect in Aspect:
        ranked = sorted(found.get(aspect, []), key=lambda each: _rank(each, aspect), reverse=True)
        for sheet in ranked[:1]:
            sheets[aspect] = sheet
        for other in ranked[1:]:
            if _entries(other) and _entries(other) != _entries(ranked[0]):
                twice[other.name] = ranked[0].name
    return sheets, twice


def _rank(sheet: ReturnedSheet, aspect: Aspect) -> tuple[bool, bool]:
    return sheet.header > 0, plain(sheet.name) == aspect.label


def _entries(sheet: ReturnedSheet) -> list[tuple[str, ...]]:
    rows = [tuple(plain(row.value(heading)) for heading in ENTRIES) for row in sheet.rows]
    return [row for row in rows if any(row)]


def _aspect_of(grid: Grid) -> Aspect | None:
    """Return what a sheet is about: by its headings, else by its name."""
    row = _header_row(grid)
    if row is not None:
        known = set(map(_heading, grid.rows[row]))
        fits = {aspect: len(known & set(LIST_COLUMNS[aspect])) for aspect in Aspect}
        best = max(fits.values())
        likely = [aspect for aspect in Aspect if fits[aspect] == best]
        if len(likely) == 1 and best > 0:
            return likely[0]
    named = [aspect for aspect in Aspect if aspect.label in plain(grid.name)]
    return named[0] if len(named) == 1 else None


_KNOWN = {plain(heading): heading for aspect in Aspect for heading in headings(aspect)}


def _heading(value: Any) -> str:
    written = plain(value).strip("*:")
    return _KNOWN.get(written) or _KNOWN.get(_BRACKETS.sub("", written), "")


def _header_row(grid: Grid) -> int | None:
    best, at = 0, None
    for row, values in enumerate(grid.rows[:HEADER_WITHIN]):
        known = {heading for value in values if (heading := _heading(value))}
        if len(known) > best and (CONCLUSION in known or len(known & set(ENTRIES)) > 1):
            best, at = len(known), row
    return at if best >= LEAST_HEADINGS else None


def _sheet(grid: Grid, aspect: Aspect) -> ReturnedSheet:
    header = _header_row(grid)
    columns: dict[str, int] = {}
    doubled = []
    if header is not None:
        for column, value in enumerate(grid.rows[header]):
            heading = _heading(value)
            if heading in headings(aspect):
                if heading in columns:
                    doubled.append((heading, _address(header, column)))
                columns.setdefault(heading, column)
    rows, others = _rows(grid, header, columns) if header is not None else ([], [])
    return ReturnedSheet(
        name=grid.name,
        header=header + 1 if header is not None else 0,
        letters={heading: column_letter(column) for heading, column in columns.items()},
        doubled=tuple(doubled),
        rows=tuple(rows),
        others=tuple(others),
        stray=tuple(_address(*place) for place in grid.stray),
    )


def _rows(grid: Grid, header: int, columns: dict[str, int]) -> tuple[list[ReturnedRow], list[dict[str, str]]]:
    """Return the rows that say something, and what stands in columns that are not the form's."""
    rows, others = [], []
    beyond = False
    mine, entries = set(columns.values()), {columns[heading] for heading in ENTRIES if heading in columns}
    for row in range(header + 1, len(grid.rows)):
        values = grid.rows[row]
        said = [at for at, value in enumerate(values) if plain(value) or (row, at) in grid.broken]
        if not said or all((row, at) in grid.spread for at in said):
            continue  # empty, or the rest of a row whose cells are merged downwards
        if len(said) == 1 and said[0] not in entries and plain(values[said[0]]).startswith(BEYOND):
            beyond = True
            continue
        if sum(_heading(values[at]) in columns for at in said) >= LEAST_HEADINGS:
            continue  # the headings once more, for a page of its own
        cells = {heading: _cell(grid, row, at) for heading, at in columns.items()}
        rows.append(ReturnedRow(number=row + 1, cells=cells, beyond=beyond))
        others += [
            {"sheet": grid.name, "cell": _address(row, at), "text": text_of(values[at])}
            for at in said
            if at not in mine and (row, at) not in grid.spread
        ]
    return rows, others


def _cell(grid: Grid, row: int, column: int) -> Cell:
    values = grid.rows[row]
    value = values[column] if column < len(values) else ""
    return Cell(address=_address(row, column), value=value, broken=grid.broken.get((row, column), ""))


def _address(row: int, column: int) -> str:
    return f"{column_letter(column)}{row + 1}"
