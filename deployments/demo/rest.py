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

LOOK_AGAIN = 0.02  # seconds
LOOK_ROUND = 1.0  # seconds between looks whether the worker is there and gets on
PATIENCE = 60.0  # seconds in which nothing moves at all


def wait_for_rest(settings: Settings) -> None:
    """Return when each case waits for somebody, or is closed.

    Raises StackProblem where the worker has ended, or nothing moves.
    """
    looked_at = moved_at = time.monotonic()
    marks = _marks()
    while not _at_rest():
        time.sleep(LOOK_AGAIN)
        now = time.monotonic()
        if now < looked_at + LOOK_ROUND:
            continue
        looked_at = now
        if processes.find(settings, stack.WORKER) is None:
            raise _problem(settings, "worker-ended", "工作进程意外退出")
        if marks != (marks := _marks()):
            moved_at = now
        elif now > moved_at + PATIENCE:
            raise _problem(settings, "demo-stuck", f"{PATIENCE:.0f} 秒内没有任何进展")


def _at_rest() -> bool:
    """Look at the stages of a walk in their order: in the outbox, begun but not yet at its lock, under its lock."""
    with transaction() as session:
        if session.scalar(select(WakeUp.id).limit(1)) is not None:
            return False
        if session.scalar(select(Case.id).where(Case.is_open, is_behind()).limit(1)) is not None:
            return False
    return not walked_cases()


def _marks() -> tuple[int, int | None]:
    """Return what changes whenever a case gets on: what is left in the outbox, and the journal's last entry."""
    with transaction() as session:
        return session.scalar(select(func.count(WakeUp.id))) or 0, session.scalar(select(func.max(Entry.id)))


def _problem(settings: Settings, code: str, what: str) -> StackProblem:
    log = processes.log_file(settings, stack.WORKER)
    return StackProblem(code, f"{what}，日志 {log} 的末尾为：\n{processes.last_lines(log)}")
