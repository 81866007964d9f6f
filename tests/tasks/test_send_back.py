"""退回 and 拿回: what is done once more, what stands, who may, and where there is no way back."""

from datetime import date

import pytest
from sqlalchemy import select

from flows.conductor import advance
from models.database import transaction
from models.notice import Nudge
from models.records import Filing, Signature
from models.refusals import ReasonMissing
from models.words import Role, Status
from tasks.answer import Accepted
from tasks.hand_over import delegate
from tasks.send_back import send_back, take_back
from tasks.suspend import suspend
from tasks.sweep import sweep
from tests.office import (
    CLERK,
    CLERK2,
    HEAD,
    act,
    assignment_of,
    carry,
    classify,
    file,
    grant,
    investigate,
    it_is,
    open_steps,
    refused,
    report,
    rows_of,
    sign,
    status_of,
    steps_today,
)
from tests.operators import by, due_day, entries, name_as_subject, refused_with, row, whole

pytestmark = pytest.mark.usefixtures("ledger")

CONTACT, INVESTIGATOR, HEAD_OF_UNIT = "U01-03", "U01-04", "U01-01"


def case(channel: str = "OFFICE_COMPLAINT", **other: object) -> str:
    """A case of 6 May 2026, classified for U01."""
    it_is("2026-05-06")
    number = report(channel)
    classify(number, **other)
    return number


def back(number: str, step: str, to: str, officer: str, *, straight_back: bool = False) -> Accepted:
    """Send a case back, and walk on."""
    accepted = send_back(
        assignment_of(number, step), to=to, actor=by(officer), reason="事实不清，请补充", straight_back=straight_back
    )
    advance(number)
    return accepted


def taken_back(number: str, step: str, officer: str) -> Accepted:
    """Take an answer back, and walk on."""
    accepted = take_back(number, step, actor=by(officer), reason="附件漏传")
    advance(number)
    return accepted


# 退回: to the previous step, or to any before it.


def test_the_head_sends_a_report_back_and_signs_the_next_one() -> None:
    number = case()
    carry(number, to="sign-off-1")
    assert back(number, "sign-off-1", "investigation-1", HEAD_OF_UNIT) == Accepted(case=number, step="investigation-1")
    assert open_steps(number) == ["investigation-1-b"]
    assert status_of(number) is Status.INVESTIGATING
    investigate(number, "investigation-1-b", facts="补充了时间节点。")
    sign(number, "sign-off-1-b")
    file(number)
    (signature,) = rows_of(number, Signature)
    assert "补充了时间节点" in signature.text
    assert len(rows_of(number, Filing)) == 1
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


@pytest.mark.parametrize(
    ("to", "once_more"),
    [
        ("sign-off-1", ["sign-off-1-b", "filing-1-b"]),
        ("investigation-1", ["investigation-1-b", "sign-off-1-b", "filing-1-b"]),
        ("receipt-1", ["receipt-1-b", "investigation-1-b", "sign-off-1-b", "filing-1-b"]),
    ],
)
def test_from_the_filing_it_goes_back_to_any_earlier_step_and_on_from_there(to: str, once_more: list[str]) -> None:
    number = case()
    carry(number, to="filing-1")
    back(number, "filing-1", to, CLERK)
    for step in once_more:
        assert open_steps(number) == [step]
        carry(number, to=next(iter(once_more[once_more.index(step) + 1 :]), "direct-reply-1"))
    assert len(rows_of(number, Filing)) == 1
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


def test_a_double_check_is_gone_back_to_and_concluded_once_more() -> None:
    number = case("WINDOW_PATROL")
    carry(number, to="filing-1")
    back(number, "filing-1", "double-check-1", CLERK)
    assert open_steps(number) == ["double-check-1-b"]
    carry(number, to="filing-1-b")
    file(number, "filing-1-b")
    assert whole()


def test_what_the_office_handles_itself_is_gone_back_to() -> None:
    number = case("MEDIA_EXPOSURE", problem_class="SUPERIOR")
    carry(number, to="filing-1")
    back(number, "filing-1", "direct-accountability-1", CLERK)
    assert steps_today(number) == ["direct-accountability-1-b"]
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


def test_a_step_may_be_named_by_its_letter() -> None:
    number = case()
    carry(number, to="sign-off-1")
    back(number, "sign-off-1", "investigation-1", HEAD_OF_UNIT)
    carry(number, to="sign-off-1-b")
    back(number, "sign-off-1-b", "investigation-1-b", HEAD_OF_UNIT)
    assert open_steps(number) == ["investigation-1-c"]
    assert whole()


def test_after_a_supplement_only_what_was_done_since_is_done_once_more() -> None:
    number = case()
    carry(number, to="filing-1")
    file(number, decision="SUPPLEMENT", reason="请补充笔录")
    carry(number, to="filing-1-b")
    back(number, "filing-1-b", "investigation-1", CLERK)
    assert open_steps(number) == ["investigation-1-c"]
    carry(number, to="filing-1-c")
    assert [each.step for each in entries(number, "annul")] == ["investigation-1-b", "sign-off-1-b"]
    file(number, "filing-1-c")
    assert whole()


def test_an_investigator_sends_the_refusal_of_his_report_back_to_the_head() -> None:
    number = case()
    carry(number, to="sign-off-1")
    sign(number, agreed=False, opinion="须另查承办科室")
    assert open_steps(number) == ["investigation-1-b"]
    back(number, "investigation-1-b", "sign-off-1", INVESTIGATOR)
    assert open_steps(number) == ["sign-off-1-b"]
    sign(number, "sign-off-1-b")
    assert open_steps(number) == ["filing-1"]
    assert whole()


def test_a_plan_is_gone_back_to_with_what_was_built_on_it() -> None:
    number = case(problem_class="COMMON")
    carry(number, to="effect-assessment")
    back(number, "effect-assessment", "rectification-plan", CLERK)
    assert open_steps(number) == ["rectification-plan-b"]
    carry(number, to="report-to-leaders-b")
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


def test_an_unsuccessful_assessment_is_gone_back_to_while_the_next_plan_waits() -> None:
    number = case(problem_class="COMMON")
    carry(number, to="effect-assessment")
    act(number, "effect-assessment", CLERK, effective=False, assessed_on="2026-05-06", opinion="仍有积压")
    assert open_steps(number) == ["rectification-plan-b"]
    back(number, "rectification-plan-b", "effect-assessment", CONTACT)
    assert open_steps(number) == ["effect-assessment-b"]
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


def test_of_an_annual_plan_the_promises_begin_anew() -> None:
    number = case(problem_class="ANNUAL")
    carry(number, to="sign-off-1")
    back(number, "sign-off-1", "rectification-plan", HEAD_OF_UNIT, straight_back=True)
    assert open_steps(number) == ["rectification-plan-b"]
    carry(number, to="sign-off-1-b")
    assert sorted(open_steps(number)) == ["milestone-1-b", "milestone-2-b", "sign-off-1-b"]
    assert whole()


def test_the_head_of_the_office_sends_an_application_back() -> None:
    number = case()
    carry(number, to="write-off-approval")
    back(number, "write-off-approval", "write-off", HEAD)
    assert open_steps(number) == ["write-off-b"]
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


# 退回 and straight back: what was built on it stands.


def test_straight_back_what_was_done_in_between_stands() -> None:
    number = case()
    carry(number, to="sign-off-1")
    back(number, "sign-off-1", "receipt-1", HEAD_OF_UNIT, straight_back=True)
    assert open_steps(number) == ["receipt-1-b"]
    act(number, "receipt-1-b", CONTACT, received=True, first_contact_on="2026-05-06")
    assert open_steps(number) == ["sign-off-1-b"]
    assert [each.step for each in entries(number, "annul")] == ["receipt-1"]
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


def test_past_a_signature_nothing_comes_straight_back() -> None:
    number = case()
    carry(number, to="filing-1")
    for to in ("investigation-1", "receipt-1"):
        says = refused_with("cannot-return", back, number, "filing-1", to, CLERK, straight_back=True)
        assert "重新签字背书" in says
    assert open_steps(number) == ["filing-1"]
    back(number, "filing-1", "sign-off-1", CLERK, straight_back=True)
    assert open_steps(number) == ["sign-off-1-b"]
    assert whole()


# Several units in parallel.


def test_of_several_units_only_the_one_is_concerned_whose_step_it_is() -> None:
    number = case(co_units=["U07"])
    for unit in ("U01", "U07"):
        act(number, f"receipt-1-{unit}", f"{unit}-03", received=True)
    investigate(number, "investigation-1-U01")
    back(number, "investigation-1-U07", "receipt-1-U07", "U07-04")
    assert open_steps(number) == ["receipt-1-U07-b"]
    act(number, "receipt-1-U07-b", "U07-03", received=True)
    assert open_steps(number) == ["investigation-1-U07-b"]
    investigate(number, "investigation-1-U07-b", "U07")
    assert open_steps(number) == ["sign-off-1"]
    assert [each.step for each in entries(number, "annul")] == ["receipt-1-U07"]
    assert whole()


def test_one_unit_sends_nothing_back_that_is_another_s() -> None:
    number = case(co_units=["U07"])
    for unit in ("U01", "U07"):
        act(number, f"receipt-1-{unit}", f"{unit}-03", received=True)
    investigate(number, "investigation-1-U01")
    for to in ("receipt-1-U01", "investigation-1-U01"):
        refused_with("cannot-return", back, number, "investigation-1-U07", to, "U07-04")
    assert open_steps(number) == ["investigation-1-U07"]


def test_of_several_reports_the_head_sends_one_back_and_the_other_stands() -> None:
    number = case(co_units=["U07"])
    carry(number, to="sign-off-1")
    back(number, "sign-off-1", "investigation-1-U07", HEAD_OF_UNIT)
    assert open_steps(number) == ["investigation-1-U07-b"]
    investigate(number, "investigation-1-U07-b", "U07")
    assert open_steps(number) == ["sign-off-1-b"]
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


def test_a_receipt_sent_back_takes_no_other_unit_s_report_with_it_but_the_signature() -> None:
    number = case(co_units=["U07"])
    carry(number, to="filing-1")
    back(number, "filing-1", "receipt-1-U07", CLERK)
    annulled = [each.step for each in entries(number, "annul")]
    assert annulled == ["receipt-1-U07", "investigation-1-U07", "sign-off-1"]
    assert open_steps(number) == ["receipt-1-U07-b"]
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


# The clock begins anew: a bug of others was that nobody was reminded after a return.


def test_what_was_sent_back_has_a_date_and_reminders_of_its_own() -> None:
    number = case()
    carry(number, to="sign-off-1")
    it_is("2026-05-08")
    back(number, "sign-off-1", "investigation-1", HEAD_OF_UNIT)
    assert due_day(number, "investigation-1-b") == date(2026, 5, 26)  # 13 working days, 9 May is worked
    told = []
    for day in ("2026-05-20", "2026-05-21", "2026-05-26", "2026-05-27"):
        it_is(day, "08:30")
        told.append(sweep().as_dict())
    assert [{stage: n for stage, n in each.items() if n} for each in told] == [
        {},
        {"reminded": 1},
        {"reminded": 1},
        {"urged": 1},
    ]
    with transaction() as session:
        assert set(session.scalars(select(Nudge.assignment_id))) == {assignment_of(number, "investigation-1-b")}
    assert whole()


# Who may not, and where there is no way back.


def test_a_filing_is_the_end_of_the_way_back() -> None:
    number = case("DISTRICT_HEAD_LINE")
    carry(number, to="publication-1")
    for to in ("receipt-1", "investigation-1", "sign-off-1"):
        assert "二次办理" in refused_with("already-filed", back, number, "publication-1", to, CLERK)
    refused_with("cannot-return", back, number, "publication-1", "filing-1", CLERK)
    refused_with("cannot-return", back, number, "publication-1", "classification", CLERK)
    assert [each.detail["code"] for each in entries(number, "return-refused")] == [
        *("already-filed",) * 3,
        *("cannot-return",) * 2,
    ]


def test_what_has_left_the_house_is_not_gone_back_to() -> None:
    number = case("DISTRICT_HEAD_LINE")
    carry(number, to="write-off")
    for to in ("publication-1", "publication-approval-1", "call-back-1"):
        refused_with("cannot-return", back, number, "write-off", to, CLERK)
    assert open_steps(number) == ["write-off"]


def test_beside_the_path_nobody_sends_the_path_back() -> None:
    number = case(problem_class="ANNUAL")
    carry(number, to="sign-off-1")
    it_is("2026-06-30")
    refused_with("cannot-return", back, number, "milestone-1", "investigation-1", CONTACT)
    assert "sign-off-1" in open_steps(number)


def test_whoever_is_not_to_answer_the_step_sends_nothing_back() -> None:
    number = case()
    carry(number, to="sign-off-1")
    for officer in ("U02-01", INVESTIGATOR, "U01-02", HEAD):
        refused_with("not-yours", back, number, "sign-off-1", "investigation-1", officer)
    assert "本人" in refused_with("not-yours", back, number, "sign-off-1", "investigation-1", CLERK)
    refused_with("unknown-officer", back, number, "sign-off-1", "investigation-1", "U01-77")
    assert [each.actor for each in entries(number, "return-refused")] == [
        "U02-01",
        INVESTIGATOR,
        "U01-02",
        HEAD,
        CLERK,
        "U01-77",
    ]
    assert whole()


def test_a_delegate_drafts_and_sends_nothing_back() -> None:
    number = case()
    carry(number, to="investigation-1")
    assignment = assignment_of(number, "investigation-1")
    delegate(assignment, to="U01-02", actor=by(INVESTIGATOR), reason="先拟稿")
    refused_with("not-yours", back, number, "investigation-1", "receipt-1", "U01-02")


def test_the_person_reported_sends_nothing_back_and_takes_nothing_back() -> None:
    number = case()
    carry(number, to="sign-off-1")
    name_as_subject(number, INVESTIGATOR, HEAD_OF_UNIT)
    refused_with("conflict-of-interest", back, number, "sign-off-1", "investigation-1", HEAD_OF_UNIT)
    refused_with("conflict-of-interest", taken_back, number, "investigation-1", INVESTIGATOR)
    assert whole()


def test_a_return_says_why_and_where_to() -> None:
    number = case()
    carry(number, to="sign-off-1")
    assignment = assignment_of(number, "sign-off-1")
    with pytest.raises(ReasonMissing):
        send_back(assignment, to="investigation-1", actor=by(HEAD_OF_UNIT), reason="  ")
    for to in ("filing-1", "没有这一步", "investigation-2", "sign-off-1", ""):
        refused_with("unknown-step", back, number, "sign-off-1", to, HEAD_OF_UNIT)
    back(number, "sign-off-1", "investigation-1", HEAD_OF_UNIT)
    (entry,) = entries(number, "return")
    assert (entry.step, entry.actor) == ("sign-off-1", HEAD_OF_UNIT)
    assert entry.detail == {"to": "investigation-1", "reason": "事实不清，请补充", "straight_back": False}
    (annulled,) = entries(number, "annul")
    assert (annulled.step, annulled.detail["reason"]) == ("investigation-1", "事实不清，请补充")


def test_a_stale_page_sends_nothing_back() -> None:
    number = case()
    carry(number, to="sign-off-1")
    stale = row(number, "sign-off-1").version - 1
    words = {"to": "investigation-1", "actor": by(HEAD_OF_UNIT), "reason": "事实不清"}
    refused_with("stale-version", send_back, assignment_of(number, "sign-off-1"), version=stale, **words)
    refused_with("unknown-assignment", send_back, 999, **words)


def test_who_sent_it_back_has_nothing_left_to_answer() -> None:
    number = case()
    carry(number, to="sign-off-1")
    send_back(
        assignment_of(number, "sign-off-1"), to="investigation-1", actor=by(HEAD_OF_UNIT), reason="事实不清，请补充"
    )
    assert refused(number, "sign-off-1", HEAD_OF_UNIT, agreed=True).code == "withdrawn"
    refused_with("withdrawn", back, number, "sign-off-1", "investigation-1", HEAD_OF_UNIT)


def test_at_rest_nothing_goes_back() -> None:
    number = case()
    carry(number, to="sign-off-1")
    suspend(number, actor=by(HEAD), reason="待司法鉴定")
    refused_with("case-suspended", back, number, "sign-off-1", "investigation-1", HEAD_OF_UNIT)
    refused_with("case-suspended", taken_back, number, "investigation-1", INVESTIGATOR)


# 拿回: while nobody has built on it.


def test_who_answered_takes_his_answer_back_and_gives_another() -> None:
    number = case()
    carry(number, to="sign-off-1")
    assert take_back(number, "investigation-1", actor=by(INVESTIGATOR), reason="附件漏传") == Accepted(
        case=number, step="investigation-1"
    )
    assert open_steps(number) == []  # nobody signs what was taken back, even before the flow comes by
    advance(number)
    assert open_steps(number) == ["investigation-1-b"]
    (entry,) = entries(number, "take-back")
    assert (entry.step, entry.actor, entry.detail) == ("investigation-1", INVESTIGATOR, {"reason": "附件漏传"})
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


def test_nobody_else_takes_it_back() -> None:
    number = case()
    carry(number, to="sign-off-1")
    for officer in ("U01-05", HEAD_OF_UNIT, CLERK):
        refused_with("not-yours", taken_back, number, "investigation-1", officer)
    refused_with("unknown-officer", taken_back, number, "investigation-1", "U01-77")
    with pytest.raises(ReasonMissing):
        take_back(number, "investigation-1", actor=by(INVESTIGATOR), reason="")
    assert [each.detail["code"] for each in entries(number, "take-back-refused")] == [
        *("not-yours",) * 3,
        "unknown-officer",
    ]
    assert open_steps(number) == ["sign-off-1"]


def test_once_somebody_built_on_it_it_stays() -> None:
    number = case()
    carry(number, to="filing-1")
    assert "由后续经办人退回" in refused_with("cannot-take-back", taken_back, number, "investigation-1", INVESTIGATOR)
    refused_with("cannot-take-back", taken_back, number, "receipt-1", CONTACT)
    taken_back(number, "sign-off-1", HEAD_OF_UNIT)
    assert open_steps(number) == ["sign-off-1-b"]
    assert whole()


def test_what_other_units_answered_beside_it_stays() -> None:
    number = case(co_units=["U07"])
    carry(number, to="sign-off-1")
    taken_back(number, "investigation-1-U07", "U07-04")
    assert open_steps(number) == ["investigation-1-U07-b"]
    assert [each.step for each in entries(number, "annul")] == ["investigation-1-U07"]
    investigate(number, "investigation-1-U07-b", "U07")
    assert open_steps(number) == ["sign-off-1-b"]
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


def test_the_head_takes_his_refusal_back_until_another_report_is_there() -> None:
    number = case()
    carry(number, to="sign-off-1")
    sign(number, agreed=False, opinion="须另查")
    taken_back(number, "sign-off-1", HEAD_OF_UNIT)
    assert open_steps(number) == ["sign-off-1-b"]
    sign(number, "sign-off-1-b", agreed=False, opinion="须另查承办科室")
    carry(number, to="sign-off-1-c")
    refused_with("cannot-take-back", taken_back, number, "sign-off-1", HEAD_OF_UNIT)
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


def test_a_unit_that_returned_a_case_by_mistake_takes_that_back_until_the_office_has_ruled() -> None:
    number = case()
    act(number, "receipt-1", CONTACT, return_reason="属区教育局职责")
    assert open_steps(number) == ["classification-b"]
    taken_back(number, "receipt-1", CONTACT)
    assert open_steps(number) == ["receipt-1-b"]
    act(number, "receipt-1-b", CONTACT, return_reason="属区教育局职责")
    refused_with("cannot-return", back, number, "classification-c", "receipt-1", CLERK)
    classify(number, "classification-c")
    refused_with("cannot-take-back", taken_back, number, "receipt-1", CONTACT)
    assert open_steps(number) == ["receipt-1-c"]
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


def test_a_text_is_taken_back_until_it_is_approved() -> None:
    number = case("DISTRICT_HEAD_LINE")
    carry(number, to="publication-approval-1")
    taken_back(number, "publication-1", CLERK)
    assert open_steps(number) == ["publication-1-b"]
    carry(number, to="call-back-1")
    refused_with("cannot-take-back", taken_back, number, "publication-1", CLERK)
    refused_with("cannot-take-back", taken_back, number, "publication-approval-1", CLERK2)
    refused_with("cannot-take-back", taken_back, number, "filing-1", CLERK)
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    refused_with("case-closed", taken_back, number, "write-off", CLERK)
    assert whole()


def test_who_has_left_his_post_takes_nothing_back() -> None:
    it_is("2026-05-06")
    grant("U01-05", Role.UNIT_CONTACT, "2026-05-06", "2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number)
    act(number, "receipt-1", "U01-05", received=True)
    it_is("2026-05-07")
    refused_with("not-yours", taken_back, number, "receipt-1", "U01-05")


def test_a_step_that_was_not_answered_is_not_taken_back() -> None:
    number = case()
    refused_with("unknown-step", taken_back, number, "receipt-1", CONTACT)
    refused_with("unknown-case", taken_back, "2026-99", "receipt-1", CONTACT)
