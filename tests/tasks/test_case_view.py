"""Lists of cases: each with the day on which the whole of it is due, asked once for a day and a grade."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import event

from models.database import engine, transaction
from models.policy import Measured, PolicyNumber
from models.words import Grade
from tasks.case_view import list_cases
from tests.office import classify, it_is, report

pytestmark = pytest.mark.usefixtures("ledger")


@pytest.fixture
def questions(ledger: str) -> Iterator[list[str]]:
    """What the ledger is asked."""
    asked: list[str] = []

    def note(*said: object) -> None:
        asked.append(str(said[2]))

    event.listen(engine(ledger), "before_cursor_execute", note)
    yield asked
    event.remove(engine(ledger), "before_cursor_execute", note)


def test_a_whole_case_is_due_by_the_day_and_the_grade_of_its_opening() -> None:
    it_is("2026-05-06")
    classify(report(number="A-1"))
    classify(report(number="A-2"), grade="SUDDEN")
    it_is("2026-05-07", "23:59")
    report(number="A-3")
    assert [each["due_on"] for each in list_cases()] == ["2026-07-06", "2026-06-05", "2026-07-06"]


def test_a_long_list_asks_no_more_than_a_short_one(questions: list[str]) -> None:
    it_is("2026-05-06")
    report(number="A-1")
    questions.clear()
    list_cases()
    short = len(questions)
    for n in range(2, 6):
        report(number=f"A-{n}")
    questions.clear()
    assert len(list_cases()) == 5
    assert len(questions) == short


def test_a_ceiling_in_hours_is_reckoned_from_each_case_s_own_hour() -> None:
    with transaction() as session:
        session.add(
            PolicyNumber(
                key="whole-case",
                grade=Grade.DAILY,
                value=10,
                measured=Measured.HOURS,
                valid_from=date(2026, 5, 6),
                source="区定",
            )
        )
    it_is("2026-05-06", "09:00")
    report(number="A-1")
    it_is("2026-05-06", "20:00")
    report(number="A-2")
    assert [each["due_on"] for each in list_cases()] == ["2026-05-06", "2026-05-07"]
