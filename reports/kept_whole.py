"""Whether openpyxl keeps a workbook whole that it writes anew: known before by its parts, after by its cells."""

import io
import re
import zipfile

from models.grids import Grid, Grids

# Parts that openpyxl reads and writes again, or whose loss nobody sees; all others, pictures and the like, it drops.
_KEPT = re.compile(
    r"""\[Content_Types\]\.xml | _rels/\.rels | docProps/.* | customXml/.*
    | xl/(workbook|styles|sharedStrings|calcChain|vbaProject)\.(xml|bin) | xl/_rels/workbook\.xml\.rels | xl/theme/.*
    | xl/worksheets/(sheet[^/]*\.xml | _rels/.*) | xl/printerSettings/.* | xl/tables/.*
    | xl/(comments/?[^/]*\.xml | comments/.*) | xl/(drawings/)?(vmlDrawing|commentsDrawing)[^/]*\.vml""",
    re.VERBOSE,
)
# What a sheet may hold that it drops.
_LOST = re.compile(
    rb"<(?:\w+:)?(?:extLst|drawing|oleObjects|controls|picture|AlternateContent|customSheetViews|scenarios)\b"
)


def loses_nothing(content: bytes) -> bool:
    """Whether the workbook has only what openpyxl keeps."""
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        names = [name for name in zipped.namelist() if not name.endswith("/")]
        return all(_KEPT.fullmatch(name) for name in names) and not any(
            _LOST.search(zipped.read(name)) for name in names if name.startswith("xl/worksheets/sheet")
        )


def says_the_same(before: Grids, after: Grids, *, aside: str) -> bool:
    """Whether every cell of every sheet is still there: values, formulas, merged ranges. aside: our own sheet."""
    written = {grid.name: grid for grid in after.sheets}
    return all(
        grid.name in written and _said(grid) == _said(written[grid.name])
        for grid in before.sheets
        if grid.name != aside
    )


def _said(grid: Grid) -> tuple[object, ...]:
    """Return what a sheet says; of a formula that it is there, for its result is reckoned anew when it is opened."""
    values = {
        (row, column): value
        for row, line in enumerate(grid.rows)
        for column, value in enumerate(line)
        if value != "" and (row, column) not in grid.formulas and (row, column) not in grid.spread
    }
    return values, grid.formulas, frozenset(grid.merges), grid.stray
