"""Each ledger of one small known office, compared cell by cell; the office's cases are made once for all tests."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from models.refusals import UnknownChannel
from reports.catalogue import REPORTS, WrongScope, write_report
from tests.office import CLERK, CLERK2, DISCIPLINE, HEAD, act, carry, classify, double_check, it_is, report
from tests.reports.known_office import Office
from tests.reports.sheets import lines, totals

SUMMARY, MEASURES = "窗口办事拖延，多次询问无回音", "限期办结并公开答复时限。"
UNIT, HEAD_OF_UNIT = "区发展和改革局", "赵某甲"
MAY_7, MAY_18, MAY_19 = (date(2026, 5, day) for day in (7, 18, 19))


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_what_is_written_off_and_what_is_on_its_way_there(office: Office) -> None:
    usual = {"问题（脱敏）": SUMMARY, "责任单位": UNIT, "整改结果": f"属实；{MEASURES}", "主要领导签字日期": MAY_7}
    applied = usual | {"佐证材料": "整改照片一组", "满意度": "满意", "销号/申请人": "倪某甲"}
    approved = {"销号/批准人": "殷某丁", "销号/状态": "已销号", "销号/日期": MAY_7}
    expected = [
        {"案件编号": office.done, "备案号": "洪治庸备〔2026〕1号"} | applied | approved,
        {"案件编号": office.waiting, "备案号": "洪治庸备〔2026〕2号", "销号/状态": "待审批"} | applied,
        {"案件编号": office.refused, "备案号": "洪治庸备〔2026〕3号", "销号/状态": "已驳回"} | applied,
        {
            "案件编号": office.exposed,
            "问题（脱敏）": SUMMARY,
            "责任单位": UNIT,
            "整改结果": "建议问责",
            "备案号": "洪治庸备〔2026〕4号",
            "满意度": "匿名、未留联系方式或无投诉人，无法回访",
            "销号/状态": "待申请",
        },
        usual
        | {
            "案件编号": office.again,
            "整改结果": "属实；上门致歉并当场办结。",
            "主要领导签字日期": MAY_18,
            "备案号": "洪治庸备〔2026〕5号\n洪治庸备〔2026〕6号",
            "满意度": "满意",
            "销号/状态": "待申请",
        },
    ]
    assert lines("write-off-ledger") == _numbered(expected)
    assert totals("write-off-ledger") == {"序号": "合计", "案件编号": 5, "销号/状态": 1}


def test_of_some_days_only_what_was_written_off_on_them(office: Office) -> None:
    assert [each["案件编号"] for each in lines("write-off-ledger", from_day=MAY_7, to_day=MAY_7)] == [office.done]
    assert lines("write-off-ledger", from_day=date(2026, 5, 8)) == []


def test_each_instruction_with_what_was_reported_and_how_many_days_are_left(office: Office) -> None:
    usual = {"督办/交办日": MAY_7, "事项/内容（脱敏）": SUMMARY, "承办/牵头": UNIT, "承办/责任领导": HEAD_OF_UNIT}
    assert lines("supervision-ledger") == _numbered(
        [
            usual
            | {
                "督办/编号": "洪治庸督〔2026〕1号",
                "督办/依据": "舆情",
                "督办/批示领导（来源）": "舆情快报第3期",
                "督办/批示意见": "一周内查清。",
                "督办/汇报频次": "每5个工作日",
                "事项/案件编号": office.bulletin,
                "承办/协办": "区教育局",
                "办理/进度": "2026年5月14日报：已约谈窗口负责人；困难：监控已覆盖\n"
                "单位调查 2026年5月18日到期\n"
                "单位调查（区教育局） 2026年5月13日到期\n"
                "督办进展报告 2026年5月22日到期",
                "办理/时限": date(2026, 5, 13),
                "办理/剩余/逾期（自然日）": -6,
                "办理/灯号": "红 逾期",
                "办理/延期": 1,
                "办理/催办次数": 1,
            },
            usual
            | {
                "督办/编号": "洪治庸督〔2026〕2号",
                "督办/依据": "会议议定",
                "督办/批示领导（来源）": "联席办公会",
                "督办/批示意见": "限期双查。",
                "督办/汇报频次": "每10个工作日",
                "事项/案件编号": office.visited,
                "办理/灯号": "—",
                "办理/延期": 0,
                "办理/催办次数": 0,
                "办理/办结日": date(2026, 5, 11),
                "备注": "已解除督办",
            },
        ]
    )
    assert totals("supervision-ledger") == {
        "序号": "合计",
        "督办/编号": 2,
        "办理/灯号": 1,
        "办理/延期": 1,
        "办理/催办次数": 1,
        "办理/办结日": 1,
    }


def test_each_decision_with_its_ground_the_three_conclusions_and_its_measures(office: Office) -> None:
    usual = {
        "问题（脱敏）": SUMMARY,
        "责任单位": UNIT,
        "问责情形/条款号": "—",
        "决定/机关": "区纪委监察局",
        "是否销号": "否",
    }
    three = ("直接责任人", "“一把手”", "分管领导")
    second = usual | {"案件编号": office.again, "问责情形/性质": "慢作为", "决定/日期": MAY_18}
    second |= {f"一案双查结论/{each}": "追究" for each in three}
    whom = "问责对象（受限）"
    expected = [
        usual
        | {
            "案件编号": office.exposed,
            f"{whom}/姓名": "卫**",
            f"{whom}/单位": UNIT,
            f"{whom}/职务": "分管领导",
            "问责情形/性质": "不作为",
            "问责方式": "诫勉谈话",
            "决定/日期": MAY_7,
        }
        | {f"一案双查结论/{each}": "—" for each in three},
        second
        | {
            f"{whom}/姓名": "卫**",
            f"{whom}/单位": UNIT,
            f"{whom}/职务": "分管领导",
            "问责方式": "诫勉谈话、书面检查",
            "决定/文号": "洪纪〔2026〕5号",
            "申诉": "卫**未提出申诉",
            "执行日期": MAY_18,
        },
        second | {f"{whom}/姓名": "张**", f"{whom}/单位": "某劳务公司", f"{whom}/职务": "窗口人员", "问责方式": "辞退"},
        second | {f"{whom}/姓名": "（单位）", f"{whom}/单位": UNIT, f"{whom}/职务": "—", "问责方式": "公开检讨"},
    ]
    assert lines("accountability-ledger") == _numbered(expected)
    assert totals("accountability-ledger") == {"序号": "合计", "案件编号": 4, "执行日期": 1, "是否销号": 0}
    assert len(lines("accountability-ledger", from_day=MAY_18)) == 3
    assert len(lines("accountability-ledger", to_day=MAY_7)) == 1


def test_each_double_check_with_three_conclusions_and_those_still_waited_for(office: Office) -> None:
    pursued = {"结论": "追究", "追究方式或不追究理由": "诫勉谈话、书面检查"}
    assert lines("double-check-ledger") == _numbered(
        [
            {
                "案件编号": office.visited,
                "轮次": 1,
                "问题（脱敏）": SUMMARY,
                "责任单位": UNIT,
                "双查缘由": "监督员明察暗访",
                "双查/启动日期": MAY_7,
                "双查/时限": date(2026, 5, 20),
                "双查/灯号": "黄 临期",
                "已作问责决定": 0,
            },
            {
                "案件编号": office.again,
                "轮次": 2,
                "问题（脱敏）": SUMMARY,
                "责任单位": UNIT,
                "双查缘由": "第2轮办理",
                "双查/启动日期": MAY_18,
                "双查/时限": date(2026, 6, 1),
                "双查/完成日期": MAY_18,
                "双查/灯号": "—",
                "已作问责决定": 3,
            }
            | {
                f"{position}/{heading}": value
                for position, name in (("直接责任人", "施**"), ("“一把手”", "赵**"), ("分管领导", "卫**"))
                for heading, value in ({"姓名": name} | pursued).items()
            },
        ]
    )
    assert totals("double-check-ledger") == {
        "序号": "合计",
        "案件编号": 2,
        "双查/灯号": 0,
        "直接责任人/结论": 1,
        "“一把手”/结论": 1,
        "分管领导/结论": 1,
    }


def test_each_further_round_with_why_it_was_started_and_what_both_came_to(office: Office) -> None:
    assert lines("second-round-ledger") == _numbered(
        [
            {
                "案件编号": office.again,
                "轮次": 2,
                "问题（脱敏）": SUMMARY,
                "责任单位": UNIT,
                "上一轮/整改措施": MEASURES,
                "上一轮/备案号": "洪治庸备〔2026〕5号",
                "上一轮/回访": "不满意",
                "启动/日期": MAY_7,
                "启动/复核意见（处理不力、群众不满意）": "逾期且未回应诉求",
                "本轮/承办": UNIT,
                "本轮/整改措施": "上门致歉并当场办结。",
                "本轮/签字日期": MAY_18,
                "本轮/一案双查": "追究3人，不追究0人",
                "本轮/备案号": "洪治庸备〔2026〕6号",
                "本轮/回访": "满意",
                "进展": "申请销号 2026年5月21日到期",
                "灯号": "绿 正常",
                "是否销号": "否",
            }
        ]
    )
    assert totals("second-round-ledger") == {"序号": "合计", "案件编号": 1, "灯号": 0, "是否销号": 0}
    assert lines("second-round-ledger", from_day=date(2026, 5, 8)) == []


def test_each_item_of_the_media_with_what_was_done_about_it_last(office: Office) -> None:
    assert lines("opinion-ledger") == _numbered(
        [
            {
                "舆情/期号、编号": "晚报5月5日3版",
                "舆情/来源": "市以上媒体曝光",
                "舆情/收到日期": date(2026, 5, 6),
                "舆情/概要（脱敏）": SUMMARY,
                "办理/案件编号": office.exposed,
                "办理/等级": "日常",
                "办理/责任单位": UNIT,
                "办理/整改或处理意见": "建议问责",
                "办理/进展": "申请销号 2026年5月11日到期",
                "办理/灯号": "红 逾期",
                "跟踪/最近办理": "问责决定",
                "跟踪/日期": MAY_7,
                "跟踪/距今天数": 12,
                "跟踪/记录次数": 0,
                "跟踪/下次记录": date(2026, 5, 13),
                "回应/媒体、来源单位": "媒体回应：江城晚报",
                "回应/日期": MAY_7,
                "是否销号": "否",
            },
            {
                "舆情/期号、编号": "第3期第2条",
                "舆情/来源": "舆情快报",
                "舆情/收到日期": date(2026, 5, 6),
                "舆情/概要（脱敏）": SUMMARY,
                "办理/案件编号": office.bulletin,
                "办理/等级": "突发",
                "办理/责任单位": UNIT,
                "办理/进展": "单位调查 2026年5月18日到期\n单位调查（区教育局） 2026年5月13日到期\n"
                "督办进展报告 2026年5月22日到期",
                "办理/灯号": "红 逾期",
                "跟踪/最近办理": "督办进展报告",
                "跟踪/日期": date(2026, 5, 14),
                "跟踪/距今天数": 5,
                "跟踪/记录次数": 1,
                "跟踪/最近记录": "2026年5月18日（消退）：转发减少，未见新的负面评论",
                "跟踪/下次记录": date(2026, 5, 25),
                "是否销号": "否",
            },
        ]
    )
    assert totals("opinion-ledger") == {
        "序号": "合计",
        "舆情/期号、编号": 2,
        "办理/灯号": 2,
        "跟踪/记录次数": 1,
        "回应/日期": 1,
        "是否销号": 0,
    }


def test_each_line_gets_back_by_its_own_numbers_what_became_of_its_messages(office: Office) -> None:
    usual = {"来件/线路": "区长专线", "来件/收到日期": date(2026, 5, 6), "办理/责任单位": UNIT}
    usual |= {
        "办理/办理结果": "经查属实，已整改。",
        "反馈/方式": "网上公示",
        "反馈/日期": MAY_7,
        "反馈/群众评价": "满意",
    }
    assert lines("line-return", channel="DISTRICT_HEAD_LINE") == _numbered(
        [
            usual | {"来件/来源编号": "QZ-1", "办理/案件编号": office.done, "办理/状态": "已销号", "办结日期": MAY_7},
            usual
            | {"来件/来源编号": "QZ-2", "办理/案件编号": office.waiting, "办理/状态": "在办"}
            | {"办理/本环节到期": date(2026, 5, 11)},
            usual
            | {"来件/来源编号": "QZ-3", "办理/案件编号": office.refused, "办理/状态": "在办"}
            | {"办理/本环节到期": date(2026, 5, 11)},
            usual
            | {"来件/来源编号": "QZ-4", "办理/案件编号": office.again, "办理/状态": "在办", "反馈/日期": MAY_18}
            | {"办理/本环节到期": date(2026, 5, 21)},
        ]
    )
    assert totals("line-return", channel="DISTRICT_HEAD_LINE") == {
        "序号": "合计",
        "来件/来源编号": 4,
        "反馈/日期": 4,
        "办结日期": 1,
    }
    (bulletin,) = lines("line-return", channel="OPINION_BULLETIN")
    assert (bulletin["来件/来源编号"], bulletin["办理/状态"]) == ("第3期第2条", "在办")
    assert bulletin.keys().isdisjoint({"办理/办理结果", "反馈/方式", "反馈/日期", "办结日期"})
    assert len(lines("line-return")) == 7


def test_only_what_was_approved_for_publication_is_on_the_sheet(office: Office) -> None:
    usual = {"反映渠道": "区长专线", "责任单位": UNIT, "办理结果": "经查属实，已整改。"}
    usual |= {"公示日期": MAY_7, "公示网址": "https://example.invalid/1"}
    expected = [usual | {"编号": each} for each in (office.done, office.waiting, office.refused, office.again)]
    expected.append(usual | {"编号": office.again, "公示日期": MAY_18})
    assert lines("publication-sheet") == _numbered(expected)
    assert totals("publication-sheet") == {"序号": "合计", "编号": 5}
    assert len(lines("publication-sheet", from_day=MAY_18)) == 1


def test_a_ledger_of_a_unit_that_has_nothing_is_empty_and_says_whose_it_is(office: Office) -> None:
    for name in REPORTS:
        assert lines(name, unit="U40") == []
        assert len(lines(name, unit="U01")) == len(lines(name))


@pytest.mark.parametrize("name", REPORTS)
def test_the_same_ledger_gives_the_same_bytes(office: Office, name: str) -> None:
    lines(name)
    first = Path(f"{name}.xlsx").read_bytes()
    lines(name)
    assert Path(f"{name}.xlsx").read_bytes() == first


@pytest.mark.parametrize("name", REPORTS)
def test_every_sum_is_a_formula_over_all_rows(office: Office, name: str) -> None:
    count = len(lines(name))
    first = 5 if any(column.group for column in REPORTS[name].columns) else 4
    formulas = totals(name, formulas=True)
    assert formulas.pop("序号") == "合计"
    assert len(formulas) == sum(column.total is not None for column in REPORTS[name].columns)
    for formula in formulas.values():
        assert formula.startswith("=")
        assert f"{first}:" in formula
        assert f"{first + count - 1}" in formula


def _numbered(expected: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"序号": number} | line for number, line in enumerate(expected, 1)]


def test_a_text_that_was_refused_is_not_published(office: Office) -> None:
    it_is("2026-05-20")
    number = report(number="QZ-9")
    carry(number, to="publication-1")
    before = len(lines("publication-sheet"))
    act(number, "publication-1", CLERK, redacted_text="未批准的文本。")
    assert len(lines("publication-sheet")) == before
    act(number, "publication-approval-1", CLERK2, agreed=False, opinion="措辞不当")
    act(number, "publication-1-b", CLERK, redacted_text="批准的文本。")
    act(number, "publication-approval-1-b", CLERK2, agreed=True)
    shown = [each["办理结果"] for each in lines("publication-sheet")]
    assert len(shown) == before + 1
    assert "批准的文本。" in shown
    assert "未批准的文本。" not in shown


def test_a_line_is_told_why_a_report_was_not_taken_up(office: Office) -> None:
    it_is("2026-05-19")
    number = report("MAYOR_LINE", number="SZ-9")
    carry(number, instead={"classification": {"outcome": "REJECT", "reason": "属司法程序，已告知138****1234"}})
    (line,) = lines("line-return", channel="MAYOR_LINE")
    assert (line["办理/状态"], line["办结日期"]) == ("不予受理（已办结）", MAY_19)
    assert line["办理/办理结果"].startswith("不予受理：属司法程序")
    with pytest.raises(WrongScope, match="问题台账没有这些筛选条件：channel"):
        lines("problem-ledger", channel="MAYOR_LINE")
    with pytest.raises(UnknownChannel):
        lines("line-return", channel="NONE")


def test_a_line_gets_its_own_number_whole_and_nothing_that_identifies_a_sender(office: Office) -> None:
    it_is("2026-05-19")
    number = report("OFFICE_COMPLAINT", number="420111202605061234", name="欧阳锋", phone="13912345678")
    why = "来件人欧阳锋电话13912345678停机"
    carry(
        number,
        instead={"direct-reply-1": {"means": "", "delivered_on": None, "proof": "", "undeliverable_reason": why}},
    )
    (line,) = lines("line-return", channel="OFFICE_COMPLAINT")
    assert line["来件/来源编号"] == "420111202605061234"
    assert "办理/办理结果" not in line  # nothing was approved for the public
    assert "停机" in line["反馈/方式"]
    assert "欧阳锋" not in line["反馈/方式"]
    assert "13912345678" not in line["反馈/方式"]


def test_whom_the_reader_may_not_know_stands_in_no_cell_of_the_ledgers_about_people() -> None:
    it_is("2026-05-19")
    number = report(number="QZ-77")
    classify(number, summary="卫某乙推诿", long_standing=True)
    carry(number, to="double-check-1")
    double_check(number, "double-check-1", pursued=True)
    carry(number, to="accountability-decision-1")
    decision = {
        "person": "U01-02",
        "measures": ["ADMONITION"],
        "deciding_body": "卫某乙所在单位",
        "decided_on": "2026-05-19",
    }
    act(number, "accountability-decision-1", DISCIPLINE, decisions=[decision])
    for name in ("accountability-ledger", "double-check-ledger"):
        assert "卫某乙" not in str(lines(name, by=CLERK))
        assert "卫某乙" in str(lines(name, by=HEAD))


def test_files_that_differ_in_content_differ_in_name(office: Office) -> None:
    written = [
        write_report("accountability-ledger", **scope)["file"]
        for scope in (
            {},
            {"by": HEAD},
            {"unit": "U01"},
            {"unit": "U02"},
            {"from_day": MAY_7},
            {"by": CLERK, "unit": "U01"},
        )
    ]
    assert len(set(written)) == 5  # to a clerk it says the same as to nobody
    assert Path(written[1]).stat().st_mode & 0o077 == 0
    assert "含姓名" in written[1]
