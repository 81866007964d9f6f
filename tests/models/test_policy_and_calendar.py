"""Working days and due dates, reckoned by hand around the holidays of 2015, 2026 and the provisional 2027."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.assignment import Assignment
from models.calendar import (
    LAST_YEAR,
    CalendarDay,
    CalendarYear,
    OutsideCalendar,
    is_provisional,
    known_year,
    working_day_after,
    working_day_before,
)
from models.case import Case
from models.clock import SHANGHAI
from models.policy import DEFAULT, Measured, NoSuchNumber, PolicyNumber, default_numbers, due, policy_number
from models.words import Grade, Kind, Light, Status
from tests.office import at

DAILY, SUDDEN, EMERGENCY = Grade.DAILY, Grade.SUDDEN, Grade.EMERGENCY
CONSULT, COMPLAIN, HARD = Kind.CONSULT, Kind.COMPLAIN, Kind.HARD


def day(text: str) -> date:
    return date.fromisoformat(text)


def shanghai(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("received", "count", "ends"),
    [
        # 2015: 抗战胜利 off from Thursday 3 September to Saturday 5, Sunday 6 worked
        ("2015-09-01", 1, "2015-09-02"),
        ("2015-09-02", 1, "2015-09-06"),
        ("2015-09-02", 2, "2015-09-07"),
        # 国庆 2015: off from Thursday 1 October to Wednesday 7, Saturday 10 worked
        ("2015-09-30", 1, "2015-10-08"),
        ("2015-10-03", 1, "2015-10-08"),
        ("2015-09-30", 3, "2015-10-10"),
        ("2015-09-30", 4, "2015-10-12"),
        # 春节 2015: off from Wednesday 18 February to Tuesday 24; Sundays 15 and Saturday 28 worked
        ("2015-02-13", 1, "2015-02-15"),
        ("2015-02-17", 1, "2015-02-25"),
        ("2015-02-17", 4, "2015-02-28"),
        ("2015-02-17", 5, "2015-03-02"),
        # 国庆 2026: off from Thursday 1 October to Wednesday 7; Sunday 20 September and Saturday 10 October worked
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-10-01", 1, "2026-10-08"),
        ("2026-10-07", 1, "2026-10-08"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-09-30", 4, "2026-10-12"),
        ("2026-09-18", 1, "2026-09-20"),
        # 中秋 2026: Friday 25 September to Sunday 27
        ("2026-09-24", 1, "2026-09-28"),
        # 春节 2026: off from Sunday 15 February to Monday 23; Saturdays 14 and 28 worked
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-02-14", 1, "2026-02-24"),
        ("2026-02-14", 5, "2026-02-28"),
        ("2026-02-14", 6, "2026-03-02"),
        # 元旦 2026: Thursday 1 January to Saturday 3, Sunday 4 worked
        ("2025-12-31", 1, "2026-01-04"),
        # an ordinary week, and its weekend
        ("2026-05-13", 3, "2026-05-18"),
        ("2026-05-16", 1, "2026-05-18"),
        ("2026-05-06", 13, "2026-05-22"),  # Saturday 9 May is worked
        # 2027, not published yet: 除夕 on Friday 5 February, 春节 until Monday 8; weekends, nothing worked instead
        ("2027-02-04", 1, "2027-02-09"),
        ("2027-09-30", 1, "2027-10-04"),
        ("2027-04-30", 1, "2027-05-03"),
    ],
)
def test_so_many_working_days_after_the_receipt(received: str, count: int, ends: str, uncommitted: Session) -> None:
    assert working_day_after(uncommitted, day(received), count) == day(ends)


@pytest.mark.parametrize(
    ("from_", "ends"),
    [
        ("2026-10-08", "2026-10-08"),
        ("2026-10-03", "2026-10-08"),
        ("2026-10-10", "2026-10-10"),
        ("2026-10-11", "2026-10-12"),
    ],
)
def test_a_limit_of_no_days_ends_on_the_first_working_day_from_there(
    from_: str, ends: str, uncommitted: Session
) -> None:
    assert working_day_after(uncommitted, day(from_), 0) == day(ends)


@pytest.mark.parametrize(
    ("day_", "count", "before"),
    [
        ("2026-10-08", 1, "2026-09-30"),
        ("2026-10-12", 3, "2026-10-08"),
        ("2026-02-24", 1, "2026-02-14"),
        ("2015-09-06", 1, "2015-09-02"),
    ],
)
def test_so_many_working_days_before(day_: str, count: int, before: str, uncommitted: Session) -> None:
    assert working_day_before(uncommitted, day(day_), count) == day(before)


def test_a_limit_past_the_last_year_of_the_table_is_said_and_not_guessed(uncommitted: Session) -> None:
    with pytest.raises(OutsideCalendar):
        working_day_after(uncommitted, date(LAST_YEAR, 12, 31), 1)
    with pytest.raises(OutsideCalendar):
        working_day_before(uncommitted, date(2004, 1, 1), 1)


@pytest.mark.parametrize(
    ("on", "working", "name"),
    [
        ("2015-09-03", False, None),
        ("2015-09-06", True, "调休上班"),
        ("2026-10-10", True, "调休上班"),
        ("2026-10-05", False, "国庆节"),
        ("2026-02-17", False, "春节"),
        ("2026-05-16", False, ""),
        ("2026-05-13", True, ""),
        ("2027-02-05", False, "除夕"),
        ("2027-02-08", False, "春节"),
        ("2027-02-09", True, ""),
        ("2027-04-05", False, "清明节"),
        ("2027-06-09", False, "端午节"),
        ("2027-09-15", False, "中秋节"),
        ("2027-10-03", False, "国庆节"),
        ("2027-10-04", True, ""),
    ],
)
def test_the_table_of_days_knows(on: str, working: bool, name: str | None, uncommitted: Session) -> None:
    found = uncommitted.get_one(CalendarDay, day(on))
    assert found.working is working
    assert name is None or found.name == name


def test_every_year_of_the_table_is_whole_and_says_where_it_comes_from(uncommitted: Session) -> None:
    days = uncommitted.scalars(select(CalendarDay.day).order_by(CalendarDay.day)).all()
    assert (days[0], days[-1]) == (date(2004, 1, 1), date(2036, 12, 31))
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))
    years = uncommitted.scalars(select(CalendarYear).order_by(CalendarYear.year)).all()
    assert [year.year for year in years if year.published] == list(range(2004, 2027))
    assert all("暂定" in year.source for year in years if not year.published)


@pytest.mark.parametrize("year", range(2027, 2037))
def test_a_provisional_year_has_the_thirteen_days_of_the_law_and_no_worked_weekend(year: int) -> None:
    _, days = known_year(year)
    on_one_day = year in (2028, 2031)  # 中秋 falls within 国庆
    assert sum(bool(each.name) for each in days) == 13 - on_one_day
    assert not any(each.working and each.day.weekday() >= 5 for each in days)


def test_only_years_that_are_not_published_are_provisional(uncommitted: Session) -> None:
    assert not is_provisional(uncommitted, date(2026, 12, 31))
    assert is_provisional(uncommitted, date(2027, 1, 4))
    assert is_provisional(uncommitted, date(2099, 1, 1))


@pytest.mark.parametrize(
    ("key", "grade", "kind", "begins", "ends"),
    [
        ("investigation", DAILY, CONSULT, "2026-09-28 10:00", "2026-10-08 17:30"),
        ("investigation", DAILY, COMPLAIN, "2026-09-28 10:00", "2026-10-21 17:30"),
        ("investigation", DAILY, HARD, "2026-09-28 10:00", "2026-10-30 17:30"),
        ("investigation", SUDDEN, COMPLAIN, "2026-09-28 10:00", "2026-10-10 17:30"),
        # in hours: around the clock, holiday or not
        ("investigation", EMERGENCY, CONSULT, "2026-10-02 22:15", "2026-10-03 22:15"),
        ("investigation", EMERGENCY, COMPLAIN, "2026-10-02 22:15", "2026-10-04 22:15"),
        ("investigation", EMERGENCY, HARD, "2026-10-02 22:15", "2026-10-05 22:15"),
        ("classification", None, None, "2026-09-30 16:00", "2026-10-08 17:30"),
        ("classification", DAILY, None, "2026-05-13 08:00", "2026-05-14 17:30"),
        ("classification", SUDDEN, None, "2026-05-13 16:00", "2026-05-13 20:00"),
        ("classification", EMERGENCY, None, "2026-05-13 23:30", "2026-05-14 00:30"),
        ("receipt", SUDDEN, None, "2026-10-01 08:00", "2026-10-01 12:00"),
        ("receipt", EMERGENCY, None, "2026-10-01 08:00", "2026-10-01 09:00"),
        ("sign-off", DAILY, None, "2026-05-13 08:00", "2026-05-18 17:30"),
        ("sign-off", EMERGENCY, None, "2026-05-13 08:00", "2026-05-13 20:00"),
        ("double-check", DAILY, None, "2026-05-13 08:00", "2026-05-27 17:30"),
        ("double-check", EMERGENCY, None, "2026-05-13 08:00", "2026-05-18 17:30"),
        ("feedback", SUDDEN, None, "2026-05-13 08:00", "2026-05-15 17:30"),
        ("second-round-investigation", EMERGENCY, HARD, "2026-09-28 10:00", "2026-10-16 17:30"),
        # calendar days that end on a day off go on to the next working day
        ("whole-case", DAILY, None, "2026-08-04 10:00", "2026-10-08 17:30"),  # the sixtieth is 3 October
        ("whole-case", EMERGENCY, None, "2026-05-01 10:00", "2026-05-18 17:30"),  # the fifteenth is a Saturday
        ("effect-assessment", None, None, "2026-04-13 10:00", "2026-05-13 17:30"),
        ("effect-assessment", None, None, "2026-09-08 10:00", "2026-10-08 17:30"),
        ("direct-accountability", None, None, "2026-09-25 10:00", "2026-10-10 17:30"),  # a Saturday that is worked
        # what comes in at night belongs to its day in Wuhan, not in Greenwich
        ("classification", DAILY, None, "2026-05-14 00:30", "2026-05-15 17:30"),
    ],
)
def test_when_a_limit_ends(
    key: str, grade: Grade | None, kind: Kind | None, begins: str, ends: str, uncommitted: Session
) -> None:
    found = due(uncommitted, key, begins_at=at(*begins.split()), grade=grade, kind=kind)
    assert shanghai(found.at) == ends
    assert found.on == day(ends[:10])
    assert not found.provisional


def test_a_date_in_a_year_that_is_not_published_is_provisional(uncommitted: Session) -> None:
    in_time = due(uncommitted, "classification", begins_at=at("2026-12-30"))
    assert (in_time.on, in_time.provisional) == (date(2026, 12, 31), False)
    later = due(uncommitted, "classification", begins_at=at("2026-12-31"))
    assert (later.on, later.provisional) == (date(2027, 1, 4), True)
    hours = due(uncommitted, "receipt", begins_at=at("2026-12-31", "22:00"), grade=SUDDEN)
    assert (hours.on, hours.provisional) == (date(2027, 1, 1), False)


@given(
    begins=st.datetimes(datetime(2015, 2, 1), datetime(2035, 6, 30)),  # noqa: DTZ001  (a date in Wuhan follows)
    key=st.sampled_from(["investigation", "sign-off", "feedback", "effect-assessment", "whole-case", "write-off"]),
    grade=st.sampled_from(Grade),
    kind=st.sampled_from(Kind),
)
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_a_due_day_is_always_worked_and_lies_after_the_beginning(
    begins: datetime, key: str, grade: Grade, kind: Kind, uncommitted: Session
) -> None:
    begins = begins.replace(tzinfo=SHANGHAI)
    found = due(uncommitted, key, begins_at=begins, grade=grade, kind=kind)
    assert begins <= found.yellow_at <= found.at
    assert found.on == found.at.astimezone(SHANGHAI).date()
    limit = uncommitted.get_one(PolicyNumber, found.limit_id)
    if limit.measured is Measured.HOURS:
        assert found.at - begins == timedelta(hours=limit.value)
    else:
        assert uncommitted.get_one(CalendarDay, found.on).working
        assert found.on > begins.date()
        assert found.provisional is (found.on.year > 2026)
    if limit.measured is Measured.WORKING_DAYS:
        worked = select(CalendarDay.day).where(
            CalendarDay.working, CalendarDay.day > begins.date(), CalendarDay.day <= found.on
        )
        assert len(uncommitted.scalars(worked).all()) == limit.value


@given(
    received=st.dates(date(2004, 1, 1), date(2035, 12, 31)),
    count=st.integers(min_value=0, max_value=60),
)
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_a_longer_limit_never_ends_earlier(received: date, count: int, uncommitted: Session) -> None:
    shorter = working_day_after(uncommitted, received, count)
    longer = working_day_after(uncommitted, received, count + 1)
    assert received <= shorter < longer or (count == 0 and shorter <= longer)
    assert count == 0 or working_day_before(uncommitted, longer, 1) == shorter
    assert working_day_after(uncommitted, received + timedelta(days=1), count) >= shorter


def test_the_number_in_force_is_the_youngest_that_is_valid_on_the_day(uncommitted: Session) -> None:
    for valid_from, value in (("2026-06-01", 5), ("2026-07-01", 4)):
        uncommitted.add(number("sign-off", value, valid_from, DAILY))
    assert policy_number(uncommitted, "sign-off", on=day("2026-05-31"), grade=DAILY).value == 3
    assert policy_number(uncommitted, "sign-off", on=day("2026-06-01"), grade=DAILY).value == 5
    assert policy_number(uncommitted, "sign-off", on=day("2026-06-30"), grade=DAILY).value == 5
    assert policy_number(uncommitted, "sign-off", on=day("2026-07-01"), grade=DAILY).value == 4
    assert policy_number(uncommitted, "sign-off", on=day("2026-07-01"), grade=SUDDEN).value == 1


def test_a_limit_keeps_the_number_of_the_day_on_which_it_began(uncommitted: Session) -> None:
    uncommitted.add(number("sign-off", 5, "2026-05-14", DAILY))
    before = due(uncommitted, "sign-off", begins_at=at("2026-05-13"), grade=DAILY)
    after = due(uncommitted, "sign-off", begins_at=at("2026-05-14"), grade=DAILY)
    assert (before.on, after.on) == (day("2026-05-18"), day("2026-05-21"))


def test_a_number_for_a_grade_and_kind_goes_before_one_for_all(uncommitted: Session) -> None:
    uncommitted.add(number("investigation", 7, "2015-01-01", None))
    assert policy_number(uncommitted, "investigation", on=day("2026-05-06"), grade=DAILY, kind=COMPLAIN).value == 13
    assert policy_number(uncommitted, "investigation", on=day("2026-05-06")).value == 7


def test_a_number_that_nobody_set_is_a_fault_and_not_a_guess(uncommitted: Session) -> None:
    with pytest.raises(NoSuchNumber):
        policy_number(uncommitted, "lunch-break", on=day("2026-05-06"))
    with pytest.raises(NoSuchNumber):
        policy_number(uncommitted, "sign-off", on=day("2014-12-31"), grade=DAILY)


def test_no_default_number_claims_to_be_stated_by_the_document() -> None:
    assert all(not each.stated and each.source == DEFAULT for each in default_numbers())


@pytest.mark.parametrize(
    ("now", "light"),
    [
        ("2026-05-13 09:00", Light.GREEN),
        ("2026-05-15 17:30", Light.GREEN),  # three working days before the last, but half has not passed
        ("2026-05-17 01:14", Light.GREEN),
        ("2026-05-17 01:15", Light.YELLOW),
        ("2026-05-20 17:30", Light.YELLOW),
        ("2026-05-20 17:31", Light.RED),
    ],
)
def test_the_light_of_a_limit_of_five_days(now: str, light: Light, uncommitted: Session) -> None:
    found = due(uncommitted, "feedback", begins_at=at("2026-05-13"), grade=DAILY)
    assert shanghai(found.at) == "2026-05-20 17:30"
    assignment = Assignment(due_at=found.at, yellow_at=found.yellow_at, case=Case(status=Status.FEEDBACK))
    assert assignment.light(at(*now.split())) is light


@pytest.mark.parametrize(
    ("begins", "key", "grade", "yellow"),
    [
        ("2026-05-13 09:00", "investigation", DAILY, "2026-05-27 17:30"),  # due on 1 June, three working days before
        ("2026-05-13 09:00", "sign-off", DAILY, "2026-05-16 01:15"),  # half of three days: a short limit starts green
        ("2026-05-13 09:00", "sign-off", EMERGENCY, "2026-05-13 15:00"),  # half of twelve hours
        ("2026-09-28 09:00", "investigation", DAILY, "2026-10-16 17:30"),  # due on the 21st; 17 and 18 are a weekend
    ],
)
def test_when_a_light_turns_yellow(begins: str, key: str, grade: Grade, yellow: str, uncommitted: Session) -> None:
    found = due(uncommitted, key, begins_at=at(*begins.split()), grade=grade, kind=COMPLAIN)
    assert shanghai(found.yellow_at) == yellow


def number(key: str, value: int, valid_from: str, grade: Grade | None) -> PolicyNumber:
    """Make a number that the office sets from a day on."""
    return PolicyNumber(
        key=key,
        grade=grade,
        kind=None,
        value=value,
        measured=Measured.WORKING_DAYS,
        valid_from=day(valid_from),
        source="治庸问责办",
        stated=False,
    )
