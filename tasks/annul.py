"""An answer that no longer counts: it stays, with who said so and why beside it, and is never replayed."""

from sqlalchemy.orm import Session

from models import journal
from models.assignment import Annulment, Answer
from models.case import Case
from models.clock import now
from models.journal import Actor


def annul(session: Session, case: Case, answer: Answer, *, actor: Actor, reason: str) -> None:
    """Annul an answer; the caller holds the case's lock."""
    session.add(Annulment(answer_id=answer.id, annulled_at=now(session), annulled_by=actor.code, reason=reason))
    detail = {"answer": answer.id, "reason": reason}
    journal.write(session, case=case, actor=actor, what="annul", step=answer.assignment.step, detail=detail)
