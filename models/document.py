"""发文登记: the register of what the office sends out: kind, number, what it is about, and the hash of its file."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.assignment import Assignment
from models.base import Base, Id
from models.case import Case
from models.words import Word


class DocumentKind(Word):
    """What the office writes. Each kind has a series of numbers of its own for each year."""

    ASSIGNMENT = "assignment-order", "交办单"
    SUPERVISION = "supervision-notice", "督办通知书"
    URGING = "urging-notice", "催办通知书"
    SECOND_ROUND = "second-round-notice", "二次办理通知书"
    FILING = "filing-form", "备案表"
    EXTENSION = "extension-form", "延期审批表"
    REPLY = "reply-letter", "答复函"
    REPORT = "report-to-leaders", "呈报件"
    UPWARD = "upward-report", "上级反馈件"
    DOSSIER = "dossier", "一案一卷"

    def number(self, year: int, sequence: int | None) -> str:
        """Write a number as it stands on paper, 洪治庸办〔2026〕1号; a draft's has a gap in its place."""
        return f"洪治庸{_SIGNS[self]}〔{year}〕{'＿＿' if sequence is None else sequence}号"


# 机关代字. What an act is numbered with (督、催、备) is the act's: a letter about it has its own number.
_SIGNS = {
    DocumentKind.ASSIGNMENT: "办",
    DocumentKind.SUPERVISION: "督办",
    DocumentKind.URGING: "催办",
    DocumentKind.SECOND_ROUND: "重办",
    DocumentKind.FILING: "备表",
    DocumentKind.EXTENSION: "延",
    DocumentKind.REPLY: "函",
    DocumentKind.REPORT: "呈",
    DocumentKind.UPWARD: "报",
    DocumentKind.DOSSIER: "卷",
}


class Document(Base):
    """One document that was given a number. Immutable; one that is void has a row in `document_void`.

    about: what of the case it is about, and at which stage, `round-1-unit-U01`, `urging-12`, `round-2-answer-57`: as
    long as it is not void there is no second one of its kind. signer: who signs it, where that is known. sha256: of
    the file as it was written.
    """

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("kind", "year", "sequence"),
        CheckConstraint("sequence > 0", name="from_one"),
        CheckConstraint("num_nonnulls(case_id, campaign_id) = 1", name="of_a_case_or_a_campaign"),
        Index("ix_document_case_id", "case_id", "kind", "about"),
    )

    id: Mapped[Id]
    kind: Mapped[DocumentKind]
    year: Mapped[int]
    sequence: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    about: Mapped[str]
    addressee: Mapped[str] = mapped_column(default="")
    signer: Mapped[str | None] = mapped_column(ForeignKey("officer.code"))
    dated: Mapped[date]
    issued_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(ForeignKey("officer.code"))
    sha256: Mapped[str]

    case: Mapped[Case | None] = relationship()
    assignment: Mapped[Assignment | None] = relationship()
    void: Mapped["DocumentVoid | None"] = relationship(back_populates="document")


class DocumentVoid(Base):
    """作废: that a document no longer counts, and why; its number stays used."""

    __tablename__ = "document_void"

    id: Mapped[Id]
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), unique=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    voided_at: Mapped[datetime]
    voided_by: Mapped[str] = mapped_column(ForeignKey("officer.code"))
    reason: Mapped[str]

    document: Mapped[Document] = relationship(back_populates="void")
