"""退回 and 拿回: a step is answered once more, because who comes after sends it back or who gave it asks so."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import journal
from models.assignment import Answer, Assignment
from models.case import Case
from models.database import transaction
from models.forms import SignOff
from models.journal import Actor
from models.outbox import wake
from models.records import Filing
from models.refusals import (
    AlreadyFiled,
    CannotReturn,
    CannotTakeBack,
    CaseClosed,
    CaseSuspended,
    NotYours,
    ReasonMissing,
    UnknownStep,
)
from models.steps import STEPS
from models.words import Status
from tasks.annul import annul
from tasks.answer import Accepted, lock, may_answer
from tasks.find import find_case
from tasks.open_steps import withdraw
from tasks.refused import kept_if_refused, kept_if_step_refused

# What is built on what: with the first answered anew, these no longer count. A step that is not here cannot be gone
# back to: it has left the house (a reply, a decision, a filing), or has its own way (`reclassify`, another approval).
BUILT_ON: dict[str, tuple[str, ...]] = {
    "receipt": ("investigation", "sign-off", "double-check", "filing"),
    "rectification-plan": ("report-to-leaders", "milestone"),
    "report-to-leaders": (),
    "milestone": (),
    "investigation": ("sign-off", "double-check", "filing"),
    "sign-off": ("double-check", "filing"),
    "direct-accountability": ("double-check", "filing"),
    "publication": ("publication-approval",),
    "effect-assessment": ("write-off", "write-off-approval"),
    "social-evaluation": ("write-off", "write-off-approval"),
    "write-off": ("write-off-approval",),
    "progress-report": (),
}
# On file with their round; nobody changes them after it.
_OF_A_ROUND = ("receipt", "investigation", "sign-off", "direct-accountability")


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
        may_answer(session, case, assignment, actor=actor, version=version)
        answer = _answer_to(session, case, to)
        if answer.assignment.base == assignment.base:
            raise CannotReturn("不能退回到本步骤。", case=case.number)
        _may_be_redone(session, case, answer, CannotReturn)
        built = _built_on(session, case, answer)
        if straight_back:
            if any(each.assignment.kind == "sign-off" and SignOff.model_validate(each.data).agreed for each in built):
                raise CannotReturn("调查报告改动后须重新签字背书，不能办后直接返回。", case=case.number)
            built = []
        for each in (answer, *built):
            annul(session, case, each, actor=actor, reason=reason)
        withdraw(session, case, assignment, why=f"退回{answer.assignment.step}")
        _withdraw_built_on(session, case, answer)
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
        answer = _answer_to(session, case, step)
        if answer.officer_code != actor.code:
            raise NotYours("只能拿回本人办理的意见。", case=case.number)
        _may_be_redone(session, case, answer, CannotTakeBack)
        if _built_on(session, case, answer):
            raise CannotTakeBack("后续步骤已有人办理，不能拿回；确需更正的，请由后续经办人退回。", case=case.number)
        annul(session, case, answer, actor=actor, reason=reason)
        _withdraw_built_on(session, case, answer)
        detail = {"reason": reason}
        journal.write(session, case=case, actor=actor, what="take-back", step=answer.assignment.step, detail=detail)
        wake(session, case.id)
        return Accepted(case=case.number, step=answer.assignment.base)


def _answer_to(session: Session, case: Case, step: str) -> Answer:
    """Return the last answer that counts to a step named with or without the letter of its attempt."""
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


def _may_be_redone(
    session: Session, case: Case, answer: Answer, refusal: type[CannotReturn] | type[CannotTakeBack]
) -> None:
    kind, round = answer.assignment.kind, answer.assignment.round
    if kind == "classification":
        raise refusal("分类登记请用“更正分类”办理。", case=case.number)
    if kind not in BUILT_ON:
        raise refusal(f"“{STEPS[kind].title}”已经对外或已存档，不能重新办理。", case=case.number)
    filed = select(Filing.id).where(Filing.case_id == case.id, Filing.round == round)
    if kind in _OF_A_ROUND and session.scalar(filed) is not None:
        raise AlreadyFiled("该轮办理结果已备案，不能退回；确有问题的，请启动二次办理。", case=case.number)
    if kind == "publication" and any(each.data["agreed"] for each in _built_on(session, case, answer)):
        raise refusal("公示文本已经批准公开，不能重新办理。", case=case.number)
    if kind == "receipt" and not answer.data["received"]:
        raise refusal("单位已退回的案件，由治庸问责办重新分派。", case=case.number)


def _built_on(session: Session, case: Case, answer: Answer) -> list[Answer]:
    """Return the later answers that rest on this one: of the same unit, or of the case as a whole."""
    later = session.scalars(
        select(Answer)
        .join(Answer.assignment)
        .where(
            Assignment.case_id == case.id,
            Assignment.kind.in_(BUILT_ON[answer.assignment.kind]),
            Assignment.round == answer.assignment.round,
            Answer.id > answer.id,
            ~Answer.annulment.has(),
        )
        .order_by(Answer.id)
    )
    return [each for each in later if _concerns(answer, each.assignment)]


def _withdraw_built_on(session: Session, case: Case, answer: Answer) -> None:
    for each in session.scalars(
        select(Assignment).where(
            Assignment.case_id == case.id, Assignment.is_open, Assignment.kind.in_(BUILT_ON[answer.assignment.kind])
        )
    ):
        if _concerns(answer, each):
            withdraw(session, case, each, why=f"{answer.assignment.step}重新办理")


def _concerns(answer: Answer, other: Assignment) -> bool:
    """An investigation of one unit does not rest on another unit's receipt; a signature rests on all of them."""
    own = answer.assignment.unit_code
    return other.kind not in ("receipt", "investigation") or own is None or other.unit_code == own
