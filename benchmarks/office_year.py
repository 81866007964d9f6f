"""A simulated year of an office: reports come in every working day, people answer, some of them late, and every
morning the dates are swept. It walks on the conductor without Prefect.

    .venv/bin/python -m benchmarks.office_year [CASES] [PROCESSES]

The full size is 20,000 cases, of which each gives some 15 assignments; the time grows with it, for a case costs the
same in a small ledger and in a large one. What the year has come to is written to the standard error each month.
"""

import heapq
import math
import multiprocessing
import sys
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import count
from random import Random
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from benchmarks.office_forms import Waiting, fill, matter
from benchmarks.scratch import scratch_ledger
from flows.conductor import advance
from models.assignment import Answer, Assignment
from models.calendar import CalendarDay
from models.case import Case
from models.clock import SHANGHAI, set_clock
from models.database import transaction
from models.journal import Actor
from models.notice import Notice
from models.policy import Measured
from models.refusals import Refusal
from models.steps import STEPS
from models.words import Basis, Role
from tasks.answer import answer
from tasks.extend import extend
from tasks.register import Report, register
from tasks.supervise import lift_supervision, supervise
from tasks.sweep import Swept, sweep
from tasks.verify import verify

CASES, PROCESSES = 1_000, 2
YEAR = 2026
CHANNELS = {
    "DISTRICT_HEAD_LINE": 20,
    "OFFICE_COMPLAINT": 13,
    "MAYOR_LINE": 12,
    "RECEPTION": 9,
    "CONGRESS_LETTER": 5,
    "OPEN_DAY": 4,
    "MONITORING_POINT": 5,
    "OPINION_BULLETIN": 5,
    "SUPERVISOR_VISIT": 6,
    "WINDOW_PATROL": 6,
    "SUPERIOR_TRANSFER": 7,
    "LEADER_INSTRUCTION": 5,
    "MEDIA_EXPOSURE": 1,
    "TV_INQUIRY": 1,
    "SUPERIOR_COVERT_VISIT": 1,
}
FORCED = ("SUPERIOR_TRANSFER", "LEADER_INSTRUCTION", "MEDIA_EXPOSURE", "TV_INQUIRY", "SUPERIOR_COVERT_VISIT")
NOBODY = ("MONITORING_POINT", "OPINION_BULLETIN", "SUPERVISOR_VISIT", "WINDOW_PATROL", "SUPERIOR_COVERT_VISIT")
ANONYMOUS = 0.08  # of the others
# Of all answers so many come in time, up to three working days late, and later still.
IN_TIME, LITTLE_LATE = 0.86, 0.10
EXTENDED = {"investigation": 0.20, "rectification-plan": 0.15, "double-check": 0.20}
SUPERVISED, EVERY = 0.20, (2, 3, 5)  # of the cases that a unit investigates; working days between two reports
AFTER_FILING = ("publication", "direct-reply", "source-reply", "media-reply", "call-back", "write-off")
OFFICER = {Role.UNIT_CONTACT: "03", Role.UNIT_INVESTIGATOR: "04", Role.UNIT_HEAD: "01"}
OFFICE = {
    Role.OFFICE_CLERK: "OFF-01",
    Role.OFFICE_HEAD: "OFF-04",
    Role.PROPAGANDA: "PRO-01",
    Role.DISCIPLINE: "DIS-01",
}


class Office:
    """One office in a year: what came in, what waits, and what it cost."""

    def __init__(self, cases: int, seed: int) -> None:
        """Begin with nothing."""
        self.cases, self.seed, self.dice = cases, seed, Random(seed)
        self.days = working_days()
        self.acts: list[tuple[datetime, int, Callable[[date], None]]] = []
        self.numbers = count()
        self.waiting: dict[str, set[int]] = {}
        self.forced: set[str] = set()
        self.supervised: set[str] = set()
        self.swept = Swept()
        self.begun = time.perf_counter()
        self.walking = self.sweeping = self.longest_sweep = 0.0
        self.registered = self.answers = self.refused = 0

    def live(self) -> None:
        """Live from the first working day on until everything that came in within the year is closed."""
        for yesterday, day in zip(self.days, self.days[1:], strict=False):
            if day.month != yesterday.month:
                self.say_how_far(yesterday)
            put_clock(day, 8)
            self.morning()
            if day.year == YEAR:
                while self.registered < round(self.cases * (day.timetuple().tm_yday / 365)):
                    self.take_in(day)
            elif not self.waiting:
                return
            put_clock(day, 17)
            evening = at(day, 17)
            while self.acts and self.acts[0][0] <= evening:
                _, _, act = heapq.heappop(self.acts)
                act(day)

    def say_how_far(self, day: date) -> None:
        """Write to the standard error what the year has come to."""
        with transaction() as session:
            assignments = session.scalar(select(func.count(Assignment.id)))
        seconds = time.perf_counter() - self.begun
        print(  # noqa: T201
            f"{day:%Y-%m}  office {self.seed + 1}  cases {self.registered:,}  assignments {assignments:,}"
            f"  answers {self.answers:,}  refused {self.refused:,}  open cases {len(self.waiting):,}"
            f"  {self.walking / max(self.answers, 1) * 1000:.1f} ms an answer"
            f"  longest sweep {self.longest_sweep:.2f} s  {timedelta(seconds=round(seconds))}",
            file=sys.stderr,
            flush=True,
        )

    @contextmanager
    def walk(self) -> Iterator[None]:
        """Measure what an act and the walk after it take; what is refused is counted."""
        begun = time.perf_counter()
        try:
            yield
        except Refusal:
            self.refused += 1
        self.walking += time.perf_counter() - begun

    def morning(self) -> None:
        """Sweep."""
        begun = time.perf_counter()
        swept = sweep()
        seconds = time.perf_counter() - begun
        self.sweeping += seconds
        self.longest_sweep = max(self.longest_sweep, seconds)
        for stage, number in swept.as_dict().items():
            setattr(self.swept, stage, getattr(self.swept, stage) + number)

    def take_in(self, day: date) -> None:
        """Register a report."""
        self.registered += 1
        channel = self.dice.choices(list(CHANNELS), list(CHANNELS.values()))[0]
        unknown = channel in NOBODY or self.dice.random() < ANONYMOUS
        report = Report(
            source_number=f"{self.seed}-{self.registered}",
            received_at=at(day, 8),
            subject=f"第{self.registered}件",
            text=matter(self.dice),
            phone="" if unknown else f"138{self.registered:08}",
        )
        with self.walk():
            with transaction() as session:
                case = register(session, report, channel=channel, actor=Actor(code="OFF-01")).case
            advance(case)
        if channel in FORCED:
            self.forced.add(case)
        self.look(case, day)

    def answer(self, waiting: Waiting, day: date) -> None:
        """Give an answer, if it is still wanted; walk on."""
        if waiting.id not in self.waiting.get(waiting.case, ()):
            return
        self.waiting[waiting.case].remove(waiting.id)
        with self.walk():
            answer(waiting.id, data=fill(waiting, day, self.dice), actor=who_answers(waiting))
            self.answers += 1
            advance(waiting.case)
        self.look(waiting.case, day)

    def extend(self, waiting: Waiting, days: int, day: date) -> None:
        """延期: ask for more time."""
        if waiting.id in self.waiting.get(waiting.case, ()):
            with self.walk():
                extend(waiting.id, days=days, actor=who_answers(waiting), reason="涉及单位多，尚在核实")
                advance(waiting.case)
            self.look(waiting.case, day)

    def supervise(self, case: str, day: date) -> None:
        """督办: have the unit report progress."""
        with self.walk():
            supervise(
                case,
                basis=self.dice.choice(list(Basis)),
                instruction="请责任单位限期办结并报告进展。",
                leader="区政府分管领导",
                every=self.dice.choice(EVERY),
                actor=Actor(code="OFF-04"),
            )
            self.supervised.add(case)
            advance(case)
        self.look(case, day)

    def lift(self, case: str, day: date) -> None:
        """解除督办."""
        with self.walk():
            lift_supervision(case, actor=Actor(code="OFF-04"), reason="已办结备案")
            advance(case)
        self.look(case, day)

    def plan(self, when: datetime, act: Callable[[date], None]) -> None:
        """Have something done at a moment, or on the first working day after it."""
        heapq.heappush(self.acts, (when, next(self.numbers), act))

    def look(self, case: str, day: date) -> None:
        """See what waits in a case now, and say when each will be answered."""
        with transaction() as session:
            found = session.execute(
                select(Assignment, Case.unit_code)
                .join(Assignment.case)
                .where(Case.number == case, Assignment.is_open)
                .options(joinedload(Assignment.limit))
            ).all()
        known = self.waiting.pop(case, set())
        if found:
            self.waiting[case] = {assignment.id for assignment, _ in found}
        for assignment, unit in found:
            if assignment.id not in known:
                self.expect(case, assignment, unit, day)
        if case in self.supervised and any(assignment.kind in AFTER_FILING for assignment, _ in found):
            self.supervised.remove(case)
            self.plan(at(day, 17), partial(self.lift, case))

    def expect(self, case: str, assignment: Assignment, unit: str | None, day: date) -> None:
        """Say when an open assignment will be answered, and what else comes of it."""
        waiting = Waiting(
            id=assignment.id,
            case=case,
            kind=assignment.kind,
            unit=assignment.unit_code or unit or "",
            round=assignment.round,
            attempt=assignment.attempt,
            forced=case in self.forced,
        )
        begins_at, due_at = assignment.begins_at, assignment.due_at
        when = max(self.when(begins_at, due_at, assignment.due_on), at(day, 0))
        days = assignment.limit.value // 2 if assignment.limit.measured is not Measured.HOURS else 0
        if waiting.is_first and days and self.dice.random() < EXTENDED.get(waiting.kind, 0):
            self.plan(begins_at + (due_at - begins_at) * 0.6, partial(self.extend, waiting, days))
            when = at(self.after(assignment.due_on, self.dice.randint(1, days)), 15)
        investigates = waiting.kind == "investigation" and waiting.unit == unit
        if waiting.is_first and investigates and self.dice.random() < SUPERVISED:
            self.plan(begins_at + timedelta(1), partial(self.supervise, case))
        self.plan(when, partial(self.answer, waiting))

    def when(self, begins_at: datetime, due_at: datetime, due_on: date) -> datetime:
        """Draw when somebody answers: mostly somewhere within the limit, sometimes days after it."""
        lot = self.dice.random()
        if lot < IN_TIME:
            return begins_at + (due_at - begins_at) * math.sqrt(self.dice.random())
        days = self.dice.randint(1, 3) if lot < IN_TIME + LITTLE_LATE else self.dice.randint(4, 12)
        return at(self.after(due_on, days), 15)

    def after(self, day: date, days: int) -> date:
        """Return the working day that is so many after a day."""
        return self.days[bisect_right(self.days, day) + days - 1]


def who_answers(waiting: Waiting) -> Actor:
    """Return who answers a step; who wrote a text does not approve it."""
    role = STEPS[waiting.kind].role
    if waiting.kind == "publication-approval":
        return Actor(code="OFF-02")
    return Actor(code=f"{waiting.unit}-{OFFICER[role]}" if role in OFFICER else OFFICE[role])


def working_days() -> list[date]:
    """Return the working days of the year, and of the next until the office has done."""
    with transaction() as session:
        days = session.scalars(
            select(CalendarDay.day)
            .where(CalendarDay.working, CalendarDay.day >= date(YEAR, 1, 1), CalendarDay.day < date(YEAR + 3, 1, 1))
            .order_by(CalendarDay.day)
        ).all()
    return list(days)


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
        ("refused", f"{office.refused:,}"),
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
