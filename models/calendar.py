"""Working days as data: each day of each year, published by the State Council or provisional.

The law on periods is 民法典第二百零一条至第二百零四条: general law, no rule of this office's own. Its text is not
repeated here; what the office's list of norms takes from it:

    始日不计; 末日为休假日顺延.

and from 《全国年节及纪念日放假办法》 (2024): 法定 13 天; 调休按国办年度通知.

How it is read here, where one could read it otherwise:
- The day of receipt is day 0, at whatever hour of it and also if it is a day off. So what comes in on a Friday night,
  on the Saturday or on the Sunday has Monday as its first working day, and nobody loses or gains one by the hour.
- Only a limit's last day is moved, from a day off to the next working day; days off within a limit in calendar days
  count. Where the 条例 means working days it says 工作日, so its other limits are calendar days.
- A weekend that is worked (调休上班) is a working day like any other: a limit may end on it.
- A limit in hours is no period in days: it runs around the clock, holidays or not.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import chinese_calendar
from lunar_python import Lunar
from sqlalchemy import ColumnElement, ForeignKey, Integer, Select, bindparam, extract, literal, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.refusals import Refusal

FIRST_YEAR, LAST_PUBLISHED_YEAR, LAST_YEAR = 2004, 2026, 2036

# Days off fixed by 《全国年节及纪念日放假办法》 (2024): (month, day, name) by the sun …
_FIXED = ((1, 1, "元旦"), (5, 1, "劳动节"), (5, 2, "劳动节"), (10, 1, "国庆节"), (10, 2, "国庆节"), (10, 3, "国庆节"))
# … and by the moon; 清明 and 除夕 are found apart.
_LUNAR = ((1, 1, "春节"), (1, 2, "春节"), (1, 3, "春节"), (5, 5, "端午节"), (8, 15, "中秋节"))


class CalendarYear(Base):
    """A year's source and version; `published` only when the State Council's notice is in."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(default=1)
    published: Mapped[bool]
    source: Mapped[str]


class CalendarDay(Base):
    """Whether a day is worked, and what it is called when that is not plain from the week."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(ForeignKey("calendar_year.year"), index=True)
    working: Mapped[bool]
    name: Mapped[str] = mapped_column(default="")


class OutsideCalendar(Refusal):
    """A date lies before or behind the years that the calendar holds."""

    code = "outside-calendar"
    says = "日期超出工作日历的年份范围，无法推算。"


def working_day_after(session: Session, day: date, count: int) -> date:
    """Return the `count`-th working day after `day`, which itself is day 0; 0 gives the first one from `day` on.

    Raises OutsideCalendar before the first year of the table, or past its last.
    """
    found = session.scalar(_AFTER, _counted(day, count))
    if found is None:
        raise OutsideCalendar
    return found


def working_day_before(session: Session, day: date, count: int) -> date:
    """Return the `count`-th working day before `day`.

    Raises OutsideCalendar before the first year of the table.
    """
    found = session.scalar(_before(literal(day), literal(count)))
    if found is None:
        raise OutsideCalendar
    return found


def last_working_day(session: Session, day: date, count: int, *, warning: int) -> tuple[date, date, bool]:
    """Return the `count`-th working day after `day`, the `warning`-th before that, and whether it is 暂定.

    The same as `working_day_after`, `working_day_before` and `is_provisional`, in one query: each due date needs them.
    Raises OutsideCalendar.
    """
    found = session.execute(_LAST, _counted(day, count) | {"warning": warning}).one_or_none()
    if found is None or found[1] is None:
        raise OutsideCalendar
    return found[0], found[1], not found[2]


def _counted(day: date, count: int) -> dict[str, date | int]:
    """Return what `_AFTER` asks for. Raises OutsideCalendar before the first year of the table."""
    if day.year < FIRST_YEAR:
        raise OutsideCalendar
    return {"day": day, "count": count} if count else {"day": day - timedelta(days=1), "count": 1}


def _before(day: ColumnElement[date], count: ColumnElement[int]) -> Select[date]:
    """Select the `count`-th working day before a day."""
    days = select(CalendarDay.day).where(CalendarDay.day < day, CalendarDay.working).order_by(CalendarDay.day.desc())
    return days.offset(count - 1).limit(1)


_AFTER = (
    select(CalendarDay.day)
    .where(CalendarDay.day > bindparam("day"), CalendarDay.working)
    .order_by(CalendarDay.day)
    .offset(bindparam("count", type_=Integer) - 1)
    .limit(1)
)
_last = _AFTER.cte("last")
_LAST = select(
    _last.c.day,
    _before(_last.c.day, bindparam("warning", type_=Integer)).scalar_subquery(),
    select(CalendarYear.published).where(CalendarYear.year == extract("year", _last.c.day)).scalar_subquery(),
)


def is_provisional(session: Session, day: date) -> bool:
    """Whether the day lies in a year whose holidays are not published yet (暂定)."""
    year = session.get(CalendarYear, day.year)
    return year is None or not year.published


def days_of(year: int) -> list[date]:
    """Return every day of a year."""
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def never_missing(year: int) -> dict[date, str]:
    """Return the days off that the notice of whatever year names: one of each holiday as old as the republic."""
    return {
        date(year, 1, 1): "元旦",
        _solar(year, 1, 1): "春节",
        date(year, 5, 1): "劳动节",
        date(year, 10, 1): "国庆节",
    }


def known_year(year: int) -> tuple[CalendarYear, list[CalendarDay]]:
    """Return a year as it is known before anybody loads a notice: published as it was, or provisional."""
    if year <= LAST_PUBLISHED_YEAR:
        source, days = "国务院办公厅放假通知（chinesecalendar）", list(_published(year))
    else:
        source, days = "暂定：《全国年节及纪念日放假办法》法定日期及周末，未含调休", list(_provisional(year))
    return CalendarYear(year=year, version=1, published=year <= LAST_PUBLISHED_YEAR, source=source), days


def _published(year: int) -> Iterator[CalendarDay]:
    for day in days_of(year):
        working = chinese_calendar.is_workday(day)
        _, holiday = chinese_calendar.get_holiday_detail(day)
        name = ""
        if working and day.weekday() >= 5:
            name = "调休上班"
        elif not working and holiday:
            name = chinese_calendar.Holiday(holiday).chinese
        yield CalendarDay(day=day, year=year, working=working, name=name)


def _provisional(year: int) -> Iterator[CalendarDay]:
    holidays = {date(year, month, day): name for month, day, name in _FIXED}
    for month, day, name in _LUNAR:
        holidays[_solar(year, month, day)] = name
    holidays[_solar(year, 1, 1) - timedelta(days=1)] = "除夕"
    holidays[_solar_term(year, "清明")] = "清明节"
    for day_ in days_of(year):
        name = holidays.get(day_, "")
        yield CalendarDay(day=day_, year=year, working=not name and day_.weekday() < 5, name=name)


def _solar(lunar_year: int, month: int, day: int) -> date:
    solar = Lunar.fromYmd(lunar_year, month, day).getSolar()
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


def _solar_term(year: int, term: str) -> date:
    solar = Lunar.fromYmd(year, 1, 1).getJieQiTable()[term]
    return date(solar.getYear(), solar.getMonth(), solar.getDay())
