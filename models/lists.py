"""三张清单 (policy 二(四), O20): each unit's list of powers, of duties and of procedures, version after version."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Id
from models.registry import Unit
from models.words import ListKind, PowerKind

NAMED_BY = ("职权名称", "责任事项", "环节")  # the columns that say what an item is called; each list has one of them


class PublishedList(Base):
    """One of a unit's three lists, as it was published; a change is another version, and the newest is in force.

    published_in: where or under which number. sha256: of what its items say, so that the same list is not kept twice.
    """

    __tablename__ = "published_list"
    __table_args__ = (UniqueConstraint("unit_code", "kind", "version"), CheckConstraint("version > 0", name="from_one"))
    __mapper_args__ = {"polymorphic_on": "kind"}  # noqa: RUF012  (SQLAlchemy's own way to declare it)

    id: Mapped[Id]
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    kind: Mapped[ListKind]
    version: Mapped[int]
    published_on: Mapped[date]
    published_in: Mapped[str] = mapped_column(default="")
    loaded_at: Mapped[datetime]
    loaded_by: Mapped[str]
    sha256: Mapped[str]

    unit: Mapped[Unit] = relationship()
    items: Mapped[list["ListItem"]] = relationship(order_by="ListItem.position", back_populates="of_list")


class PowerList(PublishedList):
    """权力清单: the powers that a unit may use, each of one of ten kinds."""

    __mapper_args__ = {"polymorphic_identity": ListKind.POWER}  # noqa: RUF012


class DutyList(PublishedList):
    """责任清单: what a unit must do, and for what it is held to account."""

    __mapper_args__ = {"polymorphic_identity": ListKind.DUTY}  # noqa: RUF012


class ProcedureList(PublishedList):
    """程序清单: by which steps a power is used, by whom, within what time, and who watches."""

    __mapper_args__ = {"polymorphic_identity": ListKind.PROCEDURE}  # noqa: RUF012


class ListItem(Base):
    """One row of a list.

    key: what it is called from version to version: a power's 编码, a duty's 责任事项, a procedure's 对应职权 and 环节.
    power_kind: a power's own; that of the power to which a duty or a procedure belongs, where it names one.
    content: what it says, by the heading of the column.
    """

    __tablename__ = "list_item"
    __table_args__ = (UniqueConstraint("list_id", "key"), UniqueConstraint("list_id", "position"))

    id: Mapped[Id]
    list_id: Mapped[int] = mapped_column(ForeignKey("published_list.id"))
    position: Mapped[int]
    key: Mapped[str]
    power_kind: Mapped[PowerKind | None]
    content: Mapped[dict[str, Any]]

    of_list: Mapped[PublishedList] = relationship(back_populates="items")

    @property
    def name(self) -> str:
        """What a person calls it."""
        return next((str(self.content[heading]) for heading in NAMED_BY if heading in self.content), self.key)
