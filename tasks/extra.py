"""By how much a step's limit is longer than its number says: what it was extended by, and how long it stood still."""

import math
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.assignment import Assignment
from models.calendar import CalendarDay
from models.clock import SHANGHAI
from models.operator import Suspension
from models.policy import Measured, end_of_work

HOURS_A_DAY = 24


def stood_still(session: Session, since: datetime, until: datetime, measured: Measured) -> int:
    """Return how long a clock stood still, in what its limit counts.

    A limit in days ends with work, so a day was lost if work ended on it meanwhile: a rest from Saturday to Monday
    morning gives no working day back, one from Friday morning to Friday night gives one.
    """
    if until <= since:
        return 0
    if measured is Measured.HOURS:
        return math.ceil((until - since) / timedelta(hours=1))
    first, last = _day(since), _day(until)
    if since >= end_of_work(session, first):
        first += timedelta(days=1)
    if until < end_of_work(session, last):
        last -= timedelta(days=1)
    if measured is Measured.CALENDAR_DAYS:
        return max(0, (last - first).days + 1)
    worked = select(func.count()).where(CalendarDay.day >= first, CalendarDay.day <= last, CalendarDay.working)
    return session.scalar(worked) or 0


def extra_under(session: Session, assignment: Assignment, measured: Measured) -> int:
    """Return a step's `extra` in what another limit counts: its rests counted anew, a day of its extension as 24 hours.

    The step still has its old limit.
    """
    old = assignment.limit.measured
    extended = assignment.extra - _rests(session, assignment, old)
    if measured is Measured.HOURS and old is not Measured.HOURS:
        extended *= HOURS_A_DAY
    elif old is Measured.HOURS and measured is not Measured.HOURS:
        extended = math.ceil(extended / HOURS_A_DAY)
    return extended + _rests(session, assignment, measured)


def _rests(session: Session, assignment: Assignment, measured: Measured) -> int:
    """Add up how long a step stood still while its case rested."""
    return sum(
        stood_still(session, max(rest.suspended_at, assignment.begins_at), rest.woken_at, measured)
        for rest in session.scalars(select(Suspension).where(Suspension.case_id == assignment.case_id))
        if rest.woken_at is not None
    )


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()
