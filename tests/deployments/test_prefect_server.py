"""A real Prefect server on the embedded PostgreSQL: started, kept, replaced, missed."""

import json
import os
import signal
import socket
import urllib.request
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from deployments import processes
from deployments.postgres import ensure_postgres, stop_postgres
from deployments.prefect_server import (
    NAME,
    answers,
    ensure_prefect_server,
    prefect_api,
    prefect_environment,
    stop_prefect_server,
)
from deployments.problem import StackProblem
from settings import Settings


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    settings = Settings(home=tmp_path_factory.mktemp("h"), database_url=None, prefect_api_url=None)
    ensure_postgres(settings)
    yield settings
    stop_prefect_server(settings)
    stop_postgres(settings)


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture
def api(home: Settings, port: int) -> str:
    """The URL of a server that runs: the first test that asks waits for it, the others find it there."""
    return ensure_prefect_server(home, port)


def get(url: str) -> dict[str, object]:
    with urllib.request.urlopen(url, timeout=10) as response:
        answer: dict[str, object] = json.load(response)
    return answer


def test_it_answers_and_is_kept(home: Settings, port: int, api: str) -> None:
    before = processes.find(home, NAME)
    assert api == f"http://127.0.0.1:{port}/api"
    assert prefect_api(home) == api
    assert ensure_prefect_server(home, port) == api
    assert processes.find(home, NAME) == before


@pytest.mark.usefixtures("api")
def test_its_tables_are_in_the_database_prefect(home: Settings) -> None:
    with psycopg.connect(f"postgresql://zhiyong@/prefect?host={home.socket_folder}") as connection:
        assert connection.execute("SELECT to_regclass('flow_run') IS NOT NULL").fetchone() == (True,)


def test_next_june_is_scheduled_and_waiting_cases_cost_nothing(api: str) -> None:
    server = get(f"{api}/admin/settings")["server"]
    assert isinstance(server, dict)
    assert server["services"]["scheduler"]["max_scheduled_time"] in {"P400D", 400 * 86400, "P1Y1M5D", "P1Y35D"}
    assert server["services"]["pause_expirations"]["loop_seconds"] == 3600
    assert server["analytics_enabled"] is False


def test_the_ui_asks_the_host_it_came_from(api: str) -> None:
    assert get(f"{api.removesuffix('/api')}/ui-settings")["api_url"] == "/api"


def test_one_that_was_killed_is_started_anew(home: Settings, port: int, api: str) -> None:
    killed = processes.find(home, NAME)
    assert killed is not None
    os.kill(killed.pid, signal.SIGKILL)
    while processes.alive(killed):
        pass
    assert prefect_api(home) is None
    assert ensure_prefect_server(home, port) == api
    assert answers(api)


def test_an_installation_of_the_users_is_only_asked_whether_it_answers(home: Settings, api: str) -> None:
    before = processes.find(home, NAME)
    theirs = replace(home, prefect_api_url=api)
    assert ensure_prefect_server(theirs) == api
    assert prefect_api(theirs) == api
    assert processes.find(home, NAME) == before


@pytest.mark.parametrize("path", ["", "/nowhere"])
def test_an_installation_of_the_users_that_does_not_answer(home: Settings, path: str) -> None:
    theirs = replace(home, prefect_api_url=f"http://clerk:geheim@127.0.0.1:{free_port()}{path}")
    with pytest.raises(StackProblem) as caught:
        ensure_prefect_server(theirs)
    assert caught.value.code == "prefect-unreachable"
    assert "geheim" not in caught.value.message


def test_a_port_that_somebody_else_uses(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = Settings(home=tmp_path_factory.mktemp("h"), database_url=None, prefect_api_url=None)
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        with pytest.raises(StackProblem, match="--port") as caught:
            ensure_prefect_server(settings, somebody.getsockname()[1])
    assert caught.value.code == "port-in-use"


def test_an_address_that_is_not_of_this_machine(home: Settings) -> None:
    with pytest.raises(StackProblem) as caught:
        ensure_prefect_server(replace(home, home=home.home / "other"), host="192.0.2.1")
    assert caught.value.code == "bad-address"


def test_one_that_dies_at_its_start_shows_the_end_of_its_log(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = Settings(home=tmp_path_factory.mktemp("h"), database_url=None, prefect_api_url=None)
    with pytest.raises(StackProblem, match="No such file or directory") as caught:  # there is no PostgreSQL
        ensure_prefect_server(settings, free_port())
    assert caught.value.code == "prefect-server-failed"
    assert processes.recorded(settings, NAME) is None


def test_the_users_own_profile_is_not_read_but_his_environment_is(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_PROFILE", "cloud")
    monkeypatch.setenv("PREFECT_HOME", "/somewhere")
    monkeypatch.setenv("PREFECT_LOGGING_LEVEL", "DEBUG")
    monkeypatch.setenv("no_proxy", "intranet")
    environment = prefect_environment(home, 4300, "0.0.0.0")
    assert "PREFECT_PROFILE" not in environment
    assert environment["PREFECT_HOME"] == str(home.home / "prefect")
    assert environment["PREFECT_LOGGING_LEVEL"] == "DEBUG"
    assert environment["PREFECT_API_URL"] == "http://127.0.0.1:4300/api"
    assert environment["no_proxy"] == "intranet,127.0.0.1,localhost"
    assert environment["ZHIYONG_HOME"] == str(home.home)
