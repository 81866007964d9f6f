"""Some months of several cases at once, with every operator thrown in: a ledger that changes in every way it can."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from flows.conductor import advance
from models.database import transaction
from models.document import DocumentKind
from models.journal import Actor
from models.refusals import Refusal
from tasks.calendar_file import load_calendar
from tasks.document import void_document
from tasks.find import find_case
from tasks.matters import list_matters, rule_on_matter
from tasks.merge import merge
from tests.flows.test_any_operator import Office
from tests.flows.test_any_path import CHANNELS, Chance
from tests.office import CLERK2, HEAD, at, classify, it_is, report, status_of
from tests.reports.letters import written
from tests.tasks.test_calendar_file import NOTICE_2027

TELLS = "甲一路服务大厅窗口，材料交了一个月没有回音，{}次询问都说再等等，一直没有人答复。"
TURNS = 40  # of each case; chance then lets them come to their end


class Calendar:
    """The day in the office."""

    def __init__(self, first: date) -> None:
        """Begin with a day."""
        self.day = first
        it_is(first.isoformat())

    def pass_(self, days: timedelta) -> None:
        """Let days go by."""
        self.day += days
        it_is(self.day.isoformat())


class OneOfMany(Office):
    """A case among others, on the same days as they."""

    def __init__(self, seed: int, calendar: Calendar, done: Counter[str]) -> None:
        """Let a report come in today."""
        self.calendar = calendar
        self.chance = Chance(seed)
        self.dice = self.chance.dice
        self.done = done
        self.refused_in_a_row = 0
        self.number = report(
            self.dice.choice(CHANNELS),
            number=f"S-{seed}",
            phone=f"139{seed:08}" if seed % 4 else "",
            name=f"来件人{seed}" if seed % 4 else "",
            text=TELLS.format(seed),
            received_at=at(calendar.day.isoformat()),
        )

    @property
    def day(self) -> date:
        """Today, which is everybody's."""
        return self.calendar.day

    def later(self, days: timedelta) -> None:
        """Let days go by for all."""
        self.calendar.pass_(days)


def evenings(
    done: Counter[str], *, cases: int, folder: Path, seed: int = 20260105, every: int = 12
) -> Iterator[datetime]:
    """Walk; yield each evening on which the ledgers may be written, and add what was done until then to `done`.

    folder: for the file with the working days of 2027, which is loaded in December.
    """
    dice, calendar = Random(seed), Calendar(date(2026, 1, 5))
    offices = [OneOfMany(seed + each, calendar, done) for each in range(1, cases // 2 + 1)]
    turns = 0
    while turns < TURNS * cases and (len(offices) < cases or any(_open(each) for each in offices)):
        turns += 1
        if len(offices) < cases and turns % 5 == 0:
            offices.append(OneOfMany(seed + len(offices) + 1, calendar, done))
        dice.choice([each for each in offices if _open(each)] or offices[-1:]).turn()
        if turns % every == 0:
            _besides(dice, offices)
            if calendar.day > date(2026, 12, 1) and not done["calendar"]:
                done["calendar"] += 1
                _load_calendar(folder)
            yield _evening(calendar)
            calendar.pass_(timedelta(days=1))


def _load_calendar(folder: Path) -> None:
    """Load the working days of 2027: dates of open steps move, or are no longer 暂定."""
    file = folder / "2027.csv"
    file.write_text(NOTICE_2027, encoding="utf-8-sig")
    load_calendar(file, actor=Actor(code=CLERK2))


def _evening(calendar: Calendar) -> datetime:
    it_is(calendar.day.isoformat(), "20:00")
    return at(calendar.day.isoformat(), "20:00")


def _open(office: Office) -> bool:
    return not status_of(office.number).closed


def _besides(dice: Random, offices: list[OneOfMany]) -> None:
    """What is done now and then: a letter, a ruling on what many report, a case that goes up in another."""
    for kind in (DocumentKind.ASSIGNMENT, DocumentKind.DOSSIER):
        with suppress(Refusal):
            letter = written(kind, dice.choice(offices).number)
            if dice.random() < 0.5:
                void_document(letter.number, actor=Actor(code=HEAD), reason="印发有误")
    for matter in list_matters()["matters"]:
        with suppress(Refusal):
            rule_on_matter(matter["matter"], accepted=dice.random() < 0.5, actor=Actor(code=HEAD), reason="多人反映")
    open_ones = [each for each in offices if _open(each)]
    if open_ones:
        joined, into = report("OTHER", number=f"J-{dice.random()}", phone="", name=""), dice.choice(open_ones).number
        with suppress(Refusal):
            classify(joined, long_standing=True)
            with transaction() as session:
                message = find_case(session, joined).messages[0].message_id
            merge(message, into=into, actor=Actor(code=CLERK2), reason="同一事项")
            advance(into)
