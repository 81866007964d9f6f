"""How a report is written: text stays text, totals calculate, the page prints as an office expects, or nothing is."""

import errno
import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from models.refusals import BadFile
from models.words import Light
from reports.report import Column, Paper, Report, Total
from reports.workbook import LONGEST_TEXT, Imprint, write_workbook

Line = tuple[int, str, str, date, Light | str, float]

REGISTER: Report[Line] = Report(
    name="register",
    title="登记表",
    about="",
    paper=Paper.A4,
    frozen=2,
    rows=lambda session, scope: iter(()),
    columns=(
        Column(heading="序号", width=6, value=itemgetter(0)),
        Column(heading="单位", width=16, value=itemgetter(1), group="对象"),
        Column(heading="事项", width=20, value=itemgetter(2), group="对象", prose=True),
        Column(heading="日期", width=11, value=itemgetter(3)),
        Column(
            heading="灯号",
            width=9,
            value=itemgetter(4),
            total=Total(formula='COUNTIF({cells},"红*")', adds=lambda value: value is Light.RED),
        ),
        Column(
            heading="金额",
            width=10,
            value=itemgetter(5),
            shows="0.00",
            total=Total(formula="SUM({cells})", adds=lambda value: value if isinstance(value, float) else 0),
        ),
    ),
)
IMPRINT = Imprint(
    office="区治庸问责办",
    scope="收到日期2026年5月1日起",
    as_of=datetime(2026, 5, 20, 9, 30, tzinfo=UTC),
    ledger_head="ab" * 32,
)
FIRST_ROW = 5


def line(number: int = 1, text: str = "事项", light: Light | str = Light.RED) -> Line:
    """Return a line of the register."""
    return (number, "区教育局", text, date(2026, 5, 6), light, 1.25)


def write(target: Path, *lines: Line, **options: Any) -> openpyxl.Workbook:
    """Write the register and open it."""
    assert write_workbook(REGISTER, lines, IMPRINT, target, **options) == len(lines)
    return openpyxl.load_workbook(target)


def texts(sheet: Any, column: str = "C") -> list[Any]:
    """Return a column's cells below the headings, as far as there are any."""
    return [cell.value for cell in sheet[column][FIRST_ROW - 1 :] if cell.value is not None]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where to write."""
    return tmp_path / "登记表.xlsx"


def test_numbers_dates_and_lights_are_what_they_are(target: Path) -> None:
    sheet = write(target, line(light=Light.YELLOW), line(2, light="—"))["登记表"]
    number, unit, _, day, light, amount = sheet[FIRST_ROW]
    assert [cell.data_type for cell in sheet[FIRST_ROW]] == ["n", "s", "s", "d", "s", "n"]
    assert (number.value, unit.value, day.value, amount.value) == (1, "区教育局", datetime(2026, 5, 6), 1.25)  # noqa: DTZ001
    assert (day.number_format, amount.number_format) == ("yyyy-mm-dd", "0.00")
    assert (light.value, light.fill.start_color.rgb) == ("黄 临期", "FFFFEB9C")
    assert sheet["E6"].value == "—"


@pytest.mark.parametrize(
    "text", ["=1+1", "+86", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "{=1}", "0012", "1e5", "真", "😀👨‍👩‍👧", "𠮷𪚥㐂䶮"]
)
def test_text_stays_text_whatever_it_looks_like(target: Path, text: str) -> None:
    cell = write(target, line(text=text))["登记表"]["C5"]
    assert (cell.value, cell.data_type) == (text, "s")
    assert bool(cell.quotePrefix) is (text[0] in "=+-@")  # stays text also when somebody edits the cell


@pytest.mark.parametrize("text", ["<r>&</r>", "<r><t>甲</t></r>", "<r></r>", "a<b&c>\"d'", " 前后空格 ", "&amp;"])
def test_what_looks_like_markup_is_text_too(target: Path, text: str) -> None:
    assert texts(write(target, line(text=text))["登记表"])[0] == text


@example("甲_x0041_乙")
@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_reads_back_without_its_control_characters(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    target = tmp_path_factory.mktemp("文") / "登记表.xlsx"
    write_workbook(REGISTER, [line(text=text)], IMPRINT, target)
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    expected = re.sub("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]", "", unified)
    assert CalamineWorkbook.from_path(target).get_sheet_by_index(0).to_python()[FIRST_ROW - 1][2] == expected


def test_a_text_longer_than_a_cell_goes_on_in_another_sheet_and_nothing_is_lost(target: Path) -> None:
    text = "长" * 40_000 + "😀" * 30_000
    book = write(target, line(text="短"), line(2, text=text))
    shown = texts(book["登记表"])[1]
    assert len(shown.encode("utf-16-le")) // 2 <= LONGEST_TEXT
    head, note = shown.rsplit("……", 1)
    assert note == "（后文见“续文”第2行）"
    rest = list(book["续文"].iter_rows(min_row=2, values_only=True))
    assert [where for where, _ in rest] == ["登记表!C6"] * 3
    assert head + "".join(piece for _, piece in rest) == text


def test_rows_beyond_a_sheet_go_on_in_the_next_and_the_total_counts_both(target: Path) -> None:
    book = write(target, *(line(number) for number in range(1, 8)), rows_per_sheet=3)
    assert book.sheetnames == ["登记表", "登记表（2）", "登记表（3）"]
    assert [texts(sheet, "A")[:3] for sheet in book] == [
        [1, 2, 3],
        [4, 5, 6],
        [7, "合计", "单位主要领导（签字）："],
    ]
    assert texts(book["登记表"], "A")[3] == "（下接下一张工作表）"
    assert [sheet["A3"].value for sheet in book] == ["序号"] * 3
    last = book["登记表（3）"]
    assert last["F6"].value == "=SUM('登记表'!F5:F7)+SUM('登记表（2）'!F5:F7)+SUM(F5:F5)"
    values = openpyxl.load_workbook(target, data_only=True)["登记表（3）"]
    assert (values["E6"].value, values["F6"].value) == (7, 8.75)


def test_rows_leave_nothing_behind_in_memory(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[int] = []

    def rows() -> Iterator[Line]:
        for number in range(1, 3001):
            if number % 1000 == 0:
                kept.append(sum(len(sheet.row_info) + len(sheet.row_sizes) + len(sheet.table) for sheet in sheets))
            yield line(number)

    sheets: list[Any] = []
    begun = Workbook.add_worksheet
    monkeypatch.setattr(Workbook, "add_worksheet", lambda *args: sheets.append(begun(*args)) or sheets[-1])
    write_workbook(REGISTER, rows(), IMPRINT, target)
    assert kept == kept[:1] * 3


def test_a_report_without_rows_says_so_and_its_totals_are_zero(target: Path) -> None:
    sheet = write(target)["登记表"]
    assert texts(sheet, "A")[:2] == ["（没有符合条件的记录）", "合计"]
    assert sheet["F6"].value == "=SUM(F5:F5)"
    assert openpyxl.load_workbook(target, data_only=True)["登记表"]["F6"].value == 0


def test_headings_of_two_levels_are_merged_as_they_print(target: Path) -> None:
    sheet = write(target, line())["登记表"]
    assert [cell.value for cell in sheet[3]] == ["序号", "对象", None, "日期", "灯号", "金额"]
    assert [cell.value for cell in sheet[4]] == [None, "单位", "事项", None, None, None]
    merged = {str(cells) for cells in sheet.merged_cells.ranges}
    assert {"A3:A4", "B3:C3", "D3:D4", "E3:E4", "F3:F4"} <= merged


def test_the_page_is_set_up_for_the_printer(target: Path) -> None:
    sheet = write(target, line())["登记表"]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)  # 1 need not be written
    assert sheet.print_options.horizontalCentered
    assert sheet.print_title_rows == "$3:$4"
    assert sheet.oddFooter.center.text == "第&P页 共&N页"
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("C5", "A4:F5")


def test_the_fonts_are_those_of_an_office(target: Path) -> None:
    sheet = write(target, line(text="混排2026"), line(2, text="QZ-1"))["登记表"]
    used = {name: (sheet[name].font.name, sheet[name].font.size) for name in ("A1", "A3", "C5", "C6", "D5")}
    assert used == {
        "A1": ("方正小标宋简体", 20),
        "A3": ("黑体", 11),
        "C5": ("仿宋_GB2312", 10.5),
        "C6": ("Times New Roman", 10.5),
        "D5": ("Times New Roman", 10.5),
    }


def test_a_row_is_as_high_as_its_longest_text_and_the_last_line_says_where_paper_is_too_small(target: Path) -> None:
    sheet = write(target, line(), line(2, text="字" * 45), line(3, text="字" * 5000))["登记表"]
    assert [sheet.row_dimensions[row].height for row in (5, 6, 7)] == [27, 81, 408.75]
    assert "有1行文字超出行高上限，打印不全，全文见电子表格单元格" in texts(sheet, "A")[-1]


def test_it_says_who_filled_it_in_for_what_and_as_of_when(target: Path) -> None:
    book = write(target, line())
    sheet = book["登记表"]
    assert sheet["A1"].value == "区治庸问责办登记表"
    assert [cell.value for cell in sheet[2] if cell.value] == [
        "填报单位（盖章）：区治庸问责办",
        "统计范围：收到日期2026年5月1日起",
        "填报时间：2026年5月20日",
    ]
    signers = [cell.value for cell in sheet[7] if cell.value]
    assert signers == ["单位主要领导（签字）：", "分管领导：", "审核人：", "填表人：", "联系电话："]
    assert sheet["A8"].value == "年　　月　　日"
    origin = (
        "说明：数据截至2026年5月20日17:30:00（北京时间）；统计范围：收到日期2026年5月1日起；"
        f"共1行；台账校验值：{'ab' * 32}。"
    )
    assert (sheet["A9"].value, book.properties.description) == (origin, origin)
    assert (book.properties.title, book.properties.creator) == ("区治庸问责办登记表", "区治庸问责办")
    assert {each.name: each.value for each in book.custom_doc_props.props} == {
        "报表": "register",
        "数据截至": "2026-05-20T17:30:00+08:00",
        "统计范围": "收到日期2026年5月1日起",
        "台账校验值": "ab" * 32,
    }


def test_the_same_rows_give_the_same_bytes_at_another_time_in_another_zone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "甲.xlsx", line(), line(2, text="字" * 50_000))
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    write(tmp_path / "乙.xlsx", line(), line(2, text="字" * 50_000))
    monkeypatch.undo()
    time.tzset()
    assert (tmp_path / "甲.xlsx").read_bytes() == (tmp_path / "乙.xlsx").read_bytes()


def test_there_are_no_links_and_no_macros_in_it(target: Path) -> None:
    write(target, line(text="https://example.invalid/ file://x"))
    with zipfile.ZipFile(target) as archive:
        names = archive.namelist()
        relations = b"".join(archive.read(name) for name in names if name.endswith(".rels"))
    assert not [name for name in names if "external" in name.lower() or "vba" in name.lower()]
    assert b"TargetMode" not in relations


def test_what_cannot_be_written_is_said_in_chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "夹.xlsx").mkdir()
    (tmp_path / "文件").write_text("")
    for path, reason in (
        ("没有/登记表.xlsx", "文件夹不存在"),
        ("文件/登记表.xlsx", "文件夹不存在"),
        ("夹.xlsx", "已有同名的文件夹"),
        ("登记表.xls", "须以 .xlsx 结尾"),
    ):
        with pytest.raises(BadFile, match=reason):
            write(tmp_path / path, line())
    for number, reason in ((errno.EACCES, "正在 Excel、WPS 中打开"), (errno.ENOSPC, "磁盘空间不足")):
        monkeypatch.setattr(os, "replace", _failing(OSError(number, "")))
        with pytest.raises(BadFile, match=reason):
            write(tmp_path / "登记表.xlsx", line())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["夹.xlsx", "文件"]


def _failing(error: Exception) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise error

    return fail


def test_an_error_on_the_way_leaves_the_file_of_before(target: Path) -> None:
    write(target, line())
    before = target.read_bytes()

    def rows() -> Iterator[Line]:
        yield line()
        raise LookupError

    with pytest.raises(LookupError):
        write_workbook(REGISTER, rows(), IMPRINT, target)
    assert target.read_bytes() == before
    assert list(target.parent.iterdir()) == [target]


def test_a_process_that_is_killed_leaves_no_half_workbook(target: Path) -> None:
    program = (
        "import os, sys, signal; from pathlib import Path; from tests.reports.test_workbook import *\n"
        "def rows():\n"
        "    for number in range(2000): yield line(number)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_workbook(REGISTER, rows(), IMPRINT, Path(sys.argv[1]))"
    )
    root = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", program, str(target)], cwd=root, check=False)
    assert killed.returncode == -9
    assert not list(target.parent.glob("*.xlsx"))
