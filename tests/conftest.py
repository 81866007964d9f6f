"""A real PostgreSQL for the tests: one server a worker process, one new ledger a test, made from a template."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.orm import Session

from deployments.postgres import ensure_postgres, stop_postgres
from models.clock import today
from models.database import engine, migrate
from settings import Settings, settings
from tasks.registry_file import load_registry

pytest_plugins = ["tests.running"]  # the fixtures `running_system` and `system`

SAMPLE_REGISTRY = Path(__file__).parents[1] / "deployments" / "sample" / "registry.xlsx"
EMPTY, WITH_REGISTRY = "ledger_empty", "ledger_with_registry"
_names = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[Settings]:
    """Start a server with two templates: a migrated ledger, and one that knows the sample registry."""
    home = Path(tempfile.mkdtemp(prefix="zhiyong-tests-"))
    home.chmod(0o755)
    here = replace(settings(), home=home, database_url=None)
    ensure_postgres(here)
    with _connect(here) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute(f"CREATE DATABASE {EMPTY} TEMPLATE ledger")
    migrate(_url(here, EMPTY))
    engine(_url(here, EMPTY)).dispose()
    with _connect(here) as connection:
        connection.execute(f"CREATE DATABASE {WITH_REGISTRY} TEMPLATE {EMPTY}")
    with Session(engine(_url(here, WITH_REGISTRY))) as session, session.begin():
        load_registry(session, SAMPLE_REGISTRY, today=today(session))
    engine(_url(here, WITH_REGISTRY)).dispose()
    yield here
    stop_postgres(here)
    shutil.rmtree(home)


@pytest.fixture
def empty_ledger(server: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the test a ledger of its own that knows no unit; return its URL."""
    yield from _ledger(EMPTY, server, tmp_path, monkeypatch)


@pytest.fixture
def ledger(server: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the test a ledger of its own with the sample registry; return its URL."""
    yield from _ledger(WITH_REGISTRY, server, tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def shared_ledger(server: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give a whole file of tests one ledger with the sample registry: none of them commits anything."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield from _ledger(WITH_REGISTRY, server, tmp_path_factory.mktemp("home"), monkeypatch)


@pytest.fixture
def uncommitted(shared_ledger: str) -> Iterator[Session]:
    """Open a session on the file's shared ledger; all that is done in it is undone."""
    with Session(engine(shared_ledger), expire_on_commit=False) as session:
        yield session
        session.rollback()


@pytest.fixture
def session(empty_ledger: str) -> Iterator[Session]:
    """Open a session on a ledger that knows no unit."""
    with Session(engine(empty_ledger)) as session:
        yield session


def _ledger(template: str, server: Settings, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    name = f"test_{os.getpid()}_{next(_names)}"
    with _connect(server) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    url = _url(server, name)
    monkeypatch.setenv("ZHIYONG_DATABASE_URL", url)
    monkeypatch.setenv("ZHIYONG_HOME", str(home))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    yield url
    engine(url).dispose()
    with _connect(server) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _connect(server: Settings) -> psycopg.Connection:
    return psycopg.connect(host=str(server.socket_folder), user="zhiyong", dbname="postgres", autocommit=True)


def _url(server: Settings, database: str) -> str:
    return f"postgresql+psycopg://zhiyong@/{database}?host={server.socket_folder}"
