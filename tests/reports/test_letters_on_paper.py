"""The letters as LibreOffice prints them: how many pages, in which fonts, and that each says which page it is."""

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from models.document import DocumentKind
from tests.office import HEAD, at, carry, report
from tests.reports.known_office import Office
from tests.reports.letters import written

NEEDED = ("soffice", "pdftotext")
ABSENT = [program for program in NEEDED if shutil.which(program) is None]

pytestmark = pytest.mark.skipif(bool(ABSENT), reason=f"没有安装 {'、'.join(ABSENT)}，未检验打印效果")

K = DocumentKind
PAGES = {
    K.ASSIGNMENT: 2,
    K.SUPERVISION: 2,
    K.URGING: 1,
    K.SECOND_ROUND: 2,
    K.FILING: 1,
    K.EXTENSION: 1,
    K.REPLY: 1,
    K.REPORT: 2,
    K.UPWARD: 2,
}


@pytest.fixture(scope="module")
def folder(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write and print one letter of each kind."""
    folder = tmp_path_factory.mktemp("letters")
    common = report("OFFICE_COMPLAINT", number="QZ-90", received_at=at("2026-05-19"))
    carry(common, to="report-to-leaders", instead={"classification": {"problem_class": "COMMON"}})
    superior = report("SUPERIOR_TRANSFER", number="市治庸〔2026〕9号", received_at=at("2026-05-19"))
    carry(superior, to="write-off", instead={"classification": {"problem_class": "SUPERIOR"}})
    about = {K.SECOND_ROUND: office.again, K.FILING: office.again, K.DOSSIER: office.again, K.REPLY: office.done}
    about |= {K.REPORT: common, K.UPWARD: superior}
    for kind in DocumentKind:
        letter = written(kind, about.get(kind, office.bulletin), by=HEAD)
        (folder / f"{kind.value}.docx").write_bytes(letter.content)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    files = [*folder.glob("*.docx")]
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, *files],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return folder


def pages(pdf: Path) -> list[str]:
    """Return the words of each page, without blanks."""
    found = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, text=True).stdout
    return [re.sub(r"\s", "", page) for page in found.split("\f") if page.strip()]


@pytest.mark.parametrize("kind", list(DocumentKind), ids=lambda kind: kind.value)
def test_a_letter_has_its_pages_and_ends_with_the_office_and_the_date(kind: DocumentKind, folder: Path) -> None:
    found = pages(folder / f"{kind.value}.pdf")
    assert len(found) == PAGES.get(kind, len(found))
    assert "区治庸问责办2026年5月19日" in found[-1]
    assert [page.endswith(f"—{number}—") for number, page in enumerate(found, 1)] == [True] * len(found)


@pytest.mark.parametrize("kind", list(DocumentKind), ids=lambda kind: kind.value)
def test_the_office_and_the_date_never_stand_alone_on_a_page(kind: DocumentKind, folder: Path) -> None:
    _, *others = pages(folder / f"{kind.value}.pdf")
    assert not [page for page in others if page.startswith(("区治庸问责办", "（联系人", "特此报告"))]


@pytest.mark.parametrize("kind", list(DocumentKind), ids=lambda kind: kind.value)
def test_a_letter_names_the_fonts_of_the_norm_and_has_its_number(kind: DocumentKind, folder: Path) -> None:
    with zipfile.ZipFile(folder / f"{kind.value}.docx") as zipped:
        written_ = zipped.read("word/document.xml").decode()
    assert {"方正小标宋简体", "仿宋_GB2312"} <= set(re.findall(r'w:eastAsia="([^"]+)"', written_))
    assert "Times New Roman" in written_
    assert re.search(r"洪治庸[办督催重备延函呈报卷表]+〔2026〕[1-9]\d*号", pages(folder / f"{kind.value}.pdf")[0])


def test_the_headings_of_a_long_table_stand_on_each_of_its_pages(folder: Path) -> None:
    found = pages(folder / "dossier.pdf")
    assert sum("序号文件责任者日期" in page for page in found) > 1
