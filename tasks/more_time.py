"""What follows from the decision on an extension: the step's date moves, if it still waits."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import journal
from models.case import Case
from models.journal import Actor
from models.operator import Extension
from models.policy import due_under
from tasks.reckon import move_due


def decide_extension(session: Session, case: Case, item: int, *, agreed: bool, actor: Actor, opinion: str) -> None:
    """Record what the office's head decided; the date moves if the step still waits. The caller holds the lock."""
    extension = session.scalars(select(Extension).where(Extension.case_id == case.id, Extension.item == item)).one()
    extension.agreed = agreed
    assignment = extension.assignment
    detail = {"item": item, "agreed": agreed, "days": extension.days}
    journal.write(session, case=case, actor=actor, what="extension", step=assignment.step, detail=detail)
    if agreed and assignment.is_open:
        assignment.extra += extension.days
        ends = due_under(session, assignment.limit, begins_at=assignment.begins_at, extra=assignment.extra)
        move_due(session, case, assignment, ends, actor=actor, reason=f"批准延期：{opinion or extension.reason}")
