"""Who may answer an assignment today: the holders of its role, whom it was handed to, and who stands in for them."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.assignment import Assignment
from models.clock import today
from models.operator import Substitution
from models.registry import Officer, RoleGrant
from models.rules import subjects_of
from models.steps import STEPS, Step


def holds_step(session: Session, officer: Officer, assignment: Assignment, step: Step) -> bool:
    """Whether the officer may answer today, himself or in place of somebody who is absent."""
    return represents(session, officer, assignment, step) is not None


def represents(session: Session, officer: Officer, assignment: Assignment, step: Step) -> Officer | None:
    """Return in whose place the officer would answer: his own, or that of an absent one whose substitute he is."""
    if _holds_himself(session, officer, assignment, step):
        return officer
    if step.personal:
        return None
    about = subjects_of(session, assignment.case_id)
    for absent in absent_for(session, officer.code):
        concerned = any(subject.is_officer(absent) for subject in about)
        if not concerned and _holds_himself(session, absent, assignment, step):
            return absent
    return None


def absent_for(session: Session, substitute: str) -> list[Officer]:
    """Return who is absent today and has this officer act for him."""
    return list(
        session.scalars(
            select(Officer)
            .join(Substitution, Substitution.officer_code == Officer.code)
            .where(Substitution.substitute_code == substitute, Substitution.in_force(today(session)))
            .order_by(Officer.code)
        )
    )


def holders(session: Session, assignment: Assignment) -> list[Officer]:
    """Return who is to answer now: the delegate, the owner, or whoever holds the role; for the absent their substitute.

    Whom the case is about is never among them.
    """
    step = STEPS[assignment.kind]
    if assignment.delegate_code or assignment.owner_code:
        code = assignment.delegate_code or assignment.owner_code
        found: Iterable[Officer] = session.scalars(select(Officer).where(Officer.code == code))
    else:
        query = (
            select(Officer)
            .join(Officer.grants)
            .where(RoleGrant.role == step.role, RoleGrant.in_force(today(session)))
            .order_by(Officer.code)
        )
        if step.role.of_a_unit:
            query = query.where(Officer.unit_code == assignment.unit_code)
        found = session.scalars(query)
    about = subjects_of(session, assignment.case_id)
    acting = {}
    for officer in found:
        substitute = None if step.personal else substitute_of(session, officer.code)
        for each in (substitute or officer,):
            if not any(subject.is_officer(each) for subject in about):
                acting[each.code] = each
    return list(acting.values())


def substitute_of(session: Session, absent: str) -> Officer | None:
    """Return who acts for an officer today, if he is absent."""
    return session.scalar(
        select(Officer)
        .join(Substitution, Substitution.substitute_code == Officer.code)
        .where(Substitution.officer_code == absent, Substitution.in_force(today(session)))
        .order_by(Substitution.id.desc())
        .limit(1)
    )


def _holds_himself(session: Session, officer: Officer, assignment: Assignment, step: Step) -> bool:
    if assignment.owner_code not in (None, officer.code):
        return False
    day = today(session)
    return any(
        officer.holds(role, on=day) and (not role.of_a_unit or officer.unit_code == assignment.unit_code)
        for role in (step.role, step.or_role)
        if role is not None
    )
