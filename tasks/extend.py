"""延期: who is to answer asks for more time before it is due; the office's head decides, the complainant is told."""

from sqlalchemy import func, select

from models import journal
from models.clock import now
from models.concerned import is_subject
from models.database import transaction
from models.journal import Actor
from models.operator import Extension
from models.outbox import wake
from models.refusals import CannotExtend, ConflictOfInterest, ReasonMissing
from tasks.answer import Accepted, lock, may_answer
from tasks.refused import kept_if_step_refused

# The office's own approvals and what the policy wants at once get no more time.
_NOT_EXTENDED = ("classification", "receipt", "extension-approval", "extension-reply", "progress-report")


def extend(assignment_id: int, *, days: int, actor: Actor, reason: str, version: int | None = None) -> Accepted:
    """Ask for so much more time, in what the step's limit counts: once, before it is due, at most the limit itself.

    A second round is not extended. Raises a Refusal, which the journal keeps.
    """
    if not reason.strip():
        raise ReasonMissing
    asked = kept_if_step_refused(assignment_id, "extend", actor=actor, days=days, reason=reason)
    with asked, transaction() as session:
        case, assignment = lock(session, assignment_id)
        officer = may_answer(session, case, assignment, actor=actor, version=version)
        if is_subject(session, case.id, officer):
            raise ConflictOfInterest(case=case.number)
        if assignment.kind in _NOT_EXTENDED:
            raise CannotExtend("该步骤不得延期。", case=case.number)
        if assignment.round > 1:
            raise CannotExtend("二次办理不得延期。", case=case.number)
        if now(session) > assignment.due_at:
            raise CannotExtend("已逾期的不得延期，延期须在到期前申请。", case=case.number)
        if not 0 < days <= assignment.limit.value:
            unit = assignment.limit.measured.label
            raise CannotExtend(
                f"延长的时间须在1至{assignment.limit.value}{unit}之间，不得超过原时限。", case=case.number
            )
        before = select(Extension.id).where(Extension.assignment_id == assignment.id, Extension.agreed.is_not(False))
        if session.scalar(before) is not None:
            raise CannotExtend("该步骤已申请过延期，只能延期一次。", case=case.number)
        item = (session.scalar(select(func.max(Extension.item)).where(Extension.case_id == case.id)) or 0) + 1
        session.add(
            Extension(
                case_id=case.id,
                assignment_id=assignment.id,
                item=item,
                days=days,
                reason=reason,
                asked_by=officer.code,
                asked_at=now(session),
            )
        )
        detail = {"item": item, "days": days, "reason": reason}
        journal.write(session, case=case, actor=actor, what="extend", step=assignment.step, detail=detail)
        wake(session, case.id)
        return Accepted(case=case.number, step=f"extension-approval-{item}")
