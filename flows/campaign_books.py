"""The units' workbooks of a self-inspection: written into the home, where the units' contacts get them. No Prefect."""

import re
from pathlib import Path
from uuid import UUID

from models.campaign_book import Issued
from reports.campaign_book import campaign_book
from reports.sheet_looks import save
from settings import settings
from tasks.campaign_issue import ToIssue, mark_issued


def issue_book(unit: ToIssue, *, shown_in: UUID | None = None) -> Path:
    """Write one unit's workbook unless it is there, and remember that it was issued, and which run shows it."""
    path = book_path(unit.issued)
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        save(path, campaign_book(unit.issued))
    mark_issued(unit.id, shown_in=shown_in)
    return path


def book_path(issued: Issued) -> Path:
    """Return where a unit's workbook lies: campaigns/2026-06/U01-区教育局.xlsx in the home."""
    name = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", f"{issued.unit_code}-{issued.unit_name}")
    return settings().campaigns / issued.period / f"{name}.xlsx"
