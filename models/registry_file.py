"""What a registry workbook says: its sheets and columns, and all that must hold before it is loaded. No database."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import combinations
from pathlib import Path
from string import ascii_uppercase
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from python_calamine import CalamineError, CalamineWorkbook

from models.journal import SYSTEM
from models.message_file import Meaning
from models.refusals import BadFile, Refusal
from models.registry import OFFICE, OTHER_KINDS, RESPONSIBLE_KINDS
from models.words import Origin, Reply, Role, Word

POINTS = 20  # policy 三: “20个‘三风’监测点”

Fault = tuple[str, str, str]


class BadRegistry(Refusal):
    """The workbook does not hold and nothing of it was loaded. `faults`: (sheet, cell, reason), all of them."""

    code = "bad-registry"

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep the faults."""
        self.faults = list(faults)
        lines = "".join(f"\n【{sheet}】{cell}：{why}" for sheet, cell, why in self.faults)
        super().__init__(f"登记簿有 {len(self.faults)} 处错误，未载入任何内容。{lines}")


def _code(value: object) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", str(value)):
        raise ValueError("代码只能用字母、数字、“-”和“_”")
    return str(value)


def _whole(value: object) -> int:
    if not re.fullmatch(r"\d{1,9}", str(value)):
        raise ValueError("须为整数，不超过九位")
    return int(str(value))


def _point(number: int) -> int:
    if not 1 <= number <= POINTS:
        raise ValueError(f"监测点编号须在 1 至 {POINTS} 之间")
    return number


def _day(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    parts = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", str(value))
    try:
        return date(*map(int, parts.groups())) if parts else date.fromisoformat(str(value))
    except ValueError:
        raise ValueError("不是有效日期，请写作 2015-01-01") from None


def _yes(value: object) -> bool:
    if value not in ("是", "否"):
        raise ValueError("只能填“是”“否”，或留空")
    return value == "是"


def _kind(value: str) -> str:
    if value not in (*RESPONSIBLE_KINDS, *OTHER_KINDS):
        raise ValueError(f"没有这个类别；可用：{'、'.join((*RESPONSIBLE_KINDS, *OTHER_KINDS))}")
    return value


def _items(value: object) -> list[str]:
    return [item.strip() for item in re.split("[、，,；;\n]", str(value)) if item.strip()]


def _headings(value: object) -> dict[str, str]:
    ours = {name: meaning.value for meaning in Meaning for name in (meaning.value, meaning.label)}
    pairs = [tuple(part.strip() for part in item.split("=")) for item in _items(value)]
    if any(len(pair) != 2 or not pair[0] or pair[1] not in ours for pair in pairs):
        known = "、".join(meaning.label for meaning in Meaning)
        raise ValueError(f"须写作“来件表列名=标准列名”，多项用“；”隔开；标准列名：{known}")
    return {theirs: ours[standard] for theirs, standard in pairs}


def _word_of(words: Iterable[Word], what: str) -> BeforeValidator:
    named = {name: word for word in words for name in (word.value, word.label)}

    def read(value: object) -> Word:
        if str(value) not in named:
            raise ValueError(f"没有这个{what}；可用：{'、'.join(word.label for word in dict.fromkeys(named.values()))}")
        return named[str(value)]

    return BeforeValidator(read)


Text = Annotated[str, BeforeValidator(str)]
Code = Annotated[str, BeforeValidator(_code)]
Whole = Annotated[int, BeforeValidator(_whole)]
Day = Annotated[date, BeforeValidator(_day)]
Yes = Annotated[bool, BeforeValidator(_yes)]
RoleWord = Annotated[Role, _word_of([role for role in Role if role is not Role.SYSTEM], "角色")]
OriginWord = Annotated[Origin, _word_of(Origin, "来源")]
ReplyWord = Annotated[Reply, _word_of([reply for reply in Reply if reply is not Reply.UPWARD], "反馈口径")]


class Row(BaseModel):
    """A row of a sheet. The aliases of the fields are the sheet's headers. cells: header → its cell in this row."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    sheet: ClassVar[str]
    line: int
    cells: dict[str, str]

    def fault(self, header: str, why: str) -> Fault:
        """Say what is wrong with one cell of the row."""
        return self.sheet, self.cells[header], why


class UnitRow(Row):
    """A unit."""

    sheet = "单位"
    code: Code = Field(alias="代码")
    name: Text = Field(alias="名称")
    kind: Annotated[Text, AfterValidator(_kind)] = Field(alias="类别")
    position: Whole = Field(alias="顺序")


class OfficerRow(Row):
    """An officer and the roles that he holds for one period, both days included; he may have several rows."""

    sheet = "人员"
    code: Code = Field(alias="代码")
    name: Text = Field(alias="姓名")
    unit: Code = Field(alias="单位代码")
    roles: Annotated[list[RoleWord], BeforeValidator(_items)] = Field(alias="角色")
    since: Day = Field(alias="任职起")
    until: Day | None = Field(default=None, alias="任职止")

    def covers(self, day: date) -> bool:
        """Whether the period includes that day."""
        return self.since <= day <= (self.until or date.max)

    def overlaps(self, other: "OfficerRow") -> bool:
        """Whether the two periods have a day in common."""
        return self.since <= (other.until or date.max) and other.since <= (self.until or date.max)


class ChannelRow(Row):
    """A channel."""

    sheet = "渠道"
    code: Code = Field(alias="代码")
    name: Text = Field(alias="名称")
    aliases: Annotated[list[str], BeforeValidator(_items)] = Field(default_factory=list, alias="别名")
    origin: OriginWord | None = Field(default=None, alias="来源")
    feedback: Annotated[list[ReplyWord], BeforeValidator(_items)] = Field(default_factory=list, alias="反馈口径")
    forces_superior: Yes = Field(default=False, alias="强制三类")
    direct_accountability: Yes = Field(default=False, alias="直接问责")
    double_check: Yes = Field(default=False, alias="一案双查")
    upward_report: Yes = Field(default=False, alias="向上级反馈")
    columns: Annotated[dict[str, str], BeforeValidator(_headings)] = Field(default_factory=dict, alias="列对照")

    @property
    def names(self) -> list[tuple[str, str]]:
        """Every name by which files may call it, each with its column."""
        return [("名称", self.name), *(("别名", alias) for alias in self.aliases)]


class PointRow(Row):
    """A monitoring point."""

    sheet = "监测点"
    number: Annotated[Whole, AfterValidator(_point)] = Field(alias="编号")
    name: Text = Field(alias="名称")
    host: Text = Field(alias="依托单位")
    telephone: Text = Field(alias="固定电话")


class GroupRow(Row):
    """A group of evaluators."""

    sheet = "评议人员"
    mechanism: Text = Field(alias="机制")
    code: Code = Field(alias="代码")
    name: Text = Field(alias="名称")


R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Sheet(Generic[R]):
    """A sheet as read: the rows that hold for themselves, and of the others what they say, by header.

    legible: whether the sheet and the columns it needs are there at all.
    """

    rows: list[R] = field(default_factory=list)
    broken: list[dict[str, Any]] = field(default_factory=list)
    legible: bool = True

    def said(self, header: str) -> set[str]:
        """What the broken rows say in one column: no other fault is inferred from their being left out."""
        return {str(row.get(header)) for row in self.broken}


@dataclass(frozen=True)
class RegistryFile:
    """A workbook that holds."""

    units: list[UnitRow]
    officers: list[OfficerRow]
    channels: list[ChannelRow]
    points: list[PointRow]
    groups: list[GroupRow]


LINKED = "FILING_REVIEW"  # the channel by which the ledger itself opens a case (policy 六(三))


def read_registry(path: Path, *, today: date) -> RegistryFile:
    """Read and check a registry workbook.

    Raises BadFile where it is no workbook, BadRegistry with all its faults.
    """
    try:
        book = CalamineWorkbook.from_path(path)
    except (OSError, CalamineError) as error:
        raise BadFile(f"{path.name}：文件不存在，或不是可读的工作簿。") from error
    faults: list[Fault] = []
    units, officers = _read(book, UnitRow, faults), _read(book, OfficerRow, faults)
    channels, points, groups = (
        _read(book, ChannelRow, faults),
        _read(book, PointRow, faults),
        _read(book, GroupRow, faults),
    )
    faults += [
        *_doubles((row, "代码", row.code) for row in units.rows),
        *_doubles((row, "名称", row.name) for row in units.rows),
        *_doubles((row, "代码", row.code) for row in channels.rows),
        *_doubles((row, header, name) for row in channels.rows for header, name in row.names),
        *_doubles((row, "编号", row.number) for row in points.rows),
        *_doubles((row, "代码", row.code) for row in groups.rows),
    ]
    if channels.legible and LINKED not in {row.code for row in channels.rows} | channels.said("代码"):
        faults.append((ChannelRow.sheet, "A1", f"须有代码为 {LINKED} 的渠道（备案审查发现的问题由系统另立案件）"))
    if units.legible and officers.legible:
        faults += _faults_of_offices(units)
        faults += _faults_of_officers(units, officers)
        faults += _faults_of_heads(units, officers, today)
    if faults:
        raise BadRegistry(faults)
    return RegistryFile(units.rows, officers.rows, channels.rows, points.rows, groups.rows)


def _read(book: CalamineWorkbook, kind: type[R], faults: list[Fault]) -> Sheet[R]:
    if kind.sheet not in book.sheet_names:
        faults.append((kind.sheet, "A1", "缺少这张工作表"))
        return Sheet(legible=False)
    header, *lines = book.get_sheet_by_name(kind.sheet).to_python(skip_empty_area=False) or [[]]
    headers = [str(name).strip() for name in header[: len(ascii_uppercase)]]
    letters = dict(zip(headers, ascii_uppercase, strict=False))
    needed = {field.alias for field in kind.model_fields.values() if field.alias and field.is_required()}
    if missing := sorted(needed - set(headers)):
        faults.append((kind.sheet, "A1", f"第一行缺少列：{'、'.join(missing)}"))
        return Sheet(legible=False)
    sheet: Sheet[R] = Sheet()
    for number, line in enumerate(lines, start=2):
        given = {name: value for name, value in zip(headers, map(_plain, line), strict=False) if name and value != ""}
        if not given:
            continue
        cells = {name: f"{letter}{number}" for name, letter in letters.items()}
        try:
            sheet.rows.append(kind.model_validate({**given, "line": number, "cells": cells}))
        except ValidationError as error:
            sheet.broken.append(given)
            faults += dict.fromkeys((kind.sheet, cells[str(each["loc"][0])], _reason(each)) for each in error.errors())
    return sheet


def _plain(value: Any) -> Any:
    """Strip a text; give a whole number without its decimal point."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.strip() if isinstance(value, str) else value


def _reason(error: ErrorDetails) -> str:
    return "不能为空" if error["type"] == "missing" else str(error["ctx"]["error"])


def _doubles(named: Iterable[tuple[Row, str, object]]) -> Iterator[Fault]:
    first: dict[object, Row] = {}
    for row, header, name in named:
        if name in first:
            yield row.fault(header, f"与第 {first[name].line} 行重复")
        first.setdefault(name, row)


def _faults_of_offices(units: Sheet[UnitRow]) -> Iterator[Fault]:
    offices = [unit for unit in units.rows if unit.kind == OFFICE]
    if not offices and OFFICE not in units.said("类别"):
        yield UnitRow.sheet, "A1", f"须有一个类别为“{OFFICE}”的单位"
    for office in offices[1:]:
        yield office.fault("类别", f"类别为“{OFFICE}”的单位只能有一个，第 {offices[0].line} 行已有")


def _faults_of_officers(units: Sheet[UnitRow], officers: Sheet[OfficerRow]) -> Iterator[Fault]:
    kinds = {unit.code: unit.kind for unit in units.rows}
    rows_of: dict[str, list[OfficerRow]] = defaultdict(list)
    for row in officers.rows:
        if row.code.casefold() == SYSTEM.code:
            yield row.fault("代码", f"“{SYSTEM.code}”专指本系统，不能用作人员代码")
        if row.code in kinds:
            yield row.fault("代码", "与一个单位的代码相同，问责对象将无法区分")
        if row.unit not in kinds and row.unit not in units.said("代码"):
            yield row.fault("单位代码", "“单位”表中没有这个代码")
        if row.until and row.until < row.since:
            yield row.fault("任职止", "早于任职起")
        if any(role.of_the_office for role in row.roles) and kinds.get(row.unit, OFFICE) != OFFICE:
            yield row.fault("角色", f"只有{OFFICE}的人员可以有这个角色")
        if {Role.OFFICE_CLERK, Role.OFFICE_HEAD} <= set(row.roles):
            yield row.fault("角色", "经办人与负责人不得为同一人")
        for before in rows_of[row.code]:
            if (before.name, before.unit) != (row.name, row.unit):
                yield row.fault("代码", f"与第 {before.line} 行代码相同，姓名或单位不同")
            elif before.overlaps(row) and set(before.roles) & set(row.roles):
                yield row.fault("角色", f"与第 {before.line} 行重复：同一角色的任期重叠")
            elif before.overlaps(row) and {Role.OFFICE_CLERK, Role.OFFICE_HEAD} <= {*before.roles, *row.roles}:
                yield row.fault("角色", f"与第 {before.line} 行任期重叠：经办人与负责人不得为同一人")
        rows_of[row.code].append(row)


def _faults_of_heads(units: Sheet[UnitRow], officers: Sheet[OfficerRow], today: date) -> Iterator[Fault]:
    heads = [row for row in officers.rows if Role.UNIT_HEAD in row.roles]
    for one, other in combinations(heads, 2):
        if one.unit == other.unit and one.code != other.code and one.overlaps(other):
            yield other.fault("任职起", f"与第 {one.line} 行的任期重叠：一个单位同一天只能有一名主要领导")
    led = {row.unit for row in heads if row.covers(today)} | officers.said("单位代码")
    for unit in units.rows:
        if unit.kind in RESPONSIBLE_KINDS and unit.code not in led:
            yield unit.fault("代码", f"没有在任的{Role.UNIT_HEAD.label}")
