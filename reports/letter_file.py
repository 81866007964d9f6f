"""A letter as a Word file: its template, the office's own or the built-in one, filled in with the facts."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, UndefinedError
from jinja2.sandbox import SandboxedEnvironment

from models.document import DocumentKind
from models.letter_subject import ToWrite, Written
from models.refusals import Refusal
from reports.dossier import dossier
from reports.letter_facts import LetterFacts
from reports.letter_templates import built_in_template
from reports.letters_for_approval import extension_form, filing_form
from reports.letters_outward import reply_letter, report_to_leaders, upward_report
from reports.letters_to_units import assignment_order, second_round_notice, supervision_notice, urging_notice
from reports.workbook import printable


class BadTemplate(Refusal):
    """A template of the office's own cannot be filled in."""

    code = "bad-template"


FIELDS: dict[DocumentKind, Callable[[LetterFacts], dict[str, Any]]] = {
    DocumentKind.ASSIGNMENT: assignment_order,
    DocumentKind.SUPERVISION: supervision_notice,
    DocumentKind.URGING: urging_notice,
    DocumentKind.SECOND_ROUND: second_round_notice,
    DocumentKind.FILING: filing_form,
    DocumentKind.EXTENSION: extension_form,
    DocumentKind.REPLY: reply_letter,
    DocumentKind.REPORT: report_to_leaders,
    DocumentKind.UPWARD: upward_report,
    DocumentKind.DOSSIER: dossier,
}


def write_letter(order: ToWrite, templates: Path) -> Written:
    """Write a letter; `templates`: the folder of the office's own. Raises BadTemplate."""
    kind, message = order.subject.kind, order.subject.message
    to = message.complainant if message is not None else None
    facts = LetterFacts(order, but=to)
    fields = facts.common() | FIELDS[kind](facts)
    content = fill_in(kind, fields, templates)
    return Written(content=content, addressee=fields.get("主送", ""), reads_identity=to is not None)


def fill_in(kind: DocumentKind, fields: dict[str, Any], templates: Path) -> bytes:
    """Fill in the template of a kind. Raises BadTemplate, which names a mark that is none of the letter's."""
    own = templates / f"{kind.value}.docx"
    unreadable = f"模板 {own} 无法读取，不是完好的 Word 文档（docx）。"
    try:
        content = own.read_bytes()
    except FileNotFoundError:
        return _filled_in(_opened(built_in_template(kind)), fields)
    except OSError as error:
        raise BadTemplate(unreadable) from error
    try:
        template = _opened(content)
    except Exception as error:  # whatever the readers of Word files stumble over
        raise BadTemplate(unreadable) from error
    try:
        return _filled_in(template, fields)
    except UndefinedError as error:
        name = re.search(r"'([^']+)' is undefined", str(error))
        which = f"没有“{name[1]}”这个填写项" if name else "有无法识别的填写项"
        raise BadTemplate(f"模板 {own} 有误：{kind.label}{which}。") from error
    except TemplateError as error:
        raise BadTemplate(f"模板 {own} 有误：填写标记不完整或不配对（{{{{ }}}}、{{% %}}）。") from error
    except Exception as error:  # whatever somebody reckons in a mark
        raise BadTemplate(f"模板 {own} 有误：有的填写标记无法计算，或填写后不是完好的文档。") from error


def _opened(content: bytes) -> DocxTemplate:
    template = DocxTemplate(io.BytesIO(content))
    template.init_docx()
    return template


def _filled_in(template: DocxTemplate, fields: dict[str, Any]) -> bytes:
    template.render(_printable(fields), SandboxedEnvironment(undefined=StrictUndefined, autoescape=True))
    target = io.BytesIO()
    template.save(target)
    return target.getvalue()


def _printable(value: Any) -> Any:
    match value:
        case str():
            return printable(value)
        case dict():
            return {key: _printable(each) for key, each in value.items()}
        case list():
            return [_printable(each) for each in value]
        case _:
            return value
