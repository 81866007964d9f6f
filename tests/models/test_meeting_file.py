"""The minutes of a joint meeting as they are read: what was meant, and every fault with its cell."""

import io
import shutil
import subprocess
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from models.clock import SHANGHAI
from models.grids import Unreadable
from models.meeting_file import (
    ATTENDEES,
    CASE,
    CHAIR,
    ENDS_ON,
    HELD_ON,
    PLACE,
    SHEET,
    SUMMARY,
    UNIT,
    WHAT,
    MinutesFile,
    read_minutes,
)
from reports.meeting_agenda import Agenda
from reports.minutes_book import minutes_book
from reports.sheet_looks import set_value

NOTHING = Agenda(
    office="区治庸问责办",
    as_of=datetime(2026, 5, 7, 9, tzinfo=SHANGHAI),
    items=(),
    last=None,
    actions=(),
    units=("区教育局",),
)
HELD, PLACE_AT, CHAIR_AT, ATTENDED, SAID = "C3", "C4", "C5", "C6", "C7"
GOOD: dict[str, Any] = {
    HELD: date(2026, 5, 7),
    PLACE_AT: "三楼会议室",
    CHAIR_AT: "办负责人甲",
    ATTENDED: "区委宣传部\n区信访局",
    SAID: "研究了窗口拖延问题。",
    "B9": "洪治庸〔2026〕12号",
    "C9": "增设一个窗口",
    "D9": "区教育局",
    "E9": date(2026, 5, 20),
}


def form(cells: dict[str, Any], edit: Callable[[Worksheet], None] = lambda _: None) -> bytes:
    """Return the form with these cells."""
    book = load_workbook(io.BytesIO(minutes_book(NOTHING)))
    for address, value in cells.items():
        book[SHEET][address].value = value
    edit(book[SHEET])
    return saved(book)


def saved(book: Workbook) -> bytes:
    """Return a workbook as a file."""
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def read(cells: dict[str, Any], **other: Any) -> MinutesFile:
    """Read the form with these cells instead of good ones."""
    return read_minutes(form(GOOD | cells, **other))


def faults(cells: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the faults of a form, without its sheet."""
    found = read(cells).faults
    assert {sheet for sheet, _, _ in found} <= {SHEET}
    return [(cell, why) for _, cell, why in found]


def says_it(minutes: MinutesFile) -> bool:
    """Whether all that is good was understood."""
    (action,) = minutes.actions
    return (
        minutes.faults == []
        and minutes.held_on == date(2026, 5, 7)
        and minutes.said
        == {
            PLACE: "三楼会议室",
            CHAIR: "办负责人甲",
            ATTENDEES: "区委宣传部\n区信访局",
            SUMMARY: "研究了窗口拖延问题。",
        }
        and (action.case, action.what, action.unit, action.ends_on)
        == ("洪治庸〔2026〕12号", "增设一个窗口", "区教育局", date(2026, 5, 20))
    )


def test_a_form_says_what_was_filled_in_and_where() -> None:
    minutes = read({})
    assert says_it(minutes)
    assert minutes.cells == {HELD_ON: HELD, PLACE: PLACE_AT, CHAIR: CHAIR_AT, ATTENDEES: ATTENDED, SUMMARY: SAID}
    assert minutes.actions[0].cells == {CASE: "B9", WHAT: "C9", UNIT: "D9", ENDS_ON: "E9"}


@pytest.mark.skipif(shutil.which("soffice") is None, reason="没有安装 soffice，未检验 LibreOffice 另存的文件")
@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_what_libreoffice_saved_anew_says_the_same(kind: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    file = tmp_path / "in" / "纪要.xlsx"
    file.write_bytes(form(GOOD))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", tmp_path, file],
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert says_it(read_minutes((tmp_path / f"纪要.{kind}").read_bytes()))


def test_a_form_without_its_merges_or_with_rows_put_in_says_the_same() -> None:
    def take_apart(sheet: Worksheet) -> None:
        for merged in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(merged))

    assert says_it(read({}, edit=take_apart))
    moved = read({}, edit=lambda sheet: sheet.insert_rows(9, 30))
    assert moved.faults == []
    assert [each.line for each in moved.actions] == [39]


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("2026-12", "2026-12"),
        ("洪治庸[2026]12号", "洪治庸[2026]12号"),
        (datetime(2026, 12, 1), "2026-12"),  # noqa: DTZ001  what Excel makes of 2026-12
        (date(2026, 3, 1), "2026-3"),
    ],
)
def test_a_case_is_named_as_people_name_it(typed: Any, means: str) -> None:
    minutes = read({"B9": typed})
    assert (minutes.faults, minutes.actions[0].case) == ([], means)


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("2026年5月20日", date(2026, 5, 20)),
        ("2026.5.20", date(2026, 5, 20)),
        ("20260520", date(2026, 5, 20)),
        ("２０２６－０５－２０", date(2026, 5, 20)),
        (None, None),
        ("无", None),
        ("2028-05-07", date(2028, 5, 7)),
    ],
)
def test_a_day_is_written_in_several_ways_or_left_out(typed: Any, means: date | None) -> None:
    minutes = read({"E9": typed})
    assert (minutes.faults, minutes.actions[0].ends_on) == ([], means)


def test_place_and_summary_may_be_empty_and_a_meeting_may_decide_nothing() -> None:
    minutes = read({PLACE_AT: None, SAID: "通报了上次议定事项。", "B9": None, "C9": None, "D9": None, "E9": None})
    assert (minutes.faults, minutes.actions, minutes.said[PLACE]) == ([], [], "")
    nothing = {SAID: None, "B9": None, "C9": None, "D9": None, "E9": None}
    assert faults(nothing) == [(SAID, "没有议定事项的，须写明会议情况")]


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({HELD: None}, [(HELD, "未填写")]),
        ({HELD: "昨天"}, [(HELD, "不是日期，请写作 2026-06-30 的形式")]),
        ({HELD: "2026-02-30"}, [(HELD, "没有这一天，请核对日期")]),
        ({HELD: "=1/0"}, [(HELD, "公式没有结果，请直接填写内容")]),
        ({CHAIR_AT: "无"}, [(CHAIR_AT, "未填写")]),
        ({ATTENDED: None}, [(ATTENDED, "未填写")]),
        ({CHAIR_AT: "甲" * 101}, [(CHAIR_AT, "超过 100 字（现有 101 字），请精简")]),
        ({"B9": None}, [("B9", "未填写")]),
        ({"C9": "　"}, [("C9", "未填写")]),
        ({"D9": None}, [("D9", "未填写")]),
        ({"B9": date(2026, 5, 6)}, [("B9", "是日期，不是案件编号；请写作 洪治庸〔2026〕12号 或 2026-12")]),
        ({"C9": "增" * 1001}, [("C9", "超过 1000 字（现有 1001 字），请精简")]),
        ({"C9": "增" * 32_767}, [("C9", "超过 1000 字（现有 32767 字），请精简")]),
        ({"C9": "#REF!"}, [("C9", "公式出错（#REF!），请直接填写内容")]),
        ({"E9": "2026-05-06"}, [("E9", "完成时限早于会议日期")]),
        ({"E9": "2062-05-20"}, [("E9", "完成时限晚于会议两年以上，请核对")]),
        ({"E9": "尽快"}, [("E9", "不是日期，请写作 2026-06-30 的形式")]),
        ({"B11": "2026-1"}, [("C11", "未填写"), ("D11", "未填写")]),
        (
            {"B10": "洪治庸〔2026〕12号", "C10": "增设 一个窗口", "D10": "区教育局", "E10": "2026-06-01"},
            [("C10", "与第 9 行相同")],
        ),
    ],
    ids=str,
)
def test_each_fault_has_its_cell_and_reason(cells: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert faults(cells) == found


def test_all_faults_are_said_at_once() -> None:
    found = faults({HELD: None, CHAIR_AT: None, "B9": None, "E9": "尽快", "C10": "公开时限"})
    assert [cell for cell, _ in found] == [HELD, CHAIR_AT, "B9", "E9", "B10", "D10"]


def test_a_control_character_is_a_fault() -> None:
    book = load_workbook(io.BytesIO(form(GOOD)))
    book[SHEET]["C9"].value = "增设_x0007_窗口"  # as Excel writes one
    (fault,) = read_minutes(saved(book)).faults
    assert fault == (SHEET, "C9", "含有无法显示的控制字符，请删去后重新输入")


@pytest.mark.parametrize("said", ["=cmd|' /C calc'!A0", "+1", "-请尽快", "@区教育局", "增设窗口🙂", "a_x0041_b"])
def test_a_text_stays_what_it_is_whatever_it_looks_like(said: str) -> None:
    def type_in(sheet: Worksheet) -> None:
        set_value(sheet["C9"], said)

    assert read({}, edit=type_in).actions[0].what == said


def test_another_sheet_or_table_is_not_taken_for_the_minutes() -> None:
    assert read_minutes(form(GOOD, edit=lambda sheet: setattr(sheet, "title", "别的"))).faults == [
        (SHEET, "A1", "缺少工作表“会议纪要”，请用系统生成的表格填写")
    ]
    assert faults({"C8": "事项"}) == [
        ("A1", "缺少“序号、案件编号、议定事项、承办单位、完成时限”的表，请用系统生成的表格填写")
    ]
    assert faults({"E8": "何时"}) == [("A8", "表头缺少“完成时限”一列")]
    assert faults({"A5": "主席"})[0] == ("A1", "缺少“主持人”一栏，请用系统生成的表格填写")


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"PK\x03\x04 broken", "会议纪要".encode()])
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(Unreadable):
        read_minutes(content)
