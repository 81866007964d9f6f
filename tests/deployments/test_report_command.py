"""zhiyong report: which reports there are, and for whom one is written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports.catalogue import REPORTS
from reports.periodic_list import PERIODIC
from tests.office import DISCIPLINE, carry, it_is, report
from tests.reports.sheets import every_text

Run = Callable[..., tuple[int, Any]]


def test_the_list_says_what_each_is_on_which_paper_and_by_which_date(run: Run) -> None:
    listed = run("report", "--list", "--json")[1]["reports"]
    assert [each["name"] for each in listed] == [*REPORTS, *PERIODIC]
    assert all(each["about"] and each["dated_by"] and each["paper"] in ("A3", "A4") for each in listed)
    assert all(each["parameters"][-2:] == ["as-of", "by"] for each in listed)
    said = run("report", "--list")[1]
    assert all(word in said for word in ("supervision-ledger", "督办台账", "交办日", "A3", "A4"))


@pytest.mark.usefixtures("ledger")
def test_a_report_is_written_for_somebody(run: Run, tmp_path: Path) -> None:
    it_is("2026-05-06")
    ruling = {"outcome": "DIRECT", "problem_class": "SUPERIOR"}
    carry(report("SUPERIOR_COVERT_VISIT", number="SJ-1"), to="write-off", instead={"classification": ruling})
    out = tmp_path / "台账.xlsx"
    words = ("report", "accountability-ledger", "--out", str(out), "--json")
    assert run(*words)[0] == 0
    assert "卫某乙" not in every_text(out)
    assert run(*words, "--by", DISCIPLINE)[0] == 0
    assert "卫某乙" in every_text(out)
    for by, code in (("U01-03", "not-yours"), ("X", "unknown-officer")):
        status, said = run(*words, "--by", by)
        assert (status, said["error"]["code"]) == (1, code)


@pytest.mark.usefixtures("ledger")
def test_a_report_of_the_last_whole_month_is_written_and_says_of_which_days(run: Run, tmp_path: Path) -> None:
    it_is("2026-05-06")
    report()
    it_is("2026-06-03")
    out = tmp_path / "月报.xlsx"
    status, said = run("report", "monthly", "--out", str(out), "--json")
    assert status == 0
    assert said["period"] == ["2026-05-01", "2026-05-31"]
    assert said["rows"] == 1
    assert "2026年5月治庸问责月报" in every_text(out)
    status, said = run("report", "monthly", "--as-of", "2026-06-30", "--out", str(out), "--json")
    assert (status, said["error"]["code"]) == (1, "wrong-period")


@pytest.mark.usefixtures("ledger")
def test_a_ledger_is_written_as_of_a_day_or_a_moment(run: Run, tmp_path: Path) -> None:
    it_is("2026-05-06")
    report()
    it_is("2026-05-07", "15:00")
    report(number="A-2")
    it_is("2026-05-08")
    words = ("report", "problem-ledger", "--out", str(tmp_path / "台账.xlsx"), "--json", "--as-of")
    for as_of, rows, said_as in (
        ("2026-05-06", 1, "2026-05-06T23:59:59+08:00"),
        ("2026-05-07T14:59", 1, "2026-05-07T14:59:00+08:00"),
        ("2026-05-07", 2, "2026-05-07T23:59:59+08:00"),
        ("2026-05-08", 2, "2026-05-08T09:00:00+08:00"),
    ):
        status, said = run(*words, as_of)
        assert (status, said["rows"], said["as_of"]) == (0, rows, said_as)
    for as_of in ("2026-05-05", "2026-05-08T09:01"):
        status, said = run(*words, as_of)
        assert (status, said["error"]["code"]) == (1, "wrong-scope")
    assert run(*words, "昨天")[0] == 2
