"""The one business clock: real, or simulated in a ledger that holds no real case."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pendulum
from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.refusals import NotSimulated

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Base):
    """One row: whether this ledger is a trial, and what time it is there."""

    __tablename__ = "clock"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    simulated: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime | None]


def now(session: Session) -> datetime:
    """Return the business time, aware, in UTC."""
    at = session.scalar(select(Clock.at).where(Clock.simulated))
    return at or pendulum.now("UTC")


def today(session: Session) -> date:
    """Return the day in the office, Asia/Shanghai."""
    return now(session).astimezone(SHANGHAI).date()


def set_clock(session: Session, at: datetime) -> None:
    """Put the simulated clock to `at`.

    Raises NotSimulated where the ledger is not a trial: there, time is what it is.
    """
    clock = session.get(Clock, 1, with_for_update=True)
    if clock is None or not clock.simulated:
        raise NotSimulated
    clock.at = at
