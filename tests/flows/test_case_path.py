"""The path of a case, as a calendar of what people do; walked without Prefect on a real ledger."""

from datetime import date

import pytest
from sqlalchemy import select

from models.assignment import Assignment
from models.database import transaction
from models.journal import Entry
from models.records import CallBack, DoubleCheck, Feedback
from models.registry import Channel
from models.words import Light, Status
from tests.office import (
    CLERK,
    HEAD,
    act,
    assignment_of,
    at,
    call_back,
    carry,
    case_of,
    classify,
    double_check,
    file,
    filled,
    handle,
    investigate,
    it_is,
    open_steps,
    publish,
    report,
    rows_of,
    sign,
    status_of,
    steps_today,
    write_off,
)

pytestmark = pytest.mark.usefixtures("ledger")


def test_a_general_report_from_the_hotline_walks_to_its_write_off() -> None:
    it_is("2026-05-06")
    number = report()
    assert number == "洪治庸〔2026〕1号"
    assert open_steps(number) == ["classification"]
    classify(number)
    assert (status_of(number), open_steps(number)) == (Status.INVESTIGATING, ["receipt-1"])
    it_is("2026-05-20")
    handle(number)
    assert (status_of(number), open_steps(number)) == (Status.FILING, ["filing-1"])
    file(number)
    assert (status_of(number), open_steps(number)) == (Status.FEEDBACK, ["publication-1"])
    publish(number)
    assert open_steps(number) == ["call-back-1"]
    call_back(number)
    assert status_of(number) is Status.WRITE_OFF
    write_off(number)
    case = case_of(number)
    assert (case.status, case.closed_by, case.closing_reason) == (Status.WRITTEN_OFF, "OFF-04", "整改到位，准予销号")
    assert open_steps(number) == []


def test_a_common_problem_owes_a_plan_a_report_to_the_leaders_and_an_assessment_of_its_effect() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number, problem_class="COMMON")
    assert (status_of(number), open_steps(number)) == (Status.PLANNING, ["receipt-1", "rectification-plan"])
    it_is("2026-05-07")
    act(number, "rectification-plan", "U01-03", **filled("rectification-plan"))
    assert open_steps(number) == ["receipt-1", "report-to-leaders"]
    act(number, "report-to-leaders", CLERK, **filled("report-to-leaders", day="2026-05-07"))
    assert (status_of(number), open_steps(number)) == (Status.INVESTIGATING, ["receipt-1"])
    carry(number, to="effect-assessment")
    assert status_of(number) is Status.REVIEW
    it_is("2026-06-08")
    act(number, "effect-assessment", CLERK, **filled("effect-assessment", day="2026-06-08"))
    assert (status_of(number), open_steps(number)) == (Status.WRITE_OFF, ["write-off"])
    write_off(number)
    assert status_of(number) is Status.WRITTEN_OFF


def test_an_annual_problem_shows_its_progress_at_each_promise_and_is_evaluated_by_society() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number, problem_class="ANNUAL")
    carry(number, to="call-back-1")
    assert open_steps(number) == ["milestone-1", "milestone-2", "call-back-1"]
    call_back(number)
    assert (status_of(number), open_steps(number)) == (Status.INVESTIGATING, ["milestone-1", "milestone-2"])
    it_is("2026-06-30")
    act(number, "milestone-1", "U01-03", progress="积压件已清理")
    it_is("2026-09-30")
    act(number, "milestone-2", "U01-03", progress="办理时限已公开")
    assert (status_of(number), open_steps(number)) == (Status.REVIEW, ["social-evaluation"])
    act(number, "social-evaluation", CLERK, score=91.5, sample="六类评议人员共120人", on_television=True)
    write_off(number)
    assert status_of(number) is Status.WRITTEN_OFF


def test_what_the_media_exposed_goes_to_the_office_itself_and_is_answered_by_the_propaganda_department() -> None:
    it_is("2026-05-06")
    number = report("MEDIA_EXPOSURE", name="", phone="")
    classify(number, problem_class="SUPERIOR")
    assert (status_of(number), steps_today(number)) == (Status.INVESTIGATING, ["direct-accountability-1"])
    act(number, "direct-accountability-1", HEAD, **filled("direct-accountability"))
    assert (status_of(number), steps_today(number)) == (Status.FILING, ["filing-1"])
    file(number)
    assert steps_today(number) == ["media-reply-1", "accountability-decision-1"]
    act(number, "media-reply-1", "PRO-01", **filled("media-reply"))
    assert steps_today(number) == ["accountability-decision-1"]
    act(number, "accountability-decision-1", "DIS-01", **filled("accountability-decision"))
    assert steps_today(number) == ["write-off"]
    write_off(number)
    assert status_of(number) is Status.WRITTEN_OFF


def test_a_covert_visit_of_a_superior_body_is_double_checked_and_answered_upward() -> None:
    it_is("2026-05-06")
    number = report("SUPERIOR_COVERT_VISIT", name="", phone="")
    classify(number, problem_class="SUPERIOR", route="COVERT_VISIT")
    act(number, "direct-accountability-1", HEAD, **filled("direct-accountability"))
    assert (status_of(number), open_steps(number)) == (Status.CHECKING, ["double-check-1"])
    double_check(number, "double-check-1", pursued=True)
    file(number)
    assert open_steps(number) == ["source-reply-1", "upward-report-1", "accountability-decision-1"]
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF


def test_what_a_superior_body_handed_down_is_investigated_by_the_unit_and_answered_thrice() -> None:
    it_is("2026-05-06")
    number = report("SUPERIOR_TRANSFER")
    classify(number, problem_class="SUPERIOR")
    assert open_steps(number) == ["receipt-1"]
    carry(number, to="filing-1")
    file(number)
    assert open_steps(number) == ["direct-reply-1", "source-reply-1", "upward-report-1"]
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF


def test_what_is_not_substantiated_proposes_nothing_and_is_told_and_written_off_all_the_same() -> None:
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number)
    act(number, "receipt-1", "U01-03", received=True)
    nothing: dict[str, object] = {"nature": None, "rectification": "", "rectification_deadline": ""}
    investigate(number, finding="UNSUBSTANTIATED", facts="窗口在承诺期限内答复，有记录。", **nothing)
    sign(number)
    file(number)
    assert open_steps(number) == ["direct-reply-1"]
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF


def test_what_a_unit_found_itself_is_told_nobody() -> None:
    it_is("2026-05-06")
    number = report("SELF_INSPECTION", name="", phone="")
    classify(number)
    carry(number, to="filing-1")
    file(number)
    assert (status_of(number), open_steps(number)) == (Status.WRITE_OFF, ["write-off"])
    assert rows_of(number, Feedback) == []
    (call,) = rows_of(number, CallBack)
    assert (call.result, call.no_call_reason) == (None, "匿名、未留联系方式或无投诉人，无法回访")


@pytest.mark.parametrize("channel", ["MEDIA_EXPOSURE", "TV_INQUIRY", "SUPERIOR_COVERT_VISIT", "FILING_REVIEW"])
def test_these_channels_bypass_the_unit(channel: str) -> None:
    it_is("2026-05-06")
    number = report(channel)
    classify(number, problem_class="SUPERIOR")
    assert steps_today(number) == ["direct-accountability-1"]


# What each channel is owed when the result is on file (table of channels in the contract).
REPLIES = {
    "DISTRICT_HEAD_LINE": "publication",
    "CONDUCT_LINE": "publication",
    "MAYOR_LINE": "publication",
    "OFFICE_COMPLAINT": "direct-reply",
    "SUPERVISION_LINE": "direct-reply",
    "CONGRESS_LETTER": "direct-reply",
    "RECEPTION": "direct-reply",
    "OPEN_DAY": "direct-reply",
    "OTHER": "direct-reply",
    "OPINION_BULLETIN": "source-reply",
    "MONITORING_POINT": "source-reply",
    "REVIEW_TEAM": "source-reply",
    "SUPERVISOR_VISIT": "source-reply",
    "WINDOW_PATROL": "source-reply",
    "MEDIA_EXPOSURE": "media-reply",
    "TV_INQUIRY": "media-reply",
    "LEADER_INSTRUCTION": "direct-reply source-reply",
    "SUPERIOR_TRANSFER": "direct-reply source-reply upward-report",
    "SUPERIOR_COVERT_VISIT": "source-reply upward-report",
    "SELF_INSPECTION": "",
    "FILING_REVIEW": "",
}
DOUBLE_CHECKED = {"SUPERIOR_COVERT_VISIT", "SUPERVISOR_VISIT", "WINDOW_PATROL"}


@pytest.mark.parametrize("channel", REPLIES)
def test_each_channel_gets_the_replies_that_the_contract_names(channel: str) -> None:
    it_is("2026-05-06")
    number = report(channel)
    classify(number, problem_class="SUPERIOR")
    carry(number, to="filing-1")
    assert bool(rows_of(number, DoubleCheck)) is (channel in DOUBLE_CHECKED)
    file(number)
    replies = [step for step in steps_today(number) if step not in ("accountability-decision-1", "call-back-1")]
    assert replies == [f"{reply}-1" for reply in REPLIES[channel].split()]


def test_the_registry_of_the_sample_holds_exactly_these_channels() -> None:
    with transaction() as session:
        assert set(session.scalars(select(Channel.code).where(Channel.active))) == set(REPLIES)


def test_a_case_in_hours_is_due_in_hours() -> None:
    it_is("2026-10-02", "22:15")
    number = report("OFFICE_COMPLAINT", received_at=at("2026-10-02", "22:00"))
    classify(number, grade="EMERGENCY", kind="HARD")
    act(number, "receipt-1", "U01-03", received=True)
    with transaction() as session:
        step = session.get_one(Assignment, assignment_of(number, "investigation-1"))
        assert (step.due_at, step.due_on) == (at("2026-10-05", "22:15"), date(2026, 10, 5))


def test_a_case_walked_through_national_day_is_due_after_it() -> None:
    it_is("2026-09-30", "16:00")
    number = report("OFFICE_COMPLAINT", received_at=at("2026-09-30"))
    classify(number)
    with transaction() as session:
        step = session.get_one(Assignment, assignment_of(number, "receipt-1"))
        assert step.due_at == at("2026-10-08", "17:30")
        assert step.light(at("2026-10-08", "17:30")) is Light.YELLOW
        assert step.light(at("2026-10-08", "17:31")) is Light.RED


def test_the_journal_tells_the_whole_path_in_its_order() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number)
    carry(number)
    told = [(entry.what, entry.step) for entry in rows_of(number, Entry) if entry.what in ("answer", "open")]
    steps = [
        "classification",
        "receipt-1",
        "investigation-1",
        "sign-off-1",
        "filing-1",
        "publication-1",
        "publication-approval-1",
        "call-back-1",
        "write-off",
        "write-off-approval",
    ]
    assert told == [(what, step) for step in steps for what in ("open", "answer")]
    moves = [entry.detail["to"] for entry in rows_of(number, Entry) if entry.what == "move"]
    assert moves == ["INVESTIGATING", "SIGNING", "FILING", "FEEDBACK", "WRITE_OFF", "WRITTEN_OFF"]
