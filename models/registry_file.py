"""What a registry workbook says: its sheets and columns, and all that must hold before it is loaded. No database."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from models.journal import SYSTEM
from models.message_file import Meaning
from models.registry import OFFICE, OTHER_KINDS, RESPONSIBLE_KINDS
from models.typed_sheets import (
    Code,
    Day,
    Fault,
    FaultyWorkbook,
    Row,
    Sheet,
    Text,
    TypedWorkbook,
    Whole,
    doubles,
    word_of,
)
from models.words import Origin, Reply, Role

POINTS = 20  # policy 三: “20个‘三风’监测点”


class BadRegistry(FaultyWorkbook):
    """The registry does not hold."""

    code = "bad-registry"
    what = "登记簿"


def _point(number: int) -> int:
    if not 1 <= number <= POINTS:
        raise ValueError(f"监测点编号须在 1 至 {POINTS} 之间")
    return number


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


Yes = Annotated[bool, BeforeValidator(_yes)]
RoleWord = Annotated[Role, word_of([role for role in Role if role is not Role.SYSTEM], "角色")]
OriginWord = Annotated[Origin, word_of(Origin, "来源")]
ReplyWord = Annotated[Reply, word_of([reply for reply in Reply if reply is not Reply.UPWARD], "反馈口径")]


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
    book = TypedWorkbook(path)
    units, officers = book.read(UnitRow), book.read(OfficerRow)
    channels, points, groups = book.read(ChannelRow), book.read(PointRow), book.read(GroupRow)
    faults = [
        *book.faults,
        *doubles((row, "代码", row.code) for row in units.rows),
        *doubles((row, "名称", row.name) for row in units.rows),
        *doubles((row, "代码", row.code) for row in channels.rows),
        *doubles((row, header, name) for row in channels.rows for header, name in row.names),
        *doubles((row, "编号", row.number) for row in points.rows),
        *doubles((row, "代码", row.code) for row in groups.rows),
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
