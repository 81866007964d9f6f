"""四(一) 销号: a case ends only with evidence, one who applies and another who approves."""

import pytest

from models.journal import Entry
from models.refusals import InvalidForm, NotYours, SamePerson
from models.words import Role, Status
from tests.office import (
    CLERK,
    CLERK2,
    HEAD,
    HEAD2,
    act,
    at,
    carry,
    case_of,
    classify,
    grant,
    it_is,
    open_steps,
    refused,
    report,
    rows_of,
    status_of,
)

pytestmark = pytest.mark.usefixtures("ledger")


@pytest.fixture
def number() -> str:
    """A case of 6 May 2026 whose write-off is to be applied for."""
    it_is("2026-05-06")
    number = report()
    classify(number)
    carry(number, to="write-off")
    return number


def test_a_case_is_written_off_with_its_approver_reason_and_hour(number: str) -> None:
    act(number, "write-off", CLERK, evidence=["整改照片一组", "公示截图"], opinion="整改到位")
    it_is("2026-06-03", "16:20")
    act(number, "write-off-approval", HEAD2, agreed=True, opinion="同意销号")
    case = case_of(number)
    assert (case.status, case.closed_by, case.closing_reason) == (Status.WRITTEN_OFF, HEAD2, "同意销号")
    assert case.closed_at == at("2026-06-03", "16:20")
    last = rows_of(number, Entry)[-1]
    assert (last.what, last.detail) == ("move", {"from": "WRITE_OFF", "to": "WRITTEN_OFF", "why": "同意销号"})


def test_the_applicant_s_opinion_is_the_reason_where_the_approver_gives_none(number: str) -> None:
    act(number, "write-off", CLERK, evidence=["整改照片一组"], opinion="群众满意")
    act(number, "write-off-approval", HEAD, agreed=True)
    assert case_of(number).closing_reason == "群众满意"


def test_there_is_no_write_off_without_evidence(number: str) -> None:
    assert isinstance(refused(number, "write-off", CLERK, evidence=[]), InvalidForm)
    assert open_steps(number) == ["write-off"]


def test_a_write_off_that_is_not_approved_is_applied_for_again(number: str) -> None:
    act(number, "write-off", CLERK, evidence=["整改照片一组"])
    act(number, "write-off-approval", HEAD, agreed=False, opinion="佐证不足")
    assert (status_of(number), open_steps(number)) == (Status.WRITE_OFF, ["write-off-b"])
    act(number, "write-off-b", CLERK, evidence=["整改照片一组", "回访录音"])
    act(number, "write-off-approval-b", HEAD, agreed=True)
    assert status_of(number) is Status.WRITTEN_OFF


def test_whoever_applied_does_not_approve_though_he_be_head_of_the_office(number: str) -> None:
    grant(HEAD, Role.OFFICE_CLERK)
    act(number, "write-off", HEAD, evidence=["整改照片一组"])
    refusal = refused(number, "write-off-approval", HEAD, agreed=True)
    assert (type(refusal), refusal.message) == (SamePerson, "销号申请人不得审批本人的申请。")
    act(number, "write-off-approval", HEAD2, agreed=True)
    assert status_of(number) is Status.WRITTEN_OFF


def test_who_applied_first_may_approve_what_another_applied_for_later(number: str) -> None:
    grant(HEAD, Role.OFFICE_CLERK)
    act(number, "write-off", HEAD, evidence=["整改照片一组"])
    act(number, "write-off-approval", HEAD2, agreed=False, opinion="佐证不足")
    act(number, "write-off-b", CLERK, evidence=["回访录音"])
    act(number, "write-off-approval-b", HEAD, agreed=True)
    assert status_of(number) is Status.WRITTEN_OFF


@pytest.mark.parametrize("officer", [CLERK2, "U01-01", "DIS-01"])
def test_nobody_but_the_office_s_head_approves(officer: str, number: str) -> None:
    act(number, "write-off", CLERK, evidence=["整改照片一组"])
    assert isinstance(refused(number, "write-off-approval", officer, agreed=True), NotYours)
    assert status_of(number) is Status.WRITE_OFF
