"""The self-inspections of June and December (policy 三(四), O45-O47): who must report, what came back, what was found.

What came back, what it says, who signed it, who received it and what the office decided are immutable; a unit's state
is computed from them.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql.elements import ColumnElement

from models.base import Base, Id
from models.case import Case
from models.registry import Officer, Unit
from models.words import Aspect, CampaignStep, Event, ListKind, Nature, PowerKind, Role, Stage


class Campaign(Base):
    """One half-year's self-inspection. period: its year and month, 2026-06.

    usual_due: whether it is due on the last working day of its month, whichever that is. provisional: whether the due
    date lies in a year whose holidays are not published. run_id, epoch: its run in
    Prefect, and how many it has had; ended_in: the run that has shown its close.
    """

    __tablename__ = "campaign"
    __table_args__ = (CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed_by_somebody"),)

    id: Mapped[Id]
    period: Mapped[str] = mapped_column(unique=True)
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    opened_on: Mapped[date]
    due_on: Mapped[date]
    due_at: Mapped[datetime]
    usual_due: Mapped[bool]
    provisional: Mapped[bool]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    closing_note: Mapped[str] = mapped_column(default="")
    run_id: Mapped[UUID | None]
    epoch: Mapped[int] = mapped_column(default=0)
    ended_in: Mapped[UUID | None]

    units: Mapped[list["CampaignUnit"]] = relationship(back_populates="campaign")

    @property
    def year(self) -> int:
        """The year of its period."""
        return int(self.period[:4])

    @property
    def month(self) -> int:
        """6 or 12."""
        return int(self.period[5:])

    @property
    def half_year(self) -> str:
        """2026年上半年."""
        return f"{self.year}年{'上' if self.month == 6 else '下'}半年"

    @property
    def title(self) -> str:
        """2026年上半年“三清单”自查."""
        return f"{self.half_year}“三清单”自查"


class CampaignUnit(Base):
    """A unit in a campaign: it must report, or is exempt for a reason.

    issued_at: when its workbook was made. book: what the workbook holds of the lists, as it was given to the unit, so
    that what comes back can be compared: by aspect, the rows. checksum: of that.
    """

    __tablename__ = "campaign_unit"
    __table_args__ = (UniqueConstraint("campaign_id", "unit_code"),)

    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    exempt_reason: Mapped[str] = mapped_column(default="")
    issued_at: Mapped[datetime | None]
    book: Mapped[dict[str, Any]] = mapped_column(default=dict)
    checksum: Mapped[str] = mapped_column(default="")

    campaign: Mapped[Campaign] = relationship(back_populates="units")
    unit: Mapped[Unit] = relationship()
    reports: Mapped[list["SelfReport"]] = relationship(back_populates="campaign_unit", order_by="SelfReport.id")

    @property
    def exempt(self) -> bool:
        """Whether it need not report."""
        return bool(self.exempt_reason)


class SelfReport(Base):
    """自查报告: a file that came back. One that belongs to no unit of a campaign has none.

    sha256: of the file, under which it is kept. precedence: which of a unit's returns is the newer one; it stands in
    the file, so that the order in which files are collected makes no difference. accepted: whether it holds; otherwise
    `faults` says where it does not: sheet, cell, reason. content: what it says, where it could be read. receipt: the
    number of its 收据.
    """

    __tablename__ = "self_report"
    __table_args__ = (UniqueConstraint("sha256", "campaign_unit_id", postgresql_nulls_not_distinct=True),)

    id: Mapped[Id]
    campaign_unit_id: Mapped[int | None] = mapped_column(ForeignKey("campaign_unit.id"), index=True)
    file_name: Mapped[str]
    sha256: Mapped[str]
    received_at: Mapped[datetime]
    received_by: Mapped[str]
    precedence: Mapped[str]
    accepted: Mapped[bool]
    faults: Mapped[list[dict[str, str]]]
    content: Mapped[dict[str, Any]]
    receipt: Mapped[str]

    campaign_unit: Mapped[CampaignUnit | None] = relationship(back_populates="reports")
    problems: Mapped[list["Problem"]] = relationship(back_populates="report", order_by="Problem.id")
    sent_back: Mapped["SentBack | None"] = relationship()
    signature: Mapped["ReportSignature | None"] = relationship()
    reception: Mapped["ReportReception | None"] = relationship()


class SentBack(Base):
    """退回补正: the office, or the unit's own head, wants a return mended that held by its form."""

    __tablename__ = "self_report_sent_back"

    report_id: Mapped[int] = mapped_column(ForeignKey("self_report.id"), primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    by_code: Mapped[str] = mapped_column(ForeignKey("officer.code"))
    reason: Mapped[str]


class ReportSignature(Base):
    """签字: the unit's head signs one exact return; another return needs another signature.

    sha256: of the content. For a signature on paper, its number and who recorded it.
    """

    __tablename__ = "self_report_signature"
    __table_args__ = (CheckConstraint("(paper_number = '') = (recorded_by IS NULL)", name="paper_has_a_recorder"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("self_report.id"), primary_key=True, autoincrement=False)
    signer: Mapped[str] = mapped_column(ForeignKey("officer.code"))
    signed_on: Mapped[date]
    sha256: Mapped[str]
    paper_number: Mapped[str] = mapped_column(default="")
    recorded_by: Mapped[str | None] = mapped_column(ForeignKey("officer.code"))


class ReportReception(Base):
    """收讫: 区纪委监察局 has received a signed return (O47)."""

    __tablename__ = "self_report_reception"

    report_id: Mapped[int] = mapped_column(ForeignKey("self_report.id"), primary_key=True, autoincrement=False)
    received_on: Mapped[date]
    received_by: Mapped[str] = mapped_column(ForeignKey("officer.code"))
    note: Mapped[str] = mapped_column(default="")


class Problem(Base):
    """A problem that a unit found with itself: one row of an accepted return.

    row: in the sheet of its aspect, as Excel counts. item_key: of the list's item; empty for one beside the lists.
    """

    __tablename__ = "self_found_problem"
    __table_args__ = (UniqueConstraint("report_id", "aspect", "row"),)

    id: Mapped[Id]
    report_id: Mapped[int] = mapped_column(ForeignKey("self_report.id"))
    aspect: Mapped[Aspect]
    row: Mapped[int]
    list_kind: Mapped[ListKind]
    item_key: Mapped[str]
    item_name: Mapped[str]
    power_kind: Mapped[PowerKind | None]
    text: Mapped[str]
    nature: Mapped[Nature]
    post: Mapped[str]
    measures: Mapped[str]
    deadline: Mapped[date]
    mended: Mapped[bool]

    report: Mapped[SelfReport] = relationship(back_populates="problems")
    decision: Mapped["ProblemDecision | None"] = relationship()


class ProblemDecision(Base):
    """What the office decides of a problem: it becomes a case, or it does not, with the reason."""

    __tablename__ = "self_found_problem_decision"
    __table_args__ = (CheckConstraint("(case_id IS NULL) <> (reason = '')", name="case_or_reason"),)

    problem_id: Mapped[int] = mapped_column(ForeignKey("self_found_problem.id"), primary_key=True, autoincrement=False)
    decided_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(ForeignKey("officer.code"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    reason: Mapped[str] = mapped_column(default="")

    case: Mapped[Case | None] = relationship()


class Duty(Base):
    """A campaign's 待办: who must do what for a unit's return by when. Its number is of the assignments' series.

    report_id: the return that it is about; none for the return itself. data: what was answered.
    """

    __tablename__ = "campaign_duty"
    __table_args__ = (
        Index("ix_campaign_duty_open", "due_at", postgresql_where="answered_at IS NULL AND withdrawn_at IS NULL"),
        UniqueConstraint("campaign_unit_id", "step", "report_id", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, default=func.nextval(func.pg_get_serial_sequence("assignment", "id"))
    )
    campaign_unit_id: Mapped[int] = mapped_column(ForeignKey("campaign_unit.id"), index=True)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("self_report.id"))
    step: Mapped[CampaignStep]
    role: Mapped[Role]
    unit_code: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    opened_at: Mapped[datetime]
    due_on: Mapped[date]
    due_at: Mapped[datetime]
    yellow_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(ForeignKey("officer.code"))
    data: Mapped[dict[str, Any] | None]
    withdrawn_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    campaign_unit: Mapped[CampaignUnit] = relationship()
    report: Mapped[SelfReport | None] = relationship()
    nudges: Mapped[list["DutyNudge"]] = relationship(back_populates="duty", order_by="DutyNudge.id")

    @hybrid_property
    def is_open(self) -> bool:
        """Whether somebody must still do it."""
        return self.answered_at is None and self.withdrawn_at is None

    @is_open.inplace.expression
    @classmethod
    def _is_open(cls) -> ColumnElement[bool]:
        return cls.answered_at.is_(None) & cls.withdrawn_at.is_(None)


class DutyNudge(Base):
    """That a duty came to a stage of its date, or that somebody urged it by hand; of each kind as for assignments."""

    __tablename__ = "campaign_nudge"
    __table_args__ = (
        Index("uq_campaign_nudge_once", "duty_id", "stage", "due_on", unique=True, postgresql_where="by_code IS NULL"),
        CheckConstraint("(number <> '') = (stage = 'URGE')", name="number_of_an_urging"),
    )

    id: Mapped[Id]
    duty_id: Mapped[int] = mapped_column(ForeignKey("campaign_duty.id"), index=True)
    stage: Mapped[Stage]
    due_on: Mapped[date]
    at: Mapped[datetime]
    by_code: Mapped[str | None] = mapped_column(ForeignKey("officer.code"))
    reason: Mapped[str] = mapped_column(default="")
    number: Mapped[str] = mapped_column(default="")

    duty: Mapped[Duty] = relationship(back_populates="nudges")
    by: Mapped[Officer | None] = relationship()


class CampaignEvent(Base):
    """What happened to a unit in a campaign, for the timeline that administrators watch: numbers, never texts."""

    __tablename__ = "campaign_event"
    __table_args__ = (Index("ix_campaign_event_unshown", "campaign_unit_id", postgresql_where="shown_in IS NULL"),)

    id: Mapped[Id]
    campaign_unit_id: Mapped[int] = mapped_column(ForeignKey("campaign_unit.id"))
    what: Mapped[Event]
    at: Mapped[datetime]
    shown_in: Mapped[UUID | None]

    campaign_unit: Mapped[CampaignUnit] = relationship()
