"""The sweep: whom it tells of what, when, how often, and of what it keeps silent."""

from datetime import date, datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.clock import SHANGHAI, set_clock
from models.database import transaction
from models.journal import Actor, Entry
from models.notice import Nudge
from models.words import Stage
from tasks.notices import notices
from tasks.suspend import suspend, wake
from tasks.sweep import sweep
from tasks.urge import urge, urge_untold
from tests.office import (
    CLERK,
    HEAD,
    HEAD2,
    act,
    advance,
    assignment_of,
    carry,
    classify,
    due_of,
    filled,
    it_is,
    report,
    rows_of,
    sign,
)

pytestmark = pytest.mark.usefixtures("ledger")

INVESTIGATOR, CONTACT, HEAD_OF_UNIT = "U01-04", "U01-03", "U01-01"


@pytest.fixture
def number() -> str:
    """A case of 6 May 2026 whose investigation, 13 working days, is due on 22 May (9 May is worked)."""
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number)
    act(number, "receipt-1", CONTACT, received=True)
    assert due_of(number, "investigation-1").astimezone(SHANGHAI).date() == date(2026, 5, 22)
    return number


def swept(day: str, hour: str = "08:30") -> dict[str, int]:
    """Sweep on a day."""
    it_is(day, hour)
    return {stage: count for stage, count in sweep().as_dict().items() if count}


def stages(number: str, step: str = "investigation-1") -> list[tuple[str, date]]:
    """Return what was told of a step, and when."""
    with transaction() as session:
        nudges = session.scalars(
            select(Nudge).where(Nudge.assignment_id == assignment_of(number, step)).order_by(Nudge.id)
        )
        return [(each.stage.value, each.at.astimezone(SHANGHAI).date()) for each in nudges]


def told(officer: str) -> list[str]:
    """Return the subjects of the notices to an officer, the oldest first."""
    return [each["subject"] for each in notices(by=officer)][::-1]


def test_three_days_before_on_the_day_one_after_and_five_after(number: str) -> None:
    days = [date(2026, 5, 6) + timedelta(days=n) for n in range(40)]
    for day in days:
        swept(day.isoformat())
    assert stages(number) == [
        ("REMIND", date(2026, 5, 19)),
        ("DUE", date(2026, 5, 22)),
        ("URGE", date(2026, 5, 25)),
        ("ESCALATE", date(2026, 5, 29)),
    ]
    assert told(INVESTIGATOR) == [
        "临期提醒：1 项待办",
        "到期提醒：1 项待办",
        "催办通知书：1 项待办",
        "逾期通报：1 项待办",
    ]
    assert told(HEAD_OF_UNIT) == ["逾期通报：1 项待办"]
    assert told(HEAD) == ["逾期通报：1 项待办"]
    assert told("U02-04") == []


def test_after_an_outage_only_the_highest_stage_is_told(number: str) -> None:
    assert swept("2026-06-10") == {"escalated": 1}
    assert [stage for stage, _ in stages(number)] == ["ESCALATE"]
    assert len(told(INVESTIGATOR)) == 1


def test_swept_twice_or_after_a_look_into_the_past_nothing_is_told_twice(number: str) -> None:
    assert swept("2026-05-25") == {"urged": 1}
    assert swept("2026-05-25", "09:00") == {}
    assert swept("2026-05-22") == {}
    assert len(told(INVESTIGATOR)) == 1


def test_an_urging_is_numbered_counted_and_in_the_journal(number: str) -> None:
    swept("2026-05-25")
    urge(assignment_of(number, "investigation-1"), actor=Actor(code=CLERK), reason="群众再次来电")
    entries = [each for each in rows_of(number, Entry) if each.what == "nudge"]
    assert [each.detail["number"] for each in entries] == ["洪治庸催〔2026〕1号", "洪治庸催〔2026〕2号"]
    assert [each.actor for each in entries] == ["system", CLERK]
    (latest, _) = notices(by=INVESTIGATOR)
    assert latest["items"][0]["number"] == "洪治庸催〔2026〕2号"
    assert "催办" in latest["text"]


def test_several_assignments_of_one_person_come_in_one_notice() -> None:
    it_is("2026-05-06")
    numbers = [report("OFFICE_COMPLAINT", number=f"N-{n}") for n in range(3)]
    for number in numbers:
        classify(number)
        act(number, "receipt-1", CONTACT, received=True)
    assert swept("2026-05-25") == {"urged": 3}
    (notice,) = notices(by=INVESTIGATOR)
    assert (notice["subject"], len(notice["items"])) == ("催办通知书：3 项待办", 3)
    assert [item["case"] for item in notice["items"]] == numbers


def test_a_notice_carries_number_step_and_date_and_never_the_story() -> None:
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT", subject="甲一路的井盖", text="井盖丢了三个月", name="来件人乙")
    classify(number, summary="市政设施缺失")
    swept("2026-05-29")
    (notice, *_) = notices(by=CONTACT)
    assert number in notice["text"]
    assert "签收（receipt-1，待办" in notice["text"]
    assert [word for word in ("井盖", "来件人", "市政设施", "甲一路", "1380000") if word in str(notice)] == []


def test_nothing_is_told_of_what_is_answered_closed_or_suspended(number: str) -> None:
    suspend(number, actor=Actor(code=HEAD), reason="待司法鉴定")
    advance(number)
    assert swept("2026-06-10") == {}
    wake(number, actor=Actor(code=HEAD), reason="鉴定已出")
    advance(number)
    assert swept("2026-06-10", "09:30") == {}
    carry(number)
    assert swept("2026-12-31") == {}


def test_the_machine_urges_as_itself_and_what_is_answered_after_that_is_its_person_s(number: str) -> None:
    swept("2026-05-25")
    swept("2026-05-29")
    act(number, "investigation-1", INVESTIGATOR, **filled("investigation"))
    done = [(each.what, each.actor) for each in rows_of(number, Entry) if each.step == "investigation-1"]
    assert done == [("open", "system"), ("nudge", "system"), ("nudge", "system"), ("answer", INVESTIGATOR)]
    assert swept("2026-06-30") != {}  # of the signature, which nobody gave
    assert [stage for stage, _ in stages(number)] == ["URGE", "ESCALATE"]


def test_what_was_answered_or_laid_to_rest_before_the_notice_was_written_is_not_told(number: str) -> None:
    other = report("OFFICE_COMPLAINT", number="N-2")
    classify(other)
    for case, step in ((number, "investigation-1"), (other, "receipt-1")):  # as a sweep that is killed leaves them
        urge_untold(assignment_of(case, step), actor=Actor(code=CLERK), reason="群众再次来电")
    act(number, "investigation-1", INVESTIGATOR, **filled("investigation"))
    suspend(other, actor=Actor(code=HEAD), reason="待司法鉴定")
    assert swept("2026-05-07", "09:00") == {}
    assert (told(INVESTIGATOR), told(CONTACT)) == ([], [])
    assert stages(number) == [("URGE", date(2026, 5, 6))]


def test_an_outage_that_ends_on_a_weekend_is_told_of_on_monday_morning(number: str) -> None:
    assert swept("2026-05-30", "03:00") == swept("2026-05-31", "21:00") == swept("2026-06-01", "07:45") == {}
    assert swept("2026-06-01", "08:00") == {"escalated": 1}
    assert stages(number) == [("ESCALATE", date(2026, 6, 1))]


def test_an_outage_that_ends_on_a_saturday_that_is_worked_is_told_of_on_it() -> None:
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    assert swept("2026-05-09", "09:00") == {"urged": 1}
    assert stages(number, "classification") == [("URGE", date(2026, 5, 9))]


def test_on_a_day_off_limits_in_hours_are_told_of_and_limits_in_days_are_not() -> None:
    it_is("2026-09-28")
    in_days = report("OFFICE_COMPLAINT")  # to be classified by the 29th, and urged on the 30th
    it_is("2026-09-30", "16:00")
    in_hours = report("OFFICE_COMPLAINT", number="N-2")
    classify(in_hours, grade="EMERGENCY")
    act(in_hours, "receipt-1", CONTACT, received=True)  # to be investigated by 16:00 of 2 October
    assert swept("2026-10-02", "18:00") == {"urged": 1}
    assert stages(in_hours) == [("URGE", date(2026, 10, 2))]
    assert swept("2026-10-08") == {"urged": 1, "escalated": 1}
    assert stages(in_days, "classification") == [("URGE", date(2026, 10, 8))]


def test_a_step_that_was_sent_back_has_its_reminders_again(number: str) -> None:
    swept("2026-05-19")
    it_is("2026-05-20")
    act(number, "investigation-1", INVESTIGATOR, **filled("investigation"))
    sign(number, agreed=False, opinion="事实不清")
    days = [date(2026, 5, 20) + timedelta(days=n) for n in range(40)]
    for day in days:
        swept(day.isoformat())
    assert stages(number) == [("REMIND", date(2026, 5, 19))]
    assert stages(number, "investigation-1-b") == [
        ("REMIND", date(2026, 6, 3)),
        ("DUE", date(2026, 6, 8)),
        ("URGE", date(2026, 6, 9)),
        ("ESCALATE", date(2026, 6, 15)),
    ]


def test_the_person_reported_is_told_nothing_also_when_he_heads_the_unit() -> None:
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number, subjects=[CONTACT])
    swept("2026-05-29")
    assert told(CONTACT) == []
    assert told(HEAD_OF_UNIT) == ["逾期通报：1 项待办"]


def test_a_limit_in_hours_is_swept_through_the_day() -> None:
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number, grade="EMERGENCY")  # receipt within an hour
    assert swept("2026-05-06", "09:15") == {}
    assert swept("2026-05-06", "09:30") == {"reminded": 1}
    assert swept("2026-05-06", "11:00") == {"urged": 1}
    assert swept("2026-05-06", "15:00") == {"escalated": 1}
    assert [stage for stage, _ in stages(number, "receipt-1")] == ["REMIND", "URGE", "ESCALATE"]


def test_nobody_is_reminded_before_half_of_the_limit() -> None:
    it_is("2026-05-07", "03:00")
    number = report("OFFICE_COMPLAINT")  # to be classified by 17:30 of 8 May: half is at 22:15 of the day before
    hours = [(day, hour) for day in ("2026-05-07", "2026-05-08") for hour in range(24)]
    assert [(day, hour) for day, hour in hours if swept(day, f"{hour:02}:00")] == [("2026-05-08", 8)]
    assert stages(number, "classification") == [("DUE", date(2026, 5, 8))]
    classify(number, grade="SUDDEN", kind="CONSULT")
    act(number, "receipt-1", CONTACT, received=True)  # to be investigated within two working days, from the 8th on
    assert swept("2026-05-09", "12:00") == {}
    assert swept("2026-05-11", "08:00") == {"reminded": 1}


def test_the_head_s_own_notice_of_the_office_goes_to_all_heads(number: str) -> None:
    swept("2026-05-29")
    assert told(HEAD2) == ["逾期通报：1 项待办"]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000))
def test_swept_at_random_times_a_random_number_of_times_each_notice_is_sent_at_most_once(
    seed: int, number: str
) -> None:
    dice = Random(seed)
    moment = datetime(2026, 5, 6, 9, tzinfo=SHANGHAI)
    with transaction() as session:
        before = len(session.scalars(select(Nudge.id)).all())
    for _ in range(dice.randint(1, 12)):
        moment += timedelta(hours=dice.randint(0, 200))
        with transaction() as session:
            set_clock(session, moment)
        for _ in range(dice.randint(1, 3)):
            sweep()
    with transaction() as session:
        nudges = session.execute(select(Nudge.assignment_id, Nudge.stage, Nudge.due_on)).all()
        assert len(nudges) == len(set(nudges)) >= before
        orders = [list(Stage).index(stage) for _, stage, _ in nudges]
    assert orders == sorted(orders)
