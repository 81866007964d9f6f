"""Where a case stands, read for those who show it: the tags of its run and the steps of its timeline."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.sql.elements import ColumnElement

from models.assignment import Assignment
from models.case import Case
from models.database import transaction
from models.steps import STEPS
from models.words import Status


@dataclass(frozen=True, kw_only=True)
class Answered:
    """An answered step: its assignment, key and Chinese name."""

    assignment: int
    key: str
    title: str


def is_behind() -> ColumnElement[bool]:
    """Say that a case's run is behind the ledger: nothing is open for anybody, or an answer is not shown yet.

    A case at rest (挂起) opens nothing. A closed case is never meant: the query that uses it asks for open ones.
    """
    opened = exists().where(Assignment.case_id == Case.id, Assignment.is_open)
    unshown = exists().where(
        Assignment.case_id == Case.id,
        Assignment.answered_at.is_not(None),
        Assignment.shown_in.is_distinct_from(Case.run_id),
    )
    return (~opened & (Case.status != Status.SUSPENDED)) | unshown


def is_run_of(number: str, run_id: UUID) -> bool:
    """Whether a run is the one that the ledger keeps for the case."""
    with transaction() as session:
        return session.scalar(select(Case.run_id).where(Case.number == number)) == run_id


def answered_unshown(number: str, *, run_id: UUID) -> list[Answered]:
    """List the answered steps that a run's timeline does not show yet, in the order in which they were answered."""
    with transaction() as session:
        return [
            Answered(assignment=each.id, key=each.step, title=STEPS[each.kind].title)
            for each in session.scalars(
                select(Assignment)
                .join(Assignment.case)
                .where(
                    Case.number == number,
                    Assignment.answered_at.is_not(None),
                    or_(Assignment.shown_in.is_(None), Assignment.shown_in != run_id),
                )
                .order_by(Assignment.answered_at, Assignment.id)
            )
        ]


def case_tags(number: str) -> list[str]:
    """Return the tags of a case's run: unit, class, grade, status."""
    with transaction() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        tags = [case.status.label]
        if case.unit is not None:
            tags.append(case.unit.name)
        if case.problem_class is not None:
            tags.append(case.problem_class.short)
        if case.grade is not None:
            tags.append(case.grade.label)
        return tags
