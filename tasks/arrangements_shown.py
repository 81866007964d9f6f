"""What was arranged about how a case is worked on, as it is shown: more time, instructions, what joint meetings asked
for, whether it rests."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case import Case
from models.masks import masked_text
from models.meeting import MeetingAction
from models.operator import Extension, Supervision, Suspension
from tasks.open_steps import asked_for


def arrangements_shown(session: Session, case: Case, *, why: bool) -> dict[str, Any]:
    """List them, the oldest first.

    why: with the texts that people wrote, for who may read the case; what identifies a sender in them is masked.
    """
    senders = [each.message.complainant for each in case.messages]

    def words(text: str) -> str | None:
        return masked_text(text, *senders) if why else None

    return {
        "extensions": [
            {
                "item": each.item,
                "assignment": each.assignment_id,
                "step": each.assignment.step,
                "asked_by": each.asked_by,
                "asked_at": each.asked_at.isoformat(),
                "days": each.days,
                "asked": asked_for(each),
                "reason": words(each.reason),
                "agreed": each.agreed,
            }
            for each in session.scalars(select(Extension).where(Extension.case_id == case.id).order_by(Extension.item))
        ],
        "supervisions": [
            {
                "number": each.number,
                "basis": each.basis.value,
                "leader": each.leader,
                "instruction": words(each.instruction),
                "every": each.every,
                "begun_at": each.begun_at.isoformat(),
                "ended_at": each.ended_at.isoformat() if each.ended_at else None,
            }
            for each in session.scalars(
                select(Supervision).where(Supervision.case_id == case.id).order_by(Supervision.id)
            )
        ],
        "meeting_actions": [
            {
                "number": each.number,
                "step": f"meeting-action-{each.item}",
                "unit": each.unit_code,
                "what": words(each.what),
                "ends_on": each.ends_on.isoformat() if each.ends_on else None,
            }
            for each in session.scalars(
                select(MeetingAction).where(MeetingAction.case_id == case.id).order_by(MeetingAction.item)
            )
        ],
        "suspensions": [
            {
                "suspended_at": each.suspended_at.isoformat(),
                "suspended_by": each.suspended_by,
                "reason": words(each.reason),
                "woken_at": each.woken_at.isoformat() if each.woken_at else None,
            }
            for each in session.scalars(select(Suspension).where(Suspension.case_id == case.id).order_by(Suspension.id))
        ],
    }
