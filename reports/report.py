"""What a report is, apart from how it is written: its paper, its columns, and where its rows come from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from models.clock import SHANGHAI
from models.words import Light, Role

Row = TypeVar("Row")

# What a cell may hold. Its type says how it is written: text stays text, a date is a date, a light has its colour.
Value = str | int | float | date | Light | None


class Paper(StrEnum):
    """The sizes that the office's printers hold."""

    A3 = "A3"
    A4 = "A4"


class Parameter(StrEnum):
    """What a report may be narrowed by, as the command names it."""

    FROM = "from"
    TO = "to"
    UNIT = "unit"
    CHANNEL = "channel"


USUAL = (Parameter.FROM, Parameter.TO, Parameter.UNIT)
FOR_LINES = (*USUAL, Parameter.CHANNEL)
UNIT_ROLES = tuple(role for role in Role if role.of_a_unit)


@dataclass(frozen=True, kw_only=True)
class Total:
    """What the 合计 row says under a column.

    formula: in Excel's words, `{cells}` for the column's cells; those of several sheets are added up.
    adds: what one value adds to it; the sum is kept beside the formula, for previews that do not calculate.
    shows: its number format.
    """

    formula: str
    adds: Callable[[Value], float]
    shows: str = "0"


def how_many(value: str, shows: str) -> Total:
    """Count the cells that say exactly this."""
    return Total(formula=f'COUNTIF({{cells}},"{value}")', adds=lambda each: each == value, shows=shows)


def sum_of_numbers(shows: str) -> Total:
    """Add up the cells."""
    return Total(formula="SUM({cells})", adds=lambda each: each if isinstance(each, int | float) else 0, shows=shows)


def how_many_days(shows: str) -> Total:
    """Count the cells in which a day stands."""
    return Total(formula="COUNT({cells})", adds=lambda each: each is not None, shows=shows)


# Under a column that is never empty: how many rows there are.
ALL_ROWS = Total(formula="COUNTA({cells})", adds=lambda _: 1, shows='0"件"')
RED_LIGHTS = Total(formula='COUNTIF({cells},"红*")', adds=lambda each: each is Light.RED, shows='"红"0"件"')


@dataclass(frozen=True, kw_only=True)
class Column(Generic[Row]):
    """One column: what stands above it, and what it says of a row.

    width: in digits of Excel's default font; two are a Chinese character of the body. group: a heading that it shares
    with its neighbours, above its own. prose: set from the left; all else stands in the middle. shows: the format of
    its numbers.
    """

    heading: str
    value: Callable[[Row], Value]
    width: float
    group: str = ""
    prose: bool = False
    shows: str = "0"
    total: Total | None = None


@dataclass(frozen=True, kw_only=True)
class Reader:
    """For whom a report is written; by default for nobody in particular, who reads no names.

    names: whether he reads who was held to account. unit: whose cases alone he gets. kept_out_of: the cases that are
    about him, by their ids.
    """

    names: bool = False
    unit: str | None = None
    kept_out_of: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which part of the ledger a report shows, as it stands at `as_of`. Days are Shanghai's, both included."""

    as_of: datetime
    from_day: date | None = None
    to_day: date | None = None
    unit: str | None = None
    channel: str | None = None
    reader: Reader = field(default_factory=Reader)


@dataclass(frozen=True, kw_only=True)
class Report(Generic[Row]):
    """One report. It has five columns at least, for the five who sign below them.

    about: what it is, in a sentence. parameters: what it may be narrowed by; dated_by: what its days are compared
    with, as a person reads it. frozen: how many columns stay in sight. rows: in their order, a chunk in memory at once.
    also_for: who gets it besides the office, the discipline body and the district's leaders; a unit its own cases.
    names_people: whether it names those who were held to account, to those who may read it.
    """

    name: str
    title: str
    about: str
    paper: Paper
    columns: tuple[Column[Row], ...]
    rows: Callable[[Session, Scope], Iterator[Row]]
    landscape: bool = True
    parameters: tuple[Parameter, ...] = ()
    dated_by: str = ""
    frozen: int = 1
    also_for: tuple[Role, ...] = ()
    names_people: bool = False


def day_of(moment: datetime) -> date:
    """Return the day of a moment in the office."""
    return moment.astimezone(SHANGHAI).date()


def long_date(day: date) -> str:
    """Write a day as documents do: 2026年5月6日."""
    return f"{day.year}年{day.month}月{day.day}日"
