"""From a person's answer to the next open step: our worker on an idle and on a busy system, and Prefect's own runner.

    .venv/bin/python -m benchmarks.latency

It starts a system in a home of its own on a free port, prints a Markdown table and removes all of it: some 5 minutes.
Seconds run from the commit of the answer until another connection sees the next assignment.
"""

import itertools
import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from sqlalchemy import func, select

from deployments import processes, stack
from deployments.prefect_server import prefect_environment
from models.assignment import Assignment
from models.case import Case
from models.clock import now, today
from models.database import transaction
from models.journal import Actor
from models.outbox import BULK, LIVE, WakeUp
from settings import Settings, settings
from tasks.answer import answer
from tasks.register import Report, register
from tasks.registry_file import load_registry

SAMPLE = Path(__file__).parents[1] / "deployments" / "sample" / "registry.xlsx"
STOCK = "stock"

# A general report from the hotline, as far as its write-off: step, who answers, what.
PATH: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "classification",
        "OFF-01",
        {"outcome": "ACCEPT", "problem_class": "GENERAL", "grade": "DAILY", "unit": "U01", "summary": "窗口办事拖延"},
    ),
    ("receipt-1", "U01-03", {"received": True}),
    (
        "investigation-1",
        "U01-04",
        {
            "investigators": ["U01-04", "U01-05"],
            "finding": "SUBSTANTIATED",
            "nature": "DELAY",
            "facts": "窗口人员未在承诺期限内答复。",
            "heard_the_subject": True,
            "rectification": "限期办结并公开答复时限。",
            "rectification_deadline": "2099-12-31",
        },
    ),
    ("sign-off-1", "U01-01", {"agreed": True}),
    ("filing-1", "OFF-01", {"decision": "FILED"}),
    ("publication-1", "OFF-01", {"redacted_text": "经查属实，已整改。"}),
    ("publication-approval-1", "OFF-02", {"agreed": True, "url": "https://example.invalid/1"}),
    ("call-back-1", "OFF-01", {"result": "SATISFIED", "resolved": True, "attempts": 1}),
    ("write-off", "OFF-01", {"evidence": ["整改照片一组"]}),
)
_numbers = itertools.count(1)


def come_in(count: int = 1, *, priority: int = LIVE) -> list[str]:
    """Register reports; return the numbers of their cases."""
    with transaction() as session:
        return [
            register(
                session,
                Report(
                    source_number=f"{next(_numbers)}",
                    received_at=now(session),
                    subject="窗口办事拖延",
                    text="材料交了一个月没有回音。",
                    phone="13800001234",
                ),
                channel="DISTRICT_HEAD_LINE",
                actor=Actor(code="OFF-01"),
                priority=priority,
            ).case
            for _ in range(count)
        ]


def open_step(number: str, *, other_than: str = "", every: float = 0.004) -> tuple[int, str]:
    """Wait until a step of a case is open; return its assignment and key."""
    while True:
        with transaction() as session:
            found = session.execute(
                select(Assignment.id, Assignment.step)
                .join(Assignment.case)
                .where(Case.number == number, Assignment.is_open, Assignment.step != other_than)
            ).first()
        if found is not None:
            return found.id, found.step
        time.sleep(every)


def walk(number: str, *, pause: float = 0, every: float = 0.004, steps: int = len(PATH)) -> list[float]:
    """Answer one step after the other; return how long each took to bring the next."""
    seconds = []
    for step, officer, data in PATH[:steps]:
        assignment, opened = open_step(number, every=every)
        assert opened == step
        answer(assignment, data=data, actor=Actor(code=officer))
        begun = time.perf_counter()
        open_step(number, other_than=step, every=every)
        seconds.append(time.perf_counter() - begun)
        time.sleep(pause)
    return seconds


def at_once(people: int, cases: int) -> tuple[list[float], float]:
    """Let so many people answer without a pause, each in a case of his; return the seconds of each step, and of all."""
    numbers = come_in(people * cases)
    drain()
    begun = time.perf_counter()
    with ThreadPoolExecutor(people) as pool:
        walked = list(pool.map(partial(walk, every=0.004 * people), numbers))
    return [each for one in walked for each in one], time.perf_counter() - begun


def drain() -> None:
    """Wait until the outbox is empty, and a moment more."""
    while True:
        with transaction() as session:
            if not session.scalar(select(func.count(WakeUp.id))):
                break
        time.sleep(0.1)
    time.sleep(2)


def row(what: str, seconds: Sequence[float], rate: str = "") -> None:
    """Print a line of the table."""
    ordered = sorted(seconds)
    ninth = ordered[int(0.9 * (len(ordered) - 1))]
    figures = [f"{each:.2f}" for each in (statistics.median(ordered), ninth, ordered[-1])]
    load = f"{os.getloadavg()[0]:.1f}"
    print("|", " | ".join([what, str(len(ordered)), *figures, rate, load]), "|", flush=True)  # noqa: T201


def measure_ours() -> float:
    """Measure our worker; return the median on an idle system."""
    for number in come_in(2):
        walk(number)  # what is only slow the first time
    drain()
    idle = [each for number in come_in(4) for each in walk(number, pause=1)]
    row("our worker, idle", idle)
    for people, cases in ((1, 2), (4, 2), (16, 1)):
        seconds, total = at_once(people, cases)
        row(f"our worker, {people} people at once", seconds, f"{len(seconds) / total:.1f}")
    numbers = come_in(2)
    drain()
    come_in(200, priority=BULK)
    begun = time.perf_counter()
    row("our worker, 200 new messages queued", [each for number in numbers for each in walk(number)])
    drain()
    row("the 200 messages, together", [time.perf_counter() - begun], f"{200 / (time.perf_counter() - begun):.1f}")
    return statistics.median(idle)


def measure_stock() -> float:
    """Measure Prefect's own process worker on the same deployment; return the median."""
    number = come_in()[0]
    drain()
    walk(number, steps=1)
    rest = PATH[1:6]
    seconds = []
    for step, officer, data in rest:
        time.sleep(5)
        assignment, _ = open_step(number)
        answer(assignment, data=data, actor=Actor(code=officer))
        begun = time.perf_counter()
        open_step(number, other_than=step, every=0.05)
        seconds.append(time.perf_counter() - begun)
    row("Prefect's process worker, idle", seconds)
    return statistics.median(seconds)


@contextmanager
def stock_worker(here: Settings, port: int) -> Iterator[None]:
    """Have one of Prefect's process workers at work in the pool of that name."""
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", STOCK]
    processes.start(here, "stock-worker", command, environment=prefect_environment(here, port))
    try:
        yield
    finally:
        processes.stop(here, "stock-worker", patience=30)


def main() -> None:
    """Print the table, then how many times slower the stock runner is."""
    with tempfile.TemporaryDirectory(prefix="zhiyong-bench-") as home, socket.socket() as listener:
        Path(home).chmod(0o755)
        os.environ["ZHIYONG_HOME"] = home
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        listener.close()
        here = replace(settings(), database_url=None, prefect_api_url=None)
        console = Console(stderr=True)
        print("| what | steps | median s | p90 s | max s | per second | load |\n|---|---|---|---|---|---|---|")  # noqa: T201
        with stack.running(here, console=console, port=port):
            with transaction() as session:
                load_registry(session, SAMPLE, today=today(session))
            ours = measure_ours()
        os.environ["ZHIYONG_WORK_POOL"] = STOCK
        here = replace(here, work_pool=STOCK)
        with stack.running(here, console=console, port=port), stock_worker(here, port):
            stock = measure_stock()
        print(f"\nPrefect's own runner takes {stock / ours:.0f} times as long.")  # noqa: T201


if __name__ == "__main__":
    main()
