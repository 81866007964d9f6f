"""The whole system with its real parts: up in the background, looked at, hurt, and down."""

import io
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.console import Console

from deployments import processes
from deployments.problem import StackProblem
from deployments.stack import SUPERVISOR, WORKER, down, status, up
from models.database import engine
from settings import Settings

COUNTS = {"open_cases": 3, "waiting": 2, "overdue": 1, "outbox": 0, "stuck": 0, "alive": True, "running": 0}


@pytest.fixture
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    settings = Settings(home=tmp_path_factory.mktemp("h"), database_url=None, prefect_api_url=None)
    yield settings
    down(settings)
    engine(settings.ledger_url).dispose()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def start(here: Settings, port: int) -> str:
    screen = io.StringIO()
    console = Console(file=screen)
    up(here, console=console, links=lambda ui: [f"待办运行：{ui}/runs?tags=[待办]"], port=port, detach=True)
    return screen.getvalue()


def test_up_and_down(here: Settings) -> None:
    port = free_port()
    screen = start(here, port)
    ui = f"http://127.0.0.1:{port}"
    assert f"管理界面：{ui}\n待办运行：{ui}/runs?tags=[待办]\n" in screen
    assert status(here, read_ledger=lambda: COUNTS) == {
        "database": {"embedded": True, "running": True},
        "prefect_api": f"{ui}/api",
        "ui": ui,
        "worker": {"alive": True, "running": 0},
        "open_cases": 3,
        "waiting": 2,
        "overdue": 1,
        "outbox": 0,
        "stuck": 0,
    }
    with pytest.raises(StackProblem, match=ui) as caught:
        start(here, port)
    assert caught.value.code == "already-running"

    worker = processes.find(here, WORKER)
    assert worker is not None
    os.kill(worker.pid, signal.SIGKILL)
    wait_until(lambda: processes.find(here, WORKER) not in (None, worker))

    supervisor = processes.find(here, SUPERVISOR)
    assert supervisor is not None
    os.kill(supervisor.pid, signal.SIGKILL)
    wait_until(lambda: not processes.alive(supervisor))
    assert down(here) == ["工作进程已停止。", "Prefect 服务已停止。", "数据库已停止。"]
    assert down(here) == ["没有正在运行的服务。"]


def test_status_of_a_home_where_nothing_ever_ran(tmp_path: Path) -> None:
    nowhere = Settings(home=tmp_path / "nowhere", database_url=None, prefect_api_url=None)
    assert status(nowhere, read_ledger=dict) == {
        "database": {"embedded": True, "running": False},
        "prefect_api": None,
        "ui": None,
        "worker": {"alive": False, "running": None},
        "open_cases": None,
        "waiting": None,
        "overdue": None,
        "outbox": None,
        "stuck": None,
    }
    assert not nowhere.home.exists()
