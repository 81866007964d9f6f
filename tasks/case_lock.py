"""The lock that a walk along a case's path holds: it goes when the walk ends, or with the process that walked."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select, text

from models.case import Case
from models.database import engine
from models.refusals import UnknownCase
from settings import settings

SPACE = 1  # of advisory locks: those of cases


@contextmanager
def case_lock(number: str) -> Iterator[None]:
    """Hold the case's lock, waiting for it where another walk is on its way.

    Raises UnknownCase.
    """
    with engine(settings().ledger_url).connect() as connection:
        case_id = connection.scalar(select(Case.id).where(Case.number == number))
        if case_id is None:
            raise UnknownCase(case=number)
        connection.execute(text("SELECT pg_advisory_lock(:space, :case)"), {"space": SPACE, "case": case_id})
        connection.commit()
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:space, :case)"), {"space": SPACE, "case": case_id})
            connection.commit()


def walked_cases() -> set[int]:
    """Return the ids of the cases whose path somebody walks at this moment."""
    with engine(settings().ledger_url).connect() as connection:
        return set(
            connection.scalars(
                text(
                    "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = :space AND granted"
                    " AND objsubid = 2 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                ),
                {"space": SPACE},
            )
        )
