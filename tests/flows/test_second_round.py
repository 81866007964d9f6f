"""二次办理: two findings together start it, the office alone decides, and the third round is the last."""

from datetime import date

import pytest
from sqlalchemy import select

from flows.conductor import advance
from models.assignment import Answer, Assignment
from models.database import transaction
from models.journal import Actor, Entry
from models.records import CallBack, DoubleCheck, Feedback, Filing
from models.refusals import InvalidForm, NotYours, Withdrawn
from models.words import Satisfaction, Status
from tasks.review import review
from tests.office import (
    CLERK,
    DISCIPLINE,
    HEAD,
    HEAD2,
    act,
    assignment_of,
    call_back,
    carry,
    case_of,
    classify,
    double_check,
    file,
    filled,
    handle,
    it_is,
    open_steps,
    publish,
    refused,
    report,
    rows_of,
    status_of,
)

pytestmark = pytest.mark.usefixtures("ledger")

BOTH = {"poorly_handled": True, "dissatisfied": True, "opinion": "处理不力，群众不满意"}


@pytest.fixture
def number() -> str:
    """A case whose first round is on file and published on 20 May 2026; its reporter is to be called."""
    it_is("2026-05-06")
    number = report()
    classify(number)
    it_is("2026-05-20")
    carry(number, to="call-back-1")
    return number


@pytest.mark.parametrize("result", ["SATISFIED", "FAIR", "UNREACHABLE"])
def test_only_dissatisfaction_has_the_quality_reviewed(result: str, number: str) -> None:
    act(number, "call-back-1", CLERK, result=result, attempts=3, note="三次均无人接听")
    assert (status_of(number), open_steps(number)) == (Status.WRITE_OFF, ["write-off"])


@pytest.mark.parametrize(("poorly_handled", "dissatisfied"), [(False, True), (True, False), (False, False)])
def test_one_finding_alone_starts_no_second_round(poorly_handled: bool, dissatisfied: bool, number: str) -> None:
    call_back(number, result="DISSATISFIED")
    assert (status_of(number), open_steps(number)) == (Status.REVIEW, ["quality-review-1"])
    act(
        number,
        "quality-review-1",
        HEAD,
        poorly_handled=poorly_handled,
        dissatisfied=dissatisfied,
        opinion="已向群众解释",
    )
    assert (status_of(number), open_steps(number), case_of(number).round) == (Status.WRITE_OFF, ["write-off"], 1)


def test_the_office_s_head_alone_reviews_and_no_unit_is_asked(number: str) -> None:
    call_back(number, result="DISSATISFIED")
    for officer in (CLERK, "U01-01"):
        assert isinstance(refused(number, "quality-review-1", officer, **BOTH), NotYours)
    act(number, "quality-review-1", HEAD2, **BOTH)
    assert (status_of(number), open_steps(number), case_of(number).round) == (
        Status.INVESTIGATING,
        ["receipt-2"],
        2,
    )
    (entry,) = [each for each in rows_of(number, Entry) if each.what == "another-round"]
    assert (entry.actor, entry.detail) == (HEAD2, {"round": 2})


def test_the_second_round_has_a_limit_of_ten_working_days_whatever_the_grade_and_kind() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number, grade="EMERGENCY", kind="HARD")
    carry(number, to="quality-review-1", instead={"call-back-1": {"result": "DISSATISFIED"}})
    it_is("2026-09-28")
    act(number, "quality-review-1", HEAD, **BOTH)
    act(number, "receipt-2", "U01-03", received=True)
    with transaction() as session:
        step = session.get_one(Assignment, assignment_of(number, "investigation-2"))
        assert (step.limit.key, step.due_on) == ("second-round-investigation", date(2026, 10, 16))


def test_the_second_round_is_double_checked_filed_and_told_anew_and_the_first_stays_as_it_was(number: str) -> None:
    call_back(number, result="DISSATISFIED")
    act(number, "quality-review-1", HEAD, **BOTH)
    with transaction() as session:
        before = {each.id: each.data for each in session.scalars(select(Answer))}
    handle(number, round=2)
    assert (status_of(number), open_steps(number)) == (Status.CHECKING, ["double-check-2"])
    double_check(number, "double-check-2", pursued=False)
    file(number, "filing-2")
    assert open_steps(number) == ["publication-2"]
    publish(number, round=2)
    call_back(number, round=2)
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert [each.number for each in rows_of(number, Filing)] == ["洪治庸备〔2026〕1号", "洪治庸备〔2026〕2号"]
    assert [each.round for each in rows_of(number, Feedback)] == [1, 2]
    assert {each.round for each in rows_of(number, DoubleCheck)} == {2}
    assert [each.result for each in rows_of(number, CallBack)] == [Satisfaction.DISSATISFIED, Satisfaction.SATISFIED]
    with transaction() as session:
        after = {each.id: each.data for each in session.scalars(select(Answer))}
    assert before.items() <= after.items()


def test_who_is_poorly_handled_twice_is_handled_by_the_office_itself_and_for_the_last_time(number: str) -> None:
    call_back(number, result="DISSATISFIED")
    act(number, "quality-review-1", HEAD, **BOTH)
    carry(number, to="quality-review-2", instead={"call-back-2": {"result": "DISSATISFIED"}})
    act(number, "quality-review-2", HEAD, **BOTH)
    assert (open_steps(number), case_of(number).round) == (["direct-accountability-3"], 3)
    act(number, "direct-accountability-3", HEAD, **filled("direct-accountability", day="2026-05-20"))
    assert open_steps(number) == ["double-check-3"]
    double_check(number, "double-check-3", pursued=True)
    file(number, "filing-3")
    assert open_steps(number) == ["publication-3", "accountability-decision-3"]
    publish(number, round=3)
    call_back(number, round=3, result="DISSATISFIED")
    assert open_steps(number) == ["accountability-decision-3"]
    carry(number)
    assert (status_of(number), case_of(number).round) == (Status.WRITTEN_OFF, 3)
    assert [each.round for each in rows_of(number, Filing)] == [1, 2, 3]


def test_a_unit_may_return_the_second_round_too(number: str) -> None:
    call_back(number, result="DISSATISFIED")
    act(number, "quality-review-1", HEAD, **BOTH)
    act(number, "receipt-2", "U01-03", return_reason="现属区教育局职责")
    assert open_steps(number) == ["classification-2"]
    classify(number, "classification-2", unit="U02")
    assert open_steps(number) == ["receipt-2-b"]
    act(number, "receipt-2-b", "U02-03", received=True)
    assert open_steps(number) == ["investigation-2"]


def test_a_second_round_that_a_unit_returns_is_not_dropped(number: str) -> None:
    call_back(number, result="DISSATISFIED")
    act(number, "quality-review-1", HEAD, **BOTH)
    act(number, "receipt-2", "U01-03", return_reason="已处理过")
    refusal = refused(number, "classification-2", CLERK, outcome="REJECT", reason="重复")
    assert isinstance(refusal, InvalidForm)
    assert "办理结果已备案的案件不能改为不予受理或转出" in refusal.message


@pytest.mark.parametrize(
    "ruling",
    [
        {"co_units": ["U07"]},
        {"unit": "U02", "long_standing": True},
        {"outcome": "DIRECT"},
    ],
    ids=["with another unit beside it", "to another unit", "to the office itself"],
)
def test_what_is_ruled_in_the_second_round_leaves_the_first_on_file(ruling: dict[str, object], number: str) -> None:
    call_back(number, result="DISSATISFIED")
    act(number, "quality-review-1", HEAD, **BOTH)
    act(number, "receipt-2", "U01-03", return_reason="现属他单位职责")
    classify(number, "classification-2", **ruling)
    assert all("-1" not in step for step in open_steps(number))
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    with transaction() as session:
        steps = session.scalars(select(Assignment.step).where(Assignment.round == 1)).all()
    assert not [step for step in steps if step.endswith("-b") or step in ("double-check-1", "direct-accountability-1")]


def test_a_practice_of_long_standing_found_in_the_second_round_does_not_reopen_the_first(number: str) -> None:
    call_back(number, result="DISSATISFIED")
    act(number, "quality-review-1", HEAD, **BOTH)
    carry(number, to="sign-off-2", instead={"investigation-2": {"long_standing": True}})
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert {each.round for each in rows_of(number, DoubleCheck)} == {2}


def test_every_unit_of_the_case_takes_and_investigates_the_second_round() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number, co_units=["U07"])
    carry(number, to="quality-review-1", instead={"call-back-1": {"result": "DISSATISFIED"}})
    act(number, "quality-review-1", HEAD, **BOTH)
    assert open_steps(number) == ["receipt-2-U01", "receipt-2-U07"]
    carry(number, to="investigation-2-U07")
    assert "investigation-2-U01" in open_steps(number)


def test_a_common_problem_is_assessed_after_its_second_round() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number, problem_class="COMMON")
    carry(number, to="quality-review-1", instead={"call-back-1": {"result": "DISSATISFIED"}})
    act(number, "quality-review-1", HEAD, **BOTH)
    assert open_steps(number) == ["receipt-2"]
    carry(number, to="effect-assessment")
    assert open_steps(number) == ["effect-assessment"]
    act(number, "effect-assessment", CLERK, **filled("effect-assessment") | {"effective": False})
    assert open_steps(number) == ["rectification-plan-b"]


def test_what_was_open_is_taken_back_as_soon_as_the_head_starts_another_round_of_his_own_accord(number: str) -> None:
    call_back(number)
    act(number, "write-off", CLERK, evidence=["整改照片一组"])
    review(number, data=BOTH, actor=Actor(code=HEAD))  # and the flow has not come by yet
    assert isinstance(refused(number, "write-off-approval", HEAD2, agreed=True), Withdrawn)
    advance(number)
    carry(number, to="write-off-b")
    assert case_of(number).round == 2
    act(number, "write-off-b", CLERK, evidence=["整改照片一组", "第二轮佐证"])
    assert open_steps(number) == ["write-off-approval-b"]


def test_a_decision_that_is_due_stays_open_when_the_head_starts_another_round(number: str) -> None:
    other = report(number="A-2")
    classify(other)
    accused = {"accountability": [{"person": "U01-02", "measures": ["ADMONITION"]}]}
    carry(other, to="publication-1", instead={"investigation-1": accused})
    review(other, data=BOTH, actor=Actor(code=HEAD))
    assert open_steps(other) == ["accountability-decision-1"]
    assert isinstance(refused(other, "publication-1", CLERK, **filled("publication")), Withdrawn)
    act(other, "accountability-decision-1", DISCIPLINE, **filled("accountability-decision", day="2026-05-20"))
    assert open_steps(other) == ["receipt-2"]
