"""The way to the ledger: one engine for each URL, one transaction at a time, migrations and first rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import Session

from models.calendar import FIRST_YEAR, LAST_YEAR, CalendarDay, CalendarYear, known_year
from models.case import MOVES, AllowedMove
from models.clause import Clause, empty_slots
from models.clock import Clock
from models.journal import OfficeChain
from models.policy import PolicyNumber, default_numbers
from settings import settings

MIGRATIONS = Path(__file__).parent / "migrations" / "versions"


@cache
def engine(url: str) -> Engine:
    """Return the engine of a database; values never reach its error messages."""
    return create_engine(
        url,
        hide_parameters=True,
        pool_size=20,
        max_overflow=20,
        pool_pre_ping=True,
        connect_args={"options": "-c timezone=UTC"},
    )


@contextmanager
def transaction() -> Iterator[Session]:
    """Open one transaction on the ledger: committed at the end, rolled back by any exception."""
    with Session(engine(settings().ledger_url), expire_on_commit=False) as session, session.begin():
        yield session


def migrate(url: str) -> None:
    """Bring the ledger's schema to this release and add the rows that every ledger begins with."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "models:migrations")
    with engine(url).begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(20150528)"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        with Session(connection) as session:
            seed(session)
            session.flush()


def is_current(url: str) -> bool:
    """Whether the ledger has this release's schema; asked at each command, so without Alembic."""
    newest = max(path.name.split("_")[0] for path in MIGRATIONS.glob("[0-9]*.py"))
    with engine(url).connect() as connection:
        if not connection.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL")):
            return False
        return bool(connection.scalar(text("SELECT version_num = :newest FROM alembic_version"), {"newest": newest}))


def seed(session: Session) -> None:
    """Add what is missing of: the moves, the clock, the calendar, the policy numbers, the accountability slots."""
    known = {(move.from_status, move.to_status) for move in session.scalars(select(AllowedMove))}
    moves = {(here, there) for here, ways in MOVES.items() for there in ways}
    session.add_all(AllowedMove(from_status=here, to_status=there) for here, there in moves - known)
    if session.get(Clock, 1) is None:
        session.add_all([Clock(id=1), OfficeChain(id=1)])
    years = set(session.scalars(select(CalendarYear.year)))
    for number in range(FIRST_YEAR, LAST_YEAR + 1):
        if number not in years:
            year, days = known_year(number)
            session.add(year)
            session.flush()
            session.execute(
                CalendarDay.__table__.insert(),  # type: ignore[attr-defined]
                [{"day": each.day, "year": each.year, "working": each.working, "name": each.name} for each in days],
            )
    if session.scalar(select(PolicyNumber.id).limit(1)) is None:
        session.add_all(default_numbers())
    if session.get(Clause, 1) is None:
        session.add_all(empty_slots())
