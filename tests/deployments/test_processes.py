"""Background processes of a home: known by more than their pid."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from deployments import processes
from settings import Settings

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Settings]:
    settings = Settings(home=tmp_path / "home", database_url=None, prefect_api_url=None)
    yield settings
    processes.stop(settings, "worker", patience=0)


def start(settings: Settings, *command: str) -> processes.Process:
    return processes.start(settings, "worker", command, environment=os.environ, address="somewhere")


def test_a_process_is_found_again_and_stopped(here: Settings) -> None:
    process = start(here, "sleep", "600")
    assert processes.find(here, "worker") == process
    assert processes.stop(here, "worker", patience=10)
    assert not processes.alive(process)
    assert not processes.stop(here, "worker", patience=10)


def test_another_command_stops_it_too(here: Settings) -> None:
    process = start(here, "sleep", "600")
    program = (
        "from deployments.processes import stop; from settings import settings; stop(settings(), 'worker', patience=9)"
    )
    environment = {**os.environ, "ZHIYONG_HOME": str(here.home)}
    assert subprocess.run([sys.executable, "-c", program], env=environment).returncode == 0
    assert not processes.alive(process)


def test_one_that_heeds_no_signal_is_killed(here: Settings) -> None:
    process = start(here, sys.executable, "-c", DEAF)
    while "ready" not in processes.last_lines(processes.log_file(here, "worker")):
        assert processes.alive(process)
    assert processes.stop(here, "worker", patience=0.1)
    assert not processes.alive(process)


def test_one_that_ended_by_itself_is_only_remembered(here: Settings) -> None:
    process = start(here, "true")
    while processes.alive(process):
        pass
    assert processes.find(here, "worker") is None
    assert processes.recorded(here, "worker") == process
    assert not processes.stop(here, "worker", patience=10)
    assert processes.recorded(here, "worker") is None


def test_a_pid_that_went_to_somebody_else_is_left_alone(here: Settings) -> None:
    with subprocess.Popen(["sleep", "600"]) as stranger:
        processes.make_folder(here, "run")
        process = processes.record(here, "worker", stranger.pid)
        before_the_last_boot = processes.Process(**{**asdict(process), "started": "another time"})
        assert processes.alive(process)
        assert not processes.alive(before_the_last_boot)
        stranger.kill()


def test_a_spoilt_record_counts_as_none(here: Settings) -> None:
    (processes.make_folder(here, "run") / "worker.json").write_text('{"pid": ')
    assert processes.find(here, "worker") is None
    assert not processes.stop(here, "worker", patience=10)


def test_a_lock_is_held_against_other_commands_and_ends_with_its_block(here: Settings) -> None:
    with processes.lock(here, "x"), pytest.raises(BlockingIOError), processes.lock(here, "x", wait=False):
        pass
    with processes.lock(here, "x", wait=False):
        pass


def test_a_home_that_we_make_is_closed_to_others(here: Settings) -> None:
    processes.make_folder(here, "logs")
    assert here.home.stat().st_mode & 0o777 == 0o700
