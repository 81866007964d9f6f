"""Sorting a report: taken up, refused, passed on, handled by the office itself, or sent back by the unit."""

from datetime import date

import pytest
from sqlalchemy import select

from flows.conductor import advance
from models.assignment import Annulment, Answer, Assignment
from models.case import Case, CaseSubject
from models.database import transaction
from models.journal import Actor, Entry
from models.records import Filing, Signature
from models.refusals import ConflictOfInterest, InvalidForm, NotYours, Withdrawn
from models.registry import Person
from models.words import Route, Status
from tasks.reclassify import reclassify
from tests.office import (
    CLERK,
    CLERK2,
    HEAD,
    act,
    carry,
    case_of,
    classify,
    filled,
    it_is,
    open_steps,
    refused,
    report,
    rows_of,
    status_of,
)

pytestmark = pytest.mark.usefixtures("ledger")

REJECTED = {"outcome": "REJECT", "reason": "已由法院受理"}
TRANSFERRED = {"outcome": "TRANSFER", "to": "区法院", "receipt": "移〔2026〕1号"}
OUTSIDE = {"name": "丁某", "post": "窗口人员", "unit": "区教育局"}


@pytest.fixture
def number() -> str:
    """A report of 6 May 2026 that nobody has sorted yet."""
    it_is("2026-05-06")
    return report()


def test_what_the_office_rules_is_what_the_case_says(number: str) -> None:
    classify(
        number,
        problem_class="COMMON",
        grade="SUDDEN",
        kind="HARD",
        route="DIRECT_INQUIRY",
        unit="U02",
        co_units=["U07", "U08"],
        subjects=["U02-04", OUTSIDE],
        long_standing=True,
    )
    case = case_of(number)
    assert (case.problem_class, case.grade, case.kind, case.route) == ("COMMON", "SUDDEN", "HARD", Route.DIRECT_INQUIRY)
    assert (case.unit_code, case.co_units, case.long_standing) == ("U02", ["U07", "U08"], True)
    assert (case.handled_directly, case.summary) == (False, "窗口办事拖延，多次询问无回音")
    with transaction() as session:
        (person,) = session.scalars(select(Person))
        assert (person.name, person.post, person.unit) == ("丁某", "窗口人员", "区教育局")
    assert [(each.officer_code, each.person_id) for each in rows_of(number, CaseSubject)] == [
        ("U02-04", None),
        (None, person.id),
    ]


def test_somebody_named_twice_is_one_subject(number: str) -> None:
    classify(number, subjects=["U01-05", "U01-05", OUTSIDE, OUTSIDE])
    assert len(rows_of(number, CaseSubject)) == 2


def test_the_same_outsider_in_two_cases_is_one_person(number: str) -> None:
    classify(number, subjects=[OUTSIDE])
    classify(report(number="A-2"), subjects=[OUTSIDE])
    with transaction() as session:
        assert len(session.scalars(select(Person)).all()) == 1


# Not taken up.


def test_a_report_that_is_refused_is_told_approved_and_closed(number: str) -> None:
    act(number, "classification", CLERK, **REJECTED)
    assert (status_of(number), open_steps(number)) == (Status.FEEDBACK, ["rejection-reply"])
    act(number, "rejection-reply", CLERK, told_on="2026-05-06")
    assert open_steps(number) == ["closing-approval"]
    act(number, "closing-approval", HEAD, agreed=True)
    case = case_of(number)
    assert (case.status, case.closed_by, case.closing_reason) == (Status.REJECTED, HEAD, "已由法院受理")
    assert open_steps(number) == []


def test_a_report_that_is_passed_on_is_closed_with_where_it_went_and_the_receipt(number: str) -> None:
    act(number, "classification", CLERK, **TRANSFERRED)
    act(number, "rejection-reply", CLERK, undeliverable_reason="匿名")
    act(number, "closing-approval", HEAD, agreed=True)
    case = case_of(number)
    assert (case.status, case.closing_reason) == (Status.TRANSFERRED, "转区法院，回执移〔2026〕1号")


def test_only_the_office_s_head_agrees_that_a_report_is_not_handled(number: str) -> None:
    act(number, "classification", CLERK, **REJECTED)
    act(number, "rejection-reply", CLERK, told_on="2026-05-06")
    assert isinstance(refused(number, "closing-approval", CLERK2, agreed=True), NotYours)


@pytest.mark.parametrize("outcome", [REJECTED, TRANSFERRED])
def test_where_the_head_does_not_agree_the_report_is_sorted_again(outcome: dict[str, str], number: str) -> None:
    act(number, "classification", CLERK, **outcome)
    act(number, "rejection-reply", CLERK, told_on="2026-05-06")
    act(number, "closing-approval", HEAD, agreed=False, opinion="属本区职责，应予受理")
    assert (status_of(number), open_steps(number)) == (Status.REGISTERED, ["classification-b"])
    classify(number, "classification-b")
    assert (status_of(number), open_steps(number)) == (Status.INVESTIGATING, ["receipt-1"])


def test_a_report_refused_twice_is_told_and_approved_twice(number: str) -> None:
    act(number, "classification", CLERK, **REJECTED)
    act(number, "rejection-reply", CLERK, told_on="2026-05-06")
    act(number, "closing-approval", HEAD, agreed=False, opinion="应移送")
    act(number, "classification-b", CLERK, **TRANSFERRED)
    assert open_steps(number) == ["rejection-reply-b"]
    act(number, "rejection-reply-b", CLERK, told_on="2026-05-06")
    act(number, "closing-approval-b", HEAD, agreed=True)
    assert status_of(number) is Status.TRANSFERRED


# Handled by the office itself.


def test_a_report_about_the_unit_s_head_cannot_be_given_to_his_unit(number: str) -> None:
    refusal = refused(number, "classification", CLERK, **filled("classification") | {"subjects": ["U01-01"]})
    assert isinstance(refusal, ConflictOfInterest)
    classify(number, outcome="DIRECT", subjects=["U01-01"])
    assert open_steps(number) == ["direct-accountability-1"]
    assert case_of(number).handled_directly


def test_a_direct_case_never_asks_the_unit_for_receipt_investigation_or_signature(number: str) -> None:
    classify(number, outcome="DIRECT", subjects=["U01-01"])
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    answered = {entry.step for entry in rows_of(number, Entry) if entry.what == "answer"}
    assert not {step for step in answered if step.startswith(("receipt", "investigation", "sign-off"))}


@pytest.mark.parametrize("channel", ["LEADER_INSTRUCTION", "SUPERIOR_TRANSFER", "MEDIA_EXPOSURE", "TV_INQUIRY"])
def test_a_channel_that_forces_class_three_says_why(channel: str) -> None:
    it_is("2026-05-06")
    number = report(channel)
    refusal = refused(number, "classification", CLERK, **filled("classification"))
    assert isinstance(refusal, InvalidForm)
    assert "应列为三类" in refusal.message
    classify(number, problem_class="SUPERIOR")
    assert case_of(number).problem_class == "SUPERIOR"


# Sent back by the unit.


def test_a_unit_that_returns_the_case_has_the_office_decide_for_another(number: str) -> None:
    classify(number)
    it_is("2026-05-07")
    act(number, "receipt-1", "U01-03", return_reason="属区教育局职责，依据三定方案")
    assert (status_of(number), open_steps(number)) == (Status.REGISTERED, ["classification-b"])
    classify(number, "classification-b", unit="U02")
    assert (status_of(number), open_steps(number)) == (Status.INVESTIGATING, ["receipt-1-b"])
    assert isinstance(refused(number, "receipt-1-b", "U01-03", received=True), NotYours)
    act(number, "receipt-1-b", "U02-03", received=True)
    assert open_steps(number) == ["investigation-1"]
    assert isinstance(refused(number, "investigation-1", "U01-04", **filled("investigation")), NotYours)


def test_a_case_may_stay_with_the_unit_that_returned_it(number: str) -> None:
    classify(number)
    act(number, "receipt-1", "U01-03", return_reason="属区教育局职责")
    classify(number, "classification-b", unit="U01")
    assert open_steps(number) == ["receipt-1-b"]
    act(number, "receipt-1-b", "U01-03", received=True)
    assert open_steps(number) == ["investigation-1"]


def test_a_case_returned_twice_is_decided_by_the_office_twice(number: str) -> None:
    classify(number)
    act(number, "receipt-1", "U01-03", return_reason="属区教育局职责")
    classify(number, "classification-b", unit="U02")
    act(number, "receipt-1-b", "U02-03", return_reason="属区民政局职责")
    assert open_steps(number) == ["classification-c"]
    classify(number, "classification-c", unit="U05")
    act(number, "receipt-1-c", "U05-03", received=True)
    assert (open_steps(number), case_of(number).unit_code) == (["investigation-1"], "U05")


def test_a_step_that_is_opened_again_has_a_fresh_clock(number: str) -> None:
    classify(number)
    it_is("2026-05-08")
    act(number, "receipt-1", "U01-03", return_reason="属区教育局职责")
    it_is("2026-05-13")
    classify(number, "classification-b", unit="U02")
    with transaction() as session:
        due = session.execute(select(Assignment.step, Assignment.due_on).where(Assignment.base == "receipt-1")).all()
    assert dict(map(tuple, due)) == {"receipt-1": date(2026, 5, 7), "receipt-1-b": date(2026, 5, 14)}


def test_a_returned_case_may_be_refused_or_handled_by_the_office_after_all(number: str) -> None:
    classify(number)
    act(number, "receipt-1", "U01-03", return_reason="已由法院受理")
    act(number, "classification-b", CLERK, **REJECTED)
    assert (status_of(number), open_steps(number)) == (Status.FEEDBACK, ["rejection-reply"])
    act(number, "rejection-reply", CLERK, told_on="2026-05-06")
    act(number, "closing-approval", HEAD, agreed=True)
    assert status_of(number) is Status.REJECTED

    other = report(number="A-2")
    classify(other)
    act(other, "receipt-1", "U01-03", return_reason="涉及本单位领导班子")
    classify(other, "classification-b", outcome="DIRECT")
    assert open_steps(other) == ["direct-accountability-1"]


def test_a_unit_whose_head_was_named_before_does_not_get_the_case_later_either(number: str) -> None:
    classify(number, subjects=["U02-01"])
    act(number, "receipt-1", "U01-03", return_reason="属区教育局职责")
    refusal = refused(number, "classification-b", CLERK, **filled("classification", "U02"))
    assert isinstance(refusal, ConflictOfInterest)
    classify(number, "classification-b", unit="U02", outcome="DIRECT")
    assert open_steps(number) == ["direct-accountability-1"]


def test_the_plan_of_a_unit_that_returned_the_case_does_not_bind_the_next(number: str) -> None:
    classify(number, problem_class="COMMON")
    act(number, "rectification-plan", "U01-03", **filled("rectification-plan"))
    act(number, "report-to-leaders", CLERK, **filled("report-to-leaders"))
    act(number, "receipt-1", "U01-03", return_reason="属区教育局职责")
    classify(number, "classification-b", unit="U02", problem_class="COMMON")
    assert open_steps(number) == ["receipt-1-b", "rectification-plan-b"]
    act(number, "rectification-plan-b", "U02-03", **filled("rectification-plan", "U02"))
    assert open_steps(number) == ["receipt-1-b", "report-to-leaders-b"]
    with transaction() as session:
        annulled = session.scalars(select(Assignment.step).join(Assignment.answer).join(Answer.annulment)).all()
        assert set(annulled) == {"rectification-plan", "report-to-leaders"}
        assert set(session.scalars(select(Annulment.annulled_by))) == {CLERK}


def test_a_plan_that_nobody_made_yet_is_taken_back_from_the_unit_that_returned_the_case(number: str) -> None:
    classify(number, problem_class="COMMON")
    act(number, "receipt-1", "U01-03", return_reason="属区教育局职责")
    assert open_steps(number) == ["rectification-plan", "classification-b"]
    classify(number, "classification-b", unit="U02", problem_class="COMMON")
    assert isinstance(refused(number, "rectification-plan", "U01-03", **filled("rectification-plan")), Withdrawn)
    assert open_steps(number) == ["receipt-1-b", "rectification-plan-b"]


# Several units.


def test_each_unit_takes_the_case_for_itself(number: str) -> None:
    classify(number, co_units=["U07", "U08"])
    assert open_steps(number) == ["receipt-1-U01", "receipt-1-U07", "receipt-1-U08"]
    assert isinstance(refused(number, "receipt-1-U07", "U08-03", received=True), NotYours)
    act(number, "receipt-1-U07", "U07-03", received=True)
    assert set(open_steps(number)) == {"receipt-1-U01", "investigation-1-U07", "receipt-1-U08"}
    act(number, "receipt-1-U01", "U01-03", received=True)
    act(number, "receipt-1-U08", "U08-03", received=True)
    assert set(open_steps(number)) == {"investigation-1-U01", "investigation-1-U07", "investigation-1-U08"}


def test_a_co_unit_that_returns_the_case_is_replaced_and_the_others_keep_it(number: str) -> None:
    classify(number, co_units=["U07"])
    act(number, "receipt-1-U01", "U01-03", received=True)
    act(number, "receipt-1-U07", "U07-03", return_reason="属区民政局职责")
    assert open_steps(number) == ["investigation-1-U01", "classification-b"]
    classify(number, "classification-b", co_units=["U05"])
    assert open_steps(number) == ["investigation-1-U01", "receipt-1-U05"]
    act(number, "receipt-1-U05", "U05-03", received=True)
    assert open_steps(number) == ["investigation-1-U01", "investigation-1-U05"]


def test_while_one_unit_s_return_is_decided_the_other_may_still_take_the_case(number: str) -> None:
    classify(number, co_units=["U07"])
    act(number, "receipt-1-U07", "U07-03", return_reason="属区民政局职责")
    assert open_steps(number) == ["receipt-1-U01", "classification-b"]
    act(number, "receipt-1-U01", "U01-03", received=True)
    classify(number, "classification-b", co_units=["U07"])
    assert open_steps(number) == ["investigation-1-U01", "receipt-1-U07-b"]


def test_two_units_that_both_return_the_case_are_decided_at_once(number: str) -> None:
    classify(number, co_units=["U07"])
    act(number, "receipt-1-U01", "U01-03", return_reason="属区教育局职责")
    act(number, "receipt-1-U07", "U07-03", return_reason="属区民政局职责")
    assert open_steps(number) == ["classification-b"]
    classify(number, "classification-b", unit="U02", co_units=["U05"])
    assert open_steps(number) == ["receipt-1-U02", "receipt-1-U05"]
    with transaction() as session:
        assert session.scalars(select(Case.status)).one() is Status.INVESTIGATING


# A new ruling on what was begun (the office mends it, or sorts again what its head would not let go).


def test_what_the_office_found_itself_files_nothing_for_a_unit_that_gets_the_case_later(number: str) -> None:
    classify(number, outcome="DIRECT")
    act(number, "direct-accountability-1", HEAD, **filled("direct-accountability"))
    reclassify(number, data={"outcome": "ACCEPT"}, actor=Actor(code=CLERK), reason="应由责任单位办理")
    advance(number)
    assert open_steps(number) == ["receipt-1"]
    carry(number, to="filing-1-b")
    assert open_steps(number) == ["filing-1-b"]
    act(number, "filing-1-b", CLERK, decision="FILED")
    (filing,) = rows_of(number, Filing)
    assert (filing.direct_answer_id, filing.signature_id is None) == (None, False)


def test_what_was_sent_back_to_one_unit_is_not_sent_back_to_the_next(number: str) -> None:
    classify(number)
    supplement = {"decision": "SUPPLEMENT", "reason": "缺谈话笔录"}
    carry(number, to="investigation-1-b", instead={"filing-1": supplement})
    reclassify(number, data={"unit": "U02"}, actor=Actor(code=CLERK), reason="属区教育局职责")
    advance(number)
    carry(number, to="filing-1-b")
    with transaction() as session:
        steps = session.scalars(select(Assignment.step).where(Assignment.base == "investigation-1")).all()
    assert sorted(steps) == ["investigation-1", "investigation-1-b", "investigation-1-c"]


@pytest.mark.parametrize(
    "ruling", [{"unit": "U02"}, {"outcome": "DIRECT"}, REJECTED], ids=["another unit", "the office itself", "refused"]
)
def test_what_a_new_ruling_makes_idle_is_taken_back_at_once(ruling: dict[str, str], number: str) -> None:
    classify(number)
    carry(number, to="filing-1")
    reclassify(number, data=ruling, actor=Actor(code=CLERK), reason="原分类有误")  # and the flow has not come by yet
    assert isinstance(refused(number, "filing-1", CLERK, decision="FILED"), Withdrawn)
    assert rows_of(number, Filing) == []


def test_a_case_sorted_again_for_another_unit_begins_anew_there(number: str) -> None:
    classify(number, long_standing=True)
    carry(number, to="filing-1")
    reclassify(number, data=REJECTED, actor=Actor(code=CLERK), reason="已由法院受理")
    advance(number)
    act(number, "rejection-reply", CLERK, told_on="2026-05-06")
    act(number, "closing-approval", HEAD, agreed=False, opinion="应予受理")
    classify(number, "classification-c", unit="U02", long_standing=True)
    carry(number, to="double-check-1-b")
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    (filing,) = rows_of(number, Filing)
    with transaction() as session:
        assert session.get_one(Signature, filing.signature_id).signer == "U02-01"
