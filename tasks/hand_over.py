"""转办 and 委派: an assignment goes to another officer for good, or to draft the answer that its owner then gives."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import journal
from models.assignment import Assignment
from models.case import Case
from models.clock import today
from models.concerned import is_subject
from models.database import transaction
from models.journal import Actor
from models.refusals import CannotHandOver, ConflictOfInterest, NotYours, ReasonMissing, StaleVersion, UnknownOfficer
from models.registry import Officer, RoleGrant
from models.steps import STEPS, Step
from models.words import Role
from tasks.answer import Accepted, lock, must_be_open
from tasks.holding import represents
from tasks.officers import is_in_post
from tasks.refused import kept_if_step_refused

# Who may hand over what is not his own: of a unit, who leads it or is its contact; of the office, its head.
_OF_A_UNIT = (Role.UNIT_HEAD, Role.UNIT_DEPUTY, Role.UNIT_CONTACT)


def transfer(assignment_id: int, *, to: str, actor: Actor, reason: str, version: int | None = None) -> Accepted:
    """转办: from now on only this officer answers; he must hold the step's role in the step's unit.

    Each of several units hands over its own step only. Raises a Refusal, which the journal keeps.
    """
    return _hand_over(assignment_id, "transfer", to=to, actor=actor, reason=reason, version=version)


def delegate(assignment_id: int, *, to: str, actor: Actor, reason: str, version: int | None = None) -> Accepted:
    """委派: another officer of the unit, or of the office, writes the answer; it comes back to whose it is.

    Whoever answers the step himself and delegates it is its owner from then on; meanwhile he may answer all the same.
    Raises a Refusal, which the journal keeps.
    """
    return _hand_over(assignment_id, "delegate", to=to, actor=actor, reason=reason, version=version)


def _hand_over(assignment_id: int, act: str, *, to: str, actor: Actor, reason: str, version: int | None) -> Accepted:
    if not reason.strip():
        raise ReasonMissing
    with kept_if_step_refused(assignment_id, act, actor=actor, to=to, reason=reason), transaction() as session:
        case, assignment = lock(session, assignment_id)
        must_be_open(case, assignment)
        if version is not None and version != assignment.version:
            raise StaleVersion(case=case.number)
        step = STEPS[assignment.kind]
        whose = _may_hand_over(session, case, assignment, step, actor)
        old = {"owner": assignment.owner_code, "delegate": assignment.delegate_code}
        if act == "transfer":
            assignment.owner_code = new_owner(session, case, assignment, step, to)
            assignment.delegate_code = None
        else:
            assignment.owner_code = assignment.owner_code or whose
            assignment.delegate_code = _new_delegate(session, case, assignment, step, to)
        assignment.version += 1
        new = {"owner": assignment.owner_code, "delegate": assignment.delegate_code}
        detail = {"old": old, "new": new, "reason": reason}
        journal.write(session, case=case, actor=actor, what=act, step=assignment.step, detail=detail)
        return Accepted(case=case.number, step=assignment.step)


def _may_hand_over(session: Session, case: Case, assignment: Assignment, step: Step, actor: Actor) -> str | None:
    """Return whose step it is that the actor hands over: his own, an absent one's; none's where he only leads."""
    officer = session.get(Officer, actor.code)
    if officer is None:
        raise UnknownOfficer(case=case.number)
    if is_subject(session, case.id, officer):
        raise ConflictOfInterest(case=case.number)
    if step.personal:
        raise CannotHandOver("签字背书须由主要领导本人办理，不能转办、委派。", case=case.number)
    represented = represents(session, officer, assignment, step)
    if represented is not None:
        return represented.code
    day = today(session)
    leads = any(officer.holds(role, on=day) for role in _OF_A_UNIT) and officer.unit_code == assignment.unit_code
    of_the_office = officer.holds(Role.OFFICE_HEAD, on=day) and not step.role.of_a_unit
    if not (leads or of_the_office):
        raise NotYours(case=case.number)
    return None


def new_owner(session: Session, case: Case, assignment: Assignment, step: Step, to: str) -> str:
    """Return who is to answer from now on: he holds the step's role in its unit, and the case is not about him.

    Raises CannotHandOver, ConflictOfInterest, UnknownOfficer.
    """
    officer = _may_get(session, case, assignment, step, to)
    if officer.code == assignment.owner_code:
        raise CannotHandOver("待办已在该人员名下。", case=case.number)
    if not any(officer.holds(role, on=today(session)) for role in (step.role, step.or_role) if role is not None):
        raise CannotHandOver(f"接办人须为{step.role.label}。", case=case.number)
    return officer.code


def _new_delegate(session: Session, case: Case, assignment: Assignment, step: Step, to: str) -> str:
    """Return who is to write the answer: anybody in post in the unit, or in the body whose officers answer the step."""
    officer = _may_get(session, case, assignment, step, to)
    if officer.code in (assignment.owner_code, assignment.delegate_code):
        raise CannotHandOver("待办已在该人员名下，或正由其拟办。", case=case.number)
    answers_it = select(RoleGrant.id).join(RoleGrant.officer).where(Officer.unit_code == officer.unit_code)
    answers_it = answers_it.where(RoleGrant.role == step.role, RoleGrant.in_force(today(session)))
    colleague = step.role.of_a_unit or session.scalar(answers_it.limit(1)) is not None
    if not is_in_post(session, officer) or not colleague:
        raise CannotHandOver("受委派人须为本单位在岗人员。", case=case.number)
    return officer.code


def _may_get(session: Session, case: Case, assignment: Assignment, step: Step, to: str) -> Officer:
    officer = session.get(Officer, to)
    if officer is None:
        raise UnknownOfficer("没有这个接办人代码。", case=case.number)
    if is_subject(session, case.id, officer):
        raise ConflictOfInterest("不能交被反映人办理。", case=case.number)
    if step.role.of_a_unit and officer.unit_code != assignment.unit_code:
        raise CannotHandOver("接办人须为本单位人员。", case=case.number)
    return officer
