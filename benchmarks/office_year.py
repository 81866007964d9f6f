"""A simulated year of an office: reports come in every working day, people answer, some of them late, and every
morning the dates are swept. It walks on the conductor without Prefect.

    .venv/bin/python -m benchmarks.office_year [CASES] [PROCESSES]

The full size is 20,000 cases; the time grows with it, for a case costs the same in a small ledger and in a large one.
"""

import multiprocessing
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import func, select

from benchmarks.scratch import scratch_ledger
from flows.conductor import advance
from models.assignment import Answer, Assignment
from models.calendar import CalendarDay, working_day_after
from models.case import Case
from models.clock import SHANGHAI, set_clock
from models.database import transaction
from models.journal import Actor
from models.notice import Notice
from models.refusals import Refusal
from models.steps import STEPS
from models.words import Role
from tasks.answer import answer
from tasks.register import Report, register
from tasks.sweep import Swept, sweep
from tasks.verify import verify

CASES, PROCESSES = 1_000, 2
YEAR = 2026
CHANNELS = ("DISTRICT_HEAD_LINE", "OFFICE_COMPLAINT", "RECEPTION", "MAYOR_LINE", "MONITORING_POINT", "OPINION_BULLETIN")
# Of all answers so many come in time, up to three working days late, and later still.
IN_TIME, LITTLE_LATE = 0.86, 0.10
OFFICER = {Role.UNIT_CONTACT: "03", Role.UNIT_INVESTIGATOR: "04", Role.UNIT_HEAD: "01"}
OFFICE = {
    Role.OFFICE_CLERK: "OFF-01",
    Role.OFFICE_HEAD: "OFF-04",
    Role.PROPAGANDA: "PRO-01",
    Role.DISCIPLINE: "DIS-01",
}
MATTER = "窗口办事拖延，材料交了一个月没有回音。"


@dataclass(frozen=True)
class Waiting:
    """An open assignment and the moment at which somebody will answer it."""

    id: int
    case: str
    kind: str
    unit: str | None
    at: datetime


def form(step: str, unit: str, day: date, dice: Random) -> dict[str, Any]:
    """Fill in the form of a step as it mostly is; one signature, filing and call-back in some goes the other way."""
    today = day.isoformat()
    match step:
        case "classification":
            problem_class = dice.choices(["GENERAL", "COMMON"], [92, 8])[0]
            grade = dice.choices(["DAILY", "SUDDEN", "EMERGENCY"], [90, 8, 2])[0]
            ruling = {"outcome": "ACCEPT", "problem_class": problem_class, "grade": grade, "unit": unit}
            return ruling | {"summary": MATTER, "kind": dice.choice(["CONSULT", "COMPLAIN", "HARD"])}
        case "receipt":
            return {"received": True, "first_contact_on": today}
        case "rectification-plan":
            parts = {"goal": "按时办结", "measures": "清理积压", "guarantees": "每周调度", "lead_unit": unit}
            return parts | {"deadline": f"{YEAR + 1}-12-31", "lead_officer": f"{unit}-02"}
        case "report-to-leaders":
            return {"document_number": "洪治庸呈〔2026〕1号", "reported_on": today}
        case "investigation":
            found = {"investigators": [f"{unit}-04", f"{unit}-05"], "finding": "SUBSTANTIATED", "nature": "DELAY"}
            mended = {"rectification": "限期办结并公开答复时限。", "rectification_deadline": f"{YEAR + 1}-12-31"}
            return found | mended | {"facts": "未在承诺期限内答复。", "heard_the_subject": True}
        case "sign-off":
            return {"agreed": True} if dice.random() < 0.95 else {"agreed": False, "opinion": "事实不清"}
        case "filing":
            filed = dice.random() < 0.95
            return {"decision": "FILED"} if filed else {"decision": "SUPPLEMENT", "reason": "缺谈话笔录"}
        case "double-check":
            nothing = {"pursued": False, "reason": "已尽到管理责任"}
            three = {"direct": "03", "head": "01", "deputy": "02"}
            return {name: {"person": f"{unit}-{officer}"} | nothing for name, officer in three.items()}
        case "publication":
            return {"redacted_text": "经查属实，已整改。"}
        case "direct-reply":
            return {"means": "电话", "delivered_on": today, "proof": "通话录音"}
        case "source-reply":
            return {"to": "来源单位", "sent_on": today}
        case "call-back":
            satisfied = dice.random() < 0.9
            result = "SATISFIED" if satisfied else "DISSATISFIED"
            return {"result": result, "resolved": satisfied, "attempts": 1}
        case "quality-review":
            return {"poorly_handled": dice.random() < 0.5, "dissatisfied": True, "opinion": "办理过程中解释不够"}
        case "effect-assessment":
            return {"effective": True, "assessed_on": today, "opinion": "整改有效"}
        case "write-off":
            return {"evidence": ["整改照片一组"]}
        case _:
            return {"agreed": True}


class Office:
    """One office in a year: what came in, what waits, and what it cost."""

    def __init__(self, cases: int, seed: int) -> None:
        """Begin with nothing."""
        self.dice = Random(seed)
        self.cases, self.seed = cases, seed
        self.waiting: dict[int, Waiting] = {}
        self.swept = Swept()
        self.walking = self.sweeping = self.longest_sweep = 0.0
        self.answers = self.refused = 0

    def live(self) -> None:
        """Live from the first working day on until everything that came in within the year is closed."""
        registered = 0
        for day in working_days():
            put_clock(day, 8)
            self.morning()
            if day.year == YEAR:
                due = round(self.cases * (day.timetuple().tm_yday / 365))
                for number in range(registered, due):
                    self.take_in(day, number)
                registered = max(registered, due)
            elif not self.waiting:
                return
            self.work(day)

    def morning(self) -> None:
        """Sweep."""
        begun = time.perf_counter()
        swept = sweep()
        seconds = time.perf_counter() - begun
        self.sweeping += seconds
        self.longest_sweep = max(self.longest_sweep, seconds)
        for stage, count in swept.as_dict().items():
            setattr(self.swept, stage, getattr(self.swept, stage) + count)

    def take_in(self, day: date, number: int) -> None:
        """Register a report."""
        begun = time.perf_counter()
        with transaction() as session:
            report = Report(
                source_number=f"{self.seed}-{number}",
                received_at=at(day, 8),
                subject=f"第{number}件",
                text=MATTER,
                phone=f"138{number:08}" if number % 5 else "",
            )
            channel = self.dice.choice(CHANNELS)
            case = register(session, report, channel=channel, actor=Actor(code="OFF-01")).case
        advance(case)
        self.walking += time.perf_counter() - begun
        self.look(case)

    def work(self, day: date) -> None:
        """Answer what people answer on this day, and what that brings for the same day."""
        evening = at(day, 17)
        while ready := [each for each in self.waiting.values() if each.at <= evening]:
            for each in sorted(ready, key=lambda each: each.at):
                self.waiting.pop(each.id, None)
                self.answer(each, day)

    def answer(self, waiting: Waiting, day: date) -> None:
        """Give an answer; walk on."""
        unit = waiting.unit or f"U{self.dice.randint(1, 60):02}"
        officer = f"{unit}-{OFFICER[role]}" if (role := STEPS[waiting.kind].role) in OFFICER else OFFICE[role]
        if waiting.kind == "publication-approval":
            officer = "OFF-02"
        put_clock(max(day, waiting.at.astimezone(SHANGHAI).date()), 17)
        begun = time.perf_counter()
        try:
            answer(waiting.id, data=form(waiting.kind, unit, day, self.dice), actor=Actor(code=officer))
            self.answers += 1
        except Refusal:
            self.refused += 1
        advance(waiting.case)
        self.walking += time.perf_counter() - begun
        self.look(waiting.case)

    def look(self, case: str) -> None:
        """See what waits in a case now, and say when each will be answered."""
        with transaction() as session:
            found = session.execute(
                select(Assignment, Case.unit_code).join(Assignment.case).where(Case.number == case, Assignment.is_open)
            ).all()
            for assignment, unit in found:
                if assignment.id not in self.waiting:
                    at_last = self.when(assignment.begins_at, assignment.due_at, assignment.due_on)
                    whose = None if assignment.kind == "classification" else unit
                    self.waiting[assignment.id] = Waiting(assignment.id, case, assignment.kind, whose, at_last)
            still = {assignment.id for assignment, _ in found}
        for each in [one for one in self.waiting.values() if one.case == case and one.id not in still]:
            self.waiting.pop(each.id)

    def when(self, begins_at: datetime, due_at: datetime, due_on: date) -> datetime:
        """Draw when somebody answers: mostly somewhere within the limit, sometimes days after it."""
        lot = self.dice.random()
        if lot < IN_TIME:
            return begins_at + (due_at - begins_at) * self.dice.random() ** 0.5
        days = self.dice.randint(1, 3) if lot < IN_TIME + LITTLE_LATE else self.dice.randint(4, 12)
        with transaction() as session:
            return at(working_day_after(session, due_on, days), 15)


def working_days() -> Iterator[date]:
    """Yield the working days of the year, and of the next until the office has done."""
    with transaction() as session:
        days = session.scalars(
            select(CalendarDay.day)
            .where(CalendarDay.working, CalendarDay.day >= date(YEAR, 1, 1), CalendarDay.day < date(YEAR + 2, 1, 1))
            .order_by(CalendarDay.day)
        ).all()
    yield from days


def at(day: date, hour: int) -> datetime:
    """Return an hour of a day in Wuhan."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI).astimezone(UTC)


def put_clock(day: date, hour: int) -> None:
    """Put the simulated clock forward."""
    with transaction() as session, suppress(Refusal):
        set_clock(session, at(day, hour))


def year(cases: int, seed: int) -> list[tuple[str, str]]:
    """Live a year in a ledger of its own; return what it took, as names and figures."""
    with scratch_ledger(at(date(YEAR, 1, 4), 8)):
        office = Office(cases, seed)
        begun = time.perf_counter()
        office.live()
        total = time.perf_counter() - begun
        with transaction() as session:

            def count(what: Any, *where: Any) -> int:
                return session.scalar(select(func.count()).select_from(what).where(*where)) or 0

            assignments, closed = count(Assignment), count(Case, Case.closed_at.is_not(None))
            late = count(Answer, Answer.answered_at > Assignment.due_at, Answer.assignment_id == Assignment.id)
            notices = count(Notice)
        checked = verify()
        assert checked.ok, checked.broken[:3]
    return [
        ("cases", f"{cases:,}"),
        ("closed", f"{closed:,}"),
        ("assignments", f"{assignments:,}"),
        ("answers", f"{office.answers:,}"),
        ("of these late", f"{late:,}"),
        ("reminded", f"{office.swept.reminded:,}"),
        ("urged", f"{office.swept.urged:,}"),
        ("reported", f"{office.swept.escalated:,}"),
        ("notices", f"{notices:,}"),
        ("s in all", f"{total:.0f}"),
        ("ms an answer", f"{office.walking / max(office.answers, 1) * 1000:.1f}"),
        ("s of sweeps", f"{office.sweeping:.1f}"),
        ("s of the longest", f"{office.longest_sweep:.2f}"),
        ("entries verified", f"{checked.entries:,}"),
    ]


def main(cases: int, processes: int) -> None:
    """Print a table with a column for each process: each lives its share of the year in a ledger of its own."""
    share = partial(year, cases // processes)
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        years = pool.map(share, range(processes))
    print("| | " + " | ".join(f"office {n + 1}" for n in range(processes)) + " |")  # noqa: T201
    print("|---" * (processes + 1) + "|")  # noqa: T201
    for lines in zip(*years, strict=True):
        print("|", " | ".join([lines[0][0], *(figure for _, figure in lines)]), "|")  # noqa: T201


if __name__ == "__main__":
    sizes = list(map(int, sys.argv[1:3]))
    main(sizes[0] if sizes else CASES, sizes[1] if len(sizes) > 1 else PROCESSES)
