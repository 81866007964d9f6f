"""待办: the open assignments of a person, of a unit, or of all, sorted by what is due."""

from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, literal, not_, or_, select, true
from sqlalchemy.orm import Session, joinedload

from models.assignment import Assignment
from models.case import Case, CaseSubject
from models.clock import now, today
from models.database import transaction
from models.due_text import due_text
from models.forms import Form
from models.light import is_late, shines
from models.meeting_state import asked_by_meetings
from models.notice import Nudge
from models.refusals import UnknownOfficer, UnknownUnit
from models.registry import DISTRICT, Officer, Person, RoleGrant, Unit, plain_unit
from models.steps import STEPS
from models.words import Light, Stage, Status
from tasks.find import find_case
from tasks.holding import absent_for


def todo(
    *,
    by: str | None = None,
    unit: str | None = None,
    overdue: bool = False,
    light: Light | None = None,
    step: str | None = None,
    case: str | None = None,
) -> list[dict[str, Any]]:
    """List open assignments, the first due first: those that the officer may answer today, the unit's, or all.

    An officer's are also those of whom he stands in for, and what he drafts for others.
    What a joint meeting asked for is said to the officer alone.
    light: only those of this colour; step: only this step, by its name or key; case: only this case's.
    Whoever a case is about sees nothing of it. Raises UnknownCase, UnknownOfficer, UnknownUnit.
    """
    with transaction() as session:
        moment, day = now(session), today(session)
        query = (
            select(Assignment)
            .join(Assignment.case)
            .where(Assignment.is_open, Assignment.opens_on <= day)
            .options(joinedload(Assignment.case).joinedload(Case.unit), joinedload(Assignment.limit))
            .order_by(Assignment.due_at, Assignment.id)
        )
        absent: list[Officer] = []
        if by is not None:
            officer = session.get(Officer, by)
            if officer is None:
                raise UnknownOfficer
            absent = absent_for(session, by)
            mine = [_answered_by(officer, day), Assignment.delegate_code == by]
            for each in absent:
                impersonal = Assignment.kind.in_([step.name for step in STEPS.values() if not step.personal])
                mine.append(and_(_answered_by(each, day), impersonal, not_(_about(each))))
            query = query.where(or_(*mine), not_(_about(officer)))
        if unit is not None:
            if session.get(Unit, unit) is None:
                raise UnknownUnit
            query = query.where(_of_unit(unit, day))
        if step is not None:
            query = query.where(or_(Assignment.kind == step, Assignment.step == step))
        if case is not None:
            query = query.where(Assignment.case_id == find_case(session, case).id)
        if overdue:
            query = query.where(is_late(moment))
        if light is not None:
            query = query.where(shines(light, moment))
        urged, found = _times_urged(session), session.scalars(query).all()
        about = asked_by_meetings(session, found) if by is not None else {}
        return [_shown(each, moment, urged.get(each.id, 0), about.get(each.id)) for each in found]


def _shown(assignment: Assignment, moment: datetime, urged: int, about: str | None) -> dict[str, Any]:
    return {
        "assignment": assignment.id,
        "case": assignment.case.number,
        "step": assignment.step,
        "title": STEPS[assignment.kind].title,
        "role": assignment.role.value,
        "unit": assignment.unit_code,
        "owner": assignment.owner_code,
        "delegate": assignment.delegate_code,
        "draft": assignment.draft,
        "suspended": assignment.case.status is Status.SUSPENDED,
        "opened_at": assignment.opened_at.isoformat(),
        "due_on": assignment.due_on.isoformat(),
        "due_at": assignment.due_at.isoformat(),
        "due": due_text(assignment),
        "provisional": assignment.provisional,
        "light": assignment.light(moment).value,
        "urged": urged,
        "about": about,
        "version": assignment.version,
        "form": form_schema(STEPS[assignment.kind].form),
    }


def _times_urged(session: Session) -> dict[int, int]:
    """Count by assignment how often those that are open were urged."""
    counted = (
        select(Nudge.assignment_id, func.count())
        .join(Nudge.assignment)
        .where(Nudge.stage == Stage.URGE, Assignment.is_open)
        .group_by(Nudge.assignment_id)
    )
    return dict(session.execute(counted).all())


@cache
def form_schema(form: type[Form]) -> dict[str, Any]:
    """Return a form's JSON schema."""
    return form.model_json_schema()


def _answered_by(officer: Officer, day: date) -> ColumnElement[bool]:
    """Which assignments an officer answers himself: those of his roles in his unit that are not somebody else's."""
    ways = [
        and_(Assignment.kind == step.name, Assignment.unit_code == officer.unit_code if role.of_a_unit else true())
        for role in (grant.role for grant in officer.grants if grant.covers(day))
        for step in STEPS.values()
        if step.may_be_answered_by(role)
    ]
    nobody_else = or_(Assignment.owner_code.is_(None), Assignment.owner_code == officer.code)
    return and_(or_(*ways), nobody_else) if ways else false()


def _of_unit(unit: str, day: date) -> ColumnElement[bool]:
    """Which assignments officers of this unit answer: its own, and those of roles that only its officers hold."""
    held = select(RoleGrant.role).join(RoleGrant.officer).where(Officer.unit_code == unit, RoleGrant.in_force(day))
    return or_(Assignment.unit_code == unit, and_(Assignment.unit_code.is_(None), Assignment.role.in_(held)))


def _about(officer: Officer) -> ColumnElement[bool]:
    own, written = plain_unit(officer.unit.name), func.regexp_replace(func.btrim(Person.unit), DISTRICT, "")
    same_unit = or_(
        Person.unit == officer.unit_code, func.strpos(literal(own), written) > 0, func.strpos(written, literal(own)) > 0
    )
    by_name = and_(Person.name == officer.name, same_unit)
    return (
        select(CaseSubject.id)
        .outerjoin(Person, CaseSubject.person_id == Person.id)
        .where(
            CaseSubject.case_id == Assignment.case_id,
            ~CaseSubject.annulment.has(),
            or_(CaseSubject.officer_code == officer.code, by_name),
        )
        .exists()
    )
