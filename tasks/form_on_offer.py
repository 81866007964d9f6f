"""The form that the Prefect UI offers for a case: which it is, and how what was typed there is taken in, once."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.assignment import Assignment
from models.case import Case
from models.database import transaction
from models.journal import Actor, Entry
from models.refusals import Refusal
from models.words import Via
from tasks.answer import answer_locked, lock, write_refused


@dataclass(frozen=True, kw_only=True)
class Offered:
    """A form of the Prefect UI: its assignment, kind of step and pause key; wanted: its step is still open."""

    assignment: int
    step: str
    pause_key: str
    wanted: bool


def forms_offered(number: str) -> list[Offered]:
    """List the forms into which something may have been typed.

    At most one is wanted: the one on offer. The steps of the others were answered by another way, or withdrawn.
    """
    with transaction() as session:
        return [
            Offered(assignment=each.id, step=each.kind, pause_key=each.pause_key, wanted=each.is_open)
            for each in session.scalars(
                select(Assignment)
                .join(Assignment.case)
                .where(Case.number == number, Assignment.pause_key.is_not(None))
                .order_by(Assignment.id)
            )
            if each.pause_key is not None
        ]


def take_form(form: Offered, *, officer: str, data: dict[str, Any]) -> None:
    """Answer the form's step with what was typed, or keep it in the journal and on the step why it was refused.

    After a crash it may be called again: what was taken is not taken twice.
    """
    actor = Actor(code=officer, via=Via.PREFECT)
    with transaction() as session:
        case, assignment = lock(session, form.assignment)
        if _was_taken(session, assignment, form.pause_key):
            return
        try:
            with session.begin_nested():
                answer_locked(session, case, assignment, data=data, actor=actor, walked=True)
                assignment.refusal = ""
        except Refusal as refusal:
            write_refused(session, case, assignment, data=data, actor=actor, refusal=refusal, form=form.pause_key)
            assignment.refusal = refusal.message


def forget_form(form: Offered) -> None:
    """Remember that nothing of the form is left in Prefect."""
    with transaction() as session:
        _, assignment = lock(session, form.assignment)
        assignment.pause_key = None


def _was_taken(session: Session, assignment: Assignment, pause_key: str) -> bool:
    """Whether the ledger has taken this form, or refused it: a step's only way in from Prefect is the form on offer."""
    if assignment.answer is not None and assignment.answer.via is Via.PREFECT:
        return True
    refused = exists().where(
        Entry.case_id == assignment.case_id, Entry.what == "refused", Entry.detail["form"].as_string() == pause_key
    )
    return bool(session.scalar(select(refused)))
