"""《舆情快报》 as propaganda departments write it: numbered text, a table, a workbook; and files that are none."""

import io
import random
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl import Workbook

from models.bulletin_file import BulletinFile, read_bulletin
from models.refusals import BadFile

HEAD = ["舆情快报", "2026年第12期（总第340期）", "区委宣传部　2026年5月6日"]
FIRST = "甲一路路灯两个月不亮"
BODY = "5月4日，有网民在论坛发帖，称甲一路路灯两个月不亮，几个单位互相推诿。"


def word(lines: Sequence[str | tuple[str, str]], table: Sequence[Sequence[str]] = ()) -> bytes:
    """Make a Word document of paragraphs, each with its style if it has one, and a table below them."""
    document = Document()
    for line in lines:
        text, style = line if isinstance(line, tuple) else (line, None)
        document.add_paragraph(text, style)
    if table:
        made = document.add_table(rows=len(table), cols=len(table[0]))
        for row, cells in zip(made.rows, table, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    return saved(document)


def saved(document: Any) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def book(rows: Sequence[Sequence[object]]) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(list(row))
    return saved(made)


def read(content: bytes, name: str = "快报.docx") -> BulletinFile:
    return read_bulletin(name, content)


def told(items: BulletinFile) -> list[tuple[str, str]]:
    return [(each.subject, each.text) for each in items.items]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("1.", "2."),
        ("1、", "2、"),
        ("1．", "2．"),
        ("一、", "二、"),
        ("（一）", "（二）"),
        ("(1)", "(2)"),
        ("【舆情1】", "【舆情2】"),
        ("舆情一：", "舆情二："),
    ],
)
def test_numbered_items_are_read_however_they_are_numbered(first: str, second: str) -> None:
    found = read(word([*HEAD, first + FIRST, BODY, "跟帖30余条。", second + "窗口午休无人值守", "市民来电反映。"]))
    assert (found.year, found.issue, found.issued_on) == (2026, 12, date(2026, 5, 6))
    assert told(found) == [(FIRST, f"{BODY}\n跟帖30余条。"), ("窗口午休无人值守", "市民来电反映。")]


def test_sections_are_no_items_and_stay_with_theirs() -> None:
    lines = [
        "一、网络舆情",
        "1." + FIRST,
        BODY,
        "2.停水无通知",
        "微信群反映。",
        "二、媒体报道",
        "1.早餐占道",
        "晨报报道。",
    ]
    found = read(word([*HEAD, *lines]))
    assert told(found) == [(FIRST, BODY), ("停水无通知", "微信群反映。"), ("早餐占道", "晨报报道。")]
    assert [each.extra["栏目"] for each in found.items] == ["网络舆情", "网络舆情", "媒体报道"]


def test_numbers_within_an_item_are_part_of_it() -> None:
    found = read(word([*HEAD, "一、" + FIRST, BODY, "1.路段长三公里。", "有照片。", "二、停水", "无通知。"]))
    assert told(found) == [(FIRST, f"{BODY}\n1.路段长三公里。\n有照片。"), ("停水", "无通知。")]


def test_a_list_that_word_numbers_itself_and_headings_by_their_style_are_items() -> None:
    listed = read(word([*HEAD, (FIRST, "List Number"), BODY, ("停水", "List Number"), "无通知。"]))
    styled = read(
        word([("舆情快报", "Heading 1"), *HEAD[1:], (FIRST, "Heading 2"), BODY, ("停水", "Heading 2"), "无通知。"])
    )
    assert told(listed) == told(styled) == [(FIRST, BODY), ("停水", "无通知。")]


def test_the_issues_own_table_of_contents_is_not_taken_for_items() -> None:
    found = read(word([*HEAD, "本期要目", f"1.{FIRST}", "2.停水", f"1.{FIRST}", BODY, "2.停水", "无通知。"]))
    assert told(found) == [(FIRST, BODY), ("停水", "无通知。")]


def test_what_is_written_beside_an_item_is_kept_by_its_label() -> None:
    lines = ["1." + FIRST, BODY, "来源：甲论坛", "【链接】 https://example.org/1", "涉及单位：区城市管理局。", "时间："]
    (item,) = read(word([*HEAD, *lines])).items
    assert item.about_unit == "区城市管理局"
    assert item.extra == {"来源": "甲论坛", "链接": "https://example.org/1"}
    assert item.text == f"{BODY}\n时间："


def test_what_stands_below_the_last_item_is_none_of_it() -> None:
    ends = ["报：区委、区政府领导", "送：区治庸问责办", "编辑：某某　　审核：某某", "（共印20份）"]
    assert told(read(word([*HEAD, "1." + FIRST, BODY, *ends]))) == [(FIRST, BODY)]


def test_a_numbered_paragraph_may_be_all_there_is_of_an_item() -> None:
    long = "有网民在论坛发帖称，" + "路灯长期不亮，" * 20 + "无人处理。"
    found = told(read(word([*HEAD, f"1.{long}", "2.停水无通知"])))
    assert found[0] == (f"{long[:30]}…", long)
    assert found[1] == ("停水无通知", "停水无通知")


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (["舆情快报", "第12期", "2026年5月6日"], (2026, 12, date(2026, 5, 6))),
        (["《舆情快报》〔2026〕第3期", "2026.5.6"], (2026, 3, date(2026, 5, 6))),
        (["第十二期", "二〇二六年五月六日"], (2026, 12, date(2026, 5, 6))),
        (["第一百二十期 总第三百四十期", "二○二六年十二月三十一日"], (2026, 120, date(2026, 12, 31))),
        (["2026年第7期（总第99期）"], (2026, 7, None)),
        (["总第99期", "2026年5月6日"], (2026, None, date(2026, 5, 6))),
        (["2026年13月45日", "第5期"], (2026, 5, None)),
        (["舆情快报"], (None, None, None)),
    ],
)
def test_number_and_day_are_read_from_the_head(head: list[str], expected: tuple[object, ...]) -> None:
    found = read(word([*head, "1." + FIRST, BODY]))
    assert (found.year, found.issue, found.issued_on) == expected


TABLE = [
    ["序号", "舆情标题", "主要内容", "来源", "涉及单位"],
    ["1", FIRST, BODY, "甲论坛", "区城市管理局"],
    ["2", "停水", "无通知。", "微信群", ""],
    ["3", "", "", "", ""],
]


def test_a_table_in_word_and_a_workbook_are_read_by_their_headings() -> None:
    in_word = read(word(HEAD, TABLE))
    in_a_workbook = read(book([["舆情快报"], ["2026年第12期", "", "2026年5月6日"], [], *TABLE]), "快报.xlsx")
    for found in (in_word, in_a_workbook):
        assert (found.year, found.issue, found.issued_on) == (2026, 12, date(2026, 5, 6))
        assert told(found) == [(FIRST, BODY), ("停水", "无通知。")]
        assert found.items[0].about_unit == "区城市管理局"
        assert found.items[0].extra == {"来源": "甲论坛"}


def test_a_head_that_is_laid_out_in_a_table_or_the_pages_head_is_read() -> None:
    document = Document()
    document.sections[0].header.paragraphs[0].text = "舆情快报　第12期"
    row = document.add_table(rows=1, cols=2).rows[0]
    row.cells[0].text, row.cells[1].text = "区委宣传部", "2026年5月6日"
    for line in ("1." + FIRST, BODY):
        document.add_paragraph(line)
    found = read(saved(document))
    assert (found.issue, found.issued_on, told(found)) == (12, date(2026, 5, 6), [(FIRST, BODY)])


def test_what_was_inserted_under_tracking_counts_and_what_was_deleted_does_not() -> None:
    document = Document()
    for line in (*HEAD, "1." + FIRST):
        document.add_paragraph(line)
    runs = (
        "<w:r><w:t>路灯</w:t></w:r><w:ins w:id='1' w:author='a'><w:r><w:t>两个月</w:t></w:r></w:ins>"
        "<w:del w:id='2' w:author='a'><w:r><w:delText>三年</w:delText></w:r></w:del><w:r><w:t>不亮。</w:t></w:r>"
    )
    body = document.element.body
    body.insert(len(body) - 1, parse_xml(f"<w:p {nsdecls('w')}>{runs}</w:p>"))
    inner = f"<w:p {nsdecls('w')}><w:r><w:t>控件里的一段。</w:t></w:r></w:p>"
    body.insert(len(body) - 1, parse_xml(f"<w:sdt {nsdecls('w')}><w:sdtContent>{inner}</w:sdtContent></w:sdt>"))
    assert told(read(saved(document))) == [(FIRST, "路灯两个月不亮。\n控件里的一段。")]


def test_long_texts_rare_characters_and_formulas_come_through_whole() -> None:
    text = "=cmd|' /C calc'!A0 𠮷野家😀" + "字" * 40_000
    (item,) = read(word([*HEAD, "1." + FIRST, text])).items
    assert item.text == text


def test_every_table_and_every_sheet_counts_and_two_ways_at_once_are_refused() -> None:
    document = Document(io.BytesIO(word(HEAD, TABLE)))
    second = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        [*second.rows[0].cells, *second.rows[1].cells], ["标题", "内容", "早餐占道", "晨报报道。"], strict=True
    ):
        cell.text = text
    assert [each.subject for each in read(saved(document)).items] == [FIRST, "停水", "早餐占道"]
    made = Workbook()
    for sheet, subject in ((made.active, "甲"), (made.create_sheet("二"), "乙")):
        for line in (["第3期", date(2026, 5, 6)], ["标题", "内容"], [subject, "内容。"]):
            sheet.append(line)
    found = read(saved(made), "快报.xlsx")
    assert ([each.subject for each in found.items], found.issue, found.issued_on) == (["甲", "乙"], 3, date(2026, 5, 6))
    with pytest.raises(BadFile, match="既有列表，又有逐条编号的文字"):
        read(word([*HEAD, "1." + FIRST, BODY], TABLE))


def test_a_cell_at_the_end_of_the_sheet_neither_breaks_the_reader_nor_is_passed_over() -> None:
    made = Workbook()
    for line in (["标题", "内容"], [FIRST, BODY]):
        made.active.append(line)
    made.active["XFD1048576"] = "远"
    with pytest.raises(BadFile, match="很远处还有内容"):
        read(saved(made), "快报.xlsx")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("快报.docx", b"", "“快报.docx”"),
        ("快报.doc", b"\xd0\xcf\x11\xe0" + "WordDocument".encode("utf-16-le"), "旧格式的 Word 文档"),
        ("快报.pdf", b"%PDF-1.7", "PDF 文件"),
        ("快报.docx", b"PK\x03\x04broken", "已损坏"),
        ("快报.xlsx", book([["舆情快报"], ["没有表头"]]), "没有找到表头"),
        ("快报.docx", word(HEAD), "没有找到舆情条目"),
        ("快报.docx", word([*HEAD, *(f"{place}.第{place}件事" for place in range(1, 203))]), "一期不应超过200条"),
        ("快报.xlsx", book([["标题", "内容", "来源"], ["", "", "甲论坛"]]), "第1条没有内容"),
    ],
)
def test_what_is_no_issue_is_refused_with_the_reason(name: str, content: bytes, says: str) -> None:
    with pytest.raises(BadFile) as refused:
        read(content, name)
    assert says in refused.value.message


def test_a_damaged_document_is_refused_wherever_it_is_damaged() -> None:
    content = word([*HEAD, "1." + FIRST, BODY])
    chance, said = random.Random(20260506), []
    for _ in range(400):
        damaged = bytearray(content[: chance.choice([len(content), len(content), chance.randint(1, len(content))])])
        for _ in range(chance.randint(1, 6)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            read(bytes(damaged))
        except BadFile as refused:
            said.append(refused.message)
    assert len(said) > 100
    assert all(each.startswith("“快报.docx”") for each in said)
