"""A year of the working-day calendar: put into the table as a notice says it, and shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import journal
from models.calendar import FIRST_YEAR, CalendarDay, CalendarYear, OutsideCalendar, days_of, never_missing
from models.calendar_file import NamedDay, bad_calendar
from models.database import transaction


@dataclass(frozen=True, kw_only=True)
class YearLoaded:
    """A year as it is after the load. whole: its whole notice, not a correction. changed: day → whether it is worked.

    is_new: whether the load made a version, or the year was so before. touched: the days whose deadlines may move.
    """

    year: int
    version: int
    is_new: bool
    whole: bool
    source: str
    changed: dict[date, bool]
    touched: tuple[date, date] | None

    def __str__(self) -> str:
        """Say which year's working days in which version, for people."""
        return f"{self.year}年工作日安排第{self.version}版（{self.source}）"

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "year": self.year,
            "version": self.version,
            "published": True,
            "whole": self.whole,
            "source": self.source,
            "changed": [{"day": day.isoformat(), "working": working} for day, working in self.changed.items()],
        }


def load_years(session: Session, path: Path, named: Sequence[NamedDay], *, source: str) -> list[YearLoaded]:
    """Put the years that a file names into the table, in their order; the caller has locked it.

    A file that names 元旦, 春节, 劳动节 and 国庆节 of a year is that year's whole notice: the days that it does not
    name follow the week. Otherwise it corrects the days that it names, in a year that is published already.
    source: for years of which the file has no column 来源. Raises BadFile, with all faults by their cells.
    """
    known = {year.year: year for year in session.scalars(select(CalendarYear))}
    last_published = max(year.year for year in known.values() if year.published)
    faults: list[str] = []
    loaded: list[YearLoaded] = []
    for number, group in groupby(named, key=lambda each: each.day.year):
        days = {each.day: each for each in group}
        first_cell = next(iter(days.values())).cell
        if number < FIRST_YEAR:
            faults.append(f"{first_cell} 日历自{FIRST_YEAR}年起")
            continue
        if number > last_published + 1:
            faults.append(f"{first_cell} 须先载入{last_published + 1}年的放假安排")
            continue
        missing = [name for day, name in never_missing(number).items() if day not in days or days[day].working]
        if number > last_published and missing:
            faults.append(f"{first_cell} {number}年尚未公布，须载入全年放假安排，文件缺少{'、'.join(missing)}的放假日")
        else:
            last_published = max(last_published, number)
            year = known.get(number) or CalendarYear(year=number, version=0, published=False, source="")
            own = next((each.source for each in days.values() if each.source), source)
            loaded.append(_load_year(session, year, days, own, whole=not missing))
    if faults:
        raise bad_calendar(path, faults)
    return loaded


def _load_year(
    session: Session, year: CalendarYear, named: dict[date, NamedDay], source: str, *, whole: bool
) -> YearLoaded:
    """Put a year into the table: as a whole, or only the days that are named."""
    session.add(year)
    session.flush()
    rows = {row.day: row for row in session.scalars(select(CalendarDay).where(CalendarDay.year == year.year))}
    changed: dict[date, bool] = {}
    renamed = False
    for day in days_of(year.year) if whole else named:
        working = named[day].working if day in named else day.weekday() < 5
        name = _name(named[day]) if day in named else ""
        row = rows.get(day)
        if row is None:
            session.add(row := CalendarDay(day=day, year=year.year, working=day.weekday() < 5, name=""))
        if row.working is not working:
            changed[day] = working
        renamed |= row.name != name
        row.working, row.name = working, name
    if not whole and source not in year.source:
        source = f"{year.source}；更正：{source}"
    elif not whole:
        source = year.source
    touched = (min(changed), max(changed)) if changed else None
    if not year.published:
        touched = date(year.year, 1, 1), date(year.year, 12, 31)
    is_new = touched is not None or renamed or year.source != source
    if is_new:
        year.version, year.published, year.source = year.version + 1, True, source
    return YearLoaded(
        year=year.year,
        version=year.version,
        is_new=is_new,
        whole=whole,
        source=source,
        changed=changed,
        touched=touched,
    )


def _name(named: NamedDay) -> str:
    """What the table calls a day: what the file calls it, and that a weekend is worked or a weekday off."""
    weekend = named.day.weekday() >= 5
    if named.working:
        return f"{named.name.removesuffix('调休上班')}调休上班" if weekend else named.name
    return named.name or ("" if weekend else "放假")


def show_calendar(year: int) -> dict[str, Any]:
    """Return a year day by day, with its source, version and the loads that made it. Raises OutsideCalendar."""
    with transaction() as session:
        found = session.get(CalendarYear, year)
        if found is None:
            raise OutsideCalendar
        days = session.scalars(select(CalendarDay).where(CalendarDay.year == year).order_by(CalendarDay.day)).all()
        loads = session.scalars(
            select(journal.Entry)
            .where(
                journal.Entry.case_id.is_(None),
                journal.Entry.what == "calendar",
                journal.Entry.detail["year"].as_integer() == year,
            )
            .order_by(journal.Entry.position)
        ).all()
        return {
            "year": year,
            "version": found.version,
            "published": found.published,
            "source": found.source,
            "working_days": sum(each.working for each in days),
            "days": [{"day": each.day.isoformat(), "working": each.working, "name": each.name} for each in days],
            "loads": [
                {
                    "version": each.detail["version"],
                    "at": each.at.isoformat(),
                    "by": each.actor,
                    "source": each.detail["source"],
                    "changed": each.detail["changed"],
                }
                for each in loads
            ],
        }
