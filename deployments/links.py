"""Ready-made addresses in the Prefect UI, which `zhiyong up` prints."""

from tasks.prefect_paths import OVERVIEW, page_path, waiting_runs_path


def waiting_runs(ui: str) -> str:
    """Return the address of the list of all runs that wait for somebody, not only those of the last seven days."""
    return ui + waiting_runs_path()


def overview(ui: str) -> str:
    """Return the address of the office's page: what is open, how urgent it is, and a link to every waiting run."""
    return ui + page_path(OVERVIEW)
