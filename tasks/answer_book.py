"""Which steps go out to a unit in an answer workbook."""

from collections.abc import Sequence

from sqlalchemy import select

from models.answer_book import StepSheet
from models.assignment import Assignment
from models.case import Case
from models.clock import today
from models.concerned import is_subject
from models.database import transaction
from models.due_text import due_text
from models.journal import Actor
from models.letter_subject import NothingToWrite
from models.meeting_state import asked_by_meetings
from models.refusals import ConflictOfInterest
from models.registry import Unit
from models.steps import STEPS
from models.words import Role
from tasks.find import find_case
from tasks.officers import officer_with


def steps_for(number: str, *, unit: str | None, actor: Actor) -> tuple[str, str, list[StepSheet]]:
    """Return the case's number, the unit's name and its open steps. Raises a Refusal."""
    with transaction() as session:
        case = find_case(session, number)
        officer = officer_with(session, actor.code, Role.OFFICE_CLERK, Role.OFFICE_HEAD, case=case.number)
        if is_subject(session, case.id, officer):
            raise ConflictOfInterest(case=case.number)
        code = unit or case.unit_code
        steps = session.scalars(
            select(Assignment)
            .where(Assignment.case_id == case.id, Assignment.is_open, Assignment.unit_code == code)
            .where(Assignment.opens_on <= today(session))
            .order_by(Assignment.id)
        ).all()
        named = session.get(Unit, code) if code else None
        if not steps or named is None:
            raise NothingToWrite("该案没有等待该单位办理的环节。", case=case.number)
        about = asked_by_meetings(session, steps)
        sheets = [
            StepSheet(
                sheet=f"{STEPS[each.kind].title}-{each.id}",
                assignment=each.id,
                version=each.version,
                kind=each.kind,
                due=due_text(each),
                about=about.get(each.id, ""),
            )
            for each in steps
        ]
        return case.number, named.name, sheets


def steps_of_other_cases(number: str, steps: Sequence[int]) -> set[int]:
    """Return those of the steps, by their assignments, that are none of the case's: of another, or of none."""
    with transaction() as session:
        own = session.scalars(
            select(Assignment.id).join(Assignment.case).where(Case.number == number, Assignment.id.in_(steps))
        )
        return set(steps) - set(own)
