"""督办 and 催办 by hand: a numbered instruction with its reports, and urging that is counted."""

from datetime import date
from typing import Any

import pytest

from flows.conductor import advance
from models.database import transaction
from models.refusals import ReasonMissing
from models.words import Basis, Role, Status
from tasks.answer import Accepted
from tasks.case_view import show_case
from tasks.notices import notices
from tasks.reclassify import reclassify
from tasks.send_back import take_back
from tasks.supervise import lift_supervision, supervise
from tasks.suspend import suspend
from tasks.sweep import sweep, times_urged
from tasks.urge import urge
from tests.office import (
    CLERK,
    DISCIPLINE,
    HEAD,
    PROPAGANDA,
    act,
    assignment_of,
    carry,
    case_of,
    classify,
    filled,
    grant,
    it_is,
    open_steps,
    refused,
    report,
    status_of,
)
from tests.operators import by, due_day, entries, name_as_subject, refused_with, row, whole

pytestmark = pytest.mark.usefixtures("ledger")

CONTACT, INVESTIGATOR = "U01-03", "U01-04"
STEP = "investigation-1"


@pytest.fixture
def number() -> str:
    """A case of 6 May 2026 whose investigation by U01 is open."""
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number)
    carry(number, to=STEP)
    return number


def instruct(number: str, officer: str = HEAD, **other: Any) -> Accepted:
    """Give an instruction with a report every two working days, and walk on."""
    words: dict[str, Any] = {
        "basis": Basis.INSTRUCTION,
        "instruction": "限期解决",
        "leader": "区长",
        "every": 2,
    } | other
    accepted = supervise(number, actor=by(officer), **words)
    advance(number)
    return accepted


def lift(number: str, officer: str = HEAD) -> Accepted:
    """Lift it, and walk on."""
    accepted = lift_supervision(number, actor=by(officer), reason="问题已解决")
    advance(number)
    return accepted


# 督办.


def test_an_instruction_has_a_number_and_asks_for_reports_on_its_days(number: str) -> None:
    accepted = instruct(number)
    assert accepted == Accepted(case=number, step="supervise", number="洪治庸督〔2026〕1号")
    assert open_steps(number) == [STEP, "progress-report-1"]
    assert row(number, "progress-report-1").opens_on == date(2026, 5, 8)
    assert due_day(number, "progress-report-1") == date(2026, 5, 9)  # a Saturday that is worked
    assert status_of(number) is Status.INVESTIGATING
    assert refused(number, "progress-report-1", CONTACT, **filled("progress-report")).code == "not-open-yet"
    it_is("2026-05-09")
    act(number, "progress-report-1", CONTACT, **filled("progress-report"))
    assert row(number, "progress-report-2").opens_on == date(2026, 5, 12)
    assert whole()


def test_it_is_journalled_with_basis_leader_and_interval(number: str) -> None:
    instruct(number, basis=Basis.MEETING, leader="区长办公会", instruction="两周内办结")
    (entry,) = entries(number, "supervise")
    assert (entry.actor, entry.detail) == (
        HEAD,
        {
            "number": "洪治庸督〔2026〕1号",
            "basis": "MEETING",
            "instruction": "两周内办结",
            "leader": "区长办公会",
            "every": 2,
        },
    )


def test_reports_do_not_hold_up_the_case(number: str) -> None:
    instruct(number)
    carry(number)  # on the first day, before any report is due
    assert status_of(number) is Status.WRITTEN_OFF
    assert open_steps(number) == []
    assert whole()


def test_a_late_report_is_urged_like_any_other_step(number: str) -> None:
    instruct(number)
    it_is("2026-05-11", "08:30")
    assert sweep().as_dict() == {"reminded": 0, "urged": 1, "escalated": 0}
    assert "progress-report-1" in notices(by=CONTACT)[0]["text"]


def test_it_is_lifted_with_its_open_report(number: str) -> None:
    instruct(number)
    it_is("2026-05-08")
    with pytest.raises(ReasonMissing):
        lift_supervision(number, actor=by(HEAD), reason="")
    accepted = lift_supervision(number, actor=by(HEAD), reason="问题已解决")
    assert accepted == Accepted(case=number, step="supervise", number="洪治庸督〔2026〕1号")
    assert refused(number, "progress-report-1", CONTACT, **filled("progress-report")).code == "withdrawn"
    advance(number)
    assert open_steps(number) == [STEP]
    (entry,) = entries(number, "supervision-lifted")
    assert entry.detail == {"number": "洪治庸督〔2026〕1号", "reason": "问题已解决"}
    refused_with("cannot-supervise", lift, number)
    assert whole()


def test_after_it_another_may_be_given_whose_reports_count_on(number: str) -> None:
    instruct(number)
    it_is("2026-05-08")
    act(number, "progress-report-1", CONTACT, **filled("progress-report"))
    lift(number)
    assert instruct(number, every=5).number == "洪治庸督〔2026〕2号"
    assert row(number, "progress-report-2-b").opens_on == date(2026, 5, 14)
    assert whole()


def test_of_one_that_replaces_another_at_once_the_day_is_its_own(number: str) -> None:
    instruct(number)
    lift_supervision(number, actor=by(HEAD), reason="改由区长督办")
    instruct(number, every=5)
    assert row(number, "progress-report-1-b").opens_on == date(2026, 5, 12)
    assert whole()


def test_a_second_one_beside_it_is_refused(number: str) -> None:
    instruct(number)
    assert "已在督办中" in refused_with("cannot-supervise", instruct, number)
    (kept,) = entries(number, "supervise-refused")
    assert (kept.actor, kept.detail["code"]) == (HEAD, "cannot-supervise")
    assert whole()


def test_a_report_is_taken_back_until_the_next(number: str) -> None:
    instruct(number)
    it_is("2026-05-08")
    act(number, "progress-report-1", CONTACT, **filled("progress-report"))
    take_back(number, "progress-report-1", actor=by(CONTACT), reason="数字有误")
    advance(number)
    assert open_steps(number) == [STEP, "progress-report-1-b"]
    it_is("2026-05-12")
    act(number, "progress-report-1-b", CONTACT, **filled("progress-report"))
    it_is("2026-05-14")
    act(number, "progress-report-2-b", CONTACT, **filled("progress-report"))
    words = {"actor": by(CONTACT), "reason": "数字有误"}
    refused_with("cannot-take-back", take_back, number, "progress-report-1", **words)
    assert open_steps(number) == [STEP, "progress-report-3"]
    assert whole()


def test_only_the_office_and_the_district_s_leaders_give_it(number: str) -> None:
    for officer in (CONTACT, "U01-01", DISCIPLINE, PROPAGANDA):
        refused_with("not-yours", instruct, number, officer)
    refused_with("unknown-officer", instruct, number, "U01-77")
    assert instruct(number, CLERK).number
    assert len(entries(number, "supervise-refused")) == 5
    assert whole()


def test_it_says_what_and_whose_it_is(number: str) -> None:
    for missing in ({"instruction": " "}, {"leader": ""}):
        with pytest.raises(ReasonMissing):
            instruct(number, **missing)
    for every in (0, -1, 61):
        assert "1至60" in refused_with("cannot-supervise", instruct, number, every=every)


def test_what_the_unit_reads_identifies_nobody(number: str) -> None:
    for instruction in ("请联系13800001234办理", "请当面答复来件人甲"):
        assert "可识别投诉人" in refused_with("invalid-form", instruct, number, instruction=instruction)
    grant("OFF-06", Role.DISTRICT_LEADER)
    instruct(number, "OFF-06", instruction="请当面答复来件人甲")  # who may not know him is not told whether it is he
    (shown,) = show_case(number, by=CONTACT)["supervisions"]
    assert "来件人甲" not in shown["instruction"]
    assert shown["instruction"].startswith("请当面答复")


def test_there_must_be_a_unit_that_works_on_it() -> None:
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    assert "尚未交" in refused_with("cannot-supervise", instruct, number)
    classify(number, outcome="DIRECT")
    assert "直接办理" in refused_with("cannot-supervise", instruct, number)
    refused_with("unknown-case", instruct, "2026-99")


def test_a_unit_that_lost_the_case_reports_no_more(number: str) -> None:
    instruct(number)
    reclassify(number, data={"unit": "U02"}, actor=by(CLERK), reason="属二单位职责")
    advance(number)
    assert row(number, "progress-report-1-b").unit_code == "U02"
    reclassify(number, data={"outcome": "DIRECT"}, actor=by(CLERK), reason="涉及主要领导")
    advance(number)
    assert open_steps(number) == ["direct-accountability-1"]
    assert whole()


def test_neither_a_closed_case_nor_one_at_rest_is_instructed_on(number: str) -> None:
    suspend(number, actor=by(HEAD), reason="待司法鉴定")
    refused_with("case-suspended", instruct, number)
    it_is("2026-05-06")
    other = report("OFFICE_COMPLAINT", number="A-2")
    classify(other)
    carry(other)
    refused_with("case-closed", instruct, other)


def test_the_person_reported_instructs_on_nothing(number: str) -> None:
    name_as_subject(number, HEAD)
    refused_with("conflict-of-interest", instruct, number)


# 催办 by hand.


def test_an_urging_is_numbered_counted_and_told_at_once(number: str) -> None:
    assignment = assignment_of(number, STEP)
    first = urge(assignment, actor=by(CLERK), reason="群众再次来电")
    assert first == Accepted(case=number, step=STEP, number="洪治庸催〔2026〕1号")
    assert urge(assignment, actor=by(HEAD), reason="区长过问").number == "洪治庸催〔2026〕2号"
    assert [each["subject"] for each in notices(by=INVESTIGATOR)] == ["催办通知书：1 项待办"] * 2
    entry = entries(number, "nudge")[0]
    assert (entry.actor, entry.step) == (CLERK, STEP)
    assert entry.detail == {
        "stage": "URGE",
        "due_on": "2026-05-22",
        "number": "洪治庸催〔2026〕1号",
        "reason": "群众再次来电",
    }
    with transaction() as session:
        assert times_urged(session, assignment) == 2
    assert whole()


def test_urged_by_hand_it_is_still_told_of_in_its_time(number: str) -> None:
    urge(assignment_of(number, STEP), actor=by(CLERK), reason="群众再次来电")
    it_is("2026-05-19", "08:30")
    assert sweep().reminded == 1
    it_is("2026-05-25", "08:30")
    assert sweep().urged == 1


@pytest.mark.parametrize("officer", [CONTACT, "U01-01", "U02-01", PROPAGANDA])
def test_units_urge_nobody(officer: str, number: str) -> None:
    refused_with("not-yours", urge, assignment_of(number, STEP), actor=by(officer), reason="请抓紧")
    (kept,) = entries(number, "urge-refused")
    assert (kept.step, kept.actor, kept.detail) == (STEP, officer, {"code": "not-yours", "reason": "请抓紧"})


def test_only_what_somebody_can_answer_is_urged(number: str) -> None:
    words = {"actor": by(CLERK), "reason": "请抓紧"}
    refused_with("already-answered", urge, assignment_of(number, "receipt-1"), **words)
    instruct(number)
    refused_with("not-open-yet", urge, assignment_of(number, "progress-report-1"), **words)
    refused_with("unknown-assignment", urge, 999, **words)
    with pytest.raises(ReasonMissing):
        urge(assignment_of(number, STEP), actor=by(CLERK), reason=" ")
    suspend(number, actor=by(HEAD), reason="待司法鉴定")
    refused_with("case-suspended", urge, assignment_of(number, STEP), **words)
    assert notices() == []
    assert case_of(number).status is Status.SUSPENDED


def test_the_person_reported_urges_nobody(number: str) -> None:
    name_as_subject(number, CLERK)
    refused_with("conflict-of-interest", urge, assignment_of(number, STEP), actor=by(CLERK), reason="请抓紧")
