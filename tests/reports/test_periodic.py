"""The periodic reports: every figure of a small known office by hand, its totals with SQL on a busy one."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from models.refusals import WrongPeriod
from reports.periodic_period import Period, PeriodKind
from reports.periodic_rates import Counted
from reports.periodic_report import Wanted, shelve_periodic_report, write_periodic_report
from settings import settings
from tests.office import at
from tests.reports.known_month import MAY as KNOWN
from tests.reports.known_office import Office

MAY = {"from_day": date(2026, 5, 1), "to_day": date(2026, 5, 31)}


def book(tmp_path: Path, name: str = "monthly", **wanted: Any) -> Any:
    """Write a report and read it back, with what the formulas come to."""
    write_periodic_report(name, Wanted(**(MAY | wanted)), out=tmp_path / "r.xlsx")
    return openpyxl.load_workbook(tmp_path / "r.xlsx", data_only=True)


def overview(found: Any) -> dict[str, Any]:
    """Return the first page's figures and rates by their names; rates with their n."""
    said: dict[str, Any] = {}
    for row in found["总体情况"].iter_rows(values_only=True):
        if isinstance(row[1], int):
            said[row[0].strip()] = row[1]
            said[row[4]] = (row[5], row[7])
    return said


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("sheet", KNOWN)
def test_each_sheet_of_the_known_month_cell_by_cell(tmp_path: Path, sheet: str) -> None:
    rows = [read(row) for row in book(tmp_path)[sheet].iter_rows(values_only=True)]
    said = [row for row in rows if row and not str(row[0]).startswith("说明：")]
    assert said[0][0].startswith("2026年5月治庸问责月报")
    assert said[1] == ["填报单位：区治庸问责办　　数据截至：2026年5月19日"]
    if sheet == "比率":  # beside each rate stands how it is reckoned
        said = [row[:6] for row in said]
    assert said[2:] == KNOWN[sheet]


def read(row: tuple[Any, ...]) -> list[Any]:
    """Return a row without the empty cells at its end; days as days, shares to four digits."""
    cells = [
        each.date() if isinstance(each, datetime) else round(each, 4) if isinstance(each, float) else each
        for each in row
    ]
    while cells and cells[-1] is None:
        cells.pop()
    return cells


@pytest.mark.usefixtures("office")
def test_the_known_month_has_these_sheets(tmp_path: Path) -> None:
    assert book(tmp_path).sheetnames == list(KNOWN)


@pytest.mark.usefixtures("office")
def test_origins_and_channels_add_up_to_what_came(tmp_path: Path) -> None:
    rows = [row[:2] for row in book(tmp_path)["来件分布"].iter_rows(values_only=True)]
    assert ("投诉受理", 4) in rows
    assert ("媒体舆情", 2) in rows
    assert ("责任单位发现", 1) in rows
    assert ("上级交办", 0) in rows
    assert ("区长专线", 4) in rows
    assert [count for label, count in rows if label == "合计"][:4] == [7, 7, 7, 7]


def test_of_nothing_there_is_no_rate_and_of_two_none_is_told() -> None:
    assert Counted(hits=0, n=0).shown == "—"
    assert Counted(hits=2, n=2).shown == "样本不足"
    assert Counted(hits=2, n=3).shown == 2 / 3


@pytest.mark.usefixtures("office")
def test_a_month_without_anything_prints_dashes(tmp_path: Path) -> None:
    said = overview(book(tmp_path, from_day=date(2026, 3, 1), to_day=date(2026, 3, 31)))
    assert said["收到来件"] == 0
    assert {said[name] for name in ("响应率", "解决率", "满意率", "按期办结率", "销号率", "重办率")} == {("—", 0)}


def test_as_of_a_day_what_came_later_does_not_count(office: Office, tmp_path: Path) -> None:
    early = overview(book(tmp_path, as_of=at("2026-05-06", "12:00")))
    assert (early["收到来件"], early["办结"], early["启动二次办理"]) == (7, 0, 0)
    classes = [
        row[:2] for row in book(tmp_path, as_of=at("2026-05-06", "12:00"))["来件分布"].iter_rows(values_only=True)
    ]
    assert classes.count(("未分类", 7)) == 2  # class and grade
    late = overview(book(tmp_path, as_of=at("2026-05-07", "12:00")))
    assert (late["办结"], late["启动二次办理"], late["一案双查"]) == (1, 1, 0)


@pytest.mark.usefixtures("office")
def test_the_same_ledger_gives_the_same_bytes_and_has_its_charts(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_periodic_report("monthly", Wanted(**MAY), out=tmp_path / f"{name}.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["总体情况"]
    assert len(sheet._charts) == 3
    assert "台账校验值" in str(sheet.cell(sheet.max_row, 1).value)
    assert sheet.page_setup.paperSize == 9


@pytest.mark.usefixtures("office")
def test_days_that_lie_ahead_are_refused(tmp_path: Path) -> None:
    for wanted in ({"from_day": date(2026, 7, 1)}, {"from_day": date(2026, 5, 9), "to_day": date(2026, 5, 8)}):
        with pytest.raises(WrongPeriod):
            write_periodic_report("monthly", Wanted(**wanted), out=tmp_path / "r.xlsx")


def test_the_last_whole_periods_and_those_before() -> None:
    today = date(2026, 1, 1)
    assert PeriodKind.WEEKLY.last_whole(today) == Period(from_day=date(2025, 12, 22), to_day=date(2025, 12, 28))
    assert PeriodKind.HALF_YEARLY.last_whole(today) == Period(from_day=date(2025, 7, 1), to_day=date(2025, 12, 31))
    year = PeriodKind.YEARLY.last_whole(today)
    assert PeriodKind.YEARLY.before_this(year) == Period(from_day=date(2024, 1, 1), to_day=date(2024, 12, 31))
    named = Period(from_day=date(2026, 3, 10), to_day=date(2026, 3, 19))
    assert PeriodKind.MONTHLY.before_this(named) == Period(from_day=date(2026, 2, 28), to_day=date(2026, 3, 9))


@pytest.mark.usefixtures("office")
def test_a_list_longer_than_a_sheet_goes_on_in_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.periodic_workbook.MOST_ROWS", 4)
    found = book(tmp_path)
    first, second = found["案件明细"], found["案件明细（2）"]
    numbers = [row[1] for sheet in (first, second) for row in sheet.iter_rows(min_row=4, values_only=True) if row[1]]
    assert numbers == [f"洪治庸〔2026〕{number}号" for number in range(1, 8)]


@pytest.mark.usefixtures("office")
def test_each_unit_that_had_anything_to_do_gets_its_own_on_the_shelf(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ZHIYONG_HOME", str(tmp_path))
    title, page = shelve_periodic_report("monthly", Wanted(**MAY), each_unit=True)
    names = sorted(each.stem for each in settings().reports.rglob("*.xlsx"))
    assert title in names
    assert len(names) == 3  # the district, 区发展和改革局, 区教育局
    assert sum("区教育局" in each for each in names) == sum("区发展和改革局" in each for each in names) == 1
    assert "各单位的工作簿 2 份" in page
    shelve_periodic_report("monthly", Wanted(**MAY), each_unit=True)
    assert sorted(each.stem for each in settings().reports.rglob("*.xlsx")) == names
