"""代理: for whom, for how long and by whom somebody acts, and what nobody does in another's place."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from models.database import transaction
from models.operator import Substitution
from models.refusals import ReasonMissing, Refusal
from models.words import Role, Status
from tasks.hand_over import delegate, transfer
from tasks.notices import notices
from tasks.substitute import end_substitution, substitute
from tasks.sweep import sweep
from tasks.todo import todo
from tests.office import (
    CLERK,
    CLERK2,
    HEAD,
    HEAD2,
    act,
    assignment_of,
    carry,
    classify,
    filled,
    grant,
    it_is,
    open_steps,
    refused,
    report,
    status_of,
)
from tests.operators import by, entries, name_as_subject, office_entries, refused_with, whole

pytestmark = pytest.mark.usefixtures("ledger")

HEAD_OF_UNIT, DEPUTY, CONTACT, INVESTIGATOR, OTHER = "U01-01", "U01-02", "U01-03", "U01-04", "U01-05"


def away(
    officer: str, deputy: str, first: str = "2026-05-07", last: str = "2026-05-11", arranged_by: str | None = None
) -> int:
    """Let somebody act for an officer on these days."""
    return substitute(
        officer,
        by=deputy,
        first=date.fromisoformat(first),
        last=date.fromisoformat(last),
        actor=by(arranged_by or officer),
        reason="年休假",
    )


@pytest.fixture
def number() -> str:
    """A case of 6 May 2026 whose receipt by U01 is open."""
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number)
    return number


def test_both_days_of_the_period_are_included(number: str) -> None:
    away(CONTACT, DEPUTY)
    it_is("2026-05-06", "23:59")
    assert refused(number, "receipt-1", DEPUTY, received=True).code == "not-yours"
    for day, hour in (("2026-05-07", "00:00"), ("2026-05-11", "23:59")):
        it_is(day, hour)
        assert [each["step"] for each in todo(by=DEPUTY)] == ["receipt-1"]
    it_is("2026-05-12", "00:00")
    assert refused(number, "receipt-1", DEPUTY, received=True).code == "not-yours"
    assert todo(by=DEPUTY) == []
    it_is("2026-05-11", "23:59")
    act(number, "receipt-1", DEPUTY, received=True)
    assert open_steps(number) == ["investigation-1"]
    assert whole()


def test_the_answer_is_the_substitute_s_and_says_for_whom(number: str) -> None:
    away(CONTACT, DEPUTY)
    it_is("2026-05-07")
    act(number, "receipt-1", DEPUTY, received=True)
    entry = entries(number, "answer")[-1]
    assert (entry.actor, entry.detail["for"]) == (DEPUTY, CONTACT)
    assert whole()


def test_the_absent_officer_may_answer_all_the_same(number: str) -> None:
    away(CONTACT, DEPUTY)
    it_is("2026-05-07")
    act(number, "receipt-1", CONTACT, received=True)
    assert "for" not in entries(number, "answer")[-1].detail
    assert whole()


def test_nobody_signs_for_the_head(number: str) -> None:
    away(HEAD_OF_UNIT, DEPUTY)
    it_is("2026-05-07")
    carry(number, to="sign-off-1")
    assert refused(number, "sign-off-1", DEPUTY, agreed=True).code == "not-yours"
    assert todo(by=DEPUTY) == []
    act(number, "sign-off-1", HEAD_OF_UNIT, agreed=True)
    assert open_steps(number) == ["filing-1"]
    assert whole()


def test_the_substitute_of_the_person_reported_does_not_act(number: str) -> None:
    away(CONTACT, DEPUTY)
    name_as_subject(number, CONTACT)
    it_is("2026-05-07")
    assert refused(number, "receipt-1", DEPUTY, received=True).code == "not-yours"
    assert todo(by=DEPUTY) == []
    it_is("2026-05-08", "08:30")
    sweep()
    assert notices(by=DEPUTY) == notices(by=CONTACT) == []


def test_a_substitute_who_is_the_person_reported_does_not_act(number: str) -> None:
    away(CONTACT, DEPUTY)
    name_as_subject(number, DEPUTY)
    it_is("2026-05-07")
    assert refused(number, "receipt-1", DEPUTY, received=True).code == "conflict-of-interest"
    assert todo(by=DEPUTY) == []
    act(number, "receipt-1", CONTACT, received=True)


def test_two_acts_that_need_two_people_are_not_done_by_one_and_his_substitution(number: str) -> None:
    away(HEAD, CLERK)
    away(HEAD2, CLERK2)
    it_is("2026-05-07")
    carry(number, to="write-off-approval", instead={})
    assert refused(number, "write-off-approval", CLERK, agreed=True).code == "same-person"
    act(number, "write-off-approval", CLERK2, agreed=True)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


def test_reminders_of_the_absent_go_to_the_substitute(number: str) -> None:
    away(CONTACT, DEPUTY)
    it_is("2026-05-08", "08:30")
    sweep()
    assert ([len(notices(by=each)) for each in (CONTACT, DEPUTY)]) == [0, 1]


def test_of_an_absent_delegate_the_owner_is_told(number: str) -> None:
    delegate(assignment_of(number, "receipt-1"), to=DEPUTY, actor=by(CONTACT), reason="先拟稿")
    away(DEPUTY, OTHER)
    it_is("2026-05-08", "08:30")
    sweep()
    assert [len(notices(by=each)) for each in (CONTACT, DEPUTY, OTHER)] == [1, 0, 0]
    assert refused(number, "receipt-1", OTHER, received=True).code == "not-yours"


def test_what_was_handed_to_somebody_his_substitute_answers(number: str) -> None:
    carry(number, to="investigation-1")
    transfer(assignment_of(number, "investigation-1"), to=OTHER, actor=by(INVESTIGATOR), reason="承担专项任务")
    away(OTHER, DEPUTY)
    it_is("2026-05-07")
    act(number, "investigation-1", DEPUTY, **filled("investigation"))
    assert entries(number, "answer")[-1].detail["for"] == OTHER
    assert whole()


def test_ended_early_it_holds_no_longer(number: str) -> None:
    entry = away(CONTACT, DEPUTY)
    it_is("2026-05-08")
    assert end_substitution(CONTACT, actor=by(HEAD_OF_UNIT), reason="提前返岗") == 1
    assert refused(number, "receipt-1", DEPUTY, received=True).code == "not-yours"
    (ended,) = office_entries("substitute-ended")
    assert (ended.actor, ended.detail) == (
        HEAD_OF_UNIT,
        {"entries": [entry], "officer": CONTACT, "reason": "提前返岗"},
    )
    refused_with("cannot-substitute", end_substitution, CONTACT, actor=by(CONTACT), reason="提前返岗")
    away(CONTACT, OTHER, "2026-05-09", "2026-05-11")
    assert whole()


def test_it_is_journalled_with_who_when_and_why() -> None:
    it_is("2026-05-06")
    entry = away(CONTACT, DEPUTY, arranged_by=HEAD_OF_UNIT)
    (written,) = office_entries("substitute")
    assert (written.actor, written.detail) == (
        HEAD_OF_UNIT,
        {
            "entry": entry,
            "officer": CONTACT,
            "substitute": DEPUTY,
            "from": "2026-05-07",
            "to": "2026-05-11",
            "reason": "年休假",
        },
    )
    with pytest.raises(ReasonMissing):
        substitute(OTHER, by=DEPUTY, first=date(2026, 5, 7), last=date(2026, 5, 8), actor=by(OTHER), reason=" ")
    assert whole()


@pytest.mark.parametrize("arranges", [CONTACT, HEAD_OF_UNIT])
def test_he_himself_his_head_and_the_contact_arrange_it(arranges: str) -> None:
    it_is("2026-05-06")
    assert away(CONTACT, DEPUTY, arranged_by=arranges)
    assert away(INVESTIGATOR, OTHER, arranged_by=arranges)
    assert away(CLERK, CLERK2, arranged_by=HEAD)


@pytest.mark.parametrize("arranges", [DEPUTY, INVESTIGATOR, "U02-01", HEAD])
def test_nobody_else_does(arranges: str) -> None:
    it_is("2026-05-06")
    refused_with("not-yours", away, CONTACT, DEPUTY, arranged_by=arranges)
    (kept,) = office_entries("substitute-refused")
    assert (kept.actor, kept.detail["code"], kept.detail["officer"]) == (arranges, "not-yours", CONTACT)
    refused_with("not-yours", end_substitution, CONTACT, actor=by(arranges), reason="提前返岗")
    assert whole()


@pytest.mark.parametrize(
    ("deputy", "first", "last", "why"),
    [
        ("U02-03", "2026-05-07", "2026-05-11", "本单位"),
        (CONTACT, "2026-05-07", "2026-05-11", "另一名"),
        (DEPUTY, "2026-05-11", "2026-05-07", "起止日期"),
        (DEPUTY, "2026-05-01", "2026-05-05", "已经过去"),
    ],
)
def test_the_two_and_the_days_must_do(deputy: str, first: str, last: str, why: str) -> None:
    it_is("2026-05-06")
    assert why in refused_with("cannot-substitute", away, CONTACT, deputy, first, last)


def test_whoever_is_not_known_neither_goes_nor_stands_in() -> None:
    it_is("2026-05-06")
    refused_with("unknown-officer", away, CONTACT, "U01-77")
    refused_with("unknown-officer", away, "U01-77", CONTACT)
    refused_with("unknown-officer", away, CONTACT, DEPUTY, arranged_by="U01-77")
    assert [each.detail["code"] for each in office_entries("substitute-refused")] == ["unknown-officer"] * 3


def test_a_substitute_is_in_post_on_all_of_the_days() -> None:
    it_is("2026-05-06")
    grant("OFF-06", Role.OFFICE_CLERK, "2026-05-06", "2026-05-10")
    assert "在岗" in refused_with("cannot-substitute", away, CLERK, "OFF-06")
    away(CLERK, "OFF-06", last="2026-05-10")


def test_today_may_be_the_first_day_and_the_last(number: str) -> None:
    away(CONTACT, DEPUTY, "2026-05-06", "2026-05-06")
    act(number, "receipt-1", DEPUTY, received=True)


@pytest.mark.parametrize(
    ("officer", "deputy", "first", "last", "why"),
    [
        (CONTACT, OTHER, "2026-05-11", "2026-05-20", "已有代理人"),
        (CONTACT, DEPUTY, "2026-05-01", "2026-05-07", "已有代理人"),
        (OTHER, CONTACT, "2026-05-08", "2026-05-08", "本人也由他人代理"),
        (DEPUTY, OTHER, "2026-05-11", "2026-05-11", "正代理他人"),
    ],
)
def test_nobody_is_represented_twice_or_by_one_who_is_away(
    officer: str, deputy: str, first: str, last: str, why: str
) -> None:
    it_is("2026-05-06")
    away(CONTACT, DEPUTY)
    assert why in refused_with("cannot-substitute", away, officer, deputy, first, last)


def test_the_next_absence_begins_the_day_after() -> None:
    it_is("2026-05-06")
    away(CONTACT, DEPUTY)
    away(CONTACT, OTHER, "2026-05-12", "2026-05-13")
    away(DEPUTY, OTHER, "2026-05-12", "2026-05-13")


def test_of_two_who_arrange_at_once_one_is_told_that_he_came_late() -> None:
    it_is("2026-05-06")
    start = Barrier(2)

    def arrange(deputy: str) -> Any:
        start.wait()
        try:
            return away(CONTACT, deputy)
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(2) as both:
        told: list[Any] = list(both.map(arrange, (DEPUTY, OTHER)))
    assert sum(isinstance(each, int) for each in told) == 1
    assert "cannot-substitute" in told
    with transaction() as session:
        assert len(session.scalars(select(Substitution)).all()) == 1
    assert whole()
