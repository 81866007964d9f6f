"""The report on a self-inspection, cell by cell: a campaign of four units that came in, with one before it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from models.journal import Actor
from models.words import Aspect, CampaignStep, ListKind, Nature, PowerKind
from reports.campaign_figures import (
    CASES,
    DUE,
    EXEMPT,
    FOUND,
    IN_TIME,
    LATE,
    MISSING,
    NO_CASE,
    REPEATED,
    SIGNED,
    TO_MEND,
    UNDECIDED,
    general_problems,
)
from reports.campaign_letter import write_campaign_letter
from reports.campaign_markdown import campaign_markdown
from reports.campaign_report import read_summary, write_campaign_report
from reports.campaign_summary import Summary
from reports.campaign_workbook import write_campaign_workbook
from tasks.campaign import campaign_status, open_campaign
from tasks.campaign_answer import answer_duty, send_back
from tests.campaigns import came_back, duty
from tests.office import CLERK, DISCIPLINE, it_is

pytestmark = pytest.mark.usefixtures("ledger")

ALONE = {f"U{number:02}": "机构改革中，职能已划转" for number in range(7, 61)}
NO_RECEIPT = {"text": "窗口受理后三日内未出具受理通知书，群众无法查询进度。"}
OTHER_POST = {
    "aspect": Aspect.POST,
    "list_kind": ListKind.DUTY,
    "power_kind": None,
    "item_name": "首问负责",
    "text": "=1+1 首问负责未落实",
    "nature": Nature.INACTION,
    "mended": True,
}


def do(unit: str, step: CampaignStep, by: str, /, **data: Any) -> None:
    number = duty(unit, step)
    assert number is not None
    answer_duty(number, data=data, actor=Actor(code=by))


def december() -> None:
    """Three of six units in December 2025: U01 reported what it reports again, U02 something else."""
    it_is("2025-12-01")
    open_campaign("2025-12", actor=Actor(code="system"), exempt=ALONE)
    it_is("2025-12-10")
    came_back("U01", period="2025-12", problems=[{"text": "受理后三日内未出具受理通知书，群众无法查询进度。"}])
    came_back("U02", period="2025-12", problems=[{"text": "现场核查只有一人到场。"}])
    came_back("U03", period="2025-12")


def june() -> None:
    """Of six units: U01 done, U02 in time and unsigned, U03 late, U04 sent back, U05 never held, U06 silent."""
    it_is("2026-06-01")
    open_campaign("2026-06", actor=Actor(code="system"), exempt=ALONE)
    it_is("2026-06-10")
    came_back("U01", accepted=False)
    came_back("U01", problems=[NO_RECEIPT, OTHER_POST])
    came_back("U02", problems=[{"text": "补正材料没有一次告知。", "power_kind": PowerKind.LICENCE}])
    came_back("U04", problems=[{"text": "不再计入的问题。"}])
    do("U01", CampaignStep.SIGN_OFF, "U01-01", agreed=True)
    do("U01", CampaignStep.RECEPTION, DISCIPLINE, received_on="2026-06-10")
    numbers = [problem.problem.id for problem in read_summary("2026-06").now.lines[0].findings]
    decisions = [
        {"problem": numbers[0], "as_case": False, "reason": "已整改"},
        {"problem": numbers[1], "as_case": True},
    ]
    do("U01", CampaignStep.CONFIRMATION, CLERK, decisions=decisions)
    send_back("2026-06", "U04", actor=Actor(code=CLERK), reason="内容空泛")
    it_is("2026-07-01")
    came_back("U03")
    came_back("U05", accepted=False)


@pytest.fixture
def summary() -> Summary:
    """What is to be said on 1 July 2026."""
    december()
    june()
    return read_summary("2026-06")


@pytest.fixture
def opened(summary: Summary, tmp_path: Path) -> Callable[[str], Worksheet]:
    """Open a sheet of the workbook: with formulas."""
    path = tmp_path / "汇总表.xlsx"
    write_campaign_workbook(summary, path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["总体情况", "单位情况", "问题分布", "重复问题", "全部问题"]
    return lambda name: book[name]


def cells(sheet: Worksheet, area: str) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet[area]]


def test_each_unit_that_must_report_is_counted_once(summary: Summary) -> None:
    now = summary.now
    counted = {figure.label: figure.count(now) for figure in (IN_TIME, LATE, TO_MEND, MISSING)}
    assert counted == {"按期报送合格": 2, "逾期报送合格": 1, "待补正": 2, "未报送": 1}
    assert (DUE.count(now), EXEMPT.count(now), SIGNED.count(now)) == (6, 54, 1)


def test_only_returns_that_count_have_problems(summary: Summary) -> None:
    found = [(each.unit.code, each.problem.text) for each in summary.now.findings]
    assert found == [
        ("U01", "=1+1 首问负责未落实"),
        ("U01", NO_RECEIPT["text"]),
        ("U02", "补正材料没有一次告知。"),
    ]
    counts = [figure.count(summary.now) for figure in (FOUND, REPEATED, CASES, NO_CASE, UNDECIDED)]
    assert counts == [3, 1, 1, 1, 1]


def test_a_problem_is_repeated_where_the_unit_had_one_like_it_under_the_same_aspect(summary: Summary) -> None:
    [(finding, earlier)] = summary.now.repeated
    assert (finding.unit.code, finding.problem.text) == ("U01", NO_RECEIPT["text"])
    assert earlier.problem.text == "受理后三日内未出具受理通知书，群众无法查询进度。"
    assert 0.7 < earlier.similarity < 1


def test_the_figures_are_those_of_the_status(summary: Summary) -> None:
    for inspection in summary.all:
        shown = campaign_status(inspection.campaign.period)
        assert shown["findings"] == FOUND.count(inspection)
        assert shown["cases"] == CASES.count(inspection)
        assert shown["units"]["due"] == DUE.count(inspection)
        assert shown["units"]["exempt"] == EXEMPT.count(inspection)
        assert shown["units"]["returned"] == DUE.count(inspection) - MISSING.count(inspection)
        assert shown["units"]["accepted"] == IN_TIME.count(inspection) + LATE.count(inspection)


def test_a_kind_of_problem_is_general_where_two_units_have_it(summary: Summary) -> None:
    [general] = general_problems(summary.now.findings)
    assert (general.aspect, general.power_kind, general.units, general.problems) == (
        Aspect.FLOW,
        PowerKind.LICENCE,
        2,
        2,
    )


def test_the_overview_compares_with_the_campaign_before(opened: Callable[[str], Worksheet]) -> None:
    sheet = opened("总体情况")
    assert sheet["A1"].value == "2026年上半年“三清单”自查总体情况"
    assert sheet["A2"].value == "填报单位：区治庸问责办　　数据截至：2026年7月1日"
    assert cells(sheet, "A3:D8") == [
        ["指标", "2026年上半年", "2025年下半年", "比上次增减"],
        ["应报单位", 6, 6, "=B4-C4"],
        ["　　按期报送合格", 2, 3, "=B5-C5"],
        ["　　逾期报送合格", 1, 0, "=B6-C6"],
        ["　　待补正", 2, 0, "=B7-C7"],
        ["　　未报送", 1, 3, "=B8-C8"],
    ]
    by_label = {row[0].value.strip(): [row[1].value, row[2].value] for row in sheet["A4:C24"]}
    assert by_label["发现问题"] == [3, 2]
    assert by_label["权力运行流程"] == [2, 2]
    assert by_label["与上次重复的问题"] == [1, 0]
    assert by_label["转为案件"] == [1, 0]
    assert len(sheet._charts) == 3


def test_the_units_have_a_row_each_and_sums_as_formulas(opened: Callable[[str], Worksheet]) -> None:
    sheet = opened("单位情况")
    first = [cell.value for cell in sheet[5]]
    assert [first[at].date() for at in (5, 8, 9)] == [date(2026, 6, 10)] * 3
    assert first[:5] == [1, "区发展和改革局", "区政府职能部门", "已收讫", None]
    assert first[6:8] == [2, 1]
    assert first[10:15] == [2, 1, 1, 1, 0]
    states = [(row[3].value, row[4].value) for row in sheet["A5:E10"]]
    assert states == [
        ("已收讫", None),
        ("待签字", None),
        ("待签字", "逾期"),
        ("退回补正", None),
        ("退回补正", "逾期"),
        ("未报", "逾期"),
    ]
    exempt = [cell.value for cell in sheet[11]]
    assert (exempt[3], exempt[10]) == ("免报", None)
    assert exempt[16] == "机构改革中，职能已划转；未公布权力清单、责任清单、程序清单"
    totals = [cell.value for cell in sheet[65]]
    assert totals[0] == "合计"
    assert totals[4] == '=COUNTIF(E5:E64,"逾期")'
    assert totals[10] == "=SUM(K5:K64)"


def test_the_cross_tables_add_up_by_formulas(opened: Callable[[str], Worksheet]) -> None:
    sheet = opened("问题分布")
    head = [cell.value for cell in sheet[6]]
    rows = {row[0].value: [cell.value for cell in row] for row in sheet.iter_rows(min_row=7, max_row=9)}
    licence, none = head.index("行政许可"), head.index("未对应职权")
    assert rows["岗位责任　责任清单"][1:5] == ["=SUM(C7:E7)", 1, None, None]
    assert rows["岗位责任　责任清单"][none] == 1
    assert rows["权力运行流程　程序清单"][licence] == 2
    assert rows["合计"][1:3] == ["=SUM(B7:B8)", "=SUM(C7:C8)"]
    units = [row for row in sheet.iter_rows(min_row=10, values_only=True) if row[0] in ("区发展和改革局", "区教育局")]
    assert [row[2:5] for row in units] == [(1, 1, None), (None, 1, None)]
    assert [row[0] for row in sheet.iter_rows(min_row=10, values_only=True) if row[0]][-1] == "合计"


def test_what_came_back_stands_beside_what_was_before(opened: Callable[[str], Worksheet]) -> None:
    row = [cell.value for cell in opened("重复问题")[5]]
    assert row[:5] == [1, "区发展和改革局", "权力运行流程", "受理", NO_RECEIPT["text"]]
    assert row[7] == "受理后三日内未出具受理通知书，群众无法查询进度。"
    assert opened("重复问题")["A6"].value is None


def test_every_problem_has_its_return_its_row_and_its_case(opened: Callable[[str], Worksheet]) -> None:
    sheet = opened("全部问题")
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5, max_row=7)]
    assert [row[1] for row in rows] == ["区发展和改革局", "区发展和改革局", "区教育局"]
    assert [row[13] for row in rows] == ["不立案", "立案", "待确认"]
    cases = [row[14] for row in rows]
    assert [case for case in cases if case] == ["洪治庸〔2026〕1号"]
    assert [row[16] for row in rows] == ["岗位责任", "权力运行流程", "权力运行流程"]
    assert [row[17] for row in rows] == [9, 8, 8]
    assert all(str(row[15]).startswith("2026-06-U0") for row in rows)


def test_a_text_that_looks_like_a_formula_stays_text(opened: Callable[[str], Worksheet]) -> None:
    cell = opened("全部问题")["G5"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1 首问负责未落实", "s", True)


def test_the_same_ledger_gives_the_same_bytes(summary: Summary, tmp_path: Path) -> None:
    for name in ("一.xlsx", "二.xlsx"):
        write_campaign_workbook(summary, tmp_path / name)
    assert (tmp_path / "一.xlsx").read_bytes() == (tmp_path / "二.xlsx").read_bytes()


def test_the_document_names_who_is_missing_and_who_is_late(summary: Summary, tmp_path: Path) -> None:
    write_campaign_letter(summary, tmp_path / "报告.docx")
    document = docx.Document(str(tmp_path / "报告.docx"))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert document.paragraphs[0].text == "2026年上半年“三清单”自查情况报告"
    assert "2026年6月1日启动上半年自查" in text
    assert "应报单位6个（另有54个免报），按期报送合格2个，占33.3%；未报送1个（区司法局）；逾期报送1个" in text
    assert "退回后待补正2个（区民族宗教事务局、区民政局）" in text
    assert "2个单位报告问题3个，比上次增加1个。" in text
    assert "与2025年下半年相比，重复出现1个，涉及1个单位（区发展和改革局）。" in text
    assert "转为案件1件，确认不立案1个，待确认1个。" in text
    assert document.paragraphs[-1].text == "2026年7月1日"
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [
        ["", "应报单位", "按期合格", "逾期合格", "待补正", "未报送", "发现问题", "重复问题", "转为案件"],
        ["2026年上半年", "6", "2", "1", "2", "1", "3", "1", "1"],
        ["2025年下半年", "6", "3", "0", "0", "3", "2", "0", "0"],
    ]


def test_nobody_s_words_are_on_the_page_in_prefect(summary: Summary) -> None:
    page = campaign_markdown(summary)
    assert "| 应报单位 | 6 | 6 |" in page
    assert "- 未报送 1 个：区司法局" in page
    assert not any(finding.problem.text in page for finding in summary.now.findings)


def test_the_first_campaign_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    it_is("2026-06-01")
    open_campaign("2026-06", actor=Actor(code="system"))
    written = write_campaign_report("2026-06", tmp_path)
    workbook, letter = map(Path, written["files"])
    assert workbook.name == "2026年上半年三清单自查汇总表-20260601.xlsx"
    assert written["problems"] == 0
    sheet = openpyxl.load_workbook(workbook)["总体情况"]
    assert [cell.value for cell in sheet[3]][:3] == ["指标", "2026年上半年", None]
    text = "\n".join(paragraph.text for paragraph in docx.Document(str(letter)).paragraphs)
    assert "尚无合格的报告。" in text
    assert "未报送60个（区发展和改革局、" in text
    assert "等，名单见附件）" in text
