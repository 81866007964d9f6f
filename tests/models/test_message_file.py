"""What a hotline's file says: columns by meaning, days and numbers in every form, a reason for each row left out."""
# ruff: noqa: DTZ001 - what a cell holds has no zone

import csv
import hashlib
import io
import shutil
import subprocess
import zipfile
from contextlib import suppress
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from models.message_file import HEADINGS, IncomingMessage, Meaning, MessageFile, UnreadableFile, read_message_file
from models.refusals import BadFile
from models.table_file import read_sheets

TODAY = date(2015, 9, 10)
HEADER = ("留言编号", "留言时间", "留言详情")
GOOD = ("100023", "2015-09-01 08:05:00", "窗口无人值守。")
REAL = Path(__file__).parents[2].parent / "shared" / "data"
needs_real_data = pytest.mark.skipif(not REAL.is_dir(), reason="没有 ../shared/data，未用真实来件检验")
needs_libreoffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="没有 LibreOffice，未检验 .xls 和 .ods")


def make_workbook(path: Path, *rows: tuple[Any, ...], **more: list[tuple[Any, ...]]) -> Path:
    """Write a workbook: the rows in its first sheet, 来件, and each further sheet by its name."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, sheet_rows in {"来件": rows, **more}.items():
        sheet = workbook.create_sheet(name)
        for row in sheet_rows:
            sheet.append(row)
    workbook.save(path)
    return path


def make_csv(path: Path, *rows: tuple[str, ...], encoding: str = "utf-8-sig", delimiter: str = ",") -> Path:
    """Write a CSV file as Excel does."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def read(path: Path, **options: Any) -> MessageFile:
    """Read the file on 2015-09-10."""
    return read_message_file(path, today=TODAY, **options)


def read_rows(tmp_path: Path, *rows: tuple[Any, ...], **options: Any) -> MessageFile:
    """Read a workbook of these rows, the first of them the header."""
    return read(make_workbook(tmp_path / "来件.xlsx", *rows), **options)


def only(file: MessageFile) -> IncomingMessage:
    """Return the only row of a file, a good one."""
    assert file.rejected == []
    assert len(file.messages) == 1
    return file.messages[0]


def reason_of(file: MessageFile) -> str:
    """Return why the only row of a file was rejected."""
    assert file.messages == []
    assert len(file.rejected) == 1
    return file.rejected[0].reason


def test_columns_are_known_by_meaning_in_any_order(tmp_path: Path) -> None:
    message = only(
        read_rows(
            tmp_path,
            ("反映内容", "投诉人", "联系电话", "住址", "被反映单位", "标题", "日期", "工单编号"),
            ("窗口无人值守。", "甲", 13812345678.0, "某路1号", "某局", "窗口无人", "2015-09-01", "GD-7"),
        )
    )
    assert (message.sheet, message.row, message.source_number) == ("来件", 2, "GD-7")
    assert (message.subject, message.text, message.about_unit) == ("窗口无人", "窗口无人值守。", "某局")
    assert (message.name, message.phone, message.address) == ("甲", "13812345678", "某路1号")
    assert message.extra == {}


@pytest.mark.parametrize(
    "heading", ["来件编号", " 来件 编号 ", "来件编号：", "来件\n编号", "*来件编号", "来件编号（必填）", "ID", "ｉｄ"]
)
def test_a_heading_is_known_whatever_its_width_spaces_and_notes(tmp_path: Path, heading: str) -> None:
    assert only(read_rows(tmp_path, (heading, "时间（年月日）", "【必填】内容"), GOOD)).source_number == "100023"


def test_no_usual_heading_has_two_meanings() -> None:
    headings = [heading for several in HEADINGS.values() for heading in several.split("、")]
    assert len(headings) == len(set(headings))
    assert set(HEADINGS) == set(Meaning)


def test_the_header_may_stand_below_a_title_and_blank_rows(tmp_path: Path) -> None:
    assert only(read_rows(tmp_path, ("群众来件登记表",), (), ("填报单位：某办",), HEADER, GOOD)).row == 5


def test_a_header_below_the_tenth_row_is_not_looked_for(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="前 10 行内找不到表头"):
        read_rows(tmp_path, *[("说明",)] * 10, HEADER, GOOD)


def test_the_channels_own_headings_win(tmp_path: Path) -> None:
    rows = [("编号", "办件号", "时间", "内容"), ("1", "BJ-9", "2015-09-01", "窗口无人值守。")]
    message = only(read_rows(tmp_path, *rows, mapping={"办件号": "SOURCE_NUMBER"}))
    assert message.source_number == "BJ-9"
    assert message.extra == {"编号": "1"}


def test_a_column_of_channels_is_read_where_it_is_asked_for(tmp_path: Path) -> None:
    rows = [("编号", "渠道", "时间", "内容"), ("1", "行风连线", GOOD[1], "甲"), ("1", "市长专线", GOOD[1], "乙")]
    asked = read_rows(tmp_path, *rows, channel_column=True)
    assert [message.channel for message in asked.messages] == ["行风连线", "市长专线"]
    unasked = read_rows(tmp_path, *rows)
    assert [(message.channel, message.extra) for message in unasked.messages] == [("", {"渠道": "行风连线"})]
    assert unasked.rejected[0].row == 3


def test_columns_not_known_are_kept_with_the_message(tmp_path: Path) -> None:
    headings = (*HEADER, "点赞数", None, "备注", "备注", "空")
    message = only(read_rows(tmp_path, headings, (*GOOD, 3, datetime(2015, 9, 2, 8), "急", True, None)))
    assert message.extra == {"点赞数": "3", "（E列）": "2015-09-02 08:00:00", "备注": "急", "备注（G列）": "TRUE"}


def test_a_missing_column_is_named_with_the_headings_it_may_have(tmp_path: Path) -> None:
    with pytest.raises(
        UnreadableFile, match=r"来件\.xlsx：工作表“来件”.*第 1 行的表头缺少时间列，列名可用时间、日期、"
    ):
        read_rows(tmp_path, ("留言编号", "留言详情"), ("1", "甲"))


def test_two_columns_of_one_meaning_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="“A 工单编号”与“D 编号”都是来件编号"):
        read_rows(tmp_path, ("工单编号", "时间", "内容", "编号"), (*GOOD, "1"))


def test_every_sheet_with_a_header_is_read(tmp_path: Path) -> None:
    february = [("时间", "内容", "编号"), (GOOD[1], "乙", "2")]
    file = read(make_workbook(tmp_path / "来件.xlsx", HEADER, GOOD, 二月=february))
    assert [(row.sheet, row.row, row.source_number) for row in file.messages] == [
        ("来件", 2, "100023"),
        ("二月", 2, "2"),
    ]


def test_a_sheet_without_a_header_is_reported_and_an_empty_one_is_not(tmp_path: Path) -> None:
    file = read(make_workbook(tmp_path / "来件.xlsx", HEADER, GOOD, 说明=[(), ("填表说明",)], 空=[]))
    assert len(file.messages) == 1
    [unread] = file.rejected
    assert (unread.sheet, unread.row, unread.column, unread.cells) == ("说明", 2, "", ())
    assert unread.reason.startswith("整个工作表未读入：前 10 行内找不到表头")


@pytest.mark.parametrize(
    "written",
    [
        "2015/2/3 8:05:07",
        "2015-02-03 08:05:07",
        "2015.2.3 8:05:07",
        "2015年2月3日8时5分7秒",
        "2015年2月3日 星期二 08:05:07",
        "2015/2/3 上午 8:05:07",
        "2015-02-03 08:05:07 AM",
        "２０１５／０２／０３　０８：０５：０７",
        "\t2015 年 2 月 3 日 8 : 05 : 07\n",
        "2015-02-03T08:05:07.250",
        "2015-02-03T00:05:07Z",
        "2015-02-03T01:05:07+01:00",
        "20150203080507",
        "20150203 08:05:07",
        20150203080507,
        datetime(2015, 2, 3, 8, 5, 7),
        datetime(2015, 2, 3, 8, 5, 6, 800_000),
    ],
)
def test_one_moment_in_all_its_forms(tmp_path: Path, written: object) -> None:
    moment = only(read_rows(tmp_path, HEADER, ("1", written, "甲"))).received_at
    assert moment == datetime(2015, 2, 3, 0, 5, 7, tzinfo=UTC)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    "written",
    [
        "2015-02-03",
        "2015/2/3",
        "2015.2.3",
        "2015年2月3日",
        "2015-02-03 周二",
        "20150203",
        20150203,
        42038,
        date(2015, 2, 3),
    ],
)
def test_a_day_without_a_time_is_its_midnight_in_shanghai(tmp_path: Path, written: object) -> None:
    message = only(read_rows(tmp_path, HEADER, ("1", written, "甲")))
    assert message.received_at == datetime(2015, 2, 2, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "in_utc"),
    [("2015-02-03 下午 1:05", 5), ("2015-02-03 下午12:05", 4), ("2015-02-03 12:05 PM", 4), ("2015-02-03 13点", 5)],
)
def test_half_days_are_understood(tmp_path: Path, written: str, in_utc: int) -> None:
    assert only(read_rows(tmp_path, HEADER, ("1", written, "甲"))).received_at.hour == in_utc


def test_half_past_midnight_is_in_the_morning(tmp_path: Path) -> None:
    message = only(read_rows(tmp_path, HEADER, ("1", "2015-02-03 上午 12:30", "甲")))
    assert message.received_at == datetime(2015, 2, 2, 16, 30, tzinfo=UTC)


def test_a_number_of_excels_is_a_day_and_a_time(tmp_path: Path) -> None:
    message = only(read_rows(tmp_path, HEADER, ("1", 42038.5, "甲")))
    assert message.received_at == datetime(2015, 2, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("2015-02-30", "时间 2015-02-30 不存在"),
        ("20150230", "时间 2015-02-30 不存在"),
        ("2015-02-03 25:61", "时间 2015-02-03 25:61 不存在"),
        ("2015-09-12", "时间 2015-09-12 晚于明天"),
        (datetime(2051, 9, 1), "时间 2051-09-01 晚于明天"),
        ("9999-12-31 23:59:59", "时间 9999-12-31 晚于明天"),
        ("0001-01-01T00:00:00+14:00", "时间 0001-01-01 早于 1990 年"),
        ("1989-12-31", "时间 1989-12-31 早于 1990 年"),
        (7, "时间 1900-01-06 早于 1990 年"),
        ("", "缺少时间"),
        (" \t", "缺少时间"),
        ("昨天下午", "时间无法识别"),
        ("3/2/2015", "时间无法识别"),
        ("15-2-3", "时间无法识别"),
        ("2015-02-0308:05", "时间无法识别"),
        (time(8, 5), "时间无法识别"),
        (0.5, "时间无法识别"),
        (1e300, "时间无法识别"),
    ],
)
def test_a_time_that_cannot_be_is_rejected_with_its_reason(tmp_path: Path, written: object, reason: str) -> None:
    file = read_rows(tmp_path, HEADER, ("1", written, "甲"))
    assert reason_of(file).startswith(reason)
    assert file.rejected[0].column == "B 留言时间"


def test_a_message_of_tomorrow_is_let_in(tmp_path: Path) -> None:
    assert only(read_rows(tmp_path, HEADER, ("1", "2015-09-11 23:59", "甲"))).row == 2


@settings(deadline=None)
@given(
    st.datetimes(datetime(1992, 1, 1), datetime(2015, 9, 11)),
    st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y年%m月%d日%H时%M分%S秒", "%Y.%m.%d %H:%M:%S.%f", "%Y%m%d%H%M%S"]),
)
def test_any_moment_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, moment: datetime, form: str
) -> None:
    path = make_csv(tmp_path_factory.mktemp("csv") / "来件.csv", HEADER, ("1", moment.strftime(form), "甲"))
    assert only(read(path)).received_at == moment.replace(microsecond=0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (100023.0, "100023"),
        (" A-7\u200b\n", "A-7"),
        ("洪信访〔2015〕12号", "洪信访〔2015〕12号"),
        ("430124201501031234", "430124201501031234"),
        ("'0012", "0012"),
    ],
)
def test_a_source_number_is_what_it_was_before_the_spreadsheet(tmp_path: Path, cell: object, number: str) -> None:
    assert only(read_rows(tmp_path, HEADER, (cell, GOOD[1], "甲"))).source_number == number


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (430124201501031234, "来件编号被存成了数字，15 位以后已丢失，单元格须设为文本"),
        ("4.30124E+17", "来件编号写成了科学计数法，末几位已丢失，单元格须设为文本"),
        (2015.1, "来件编号被存成了小数，末尾的零可能已丢失，单元格须设为文本"),
        (datetime(2015, 1, 1), "来件编号被存成了日期或逻辑值，单元格须设为文本"),
        (True, "来件编号被存成了日期或逻辑值，单元格须设为文本"),
        ("号" * 101, "来件编号超过 100 字，可能填错了列"),
        ("  ", "缺少来件编号"),
    ],
)
def test_a_source_number_that_a_spreadsheet_has_spoilt_is_rejected(tmp_path: Path, cell: object, reason: str) -> None:
    file = read_rows(tmp_path, HEADER, (cell, GOOD[1], "甲"))
    assert reason_of(file) == reason
    assert file.rejected[0].column == "A 留言编号"


def test_texts_lose_what_surrounds_them_and_what_cannot_be_seen(tmp_path: Path) -> None:
    text = "\t\n\u3000一\0\x07\r\n\t二\x0b三\u200b \n"
    path = make_csv(tmp_path / "来件.csv", ("编号", "时间", "内容", "主题"), ("1", GOOD[1], text, " 甲\n 乙 "))
    message = only(read(path))
    assert message.text == "一\n\t二\n三"
    assert message.subject == "甲 乙"


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("窗口无人值守。等了两个小时。", "窗口无人值守"),
        ("窗口\t无人\n等了两个小时", "窗口 无人"),
        ("。。。", "。。。"),
        ("窗" * 31, "窗" * 29 + "…"),
    ],
)
def test_a_message_without_a_subject_gets_its_first_sentence(tmp_path: Path, text: str, subject: str) -> None:
    assert only(read_rows(tmp_path, HEADER, ("1", GOOD[1], text))).subject == subject


def test_all_faults_of_a_row_are_told_at_once(tmp_path: Path) -> None:
    file = read_rows(tmp_path, (*HEADER, "备注"), (None, "2015-02-30", "\u3000", "急"))
    assert reason_of(file) == "缺少来件编号；时间 2015-02-30 不存在；缺少内容"
    [row] = file.rejected
    assert (row.sheet, row.row, row.column) == ("来件", 2, "A 留言编号、B 留言时间、C 留言详情")
    assert row.cells == ("", "2015-02-30", "\u3000", "急")


def test_blank_rows_are_passed_over_and_a_footer_is_not(tmp_path: Path) -> None:
    file = read_rows(tmp_path, HEADER, GOOD, (None, " ", "\t"), (), ("合计", None, None))
    assert len(file.messages) == 1
    assert [row.row for row in file.rejected] == [5]


def test_a_repeated_number_goes_through_with_the_same_content_and_not_with_another(tmp_path: Path) -> None:
    again, other = (100023.0, "2015/9/1 8:05:00", "窗口无人值守。 ", 9), (*GOOD[:2], "另一件事。", 1)
    more = [(*HEADER, "点赞数"), other]
    file = read(make_workbook(tmp_path / "来件.xlsx", (*HEADER, "点赞数"), (*GOOD, 1), again, other, 二月=more))
    assert [message.row for message in file.messages] == [2, 3]
    assert [(row.sheet, row.row, row.reason) for row in file.rejected] == [
        ("来件", 4, "来件编号与第 2 行相同，而所写不同"),
        ("二月", 2, "来件编号与工作表“来件”第 2 行相同，而所写不同"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_each_encoding_and_with_each_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = [("来件登记",), HEADER, ("1", GOOD[1], "一,二;三\t四\n“五”")]
    path = make_csv(tmp_path / "来件.csv", *rows, encoding=encoding, delimiter=delimiter)
    message = only(read(path))
    assert (message.sheet, message.row, message.text) == ("CSV", 3, "一,二;三\t四\n“五”")


def test_a_very_long_complaint_in_csv_is_kept_whole(tmp_path: Path) -> None:
    path = make_csv(tmp_path / "来件.csv", HEADER, ("1", GOOD[1], "窗" * 200_000))
    assert only(read(path)).text == "窗" * 200_000


def test_a_csv_row_with_bare_commas_in_its_text_is_not_cut_silently(tmp_path: Path) -> None:
    path = tmp_path / "来件.csv"
    path.write_text("编号,时间,内容\n1,2015-09-01,一,二,三\n2,2015-09-01,甲,,\n", encoding="utf-8")
    file = read(path)
    assert [message.source_number for message in file.messages] == ["2"]
    [row] = file.rejected
    assert (row.row, row.column) == (2, "D、E")
    assert row.reason.startswith("内容多于表头的列")


def test_a_quotation_mark_left_open_in_csv_does_not_swallow_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "来件.csv"
    path.write_text('编号,时间,内容\n1,2015-09-01,甲\n2,2015-09-01,"乙\n3,2015-09-01,丙\n', encoding="utf-8")
    with pytest.raises(UnreadableFile, match="第 3 行的双引号不成对"):
        read(path)


def encrypted() -> bytes:
    """Return what is seen of an OpenDocument workbook with a password."""
    namespace = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    entry = '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'
    manifest = f'<manifest:manifest xmlns:manifest="{namespace}">{entry}</manifest:manifest>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("空.xlsx", b"", "文件里没有内容"),
        ("空.csv", b"\n \n", "文件里没有内容"),
        ("密.ods", encrypted(), "文件设有密码"),
        ("密.xls", encrypted(), "或文件已损坏、设有密码"),
        ("坏.xlsx", b"PK\x03\x04" + b"?" * 100, "不是 Excel 工作簿，或文件已损坏"),
        ("坏.xls", b"\xd0\xcf\x11\xe0" + b"?" * 100, "不是 Excel 工作簿，或文件已损坏"),
        ("坏.csv", b"\xff\x81\x80", "既不是工作簿，也不是 UTF-8 或 GB18030 编码的 CSV"),
        ("网页.xls", "\n<html><table><tr><td>编号".encode(), "内容是网页或 XML"),
        ("信.txt", "各位领导：".encode("gb18030"), "前 10 行内找不到表头，须有来件编号、时间、内容各一列"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused_by_name(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableFile) as refusal:
        read(tmp_path / name)
    assert refusal.value.message.startswith(f"{name}：")
    assert says in refusal.value.message


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"无\.xlsx：文件不存在或无法打开"):
        read(tmp_path / "无.xlsx")


def test_a_file_is_what_it_contains_and_not_what_its_name_ends_in(tmp_path: Path) -> None:
    workbook = make_workbook(tmp_path / "来件.xlsx", HEADER, GOOD).rename(tmp_path / "来件.csv")
    text = make_csv(tmp_path / "来件.xls", HEADER, GOOD, encoding="gb18030", delimiter="\t")
    assert only(read(workbook)).source_number == only(read(text)).source_number == "100023"
    assert read(text).sha256 == hashlib.sha256(text.read_bytes()).hexdigest()


@needs_libreoffice
@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_older_and_open_workbooks_say_the_same(tmp_path: Path, ending: str) -> None:
    rows = [HEADER, (100023, datetime(2015, 9, 1, 8, 5), "甲"), (2015.1, 42038, "乙"), ("3", "2015.9.1", "丙")]
    path = make_workbook(tmp_path / "来件.xlsx", *rows)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", ending, "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    was, converted = read(path), read(path.with_suffix(f".{ending}"))
    assert [(row.source_number, row.content) for row in converted.messages] == [
        (row.source_number, row.content) for row in was.messages
    ]
    assert [(row.row, row.reason) for row in converted.rejected] == [(row.row, row.reason) for row in was.rejected]


places = st.floats(0, 1, exclude_max=True)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=5), st.just(1.0) | places)
@example([(0.7316157619107067, 160), (0.7316157619107067, 160), (0.7731502032258123, 113)], 1.0)
def test_a_damaged_workbook_is_read_or_refused_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, damage: list[tuple[float, int]], end: float
) -> None:
    path = make_workbook(tmp_path_factory.mktemp("damaged") / "来件.xlsx", HEADER, GOOD)
    content = bytearray(path.read_bytes())
    for place, byte in damage:
        content[int(place * len(content))] = byte
    path.write_bytes(content[: int(end * len(content))])
    with suppress(UnreadableFile):
        read(path)


cells = st.sampled_from(["", "\t", *GOOD, "2015-02-30", "合计"]) | st.text()


@settings(deadline=None)
@given(st.lists(st.tuples(cells, cells, cells, cells), max_size=20))
def test_every_row_with_anything_in_it_becomes_a_message_or_a_rejection(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]
) -> None:
    file = read(make_csv(tmp_path_factory.mktemp("csv") / "来件.csv", (*HEADER, "备注"), *rows))
    told = [row.row for row in (*file.messages, *file.rejected)]
    assert len(told) == len(set(told))
    for number, row in enumerate(rows, 2):
        assert (number in told) or not any(map(str.isalnum, "".join(row)))
    for message in file.messages:
        assert "\0" not in message.source_number + message.text + "".join(message.extra.values())


def test_no_reason_and_no_repr_tells_what_was_written_or_by_whom(tmp_path: Path) -> None:
    header = (*HEADER, "投诉人", "电话", "主题", "备注")
    secret = ("张某某", "13812345678", "某局某科不办事", "住在某路1号")
    file = read_rows(
        tmp_path,
        header,
        ("1", GOOD[1], "张某某来电", *secret),
        ("2", "张某某 13812345678", "张某某来电", *secret),
        ("张某某" * 40, "2015-02-30", "", *secret),
        ("1", GOOD[1], "另一件", *secret),
    )
    shown = repr(file) + "".join(row.reason + row.column for row in file.rejected)
    assert len(file.rejected) == 3
    assert not any(part in shown for part in (*secret, "来电", "另一件"))


@needs_real_data
def test_all_real_messages_of_2017_to_2020_are_good() -> None:
    file = read_message_file(REAL / "messages-2017-2020.xlsx", today=date(2020, 12, 31))
    assert (len(file.messages), file.rejected) == (4326, [])
    assert sum(isinstance(message.cells[3], date) for message in file.messages) == 129
    assert len({message.source_number for message in file.messages}) == 4326
    assert {message.received_at.year for message in file.messages} == {2017, 2018, 2019, 2020}
    assert all(message.text == message.text.strip() and message.subject for message in file.messages)
    assert all(set(message.extra) == {"反对数", "点赞数"} for message in file.messages)


@needs_real_data
def test_all_real_messages_with_replies_are_good() -> None:
    file = read_message_file(REAL / "messages-with-replies.xlsx", today=date(2020, 12, 31))
    assert (len(file.messages), file.rejected) == (538, [])
    assert all(set(message.extra) == {"答复意见", "答复时间"} for message in file.messages)


@needs_real_data
def test_a_workbook_of_something_else_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="找不到表头"):
        read_message_file(REAL / "topic-taxonomy.xlsx", today=date(2020, 12, 31))


def test_a_cell_at_the_end_of_a_sheet_does_not_fill_the_memory(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["编号", "时间", "内容"])
    book.active["XFD1048576"] = "远"
    book.save(tmp_path / "远.xlsx")
    for read in (
        lambda: read_message_file(tmp_path / "远.xlsx", today=TODAY),
        lambda: list(read_sheets(tmp_path / "远.xlsx")),
    ):
        with pytest.raises(BadFile, match="在表格以外很远处还有内容"):
            read()
