"""挂起 and 唤醒: a case rests, and its clocks with it; woken, each open step gets the time back that it stood still."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.assignment import Assignment
from models.case import Case
from models.clock import now
from models.concerned import is_subject
from models.database import transaction
from models.journal import Actor
from models.operator import Suspension
from models.outbox import wake as wake_flow
from models.policy import due_under
from models.refusals import CaseClosed, CaseSuspended, ConflictOfInterest, NotSuspended, ReasonMissing
from models.words import Role, Status
from tasks.answer import Accepted
from tasks.extra import stood_still
from tasks.find import find_case
from tasks.officers import officer_with
from tasks.reckon import move_due
from tasks.refused import kept_if_refused


def suspend(number: str, *, actor: Actor, reason: str) -> Accepted:
    """Put a case to rest: nothing in it can be answered, and nobody is reminded.

    Raises a Refusal, which the journal keeps.
    """
    if not reason.strip():
        raise ReasonMissing
    with kept_if_refused(number, "suspend", actor=actor, reason=reason), transaction() as session:
        case = _case_for(session, number, actor)
        if case.status is Status.SUSPENDED:
            raise CaseSuspended(case=case.number)
        session.add(Suspension(case_id=case.id, suspended_at=now(session), suspended_by=actor.code, reason=reason))
        case.move(Status.SUSPENDED, actor=actor, why=reason)
        for assignment in _open(session, case):
            assignment.look_at = None
            assignment.version += 1
        wake_flow(session, case.id)
        return Accepted(case=case.number, step="suspend")


def wake(number: str, *, actor: Actor, reason: str) -> Accepted:
    """Let a case go on where it was; the time at rest is given back, in what each limit counts.

    Raises a Refusal, which the journal keeps.
    """
    if not reason.strip():
        raise ReasonMissing
    with kept_if_refused(number, "wake", actor=actor, reason=reason), transaction() as session:
        case = _case_for(session, number, actor)
        if case.status is not Status.SUSPENDED or case.previous_status is None:
            raise NotSuspended(case=case.number)
        rest = session.scalars(
            select(Suspension).where(Suspension.case_id == case.id, Suspension.woken_at.is_(None))
        ).one()
        rest.woken_at, rest.woken_by = now(session), actor.code
        case.move(case.previous_status, actor=actor, why=reason)
        for assignment in _open(session, case):
            assignment.look_at = now(session)
            since = max(rest.suspended_at, assignment.begins_at)
            assignment.extra += stood_still(session, since, now(session), assignment.limit.measured)
            ends = due_under(session, assignment.limit, begins_at=assignment.begins_at, extra=assignment.extra)
            if ends.at != assignment.due_at:
                move_due(session, case, assignment, ends, actor=actor, reason=f"唤醒：{reason}")
        wake_flow(session, case.id)
        return Accepted(case=case.number, step="wake")


def _open(session: Session, case: Case) -> list[Assignment]:
    return list(session.scalars(select(Assignment).where(Assignment.case_id == case.id, Assignment.is_open)))


def _case_for(session: Session, number: str, actor: Actor) -> Case:
    case = find_case(session, number, lock=True)
    officer = officer_with(session, actor.code, Role.OFFICE_HEAD, case=case.number)
    if is_subject(session, case.id, officer):
        raise ConflictOfInterest(case=case.number)
    if not case.is_open:
        raise CaseClosed(case=case.number)
    return case
