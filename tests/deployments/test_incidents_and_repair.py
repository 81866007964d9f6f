"""The commands of administrators: what is stuck, and the ways out."""

from collections.abc import Callable
from typing import Any

import pytest

from models.journal import Entry
from settings import settings
from tasks.lease import hold_lease
from tests.office import HEAD, act, classify, it_is, open_steps, report, rows_of

Run = Callable[..., tuple[int, Any]]
pytestmark = pytest.mark.usefixtures("ledger")


@pytest.fixture
def number() -> str:
    """A case that U01 investigates."""
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number)
    act(number, "receipt-1", "U01-03", received=True)
    return number


def test_incidents_as_json(run: Run, number: str) -> None:
    status, said = run("incidents", "--json")
    assert status == 0
    assert said == {
        "incidents": [
            {
                "kind": "no-worker",
                "case": None,
                "what": "没有工作进程在运行：办理后不会转入下一步，通知也不会发出",
                "since": None,
                "how": "执行 zhiyong up",
            }
        ]
    }


def test_incidents_for_people(run: Run, number: str) -> None:
    it_is("2026-05-06", "10:00")
    settings().notices.write_text("urls: [")
    status, said = run("incidents")
    assert status == 0
    assert "没有工作进程" in said
    assert f"{number} " in said
    assert "2026-05-06 09:00" in said
    assert "通知渠道配置文件：第 1 行附近不符合 YAML 格式" in said
    assert "共 3 项。" in said


def test_no_incidents_for_people(run: Run) -> None:
    hold_lease("a-worker", running=0)
    assert run("incidents") == (0, "没有故障。\n")


def test_each_way_out(run: Run, number: str) -> None:
    by = ("--by", HEAD, "--reason", "人员已调离", "--json")
    assert run("repair", "2026-1", "--retry", *by) == (0, {"accepted": True, "case": number, "step": "repair"})
    accepted = {"accepted": True, "case": number, "step": "investigation-1"}
    assert run("repair", "2026-1", "--reassign", "U01-05", "--step", "investigation-1", *by) == (0, accepted)
    assert run("repair", "2026-1", "--skip-to", "receipt-1", *by) == (0, accepted | {"step": "receipt-1"})
    entries = [each for each in rows_of(number, Entry) if each.what == "repair"]
    assert [each.detail["way"] for each in entries] == ["retry", "reassign", "skip-to"]
    _, said = run("case", "2026-1")
    assert said.count("运维处置") == 3


def test_the_signature_is_not_skipped(run: Run, number: str) -> None:
    status, said = run("repair", "2026-1", "--skip-to", "write-off", "--by", HEAD, "--reason", "催得紧", "--json")
    assert (status, said["error"]["code"]) == (1, "cannot-repair")
    assert said["error"]["message"].startswith(f"{number}：政策规定的环节不能跳过。当前待办——“单位调查”")
    assert open_steps(number) == ["investigation-1"]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--retry", "--skip-to", "receipt-1"),
        ("--retry", "--reassign", "U01-05"),
        ("--retry", "--step", "receipt-1"),
        ("--skip-to", "receipt-1", "--step", "receipt-1"),
    ],
)
def test_exactly_one_way(run: Run, number: str, words: tuple[str, ...]) -> None:
    status, said = run("repair", "2026-1", *words, "--by", HEAD, "--reason", "理由", "--json")
    assert (status, said["error"]["code"]) == (2, "usage")
