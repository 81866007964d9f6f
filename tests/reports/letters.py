"""Letters for the tests: one is written, and read back as what stands on its pages."""

import io
from typing import Any

import docx
from docx.document import Document
from docx.oxml.ns import qn

from flows.letters import issue_letter
from models.document import DocumentKind
from models.journal import Actor
from tasks.document import Issued, Target
from tests.office import CLERK


def written(kind: DocumentKind, target: str | int, by: str = CLERK, **more: Any) -> Issued:
    """Write a letter on a case, or on an assignment."""
    options = {key: more.pop(key) for key in ("signer", "draft") if key in more}
    on = Target(assignment=target, **more) if isinstance(target, int) else Target(case=target, **more)
    return issue_letter(kind, on, actor=Actor(code=by), **options)


def lines(letter: Issued) -> list[str]:
    """Return what stands in a letter, a paragraph or a row of a table in a line, the row's cells by |."""
    document = open_(letter)
    found = []
    for block in document.element.body.iterchildren():
        if block.tag == qn("w:p"):
            found.append(_text(block))
        elif block.tag == qn("w:tbl"):
            for row in block.iter(qn("w:tr")):
                found.append("|".join(_text(cell) for cell in row.iter(qn("w:tc"))))
    return [line for line in found if line]


def text(letter: Issued) -> str:
    """Return all that stands in a letter: pages, heads and feet, properties."""
    document = open_(letter)
    properties = document.core_properties
    return "\n".join([*lines(letter), properties.title, properties.author, properties.comments, properties.subject])


def open_(letter: Issued) -> Document:
    """Open a letter."""
    return docx.Document(io.BytesIO(letter.content))


def _text(element: Any) -> str:
    parts = {qn("w:t"): lambda each: each.text or "", qn("w:tab"): lambda _: "\t", qn("w:br"): lambda _: "\n"}
    return "".join(parts[each.tag](each) for each in element.iter(*parts) if each.getparent().tag == qn("w:r")).strip()
