"""The accountability list (policy 六(一)): 46 slots for 15 + 25 + 6 items, whose texts come from official papers."""

from sqlalchemy import CheckConstraint, Computed, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

UNVERIFIED, VERIFIED = "待核原文", "已核原文"

# (source, how many items it has); the numbers are the document's own.
SOURCES = (
    ("《湖北省公务员履职问责办法（试行）》", 15),
    ("《武汉市党政机关干部“庸懒散”行为问责暂行办法》（武办发〔2011〕33号）", 25),
    ("洪山区“六项”承诺", 6),
)


class Clause(Base):
    """One slot. Until the official text is loaded it is empty, 待核原文, and cannot be cited."""

    __tablename__ = "clause"
    __table_args__ = (
        UniqueConstraint("source", "item"),
        UniqueConstraint("slot", "citable"),
        CheckConstraint("slot BETWEEN 1 AND 46", name="forty_six_slots"),
    )

    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str]
    item: Mapped[int]
    text: Mapped[str] = mapped_column(default="")
    citable: Mapped[bool] = mapped_column(Computed("text <> ''", persisted=True))

    @property
    def status(self) -> str:
        """待核原文 until there is a text."""
        return VERIFIED if self.text else UNVERIFIED


def empty_slots() -> list[Clause]:
    """Return the 46 slots with their sources and no text."""
    items = [(source, item) for source, count in SOURCES for item in range(1, count + 1)]
    return [Clause(slot=slot, source=source, item=item, text="") for slot, (source, item) in enumerate(items, 1)]
