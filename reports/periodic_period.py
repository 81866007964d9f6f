"""Of which days a periodic report speaks: a week from Monday, a month, a half-year, a year, or days that were named."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from models.clock import SHANGHAI
from models.words import Word
from reports.report import long_date

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Period:
    """Days of Shanghai, both included."""

    from_day: date
    to_day: date

    @property
    def begin(self) -> datetime:
        """The instant at which it begins."""
        return datetime.combine(self.from_day, time(), SHANGHAI)

    @property
    def end(self) -> datetime:
        """The instant at which it is over, which belongs to it no more."""
        return datetime.combine(self.to_day + ONE_DAY, time(), SHANGHAI)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.to_day - self.from_day).days + 1

    def covers(self, moment: datetime | None) -> bool:
        """Whether something happened, and in it."""
        return moment is not None and self.begin <= moment < self.end

    def in_words(self) -> str:
        """Write it with its days, as documents do; the year once where it is the same."""
        year = "" if self.from_day.year == self.to_day.year else f"{self.to_day.year}年"
        return f"{long_date(self.from_day)}至{year}{self.to_day.month}月{self.to_day.day}日"


class PeriodKind(Word):
    """The kinds of periodic reports."""

    WEEKLY = "weekly", "周报"
    MONTHLY = "monthly", "月报"
    HALF_YEARLY = "half-yearly", "半年报"
    YEARLY = "yearly", "年报"

    @property
    def before(self) -> str:
        """What the period before is called."""
        return {"weekly": "上周", "monthly": "上月", "half-yearly": "上半年度", "yearly": "上年"}[self.value]

    def around(self, day: date) -> Period:
        """Return the whole week, month, half-year or year in which a day lies."""
        match self:
            case PeriodKind.WEEKLY:
                monday = day - timedelta(days=day.weekday())
                return Period(from_day=monday, to_day=monday + timedelta(days=6))
            case PeriodKind.MONTHLY:
                return _months(day.year, day.month, 1)
            case PeriodKind.HALF_YEARLY:
                return _months(day.year, 1 if day.month <= 6 else 7, 6)
            case _:
                return _months(day.year, 1, 12)

    def last_whole(self, today: date) -> Period:
        """Return the last one that is over before today."""
        return self.around(self.around(today).from_day - ONE_DAY)

    def before_this(self, period: Period) -> Period:
        """Return what a period is compared with: the whole one before it; before days that were named, as many days."""
        last = period.from_day - ONE_DAY
        if period == self.around(period.from_day):
            return self.around(last)
        return Period(from_day=period.from_day - timedelta(days=period.days), to_day=last)

    def name_of(self, period: Period) -> str:
        """Write a period in a title: 2026年5月, 2026年上半年; a week, and what is no whole one, by its days."""
        first = period.from_day
        if self is PeriodKind.WEEKLY or period != self.around(first):
            return period.in_words()
        match self:
            case PeriodKind.MONTHLY:
                return f"{first.year}年{first.month}月"
            case PeriodKind.HALF_YEARLY:
                return f"{first.year}年{'上' if first.month == 1 else '下'}半年"
            case _:
                return f"{first.year}年"

    def parts_of(self, period: Period) -> list[tuple[str, Period]]:
        """Divide a period for a curve: days of a week, weeks of a month, months of what is longer."""
        if period.days <= 14:
            days = [period.from_day + timedelta(days=number) for number in range(period.days)]
            return [(f"{day.month}.{day.day}", Period(from_day=day, to_day=day)) for day in days]
        kind = PeriodKind.WEEKLY if period.days <= 92 else PeriodKind.MONTHLY
        parts: list[tuple[str, Period]] = []
        day = period.from_day
        while day <= period.to_day:
            last = min(kind.around(day).to_day, period.to_day)
            week = f"{day.month}.{day.day}—{last.month}.{last.day}"
            parts.append((week if kind is PeriodKind.WEEKLY else f"{day.month}月", Period(from_day=day, to_day=last)))
            day = last + ONE_DAY
        return parts


def _months(year: int, month: int, count: int) -> Period:
    after = date(year + (month + count > 12), (month + count - 1) % 12 + 1, 1)
    return Period(from_day=date(year, month, 1), to_day=after - ONE_DAY)
