"""四(一) 一类: 整改意见 and 呈报; 二类: 年度承诺整改方案 and its milestones."""

from functools import partial

from flows.ask import ask, path_of, together
from models.forms import MilestoneProgress, RectificationPlan, ReportToLeaders
from models.path import FIRST
from models.words import ProblemClass


def make_plan(number: str, *, since: int | None = None) -> None:
    """The unit makes its plan, or another since an answer; of a general problem the office reports to 区委、区政府."""
    ask(RectificationPlan, number, since=since)
    if path_of(number).problem_class is ProblemClass.COMMON:
        ask(ReportToLeaders, number, since=since)


def keep_promises(number: str) -> None:
    """The unit shows its progress at each milestone, each on its own date (O51).

    Where the office handles the case itself, the unit is not entrusted with it and makes its plan beside that (O50).
    """
    path = path_of(number)
    if path.needs_plan and path.bypasses_the_unit(FIRST):
        make_plan(number)
    plan = path.last(RectificationPlan, "rectification-plan")
    if path.problem_class is ProblemClass.ANNUAL and plan is not None:
        together(
            *(
                partial(ask, MilestoneProgress, number, item=item, opens_on=milestone.by)
                for item, milestone in enumerate(plan.milestones, 1)
            )
        )
