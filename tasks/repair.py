"""运维处置: ways out for a case that is stuck: its flow is tried again, it goes back, a step is given to another.

Only the office's head uses them, with a reason. No step of the path is skipped (docs/decisions/0008).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import journal
from models.assignment import Assignment
from models.case import Case
from models.concerned import is_subject
from models.database import transaction
from models.journal import Actor
from models.outbox import wake
from models.refusals import (
    CannotHandOver,
    CannotRepair,
    CaseClosed,
    CaseSuspended,
    ConflictOfInterest,
    ReasonMissing,
    UnknownStep,
)
from models.steps import STEPS
from models.words import Role, Status
from tasks.annul import annul
from tasks.answer import Accepted
from tasks.built_on import built_on, returned, withdraw_built_on
from tasks.find import find_case
from tasks.hand_over import new_owner
from tasks.officers import officer_with
from tasks.refused import kept_if_refused
from tasks.send_back import answer_to, may_be_redone

# Which answer ends a step where the usual one cannot be given.
INSTEAD = {
    "classification": "不予受理或应转有权机关的，在处理意见中选择并写明",
    "rejection-reply": "告知不了的，填写“无法反馈的原因”",
    "closing-approval": "不同意的，填写不同意及意见",
    "receipt": "不属本单位职责的，填写“退回理由”",
    "sign-off": "不同意的，由主要领导填写不同意及意见；签在纸上的，由治庸问责办录入",
    "filing": "材料不全的，备案意见填“退回补充”",
    "publication-approval": "不同意的，填写不同意及意见",
    "direct-reply": "送达不了的，填写“无法反馈的原因”",
    "call-back": "联系不上的，回访结果填“联系不上”并备注",
    "effect-assessment": "整改无效的，如实填写，单位须另定方案",
    "write-off-approval": "不同意的，填写不同意及意见",
    "extension-approval": "不同意的，填写不同意及意见",
}
USUAL = "由经办人如实办理；无人可办的，用 --reassign 改派"


def retry(number: str, *, actor: Actor, reason: str) -> Accepted:
    """Have the flow of a case walk again, however often it has failed. Raises a Refusal, which the journal keeps."""
    with _repairing(number, "retry", actor=actor, reason=reason) as (session, case):
        old = {"failures": case.failures}
        case.failures = 0
        wake(session, case.id)
        _write(session, case, "retry", actor=actor, reason=reason, old=old, new={"failures": 0})
        return Accepted(case=case.number, step="repair")


def skip_to(number: str, step: str, *, actor: Actor, reason: str) -> Accepted:
    """Go back to a step that was answered; it is answered anew, and so is all that was built on it.

    Forward nobody goes: what is open is an obligation. Raises a Refusal, which the journal keeps.
    """
    with _repairing(number, "skip-to", actor=actor, reason=reason, to=step) as (session, case):
        if case.status is Status.SUSPENDED:
            raise CaseSuspended(case=case.number)
        waiting = _open(session, case)
        if any(step in (each.step, each.base) for each in waiting):
            raise CannotRepair(f"该步骤已在待办中。{_what_to_answer(waiting)}", case=case.number)
        try:
            answer = answer_to(session, case, step)
        except UnknownStep:
            if _is_of_the_path(step):
                raise CannotRepair(f"政策规定的环节不能跳过。{_what_to_answer(waiting)}", case=case.number) from None
            raise
        may_be_redone(session, case, answer, CannotRepair)
        if returned(answer):
            raise CannotRepair("单位已退回的案件，由治庸问责办重新分派。", case=case.number)
        annulled = [answer, *built_on(session, case, answer)]
        for each in annulled:
            annul(session, case, each, actor=actor, reason=reason)
        withdraw_built_on(session, case, answer)
        wake(session, case.id)
        old = {"open": [each.step for each in waiting], "answered": [each.assignment.step for each in annulled]}
        again = answer.assignment
        new = {"open": [again.base]}
        _write(session, case, "skip-to", actor=actor, reason=reason, old=old, new=new, step=again.step)
        return Accepted(case=case.number, step=again.base)


def reassign(number: str, to: str, *, step: str | None, actor: Actor, reason: str) -> Accepted:
    """Give an open step to another officer who holds its role in its unit, also where nobody there could hand it over.

    step: which, where several are open. Raises a Refusal, which the journal keeps.
    """
    with _repairing(number, "reassign", actor=actor, reason=reason, to=to, step=step) as (session, case):
        if case.status is Status.SUSPENDED:
            raise CaseSuspended(case=case.number)
        assignment = _the_open_one(session, case, step)
        kind = STEPS[assignment.kind]
        if kind.personal:
            raise CannotHandOver("签字背书须由主要领导本人办理，不能改派。", case=case.number)
        old = {"owner": assignment.owner_code, "delegate": assignment.delegate_code}
        assignment.owner_code = new_owner(session, case, assignment, kind, to)
        assignment.delegate_code = None
        assignment.version += 1
        new = {"owner": assignment.owner_code, "delegate": None}
        _write(session, case, "reassign", actor=actor, reason=reason, old=old, new=new, step=assignment.step)
        return Accepted(case=case.number, step=assignment.step)


@contextmanager
def _repairing(number: str, way: str, *, actor: Actor, reason: str, **detail: Any) -> Iterator[tuple[Session, Case]]:
    """Lock the case for the office's head; what is refused is kept."""
    if not reason.strip():
        raise ReasonMissing
    with (
        kept_if_refused(number, "repair", actor=actor, way=way, reason=reason, **detail),
        transaction() as session,
    ):
        case = find_case(session, number, lock=True)
        officer = officer_with(session, actor.code, Role.OFFICE_HEAD, case=case.number)
        if is_subject(session, case.id, officer):
            raise ConflictOfInterest(case=case.number)
        if not case.is_open:
            raise CaseClosed(case=case.number)
        yield session, case


def _write(
    session: Session,
    case: Case,
    way: str,
    *,
    actor: Actor,
    reason: str,
    old: dict[str, Any],
    new: dict[str, Any],
    step: str = "",
) -> None:
    detail = {"way": way, "old": old, "new": new, "reason": reason}
    journal.write(session, case=case, actor=actor, what="repair", step=step, detail=detail)


def _open(session: Session, case: Case) -> Sequence[Assignment]:
    return session.scalars(
        select(Assignment).where(Assignment.case_id == case.id, Assignment.is_open).order_by(Assignment.id)
    ).all()


def _the_open_one(session: Session, case: Case, step: str | None) -> Assignment:
    waiting = _open(session, case)
    if step is None and len(waiting) > 1:
        steps = "、".join(each.step for each in waiting)
        raise CannotRepair(f"有多个待办，请用 --step 指明是哪个：{steps}。", case=case.number)
    meant = [each for each in waiting if step is None or step in (each.step, each.base)]
    if not meant:
        raise UnknownStep("该案没有这个待办步骤。", case=case.number)
    return meant[0]


def _is_of_the_path(step: str) -> bool:
    return any(step == name or step.startswith(f"{name}-") for name in STEPS)


def _what_to_answer(waiting: Sequence[Assignment]) -> str:
    """Say of each open step which answer ends it where the usual one cannot be given."""
    ways = (f"“{STEPS[each.kind].title}”（{each.step}）：{INSTEAD.get(each.kind, USUAL)}" for each in waiting)
    return f"当前待办——{'；'.join(ways)}。" if waiting else "案件正由系统办理，请稍后再看。"
