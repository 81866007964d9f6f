"""The joint meeting of the demo: its agenda is written, it decides on a few problems, its minutes are recorded."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from openpyxl import load_workbook

from models.database import transaction
from models.journal import Actor
from models.meeting_file import (
    ATTENDEES,
    CASE,
    CHAIR,
    COLUMNS,
    ENDS_ON,
    FIELDS,
    HELD_ON,
    PLACE,
    SHEET,
    SUMMARY,
    UNIT,
    WHAT,
)
from models.words import Status
from reports.agenda_document import TAKE_PART, agenda_document
from reports.meeting_agenda import TITLE, Agenda, AgendaItem, read_agenda
from reports.minutes_book import FIRST_FIELD, HEAD, VALUE, minutes_book
from reports.minutes_document import TITLE as MINUTES
from reports.minutes_document import minutes_document
from reports.sheet_looks import save, set_value
from tasks.meetings import record_minutes
from tasks.meetings_shown import find_meeting

CLERK = "OFF-01"
# What is decided on the first problems of the agenda, and within how many days, where the minutes say so.
DECIDED = (
    ("公开该事项的办理流程和时限，增设引导人员，并书面报告整改情况。", 14),
    ("由主要领导带队到现场核查，当面向服务对象说明情况。", None),
    ("配合牵头单位核对材料，一周内反馈意见。", 7),
)


@dataclass
class MeetingDay:
    """The day on which the meeting is held, the folder of its files, and those that were written."""

    on: date
    folder: Path
    files: list[Path] = field(default_factory=list)

    def is_due(self, day: date) -> bool:
        """Whether it is to be held now."""
        return not self.files and day >= self.on

    def hold(self, day: date) -> None:
        """Write the agenda, fill the form in, and record it; the clock stands at the hour of the meeting."""
        self.folder.mkdir(parents=True, exist_ok=True)
        agenda = read_agenda(by=CLERK)
        paper, form = self.folder / f"{TITLE}.docx", self.folder / f"{MINUTES}（填报表）.xlsx"
        save(paper, agenda_document(agenda))
        save(form, _filled(agenda, day))
        number = record_minutes(form, actor=Actor(code=CLERK)).meeting["number"]
        minutes = self.folder / f"{MINUTES}.docx"
        with transaction() as session:
            save(minutes, minutes_document(session, find_meeting(session, number)))
        self.files = [paper, form, minutes]


def _filled(agenda: Agenda, day: date) -> bytes:
    """Return the form with what the meeting decided."""
    book = load_workbook(io.BytesIO(minutes_book(agenda)))
    sheet = book[SHEET]
    items = _suitable((*agenda.without_reply, *agenda.with_reply))[: len(DECIDED)]
    said = {
        HELD_ON: day,
        PLACE: "区行政投诉中心会议室",
        CHAIR: "治庸问责办负责人",
        ATTENDEES: "\n".join(TAKE_PART),
        SUMMARY: f"会议通报了截至当日未办结的负面问题{len(agenda.items)}件，逐件研究了尚未回复和逾期的问题。",
    }
    for row, name in enumerate(FIELDS, FIRST_FIELD):
        set_value(sheet.cell(row, VALUE), said[name])
    for row, (item, (what, days)) in enumerate(zip(items, DECIDED, strict=False), HEAD + 1):
        cells: dict[str, str | date] = {CASE: item.file.case.number, WHAT: what, UNIT: item.file.unit()}
        if days is not None:
            cells[ENDS_ON] = day + timedelta(days=days)
        for heading, value in cells.items():
            set_value(sheet.cell(row, COLUMNS.index(heading) + 1), value)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _suitable(items: Sequence[AgendaItem]) -> list[AgendaItem]:
    """Keep those of which a meeting may ask something of the responsible unit."""
    asleep = (Status.REGISTERED, Status.SUSPENDED)
    cases = [(each, each.file.case) for each in items]
    return [
        each for each, case in cases if case.problem_class and case.status not in asleep and not case.handled_directly
    ]
