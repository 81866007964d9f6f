"""Closing a case, and what the machine itself records on the way there: each one effect, one transaction."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import journal
from models.case import Case
from models.clock import now
from models.database import transaction
from models.journal import SYSTEM
from models.path import untold_messages
from models.records import CallBack, Feedback
from models.words import Reply, Status
from tasks.open_steps import withdraw_all

NOBODY_TO_REACH = "匿名或未留联系方式，无法反馈"
NOBODY_TO_CALL = "匿名、未留联系方式或无投诉人，无法回访"


def close_case(number: str, *, seen: int, status: Status, approver: str, reason: str) -> None:
    """Close a case with its approver and reason; one that is closed already, or was put to rest, stays as it is.

    seen: length of the case's journal when its path was read. Where somebody has acted since, nothing is closed, and
    the path is walked again.
    """
    with transaction() as session:
        case = _locked(session, number)
        if case.is_open and case.status is not Status.SUSPENDED and case.length == seen:
            withdraw_all(session, case, why="案件办结")
            case.close(status, at=now(session), approver=approver, reason=reason, actor=SYSTEM)


def record_undeliverable(number: str, *, round: int) -> None:
    """Record why complainants of this round who left no way to reach them get no direct reply (O63)."""
    with transaction() as session:
        case = _locked(session, number)
        for reply, message in untold_messages(session, case):
            if reply is Reply.DIRECT and not message.can_be_reached:
                session.add(
                    Feedback(
                        case_id=case.id,
                        round=round,
                        reply=reply,
                        message_id=message.id,
                        undeliverable_reason=NOBODY_TO_REACH,
                    )
                )
                detail = {"message": message.id, "why": NOBODY_TO_REACH}
                journal.write(
                    session, case=case, actor=SYSTEM, what="undeliverable", step=f"direct-reply-{round}", detail=detail
                )


def record_no_call_back(number: str, *, round: int) -> None:
    """Record why nobody is called back in this round (O60)."""
    with transaction() as session:
        case = _locked(session, number)
        known = session.scalar(select(CallBack.id).where(CallBack.case_id == case.id, CallBack.round == round))
        if known is None:
            session.add(CallBack(case_id=case.id, round=round, no_call_reason=NOBODY_TO_CALL, recorded_at=now(session)))
            journal.write(
                session,
                case=case,
                actor=SYSTEM,
                what="no-call-back",
                step=f"call-back-{round}",
                detail={"why": NOBODY_TO_CALL},
            )


def _locked(session: Session, number: str) -> Case:
    return session.scalars(select(Case).where(Case.number == number).with_for_update()).one()
