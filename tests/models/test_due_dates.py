"""Due dates checked by hand against the State Council's notices of 2015 and 2026, and what must hold of any of them."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import CalendarDay, OutsideCalendar
from models.clock import SHANGHAI
from models.policy import Measured, PolicyNumber, due, ends_on, limit_begins
from models.words import Grade, Kind
from tests.office import at

WORKING, CALENDAR, HOURS = Measured.WORKING_DAYS, Measured.CALENDAR_DAYS, Measured.HOURS

# What the notices say, as (days off, weekends that are worked). 2015 with the further notice about 3 September.
#
#   2015  元旦    1 to 3 January                     Sunday 4 January
#         春节    18 to 24 February                  Sunday 15 and Saturday 28 February
#         清明    5 April, Monday 6 in lieu
#         劳动节  1 May, with the weekend
#         端午    20 June, Monday 22 in lieu
#         抗战胜利 3 to 5 September                  Sunday 6 September
#         中秋    27 September
#         国庆    1 to 7 October                     Saturday 10 October
#   2026  元旦    1 to 3 January                     Sunday 4 January
#         春节    15 to 23 February                  Saturdays 14 and 28 February
#         清明    4 to 6 April
#         劳动节  1 to 5 May                         Saturday 9 May
#         端午    19 to 21 June
#         中秋    25 to 27 September
#         国庆    1 to 7 October                     Sunday 20 September, Saturday 10 October
NOTICES = {
    2015: (
        "01-01/01-03 02-18/02-24 04-05/04-06 05-01/05-03 06-20/06-22 09-03/09-05 09-27/09-27 10-01/10-07",
        "01-04 02-15 02-28 09-06 10-10",
    ),
    2026: (
        "01-01/01-03 02-15/02-23 04-04/04-06 05-01/05-05 06-19/06-21 09-25/09-27 10-01/10-07",
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
}


def day(text: str) -> date:
    return date.fromisoformat(text)


def worked(session: Session, on: date) -> bool:
    return session.get_one(CalendarDay, on).working


@pytest.mark.parametrize("year", sorted(NOTICES))
def test_the_table_says_of_every_day_of_the_year_what_the_notice_says(year: int, uncommitted: Session) -> None:
    spans, weekends = NOTICES[year]
    off: set[date] = set()
    for span in spans.split():
        first, last = (day(f"{year}-{end}") for end in span.split("/"))
        off |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    on = {day(f"{year}-{each}") for each in weekends.split()}
    assert all(each.weekday() >= 5 for each in on)
    for row in uncommitted.scalars(select(CalendarDay).where(CalendarDay.year == year)):
        expected = row.day in on or (row.day not in off and row.day.weekday() < 5)
        assert row.working is expected, row.day


@pytest.mark.parametrize(
    ("received", "count", "measured", "ends"),
    [
        # 国庆 2015. Wednesday 30 September is the last day worked; then Thursday 8, Friday 9, Saturday 10, Monday 12.
        ("2015-09-29", 1, WORKING, "2015-09-30"),
        ("2015-09-30", 1, WORKING, "2015-10-08"),
        ("2015-10-01", 1, WORKING, "2015-10-08"),
        ("2015-10-07", 1, WORKING, "2015-10-08"),
        ("2015-10-08", 1, WORKING, "2015-10-09"),
        ("2015-10-08", 2, WORKING, "2015-10-10"),
        ("2015-10-09", 1, WORKING, "2015-10-10"),
        ("2015-10-09", 2, WORKING, "2015-10-12"),
        ("2015-10-11", 1, WORKING, "2015-10-12"),
        ("2015-09-25", 5, WORKING, "2015-10-09"),  # Sunday 27 is 中秋: 28, 29, 30, 8, 9
        ("2015-09-16", 15, CALENDAR, "2015-10-08"),  # the fifteenth is 1 October
        ("2015-09-15", 15, CALENDAR, "2015-09-30"),
        ("2015-09-25", 15, CALENDAR, "2015-10-10"),  # a Saturday, and worked
        ("2015-09-26", 15, CALENDAR, "2015-10-12"),  # a Sunday
        ("2015-08-02", 60, CALENDAR, "2015-10-08"),
        # 春节 2015. Friday 13, Sunday 15, Monday 16, Tuesday 17 February; Wednesday 25 to Saturday 28; Monday 2 March.
        ("2015-02-13", 2, WORKING, "2015-02-16"),
        ("2015-02-14", 1, WORKING, "2015-02-15"),
        ("2015-02-15", 2, WORKING, "2015-02-17"),
        ("2015-02-16", 2, WORKING, "2015-02-25"),
        ("2015-02-19", 3, WORKING, "2015-02-27"),
        ("2015-02-24", 4, WORKING, "2015-02-28"),
        ("2015-02-28", 1, WORKING, "2015-03-02"),
        ("2015-02-10", 13, WORKING, "2015-03-04"),  # 11 12 13, 15 16 17, 25 26 27 28, 2 3 4
        ("2015-02-03", 15, CALENDAR, "2015-02-25"),
        ("2015-01-31", 15, CALENDAR, "2015-02-15"),
        ("2015-01-30", 15, CALENDAR, "2015-02-15"),  # a Saturday that is free, before a Sunday that is worked
        # 国庆 2026. Wednesday 30 September; then Thursday 8, Friday 9, Saturday 10, Monday 12.
        ("2026-09-29", 2, WORKING, "2026-10-08"),
        ("2026-10-01", 3, WORKING, "2026-10-10"),
        ("2026-10-04", 4, WORKING, "2026-10-12"),
        ("2026-10-10", 1, WORKING, "2026-10-12"),
        ("2026-09-19", 1, WORKING, "2026-09-20"),  # a Sunday that is worked
        ("2026-09-18", 5, WORKING, "2026-09-24"),  # 20, 21, 22, 23, 24
        ("2026-09-18", 6, WORKING, "2026-09-28"),  # and 中秋 from 25 to 27
        ("2026-09-17", 13, WORKING, "2026-10-12"),  # 18, 20 21 22 23 24, 28 29 30, 8 9 10, 12
        ("2026-09-05", 15, CALENDAR, "2026-09-20"),
        ("2026-09-10", 15, CALENDAR, "2026-09-28"),  # the fifteenth is 中秋
        ("2026-09-16", 15, CALENDAR, "2026-10-08"),
        ("2026-09-01", 30, CALENDAR, "2026-10-08"),
        ("2026-08-11", 60, CALENDAR, "2026-10-10"),
        ("2026-08-12", 60, CALENDAR, "2026-10-12"),
        # 春节 2026. Friday 13, Saturday 14 February; Tuesday 24 to Saturday 28; Monday 2 March.
        ("2026-02-12", 2, WORKING, "2026-02-14"),
        ("2026-02-12", 3, WORKING, "2026-02-24"),
        ("2026-02-15", 1, WORKING, "2026-02-24"),
        ("2026-02-23", 5, WORKING, "2026-02-28"),
        ("2026-02-23", 6, WORKING, "2026-03-02"),
        ("2026-02-27", 1, WORKING, "2026-02-28"),
        ("2026-01-30", 15, CALENDAR, "2026-02-14"),
        ("2026-01-31", 15, CALENDAR, "2026-02-24"),
        ("2026-02-13", 15, CALENDAR, "2026-02-28"),
        ("2026-02-14", 15, CALENDAR, "2026-03-02"),
        # 元旦: over the end of a year, in both of which the days are published
        ("2014-12-31", 1, WORKING, "2015-01-04"),
        ("2025-12-30", 3, WORKING, "2026-01-05"),
        ("2025-12-17", 15, CALENDAR, "2026-01-04"),
    ],
)
def test_the_last_day_of_a_limit(
    received: str, count: int, measured: Measured, ends: str, uncommitted: Session
) -> None:
    assert ends_on(uncommitted, day(received), count, measured) == day(ends)


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        # a Wednesday, before, within and after working hours: always the Thursday
        ("2026-05-13 00:00", "2026-05-14 17:30"),
        ("2026-05-13 06:45", "2026-05-14 17:30"),
        ("2026-05-13 12:00", "2026-05-14 17:30"),
        ("2026-05-13 17:30", "2026-05-14 17:30"),
        ("2026-05-13 23:59", "2026-05-14 17:30"),
        # from Friday noon until Sunday night: always the Monday
        ("2026-05-15 12:00", "2026-05-18 17:30"),
        ("2026-05-15 21:00", "2026-05-18 17:30"),
        ("2026-05-16 00:00", "2026-05-18 17:30"),
        ("2026-05-16 10:00", "2026-05-18 17:30"),
        ("2026-05-17 23:59", "2026-05-18 17:30"),
        ("2026-05-18 00:00", "2026-05-19 17:30"),
        # from the last evening before 国庆 until its last night: always the 8th
        ("2026-09-30 19:00", "2026-10-08 17:30"),
        ("2026-10-07 23:59", "2026-10-08 17:30"),
        ("2026-10-08 00:00", "2026-10-09 17:30"),
        # before a weekend that is worked: the Saturday
        ("2026-10-09 20:00", "2026-10-10 17:30"),
        ("2026-10-10 20:00", "2026-10-12 17:30"),
    ],
)
def test_a_limit_of_one_day_is_one_day_at_whatever_hour_it_begins(begins: str, ends: str, uncommitted: Session) -> None:
    found = due(uncommitted, "receipt", begins_at=at(*begins.split()), grade=Grade.DAILY)
    assert found.at == at(*ends.split())
    assert found.on == day(ends[:10])


@pytest.mark.parametrize(
    ("received", "ends"),
    [
        ("2026-05-12", "2026-05-13"),  # one day is one day …
        ("2026-05-13", "2026-05-14"),
        ("2026-05-14", "2026-05-15"),
        ("2026-05-15", "2026-05-18"),  # … and becomes three only because it would end on a Saturday
        ("2026-05-16", "2026-05-18"),
        ("2026-10-09", "2026-10-10"),
        ("2026-05-08", "2026-05-09"),
    ],
)
def test_a_calendar_day_is_prolonged_by_days_off_only_at_its_end(
    received: str, ends: str, uncommitted: Session
) -> None:
    assert ends_on(uncommitted, day(received), 1, CALENDAR) == day(ends)


@pytest.mark.parametrize(
    ("begins", "key", "grade", "kind", "ends"),
    [
        ("2026-09-30 17:31", "receipt", Grade.SUDDEN, None, "2026-09-30 21:31"),
        ("2026-09-30 23:30", "classification", Grade.EMERGENCY, None, "2026-10-01 00:30"),
        ("2026-10-03 09:00", "investigation", Grade.EMERGENCY, Kind.HARD, "2026-10-06 09:00"),
        ("2026-10-01 00:00", "sign-off", Grade.EMERGENCY, None, "2026-10-01 12:00"),
        ("2026-02-16 22:00", "call-back", Grade.EMERGENCY, None, "2026-02-17 22:00"),  # 除夕, 22:00
        ("2026-12-31 20:00", "filing", Grade.EMERGENCY, None, "2027-01-01 08:00"),
    ],
)
def test_hours_run_around_the_clock_through_nights_and_holidays(
    begins: str, key: str, grade: Grade, kind: Kind | None, ends: str, uncommitted: Session
) -> None:
    found = due(uncommitted, key, begins_at=at(*begins.split()), grade=grade, kind=kind)
    assert (found.at, found.provisional) == (at(*ends.split()), False)


def test_a_step_that_opens_later_begins_with_its_day_in_wuhan() -> None:
    assert limit_begins(at("2026-05-13", "16:00"), day("2026-05-13")) == at("2026-05-13", "16:00")
    assert limit_begins(at("2026-05-14", "00:30"), day("2026-05-14")) == at("2026-05-14", "00:30")
    assert limit_begins(at("2026-05-13", "16:00"), day("2026-06-30")) == at("2026-06-30", "00:00")


@pytest.mark.parametrize("received", ["1999-12-31", "2003-12-30", "2036-12-31", "2400-01-01", "9999-12-31"])
@pytest.mark.parametrize("measured", [WORKING, CALENDAR])
def test_beyond_the_table_no_date_is_guessed(received: str, measured: Measured, uncommitted: Session) -> None:
    with pytest.raises(OutsideCalendar):
        ends_on(uncommitted, day(received), 1, measured)


properties = hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=80
)
received_on = st.dates(date(2004, 1, 1), date(2035, 12, 31))


@given(received=received_on, count=st.integers(1, 90), measured=st.sampled_from([WORKING, CALENDAR]))
@properties
def test_a_limit_ends_on_a_working_day_after_the_receipt(
    received: date, count: int, measured: Measured, uncommitted: Session
) -> None:
    last = ends_on(uncommitted, received, count, measured)
    assert last > received
    assert worked(uncommitted, last)


@given(received=received_on, count=st.integers(1, 90), measured=st.sampled_from([WORKING, CALENDAR]))
@properties
def test_a_longer_limit_and_a_later_receipt_never_end_earlier(
    received: date, count: int, measured: Measured, uncommitted: Session
) -> None:
    last = ends_on(uncommitted, received, count, measured)
    longer = ends_on(uncommitted, received, count + 1, measured)
    assert longer > last if measured is WORKING else longer >= last
    assert ends_on(uncommitted, received + timedelta(days=1), count, measured) >= last


@given(received=received_on, count=st.integers(1, 90))
@properties
def test_the_days_of_a_limit_in_working_days_are_so_many(received: date, count: int, uncommitted: Session) -> None:
    last = ends_on(uncommitted, received, count, WORKING)
    days = select(CalendarDay.working).where(CalendarDay.day > received, CalendarDay.day <= last)
    assert sum(uncommitted.scalars(days)) == count


@given(received=received_on, count=st.integers(1, 90))
@properties
def test_a_limit_in_calendar_days_is_prolonged_by_days_off_and_by_nothing_else(
    received: date, count: int, uncommitted: Session
) -> None:
    last, named = ends_on(uncommitted, received, count, CALENDAR), received + timedelta(days=count)
    assert last >= named
    assert not any(worked(uncommitted, named + timedelta(days=n)) for n in range((last - named).days))


@given(received=received_on, minutes=st.lists(st.integers(0, 24 * 60 - 1), min_size=2, max_size=2))
@properties
def test_the_hour_of_receipt_makes_no_difference_to_a_limit_in_days(
    received: date, minutes: list[int], uncommitted: Session
) -> None:
    received = max(received, date(2015, 1, 1))  # from when on there are policy numbers
    early, late = (datetime.combine(received, time(minute // 60, minute % 60), SHANGHAI) for minute in sorted(minutes))
    ends = [due(uncommitted, "filing", begins_at=begins, grade=Grade.DAILY) for begins in (early, late)]
    assert ends[0].at == ends[1].at
    assert all(begins <= each.yellow_at <= each.at for begins, each in zip((early, late), ends, strict=True))


@given(
    begins=st.datetimes(datetime(2015, 1, 1), datetime(2036, 6, 30)),  # noqa: DTZ001  (a moment in Wuhan follows)
    hours=st.lists(st.integers(1, 200), min_size=3, max_size=3, unique=True),
)
@properties
def test_hours_are_exact_and_grow_with_the_limit(begins: datetime, hours: list[int], uncommitted: Session) -> None:
    moment = begins.replace(tzinfo=SHANGHAI)
    ends: list[datetime] = []
    for value in sorted(hours):
        uncommitted.add(
            PolicyNumber(
                key="filing",
                grade=Grade.EMERGENCY,
                value=value,
                measured=HOURS,
                valid_from=moment.date(),
                source="区定",
            )
        )
        found = due(uncommitted, "filing", begins_at=moment, grade=Grade.EMERGENCY)
        assert found.at - moment == timedelta(hours=value)
        assert found.on == found.at.astimezone(SHANGHAI).date()
        ends.append(found.at)
    uncommitted.rollback()
    assert all(earlier < later for earlier, later in pairwise(ends))
