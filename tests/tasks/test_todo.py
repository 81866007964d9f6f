"""待办 as an inbox: whose it is, what is due first, what is handed over, and what nobody may see."""

from datetime import date
from typing import Any

import pytest

from models.journal import Actor
from models.refusals import UnknownCase, UnknownOfficer, UnknownUnit
from models.words import Light
from tasks.hand_over import delegate, transfer
from tasks.morning_page import morning_page
from tasks.substitute import substitute
from tasks.sweep import sweep
from tasks.todo import todo
from tests.office import CLERK, act, assignment_of, carry, classify, it_is, report

pytestmark = pytest.mark.usefixtures("ledger")

HEAD_OF_UNIT, CONTACT, INVESTIGATOR, ANOTHER = "U01-01", "U01-03", "U01-04", "U01-05"


@pytest.fixture
def number() -> str:
    """A case of 6 May 2026 that U01 investigates until 22 May."""
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number)
    act(number, "receipt-1", CONTACT, received=True)
    return number


def inbox(officer: str, **filters: Any) -> list[str]:
    """Return the steps in an officer's inbox."""
    return [each["step"] for each in todo(by=officer, **filters)]


def test_it_is_in_the_inbox_of_whoever_holds_the_role_in_the_unit(number: str) -> None:
    assert inbox(INVESTIGATOR) == inbox(ANOTHER) == ["investigation-1"]
    assert inbox(CONTACT) == inbox("U02-04") == inbox(CLERK) == []
    assert [each["step"] for each in todo(unit="U01")] == ["investigation-1"]


def test_what_was_handed_over_is_seen_by_its_owner_alone_and_in_the_unit(number: str) -> None:
    transfer(assignment_of(number, "investigation-1"), to=ANOTHER, actor=Actor(code=INVESTIGATOR), reason="出差")
    assert inbox(INVESTIGATOR) == []
    assert inbox(ANOTHER) == ["investigation-1"]
    assert [each["owner"] for each in todo(unit="U01")] == [ANOTHER]


def test_what_is_drafted_for_somebody_is_in_both_inboxes(number: str) -> None:
    delegate(assignment_of(number, "investigation-1"), to=CONTACT, actor=Actor(code=INVESTIGATOR), reason="熟悉情况")
    assert inbox(CONTACT) == inbox(INVESTIGATOR) == ["investigation-1"]


def test_a_substitute_sees_what_the_absent_would_but_no_signature(number: str) -> None:
    days = {"first": date(2026, 5, 7), "last": date(2026, 5, 8)}
    substitute(INVESTIGATOR, by=CONTACT, **days, actor=Actor(code=INVESTIGATOR), reason="年休假")
    substitute(HEAD_OF_UNIT, by="U01-02", **days, actor=Actor(code=HEAD_OF_UNIT), reason="外出培训")
    assert inbox(CONTACT) == []
    it_is("2026-05-07")
    assert inbox(CONTACT) == ["investigation-1"]
    carry(number, to="sign-off-1")
    assert inbox("U01-02") == []
    it_is("2026-05-09")
    assert inbox(CONTACT) == []


def test_whoever_a_case_is_about_or_stands_in_for_sees_nothing_of_it() -> None:
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number, subjects=[CONTACT])
    days = {"first": date(2026, 5, 6), "last": date(2026, 5, 8)}
    substitute(CONTACT, by="U01-02", **days, actor=Actor(code=CONTACT), reason="年休假")
    assert inbox(CONTACT) == inbox("U01-02") == []


def test_the_first_due_comes_first_and_it_is_filtered_by_light_step_and_case(number: str) -> None:
    it_is("2026-05-20")
    other = report("OFFICE_COMPLAINT", number="A-2")
    it_is("2026-05-21", "18:00")
    assert [(each["step"], each["light"]) for each in todo()] == [
        ("classification", "red"),
        ("investigation-1", "yellow"),
    ]
    assert [each["case"] for each in todo(light=Light.RED)] == [other]
    assert [each["case"] for each in todo(light=Light.YELLOW)] == [number]
    assert todo(light=Light.GREEN) == []
    assert [each["case"] for each in todo(step="investigation")] == [number]
    assert [each["step"] for each in todo(case=other)] == ["classification"]
    assert [each["case"] for each in todo(overdue=True)] == [other]


def test_it_says_how_often_somebody_was_urged(number: str) -> None:
    it_is("2026-05-25")
    sweep()
    (waiting,) = todo(by=INVESTIGATOR)
    assert (waiting["urged"], waiting["due"]) == (1, "2026年5月22日")


def test_unknown_people_units_and_cases_are_refused() -> None:
    with pytest.raises(UnknownOfficer):
        todo(by="U99-01")
    with pytest.raises(UnknownUnit):
        todo(unit="U99")
    with pytest.raises(UnknownCase):
        todo(case="2026-999")


def test_the_morning_page_lists_what_is_late_and_due_today_without_any_story(number: str) -> None:
    it_is("2026-05-22", "07:30")
    page = morning_page()
    assert page is not None
    assert page.title == "今日要情（2026年5月22日）"
    assert "### 逾期\n\n无。" in page.markdown
    assert "### 今天到期（1 项）" in page.markdown
    it_is("2026-05-25", "09:00")
    sweep()
    page = morning_page()
    assert page is not None
    assert "### 逾期（1 项）" in page.markdown
    assert "区发展和改革局调查人员" in page.markdown
    it_is("2026-05-26", "07:30")
    page = morning_page()
    assert page is not None
    assert "催办 1 项" in page.markdown
    assert "窗口" not in page.markdown


def test_there_is_no_morning_page_on_a_day_off_but_on_a_weekend_that_is_worked(number: str) -> None:
    it_is("2026-05-10", "07:30")
    assert morning_page() is None
    it_is("2026-05-09", "07:30")
    assert morning_page() is not None
