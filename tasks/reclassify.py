"""Mending a wrong class, grade or unit: a new ruling beside the old one, which no longer counts."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import journal
from models.assignment import Answer, Assignment
from models.case import Case
from models.concerned import is_subject
from models.database import transaction
from models.forms import Classification
from models.journal import Actor
from models.records import Filing
from models.refusals import AlreadyFiled, CaseClosed, ConflictOfInterest, InvalidForm, ReasonMissing
from models.steps import STEPS
from models.words import Outcome, Role
from tasks.annul import annul, annul_application
from tasks.answer import Accepted, answer_locked
from tasks.find import find_case
from tasks.officers import officer_with
from tasks.open_steps import Asked, open_step, withdraw, withdraw_all
from tasks.reckon import reckon_case
from tasks.record import HANDLING, PROMISES
from tasks.refused import kept_if_refused

# What units do in a round, and what the office does with it: with other units it begins anew.
BEGUN_ANEW = ("receipt", *PROMISES, *HANDLING)


def reclassify(number: str, *, data: dict[str, Any], actor: Actor, reason: str) -> Accepted:
    """Change what the office ruled: the fields given replace those of the last ruling, under the same rules.

    Whom the case is about is replaced too, where it is given: somebody named by mistake is named no more.

    With another unit, or taken up by the office itself, the unit's answers of this round no longer count and its
    open steps are withdrawn; with another grade or kind, open steps get its dates.
    Raises a Refusal; what was typed is then kept in the journal as not accepted.
    """
    if not reason.strip():
        raise ReasonMissing
    if not data:
        raise InvalidForm([("", "没有填写要更正的内容")])
    with kept_if_refused(number, "reclassify", actor=actor, data=data), transaction() as session:
        case = find_case(session, number, lock=True)
        return _reclassify(session, case, data, actor, reason)


def _reclassify(session: Session, case: Case, data: dict[str, Any], actor: Actor, reason: str) -> Accepted:
    officer = officer_with(session, actor.code, Role.OFFICE_CLERK, case=case.number)
    if not case.is_open:
        raise CaseClosed(case=case.number)
    if is_subject(session, case.id, officer):
        raise ConflictOfInterest(case=case.number)
    rulings = session.scalars(
        select(Answer)
        .join(Answer.assignment)
        .where(Assignment.case_id == case.id, Assignment.kind == "classification", ~Answer.annulment.has())
        .order_by(Answer.id)
    ).all()
    if not rulings:
        raise InvalidForm([("", "案件尚未分类，请直接办理分类登记")], case=case.number)
    before = (case.unit_code, tuple(case.co_units), case.handled_directly, case.grade, case.kind)
    ruled = [Classification.model_validate(ruling.data, extra="ignore").model_dump(mode="json") for ruling in rulings]
    named = [person for ruling in ruled for person in ruling["subjects"]]
    new = ruled[-1] | {"subjects": named} | data
    for ruling in rulings:
        annul(session, case, ruling, actor=actor, reason=reason)
    annul_application(session, case, actor=actor, reason=reason)
    for assignment in session.scalars(
        select(Assignment).where(Assignment.case_id == case.id, Assignment.kind == "classification", Assignment.is_open)
    ):
        withdraw(session, case, assignment, why=reason)
    session.flush()
    assignment = open_step(session, case, Asked(step=STEPS["classification"], base="classification", round=case.round))
    journal.write(
        session,
        case=case,
        actor=actor,
        what="reclassify",
        step=assignment.step,
        detail={"data": data, "reason": reason},
    )
    accepted = answer_locked(session, case, assignment, data=new, actor=actor)
    if (case.unit_code, tuple(case.co_units), case.handled_directly) != before[:3]:
        _begin_units_anew(session, case, actor, reason)
    elif (case.grade, case.kind) != before[3:]:
        reckon_case(session, case, actor=actor, reason=reason)
    if not Outcome(new["outcome"]).taken_up:
        withdraw_all(session, case, why=reason)
    return accepted


def _begin_units_anew(session: Session, case: Case, actor: Actor, reason: str) -> None:
    if session.scalar(select(Filing.id).where(Filing.case_id == case.id, Filing.round == case.round)):
        raise AlreadyFiled(case=case.number)
    of_the_round = Assignment.kind.in_(BEGUN_ANEW) & (Assignment.round == case.round)
    for answer in session.scalars(
        select(Answer)
        .join(Answer.assignment)
        .where(Assignment.case_id == case.id, of_the_round, ~Answer.annulment.has())
    ):
        annul(session, case, answer, actor=actor, reason=reason)
    for assignment in session.scalars(
        select(Assignment).where(Assignment.case_id == case.id, of_the_round, Assignment.is_open)
    ):
        withdraw(session, case, assignment, why=reason)
