"""A year's notice is loaded: what the file may say, which deadlines move, and what the journal keeps of it.

The notices for 2027 and 2028 here are made up: the State Council had published neither.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from deployments.command import main
from flows.conductor import advance
from models.assignment import Assignment
from models.calendar import CalendarDay, CalendarYear, OutsideCalendar, days_of
from models.database import engine, transaction
from models.journal import Actor, Entry
from models.policy import Measured, PolicyNumber
from models.refusals import BadFile, NotYours, StaleVersion, UnknownOfficer
from tasks.answer import answer
from tasks.calendar_file import Loaded, load_calendar
from tasks.calendar_year import show_calendar
from tasks.reclassify import reclassify
from tasks.verify import verify
from tests.office import (
    CLERK,
    HEAD,
    act,
    assignment_of,
    at,
    carry,
    classify,
    due_of,
    filled,
    it_is,
    open_steps,
    opened,
    report,
    rows_of,
)

pytestmark = pytest.mark.usefixtures("ledger")

NOTICE_2027 = """\
日期,类型,名称
2027-01-01至2027-01-03,放假,元旦
2027-02-05至2027-02-11,放假,春节
2027-01-24,上班,春节
2027-02-20,上班,春节
2027-04-03至2027-04-05,放假,清明节
2027-05-01至2027-05-05,放假,劳动节
2027-05-08,上班,劳动节
2027-06-09,放假,端午节
2027-09-15,放假,中秋节
2027-10-01至2027-10-07,放假,国庆节
2027-09-26,上班,国庆节
2027-10-09,上班,国庆节
"""


def load(text: str | Path, **other: Any) -> Loaded:
    """Load a CSV file with this text, or the file."""
    path = text if isinstance(text, Path) else Path("notice.csv").absolute()
    if not isinstance(text, Path):
        path.write_text(text, encoding="utf-8-sig")
    return load_calendar(path, actor=other.pop("actor", Actor(code=CLERK)), **other)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def faults(text: str | Path) -> str:
    """Try to load a file that is at fault; return what is said, after seeing that nothing was loaded."""
    before = days(2026), days(2027), years()
    with pytest.raises(BadFile) as refusal:
        load(text)
    assert (days(2026), days(2027), years()) == before
    return refusal.value.message


def days(year: int) -> dict[date, tuple[bool, str]]:
    with transaction() as session:
        rows = session.scalars(select(CalendarDay).where(CalendarDay.year == year))
        return {row.day: (row.working, row.name) for row in rows}


def years() -> dict[int, tuple[int, bool, str]]:
    with transaction() as session:
        return {
            each.year: (each.version, each.published, each.source) for each in session.scalars(select(CalendarYear))
        }


def working(*typed: str) -> list[bool]:
    return [days(int(each[:4]))[date.fromisoformat(each)][0] for each in typed]


def due_entries(number: str) -> list[Entry]:
    return [entry for entry in rows_of(number, Entry) if entry.what == "due"]


def office_entries(what: str) -> list[Entry]:
    with transaction() as session:
        return list(session.scalars(select(Entry).where(Entry.case_id.is_(None), Entry.what == what)))


def assigned(number: str, step: str) -> Assignment:
    with transaction() as session:
        return session.get_one(Assignment, assignment_of(number, step))


def at_work_over_new_year() -> str:
    """Open an investigation of twenty working days on Monday 28 December 2026, and return its case's number."""
    it_is("2026-12-28")
    number = report(received_at=at("2026-12-28"))
    classify(number, kind="HARD")
    act(number, "receipt-1", "U01-03", received=True)
    return number


# What a load makes of the year.


def test_a_notice_names_the_days_off_and_the_weekends_worked_and_the_rest_follows_the_week() -> None:
    loaded = load(NOTICE_2027, source="（测试）放假通知")
    assert years()[2027] == (2, True, "（测试）放假通知")
    assert working("2027-02-05", "2027-02-11", "2027-02-12", "2027-02-20", "2027-02-21") == [
        False,
        False,
        True,
        True,
        False,
    ]
    assert working("2027-01-24", "2027-06-09", "2027-10-07", "2027-10-08", "2027-10-09") == [
        True,
        False,
        False,
        True,
        True,
    ]
    assert days(2027)[date(2027, 2, 20)] == (True, "春节调休上班")
    assert days(2027)[date(2027, 10, 4)] == (False, "国庆节")
    # Against the provisional year three holidays are longer, and five weekends are worked.
    (year,) = loaded.years
    assert {day.isoformat() for day, is_worked in year.changed.items() if not is_worked} == {
        "2027-02-09",
        "2027-02-10",
        "2027-02-11",
        "2027-05-03",
        "2027-05-04",
        "2027-05-05",
        "2027-10-04",
        "2027-10-05",
        "2027-10-06",
        "2027-10-07",
    }
    assert {day.isoformat() for day, is_worked in year.changed.items() if is_worked} == {
        "2027-01-24",
        "2027-02-20",
        "2027-05-08",
        "2027-09-26",
        "2027-10-09",
    }
    assert loaded.as_dict()["days"] == 15


def test_a_workbook_may_list_every_day_of_the_year_under_a_title(tmp_path: Path) -> None:
    load(NOTICE_2027)
    exceptions = days(2027)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["二〇二七年工作日安排"])
    sheet.append(["名称", "日期", "类型", "来源"])
    for day in days_of(2027):
        is_worked, name = exceptions[day]
        sheet.append([name, day, "上班" if is_worked else "休息", "（测试）全年表"])
    book.create_sheet("说明").append(["不读"])
    path = tmp_path / "全年.xlsx"
    book.save(path)
    loaded = load(path)
    assert (loaded.years[0].changed, loaded.years[0].whole) == ({}, True)
    assert days(2027) == exceptions
    assert years()[2027] == (3, True, "（测试）全年表")


@pytest.mark.parametrize(
    ("written", "encoding"),
    [
        ("2027-02-05至2027-02-11", "utf-8-sig"),
        ("2027/2/5 至 2027/2/11", "utf-8"),
        ("2027年2月5日（星期五）至2027年2月11日（星期四）", "gb18030"),
        ("20270205~20270211", "utf-8"),
    ],
)
def test_dates_come_in_the_forms_that_people_write(written: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "notice.csv"
    path.write_text(NOTICE_2027.replace("2027-02-05至2027-02-11", written), encoding=encoding)
    load(path)
    assert working("2027-02-05", "2027-02-11", "2027-02-12") == [False, False, True]


def test_the_same_file_again_makes_no_version_and_no_entry() -> None:
    load(NOTICE_2027)
    again = load(NOTICE_2027)
    assert years()[2027][:2] == (2, True)
    assert again.as_dict() | {"years": []} == {
        "year": 2027,
        "version": 2,
        "published": True,
        "days": 0,
        "moved": [],
        "confirmed": 0,
        "years": [],
    }
    assert len(office_entries("calendar")) == 1


def test_a_further_notice_corrects_the_days_that_it_names_and_no_others() -> None:
    before = days(2026)
    loaded = load("日期,类型,名称\n2026-09-03至2026-09-04,放假,纪念日\n2026-09-06,上班,\n", source="（测试）补充通知")
    (year,) = loaded.years
    assert (year.whole, year.version, len(year.changed)) == (False, 2, 3)
    changed = {day for day, now in days(2026).items() if now != before[day]}
    assert changed == {date(2026, 9, 3), date(2026, 9, 4), date(2026, 9, 6)}
    assert years()[2026][2] == "国务院办公厅放假通知（chinesecalendar）；更正：（测试）补充通知"


def test_a_notice_may_name_a_day_of_the_december_before() -> None:
    loaded = load(NOTICE_2027 + "2026-12-26,上班,元旦\n")
    assert [(each.year, each.whole) for each in loaded.years] == [(2026, False), (2027, True)]
    assert (loaded.as_dict()["year"], loaded.as_dict()["version"]) == (2027, 2)
    assert working("2026-12-26", "2026-12-27", "2026-10-01") == [True, False, False]


def test_each_year_of_a_file_gets_its_own_source() -> None:
    notice = NOTICE_2027.replace("名称\n", "名称,来源\n").replace("元旦\n", "元旦,（测试）甲\n")
    load(notice + "2026-12-26,上班,元旦,（测试）乙\n")
    assert years()[2027][2] == "（测试）甲"
    assert years()[2026][2].endswith("；更正：（测试）乙")


def test_a_year_that_ends_the_table_may_be_followed_by_the_next() -> None:
    for year in range(2027, 2037):
        load(
            "日期,类型\n"
            + "".join(f"{year}-{day},放假\n" for day in ("01-01", "05-01", "10-01"))
            + "".join(f"{day},放假\n" for day, (_, name) in days(year).items() if name == "春节"),
        )
    with pytest.raises(OutsideCalendar):
        show_calendar(2037)
    load("日期,类型\n2037-01-01,放假\n2037-02-15,放假\n2037-05-01,放假\n2037-10-01,放假\n")
    assert (len(days(2037)), years()[2037][:2]) == (365, (1, True))


# Faults: all of them, by cell, and nothing is loaded.


def test_every_fault_is_named_by_its_cell() -> None:
    said = faults(
        "日期,类型,名称\n"
        "2027-02-30,放假,春节\n"
        "2027-02-05,调休,春节\n"
        ",放假,\n"
        "正月初一,放假,春节\n"
        "2027-02-11至2027-02-05,放假,春节\n"
        "2027-02-05至2027-12-05,放假,春节\n"
        "2027-10-01,放假,\n"
        "2027-10-01至2027-10-02,上班,\n"
    )
    for fault in (
        "A2 没有这一天",
        "B3 类型应为“放假”或“上班”",
        "A4 缺少日期",
        "A5 日期无法识别",
        "A6 起止日期",
        "A7 起止日期",
        "A9 2027-10-01与A8重复",
    ):
        assert fault in said
    assert "初一" not in said


def test_a_year_is_not_published_by_half_a_notice() -> None:
    said = faults("日期,类型\n2027-01-01,放假\n2027-02-06,放假\n2027-05-01,上班\n")
    assert "A2 2027年尚未公布，须载入全年放假安排，文件缺少劳动节、国庆节的放假日" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (NOTICE_2027.replace("2027", "2028"), "A2 须先载入2027年的放假安排"),
        ("日期,类型\n1999-12-20,放假\n", "A2 日历自2004年起"),
        ("日期,类型\n9999-12-20,放假\n", "A2 须先载入2027年的放假安排"),
        ("日子,类型\n2027-01-01,放假\n", "找不到表头"),
        ("日期,类型\n", "文件中没有日期"),
        ("", "找不到表头"),
        ("日期,类型\n\n2026-05-06,放假\n2025-02-29,放假\n", "A4 没有这一天"),
    ],
)
def test_what_cannot_be_loaded_is_said(text: str, said: str) -> None:
    assert said in faults(text)


def test_what_is_no_file_of_days_is_refused(tmp_path: Path) -> None:
    assert "不存在" in faults(tmp_path / "没有.csv")
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    assert "不是可读的工作簿" in faults(tmp_path / "a.xlsx")
    (tmp_path / "a.csv").write_bytes(b"\xff\xff\xff")
    assert "既不是工作簿" in faults(tmp_path / "a.csv")
    book = Workbook()
    book.active.append(["日期", "类型"])  # type: ignore[union-attr]
    other = book.create_sheet("二月")
    other.append(["日期", "类型"])
    other.append(["2027-02-30", "放假"])
    book.save(tmp_path / "b.xlsx")
    assert "二月!A2 没有这一天" in faults(tmp_path / "b.xlsx")


def test_only_the_office_loads_a_calendar() -> None:
    with pytest.raises(NotYours):
        load(NOTICE_2027, actor=Actor(code="U01-01"))
    with pytest.raises(UnknownOfficer):
        load(NOTICE_2027, actor=Actor(code="NOBODY"))
    assert years()[2027][:2] == (1, False)


# Which deadlines move.


def test_a_deadline_over_the_end_of_the_year_is_provisional_until_the_year_is_loaded_and_then_reckoned_anew() -> None:
    number = at_work_over_new_year()
    before = assigned(number, "investigation-1")
    # 29 30 31, 4 to 8, 11 to 15, 18 to 22, 25 and 26 January
    assert (before.due_on, before.provisional, before.version) == (date(2027, 1, 26), True, 1)
    loaded = load(NOTICE_2027, source="（测试）放假通知")
    # Sunday 24 January is worked
    after = assigned(number, "investigation-1")
    assert (after.due_on, after.provisional, after.version) == (date(2027, 1, 25), False, 2)
    assert after.due_at == at("2027-01-25", "17:30")
    assert (after.limit_id, after.opened_at) == (before.limit_id, before.opened_at)
    assert after.yellow_at == at("2027-01-21", "17:30")  # 24, 22, 21: three working days before
    assert [each.as_dict() for each in loaded.reckoned.moved] == [
        {"case": number, "step": "investigation-1", "old": "2027-01-26", "new": "2027-01-25"}
    ]
    (entry,) = due_entries(number)
    assert (entry.actor, entry.step) == (CLERK, "investigation-1")
    assert entry.detail == {
        "old": "2027-01-26T09:30:00+00:00",
        "new": "2027-01-25T09:30:00+00:00",
        "provisional": False,
        "reason": "载入2027年工作日安排第2版（（测试）放假通知）",
        "was": {"yellow_at": before.yellow_at.isoformat(), "provisional": True, "limit": before.limit_id},
    }
    (entry,) = office_entries("calendar")
    assert (entry.detail["year"], entry.detail["version"], entry.detail["file"]) == (2027, 2, "notice.csv")
    assert {"day": "2027-01-24", "working": True} in entry.detail["changed"]
    assert verify().ok


def test_who_looked_at_the_old_date_must_look_again() -> None:
    number = at_work_over_new_year()
    load(NOTICE_2027)
    it_is("2027-01-04")
    with pytest.raises(StaleVersion):
        answer(
            assignment_of(number, "investigation-1"),
            data=filled("investigation"),
            actor=Actor(code="U01-04"),
            version=1,
        )
    act(number, "investigation-1", "U01-04", **filled("investigation"))
    assert open_steps(number) == ["sign-off-1"]


def test_a_deadline_that_stays_on_its_day_is_confirmed_in_the_journal() -> None:
    it_is("2026-12-30")
    number = report(received_at=at("2026-12-30"))
    classify(number)
    act(number, "receipt-1", "U01-03", received=True)
    before = assigned(number, "investigation-1")
    assert (before.due_on, before.provisional) == (date(2027, 1, 19), True)
    loaded = load(NOTICE_2027)
    after = assigned(number, "investigation-1")
    assert (after.due_on, after.provisional, after.version) == (before.due_on, False, before.version)
    assert (loaded.reckoned.moved, loaded.reckoned.confirmed) == ([], 1)
    (entry,) = due_entries(number)
    assert entry.detail["old"] == entry.detail["new"] == "2027-01-19T09:30:00+00:00"


def test_a_step_that_opens_later_is_reckoned_from_its_own_day() -> None:
    it_is("2026-11-30")
    number = report(received_at=at("2026-11-30"))
    classify(number, problem_class="ANNUAL")
    promises = {"deadline": "2027-06-30", "milestones": [{"what": "公开办理时限", "by": "2027-02-03"}]}
    carry(number, to="milestone-1", instead={"rectification-plan": promises})
    before = assigned(number, "milestone-1")
    assert (before.opens_on, before.due_on) == (date(2027, 2, 3), date(2027, 2, 10))  # 4, 9, 10
    load(NOTICE_2027)
    after = assigned(number, "milestone-1")
    assert (after.due_on, after.provisional) == (date(2027, 2, 15), False)  # 4, 12, 15


def test_what_is_answered_or_withdrawn_or_in_hours_or_ends_before_stays_as_it_is() -> None:
    number = at_work_over_new_year()
    hurried = report(number="A-2", received_at=at("2026-12-28"))
    classify(hurried, grade="EMERGENCY")
    it_is("2026-12-31", "22:00")
    act(hurried, "receipt-1", "U01-03", received=True)
    kept = {step: assigned(hurried, step).due_at for step in ("classification", "receipt-1", "investigation-1")}
    assert kept["investigation-1"] == at("2027-01-02", "22:00")
    loaded = load(NOTICE_2027)
    assert [each.case for each in loaded.reckoned.moved] == [number]
    assert {step: assigned(hurried, step).due_at for step in kept} == kept
    assert due_entries(hurried) == []
    assert assigned(number, "receipt-1").version == 2  # opened and answered


def test_a_correction_touches_only_what_spans_the_days_that_changed() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number, kind="CONSULT")
    act(number, "receipt-1", "U01-03", received=True)
    assert assigned(number, "investigation-1").due_on == date(2026, 5, 9)  # 7, 8 and Saturday 9, which is worked
    assert load("日期,类型\n2026-05-11,放假\n").reckoned.moved == []
    assert load("日期,类型\n2026-05-06,放假\n").reckoned.moved == []  # the day of receipt is day 0
    moved = load("日期,类型\n2026-05-07,放假\n").reckoned.moved
    assert [(each.old, each.new) for each in moved] == [(date(2026, 5, 9), date(2026, 5, 12))]
    assert load("日期,类型\n2026-05-07,上班\n").reckoned.moved[0].new == date(2026, 5, 9)
    assert [entry.detail["reason"][:14] for entry in due_entries(number)] == [
        "载入2026年工作日安排第4",
        "载入2026年工作日安排第5",
    ]


def test_a_day_that_only_changes_when_the_light_turns_yellow_moves_no_deadline() -> None:
    it_is("2026-09-25", "09:00")
    number = report(received_at=at("2026-09-25"))
    classify(number)
    it_is("2026-09-28")
    act(number, "receipt-1", "U01-03", received=True)
    before = assigned(number, "investigation-1")
    assert (before.due_on, before.yellow_at) == (date(2026, 10, 21), at("2026-10-16", "17:30"))
    # Friday 16 October off, Saturday 17 worked instead: as many working days, another one three days before
    loaded = load("日期,类型\n2026-10-16,放假\n2026-10-17,上班\n")
    after = assigned(number, "investigation-1")
    assert (loaded.reckoned.moved, after.due_at, after.version) == ([], before.due_at, before.version)
    assert after.yellow_at == at("2026-10-17", "17:30")


def test_a_dry_run_lists_what_would_move_and_changes_nothing() -> None:
    number = at_work_over_new_year()
    before = days(2027), years(), assigned(number, "investigation-1").due_at, len(rows_of(number, Entry))
    planned = load(NOTICE_2027 + "2026-12-26,上班,元旦\n", dry_run=True)
    assert (days(2027), years(), assigned(number, "investigation-1").due_at, len(rows_of(number, Entry))) == before
    assert office_entries("calendar") == []
    done = load(NOTICE_2027 + "2026-12-26,上班,元旦\n")
    assert planned.as_dict() == done.as_dict()
    assert len(done.reckoned.moved) == 1


def test_one_deadline_that_cannot_be_reckoned_leaves_all_as_they_were() -> None:
    first, second = at_work_over_new_year(), report(number="A-2", received_at=at("2026-12-28"))
    with transaction() as session:
        beyond = PolicyNumber(
            key="classification",
            value=3000,  # working days, which lead beyond the table
            measured=Measured.WORKING_DAYS,
            valid_from=date(2026, 1, 1),
            source="区定",
        )
        session.add(beyond)
        session.flush()
        assignment = session.get_one(Assignment, assignment_of(second, "classification"))
        assignment.limit_id, assignment.due_at = beyond.id, at("2027-02-01")
    with pytest.raises(OutsideCalendar):
        load(NOTICE_2027)
    assert years()[2027][:2] == (1, False)
    assert assigned(first, "investigation-1").due_on == date(2027, 1, 26)
    assert due_entries(first) == office_entries("calendar") == []


def test_what_is_opened_by_the_old_calendar_while_the_new_one_is_loaded_is_reckoned_too(ledger: str) -> None:
    it_is("2026-12-28")
    with Session(engine(ledger), expire_on_commit=False) as other, ThreadPoolExecutor(1) as pool:
        it = opened(other, "double-check")[1]
        it.opened_at, it.opens_on = at("2026-12-28"), date(2026, 12, 28)
        it.due_on, it.due_at, it.provisional = date(2027, 1, 26), at("2027-01-26", "17:30"), True
        other.flush()
        loading = pool.submit(load, NOTICE_2027)
        with pytest.raises(TimeoutError):
            loading.result(timeout=1)
        assert years()[2027][:2] == (2, True)
        other.commit()
        moved = loading.result().reckoned.moved
    assert [(each.old, each.new) for each in moved] == [(date(2027, 1, 26), date(2027, 1, 12))]


# Another grade gives other dates, by the same function.


def test_another_grade_reckons_from_where_each_step_begins() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number, problem_class="ANNUAL")
    carry(number, to="milestone-1")
    opens_on, due_at = assigned(number, "milestone-1").opens_on, due_of(number, "milestone-1")
    assert opens_on == date(2026, 6, 30)
    reclassify(number, data={"grade": "SUDDEN"}, actor=Actor(code=CLERK), reason="已成突发事件")
    advance(number)
    assert due_of(number, "milestone-1") == due_at  # no limit of this grade's own: as before, and no entry
    assert [entry.step for entry in due_entries(number)] == ["investigation-1"]


def test_another_kind_of_investigation_has_its_own_limit() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number)
    act(number, "receipt-1", "U01-03", received=True)
    assert assigned(number, "investigation-1").due_on == date(2026, 5, 22)
    reclassify(number, data={"kind": "CONSULT"}, actor=Actor(code=CLERK), reason="只是咨询")
    assert assigned(number, "investigation-1").due_on == date(2026, 5, 9)


# The year as it is shown, and the command.


def test_a_year_shows_its_version_its_source_and_who_loaded_it() -> None:
    it_is("2026-11-10")
    shown = show_calendar(2027)
    assert (shown["version"], shown["published"], shown["loads"]) == (1, False, [])
    assert "暂定" in shown["source"]
    load(NOTICE_2027, source="（测试）放假通知")
    load("日期,类型\n2027-09-03,放假\n", source="（测试）补充通知", actor=Actor(code=HEAD))
    shown = show_calendar(2027)
    assert (shown["version"], shown["published"]) == (3, True)
    assert [(each["version"], each["by"], len(each["changed"])) for each in shown["loads"]] == [
        (2, CLERK, 15),
        (3, HEAD, 1),
    ]
    assert len(shown["days"]) == 365
    assert {"day": "2027-02-20", "working": True, "name": "春节调休上班"} in shown["days"]
    assert sum(each["working"] for each in shown["days"]) == shown["working_days"]


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    sys.argv = ["zhiyong", *words]
    status = 0
    try:
        main()
    except SystemExit as ended:
        status = int(ended.code or 0)
    said = capsys.readouterr()
    return status, json.loads(said.out) if "--json" in words else said.out + said.err


@pytest.mark.parametrize(
    ("words", "due_on", "provisional"),
    [
        (("2026-09-30", "--limit", "1", "--days", "working"), "2026-10-08", False),
        (("2026-09-23", "--limit", "15", "--days", "calendar"), "2026-10-08", False),
        (("2026-12-31", "--limit", "1"), "2027-01-04", True),
        (("2004-01-01", "--limit", "1"), "2004-01-02", False),
    ],
)
def test_the_command_says_when_a_limit_ends(
    words: tuple[str, ...], due_on: str, provisional: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = {"due_on": due_on, "provisional": provisional}
    assert run(capsys, "calendar", "due", *words, "--json") == (0, expected)
    assert ("（暂定）" in run(capsys, "calendar", "due", *words)[1]) is provisional


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("due", "2026-13-01", "--limit", "1"), 2, "usage"),
        (("due", "2026-09-30", "--limit", "0"), 2, "usage"),
        (("due", "2026-09-30", "--limit", "1", "--days", "weeks"), 2, "usage"),
        (("due", "2026-09-30"), 2, "usage"),
        (("due", "1999-09-30", "--limit", "1"), 1, "outside-calendar"),
        (("due", "2036-12-30", "--limit", "30"), 1, "outside-calendar"),
        (("show", "2037"), 1, "outside-calendar"),
        (("show", "二〇二六"), 2, "usage"),
        (("load", "没有.csv"), 1, "bad-file"),
        (("load", "没有.csv", "--by", "U01-01"), 1, "bad-file"),
    ],
)
def test_what_the_command_refuses(
    words: tuple[str, ...], status: int, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    done, said = run(capsys, "calendar", *words, "--json")
    assert (done, said["error"]["code"]) == (status, code)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in said["error"]["message"])


def test_the_command_loads_and_shows(capsys: pytest.CaptureFixture[str]) -> None:
    number = at_work_over_new_year()
    Path("notice.csv").write_text(NOTICE_2027, encoding="utf-8")
    status, said = run(capsys, "calendar", "load", "notice.csv", "--dry-run", "--by", CLERK)
    assert status == 0
    assert all(each in said for each in ("2027年全年安排，第2版", number, "2027-01-26", "2027-01-25", "试算，未载入"))
    status, planned = run(capsys, "calendar", "load", "notice.csv", "--dry-run", "--json")
    assert (status, planned["dry_run"], planned["year"], planned["version"]) == (0, True, 2027, 2)
    assert "暂定，第1版" in run(capsys, "calendar", "show", "2027")[1]
    status, done = run(capsys, "calendar", "load", "notice.csv", "--json")
    assert (status, done["moved"], done["published"]) == (0, planned["moved"], True)
    said = run(capsys, "calendar", "show", "2027")[1]
    assert all(
        each in said
        for each in (
            "已公布，第2版",
            "2027-02-05至2027-02-11",
            "春节调休上班",
            "来源：文件“notice.csv”",
            "由 system 载入",
        )
    )
