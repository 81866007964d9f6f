"""How fast it went: cases by grade in calendar days, tasks by step in working days, each with what was late."""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import pandas as pd

from models.steps import STEPS
from models.words import Grade
from reports.periodic_rates import is_late
from reports.periodic_view import View


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How long those of a kind took that were done, and how many of them were late.

    average, middle: the mean and the median of their days; None where nothing was done. waiting: late and not done
    when it was over.
    """

    label: str
    done: int
    late: int
    waiting: int
    average: float | None
    middle: float | None

    @property
    def in_time(self) -> int:
        """How many of them were done in time."""
        return self.done - self.late


def of_cases(view: View) -> Pace:
    """Return the pace of all cases."""
    return _pace("合计", _cases(view), len(view.overdue))


def by_grade(view: View) -> list[Pace]:
    """Return the pace of the cases of each grade; what was never classified apart."""
    done, overdue = _cases(view), Counter(each.grade for each in view.overdue)
    rows = [_pace(grade.label, _of_kind(done, grade), overdue[grade]) for grade in Grade]
    unclassified = _pace("未分类", _of_kind(done, ""), overdue[None])
    return [*rows, unclassified] if unclassified.done or unclassified.waiting else rows


def of_steps(view: View) -> Pace:
    """Return the pace of all tasks."""
    return _pace("合计", _tasks(view), len(view.waiting_late))


def by_step(view: View) -> list[Pace]:
    """Return the pace of each step of the path at which something was done or late."""
    done, waiting = _tasks(view), Counter(each.kind for each in view.waiting_late)
    rows = [_pace(step.title, _of_kind(done, kind), waiting[kind]) for kind, step in STEPS.items()]
    return [each for each in rows if each.done or each.waiting]


def _cases(view: View) -> pd.DataFrame:
    return _frame((each.grade or "", view.days.of_case(each), not view.in_time(each)) for each in view.done)


def _tasks(view: View) -> pd.DataFrame:
    return _frame((each.kind, view.days.of_step(each), is_late(each)) for each in view.answered)


def _frame(done: Iterable[tuple[Hashable, int, bool]]) -> pd.DataFrame:
    """Return what was done, a row for each: its kind, the days that it took, whether it was late."""
    return pd.DataFrame(list(done), columns=["kind", "days", "late"])


def _of_kind(done: pd.DataFrame, kind: Hashable) -> pd.DataFrame:
    return done[done["kind"] == kind]


def _pace(label: str, done: pd.DataFrame, waiting: int) -> Pace:
    days = done["days"]
    return Pace(
        label=label,
        done=len(done),
        late=int(done["late"].sum()),
        waiting=waiting,
        average=float(days.mean()) if len(done) else None,
        middle=float(days.median()) if len(done) else None,
    )
