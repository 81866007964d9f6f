"""Finding a case by the number that somebody typed, and locking it."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case import Case
from models.message import Message
from models.refusals import UnknownCase, UnknownMessage

# A sequence has nine digits at most, leading zeros not counted: the ledger's whole numbers end soon after.
_SHORT = re.compile(r"\s*(\d{4})\s*[-－—/]\s*0*(\d{1,9})\s*")
_FULL = re.compile(r"\s*洪治庸\s*[〔\[(（](\d{4})[〕\])）]\s*0*(\d{1,9})\s*号?\s*")


def find_case(session: Session, typed: str, *, lock: bool = False) -> Case:
    """Return the case with a number typed as 洪治庸〔2026〕12号 or 2026-12.

    Raises UnknownCase.
    """
    found = _SHORT.fullmatch(typed) or _FULL.fullmatch(typed)
    if found is None:
        raise UnknownCase
    query = select(Case).where(Case.year == int(found[1]), Case.sequence == int(found[2]))
    case = session.scalar(query.with_for_update() if lock else query)
    if case is None:
        raise UnknownCase
    return case


def find_message(session: Session, message_id: int) -> Message:
    """Return a message.

    Raises UnknownMessage.
    """
    message = session.get(Message, message_id)
    if message is None:
        raise UnknownMessage
    return message
