"""Columns that several ledgers have: what they say of a line's `position` and of its case `file`."""

from operator import attrgetter
from typing import Any

from reports.report import ALL_ROWS, Column, how_many

POSITION: Column[Any] = Column(heading="序号", width=5, value=attrgetter("position"))
CASE_NUMBER: Column[Any] = Column(heading="案件编号", width=14.5, value=attrgetter("file.case.number"), total=ALL_ROWS)
UNIT: Column[Any] = Column(heading="责任单位", width=12.5, value=lambda each: each.file.unit())
WRITTEN_OFF: Column[Any] = Column(
    heading="是否销号",
    width=5.5,
    value=lambda each: each.file.is_written_off(),
    total=how_many("是", '"是"0"件"'),
)


def summary(width: float, heading: str = "问题（脱敏）", *, group: str = "") -> Column[Any]:
    """The office's summary, so wide."""
    return Column(heading=heading, width=width, value=lambda each: each.file.summary(), group=group, prose=True)
