"""What a periodic report counts, as the ledger stood at one moment: messages, cases, tasks and what they left behind.

How it is read, and what of the past can be restored: `reports/periodic_reading.py`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple

from models.words import Finding, Grade, Measure, Nature, Origin, Position, ProblemClass, Satisfaction, Status
from reports.report import day_of


class Way(NamedTuple):
    """A channel, with who finds by it."""

    code: str
    name: str
    origin: Origin | None


class Came(NamedTuple):
    """A message."""

    id: int
    case_id: int
    way: Way
    received_at: datetime


class Found(NamedTuple):
    """What a case's last report says that was answered by then."""

    at: datetime
    finding: Finding
    nature: Nature | None


class Rest(NamedTuple):
    """挂起: from when, until when."""

    since: datetime
    until: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """A case.

    ended: 销号, 不予受理, 转出 or 并案, where it was closed by then. again_at: when each further round began.
    reachable: whether there is somebody to be contacted.
    """

    id: int
    number: str
    opened_at: datetime
    closed_at: datetime | None
    ended: Status | None
    problem_class: ProblemClass | None
    grade: Grade | None
    unit: str | None
    summary: str
    found: Found | None
    rests: Sequence[Rest]
    again_at: Sequence[datetime]
    reachable: bool

    def open_at(self, moment: datetime) -> bool:
        """Whether it was there and not closed."""
        return self.opened_at < moment and (self.closed_at is None or self.closed_at >= moment)

    def rested_at(self, moment: datetime) -> bool:
        """Whether its clocks stood still."""
        return any(rest.since < moment and (rest.until is None or rest.until >= moment) for rest in self.rests)

    def days_at_rest(self, moment: datetime) -> int:
        """How many days its clocks stood still until then."""
        ended = ((rest, min(rest.until or moment, moment)) for rest in self.rests if rest.since < moment)
        return sum((day_of(until) - day_of(rest.since)).days for rest, until in ended)


class Step(NamedTuple):
    """Somebody's task. received, contacted_on: of a receipt."""

    case_id: int
    kind: str
    unit: str | None
    opened_at: datetime
    opens_on: date
    due_on: date
    due_at: datetime
    answered_at: datetime | None
    withdrawn_at: datetime | None
    received: bool | None
    contacted_on: date | None

    @property
    def begins(self) -> date:
        """Day 0 of its limit."""
        return max(day_of(self.opened_at), self.opens_on)

    def open_at(self, moment: datetime) -> bool:
        """Whether it waited for an answer."""
        ended = self.answered_at or self.withdrawn_at
        return self.opened_at < moment and (ended is None or ended >= moment)


class Call(NamedTuple):
    """回访, or why there was none."""

    case_id: int
    at: datetime
    result: Satisfaction | None
    resolved: bool | None


class Checked(NamedTuple):
    """一案双查: the conclusion about one of the three."""

    case_id: int
    answer_id: int
    at: datetime
    position: Position
    pursued: bool


class Decided(NamedTuple):
    """问责决定: against a person or a unit, with one or several measures."""

    case_id: int
    at: datetime
    of_a_unit: bool
    measures: tuple[Measure, ...]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All of it, from `since` on. similar: by message, the earlier one that it is like. units: the responsible ones."""

    as_of: datetime
    messages: Sequence[Came]
    problems: Mapping[int, Problem]
    steps: Sequence[Step]
    calls: Sequence[Call]
    checks: Sequence[Checked]
    decisions: Sequence[Decided]
    similar: Mapping[int, int]
    ways: Sequence[Way]
    units: Mapping[str, str]

    def of_unit(self, unit: str) -> "Facts":
        """Return what concerns one unit: its cases with all that hangs on them, and its own tasks."""
        return self.by_unit().get(unit) or self._with(_Part())

    def by_unit(self) -> dict[str, "Facts"]:
        """Return the same for each unit of which there is anything."""
        parts: dict[str, _Part] = defaultdict(_Part)
        for problem in self.problems.values():
            if problem.unit is not None:
                parts[problem.unit].problems[problem.id] = problem
        for step in self.steps:
            if step.unit is not None:
                parts[step.unit].steps.append(step)
        for name in ("messages", "calls", "checks", "decisions"):
            for each in getattr(self, name):
                its = self.problems.get(each.case_id)
                if its is not None and its.unit is not None:
                    getattr(parts[its.unit], name).append(each)
        return {unit: self._with(part) for unit, part in parts.items()}

    def _with(self, part: "_Part") -> "Facts":
        return replace(self, **vars(part))


@dataclass
class _Part:
    """What concerns one unit, being gathered."""

    messages: list[Came] = field(default_factory=list)
    problems: dict[int, Problem] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    checks: list[Checked] = field(default_factory=list)
    decisions: list[Decided] = field(default_factory=list)
