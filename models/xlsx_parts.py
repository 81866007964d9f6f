"""What of an .xlsx file calamine does not tell: formulas without a result, errors, cells far beyond any form."""

import io
import re
import zipfile
from dataclasses import dataclass
from xml.etree import ElementTree

Place = tuple[int, int]

_NAMESPACE = re.compile(r"\{[^}]*\}")
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_ROW_FAR = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br=\"(\d{4,})\"")
_COLUMN_FAR = re.compile(rb"\br=\"[A-Z]{3}\d+\"")
_AT = re.compile(rb"\br=\"([A-Z]{1,3})(\d+)\"")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)\b[^>]*>([^<]*)<")
_HAS_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
NO_RESULT = "没有结果"
MOST_CELLS = 20_000_000  # of a sheet that is read whole


@dataclass(frozen=True, kw_only=True)
class Part:
    """One sheet: cells whose formula has no result or an error, cells with a formula, cells beyond the limits."""

    broken: dict[Place, str]
    formulas: frozenset[Place]
    stray: tuple[Place, ...]


def within(content: bytes, *, rows: int, columns: int) -> tuple[bytes, dict[str, Part]]:
    """Return the workbook without cells beyond the limits, which would fill the memory, and what each sheet hides.

    Raises ValueError, KeyError, BadZipFile where its parts do not fit together.
    """
    parts: dict[str, Part] = {}
    cut: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        for name, path in sheet_parts(zipped).items():
            xml = zipped.read(path)
            stray = _stray(xml, rows=rows, columns=columns)
            if stray:
                cut[path] = _without(xml, stray)
            parts[name] = _part(xml, tuple(sorted(stray)))
        return (_with_parts(zipped, cut) if cut else content), parts


def too_large(content: bytes, *, cells: int = MOST_CELLS) -> str | None:
    """Return the name of a sheet whose cells, from the first to the farthest, would fill the memory; None if none does.

    A single stray cell at the end of a sheet is enough. Of what is no .xlsx nothing is said.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as zipped:
            for name, path in sheet_parts(zipped).items():
                places = {(found[1], int(found[2])) for found in _AT.finditer(zipped.read(path))}
                rows = max((row for _, row in places), default=0)
                columns = max((_column(letters) for letters, _ in places), default=0)
                if rows * columns > cells:
                    return name
    except Exception:  # however it is damaged or locked: whoever reads it says so
        return None
    return None


def sheet_parts(zipped: zipfile.ZipFile) -> dict[str, str]:
    """Return where each worksheet stands in the file, by its name."""
    targets = {
        each.get("Id"): each.get("Target", "")
        for each in _elements(zipped.read("xl/_rels/workbook.xml.rels"))
        if each.tag == "Relationship"
    }
    found = {}
    for each in _elements(zipped.read("xl/workbook.xml")):
        if each.tag == "sheet":
            target = targets[next(value for key, value in each.items() if _NAMESPACE.sub("", key) == "id")]
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if path in zipped.namelist():
                found[each.get("name", "")] = path
    return found


def _elements(xml: bytes) -> list[ElementTree.Element]:
    try:
        root = ElementTree.fromstring(xml)
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from error
    found = list(root.iter())
    for each in found:
        each.tag = _NAMESPACE.sub("", each.tag)
    return found


def _part(xml: bytes, stray: tuple[Place, ...]) -> Part:
    broken: dict[Place, str] = {}
    formulas: set[Place] = set()
    if _HAS_FORMULA.search(xml) or b't="e"' in xml:
        for cell in _CELL.finditer(xml):
            attributes, inside = cell[1], cell[2] or b""
            place = _place(attributes)
            if place is None:
                continue
            value = _VALUE.search(inside)
            if _HAS_FORMULA.search(inside):
                formulas.add(place)
                if value is None or (not value[1] and b't="str"' not in attributes):
                    broken[place] = NO_RESULT
            if b't="e"' in attributes:
                broken[place] = value[1].decode("ascii", "replace") if value else "#N/A"
    return Part(broken=broken, formulas=frozenset(formulas), stray=stray)


def _stray(xml: bytes, *, rows: int, columns: int) -> set[Place]:
    if not _COLUMN_FAR.search(xml) and not any(int(row[1]) > rows for row in _ROW_FAR.finditer(xml)):
        return set()
    places = (_place(cell[1]) for cell in _CELL.finditer(xml) if cell[2])
    return {each for each in places if each is not None and (each[0] >= rows or each[1] >= columns)}


def _without(xml: bytes, places: set[Place]) -> bytes:
    return _CELL.sub(lambda cell: b"" if _place(cell[1]) in places else cell[0], xml)


def _place(attributes: bytes) -> Place | None:
    found = _AT.search(attributes)
    if found is None:
        return None
    return int(found[2]) - 1, _column(found[1]) - 1


def _column(letters: bytes) -> int:
    """Return a column's place, from 1."""
    column = 0
    for letter in letters:
        column = 26 * column + letter - 64
    return column


def _with_parts(zipped: zipfile.ZipFile, changed: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for part in zipped.infolist():
            copy.writestr(part.filename, changed.get(part.filename) or zipped.read(part))
    return target.getvalue()
