"""并案: whose message is joined, what becomes of his own case, and that he is told the outcome."""

import pytest
from sqlalchemy import select

from flows.conductor import advance
from models.case import Case
from models.concerned import subjects_of
from models.database import transaction
from models.journal import Actor, Entry
from models.records import Feedback
from models.refusals import CannotMerge, ConflictOfInterest, NotYours, ReasonMissing, UnknownMessage
from models.words import Status
from tasks.merge import merge
from tests.office import (
    CLERK,
    HEAD,
    act,
    call_back,
    carry,
    case_of,
    classify,
    file,
    handle,
    it_is,
    open_steps,
    refused,
    report,
    write_off,
)

pytestmark = pytest.mark.usefixtures("ledger")


def message_of(number: str) -> int:
    """Return the first message of a case."""
    with transaction() as session:
        return session.scalars(select(Case).where(Case.number == number)).one().messages[0].message_id


def join(message: int, into: str, by: str = CLERK, reason: str = "同一事项") -> None:
    """Merge and walk on with the case that goes on."""
    merge(message, into=into, actor=Actor(code=by), reason=reason)
    advance(into)


def test_a_merged_case_names_the_other_and_its_reporter_is_told_the_outcome() -> None:
    it_is("2026-05-06")
    first = report("OFFICE_COMPLAINT", number="A-1", phone="13800001234")
    second = report("OFFICE_COMPLAINT", number="A-2", phone="13800005678")
    joined = message_of(second)
    join(joined, first)
    case = case_of(second)
    assert (case.status, case.closed_by) == (Status.MERGED, CLERK)
    assert case.closing_reason == f"并入{first}：同一事项"
    assert open_steps(second) == []
    classify(first)
    handle(first)
    file(first)
    act(first, "direct-reply-1", CLERK, means="电话", delivered_on="2026-05-06", proof="通话记录")
    with transaction() as session:
        assert {row.message_id for row in session.scalars(select(Feedback))} == {message_of(first), joined}


def test_who_joins_after_the_others_were_told_is_told_too() -> None:
    it_is("2026-05-06")
    first = report("OFFICE_COMPLAINT", number="A-1")
    classify(first)
    handle(first)
    file(first)
    act(first, "direct-reply-1", CLERK, means="电话", delivered_on="2026-05-06", proof="通话记录")
    call_back(first)
    assert open_steps(first) == ["write-off"]
    second = report("OFFICE_COMPLAINT", number="A-2", phone="13800005678")
    join(message_of(second), first)
    assert open_steps(first) == ["direct-reply-1-b"]
    act(first, "direct-reply-1-b", CLERK, means="电话", delivered_on="2026-05-06", proof="通话记录")
    write_off_after_merge(first)


def write_off_after_merge(number: str) -> None:
    """The application withdrawn by the merge is made again."""
    act(number, "write-off-b", CLERK, evidence=["整改照片"])
    act(number, "write-off-approval", HEAD, agreed=True)
    assert case_of(number).status is Status.WRITTEN_OFF


def test_a_report_that_a_rule_singles_out_is_not_hidden_in_a_common_case() -> None:
    it_is("2026-05-06")
    first = report("OFFICE_COMPLAINT", number="A-1")
    second = report("TV_INQUIRY", number="TV-1", phone="", name="")
    with pytest.raises(CannotMerge, match="单独办理"):
        join(message_of(second), first)
    join(message_of(first), second)
    assert case_of(first).status is Status.MERGED


def test_closed_cases_unknown_messages_and_other_people_are_refused() -> None:
    it_is("2026-05-06")
    first = report("OFFICE_COMPLAINT", number="A-1")
    second = report("OFFICE_COMPLAINT", number="A-2")
    with pytest.raises(UnknownMessage):
        join(999, first)
    with pytest.raises(NotYours):
        join(message_of(second), first, by="U01-01")
    with pytest.raises(ReasonMissing):
        join(message_of(second), first, reason="")
    with pytest.raises(CannotMerge):
        join(message_of(first), first)
    classify(first)
    handle(first)
    file(first)
    act(first, "direct-reply-1", CLERK, undeliverable_reason="号码停机")
    call_back(first)
    write_off(first)
    with pytest.raises(CannotMerge, match="已办结"):
        join(message_of(second), first)
    assert case_of(second).status is Status.REGISTERED


def test_whom_the_joined_report_was_about_handles_and_sees_nothing_of_the_other_case() -> None:
    it_is("2026-05-06")
    first = report("OFFICE_COMPLAINT", number="A-1")
    second = report("OFFICE_COMPLAINT", number="A-2")
    classify(first)
    outside = {"name": "某甲", "post": "科员", "unit": "区发展和改革局"}
    classify(second, subjects=["U01-03", outside], long_standing=True)
    join(message_of(second), first)
    assert case_of(first).long_standing
    with transaction() as session:
        assert len(subjects_of(session, case_of(first).id)) == 2
    assert isinstance(refused(first, "receipt-1", "U01-03", received=True), ConflictOfInterest)


def test_a_report_about_the_unit_s_head_does_not_join_what_his_unit_handles() -> None:
    it_is("2026-05-06")
    first = report("OFFICE_COMPLAINT", number="A-1")
    second = report("OFFICE_COMPLAINT", number="A-2")
    third = report("OFFICE_COMPLAINT", number="A-3")
    classify(first)
    classify(second, unit="U02", subjects=["U01-01"])
    with pytest.raises(CannotMerge, match="主要领导"):
        join(message_of(second), first)
    classify(third, outcome="DIRECT")
    join(message_of(second), third)
    assert case_of(second).status is Status.MERGED


def test_what_is_on_file_or_handled_by_the_office_does_not_vanish_into_another_case() -> None:
    it_is("2026-05-06")
    first = report("OFFICE_COMPLAINT", number="A-1")
    filed = report("OFFICE_COMPLAINT", number="A-2")
    direct = report("OFFICE_COMPLAINT", number="A-3")
    carry(filed, to="direct-reply-1")
    classify(direct, outcome="DIRECT")
    for case in (filed, direct):
        with pytest.raises(CannotMerge, match="已备案"):
            join(message_of(case), first)
    with transaction() as session:
        whats = session.scalars(select(Entry.what).where(Entry.case_id == case_of(first).id)).all()
    assert whats.count("merge-refused") == 2
