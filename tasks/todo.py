"""待办: the open assignments of a person, of a unit, or of all, sorted by what is due."""

from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, false, not_, or_, select, true
from sqlalchemy.orm import joinedload

from models.assignment import Assignment
from models.case import Case, CaseSubject
from models.clock import now, today
from models.database import transaction
from models.forms import Form
from models.refusals import UnknownOfficer, UnknownUnit
from models.registry import Officer, Person, RoleGrant, Unit
from models.steps import STEPS
from models.words import Role


def todo(*, by: str | None = None, unit: str | None = None, overdue: bool = False) -> list[dict[str, Any]]:
    """List open assignments: those that the officer may answer today, those of the unit's officers, or all.

    Whoever a case is about sees nothing of it. Raises UnknownOfficer, UnknownUnit.
    """
    with transaction() as session:
        moment, day = now(session), today(session)
        query = (
            select(Assignment)
            .join(Assignment.case)
            .where(Assignment.is_open, Assignment.opens_on <= day)
            .options(joinedload(Assignment.case).joinedload(Case.unit))
            .order_by(Assignment.due_at, Assignment.id)
        )
        if by is not None:
            officer = session.get(Officer, by)
            if officer is None:
                raise UnknownOfficer
            roles = [grant.role for grant in officer.grants if grant.covers(day)]
            query = query.where(_answered_by(roles, officer.unit_code), not_(_about(officer)))
        if unit is not None:
            if session.get(Unit, unit) is None:
                raise UnknownUnit
            query = query.where(_of_unit(unit, day))
        if overdue:
            query = query.where(Assignment.due_at < moment)
        return [
            {
                "assignment": each.id,
                "case": each.case.number,
                "step": each.step,
                "title": STEPS[each.kind].title,
                "role": each.role.value,
                "unit": each.unit_code,
                "opened_at": each.opened_at.isoformat(),
                "due_on": each.due_on.isoformat(),
                "due_at": each.due_at.isoformat(),
                "provisional": each.provisional,
                "light": each.light(moment).value,
                "version": each.version,
                "form": form_schema(STEPS[each.kind].form),
            }
            for each in session.scalars(query)
        ]


@cache
def form_schema(form: type[Form]) -> dict[str, Any]:
    """Return a form's JSON schema."""
    return form.model_json_schema()


def _answered_by(roles: list[Role], unit: str) -> ColumnElement[bool]:
    """Which assignments these roles answer, in this unit."""
    ways = [
        and_(Assignment.kind == step.name, Assignment.unit_code == unit if role.of_a_unit else true())
        for role in roles
        for step in STEPS.values()
        if step.may_be_answered_by(role)
    ]
    return or_(*ways) if ways else false()


def _of_unit(unit: str, day: date) -> ColumnElement[bool]:
    """Which assignments officers of this unit answer: its own, and those of roles that only its officers hold."""
    held = select(RoleGrant.role).join(RoleGrant.officer).where(Officer.unit_code == unit, RoleGrant.in_force(day))
    return or_(Assignment.unit_code == unit, and_(Assignment.unit_code.is_(None), Assignment.role.in_(held)))


def _about(officer: Officer) -> ColumnElement[bool]:
    by_name = and_(Person.name == officer.name, Person.unit.in_([officer.unit_code, officer.unit.name]))
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
