"""What is handed out and goes back, as LibreOffice prints it: 办理答复表, its receipt with what is marked, 对账单."""

import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from flows.answers import collect_answers, hand_out
from models.answer_book import OFFICER
from models.journal import Actor
from models.log_difference import LogDifference
from models.words import Difference
from reports.reconciliation import write_reconciliation
from tests.office import CLERK, carry, classify, it_is, report

NEEDED = ("soffice", "pdftotext", "pdfinfo")
ABSENT = [program for program in NEEDED if shutil.which(program) is None]
pytestmark = [
    pytest.mark.skipif(bool(ABSENT), reason=f"没有安装 {'、'.join(ABSENT)}，未检验打印效果"),
    pytest.mark.usefixtures("ledger"),
]
FONTS = {"方正小标宋简体", "黑体", "仿宋_GB2312", "Times New Roman"}


def on_paper(file: Path) -> tuple[list[str], str]:
    """Print a workbook; return the words of its pages, without blanks, and what is said of its paper."""
    profile = f"-env:UserInstallation=file://{file.parent}/profile"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", file.parent, file],
        check=True,
        capture_output=True,
        timeout=300,
    )
    pdf = file.with_suffix(".pdf")
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, text=True).stdout
    about = subprocess.run(["pdfinfo", pdf], check=True, capture_output=True, text=True).stdout
    return [re.sub(r"\s", "", page) for page in text.split("\f") if page.strip()], about


def test_an_answer_workbook_and_what_goes_back_are_whole_on_their_pages(tmp_path: Path) -> None:
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number)
    carry(number, to="investigation-1")
    file = tmp_path / "答复表.xlsx"
    file.write_bytes(hand_out(number, unit=None, actor=Actor(code=CLERK))[1])
    pages, about = on_paper(file)
    assert "A4" in about
    assert len(pages) > 1
    for page in pages:  # the headings come again, and so does the last column
        assert "项目填写内容说明" in page
    assert "办理答复表（单位调查）" in pages[0]
    sheet = openpyxl.load_workbook(file).worksheets[0]
    titles = [re.sub(r"\s", "", str(row[0].value)) for row in sheet.iter_rows(min_row=4) if row[0].value]
    assert all(title in "".join(pages) for title in titles)
    assert {cell.font.name for row in sheet for cell in row if cell.value} <= FONTS
    book = openpyxl.load_workbook(file)
    for line in book.worksheets[0].iter_rows(min_row=4):
        if line[3].value in (OFFICER, "finding"):
            line[1].value = "U01-04" if line[3].value == OFFICER else "也许"
    book.save(file)
    (back,) = collect_answers(file, actor=Actor(code=CLERK), out=tmp_path)
    returned = tmp_path / "回执.xlsx"
    shutil.copy(back["receipt_file"], returned)
    pages, about = on_paper(returned)
    assert "A4" in about
    assert pages[0].startswith("办理答复表回执")
    assert "不在可选范围内" in pages[0]


def test_a_reconciliation_is_whole_on_its_pages_with_its_headings_on_each(tmp_path: Path) -> None:
    it_is("2026-05-06")
    day = date(2026, 5, 6)
    lines = [
        LogDifference(what=Difference.NOT_REGISTERED, number=f"XF-{at}", where=f"Sheet1第{at}行", logged_on=day)
        for at in range(1, 61)
    ]
    file = tmp_path / "对账单.xlsx"
    assert write_reconciliation(lines, file, line="行风连线", first=day, last=day) == 60
    pages, about = on_paper(file)
    assert "A4" in about
    assert len(pages) > 1
    for page in pages[:-1]:
        assert "差异来源编号线路记录位置" in page
        assert "说明" in page
    assert "XF-60" in "".join(pages)
    assert "单位主要领导（签字）：" in "".join(pages[-2:])
    sheet = openpyxl.load_workbook(file).worksheets[0]
    assert {cell.font.name for row in sheet for cell in row if cell.value} <= FONTS
