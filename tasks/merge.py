"""并案: a person joins a message to the case about the same matter; its reporter is told that case's outcome."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import journal
from models.case import Case, CaseMessage, CaseSubject
from models.clock import now, today
from models.concerned import heads_of, is_subject, subjects_of
from models.database import transaction
from models.journal import Actor
from models.masks import details_in
from models.message import Message
from models.outbox import wake
from models.records import Filing
from models.refusals import CannotMerge, CaseSuspended, ConflictOfInterest, ReasonMissing
from models.registry import Channel, Officer
from models.words import Role, Status
from tasks.annul import annul_application
from tasks.answer import Accepted
from tasks.find import find_case, find_message
from tasks.officers import officer_with
from tasks.open_steps import withdraw_all
from tasks.refused import kept_if_refused


def merge(message_id: int, *, into: str, actor: Actor, reason: str) -> Accepted:
    """Join a message to another case; its own case, left without a message, closes as merged.

    Whom its own case is about, the other is then about too.
    Raises CannotMerge, ConflictOfInterest, NotYours, ReasonMissing, UnknownCase, UnknownMessage, UnknownOfficer.
    """
    if not reason.strip():
        raise ReasonMissing
    with kept_if_refused(into, "merge", actor=actor, message=message_id, reason=reason), transaction() as session:
        return _merge(session, message_id, into, actor, reason)


def _merge(session: Session, message_id: int, into: str, actor: Actor, reason: str) -> Accepted:
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
    _may_merge(session, message, own, target, actor)
    link.case_id, link.joined_at, link.joined_by = target.id, now(session), actor.code
    detail = {"message": message.id, "from": own.number, "into": target.number, "reason": reason}
    journal.write(session, case=target, actor=actor, what="merge", detail=detail)
    journal.write(session, case=own, actor=actor, what="merge", detail=detail)
    annul_application(session, target, actor=actor, reason="并入来件后须重新申请销号")
    session.flush()
    left = session.scalar(select(CaseMessage.message_id).where(CaseMessage.case_id == own.id).limit(1))
    if left is None:
        _hand_over(session, own, target)
        withdraw_all(session, own, why=f"并入{target.number}")
        own.merged_into = target.id
        why = f"并入{target.number}：{reason}"
        own.close(Status.MERGED, at=now(session), approver=actor.code, reason=why, actor=actor)
    wake(session, own.id)
    wake(session, target.id)
    return Accepted(case=target.number, step="merge")


def _may_merge(session: Session, message: Message, own: Case, target: Case, actor: Actor) -> None:
    officer = officer_with(session, actor.code, Role.OFFICE_CLERK, Role.OFFICE_HEAD, case=target.number)
    if is_subject(session, own.id, officer) or is_subject(session, target.id, officer):
        raise ConflictOfInterest(case=target.number)
    if not target.is_open or not own.is_open:
        raise CannotMerge("案件已办结，不能并案。", case=target.number if not target.is_open else own.number)
    for case in (own, target):
        if case.status is Status.SUSPENDED:
            raise CaseSuspended(case=case.number)
    filed = session.scalar(select(Filing.id).where(Filing.case_id == own.id).limit(1))
    if own.round > 1 or own.handled_directly or filed is not None:
        raise CannotMerge(
            "该来件的案件已备案、已进入二次办理或由治庸问责办直接办理，不能并入别的案件。", case=own.number
        )
    if _forces_more(message.channel, [each.message.channel for each in target.messages]):
        raise CannotMerge("该来件的来源依规定须单独办理，不能并入这个案件。", case=own.number)
    if target.unit_code is not None and not target.handled_directly:
        codes = set().union(*(heads_of(session, unit, today(session)) for unit in (target.unit_code, *target.co_units)))
        heads = session.scalars(select(Officer).where(Officer.code.in_(codes)))
        if any(is_subject(session, own.id, head) for head in heads):
            raise CannotMerge(
                "该来件反映的是承办单位主要领导，不能并入由该单位办理的案件；请先将那个案件更正为直接办理。",
                case=target.number,
            )
    if details_in(target.summary, message.complainant):
        raise CannotMerge(
            "那个案件的问题概要含有该来件人的信息，并案后将被承办单位看到；请先更正分类，改写问题概要。",
            case=target.number,
        )


def _hand_over(session: Session, own: Case, target: Case) -> None:
    """What was found out about the matter holds in the case that goes on."""
    target.long_standing = target.long_standing or own.long_standing
    known = {(each.officer_code, each.person_id) for each in subjects_of(session, target.id)}
    named = {(each.officer_code, each.person_id) for each in subjects_of(session, own.id)}
    session.add_all(
        CaseSubject(case_id=target.id, officer_code=officer, person_id=person) for officer, person in named - known
    )


def _forces_more(channel: Channel, others: Iterable[Channel]) -> bool:
    """Whether the channel asks for more than those of the case's own messages do."""
    forced = ("forces_superior", "direct_accountability", "double_check", "upward_report")
    return any(getattr(channel, each) and not any(getattr(other, each) for other in others) for each in forced)
