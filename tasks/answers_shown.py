"""What was answered in a case, as far as each who handles it must know it; nobody else and never whom it is about."""

from typing import Any

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.assignment import Answer, Assignment
from models.case import Case
from models.clock import today
from models.concerned import is_subject
from models.forms import Form
from models.masks import masked_text
from models.message import Complainant
from models.refusals import ConflictOfInterest, NotYours, UnknownOfficer
from models.registry import Officer
from models.steps import STEPS
from models.words import Role, Word

# Who reads everything; a district leader reads the workbooks.
_READ_ALL = (Role.OFFICE_CLERK, Role.OFFICE_HEAD, Role.DISCIPLINE)
# What the propaganda department must know to answer the media.
_FOR_THE_MEDIA = frozenset(
    {"classification", "investigation", "sign-off", "direct-accountability", "filing", "media-reply"}
)
# What the office says to the unit that handles the case, beside what units answer themselves.
_TO_THE_UNIT = frozenset({"classification", "filing"})


def may_read(session: Session, case: Case, code: str) -> Officer:
    """Return the officer if he handles cases of this kind, or is of one of this case's units, today.

    Raises ConflictOfInterest, NotYours, UnknownOfficer.
    """
    officer = session.get(Officer, code)
    if officer is None:
        raise UnknownOfficer(case=case.number)
    if is_subject(session, case.id, officer):
        raise ConflictOfInterest(case=case.number)
    roles = _roles(session, officer)
    everywhere = any(not role.of_a_unit for role in roles)
    if not everywhere and not (roles and officer.unit_code in (case.unit_code, *case.co_units)):
        raise NotYours("该案件不属于您的岗位或单位。", case=case.number)
    return officer


def answers_shown(session: Session, case: Case, officer: Officer) -> list[dict[str, Any]]:
    """List the answers that the officer may read, in the order in which they were given."""
    answers = session.scalars(
        select(Answer)
        .join(Answer.assignment)
        .where(Assignment.case_id == case.id)
        .options(joinedload(Answer.assignment), joinedload(Answer.annulment))
        .order_by(Answer.id)
    )
    shown = [_shown(each) for each in answers if _reads(session, officer, case, each.assignment)]
    return shown if reads_all(session, officer) else [_for_outsiders(session, case, each) for each in shown]


def reads_all(session: Session, officer: Officer) -> bool:
    """Whether he is of the office or of the discipline body today."""
    return not _roles(session, officer).isdisjoint(_READ_ALL)


def _for_outsiders(session: Session, case: Case, shown: dict[str, Any]) -> dict[str, Any]:
    """Leave out who sent the messages, and that a lapse of the unit's leaders is looked into."""
    senders = [each.message.complainant for each in case.messages]
    hidden = [sender for sender in senders if sender is not None and not sender.consent]
    data = {name: value for name, value in shown["data"].items() if name != "lapse"}
    masked = _masked(data, hidden)
    form = STEPS[shown["kind"]].form
    return shown | {"data": masked, "fields": _fields(form, masked)}


def _masked(content: Any, senders: list[Complainant]) -> Any:
    match content:
        case str():
            return masked_text(content, *senders)
        case dict():
            return {name: _masked(value, senders) for name, value in content.items()}
        case list():
            return [_masked(each, senders) for each in content]
        case _:
            return content


def in_words(form: type[BaseModel], data: dict[str, Any]) -> list[tuple[str, str]]:
    """Write what was answered as the form's titles and values in Chinese; what was left empty is left out."""
    read = form.model_validate(data, extra="ignore")
    return [
        (field.title or name, words)
        for name, field in form.model_fields.items()
        if (words := _written(getattr(read, name)))
    ]


def _reads(session: Session, officer: Officer, case: Case, assignment: Assignment) -> bool:
    if reads_all(session, officer):
        return True
    roles = _roles(session, officer)
    if Role.PROPAGANDA in roles:
        return assignment.kind in _FOR_THE_MEDIA
    if case.handled_directly:  # the unit's own leaders may be concerned
        return assignment.unit_code == officer.unit_code
    if officer.unit_code == case.unit_code:
        return assignment.kind in _TO_THE_UNIT or assignment.role.of_a_unit
    return assignment.kind == "classification" or assignment.unit_code == officer.unit_code


def _roles(session: Session, officer: Officer) -> set[Role]:
    day = today(session)
    return {grant.role for grant in officer.grants if grant.covers(day)}


def _shown(answer: Answer) -> dict[str, Any]:
    assignment = answer.assignment
    return {
        "step": assignment.step,
        "kind": assignment.kind,
        "title": STEPS[assignment.kind].title,
        "round": assignment.round,
        "unit": assignment.unit_code,
        "by": answer.officer_code,
        "at": answer.answered_at.isoformat(),
        "counts": answer.annulment is None,
        "data": answer.data,
        "fields": _fields(STEPS[assignment.kind].form, answer.data),
    }


def _fields(form: type[Form], data: dict[str, Any]) -> list[dict[str, str]]:
    return [{"title": title, "words": words} for title, words in in_words(form, data)]


def _written(value: object) -> str:
    match value:
        case None | "" | []:
            return ""
        case bool():
            return "是" if value else "否"
        case Word():
            return value.label
        case list():
            return "；".join(_written(each) for each in value)
        case BaseModel():
            return "，".join(words for _, words in in_words(type(value), value.model_dump(mode="json")))
        case _:
            return str(value)
