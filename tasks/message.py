"""One message by hand: added, read by who may read it, and given attachments."""

import hashlib
import mimetypes
import re
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import journal
from models.case import Case, CaseMessage, next_number
from models.clock import now, today
from models.concerned import is_subject
from models.database import transaction
from models.journal import SYSTEM, Actor
from models.masks import masked_contact, masked_text
from models.message import Attachment, Message
from models.outbox import LIVE
from models.refusals import BadFile, ConflictOfInterest, NotYours, Refusal, UnknownOfficer
from models.registry import Officer
from models.words import Role
from settings import settings
from tasks.find import find_message
from tasks.identity import handles
from tasks.kept_files import keep
from tasks.officers import officer_with
from tasks.register import Registered, Report, already_known, register

SEE_ALL = (Role.OFFICE_CLERK, Role.OFFICE_HEAD, Role.DISCIPLINE)


class NumberTaken(Refusal):
    """The channel has a message with this number."""

    code = "already-known"
    says = "该渠道已有这个来件编号。"


def add_message(report: Report, *, channel: str, actor: Actor) -> Registered:
    """Register one call, visitor or letter; without a source number it gets one of the office's own.

    actor: a clerk or the head of the office, or the system for whoever sits at the machine.

    Raises NotYours, NumberTaken, UnknownChannel, UnknownOfficer.
    """
    with transaction() as session:
        _of_the_office(session, actor)
        if not report.source_number:
            year = today(session).year
            number = f"手工{year}-{next_number(session, 'by-hand', year)}"
            report = Report(**{**vars(report), "source_number": number})
        elif already_known(session, channel, report.source_number) is not None:
            raise NumberTaken
        return register(session, report, channel=channel, actor=actor, priority=LIVE)


def show_added(registered: Registered) -> dict[str, Any]:
    """Return a message to whoever has just added it."""
    with transaction() as session:
        message = find_message(session, registered.message)
        return _shown(message, _case_of(session, message))


def show_message(message_id: int, *, actor: Actor) -> dict[str, Any]:
    """Return a message for this officer: the office and the discipline body see its text and what else came with it,
    the case's units see it masked, whoever it is about sees nothing; the contact is masked for everybody.

    Raises ConflictOfInterest, NotYours, UnknownMessage, UnknownOfficer.
    """
    with transaction() as session:
        message = find_message(session, message_id)
        case = _case_of(session, message)
        if _sees_all(session, case, actor):
            return _shown(message, case)
        senders = [each.message.complainant for each in case.messages]
        withheld = [sender for sender in senders if sender is None or not sender.consent]

        def masked(text: str) -> str:
            return masked_text(text, *withheld) if withheld else text

        return _shown(message, case) | {
            "source_number": masked(message.source_number),
            "subject": masked(message.subject),
            "text": masked(message.text),
            "about_unit": masked(message.about_unit),
            "attachments": _without_names(message),
            "extra": {},  # whatever else the channel noted, it may say who reported
        }


def attach(message_id: int, file: Path, *, actor: Actor) -> dict[str, Any]:
    """Keep a file with a message, by its hash; attached twice, it is kept once.

    Returns the message as the officer sees it; whoever sits at the machine sees nothing of what it says.
    Raises BadFile, NotYours, UnknownMessage, UnknownOfficer.
    """
    try:
        content = file.read_bytes()
    except OSError:
        raise BadFile(f"无法读取文件“{file.name}”。") from None
    if not content:
        raise BadFile(f"文件“{file.name}”是空的。")
    digest = hashlib.sha256(content).hexdigest()
    with transaction() as session:
        _of_the_office(session, actor)
        message = find_message(session, message_id)
        case = _case_of(session, message, lock=True)
        if all(each.sha256 != digest for each in message.attachments):
            keep(settings().attachments, content, digest)
            session.add(
                Attachment(
                    message_id=message.id,
                    sha256=digest,
                    name=file.name,
                    media_type=mimetypes.guess_type(file.name)[0] or "application/octet-stream",
                    size=len(content),
                    attached_at=now(session),
                )
            )
            detail = {"message": message.id, "sha256": digest}
            journal.write(session, case=case, actor=actor, what="attach", detail=detail)
            session.flush()
            session.refresh(message, ["attachments"])
        shown = _shown(message, case) | {"sha256": digest}
        if actor.code == SYSTEM.code:
            shown |= dict.fromkeys(("source_number", "subject", "text", "about_unit", "contact"))
            shown["attachments"] = _without_names(message)
        return shown


def _shown(message: Message, case: Case) -> dict[str, Any]:
    return {
        "message": message.id,
        "channel": message.channel.code,
        "source_number": message.source_number,
        "received_at": message.received_at.isoformat(),
        "subject": message.subject,
        "text": message.text,
        "about_unit": message.about_unit,
        "contact": masked_contact(message),
        "extra": {heading: masked_text(value, message.complainant) for heading, value in message.extra.items()},
        "attachments": [{"name": each.name, "sha256": each.sha256, "size": each.size} for each in message.attachments],
        "similar_to": message.similar_to,
        "case": case.number,
    }


def _without_names(message: Message) -> list[dict[str, Any]]:
    """List the attachments by number: a file's name often says who sent it."""
    return [
        {"name": f"附件{number}{_ending(each.name)}", "sha256": each.sha256, "size": each.size}
        for number, each in enumerate(message.attachments, 1)
    ]


def _ending(name: str) -> str:
    ending = Path(name).suffix.lower()
    return ending if re.fullmatch(r"\.[a-z0-9]{1,5}", ending) else ""


def _of_the_office(session: Session, actor: Actor) -> None:
    if actor.code != SYSTEM.code:
        officer_with(session, actor.code, Role.OFFICE_CLERK, Role.OFFICE_HEAD)


def _sees_all(session: Session, case: Case, actor: Actor) -> bool:
    """Whether the text is shown as it came; False where it is masked; nothing at all raises."""
    officer = None if actor.code == SYSTEM.code else session.get(Officer, actor.code)
    if officer is None:
        raise UnknownOfficer
    if is_subject(session, case.id, officer):
        raise ConflictOfInterest(case=case.number)
    if any(officer.holds(role, on=today(session)) for role in SEE_ALL):
        return True
    if not handles(officer, case, on=today(session)):
        raise NotYours("该来件不属于您的岗位或单位。", case=case.number)
    return False


def _case_of(session: Session, message: Message, *, lock: bool = False) -> Case:
    query = select(Case).join(Case.messages).where(CaseMessage.message_id == message.id)
    return session.scalars(query.with_for_update(of=Case) if lock else query).one()
