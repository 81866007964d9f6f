"""What a file of the 《舆情快报》 says: its number, its day and its items, from Word or a workbook. Reading only.

Propaganda departments write it in three ways: numbered items in running text, a table in Word, a workbook. A reason for
a refusal names items, never what somebody wrote.
"""

import io
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise, takewhile, zip_longest
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.oxml.table import CT_Tbl
from docx.oxml.text.paragraph import CT_P
from docx.styles.style import ParagraphStyle
from docx.table import Table
from docx.text.paragraph import Paragraph

from models.campaign_cells import text_of
from models.grids import Unreadable, read_grids
from models.message_file import HEADINGS, INVISIBLE, LONGEST_SUBJECT, Meaning
from models.refusals import BadFile
from models.table_file import HEADER_WITHIN, sheets_of

LARGEST_UNPACKED = 200_000_000  # bytes
MOST_ITEMS = 200
LONGEST_HEADING = 80  # characters of a heading; a longer numbered paragraph is an item without one

_DIGITS = {digit: value for value, digits in enumerate(("〇零○", *"一二三四五六七八九")) for digit in digits}
_CHINESE = "〇零○一二三四五六七八九十百"
_ISSUE = re.compile(rf"(?<!总)第\s*(\d{{1,4}}|[{_CHINESE}]{{1,6}})\s*[期号]")
_YEAR = re.compile(r"(\d{4})\s*年|[〔\[(（](\d{4})[〕\])）]")
_DAY = re.compile(
    rf"(\d{{4}}|[{_CHINESE}]{{4}})\s*[年./-]\s*(\d{{1,2}}|[{_CHINESE}]{{1,3}})\s*[月./-]\s*"
    rf"(\d{{1,2}}|[{_CHINESE}]{{1,3}})"
)
# How an item may be numbered, from the outside in.
_NUMBERED = (
    re.compile(rf"[{_CHINESE}]{{1,4}}\s*[、.．]\s*"),
    re.compile(rf"[（(]\s*[{_CHINESE}]{{1,4}}\s*[）)]\s*[、.．]?\s*"),
    re.compile(r"\d{1,3}\s*[、.．](?!\d)\s*"),
    re.compile(r"[（(]\s*\d{1,3}\s*[）)]\s*[、.．]?\s*"),
    re.compile(rf"【?\s*舆情\s*(\d{{1,3}}|[{_CHINESE}]{{1,4}})\s*】?\s*[:：、.．]?\s*"),
)
_LISTED, _STYLED = len(_NUMBERED), len(_NUMBERED) + 1  # numbered by Word itself; a heading by its style, by its level
_NO_ITEM = re.compile(r".{0,12}(快报|专报|目录|要目|导读|摘要|按)\s*[:：]?")  # a heading of the issue itself
_ABOUT = ("涉及单位", "涉事单位", "涉及部门", "被反映单位", "责任单位", "属地单位")
_LABELS = (
    *_ABOUT,
    *("来源", "信息来源", "媒体", "发布媒体", "平台", "发布平台", "网址", "链接", "原文链接", "发布时间", "时间"),
    *("发布人", "传播情况", "点击量", "阅读量", "评论数", "转发量", "关注度"),
)
_LABEL = "|".join(sorted(_LABELS, key=len, reverse=True))
_LABELLED = re.compile(rf"(?:[【\[]({_LABEL})[】\]]\s*[:：]?|({_LABEL})\s*[:：])\s*(.*)")
# Where the items end: to whom the issue goes, who wrote it.
_END = re.compile(
    r"(主报|主送|抄送|抄报|分送|发送|报送|报|送|发|编辑|责任编辑|编审|审核|签发|联系人|印发|印数)\s*[:：]|[（(]?共印"
)
_COLUMNS = {
    Meaning.SUBJECT: {*HEADINGS[Meaning.SUBJECT].split("、"), "舆情标题", "舆情主题", "题目", "名称", "舆情名称"},
    Meaning.TEXT: {
        *HEADINGS[Meaning.TEXT].split("、"),
        *("舆情内容", "内容摘要", "摘要", "主要内容", "舆情概要", "概要", "舆情摘要", "舆情情况", "舆情"),
    },
    Meaning.ABOUT_UNIT: {*HEADINGS[Meaning.ABOUT_UNIT].split("、"), *_ABOUT},
}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item. about_unit: as written. extra: what was written beside it: by which medium, where, when."""

    subject: str = field(repr=False)
    text: str = field(repr=False)
    about_unit: str = ""
    extra: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class BulletinFile:
    """An issue. year, issue, issued_on: where the file says it."""

    year: int | None
    issue: int | None
    issued_on: date | None
    items: Sequence[Item]


@dataclass(frozen=True)
class _Line:
    """A paragraph as text. level: how its heading is numbered, -1 where it is none; rest: without the number."""

    text: str
    level: int
    rest: str


def read_bulletin(name: str, content: bytes) -> BulletinFile:
    """Read an issue; `name` is what a fault calls the file. Raises BadFile."""
    head, items = _of_word(name, content) if _is_word(name, content) else _of_workbook(name, content)
    if not items:
        raise BadFile(f"“{name}”中没有找到舆情条目：须逐条编号，或列成有“标题”“内容”两栏的表。")
    if len(items) > MOST_ITEMS:
        raise BadFile(f"“{name}”中有{len(items)}条，一期不应超过{MOST_ITEMS}条，请核对文件。")
    empty = [f"第{place}条" for place, item in enumerate(items, 1) if not item.text]
    if empty:
        raise BadFile(f"“{name}”{'、'.join(empty)}没有内容。")
    year, issue, day = _numbered(head)
    return BulletinFile(year=year or (day.year if day else None), issue=issue, issued_on=day, items=items)


def _is_word(name: str, content: bytes) -> bool:
    """Whether it is a Word document that can be read. Raises BadFile where it is one that cannot."""
    if content.startswith(b"\xd0\xcf\x11\xe0") and "WordDocument".encode("utf-16-le") in content:
        raise BadFile(f"“{name}”是旧格式的 Word 文档，请另存为 .docx 后再收入。")
    if content.startswith(b"%PDF"):
        raise BadFile(f"“{name}”是 PDF 文件，请提供 Word 文档（.docx）或工作簿。")
    if not content.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as zipped:
            parts = zipped.infolist()
    except Exception:  # however it is damaged
        raise BadFile(f"“{name}”已损坏，无法读出。") from None
    if sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise BadFile(f"“{name}”展开后过大，不是正常的快报。")
    return any(part.filename.startswith("word/") for part in parts)


def _of_word(name: str, content: bytes) -> tuple[list[str], list[Item]]:
    """Return what stands above the items, and the items: of the first table that has them, else of the text."""
    try:
        document = Document(io.BytesIO(content))
        above = [_text(each._p) for section in document.sections for each in section.header.paragraphs]
        blocks = list(_blocks(document.element.body))
        lines = [_line(Paragraph(each, document._body)) for each in blocks if isinstance(each, CT_P)]
        tables = [_cells(Table(each, document._body)) for each in blocks if isinstance(each, CT_Tbl)]
    except Exception:  # whatever python-docx stumbles over in a damaged document
        raise BadFile(f"“{name}”已损坏，无法读出。") from None
    lines = [line for line in lines if line.text]
    start, items = _of_text(lines)
    listed = [found for rows in tables if (found := _of_table(rows)) is not None]
    if not listed:
        above += [cell for rows in tables for row in rows for cell in row]  # some lay the head out in a table
        return [*above, *(line.text for line in lines[:start])], items
    if any(item.text != item.subject for item in items):
        raise BadFile(f"“{name}”既有列表，又有逐条编号的文字，请只用一种。")
    above += [line.text for line in lines]
    return [*above, *(cell for head, _ in listed for cell in head)], [item for _, found in listed for item in found]


def _of_workbook(name: str, content: bytes) -> tuple[list[str], list[Item]]:
    """Do the same for the sheets, or the CSV file, that have a header."""
    listed = [found for rows in _sheets(name, content) if (found := _of_table(rows)) is not None]
    if not listed:
        raise BadFile(f"“{name}”中没有找到表头：须有“标题”和“内容”两栏。")
    return [cell for head, _ in listed for cell in head], [item for _, found in listed for item in found]


def _sheets(name: str, content: bytes) -> Iterator[list[list[str]]]:
    """Yield the sheets' rows as text. Raises BadFile."""
    if not content.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        for _, rows in sheets_of(name, content):
            yield [[_clean(cell) for cell in row] for row in rows]
        return
    try:
        sheets = read_grids(content).sheets
    except Unreadable as error:
        raise BadFile(f"“{name}”：{error}") from error
    for sheet in sheets:
        if sheet.stray:
            raise BadFile(f"“{name}”工作表“{sheet.name}”在表格以外很远处还有内容，请清除后再收入。")
        yield [[_clean(text_of(cell)) for cell in row] for row in sheet.rows]


def _blocks(parent: Any) -> Iterator[Any]:
    """Yield paragraphs and tables in their order, those inside content controls too."""
    for each in parent:
        if isinstance(each, CT_P | CT_Tbl):
            yield each
        elif each.tag == qn("w:sdt"):
            for content in each.findall(qn("w:sdtContent")):
                yield from _blocks(content)


def _text(element: Any) -> str:
    """Return a paragraph's text as it prints: with what was inserted under tracking, without what was deleted."""
    parts: list[str] = []
    for each in element.iter(qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:noBreakHyphen")):
        if any(above.tag == _FALLBACK for above in each.iterancestors()):
            continue  # a text box is there twice, the second time for old programs
        parts.append(_MARKS.get(each.tag) or each.text or "")
    return _clean("".join(parts))


_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MARKS = {qn("w:tab"): " ", qn("w:br"): "\n", qn("w:noBreakHyphen"): "-"}


def _clean(text: str) -> str:
    return INVISIBLE.sub("", text.replace("\u3000", " ").replace("\xa0", " ")).strip()


def _cells(table: Table) -> list[list[str]]:
    return [
        ["\n".join(filter(None, (_text(each._p) for each in cell.paragraphs))) for cell in row.cells]
        for row in table.rows
    ]


def _line(paragraph: Paragraph) -> _Line:
    text = _text(paragraph._p)
    if _NO_ITEM.fullmatch(text):
        return _Line(text, -1, text)
    for level, numbered in enumerate(_NUMBERED):
        if (match := numbered.match(text)) is not None:
            return _Line(text, level, text[match.end() :])
    style = paragraph.style
    if isinstance(style, ParagraphStyle) and (match := _STYLE.fullmatch(style.name or "")) is not None:
        return _Line(text, _STYLED + int(match[2]), text)
    listed = _numbers_itself(paragraph._p) or (style is not None and _numbers_itself(style.element))
    return _Line(text, _LISTED if listed else -1, text)


def _numbers_itself(element: Any) -> bool:
    """Whether Word numbers a paragraph, or those of a style."""
    return element.pPr is not None and element.pPr.numPr is not None


_STYLE = re.compile(r"(Heading|heading|标题) ?(\d)")


def _of_text(lines: Sequence[_Line]) -> tuple[int, list[Item]]:
    """Return where the first item begins, and the items. A numbered line right above another kind heads a section."""
    sections = {
        place
        for place, (line, below) in enumerate(pairwise(lines))
        if line.level >= 0 and below.level >= 0 and line.level != below.level
    }
    level = next((line.level for place, line in enumerate(lines) if line.level >= 0 and place not in sections), None)
    if level is None:
        return len(lines), []
    starts = [place for place, line in enumerate(lines) if line.level == level and place not in sections]
    ends = [
        *starts[1:],
        next((at for at in range(starts[-1] + 1, len(lines)) if _END.match(lines[at].text)), len(lines)),
    ]
    found: list[Item] = []
    for start, end in zip(starts, ends, strict=True):
        section = next((place for place in range(start, -1, -1) if place in sections), None)
        within = next((place for place in range(start + 1, end) if place in sections and place + 1 in starts), end)
        found.append(
            _item(lines[start].rest, lines[start + 1 : within], lines[section].rest if section is not None else "")
        )
    later = Counter(item.subject for item in found)
    items = []
    for item in found:
        later[item.subject] -= 1
        if item.text != item.subject or not later[item.subject]:  # else a line of the issue's own table of contents
            items.append(item)
    return starts[0], items


def _item(heading: str, body: Sequence[_Line], section: str) -> Item:
    """Make an item of its numbered line and what follows; a long line is itself what was reported."""
    extra = {"栏目": section} if section else {}
    texts = [heading] if len(heading) > LONGEST_HEADING else []
    about = ""
    for line in body:
        label = _LABELLED.fullmatch(line.text)
        if label is None or not label[3]:
            texts.append(line.text)
        elif (name := label[1] or label[2]) in _ABOUT:
            about = label[3].rstrip("。")
        else:
            extra[name] = label[3]
    subject = _subject(heading)
    return Item(subject=subject, text="\n".join(texts) or subject, about_unit=about, extra=extra)


def _subject(text: str) -> str:
    line = text.strip().splitlines()[0].rstrip("。：:") if text.strip() else ""
    return line if len(line) <= LONGEST_HEADING else f"{line[:LONGEST_SUBJECT]}…"


def _of_table(rows: Sequence[Sequence[str]]) -> tuple[list[str], list[Item]] | None:
    """Return what stands above a table's header, and its rows as items; None where it has no such header."""
    for place, row in enumerate(rows[:HEADER_WITHIN]):
        columns = {
            meaning: at for at, cell in enumerate(row) for meaning in _COLUMNS if _heading(cell) in _COLUMNS[meaning]
        }
        if Meaning.TEXT in columns and len(set(filter(None, row))) > 1:
            above = [cell for each in rows[:place] for cell in each]
            below = takewhile(lambda each: not _END.match("".join(each)), rows[place + 1 :])
            return above, [_of_row(row, each, columns) for each in below if _says_something(row, each)]
    return None


def _says_something(headings: Sequence[str], row: Sequence[str]) -> bool:
    """Whether there is more in a row than its number."""
    return any(cell for heading, cell in zip_longest(headings, row, fillvalue="") if _heading(heading) != "序号")


def _of_row(headings: Sequence[str], row: Sequence[str], columns: dict[Meaning, int]) -> Item:
    def cell(meaning: Meaning) -> str:
        at = columns.get(meaning)
        return row[at] if at is not None and at < len(row) else ""

    known = set(columns.values())
    extra = {
        heading: value
        for at, (heading, value) in enumerate(zip(headings, row, strict=False))
        if at not in known and heading and value and _heading(heading) != "序号"
    }
    subject, text = cell(Meaning.SUBJECT), cell(Meaning.TEXT)
    return Item(
        subject=_subject(subject or text), text=text or subject, about_unit=cell(Meaning.ABOUT_UNIT), extra=extra
    )


def _heading(cell: str) -> str:
    name = re.sub(r"\s", "", unicodedata.normalize("NFKC", cell))
    return re.sub(r"\(.*?\)", "", name).strip(":*")


def _numbered(head: Sequence[str]) -> tuple[int | None, int | None, date | None]:
    """Read year, number and day from what stands above the items."""
    text = unicodedata.normalize("NFKC", "\n".join(head))
    issue = _ISSUE.search(text)
    year = _YEAR.search(text[max(0, issue.start() - 12) : issue.start()]) if issue else None
    day = next(filter(None, map(_day, _DAY.finditer(text))), None)
    return (int(year[1] or year[2]) if year else None), (_number(issue[1]) if issue else None), day


def _day(match: re.Match[str]) -> date | None:
    try:
        return date(*(_number(part) for part in match.groups()))
    except ValueError:
        return None


def _number(written: str) -> int:
    """Read a number in digits or in Chinese: 12, 十二, 一百二十, 二〇二六."""
    if written.isdecimal():
        return int(written)
    if not set(written) & set("十百"):
        return int("".join(str(_DIGITS[each]) for each in written))
    total = digit = 0
    for each in written:
        if each in _UNITS:
            total, digit = total + (digit or 1) * _UNITS[each], 0
        else:
            digit = _DIGITS[each]
    return total + digit


_UNITS = {"十": 10, "百": 100}
