"""The journal: what was done, by whom and why, chained by hash within each case, sealed each day over all cases."""

import getpass
import hashlib
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, UniqueConstraint, func, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Id
from models.clock import SHANGHAI, now
from models.words import Via

if TYPE_CHECKING:
    from models.case import Case

GENESIS = "0" * 64
OFFICE_CHAIN_LOCK = 0x5A59  # advisory lock of the chain that belongs to no case


class Entry(Base):
    """One journal entry. `case_id` is empty for what concerns no case (registry, batches, policy numbers).

    actor: an officer's code or `system`. os_user: who was logged in on the machine, until there is a login.
    UPDATE, DELETE and TRUNCATE are refused by the database.
    """

    __tablename__ = "journal"
    __table_args__ = (UniqueConstraint("case_id", "position", postgresql_nulls_not_distinct=True),)

    id: Mapped[Id]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    position: Mapped[int]
    at: Mapped[datetime]
    actor: Mapped[str]
    os_user: Mapped[str]
    via: Mapped[Via]
    what: Mapped[str]
    step: Mapped[str] = mapped_column(default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    previous: Mapped[str]
    hash: Mapped[str]

    def expected_hash(self) -> str:
        """Compute the hash from the entry's own content and the entry before it."""
        return sha256_of(
            {
                "case": self.case_id,
                "position": self.position,
                "at": self.at.astimezone(UTC).isoformat(),
                "actor": self.actor,
                "os_user": self.os_user,
                "via": self.via.value,
                "what": self.what,
                "step": self.step,
                "detail": self.detail,
                "previous": self.previous,
            }
        )


class OfficeChain(Base):
    """One row: length and head of the chain of entries that concern no case."""

    __tablename__ = "office_chain"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    length: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(default=GENESIS)


class Seal(Base):
    """The heads of all chains at the end of a day, chained to the seal before."""

    __tablename__ = "seal"

    day: Mapped[date] = mapped_column(primary_key=True)
    last_entry: Mapped[int]
    heads: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]

    def expected_hash(self) -> str:
        """Compute the hash from the seal's own content."""
        return sha256_of(
            {
                "day": self.day.isoformat(),
                "last_entry": self.last_entry,
                "heads": self.heads,
                "previous": self.previous,
            }
        )


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts, and by which way."""

    code: str
    via: Via = Via.COMMAND
    os_user: str = field(default_factory=getpass.getuser)


SYSTEM = Actor(code="system", via=Via.SYSTEM)


def canonical(content: object) -> str:
    """Write a JSON value in the one way that is hashed."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_WRITTEN_AS_WHOLE = 1e16  # from here on Python writes floats with an exponent, PostgreSQL as whole numbers


def storable(content: Any) -> Any:
    """Return a JSON value as PostgreSQL gives it back, so that its hash can be checked; a mark for what it cannot hold.

    Such are NUL and half surrogates in text, NaN and the infinities. Other objects become text.
    """
    match content:
        case str():
            return _UNSTORABLE.sub("\ufffd", content)
        case float() if not math.isfinite(content):
            return str(content)
        case float():
            whole = content.is_integer() and abs(content) >= _WRITTEN_AS_WHOLE
            return int(content) if whole else content + 0.0  # there is no -0.0 there
        case dict():
            return {storable(str(key)): storable(value) for key, value in content.items()}
        case list() | tuple():
            return [storable(each) for each in content]
        case None | int():
            return content
        case _:
            return str(content)


def sha256_of(content: object) -> str:
    """Hash a JSON value: the same value gives the same hash."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def write(
    session: Session,
    *,
    case: "Case | None",
    actor: Actor,
    what: str,
    step: str = "",
    detail: dict[str, Any] | None = None,
) -> Entry:
    """Append an entry to the case's chain, or to the office's. The caller holds the case's row lock."""
    chain: Case | OfficeChain = case or session.get_one(OfficeChain, 1, with_for_update=True)
    entry = Entry(
        case_id=case.id if case else None,
        position=chain.length + 1,
        at=now(session),
        actor=actor.code,
        os_user=actor.os_user,
        via=actor.via,
        what=what,
        step=step,
        detail=storable(detail or {}),
        previous=chain.head,
    )
    entry.hash = entry.expected_hash()
    chain.length, chain.head = entry.position, entry.hash
    session.add(entry)
    return entry


def heads_at(session: Session, last_entry: int) -> tuple[str, int]:
    """Hash the heads of all chains up to an entry's id; return it and the number of chains."""
    heads = session.execute(
        select(Entry.case_id, Entry.hash)
        .where(Entry.id <= last_entry)
        .ext(distinct_on(Entry.case_id))
        .order_by(Entry.case_id, Entry.position.desc())
    ).all()
    return sha256_of([[case_id, head] for case_id, head in heads]), len(heads)


def ledger_head(session: Session) -> str:
    """Return one hash for the whole ledger as it stands, to be printed on what is made from it."""
    return heads_at(session, session.scalar(select(func.max(Entry.id))) or 0)[0]


def seal_day(session: Session, day: date) -> Seal | None:
    """Seal all that was written until the end of `day` (Shanghai); None if it is sealed already or nothing is new.

    The lock keeps writers out for the moment, so that no entry with a smaller id is still on its way.
    """
    session.execute(text("LOCK TABLE journal IN SHARE MODE"))
    before = session.scalar(select(Seal).order_by(Seal.day.desc()).limit(1))
    end = datetime.combine(day, datetime.max.time(), SHANGHAI)
    last = session.scalar(select(func.max(Entry.id)).where(Entry.at <= end)) or 0
    if (before is not None and before.day >= day) or last == (before.last_entry if before else 0):
        return None
    seal = Seal(day=day, last_entry=last, heads=heads_at(session, last)[0], previous=before.hash if before else GENESIS)
    seal.hash = seal.expected_hash()
    session.add(seal)
    return seal


def broken_entries(session: Session) -> Iterator[tuple[int | None, int, str]]:
    """Yield (case id, position, what is wrong) for each break in the chains, in their order."""
    case_id: int | None = -1
    position, head = 0, GENESIS
    for entry in session.scalars(
        select(Entry).order_by(Entry.case_id, Entry.position).execution_options(yield_per=2000)
    ):
        if entry.case_id != case_id:
            case_id, position, head = entry.case_id, 0, GENESIS
        position += 1
        if entry.position != position:
            yield case_id, position, "缺少记录"
            position = entry.position
        elif entry.previous != head:
            yield case_id, position, "与上一条记录不衔接"
        if entry.expected_hash() != entry.hash:
            yield case_id, position, "内容被改动"
        head = entry.hash
