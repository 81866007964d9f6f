"""The units' workbooks of a self-inspection: written into the home, where the units' contacts get them. No Prefect."""

import re
from pathlib import Path
from uuid import UUID

from reports.campaign_book import write_campaign_book
from settings import settings
from tasks.campaign_issue import ToIssue, mark_issued


def issue_book(unit: ToIssue, *, shown_in: UUID | None = None) -> Path:
    """Write one unit's workbook unless it is there, and remember that it was issued, and which run shows it."""
    path = book_path(unit)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".part")
        write_campaign_book(
            draft,
            period=unit.period,
            title=unit.title,
            unit_code=unit.unit_code,
            unit_name=unit.unit_name,
            due_on=unit.due_on,
            book=unit.book,
            checksum=unit.checksum,
        )
        draft.replace(path)
    mark_issued(unit.id, shown_in=shown_in)
    return path


def book_path(unit: ToIssue) -> Path:
    """Return where a unit's workbook lies: campaigns/2026-06/U01-区教育局.xlsx in the home."""
    name = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", f"{unit.unit_code}-{unit.unit_name}")
    return settings().campaigns / unit.period / f"{name}.xlsx"
