"""Reading who reported: only by the office, or by the unit where he agreed, with a reason, always in the journal."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from models import journal
from models.case import Case
from models.clock import today
from models.concerned import is_subject
from models.database import transaction
from models.journal import SYSTEM, Actor
from models.refusals import ConflictOfInterest, NoIdentity, NotYours, ReasonMissing, Refusal, UnknownOfficer
from models.registry import Officer
from models.words import Role
from tasks.find import find_case


def read_identity(number: str, *, actor: Actor, reason: str) -> dict[str, Any]:
    """Return the complainants of a case; the reading, and a refused one too, is in the journal.

    Raises ConflictOfInterest, NoIdentity, NotYours, ReasonMissing, UnknownCase, UnknownOfficer.
    """
    if not reason.strip():
        raise ReasonMissing
    try:
        with transaction() as session:
            case = find_case(session, number, lock=True)
            senders = _senders(session, case, actor)
            detail = {"reason": reason, "messages": [each["message"] for each in senders]}
            journal.write(session, case=case, actor=actor, what="identity", detail=detail)
            return {"name": senders[0]["name"], "phone": senders[0]["phone"], "complainants": senders}
    except (NotYours, ConflictOfInterest, UnknownOfficer) as refusal:
        _keep_refused(number, actor, refusal)
        raise


def handles(officer: Officer, case: Case, *, on: date) -> bool:
    """Whether the officer acts on that day for a unit of the case; what the office handles itself is for no unit."""
    acts = any(grant.role.of_a_unit and grant.covers(on) for grant in officer.grants)
    return acts and not case.handled_directly and officer.unit_code in (case.unit_code, *case.co_units)


def _senders(session: Session, case: Case, actor: Actor) -> list[dict[str, Any]]:
    officer = None if actor.code == SYSTEM.code else session.get(Officer, actor.code)
    if officer is None:
        raise UnknownOfficer(case=case.number)
    if is_subject(session, case.id, officer):
        raise ConflictOfInterest(case=case.number)
    day = today(session)
    of_the_office = officer.holds(Role.OFFICE_CLERK, on=day) or officer.holds(Role.OFFICE_HEAD, on=day)
    if not of_the_office and not handles(officer, case, on=day):
        raise NotYours("投诉人身份只能由治庸问责办查看。", case=case.number)
    known = [each.message.complainant for each in case.messages if each.message.complainant is not None]
    if known and not of_the_office:
        known = [sender for sender in known if sender.consent]
        if not known:
            raise NotYours("投诉人未同意向责任单位公开身份。", case=case.number)
    if not known:
        raise NoIdentity(case=case.number)
    return [
        {"message": each.message_id, "name": each.name, "phone": each.phone, "address": each.address} for each in known
    ]


def _keep_refused(number: str, actor: Actor, refusal: Refusal) -> None:
    with transaction() as session:
        case = find_case(session, number, lock=True)
        journal.write(session, case=case, actor=actor, what="identity-refused", detail={"code": refusal.code})
