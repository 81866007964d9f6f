"""The running system of the tests: PostgreSQL, Prefect server, deployments and a worker, in a home of its own."""

import inspect
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import psycopg
import pytest

from deployments import processes
from deployments.postgres import ensure_postgres, stop_postgres
from deployments.prefect_server import ensure_prefect_server, prefect_environment, stop_prefect_server
from models.clock import today
from models.database import engine, migrate, transaction
from settings import Settings
from tasks.registry_file import load_registry

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient  # imported late: most tests do without its two seconds

SAMPLE_REGISTRY = Path(__file__).parents[1] / "deployments" / "sample" / "registry.xlsx"
WORKER = "worker"
T = TypeVar("T")


class RunningSystem:
    """What `zhiyong up` starts, without a supervisor that would bring back what a test ends."""

    def __init__(self, home: Path, port: int) -> None:
        """Name it; nothing is started."""
        self.home, self.port = home, port
        self.settings = Settings(home=home, database_url=None, prefect_api_url=None)
        self.ui = f"http://127.0.0.1:{port}"
        self.api = f"{self.ui}/api"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a child that belongs to this system: a worker, the zhiyong command."""
        return prefect_environment(self.settings, self.port)

    def start(self) -> None:
        """Start everything on a new ledger that knows the sample registry."""
        ensure_postgres(self.settings)
        with self.database("postgres") as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        migrate(self.settings.ledger_url)
        with self.entered(), transaction() as session:
            load_registry(session, SAMPLE_REGISTRY, today=today(session))
        self.start_server()
        self.run("-m", "deployments.schedules")
        self.start_worker()

    def bring_back(self) -> None:
        """Start what a test has left stopped."""
        ensure_postgres(self.settings)
        self.start_server()
        if processes.find(self.settings, WORKER) is None:
            self.start_worker()

    def stop(self) -> None:
        """Stop everything and forget it."""
        processes.stop(self.settings, WORKER, patience=30)
        stop_prefect_server(self.settings)
        engine(self.settings.ledger_url).dispose()
        stop_postgres(self.settings)
        shutil.rmtree(self.home)

    def start_server(self) -> None:
        """Start the Prefect server, and wait until it answers."""
        ensure_prefect_server(self.settings, self.port)

    def stop_server(self) -> None:
        """Stop the Prefect server."""
        stop_prefect_server(self.settings)

    def start_worker(self) -> None:
        """Start the worker."""
        command = [sys.executable, "-m", "deployments.worker"]
        processes.start(self.settings, WORKER, command, environment=self.environment)

    def stop_worker(self) -> None:
        """Let the worker end what it has begun."""
        processes.stop(self.settings, WORKER, patience=30)

    def restart_worker(self) -> None:
        """Stop the worker in good order and start another."""
        self.stop_worker()
        self.start_worker()

    def kill_worker(self) -> None:
        """End the worker as a power cut would."""
        worker = processes.find(self.settings, WORKER)
        assert worker is not None
        os.kill(worker.pid, signal.SIGKILL)
        while processes.alive(worker):
            pass

    def run(self, *arguments: str) -> str:
        """Run Python with these arguments in the system's environment; return what it printed."""
        command = [sys.executable, *arguments]
        ended = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Have this process mean this system's ledger and Prefect server."""
        from prefect.settings import PREFECT_API_URL, temporary_settings

        with pytest.MonkeyPatch.context() as monkeypatch, temporary_settings({PREFECT_API_URL: self.api}):
            monkeypatch.setenv("ZHIYONG_HOME", str(self.home))
            monkeypatch.delenv("ZHIYONG_DATABASE_URL", raising=False)
            monkeypatch.delenv("PREFECT_API_URL", raising=False)
            yield

    def client(self) -> "SyncPrefectClient":
        """Return a client of its Prefect server, to be used in a `with`."""
        from prefect.client.orchestration import SyncPrefectClient

        return SyncPrefectClient(self.api)

    def database(self, name: str) -> psycopg.Connection:
        """Connect to one of its databases, `ledger` or `prefect`."""
        folder = str(self.settings.socket_folder)
        return psycopg.connect(host=folder, user="zhiyong", dbname=name, autocommit=True)


@pytest.fixture(scope="session")
def running_system() -> Iterator[RunningSystem]:
    """Start the system once; it is stopped when the session ends."""
    home = Path(tempfile.mkdtemp(prefix="zhiyong-running-"))
    home.chmod(0o755)
    system = RunningSystem(home, free_port())
    try:
        system.start()
        yield system
    finally:
        system.stop()


@pytest.fixture
def system(running_system: RunningSystem) -> Iterator[RunningSystem]:
    """Give the test the running system, all of it running; its own ledger calls mean that ledger."""
    running_system.bring_back()
    with running_system.entered():
        yield running_system


def until(condition: Callable[[], T], within: float = 30) -> T:
    """Wait until something is true, and return it; fail after so many seconds."""
    deadline = time.monotonic() + within
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not so after {within} seconds: {inspect.getsource(condition).strip()}"
        time.sleep(0.02)
    return found


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
