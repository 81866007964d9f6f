"""One case with its path, and lists of cases, as the command shows them; never who reported."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from models.assignment import Assignment
from models.case import Case
from models.clock import SHANGHAI, now
from models.database import transaction
from models.journal import Entry
from models.light import is_late
from models.policy import Measured, PolicyNumber, due
from models.refusals import UnknownUnit
from models.registry import Unit
from models.steps import STEPS
from models.words import Grade, ProblemClass, Status
from tasks.answers_shown import answers_shown, may_read, reads_all
from tasks.arrangements_shown import arrangements_shown
from tasks.find import find_case
from tasks.matters import matter_of_case


def show_case(number: str, *, by: str | None = None) -> dict[str, Any]:
    """Return a case with what is open and what was done.

    by: for whom; he is shown what was answered too, as far as he must know it. Whoever the case is about, or has no
    part in it, sees nothing of it. Raises ConflictOfInterest, NotYours, UnknownCase, UnknownOfficer.
    """
    with transaction() as session:
        case = find_case(session, number)
        reader = may_read(session, case, by) if by is not None else None
        moment = now(session)
        opened = session.scalars(
            select(Assignment)
            .where(Assignment.case_id == case.id, Assignment.is_open)
            .order_by(Assignment.opened_at, Assignment.id)
        )
        entries = session.scalars(select(Entry).where(Entry.case_id == case.id).order_by(Entry.position))
        return _facts(session, case) | {
            "linked_from": _number_of(session, case.linked_from),
            "merged_into": _number_of(session, case.merged_into),
            "closed_at": case.closed_at.isoformat() if case.closed_at else None,
            "closed_by": case.closed_by,
            "closing_reason": case.closing_reason,
            "summary": case.summary,
            "messages": [each.message_id for each in case.messages],
            "open": [_open(each, moment) for each in opened],
            "history": [
                {
                    "at": each.at.isoformat(),
                    "step": each.step,
                    "by": each.actor,
                    "via": each.via.value,
                    "what": each.what,
                }
                for each in entries
                if reader is None or each.what != "linked-case" or reads_all(session, reader)
            ],
            "matter": matter_of_case(session, case),
            "flow_run": str(case.run_id) if case.run_id else None,
            "answers": answers_shown(session, case, reader) if reader is not None else None,
            **arrangements_shown(session, case, why=reader is not None),
        }


def step_reached(number: str, step: str) -> bool:
    """Whether a step of the case is open or was answered. Raises UnknownCase."""
    with transaction() as session:
        case = find_case(session, number)
        found = select(Assignment.id).where(
            Assignment.case_id == case.id, Assignment.step == step, Assignment.withdrawn_at.is_(None)
        )
        return session.scalar(found) is not None


def status_of(number: str) -> Status:
    """Return where the case stands. Raises UnknownCase."""
    with transaction() as session:
        return find_case(session, number).status


def list_cases(
    *,
    status: Status | None = None,
    unit: str | None = None,
    problem_class: ProblemClass | None = None,
    overdue: bool = False,
    text: str | None = None,
) -> list[dict[str, Any]]:
    """List cases, the newest last; text: words that stand in the office's summary. Raises UnknownUnit."""
    with transaction() as session:
        query = select(Case).options(joinedload(Case.unit)).order_by(Case.year, Case.sequence)
        if status is not None:
            query = query.where(Case.status == status)
        if unit is not None:
            if session.get(Unit, unit) is None:
                raise UnknownUnit
            query = query.where(Case.unit_code == unit)
        if problem_class is not None:
            query = query.where(Case.problem_class == problem_class)
        if overdue:
            late = exists().where(Assignment.case_id == Case.id, Assignment.is_open, is_late(now(session)))
            query = query.where(late)
        for word in (text or "").split():
            query = query.where(Case.summary.contains(word, autoescape=True))
        return [_facts(session, case) for case in session.scalars(query)]


def _facts(session: Session, case: Case) -> dict[str, Any]:
    return {
        "number": case.number,
        "status": case.status.value,
        "round": case.round,
        "problem_class": case.problem_class.value if case.problem_class else None,
        "grade": case.grade.value if case.grade else None,
        "unit": case.unit_code,
        "co_units": case.co_units,
        "opened_at": case.opened_at.isoformat(),
        "due_on": _ceiling(session, case.opened_at, case.grade or Grade.DAILY).isoformat(),
    }


def _ceiling(session: Session, opened_at: datetime, grade: Grade) -> date:
    """Return on which day a whole case is due: asked once for all that was opened on a day, unless it is in hours."""
    known: dict[tuple[date, Grade], date] = session.info.setdefault("ceilings", {})
    opened = opened_at.astimezone(SHANGHAI).date(), grade
    if opened in known:
        return known[opened]
    found = due(session, "whole-case", begins_at=opened_at, grade=grade)
    if session.get_one(PolicyNumber, found.limit_id).measured is not Measured.HOURS:
        known[opened] = found.on
    return found.on


def _number_of(session: Session, case_id: int | None) -> str | None:
    return session.scalar(select(Case.number).where(Case.id == case_id)) if case_id else None


def _open(assignment: Assignment, moment: datetime) -> dict[str, Any]:
    return {
        "assignment": assignment.id,
        "step": assignment.step,
        "title": STEPS[assignment.kind].title,
        "role": assignment.role.value,
        "unit": assignment.unit_code,
        "opens_on": assignment.opens_on.isoformat(),
        "due_on": assignment.due_on.isoformat(),
        "due_at": assignment.due_at.isoformat(),
        "light": assignment.light(moment).value,
        "version": assignment.version,
    }
