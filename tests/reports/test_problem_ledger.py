"""The 问题台账 of a small known office, compared cell by cell, and narrowed by days and unit."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import event, select

from models.database import engine, transaction
from models.journal import Actor
from models.message import Message
from models.refusals import UnknownUnit
from reports.catalogue import REPORTS, UnknownReport, WrongScope, report_list, write_report
from settings import settings
from tasks.answer import answer
from tasks.merge import merge
from tasks.suspend import suspend
from tests.office import CLERK, HEAD, act, assignment_of, at, carry, classify, investigate, it_is, report

pytestmark = pytest.mark.usefixtures("ledger")

HEADINGS = (
    *("序号", "案件编号", "问题来源（渠道）", "来源编号", "收到日期", "问题描述（脱敏）", "类别", "性质", "责任单位"),
    *("责任人", "分管领导", "牵头/协办", "整改措施", "整改时限", "进展", "完成情况", "灯号", "是否销号", "销号日期"),
    "备注",
)
FIRST_ROW = 4


def ledger(**scope: Any) -> list[dict[str, Any]]:
    """Write the 问题台账 and read its lines back, without what is empty."""
    file = Path("台账.xlsx")
    written = write_report("problem-ledger", out=file, **scope)
    sheet = openpyxl.load_workbook(file)["问题台账"]
    assert tuple(cell.value for cell in sheet[FIRST_ROW - 1]) == HEADINGS
    rows = sheet.iter_rows(min_row=FIRST_ROW, max_row=FIRST_ROW + written["rows"] - 1, values_only=True)
    lines = [dict(zip(HEADINGS, map(_plain, row), strict=True)) for row in rows]
    return [{heading: value for heading, value in line.items() if value is not None} for line in lines]


def line(number: str, **scope: Any) -> dict[str, Any]:
    """Write the 问题台账 and return a case's line."""
    return next(each for each in ledger(**scope) if each["案件编号"] == number)


def _plain(value: Any) -> Any:
    return value.date() if hasattr(value, "date") else value


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements that go to the ledger meanwhile."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    ledger_engine = engine(settings().ledger_url)
    event.listen(ledger_engine, "before_cursor_execute", note)
    yield statements
    event.remove(ledger_engine, "before_cursor_execute", note)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_each_case_stands_on_its_line_as_it_is_known() -> None:
    it_is("2026-05-06")
    done = report(number="QZ-1", received_at=at("2026-05-05", "23:59"))
    waiting = report("CONDUCT_LINE", number="HF-1")
    refused = report("OFFICE_COMPLAINT", number="ZY-1", phone="", name="")
    it_is("2026-05-07")
    held_up = report(number="QZ-2")
    carry(done)
    act(refused, "classification", CLERK, outcome="REJECT", reason="已由法院受理")
    act(refused, "rejection-reply", CLERK, undeliverable_reason="匿名")
    act(refused, "closing-approval", HEAD, agreed=True)
    classify(held_up, unit="U02", co_units=["U03"], problem_class="COMMON", summary="报名材料一再补正")
    act(held_up, "receipt-1-U02", "U02-03", received=True)
    it_is("2026-05-29", "18:00")

    assert ledger() == [
        {
            "序号": 1,
            "案件编号": "洪治庸〔2026〕1号",
            "问题来源（渠道）": "区长专线",
            "来源编号": "QZ-1",
            "收到日期": date(2026, 5, 5),
            "问题描述（脱敏）": "窗口办事拖延，多次询问无回音",
            "类别": "一般",
            "性质": "慢作为",
            "责任单位": "区发展和改革局",
            "责任人": "赵某甲",
            "分管领导": "卫某乙",
            "整改措施": "限期办结并公开答复时限。",
            "整改时限": date(2026, 12, 31),
            "进展": "已销号",
            "完成情况": "已完成",
            "灯号": "—",
            "是否销号": "是",
            "销号日期": date(2026, 5, 7),
            "备注": "备案号：洪治庸备〔2026〕1号",
        },
        {
            "序号": 2,
            "案件编号": waiting,
            "问题来源（渠道）": "行风连线",
            "来源编号": "HF-1",
            "收到日期": date(2026, 5, 6),
            "问题描述（脱敏）": "（待分类）",
            "进展": "分类登记 2026年5月7日到期",
            "完成情况": "待分类",
            "灯号": "红 逾期",
            "是否销号": "否",
        },
        {
            "序号": 3,
            "案件编号": refused,
            "问题来源（渠道）": "治庸问责投诉",
            "来源编号": "ZY-1",
            "收到日期": date(2026, 5, 6),
            "问题描述（脱敏）": "（未分类）",
            "进展": "不予受理（已办结）",
            "完成情况": "不予受理",
            "灯号": "—",
            "是否销号": "否",
            "备注": "已由法院受理",
        },
        {
            "序号": 4,
            "案件编号": held_up,
            "问题来源（渠道）": "区长专线",
            "来源编号": "QZ-2",
            "收到日期": date(2026, 5, 6),
            "问题描述（脱敏）": "报名材料一再补正",
            "类别": "一类",
            "责任单位": "区教育局",
            "责任人": "钱某甲",
            "分管领导": "蒋某乙",
            "牵头/协办": "协办：区科学技术和经济信息化局",
            "进展": "签收（区科学技术和经济信息化局） 2026年5月8日到期\n整改方案 2026年5月20日到期",
            "完成情况": "办理中",
            "灯号": "红 逾期",
            "是否销号": "否",
        },
    ]


def test_the_last_row_counts_cases_overdue_and_written_off_by_formulas_with_their_values() -> None:
    it_is("2026-05-06")
    carry(report(number="QZ-1"))
    report(number="QZ-2")
    report(number="QZ-3")
    it_is("2026-05-20")
    write_report("problem-ledger", out=Path("台账.xlsx"))
    formulas, values = (
        {HEADINGS[cell.column - 1]: cell.value for cell in sheet[FIRST_ROW + 3] if cell.value is not None}
        for sheet in (openpyxl.load_workbook("台账.xlsx", data_only=shown)["问题台账"] for shown in (False, True))
    )
    assert values == {"序号": "合计", "案件编号": 3, "灯号": 2, "是否销号": 1}
    assert formulas == {
        "序号": "合计",
        "案件编号": "=COUNTA(B4:B6)",
        "灯号": '=COUNTIF(Q4:Q6,"红*")',
        "是否销号": '=COUNTIF(R4:R6,"是")',
    }


def test_a_case_says_into_which_it_was_merged_and_the_other_names_both_sources() -> None:
    it_is("2026-05-06")
    one = report(number="QZ-1", received_at=at("2026-05-06"))
    other = report("MAYOR_LINE", number="SZ-9", received_at=at("2026-05-04"))
    with transaction() as session:
        message = session.scalars(select(Message.id).where(Message.source_number == "SZ-9")).one()
    merge(message, into=one, actor=Actor(code=CLERK), reason="同一事项")
    joined, merged = ledger()
    assert joined["问题来源（渠道）"] == "市长专线、区长专线"
    assert joined["来源编号"] == "SZ-9、QZ-1"
    assert joined["收到日期"] == date(2026, 5, 4)
    assert merged == {
        "序号": 2,
        "案件编号": other,
        "收到日期": date(2026, 5, 6),
        "问题描述（脱敏）": "（未分类）",
        "进展": "已并案",
        "完成情况": "已并案",
        "灯号": "—",
        "是否销号": "否",
        "备注": f"并入{one}",
    }


def test_measures_come_from_the_plan_until_the_unit_reports() -> None:
    it_is("2026-05-06")
    number = report()
    carry(number, to="investigation-1", instead={"classification": {"problem_class": "ANNUAL"}})
    planned = line(number)
    assert planned["牵头/协办"] == "牵头：区发展和改革局"
    assert (planned["整改措施"], planned["整改时限"]) == ("清理积压、公开时限、每周通报", date(2026, 12, 31))
    assert "性质" not in planned
    investigate(number, nature="INACTION", rectification="退还材料并当场办结。", rectification_deadline="2026-06-15")
    reported = line(number)
    assert (reported["性质"], reported["整改措施"]) == ("不作为", "退还材料并当场办结。")
    assert reported["整改时限"] == date(2026, 6, 15)


def test_of_several_units_each_says_its_measures_and_the_last_deadline_holds() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number, unit="U02", co_units=["U03"])
    for unit in ("U03", "U02"):
        act(number, f"receipt-1-{unit}", f"{unit}-03", received=True)
    investigate(number, "investigation-1-U03", "U03", nature="INACTION", rectification_deadline="2026-09-30")
    investigate(number, "investigation-1-U02", "U02", rectification="乙。", rectification_deadline="2026-06-30")
    found = line(number)
    assert found["性质"] == "慢作为、不作为"
    assert found["整改措施"] == "乙。\n（区科学技术和经济信息化局）限期办结并公开答复时限。"
    assert found["整改时限"] == date(2026, 9, 30)


def test_a_report_that_its_head_refuses_gives_way_to_the_next_one() -> None:
    it_is("2026-05-06")
    number = report()
    carry(number, to="sign-off-1")
    act(number, "sign-off-1", "U01-01", agreed=False, opinion="事实不清")
    investigate(number, "investigation-1-b", nature="MISCONDUCT", rectification="重新调查后整改。")
    assert (line(number)["性质"], line(number)["整改措施"]) == ("乱作为", "重新调查后整改。")


def test_in_the_second_round_the_first_report_stands_until_there_is_another() -> None:
    it_is("2026-05-06")
    number = report()
    poor = {"poorly_handled": True, "dissatisfied": True, "opinion": "处理不力"}
    again = {"call-back-1": {"result": "DISSATISFIED", "resolved": False}, "quality-review-1": poor}
    carry(number, to="investigation-2", instead=again)
    before = line(number)
    assert (before["整改措施"], before["完成情况"]) == ("限期办结并公开答复时限。", "办理中")
    assert before["备注"] == "备案号：洪治庸备〔2026〕1号；二次办理"
    investigate(number, "investigation-2", rectification="二次办理：上门致歉并当场办结。")
    assert line(number)["整改措施"] == "二次办理：上门致歉并当场办结。"


def test_what_the_office_handles_itself_says_its_opinion() -> None:
    it_is("2026-05-06")
    number = report("SUPERIOR_COVERT_VISIT")
    ruling = {"outcome": "DIRECT", "problem_class": "SUPERIOR"}
    carry(number, to="double-check-1", instead={"classification": ruling})
    found = line(number)
    assert (found["类别"], found["性质"], found["整改措施"]) == ("三类", "不作为", "建议问责")
    assert found["备注"] == "治庸问责办直接办理"


def test_nothing_of_a_message_or_of_who_sent_it_is_in_the_file() -> None:
    it_is("2026-05-06")
    secret = {"subject": "主题不得外泄", "text": "正文不得外泄", "name": "来件人甲", "phone": "13800001234"}
    report(address="甲街道甲一社区5栋", **secret)
    carry(report(number="A-2", address="甲街道甲一社区5栋", **secret))
    write_report("problem-ledger", out=Path("台账.xlsx"))
    cells = {str(cell) for sheet in openpyxl.load_workbook("台账.xlsx") for row in sheet.values for cell in row}
    assert not [cell for cell in cells for each in (*secret.values(), "5栋") if each in cell]


def test_both_bounds_are_included_and_days_are_those_of_shanghai() -> None:
    it_is("2026-05-08")
    report(number="1", received_at=at("2026-05-05", "23:59"))
    report(number="2", received_at=at("2026-05-06", "00:00"))
    report(number="3", received_at=at("2026-05-07", "23:59"))
    report(number="4", received_at=at("2026-05-08", "00:00"))

    def shown(**days: date) -> list[str]:
        return [each["来源编号"] for each in ledger(**days)]

    assert shown(from_day=date(2026, 5, 6), to_day=date(2026, 5, 7)) == ["2", "3"]
    assert shown(from_day=date(2026, 5, 7)) == ["3", "4"]
    assert shown(to_day=date(2026, 5, 5)) == ["1"]
    assert shown(from_day=date(2026, 6, 1)) == []


def test_a_unit_sees_its_own_cases_numbered_from_one() -> None:
    it_is("2026-05-06")
    for source_number, unit in (("1", "U01"), ("2", "U02"), ("3", "U02")):
        classify(report(number=source_number), unit=unit)
    assert [(each["序号"], each["来源编号"]) for each in ledger(unit="U02")] == [(1, "2"), (2, "3")]
    sheet = openpyxl.load_workbook("台账.xlsx")["问题台账"]
    assert "统计范围：责任单位为区教育局" in [cell.value for cell in sheet[2]]


def test_the_tenth_case_comes_after_the_ninth_and_the_next_year_after_both() -> None:
    it_is("2026-12-30")
    numbers = [report(number=str(n)) for n in range(10)]
    it_is("2027-01-04")
    numbers.append(report(number="10"))
    assert [each["案件编号"] for each in ledger()] == numbers
    assert numbers[-2:] == ["洪治庸〔2026〕10号", "洪治庸〔2027〕1号"]


def test_the_number_of_queries_does_not_grow_with_the_cases() -> None:
    it_is("2026-05-06")
    carry(report(number="1"))

    def queries() -> int:
        with counted() as statements:
            ledger()
        return len(statements)

    suspend(report(number="0"), actor=Actor(code=HEAD), reason="待上级答复")
    few = queries()
    for n in range(2, 6):
        classify(report(number=str(n)), co_units=["U02"])
        suspend(report(number=f"S{n}"), actor=Actor(code=HEAD), reason="待上级答复")
    assert queries() == few


def test_the_same_ledger_gives_the_same_bytes_and_another_one_another_head() -> None:
    it_is("2026-05-06")
    number = report()
    first = write_report("problem-ledger", out=Path("甲.xlsx"))
    again = write_report("problem-ledger", out=Path("乙.xlsx"))
    assert Path("甲.xlsx").read_bytes() == Path("乙.xlsx").read_bytes()
    assert first == again | {"file": "甲.xlsx"}
    assert first["as_of"] == "2026-05-06T09:00:00+08:00"
    classify(number)
    assert write_report("problem-ledger", out=Path("乙.xlsx"))["ledger_head"] != first["ledger_head"]


def test_rows_and_head_are_of_one_moment_whatever_is_answered_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is("2026-05-06")
    number = report()
    before = write_report("problem-ledger", out=Path("甲.xlsx"))
    read = REPORTS["problem-ledger"].rows

    def rows_while_somebody_answers(session: Any, scope: Any) -> Iterator[Any]:
        ruling = {"outcome": "REJECT", "reason": "重复"}
        answer(assignment_of(number, "classification"), data=ruling, actor=Actor(code=CLERK))
        yield from read(session, scope)

    monkeypatch.setitem(vars(REPORTS["problem-ledger"]), "rows", rows_while_somebody_answers)
    assert write_report("problem-ledger", out=Path("乙.xlsx"))["ledger_head"] == before["ledger_head"]
    assert Path("甲.xlsx").read_bytes() == Path("乙.xlsx").read_bytes()


def test_without_a_file_it_goes_to_out_under_its_title_and_day() -> None:
    it_is("2026-05-06")
    assert write_report("problem-ledger")["file"] == "out/问题台账-20260506.xlsx"
    assert Path("out/问题台账-20260506.xlsx").exists()


def test_what_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownReport):
        write_report("no-such-report")
    with pytest.raises(UnknownUnit):
        write_report("problem-ledger", unit="U99")
    with pytest.raises(WrongScope):
        write_report("problem-ledger", from_day=date(2026, 5, 2), to_day=date(2026, 5, 1))


def test_a_report_is_not_narrowed_by_what_it_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(REPORTS["problem-ledger"]), "parameters", ())
    with pytest.raises(WrongScope, match="unit"):
        write_report("problem-ledger", unit="U01")


def test_the_list_says_what_there_is() -> None:
    first = report_list()[0]
    assert (first["name"], first["title"], first["paper"]) == ("problem-ledger", "问题台账", "A3")
    assert (first["orientation"], first["parameters"]) == ("landscape", ["from", "to", "unit", "as-of", "by"])
    assert first["dated_by"] == "收到日期"
