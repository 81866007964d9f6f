"""Where the Prefect UI shows things: paths below its address, of the UI that `/` opens."""

from urllib.parse import urlencode
from uuid import UUID

_UI = "/v2"
OVERVIEW = "office-overview"  # key of the office's page
MORNING = "office-morning"  # key of the page of a working day
LEDGERS = "ledgers"  # key of the page that lists the ledgers' workbooks


def run_path(run_id: UUID) -> str:
    """Return the path of a run's page."""
    return f"{_UI}/runs/flow-run/{run_id}"


def page_path(key: str) -> str:
    """Return the path of a page, that is of a Markdown artifact, by its key."""
    return f"{_UI}/artifacts/key/{key}"


def waiting_runs_path() -> str:
    """Return the path of the list of all runs that wait for somebody, the oldest first.

    Without a filter of its own the list shows only what began in the last seven days; with one, all.
    """
    return f"{_UI}/runs?{urlencode({'state': 'Suspended', 'sort': 'START_TIME_ASC'})}"
