"""What of a case rests on what: which answers and open steps no longer count when an earlier step is answered anew."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.assignment import Answer, Assignment
from models.case import Case
from tasks.open_steps import withdraw

_HANDLED = ("investigation", "sign-off", "double-check", "filing")
_APPLIED = ("write-off", "write-off-approval")
# With the first answered anew, these no longer count, if they came later. A step that is not here cannot be gone back
# to: it has left the house (a reply, a decision, a filing), or has its own way (`reclassify`, another approval).
BUILT_ON: dict[str, tuple[str, ...]] = {
    "receipt": _HANDLED,
    "investigation": ("sign-off", "double-check", "filing"),
    "sign-off": _HANDLED,  # what the head does not sign is investigated once more
    "direct-accountability": ("double-check", "filing"),
    "double-check": ("filing",),
    "rectification-plan": ("report-to-leaders", "milestone", "effect-assessment", "social-evaluation", *_APPLIED),
    "report-to-leaders": (),
    "milestone": ("social-evaluation", *_APPLIED),
    "publication": ("publication-approval",),
    "effect-assessment": ("rectification-plan", "report-to-leaders", *_APPLIED),  # of what had no effect: another plan
    "social-evaluation": _APPLIED,
    "write-off": ("write-off-approval",),
    "progress-report": ("progress-report",),
    "opinion-tracking": ("opinion-tracking",),
    "meeting-action": _APPLIED,
}
# From where one may go back besides: the plan is there before the unit begins, though its report does not rest on it.
_COME_AFTER = {"rectification-plan": _HANDLED, "report-to-leaders": (*_HANDLED, "effect-assessment", *_APPLIED)}


def comes_after(assignment: Assignment, answer: Answer) -> bool:
    """Whether the assignment rests on the answer, so that whoever is to give it may ask for another."""
    kind = answer.assignment.kind
    if assignment.kind in _COME_AFTER.get(kind, ()):
        return True
    same_round = assignment.round == answer.assignment.round and assignment.base != answer.assignment.base
    return same_round and assignment.kind in BUILT_ON[kind] and _concerns(answer, assignment)


def built_on(session: Session, case: Case, answer: Answer) -> list[Answer]:
    """Return the later answers that rest on this one: of the same unit, or of the case as a whole."""
    later = session.scalars(
        select(Answer)
        .join(Answer.assignment)
        .where(
            Assignment.case_id == case.id,
            Assignment.kind.in_(_kinds(answer)),
            Assignment.round == answer.assignment.round,
            Answer.id > answer.id,
            ~Answer.annulment.has(),
        )
        .order_by(Answer.id)
    )
    return [each for each in later if _concerns(answer, each.assignment)]


def withdraw_built_on(session: Session, case: Case, answer: Answer) -> None:
    """Withdraw the open steps that rest on an answer, so that nobody gives them before the flow comes by."""
    for each in session.scalars(
        select(Assignment).where(Assignment.case_id == case.id, Assignment.is_open, Assignment.kind.in_(_kinds(answer)))
    ):
        if _concerns(answer, each):
            withdraw(session, case, each, why=f"{answer.assignment.step}重新办理")


def returned(answer: Answer) -> bool:
    """Whether it is the receipt of a unit that says that the case is another's: then the office rules anew."""
    return answer.assignment.kind == "receipt" and not answer.data["received"]


def _kinds(answer: Answer) -> tuple[str, ...]:
    return ("classification",) if returned(answer) else BUILT_ON[answer.assignment.kind]


def _concerns(answer: Answer, other: Assignment) -> bool:
    """An investigation of one unit does not rest on another unit's receipt; a signature rests on all of them."""
    given = answer.assignment
    return (given.kind, other.kind) != ("receipt", "investigation") or given.unit_code == other.unit_code
