"""Letters: what the ledger says, written into a template, numbered and registered. Order only, and no Prefect."""

from functools import partial

from models.document import DocumentKind
from models.journal import Actor
from reports.letter_file import write_letter
from settings import settings
from tasks.document import Issued, Target, issue_document


def issue_letter(
    kind: DocumentKind, target: Target, *, actor: Actor, signer: str | None = None, draft: bool = False
) -> Issued:
    """Write a letter, give it its number and register it; a draft gets neither. Raises a Refusal."""
    write = partial(write_letter, templates=settings().templates)
    return issue_document(kind, target, actor=actor, signer=signer, draft=draft, write=write)
