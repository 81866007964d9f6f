"""四(三): to whom the result is told, by whom, with what proof; and whether the complainant is satisfied."""

from typing import Any

import pytest
from sqlalchemy import select

from flows.conductor import advance
from models.database import transaction
from models.journal import Actor, Entry
from models.message import Message
from models.records import CallBack, Feedback
from models.refusals import NotYours, SamePerson
from models.words import Reply, Satisfaction, Status
from tasks.merge import merge
from tests.office import (
    CLERK,
    CLERK2,
    CLERK3,
    HEAD,
    PROPAGANDA,
    act,
    call_back,
    carry,
    classify,
    file,
    filled,
    it_is,
    open_steps,
    publish,
    refused,
    report,
    rows_of,
    status_of,
)

pytestmark = pytest.mark.usefixtures("ledger")


def on_file(channel: str, **reporter: Any) -> str:
    """Report by a channel on 6 May 2026 and bring the case on file."""
    it_is("2026-05-06")
    number = report(channel, **reporter)
    classify(number, problem_class="SUPERIOR")
    carry(number, to="filing-1")
    file(number)
    return number


# 一是网上公示.


def test_a_text_is_published_as_it_was_approved() -> None:
    number = on_file("MAYOR_LINE")
    act(number, "publication-1", CLERK, redacted_text="经查属实，已整改。")
    assert rows_of(number, Feedback) == []
    act(number, "publication-approval-1", CLERK2, agreed=True, url="https://example.invalid/1")
    (told,) = rows_of(number, Feedback)
    assert (told.reply, told.text, told.proof) == (Reply.ONLINE, "经查属实，已整改。", "https://example.invalid/1")
    assert told.told_on is not None
    assert told.told_on.isoformat() == "2026-05-06"


def test_who_wrote_the_text_does_not_approve_it_and_another_clerk_or_the_head_does() -> None:
    number = on_file("MAYOR_LINE")
    act(number, "publication-1", CLERK, redacted_text="经查属实，已整改。")
    assert isinstance(refused(number, "publication-approval-1", CLERK, agreed=True), SamePerson)
    act(number, "publication-approval-1", HEAD, agreed=True)
    assert open_steps(number) == ["call-back-1"]


def test_a_text_that_is_not_approved_is_written_again() -> None:
    number = on_file("MAYOR_LINE")
    act(number, "publication-1", CLERK, redacted_text="张某反映的问题，已整改。")
    act(number, "publication-approval-1", CLERK2, agreed=False, opinion="可识别投诉人")
    assert open_steps(number) == ["publication-1-b"]
    act(number, "publication-1-b", CLERK2, redacted_text="经查属实，已整改。")
    assert isinstance(refused(number, "publication-approval-1-b", CLERK2, agreed=True), SamePerson)
    act(number, "publication-approval-1-b", CLERK3, agreed=True)
    (told,) = rows_of(number, Feedback)
    assert told.text == "经查属实，已整改。"


@pytest.mark.parametrize("officer", [PROPAGANDA, "U01-01", "U01-03"])
def test_nobody_outside_the_office_publishes(officer: str) -> None:
    number = on_file("MAYOR_LINE")
    assert isinstance(refused(number, "publication-1", officer, **filled("publication")), NotYours)


# 二是媒体回应.


@pytest.mark.parametrize("officer", [CLERK, HEAD, "U01-01"])
def test_the_media_are_answered_by_the_propaganda_department_alone(officer: str) -> None:
    number = on_file("MEDIA_EXPOSURE")
    assert isinstance(refused(number, "media-reply-1", officer, **filled("media-reply")), NotYours)
    act(number, "media-reply-1", PROPAGANDA, **filled("media-reply"))
    (told,) = rows_of(number, Feedback)
    assert (told.reply, told.to, told.text) == (Reply.MEDIA, "江城晚报", "情况属实，已整改。")


# 三是直接向投诉人反馈.


def test_a_complainant_is_told_with_proof() -> None:
    number = on_file("OFFICE_COMPLAINT")
    it_is("2026-05-08")
    act(number, "direct-reply-1", CLERK, means="电话", delivered_on="2026-05-07", proof="通话录音编号1")
    (told,) = rows_of(number, Feedback)
    assert (told.reply, told.to, told.proof) == (Reply.DIRECT, "电话", "通话录音编号1")
    assert told.told_on is not None
    assert told.told_on.isoformat() == "2026-05-07"
    assert open_steps(number) == ["call-back-1"]


def test_a_reply_that_cannot_be_delivered_is_closed_with_the_reason() -> None:
    number = on_file("OFFICE_COMPLAINT")
    act(number, "direct-reply-1", CLERK, undeliverable_reason="号码已停机，地址不详")
    (told,) = rows_of(number, Feedback)
    assert (told.told_on, told.undeliverable_reason) == (None, "号码已停机，地址不详")


@pytest.mark.parametrize(
    "reporter", [{"name": "", "phone": ""}, {"name": "来件人甲", "phone": ""}], ids=["anonymous", "no way to reach him"]
)
def test_where_nobody_can_be_told_the_reason_is_recorded_and_no_step_opens(reporter: dict[str, str]) -> None:
    number = on_file("OFFICE_COMPLAINT", **reporter)
    assert (status_of(number), open_steps(number)) == (Status.WRITE_OFF, ["write-off"])
    (told,) = rows_of(number, Feedback)
    assert (told.reply, told.answer_id, told.told_on) == (Reply.DIRECT, None, None)
    assert told.undeliverable_reason == "匿名或未留联系方式，无法反馈"
    (call,) = rows_of(number, CallBack)
    assert (call.result, call.no_call_reason) == (None, "匿名、未留联系方式或无投诉人，无法回访")
    written = [(entry.what, entry.step, entry.actor) for entry in rows_of(number, Entry)]
    assert ("undeliverable", "direct-reply-1", "system") in written
    assert ("no-call-back", "call-back-1", "system") in written


def test_who_left_an_address_is_told_by_letter() -> None:
    number = on_file("OFFICE_COMPLAINT", phone="", address="甲街道甲一路1号")
    assert open_steps(number) == ["direct-reply-1"]


def test_an_anonymous_report_by_the_hotline_is_published_and_nobody_is_called_back() -> None:
    number = on_file("DISTRICT_HEAD_LINE", name="", phone="")
    publish(number)
    assert open_steps(number) == ["write-off"]
    (call,) = rows_of(number, CallBack)
    assert call.result is None


# The body that reported, and the superior one.


def test_the_body_that_reported_is_answered_itself() -> None:
    number = on_file("MONITORING_POINT", name="", phone="")
    act(
        number,
        "source-reply-1",
        CLERK,
        to="甲一社区监测点",
        sent_on="2026-05-06",
        document_number="洪治庸函〔2026〕1号",
    )
    (told,) = rows_of(number, Feedback)
    assert (told.reply, told.to, told.proof) == (Reply.SOURCE, "甲一社区监测点", "洪治庸函〔2026〕1号")
    assert open_steps(number) == ["write-off"]


def test_the_superior_body_is_answered_by_the_office_s_head_with_a_dated_paper() -> None:
    number = on_file("SUPERIOR_TRANSFER")
    assert isinstance(refused(number, "upward-report-1", CLERK, **filled("upward-report")), NotYours)
    act(number, "upward-report-1", HEAD, **filled("upward-report"))
    (told,) = rows_of(number, Feedback)
    assert (told.reply, told.message_id, told.to, told.proof) == (
        Reply.UPWARD,
        None,
        "市治庸问责办",
        "洪治庸报〔2026〕1号",
    )


def test_replies_go_side_by_side_and_in_any_order() -> None:
    number = on_file("SUPERIOR_TRANSFER")
    assert open_steps(number) == ["direct-reply-1", "source-reply-1", "upward-report-1"]
    act(number, "upward-report-1", HEAD, **filled("upward-report"))
    act(number, "source-reply-1", CLERK2, **filled("source-reply"))
    assert open_steps(number) == ["direct-reply-1"]
    act(number, "direct-reply-1", CLERK, **filled("direct-reply"))
    assert open_steps(number) == ["call-back-1"]
    assert {each.reply for each in rows_of(number, Feedback)} == {Reply.DIRECT, Reply.SOURCE, Reply.UPWARD}


def test_each_reply_is_recorded_for_the_message_that_it_answers() -> None:
    number = on_file("LEADER_INSTRUCTION")
    carry(number, to="call-back-1")
    with transaction() as session:
        message = session.query(Message).one()
    assert {each.message_id for each in rows_of(number, Feedback)} == {message.id}


# 群众满意标准.


def test_a_call_back_waits_for_the_last_reply() -> None:
    number = on_file("LEADER_INSTRUCTION")
    act(number, "direct-reply-1", CLERK, **filled("direct-reply"))
    assert open_steps(number) == ["source-reply-1"]
    act(number, "source-reply-1", CLERK, **filled("source-reply"))
    assert open_steps(number) == ["call-back-1"]


@pytest.mark.parametrize("result", Satisfaction)
def test_what_the_complainant_says_is_on_record(result: Satisfaction) -> None:
    number = on_file("OFFICE_COMPLAINT")
    carry(number, to="call-back-1")
    act(number, "call-back-1", CLERK, result=result.value, resolved=True, attempts=3, note="三次均无人接听")
    (call,) = rows_of(number, CallBack)
    assert (call.result, call.resolved, call.attempts, call.no_call_reason) == (result, True, 3, "")


def test_nothing_is_written_off_before_the_call_back() -> None:
    number = on_file("OFFICE_COMPLAINT")
    carry(number, to="call-back-1")
    assert status_of(number) is Status.FEEDBACK
    call_back(number)
    assert status_of(number) is Status.WRITE_OFF


def test_who_joins_late_is_told_and_called_though_nobody_could_be_before() -> None:
    number = on_file("OFFICE_COMPLAINT", name="", phone="")
    assert open_steps(number) == ["write-off"]
    report("RECEPTION", number="A-2", phone="13800005678")
    with transaction() as session:
        late = session.scalars(select(Message.id).where(Message.source_number == "A-2")).one()
    merge(late, into=number, actor=Actor(code=CLERK2), reason="同一事项")
    advance(number)
    assert (status_of(number), open_steps(number)) == (Status.FEEDBACK, ["direct-reply-1"])
    act(number, "direct-reply-1", CLERK, **filled("direct-reply"))
    call_back(number)
    assert [(each.message_id, bool(each.told_on)) for each in rows_of(number, Feedback)] == [(1, False), (late, True)]
    assert [each.result for each in rows_of(number, CallBack)] == [None, Satisfaction.SATISFIED]
    assert open_steps(number) == ["write-off-b"]
