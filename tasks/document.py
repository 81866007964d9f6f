"""发文登记: a document gets its number and its row in one transaction, with the file that was written under it."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import journal
from models.assignment import Assignment
from models.case import Case, next_number
from models.clock import now, today
from models.concerned import is_subject
from models.database import transaction
from models.document import Document, DocumentKind, DocumentVoid
from models.journal import Actor
from models.letter_subject import LetterSubject, ToWrite, Written, subject_of
from models.refusals import ConflictOfInterest, NotYours, ReasonMissing, Refusal, Unknown, UnknownAssignment
from models.registry import Officer
from models.words import Role
from settings import settings
from tasks.answers_shown import answers_shown, may_read, reads_all
from tasks.find import find_case
from tasks.kept_files import keep
from tasks.officers import officer_with

_OFFICE = (Role.OFFICE_CLERK, Role.OFFICE_HEAD)
_NUMBER = re.compile(r"\s*(洪治庸\w{1,4})\s*[〔\[(（](\d{4})[〕\])）]\s*0*(\d{1,9})\s*号?\s*")


class UnknownDocument(Unknown):
    """No document has this number."""

    code = "unknown-document"
    says = "没有这个文号。"


class AlreadyVoid(Refusal):
    """The document is void already."""

    code = "already-void"
    says = "该文号已经作废。"


class FileMissing(Refusal):
    """A document was given its number, but its file lies in another home."""

    code = "document-file-missing"
    says = "该件已经发文，但本机没有存档文件；请到发文的机器上取，或作废后重发。"


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A letter. number: empty for a draft. again: whether it was written before, and this is the file kept then.

    unit: the unit that the letter is about, by its code.
    """

    kind: DocumentKind
    case: str
    unit: str | None
    number: str
    sha256: str
    content: bytes
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class Target:
    """On what a letter is written: a case by its number, or an assignment; unit, message: where there are several."""

    case: str | None = None
    assignment: int | None = None
    unit: str | None = None
    message: int | None = None


def issue_document(
    kind: DocumentKind,
    target: Target,
    *,
    actor: Actor,
    signer: str | None,
    draft: bool,
    write: Callable[[ToWrite], Written],
) -> Issued:
    """Number, write and register a document; one that was written before, and is not void, comes as it was.

    draft: write it without a number and a row. Raises a Refusal.
    """
    with transaction() as session:
        case, assignment = _locked(session, target)
        officer = _may_write(session, kind, case, actor)
        subject = subject_of(
            session, kind, case, assignment=assignment, unit=target.unit, message=target.message, reader=officer
        )
        if not draft and (before := _before(session, subject)) is not None:
            if subject.kind is DocumentKind.REPLY and subject.message is not None and subject.message.complainant:
                _journal_identity(session, subject, actor)
            return _again(before, subject)
        day = today(session)
        sequence = None if draft else next_number(session, f"document:{kind.value}", day.year)
        number = kind.number(day.year, sequence)
        signed_by = officer_with(session, signer, Role.OFFICE_HEAD, case=case.number) if signer else None
        answers = answers_shown(session, case, officer) if kind is DocumentKind.DOSSIER else []
        order = ToWrite(
            session=session,
            subject=subject,
            number=number,
            day=day,
            by=officer,
            signer=signed_by,
            answers=answers,
            reads_all=reads_all(session, officer),
        )
        written = write(order)
        sha256 = hashlib.sha256(written.content).hexdigest()
        if written.reads_identity:
            _journal_identity(session, subject, actor)
        if sequence is not None:
            keep(settings().documents, written.content, sha256)
            row = Document(
                kind=kind,
                year=day.year,
                sequence=sequence,
                number=number,
                case_id=case.id,
                assignment_id=subject.assignment.id if subject.assignment else None,
                about=subject.about,
                addressee="" if written.reads_identity else written.addressee,
                signer=signer,
                dated=day,
                issued_at=now(session),
                issued_by=officer.code,
                sha256=sha256,
            )
            session.add(row)
            detail = {"kind": kind.value, "number": number, "about": subject.about, "sha256": sha256}
            journal.write(session, case=case, actor=actor, what="document", detail=detail)
        return Issued(
            kind=kind,
            case=case.number,
            unit=subject.unit.code if subject.unit else None,
            number=number if sequence else "",
            sha256=sha256,
            content=written.content,
        )


def void_document(typed: str, *, actor: Actor, reason: str) -> Document:
    """Declare a document void; its number stays used. Raises a Refusal."""
    if not reason.strip():
        raise ReasonMissing
    found = _NUMBER.fullmatch(typed)
    with transaction() as session:
        number = f"{found[1]}〔{found[2]}〕{int(found[3])}号" if found else ""
        document = session.scalar(select(Document).where(Document.number == number))
        if document is None:
            raise UnknownDocument
        case = session.get(Case, document.case_id, with_for_update=True) if document.case_id else None
        officer = officer_with(session, actor.code, *_OFFICE, case=case.number if case else None)
        if case is not None and is_subject(session, case.id, officer):
            raise ConflictOfInterest(case=case.number)
        if session.scalar(select(DocumentVoid.id).where(DocumentVoid.document_id == document.id)) is not None:
            raise AlreadyVoid(case=case.number if case else None)
        session.add(
            DocumentVoid(
                document_id=document.id,
                case_id=document.case_id,
                voided_at=now(session),
                voided_by=officer.code,
                reason=reason,
            )
        )
        detail = {"number": document.number, "reason": reason}
        journal.write(session, case=case, actor=actor, what="document-void", detail=detail)
        return document


def _locked(session: Session, target: Target) -> tuple[Case, Assignment | None]:
    if target.assignment is None:
        return find_case(session, target.case or "", lock=True), None
    assignment = session.get(Assignment, target.assignment)
    if assignment is None:
        raise UnknownAssignment
    case = session.get_one(Case, assignment.case_id, with_for_update=True, populate_existing=True)
    return case, assignment


def _may_write(session: Session, kind: DocumentKind, case: Case, actor: Actor) -> Officer:
    if kind is DocumentKind.DOSSIER:
        return may_read(session, case, actor.code)
    officer = officer_with(session, actor.code, *_OFFICE, case=case.number)
    if is_subject(session, case.id, officer):
        raise ConflictOfInterest(case=case.number)
    if kind is DocumentKind.UPWARD and not officer.holds(Role.OFFICE_HEAD, on=today(session)):
        raise NotYours("向上级反馈的文件须由治庸问责办负责人办理。", case=case.number)
    return officer


def _journal_identity(session: Session, subject: LetterSubject, actor: Actor) -> None:
    """Whoever holds the letter reads who reported."""
    messages = [subject.message.id] if subject.message else []
    detail = {"reason": f"制作{subject.kind.label}", "messages": messages}
    journal.write(session, case=subject.case, actor=actor, what="identity", detail=detail)


def _before(session: Session, subject: LetterSubject) -> Document | None:
    return session.scalar(
        select(Document).where(
            Document.case_id == subject.case.id,
            Document.kind == subject.kind,
            Document.about == subject.about,
            ~Document.void.has(),
        )
    )


def _again(document: Document, subject: LetterSubject) -> Issued:
    try:
        content = (settings().documents / document.sha256).read_bytes()
    except OSError:
        raise FileMissing(case=subject.case.number) from None
    return Issued(
        kind=document.kind,
        case=subject.case.number,
        unit=subject.unit.code if subject.unit else None,
        number=document.number,
        sha256=document.sha256,
        content=content,
        again=True,
    )
