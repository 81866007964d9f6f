"""The way to the ledger: one engine for each URL, what its errors may say, one transaction at a time, migrations."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, select, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.orm import Session

import models.ledger  # noqa: F401  (tables name one another by words: all are known wherever one is used)
from models.calendar import FIRST_YEAR, LAST_YEAR, CalendarDay, CalendarYear, known_year
from models.case import MOVES, AllowedMove
from models.clause import Clause, empty_slots
from models.clock import Clock
from models.journal import OfficeChain
from models.policy import PolicyNumber, default_numbers
from models.refusals import NewerLedger
from settings import settings

MIGRATIONS = Path(__file__).parent / "migrations" / "versions"


@cache
def engine(url: str) -> Engine:
    """Return the engine of a database; values never reach its error messages."""
    return _discreet(
        create_engine(
            url,
            hide_parameters=True,
            pool_size=20,
            max_overflow=20,
            pool_pre_ping=True,
            connect_args={"options": "-c timezone=UTC"},
        )
    )


@contextmanager
def connection_apart() -> Iterator[Connection]:
    """Open a connection for one transaction on one snapshot, which is rolled back; nobody used it before or will after.

    So no statement was prepared on it, which would go on to mean the tables that it meant.
    """
    made = create_engine(
        settings().ledger_url,
        hide_parameters=True,
        poolclass=NullPool,
        isolation_level="REPEATABLE READ",
        connect_args={"options": "-c timezone=UTC", "prepare_threshold": None},
    )
    with _discreet(made).connect() as connection:
        yield connection


def _discreet(made: Engine) -> Engine:
    event.listen(made, "handle_error", _keep_values_out)
    return made


def _keep_values_out(context: ExceptionContext) -> None:
    """Leave of a complaint of the server's what quotes no value: tracebacks and logs are read by others.

    DETAIL and CONTEXT quote rows, with names and telephone numbers; of class 22, data exceptions, the message does too.
    """
    fault, wrapped = context.original_exception, context.sqlalchemy_exception
    if not isinstance(fault, psycopg.Error) or fault.sqlstate is None:
        return  # no complaint of the server's, but of the connection or the driver
    message = "" if fault.sqlstate.startswith("22") else f": {fault.diag.message_primary}"
    said = f"{type(fault).__name__} {fault.sqlstate}{message}"
    fault.args = (said,)
    if wrapped is not None:
        wrapped.args = (said,)


@contextmanager
def transaction() -> Iterator[Session]:
    """Open one transaction on the ledger: committed at the end, rolled back by any exception."""
    with Session(engine(settings().ledger_url), expire_on_commit=False) as session, session.begin():
        yield session


def migrate(url: str) -> None:
    """Bring the ledger's schema to this release and add the rows that every ledger begins with. Raises NewerLedger."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "models:migrations")
    with engine(url).begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(20150528)"))
        if _version(connection) not in {None, *_releases()}:
            raise NewerLedger
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        with Session(connection) as session:
            seed(session)
            session.flush()


def is_current(url: str) -> bool:
    """Whether the ledger has this release's schema; asked at each command, so without Alembic."""
    with engine(url).connect() as connection:
        return _version(connection) == max(_releases())


def _version(connection: Connection) -> str | None:
    """Return the revision at which the ledger stands; None where there is no ledger yet."""
    if not connection.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL")):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def _releases() -> set[str]:
    return {path.name.split("_")[0] for path in MIGRATIONS.glob("[0-9]*.py")}


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
    numbers = {tuple(row) for row in session.execute(select(PolicyNumber.key, PolicyNumber.grade, PolicyNumber.kind))}
    session.add_all(each for each in default_numbers() if (each.key, each.grade, each.kind) not in numbers)
    if session.get(Clause, 1) is None:
        session.add_all(empty_slots())
