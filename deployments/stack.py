"""The whole system as one thing: up, down, how it is, and the supervision that keeps it up."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from rich.console import Console

from deployments import prefect_server, processes
from deployments.postgres import ensure_postgres, postgres_running, stop_postgres
from deployments.problem import StackProblem, failures_explained
from settings import Settings
from settings import settings as read_settings

SUPERVISOR, SERVER, WORKER = "supervisor", prefect_server.NAME, "worker"
TITLES = {WORKER: "工作进程", SERVER: "Prefect 服务"}  # in the order in which they are stopped
# Seconds: a worker finishes the segments it is in, a supervisor waits for the worker, the server and PostgreSQL.
PATIENCE = {WORKER: 30, SERVER: 10, SUPERVISOR: 120}
LONGEST_PAUSE = 60  # seconds between two attempts to bring back what keeps dying
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def up(
    settings: Settings,
    *,
    console: Console,
    links: Callable[[str], list[str]],
    port: int = prefect_server.PORT,
    host: str = prefect_server.HOST,
    detach: bool = False,
) -> None:
    """Start everything and keep it up until Ctrl-C, SIGTERM or `down`; with `detach` a background process keeps it.

    Progress goes to the console. When all is ready, `links` gets the UI's address and returns the lines to show under
    it. Whatever ends this early, what was started is stopped again. Raises StackProblem, with code `already-running`
    for a second `up` on the same home.
    """
    begun = time.monotonic()
    with suppress(KeyboardInterrupt), running(settings, console=console, port=port, host=host, keep=detach) as ui:
        _say(console, f"系统已就绪，用时 {time.monotonic() - begun:.1f} 秒。", f"管理界面：{ui}", *links(ui))
        if not detach:
            _say(console, "按 Ctrl-C 停止。")
            _keep_up(settings, port, host, console)


@contextmanager
def running(
    settings: Settings, *, console: Console, port: int, host: str = prefect_server.HOST, keep: bool = False
) -> Iterator[str]:
    """Have everything up until the block ends, and yield the UI's address; with `keep` it stays up after that.

    Whatever ends the block early, what was started is stopped again; a signal does as KeyboardInterrupt. Raises
    StackProblem, with code `already-running` where this home is up.
    """
    with failures_explained():
        with _supervising(settings, console) as ending:
            yield _start_all(settings, port, host, console)
            if keep:
                ending.pop_all()
        if keep:
            _hand_over(settings, port, host)


@failures_explained()
def down(settings: Settings) -> list[str]:
    """Stop everything of this home, whoever started it and however it ended; return what was found, a line each."""
    words = []
    if processes.stop(settings, SUPERVISOR, patience=PATIENCE[SUPERVISOR]):
        words.append("系统已停止。")
    return words + _stop_all(settings) or ["没有正在运行的服务。"]


@failures_explained()
def status(settings: Settings, *, read_ledger: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Say how the system is; nothing is started for it.

    `read_ledger` is called only while the database runs and returns `open_cases`, `waiting`, `overdue`, `outbox`,
    `stuck`, whether any worker is `alive`, and `running`, how many cases are walked now. While it is down these are
    None.
    """
    running = postgres_running(settings)
    api = prefect_server.prefect_api(settings)
    ledger = read_ledger() if running else {}
    return {
        "database": {"embedded": settings.database_url is None, "running": running},
        "prefect_api": api,
        "ui": _ui(api) if api else None,
        "worker": {"alive": ledger.get("alive", False), "running": ledger.get("running")},
        **{count: ledger.get(count) for count in ("open_cases", "waiting", "overdue", "outbox", "stuck")},
    }


def supervise(settings: Settings, port: int, host: str) -> None:
    """Keep up what `up --detach` has started, until SIGTERM; the main function of the background process."""
    console = Console(width=200)
    with suppress(KeyboardInterrupt), _supervising(settings, console):
        _keep_up(settings, port, host, console)


def _hand_over(settings: Settings, port: int, host: str) -> None:
    """Leave the running system to a background supervisor, and wait until it has taken over."""
    command = [sys.executable, "-m", "deployments.stack", str(port), host]
    supervisor = processes.spawn(settings, SUPERVISOR, command, environment=processes.environment(settings))
    while processes.find(settings, SUPERVISOR) is None:
        if supervisor.poll() is not None:
            log = processes.log_file(settings, SUPERVISOR)
            raise StackProblem(
                "supervisor-failed", f"后台监护未能启动，日志 {log} 的末尾为：\n{processes.last_lines(log)}"
            )
        time.sleep(0.05)


@dataclass
class _Charge:
    """Something that must stay up; attempts to bring it back come at growing intervals while it keeps dying."""

    title: str
    runs: Callable[[], bool]
    start: Callable[[], object]
    pause: float = 0
    next_attempt: float = 0

    def look_after(self, console: Console) -> None:
        """Start it again if it ended and the pause is over."""
        now = time.monotonic()
        if self.runs():
            if now > self.next_attempt + LONGEST_PAUSE:
                self.pause = 0
            return
        if now < self.next_attempt:
            return
        _say(console, f"{time.strftime('%m-%d %H:%M:%S')} {self.title}意外退出，正在重新启动……")
        try:
            with failures_explained():
                self.start()
        except StackProblem as problem:
            _say(console, problem.message)
        self.pause = min(2 * self.pause or 1, LONGEST_PAUSE)
        self.next_attempt = time.monotonic() + self.pause


@contextmanager
def _supervising(settings: Settings, console: Console) -> Iterator[ExitStack]:
    """Be the one supervisor of this home until the block ends, by a signal as KeyboardInterrupt; then stop everything.

    Yields what is done at the end: emptied with `pop_all`, it leaves the system running.
    """
    with ExitStack() as held:
        try:
            held.enter_context(processes.lock(settings, SUPERVISOR, wait=False))
        except BlockingIOError:
            api = prefect_server.prefect_api(settings)
            where = f"管理界面：{_ui(api)}" if api else "正在启动或停止"
            raise StackProblem(
                "already-running", f"系统已在运行（{where}）。如需重启，请先执行 zhiyong down。"
            ) from None
        processes.record(settings, SUPERVISOR, os.getpid())
        held.callback(processes.forget, settings, SUPERVISOR)
        for number in ENDING_SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup sets it
                held.callback(signal.signal, number, signal.signal(number, signal.default_int_handler))
        with ExitStack() as ending:
            ending.callback(_end, settings, console)
            yield ending


def _end(settings: Settings, console: Console) -> None:
    for number in ENDING_SIGNALS:
        signal.signal(number, signal.SIG_IGN)  # impatience must not leave half of it running
    with suppress(OSError):  # the terminal may be gone
        _say(console, "正在停止……")
    words = _stop_all(settings)
    where = f"，台账保存在 {settings.home}" if settings.database_url is None else ""
    with suppress(OSError):
        _say(console, *words, f"系统已停止{where}。")


def _start_all(settings: Settings, port: int, host: str, console: Console) -> str:
    """Start everything in order, each when what it needs is there; return the UI's address."""
    if left := _stop_children(settings):
        _say(console, "上次未正常关闭：" + "".join(left))
    with _step(console, "数据库"):
        ensure_postgres(settings)
    with _step(console, "台账结构"):
        from models.database import migrate  # takes Alembic along, which `down` and `status` do without

        migrate(settings.ledger_url)
    with _step(console, TITLES[SERVER]):
        api = prefect_server.ensure_prefect_server(settings, port, host)
    with _step(console, "流程与计划"):
        _register(settings, port, host)
    with _step(console, TITLES[WORKER]):
        _start_worker(settings, port, host)
    return _ui(api)


def _register(settings: Settings, port: int, host: str) -> None:
    """Tell the Prefect server of the work pool, the deployments and their schedules."""
    log = processes.log_file(settings, "schedules")
    with log.open("ab") as output:
        ended = subprocess.run(
            [sys.executable, "-m", "deployments.schedules"],
            cwd=processes.make_folder(settings, "run"),
            env=prefect_server.prefect_environment(settings, port, host),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    if ended.returncode:
        raise StackProblem("schedules-failed", f"流程登记失败，日志 {log} 的末尾为：\n{processes.last_lines(log)}")


def _start_worker(settings: Settings, port: int, host: str) -> None:
    environment = prefect_server.prefect_environment(settings, port, host)
    processes.start(settings, WORKER, [sys.executable, "-m", "deployments.worker"], environment=environment)


def _keep_up(settings: Settings, port: int, host: str, console: Console) -> NoReturn:
    server = _Charge(
        TITLES[SERVER],
        runs=lambda: processes.find(settings, SERVER) is not None,
        start=lambda: prefect_server.ensure_prefect_server(settings, port, host),
    )
    worker = _Charge(
        TITLES[WORKER],
        runs=lambda: processes.find(settings, WORKER) is not None,
        start=lambda: _start_worker(settings, port, host),
    )
    database = _Charge("数据库", runs=lambda: postgres_running(settings), start=lambda: ensure_postgres(settings))
    charges = [worker]
    if settings.prefect_api_url is None:
        charges.insert(0, server)
    if settings.database_url is None:
        charges.insert(0, database)
    while True:
        for charge in charges:
            charge.look_after(console)
        time.sleep(1)


def _stop_all(settings: Settings) -> list[str]:
    words = _stop_children(settings)
    if stop_postgres(settings):
        words.append("数据库已停止。")
    return words


def _stop_children(settings: Settings) -> list[str]:
    """Stop worker and server and say what was found, nothing if there was nothing to find."""
    words = []
    for name, title in TITLES.items():
        known = processes.recorded(settings, name) is not None
        if processes.stop(settings, name, patience=PATIENCE[name]):
            words.append(f"{title}已停止。")
        elif known:
            words.append(f"{title}此前已意外退出，其进程记录已清理。")
    return words


@contextmanager
def _step(console: Console, title: str) -> Iterator[None]:
    begun = time.monotonic()
    with console.status(f"正在准备：{title}……"):
        yield
    _say(console, f"✓ {title}（{time.monotonic() - begun:.1f} 秒）")


def _say(console: Console, *lines: str) -> None:
    """Show lines as they are: a path is no markup, a link is not broken."""
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _ui(api: str) -> str:
    return api.removesuffix("/").removesuffix("/api")


if __name__ == "__main__":
    supervise(read_settings(), int(sys.argv[1]), sys.argv[2])
