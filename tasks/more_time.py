"""What follows from the decision on an extension: the step's date moves."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import journal
from models.case import Case
from models.journal import Actor
from models.operator import Extension
from models.policy import due_under
from models.refusals import CannotExtend
from tasks.reckon import move_due


def decide_extension(session: Session, case: Case, item: int, *, agreed: bool, actor: Actor, opinion: str) -> None:
    """Record what the office's head decided; agreed, the step's date moves. The caller holds the case's lock.

    Raises CannotExtend where the step waits no longer.
    """
    extension = session.scalars(select(Extension).where(Extension.case_id == case.id, Extension.item == item)).one()
    assignment = extension.assignment
    if not assignment.is_open:
        raise CannotExtend("申请延期的步骤已经办理或撤回，无须再批。", case=case.number)
    extension.agreed = agreed
    detail = {"item": item, "agreed": agreed, "days": extension.days}
    journal.write(session, case=case, actor=actor, what="extension", step=assignment.step, detail=detail)
    if agreed:
        assignment.extra += extension.days
        ends = due_under(session, assignment.limit, begins_at=assignment.begins_at, extra=assignment.extra)
        move_due(session, case, assignment, ends, actor=actor, reason=f"批准延期：{opinion or extension.reason}")
