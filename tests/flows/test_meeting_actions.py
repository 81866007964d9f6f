"""三 联席办公会: what the minutes ask for is a step of the unit named, and the case is not written off before it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from flows.conductor import advance
from models.database import transaction
from models.words import Status
from tasks.answer import answer
from tasks.case_view import show_case
from tasks.meetings import record_minutes
from tasks.meetings_shown import list_meetings, show_meeting
from tasks.merge import merge
from tasks.policy_numbers import set_number
from tasks.reclassify import reclassify
from tasks.send_back import send_back, take_back
from tasks.suspend import suspend, wake
from tasks.sweep import sweep
from tasks.todo import todo
from tasks.verify import verify
from tests.flows.test_any_operator import Office
from tests.flows.test_any_path import check_the_end
from tests.meetings import filled as minutes_of
from tests.meetings import meet, record
from tests.office import (
    CLERK,
    HEAD,
    act,
    assignment_of,
    carry,
    case_of,
    classify,
    filled,
    it_is,
    open_steps,
    refused,
    report,
    status_of,
    write_off,
)
from tests.operators import by, due_day, entries, refused_with, row, whole

CONTACT, OTHER_CONTACT = "U01-03", "U02-03"
STEP = "meeting-action-1"

pytestmark = [pytest.mark.usefixtures("ledger"), pytest.mark.usefixtures("_in_a_folder_of_its_own")]


@pytest.fixture
def _in_a_folder_of_its_own(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def number() -> str:
    """A case of 6 May 2026, classified for U01; on 7 May the meeting is held."""
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number)
    it_is("2026-05-07", "15:00")
    return number


def ask_for(number: str, unit: str = "U01", until: date | None = date(2026, 5, 20), what: str = "增设一个窗口") -> None:
    """Let a meeting ask for one thing."""
    meet([(number, what, unit, until)])


def inbox(officer: str) -> list[str]:
    """Return the steps in an officer's inbox."""
    return [each["step"] for each in todo(by=officer)]


def test_an_action_is_in_the_unit_s_inbox_due_on_the_day_of_the_minutes(number: str) -> None:
    ask_for(number)
    assert open_steps(number) == ["receipt-1", STEP]
    (mine,) = [each for each in todo(by=CONTACT) if each["step"] == STEP]
    assert (mine["due_on"], mine["unit"], mine["light"]) == ("2026-05-20", "U01", "green")
    assert mine["about"] == "洪治庸联〔2026〕1号-1：增设一个窗口"
    assert inbox("U01-04") == inbox(CLERK) == []
    assert {each["about"] for each in todo()} == {None}  # nobody in particular reads it
    assert whole()


@pytest.mark.parametrize(
    ("until", "due"),
    [
        ("2026-05-07", "2026-05-07"),  # the day of the meeting itself
        ("2026-05-09", "2026-05-09"),  # a Saturday that is worked
        ("2026-05-10", "2026-05-11"),
        ("2026-06-20", "2026-06-22"),  # within 端午
        ("2026-10-03", "2026-10-08"),  # within 国庆
        ("2027-05-07", "2027-05-07"),
    ],
)
def test_a_day_without_work_gives_way_to_the_next_with_it(until: str, due: str, number: str) -> None:
    ask_for(number, until=date.fromisoformat(until))
    assert due_day(number, STEP) == date.fromisoformat(due)
    assert whole()


def test_without_a_day_the_policy_number_holds(number: str) -> None:
    ask_for(number, until=None)
    assert due_day(number, STEP) == date(2026, 5, 22)  # fifteen calendar days
    (shown,) = show_meeting("2026-1")["actions"]
    assert (shown["ends_on"], shown["due_on"]) == (None, "2026-05-22")


def test_a_policy_number_that_is_set_anew_changes_what_is_asked_later_and_no_day_of_the_minutes(number: str) -> None:
    ask_for(number)
    set_number("meeting-action", 30, valid_from=date(2026, 5, 8), source="办务会议", actor=by(HEAD), reason="须协调")
    it_is("2026-05-08")
    meet([(number, "公开时限", "U01", None), (number, "约谈负责人", "U02", date(2026, 5, 29))], date(2026, 5, 8))
    days = [due_day(number, f"meeting-action-{item}") for item in (1, 2, 3)]
    assert days == [date(2026, 5, 20), date(2026, 6, 8), date(2026, 5, 29)]  # 7 June is a Sunday
    assert whole()


def test_several_actions_of_one_case_are_open_at_once_each_with_its_unit(number: str) -> None:
    meet([(number, "增设一个窗口", "U01", date(2026, 5, 20)), (number, "调整公交线路", "U02", date(2026, 5, 29))])
    assert open_steps(number) == ["receipt-1", "meeting-action-1", "meeting-action-2"]
    assert inbox(OTHER_CONTACT) == ["meeting-action-2"]
    assert refused(number, "meeting-action-2", CONTACT, result="已办").code == "not-yours"
    act(number, "meeting-action-2", OTHER_CONTACT, result="线路已调整")
    assert open_steps(number) == ["receipt-1", "meeting-action-1"]
    assert whole()


def test_a_unit_that_does_not_handle_the_case_reads_what_it_was_asked_and_nothing_else(number: str) -> None:
    ask_for(number, unit="U02")
    assert todo(by=OTHER_CONTACT)[0]["about"] == "洪治庸联〔2026〕1号-1：增设一个窗口"
    refused_with("not-yours", show_case, number, by=OTHER_CONTACT)


def test_actions_of_later_meetings_count_on(number: str) -> None:
    ask_for(number)
    act(number, STEP, CONTACT, result="已增设")
    it_is("2026-05-14")
    meet([(number, "公开办理时限", "U01", date(2026, 5, 29))], date(2026, 5, 14))
    assert open_steps(number) == ["receipt-1", "meeting-action-2"]
    (entry,) = [each for each in entries(number, "meeting-action") if each.step == "meeting-action-2"]
    assert (entry.actor, entry.detail) == (
        CLERK,
        {"number": "洪治庸联〔2026〕2号-1", "unit": "U01", "what": "公开办理时限", "ends_on": "2026-05-29"},
    )
    assert whole()


def test_the_case_is_not_written_off_before_its_actions_are_answered(number: str) -> None:
    ask_for(number)
    for step, who, data in (
        ("receipt-1", CONTACT, filled("receipt", day="2026-05-07")),
        ("investigation-1", "U01-04", filled("investigation")),
        ("sign-off-1", "U01-01", {"agreed": True}),
        ("filing-1", CLERK, {"decision": "FILED"}),
        ("direct-reply-1", CLERK, filled("direct-reply", day="2026-05-07")),
        ("call-back-1", CLERK, filled("call-back")),
    ):
        act(number, step, who, **data)
    assert (open_steps(number), status_of(number)) == ([STEP], Status.REVIEW)
    act(number, STEP, CONTACT, result="已增设")
    assert open_steps(number) == ["write-off"]
    write_off(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


@pytest.mark.parametrize("waiting", ["write-off", "write-off-approval"])
def test_an_action_takes_a_write_off_back_that_waits_and_it_is_asked_again(waiting: str, number: str) -> None:
    carry(number, to=waiting)
    ask_for(number)
    assert (open_steps(number), status_of(number)) == ([STEP], Status.REVIEW)
    who = CLERK if waiting == "write-off" else HEAD
    assert refused(number, waiting, who, **filled(waiting)).code == "withdrawn"
    act(number, STEP, CONTACT, result="已增设")
    assert open_steps(number) == ["write-off-b"]
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


def test_an_approval_that_is_given_meanwhile_does_not_count(number: str) -> None:
    carry(number, to="write-off-approval")
    minutes = minutes_of([(number, "增设一个窗口", "U01", date(2026, 5, 20))])
    answer(assignment_of(number, "write-off-approval"), data={"agreed": True}, actor=by(HEAD))
    record(minutes)
    assert open_steps(number) == [STEP]
    act(number, STEP, CONTACT, result="已增设")
    assert open_steps(number) == ["write-off-b"]
    (why, _) = [each.detail["reason"] for each in entries(number, "annul")]
    assert why == "联席办公会议定事项（洪治庸联〔2026〕1号-1）办结后重新申请"
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


def test_who_applies_for_the_write_off_may_send_an_action_back(number: str) -> None:
    ask_for(number)
    carry(number, to="write-off")
    send_back(assignment_of(number, "write-off"), to=STEP, actor=by(CLERK), reason="没有佐证")
    advance(number)
    assert open_steps(number) == ["meeting-action-1-b"]
    act(number, "meeting-action-1-b", CONTACT, result="已增设", evidence=["照片一张"])
    carry(number, to="write-off-approval")
    refused_with("cannot-take-back", take_back, number, STEP, actor=by(CONTACT), reason="补充")
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


def test_an_answer_is_taken_back_while_the_case_is_open(number: str) -> None:
    ask_for(number)
    act(number, STEP, CONTACT, result="已增设")
    take_back(number, STEP, actor=by(CONTACT), reason="附件漏传")
    advance(number)
    assert open_steps(number) == ["receipt-1", "meeting-action-1-b"]
    assert due_day(number, "meeting-action-1-b") == date(2026, 5, 20)
    assert show_meeting("2026-1")["actions"][0]["state"] == "WAITING"
    act(number, "meeting-action-1-b", CONTACT, result="已增设，见照片", evidence=["照片一张"])
    assert show_meeting("2026-1")["actions"][0]["result"] == "已增设，见照片"
    assert whole()


def test_taken_back_after_its_day_it_is_due_at_once(number: str) -> None:
    ask_for(number)
    act(number, STEP, CONTACT, result="已增设")
    it_is("2026-05-25")
    take_back(number, STEP, actor=by(CONTACT), reason="附件漏传")
    advance(number)
    assert due_day(number, "meeting-action-1-b") == date(2026, 5, 25)
    assert whole()


def test_while_the_case_rests_its_clock_stands_still(number: str) -> None:
    ask_for(number)
    suspend(number, actor=by(HEAD), reason="待司法鉴定")
    advance(number)
    assert refused(number, STEP, CONTACT, result="已增设").code == "case-suspended"
    it_is("2026-05-21", "15:00")
    wake(number, actor=by(HEAD), reason="鉴定已出")
    advance(number)
    assert due_day(number, STEP) == date(2026, 6, 3)  # fourteen calendar days later
    act(number, STEP, CONTACT, result="已增设")
    assert whole()


def test_a_late_action_is_urged_and_shows_red(number: str) -> None:
    ask_for(number)
    it_is("2026-05-21", "08:30")
    sweep()
    (shown,) = show_meeting("2026-1")["actions"]
    assert (shown["state"], shown["light"]) == ("WAITING", "red")


def test_a_case_that_another_unit_gets_keeps_the_action_with_the_unit_of_the_minutes(number: str) -> None:
    ask_for(number)
    reclassify(number, data={"unit": "U03"}, actor=by(CLERK), reason="属三单位职责")
    advance(number)
    assert row(number, STEP).unit_code == "U01"
    assert set(open_steps(number)) == {STEP, "receipt-1-b"}
    assert whole()


def test_of_a_case_that_ends_without_it_the_action_is_withdrawn(number: str) -> None:
    ask_for(number)
    reclassify(number, data={"outcome": "REJECT", "reason": "不属受理范围"}, actor=by(CLERK), reason="复核后认定")
    advance(number)
    assert STEP not in open_steps(number)
    carry(number)
    assert status_of(number) is Status.REJECTED
    (shown,) = show_meeting("2026-1")["actions"]
    assert (shown["state"], shown["light"], shown["due_on"]) == ("WITHDRAWN", None, "2026-05-20")
    assert whole()


def test_of_a_case_that_is_merged_it_is_withdrawn_too(number: str) -> None:
    ask_for(number)
    into = report("OFFICE_COMPLAINT", number="A-2")
    classify(into)
    merge(case_message(number), into=into, actor=by(CLERK), reason="同一事项")
    advance(number)
    assert status_of(number) is Status.MERGED
    assert show_meeting("2026-1")["actions"][0]["state"] == "WITHDRAWN"
    assert whole()


def case_message(number: str) -> int:
    """Return the message of a case."""
    with transaction() as session:
        return session.get_one(type(case_of(number)), case_of(number).id).messages[0].message_id


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ("UPDATE meeting_action SET what = '撤销'", "联席会议议定事项"),
        ("UPDATE meeting_action SET ends_on = '2026-12-31'", "联席会议议定事项"),
        ("UPDATE joint_meeting SET held_on = '2026-05-01'", "联席会议纪要"),
        ("UPDATE joint_meeting SET chair = '他人'", "联席会议纪要"),
    ],
)
def test_whoever_changes_what_was_recorded_is_found(change: str, where: str, number: str) -> None:
    ask_for(number)
    assert whole()
    with transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(change))
    found = verify()
    assert not found.ok
    assert any(where in f"{each['where']}{each['why']}" for each in found.broken)


class OfficeThatMeets(Office):
    """The office of chance, which now and then asks a unit for something at a joint meeting."""

    def turn(self) -> None:
        """Let a meeting be held, if chance has it, and the flow come by or not; then go on as usual."""
        if self.chance.happens(0.15):
            self.attempt(self.meet)
        super().turn()

    def meet(self) -> None:
        """A meeting asks one or two units, by a day or not."""
        rows = [
            (self.number, f"第{number}项", self.dice.choice(("U01", "U02")), self.dice.choice((None, self.day)))
            for number in range(self.dice.randint(1, 2))
        ]
        minutes = minutes_of([*rows], self.day)
        Path("纪要.xlsx").write_bytes(minutes)
        record_minutes(Path("纪要.xlsx"), actor=by(CLERK))


@pytest.mark.parametrize("seed", [1, 2, 5, 7])
def test_every_case_comes_to_its_end_whatever_meetings_ask_on_the_way(seed: int) -> None:
    office = OfficeThatMeets(seed)
    office.run()
    check_the_end(office.number)
    assert office.done["meet"] > 0
    actions = [each for meeting in list_meetings() for each in show_meeting(meeting["number"])["actions"]]
    written_off = status_of(office.number) is Status.WRITTEN_OFF
    assert {each["state"] for each in actions} <= ({"DONE"} if written_off else {"DONE", "WITHDRAWN"})
    assert whole()
