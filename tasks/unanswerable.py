"""无人可办: open assignments that nobody can answer today, for nobody is in post or all who are, are reported."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload

from models.assignment import Assignment
from models.case import Case, CaseSubject
from models.clock import today
from models.concerned import subjects_by_case
from models.registry import Officer, RoleGrant
from models.steps import STEPS
from models.words import Status

InPost = Callable[[str, str | None], list[Officer]]


@dataclass(frozen=True, kw_only=True)
class Unanswerable:
    """An assignment that nobody can answer. others: whether it can be given to somebody else as things are."""

    assignment: Assignment
    why: str
    others: bool


def unanswerable(session: Session) -> Iterator[Unanswerable]:
    """Find what nobody can answer today; what opens later, or rests, is not meant."""
    in_post = _in_post(session)
    found = _candidates(session, in_post)
    about = subjects_by_case(session, {each.case_id for each in found})
    for each in found:
        there = in_post(each.kind, each.unit_code)
        subjects = about.get(each.case_id, [])
        able = {officer.code for officer in there if not any(subject.is_officer(officer) for subject in subjects)}
        owner = each.owner_code
        if able and (owner is None or owner in able):
            continue
        if owner is None:
            why = "在岗人员均为被反映人" if there else "没有在岗人员"
        else:
            why = f"接办人 {owner} " + ("是被反映人" if owner in {each.code for each in there} else "已不在该岗位")
        yield Unanswerable(assignment=each, why=why, others=bool(able))


def _in_post(session: Session) -> InPost:
    """Return what lists who may answer a kind of step in a unit by their posts; for a signature only who signs."""
    day = today(session)
    grants = session.scalars(
        select(RoleGrant)
        .where(RoleGrant.in_force(day))
        .options(joinedload(RoleGrant.officer).joinedload(Officer.unit))
        .order_by(RoleGrant.officer_code)
    ).all()

    @cache
    def in_post(kind: str, unit: str | None) -> list[Officer]:
        step = STEPS[kind]
        roles = (step.role,) if step.personal else (step.role, step.or_role)
        return [
            grant.officer
            for grant in grants
            if grant.role in roles and (not grant.role.of_a_unit or grant.officer.unit_code == unit)
        ]

    return in_post


def _candidates(session: Session, in_post: InPost) -> Sequence[Assignment]:
    """Read what may be meant: no post is filled, it was handed to one person, or the case is about somebody."""
    open_now = and_(Assignment.is_open, Assignment.opens_on <= today(session), Case.status != Status.SUSPENDED)
    posts = session.execute(
        select(Assignment.kind, Assignment.unit_code).join(Assignment.case).where(open_now).distinct()
    ).all()
    empty = [
        and_(Assignment.kind == kind, Assignment.unit_code.is_not_distinct_from(unit))
        for kind, unit in posts
        if not in_post(kind, unit)
    ]
    about_somebody = select(CaseSubject.case_id).where(~CaseSubject.annulment.has())
    return session.scalars(
        select(Assignment)
        .join(Assignment.case)
        .where(open_now, or_(Assignment.owner_code.is_not(None), Assignment.case_id.in_(about_somebody), *empty))
        .options(joinedload(Assignment.case))
        .order_by(Assignment.id)
    ).all()
