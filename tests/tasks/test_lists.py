"""The three lists: what a workbook must say, what a load makes of it, what is shown of versions and of gaps (O20)."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.database import engine, transaction
from models.journal import SYSTEM, Actor, Entry
from models.lists import PowerList, PublishedList
from models.lists_file import BadLists, Known, read_lists
from models.lists_sheets import Power
from models.refusals import BadFile, NotYours, UnknownList, UnknownOfficer, UnknownUnit
from models.typed_sheets import Fault
from models.words import ListKind, PowerKind
from settings import settings
from tasks.lists import load_lists
from tasks.lists_shown import coverage, diff_lists, show_lists
from tasks.verify import verify
from tests.office import CLERK, it_is

SAMPLE = Path(__file__).parents[2] / "deployments" / "sample" / "lists.xlsx"
TODAY = date(2026, 5, 6)
NOTHING_KNOWN = Known(units={"U01", "U02"}, published_on={}, powers={})

Sheets = dict[str, list[list[Any]]]


def lists() -> Sheets:
    """Lists that hold: all three of U01, the duties of U02 alone."""
    return {
        "公布": [
            ["单位代码", "清单", "公布日期", "公布载体"],
            ["U01", "权力清单", date(2026, 3, 2), "区政府门户网站"],
            ["U01", "DUTY", "2026年3月2日", None],
            ["U01", "程序清单", "2026-03-02", None],
            ["U02", "责任清单", "2026/4/1", None],
        ],
        "权力清单": [
            ["单位代码", "序号", "职权类型", "职权名称", "编码", "依据", "行使主体"],
            ["U01", 2, "行政处罚", "示例处罚", "CF-01", "待核原文", "区发展和改革局"],
            ["U01", 1, "LICENCE", "示例许可", 1001, "待核原文", "区发展和改革局"],
        ],
        "责任清单": [
            ["单位代码", "责任事项", "追责情形", "对应职权"],
            ["U01", "一次性告知", "应当告知而未告知", "示例许可"],
            ["U01", "公开时限", "应当公开而未公开", None],
            ["U02", "公开时限", "应当公开而未公开", None],
        ],
        "程序清单": [
            ["单位代码", "环节", "承办岗位", "时限", "材料", "监督方式", "对应职权"],
            ["U01", "受理", "综合窗口岗", "1个工作日", "申请表", "窗口评价", 1001],
            ["U01", "受理", "综合窗口岗", "1个工作日", None, "窗口评价", "示例处罚"],
            ["U01", "归档", "档案管理岗", 10, "案卷", "案卷评查", None],
        ],
    }


Write = Callable[[Sheets], Path]


@pytest.fixture
def written(tmp_path: Path) -> Write:
    """Write lists into a workbook."""

    def write(sheets: Sheets) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        path = tmp_path / "清单.xlsx"
        book.save(path)
        return path

    return write


def faults_of(path: Path, known: Known = NOTHING_KNOWN) -> list[Fault]:
    with pytest.raises(BadLists) as refusal:
        read_lists(path, today=TODAY, known=known)
    return refusal.value.faults


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value", "where", "reason"),
    [
        ("公布", 2, 1, "U09", "A2", "名册中没有这个在用的责任单位"),
        ("公布", 2, 1, None, "A2", "不能为空"),
        ("公布", 2, 2, "权利清单", "B2", "没有这个清单；可用：权力清单、责任清单、程序清单"),
        ("公布", 3, 2, "权力清单", "B3", "与第 2 行重复"),
        ("公布", 2, 3, "2026-02-30", "C2", "不是有效日期"),
        ("公布", 2, 3, "2026-05-07", "C2", "晚于今天"),
        ("公布", 5, 1, "U01", "B5", "与第 3 行重复"),
        ("权力清单", 2, 3, "行政指导", "C2", "没有这个职权类型；可用：行政许可、"),
        ("权力清单", 2, 2, "二", "B2", "须为整数"),
        ("权力清单", 3, 2, 2, "B3", "与第 2 行重复"),
        ("权力清单", 3, 5, "CF-01", "E3", "与第 2 行重复"),
        ("权力清单", 2, 5, None, "E2", "不能为空"),
        ("权力清单", 2, 5, "码" * 301, "E2", "过长，不得超过 300 字"),
        ("权力清单", 2, 1, "U02", "A2", "“公布”表中没有该单位的权力清单"),
        ("责任清单", 3, 2, "一次性告知", "B3", "与第 2 行重复"),
        ("责任清单", 2, 4, "示例许可证", "D2", "没有这个编码或职权名称"),
        ("责任清单", 4, 1, "U01", "B5", "“责任清单”表中没有该单位的事项"),
        ("责任清单", 4, 4, "示例许可", "D4", "没有这个编码或职权名称"),
        ("程序清单", 3, 7, "1001", "B3", "与第 2 行重复"),
        ("程序清单", 3, 7, "示例许可", "B3", "与第 2 行重复"),
        ("程序清单", 2, 7, "CF-09", "G2", "没有这个编码或职权名称"),
        ("程序清单", 2, 6, "", "F2", "不能为空"),
    ],
)
def test_a_fault_is_named_by_sheet_and_cell(
    written: Write, sheet: str, row: int, column: int, value: Any, where: str, reason: str
) -> None:
    sheets = lists()
    sheets[sheet][row - 1][column - 1] = value
    faults = faults_of(written(sheets))
    assert any(place == where and reason in why for _, place, why in faults), faults


def test_all_faults_are_listed_and_none_is_inferred_from_a_row_that_cannot_be_read(written: Write) -> None:
    sheets = lists()
    sheets["权力清单"][2][2] = "许可"
    sheets["公布"][4][2] = "去年"
    sheets["责任清单"][1][2] = None
    assert faults_of(written(sheets)) == [
        ("公布", "C5", "不是有效日期，请写作 2015-01-01"),
        ("权力清单", "C3", f"没有这个职权类型；可用：{'、'.join(kind.label for kind in PowerKind)}"),
        ("责任清单", "C2", "不能为空"),
    ]


def test_powers_of_the_same_name_are_told_apart_by_their_code(written: Write) -> None:
    sheets = lists()
    sheets["权力清单"][1][3] = "示例许可"
    assert faults_of(written(sheets)) == [
        ("责任清单", "D2", "该单位有几项职权同名，请填编码"),
        ("程序清单", "G3", "该单位的权力清单中没有这个编码或职权名称"),
    ]


def test_a_sheet_or_a_column_that_is_missing_is_named(written: Write) -> None:
    sheets = lists()
    del sheets["程序清单"]
    sheets["权力清单"][0][4] = "代码"
    assert faults_of(written(sheets)) == [
        ("权力清单", "A1", "第一行缺少列：编码"),
        ("程序清单", "A1", "缺少这张工作表"),
    ]


def test_a_workbook_without_any_list_is_refused(written: Write) -> None:
    empty = {title: rows[:1] for title, rows in lists().items()}
    assert faults_of(written(empty)) == [("公布", "A2", "没有列出任何清单")]


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "清单.xlsx"
    for content in (b"", b"PK\x03\x04", b"not a workbook"):
        path.write_bytes(content)
        with pytest.raises(BadFile):
            read_lists(path, today=TODAY, known=NOTHING_KNOWN)


def test_a_power_may_be_one_of_the_list_in_force(written: Write) -> None:
    sheets = lists()
    sheets["公布"].pop(1)
    sheets["权力清单"] = sheets["权力清单"][:1]
    in_force = [Power(code="1001", name="示例许可", kind=PowerKind.LICENCE)]
    known = Known(units={"U01", "U02"}, published_on={}, powers={"U01": in_force})
    assert [where for _, where, _ in faults_of(written(sheets), known)] == ["G3"]
    sheets["程序清单"].pop(2)
    duties, procedures, _ = read_lists(written(sheets), today=TODAY, known=known)
    assert [item.power_kind for item in duties.items] == [PowerKind.LICENCE, None]
    assert [(item.key, item.power_kind) for item in procedures.items] == [
        ("1001 受理", PowerKind.LICENCE),
        ("归档", None),
    ]


def load(path: Path, by: str = CLERK) -> dict[str, Any]:
    return load_lists(path, actor=Actor(code=by))


@pytest.fixture
def loaded(ledger: str, written: Write) -> None:
    """The lists in force since a load on 6 May 2026."""
    it_is("2026-05-06")
    load(written(lists()))


def test_a_load_keeps_each_list_as_version_one(ledger: str, written: Write) -> None:
    it_is("2026-05-06")
    path = written(lists())
    counts = load(path)
    assert {key: counts[key] for key in counts if key != "sha256"} == {
        "units": 2,
        "lists": 4,
        "items": 8,
        "new": 4,
        "changed": 0,
        "unchanged": 0,
    }
    with transaction() as session:
        powers = session.scalars(select(PowerList)).one()
        assert (powers.version, powers.published_on, powers.published_in) == (1, date(2026, 3, 2), "区政府门户网站")
        assert (powers.loaded_by, powers.kind) == (CLERK, ListKind.POWER)
        assert [(item.key, item.name, item.power_kind) for item in powers.items] == [
            ("1001", "示例许可", PowerKind.LICENCE),
            ("CF-01", "示例处罚", PowerKind.PENALTY),
        ]
        entry = session.scalars(select(Entry).where(Entry.what == "lists")).one()
        assert (entry.actor, entry.case_id) == (CLERK, None)
        assert entry.detail == {"file": "清单.xlsx", **counts}
    assert verify().ok


@pytest.mark.usefixtures("loaded")
def test_the_same_lists_again_make_no_version(written: Write) -> None:
    sheets = lists()
    sheets["公布"][1][3] = "另一个网站"
    counts = load(written(sheets))
    assert (counts["new"], counts["changed"], counts["unchanged"]) == (0, 0, 4)


@pytest.mark.usefixtures("loaded")
def test_what_changed_is_the_next_version_and_the_others_stay(written: Write) -> None:
    sheets = lists()
    sheets["责任清单"][1][2] = "应当一次性告知而未告知"
    counts = load(written(sheets))
    assert (counts["new"], counts["changed"], counts["unchanged"]) == (0, 1, 3)
    [shown] = show_lists("U01", ListKind.DUTY)["lists"]
    assert (shown["version"], shown["versions"]) == (2, [1, 2])
    assert verify().ok


@pytest.mark.usefixtures("loaded")
def test_the_same_items_published_anew_are_the_next_version(written: Write) -> None:
    sheets = lists()
    sheets["公布"][1][2] = date(2026, 5, 6)
    assert load(written(sheets))["changed"] == 1


@pytest.mark.usefixtures("loaded")
def test_a_list_published_before_the_one_in_force_is_refused_with_all_of_the_file(written: Write) -> None:
    sheets = lists()
    sheets["公布"][1][2] = date(2026, 3, 1)
    sheets["公布"][2][2] = date(2026, 5, 1)
    with pytest.raises(BadLists) as refusal:
        load(written(sheets))
    assert refusal.value.faults == [("公布", "C2", "早于现行版本的公布日期（2026-03-02）")]
    assert refusal.value.code == "bad-lists"
    assert "三张清单有 1 处错误，未载入任何内容。" in refusal.value.message
    with transaction() as session:
        assert set(session.scalars(select(PublishedList.version))) == {1}


@pytest.mark.usefixtures("ledger")
def test_only_the_office_or_whoever_sits_at_the_machine_loads_lists(written: Write) -> None:
    it_is("2026-05-06")
    path = written(lists())
    with pytest.raises(NotYours):
        load(path, by="U01-01")
    with pytest.raises(UnknownOfficer):
        load(path, by="NOBODY")
    assert load_lists(path, actor=SYSTEM)["new"] == 4


@pytest.mark.usefixtures("loaded")
def test_units_without_a_published_list_are_named() -> None:
    covered = coverage()
    assert len(covered["units"]) == 60
    assert covered["units"][0]["lists"]["POWER"] == {
        "version": 1,
        "published_on": "2026-03-02",
        "published_in": "区政府门户网站",
        "count": 2,
    }
    assert covered["complete"] == 1
    assert covered["missing"][0] == {"unit": "U02", "name": "区教育局", "lists": ["POWER", "PROCEDURE"]}
    assert len(covered["missing"]) == 59
    assert len(coverage(ListKind.DUTY)["missing"]) == 58


@pytest.mark.usefixtures("loaded")
def test_a_list_is_shown_in_its_order_and_its_columns() -> None:
    shown = show_lists("U01", ListKind.POWER)
    [powers] = shown["lists"]
    assert shown["missing"] == []
    assert list(powers["items"][0]["content"].items()) == [
        ("序号", "1"),
        ("职权类型", "行政许可"),
        ("职权名称", "示例许可"),
        ("编码", "1001"),
        ("依据", "待核原文"),
        ("行使主体", "区发展和改革局"),
    ]
    assert show_lists("U02")["missing"] == ["POWER", "PROCEDURE"]
    for unit, kind, version in (("U02", ListKind.POWER, None), ("U01", None, 2), ("U03", None, None)):
        with pytest.raises(UnknownList):
            show_lists(unit, kind, version)
    with pytest.raises(UnknownUnit):
        show_lists("U99")


@pytest.mark.usefixtures("loaded")
def test_two_versions_are_compared_item_by_item(written: Write) -> None:
    sheets = deepcopy(lists())
    powers = sheets["权力清单"]
    powers[1][1], powers[2][1] = 1, 2
    powers[1][3] = "示例处罚（修订）"
    powers.append(["U01", 3, "行政检查", "示例检查", "JC-01", "待核原文", "区发展和改革局"])
    sheets["程序清单"][2][6] = "CF-01"
    sheets["责任清单"].pop(2)
    sheets["公布"][1][2] = date(2026, 5, 5)
    load(written(sheets))
    found = diff_lists("U01", ListKind.POWER)
    assert (found["from"]["version"], found["to"]["version"]) == (1, 2)
    assert [item["key"] for item in found["added"]] == ["JC-01"]
    assert found["removed"] == []
    assert found["changed"] == [
        {
            "key": "CF-01",
            "name": "示例处罚（修订）",
            "changes": [{"field": "职权名称", "old": "示例处罚", "new": "示例处罚（修订）"}],
        }
    ]
    assert found["renumbered"] == 1
    assert [item["name"] for item in diff_lists("U01", ListKind.DUTY)["removed"]] == ["公开时限"]
    backwards = diff_lists("U01", ListKind.POWER, from_version=2, to_version=1)
    assert [item["key"] for item in backwards["removed"]] == ["JC-01"]
    first = diff_lists("U01", ListKind.POWER, to_version=1)
    assert (first["from"], len(first["added"])) == (None, 2)
    for unknown in ({"from_version": 9}, {"to_version": 9}):
        with pytest.raises(UnknownList):
            diff_lists("U01", ListKind.POWER, **unknown)


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE list_item SET content = content || '{\"依据\": \"无\"}' WHERE key = '1001'",
        "UPDATE published_list SET published_on = '2026-03-01' WHERE kind = 'POWER'",
        "DELETE FROM list_item WHERE key = '1001'",
    ],
)
def test_a_list_that_was_changed_behind_the_ledger_s_back_is_found(change: str) -> None:
    with Session(engine(settings().ledger_url)) as session, session.begin():
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(change))
    assert [(each["where"], each["why"]) for each in verify().broken] == [("三张清单", "被改动、缺失或未经办理形成")]


@pytest.mark.usefixtures("ledger")
def test_the_sample_holds_and_shows_its_one_gap() -> None:
    counts = load_lists(SAMPLE, actor=SYSTEM)
    assert (counts["units"], counts["lists"]) == (60, 179)
    assert coverage()["missing"] == [{"unit": "U60", "name": "区环境卫生服务中心", "lists": ["PROCEDURE"]}]
    for unit in coverage()["units"]:
        sizes = {kind: each["count"] for kind, each in unit["lists"].items() if each}
        assert 4 <= sizes["POWER"] <= 8
        assert 4 <= sizes["DUTY"] <= 6
        assert 6 <= sizes.get("PROCEDURE", 6) <= 10


@pytest.mark.usefixtures("ledger")
def test_no_text_of_a_law_is_invented_in_the_sample() -> None:
    load_lists(SAMPLE, actor=SYSTEM)
    for unit in ("U01", "U31", "U60"):
        [powers] = show_lists(unit, ListKind.POWER)["lists"]
        assert {item["content"]["依据"] for item in powers["items"]} == {"待核原文"}
        assert all("示例" in item["name"] for item in powers["items"])
