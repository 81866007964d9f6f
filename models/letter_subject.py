"""What a letter is about: of the case the unit, the step, the instruction, the urging … that it is written on."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.assignment import Answer, Assignment
from models.case import Case
from models.clock import today
from models.document import DocumentKind
from models.message import Message
from models.notice import Nudge
from models.operator import Extension, Supervision
from models.records import Filing
from models.refusals import Refusal, UnknownMessage
from models.registry import Officer, Unit
from models.words import Outcome, Reply, Stage

_REPORTS = ("investigation", "direct-accountability")
# The steps of which a letter tells: what was answered to the last of them is the stage that it was written at.
_TELLS_OF = {
    DocumentKind.FILING: (*_REPORTS, "sign-off", "double-check", "filing"),
    DocumentKind.REPORT: (*_REPORTS, "rectification-plan", "filing"),
    DocumentKind.UPWARD: (*_REPORTS, "double-check", "filing", "accountability-decision", "call-back"),
}


class NothingToWrite(Refusal):
    """The ledger does not hold yet what such a letter would say."""

    code = "nothing-to-write"


@dataclass(frozen=True, kw_only=True)
class LetterSubject:
    """What a letter is about.

    about: the same in words that never change, with the stage at which it is written: at the same stage it is not
    written twice, at a later one it is another letter.
    """

    kind: DocumentKind
    case: Case
    about: str
    round: int
    unit: Unit | None = None
    assignment: Assignment | None = None
    supervision: Supervision | None = None
    urging: Nudge | None = None
    extension: Extension | None = None
    message: Message | None = None


@dataclass(frozen=True, kw_only=True)
class ToWrite:
    """What the writer of a letter is told.

    number: on paper. answers: of a dossier, what was answered, as far as `by` may read it; reads_all: whether that
    is all of it.
    """

    session: Session
    subject: LetterSubject
    number: str
    day: date
    by: Officer
    signer: Officer | None
    answers: list[dict[str, Any]]
    reads_all: bool


@dataclass(frozen=True, kw_only=True)
class Written:
    """The file of a letter, and to whom it is. reads_identity: whether it names who reported."""

    content: bytes
    addressee: str
    reads_identity: bool = False


def subject_of(
    session: Session,
    kind: DocumentKind,
    case: Case,
    *,
    assignment: Assignment | None = None,
    unit: str | None = None,
    message: int | None = None,
    reader: Officer,
) -> LetterSubject:
    """Find what a letter of this kind is about, in a case or one of its assignments.

    reader: who writes it; what another may read is another letter. Raises NothingToWrite.
    """
    match kind:
        case DocumentKind.ASSIGNMENT:
            return _to_a_unit(session, case, assignment, unit)
        case DocumentKind.SUPERVISION:
            return _supervision(session, case)
        case DocumentKind.URGING:
            return _urging(session, case, assignment)
        case DocumentKind.SECOND_ROUND:
            return _second_round(session, case)
        case DocumentKind.FILING:
            subject = _on_the_last_report(session, kind, case, none="该案还没有调查报告，不能制作备案表。")
            named = "-named" if reader.reads_names(on=today(session)) else ""
            return replace(subject, about=f"{subject.about}{named}")
        case DocumentKind.EXTENSION:
            return _extension(session, case, assignment)
        case DocumentKind.REPLY:
            return _reply(session, case, message)
        case DocumentKind.REPORT:
            if _last_round(session, case, "rectification-plan", *_REPORTS) is None:
                raise NothingToWrite("该案还没有整改方案或调查报告，不能呈报。", case=case.number)
            return _of(session, kind, case, f"round-{case.round}-{_stage(session, kind, case)}")
        case DocumentKind.UPWARD:
            return _on_the_last_report(session, kind, case, none="该案还没有办理结果，不能向上级反馈。")
        case DocumentKind.DOSSIER:  # each copy is a document of its own
            return _of(session, kind, case, f"reader-{reader.code}-{case.length}")


def _of(
    session: Session, kind: DocumentKind, case: Case, about: str, *, round: int | None = None, unit: str | None = None
) -> LetterSubject:
    code = unit or case.unit_code
    return LetterSubject(
        kind=kind,
        case=case,
        about=about,
        round=round or case.round,
        unit=session.get_one(Unit, code) if code else None,
    )


def _on_the_last_report(session: Session, kind: DocumentKind, case: Case, *, none: str) -> LetterSubject:
    last = _last_round(session, case, *_REPORTS)
    if last is None:
        raise NothingToWrite(none, case=case.number)
    return _of(session, kind, case, f"round-{last}-{_stage(session, kind, case)}", round=last)


def _to_a_unit(session: Session, case: Case, assignment: Assignment | None, unit: str | None) -> LetterSubject:
    code = unit or (assignment.unit_code if assignment is not None else case.unit_code)
    opened = select(func.count()).where(
        Assignment.case_id == case.id, Assignment.is_open, Assignment.unit_code == code, Assignment.round == case.round
    )
    if code is None or not session.scalar(opened):
        raise NothingToWrite("该案没有等待责任单位办理的环节，不能交办。", case=case.number)
    return _of(session, DocumentKind.ASSIGNMENT, case, f"round-{case.round}-unit-{code}", unit=code)


def _supervision(session: Session, case: Case) -> LetterSubject:
    found = session.scalar(
        select(Supervision).where(Supervision.case_id == case.id).order_by(Supervision.id.desc()).limit(1)
    )
    if found is None:
        raise NothingToWrite("该案没有督办，请先用 zhiyong supervise 列入督办。", case=case.number)
    subject = _of(session, DocumentKind.SUPERVISION, case, f"supervision-{found.id}")
    return LetterSubject(**vars(subject) | {"supervision": found})


def _urging(session: Session, case: Case, assignment: Assignment | None) -> LetterSubject:
    query = (
        select(Nudge)
        .join(Nudge.assignment)
        .where(Assignment.case_id == case.id, Nudge.stage == Stage.URGE)
        .order_by(Nudge.id.desc())
        .limit(1)
    )
    found = session.scalar(query if assignment is None else query.where(Nudge.assignment_id == assignment.id))
    if found is None:
        raise NothingToWrite("该案（待办）没有催办记录，请先用 zhiyong urge 催办。", case=case.number)
    unit = found.assignment.unit_code
    subject = _of(session, DocumentKind.URGING, case, f"urging-{found.id}", unit=unit, round=found.assignment.round)
    return LetterSubject(**vars(subject) | {"urging": found, "assignment": found.assignment})


def _second_round(session: Session, case: Case) -> LetterSubject:
    opened = select(func.count()).where(Assignment.case_id == case.id, Assignment.base.like("receipt-2%"))
    if case.round < 2 or not session.scalar(opened):
        raise NothingToWrite("该案没有交责任单位二次办理。", case=case.number)
    return _of(session, DocumentKind.SECOND_ROUND, case, "round-2", round=2)


def _extension(session: Session, case: Case, assignment: Assignment | None) -> LetterSubject:
    query = select(Extension).where(Extension.case_id == case.id).order_by(Extension.item.desc()).limit(1)
    found = session.scalar(query if assignment is None else query.where(Extension.assignment_id == assignment.id))
    if found is None:
        raise NothingToWrite("该案（待办）没有申请延期。", case=case.number)
    unit = found.assignment.unit_code
    subject = _of(session, DocumentKind.EXTENSION, case, f"extension-{found.item}", unit=unit)
    return LetterSubject(**vars(subject) | {"extension": found, "assignment": found.assignment})


def _reply(session: Session, case: Case, message: int | None) -> LetterSubject:
    """To whoever sent a message; without one named, the first that is due an answer."""
    kinds = {Reply.DIRECT.value, Reply.SOURCE.value}
    due = [each.message for each in case.messages if kinds & set(each.message.channel.feedback)]
    due += [each.message for each in case.messages if each.message not in due and each.message.complainant is not None]
    if message is not None:
        due = [each for each in due if each.id == message]
        if not due and all(each.message_id != message for each in case.messages):
            raise UnknownMessage(case=case.number)
    last = _last_round(session, case, *_REPORTS, "classification")
    if not due or last is None:
        raise NothingToWrite("该案没有可答复的来件人或来件单位，或者尚未作出处理。", case=case.number)
    subject = _of(session, DocumentKind.REPLY, case, f"{_reply_stage(session, case)}-message-{due[0].id}")
    return LetterSubject(**vars(subject) | {"message": due[0]})


def _reply_stage(session: Session, case: Case) -> str:
    """Return what a 答复函 can say: the ruling, that it is being handled, the result, or what was published of it."""
    ruling = _last_answer(session, case, "classification")
    if ruling is not None and ruling.data["outcome"] in (Outcome.REJECT, Outcome.TRANSFER):
        return f"ruling-{ruling.id}"
    filed = session.scalar(select(Filing.number).where(Filing.case_id == case.id, Filing.round == case.round))
    if filed is None:
        return f"round-{case.round}"
    approval = _last_answer(session, case, "publication-approval", round=case.round)
    if approval is not None and approval.data["agreed"]:
        return f"round-{case.round}-{filed}-publication-{approval.id}"
    decision = _last_answer(session, case, "accountability-decision")
    return f"round-{case.round}-{filed}" + (f"-decision-{decision.id}" if decision is not None else "")


def _stage(session: Session, kind: DocumentKind, case: Case) -> str:
    last = _last_answer(session, case, *_TELLS_OF[kind])
    assert last is not None
    return f"answer-{last.id}"


def _last_answer(session: Session, case: Case, *kinds: str, round: int | None = None) -> Answer | None:
    """Return the last answer that counts to some steps."""
    query = (
        select(Answer)
        .join(Answer.assignment)
        .where(Assignment.case_id == case.id, Assignment.kind.in_(kinds), ~Answer.annulment.has())
        .order_by(Answer.id.desc())
        .limit(1)
    )
    return session.scalar(query if round is None else query.where(Assignment.round == round))


def _last_round(session: Session, case: Case, *kinds: str) -> int | None:
    return session.scalar(
        select(func.max(Assignment.round))
        .join(Answer, Answer.assignment_id == Assignment.id)
        .where(Assignment.case_id == case.id, Assignment.kind.in_(kinds), ~Answer.annulment.has())
    )
