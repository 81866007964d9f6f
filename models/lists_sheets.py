"""The sheets of a workbook of the three lists, and what each of their rows must say for itself."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from models.typed_sheets import Code, Day, Row, Sheet, Text, Whole, word_of
from models.words import ListKind, PowerKind

LONGEST_KEY = 300  # characters of what names an item: the ledger keeps an index of them


@dataclass(frozen=True, kw_only=True)
class Power:
    """A power that other items may name, by its code or its name."""

    code: str
    name: str
    kind: PowerKind


def _named(value: str) -> str:
    if len(value) > LONGEST_KEY:
        raise ValueError(f"过长，不得超过 {LONGEST_KEY} 字")
    return value


KeyText = Annotated[Text, AfterValidator(_named)]


class Publication(Row):
    """When and where one of a unit's lists was published."""

    sheet = "公布"
    unit: Code = Field(alias="单位代码")
    kind: Annotated[ListKind, word_of(ListKind, "清单")] = Field(alias="清单")
    on: Day = Field(alias="公布日期")
    where: Text = Field(default="", alias="公布载体")


class ItemRow(Row):
    """An item of a list."""

    kind: ClassVar[ListKind]
    unit: Code = Field(alias="单位代码")

    def key(self, owner: Power | None) -> str:
        """Return what it is called from version to version; `owner` is the power to which it belongs."""
        raise NotImplementedError

    @classmethod
    def headings(cls) -> dict[str, str]:
        """Return the headings of what it says, from the left, each with its field."""
        apart = ("line", "cells", "unit")
        return {field.alias or name: name for name, field in cls.model_fields.items() if name not in apart}

    @property
    def content(self) -> dict[str, str]:
        """What it says, by heading."""
        return {heading: self._said(name) for heading, name in self.headings().items()}

    def _said(self, name: str) -> str:
        value = getattr(self, name)
        return value.label if isinstance(value, PowerKind) else str(value)


class PowerRow(ItemRow):
    """A power."""

    sheet = "权力清单"
    kind = ListKind.POWER
    number: Whole = Field(alias="序号")
    power_kind: Annotated[PowerKind, word_of(PowerKind, "职权类型")] = Field(alias="职权类型")
    name: Text = Field(alias="职权名称")
    code: KeyText = Field(alias="编码")
    basis: Text = Field(alias="依据")
    body: Text = Field(alias="行使主体")

    @property
    def power(self) -> str:
        """What says to which power it belongs: it is one."""
        return self.code

    def key(self, owner: Power | None) -> str:
        """Return its code."""
        return self.code


class DutyRow(ItemRow):
    """A duty, and for what the unit is held to account."""

    sheet = "责任清单"
    kind = ListKind.DUTY
    duty: KeyText = Field(alias="责任事项")
    lapses: Text = Field(alias="追责情形")
    power: Text = Field(default="", alias="对应职权")

    def key(self, owner: Power | None) -> str:
        """Return the duty itself."""
        return self.duty


class ProcedureRow(ItemRow):
    """A step by which a power is used."""

    sheet = "程序清单"
    kind = ListKind.PROCEDURE
    step: KeyText = Field(alias="环节")
    post: Text = Field(alias="承办岗位")
    limit: Text = Field(alias="时限")
    materials: Text = Field(default="", alias="材料")
    watched_by: Text = Field(alias="监督方式")
    power: Text = Field(default="", alias="对应职权")

    def key(self, owner: Power | None) -> str:
        """Return the step, after the code of its power: the steps of several powers may be called the same."""
        return f"{owner.code if owner else self.power} {self.step}".strip()


AnyItem = PowerRow | DutyRow | ProcedureRow
ItemSheet = Sheet[PowerRow] | Sheet[DutyRow] | Sheet[ProcedureRow]
HEADINGS = {row.kind: tuple(row.headings()) for row in (PowerRow, DutyRow, ProcedureRow)}
