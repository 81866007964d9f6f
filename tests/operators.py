"""What the tests of the operators share: who acts, what the journal kept, and that the ledger still holds together."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from models.assignment import Assignment
from models.case import CaseSubject
from models.clock import SHANGHAI
from models.database import transaction
from models.journal import Actor, Entry
from models.refusals import Refusal
from tasks.find import find_case
from tasks.verify import verify
from tests.office import assignment_of, due_of, rows_of


def by(code: str) -> Actor:
    """Return the officer as who acts."""
    return Actor(code=code)


def entries(number: str, what: str) -> list[Entry]:
    """Read the entries of one sort in a case's journal, the oldest first."""
    return [entry for entry in rows_of(number, Entry) if entry.what == what]


def office_entries(what: str) -> list[Entry]:
    """Read the entries of one sort in the office's own journal, the oldest first."""
    with transaction() as session:
        return list(
            session.scalars(select(Entry).where(Entry.case_id.is_(None), Entry.what == what).order_by(Entry.id))
        )


def refused_with(code: str, act: Callable[..., Any], *words: Any, **named: Any) -> str:
    """Try an act to which a rule says no, by the rule's code; return the sentence that the person reads."""
    with pytest.raises(Refusal) as refusal:
        act(*words, **named)
    assert refusal.value.code == code, refusal.value
    return refusal.value.message


def due_day(number: str, step: str) -> date:
    """Return the day on which a step is due."""
    return due_of(number, step).astimezone(SHANGHAI).date()


def row(number: str, step: str) -> Assignment:
    """Read the assignment of a case's step."""
    with transaction() as session:
        found = session.get_one(Assignment, assignment_of(number, step))
        session.expunge(found)
        return found


def whole() -> bool:
    """Whether everything in the ledger still agrees with its journal."""
    found = verify()
    assert found.broken == []
    return found.ok


def name_as_subject(number: str, *officers: str) -> None:
    """Let the case be about these officers from now on."""
    with transaction() as session:
        case = find_case(session, number, lock=True)
        session.add_all(CaseSubject(case_id=case.id, officer_code=officer) for officer in officers)
