"""`zhiyong letter`: write, list, void, template, for people and for programs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.office import assignment_of, classify, it_is, report

pytestmark = pytest.mark.usefixtures("ledger")

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number)
    return number


def test_a_letter_is_written_listed_and_declared_void(run: Run, number: str) -> None:
    status, done = run("letter", "write", "assignment-order", "2026-1", "--by", "OFF-01", "--json")
    assert (status, done["number"], done["case"], done["again"]) == (0, "洪治庸办〔2026〕1号", number, False)
    assert Path(done["file"]).read_bytes()[:2] == b"PK"
    step = str(assignment_of(number, "receipt-1"))
    assert "此前已发" in run("letter", "write", "交办单", step, "--by", "OFF-01", "--out", "单.docx")[1]
    assert "草稿" in run("letter", "write", "交办单", "2026-1", "--by", "OFF-01", "--draft")[1]
    assert run("letter", "void", "洪治庸办〔2026〕1号", "--by", "OFF-01", "--reason", "写错", "--json")[0] == 0
    status, listed = run("letter", "list", "--case", "2026-1", "--json")
    assert [(each["number"], each["void"]["reason"]) for each in listed["documents"]] == [
        ("洪治庸办〔2026〕1号", "写错")
    ]
    assert "作废：写错" in run("letter", "list", "--kind", "交办单", "--year", "2026")[1]


def test_an_assignment_order_is_written_with_the_workbook_that_it_names(run: Run, number: str) -> None:
    step = str(assignment_of(number, "receipt-1"))
    for target, more in (("2026-1", ()), (step, ("--out", "单.docx")), (step, ("--out", "稿.docx", "--draft"))):
        status, done = run("letter", "write", "交办单", target, "--by", "OFF-01", *more, "--json")
        letter, book = Path(done["file"]), Path(done["workbook"])
        assert (status, book.parent) == (0, letter.parent)
        assert [path.stat().st_mode & 0o777 for path in (letter, book)] == [0o600, 0o600]
        (sheet,) = [each for each in openpyxl.load_workbook(book) if each.sheet_state == "visible"]
        assert sheet.title == f"签收-{step}"
    assert "办理答复表已写入" in run("letter", "write", "交办单", "2026-1", "--by", "OFF-01")[1]
    assert run("letter", "write", "一案一卷", "2026-1", "--by", "OFF-01", "--json")[1]["workbook"] is None


def test_a_template_is_handed_out(run: Run, number: str) -> None:
    status, done = run("letter", "template", "答复函", "--json")
    assert (status, Path(done["file"]).name, Path(done["own"]).name) == (0, "reply-letter.docx", "reply-letter.docx")


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("write", "公函", "2026-1", "--by", "OFF-01"), 2, "usage"),
        (("write", "交办单", "2026-1"), 2, "usage"),
        (("write", "交办单", "2026-9", "--by", "OFF-01"), 1, "unknown-case"),
        (("write", "交办单", "99", "--by", "OFF-01"), 1, "unknown-assignment"),
        (("write", "交办单", "2026-1", "--by", "U01-03"), 1, "not-yours"),
        (("write", "督办通知书", "2026-1", "--by", "OFF-01"), 1, "nothing-to-write"),
        (("write", "答复函", "2026-1", "--by", "OFF-01", "--message", "99"), 1, "unknown-message"),
        (("write", "交办单", "2026-1", "--by", "OFF-01", "--out", "/nowhere/a.docx"), 1, "bad-file"),
        (("void", "1", "--by", "OFF-01", "--reason", "x"), 1, "unknown-document"),
    ],
)
def test_what_cannot_be_done_is_said(run: Run, number: str, words: tuple[str, ...], status: int, code: str) -> None:
    ended, said = run("letter", *words, "--json")
    assert (ended, said["error"]["code"]) == (status, code)
