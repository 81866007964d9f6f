"""退回 and 拿回: a step is answered once more, because who comes after sends it back or who gave it asks so."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import journal
from models.assignment import Answer, Assignment
from models.case import Case
from models.clock import today
from models.concerned import is_subject
from models.database import transaction
from models.journal import Actor
from models.outbox import wake
from models.records import Filing
from models.refusals import (
    AlreadyFiled,
    CannotReturn,
    CannotTakeBack,
    CaseClosed,
    CaseSuspended,
    ConflictOfInterest,
    NotYours,
    ReasonMissing,
    Refusal,
    UnknownOfficer,
    UnknownStep,
)
from models.registry import Officer
from models.steps import STEPS
from models.words import Status
from tasks.annul import annul
from tasks.answer import Accepted, lock, may_answer
from tasks.built_on import BUILT_ON, built_on, comes_after, returned, withdraw_built_on
from tasks.find import find_case
from tasks.holding import holds_step
from tasks.open_steps import withdraw
from tasks.refused import kept_if_refused, kept_if_step_refused

# On file with their round; nobody changes them after it.
_OF_A_ROUND = ("receipt", "investigation", "sign-off", "direct-accountability", "double-check")


def send_back(
    assignment_id: int, *, to: str, actor: Actor, reason: str, straight_back: bool = False, version: int | None = None
) -> Accepted:
    """退回: whoever is to answer a step sends the case back to an earlier one, `to`, with or without its letter.

    What was built on that step no longer counts and is done once more; with `straight_back` it still counts, and the
    case comes back to where it was. Of several units only the one is concerned whose step it is, and what was built on
    it. Raises a Refusal, which the journal keeps.
    """
    if not reason.strip():
        raise ReasonMissing
    with kept_if_step_refused(assignment_id, "return", actor=actor, to=to, reason=reason), transaction() as session:
        case, assignment = lock(session, assignment_id)
        officer = may_answer(session, case, assignment, actor=actor, version=version)
        if is_subject(session, case.id, officer):
            raise ConflictOfInterest(case=case.number)
        step = STEPS[assignment.kind]
        if step.personal and not officer.holds(step.role, on=today(session)):
            raise NotYours("签字背书环节须由主要领导本人退回。", case=case.number)
        answer = answer_to(session, case, to)
        may_be_redone(session, case, answer, CannotReturn)
        if returned(answer):
            raise CannotReturn("单位已退回的案件，由治庸问责办重新分派。", case=case.number)
        if not comes_after(assignment, answer):
            raise CannotReturn("只能退回到本步骤所依据的前面步骤；并行办理的其他步骤互不退回。", case=case.number)
        built = built_on(session, case, answer)
        if straight_back:
            if any(each.assignment.kind == "sign-off" and each.data["agreed"] for each in built):
                raise CannotReturn("调查报告改动后须重新签字背书，不能办后直接返回。", case=case.number)
            built = []
        for each in (answer, *built):
            annul(session, case, each, actor=actor, reason=reason)
        withdraw(session, case, assignment, why=f"退回{answer.assignment.step}")
        withdraw_built_on(session, case, answer)
        detail = {"to": answer.assignment.step, "reason": reason, "straight_back": straight_back}
        journal.write(session, case=case, actor=actor, what="return", step=assignment.step, detail=detail)
        wake(session, case.id)
        return Accepted(case=case.number, step=answer.assignment.base)


def take_back(number: str, step: str, *, actor: Actor, reason: str) -> Accepted:
    """拿回: who answered a step takes his answer back while nobody has answered what was built on it.

    What other units answered beside it stays. Raises a Refusal, which the journal keeps.
    """
    if not reason.strip():
        raise ReasonMissing
    with kept_if_refused(number, "take-back", actor=actor, step=step, reason=reason), transaction() as session:
        case = find_case(session, number, lock=True)
        if not case.is_open:
            raise CaseClosed(case=case.number)
        if case.status is Status.SUSPENDED:
            raise CaseSuspended(case=case.number)
        officer = session.get(Officer, actor.code)
        if officer is None:
            raise UnknownOfficer(case=case.number)
        if is_subject(session, case.id, officer):
            raise ConflictOfInterest(case=case.number)
        answer = answer_to(session, case, step)
        given = answer.assignment
        if answer.officer_code != officer.code or not holds_step(session, officer, given, STEPS[given.kind]):
            raise NotYours("只能拿回本人在岗期间办理的意见。", case=case.number)
        may_be_redone(session, case, answer, CannotTakeBack)
        if built_on(session, case, answer):
            raise CannotTakeBack("后续步骤已有人办理，不能拿回；确需更正的，请由后续经办人退回。", case=case.number)
        annul(session, case, answer, actor=actor, reason=reason)
        withdraw_built_on(session, case, answer)
        journal.write(session, case=case, actor=actor, what="take-back", step=given.step, detail={"reason": reason})
        wake(session, case.id)
        return Accepted(case=case.number, step=given.base)


def answer_to(session: Session, case: Case, step: str) -> Answer:
    """Return the last answer that counts to a step named with or without the letter of its attempt.

    Raises UnknownStep.
    """
    names = {step, re.sub(r"-[a-z]{1,2}$", "", step)}
    answer = session.scalar(
        select(Answer)
        .join(Answer.assignment)
        .where(Assignment.case_id == case.id, Assignment.base.in_(names), ~Answer.annulment.has())
        .order_by(Answer.id.desc())
        .limit(1)
    )
    if answer is None:
        raise UnknownStep(case=case.number)
    return answer


def may_be_redone(session: Session, case: Case, answer: Answer, refusal: type[Refusal]) -> None:
    """Raise AlreadyFiled, or the refusal, where a step has left the house or is on file with its round."""
    kind, round = answer.assignment.kind, answer.assignment.round
    if kind == "classification":
        raise refusal("分类有误的，由治庸问责办更正分类；不属本单位职责的，在签收时写明退回理由。", case=case.number)
    if kind not in BUILT_ON:
        raise refusal(f"“{STEPS[kind].title}”已经对外、存档或批准，不能重新办理。", case=case.number)
    filed = select(Filing.id).where(Filing.case_id == case.id, Filing.round == round)
    if kind in _OF_A_ROUND and session.scalar(filed) is not None:
        raise AlreadyFiled("该轮办理结果已备案，不能重新办理；确有问题的，请启动二次办理。", case=case.number)
    if kind == "publication" and any(each.data["agreed"] for each in built_on(session, case, answer)):
        raise refusal("公示文本已经批准公开，不能重新办理。", case=case.number)
