"""Who may answer an assignment today: the holders of its role, whom it was handed to, and who stands in for them."""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.assignment import Assignment
from models.clock import today
from models.concerned import subjects_by_case, subjects_of
from models.operator import Substitution
from models.registry import Officer, RoleGrant
from models.steps import STEPS, Step
from models.words import Role


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


def substitutes(session: Session) -> dict[str, Officer]:
    """Return by the code of each officer who is absent today who acts for him."""
    return dict(
        session.execute(
            select(Substitution.officer_code, Officer)
            .join(Officer, Substitution.substitute_code == Officer.code)
            .where(Substitution.in_force(today(session)))
            .order_by(Substitution.id)
        ).all()
    )


def holders(session: Session, assignments: Sequence[Assignment]) -> dict[int, list[Officer]]:
    """Return by assignment who is to answer now: the delegate, the owner, or whoever holds the role in the unit.

    For the absent it is their substitute, but nobody drafts for an absent delegate. Whom the case is about, and who
    stands in for him, is never among them. Few queries, however many.
    """
    day = today(session)
    about = subjects_by_case(session, {each.case_id for each in assignments})
    stands_in = substitutes(session)

    @cache
    def in_post(role: Role, unit: str | None) -> list[Officer]:
        query = select(Officer).join(Officer.grants).where(RoleGrant.role == role, RoleGrant.in_force(day))
        if role.of_a_unit:
            query = query.where(Officer.unit_code == unit)
        return list(session.scalars(query.order_by(Officer.code)).unique())

    def of(assignment: Assignment) -> list[Officer]:
        step, subjects = STEPS[assignment.kind], about.get(assignment.case_id, [])

        def concerned(officer: Officer) -> bool:
            return any(subject.is_officer(officer) for subject in subjects)

        if assignment.delegate_code and assignment.delegate_code not in stands_in:
            delegate = session.get_one(Officer, assignment.delegate_code)
            if not concerned(delegate):
                return [delegate]
        owner = assignment.owner_code
        found = [session.get_one(Officer, owner)] if owner else in_post(step.role, assignment.unit_code)
        own = [officer for officer in found if not concerned(officer)]
        acting = own if step.personal else [stands_in.get(officer.code, officer) for officer in own]
        return list({officer.code: officer for officer in acting if not concerned(officer)}.values())

    return {assignment.id: of(assignment) for assignment in assignments}


def _holds_himself(session: Session, officer: Officer, assignment: Assignment, step: Step) -> bool:
    if assignment.owner_code not in (None, officer.code):
        return False
    day = today(session)
    return any(
        officer.holds(role, on=day) and (not role.of_a_unit or officer.unit_code == assignment.unit_code)
        for role in (step.role, step.or_role)
        if role is not None
    )
