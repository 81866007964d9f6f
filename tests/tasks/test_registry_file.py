"""Loading a registry workbook: what is refused and where, what a second load changes, what is shown."""

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.refusals import BadFile
from models.registry import Channel, EvaluatorGroup, MonitoringPoint, Officer, RoleGrant, Unit
from models.registry_file import BadRegistry, read_registry
from models.typed_sheets import Fault
from models.words import Role
from tasks.registry_file import load_registry, show_registry

TODAY = date(2026, 3, 2)
HEAD, CLERK, OFFICE_HEAD = "责任单位主要领导", "治庸问责办经办人", "治庸问责办负责人"

Sheets = dict[str, list[list[Any]]]


def registry() -> Sheets:
    """A registry that holds: two units, the office, one of everything else."""
    return {
        "单位": [
            ["代码", "名称", "类别", "顺序"],
            ["U01", "区教育局", "区政府职能部门", 1],
            ["U02", "甲街道办事处", "街道", 2],
            ["OFF", "区治庸问责办", "治庸问责办", 3],
        ],
        "人员": [
            ["代码", "姓名", "单位代码", "角色", "任职起", "任职止"],
            ["U01-01", "赵某甲", "U01", HEAD, date(2015, 1, 1), None],
            ["U02-01", "钱某甲", "U02", "unit-head", "2015-01-01", "2026年6月30日"],
            ["U02-02", "钱某乙", "U02", f"责任单位分管领导、{HEAD}", "2026/7/1", None],
            ["OFF-01", "唐某甲", "OFF", CLERK, "2015-01-01", None],
            ["OFF-04", "雷某丁", "OFF", OFFICE_HEAD, "2015-01-01", None],
        ],
        "渠道": [
            ["代码", "名称", "别名", "来源", "反馈口径", "强制三类", "直接问责", "一案双查", "向上级反馈", "列对照"],
            ["MAYOR_LINE", "市长专线", "市长热线", "投诉受理", "网上公示", None, None, None, None, "诉求号=来件编号"],
            ["TRANSFER", "上级转办", "上级督办", "上级交办", "SOURCE、DIRECT", "是", "否", None, "是", None],
            ["FILING_REVIEW", "备案审查发现", None, "责任单位发现", None, None, "是", None, None, None],
        ],
        "监测点": [["编号", "名称", "依托单位", "固定电话"], [1, "甲一社区监测点", "甲一社区", "027-0000-0101"]],
        "评议人员": [["机制", "代码", "名称"], ["窗口监督", "WINDOW-1", "人大代表"]],
    }


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Sheets], Path]:
    """Write a registry into a workbook."""

    def write(sheets: Sheets) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        path = tmp_path / "registry.xlsx"
        book.save(path)
        return path

    return write


def faults_of(path: Path) -> list[Fault]:
    with pytest.raises(BadRegistry) as refusal:
        read_registry(path, today=TODAY)
    return refusal.value.faults


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value", "where", "reason"),
    [
        ("单位", 2, 3, "企业", "C2", "没有这个类别"),
        ("单位", 2, 2, None, "B2", "不能为空"),
        ("单位", 3, 1, "U01", "A3", "与第 2 行重复"),
        ("单位", 3, 2, "区教育局", "B3", "与第 2 行重复"),
        ("单位", 2, 1, "U 1", "A2", "代码只能用"),
        ("单位", 2, 4, "第一", "D2", "须为整数"),
        ("单位", 4, 3, "街道", "A1", "须有一个类别为“治庸问责办”的单位"),
        ("单位", 3, 3, "治庸问责办", "C4", "只能有一个，第 3 行已有"),
        ("人员", 5, 3, "U09", "C5", "没有这个代码"),
        ("人员", 5, 4, "科长", "D5", "没有这个角色"),
        ("人员", 5, 4, "system", "D5", "没有这个角色"),
        ("人员", 2, 4, CLERK, "D2", "只有治庸问责办的人员"),
        ("人员", 5, 1, "system", "A5", "专指本系统"),
        ("人员", 5, 1, "System", "A5", "专指本系统"),
        ("人员", 5, 5, "2015-02-30", "E5", "不是有效日期"),
        ("人员", 5, 6, "去年", "F5", "不是有效日期"),
        ("人员", 5, 6, "2014-12-31", "F5", "早于任职起"),
        ("人员", 5, 4, f"{CLERK}、{OFFICE_HEAD}", "D5", "不得为同一人"),
        ("人员", 6, 1, "OFF-01", "A6", "与第 5 行代码相同，姓名或单位不同"),
        ("人员", 2, 6, "2025-12-31", "A2", "没有在任的责任单位主要领导"),
        ("人员", 4, 5, "2026-06-30", "E4", "与第 3 行的任期重叠"),
        ("渠道", 2, 4, "电视", "D2", "没有这个来源"),
        ("渠道", 3, 5, "网上公示、当面", "E3", "没有这个反馈口径"),
        ("渠道", 3, 5, "UPWARD", "E3", "没有这个反馈口径"),
        ("渠道", 3, 6, "对", "F3", "只能填“是”“否”"),
        ("渠道", 3, 1, "MAYOR_LINE", "A3", "与第 2 行重复"),
        ("渠道", 3, 3, "市长热线", "C3", "与第 2 行重复"),
        ("渠道", 2, 10, "诉求号=单号", "J2", "标准列名"),
        ("渠道", 4, 1, "REVIEW", "A1", "须有代码为 FILING_REVIEW 的渠道"),
        ("人员", 2, 1, "U02", "A2", "与一个单位的代码相同"),
        ("监测点", 2, 1, 21, "A2", "须在 1 至 20 之间"),
        ("监测点", 2, 1, 0, "A2", "须在 1 至 20 之间"),
        ("评议人员", 2, 3, "  ", "C2", "不能为空"),
    ],
)
def test_a_fault_is_named_by_sheet_and_cell(
    written: Callable[[Sheets], Path], sheet: str, row: int, column: int, value: Any, where: str, reason: str
) -> None:
    sheets = registry()
    sheets[sheet][row - 1][column - 1] = value
    faults = faults_of(written(sheets))
    assert any(place == where and reason in why for _, place, why in faults), faults


def test_nobody_is_clerk_and_head_of_the_office_on_the_same_day(written: Callable[[Sheets], Path]) -> None:
    sheets = registry()
    row = ["OFF-01", "唐某甲", "OFF", OFFICE_HEAD, "2026-01-01", None]
    sheets["人员"].append(row)
    assert faults_of(written(sheets)) == [("人员", "D7", "与第 5 行任期重叠：经办人与负责人不得为同一人")]
    sheets["人员"][4][5] = "2025-12-31"
    assert read_registry(written(sheets), today=TODAY).officers[-1].roles == [Role.OFFICE_HEAD]


def test_the_same_role_is_not_listed_twice_for_a_day(written: Callable[[Sheets], Path]) -> None:
    sheets = registry()
    sheets["人员"].append(["OFF-01", "唐某甲", "OFF", CLERK, "2020-01-01", None])
    assert faults_of(written(sheets)) == [("人员", "D7", "与第 5 行重复：同一角色的任期重叠")]


def test_the_office_may_have_two_heads_at_once(written: Callable[[Sheets], Path]) -> None:
    sheets = registry()
    sheets["人员"].append(["OFF-05", "倪某戊", "OFF", OFFICE_HEAD, "2015-01-01", None])
    assert len(read_registry(written(sheets), today=TODAY).officers) == 6


def test_all_faults_come_at_once_and_none_is_only_a_consequence(written: Callable[[Sheets], Path]) -> None:
    sheets = registry()
    sheets["单位"][1][2] = "企业"  # U01 is not read: its officers are not thereby without a unit
    sheets["人员"][2][4] = "昨天"  # the head of U02 is not read: U02 is not thereby without a head
    sheets["监测点"][1][0] = 99
    del sheets["评议人员"]
    places = [(sheet, cell) for sheet, cell, _ in faults_of(written(sheets))]
    assert places == [("单位", "C2"), ("人员", "E3"), ("监测点", "A2"), ("评议人员", "A1")]


def test_a_sheet_without_its_columns_is_one_fault(written: Callable[[Sheets], Path]) -> None:
    sheets = registry()
    sheets["人员"][0] = ["代码", "姓名", "单位代码", "职务", "开始", "任职止"]
    assert faults_of(written(sheets)) == [("人员", "A1", "第一行缺少列：任职起、角色")]


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "registry.xlsx"
    path.write_text("单位,人员")
    with pytest.raises(BadFile):
        read_registry(path, today=TODAY)
    with pytest.raises(BadFile):
        read_registry(tmp_path / "missing.xlsx", today=TODAY)


def test_a_registry_with_a_fault_changes_nothing(session: Session, written: Callable[[Sheets], Path]) -> None:
    sheets = registry()
    sheets["评议人员"][1][2] = None
    with pytest.raises(BadRegistry) as refusal:
        load_registry(session, written(sheets), today=TODAY)
    assert refusal.value.code == "bad-registry"
    assert refusal.value.message == "登记簿有 1 处错误，未载入任何内容。\n【评议人员】C2：不能为空"
    assert session.scalar(select(func.count()).select_from(Unit)) == 0


def test_the_first_load_counts_what_it_adds(session: Session, written: Callable[[Sheets], Path]) -> None:
    path = written(registry())
    assert load_registry(session, path, today=TODAY) == {
        "units": 3,
        "officers": 5,
        "roles": 6,
        "channels": 3,
        "points": 1,
        "groups": 1,
        "added": 19,
        "changed": 0,
        "ended": 0,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    session.expire_all()
    line = session.get_one(Channel, "MAYOR_LINE")
    assert (line.aliases, line.feedback, line.columns) == (["市长热线"], ["ONLINE"], {"诉求号": "SOURCE_NUMBER"})
    transfer = session.get_one(Channel, "TRANSFER")
    assert (transfer.forces_superior, transfer.direct_accountability, transfer.upward_report) == (True, False, True)
    head = session.get_one(Officer, "U02-01")
    assert head.holds(Role.UNIT_HEAD, on=date(2026, 6, 30))
    assert not head.holds(Role.UNIT_HEAD, on=date(2026, 7, 1))


def test_loading_the_same_workbook_again_changes_nothing(session: Session, written: Callable[[Sheets], Path]) -> None:
    load_registry(session, written(registry()), today=TODAY)
    session.expire_all()
    counts = load_registry(session, written(registry()), today=date(2026, 3, 9))
    assert (counts["added"], counts["changed"], counts["ended"]) == (0, 0, 0)


def test_a_later_load_changes_what_changed_and_ends_what_is_gone(
    session: Session, written: Callable[[Sheets], Path]
) -> None:
    load_registry(session, written(registry()), today=TODAY)
    sheets = registry()
    sheets["单位"][1][1], sheets["单位"][2][1] = "甲街道办事处", "区教育局"  # two names change places
    sheets["渠道"][1][2] = "市长热线、市民热线"
    del sheets["渠道"][2], sheets["监测点"][1], sheets["评议人员"][1]
    sheets["人员"][4][0:2] = ["OFF-02", "罗某乙"]  # another clerk instead of OFF-01
    counts = load_registry(session, written(sheets), today=date(2026, 3, 16))
    assert (counts["added"], counts["changed"], counts["ended"]) == (2, 4, 4)  # the last channel moves up

    session.expire_all()
    assert session.get_one(Unit, "U01").name == "甲街道办事处"
    assert not session.get_one(Channel, "TRANSFER").active
    assert not session.get_one(MonitoringPoint, 1).active
    assert not session.get_one(EvaluatorGroup, "WINDOW-1").active
    left = session.scalars(select(RoleGrant).where(RoleGrant.officer_code == "OFF-01")).one()
    assert left.valid_to == date(2026, 3, 15)


def test_a_unit_that_is_abolished_and_comes_back(session: Session, written: Callable[[Sheets], Path]) -> None:
    load_registry(session, written(registry()), today=TODAY)
    sheets = registry()
    del sheets["单位"][1], sheets["人员"][1]
    assert load_registry(session, written(sheets), today=date(2026, 3, 16))["ended"] == 2
    assert "U01" not in [unit["code"] for unit in show_registry(session, today=date(2026, 3, 16))["units"]]
    assert load_registry(session, written(registry()), today=date(2026, 3, 17))["changed"] == 2
    assert session.get_one(Unit, "U01").active


def test_what_is_shown_is_in_force_today_and_in_the_official_order(
    session: Session, written: Callable[[Sheets], Path]
) -> None:
    sheets = registry()
    sheets["单位"][1][3], sheets["单位"][2][3] = 2, 1
    load_registry(session, written(sheets), today=TODAY)
    shown = show_registry(session, today=date(2026, 7, 1))
    assert shown == {
        "units": [
            {"code": "U02", "name": "甲街道办事处", "kind": "街道"},
            {"code": "U01", "name": "区教育局", "kind": "区政府职能部门"},
            {"code": "OFF", "name": "区治庸问责办", "kind": "治庸问责办"},
        ],
        "officers": [
            {"code": "U02-02", "name": "钱某乙", "unit": "U02", "roles": ["unit-deputy", "unit-head"]},
            {"code": "U01-01", "name": "赵某甲", "unit": "U01", "roles": ["unit-head"]},
            {"code": "OFF-01", "name": "唐某甲", "unit": "OFF", "roles": ["office-clerk"]},
            {"code": "OFF-04", "name": "雷某丁", "unit": "OFF", "roles": ["office-head"]},
        ],
        "channels": [
            {"code": "MAYOR_LINE", "name": "市长专线", "aliases": ["市长热线"], "feedback": ["ONLINE"]},
            {"code": "TRANSFER", "name": "上级转办", "aliases": ["上级督办"], "feedback": ["SOURCE", "DIRECT"]},
            {"code": "FILING_REVIEW", "name": "备案审查发现", "aliases": [], "feedback": []},
        ],
        "points": [{"number": 1, "name": "甲一社区监测点", "host": "甲一社区", "telephone": "027-0000-0101"}],
        "groups": [{"mechanism": "窗口监督", "code": "WINDOW-1", "name": "人大代表"}],
    }
