"""Letters: what the ledger says, written into a template, numbered and registered; and what goes out with them.

Order only, and no Prefect.
"""

from functools import partial

from flows.answers import hand_out
from models.document import DocumentKind
from models.journal import Actor
from models.letter_subject import NothingToWrite
from reports.letter_file import write_letter
from settings import settings
from tasks.document import Issued, Target, issue_document


def issue_letter(
    kind: DocumentKind, target: Target, *, actor: Actor, signer: str | None = None, draft: bool = False
) -> Issued:
    """Write a letter, give it its number and register it; a draft gets neither. Raises a Refusal."""
    write = partial(write_letter, templates=settings().templates)
    return issue_document(kind, target, actor=actor, signer=signer, draft=draft, write=write)


def enclosed_workbook(letter: Issued, *, actor: Actor) -> bytes | None:
    """Return the 办理答复表 that a 交办单 names as its 附件; None where the unit can answer nothing yet.

    Raises a Refusal.
    """
    if letter.kind is not DocumentKind.ASSIGNMENT:
        return None
    try:
        return hand_out(letter.case, unit=letter.unit, actor=actor)[1]
    except NothingToWrite:
        return None
