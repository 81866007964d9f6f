"""The lock of whoever walks a case's path or wakes its run: it goes with him, also where his process is killed."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.database import engine
from models.refusals import UnknownCase
from settings import settings

SPACE = 1  # of advisory locks: those of cases
LOCK = text('SELECT id, pg_advisory_lock(:space, id::int) FROM "case" WHERE number = :number')


@contextmanager
def case_lock(number: str) -> Iterator[None]:
    """Hold the case's lock, waiting for it where somebody else is at it.

    Raises UnknownCase.
    """
    with engine(settings().ledger_url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        case_id = connection.scalar(LOCK, {"space": SPACE, "number": number})
        if case_id is None:
            raise UnknownCase(case=number)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:space, :case)"), {"space": SPACE, "case": case_id})


def try_case_lock(session: Session, case_id: int) -> bool:
    """Hold the case's lock until the session's transaction ends; False, at once, where somebody else is at it."""
    lock = {"space": SPACE, "case": case_id}
    return bool(session.scalar(text("SELECT pg_try_advisory_xact_lock(:space, :case)"), lock))


def walked_cases() -> set[int]:
    """Return the ids of the cases that somebody walks or wakes at this moment."""
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
