"""The workbook of rejected rows: as they came, with the reason, and fit to be mended and taken in again."""
# ruff: noqa: DTZ001 - what a cell holds has no zone

import csv
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from models.message_file import Header, Meaning, MessageFile, RejectedRow, read_message_file
from models.refusals import BadFile
from tasks.rejects_file import write_rejects

HEADER = ("留言编号", "留言时间", "留言详情", "备注")
OURS = ["拒收原因", "原表", "原行号"]


def make_workbook(path: Path, **sheets: list[tuple[Any, ...]]) -> Path:
    """Write a workbook of these sheets; text stays text."""
    with Workbook(path, {"strings_to_formulas": False, "default_date_format": "yyyy-mm-dd hh:mm"}) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def read(path: Path, **options: Any) -> MessageFile:
    """Read the file on 2015-09-10."""
    return read_message_file(path, today=date(2015, 9, 10), **options)


def rejects_of(file: MessageFile) -> openpyxl.Workbook:
    """Write the rejected rows of a file beside it and open what was written."""
    return openpyxl.load_workbook(write_rejects(file, file.rejected, file.path.with_name("拒收.xlsx")))


def values(sheet: Any) -> list[list[Any]]:
    """Return the cells of a sheet, row by row."""
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_rejected_rows_stand_below_their_own_headings_behind_the_reason(tmp_path: Path) -> None:
    rows = [("登记表",), HEADER, ("1", "2015-09-01", "甲"), ("2", "2015-02-30", "乙", "急"), ("", "", "丙")]
    file = read(make_workbook(tmp_path / "来件.xlsx", 一月=rows, 二月=[HEADER, ("3", "2015-09-01", "丁")]))
    workbook = rejects_of(file)
    assert workbook.sheetnames == ["一月"]
    assert values(workbook["一月"]) == [
        [*OURS, *HEADER],
        ["时间 2015-02-30 不存在", "一月", 4, "2", "2015-02-30", "乙", "急"],
        ["缺少来件编号；缺少时间", "一月", 5, None, None, "丙", None],
    ]
    assert workbook["一月"].freeze_panes == "D2"


def test_the_faulty_cells_are_marked_and_no_others(tmp_path: Path) -> None:
    file = read(make_workbook(tmp_path / "来件.xlsx", 来件=[HEADER, (430124201501031234, "昨天", "甲", "急")]))
    row = rejects_of(file)["来件"][2]
    assert [cell.coordinate for cell in row if cell.fill.fill_type] == ["D2", "E2"]
    assert row[3].number_format == "@"


def test_a_mended_workbook_is_taken_in_again_without_our_columns(tmp_path: Path) -> None:
    rows = [HEADER, ("2", "2015-02-30", "乙", "急"), ("3", datetime(2051, 9, 1), "丙", "缓"), ("4", "?", "丁", "")]
    file = read(make_workbook(tmp_path / "来件.xlsx", 来件=rows))
    workbook = rejects_of(file)
    workbook["来件"]["E2"] = "2015-02-28"
    for cell in workbook["来件"][4][3:]:
        cell.value = None
    workbook.save(tmp_path / "改好.xlsx")
    mended = read(tmp_path / "改好.xlsx")
    assert [(row.source_number, row.text, row.extra) for row in mended.messages] == [("2", "乙", {"备注": "急"})]
    assert [(row.row, row.column, row.reason) for row in mended.rejected] == [
        (3, "E 留言时间", "时间 2051-09-01 晚于明天")
    ]
    again = openpyxl.load_workbook(write_rejects(mended, mended.rejected, tmp_path / "再拒.xlsx"))
    assert values(again["来件"])[0] == [*OURS, *HEADER]
    assert values(again["来件"])[1][2:] == [3, "3", datetime(2051, 9, 1), "丙", "缓"]


@pytest.mark.parametrize(
    "text",
    ["=1+1", '=HYPERLINK("http://a")', "+8613", "-5", "@甲", "#N/A", "{=1}", "http://a", "007"],
)
def test_text_stays_text(tmp_path: Path, text: str) -> None:
    file = read(make_workbook(tmp_path / "来件.xlsx", 来件=[HEADER, ("2", "?", text, text * 100)]))
    row = rejects_of(file)["来件"][2]
    assert [(cell.data_type, cell.value) for cell in row[5:]] == [("s", text), ("s", text * 100)]
    assert row[5].number_format == "@" or row[5].quotePrefix
    assert row[6].number_format == "@" or row[6].quotePrefix


def test_a_text_that_the_writer_would_take_for_its_own_markup_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "来件.csv"
    path.write_text(f"{','.join(HEADER)}\n2,?,<r>甲</r>,乙\n", encoding="utf-8")
    row = next(rejects_of(read(path))["CSV"].iter_rows(min_row=2))
    assert "<r>甲</r>" in [cell.value for cell in row]


cells = st.one_of(
    st.text(max_size=300),
    st.integers(-(10**14), 10**14),
    st.integers(-(10**12), 10**12).map(lambda thousandths: thousandths / 1000),
    st.booleans(),
    st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(second=1, microsecond=0)),
    st.times().map(lambda at: at.replace(microsecond=0)),
)


@settings(deadline=None)
@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=8))
def test_cells_come_back_as_they_came(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, Any]]) -> None:
    folder = tmp_path_factory.mktemp("rejects")
    header = Header(row=1, headings=HEADER, columns={Meaning.SOURCE_NUMBER: 0, Meaning.RECEIVED_AT: 1, Meaning.TEXT: 2})
    rejected = [
        RejectedRow(sheet="来件", row=number, columns=("A 留言编号",), reason="缺少来件编号", cells=("", "?", *row))
        for number, row in enumerate(rows, 2)
    ]
    file = MessageFile(path=folder / "来件.xlsx", sha256="", headers={"来件": header}, messages=[], rejected=rejected)
    again = read(write_rejects(file, rejected, folder / "拒收.xlsx"))
    assert [row.cells[3:] for row in again.rejected] == [row.cells for row in rejected]


def test_a_csv_file_gets_a_workbook_too(tmp_path: Path) -> None:
    path = tmp_path / "来件.csv"
    path.write_bytes("编号;时间;内容\n0012;2015-02-30;=甲\n".encode("gb18030"))
    assert values(rejects_of(read(path))["CSV"])[1:] == [
        ["时间 2015-02-30 不存在", "CSV", 2, "0012", "2015-02-30", "=甲"]
    ]


def test_the_rest_of_a_cut_text_must_be_put_where_it_belongs(tmp_path: Path) -> None:
    path = tmp_path / "来件.csv"
    path.write_text("编号,时间,内容\n1,2015-09-01,一,二,三\n", encoding="utf-8")
    workbook = rejects_of(read(path))
    assert values(workbook["CSV"])[0][5:] == ["内容", "多出的内容", "多出的内容"]
    again = read(tmp_path / "拒收.xlsx")
    assert [row.column for row in again.rejected] == ["G 多出的内容、H 多出的内容"]
    workbook["CSV"]["F2"], workbook["CSV"]["G2"], workbook["CSV"]["H2"] = "一,二,三", None, None
    workbook.save(tmp_path / "改好.xlsx")
    assert [row.text for row in read(tmp_path / "改好.xlsx").messages] == ["一,二,三"]


def test_a_text_too_long_for_excel_is_left_out_and_not_cut(tmp_path: Path) -> None:
    path = tmp_path / "来件.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, ("1", "2015-02-30", "窗" * 32_768, "窗" * 32_767)])
    [_, row] = values(rejects_of(read(path))["CSV"])
    assert row[0] == "时间 2015-02-30 不存在；C 留言详情 超出 Excel 单元格的 32767 字，未写入，请从原文件补入"
    assert row[5:] == [None, "窗" * 32_767]


def test_sheets_without_a_header_are_listed_and_the_list_is_not_taken_in(tmp_path: Path) -> None:
    path = make_workbook(tmp_path / "来件.xlsx", 来件=[HEADER, ("1", "?", "甲", "")], 说明=[("填表说明",)])
    workbook = rejects_of(read(path))
    assert workbook.sheetnames == ["来件", "未读入的工作表"]
    [header, [reason, *where]] = values(workbook["未读入的工作表"])
    assert (header, where) == (OURS, ["说明", 1])
    assert reason.startswith("整个工作表未读入")
    assert [row.sheet for row in read(tmp_path / "拒收.xlsx").rejected] == ["来件"]


def test_rejections_of_the_ledger_stand_among_the_readers_in_the_order_of_the_file(tmp_path: Path) -> None:
    rows = [("编号", "时间", "内容", "渠道"), ("1", "2015-09-01", "甲", "无此渠道"), ("2", "?", "乙", "行风连线")]
    file = read(make_workbook(tmp_path / "来件.xlsx", 来件=rows), channel_column=True)
    unknown = file.rejection(file.messages[0], Meaning.CHANNEL, "没有这个渠道")
    assert unknown.column == "D 渠道"
    assert file.rejection(file.messages[0], Meaning.PHONE, "无法联系").columns == ()
    target = write_rejects(file, [*file.rejected, unknown], tmp_path / "新" / "拒收.xlsx")
    assert [row[0] for row in values(openpyxl.load_workbook(target)["来件"])[1:]] == [
        "没有这个渠道",
        "时间无法识别，可写作 2020-01-03 08:05、2020/1/3 8:05:00、2020年1月3日、20200103",
    ]


def test_a_sheet_whose_name_excel_does_not_allow_is_still_written(tmp_path: Path) -> None:
    name = "来件/" * 20
    header = Header(row=1, headings=("编号",), columns={Meaning.SOURCE_NUMBER: 0})
    row = RejectedRow(sheet=name, row=2, columns=("A 编号",), reason="缺少来件编号", cells=("",))
    file = MessageFile(path=tmp_path / "来件.ods", sha256="", headers={name: header}, messages=[], rejected=[row])
    assert values(rejects_of(file).active)[1][1] == name


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    rows = [HEADER, ("1", "?", "甲", datetime(2015, 9, 1)), ("2", time(8), "乙", timedelta(hours=30))]
    file = read(make_workbook(tmp_path / "来件.xlsx", 来件=rows))
    first = write_rejects(file, file.rejected, tmp_path / "1.xlsx").read_bytes()
    assert write_rejects(file, file.rejected, tmp_path / "2.xlsx").read_bytes() == first
    with zipfile.ZipFile(tmp_path / "1.xlsx") as archive:
        assert archive.testzip() is None


def test_a_place_that_cannot_be_written_is_refused_by_name(tmp_path: Path) -> None:
    file = read(make_workbook(tmp_path / "来件.xlsx", 来件=[HEADER, ("1", "?", "甲", "")]))
    (tmp_path / "拒收.xlsx").mkdir()
    with pytest.raises(BadFile, match=r"拒收\.xlsx：无法写入"):
        write_rejects(file, file.rejected, tmp_path / "拒收.xlsx")
