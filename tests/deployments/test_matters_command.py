"""`zhiyong matters`: list, accept, reject, for people and for programs."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.office import CLERK, HEAD, at, it_is, report

Run = Callable[..., tuple[int, Any]]


@pytest.fixture(autouse=True)
def _three_people_report_one_matter(ledger: str) -> None:
    it_is("2026-05-06")
    for number, who in enumerate(("我", "家里老人", "同事"), 1):
        said = f"乙二路办事大厅取号要等一天，{who}跑了三趟，窗口说系统坏了，让改日再来。"
        report(
            number=f"Q-{number}", subject="办事大厅取号难", text=said, phone=f"1390000000{number}", name=f"刘某{number}"
        )


def test_a_matter_is_listed_accepted_and_shown_with_its_cases(run: Run) -> None:
    status, found = run("matters", "list", "--json")
    (matter,) = found["matters"]
    assert (status, matter["people"], matter["tendency"], found["suggested"]) == (0, 3, "苗头性", 1)
    assert (found["from"], found["to"], matter["example"]) == ("2026-02-06", "2026-05-06", None)
    said = run("matters", "list", "--by", CLERK)[1]
    assert "建议列为一类（苗头性）" in said
    assert "取号要等一天" in said
    status, ruled = run("matters", "accept", str(matter["matter"]), "--by", HEAD, "--reason", "三人反映", "--json")
    assert (status, ruled["accepted"], ruled["to_reclassify"]) == (0, True, matter["cases"])
    assert "已列为一类" in run("matters", "list")[1]
    assert "已认定列为一类" in run("case", matter["cases"][0])[1]
    assert run("case", matter["cases"][0], "--json")[1]["matter"]["label"] == matter["label"]


def test_a_matter_is_rejected_with_a_reason(run: Run) -> None:
    matter = str(run("matters", "list", "--json")[1]["matters"][0]["matter"])
    status, said = run("matters", "reject", matter, "--by", HEAD, "--reason", "系统已修复")
    assert (status, "不列为一类" in said) == (0, True)
    assert "不列为一类" in run("matters", "list")[1]
    assert "已认定不列为一类" in run("case", "2026-1")[1]


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("list", "--by", "U01-01"), 1, "not-yours"),
        (("list", "--by", "NOBODY"), 1, "unknown-officer"),
        (("list", "--unit", "U99"), 1, "unknown-unit"),
        (("list", "--from", "2026-05-06", "--to", "2026-05-01"), 1, "wrong-period"),
        (("list", "--from", "2026-05-07"), 1, "wrong-period"),
        (("list", "--from", "昨天"), 2, "usage"),
        (("accept", "1"), 2, "usage"),
        (("accept", "x", "--by", HEAD, "--reason", "r"), 2, "usage"),
        (("accept", "99", "--by", HEAD, "--reason", "r"), 1, "unknown-matter"),
        (("accept", "1", "--by", CLERK, "--reason", "r"), 1, "not-yours"),
        (("accept", "1", "--by", HEAD, "--reason", " "), 1, "reason-missing"),
        (("reject", "1", "--by", HEAD, "--reason", "r", "--to", "1950-01-01"), 1, "unknown-matter"),
        (("list", "--from", "1949-01-01", "--to", "2100-12-31"), 0, ""),
    ],
)
def test_what_is_refused_says_why(run: Run, words: tuple[str, ...], status: int, code: str) -> None:
    ended, said = run("matters", *words, "--json")
    assert (ended, said.get("error", {}).get("code", "")) == (status, code)


def test_a_matter_that_was_accepted_is_not_accepted_again(run: Run) -> None:
    words = ("matters", "accept", "1", "--by", HEAD, "--reason", "三人反映", "--json")
    assert run(*words)[0] == 0
    assert run(*words)[1]["error"]["code"] == "already-ruled"


def test_what_nobody_reported_twice_is_an_empty_list(run: Run) -> None:
    it_is("2027-05-06")
    report(number="N-1", subject="路灯不亮", text="公园路灯坏了。", received_at=at("2027-05-06"))
    status, said = run("matters", "list")
    assert (status, "共 0 个问题" in said) == (0, True)
