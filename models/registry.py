"""Who there is: units, officers and their roles, persons who are no users, channels, points, evaluator groups."""

import re
from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint, and_, or_
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql.elements import ColumnElement

from models.base import Base, Id
from models.words import Origin, Role

OFFICE = "治庸问责办"
# Units of these kinds answer for problems; those of the others act in cases.
RESPONSIBLE_KINDS = ("区政府职能部门", "街道", "园区平台", "垂管单位", "服务中心")
OTHER_KINDS = (OFFICE, "宣传部门", "纪检监察机关", "区领导")


# Before a unit's name, 区教育局 or 某某市某某区教育局, in Python and in PostgreSQL alike.
DISTRICT = "^.{0,8}?区"


def plain_unit(name: str) -> str:
    """Return a unit's name without the district before it."""
    return re.sub(DISTRICT, "", name.strip())


class Unit(Base):
    """责任单位. `position` is the district's official order, in which every list prints.

    A name belongs to one active unit (the registry file is checked); one that is abolished keeps its own.
    """

    __tablename__ = "unit"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    position: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)


class Officer(Base):
    """A user: somebody who acts in cases, in one unit."""

    __tablename__ = "officer"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))

    unit: Mapped[Unit] = relationship()
    grants: Mapped[list["RoleGrant"]] = relationship(back_populates="officer")

    def holds(self, role: Role, *, on: date) -> bool:
        """Whether the role was his on that day, both bounds included."""
        return any(grant.role is role and grant.covers(on) for grant in self.grants)

    def reads_names(self, *, on: date) -> bool:
        """Whether he reads on that day the names of those who were held to account."""
        return any(grant.role.reads_names and grant.covers(on) for grant in self.grants)

    def is_named(self, name: str, unit: str) -> bool:
        """Whether somebody named like a person who is no user is this officer; the unit by code, or by its name.

        Of a name written a little differently (发展和改革局 for 区发展和改革局) one is part of the other.
        """
        written, own = plain_unit(unit), plain_unit(self.unit.name)
        return self.name == name and (unit == self.unit_code or written in own or own in written)


class RoleGrant(Base):
    """A role that an officer holds from a day to a day, both included; no last day means still."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("officer_code", "role", "valid_from"),)

    id: Mapped[Id]
    officer_code: Mapped[str] = mapped_column(ForeignKey("officer.code"), index=True)
    role: Mapped[Role]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    officer: Mapped[Officer] = relationship(back_populates="grants")

    def covers(self, day: date) -> bool:
        """Whether the grant holds on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @staticmethod
    def in_force(day: date) -> ColumnElement[bool]:
        """The same as `covers`, for queries."""
        return and_(RoleGrant.valid_from <= day, or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= day))


class Person(Base):
    """Somebody named in a form who is no user."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("name", "post", "unit"),)

    id: Mapped[Id]
    name: Mapped[str]
    post: Mapped[str]
    unit: Mapped[str]


class Channel(Base):
    """By which way reports come, and what follows from that (policy 三, 四(一)-(三))."""

    __tablename__ = "channel"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    position: Mapped[int]
    aliases: Mapped[list[str]] = mapped_column(default=list)
    origin: Mapped[Origin | None]
    feedback: Mapped[list[str]] = mapped_column(default=list)
    forces_superior: Mapped[bool] = mapped_column(default=False)
    direct_accountability: Mapped[bool] = mapped_column(default=False)
    double_check: Mapped[bool] = mapped_column(default=False)
    upward_report: Mapped[bool] = mapped_column(default=False)
    columns: Mapped[dict[str, str]] = mapped_column(default=dict)
    active: Mapped[bool] = mapped_column(default=True)


class MonitoringPoint(Base):
    """One of the 20 “三风”监测点 (policy 三)."""

    __tablename__ = "monitoring_point"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    host: Mapped[str]
    telephone: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)


class EvaluatorGroup(Base):
    """A group of evaluators; the document names different groups for each mechanism."""

    __tablename__ = "evaluator_group"

    code: Mapped[str] = mapped_column(primary_key=True)
    mechanism: Mapped[str]
    name: Mapped[str]
    position: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)
