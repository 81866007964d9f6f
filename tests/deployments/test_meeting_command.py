"""`zhiyong meeting`: agenda, record, minutes, list, show, for people and for programs."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.meetings import filled, walk_woken
from tests.office import CLERK, HEAD, act, classify, it_is, report

Run = Callable[..., tuple[int, Any]]
NUMBER = "洪治庸联〔2026〕1号"


@pytest.fixture(autouse=True)
def _an_item_of_the_bulletin(ledger: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    it_is("2026-05-06")
    classify(report("OPINION_BULLETIN", number="第3期第1条", name="", phone=""))
    it_is("2026-05-07")


@pytest.fixture
def minutes() -> str:
    """The form, filled in with one action for the case."""
    Path("纪要.xlsx").write_bytes(filled([("2026-1", "增设一个窗口", "区发展和改革局", date(2026, 5, 20))]))
    return "纪要.xlsx"


def test_a_meeting_from_its_agenda_to_the_end_of_its_action(run: Run, minutes: str) -> None:
    status, agenda = run("meeting", "agenda", "--by", CLERK, "--json")
    files = ["out/联席办公会议程-20260507.docx", "out/联席办公会会议纪要-20260507.xlsx"]
    assert (status, agenda["files"], agenda["items"], agenda["without_reply"]) == (0, files, 1, 1)
    assert (agenda["cases"], agenda["last_meeting"], agenda["actions_not_done"]) == (["洪治庸〔2026〕1号"], None, 0)
    assert all(Path(each).stat().st_size > 5000 for each in files)
    status, done = run("meeting", "record", minutes, "--by", CLERK, "--json")
    assert (status, done["number"], done["already_known"]) == (0, NUMBER, False)
    assert done["document"] == f"out/联席办公会会议纪要-{NUMBER}.docx"
    assert [(each["case"], each["unit"], each["ends_on"]) for each in done["actions"]] == [
        ("洪治庸〔2026〕1号", "U01", "2026-05-20")
    ]
    walk_woken()
    assert "洪治庸联〔2026〕1号-1：增设一个窗口" in run("todo", "--by", "U01-03")[1]
    act("洪治庸〔2026〕1号", "meeting-action-1", "U01-03", result="已增设")
    (shown,) = run("meeting", "show", "2026-1", "--json")[1]["actions"]
    assert (shown["state"], shown["result"]) == ("DONE", "已增设")
    assert run("meeting", "list", "--json")[1]["meetings"][0]["done"] == 1
    assert "联席会议议定，U01 承办，2026-05-20 前" in run("case", "2026-1")[1]
    assert "联席会议议定事项" in run("case", "2026-1")[1]


def test_people_are_told_in_chinese(run: Run, minutes: str) -> None:
    assert "列入议程 1 件，其中尚未回复 1 件；以前议定事项未办结 0 项。" in run("meeting", "agenda", "--by", HEAD)[1]
    said = run("meeting", "record", minutes, "--by", HEAD)[1]
    assert f"{NUMBER}已登记，议定事项 1 项。" in said
    assert "增设一个窗口" in said
    assert f"{NUMBER}此前已登记，未作改动。" in run("meeting", "record", minutes, "--by", CLERK)[1]
    assert f"{NUMBER}，2026-05-07，办负责人甲主持，区行政投诉中心会议室。" in run("meeting", "show", NUMBER)[1]
    assert "办负责人甲" in run("meeting", "list")[1]


def test_the_minutes_are_written_again_with_the_same_bytes(run: Run, minutes: str) -> None:
    first = Path(run("meeting", "record", minutes, "--by", CLERK, "--json")[1]["document"]).read_bytes()
    it_is("2026-06-30")
    status, done = run("meeting", "minutes", "2026-1", "--out", "再次.docx", "--json")
    assert (status, done["file"], Path("再次.docx").read_bytes()) == (0, "再次.docx", first)
    again = run("meeting", "minutes", NUMBER, "--json")[1]["file"]
    assert Path(again).read_bytes() == first


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("agenda",), 2, "usage"),
        (("agenda", "--by", "U01-03"), 1, "not-yours"),
        (("agenda", "--by", "NOBODY"), 1, "unknown-officer"),
        (("agenda", "--by", CLERK, "--out", "纪要.xlsx"), 1, "bad-file"),
        (("record", "纪要.xlsx"), 2, "usage"),
        (("record", "没有.xlsx", "--by", CLERK), 1, "bad-file"),
        (("record", ".", "--by", CLERK), 1, "bad-file"),
        (("record", "纪要.xlsx", "--by", "U01-03"), 1, "not-yours"),
        (("record", "坏.xlsx", "--by", CLERK), 1, "bad-minutes"),
        (("minutes", "2026-9"), 1, "unknown-meeting"),
        (("show", "一号"), 1, "unknown-meeting"),
        (("show", "2026-1", "--by", "NOBODY"), 1, "unknown-officer"),
        (("list", "--year", "去年"), 2, "usage"),
    ],
)
def test_what_is_refused_says_why(run: Run, minutes: str, words: tuple[str, ...], status: int, code: str) -> None:
    Path("坏.xlsx").write_bytes(filled([("2026-9", "增设一个窗口", "U99", "尽快")]))
    ended, said = run("meeting", *words, "--json")
    assert (ended, said["error"]["code"]) == (status, code)
    assert run("meeting", "list", "--json")[1] == {"meetings": []}


def test_every_fault_is_said_with_its_cell(run: Run) -> None:
    Path("坏.xlsx").write_bytes(filled([("2026-9", "增设一个窗口", "U99", "尽快")]))
    status, said = run("meeting", "record", "坏.xlsx", "--by", CLERK)
    assert status == 1
    for cell in ("B9：没有这个案件编号", "D9：没有这个单位", "E9：不是日期"):
        assert f"【会议纪要】{cell}" in said
