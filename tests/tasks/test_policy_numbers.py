"""Policy numbers as the office sees and sets them: dated, with a reason, and never for what is open already."""

import json
import sys
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from deployments.command import main
from models.assignment import Assignment
from models.calendar import OutsideCalendar
from models.database import transaction
from models.journal import Actor, Entry
from models.policy import DEFAULT, TITLES, Measured, PolicyNumber, default_numbers, policy_number
from models.refusals import ImplausibleNumber, NotRetroactive, NotYours, ReasonMissing, UnknownNumber, UnknownOfficer
from models.steps import STEPS
from models.words import Grade, Kind
from tasks.calendar_file import load_calendar
from tasks.policy_numbers import set_number, show_numbers
from tasks.verify import verify
from tests.office import CLERK, HEAD, act, assignment_of, classify, it_is, report

pytestmark = pytest.mark.usefixtures("ledger")


def set_it(key: str, value: int, valid_from: str = "2026-05-06", by: str = HEAD, **other: Any) -> dict[str, Any]:
    """Set a number, for a reason."""
    return set_number(
        key,
        value,
        valid_from=date.fromisoformat(valid_from),
        actor=Actor(code=by),
        reason=other.pop("reason", "区治庸问责领导小组会议确定"),
        **other,
    )


def shown(key: str, **which: object) -> list[tuple[int, str, str, bool]]:
    return [
        (each["value"], each["valid_from"], each["source"], each["in_force"])
        for each in show_numbers(key)
        if all(each[name] == value for name, value in which.items())
    ]


def entries(what: str) -> list[Entry]:
    with transaction() as session:
        return list(session.scalars(select(Entry).where(Entry.case_id.is_(None), Entry.what == what)))


def investigating(number: str = "A-1") -> Assignment:
    """Bring a case to its investigation; return that assignment."""
    case = report(number=number)
    classify(case)
    act(case, "receipt-1", "U01-03", received=True)
    return assigned(case)


def assigned(case: str) -> Assignment:
    with transaction() as session:
        return session.get_one(Assignment, assignment_of(case, "investigation-1"))


# What is shown.


def test_every_number_has_a_chinese_title_and_every_step_a_number() -> None:
    assert {each.key for each in default_numbers()} == set(TITLES)
    assert len(set(TITLES.values())) == len(TITLES)
    assert {step.limit for step in STEPS.values()} <= set(TITLES)


def test_the_defaults_are_labelled_as_such_and_none_is_stated_by_the_document() -> None:
    numbers = show_numbers()
    assert len(numbers) == len(default_numbers())
    assert {(each["source"], each["stated"], each["in_force"]) for each in numbers} == {(DEFAULT, False, True)}
    assert [each["grade"] for each in show_numbers("sign-off")] == ["DAILY", "SUDDEN", "EMERGENCY"]
    assert show_numbers("investigation")[1] == {
        "key": "investigation",
        "title": "单位调查时限",
        "grade": "DAILY",
        "kind": "COMPLAIN",
        "value": 13,
        "measured": "WORKING_DAYS",
        "valid_from": "2015-01-01",
        "source": "默认，非文件规定",
        "stated": False,
        "in_force": True,
    }
    with pytest.raises(UnknownNumber):
        show_numbers("lunch-break")


def test_past_present_and_coming_numbers_stand_side_by_side() -> None:
    it_is("2026-05-06")
    set_it("filing", 4, grade=Grade.DAILY)
    set_it("filing", 2, "2026-07-01", grade=Grade.DAILY, source="洪治庸办〔2026〕3号")
    assert shown("filing", grade="DAILY") == [
        (3, "2015-01-01", DEFAULT, False),
        (4, "2026-05-06", "区定", True),
        (2, "2026-07-01", "区定：洪治庸办〔2026〕3号", False),
    ]
    it_is("2026-07-01")
    assert [in_force for *_, in_force in shown("filing", grade="DAILY")] == [False, False, True]
    assert shown("filing", grade="SUDDEN") == [(1, "2015-01-01", DEFAULT, True)]


# What a new number does.


def test_a_running_assignment_keeps_the_number_it_was_opened_under() -> None:
    it_is("2026-05-06")
    running = investigating()
    assert running.due_on == date(2026, 5, 22)
    set_it("investigation", 20, grade=Grade.DAILY, kind=Kind.COMPLAIN)
    later = investigating("A-2")
    assert later.due_on == date(2026, 6, 2)
    with transaction() as session:
        kept = session.get_one(Assignment, running.id)
        assert (kept.due_on, kept.version, kept.limit.value, kept.limit.source) == (date(2026, 5, 22), 1, 13, DEFAULT)
        assert session.get_one(Assignment, later.id).limit.source == "区定"


def test_a_running_assignment_keeps_its_number_also_when_the_calendar_changes(tmp_path: Any) -> None:
    it_is("2026-05-06")
    running = investigating()
    set_it("investigation", 20, grade=Grade.DAILY, kind=Kind.COMPLAIN)
    set_it("end-of-work", 17 * 60)
    (tmp_path / "a.csv").write_text("日期,类型\n2026-05-15,放假\n", encoding="utf-8")
    load_calendar(tmp_path / "a.csv", actor=Actor(code=CLERK))
    with transaction() as session:
        moved = session.get_one(Assignment, running.id)
        assert (moved.due_on, moved.limit_id, moved.limit.value) == (date(2026, 5, 25), running.limit_id, 13)


def test_a_number_holds_from_its_day_and_not_before() -> None:
    it_is("2026-05-06")
    set_it("receipt", 2, "2026-05-13", grade=Grade.DAILY)
    with transaction() as session:
        found = [
            policy_number(session, "receipt", on=date(2026, 5, day), grade=Grade.DAILY).value for day in (6, 12, 13, 31)
        ]
    assert found == [1, 1, 2, 2]


def test_a_slip_is_corrected_for_the_same_day_by_a_later_row() -> None:
    it_is("2026-05-06")
    set_it("write-off", 50, "2026-06-01")
    assert set_it("write-off", 5, "2026-06-01", reason="上次误录")["old"]["value"] == 50
    it_is("2026-06-01")
    assert [(value, in_force) for value, *_, in_force in shown("write-off")] == [(3, False), (50, False), (5, True)]


def test_a_number_for_one_grade_leaves_the_others() -> None:
    it_is("2026-05-06")
    set_it("upward-report", 1, grade=Grade.EMERGENCY)
    with transaction() as session:
        on = date(2026, 5, 6)
        assert policy_number(session, "upward-report", on=on, grade=Grade.EMERGENCY).value == 1
        assert policy_number(session, "upward-report", on=on, grade=Grade.DAILY).value == 5


def test_what_a_limit_counts_may_change_too() -> None:
    it_is("2026-05-06")
    new = set_it("filing", 24, grade=Grade.SUDDEN, measured=Measured.HOURS)
    assert (new["measured"], new["old"]["measured"], new["old"]["value"]) == ("HOURS", "WORKING_DAYS", 1)
    assert set_it("filing", 12, grade=Grade.SUDDEN)["measured"] == "HOURS"


def test_no_number_is_ever_overwritten_or_deleted() -> None:
    with transaction() as session, pytest.raises(DBAPIError, match="does not allow UPDATE on policy_number"):
        session.execute(update(PolicyNumber).values(value=99))


# The journal.


def test_the_journal_keeps_old_new_and_why() -> None:
    it_is("2026-05-06")
    set_it("filing", 4, "2026-06-01", grade=Grade.DAILY, reason="备案积压")
    (entry,) = entries("policy")
    assert entry.actor == HEAD
    assert entry.detail["reason"] == "备案积压"
    assert {name: entry.detail["old"][name] for name in ("value", "valid_from", "source")} == {
        "value": 3,
        "valid_from": "2015-01-01",
        "source": DEFAULT,
    }
    assert {name: entry.detail["new"][name] for name in ("key", "grade", "value", "valid_from", "source")} == {
        "key": "filing",
        "grade": "DAILY",
        "value": 4,
        "valid_from": "2026-06-01",
        "source": "区定",
    }
    assert verify().ok


@pytest.mark.parametrize(
    ("refusal", "key", "value", "other"),
    [
        (NotYours, "filing", 4, {"by": CLERK, "grade": Grade.DAILY}),
        (NotYours, "filing", 4, {"by": "U01-01", "grade": Grade.DAILY}),
        (UnknownOfficer, "filing", 4, {"by": "NOBODY", "grade": Grade.DAILY}),
        (ReasonMissing, "filing", 4, {"reason": "  ", "grade": Grade.DAILY}),
        (UnknownNumber, "lunch-break", 4, {}),
        (NotRetroactive, "filing", 4, {"valid_from": "2026-05-05", "grade": Grade.DAILY}),
        (ImplausibleNumber, "filing", 0, {"grade": Grade.DAILY}),
        (ImplausibleNumber, "filing", -3, {"grade": Grade.DAILY}),
        (ImplausibleNumber, "filing", 3651, {"grade": Grade.DAILY}),
        (ImplausibleNumber, "filing", 10**12, {"grade": Grade.DAILY}),
        (ImplausibleNumber, "filing", 4, {"grade": Grade.DAILY, "measured": Measured.PERCENT}),
        (ImplausibleNumber, "similar-from", 101, {}),
        (ImplausibleNumber, "similar-from", 50, {"measured": Measured.HOURS}),
        (ImplausibleNumber, "end-of-work", 24 * 60, {}),
        (ImplausibleNumber, "yellow-light", 2, {"measured": Measured.HOURS}),
        (OutsideCalendar, "filing", 3650, {"grade": Grade.DAILY}),  # no calendar reaches ten years of working days
        (OutsideCalendar, "effect-assessment", 30, {"valid_from": "9999-12-31"}),
        # where each grade or kind has its own, a number for all would change nothing
        (ImplausibleNumber, "filing", 4, {}),
        (ImplausibleNumber, "filing", 4, {"kind": Kind.HARD}),
        (ImplausibleNumber, "investigation", 15, {"grade": Grade.DAILY}),
        (ImplausibleNumber, "investigation", 15, {"kind": Kind.HARD}),
        (ImplausibleNumber, "investigation", 15, {}),
    ],
)
def test_what_may_not_be_set(refusal: type[Exception], key: str, value: int, other: dict[str, Any]) -> None:
    it_is("2026-05-06")
    before = show_numbers()
    with pytest.raises(refusal):
        set_it(key, value, **other)
    assert show_numbers() == before
    (entry,) = entries("policy-refused")
    assert (entry.detail["data"]["key"], entry.detail["data"]["value"]) == (key, value)
    assert verify().ok


# The command.


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    sys.argv = ["zhiyong", "policy", *words]
    status = 0
    try:
        main()
    except SystemExit as ended:
        status = int(ended.code or 0)
    said = capsys.readouterr()
    return status, json.loads(said.out) if "--json" in words else said.out + said.err


def test_the_command_shows_and_sets(capsys: pytest.CaptureFixture[str]) -> None:
    it_is("2026-05-06")
    words = ("set", "investigation", "15", "--grade", "日常", "--kind", "COMPLAIN", "--from", "2026-06-01")
    status, done = run(capsys, *words, "--by", HEAD, "--reason", "案件较多", "--json")
    assert status == 0
    assert (done["accepted"], done["value"], done["old"]["value"], done["in_force"]) == (True, 15, 13, False)
    status, said = run(capsys, "set", "end-of-work", "17:00", "--from", "2026-06-01", "--by", HEAD, "--reason", "夏令")
    assert (status, "下班时间自2026年6月1日起为17:00（原为17:30），来源：区定" in said) == (0, True)
    status, listed = run(capsys, "show", "investigation", "--json")
    assert {(each["value"], each["in_force"]) for each in listed["numbers"] if each["kind"] == "COMPLAIN"} >= {
        (13, True),
        (15, False),
    }
    said = run(capsys, "show")[1]
    assert all(each in said for each in ("默认，非文件规定", "区定", "待生效", "单位调查时限", "13个工作日", "17:30"))
    it_is("2026-06-01")
    assert "已被替代" not in run(capsys, "show")[1]
    assert "已被替代" in run(capsys, "show", "investigation")[1]


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("show", "lunch-break"), 1, "unknown-number"),
        (("set", "filing", "0", "--grade", "DAILY"), 1, "implausible-number"),
        (("set", "filing", "4"), 1, "implausible-number"),
        (("set", "filing", "4", "--grade", "DAILY", "--from", "2026-05-01"), 1, "not-retroactive"),
        (("set", "filing", "4", "--grade", "DAILY", "--by", CLERK), 1, "not-yours"),
        (("set", "filing", "4", "--grade", "DAILY", "--reason", " "), 1, "reason-missing"),
        (("set", "filing", "四", "--grade", "DAILY"), 2, "usage"),
        (("set", "filing", "4", "--grade", "NONE"), 2, "usage"),
        (("set", "filing", "4", "--unit-of-measure", "weeks"), 2, "usage"),
        (("set", "filing", "4", "--from", "明天"), 2, "usage"),
        (("set", "filing"), 2, "usage"),
    ],
)
def test_what_the_command_refuses(
    words: tuple[str, ...], status: int, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    it_is("2026-05-06")
    usual = {"--from": "2026-05-06", "--by": HEAD, "--reason": "会议确定"} if words[0] == "set" else {}
    rest = [each for name, value in usual.items() if name not in words for each in (name, value)]
    done, said = run(capsys, *words, *rest, "--json")
    assert (done, said["error"]["code"]) == (status, code)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in said["error"]["message"])
