"""The report on a self-inspection of sixty units as LibreOffice prints it: two pages, and no column cut."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from reports.campaign_report import write_campaign_report
from reports.campaign_tables import PROBLEMS, REPEATS, UNITS
from tests.campaigns_of_sixty import bad_campaign, three_campaigns

NEEDED = ("soffice", "pdftotext")
ABSENT = [program for program in NEEDED if shutil.which(program) is None]

pytestmark = pytest.mark.skipif(bool(ABSENT), reason=f"没有安装 {'、'.join(ABSENT)}，未检验打印效果")


@pytest.fixture(scope="module")
def folder(shared_ledger: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write and print the report in a usual half-year and in a bad one."""
    folder = tmp_path_factory.mktemp("paper")
    for name, period, go_by in (("usual", "2026-06", three_campaigns), ("bad", "2026-12", bad_campaign)):
        go_by()
        workbook, letter = map(Path, write_campaign_report(period, folder)["files"])
        workbook.rename(folder / f"{name}-workbook.xlsx")
        letter.rename(folder / f"{name}-letter.docx")
    profile = f"-env:UserInstallation=file://{folder}/profile"
    files = [*folder.glob("*.xlsx"), *folder.glob("*.docx")]
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, *files],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return folder


def pages(pdf: Path) -> list[str]:
    """Return the words of each page, without blanks."""
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, text=True).stdout
    return [re.sub(r"\s", "", page) for page in text.split("\f") if page.strip()]


@pytest.mark.parametrize("name", ["usual", "bad"])
def test_the_document_has_two_pages_and_the_date_is_on_the_second(folder: Path, name: str) -> None:
    first, second = pages(folder / f"{name}-letter.pdf")
    assert "一、报送情况" in first
    assert "附件：" in second
    assert re.search(r"区治庸问责办202[67]年\d+月\d+日", second)
    assert (first[-3:], second[-3:]) == ("—1—", "—2—")


@pytest.mark.parametrize("name", ["usual", "bad"])
def test_the_overview_is_one_page_with_its_charts(folder: Path, name: str) -> None:
    first, second = pages(folder / f"{name}-workbook.pdf")[:2]
    for title in ("逾期、待补正、未报送的单位（个）", "三个方面发现的问题（个）", "重复问题（个）和转为案件（件）"):
        assert title in first
    assert "待确认" in first
    assert "单位情况" in second


def test_every_page_of_a_list_has_all_its_columns(folder: Path) -> None:
    lists = [[column.heading for column in columns] for columns in (UNITS, REPEATS, PROBLEMS)]
    found = [page for page in pages(folder / "usual-workbook.pdf") if "序号" in page]
    assert len(found) > len(lists)
    for page in found:
        assert any(all(heading in page for heading in headings) for headings in lists)


def test_each_page_says_which_it_is(folder: Path) -> None:
    found = pages(folder / "usual-workbook.pdf")
    assert [f"第{number}页共{len(found)}页" in page for number, page in enumerate(found, 1)] == [True] * len(found)
