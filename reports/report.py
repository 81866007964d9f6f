"""What a report is, apart from how it is written: its paper, its columns, and where its rows come from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from models.words import Light

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
class Scope:
    """Which part of the ledger a report shows, as it stands at `as_of`. Days are Shanghai's, both included."""

    as_of: datetime
    from_day: date | None = None
    to_day: date | None = None
    unit: str | None = None


@dataclass(frozen=True, kw_only=True)
class Report(Generic[Row]):
    """One report. It has five columns at least, for the five who sign below them.

    about: what it is, in a sentence. parameters: what it may be narrowed by; dated_by: what its days are compared
    with, as a person reads it. frozen: how many columns stay in sight. rows: in their order, a chunk in memory at once.
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


def long_date(day: date) -> str:
    """Write a day as documents do: 2026年5月6日."""
    return f"{day.year}年{day.month}月{day.day}日"
