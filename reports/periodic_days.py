"""How many days something took, and by which day a whole case had to be done."""

from bisect import bisect_right
from datetime import date, datetime
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import CalendarDay
from models.policy import ends_on, policy_number
from models.words import Grade
from reports.periodic_facts import Problem, Step
from reports.report import day_of


class Days:
    """Counts days by the calendar and the limits of a ledger.

    Tasks are counted in working days, as most of their limits are; cases in calendar days, as their limit is. Day 0 is
    the day of receipt, so what is done on that day took 0 days. A limit in hours is counted in days too.
    """

    def __init__(self, session: Session) -> None:
        """Read the working days."""
        self.worked = session.scalars(
            select(CalendarDay.day).where(CalendarDay.working).order_by(CalendarDay.day)
        ).all()
        self.session = session
        self._limit = cache(self._limit_of)

    def working(self, first: date, last: date) -> int:
        """Count the working days after one day until another, which counts."""
        return max(bisect_right(self.worked, last) - bisect_right(self.worked, first), 0)

    def of_step(self, step: Step) -> int:
        """Count the working days that a task took until it was answered."""
        assert step.answered_at is not None
        return self.working(step.begins, day_of(step.answered_at))

    def of_case(self, problem: Problem) -> int:
        """Count the calendar days from registration to the end, without those at rest."""
        assert problem.closed_at is not None
        days = (day_of(problem.closed_at) - day_of(problem.opened_at)).days
        return days - problem.days_at_rest(problem.closed_at)

    def due_on(self, problem: Problem, moment: datetime) -> date:
        """Return the last day of the limit for the whole case, as it stood at a moment: days at rest are added to it.

        What is not classified has the limit of 日常.
        """
        opened_on = day_of(problem.opened_at)
        return self._limit(opened_on, problem.grade or Grade.DAILY, problem.days_at_rest(moment))

    def _limit_of(self, opened_on: date, grade: Grade, rest: int) -> date:
        limit = policy_number(self.session, "whole-case", on=opened_on, grade=grade)
        return ends_on(self.session, opened_on, limit.value + rest, limit.measured)
