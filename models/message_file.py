"""What a hotline's file says: its rows as messages, or why a row cannot be one. Reading only, no database.

The only file that reads the senders' workbooks. A reason for a rejection may be shown, logged and stored anywhere, so
it names rows, columns, dates and forms, never what somebody wrote.
"""

import csv
import hashlib
import io
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import TypeVar

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from models.clock import SHANGHAI
from models.refusals import BadFile
from models.words import Word
from models.xlsx_parts import too_large

Cell = str | int | float | bool | date | time | timedelta
Cells = tuple[Cell, ...]
T = TypeVar("T")

HEADER_WITHIN = 10  # rows: titles, notes and blank rows may stand above the header
EARLIEST_YEAR = 1990  # an earlier date is a slip, or a small number that Excel shows as a date
EXCEL_DIGITS = 15  # Excel turns the further digits of a number into zeros
EXCEL_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - what a cell holds has no zone
EXCEL_DAYS = range(1, 100_000)  # a number in this range is a day of Excel's; 20200103 is not
LONGEST_NUMBER = 100  # characters of a source number; a longer one is text in the wrong column
LONGEST_SUBJECT = 30  # characters of a subject made from the text
CSV_SHEET = "CSV"  # the name of a text file's only sheet

# What a workbook of rejected rows adds to the sender's columns; no part of a message when it is taken in again.
REASON, ORIGINAL_SHEET, ORIGINAL_ROW = "拒收原因", "原表", "原行号"
OURS = frozenset({REASON, ORIGINAL_SHEET, ORIGINAL_ROW})
SURPLUS = "多出的内容"  # its heading over cells that had none; a row is rejected while anything stands there


class Meaning(Word):
    """What a column holds; the value is what a channel's own mapping says."""

    SOURCE_NUMBER = "SOURCE_NUMBER", "来件编号"
    RECEIVED_AT = "RECEIVED_AT", "时间"
    SUBJECT = "SUBJECT", "主题"
    TEXT = "TEXT", "内容"
    NAME = "NAME", "来件人"
    PHONE = "PHONE", "电话"
    ADDRESS = "ADDRESS", "地址"
    ABOUT_UNIT = "ABOUT_UNIT", "被反映单位"
    CHANNEL = "CHANNEL", "渠道"


REQUIRED = (Meaning.SOURCE_NUMBER, Meaning.RECEIVED_AT, Meaning.TEXT)
REQUIRED_OF_A_LOG = (Meaning.SOURCE_NUMBER, Meaning.RECEIVED_AT)

# Not among them: 序号, which begins anew in each file, and 责任单位, to whom a hotline sent it, not whom it is about.
HEADINGS: Mapping[Meaning, str] = {
    Meaning.SOURCE_NUMBER: (
        "来件编号、留言编号、工单编号、投诉编号、编号、工单号、诉求编号、举报编号、信访编号、信件编号、来信编号、"
        "来电编号、受理编号、登记编号、来源编号、单号、流水号、id、留言id、工单id"
    ),
    Meaning.RECEIVED_AT: (
        "时间、日期、来件时间、来件日期、留言时间、留言日期、投诉时间、投诉日期、诉求时间、举报时间、反映时间、"
        "反映日期、来电时间、来信时间、来信日期、来访时间、收到时间、收到日期、收件日期、受理时间、受理日期、"
        "登记时间、登记日期、提交时间"
    ),
    Meaning.SUBJECT: (
        "主题、标题、留言主题、留言标题、来件主题、来件标题、诉求标题、工单标题、投诉主题、投诉标题、信件标题、"
        "反映主题、事由"
    ),
    Meaning.TEXT: (
        "内容、详情、反映内容、投诉件内容、留言详情、留言内容、来件内容、投诉内容、投诉详情、诉求内容、工单内容、"
        "举报内容、来电内容、来信内容、信件内容、问题内容、问题描述、反映问题、反映的问题、诉求描述、具体内容、"
        "详细内容"
    ),
    Meaning.NAME: (
        "来件人、留言用户、投诉人、姓名、来件人姓名、留言人、投诉人姓名、反映人、反映人姓名、诉求人、诉求人姓名、"
        "举报人、举报人姓名、来电人、来电人姓名、来信人、来访人、联系人"
    ),
    Meaning.PHONE: (
        "电话、联系电话、电话号码、联系方式、手机、手机号、手机号码、来电号码、来电电话、来件人电话、投诉人电话、"
        "反映人电话、诉求人电话、举报人电话"
    ),
    Meaning.ADDRESS: "地址、住址、联系地址、家庭住址、家庭地址、来件人地址、投诉人地址、反映人地址",
    Meaning.ABOUT_UNIT: (
        "被反映单位、被反映部门、被投诉单位、被投诉部门、被举报单位、涉及单位、涉及部门、涉事单位、反映单位、投诉对象"
    ),
    Meaning.CHANNEL: "渠道、渠道名称、来件渠道、来源渠道、受理渠道、问题来源",
}

WORKBOOK_MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # of zip (xlsx, xlsm, ods) and of compound files (xls, encrypted)
ENCODING_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}

# Control characters, NUL among them (PostgreSQL cannot store it), marks of width zero and of writing direction.
INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)

ACCEPTED_TIMES = "可写作 2020-01-03 08:05、2020/1/3 8:05:00、2020年1月3日、20200103"
WEEKDAY_OR_HALF = re.compile(r"(星期|周)[一二三四五六日天]|上午|下午|AM|PM")
CLOCK = r"(?P<hour>\d{1,2}) ?[:时点]( ?(?P<minute>\d{1,2})( ?[:分]( ?(?P<second>\d{1,2})(\.\d+)? ?秒?)?)?)?"
COMPACT_CLOCK = r"(?P<hour>\d\d):?(?P<minute>\d\d)(:?(?P<second>\d\d))?"
OFFSET = r"(?P<offset>Z|[+-]\d\d:?\d\d)"
WRITTEN_TIMES = (
    re.compile(
        r"(?P<year>\d{4}) ?[-/.年] ?(?P<month>\d{1,2}) ?[-/.月] ?(?P<day>\d{1,2})( ?日)?"
        rf"((T| |(?<=日)) ?{CLOCK}( ?{OFFSET})?)?"
    ),
    re.compile(rf"(?P<year>\d{{4}})(?P<month>\d\d)(?P<day>\d\d)([T ]?{COMPACT_CLOCK}{OFFSET}?)?"),
)


class UnreadableFile(BadFile):
    """Nothing of the file can be taken in; the Chinese message names the file and, where it can, sheet and row."""


class _Unusable(Exception):
    """A cell or a header that cannot be used; says why, in words for a person."""


@dataclass(frozen=True, kw_only=True)
class IncomingMessage:
    """One good row. Texts have no control characters and no white space around them, and are "" where there is none.

    row: as Excel shows it, from 1. received_at: aware, UTC; midnight in Shanghai where the file gives only a day.
    channel: as written. extra: what stood in columns not known, by heading. cells: the row as it came, for the
    workbook of rejected rows. What may identify a person is not in the repr.
    """

    sheet: str
    row: int
    source_number: str
    received_at: datetime
    subject: str = field(repr=False)
    text: str = field(repr=False)
    name: str = field(repr=False)
    phone: str = field(repr=False)
    address: str = field(repr=False)
    about_unit: str
    channel: str
    extra: dict[str, str] = field(repr=False)
    cells: Cells = field(repr=False)

    @property
    def content(self) -> tuple[datetime | str, ...]:
        """What it says, to tell a repeated row from another one of the same number; columns not known may differ."""
        return self.received_at, self.subject, self.text, self.name, self.phone, self.address, self.about_unit


@dataclass(frozen=True, kw_only=True)
class RejectedRow:
    """A row that was not taken in, or a whole sheet whose header cannot be used.

    row: as Excel shows it, from 1. columns: where the faults are, as `Header.column` names them. A sheet has the row
    of its first content, no columns and no cells.
    """

    sheet: str
    row: int
    columns: tuple[str, ...]
    reason: str
    cells: Cells = field(repr=False)

    @property
    def column(self) -> str:
        """The columns for a person, such as “D 留言时间”."""
        return "、".join(self.columns)


@dataclass(frozen=True, kw_only=True)
class Header:
    """The header of one sheet: its row in Excel, its headings in their order, which column (from 0) means what."""

    row: int
    headings: tuple[str, ...]
    columns: Mapping[Meaning, int]

    def column(self, index: int) -> str:
        """A column's letter and heading, such as “D 留言时间”; the letter alone where it has no heading."""
        heading = self.headings[index] if index < len(self.headings) else ""
        return f"{_letter(index)} {heading}".rstrip()

    def is_ours(self, index: int) -> bool:
        """Whether a workbook of rejected rows added the column."""
        return index < len(self.headings) and self.headings[index] in OURS

    def is_surplus(self, index: int) -> bool:
        """Whether what stands there is in no column: the rest of a text with bare commas in CSV, as a rule."""
        return index >= len(self.headings) or self.headings[index] == SURPLUS


@dataclass(frozen=True, kw_only=True)
class MessageFile:
    """What a file says. headers: of the sheets that could be read; messages and rejected: in the file's order."""

    path: Path
    sha256: str
    headers: Mapping[str, Header]
    messages: list[IncomingMessage]
    rejected: list[RejectedRow]

    def rejection(self, message: IncomingMessage, meaning: Meaning, reason: str) -> RejectedRow:
        """The rejection of a row that reads well but cannot go in, for what stands in the column of this meaning."""
        header = self.headers[message.sheet]
        columns = (header.column(header.columns[meaning]),) if meaning in header.columns else ()
        return RejectedRow(sheet=message.sheet, row=message.row, columns=columns, reason=reason, cells=message.cells)


def read_message_file(
    path: Path | str,
    *,
    today: date,
    mapping: Mapping[str, str] | None = None,
    channel_column: bool = False,
    with_texts: bool = True,
) -> MessageFile:
    """Read a workbook (.xlsx, .xlsm, .xls, .ods) or a CSV file, whatever its name ends in.

    today: in Shanghai; a message of later than tomorrow is rejected. mapping: the channel's own headings, each with
    the value of a Meaning; they win over the usual ones. channel_column: whether a column 渠道 tells each message's
    channel, so that a source number counts within its channel; otherwise 渠道 is a column not known.
    with_texts: whether each row must say what was reported; a line's own log may hold numbers and times alone.

    Each sheet with a header is read. A source number that comes again goes through where its row says the same as the
    first one, and is rejected where it does not. Raises UnreadableFile where no sheet can be read.
    """
    path = Path(path)
    names = _Names.of(mapping or {}, channel_column=channel_column)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{path.name}：文件不存在或无法打开。") from error

    headers: dict[str, Header] = {}
    messages: list[IncomingMessage] = []
    rejected: list[RejectedRow] = []
    seen: dict[tuple[str, str], IncomingMessage] = {}
    for sheet, rows in _sheets(path, content, names):
        start = next((number for number, cells in enumerate(rows, 1) if any(map(_text, cells))), None)
        if start is None or set(map(_text, rows[start - 1])) <= OURS | {""}:
            continue  # nothing in it, or the list of unread sheets from a workbook of rejected rows
        try:
            headers[sheet] = _header(rows, names, REQUIRED if with_texts else REQUIRED_OF_A_LOG)
        except _Unusable as fault:
            reason = f"整个工作表未读入：{fault}"
            rejected.append(RejectedRow(sheet=sheet, row=start, columns=(), reason=reason, cells=()))
            continue
        for row in _read_rows(sheet, rows, headers[sheet], today, seen, with_texts=with_texts):
            if isinstance(row, IncomingMessage):
                messages.append(row)
            else:
                rejected.append(row)
    if not headers:
        faults = [f"工作表“{row.sheet}”{row.reason}" for row in rejected] or ["文件里没有内容"]
        raise UnreadableFile(f"{path.name}：{'；'.join(faults)}。")
    return MessageFile(
        path=path, sha256=hashlib.sha256(content).hexdigest(), headers=headers, messages=messages, rejected=rejected
    )


@dataclass(frozen=True, kw_only=True)
class _Names:
    """What a heading, folded, means: in the channel's own mapping, and usually."""

    own: Mapping[str, Meaning]
    usual: Mapping[str, Meaning]

    @classmethod
    def of(cls, mapping: Mapping[str, str], *, channel_column: bool) -> "_Names":
        return cls(
            own={_folded(heading): Meaning(meaning) for heading, meaning in mapping.items()},
            usual={
                heading: meaning
                for meaning, headings in HEADINGS.items()
                if channel_column or meaning is not Meaning.CHANNEL
                for heading in headings.split("、")
            },
        )

    def columns(self, cells: Cells) -> dict[Meaning, list[int]]:
        """Which cells are headings of which meaning; the usual ones only where none is the channel's own."""
        folded = [_folded(_text(cell)) for cell in cells]
        found = {}
        for meaning in Meaning:
            own = [index for index, name in enumerate(folded) if self.own.get(name) is meaning]
            usual = [i for i, name in enumerate(folded) if self.usual.get(name) is meaning and name not in self.own]
            if own or usual:
                found[meaning] = own or usual
        return found


LONGEST_HEADING = 100  # characters; what is longer is none


def _folded(heading: str) -> str:
    """A heading without what leaves its meaning alone: width, case, spaces, notes in brackets, a colon, an asterisk."""
    name = re.sub(r"\s", "", unicodedata.normalize("NFKC", heading[:LONGEST_HEADING])).casefold()
    return re.sub(r"\(.*?\)|\[.*?\]|【.*?】|〔.*?〕", "", name).strip(":*")


def _sheets(path: Path, content: bytes, names: _Names) -> Iterator[tuple[str, Sequence[Cells]]]:
    """Each sheet's name and rows, from Excel's row 1 on; hidden sheets too."""
    if not content.startswith(WORKBOOK_MARKS):
        yield CSV_SHEET, _csv_rows(path.name, _decoded(path.name, content), names)
        return
    if (far := too_large(content)) is not None:
        raise UnreadableFile(f"{path.name}：工作表“{far}”在表格以外很远处还有内容，请清除后重试。")
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except CalamineError as error:
        raise UnreadableFile(f"{path.name}：{_why_no_workbook(path)}。") from error
    for sheet in workbook.sheet_names:
        try:
            rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        except CalamineError as error:
            raise UnreadableFile(f"{path.name}：工作表“{sheet}”已损坏，无法读出。") from error
        yield sheet, [tuple(row) for row in rows]


def _why_no_workbook(path: Path) -> str:
    """Calamine tells a password only where it goes by the name's ending, which for reading it should not."""
    try:
        CalamineWorkbook.from_path(path)
    except PasswordError:
        return "文件设有密码，请取消密码后重新保存"
    except CalamineError:
        pass
    return "不是 Excel 工作簿，或文件已损坏、设有密码"


def _decoded(name: str, content: bytes) -> str:
    """The text of a CSV file: by its mark, else as UTF-8, else as GB18030, which Excel writes on Chinese Windows."""
    marked = [encoding for mark, encoding in ENCODING_MARKS.items() if content.startswith(mark)]
    for encoding in marked or ["utf-8", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.lstrip().startswith("<"):
            raise UnreadableFile(f"{name}：内容是网页或 XML，请用 Excel 打开后另存为 .xlsx。")
        return text
    raise UnreadableFile(f"{name}：既不是工作簿，也不是 UTF-8 或 GB18030 编码的 CSV，或文件已损坏。")


def _csv_rows(name: str, text: str, names: _Names) -> list[Cells]:
    """The rows of a CSV file, separated by that of comma, tab and semicolon which shows the most headings."""
    csv.field_size_limit(sys.maxsize)  # a complaint may be longer than the module's 131,072 characters

    def headings(delimiter: str) -> int:
        sample = islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), HEADER_WITHIN)
        return max((len(names.columns(tuple(row))) for row in sample), default=0)

    rows: list[Cells] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=max(",\t;", key=headings), strict=True):
            rows.append(tuple(row))
    except csv.Error as error:
        raise UnreadableFile(f"{name}：第 {len(rows) + 1} 行的双引号不成对，从这里起无法读出。") from error
    return rows


def _header(rows: Sequence[Cells], names: _Names, required: Sequence[Meaning]) -> Header:
    """The header: of the first rows, the one with the most headings known."""
    found = [names.columns(cells) for cells in rows[:HEADER_WITHIN]]
    best = max(range(len(found)), key=lambda index: len(found[index]))
    columns = found[best]
    missing = [meaning for meaning in required if meaning not in columns]
    if len(columns) < 2:
        labels = "、".join(meaning.label for meaning in required)
        raise _Unusable(f"前 {HEADER_WITHIN} 行内找不到表头，须有{labels}各一列")
    if missing:
        accepted = "；".join(f"缺少{meaning.label}列，列名可用{HEADINGS[meaning]}" for meaning in missing)
        raise _Unusable(f"第 {best + 1} 行的表头{accepted}")

    headings = tuple(map(_line, rows[best]))
    header = Header(row=best + 1, headings=headings, columns={meaning: at[0] for meaning, at in columns.items()})
    for meaning, at in columns.items():
        if len(at) > 1:
            twice = "与".join(f"“{header.column(index)}”" for index in at)
            raise _Unusable(f"第 {best + 1} 行的表头里{twice}都是{meaning.label}，请只留一列，或为该渠道设定列名对照")
    return header


def _letter(index: int) -> str:
    """A column's letter in Excel: 0 is A, 26 is AA."""
    letters = ""
    while index >= 0:
        index, last = divmod(index, 26)
        letters = chr(ord("A") + last) + letters
        index -= 1
    return letters


def _read_rows(
    sheet: str,
    rows: Sequence[Cells],
    header: Header,
    today: date,
    seen: dict[tuple[str, str], IncomingMessage],
    *,
    with_texts: bool,
) -> Iterator[IncomingMessage | RejectedRow]:
    """What the rows below the header say, blank ones left out. seen: the file's messages, by channel and number."""
    for number, cells in enumerate(rows[header.row :], header.row + 1):
        if not any(_text(cell) for index, cell in enumerate(cells) if not header.is_ours(index)):
            continue
        row = _read_row(sheet, number, cells, header, today, with_texts=with_texts)
        if isinstance(row, IncomingMessage):
            first = seen.setdefault((row.channel, row.source_number), row)
            if row.content != first.content:
                where = f"第 {first.row} 行" if first.sheet == sheet else f"工作表“{first.sheet}”第 {first.row} 行"
                column = header.column(header.columns[Meaning.SOURCE_NUMBER])
                reason = f"来件编号与{where}相同，而所写不同"
                row = RejectedRow(sheet=sheet, row=number, columns=(column,), reason=reason, cells=row.cells)
        yield row


def _read_row(
    sheet: str, number: int, cells: Cells, header: Header, today: date, *, with_texts: bool
) -> IncomingMessage | RejectedRow:
    cells += ("",) * (len(header.headings) - len(cells))
    faults: dict[int, str] = {}

    def read(meaning: Meaning, reader: Callable[[Cell], T]) -> T | None:
        index = header.columns[meaning]
        try:
            return reader(cells[index])
        except _Unusable as fault:
            faults[index] = str(fault)
            return None

    def line(meaning: Meaning) -> str:
        return _line(cells[header.columns[meaning]]) if meaning in header.columns else ""

    source_number = read(Meaning.SOURCE_NUMBER, _source_number)
    received_at = read(Meaning.RECEIVED_AT, lambda cell: _moment(cell, today))
    text = read(Meaning.TEXT, _body) if with_texts else ""
    for index, cell in enumerate(cells):
        if header.is_surplus(index) and _text(cell):
            faults[index] = "内容多于表头的列，请移入所属的列（CSV 中带逗号的内容须加双引号）"
    if faults or source_number is None or received_at is None or text is None:
        columns = tuple(header.column(index) for index in faults)
        reason = "；".join(dict.fromkeys(faults.values()))
        return RejectedRow(sheet=sheet, row=number, columns=columns, reason=reason, cells=cells)
    return IncomingMessage(
        sheet=sheet,
        row=number,
        source_number=source_number,
        received_at=received_at,
        subject=line(Meaning.SUBJECT) or _first_sentence(text),
        text=text,
        name=line(Meaning.NAME),
        phone=unicodedata.normalize("NFKC", line(Meaning.PHONE)),
        address=line(Meaning.ADDRESS),
        about_unit=line(Meaning.ABOUT_UNIT),
        channel=line(Meaning.CHANNEL),
        extra=_extra(cells, header),
        cells=cells,
    )


def _extra(cells: Cells, header: Header) -> dict[str, str]:
    """What stands in columns not known; a heading that is missing or comes twice gets its column's letter."""
    extra: dict[str, str] = {}
    for index, cell in enumerate(cells):
        if index not in header.columns.values() and not header.is_ours(index) and (text := _text(cell)):
            heading = header.headings[index]
            extra[heading if heading and heading not in extra else f"{heading}（{_letter(index)}列）"] = text
    return extra


def _text(cell: Cell) -> str:
    """A cell as text: nothing invisible, no white space around it, lines ended by LF, whole numbers without “.0”."""
    match cell:
        case str():
            return INVISIBLE.sub("", "\n".join(cell.splitlines())).strip()
        case bool():
            return str(cell).upper()
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M:%S}"
        case _:
            return str(cell)


def _line(cell: Cell) -> str:
    return " ".join(_text(cell).split())


def _body(cell: Cell) -> str:
    if not (text := _text(cell)):
        raise _Unusable("缺少内容")
    return text


def _first_sentence(text: str) -> str:
    """The subject of a message that came without one."""
    sentence = _line(re.split(r"[。！？!?；;\n]", text, maxsplit=1)[0]) or _line(text)
    return sentence if len(sentence) <= LONGEST_SUBJECT else sentence[: LONGEST_SUBJECT - 1] + "…"


def _source_number(cell: Cell) -> str:
    """A source number as it was before a spreadsheet took it for a number; refuses one that this has changed."""
    match cell:
        case bool() | date() | time() | timedelta():
            raise _Unusable("来件编号被存成了日期或逻辑值，单元格须设为文本")
        case int() | float() if abs(cell) >= 10**EXCEL_DIGITS:
            raise _Unusable(f"来件编号被存成了数字，{EXCEL_DIGITS} 位以后已丢失，单元格须设为文本")
        case float() if not cell.is_integer():
            raise _Unusable("来件编号被存成了小数，末尾的零可能已丢失，单元格须设为文本")
    number = _line(cell).strip("'=\" ")  # in CSV, '0012 and ="0012" keep a number text
    if not number:
        raise _Unusable("缺少来件编号")
    if SCIENTIFIC.fullmatch(number):
        raise _Unusable("来件编号写成了科学计数法，末几位已丢失，单元格须设为文本")
    if len(number) > LONGEST_NUMBER:
        raise _Unusable(f"来件编号超过 {LONGEST_NUMBER} 字，可能填错了列")
    return number


def _moment(cell: Cell, today: date) -> datetime:
    """When a message came, in UTC; a cell speaks in Shanghai's time unless its text has an offset."""
    match cell:
        case datetime():
            moment = cell
        case date():
            moment = datetime.combine(cell, time())
        case int() | float() if EXCEL_DAYS.start <= cell < EXCEL_DAYS.stop:
            moment = EXCEL_DAY_ZERO + timedelta(days=cell)
        case _:
            moment = _written_moment(_line(cell))
    if moment.year < EARLIEST_YEAR:
        raise _Unusable(f"时间 {moment.date()} 早于 {EARLIEST_YEAR} 年")
    if moment.date() > today + timedelta(days=1):
        raise _Unusable(f"时间 {moment.date()} 晚于明天")
    aware = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    to_the_second = (aware + timedelta(milliseconds=500)).replace(microsecond=0)  # Excel's days are binary fractions
    return to_the_second.astimezone(UTC)


def _written_moment(text: str) -> datetime:
    """A day, with or without a time, in any of the forms that hotlines write; naive where it has no offset."""
    if not text:
        raise _Unusable("缺少时间")
    plain = unicodedata.normalize("NFKC", text).upper()
    figures = " ".join(WEEKDAY_OR_HALF.sub(" ", plain).split())
    match = next(filter(None, (form.fullmatch(figures) for form in WRITTEN_TIMES)), None)
    if match is None:
        raise _Unusable(f"时间无法识别，{ACCEPTED_TIMES}")
    year, month, day, hour, minute, second = (
        int(match[part] or 0) for part in ("year", "month", "day", "hour", "minute", "second")
    )
    if ("下午" in plain or "PM" in plain) and hour < 12:
        hour += 12
    elif ("上午" in plain or "AM" in plain) and hour == 12:
        hour = 0
    zone = datetime.strptime(match["offset"], "%z").tzinfo if match["offset"] else None
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        clock = f" {hour:02}:{minute:02}" if match["hour"] else ""
        raise _Unusable(f"时间 {year:04}-{month:02}-{day:02}{clock} 不存在") from None
