"""An answer that no longer counts: it stays, with who said so and why beside it, and is never replayed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import journal
from models.assignment import Annulment, Answer, Assignment
from models.case import Case
from models.clock import now
from models.journal import Actor

APPLICATION = ("write-off", "write-off-approval")


def annul(session: Session, case: Case, answer: Answer, *, actor: Actor, reason: str) -> None:
    """Annul an answer; the caller holds the case's lock."""
    session.add(Annulment(answer_id=answer.id, annulled_at=now(session), annulled_by=actor.code, reason=reason))
    detail = {"answer": answer.id, "reason": reason}
    journal.write(session, case=case, actor=actor, what="annul", step=answer.assignment.step, detail=detail)


def annul_application(session: Session, case: Case, *, actor: Actor, reason: str) -> None:
    """Annul what was applied for and approved to close a case in which something has happened since."""
    for answer in session.scalars(
        select(Answer)
        .join(Answer.assignment)
        .where(Assignment.case_id == case.id, Assignment.kind.in_(APPLICATION), ~Answer.annulment.has())
    ):
        annul(session, case, answer, actor=actor, reason=reason)
