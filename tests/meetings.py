"""Joint meetings for the tests: minutes filled in as the office does, and recorded."""

import io
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from sqlalchemy import delete, select

from flows.conductor import advance
from models.case import Case
from models.database import transaction
from models.journal import Actor
from models.meeting_file import ATTENDEES, CHAIR, FIELDS, HELD_ON, PLACE, SHEET, SUMMARY
from models.outbox import WakeUp
from reports.meeting_agenda import read_agenda
from reports.minutes_book import FIRST_FIELD, HEAD, VALUE, minutes_book
from reports.sheet_looks import set_value
from tasks.meetings import Recorded, record_minutes
from tests.office import CLERK

Row = tuple[str, str, str, date | str | None]  # case, what, unit, until when
USUAL = {
    PLACE: "区行政投诉中心会议室",
    CHAIR: "办负责人甲",
    ATTENDEES: "区委宣传部\n“两办”督查室\n区信访局",
    SUMMARY: "会议研究了媒体反映的窗口拖延问题。",
}


def filled(
    rows: Sequence[Row],
    held_on: date | str = date(2026, 5, 7),
    *,
    edit: Callable[[Workbook], None] = lambda _: None,
    **said: Any,
) -> bytes:
    """Return the form, made for the agenda of the day and filled in; said: fields by their Chinese names."""
    book = load_workbook(io.BytesIO(minutes_book(read_agenda(by=CLERK))))
    sheet = book[SHEET]
    for row, name in enumerate(FIELDS, FIRST_FIELD):
        value = ({HELD_ON: held_on} | USUAL | said)[name]
        if value is not None:
            sheet.cell(row, VALUE).value = value
    for at, row in enumerate(rows):
        for column, value in enumerate(row, 2):
            if value is not None:
                set_value(sheet.cell(HEAD + 1 + at, column), value)
    edit(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def record(content: bytes, by: str = CLERK, name: str = "纪要.xlsx") -> Recorded:
    """Put minutes into a file, record them, and let the woken cases go on."""
    path = Path(name)
    path.write_bytes(content)
    done = record_minutes(path, actor=Actor(code=by))
    walk_woken()
    return done


def meet(rows: Sequence[Row], held_on: date | str = date(2026, 5, 7), by: str = CLERK, **said: Any) -> Recorded:
    """Hold a meeting, in which these actions were decided."""
    return record(filled(rows, held_on, **said), by)


def walk_woken() -> None:
    """Do what the worker does: walk the path of each case that was woken."""
    with transaction() as session:
        woken = set(session.scalars(delete(WakeUp).returning(WakeUp.case_id)))
        numbers = session.scalars(select(Case.number).where(Case.id.in_(woken)).order_by(Case.id)).all()
    for number in numbers:
        advance(number)
