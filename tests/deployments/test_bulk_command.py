"""`zhiyong bulk`: lists, tables and standard input; one object with a result per item; exit status 1 if some failed."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from xlsxwriter import Workbook

from flows.conductor import advance
from tests.office import CLERK, act, assignment_of, carry, classify, it_is, open_steps, report

Run = Callable[..., tuple[int, Any]]
CONTACT = "U01-03"


@pytest.fixture
def numbers(ledger: str) -> list[str]:
    """Two cases of 6 May 2026 whose receipts by U01 are open."""
    it_is("2026-05-06")
    made = [report("OFFICE_COMPLAINT", number=f"N-{n}", text=f"第{n}件") for n in range(2)]
    for number in made:
        classify(number)
    return made


def steps(numbers: list[str], step: str = "receipt-1") -> list[int]:
    """Return the assignments of one step of each case."""
    return [assignment_of(number, step) for number in numbers]


def test_a_list_of_numbers_is_answered_alike(run: Run, numbers: list[str]) -> None:
    first, second = steps(numbers)
    words = ("bulk", "answer", f"{first},{second}", "--by", CONTACT, "--data", '{"received": true}')
    status, said = run(*words, "--json")
    assert (status, said["done"], said["refused"]) == (0, 2, 0)
    assert said["results"][0] == {
        "row": 1,
        "assignment": first,
        "case": numbers[0],
        "step": "receipt-1",
        "accepted": True,
        "error": None,
    }
    status, said = run(*words)
    assert status == 1
    assert all(each in said for each in (numbers[0], "receipt-1", "未办", "该待办已有人办理", "已办 0 件，未办 2 件"))


def test_a_workbook_is_answered_row_by_row(run: Run, numbers: list[str], tmp_path: Path) -> None:
    first, second = steps(numbers)
    path = tmp_path / "签收.xlsx"
    with Workbook(path) as book:
        sheet = book.add_worksheet()
        for at, cells in enumerate(
            (
                ["四月签收清单"],
                ["待办编号", "案件", "签收", "退回理由", "版本"],
                [first, numbers[0], "是", "", 1],
                [second, numbers[1], "否", "属区教育局职责", 4],
            )
        ):
            sheet.write_row(at, 0, cells)
    status, said = run("bulk", "answer", str(path), "--by", CONTACT, "--json")
    assert (status, said["done"], said["refused"]) == (1, 1, 1)
    assert [(each["row"], each["accepted"]) for each in said["results"]] == [(3, True), (4, False)]
    assert said["results"][1]["error"]["code"] == "stale-version"
    advance(numbers[0])
    assert open_steps(numbers[0]) == ["investigation-1"]


def test_standard_input_is_read(run: Run, numbers: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def typed(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    first, second = steps(numbers)
    typed(f"{first}\n{second}\n")
    status, said = run("bulk", "urge", "-", "--by", CLERK, "--reason", "请抓紧", "--json")
    assert (status, [each["number"] for each in said["results"]]) == (0, ["洪治庸催〔2026〕1号", "洪治庸催〔2026〕2号"])
    assert len(run("notices", "--by", CONTACT, "--json")[1]["notices"]) == 1
    typed(f"待办编号,received\n{first},是\n")
    assert run("bulk", "answer", "-", "--by", CONTACT, "--json")[1]["done"] == 1


def test_steps_are_handed_over_in_bulk(run: Run, numbers: list[str], tmp_path: Path) -> None:
    for number in numbers:
        carry(number, to="investigation-1")
    first, second = steps(numbers, "investigation-1")
    words = ("bulk", "transfer", f"{first} {second}", "--by", "U01-04")
    status, said = run(*words, "--to", "U01-05", "--reason", "承担专项任务", "--json")
    assert (status, said["done"]) == (0, 2)
    path = tmp_path / "转办.csv"
    path.write_text(f"待办编号,接办人,理由\n{first},U01-04,本人返岗\n{second},U02-04,\n", encoding="utf-8-sig")
    status, said = run("bulk", "transfer", str(path), "--by", "U01-01", "--reason", "工作需要", "--json")
    assert (status, said["done"], said["refused"]) == (1, 1, 1)
    assert said["results"][1]["error"]["code"] == "cannot-hand-over"


def test_what_must_be_said_is_asked_for(run: Run, numbers: list[str], tmp_path: Path) -> None:
    first, second = steps(numbers)
    act(numbers[1], "receipt-1", CONTACT, received=True)
    for words in (
        ("bulk", "urge", str(first), "--by", CLERK),
        ("bulk", "transfer", str(first), "--by", CONTACT, "--reason", "工作需要"),
        ("bulk", "transfer", str(first), "--by", CONTACT, "--to", "U01-05"),
        ("bulk", "answer", str(first)),
        ("bulk",),
        ("bulk", "return", str(first), "--by", CONTACT),
    ):
        status, said = run(*words)
        assert (status, said.startswith(("用法有误：", "用法："))) == (2, True), said
    path = tmp_path / "催办.csv"
    path.write_text(f"待办编号,理由\n{first},请抓紧\n{second},\n", encoding="utf-8")
    status, said = run("bulk", "urge", str(path), "--by", CLERK, "--json")
    assert (status, said["error"]["code"]) == (1, "bad-file")
    assert "第3行没有写明理由" in said["error"]["message"]
    assert run("notices", "--json")[1]["notices"] == []


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("没有这个文件.xlsx", None, "不存在或无法打开"),
        ("空.csv", "", "须有“待办编号”一列"),
        ("错.csv", "待办编号\n一\n", "A2 待办编号应为系统给出的编号"),
        ("坏.xlsx", "PK\x03\x04", "不是可读的工作簿"),
    ],
)
def test_a_bad_file_says_where_and_why_and_nothing_is_done(
    name: str, content: str | None, why: str, run: Run, numbers: list[str], tmp_path: Path
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_text(content, encoding="utf-8")
    status, said = run("bulk", "answer", str(path), "--by", CONTACT, "--data", '{"received": true}', "--json")
    assert (status, said["error"]["code"]) == (1, "bad-file")
    assert why in said["error"]["message"]
    assert open_steps(numbers[0]) == ["receipt-1"]


def test_a_folder_is_no_list_and_a_list_no_file(run: Run, numbers: list[str], tmp_path: Path) -> None:
    first, _ = steps(numbers)
    status, said = run("bulk", "answer", str(tmp_path), "--by", CONTACT, "--json")
    assert (status, said["error"]["code"]) == (1, "bad-file")
    status, said = run("bulk", "answer", "", "--by", CONTACT, "--json")
    assert (status, said["error"]["message"]) == (1, "没有写明文件。")
    assert run("bulk", "answer", f"{first},{first}", "--by", CONTACT, "--json")[1]["error"]["code"] == "bad-file"
    assert run("bulk", "answer", "0", "--by", CONTACT, "--json")[1]["error"]["code"] == "bad-file"
    assert run("bulk", "answer", str(first), "--by", CONTACT, "--data", "[", "--json")[1]["error"]["code"] == (
        "invalid-form"
    )
