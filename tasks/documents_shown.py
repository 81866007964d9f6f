"""The register of documents as it is listed."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from models.database import transaction
from models.document import Document, DocumentKind
from tasks.find import find_case


def list_documents(
    *, case: str | None = None, kind: DocumentKind | None = None, year: int | None = None
) -> list[dict[str, Any]]:
    """List the documents that were given a number, by kind and number; void ones too. Raises UnknownCase."""
    with transaction() as session:
        query = (
            select(Document)
            .options(joinedload(Document.void), joinedload(Document.case))
            .order_by(Document.kind, Document.year, Document.sequence)
        )
        if case is not None:
            query = query.where(Document.case_id == find_case(session, case).id)
        if kind is not None:
            query = query.where(Document.kind == kind)
        if year is not None:
            query = query.where(Document.year == year)
        found = sorted(session.scalars(query), key=lambda each: list(DocumentKind).index(each.kind))
        return [_shown(each) for each in found]


def _shown(document: Document) -> dict[str, Any]:
    void = document.void
    return {
        "number": document.number,
        "kind": document.kind.value,
        "title": document.kind.label,
        "case": document.case.number if document.case else None,
        "assignment": document.assignment_id,
        "to": document.addressee,
        "signer": document.signer,
        "dated": document.dated.isoformat(),
        "by": document.issued_by,
        "sha256": document.sha256,
        "void": None
        if void is None
        else {"at": void.voided_at.isoformat(), "by": void.voided_by, "reason": void.reason},
    }
