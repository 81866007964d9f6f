"""The migrations: from nothing to exactly the models, and harmless when they are run again."""

import itertools
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text, update
from sqlalchemy.orm import Session

from models.calendar import CalendarDay
from models.case import MOVES, AllowedMove
from models.clause import Clause
from models.clock import Clock
from models.database import engine, migrate, seed
from models.ledger import Base
from models.policy import Measured, PolicyNumber, default_numbers
from settings import Settings

NewDatabase = Callable[[], str]


@pytest.fixture(scope="module")
def nothing(server: Settings) -> Iterator[NewDatabase]:
    """Make databases that hold nothing at all; return their URLs."""
    made: list[str] = []
    count = itertools.count(1)

    def make() -> str:
        name = f"nothing_{next(count)}"
        with _administrator(server) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        made.append(name)
        return f"postgresql+psycopg://zhiyong@/{name}?host={server.socket_folder}"

    yield make
    for name in made:
        engine(f"postgresql+psycopg://zhiyong@/{name}?host={server.socket_folder}").dispose()
        with _administrator(server) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def migrated(nothing: NewDatabase) -> str:
    """Bring a database from nothing to this release; return its URL."""
    url = nothing()
    migrate(url)
    return url


def test_the_migrations_lead_from_nothing_to_exactly_the_models(migrated: str, nothing: NewDatabase) -> None:
    modelled = nothing()
    with engine(modelled).begin() as connection:
        connection.execute(text("CREATE EXTENSION pg_trgm"))
        Base.metadata.create_all(connection)
    for what, query in _CATALOGUE.items():
        assert catalogue(migrated, query) == catalogue(modelled, query), what


def test_alembic_itself_finds_nothing_to_do(migrated: str) -> None:
    with engine(migrated).connect() as connection, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Computed default")
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_there_is_one_line_of_revisions_and_a_ledger_stands_at_its_end(migrated: str) -> None:
    config = Config()
    config.set_main_option("script_location", "models:migrations")
    (head,) = ScriptDirectory.from_config(config).get_heads()
    with engine(migrated).connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == head


def test_migrating_twice_changes_nothing(migrated: str) -> None:
    before = contents(migrated)
    migrate(migrated)
    assert contents(migrated) == before


def test_two_who_migrate_at_once_do_not_meet(nothing: NewDatabase) -> None:
    url = nothing()
    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(migrate, url) for _ in range(2)]:
            done.result()
    assert contents(url)["allowed_move"] == sum(len(ways) for ways in MOVES.values())


def test_the_first_rows_are_the_moves_the_clock_the_days_the_numbers_and_the_slots(session: Session) -> None:
    moves = session.execute(select(AllowedMove.from_status, AllowedMove.to_status)).all()
    assert {tuple(move) for move in moves} == {(here, there) for here, ways in MOVES.items() for there in ways}
    clock = session.get_one(Clock, 1)
    assert (clock.simulated, clock.at) == (False, None)
    assert len(session.scalars(select(CalendarDay.day)).all()) == 33 * 365 + 9
    assert len(session.scalars(select(PolicyNumber.id)).all()) == len(default_numbers())
    assert len(session.scalars(select(Clause.slot)).all()) == 46


def test_seeding_again_keeps_what_the_office_has_changed(session: Session) -> None:
    session.add(
        PolicyNumber(key="filing", value=99, measured=Measured.HOURS, valid_from=date(2026, 5, 6), source="区定")
    )
    session.execute(update(Clause).where(Clause.slot == 1).values(text="核对过的原文"))
    session.execute(update(CalendarDay).where(CalendarDay.day == date(2026, 5, 6)).values(working=False))
    seed(session)
    session.flush()
    assert session.scalars(select(PolicyNumber.value).where(PolicyNumber.source == "区定")).all() == [99]
    assert len(session.scalars(select(PolicyNumber.id)).all()) == len(default_numbers()) + 1
    assert session.get_one(Clause, 1).text == "核对过的原文"
    assert not session.get_one(CalendarDay, date(2026, 5, 6)).working


def test_seeding_brings_a_move_that_a_new_release_adds(session: Session) -> None:
    session.execute(text("DELETE FROM allowed_move WHERE from_status = 'REVIEW' AND to_status = 'WRITE_OFF'"))
    seed(session)
    session.flush()
    assert session.get(AllowedMove, ("REVIEW", "WRITE_OFF")) is not None


_CATALOGUE = {
    "columns": "SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity,"
    " identity_generation, generation_expression FROM information_schema.columns WHERE table_schema = 'public'"
    " AND table_name <> 'alembic_version'",
    "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    " AND tablename <> 'alembic_version'",
}


def catalogue(url: str, query: str) -> set[tuple[object, ...]]:
    """Read what a database says of its own schema."""
    with engine(url).connect() as connection:
        return {tuple(row) for row in connection.execute(text(query))}


def contents(url: str) -> dict[str, int]:
    """Count the rows of every table."""
    with engine(url).connect() as connection:
        return {
            table: connection.scalar(text(f'SELECT count(*) FROM "{table}"')) or 0
            for table in sorted(inspect(connection).get_table_names())
        }


def _administrator(server: Settings) -> psycopg.Connection:
    return psycopg.connect(host=str(server.socket_folder), user="zhiyong", dbname="postgres", autocommit=True)
