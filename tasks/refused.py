"""What was not accepted stays in the case's journal: who tried what, and which rule said no."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select

from models import journal
from models.assignment import Assignment
from models.case import Case
from models.database import transaction
from models.journal import Actor
from models.refusals import Refusal, UnknownCase
from tasks.find import find_case


@contextmanager
def kept_if_refused(number: str, act: str, *, actor: Actor, **detail: Any) -> Iterator[None]:
    """Write an act in a case, if it is refused, in the case's journal. act: `reclassify`, `merge` …"""
    try:
        yield
    except Refusal as refusal:
        with transaction() as session:
            try:
                case = find_case(session, number, lock=True)
            except UnknownCase:
                raise refusal from None
            detail = {"code": refusal.code} | detail
            journal.write(session, case=case, actor=actor, what=f"{act}-refused", detail=detail)
        raise


@contextmanager
def kept_if_step_refused(assignment_id: int, act: str, *, actor: Actor, **detail: Any) -> Iterator[None]:
    """Write an act on an assignment, if it is refused, in its case's journal. act: `transfer`, `return` …"""
    try:
        yield
    except Refusal as refusal:
        with transaction() as session:
            found = session.execute(
                select(Case, Assignment.step)
                .join(Assignment, Assignment.case_id == Case.id)
                .where(Assignment.id == assignment_id)
                .with_for_update(of=Case)
            ).first()
            if found is not None:
                case, step = found
                detail = {"code": refusal.code} | detail
                journal.write(session, case=case, actor=actor, what=f"{act}-refused", step=step, detail=detail)
        raise


@contextmanager
def kept_if_office_refused(act: str, *, actor: Actor, **detail: Any) -> Iterator[None]:
    """Write an act that concerns no case, if it is refused, in the office's journal. act: `substitute` …"""
    try:
        yield
    except Refusal as refusal:
        with transaction() as session:
            detail = {"code": refusal.code} | detail
            journal.write(session, case=None, actor=actor, what=f"{act}-refused", detail=detail)
        raise
