"""联席办公会 (policy 三(一), O34): a meeting of those who hear of problems, and what it asked of whom by when.

Immutable. An action's answer is that of its step `meeting-action` in the case that it concerns.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Id
from models.case import Case
from models.registry import Unit


class JointMeeting(Base):
    """One meeting, by its minutes. number: 洪治庸联〔2026〕1号. attendees: who took part, a unit a line.

    sha256: of the minutes as they came, under which the file is kept.
    """

    __tablename__ = "joint_meeting"
    __table_args__ = (UniqueConstraint("year", "sequence"),)

    id: Mapped[Id]
    year: Mapped[int]
    sequence: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    held_on: Mapped[date]
    place: Mapped[str] = mapped_column(default="")
    chair: Mapped[str]
    attendees: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    file_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(ForeignKey("officer.code"))

    actions: Mapped[list["MeetingAction"]] = relationship(back_populates="meeting", order_by="MeetingAction.position")


class MeetingAction(Base):
    """议定事项: what one unit does about one case. position: in the minutes; item: the how-manieth of the case.

    ends_on: by when, as the minutes have it; empty where the policy number holds.
    """

    __tablename__ = "meeting_action"
    __table_args__ = (
        UniqueConstraint("meeting_id", "position"),
        UniqueConstraint("case_id", "item"),
        CheckConstraint("what <> ''", name="something_to_do"),
    )

    id: Mapped[Id]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("joint_meeting.id"))
    position: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    item: Mapped[int]
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    what: Mapped[str]
    ends_on: Mapped[date | None]

    meeting: Mapped[JointMeeting] = relationship(back_populates="actions")
    case: Mapped[Case] = relationship()
    unit: Mapped[Unit] = relationship()
