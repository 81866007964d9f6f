"""来件: one report as it came in from one channel, its attachments, and apart from it who sent it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Id
from models.registry import Channel


class Batch(Base):
    """One file taken in, with what became of its rows."""

    __tablename__ = "batch"

    id: Mapped[Id]
    channel_code: Mapped[str | None] = mapped_column(ForeignKey("channel.code"))
    file_name: Mapped[str]
    sha256: Mapped[str]
    taken_at: Mapped[datetime]
    os_user: Mapped[str]


class Message(Base):
    """A report. Immutable but for `similar_to`, which a later person may look into.

    received_at: when the channel took it in. extra: columns that intake does not know, by their header.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("channel_code", "source_number"),
        Index(
            "ix_message_matter",
            "matter",
            postgresql_using="gin",
            postgresql_ops={"matter": "gin_trgm_ops"},
            # Each message is looked for right after the one before it was written: nothing may wait in a pending list.
            postgresql_with={"fastupdate": "off"},
        ),
        Index("ix_message_received_at", "received_at"),
        CheckConstraint("similar_to IS NULL OR similar_to < id", name="similar_to_an_earlier_one"),
    )

    id: Mapped[Id]
    channel_code: Mapped[str] = mapped_column(ForeignKey("channel.code"))
    source_number: Mapped[str]
    received_at: Mapped[datetime]
    registered_at: Mapped[datetime]
    subject: Mapped[str]
    text: Mapped[str]
    about_unit: Mapped[str] = mapped_column(default="")
    extra: Mapped[dict[str, str]] = mapped_column(default=dict)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"))
    similar_to: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    similarity: Mapped[float | None]
    # What two messages about one matter have in common, for the trigram index.
    matter: Mapped[str] = mapped_column(Computed("subject || ' ' || left(text, 400)", persisted=True))

    channel: Mapped[Channel] = relationship()
    complainant: Mapped["Complainant | None"] = relationship(back_populates="message")
    attachments: Mapped[list["Attachment"]] = relationship(order_by="Attachment.id")

    @property
    def can_be_reached(self) -> bool:
        """Whether there is a person to answer and a way to reach him."""
        return self.complainant is not None and bool(self.complainant.phone or self.complainant.address)


class Complainant(Base):
    """Who sent a message: in a table of its own, read only through the journalled act `identity`.

    consent: whether he agreed that the unit may know who he is.
    """

    __tablename__ = "complainant"

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True)
    name: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    consent: Mapped[bool] = mapped_column(default=False)

    message: Mapped[Message] = relationship(back_populates="complainant")


class Attachment(Base):
    """A photo, scan or recording, kept by its SHA-256 in the folder of attachments."""

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("message_id", "sha256"),)

    id: Mapped[Id]
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    sha256: Mapped[str]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    attached_at: Mapped[datetime]
