"""The command as scripts and people meet it: one JSON object, exit status, Chinese text, never a traceback."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deployments.command import zhiyong
from tests.office import CLERK, HEAD, assignment_of, at, classify, file, handle, it_is, report

Run = Callable[..., tuple[int, Any]]
CLASSIFY = {"outcome": "ACCEPT", "problem_class": "GENERAL", "grade": "DAILY", "unit": "U01", "summary": "窗口拖延"}


def test_a_ledger_command_imports_neither_prefect_nor_pandas(ledger: str) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.argv = ['zhiyong', 'todo', '--json']\n"
            "from deployments.command import main\nmain()\n"
            "print(sorted({'prefect', 'pandas', 'alembic', 'openpyxl'} & sys.modules.keys()), file=sys.stderr)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["assignments"] == []
    assert done.stderr.strip() == "[]"


@pytest.mark.usefixtures("ledger")
def test_a_case_is_answered_and_shown_by_command(run: Run) -> None:
    it_is("2026-05-06")
    number = report()
    status, listed = run("todo", "--by", CLERK, "--json")
    (mine,) = listed["assignments"]
    assert (status, mine["case"], mine["step"], mine["role"], mine["unit"], mine["light"]) == (
        0,
        number,
        "classification",
        "office-clerk",
        None,
        "green",
    )
    assert (mine["due_on"], mine["version"], mine["form"]["properties"]["outcome"]["title"]) == (
        "2026-05-07",
        1,
        "处理意见",
    )
    words = ("answer", str(mine["assignment"]), "--by", CLERK, "--data", json.dumps(CLASSIFY), "--version", "1")
    assert run(*words, "--json") == (0, {"accepted": True, "case": number, "step": "classification"})
    status, error = run(*words, "--json")
    assert (status, error["error"]["code"]) == (1, "already-answered")
    status, shown = run("case", "2026-1", "--json", "--wait-step", "classification")
    assert (status, shown["number"], shown["unit"], shown["problem_class"]) == (0, number, "U01", "GENERAL")
    assert [each["what"] for each in shown["history"]] == ["register", "open", "answer", "refused"]
    assert run("cases", "--text", "窗口 拖延", "--json")[1]["cases"][0]["number"] == number
    assert run("cases", "--text", "噪声", "--json")[1]["cases"] == []
    assert run("verify", "--json")[1]["ok"] is True


@pytest.mark.usefixtures("ledger")
def test_refusals_are_chinese_and_end_with_status_1(run: Run) -> None:
    it_is("2026-05-06")
    number = report()
    assignment = str(assignment_of(number, "classification"))
    for words, code in (
        (("answer", assignment, "--by", "U01-01", "--data", json.dumps(CLASSIFY)), "not-yours"),
        (("answer", assignment, "--by", "NOBODY", "--data", "{}"), "unknown-officer"),
        (("answer", assignment, "--by", CLERK, "--data", "{}"), "invalid-form"),
        (("answer", assignment, "--by", CLERK, "--data", "{not json"), "invalid-form"),
        (("answer", assignment, "--by", CLERK, "--data", "[]"), "invalid-form"),
        (("answer", assignment, "--by", CLERK, "--data", "@没有这个文件"), "invalid-form"),
        (("answer", assignment, "--by", CLERK, "--data", json.dumps(CLASSIFY), "--version", "7"), "stale-version"),
        (("answer", "999", "--by", CLERK, "--data", "{}"), "unknown-assignment"),
        (("case", "2026-99"), "unknown-case"),
        (("case", "乱写"), "unknown-case"),
        (("case", "2026-1", "--wait-step", "write-off", "--timeout", "0"), "timeout"),
        (("message", "show", "999", "--by", CLERK), "unknown-message"),
        (("todo", "--by", "NOBODY"), "unknown-officer"),
        (("todo", "--unit", "U99"), "unknown-unit"),
        (("intake", "没有这个文件.xlsx", "--channel", "CONDUCT_LINE"), "bad-file"),
        (("intake", __file__, "--channel", "NO_SUCH"), "unknown-channel"),
        (("report", "no-such"), "unknown-report"),
    ):
        status, error = run(*words, "--json")
        assert (status, error["error"]["code"]) == (1, code), words
        assert any("\u4e00" <= letter <= "\u9fff" for letter in error["error"]["message"])


@pytest.mark.usefixtures("ledger")
def test_wrong_usage_ends_with_status_2_in_chinese(run: Run) -> None:
    for words in (
        ("anser",),
        ("answer",),
        ("answer", "1", "--by", CLERK),
        ("answer", "一", "--by", CLERK, "--data", "{}"),
        ("todo", "--no-such"),
        ("registry", "load"),
        ("cases", "--status", "NO_SUCH"),
        ("report",),
        ("report", "problem-ledger", "--from", "2026/5/6"),
    ):
        status, said = run(*words)
        assert (status, said.startswith("用法有误：")) == (2, True), (words, said)
    status, error = run("answer", "--json")
    assert (status, error["error"]["code"]) == (2, "usage")


@pytest.mark.usefixtures("ledger")
def test_people_read_chinese(run: Run) -> None:
    it_is("2026-05-06")
    number = report()
    status, said = run("todo")
    assert status == 0
    assert all(each in said for each in (number, "分类登记", "治庸问责办经办人", "绿 正常", "共 1 项"))
    classify(number)
    handle(number)
    file(number)
    status, said = run("case", "2026-1")
    assert all(each in said for each in ("反馈　第1轮", "拟定公示文本 publication-1", "状态变化", "U01-01"))
    assert "用法：zhiyong" in run("--help")[1]
    assert "问题台账" in run("report", "--list")[1]


@pytest.mark.usefixtures("ledger")
def test_a_workbook_comes_in_and_a_ledger_goes_out(run: Run, tmp_path: Path) -> None:
    it_is("2026-06-01")
    sample = Path(__file__).parents[2] / "deployments" / "sample" / "messages.xlsx"
    copy = tmp_path / "来件.xlsx"
    copy.write_bytes(sample.read_bytes())
    status, taken = run("intake", str(copy), "--json")
    assert status == 1  # four rows are bad on purpose
    assert (taken["rows"], taken["registered"], taken["rejected"], taken["similar"]) == (79, 75, 4, 2)
    assert Path(taken["rejects_file"]).exists()
    assert run("intake", str(copy), "--json")[1]["already_known"] == 75
    out = tmp_path / "台账.xlsx"
    status, written = run("report", "problem-ledger", "--out", str(out), "--json")
    assert (status, written["rows"], written["file"]) == (0, 75, str(out))
    assert len(written["ledger_head"]) == 64
    assert written["as_of"].startswith(at("2026-06-01").date().isoformat())


@pytest.mark.usefixtures("ledger")
def test_a_call_by_hand_its_identity_and_a_merge(run: Run, tmp_path: Path) -> None:
    it_is("2026-05-06")
    words = ("message", "add", "--channel", "OFFICE_COMPLAINT", "--by", CLERK, "--name", "来件人甲", "--json")
    status, first = run(*words, "--phone", "13800001234", "--text", "甲一路窗口办证拖了一个月没有回音")
    assert (status, first["case"], first["similar_to"]) == (0, "洪治庸〔2026〕1号", None)
    status, second = run(*words, "--text", "甲一路窗口办证拖了一个月没有回音！")
    assert second["similar_to"] == first["message"]
    merged = run("merge", str(second["message"]), "--into", "2026-1", "--by", CLERK, "--reason", "同一事项", "--json")
    assert merged == (0, {"accepted": True, "case": first["case"], "step": "merge"})
    assert run("case", "2026-2", "--json")[1]["status"] == "MERGED"
    status, found = run("identity", "2026-1", "--by", CLERK, "--reason", "回访", "--json")
    assert (found["name"], found["phone"]) == ("来件人甲", "13800001234")
    paper = tmp_path / "来信.pdf"
    paper.write_bytes(b"%PDF-1.4")
    assert run("message", "attach", str(first["message"]), str(paper), "--by", CLERK)[0] == 0
    shown = run("message", "show", str(first["message"]), "--by", CLERK, "--json")[1]
    assert (shown["contact"], shown["attachments"][0]["name"]) == ("138****1234", "来信.pdf")


@pytest.mark.usefixtures("ledger")
def test_the_person_reported_sees_nothing_of_his_case(run: Run) -> None:
    it_is("2026-05-06")
    number = report()
    classify(number, subjects=["U01-03"])
    assert run("todo", "--by", "U01-03", "--json")[1]["assignments"] == []
    assert run("case", "2026-1", "--by", "U01-03", "--json")[1]["error"]["code"] == "conflict-of-interest"
    assert run("case", "2026-1", "--by", HEAD, "--json")[0] == 0


@pytest.mark.usefixtures("empty_ledger")
def test_the_registry_is_loaded_and_shown(run: Run) -> None:
    status, error = run("intake", __file__, "--channel", "CONDUCT_LINE", "--json")
    assert (status, error["error"]["code"]) == (1, "registry-empty")
    status, counts = run("registry", "load", "--sample", "--json")
    assert (status, counts["units"], counts["channels"], counts["points"]) == (0, 64, 21, 20)
    shown = run("registry", "show", "--json")[1]
    assert len(shown["units"]) == 64
    assert {"code", "name", "unit", "roles"} <= shown["officers"][0].keys()
    assert {"code", "name", "aliases", "feedback"} <= shown["channels"][0].keys()


def test_every_command_has_a_chinese_help_page() -> None:
    for name, command in zhiyong.commands.items():
        assert command.help, name
        assert any("\u4e00" <= letter <= "\u9fff" for letter in command.help), name
