"""The outbox: what the machine must still do because of what people did; drained by the workers."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Id
from models.clock import now

NOTIFY_CHANNEL = "zhiyong_outbox"
LIVE, BULK = 0, 1  # a person waits; nobody waits
WAKE = text("""
WITH wish AS (INSERT INTO outbox (case_id, priority, created_at) VALUES (:case, :priority, :at))
SELECT pg_notify(:channel, '')
""")


class WakeUp(Base):
    """A case's flow must look at the ledger again. Rows go when the run has been woken."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_order", "priority", "id"),)

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    priority: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime]


def wake(session: Session, case_id: int, *, priority: int = LIVE) -> None:
    """Ask that the case's flow go on, when this transaction commits."""
    wish = {"case": case_id, "priority": priority, "at": now(session), "channel": NOTIFY_CHANNEL}
    with session.no_autoflush:  # what else is to be written is written together, at the commit
        session.execute(WAKE, wish)
