"""Reckoning the dates of open assignments anew: under another grade, or because working days changed."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from models import journal
from models.assignment import Assignment
from models.case import Case
from models.clock import SHANGHAI
from models.journal import Actor
from models.notice import Nudge
from models.policy import (
    Due,
    LastDay,
    Measured,
    PolicyNumber,
    due_in_days,
    due_under,
    halfway,
    last_day,
    policy_number,
)
from models.words import Stage
from tasks.extra import extra_under

CASES_AT_A_TIME = 500  # that are read and written together; all of them are one transaction


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A deadline that moves, from a day to a day."""

    case: str
    step: str
    old: date
    new: date

    def as_dict(self) -> dict[str, str]:
        """Return it as JSON."""
        return {"case": self.case, "step": self.step, "old": self.old.isoformat(), "new": self.new.isoformat()}


@dataclass(kw_only=True)
class Reckoned:
    """What came of it. confirmed: how many stay on their day, but are no longer 暂定 or turn yellow at another time.

    cases: the ids of those that were looked at, under their locks.
    """

    moved: list[Moved] = field(default_factory=list)
    confirmed: int = 0
    cases: set[int] = field(default_factory=set)


def reckon_case(session: Session, case: Case, *, actor: Actor, reason: str) -> None:
    """Give a case's open steps the dates of its grade and kind as they are now, each from its own beginning.

    The caller holds the case's lock.
    """
    for assignment in session.scalars(select(Assignment).where(Assignment.case_id == case.id, Assignment.is_open)):
        began = assignment.begins_at
        first = began.astimezone(SHANGHAI).date()
        limit = policy_number(session, assignment.limit.key, on=first, grade=case.grade, kind=case.kind)
        if limit.measured is not assignment.limit.measured:
            assignment.extra = extra_under(session, assignment, limit.measured)
        ends = due_under(session, limit, begins_at=began, extra=assignment.extra)
        if (ends.limit_id, ends.on) != (assignment.limit_id, assignment.due_on):
            move_due(session, case, assignment, ends, actor=actor, reason=reason)


def reckon_days(
    session: Session,
    first: date,
    last: date,
    done: Reckoned,
    *,
    actor: Actor,
    reason: str,
    dry_run: bool = False,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> None:
    """Reckon every open deadline whose span touches the days from `first` to `last`, both included, which changed.

    Each keeps the number that it was opened under and its own beginning. Limits in hours know no days off. Locks each
    case and writes its journal; with `dry_run` it does neither, and only says what would move.
    done: to which the result is added; cases in it are not looked at again.
    """
    touched = (
        Assignment.is_open,
        Assignment.due_at >= datetime.combine(first, time(), SHANGHAI),
        Assignment.opens_on <= last,
        PolicyNumber.measured.in_((Measured.WORKING_DAYS, Measured.CALENDAR_DAYS)),
    )
    found = session.scalars(
        select(Assignment.case_id).join(Assignment.limit).where(*touched).distinct().order_by(Assignment.case_id)
    )
    cases = [case_id for case_id in found if case_id not in done.cases]

    @cache
    def last_day_of(limit: PolicyNumber, received: date, extra: int) -> LastDay:
        return last_day(session, received, limit, extra)

    for start in range(0, len(cases), CASES_AT_A_TIME):
        progress(start, len(cases))
        some = cases[start : start + CASES_AT_A_TIME]
        locked = select(Case).where(Case.id.in_(some)).order_by(Case.id)
        by_id = {case.id: case for case in session.scalars(locked if dry_run else locked.with_for_update())}
        for assignment in session.scalars(
            select(Assignment)
            .join(Assignment.limit)
            .where(Assignment.case_id.in_(some), *touched)
            .order_by(Assignment.case_id, Assignment.id)
            .options(contains_eager(Assignment.limit))
        ):
            case, begins_at = by_id[assignment.case_id], assignment.begins_at
            ends = due_in_days(
                assignment.limit,
                begins_at=begins_at,
                last=last_day_of(assignment.limit, begins_at.astimezone(SHANGHAI).date(), assignment.extra),
            )
            if ends.on != assignment.due_on:
                done.moved.append(Moved(case=case.number, step=assignment.step, old=assignment.due_on, new=ends.on))
            elif (ends.provisional, ends.yellow_at) != (assignment.provisional, assignment.yellow_at):
                ends = replace(ends, at=assignment.due_at)
                done.confirmed += 1
            else:
                continue
            if not dry_run:
                move_due(session, case, assignment, ends, actor=actor, reason=reason)
        session.flush()
    done.cases.update(cases)
    progress(len(cases), len(cases))


def move_due(session: Session, case: Case, assignment: Assignment, ends: Due, *, actor: Actor, reason: str) -> None:
    """Give an assignment its new date, with old, new and why in the case's chain.

    The new day has its own stages; of a day that it had before, what was told is not told again.
    Somebody who looks at it while it moves must look again; not where only the mark 暂定 goes.
    """
    detail = {
        "old": assignment.due_at.astimezone(UTC).isoformat(),
        "new": ends.at.astimezone(UTC).isoformat(),
        "provisional": ends.provisional,
        "reason": reason,
        "was": {  # for the ledger as of an earlier moment
            "yellow_at": assignment.yellow_at.astimezone(UTC).isoformat(),
            "provisional": assignment.provisional,
            "limit": assignment.limit_id,
        },
    }
    if ends.at != assignment.due_at:
        assignment.version += 1
        assignment.look_at = halfway(assignment.begins_at, ends.at)
    if ends.on != assignment.due_on:
        assignment.told = _told(session, assignment, ends.on)
    assignment.due_on, assignment.due_at, assignment.yellow_at = ends.on, ends.at, ends.yellow_at
    assignment.provisional, assignment.limit_id = ends.provisional, ends.limit_id
    journal.write(session, case=case, actor=actor, what="due", step=assignment.step, detail=detail)


def _told(session: Session, assignment: Assignment, due_on: date) -> Stage | None:
    """Return the last stage that the sweep told of a day on which the assignment was due before."""
    told = session.scalars(
        select(Nudge.stage).where(Nudge.assignment_id == assignment.id, Nudge.due_on == due_on, Nudge.by_code.is_(None))
    ).all()
    return max(told, key=list(Stage).index, default=None)
