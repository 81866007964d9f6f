"""挂起 and 唤醒: nothing happens in a case at rest, and each open step gets back what its limit lost, and no more."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from flows.conductor import advance
from models.case import Case
from models.clock import SHANGHAI
from models.database import transaction
from models.message import Message
from models.operator import Suspension
from models.policy import Measured
from models.refusals import ReasonMissing
from models.words import Light, Status
from tasks.answer import Accepted, answer
from tasks.calendar_file import load_calendar
from tasks.case_view import list_cases, show_case
from tasks.counts import counts
from tasks.extend import extend
from tasks.extra import stood_still
from tasks.hand_over import delegate, transfer
from tasks.merge import merge
from tasks.morning_page import morning_page
from tasks.reclassify import reclassify
from tasks.review import review
from tasks.standing import is_behind
from tasks.suspend import suspend, wake
from tasks.sweep import sweep
from tasks.todo import todo
from tests.office import (
    CLERK,
    HEAD,
    act,
    assignment_of,
    at,
    carry,
    classify,
    due_of,
    filled,
    it_is,
    open_steps,
    refused,
    report,
    status_of,
)
from tests.operators import by, due_day, entries, name_as_subject, refused_with, row, whole

pytestmark = pytest.mark.usefixtures("ledger")

INVESTIGATOR = "U01-04"
STEP = "investigation-1"


def case(day: str = "2026-05-06", to: str = STEP, channel: str = "OFFICE_COMPLAINT", **other: object) -> str:
    """A case of that day, classified for U01."""
    it_is(day)
    number = report(channel, received_at=at(day))
    classify(number, **other)
    carry(number, to=to)
    return number


def rest(number: str, since: tuple[str, str], until: tuple[str, str]) -> None:
    """Let a case rest from an hour of a day to an hour of a day, and walk on after each."""
    it_is(*since)
    suspend(number, actor=by(HEAD), reason="待司法鉴定")
    advance(number)
    it_is(*until)
    wake(number, actor=by(HEAD), reason="鉴定已出")
    advance(number)


# Nothing happens meanwhile.


def test_a_case_at_rest_keeps_its_steps_and_takes_no_answer() -> None:
    number = case()
    assert suspend(number, actor=by(HEAD), reason="待司法鉴定") == Accepted(case=number, step="suspend")
    advance(number)
    assert (status_of(number), open_steps(number)) == (Status.SUSPENDED, [STEP])
    assert refused(number, STEP, INVESTIGATOR, **filled("investigation")).code == "case-suspended"
    assert wake(number, actor=by(HEAD), reason="鉴定已出") == Accepted(case=number, step="wake")
    advance(number)
    assert (status_of(number), open_steps(number)) == (Status.INVESTIGATING, [STEP])
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


def test_nothing_is_arranged_ruled_reviewed_or_merged_meanwhile() -> None:
    number = case(to="direct-reply-1")
    other = report("OFFICE_COMPLAINT", number="A-2", text="另一件事")
    with transaction() as session:
        mine, theirs = session.scalars(select(Message.id).order_by(Message.id))
    it_is("2026-05-07")
    suspend(number, actor=by(HEAD), reason="待司法鉴定")
    assignment = assignment_of(number, "direct-reply-1")
    clerk = {"actor": by(CLERK), "reason": "同一事项"}
    poorly = {"poorly_handled": True, "dissatisfied": True, "opinion": "处理不力"}
    refused_with("case-suspended", reclassify, number, data={"grade": "SUDDEN"}, **clerk)
    refused_with("case-suspended", review, number, data=poorly, actor=by(HEAD))
    refused_with("case-suspended", merge, theirs, into=number, **clerk)
    refused_with("case-suspended", extend, assignment, days=1, **clerk)
    refused_with("case-suspended", transfer, assignment, to="OFF-02", **clerk)
    refused_with("case-suspended", delegate, assignment, to="OFF-02", **clerk)
    advance(number)
    assert (status_of(number), open_steps(number)) == (Status.SUSPENDED, ["direct-reply-1"])
    assert open_steps(other) == ["classification"]
    assert mine
    assert whole()


def test_a_case_at_rest_is_not_merged_into_another() -> None:
    number = case()
    other = report("OFFICE_COMPLAINT", number="A-2", text="另一件事")
    with transaction() as session:
        mine = session.scalars(select(Message.id).order_by(Message.id)).first()
    assert mine is not None
    suspend(number, actor=by(HEAD), reason="待司法鉴定")
    refused_with("case-suspended", merge, mine, into=other, actor=by(CLERK), reason="同一事项")
    wake(number, actor=by(HEAD), reason="鉴定已出")
    merge(mine, into=other, actor=by(CLERK), reason="同一事项")
    assert status_of(number) is Status.MERGED
    assert whole()


def test_what_was_answered_just_before_goes_on_when_it_wakes() -> None:
    number = case()
    answer(assignment_of(number, STEP), data=filled("investigation"), actor=by(INVESTIGATOR))
    suspend(number, actor=by(HEAD), reason="待司法鉴定")
    advance(number)
    assert open_steps(number) == []
    with transaction() as session:
        assert session.scalars(select(Case.id).where(is_behind())).all() == []  # there is no run to be taken back
    wake(number, actor=by(HEAD), reason="鉴定已出")
    advance(number)
    assert open_steps(number) == ["sign-off-1"]
    assert whole()


def test_a_page_from_before_the_rest_is_stale() -> None:
    number = case()
    seen = row(number, STEP).version
    rest(number, ("2026-05-07", "09:00"), ("2026-05-07", "10:00"))
    assert refused(number, STEP, INVESTIGATOR, version=seen, **filled("investigation")).code == "stale-version"


def test_walking_a_case_at_rest_writes_nothing() -> None:
    number = case()
    suspend(number, actor=by(HEAD), reason="待司法鉴定")
    with transaction() as session:
        before = session.execute(select(Case.length, Case.head)).one()
    advance(number)
    advance(number)
    sweep()
    with transaction() as session:
        assert session.execute(select(Case.length, Case.head)).one() == before


# Who, and when not.


def test_only_the_head_of_the_office_and_with_a_reason() -> None:
    number = case()
    for officer in (CLERK, "U01-01", INVESTIGATOR):
        refused_with("not-yours", suspend, number, actor=by(officer), reason="待司法鉴定")
    for act_ in (suspend, wake):
        with pytest.raises(ReasonMissing):
            act_(number, actor=by(HEAD), reason="")
    suspend(number, actor=by(HEAD), reason="待司法鉴定")
    refused_with("not-yours", wake, number, actor=by(CLERK), reason="鉴定已出")
    assert [each.actor for each in entries(number, "suspend-refused")] == [CLERK, "U01-01", INVESTIGATOR]
    assert [each.actor for each in entries(number, "wake-refused")] == [CLERK]
    assert whole()


def test_neither_twice() -> None:
    number = case()
    refused_with("not-suspended", wake, number, actor=by(HEAD), reason="鉴定已出")
    suspend(number, actor=by(HEAD), reason="待司法鉴定")
    refused_with("case-suspended", suspend, number, actor=by(HEAD), reason="待司法鉴定")
    wake(number, actor=by(HEAD), reason="鉴定已出")
    refused_with("not-suspended", wake, number, actor=by(HEAD), reason="鉴定已出")
    assert whole()


def test_a_closed_case_does_not_rest() -> None:
    number = case()
    carry(number)
    refused_with("case-closed", suspend, number, actor=by(HEAD), reason="待司法鉴定")
    refused_with("unknown-case", suspend, "2026-99", actor=by(HEAD), reason="待司法鉴定")


def test_the_person_reported_lays_nothing_to_rest() -> None:
    number = case()
    name_as_subject(number, HEAD)
    refused_with("conflict-of-interest", suspend, number, actor=by(HEAD), reason="待司法鉴定")


def test_it_is_journalled_from_where_to_where_and_why() -> None:
    number = case()
    rest(number, ("2026-05-07", "09:00"), ("2026-05-11", "09:00"))
    down, up = entries(number, "move")[-2:]
    assert down.detail == {"from": "INVESTIGATING", "to": "SUSPENDED", "why": "待司法鉴定"}
    assert up.detail == {"from": "SUSPENDED", "to": "INVESTIGATING", "why": "鉴定已出"}
    (moved,) = entries(number, "due")
    assert (moved.detail["old"][:10], moved.detail["new"][:10]) == ("2026-05-22", "2026-05-27")
    with transaction() as session:
        (kept,) = session.scalars(select(Suspension))
        assert (kept.suspended_by, kept.woken_by, kept.reason) == (HEAD, HEAD, "待司法鉴定")
    assert whole()


# What is given back. The calendar of 2026: 9 May (Sat), 20 September (Sun) and 10 October (Sat) are worked;
# 25-27 September and 1-7 October are off. Work ends at 17:30.


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        (("2026-05-15", "10:00"), ("2026-05-18", "10:00"), 1),  # Friday to Monday: the Friday
        (("2026-05-16", "10:00"), ("2026-05-18", "08:00"), 0),  # a weekend that nobody works on
        (("2026-05-15", "18:00"), ("2026-05-18", "08:00"), 0),
        (("2026-05-08", "18:00"), ("2026-05-11", "08:00"), 1),  # the Saturday is worked
        (("2026-05-07", "09:00"), ("2026-05-07", "17:00"), 0),
        (("2026-05-07", "09:00"), ("2026-05-07", "17:30"), 1),
        (("2026-05-07", "17:30"), ("2026-05-08", "09:00"), 0),
        (("2026-09-30", "09:00"), ("2026-10-08", "09:00"), 1),  # 国庆: 30 September only
        (("2026-09-30", "18:00"), ("2026-10-08", "08:00"), 0),
        (("2026-10-01", "00:00"), ("2026-10-08", "17:30"), 1),
        (("2026-09-24", "09:00"), ("2026-10-12", "09:00"), 7),  # 24, 28, 29, 30 and 8, 9, 10
        (("2026-09-19", "09:00"), ("2026-09-21", "09:00"), 1),  # the worked Sunday
        (("2026-10-09", "09:00"), ("2026-10-09", "09:00"), 0),
    ],
)
def test_a_working_day_is_given_back_if_its_work_ended_meanwhile(
    since: tuple[str, str], until: tuple[str, str], days: int
) -> None:
    with transaction() as session:
        assert stood_still(session, at(*since), at(*until), Measured.WORKING_DAYS) == days


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        (("2026-05-15", "10:00"), ("2026-05-18", "10:00"), 3),
        (("2026-05-15", "18:00"), ("2026-05-18", "08:00"), 2),
        (("2026-05-15", "18:00"), ("2026-05-15", "23:00"), 0),
        (("2026-09-30", "09:00"), ("2026-10-08", "09:00"), 8),
    ],
)
def test_of_calendar_days_each_counts(since: tuple[str, str], until: tuple[str, str], days: int) -> None:
    with transaction() as session:
        assert stood_still(session, at(*since), at(*until), Measured.CALENDAR_DAYS) == days


def test_over_the_national_holiday_only_worked_days_are_given_back() -> None:
    number = case("2026-09-18")
    assert due_day(number, STEP) == date(2026, 10, 13)
    rest(number, ("2026-09-24", "09:00"), ("2026-10-12", "09:00"))
    assert due_day(number, STEP) == date(2026, 10, 22)
    assert whole()


def test_over_a_weekend_none_is_given_back() -> None:
    number = case()
    rest(number, ("2026-05-15", "18:00"), ("2026-05-18", "08:00"))
    assert due_day(number, STEP) == date(2026, 5, 22)
    assert entries(number, "due") == []
    assert whole()


def test_calendar_days_are_given_back_and_the_last_still_rolls() -> None:
    number = case("2026-09-18", "direct-accountability-1", "MEDIA_EXPOSURE", problem_class="SUPERIOR")
    assert due_day(number, "direct-accountability-1") == date(2026, 10, 8)  # 15 days end on 3 October
    rest(number, ("2026-09-21", "09:00"), ("2026-09-24", "09:00"))
    assert due_day(number, "direct-accountability-1") == date(2026, 10, 8)  # 18 days end on 6 October
    rest(number, ("2026-09-24", "10:00"), ("2026-09-28", "09:00"))
    assert due_day(number, "direct-accountability-1") == date(2026, 10, 10)  # 22 days, a Saturday that is worked
    assert whole()


def test_hours_are_given_back_around_the_clock() -> None:
    number = case(grade="EMERGENCY")
    before = due_of(number, STEP)
    rest(number, ("2026-05-06", "20:00"), ("2026-05-07", "03:10"))
    assert (due_of(number, STEP) - before).total_seconds() == 8 * 3600
    assert whole()


def test_a_step_that_was_late_stays_as_late_as_it_was() -> None:
    number = case()
    rest(number, ("2026-05-25", "09:00"), ("2026-06-01", "09:00"))
    assert due_day(number, STEP) == date(2026, 5, 29)
    it_is("2026-06-01", "09:30")
    assert sweep().as_dict() == {"reminded": 0, "urged": 1, "escalated": 0}
    assert whole()


def test_a_step_that_opens_later_lost_nothing_before() -> None:
    number = case(problem_class="ANNUAL", to="milestone-1")
    assert due_day(number, "milestone-1") == date(2026, 7, 3)
    rest(number, ("2026-05-07", "09:00"), ("2026-06-15", "09:00"))
    assert due_day(number, "milestone-1") == date(2026, 7, 3)
    rest(number, ("2026-06-29", "09:00"), ("2026-07-02", "09:00"))
    assert due_day(number, "milestone-1") == date(2026, 7, 7)  # the 30th and the 1st
    assert whole()


def test_under_another_grade_the_rest_is_counted_anew() -> None:
    number = case(grade="EMERGENCY")
    rest(number, ("2026-05-08", "18:00"), ("2026-05-11", "08:00"))
    reclassify(number, data={"grade": "DAILY"}, actor=by(CLERK), reason="险情解除")
    assert due_day(number, STEP) == date(2026, 5, 25)  # one working day, not 62
    reclassify(number, data={"grade": "EMERGENCY"}, actor=by(CLERK), reason="险情再起")
    assert (due_of(number, STEP) - row(number, STEP).begins_at).total_seconds() == (48 + 62) * 3600
    assert whole()


def test_a_notice_loaded_meanwhile_moves_its_date_too(tmp_path: Path) -> None:
    number = case()
    it_is("2026-05-11")
    suspend(number, actor=by(HEAD), reason="待司法鉴定")
    notice = tmp_path / "放假.csv"
    notice.write_text("日期,类型,名称,来源\n2026-05-20,放假,临时,市政府通知\n", encoding="utf-8")
    load_calendar(notice, actor=by(HEAD), source="市政府通知", dry_run=False)
    it_is("2026-06-10", "08:30")
    assert sum(sweep().as_dict().values()) == 0
    it_is("2026-05-13")
    wake(number, actor=by(HEAD), reason="鉴定已出")
    assert due_day(number, STEP) == date(2026, 5, 27)
    assert whole()


@pytest.mark.parametrize(
    ("rests_from", "light"),
    [
        (("2026-05-11", "09:00"), Light.GREEN),
        (("2026-05-20", "09:00"), Light.YELLOW),
        (("2026-05-25", "09:00"), Light.RED),
    ],
)
def test_at_rest_the_light_stays_as_it_was(rests_from: tuple[str, str], light: Light) -> None:
    number = case()  # due on 22 May
    it_is(*rests_from)
    suspend(number, actor=by(HEAD), reason="待司法鉴定")
    it_is("2026-06-30", "10:00")
    assert [each["light"] for each in todo(unit="U01")] == [light.value]
    assert [colour for colour in Light if todo(light=colour)] == [light]
    late = light is Light.RED
    assert [each["case"] for each in todo(overdue=True)] == [number] * late
    assert [each["number"] for each in list_cases(overdue=True)] == [number] * late
    assert show_case(number)["open"][0]["light"] == light.value
    with transaction() as session:
        assert counts(session)["overdue"] == late
    page = morning_page()
    assert page is not None
    assert f"（{light.label}） 1 项" in page.markdown
    wake(number, actor=by(HEAD), reason="鉴定已出")
    it_is("2026-12-31", "10:00")
    assert [each["light"] for each in todo(unit="U01")] == ["red"]
    assert [each["number"] for each in list_cases(overdue=True)] == [number]


# What was told of a day is told once.


def told(day: str, hour: str = "08:30") -> dict[str, int]:
    """Sweep on a day; return what was told."""
    it_is(day, hour)
    return {stage: count for stage, count in sweep().as_dict().items() if count}


def test_woken_on_the_same_day_nothing_is_told_twice() -> None:
    number = case()
    assert told("2026-05-19") == {"reminded": 1}
    rest(number, ("2026-05-19", "09:00"), ("2026-05-19", "10:00"))
    assert told("2026-05-19", "11:00") == {}
    assert told("2026-05-22") == {"reminded": 1}
    assert told("2026-05-25") == {"urged": 1}


def test_a_date_in_hours_that_moves_within_the_day_is_told_of_once_and_urged_later() -> None:
    number = case(grade="SUDDEN", to="receipt-1")  # four hours
    assert told("2026-05-06", "11:30") == {"reminded": 1}
    rest(number, ("2026-05-06", "12:00"), ("2026-05-06", "14:00"))
    assert told("2026-05-06", "14:30") == {}
    assert told("2026-05-06", "16:00") == {"urged": 1}


def test_a_date_that_comes_back_to_a_day_that_was_told_of_is_not_told_again() -> None:
    number = case()
    assert told("2026-05-19") == {"reminded": 1}
    reclassify(number, data={"grade": "SUDDEN"}, actor=by(CLERK), reason="群众聚集")
    reclassify(number, data={"grade": "DAILY"}, actor=by(CLERK), reason="已平息")
    assert told("2026-05-19", "10:00") == {}
    assert told("2026-05-25") == {"urged": 1}
    assert whole()


def test_the_day_of_a_moved_date_is_shanghai_s() -> None:
    number = case()
    rest(number, ("2026-05-07", "09:00"), ("2026-05-08", "09:00"))
    due: Any = due_of(number, STEP).astimezone(SHANGHAI)
    assert (due.date(), f"{due:%H:%M}") == (date(2026, 5, 25), "17:30")
    act(number, STEP, INVESTIGATOR, **filled("investigation"))
