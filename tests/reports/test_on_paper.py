"""Each report as LibreOffice prints it: its paper, all columns and their headings on every page, an office's fonts."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import openpyxl
import pytest

from models.clock import now
from models.database import transaction
from models.registry import OFFICE
from reports.catalogue import REPORTS
from reports.report import Reader, Scope
from reports.workbook import Imprint, lines_in, write_workbook
from tests.reports.known_office import Office

NEEDED = ("soffice", "pdfinfo", "pdftotext")
MISSING = [program for program in NEEDED if shutil.which(program) is None]
ROWS = 90  # the known office's own, again and again: more than a page holds

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed here: {'、'.join(MISSING)}")


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A report on paper. pages: the words of each, without blanks."""

    workbook: Path
    about: str
    pages: list[str]


@pytest.fixture(scope="module")
def printed(office: Office, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Printed]:
    """Write each report of the known office, with many rows, and print all of them at once."""
    folder = tmp_path_factory.mktemp("paper")
    with transaction() as session:
        scope = Scope(as_of=now(session), reader=Reader(names=True))
        imprint = Imprint(office=f"区{OFFICE}", scope="全部", as_of=scope.as_of, ledger_head="ab" * 32)
        for name, report in REPORTS.items():
            rows = list(islice(cycle(list(report.rows(session, scope))), ROWS))
            write_workbook(report, rows, imprint, folder / f"{name}.xlsx")
    profile = f"-env:UserInstallation=file://{folder}/profile"
    files = sorted(folder.glob("*.xlsx"))
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, *files],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return {file.stem: _read(file) for file in files}


def _read(workbook: Path) -> Printed:
    pdf = workbook.with_suffix(".pdf")
    about = subprocess.run(["pdfinfo", pdf], check=True, capture_output=True, text=True).stdout
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, text=True).stdout
    pages = [re.sub(r"\s", "", page) for page in text.split("\f") if page.strip()]
    return Printed(workbook=workbook, about=about, pages=pages)


@pytest.mark.parametrize("name", REPORTS)
def test_it_is_on_its_paper_across_and_its_pages_are_counted(printed: dict[str, Printed], name: str) -> None:
    report, paper = REPORTS[name], printed[name]
    size = re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", paper.about)
    assert size is not None
    assert f"({report.paper})" in paper.about
    assert (float(size[1]) > float(size[2])) is report.landscape
    count = len(paper.pages)
    assert count >= 2
    assert re.search(rf"Pages:\s+{count}\n", paper.about)
    for number, page in enumerate(paper.pages, 1):
        assert f"第{number}页共{count}页" in page


@pytest.mark.parametrize("name", REPORTS)
def test_every_page_has_every_column_under_its_heading(printed: dict[str, Printed], name: str) -> None:
    report, paper = REPORTS[name], printed[name]
    on_one_line = [each.heading for each in report.columns if lines_in(each.heading, each.width) == 1]
    assert len(on_one_line) > len(report.columns) / 2
    last = report.columns[-1].heading
    for page in paper.pages[:-1]:  # the last may hold the signatures alone
        assert all(heading in page for heading in on_one_line)
        assert all(column.group in page for column in report.columns)
        assert last in page or (last[:2] in page and last[-2:] in page)
    assert "序号" in paper.pages[-1]


@pytest.mark.parametrize("name", REPORTS)
def test_the_title_comes_first_and_the_signatures_last_and_no_row_is_cut(
    printed: dict[str, Printed], name: str
) -> None:
    paper = printed[name]
    assert paper.pages[0].startswith(f"区治庸问责办{REPORTS[name].title}")
    assert "单位主要领导（签字）：" in "".join(paper.pages[-2:])
    assert f"共{ROWS}行；台账校验值：{'ab' * 32}。" in paper.pages[-1]
    assert sum(page.count("合计") for page in paper.pages) == 1


@pytest.mark.parametrize("name", REPORTS)
def test_its_fonts_are_those_of_an_office(printed: dict[str, Printed], name: str) -> None:
    report = REPORTS[name]
    sheet = openpyxl.load_workbook(printed[name].workbook)[report.title]
    heads = 2 if any(column.group for column in report.columns) else 1
    assert sheet["A1"].font.name == "方正小标宋简体"
    headings = {cell.font.name for row in sheet.iter_rows(min_row=3, max_row=2 + heads) for cell in row if cell.value}
    assert headings == {"黑体"}
    body = [cell for row in sheet.iter_rows(min_row=3 + heads, max_row=2 + heads + ROWS) for cell in row if cell.value]
    assert {cell.font.name for cell in body} == {"仿宋_GB2312", "Times New Roman"}
    assert {cell.font.name for cell in body if isinstance(cell.value, str) and not cell.value.isascii()} == {
        "仿宋_GB2312"
    }
