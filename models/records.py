"""What acts leave behind: signatures, filings, double checks, decisions, feedback, call-backs. All immutable."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from models.base import Base, Id
from models.journal import sha256_of
from models.registry import Officer, Person
from models.words import Lapse, Measure, Position, Reply, Satisfaction


class Named:
    """Mixin: exactly one person, an officer or somebody who is no user."""

    officer_code: Mapped[str | None] = mapped_column(ForeignKey("officer.code"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    @declared_attr
    def officer(cls) -> Mapped[Officer | None]:  # noqa: N805  (SQLAlchemy passes the class)
        """The officer, if it is one."""
        return relationship(Officer)

    @declared_attr
    def person(cls) -> Mapped[Person | None]:  # noqa: N805
        """The person who is no user, if it is one."""
        return relationship(Person)


class Signature(Base):
    """签字背书 (policy 四(二)): the head signs one exact text; another text needs another signature.

    text: the signed report as canonical JSON text. For a paper signature, its number and who recorded it.
    """

    __tablename__ = "signature"
    __table_args__ = (
        CheckConstraint("(paper_number = '') = (recorded_by IS NULL)", name="paper_has_number_and_recorder"),
        CheckConstraint("sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex')", name="hash_is_of_the_text"),
        UniqueConstraint("id", "case_id"),
    )

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id"), unique=True)
    round: Mapped[int]
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    signer: Mapped[str] = mapped_column(ForeignKey("officer.code"))
    signed_on: Mapped[date]
    text: Mapped[str]
    sha256: Mapped[str]
    paper_number: Mapped[str] = mapped_column(default="")
    recorded_by: Mapped[str | None] = mapped_column(ForeignKey("officer.code"))

    def covers(self, report: object) -> bool:
        """Whether this very report was signed: any later edit voids the signature."""
        return self.sha256 == sha256_of(report)


class Filing(Base):
    """备案 (policy 四(二)): impossible without the head's signature, or the office's own handling."""

    __tablename__ = "filing"
    __table_args__ = (
        UniqueConstraint("case_id", "round"),
        CheckConstraint("num_nonnulls(signature_id, direct_answer_id) = 1", name="signed_or_direct"),
        ForeignKeyConstraint(["signature_id", "case_id"], ["signature.id", "signature.case_id"]),
    )

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id"), unique=True)
    round: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    filed_at: Mapped[datetime]
    signature_id: Mapped[int | None]
    direct_answer_id: Mapped[int | None] = mapped_column(ForeignKey("answer.id"))
    lapse: Mapped[Lapse | None]
    linked_case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))


class DoubleCheck(Named, Base):
    """一案双查 (policy 六(二)): the conclusion about one of the three; three rows a round, three people."""

    __tablename__ = "double_check"
    __table_args__ = (
        UniqueConstraint("answer_id", "position"),
        UniqueConstraint("answer_id", "officer_code", "person_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("num_nonnulls(officer_code, person_id) = 1", name="one_person"),
        CheckConstraint(
            "CASE WHEN pursued THEN jsonb_array_length(measures) > 0 ELSE reason <> '' END", name="measures_or_reason"
        ),
    )

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id"))
    round: Mapped[int]
    position: Mapped[Position]
    pursued: Mapped[bool]
    reason: Mapped[str] = mapped_column(default="")
    measures: Mapped[list[str]] = mapped_column(default=list)


class AccountabilityDecision(Named, Base):
    """What was decided against one person, or against a unit; he may get several measures at once."""

    __tablename__ = "accountability_decision"
    __table_args__ = (
        CheckConstraint("num_nonnulls(officer_code, person_id, unit_code) = 1", name="one_person_or_unit"),
        # A clause may be cited only when its slot holds text: the pair must exist, and only with `citable` true.
        ForeignKeyConstraint(["clause", "clause_citable"], ["clause.slot", "clause.citable"]),
        CheckConstraint("(clause IS NULL) = (clause_citable IS NULL) AND clause_citable", name="clause_is_citable"),
    )

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id"))
    round: Mapped[int]
    unit_code: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    clause: Mapped[int | None]
    clause_citable: Mapped[bool | None]
    deciding_body: Mapped[str]
    decided_on: Mapped[date]
    document_number: Mapped[str] = mapped_column(default="")
    executed_on: Mapped[date | None]
    appeal: Mapped[str] = mapped_column(default="")

    measures: Mapped[list["DecisionMeasure"]] = relationship(order_by="DecisionMeasure.measure")


class DecisionMeasure(Base):
    """One of the measures of a decision."""

    __tablename__ = "decision_measure"

    decision_id: Mapped[int] = mapped_column(ForeignKey("accountability_decision.id"), primary_key=True)
    measure: Mapped[Measure] = mapped_column(primary_key=True)


class Feedback(Base):
    """A result told (policy 四(三)), or why it could not be; one row for each message that it answers."""

    __tablename__ = "feedback"
    __table_args__ = (
        UniqueConstraint("case_id", "round", "reply", "message_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("(told_on IS NULL) <> (undeliverable_reason = '')", name="told_or_reason"),
    )

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answer.id"))
    round: Mapped[int]
    reply: Mapped[Reply]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    told_on: Mapped[date | None]
    to: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    proof: Mapped[str] = mapped_column(default="")
    undeliverable_reason: Mapped[str] = mapped_column(default="")


class CallBack(Base):
    """回访: what the complainant says, or why nobody could be asked (O60); who joins later may be asked yet."""

    __tablename__ = "call_back"
    __table_args__ = (
        UniqueConstraint("case_id", "round", "answer_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("(result IS NULL) <> (no_call_reason = '')", name="result_or_reason"),
    )

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answer.id"))
    round: Mapped[int]
    result: Mapped[Satisfaction | None]
    resolved: Mapped[bool | None]
    attempts: Mapped[int] = mapped_column(default=0)
    no_call_reason: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime]
