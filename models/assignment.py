"""待办 and 办理意见: who must answer which step by when, and what somebody answered."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql.elements import ColumnElement

from models.base import Base, Id
from models.case import Case
from models.policy import PolicyNumber, limit_begins
from models.words import Light, Role, Stage, Status, Via


class Assignment(Base):
    """One step that somebody must answer.

    step: its full key, `sign-off-1-b`; base: without the letter of the attempt, `sign-off-1`; attempt: from 0.
    owner_code: who alone answers it, where it was handed to somebody (转办). delegate_code: who drafts the answer for
    him (委派); draft: what he drafted.
    opens_on: it is in nobody's inbox before that day. due_at: the instant after which it is late. extra: what its
    limit was extended by or stood still for, in what the limit counts. look_at: when the sweep looks at it next; told:
    the last stage that was told of its present date.
    limit_id: the policy number that it was opened under. provisional: due in a year not published yet.
    shown_in: the Prefect run whose timeline shows it. pause_key: under which a form of the Prefect UI may have left
    an answer. refusal: why such a form was refused last.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("case_id", "step"),
        CheckConstraint("answered_at IS NULL OR withdrawn_at IS NULL", name="answered_or_withdrawn"),
        Index("ix_assignment_open", "due_at", postgresql_where="answered_at IS NULL AND withdrawn_at IS NULL"),
        Index(
            "ix_assignment_look_at",
            "look_at",
            postgresql_where="answered_at IS NULL AND withdrawn_at IS NULL AND look_at IS NOT NULL",
        ),
        Index(
            "uq_assignment_one_open_attempt",
            "case_id",
            "base",
            unique=True,
            postgresql_where="answered_at IS NULL AND withdrawn_at IS NULL",
        ),
    )

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    step: Mapped[str]
    base: Mapped[str]
    kind: Mapped[str]
    attempt: Mapped[int] = mapped_column(default=0)
    round: Mapped[int]
    role: Mapped[Role]
    unit_code: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    owner_code: Mapped[str | None] = mapped_column(ForeignKey("officer.code"))
    delegate_code: Mapped[str | None] = mapped_column(ForeignKey("officer.code"))
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    opened_at: Mapped[datetime]
    opens_on: Mapped[date]
    due_on: Mapped[date]
    due_at: Mapped[datetime]
    yellow_at: Mapped[datetime]
    limit_id: Mapped[int] = mapped_column(ForeignKey("policy_number.id"))
    extra: Mapped[int] = mapped_column(default=0)
    look_at: Mapped[datetime | None]
    told: Mapped[Stage | None]
    provisional: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    answered_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    shown_in: Mapped[UUID | None]
    pause_key: Mapped[str | None]
    refusal: Mapped[str] = mapped_column(default="")

    case: Mapped[Case] = relationship()
    limit: Mapped[PolicyNumber] = relationship()
    answer: Mapped["Answer | None"] = relationship(back_populates="assignment")

    @hybrid_property
    def is_open(self) -> bool:
        """Whether an answer is still wanted."""
        return self.answered_at is None and self.withdrawn_at is None

    @property
    def item(self) -> int:
        """The how-manieth of its kind in the case, where steps of one kind are counted: `extension-approval-2`."""
        return int(self.base.rsplit("-", 1)[1])

    @property
    def begins_at(self) -> datetime:
        """When its limit begins to run."""
        return limit_begins(self.opened_at, self.opens_on)

    def light(self, now: datetime) -> Light:
        """Compute how near it is to its date; never stored. While its case rests it stays as it was."""
        rest = self.case.rest if self.case.status is Status.SUSPENDED else None
        moment = min(now, rest.suspended_at) if rest is not None else now
        if moment > self.due_at:
            return Light.RED
        return Light.YELLOW if moment >= self.yellow_at else Light.GREEN

    @is_open.inplace.expression
    @classmethod
    def _is_open_expression(cls) -> ColumnElement[bool]:
        return cls.answered_at.is_(None) & cls.withdrawn_at.is_(None)


class Answer(Base):
    """What somebody answered. Immutable; the journal holds the hash of its data."""

    __tablename__ = "answer"

    id: Mapped[Id]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), unique=True)
    officer_code: Mapped[str] = mapped_column(ForeignKey("officer.code"))
    os_user: Mapped[str]
    via: Mapped[Via]
    answered_at: Mapped[datetime]
    data: Mapped[dict[str, Any]]

    assignment: Mapped[Assignment] = relationship(back_populates="answer")
    annulment: Mapped["Annulment | None"] = relationship(back_populates="answer")


class Annulment(Base):
    """An answer that no longer counts, and why; it is never replayed."""

    __tablename__ = "annulment"

    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id"), primary_key=True)
    annulled_at: Mapped[datetime]
    annulled_by: Mapped[str]
    reason: Mapped[str]

    answer: Mapped[Answer] = relationship(back_populates="annulment")
