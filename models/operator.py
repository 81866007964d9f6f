"""代理、延期、督办、挂起: what somebody arranged about how a case is worked on, each with who, when and why."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, and_
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql.elements import ColumnElement

from models.assignment import Assignment
from models.base import Base, Id
from models.case import Case
from models.words import Basis


class Substitution(Base):
    """代理: for some days, both included, another officer of the unit acts for one who is absent.

    ended_at: when it was ended early.
    """

    __tablename__ = "substitution"
    __table_args__ = (
        CheckConstraint("officer_code <> substitute_code", name="two_people"),
        CheckConstraint("first_day <= last_day", name="a_period"),
    )

    id: Mapped[Id]
    officer_code: Mapped[str] = mapped_column(ForeignKey("officer.code"), index=True)
    substitute_code: Mapped[str] = mapped_column(ForeignKey("officer.code"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    @staticmethod
    def in_force(day: date) -> ColumnElement[bool]:
        """Whether it holds on a day."""
        return and_(Substitution.first_day <= day, Substitution.last_day >= day, Substitution.ended_at.is_(None))


class Extension(Base):
    """延期: more time for one assignment, asked for before it is due, once, and decided by the office's head.

    item: the how-manieth of the case. days: in what the limit counts. agreed: empty until it is decided.
    """

    __tablename__ = "extension"
    __table_args__ = (
        UniqueConstraint("case_id", "item"),
        Index("uq_extension_once", "assignment_id", unique=True, postgresql_where="agreed IS NOT FALSE"),
        CheckConstraint("days > 0", name="more_time"),
    )

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    item: Mapped[int]
    days: Mapped[int]
    reason: Mapped[str]
    asked_by: Mapped[str] = mapped_column(ForeignKey("officer.code"))
    asked_at: Mapped[datetime]
    agreed: Mapped[bool | None]

    assignment: Mapped[Assignment] = relationship()


class Supervision(Base):
    """督办: a numbered instruction on a running case, on which its unit reports progress every so many working days.

    leader: whose instruction it is, as the document has it; ended_at: when it was lifted.
    """

    __tablename__ = "supervision"
    __table_args__ = (
        Index("uq_supervision_one_at_a_time", "case_id", unique=True, postgresql_where="ended_at IS NULL"),
        CheckConstraint("every > 0", name="an_interval"),
    )

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    number: Mapped[str] = mapped_column(unique=True)
    basis: Mapped[Basis]
    instruction: Mapped[str]
    leader: Mapped[str]
    every: Mapped[int]
    begun_at: Mapped[datetime]
    begun_by: Mapped[str] = mapped_column(ForeignKey("officer.code"))
    ended_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()


class Suspension(Base):
    """挂起: a case at rest; its clocks stand still until it is woken."""

    __tablename__ = "suspension"
    __table_args__ = (
        Index("uq_suspension_one_at_a_time", "case_id", unique=True, postgresql_where="woken_at IS NULL"),
        CheckConstraint("(woken_at IS NULL) = (woken_by IS NULL)", name="woken_by_somebody"),
    )

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    suspended_at: Mapped[datetime]
    suspended_by: Mapped[str] = mapped_column(ForeignKey("officer.code"))
    reason: Mapped[str]
    woken_at: Mapped[datetime | None]
    woken_by: Mapped[str | None] = mapped_column(ForeignKey("officer.code"))

    case: Mapped[Case] = relationship()
