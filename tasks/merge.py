"""并案: a person joins a message to the case about the same matter; its reporter is told that case's outcome."""

from collections.abc import Iterable

from sqlalchemy import select

from models import journal
from models.case import Case, CaseMessage
from models.clock import now
from models.database import transaction
from models.journal import Actor
from models.outbox import wake
from models.refusals import CannotMerge, ConflictOfInterest, ReasonMissing
from models.registry import Channel
from models.rules import is_subject
from models.words import Role, Status
from tasks.answer import Accepted
from tasks.find import find_case, find_message
from tasks.officers import officer_with
from tasks.open_steps import withdraw_all


def merge(message_id: int, *, into: str, actor: Actor, reason: str) -> Accepted:
    """Join a message to another case; its own case, left without a message, closes as merged.

    Raises CannotMerge, ConflictOfInterest, NotYours, ReasonMissing, UnknownCase, UnknownMessage, UnknownOfficer.
    """
    if not reason.strip():
        raise ReasonMissing
    with transaction() as session:
        message = find_message(session, message_id)
        link = session.get_one(CaseMessage, message.id)
        cases = {find_case(session, into).id, link.case_id}
        if len(cases) == 1:
            raise CannotMerge("该来件已在这个案件中。", case=into)
        first, last = sorted(cases)
        locked = {case_id: session.get_one(Case, case_id, with_for_update=True) for case_id in (first, last)}
        session.refresh(link)
        if link.case_id not in locked:
            raise CannotMerge("该来件刚刚并入了别的案件，请重新查看。", case=into)
        own = locked.pop(link.case_id)
        (target,) = locked.values()
        officer = officer_with(session, actor.code, Role.OFFICE_CLERK, Role.OFFICE_HEAD, case=target.number)
        if is_subject(session, own.id, officer) or is_subject(session, target.id, officer):
            raise ConflictOfInterest(case=target.number)
        if not target.is_open or not own.is_open:
            raise CannotMerge("案件已办结，不能并案。", case=target.number if not target.is_open else own.number)
        if _forces_more(message.channel, [each.message.channel for each in target.messages]):
            raise CannotMerge("该来件的来源依规定须单独办理，不能并入这个案件。", case=own.number)
        link.case_id, link.joined_at, link.joined_by = target.id, now(session), actor.code
        detail = {"message": message.id, "from": own.number, "into": target.number, "reason": reason}
        journal.write(session, case=target, actor=actor, what="merge", detail=detail)
        journal.write(session, case=own, actor=actor, what="merge", detail=detail)
        session.flush()
        left = session.scalar(select(CaseMessage.message_id).where(CaseMessage.case_id == own.id).limit(1))
        if left is None:
            withdraw_all(session, own, why=f"并入{target.number}")
            moment = now(session)
            own.merged_into = target.id
            why = f"并入{target.number}：{reason}"
            own.close(Status.MERGED, at=moment, approver=actor.code, reason=why, actor=actor)
        wake(session, own.id)
        wake(session, target.id)
        return Accepted(case=target.number, step="merge")


def _forces_more(channel: Channel, others: Iterable[Channel]) -> bool:
    """Whether the channel asks for more than those of the case's own messages do."""
    forced = ("forces_superior", "direct_accountability", "double_check", "upward_report")
    return any(getattr(channel, each) and not any(getattr(other, each) for other in others) for each in forced)
