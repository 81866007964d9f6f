"""`zhiyong bulletin`: load, list, show, for people and for programs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deployments.demo.run import SAMPLE
from flows.conductor import advance
from tests.office import CLERK, PROPAGANDA, act, classify, filled, it_is

Run = Callable[..., tuple[int, Any]]
BULLETIN = str(SAMPLE / "bulletin.docx")


@pytest.fixture(autouse=True)
def _in_june(ledger: str) -> None:
    it_is("2026-06-01")


def test_an_issue_is_taken_in_listed_and_shown(run: Run) -> None:
    status, taken = run("bulletin", "load", BULLETIN, "--by", PROPAGANDA, "--json")
    cases = [f"洪治庸〔2026〕{number}号" for number in (1, 2, 3)]
    assert (status, taken) == (
        0,
        {
            "bulletin": "2026年第11期",
            "issued_on": "2026-05-29",
            "items": 3,
            "registered": 3,
            "already_known": False,
            "similar": 0,
            "cases": cases,
        },
    )
    advance(cases[0])
    classify(cases[0])
    it_is("2026-06-05")
    act(cases[0], "opinion-tracking-1", CLERK, **filled("opinion-tracking"))
    status, said = run("bulletin", "show", "2026年第11期")
    assert status == 0
    assert "消退" in said
    assert "2026-06-05" in said
    status, found = run("bulletin", "show", "2026-11", "--json")
    assert [each["case"] for each in found["items"]] == cases
    status, found = run("bulletin", "list", "--json")
    assert (found["year"], found["missing"], found["bulletins"][0]["open"]) == (2026, [], 3)
    assert "2026年第11期" in run("bulletin", "list")[1]


def test_a_second_time_it_says_so_and_a_dry_run_registers_nothing(run: Run) -> None:
    assert "可以收入；尚未登记" in run("bulletin", "load", BULLETIN, "--by", CLERK, "--dry-run")[1]
    assert run("bulletin", "list", "--json")[1]["bulletins"] == []
    assert "登记 3 条" in run("bulletin", "load", BULLETIN, "--by", CLERK)[1]
    status, said = run("bulletin", "load", BULLETIN, "--by", CLERK)
    assert (status, "此前已经收入，未作改动" in said) == (0, True)


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("load", BULLETIN, "--by", "U01-03"), 1, "not-yours"),
        (("load", BULLETIN, "--by", "NOBODY"), 1, "unknown-officer"),
        (("load", BULLETIN, "--by", CLERK, "--issue", "12"), 1, "bad-file"),
        (("load", BULLETIN, "--by", CLERK, "--date", "2026-05-30"), 1, "bad-file"),
        (("load", BULLETIN, "--by", CLERK, "--issue", "0"), 2, "usage"),
        (("load", BULLETIN), 2, "usage"),
        (("show", "2026-12"), 1, "unknown-bulletin"),
        (("show", "十二"), 2, "usage"),
    ],
)
def test_what_cannot_be_is_refused_in_chinese(run: Run, words: tuple[str, ...], status: int, code: str) -> None:
    ended, said = run("bulletin", *words, "--json")
    assert (ended, said["error"]["code"]) == (status, code)
    assert run("bulletin", "list", "--json")[1]["bulletins"] == []


def test_what_is_no_bulletin_says_where_it_fails(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "快报.docx"
    file.write_bytes(b"PK\x03\x04")
    status, said = run("bulletin", "load", str(file), "--by", CLERK, "--json")
    assert (status, said["error"]) == (1, {"code": "bad-file", "message": "“快报.docx”已损坏，无法读出。"})
