"""报表文件夹: where what is written by schedule lies, by year and day, for the system's user alone."""

from datetime import date
from pathlib import Path

from settings import settings


def shelf_of(day: date) -> Path:
    """Return the folder of a day, which is made where it is not there."""
    folder = settings().reports / f"{day.year}" / day.isoformat()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def link_to(file: Path) -> str:
    """Write a link to a file in Markdown, and where it lies: a browser follows the link on the same machine alone."""
    return f"[{file.name}]({file.resolve().as_uri()})（`{file}`）"
