"""What every command but `up` and `demo` needs: a ledger that runs and has this release's schema."""

from deployments.postgres import ensure_postgres
from models.database import is_current, migrate
from models.journal import Actor
from settings import settings


def ready_ledger() -> None:
    """Start the embedded PostgreSQL if needed, and bring a new or older ledger to this release.

    Raises StackProblem.
    """
    here = settings()
    ensure_postgres(here)
    if not is_current(here.ledger_url):
        migrate(here.ledger_url)


def acting(code: str) -> Actor:
    """Return who acts by the command line: the officer named, and whoever is logged in on this machine."""
    return Actor(code=code.strip())
