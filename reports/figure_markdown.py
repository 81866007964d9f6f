"""Tables of figures in Markdown: the first column is words, the others are numbers."""

from collections.abc import Iterable, Sequence


def markdown_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table."""
    lines = [headings, ["---", *(["---:"] * (len(headings) - 1))], *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
