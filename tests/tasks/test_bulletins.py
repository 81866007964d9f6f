"""《舆情快报》: an issue is taken in whole, each item becomes a case; what has become of them is listed."""

import threading
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from sqlalchemy import func, select, text

from flows.conductor import advance
from models.assignment import Assignment
from models.bulletin import BulletinItem, OpinionBulletin
from models.database import transaction
from models.journal import Entry
from models.message import Message
from models.refusals import BadFile, NotYours, RegistryEmpty, UnknownOfficer
from settings import settings
from tasks.bulletins import (
    BulletinKnown,
    TakenIn,
    UnknownBulletin,
    list_bulletins,
    show_bulletin,
    take_in_bulletin,
)
from tests.office import (
    CLERK,
    PROPAGANDA,
    act,
    assignment_of,
    carry,
    classify,
    filled,
    it_is,
    open_steps,
    refused,
    report,
    status_of,
)
from tests.operators import by, due_day, row, whole

ITEMS = ("1.甲一路路灯不亮", "网民发帖称甲一路路灯两个月不亮。", "2.窗口午休无人值守", "市民反映乙二路大厅午休无人。")


@pytest.fixture(autouse=True)
def _in_may(ledger: str) -> None:
    it_is("2026-05-06")


def issue(folder: Path, number: str = "12", day: str = "2026年5月6日", items: Sequence[str] = ITEMS) -> Path:
    """Write an issue as a Word document."""
    document = Document()
    for line in ("舆情快报", f"第{number}期", day, *items):
        document.add_paragraph(line)
    path = folder / f"快报{number}-{abs(hash((day, tuple(items))))}.docx"
    document.save(str(path))
    return path


def take_in(path: Path, officer: str = PROPAGANDA, **other: Any) -> TakenIn:
    return take_in_bulletin(path, actor=by(officer), **other)


def counted() -> tuple[int, ...]:
    with transaction() as session:
        tables = (OpinionBulletin, BulletinItem, Message, Assignment)
        return tuple(session.scalar(select(func.count()).select_from(each)) or 0 for each in tables)


def test_each_item_becomes_a_case_by_its_number(tmp_path: Path) -> None:
    taken = take_in(issue(tmp_path))
    assert taken == TakenIn(
        number="2026年第12期",
        issued_on=date(2026, 5, 6),
        items=2,
        cases=["洪治庸〔2026〕1号", "洪治庸〔2026〕2号"],
        similar=0,
    )
    with transaction() as session:
        first, second = session.scalars(select(Message).order_by(Message.id))
        assert (first.channel_code, first.source_number) == ("OPINION_BULLETIN", "2026年第12期第1条")
        assert (first.subject, first.text) == ("甲一路路灯不亮", "网民发帖称甲一路路灯两个月不亮。")
        assert first.extra == {"期号": "2026年第12期", "条": "1"}
        assert second.source_number == "2026年第12期第2条"
        (bulletin,) = session.scalars(select(OpinionBulletin))
        assert [each.message_id for each in bulletin.items] == [first.id, second.id]
        assert (settings().bulletins / bulletin.sha256).read_bytes()
        (entry,) = session.scalars(select(Entry).where(Entry.what == "bulletin"))
        assert (entry.actor, entry.detail["bulletin"], entry.detail["items"]) == (PROPAGANDA, "2026年第12期", 2)
        assert "路灯" not in str(entry.detail)
    assert [open_steps(case) for case in taken.cases] == [["classification"]] * 2
    assert whole()


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    path = issue(tmp_path)
    first, before = take_in(path), counted()
    again = take_in(path, CLERK)
    assert (again.again, again.cases, counted()) == (True, first.cases, before)


def test_another_file_of_the_same_number_is_refused_and_so_is_the_same_file_of_another(tmp_path: Path) -> None:
    take_in(issue(tmp_path))
    before = counted()
    with pytest.raises(BulletinKnown, match="2026年第12期已于2026-05-06收入，内容与此文件不同"):
        take_in(issue(tmp_path, items=ITEMS[:2]))
    nameless = issue(tmp_path, number="某")
    take_in(nameless, issue=13)
    with pytest.raises(BulletinKnown, match="该文件已作为2026年第13期收入"):
        take_in(nameless, issue=14)
    assert counted()[:1] == (before[0] + 1,)
    assert whole()


def test_a_number_that_came_by_another_way_keeps_the_whole_issue_out(tmp_path: Path) -> None:
    report("OPINION_BULLETIN", number="2026年第12期第2条", name="", phone="")
    before = counted()
    with pytest.raises(BulletinKnown, match="第2条已从别的文件登记过，未收入本期任何条目"):
        take_in(issue(tmp_path))
    assert counted() == before
    assert list(settings().bulletins.glob("*")) == []


@pytest.mark.parametrize(
    ("number", "day", "given", "says"),
    [
        ("某", "2026年5月6日", {}, "没有找到期号"),
        ("12", "", {}, "没有找到印发日期"),
        ("12", "2026年5月6日", {"issue": 13}, "写明的期号是12，与所填的13不一致"),
        ("12", "2026年5月6日", {"issued_on": date(2026, 5, 5)}, "写明的印发日期是2026-05-06"),
        ("12", "2026年5月7日", {}, "将来的日期"),
        ("0", "2026年5月6日", {}, "期号或年份有误"),
        ("12", "2026年5月6日", {"year": 2019}, "写明的年份是2026"),
    ],
)
def test_an_issue_that_does_not_say_which_it_is_is_refused(
    tmp_path: Path, number: str, day: str, given: dict[str, Any], says: str
) -> None:
    with pytest.raises(BadFile, match=says):
        take_in(issue(tmp_path, number, day), **given)
    assert counted() == (0, 0, 0, 0)


def test_a_year_far_from_its_day_is_a_slip(tmp_path: Path) -> None:
    document = Document()
    for line in ("舆情快报", "9999年第3期", "2026年5月6日", *ITEMS):
        document.add_paragraph(line)
    document.save(str(tmp_path / "a.docx"))
    with pytest.raises(BadFile, match="期号或年份有误"):
        take_in(tmp_path / "a.docx")


def test_what_the_file_does_not_say_is_typed(tmp_path: Path) -> None:
    taken = take_in(issue(tmp_path, "某", ""), issue=3, issued_on=date(2026, 4, 30), year=2026)
    assert (taken.number, taken.issued_on) == ("2026年第3期", date(2026, 4, 30))


def test_only_the_office_and_the_propaganda_department_take_one_in(tmp_path: Path) -> None:
    path = issue(tmp_path)
    with pytest.raises(NotYours):
        take_in(path, "U01-03")
    with pytest.raises(UnknownOfficer):
        take_in(path, "NOBODY")
    assert counted() == (0, 0, 0, 0)


def test_a_dry_run_only_looks(tmp_path: Path) -> None:
    assert take_in(issue(tmp_path), dry_run=True).items == 2
    assert counted() == (0, 0, 0, 0)


def test_without_the_channel_it_says_so(tmp_path: Path) -> None:
    with transaction() as session:
        session.execute(text("UPDATE channel SET active = false WHERE code = 'OPINION_BULLETIN'"))
    with pytest.raises(RegistryEmpty):
        take_in(issue(tmp_path))


def test_two_who_take_the_same_issue_in_at_once_get_the_same_cases(tmp_path: Path) -> None:
    path, found = issue(tmp_path), []
    both = [threading.Thread(target=lambda: found.append(take_in(path))) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(each.again for each in found) == [False, True]
    assert found[0].cases == found[1].cases
    assert counted()[:3] == (1, 2, 2)
    assert whole()


def test_issues_are_listed_with_those_that_have_not_come(tmp_path: Path) -> None:
    assert list_bulletins() == {"year": None, "bulletins": [], "missing": []}
    for number in ("12", "15", "13"):
        take_in(issue(tmp_path, number))
    found = list_bulletins()
    assert [(each["number"], each["items"], each["open"]) for each in found["bulletins"]] == [
        (f"2026年第{number}期", 2, 2) for number in (12, 13, 15)
    ]
    assert (found["year"], found["missing"]) == (2026, [14])
    assert list_bulletins(2025)["bulletins"] == []


# 全程跟踪 (O37).


def tracked(tmp_path: Path) -> str:
    """Take an issue in, and bring its first case to the unit."""
    number = take_in(issue(tmp_path)).cases[0]
    advance(number)
    classify(number)
    return number


def test_the_tracker_is_due_when_the_interval_has_passed(tmp_path: Path) -> None:
    number = tracked(tmp_path)
    assert open_steps(number) == ["receipt-1", "opinion-tracking-1"]
    assert row(number, "opinion-tracking-1").opens_on == date(2026, 5, 11)  # 9 May is worked
    assert due_day(number, "opinion-tracking-1") == date(2026, 5, 12)  # five working days after the ruling
    assert refused(number, "opinion-tracking-1", CLERK, **filled("opinion-tracking")).code == "not-open-yet"
    it_is("2026-05-11")
    assert refused(number, "opinion-tracking-1", PROPAGANDA, **filled("opinion-tracking")).code == "not-yours"
    act(number, "opinion-tracking-1", CLERK, **filled("opinion-tracking"))
    assert due_day(number, "opinion-tracking-2") == date(2026, 5, 18)
    assert whole()


def test_the_tracker_holds_nothing_up_and_ends_with_the_case(tmp_path: Path) -> None:
    number = tracked(tmp_path)
    carry(number)
    assert open_steps(number) == []
    assert status_of(number).closed
    with transaction() as session:
        withdrawn = session.get_one(Assignment, assignment_of(number, "opinion-tracking-1"))
        assert withdrawn.withdrawn_at is not None
    assert whole()


def test_what_did_not_come_by_the_media_has_no_tracker() -> None:
    number = report()
    classify(number)
    assert open_steps(number) == ["receipt-1"]


def test_an_issue_is_shown_item_by_item(tmp_path: Path) -> None:
    number = tracked(tmp_path)
    it_is("2026-05-12")
    act(number, "opinion-tracking-1", CLERK, **filled("opinion-tracking"))
    first, second = show_bulletin(2026, 12)["items"]
    assert first == {
        "item": 1,
        "message": 1,
        "case": number,
        "status": "INVESTIGATING",
        "unit": "U01",
        "unit_name": "区发展和改革局",
        "tracked": 1,
        "tracked_on": "2026-05-12",
        "trend": "FADING",
        "next_due": "2026-05-19",
        "replied_on": None,
    }
    assert (second["status"], second["unit"], second["tracked"], second["next_due"]) == ("REGISTERED", None, 0, None)
    it_is("2026-05-13")
    carry(number)
    assert show_bulletin(2026, 12)["items"][0]["replied_on"] == "2026-05-13"
    with pytest.raises(UnknownBulletin):
        show_bulletin(2026, 13)
