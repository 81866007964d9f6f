"""Ready-made addresses in the Prefect UI."""


def waiting_runs(ui: str) -> str:
    """Return the address of the list of all runs that wait for somebody, not only those of the last seven days."""
    return f"{ui}/runs?state=Suspended&range=-31536000"
