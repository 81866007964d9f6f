"""四(二): investigation, signature, double check and filing of one round, and the lapse that a filing may show."""

from typing import Any

import pytest
from sqlalchemy import select

from models.assignment import Answer, Assignment
from models.case import Case, CaseSubject
from models.database import transaction
from models.journal import canonical, sha256_of
from models.message import Message
from models.records import DoubleCheck, Filing, Signature
from models.refusals import ConflictOfInterest, InvalidForm, NotYours, SamePerson, SlotEmpty
from models.words import Lapse, Position, Status
from tests.office import (
    CLERK,
    CLERK2,
    DISCIPLINE,
    HEAD,
    act,
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
    refused,
    report,
    rows_of,
    sign,
    status_of,
    steps_today,
)

pytestmark = pytest.mark.usefixtures("ledger")


@pytest.fixture
def number() -> str:
    """A case of 6 May 2026 that U01 has taken and investigates."""
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number)
    act(number, "receipt-1", "U01-03", received=True)
    return number


# The signature.


def test_the_head_signs_the_exact_report(number: str) -> None:
    investigate(number)
    it_is("2026-05-08")
    sign(number)
    (signature,) = rows_of(number, Signature)
    with transaction() as session:
        given = session.scalars(
            select(Answer).join(Answer.assignment).where(Assignment.step == "investigation-1")
        ).one()
    assert (signature.signer, signature.unit_code, signature.round) == ("U01-01", "U01", 1)
    assert (signature.signed_on.isoformat(), signature.paper_number, signature.recorded_by) == ("2026-05-08", "", None)
    assert signature.text == canonical(given.data)
    assert signature.sha256 == sha256_of(given.data)
    assert signature.covers(given.data)
    assert not signature.covers(given.data | {"facts": "改动过的事实"})


@pytest.mark.parametrize("officer", ["U01-02", "U01-03", "U01-04", "U02-01", HEAD, DISCIPLINE])
def test_nobody_but_the_unit_s_head_signs(officer: str, number: str) -> None:
    investigate(number)
    assert isinstance(refused(number, "sign-off-1", officer, agreed=True), NotYours)


def test_a_signature_refused_has_the_investigation_made_again(number: str) -> None:
    investigate(number)
    sign(number, agreed=False, opinion="事实不清，补充调查")
    assert (status_of(number), open_steps(number)) == (Status.INVESTIGATING, ["investigation-1-b"])
    assert rows_of(number, Signature) == []
    investigate(number, "investigation-1-b", facts="补充调查后查明。")
    assert open_steps(number) == ["sign-off-1-b"]
    sign(number, "sign-off-1-b")
    assert open_steps(number) == ["filing-1"]
    (signature,) = rows_of(number, Signature)
    assert "补充调查后查明" in signature.text


def test_a_signature_may_be_refused_more_than_once(number: str) -> None:
    for letter in ("", "-b", "-c"):
        investigate(number, f"investigation-1{letter}")
        sign(number, f"sign-off-1{letter}", agreed=False, opinion="事实不清")
    assert open_steps(number) == ["investigation-1-d"]


def test_a_clerk_records_a_signature_on_paper_with_its_number_and_day(number: str) -> None:
    investigate(number)
    it_is("2026-05-11")
    paper = {"agreed": True, "paper_number": "签〔2026〕7号", "signed_by": "U01-01", "signed_on": "2026-05-08"}
    act(number, "sign-off-1", CLERK, **paper)
    (signature,) = rows_of(number, Signature)
    assert (signature.signer, signature.recorded_by, signature.paper_number) == ("U01-01", CLERK, "签〔2026〕7号")
    assert signature.signed_on.isoformat() == "2026-05-08"
    file(number)


def test_a_clerk_does_not_sign_for_the_head_without_a_paper(number: str) -> None:
    investigate(number)
    assert isinstance(refused(number, "sign-off-1", CLERK, agreed=True), InvalidForm)
    paper = {"paper_number": "签〔2026〕7号", "signed_by": "U01-02", "signed_on": "2026-05-06"}
    assert isinstance(refused(number, "sign-off-1", CLERK, agreed=True, **paper), InvalidForm)
    assert rows_of(number, Signature) == []


def test_the_head_who_became_the_person_reported_does_not_sign(number: str) -> None:
    investigate(number)
    with transaction() as session:
        session.add(CaseSubject(case_id=session.scalars(select(Case.id)).one(), officer_code="U01-01"))
    assert isinstance(refused(number, "sign-off-1", "U01-01", agreed=True), ConflictOfInterest)
    paper = {"paper_number": "签〔2026〕7号", "signed_by": "U01-01", "signed_on": "2026-05-06"}
    assert isinstance(refused(number, "sign-off-1", CLERK, agreed=True, **paper), ConflictOfInterest)


def test_the_head_does_not_investigate_what_he_signs(number: str) -> None:
    both = filled("investigation") | {"investigators": ["U01-04", "U01-01"]}
    assert isinstance(refused(number, "investigation-1", "U01-04", **both), SamePerson)


# Filing.


def test_what_is_filed_gets_a_number_and_rests_on_the_signature(number: str) -> None:
    investigate(number)
    sign(number)
    file(number)
    (filing,) = rows_of(number, Filing)
    (signature,) = rows_of(number, Signature)
    assert (filing.number, filing.round, filing.signature_id) == ("洪治庸备〔2026〕1号", 1, signature.id)
    assert (filing.direct_answer_id, filing.lapse, filing.linked_case_id) == (None, None, None)


def test_a_filing_sent_back_has_everything_made_and_signed_again(number: str) -> None:
    investigate(number)
    sign(number)
    file(number, decision="SUPPLEMENT", reason="缺谈话笔录")
    assert (status_of(number), open_steps(number)) == (Status.INVESTIGATING, ["investigation-1-b"])
    assert rows_of(number, Filing) == []
    investigate(number, "investigation-1-b", facts="补充谈话笔录后查明。")
    assert open_steps(number) == ["sign-off-1-b"]
    sign(number, "sign-off-1-b")
    file(number, "filing-1-b")
    (filing,) = rows_of(number, Filing)
    _, second = rows_of(number, Signature)
    assert (filing.number, filing.signature_id) == ("洪治庸备〔2026〕1号", second.id)


def test_filing_numbers_run_on_from_case_to_case(number: str) -> None:
    carry(number)
    other = report(number="A-2")
    classify(other)
    carry(other)
    assert [rows_of(each, Filing)[0].number for each in (number, other)] == [
        "洪治庸备〔2026〕1号",
        "洪治庸备〔2026〕2号",
    ]


@pytest.mark.parametrize("lapse", Lapse)
def test_a_lapse_opens_a_case_of_its_own_against_the_unit_s_leaders(lapse: Lapse, number: str) -> None:
    investigate(number)
    sign(number)
    file(number, lapse=lapse.value)
    (filing,) = rows_of(number, Filing)
    with transaction() as session:
        linked = session.get_one(Case, filing.linked_case_id)
        assert (filing.lapse, linked.number, linked.linked_from) == (lapse, "洪治庸〔2026〕2号", filing.case_id)
        (message,) = session.scalars(select(Message).where(Message.channel_code == "FILING_REVIEW"))
        assert lapse.label in message.subject
    assert [each.officer_code for each in rows_of(linked.number, CaseSubject)] == ["U01-01", "U01-02"]
    assert open_steps(number) == ["direct-reply-1"]


def test_the_case_against_the_leaders_is_handled_by_the_office_itself_to_its_end(number: str) -> None:
    investigate(number)
    sign(number)
    file(number, lapse="TOO_LIGHT")
    linked = "洪治庸〔2026〕2号"
    classify(linked)
    assert open_steps(linked) == ["direct-accountability-1"]
    against = [{"person": "U01-01", "measures": ["ADMONITION"]}, {"person": "U01-02", "measures": ["ADMONITION"]}]
    act(linked, "direct-accountability-1", HEAD, **filled("direct-accountability") | {"accountability": against})
    carry(linked)
    assert status_of(linked) is Status.WRITTEN_OFF
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF


def test_the_leaders_whom_the_linked_case_is_about_act_in_other_cases_as_before(number: str) -> None:
    investigate(number)
    sign(number)
    file(number, lapse="TOO_LIGHT")
    other = report(number="A-2")
    classify(other)
    handle(other)
    assert open_steps(other) == ["filing-1"]


# Double check.


@pytest.mark.parametrize("channel", ["SUPERVISOR_VISIT", "WINDOW_PATROL"])
def test_what_a_covert_visit_found_is_double_checked_before_it_is_filed(channel: str) -> None:
    it_is("2026-05-06")
    number = report(channel)
    classify(number)
    handle(number)
    assert (status_of(number), open_steps(number)) == (Status.CHECKING, ["double-check-1"])
    double_check(number, "double-check-1")
    assert open_steps(number) == ["filing-1"]
    checked = rows_of(number, DoubleCheck)
    assert [(each.position, each.officer_code) for each in checked] == [
        (Position.DIRECT, "U01-03"),
        (Position.HEAD, "U01-01"),
        (Position.DEPUTY, "U01-02"),
    ]
    assert all(not each.pursued and each.reason == "已尽到管理责任" for each in checked)


def test_a_practice_of_long_standing_known_when_it_is_sorted_is_double_checked() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number, long_standing=True)
    handle(number)
    assert open_steps(number) == ["double-check-1"]


def test_a_practice_of_long_standing_found_by_the_investigation_is_double_checked(number: str) -> None:
    investigate(number, long_standing=True)
    assert case_of(number).long_standing
    sign(number)
    assert open_steps(number) == ["double-check-1"]


def test_an_ordinary_first_round_is_not_double_checked(number: str) -> None:
    carry(number)
    assert rows_of(number, DoubleCheck) == []


def test_a_double_check_is_made_again_when_the_filing_is_sent_back(number: str) -> None:
    investigate(number, long_standing=True)
    sign(number)
    double_check(number, "double-check-1")
    file(number, decision="SUPPLEMENT", reason="缺谈话笔录")
    investigate(number, "investigation-1-b")
    sign(number, "sign-off-1-b")
    assert open_steps(number) == ["double-check-1-b"]
    double_check(number, "double-check-1-b", pursued=True)
    file(number, "filing-1-b")
    assert len(rows_of(number, DoubleCheck)) == 6


def test_a_practice_of_long_standing_found_only_when_it_was_investigated_again_is_double_checked_after_its_signature(
    number: str,
) -> None:
    carry(number, to="filing-1")
    file(number, decision="SUPPLEMENT", reason="缺谈话笔录")
    investigate(number, "investigation-1-b", long_standing=True)
    assert open_steps(number) == ["sign-off-1-b"]
    sign(number, "sign-off-1-b")
    assert open_steps(number) == ["double-check-1"]


def test_a_double_check_may_be_about_somebody_who_is_no_user(number: str) -> None:
    investigate(number, long_standing=True)
    sign(number)
    outside = {"name": "丁某", "post": "窗口人员", "unit": "区发展和改革局"}
    conclusion = {"person": outside, "pursued": True, "measures": ["DISMISSAL", "PERFORMANCE_PAY"]}
    act(number, "double-check-1", DISCIPLINE, **filled("double-check") | {"direct": conclusion})
    direct = rows_of(number, DoubleCheck)[0]
    assert (direct.officer_code, direct.pursued, direct.measures) == (None, True, ["DISMISSAL", "PERFORMANCE_PAY"])
    with transaction() as session:
        assert session.get_one(DoubleCheck, direct.id).person.name == "丁某"  # type: ignore[union-attr]


# The office itself.


def test_the_office_s_own_handling_is_filed_on_its_answer() -> None:
    it_is("2026-05-06")
    number = report("TV_INQUIRY", name="", phone="")
    classify(number, problem_class="SUPERIOR")
    assert isinstance(refused(number, "direct-accountability-1", CLERK, **filled("direct-accountability")), NotYours)
    act(number, "direct-accountability-1", HEAD, **filled("direct-accountability"))
    file(number, decision="SUPPLEMENT", reason="缺谈话笔录")
    assert steps_today(number) == ["direct-accountability-1-b"]
    act(number, "direct-accountability-1-b", HEAD, **filled("direct-accountability") | {"facts": "补充后查明。"})
    file(number, "filing-1-b")
    (filing,) = rows_of(number, Filing)
    with transaction() as session:
        given = session.get_one(Answer, filing.direct_answer_id)
        assert given.data["facts"] == "补充后查明。"
    assert filing.signature_id is None


def test_an_empty_clause_cannot_be_cited_by_the_office_either() -> None:
    it_is("2026-05-06")
    number = report("TV_INQUIRY")
    classify(number, problem_class="SUPERIOR")
    citing = [{"person": "U01-05", "measures": ["REMOVAL"], "clause": 7}]
    form = filled("direct-accountability") | {"accountability": citing}
    assert isinstance(refused(number, "direct-accountability-1", HEAD, **form), SlotEmpty)


# Several units.


def test_every_unit_investigates_and_the_responsible_one_s_head_signs_its_own_report() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number, co_units=["U07"])
    act(number, "receipt-1-U01", "U01-03", received=True)
    act(number, "receipt-1-U07", "U07-03", received=True)
    assert open_steps(number) == ["investigation-1-U01", "investigation-1-U07"]
    wrong: dict[str, Any] = filled("investigation", "U07") | {"investigators": ["U07-04", "U01-05"]}
    assert isinstance(refused(number, "investigation-1-U07", "U07-04", **wrong), InvalidForm)
    investigate(number, "investigation-1-U07", "U07", facts="协办单位查明。")
    assert open_steps(number) == ["investigation-1-U01"]
    investigate(number, "investigation-1-U01", "U01", facts="主办单位查明。")
    assert open_steps(number) == ["sign-off-1"]
    assert isinstance(refused(number, "sign-off-1", "U07-01", agreed=True), NotYours)
    sign(number)
    (signature,) = rows_of(number, Signature)
    assert "主办单位查明" in signature.text
    act(number, "filing-1", CLERK2, decision="FILED")
    assert rows_of(number, Filing)[0].signature_id == signature.id


def test_a_signature_refused_has_every_unit_investigate_again() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number, co_units=["U07"])
    carry(number, to="sign-off-1")
    sign(number, agreed=False, opinion="协办部分不清")
    assert open_steps(number) == ["investigation-1-U01-b", "investigation-1-U07-b"]
