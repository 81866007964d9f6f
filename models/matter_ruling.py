"""是否列为一类: what the office's head ruled about a matter that many reported. Immutable; a later ruling stands."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Id


class MatterRuling(Base):
    """A matter, as it was when it was ruled on, is of class 一类, or is not; its cases change by nothing but people.

    matter_id: the first of its messages. messages: all of them, by their ids. cases: their numbers. people: how many
    different people reported it in the period, both days included; unit: where only one unit's cases were looked at.
    """

    __tablename__ = "matter_ruling"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="with_a_reason"),
        CheckConstraint("people >= 3", name="of_three_people"),
        CheckConstraint("first_day <= last_day", name="period"),
    )

    id: Mapped[Id]
    matter_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    accepted: Mapped[bool]
    label: Mapped[str]
    people: Mapped[int]
    messages: Mapped[list[int]] = mapped_column(JSONB)
    cases: Mapped[list[str]]
    first_day: Mapped[date]
    last_day: Mapped[date]
    unit_code: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    reason: Mapped[str]
    ruled_by: Mapped[str] = mapped_column(ForeignKey("officer.code"))
    ruled_at: Mapped[datetime]

    @property
    def word(self) -> str:
        """What a person calls it."""
        return "已列为一类" if self.accepted else "不列为一类"


def rulings(session: Session) -> Sequence[MatterRuling]:
    """Return all rulings, the latest first."""
    return session.scalars(select(MatterRuling).order_by(MatterRuling.id.desc())).all()


def ruling_on(messages: Collection[int], ruled: Sequence[MatterRuling]) -> MatterRuling | None:
    """Return the latest ruling on a matter: one that knew half of its messages; grown more, it is open anew."""
    known = set(messages)
    return next((each for each in ruled if 2 * len(known & set(each.messages)) >= len(known)), None)
