"""The light of an assignment in queries, the same as `Assignment.light`: while a case rests it stays as it was."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, not_

from models.assignment import Assignment
from models.operator import Suspension
from models.words import Light


def is_late(moment: datetime) -> ColumnElement[bool]:
    """Whether it is past its date; what rested before that is not."""
    return (Assignment.due_at < moment) & ~_at_rest(Suspension.suspended_at <= Assignment.due_at)


def shines(light: Light, moment: datetime) -> ColumnElement[bool]:
    """Whether it shines in this colour."""
    late, near = is_late(moment), _is_near(moment)
    match light:
        case Light.RED:
            return late
        case Light.YELLOW:
            return near & not_(late)
        case _:
            return not_(near) & not_(late)


def _is_near(moment: datetime) -> ColumnElement[bool]:
    return (Assignment.yellow_at <= moment) & ~_at_rest(Suspension.suspended_at < Assignment.yellow_at)


def _at_rest(since: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Suspension.case_id == Assignment.case_id, Suspension.woken_at.is_(None), since)
