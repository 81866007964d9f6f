"""How fast it went: cases by grade in calendar days, tasks by step in working days, each with what was late."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from models.steps import STEPS
from models.words import Grade
from reports.periodic_facts import Problem
from reports.periodic_rates import is_late
from reports.periodic_view import View


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How long some of a kind took, in days, and how many were late. waiting: late and not done when it was over."""

    label: str
    took: Sequence[int]
    late: int
    waiting: int

    @property
    def done(self) -> int:
        """How many were done."""
        return len(self.took)

    @property
    def in_time(self) -> int:
        """How many of them were done in time."""
        return len(self.took) - self.late

    @property
    def average(self) -> float | None:
        """The mean of the days."""
        return fmean(self.took) if self.took else None

    @property
    def middle(self) -> float | None:
        """The median of the days."""
        return float(median(self.took)) if self.took else None


def of_cases(view: View) -> Pace:
    """Return the pace of all cases."""
    return _of_cases(view, "合计", view.done, view.overdue)


def by_grade(view: View) -> list[Pace]:
    """Return the pace of the cases of each grade; what was never classified apart."""
    rows = []
    for grade, label in (*((each, each.label) for each in Grade), (None, "未分类")):
        done = [each for each in view.done if each.grade is grade]
        rows.append(_of_cases(view, label, done, [each for each in view.overdue if each.grade is grade]))
    return [each for each in rows if each.done or each.waiting or each.label != "未分类"]


def _of_cases(view: View, label: str, done: Sequence[Problem], overdue: Sequence[Problem]) -> Pace:
    return Pace(
        label=label,
        took=[view.days.of_case(each) for each in done],
        late=sum(not view.in_time(each) for each in done),
        waiting=len(overdue),
    )


def of_steps(view: View) -> Pace:
    """Return the pace of all tasks."""
    return Pace(
        label="合计",
        took=[view.days.of_step(each) for each in view.answered],
        late=sum(map(is_late, view.answered)),
        waiting=len(view.waiting_late),
    )


def by_step(view: View) -> list[Pace]:
    """Return the pace of each step of the path at which something was done or late."""
    rows = []
    for kind, step in STEPS.items():
        answered = [each for each in view.answered if each.kind == kind]
        rows.append(
            Pace(
                label=step.title,
                took=[view.days.of_step(each) for each in answered],
                late=sum(map(is_late, answered)),
                waiting=sum(each.kind == kind for each in view.waiting_late),
            )
        )
    return [each for each in rows if each.done or each.waiting]
