"""A person's act: one transaction that checks, records and asks the flow to go on; needs no Prefect."""

import re
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models import journal
from models.assignment import Answer, Assignment
from models.breaches import Act
from models.case import Case
from models.clock import now, today
from models.concerned import is_subject
from models.database import transaction
from models.forms import Form
from models.journal import Actor, sha256_of, storable
from models.outbox import wake
from models.refusals import (
    AlreadyAnswered,
    CaseClosed,
    CaseSuspended,
    ConflictOfInterest,
    InvalidForm,
    NotOpenYet,
    NotYours,
    Refusal,
    StaleVersion,
    UnknownAssignment,
    UnknownOfficer,
    Withdrawn,
)
from models.registry import Officer
from models.rules import rules_of
from models.steps import STEPS
from models.words import Status
from tasks.holding import holds_step, represents
from tasks.officers import is_in_post
from tasks.record import record


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """An act that was taken: its case and step.

    draft: it only went back to whose answer it is. number: of the 催办 or 督办 that it made.
    """

    case: str
    step: str
    draft: bool = False
    number: str = ""


def answer(assignment_id: int, *, data: dict[str, Any], actor: Actor, version: int | None = None) -> Accepted:
    """Answer an assignment, in one transaction.

    data: the form's fields. version: that of the assignment as the person saw it, if he saw it.
    Raises a Refusal; what was typed is then kept in the journal as not accepted.
    """
    try:
        with transaction() as session:
            case, assignment = lock(session, assignment_id)
            return answer_locked(session, case, assignment, data=data, actor=actor, version=version)
    except Refusal as refusal:
        keep_refused(assignment_id, data=data, actor=actor, refusal=refusal)
        raise


def lock(session: Session, assignment_id: int) -> tuple[Case, Assignment]:
    """Lock the case of an assignment, then read the assignment as it is under the lock.

    Raises UnknownAssignment.
    """
    case = session.scalar(
        select(Case)
        .join(Assignment, Assignment.case_id == Case.id)
        .where(Assignment.id == assignment_id)
        .with_for_update(of=Case)
        .execution_options(populate_existing=True)
    )
    if case is None:
        raise UnknownAssignment
    return case, session.get_one(Assignment, assignment_id)


def answer_locked(
    session: Session,
    case: Case,
    assignment: Assignment,
    *,
    data: dict[str, Any],
    actor: Actor,
    version: int | None = None,
    walked: bool = False,
) -> Accepted:
    """Answer an assignment whose case the caller has locked; the caller's transaction commits.

    walked: the caller is the case's own walk, which goes on by itself and need not be woken. Raises a Refusal.
    """
    step = STEPS[assignment.kind]
    officer = may_answer(session, case, assignment, actor=actor, version=version, drafting=True)
    form = read_form(step.form, data, case=case.number)
    if assignment.delegate_code == officer.code:
        return _draft(session, case, assignment, officer, form, actor)
    act = Act(session=session, case=case, assignment=assignment, officer=officer, form=form, today=today(session))
    for rule in rules_of(step.form):
        rule.check(act)

    content = storable(form.model_dump(mode="json"))
    given = Answer(
        assignment_id=assignment.id,
        officer_code=officer.code,
        os_user=actor.os_user,
        via=actor.via,
        answered_at=now(session),
        data=content,
    )
    assignment.answered_at = given.answered_at
    assignment.delegate_code = assignment.draft = None
    assignment.version += 1
    session.add(given)
    session.flush()
    detail = {"answer": given.id, "sha256": sha256_of(content)} | _in_place_of(session, officer, assignment)
    journal.write(session, case=case, actor=actor, what="answer", step=assignment.step, detail=detail)
    record(form, act, given, actor)
    if not walked:
        wake(session, case.id)
    return Accepted(case=case.number, step=assignment.step)


def read_form(form: type[Form], data: dict[str, Any], *, case: str | None = None) -> Form:
    """Check what was typed against the form.

    Raises InvalidForm with each field's Chinese title and reason; what was typed is not in it.
    """
    try:
        read = form.model_validate(data)
    except ValidationError as invalid:
        raise InvalidForm([_fault(form, error) for error in invalid.errors()], case=case) from None  # type: ignore[arg-type]
    content = read.model_dump(mode="json")
    if storable(content) != content:
        raise InvalidForm([("", "含有无法保存的字符")], case=case)
    return read


def keep_refused(assignment_id: int, *, data: dict[str, Any], actor: Actor, refusal: Refusal) -> None:
    """Keep in the journal what was not accepted, and why; nothing is kept for an assignment that does not exist."""
    with transaction() as session:
        try:
            case, assignment = lock(session, assignment_id)
        except UnknownAssignment:
            return
        write_refused(session, case, assignment, data=data, actor=actor, refusal=refusal)


def write_refused(
    session: Session,
    case: Case,
    assignment: Assignment,
    *,
    data: dict[str, Any],
    actor: Actor,
    refusal: Refusal,
    **more: str,
) -> None:
    """Write in the journal what was not accepted, and why; the caller holds the case's lock and commits."""
    detail = {"code": refusal.code, "data": data, **more}
    journal.write(session, case=case, actor=actor, what="refused", step=assignment.step, detail=detail)


def may_answer(
    session: Session,
    case: Case,
    assignment: Assignment,
    *,
    actor: Actor,
    version: int | None = None,
    drafting: bool = False,
) -> Officer:
    """Return the officer who acts, if the assignment is his to answer now, or with `drafting` his to draft.

    Raises AlreadyAnswered, CaseClosed, CaseSuspended, NotOpenYet, NotYours, StaleVersion, UnknownOfficer, Withdrawn.
    """
    officer = session.get(Officer, actor.code, options=[joinedload(Officer.grants)])
    if officer is None:
        raise UnknownOfficer(case=case.number)
    must_be_open(case, assignment)
    if version is not None and version != assignment.version:
        raise StaleVersion(case=case.number)
    drafts = drafting and assignment.delegate_code == officer.code and is_in_post(session, officer)
    if not drafts and not holds_step(session, officer, assignment, STEPS[assignment.kind]):
        raise NotYours(case=case.number)
    if assignment.opens_on > today(session):
        raise NotOpenYet(case=case.number)
    return officer


def must_be_open(case: Case, assignment: Assignment) -> None:
    """Raise AlreadyAnswered, CaseClosed, CaseSuspended or Withdrawn unless an answer is still wanted."""
    if assignment.answered_at is not None:
        raise AlreadyAnswered(case=case.number)
    if assignment.withdrawn_at is not None:
        raise Withdrawn(case=case.number)
    if not case.is_open:
        raise CaseClosed(case=case.number)
    if case.status is Status.SUSPENDED:
        raise CaseSuspended(case=case.number)


def _draft(
    session: Session, case: Case, assignment: Assignment, officer: Officer, form: Form, actor: Actor
) -> Accepted:
    """委派: what the delegate wrote comes back to the owner, who answers; the rules are checked with his answer."""
    if is_subject(session, case.id, officer):
        raise ConflictOfInterest(case=case.number)
    assignment.draft = storable(form.model_dump(mode="json"))
    assignment.delegate_code = None
    assignment.version += 1
    detail = {"sha256": sha256_of(assignment.draft)}
    journal.write(session, case=case, actor=actor, what="draft", step=assignment.step, detail=detail)
    return Accepted(case=case.number, step=assignment.step, draft=True)


def _in_place_of(session: Session, officer: Officer, assignment: Assignment) -> dict[str, str]:
    """代理: say in the journal for whom somebody answered, where it is not his own step."""
    represented = represents(session, officer, assignment, STEPS[assignment.kind])
    return {"for": represented.code} if represented is not None and represented is not officer else {}


def _fault(form: type[Form], error: dict[str, Any]) -> tuple[str, str]:
    names = [each for each in error["loc"] if isinstance(each, str)]
    field = form.model_fields.get(names[0]) if names else None
    where = (field.title or names[0]) if field else "".join(re.findall(r"^\w{1,40}$", names[0])) if names else ""
    position = next((each + 1 for each in error["loc"] if isinstance(each, int)), None)
    if position is not None:
        where += f"第{position}项"
    return where, _REASONS.get(error["type"]) or _reason(error)


_REASONS = {
    "missing": "必填",
    "extra_forbidden": "没有这一项",
    "string_too_short": "必填",
    "string_type": "须为文字",
    "string_too_long": "文字过长",
    "enum": "不在可选范围内",
    "bool_parsing": "须为是或否",
    "bool_type": "须为是或否",
    "date_from_datetime_parsing": "日期格式应为 2026-05-06",
    "date_parsing": "日期格式应为 2026-05-06",
    "date_type": "日期格式应为 2026-05-06",
    "int_parsing": "须为整数",
    "int_type": "须为整数",
    "int_from_float": "须为整数",
    "float_parsing": "须为数字",
    "float_type": "须为数字",
    "list_type": "须为列表",
    "model_type": "填写不完整",
    "model_attributes_type": "填写不完整",
}


def _reason(error: dict[str, Any]) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "value_error":
            return str(context["error"])
        case "too_short":
            return f"至少{context['min_length']}项"
        case "greater_than_equal":
            return f"不得小于{context['ge']:g}"
        case "less_than_equal":
            return f"不得大于{context['le']:g}"
        case _:
            return "填写不符合要求"
