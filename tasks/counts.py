"""How the office stands, in a few numbers."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.assignment import Assignment
from models.campaign import Duty
from models.case import Case
from models.clock import now, today
from models.light import is_late
from models.outbox import WakeUp
from tasks.lease import workers_alive


def counts(session: Session) -> dict[str, Any]:
    """Count open cases, what people must do, in cases and in self-inspections, what of it is late, what waits for the
    machine and what it gave up.
    """
    moment = now(session)
    opened = Assignment.is_open & (Assignment.opens_on <= today(session))
    waiting = session.scalar(select(func.count()).where(opened)) or 0
    waiting += session.scalar(select(func.count()).where(Duty.is_open)) or 0
    overdue = session.scalar(select(func.count()).where(opened, is_late(moment))) or 0
    overdue += session.scalar(select(func.count()).where(Duty.is_open, Duty.due_at < moment)) or 0
    alive, running = workers_alive(session)
    return {
        "open_cases": session.scalar(select(func.count()).where(Case.is_open)) or 0,
        "waiting": waiting,
        "overdue": overdue,
        "outbox": session.scalar(select(func.count(WakeUp.id))) or 0,
        "stuck": session.scalar(select(func.count()).where(Case.is_open, Case.is_stuck)) or 0,
        "alive": alive,
        "running": running,
    }
