"""The one business clock: real, or simulated in a ledger that holds no real case."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pendulum
from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.refusals import NotSimulated

SHANGHAI = ZoneInfo("Asia/Shanghai")
MOMENT = "moment"  # under which a session remembers what time it is in it


class Clock(Base):
    """One row: whether this ledger is a trial, and what time it is there."""

    __tablename__ = "clock"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    simulated: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime | None]


def now(session: Session) -> datetime:
    """Return the business time, aware, in UTC; within one session it is one moment."""
    moment: datetime | None = session.info.get(MOMENT)
    if moment is None:
        moment = session.scalar(select(Clock.at).where(Clock.simulated)) or pendulum.now("UTC")
        session.info[MOMENT] = moment
    return moment


def today(session: Session) -> date:
    """Return the day in the office, Asia/Shanghai."""
    return now(session).astimezone(SHANGHAI).date()


def make_trial(session: Session, at: datetime) -> None:
    """Make a ledger that holds no case yet a trial, in which it is `at` until `set_clock` says otherwise.

    Raises NotSimulated where there is a case.
    """
    from models.case import Case  # which reads the clock itself

    clock = session.get_one(Clock, 1, with_for_update=True)
    if session.scalar(select(Case.id).limit(1)) is not None:
        raise NotSimulated
    clock.simulated, clock.at = True, at


def set_clock(session: Session, at: datetime) -> None:
    """Put the simulated clock to `at`.

    Raises NotSimulated where the ledger is not a trial: there, time is what it is.
    """
    clock = session.get(Clock, 1, with_for_update=True)
    if clock is None or not clock.simulated:
        raise NotSimulated
    clock.at = at
    session.info[MOMENT] = at
