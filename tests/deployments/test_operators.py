"""The operators by command: what each prints for programs and for people, and how each is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from flows.conductor import advance
from models.clock import Clock
from models.database import transaction
from tests.office import CLERK, HEAD, act, assignment_of, carry, classify, filled, it_is, open_steps, report

Run = Callable[..., tuple[int, Any]]
WHY = ("--reason", "工作需要")


@pytest.fixture
def number(ledger: str) -> str:
    """A case of 6 May 2026 whose investigation by U01 is open."""
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number)
    carry(number, to="investigation-1")
    return number


def step(number: str, name: str = "investigation-1") -> str:
    """Return the number of a step's assignment, as it is typed."""
    return str(assignment_of(number, name))


def test_a_report_is_returned_and_taken_back(run: Run, number: str) -> None:
    carry(number, to="sign-off-1")
    words = ("return", step(number, "sign-off-1"), "--to", "investigation-1", "--by", "U01-01", *WHY)
    assert run(*words, "--json") == (0, {"accepted": True, "case": number, "step": "investigation-1"})
    advance(number)
    assert open_steps(number) == ["investigation-1-b"]
    assert run(*words, "--json")[1]["error"]["code"] == "withdrawn"
    carry(number, to="sign-off-1-b")
    status, said = run("take-back", "2026-1", "investigation-1", "--by", "U01-04", *WHY)
    assert (status, said.strip()) == (0, f"{number}：investigation-1 的办理意见已拿回，待重新办理。")
    assert run("take-back", number, "investigation-1", "--by", "U01-04", *WHY, "--json")[1]["error"]["code"] == (
        "unknown-step"
    )


def test_straight_back_is_said(run: Run, number: str) -> None:
    carry(number, to="sign-off-1")
    words = ("return", step(number, "sign-off-1"), "--to", "receipt-1", "--straight-back", "--by", "U01-01", *WHY)
    status, said = run(*words)
    assert (status, said.strip()) == (0, f"{number}：已退回 receipt-1，办后直接回到本环节。")
    advance(number)
    act(number, "receipt-1-b", "U01-03", **filled("receipt"))
    assert open_steps(number) == ["sign-off-1-b"]


def test_a_step_is_transferred_and_an_old_page_is_stale(run: Run, number: str) -> None:
    words = ("transfer", step(number), "--to", "U01-05", "--by", "U01-04", *WHY, "--version")
    assert run(*words, "1", "--json") == (0, {"accepted": True, "case": number, "step": "investigation-1"})
    assert run(*words, "1", "--json")[1]["error"]["code"] == "stale-version"
    assert run("todo", "--by", "U01-05", "--json")[1]["assignments"][0]["owner"] == "U01-05"


def test_a_delegate_s_answer_is_said_to_have_gone_back(run: Run, number: str) -> None:
    words = (step(number), "--to", "U01-03", "--by", "U01-04", *WHY)
    assert run("delegate", *words)[1].strip() == (f"{number}：investigation-1 已委派 U01-03 拟办，办理仍由承办人负责。")
    data = json.dumps(filled("investigation"))
    answer = ("answer", step(number), "--data", data, "--by")
    assert run(*answer, "U01-03", "--json") == (
        0,
        {"accepted": True, "case": number, "step": "investigation-1", "draft": True},
    )
    assert run("delegate", *words)[0] == 0
    assert run(*answer, "U01-03")[1].strip() == f"{number}：investigation-1 拟办意见已交回承办人，由承办人办理。"
    assert run(*answer, "U01-04", "--json") == (0, {"accepted": True, "case": number, "step": "investigation-1"})


def test_somebody_stands_in_until_it_is_ended(run: Run, number: str) -> None:
    words = ("substitute", "U01-04", "--by", "U01-04", *WHY)
    period = ("--with", "U01-02", "--from", "2026-05-06", "--to", "2026-05-08")
    assert run(*words, *period, "--json") == (0, {"accepted": True, "case": None, "step": "substitute"})
    assert run(*words, *period, "--json")[1]["error"]["code"] == "cannot-substitute"
    assert run("todo", "--by", "U01-02", "--json")[1]["assignments"][0]["step"] == "investigation-1"
    assert run(*words, "--end")[1].strip() == "U01-04 的代理已终止。"
    assert run("todo", "--by", "U01-02", "--json")[1]["assignments"] == []
    assert run(*words, *period)[1].strip() == "U01-04 自 2026-05-06 至 2026-05-08 由 U01-02 代理（签字背书除外）。"


def test_more_time_is_asked_for(run: Run, number: str) -> None:
    words = ("extend", step(number), "--by", "U01-04", *WHY, "--days")
    assert run(*words, "14", "--json")[1]["error"]["code"] == "cannot-extend"
    assert run(*words, "5", "--json") == (0, {"accepted": True, "case": number, "step": "extension-approval-1"})
    advance(number)
    approve = ("answer", step(number, "extension-approval-1"), "--by", HEAD, "--data", '{"agreed": true}')
    assert run(*approve)[0] == 0
    opened = run("case", number, "--json")[1]["open"]
    assert [each["due_on"] for each in opened if each["step"] == "investigation-1"] == ["2026-05-29"]


def test_urging_and_instructions_have_numbers(run: Run, number: str) -> None:
    assert run("urge", step(number), "--by", CLERK, *WHY, "--json") == (
        0,
        {"accepted": True, "case": number, "step": "investigation-1", "number": "洪治庸催〔2026〕1号"},
    )
    words = ("supervise", "2026-1", "--by", HEAD)
    given = ("--basis", "领导批示", "--instruction", "限期解决", "--leader", "区长", "--every", "2")
    assert run(*words, *given, "--json") == (
        0,
        {"accepted": True, "case": number, "step": "supervise", "number": "洪治庸督〔2026〕1号"},
    )
    status, said = run(*words, "--lift", *WHY)
    assert (status, said.strip()) == (0, f"{number}：洪治庸督〔2026〕1号 已解除。")
    assert run(*words, "--lift", *WHY, "--json")[1]["error"]["code"] == "cannot-supervise"


def test_a_case_is_laid_to_rest_and_woken(run: Run, number: str) -> None:
    words = ("2026-1", "--by", HEAD, *WHY)
    assert run("suspend", *words, "--json") == (0, {"accepted": True, "case": number, "step": "suspend"})
    assert run("suspend", *words, "--json")[1]["error"]["code"] == "case-suspended"
    assert run("case", number, "--json")[1]["status"] == "SUSPENDED"
    assert run("wake", *words)[1].strip() == f"{number}：已恢复办理，挂起期间的时限已补回。"
    assert run("wake", *words, "--json")[1]["error"]["code"] == "not-suspended"


def test_a_sweep_tells_and_its_notices_are_listed(run: Run, number: str) -> None:
    swept = {"reminded": 0, "urged": 1, "escalated": 0}
    assert run("sweep", "--now", "2026-05-25T08:30", "--json") == (0, swept)
    assert run("sweep")[1].strip() == "提醒 0 件，催办 0 件，通报 0 件。"
    status, listed = run("notices", "--by", "U01-04", "--json")
    (notice,) = listed["notices"]
    assert (status, notice["to"], notice["subject"]) == (0, "U01-04", "催办通知书：1 项待办")
    assert notice["items"][0]["case"] == number
    said = run("notices")[1]
    assert all(each in said for each in ("2026-05-25 08:30　U01-04　催办通知书", number, "共 2 份通知。"))
    assert run("notices", "--by", "U02-04")[1].strip() == "没有通知。"
    for nobody in ("NOBODY", ""):
        assert run("notices", "--by", nobody, "--json")[1]["error"]["code"] == "unknown-officer"


def test_swept_on_a_day_its_morning_is_meant_and_of_a_weekend_the_next(run: Run, number: str) -> None:
    swept = {"reminded": 0, "urged": 1, "escalated": 0}
    assert run("sweep", "--now", "2026-05-24", "--json") == (0, {**swept, "urged": 0, "reminded": 0})
    assert run("sweep", "--now", "2026-05-25", "--json") == (0, swept)
    assert run("notices", "--json")[1]["notices"][0]["at"] == "2026-05-25T00:00:00+00:00"


def test_a_real_ledger_keeps_its_time(run: Run, number: str) -> None:
    with transaction() as session:
        clock = session.get_one(Clock, 1)
        clock.simulated, clock.at = False, None
    status, said = run("sweep", "--now", "2026-05-25T08:30", "--json")
    assert (status, said["error"]["code"]) == (1, "real-ledger")
    assert run("notices", "--json") == (0, {"notices": []})


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    "words",
    [
        ("return", "1", "--by", CLERK, *WHY),
        ("return", "1", "--to", "receipt-1", "--by", CLERK),
        ("return", "一", "--to", "receipt-1", "--by", CLERK, *WHY),
        ("take-back", "2026-1", "--by", CLERK, *WHY),
        ("transfer", "1", "--by", CLERK, *WHY),
        ("delegate", "1", "--to", "U01-03", *WHY),
        ("substitute", "U01-04", "--by", "U01-04", *WHY),
        ("substitute", "U01-04", "--with", "U01-02", "--from", "2026-05-06", "--by", "U01-04", *WHY),
        ("substitute", "U01-04", "--end", "--with", "U01-02", "--by", "U01-04", *WHY),
        ("substitute", "U01-04", "--with", "U01-02", "--from", "5月6日", "--to", "2026-05-08", "--by", "U01-04", *WHY),
        ("extend", "1", "--days", "0", "--by", CLERK, *WHY),
        ("extend", "1", "--days", "三", "--by", CLERK, *WHY),
        ("urge", "1", "--by", CLERK),
        ("supervise", "2026-1", "--by", HEAD),
        ("supervise", "2026-1", "--by", HEAD, "--lift"),
        ("supervise", "2026-1", "--by", HEAD, "--lift", "--every", "2", *WHY),
        (
            "supervise",
            "2026-1",
            "--by",
            HEAD,
            "--basis",
            "会议",
            "--instruction",
            "办",
            "--leader",
            "区长",
            "--every",
            "2",
        ),
        ("suspend", "2026-1", "--by", HEAD),
        ("wake", "2026-1", *WHY),
        ("sweep", "--now", "明天"),
        ("notices", "--by"),
    ],
)
def test_wrong_usage_is_said_in_chinese(words: tuple[str, ...], run: Run) -> None:
    status, said = run(*words)
    assert (status, said.startswith("用法有误：")) == (2, True), said


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("return", "{}", "--to", "classification", "--by", "U01-04", *WHY), "cannot-return"),
        (("return", "{}", "--to", "receipt-1", "--by", "U02-04", *WHY), "not-yours"),
        (("return", "{}", "--to", "receipt-1", "--by", "U01-04", "--reason", " "), "reason-missing"),
        (("return", "999", "--to", "receipt-1", "--by", "U01-04", *WHY), "unknown-assignment"),
        (("take-back", "2026-1", "receipt-1", "--by", "U01-04", *WHY), "not-yours"),
        (("take-back", "2026-9", "receipt-1", "--by", "U01-03", *WHY), "unknown-case"),
        (("transfer", "{}", "--to", "U02-04", "--by", "U01-04", *WHY), "cannot-hand-over"),
        (("transfer", "{}", "--to", "U01-99", "--by", "U01-04", *WHY), "unknown-officer"),
        (("delegate", "{}", "--to", "U01-04", "--by", "U01-04", *WHY), "cannot-hand-over"),
        (("substitute", "U01-99", "--end", "--by", "U01-04", *WHY), "unknown-officer"),
        (("extend", "{}", "--days", "1", "--by", "U01-03", *WHY), "not-yours"),
        (("urge", "{}", "--by", "U01-03", *WHY), "not-yours"),
        (("suspend", "2026-1", "--by", CLERK, *WHY), "not-yours"),
    ],
)
def test_a_refusal_has_its_code_and_a_sentence(words: tuple[str, ...], code: str, run: Run, number: str) -> None:
    status, said = run(*(step(number) if word == "{}" else word for word in words), "--json")
    assert (status, said["error"]["code"]) == (1, code)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in said["error"]["message"])


def test_a_case_shows_what_was_arranged(run: Run, number: str) -> None:
    run("extend", step(number), "--by", "U01-04", "--reason", "涉及多部门", "--days", "5")
    given = ("--basis", "领导批示", "--instruction", "限期解决", "--leader", "区长", "--every", "2")
    run("supervise", "2026-1", "--by", HEAD, *given)
    run("suspend", "2026-1", "--by", HEAD, "--reason", "待司法鉴定")
    shown = run("case", "2026-1", "--by", HEAD, "--json")[1]
    assert [(each["asked"], each["reason"], each["agreed"]) for each in shown["extensions"]] == [
        ("investigation-1 延长5个工作日（现时限 2026年5月22日）", "涉及多部门", None)
    ]
    assert [(each["number"], each["instruction"]) for each in shown["supervisions"]] == [
        ("洪治庸督〔2026〕1号", "限期解决")
    ]
    assert [(each["reason"], each["woken_at"]) for each in shown["suspensions"]] == [("待司法鉴定", None)]
    said = run("case", "2026-1", "--by", "U01-03")[1]
    for line in (
        "延期1（待审批）：investigation-1 延长5个工作日（现时限 2026年5月22日），U01-04 申请，理由：涉及多部门",
        "洪治庸督〔2026〕1号（督办中）：领导批示，区长，每2个工作日报告：限期解决",
        "挂起：2026-05-06 09:00 起，尚未唤醒，理由：待司法鉴定",
    ):
        assert line in said
    assert "限期解决" not in run("case", "2026-1")[1]
