"""催办 by hand: counted and numbered like that of the sweep, told at once."""

from models.clock import today
from models.concerned import is_subject
from models.database import transaction
from models.journal import Actor
from models.refusals import ConflictOfInterest, NotOpenYet, ReasonMissing
from models.words import Role, Stage
from tasks.answer import Accepted, lock, must_be_open
from tasks.notices import write_notices
from tasks.officers import officer_with
from tasks.refused import kept_if_step_refused
from tasks.sweep import nudge

_MAY_URGE = (Role.OFFICE_CLERK, Role.OFFICE_HEAD, Role.DISCIPLINE, Role.DISTRICT_LEADER)


def urge(assignment_id: int, *, actor: Actor, reason: str) -> Accepted:
    """Urge whoever is to answer; he is told. Raises a Refusal, which the journal keeps."""
    accepted = urge_untold(assignment_id, actor=actor, reason=reason)
    write_notices()
    return accepted


def urge_untold(assignment_id: int, *, actor: Actor, reason: str) -> Accepted:
    """Urge, and leave the notice to whoever urges several: each officer gets one (`write_notices`).

    Raises a Refusal, which the journal keeps.
    """
    if not reason.strip():
        raise ReasonMissing
    with kept_if_step_refused(assignment_id, "urge", actor=actor, reason=reason), transaction() as session:
        case, assignment = lock(session, assignment_id)
        officer = officer_with(session, actor.code, *_MAY_URGE, case=case.number)
        if is_subject(session, case.id, officer):
            raise ConflictOfInterest(case=case.number)
        must_be_open(case, assignment)
        if assignment.opens_on > today(session):
            raise NotOpenYet(case=case.number)
        (made,) = nudge(session, [(assignment, Stage.URGE)], by=officer.code, reason=reason)
        return Accepted(case=case.number, step=assignment.step, number=made.number)
