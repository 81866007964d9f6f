"""A period of the ledger: which messages came in it, which cases ended, what was done, what was late when it was over.

A message belongs to the day on which its channel received it, as in 问题台账 and in each line's own log; all else to
the day on which it was entered in the ledger. So nothing falls between two periods.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from models.words import Status
from reports.periodic_days import Days
from reports.periodic_facts import Call, Came, Checked, Decided, Facts, Problem, Step
from reports.periodic_period import Period
from reports.report import day_of

DONE = (Status.WRITTEN_OFF, Status.REJECTED, Status.TRANSFERRED)  # 办结; what was merged goes on in another case
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class View:
    """The facts, seen in one period."""

    facts: Facts
    period: Period
    days: Days

    @cached_property
    def until(self) -> datetime:
        """The instant before which it is over: the period's end, or the moment of the ledger that is shown."""
        return min(self.period.end, self.facts.as_of + _INSTANT)

    @cached_property
    def messages(self) -> list[Came]:
        """The messages that were received."""
        return [each for each in self.facts.messages if self.period.covers(each.received_at)]

    @cached_property
    def opened(self) -> list[Problem]:
        """The cases that were opened."""
        return [each for each in self.facts.problems.values() if self.period.covers(each.opened_at)]

    @cached_property
    def closed(self) -> list[Problem]:
        """The cases that came to an end, merged ones too."""
        return [each for each in self.facts.problems.values() if self.period.covers(each.closed_at)]

    def ended_as(self, *how: Status) -> list[Problem]:
        """The cases that came to one of these ends."""
        return [each for each in self.closed if each.ended in how]

    @cached_property
    def done(self) -> list[Problem]:
        """The cases that were done: 办结."""
        return self.ended_as(*DONE)

    @cached_property
    def written_off(self) -> list[Problem]:
        """The cases that were written off: 销号."""
        return self.ended_as(Status.WRITTEN_OFF)

    @cached_property
    def left(self) -> list[Problem]:
        """The cases that were open when the period was over."""
        return [each for each in self.facts.problems.values() if each.open_at(self.until)]

    @cached_property
    def resting(self) -> list[Problem]:
        """Those of them that rested: 挂起."""
        return [each for each in self.left if each.rested_at(self.until)]

    @cached_property
    def overdue(self) -> list[Problem]:
        """Those of them that had passed the limit for the whole case, and did not rest."""
        last = day_of(self.until)
        return [
            each for each in self.left if self.days.due_on(each, self.until) < last and not each.rested_at(self.until)
        ]

    def in_time(self, problem: Problem) -> bool:
        """Whether a case that has ended did so within its limit."""
        assert problem.closed_at is not None
        return day_of(problem.closed_at) <= self.days.due_on(problem, problem.closed_at)

    @cached_property
    def answered(self) -> list[Step]:
        """The tasks that were done."""
        return [each for each in self.facts.steps if self.period.covers(each.answered_at)]

    @cached_property
    def waiting_late(self) -> list[Step]:
        """The tasks that were open and late when the period was over; not those of cases at rest."""
        found = (each for each in self.facts.steps if each.due_at < self.until and each.open_at(self.until))
        return [each for each in found if not self.rests(each)]

    def rests(self, step: Step) -> bool:
        """Whether a task waited, when the period was over, in a case at rest."""
        if not step.open_at(self.until):
            return False
        problem = self.facts.problems.get(step.case_id)
        return problem is not None and problem.rested_at(self.until)

    @cached_property
    def calls(self) -> list[Call]:
        """The call-backs that were recorded."""
        return [each for each in self.facts.calls if self.period.covers(each.at)]

    @cached_property
    def checks(self) -> list[Checked]:
        """The conclusions of double checks."""
        return [each for each in self.facts.checks if self.period.covers(each.at)]

    @cached_property
    def decisions(self) -> list[Decided]:
        """The decisions to hold somebody to account."""
        return [each for each in self.facts.decisions if self.period.covers(each.at)]

    @cached_property
    def found(self) -> list[Problem]:
        """The cases of which a report was given that stands."""
        found = self.facts.problems.values()
        return [each for each in found if each.found is not None and self.period.covers(each.found.at)]

    def rounds_begun(self, round: int) -> int:
        """How many cases went into a further round: the second, the third."""
        rounds = (each.again_at for each in self.facts.problems.values())
        return sum(len(again) >= round - 1 and self.period.covers(again[round - 2]) for again in rounds)

    def problem_of(self, message: Came) -> Problem | None:
        """Return a message's case, unless it was opened later or lies behind."""
        return self.facts.problems.get(message.case_id)
