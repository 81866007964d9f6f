"""Whether a line's own log and the register agree (O32): counts, and the rows on which they differ."""

from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from models.database import transaction
from models.journal import SYSTEM, Entry
from models.refusals import BadFile, UnknownChannel
from models.words import Difference
from reports.reconciliation import write_reconciliation
from tasks.intake import take_in
from tasks.reconcile import Reconciled, reconcile
from tests.office import it_is

pytestmark = pytest.mark.usefixtures("ledger")

LINE = "CONDUCT_LINE"


@pytest.fixture(autouse=True)
def register(ledger: str, tmp_path: Path) -> None:
    """Three messages of the 行风连线 of May 2026 are registered, and one of another line."""
    it_is("2026-05-20")
    registered = {LINE: ("A-1,2026-05-04", "A-2,2026-05-05", "A-3,2026-05-06"), "MAYOR_LINE": ("A-9,2026-05-05",)}
    for channel, rows in registered.items():
        take_in(log(tmp_path, *rows, head="编号,时间,内容", text=",窗口办事拖延"), channel=channel, actor=SYSTEM)


def log(folder: Path, *rows: str, head: str = "编号,时间", text: str = "") -> Path:
    """Write a line's log."""
    path = folder / "log.csv"
    path.write_text("\n".join([head, *(row + text for row in rows)]), encoding="utf-8-sig")
    return path


def differences(found: Reconciled) -> list[tuple[Difference, str]]:
    """Return what differs, and on which number."""
    return [(each.what, each.number) for each in found.lines]


def test_log_and_register_agree(tmp_path: Path) -> None:
    found = reconcile(log(tmp_path, "A-1,2026-05-04", "A-2,2026-05-05", "A-3,2026-05-06"), channel=LINE, actor=SYSTEM)
    assert found.agrees
    assert (found.logged, found.registered, found.agreed) == (3, 3, 3)
    assert (found.first, found.last) == (date(2026, 5, 4), date(2026, 5, 6))


def test_each_difference_is_named_with_its_row(tmp_path: Path) -> None:
    found = reconcile(
        log(tmp_path, "A-1,2026-05-04", "A-2,2026-05-03", "A-4,2026-05-06", "A-5,某日"), channel=LINE, actor=SYSTEM
    )
    assert differences(found) == [
        (Difference.NOT_REGISTERED, "A-4"),
        (Difference.NOT_LOGGED, "A-3"),
        (Difference.ANOTHER_DAY, "A-2"),
        (Difference.UNREADABLE, ""),
    ]
    assert (found.logged, found.registered, found.agreed) == (3, 3, 1)
    not_registered, not_logged, another_day, unreadable = found.lines
    assert not_registered.where.endswith("第4行")
    assert not_logged.case == "洪治庸〔2026〕3号"
    assert (another_day.logged_on, another_day.registered_on) == (date(2026, 5, 3), date(2026, 5, 5))
    assert "时间无法识别" in unreadable.why


def test_what_lies_outside_the_days_is_not_compared(tmp_path: Path) -> None:
    path = log(tmp_path, "A-2,2026-05-05", "A-7,2026-05-09")
    found = reconcile(path, channel=LINE, actor=SYSTEM, from_day=date(2026, 5, 5), to_day=date(2026, 5, 5))
    assert found.agrees
    assert (found.logged, found.registered) == (1, 1)


def test_a_line_without_any_message_in_its_days_is_compared_when_the_days_are_named(tmp_path: Path) -> None:
    path = log(tmp_path)
    with pytest.raises(BadFile):
        reconcile(path, channel=LINE, actor=SYSTEM)
    days = {"from_day": date(2026, 5, 1), "to_day": date(2026, 5, 4)}
    assert differences(reconcile(path, channel=LINE, actor=SYSTEM, **days)) == [(Difference.NOT_LOGGED, "A-1")]


def test_the_numbers_of_another_line_are_not_its_own(tmp_path: Path) -> None:
    found = reconcile(log(tmp_path, "A-9,2026-05-05"), channel=LINE, actor=SYSTEM)
    assert differences(found) == [(Difference.NOT_REGISTERED, "A-9"), (Difference.NOT_LOGGED, "A-2")]


def test_an_unknown_line_and_an_unreadable_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownChannel):
        reconcile(log(tmp_path, "A-1,2026-05-04"), channel="NO_SUCH_LINE", actor=SYSTEM)
    with pytest.raises(BadFile):
        reconcile(tmp_path / "missing.xlsx", channel=LINE, actor=SYSTEM)


def test_a_comparison_is_journalled_with_its_counts_and_no_text(tmp_path: Path) -> None:
    reconcile(log(tmp_path, "A-1,2026-05-04", "A-8,2026-05-04"), channel=LINE, actor=SYSTEM)
    with transaction() as session:
        entry = session.scalars(select(Entry).where(Entry.what == "reconcile")).one()
    assert entry.detail == {
        "channel": LINE,
        "from": "2026-05-04",
        "to": "2026-05-04",
        "logged": 2,
        "registered": 1,
        "differences": {"NOT_REGISTERED": 1},
    }


def test_the_sheet_holds_every_difference_as_text(tmp_path: Path) -> None:
    found = reconcile(log(tmp_path, "=1+1,2026-05-04", "A-1,2026-05-04"), channel=LINE, actor=SYSTEM)
    target = tmp_path / "对账单.xlsx"
    assert write_reconciliation(found.lines, target, line=found.title, first=found.first, last=found.last) == 1
    sheet = load_workbook(target).active
    assert sheet is not None
    cells = [cell.value for row in sheet.iter_rows() for cell in row]
    assert "线路有记录，未登记" in cells
    assert "=1+1" in cells or "1+1" in cells
