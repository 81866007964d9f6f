"""Agenda, form and minutes of a joint meeting as LibreOffice prints them: pages, fonts, and no column cut."""

import re
import shutil
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import pytest

from models.database import transaction
from models.meeting_file import COLUMNS
from reports.agenda_document import ACTION_HEADINGS, ITEM_HEADINGS, agenda_document
from reports.meeting_agenda import read_agenda
from reports.minutes_book import minutes_book
from reports.minutes_document import HEADINGS, minutes_document
from tasks.meetings_shown import find_meeting
from tests.meetings import meet
from tests.office import CLERK, act, it_is
from tests.reports.known_office import Office

NEEDED = ("soffice", "pdftotext")
ABSENT = [program for program in NEEDED if shutil.which(program) is None]

pytestmark = pytest.mark.skipif(bool(ABSENT), reason=f"没有安装 {'、'.join(ABSENT)}，未检验打印效果")

LONG = "由牵头单位一周内公开办事流程和办理时限，增设一个综合窗口，安排专人引导，并将整改情况书面报区委宣传部。"
PAGES = {"agenda": 3, "minutes": 2, "form": 4}


@pytest.fixture(scope="module")
def folder(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hold a meeting, go on for a week, write what the next one needs, and print it."""
    folder = tmp_path_factory.mktemp("meeting")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(folder)
        actions = [
            (office.bulletin, LONG, "U01", date(2026, 5, 29)),
            (office.bulletin, "配合调整公交站点。", "U02", date(2026, 5, 22)),
            (office.exposed, "约谈窗口负责人。", "U01", None),
            (office.again, "当面道歉。", "U01", date(2026, 5, 20)),
        ]
        meet(actions, date(2026, 5, 19))
    it_is("2026-05-26")
    act(office.again, "meeting-action-1", "U01-03", result="已当面道歉，群众表示理解。")
    agenda = read_agenda(by=CLERK)
    with transaction() as session:
        minutes = minutes_document(session, find_meeting(session, "2026-1"))
    for name, content in (
        ("agenda.docx", agenda_document(agenda)),
        ("minutes.docx", minutes),
        ("form.xlsx", minutes_book(agenda)),
    ):
        (folder / name).write_bytes(content)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    files = [folder / name for name in ("agenda.docx", "minutes.docx", "form.xlsx")]
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


@pytest.mark.parametrize("name", PAGES)
def test_each_has_its_pages(name: str, folder: Path) -> None:
    assert len(pages(folder / f"{name}.pdf")) == PAGES[name]


@pytest.mark.parametrize(("name", "day"), [("agenda", "2026年5月26日"), ("minutes", "2026年5月19日")])
def test_a_document_numbers_its_pages_and_ends_with_the_office_and_the_date(name: str, day: str, folder: Path) -> None:
    found = pages(folder / f"{name}.pdf")
    assert f"区治庸问责办{day}" in found[-1]
    assert [page.endswith(f"—{number}—") for number, page in enumerate(found, 1)] == [True] * len(found)


@pytest.mark.parametrize("name", ["agenda", "minutes"])
def test_a_document_names_the_fonts_of_the_norm(name: str, folder: Path) -> None:
    with zipfile.ZipFile(folder / f"{name}.docx") as zipped:
        written = zipped.read("word/document.xml").decode()
    fonts = {"方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"}
    assert set(re.findall(r'w:eastAsia="([^"]+)"', written)) - {"zh-CN"} == fonts
    assert "Times New Roman" in written


def test_the_headings_of_a_table_stand_on_each_of_its_pages_and_no_column_is_cut(folder: Path) -> None:
    items, actions, minutes = ("".join(each) for each in (ITEM_HEADINGS, ACTION_HEADINGS, HEADINGS))
    agenda = pages(folder / "agenda.pdf")
    assert [actions in page for page in agenda] == [True, False, False]
    assert [page.count(items) for page in agenda] == [0, 2, 0]
    assert [minutes in page for page in pages(folder / "minutes.pdf")] == [True, True]
    assert "区委宣传部。" in "".join(pages(folder / "minutes.pdf"))


def test_the_form_has_all_its_columns_on_each_page_and_says_which_it_is(folder: Path) -> None:
    found = pages(folder / "form.pdf")
    assert ["".join(COLUMNS) in page for page in found] == [True, True, False, False]
    assert "".join(ITEM_HEADINGS) in found[2]
    assert "".join(ACTION_HEADINGS) in found[3]
    assert [f"第{number}页共{len(found)}页" in page for number, page in enumerate(found, 1)] == [True] * len(found)
