"""When an assignment is due, as people read it."""

from models.assignment import Assignment
from models.clock import SHANGHAI
from models.policy import Measured


def due_text(assignment: Assignment) -> str:
    """Write when an assignment is due: the day, the hour too where its limit counts hours, 暂定 where it may change."""
    at = assignment.due_at.astimezone(SHANGHAI)
    day = f"{at.year}年{at.month}月{at.day}日"
    if assignment.limit.measured is Measured.HOURS:
        day += f"{at:%H:%M}"
    return f"{day}（暂定）" if assignment.provisional else day
