"""Waiting, by what the ledger says, until the worker has nothing left to do."""

import time

from sqlalchemy import func, select

from deployments import processes, stack
from deployments.problem import StackProblem
from models.case import Case
from models.database import transaction
from models.journal import Entry
from models.outbox import WakeUp
from settings import Settings
from tasks.case_lock import walked_cases
from tasks.standing import is_behind

LOOK_AGAIN = 0.02  # seconds for each case that is still on its way
LOOK_ROUND = 1.0  # seconds between looks whether the worker is there and gets on
PATIENCE = 60.0  # seconds in which nothing moves at all


def wait_for_rest(settings: Settings) -> None:
    """Return when each case waits for somebody, or is closed.

    Raises StackProblem where the worker has ended, or nothing moves.
    """
    looked_at = moved_at = time.monotonic()
    before = None
    while on_their_way := _on_their_way():
        time.sleep(min(LOOK_AGAIN * on_their_way, LOOK_ROUND))
        now = time.monotonic()
        if now < looked_at + LOOK_ROUND:
            continue
        looked_at = now
        if processes.find(settings, stack.WORKER) is None:
            raise _problem(settings, "worker-ended", "工作进程意外退出")
        if before != (before := (on_their_way, _last_entry())):
            moved_at = now
        elif now > moved_at + PATIENCE:
            raise _problem(settings, "demo-stuck", f"{PATIENCE:.0f} 秒内没有任何进展")


def _on_their_way() -> int:
    """Count the cases at a stage of a walk, in the stages' order: to be woken, woken, under the lock of the walk."""
    with transaction() as session:
        to_be_woken: int = session.scalar(select(func.count(WakeUp.id))) or 0
        if to_be_woken:
            return to_be_woken
        woken: int = session.scalar(select(func.count(Case.id)).where(Case.is_open, is_behind())) or 0
    return woken or len(walked_cases())


def _last_entry() -> int | None:
    with transaction() as session:
        return session.scalar(select(func.max(Entry.id)))


def _problem(settings: Settings, code: str, what: str) -> StackProblem:
    log = processes.log_file(settings, stack.WORKER)
    end = processes.last_lines(log)
    return StackProblem(code, f"{what}，日志在 {log}" + (f"，末尾为：\n{end}" if end else "。"))
