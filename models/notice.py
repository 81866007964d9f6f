"""提醒、催办、通报: what was told of an assignment's date, to whom, and how far its delivery has come."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.assignment import Assignment
from models.base import Base, Id
from models.registry import Officer
from models.words import Stage


class Nudge(Base):
    """That an assignment came to a stage of its date, or that somebody urged it by hand; each is one 催办 or 提醒.

    due_on: the date it was about; a date that moves has its own stages. by: the officer who urged, empty for the sweep.
    number: of the 催办通知书, for 催办 only. told: whether its notices are written.
    """

    __tablename__ = "nudge"
    __table_args__ = (
        Index(
            "uq_nudge_once",
            "assignment_id",
            "stage",
            "due_on",
            unique=True,
            postgresql_where="by_code IS NULL",
        ),
        Index("ix_nudge_untold", "id", postgresql_where="NOT told"),
        CheckConstraint("(number <> '') = (stage = 'URGE')", name="number_of_an_urging"),
    )

    id: Mapped[Id]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    stage: Mapped[Stage]
    due_on: Mapped[date]
    at: Mapped[datetime]
    by_code: Mapped[str | None] = mapped_column(ForeignKey("officer.code"))
    reason: Mapped[str] = mapped_column(default="")
    number: Mapped[str] = mapped_column(default="")
    told: Mapped[bool] = mapped_column(default=False)

    assignment: Mapped[Assignment] = relationship()


class Notice(Base):
    """One notice to one officer: every assignment of his of which there is something to tell. Numbers, steps, dates."""

    __tablename__ = "notice"

    id: Mapped[Id]
    officer_code: Mapped[str] = mapped_column(ForeignKey("officer.code"), index=True)
    written_at: Mapped[datetime]
    subject: Mapped[str]
    text: Mapped[str]

    officer: Mapped[Officer] = relationship()
    items: Mapped[list["NoticeItem"]] = relationship(order_by="NoticeItem.nudge_id")
    deliveries: Mapped[list["Delivery"]] = relationship(back_populates="notice", order_by="Delivery.id")


class NoticeItem(Base):
    """Of which nudges a notice tells."""

    __tablename__ = "notice_item"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), primary_key=True)
    nudge_id: Mapped[int] = mapped_column(ForeignKey("nudge.id"), primary_key=True, index=True)

    nudge: Mapped[Nudge] = relationship()


class Delivery(Base):
    """A notice on its way out by one configured channel: the outbox of notices.

    channel: the name that the configuration gives it. next_try_at: empty once it is delivered. trouble: why the last
    try failed, without addresses.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("notice_id", "channel"),
        Index("ix_delivery_next_try_at", "next_try_at", postgresql_where="next_try_at IS NOT NULL"),
        CheckConstraint("(delivered_at IS NULL) = (next_try_at IS NOT NULL)", name="delivered_or_tried_again"),
    )

    id: Mapped[Id]
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    channel: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(default="")

    notice: Mapped[Notice] = relationship(back_populates="deliveries")
