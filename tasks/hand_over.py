"""转办 and 委派: an assignment goes to another officer for good, or to draft the answer that its owner then gives."""

from sqlalchemy.orm import Session

from models import journal
from models.assignment import Assignment
from models.case import Case
from models.clock import today
from models.database import transaction
from models.journal import Actor
from models.refusals import CannotHandOver, ConflictOfInterest, NotYours, ReasonMissing, StaleVersion, UnknownOfficer
from models.registry import Officer
from models.rules import is_subject
from models.steps import STEPS, Step
from models.words import Role
from tasks.answer import Accepted, lock, must_be_open
from tasks.holding import holds_step
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
        _may_hand_over(session, case, assignment, step, actor)
        new = _may_get(session, case, assignment, step, to, drafts=act == "delegate")
        old = {"owner": assignment.owner_code, "delegate": assignment.delegate_code}
        if act == "transfer":
            assignment.owner_code, assignment.delegate_code = new.code, None
        else:
            assignment.delegate_code = new.code
        assignment.version += 1
        now = {"owner": assignment.owner_code, "delegate": assignment.delegate_code}
        detail = {"old": old, "new": now, "reason": reason}
        journal.write(session, case=case, actor=actor, what=act, step=assignment.step, detail=detail)
        return Accepted(case=case.number, step=assignment.step)


def _may_hand_over(session: Session, case: Case, assignment: Assignment, step: Step, actor: Actor) -> None:
    officer = session.get(Officer, actor.code)
    if officer is None:
        raise UnknownOfficer(case=case.number)
    if is_subject(session, case.id, officer):
        raise ConflictOfInterest(case=case.number)
    if step.personal:
        raise CannotHandOver("签字背书须由主要领导本人办理，不能转办、委派。", case=case.number)
    day = today(session)
    leads = any(officer.holds(role, on=day) for role in _OF_A_UNIT) and officer.unit_code == assignment.unit_code
    of_the_office = officer.holds(Role.OFFICE_HEAD, on=day) and not step.role.of_a_unit
    if not (holds_step(session, officer, assignment, step) or leads or of_the_office):
        raise NotYours(case=case.number)


def _may_get(session: Session, case: Case, assignment: Assignment, step: Step, to: str, *, drafts: bool) -> Officer:
    """Return the officer who is to have it: a holder of the role, or to draft anybody in post in the same unit."""
    officer = session.get(Officer, to)
    if officer is None:
        raise UnknownOfficer("没有这个接办人代码。", case=case.number)
    if is_subject(session, case.id, officer):
        raise ConflictOfInterest("不能交被反映人办理。", case=case.number)
    day = today(session)
    in_post = [grant.role for grant in officer.grants if grant.covers(day)]
    if step.role.of_a_unit and officer.unit_code != assignment.unit_code:
        raise CannotHandOver("接办人须为本单位人员。", case=case.number)
    if drafts:
        alike = [role for role in in_post if role.of_a_unit == step.role.of_a_unit]
        if not alike:
            raise CannotHandOver("受委派人须为本单位在岗人员。", case=case.number)
    elif step.role not in in_post and step.or_role not in in_post:
        raise CannotHandOver(f"接办人须为{step.role.label}。", case=case.number)
    if officer.code in (assignment.owner_code, assignment.delegate_code):
        raise CannotHandOver("待办已在该人员名下。", case=case.number)
    return officer
