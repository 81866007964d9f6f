"""问题、案件: one problem from the register to 销号, and the table of moves it may make."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session, relationship
from sqlalchemy.sql.elements import ColumnElement

from models import journal
from models.base import Base, Id
from models.message import Message
from models.refusals import IllegalMove
from models.registry import Officer, Person, Unit
from models.words import CLOSED, Grade, Kind, ProblemClass, Route, Status

if TYPE_CHECKING:
    from models.assignment import Annulment
    from models.operator import Suspension

_ON_THE_PATH = (
    Status.REGISTERED,
    Status.PLANNING,
    Status.INVESTIGATING,
    Status.SIGNING,
    Status.CHECKING,
    Status.FILING,
    Status.FEEDBACK,
    Status.REVIEW,
    Status.WRITE_OFF,
)

# From where to where a case may go. What is not here is impossible, in `Case.move` and in the database.
# Between the stages of the path every move may come: a unit returns the case, the office mends its class, a message
# joins late, a second round begins. What is guarded is how a case ends: written off only out of the application for
# it, refused or passed on only when whoever reported has been answered, and never out of an end again.
MOVES: dict[Status, frozenset[Status]] = {
    here: frozenset({*_ON_THE_PATH, Status.MERGED, Status.SUSPENDED} - {here}) for here in _ON_THE_PATH
}
MOVES[Status.FEEDBACK] |= {Status.REJECTED, Status.TRANSFERRED}
MOVES[Status.WRITE_OFF] |= {Status.WRITTEN_OFF}
MOVES[Status.SUSPENDED] = frozenset(_ON_THE_PATH)
MOVES |= {closed: frozenset() for closed in CLOSED}

MOST_FAILURES = 5  # walks along its path that fail in a row before a case is left to an administrator


class AllowedMove(Base):
    """The table of moves as the database knows it: a case's last move must be one of these rows."""

    __tablename__ = "allowed_move"

    from_status: Mapped[Status] = mapped_column(primary_key=True)
    to_status: Mapped[Status] = mapped_column(primary_key=True)


class Case(Base):
    """One problem. Where it stands is what is written here; a Prefect run only waits.

    round: 1, then 2 for 二次办理, then 3 where the office itself handles what was poorly handled twice.
    handled_directly: the office handles it in place of the unit (policy 四(二), or the unit's head is concerned).
    length, head: of the case's chain in the journal. run_id, epoch: its Prefect run, the how-manieth.
    """

    __tablename__ = "case"
    __table_args__ = (
        ForeignKeyConstraint(
            ["previous_status", "status"],
            ["allowed_move.from_status", "allowed_move.to_status"],
            name="move_is_allowed",
        ),
        UniqueConstraint("year", "sequence"),
        CheckConstraint(
            "(status IN ('WRITTEN_OFF','REJECTED','TRANSFERRED','MERGED')) = "
            "(closed_at IS NOT NULL AND closed_by IS NOT NULL AND coalesce(closing_reason, '') <> '')",
            name="closed_with_approver_and_reason",
        ),
        CheckConstraint("previous_status IS NOT NULL OR status = 'REGISTERED'", name="begins_registered"),
        CheckConstraint("(status = 'MERGED') = (merged_into IS NOT NULL)", name="merged_into_another"),
        CheckConstraint("round BETWEEN 1 AND 3", name="three_rounds_at_most"),
        CheckConstraint(
            "status IN ('REGISTERED','FEEDBACK','REJECTED','TRANSFERRED','MERGED','SUSPENDED') OR "
            "(problem_class IS NOT NULL AND grade IS NOT NULL AND unit_code IS NOT NULL)",
            name="classified_before_handling",
        ),
        Index("ix_case_open", "id", postgresql_where="closed_at IS NULL"),
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    year: Mapped[int]
    sequence: Mapped[int]
    status: Mapped[Status] = mapped_column(default=Status.REGISTERED)
    previous_status: Mapped[Status | None]
    opened_at: Mapped[datetime]
    round: Mapped[int] = mapped_column(default=1)
    problem_class: Mapped[ProblemClass | None]
    grade: Mapped[Grade | None]
    kind: Mapped[Kind | None]
    route: Mapped[Route | None]
    unit_code: Mapped[str | None] = mapped_column(ForeignKey("unit.code"), index=True)
    co_units: Mapped[list[str]] = mapped_column(default=list)
    summary: Mapped[str] = mapped_column(default="")
    handled_directly: Mapped[bool] = mapped_column(default=False)
    long_standing: Mapped[bool] = mapped_column(default=False)
    linked_from: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    closing_reason: Mapped[str | None]
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    length: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(default=journal.GENESIS)
    run_id: Mapped[UUID | None]
    epoch: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)

    unit: Mapped[Unit | None] = relationship()
    messages: Mapped[list["CaseMessage"]] = relationship(back_populates="case", order_by="CaseMessage.message_id")
    rest: Mapped["Suspension | None"] = relationship(
        primaryjoin="and_(Case.id == foreign(Suspension.case_id), Suspension.woken_at.is_(None))", viewonly=True
    )

    @hybrid_property
    def is_open(self) -> bool:
        """Whether something may still happen to it."""
        return self.closed_at is None

    @is_open.inplace.expression
    @classmethod
    def _is_open_expression(cls) -> ColumnElement[bool]:
        return cls.closed_at.is_(None)

    @hybrid_property
    def is_stuck(self) -> bool:
        """Whether the machine has given up walking its path; people may still answer what is open."""
        return self.failures >= MOST_FAILURES

    def move(self, to: Status, *, actor: journal.Actor, why: str = "") -> None:
        """Change the status, and write it in the journal.

        Raises IllegalMove where the table of moves has no such row.
        """
        if to is self.status:
            return
        if to not in MOVES[self.status]:
            raise IllegalMove(self.number, self.status.label, to.label)
        detail: dict[str, Any] = {"from": self.status.value, "to": to.value}
        if why:
            detail["why"] = why
        self.previous_status, self.status = self.status, to
        session = object_session(self)
        assert session is not None
        journal.write(session, case=self, actor=actor, what="move", detail=detail)

    def close(self, to: Status, *, at: datetime, approver: str, reason: str, actor: journal.Actor) -> None:
        """Close the case with its approver and reason."""
        self.closed_at, self.closed_by, self.closing_reason = at, approver, reason
        self.move(to, actor=actor, why=reason)


class CaseMessage(Base):
    """A message belongs to exactly one case at a time; how it came to this one."""

    __tablename__ = "case_message"

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    joined_at: Mapped[datetime]
    joined_by: Mapped[str]

    case: Mapped[Case] = relationship(back_populates="messages")
    message: Mapped[Message] = relationship()


class CaseSubject(Base):
    """Whom a case is about: an officer, or somebody who is no user. He handles and sees nothing of it.

    answer_id: the ruling that named him; with it annulled he is named no more. Empty where a case was opened about him
    or he came with a message that joined.
    """

    __tablename__ = "case_subject"
    __table_args__ = (
        UniqueConstraint("case_id", "answer_id", "officer_code", "person_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("num_nonnulls(officer_code, person_id) = 1", name="one_person"),
    )

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answer.id"))
    officer_code: Mapped[str | None] = mapped_column(ForeignKey("officer.code"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person | None] = relationship()
    annulment: Mapped["Annulment | None"] = relationship(
        primaryjoin="foreign(CaseSubject.answer_id) == Annulment.answer_id", viewonly=True
    )

    def is_officer(self, officer: Officer) -> bool:
        """Whether this is the officer, also where he was named by name and unit like somebody who is no user."""
        if self.person is not None:
            return officer.is_named(self.person.name, self.person.unit)
        return self.officer_code == officer.code


class NumberSeries(Base):
    """The last number given in a series of a year; the row lock makes the series gap-free."""

    __tablename__ = "number_series"

    series: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger)


def next_number(session: Session, series: str, year: int, *, count: int = 1) -> int:
    """Give the next number of a series, without gaps: it is given back if the transaction fails.

    count: how many follow one another; the first of them is returned.
    """
    last = session.execute(
        insert(NumberSeries)
        .values(series=series, year=year, last=count)
        .on_conflict_do_update(index_elements=["series", "year"], set_={"last": NumberSeries.last + count})
        .returning(NumberSeries.last)
    ).scalar_one()
    return last - count + 1
