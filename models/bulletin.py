"""《舆情快报》 (policy 三(一), O36): each issue that the propaganda department sent, and what each item became.

Immutable.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Id
from models.message import Message


class OpinionBulletin(Base):
    """One issue of a year. sha256: of the file, under which it is kept."""

    __tablename__ = "opinion_bulletin"
    __table_args__ = (UniqueConstraint("year", "issue"), CheckConstraint("issue > 0", name="from_one"))

    id: Mapped[Id]
    year: Mapped[int]
    issue: Mapped[int]
    issued_on: Mapped[date]
    file_name: Mapped[str]
    sha256: Mapped[str]
    taken_at: Mapped[datetime]
    taken_by: Mapped[str]

    items: Mapped[list["BulletinItem"]] = relationship(back_populates="bulletin", order_by="BulletinItem.position")

    @property
    def number(self) -> str:
        """2026年第12期."""
        return bulletin_number(self.year, self.issue)


class BulletinItem(Base):
    """One item of an issue, the how-manieth, and the message that it was registered as."""

    __tablename__ = "bulletin_item"
    __table_args__ = (UniqueConstraint("bulletin_id", "position"),)

    id: Mapped[Id]
    bulletin_id: Mapped[int] = mapped_column(ForeignKey("opinion_bulletin.id"))
    position: Mapped[int]
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), unique=True)

    bulletin: Mapped[OpinionBulletin] = relationship(back_populates="items")
    message: Mapped[Message] = relationship()


def bulletin_number(year: int, issue: int) -> str:
    """Write an issue as people name it: 2026年第12期."""
    return f"{year}年第{issue}期"
