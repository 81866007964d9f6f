"""The run folder of a home: its background processes, known by pid and start time, and locks between commands."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from settings import Settings


@dataclass(frozen=True)
class Process:
    """One background process, as home/run/NAME.json remembers it.

    A pid alone may by now be anybody's; pid and start time together cannot.
    address: where it answers, "" if it serves nothing.
    """

    pid: int
    started: str
    address: str


_children: dict[int, subprocess.Popen[bytes]] = {}  # asked for their end, so that none stays as a zombie


def make_folder(settings: Settings, name: str) -> Path:
    """Return home/NAME, made if it is missing; others on the machine may not look into a home that we make."""
    folder = settings.home / name
    settings.home.parent.mkdir(parents=True, exist_ok=True)
    settings.home.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@contextmanager
def lock(settings: Settings, name: str, *, wait: bool = True) -> Iterator[None]:
    """Hold a lock of this home until the block ends or the process dies.

    Raises BlockingIOError if another process holds it and `wait` is false.
    """
    with (make_folder(settings, "run") / f"{name}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield


def environment(settings: Settings) -> dict[str, str]:
    """Return an environment in which a child reads the same settings, wherever ours came from."""
    said = {
        "ZHIYONG_HOME": str(settings.home),
        "ZHIYONG_DATABASE_URL": settings.database_url or "",
        "PREFECT_API_URL": settings.prefect_api_url or "",
        "ZHIYONG_WORK_POOL": settings.work_pool or "",
        "ZHIYONG_NOTICES": str(settings.notices_file or ""),
    }
    return {name: value for name, value in {**os.environ, **said}.items() if name not in said or value}


def log_file(settings: Settings, name: str) -> Path:
    """Where a background process writes; the file may not be there yet."""
    return make_folder(settings, "logs") / f"{name}.log"


def last_lines(path: Path, count: int = 8) -> str:
    """Return the end of a log, for the message that says why something failed."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-count:])
    except OSError:
        return ""


def spawn(
    settings: Settings, name: str, command: Sequence[str], *, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, so that Ctrl-C and the end of the terminal do not reach it.

    It writes to home/logs/NAME.log and runs in home/run: no .env, prefect.toml or pyproject.toml of the folder where
    somebody typed the command counts.
    """
    with log_file(settings, name).open("ab") as log:
        child = subprocess.Popen(
            command,
            cwd=make_folder(settings, "run"),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _children[child.pid] = child
    return child


def start(
    settings: Settings, name: str, command: Sequence[str], *, environment: Mapping[str, str], address: str = ""
) -> Process:
    """Spawn a process and remember it under its name."""
    child = spawn(settings, name, command, environment=environment)
    return record(settings, name, child.pid, address=address)


def record(settings: Settings, name: str, pid: int, *, address: str = "") -> Process:
    """Remember a running process under a name."""
    process = Process(pid, _start_time(pid) or "", address)
    path = _record(settings, name)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(asdict(process)))
    draft.replace(path)
    return process


def recorded(settings: Settings, name: str) -> Process | None:
    """Return what is remembered under a name, whether or not it still runs."""
    try:
        return Process(**json.loads(_record(settings, name).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def find(settings: Settings, name: str) -> Process | None:
    """Return the process of that name if it runs."""
    process = recorded(settings, name)
    return process if process and alive(process) else None


def alive(process: Process) -> bool:
    """Whether this very process still runs."""
    runs = process.started != "" and _start_time(process.pid) == process.started
    if child := _children.get(process.pid):
        child.poll()
    return runs


def stop(settings: Settings, name: str, *, patience: float) -> bool:
    """End the process of that name, by force after `patience` seconds, and forget it; False if it did not run."""
    process = find(settings, name)
    if process:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + patience
        while alive(process):
            if time.monotonic() > deadline:
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
            time.sleep(0.05)
    forget(settings, name)
    return process is not None


def forget(settings: Settings, name: str) -> None:
    """Drop what is remembered under a name."""
    _record(settings, name).unlink(missing_ok=True)


def _record(settings: Settings, name: str) -> Path:
    return settings.home / "run" / f"{name}.json"


def _start_time(pid: int) -> str | None:
    """When a process started, in the system's own words; None if there is none, or only its remains."""
    if sys.platform != "linux":
        words = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True).stdout
        state, _, began = words.strip().partition(" ")
        return None if state[:1] in {"", "Z"} else began.strip()
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    if state in {"Z", "X"} and int(fields[16]) <= 1:  # with more threads than the first it still holds its port
        return None
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{boot} {fields[18]}"  # ticks since that boot
