"""Reports as they are read back from the workbook: each line by its headings, and what the last row adds up."""

from pathlib import Path
from typing import Any

import openpyxl

from reports.catalogue import REPORTS, write_report

HEAD = 3  # the first row of headings, below the title and what is said of the report's origin


def lines(name: str, **scope: Any) -> list[dict[str, Any]]:
    """Write a report and return its lines, without what is empty; a heading below a group is `group/heading`."""
    sheet, headings, first, count = _written(name, **scope)
    rows = sheet.iter_rows(min_row=first, max_row=first + count - 1, values_only=True) if count else ()
    return [_by_heading(headings, row) for row in rows]


def totals(name: str, *, formulas: bool = False, **scope: Any) -> dict[str, Any]:
    """Write a report and return its last row: what the formulas come to, or the formulas themselves."""
    sheet, headings, first, count = _written(name, formulas=formulas, **scope)
    below = first + max(count, 1)  # where there is none, a line says so
    row = next(sheet.iter_rows(min_row=below, max_row=below, values_only=True))
    return _by_heading(headings, row)


def every_text(file: Path) -> str:
    """Return all that can be read in a workbook: cells, comments, defined names, properties."""
    book = openpyxl.load_workbook(file)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    found = [str(cell.value) for cell in cells] + [str(cell.comment.text) for cell in cells if cell.comment]
    found += [str(name) for sheet in (book, *book) for name in sheet.defined_names.values()]
    found += [str(value) for value in vars(book.properties).values()]
    found += [f"{each.name} {each.value}" for each in book.custom_doc_props.props]
    return "\n".join(found)


def _written(name: str, *, formulas: bool = False, **scope: Any) -> tuple[Any, list[str], int, int]:
    file = Path(f"{name}.xlsx")
    written = write_report(name, out=file, **scope)
    sheet = openpyxl.load_workbook(file, data_only=not formulas)[REPORTS[name].title]
    rows = 2 if any(column.group for column in REPORTS[name].columns) else 1
    above = [cell.value for cell in sheet[HEAD]]
    below = [cell.value for cell in sheet[HEAD + 1]] if rows == 2 else [None] * len(above)
    headings: list[str] = []
    for at, (group, heading) in enumerate(zip(above, below, strict=True)):
        over = group or headings[at - 1].split("/")[0]
        headings.append(f"{over}/{heading}" if heading else over)
    return sheet, headings, HEAD + rows, written["rows"]


def _by_heading(headings: list[str], row: tuple[Any, ...]) -> dict[str, Any]:
    plain = (value.date() if hasattr(value, "date") else value for value in row)
    return {heading: value for heading, value in zip(headings, plain, strict=True) if value is not None}
