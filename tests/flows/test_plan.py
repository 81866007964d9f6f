"""四(一): the plan, the report to the leaders, the promises of a year, the assessment that asks for another plan."""

from datetime import date

import pytest
from sqlalchemy import select

from flows.conductor import advance
from models.assignment import Assignment
from models.database import transaction
from models.journal import Actor
from models.refusals import InvalidForm, NotOpenYet
from models.words import Status
from tasks.reclassify import reclassify
from tests.office import (
    CLERK,
    HEAD,
    act,
    assignment_of,
    at,
    carry,
    classify,
    filled,
    it_is,
    open_steps,
    refused,
    report,
    status_of,
    write_off,
)

pytestmark = pytest.mark.usefixtures("ledger")


@pytest.fixture
def number() -> str:
    """A report of 6 May 2026 that nobody has sorted yet."""
    it_is("2026-05-06")
    return report()


@pytest.mark.parametrize("part", ["goal", "measures", "deadline", "guarantees"])
def test_a_plan_that_lacks_one_of_the_four_parts_is_refused(part: str, number: str) -> None:
    classify(number, problem_class="COMMON")
    plan = filled("rectification-plan")
    del plan[part]
    assert isinstance(refused(number, "rectification-plan", "U01-03", **plan), InvalidForm)
    assert open_steps(number) == ["receipt-1", "rectification-plan"]


def test_the_investigation_waits_for_receipt_plan_and_report(number: str) -> None:
    classify(number, problem_class="COMMON")
    act(number, "receipt-1", "U01-03", received=True)
    assert (status_of(number), open_steps(number)) == (Status.PLANNING, ["rectification-plan"])
    act(number, "rectification-plan", "U01-03", **filled("rectification-plan"))
    act(number, "report-to-leaders", CLERK, **filled("report-to-leaders"))
    assert open_steps(number) == ["investigation-1"]


def test_the_plan_of_a_year_is_not_reported_to_the_leaders(number: str) -> None:
    classify(number, problem_class="ANNUAL")
    act(number, "rectification-plan", "U01-03", **filled("rectification-plan"))
    assert open_steps(number) == ["receipt-1", "milestone-1", "milestone-2"]


def test_a_plan_of_a_year_without_promises_is_refused_and_one_for_a_common_problem_is_not(number: str) -> None:
    classify(number, problem_class="ANNUAL")
    plan = filled("rectification-plan") | {"milestones": []}
    assert isinstance(refused(number, "rectification-plan", "U01-03", **plan), InvalidForm)
    other = report(number="A-2")
    classify(other, problem_class="COMMON")
    act(other, "rectification-plan", "U01-03", **plan)


@pytest.mark.parametrize("problem_class", ["GENERAL", "SUPERIOR"])
def test_other_classes_owe_no_plan_and_no_assessment(problem_class: str, number: str) -> None:
    classify(number, problem_class=problem_class)
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    with transaction() as session:
        kinds = set(session.scalars(select(Assignment.kind)))
    assert not kinds & {"rectification-plan", "report-to-leaders", "effect-assessment", "social-evaluation"}


def test_a_plan_without_effect_is_made_and_reported_and_assessed_again_and_again(number: str) -> None:
    classify(number, problem_class="COMMON")
    carry(number, to="effect-assessment")
    act(number, "effect-assessment", CLERK, **filled("effect-assessment") | {"effective": False})
    assert (status_of(number), open_steps(number)) == (Status.PLANNING, ["rectification-plan-b"])
    act(number, "rectification-plan-b", "U01-03", **filled("rectification-plan"))
    assert open_steps(number) == ["report-to-leaders-b"]
    act(number, "report-to-leaders-b", CLERK, **filled("report-to-leaders"))
    assert (status_of(number), open_steps(number)) == (Status.REVIEW, ["effect-assessment-b"])
    act(number, "effect-assessment-b", CLERK, **filled("effect-assessment") | {"effective": False})
    carry(number, to="effect-assessment-c")
    act(number, "effect-assessment-c", CLERK, **filled("effect-assessment"))
    assert open_steps(number) == ["write-off"]
    write_off(number)
    assert status_of(number) is Status.WRITTEN_OFF


def test_a_promise_is_asked_about_on_its_own_day_and_due_three_working_days_later(number: str) -> None:
    classify(number, problem_class="ANNUAL")
    act(number, "rectification-plan", "U01-03", **filled("rectification-plan"))
    with transaction() as session:
        second = session.get_one(Assignment, assignment_of(number, "milestone-2"))
        assert (second.opens_on, second.due_on) == (date(2026, 9, 30), date(2026, 10, 10))
        assert second.due_at == at("2026-10-10", "17:30")
        assert second.provisional is False
    it_is("2026-09-29")
    assert isinstance(refused(number, "milestone-2", "U01-03", progress="已公开"), NotOpenYet)
    it_is("2026-09-30")
    act(number, "milestone-2", "U01-03", progress="已公开")
    assert open_steps(number) == ["receipt-1", "milestone-1"]


def test_a_promise_whose_day_is_past_is_asked_about_at_once(number: str) -> None:
    classify(number, problem_class="ANNUAL")
    past = {"milestones": [{"what": "清理积压件", "by": "2026-04-01"}]}
    act(number, "rectification-plan", "U01-03", **filled("rectification-plan") | past)
    with transaction() as session:
        assert session.get_one(Assignment, assignment_of(number, "milestone-1")).opens_on == date(2026, 5, 6)
    act(number, "milestone-1", "U01-03", progress="已清理")


def test_who_reported_is_told_the_result_without_waiting_for_the_last_promise(number: str) -> None:
    classify(number, problem_class="ANNUAL")
    carry(number, to="publication-1")
    assert open_steps(number) == ["milestone-1", "milestone-2", "publication-1"]


def test_there_is_no_write_off_before_the_last_promise_is_kept(number: str) -> None:
    classify(number, problem_class="ANNUAL")
    carry(number)
    assert (status_of(number), open_steps(number)) == (Status.INVESTIGATING, ["milestone-1", "milestone-2"])
    it_is("2026-10-08")
    carry(number, to="write-off")
    assert status_of(number) is Status.WRITE_OFF


def test_a_second_round_neither_asks_again_for_the_plan_nor_for_promises_that_were_kept(number: str) -> None:
    classify(number, problem_class="ANNUAL")
    it_is("2026-10-08")
    carry(number, to="quality-review-1", instead={"call-back-1": {"result": "DISSATISFIED", "resolved": False}})
    act(number, "quality-review-1", HEAD, poorly_handled=True, dissatisfied=True, opinion="处理不力")
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    with transaction() as session:
        steps = set(session.scalars(select(Assignment.step)))
    assert {"rectification-plan", "milestone-1", "milestone-2", "investigation-2"} <= steps
    assert not {"rectification-plan-b", "milestone-1-b", "milestone-2-b"} & steps


def test_a_second_round_does_not_wait_for_promises_of_later_days(number: str) -> None:
    classify(number, problem_class="ANNUAL")
    carry(number, to="quality-review-1", instead={"call-back-1": {"result": "DISSATISFIED", "resolved": False}})
    act(number, "quality-review-1", HEAD, poorly_handled=True, dissatisfied=True, opinion="处理不力")
    assert open_steps(number) == ["milestone-1", "milestone-2", "receipt-2"]


@pytest.mark.parametrize(
    ("waits", "status"),
    [
        ("investigation-1", Status.INVESTIGATING),
        ("sign-off-1", Status.SIGNING),
        ("double-check-1", Status.CHECKING),
        ("filing-1", Status.FILING),
        ("publication-1", Status.FEEDBACK),
        ("write-off", Status.REVIEW),
    ],
)
def test_a_case_found_late_to_be_of_class_one_makes_its_plan_late_and_goes_on_where_it_stood(
    waits: str, status: Status, number: str
) -> None:
    classify(number, long_standing=True)
    carry(number, to=waits)
    reclassify(number, data={"problem_class": "COMMON"}, actor=Actor(code=CLERK), reason="属普遍性问题")
    advance(number)
    assert (status_of(number), open_steps(number)) == (Status.PLANNING, ["rectification-plan"])
    carry(number, to="report-to-leaders")
    act(number, "report-to-leaders", CLERK, **filled("report-to-leaders"))
    assert status_of(number) is status
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF


@pytest.mark.parametrize(
    ("channel", "ruling"),
    [("OFFICE_COMPLAINT", {"outcome": "DIRECT", "subjects": ["U01-01"]}), ("FILING_REVIEW", {})],
)
def test_the_unit_owes_its_plan_also_where_the_office_handles_the_case_itself(
    channel: str, ruling: dict[str, object]
) -> None:
    it_is("2026-05-06")
    number = report(channel, number="A-2")
    classify(number, problem_class="COMMON", **ruling)
    assert open_steps(number) == ["direct-accountability-1", "rectification-plan"]
    act(number, "direct-accountability-1", HEAD, **filled("direct-accountability"))
    assert (status_of(number), open_steps(number)) == (Status.PLANNING, ["rectification-plan", "filing-1"])
    carry(number, to="effect-assessment")
    act(number, "effect-assessment", CLERK, **filled("effect-assessment") | {"effective": False})
    assert open_steps(number) == ["rectification-plan-b"]
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    with transaction() as session:
        steps = set(session.scalars(select(Assignment.step)))
    assert {"report-to-leaders", "report-to-leaders-b", "effect-assessment-b"} <= steps


def test_promises_are_kept_also_where_the_office_handles_the_case_itself(number: str) -> None:
    classify(number, outcome="DIRECT", problem_class="ANNUAL", subjects=["U01-01"])
    carry(number)
    assert open_steps(number) == ["milestone-1", "milestone-2"]
    it_is("2026-10-08")
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
