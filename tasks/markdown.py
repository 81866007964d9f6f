"""Tables of the pages that administrators see in Prefect."""

from collections.abc import Iterable, Sequence


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Write a table in Markdown, line by line, with an empty line after it."""
    return [_line(headings), _line(["---"] * len(headings)), *map(_line, rows), ""]


def _line(cells: Sequence[object]) -> str:
    return f"| {' | '.join(str(cell).replace('|', '｜') for cell in cells)} |"
