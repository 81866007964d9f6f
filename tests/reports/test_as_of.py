"""Every ledger as of every moment is the one that was written then: the rows behind it, the cells, the whole file."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from models.as_of import AS_TODAY, OUT_OF_REACH, PAST, ledger_as_of
from models.database import transaction
from models.journal import ledger_head
from models.ledger import Base
from reports.catalogue import REPORTS, write_report
from reports.periodic_list import PERIODIC
from reports.periodic_report import Wanted, write_periodic_report
from tests.office import DISCIPLINE, at
from tests.reports.whole_year import evenings

# What the machine keeps for its own work on a row, whose earlier states nobody can tell and no ledger shows.
OF_THE_MACHINE = {
    "case": {"run_id", "epoch", "failures"},
    "assignment": {
        *("owner_code", "delegate_code", "draft", "extra", "look_at", "told", "version"),
        *("shown_in", "pause_key", "refusal"),
    },
    "nudge": {"told"},
}
EVERY = (*REPORTS, *PERIODIC)
OPERATORS = (
    *("send_back", "take_back", "transfer", "delegate", "substitute", "extend", "supervise", "lift", "rest", "wake_up"),
    *("urge", "mend", "review", "merge", "answer", "calendar"),
)


# What comes in files; its rows do not change and say when they came.
NOT_WALKED = {"attachment", "batch", "bulletin_item", "joint_meeting", "meeting_action", "opinion_bulletin"}


class Evening(NamedTuple):
    """What the ledger was on an evening: the rows of every table, and on some the files of every report."""

    moment: datetime
    files: dict[str, bytes]
    rows: dict[str, list[str]]
    head: str


class Year(NamedTuple):
    """The evenings, and what was done meanwhile."""

    evenings: list[Evening]
    done: Counter[str]


@pytest.fixture(scope="module")
def year(shared_ledger: str, tmp_path_factory: pytest.TempPathFactory) -> Year:
    """Walk the year once for all tests of this file, writing down every evening what is there."""
    folder, done = tmp_path_factory.mktemp("then"), Counter[str]()
    kept = []
    for number, moment in enumerate(evenings(done, cases=10, folder=folder, every=8)):
        with transaction() as session:
            rows, head = rows_of_every_table(session), ledger_head(session)
        files = {name: written(name, folder) for name in EVERY} if number % 4 == 3 else {}
        kept.append(Evening(moment, files, rows, head))
    return Year(kept, done)


def written(name: str, folder: Path, **scope: Any) -> bytes:
    """Write a report, with the names in it, and return its file."""
    target = folder / f"{name}.xlsx"
    if name in PERIODIC:
        write_periodic_report(name, Wanted(by=DISCIPLINE, **scope), out=target)
    else:
        write_report(name, by=DISCIPLINE, out=target, **scope)
    return target.read_bytes()


def rows_of_every_table(session: Session) -> dict[str, list[str]]:
    """Read every row of what changes with time, but for what the machine keeps."""
    return {
        table: sorted(
            session.scalars(
                text(f'SELECT (to_jsonb(r) - CAST(:but AS text[]))::text FROM "{table}" r'),
                {"but": sorted(OF_THE_MACHINE.get(table, ()))},
            )
        )
        for table in PAST
        if table in Base.metadata.tables
    }


def cells(file: bytes, folder: Path) -> list[list[Any]]:
    """Return what stands in a workbook's cells."""
    (folder / "read.xlsx").write_bytes(file)
    return [list(row) for sheet in openpyxl.load_workbook(folder / "read.xlsx") for row in sheet.values]


def test_whatever_can_be_done_was_done(year: Year) -> None:
    assert set(OPERATORS) <= year.done.keys()
    assert {table for table, rows in year.evenings[-1].rows.items() if not rows} <= NOT_WALKED


def test_every_row_is_as_it_was(year: Year) -> None:
    for evening in year.evenings:
        with ledger_as_of(evening.moment) as session:
            then = rows_of_every_table(session)
            assert ledger_head(session) == evening.head
        for table, rows in evening.rows.items():
            gone, new = set(rows) - set(then[table]), set(then[table]) - set(rows)
            assert then[table] == rows, (table, evening.moment, sorted(gone)[:3], sorted(new)[:3])


@pytest.mark.parametrize("name", EVERY)
def test_every_report_is_the_one_that_was_written_then(name: str, year: Year, tmp_path: Path) -> None:
    for evening in (each for each in year.evenings if each.files):
        again = written(name, tmp_path, as_of=evening.moment)
        assert cells(again, tmp_path) == cells(evening.files[name], tmp_path), evening.moment
        assert again == evening.files[name]


def test_somebody_has_decided_for_each_table_how_it_was() -> None:
    groups = (PAST.keys(), AS_TODAY, OUT_OF_REACH)
    assert set(Base.metadata.tables) == set().union(*groups)
    assert sum(map(len, groups)) == len(set().union(*groups))


@pytest.mark.usefixtures("year")
def test_what_no_ledger_reads_is_out_of_reach() -> None:
    with ledger_as_of(at("2026-06-01")) as session, pytest.raises(ProgrammingError, match="UndefinedColumn"):
        session.execute(text("SELECT id FROM campaign"))
