"""The office head's own act: a second round for what is on file, at any time before the case is closed."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.assignment import Assignment
from models.database import transaction
from models.forms import QualityReview
from models.journal import Actor
from models.path import LAST
from models.records import Filing
from models.refusals import CaseClosed, InvalidForm, LastRound, NotFiledYet
from models.steps import STEPS
from tasks.answer import Accepted, answer_locked, read_form
from tasks.find import find_case
from tasks.open_steps import Asked, open_step
from tasks.refused import kept_if_refused


def review(number: str, *, data: dict[str, Any], actor: Actor) -> Accepted:
    """Find, on the office head's own initiative, that a filed result was poorly handled and people are dissatisfied.

    Both findings are needed (policy 四(二)); the unit's consent is not.
    Raises CaseClosed, InvalidForm, LastRound, NotFiledYet and what `answer` raises; what was typed is then kept.
    """
    with kept_if_refused(number, "review", actor=actor, data=data), transaction() as session:
        return _review(session, number, data, actor)


def _review(session: Session, number: str, data: dict[str, Any], actor: Actor) -> Accepted:
    case = find_case(session, number, lock=True)
    if not case.is_open:
        raise CaseClosed(case=case.number)
    if case.round == LAST:
        raise LastRound(case=case.number)
    if not session.scalar(select(Filing.id).where(Filing.case_id == case.id, Filing.round == case.round)):
        raise NotFiledYet(case=case.number)
    form = read_form(QualityReview, data, case=case.number)
    assert isinstance(form, QualityReview)
    if not form.starts_another_round:
        raise InvalidForm([("", "主动启动二次办理，须同时认定处理不力和群众不满意")], case=case.number)
    step = Asked(step=STEPS["quality-review"], base=f"quality-review-{case.round}", round=case.round)
    opened = select(Assignment).where(Assignment.case_id == case.id, Assignment.base == step.base, Assignment.is_open)
    assignment = session.scalar(opened) or open_step(session, case, step)
    return answer_locked(session, case, assignment, data=data, actor=actor)
