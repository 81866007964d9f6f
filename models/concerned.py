"""Whom a case is about, and who leads a unit: who must keep out of it."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.case import CaseSubject
from models.registry import Officer, RoleGrant
from models.words import Role


def is_subject(session: Session, case_id: int, officer: Officer) -> bool:
    """Whether the case is about this officer, named by his code or by name and unit as no user."""
    return any(subject.is_officer(officer) for subject in subjects_of(session, case_id))


def subjects_of(session: Session, case_id: int) -> Sequence[CaseSubject]:
    """Return whom the case is about."""
    return subjects_by_case(session, [case_id]).get(case_id, [])


def subjects_by_case(session: Session, case_ids: Iterable[int]) -> dict[int, list[CaseSubject]]:
    """Return whom each of some cases is about; a case that is about nobody is left out."""
    found: dict[int, list[CaseSubject]] = {}
    for subject in session.scalars(
        select(CaseSubject)
        .where(CaseSubject.case_id.in_(list(case_ids)), ~CaseSubject.annulment.has())
        .options(joinedload(CaseSubject.person))
    ):
        found.setdefault(subject.case_id, []).append(subject)
    return found


def heads_of(session: Session, unit: str, on: date) -> set[str]:
    """Return the codes of a unit's 主要领导 on a day."""
    return set(
        session.scalars(
            select(Officer.code)
            .join(Officer.grants)
            .where(Officer.unit_code == unit, RoleGrant.role == Role.UNIT_HEAD, RoleGrant.in_force(on))
        )
    )
