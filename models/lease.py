"""Which workers are alive."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Lease(Base):
    """A worker's sign of life, in real time and never in the business clock's."""

    __tablename__ = "lease"

    worker: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]
    running: Mapped[int]
