"""批量: each item for itself, with a result; what a table's columns mean; files that cannot be meant."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xlsxwriter import Workbook

from flows.conductor import advance
from models.bulk_file import Item, are_numbers, folded, read_items, read_numbers
from models.forms import AccountabilityDecisionForm, CallBackForm, Classification, DoubleCheckForm, Investigation
from models.refusals import BadFile
from models.typed_fields import written_fields
from models.words import Role
from tasks.answer import read_form
from tasks.bulk import Result, answer_all, transfer_all, urge_all
from tasks.hand_over import delegate
from tasks.notices import notices
from tests.office import CLERK, HEAD, act, assignment_of, carry, classify, grant, it_is, open_steps, report
from tests.operators import by, entries, row, whole

CONTACT, INVESTIGATOR, OTHER = "U01-03", "U01-04", "U01-05"


def silent(done: int, of: int) -> None:
    """Nobody watches the progress."""


@pytest.fixture
def numbers(ledger: str) -> list[str]:
    """Three cases of 6 May 2026 whose receipts by U01 are open."""
    it_is("2026-05-06")
    made = [report("OFFICE_COMPLAINT", number=f"N-{n}", text=f"第{n}件") for n in range(3)]
    for number in made:
        classify(number)
    return made


def items(numbers: Sequence[str], step: str = "receipt-1", **cells: str) -> list[Item]:
    """Return one step of each case as an item."""
    return [Item(row=at, assignment=assignment_of(each, step), cells=cells) for at, each in enumerate(numbers, 2)]


def errors(results: list[Result]) -> list[str | None]:
    """Return each item's code."""
    return [each.error[0] if each.error else None for each in results]


# Each item for itself.


def test_each_item_is_answered_or_refused_for_itself(numbers: list[str]) -> None:
    act(numbers[1], "receipt-1", CONTACT, received=True)
    some = [*items(numbers), Item(row=9, assignment=999)]
    results = answer_all(some, data={"received": True}, actor=by(CONTACT), progress=silent)
    assert errors(results) == [None, "already-answered", None, "unknown-assignment"]
    assert [each.as_dict() for each in results][:2] == [
        {
            "row": 2,
            "assignment": some[0].assignment,
            "case": numbers[0],
            "step": "receipt-1",
            "accepted": True,
            "error": None,
        },
        {
            "row": 3,
            "assignment": some[1].assignment,
            "case": numbers[1],
            "step": "receipt-1",
            "accepted": False,
            "error": {
                "code": "already-answered",
                "message": "该待办已有人办理。您的意见已记入日志（未采纳）。",
            },
        },
    ]
    assert (results[3].case, results[3].step) == (None, None)
    for number in numbers:
        advance(number)
        assert open_steps(number) == ["investigation-1"]
    assert [len(entries(each, "refused")) for each in numbers] == [0, 1, 0]
    assert whole()


def test_a_row_says_more_than_what_is_said_for_all(numbers: list[str]) -> None:
    first, second, third = items(numbers)
    second = Item(row=3, assignment=second.assignment, cells={"签收": "否", "退回理由": "属区教育局职责"})
    third = Item(row=4, assignment=third.assignment, cells={"data": '{"first_contact_on": "2026-05-06"}'})
    results = answer_all([first, second, third], data={"received": True}, actor=by(CONTACT), progress=silent)
    assert errors(results) == [None, None, None]
    for number in numbers:
        advance(number)
    assert [open_steps(each) for each in numbers] == [["investigation-1"], ["classification-b"], ["investigation-1"]]


def test_different_steps_are_answered_from_one_table(numbers: list[str]) -> None:
    grant(CONTACT, Role.UNIT_INVESTIGATOR)
    act(numbers[0], "receipt-1", CONTACT, received=True)
    reported = {
        "调查人员代码": "U01-04；U01-05",
        "调查结论": "属实",
        "问题性质": "慢作为",
        "查明的事实": "窗口人员未在承诺期限内答复；已核实。",
        "已听取被反映人陈述申辩": "是",
        "整改建议": "限期办结",
        "整改时限": "2026-12-31",
        "佐证材料": "照片一组；笔录",
    }
    some = [
        Item(row=2, assignment=assignment_of(numbers[0], "investigation-1"), cells=reported),
        Item(row=3, assignment=assignment_of(numbers[1], "receipt-1"), cells={"received": "True"}),
    ]
    assert errors(answer_all(some, data={}, actor=by(CONTACT), progress=silent)) == [None, None]
    for number in numbers:
        advance(number)
    assert [open_steps(each) for each in numbers] == [["sign-off-1"], ["investigation-1"], ["receipt-1"]]


def test_columns_that_are_there_to_be_read_do_not_matter_and_unknown_ones_are_refused(numbers: list[str]) -> None:
    listed = {"案件": numbers[0], "步骤": "签收 receipt-1", "时限": "2026年5月7日", "灯号": "绿 正常", "received": "是"}
    (some, *_) = items(numbers[:1], **listed)
    assert errors(answer_all([some], data={}, actor=by(CONTACT), progress=silent)) == [None]
    (other,) = items(numbers[1:2], received="是", 处理意见="受理")
    (result,) = answer_all([other], data={}, actor=by(CONTACT), progress=silent)
    assert result.error == ("invalid-form", "填写有误：处理意见：没有这一项")


def test_a_stale_row_is_refused(numbers: list[str]) -> None:
    first, second, third = (
        Item(row=each.row, assignment=each.assignment, cells={"版本": version})
        for each, version in zip(items(numbers), ("1", "7", "一"), strict=True)
    )
    results = answer_all([first, second, third], data={"received": True}, actor=by(CONTACT), progress=silent)
    assert errors(results) == [None, "stale-version", "invalid-form"]


@pytest.mark.parametrize("data", ["{", "[]", '{"a": NaN}', "[" * 5000, "received"])
def test_json_that_is_no_object_refuses_its_row(data: str, numbers: list[str]) -> None:
    results = answer_all(items(numbers[:1], data=data), data={}, actor=by(CONTACT), progress=silent)
    assert errors(results) == ["invalid-form"]


def test_drafts_are_said_to_have_gone_back(numbers: list[str]) -> None:
    delegate(assignment_of(numbers[0], "receipt-1"), to="U01-02", actor=by(CONTACT), reason="先拟稿")
    (result,) = answer_all(items(numbers[:1]), data={"received": True}, actor=by("U01-02"), progress=silent)
    assert result.as_dict()["draft"] is True
    assert open_steps(numbers[0]) == ["receipt-1"]


def test_steps_are_handed_over_each_to_whom_its_row_says(numbers: list[str]) -> None:
    for number in numbers:
        carry(number, to="investigation-1")
    first, second, third = items(numbers, "investigation-1")
    second = Item(row=3, assignment=second.assignment, cells={"接办人": INVESTIGATOR, "理由": "本人继续办理"})
    third = Item(row=4, assignment=third.assignment, cells={"接办人": "U02-04"})
    results = transfer_all(
        [first, second, third], to=OTHER, actor=by(INVESTIGATOR), reason="承担专项任务", progress=silent
    )
    assert errors(results) == [None, None, "cannot-hand-over"]
    owners = [row(each, "investigation-1").owner_code for each in numbers]
    assert owners == [OTHER, INVESTIGATOR, None]
    assert entries(numbers[1], "transfer")[0].detail["reason"] == "本人继续办理"
    assert whole()


def test_of_many_urgings_each_officer_gets_one_notice(numbers: list[str]) -> None:
    results = urge_all(items(numbers), actor=by(HEAD), reason="群众再次来电", progress=silent)
    assert [each.as_dict()["number"] for each in results] == [f"洪治庸催〔2026〕{n}号" for n in (1, 2, 3)]
    (notice,) = notices(by=CONTACT)
    assert (notice["subject"], len(notice["items"])) == ("催办通知书：3 项待办", 3)
    assert errors(urge_all(items(numbers), actor=by(CONTACT), reason="请抓紧", progress=silent)) == ["not-yours"] * 3
    assert whole()


def test_the_progress_is_told(numbers: list[str]) -> None:
    told: list[tuple[int, int]] = []
    urge_all(items(numbers), actor=by(CLERK), reason="请抓紧", progress=lambda done, of: told.append((done, of)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


# What a table's cells mean.


def test_cells_become_the_values_of_a_form() -> None:
    written = {
        "outcome": "受理，交责任单位办理",
        "problem_class": "COMMON",
        "grade": "日常",
        "unit": "U01",
        "summary": "[急] 窗口拖延；多次无果",
        "co_units": "U07；U08;",
        "subjects": "U01-05；丁某、窗口人员、区教育局",
        "long_standing": "否",
    }
    form = read_form(Classification, written_fields(Classification, written))
    assert form.model_dump(mode="json", exclude_defaults=True) == {
        "outcome": "ACCEPT",
        "problem_class": "COMMON",
        "grade": "DAILY",
        "unit": "U01",
        "summary": "[急] 窗口拖延；多次无果",
        "co_units": ["U07", "U08"],
        "subjects": ["U01-05", {"name": "丁某", "post": "窗口人员", "unit": "区教育局"}],
    }


def test_what_is_made_of_several_fields_stands_there_as_json() -> None:
    conclusion = '{"person": "%s", "pursued": "否", "reason": "已尽责"}'
    written = {"direct": conclusion % "U01-03", "head": conclusion % "U01-01", "deputy": conclusion % "U01-02"}
    checked = read_form(DoubleCheckForm, written_fields(DoubleCheckForm, written))
    assert checked.model_dump()["head"]["person"] == "U01-01"
    decided = '[{"person": "U01-05", "measures": ["诫勉谈话"], "deciding_body": "区纪委", "decided_on": "2026-05-06"}]'
    form = read_form(AccountabilityDecisionForm, written_fields(AccountabilityDecisionForm, {"decisions": decided}))
    assert form.model_dump(mode="json")["decisions"][0]["measures"] == ["ADMONITION"]


def test_numbers_and_yes_and_no_are_read_as_a_spreadsheet_writes_them() -> None:
    written = {"result": "满意", "resolved": "True", "attempts": "2", "note": ""}
    form = read_form(CallBackForm, written_fields(CallBackForm, written))
    assert form.model_dump(mode="json") == {"result": "SATISFIED", "resolved": True, "attempts": 2, "note": ""}


@given(text=st.text(max_size=60))
def test_whatever_stands_in_a_cell_is_read_without_a_fault(text: str) -> None:
    for form in (Investigation, Classification, DoubleCheckForm):
        written_fields(form, dict.fromkeys(form.model_fields, text))


# Lists and files.


@pytest.mark.parametrize("text", ["12", "12,13", " 12，13、14 ", "12\n13\r\n14\n", "12 13;14；15,"])
def test_numbers_are_read_however_they_are_separated(text: str) -> None:
    assert are_numbers(text)
    assert [each.assignment for each in read_numbers("清单", text)] == [12, 13, 14, 15][: len(text.split("1")) - 1]
    assert read_items("清单", text.encode())[0].assignment == 12


@pytest.mark.parametrize("text", ["", ",", "1a", "12.5", "-1", "１２", "待办编号\n12"])
def test_what_is_no_list_of_numbers_is_none(text: str) -> None:
    assert not are_numbers(text)


def test_a_csv_of_excel_on_chinese_windows_is_read() -> None:
    text = "待办清单\n待办编号,签收,首次联系日期\n7,是,2026-05-06\n,,\n8,否,\n"
    for content in (text.encode("gb18030"), text.encode("utf-8-sig")):
        first, second = read_items("清单.csv", content)
        assert (first.row, first.assignment, dict(first.cells)) == (
            3,
            7,
            {"签收": "是", "首次联系日期": "2026-05-06"},
        )
        assert (second.row, second.assignment, dict(second.cells)) == (5, 8, {"签收": "否"})


def test_a_workbook_is_read_with_all_sheets_that_list_assignments(tmp_path: Path) -> None:
    path = tmp_path / "清单.xlsx"
    with Workbook(path) as book:
        for name, start in (("一科", 7), ("二科", 8)):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["待办编号*", "签收（是/否）"])
            sheet.write_row(1, 0, [start, True])
        book.add_worksheet("说明").write(0, 0, "填写说明")
    first, second = read_items(path.name, path.read_bytes())
    assert [(each.sheet, each.row, each.assignment) for each in (first, second)] == [("一科", 2, 7), ("二科", 2, 8)]
    assert dict(first.cells) == {"签收": "True"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "前10行内找不到表头，须有“待办编号”一列"),
        ("案件,意见\n2026-1,同意\n", "须有“待办编号”一列"),
        ("待办编号,意见\n", "没有待办编号"),
        ("待办编号,意见\n,同意\n7,同意\n", "A2 缺少待办编号"),
        ("意见,待办编号\n同意,七\n同意,0\n", "B2 待办编号应为系统给出的编号；B3 待办编号应为"),
        ("待办编号,意见\n7,同意\n8,同意\n7,同意\n", "A4 待办编号与第2行重复"),
        ("待办编号,意见,意见\n7,同意,不同意\n", "第1行的表头有两列“意见”"),
        ("7,8,7", "第3个 待办编号与第1行重复"),
        ("7,0", "第2个 待办编号应为"),
        (f"7,{2**63}", "第2个 待办编号应为"),
        ("<html>", "须有“待办编号”一列"),
    ],
)
def test_a_file_that_cannot_be_meant_says_where_and_why(content: str, why: str) -> None:
    with pytest.raises(BadFile) as refusal:
        read_items("清单.csv", content.encode())
    assert refusal.value.message.startswith("“清单.csv”未办理：")
    assert why in refusal.value.message


def test_bytes_that_are_no_table_are_refused(tmp_path: Path) -> None:
    for content in (b"PK\x03\x04broken", b"\xff\xff\xff\x00", b"\xd0\xcf\x11\xe0nothing"):
        with pytest.raises(BadFile):
            read_items("清单.xlsx", content)


@given(content=st.binary(max_size=200))
def test_whatever_the_file_holds_it_is_read_or_refused(content: bytes) -> None:
    try:
        found: Any = read_items("清单", content)
    except BadFile:
        return
    assert all(each.assignment > 0 for each in found)


def test_a_heading_is_the_same_with_notes_width_and_asterisk() -> None:
    assert folded(" 待办 编号（必填）* ") == "待办编号"
    assert folded("ＤＡＴＡ：") == "data"
