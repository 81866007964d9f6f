"""The journal: what was done, by whom and why, chained by hash within each case, sealed each day over all cases.

What acts leave behind besides, signatures, filings and so on, is hashed into the chain by the transaction that writes
it.
"""

import getpass
import hashlib
import json
import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Row, Text, UniqueConstraint, cast, event, func, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Mapped, Session, UOWTransaction, mapped_column

from models.base import Base, Id
from models.clock import SHANGHAI, now
from models.words import Via

if TYPE_CHECKING:
    from models.case import Case

GENESIS = "0" * 64


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
        return _entry_hash(self, at=self.at, detail=self.detail)


class OfficeChain(Base):
    """One row: length and head of the chain of entries that concern no case."""

    __tablename__ = "office_chain"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    length: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(default=GENESIS)


class Seal(Base):
    """The heads at the end of a day of the chains that grew since the seal before, chained to that seal.

    So all seals together hold the head of every chain, and each costs only what is new.
    """

    __tablename__ = "seal"

    day: Mapped[date] = mapped_column(primary_key=True)
    last_entry: Mapped[int]
    heads: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]

    def expected_hash(self) -> str:
        """Compute the hash from the seal's own content."""
        return seal_hash(day=self.day.isoformat(), last_entry=self.last_entry, heads=self.heads, previous=self.previous)


def _logged_in() -> str:
    """Return who is logged in on the machine; in a container that may be a number without a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts, and by which way.

    recorded_by: the clerk who records what somebody else did on paper or in a workbook; file: the hash of that file.
    """

    code: str
    via: Via = Via.COMMAND
    os_user: str = field(default_factory=lambda: _logged_in())
    recorded_by: str = ""
    file: str = ""

    def recording(self) -> dict[str, str]:
        """Return what an entry says of who recorded it, where that was somebody else."""
        return {"recorded_by": self.recorded_by, "file": self.file} if self.recorded_by else {}


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
        detail=storable((detail or {}) | actor.recording()),
        previous=chain.head,
    )
    entry.hash = entry.expected_hash()
    chain.length, chain.head = entry.position, entry.hash
    session.add(entry)
    return entry


def row_hash(*parts: str) -> str:
    """Return the SQL that hashes some jsonb values, which PostgreSQL writes as text in one way, whatever its version.

    A column that is empty does not count, so that a later release may add one.
    """
    content = ", ".join(f"jsonb_strip_nulls({part})" for part in parts)
    return f"encode(sha256(convert_to(jsonb_build_array({content})::text, 'UTF8')), 'hex')"


_PERSON = "(SELECT to_jsonb(p) FROM person p WHERE p.id = r.person_id)"
_MEASURES = (
    '(SELECT jsonb_agg(m.measure ORDER BY m.measure COLLATE "C") FROM decision_measure m WHERE decision_id = r.id)'
)
_ITEMS = "(SELECT jsonb_agg(to_jsonb(i) ORDER BY i.position) FROM list_item i WHERE i.list_id = r.id)"
# What acts leave behind, by table: the SQL of the hash of a row `r` with all that it says.
RECORDS = {
    "signature": row_hash("to_jsonb(r)"),
    "filing": row_hash("to_jsonb(r)"),
    "double_check": row_hash("to_jsonb(r)", _PERSON),
    "accountability_decision": row_hash("to_jsonb(r)", _PERSON, _MEASURES),
    "feedback": row_hash("to_jsonb(r)"),
    "call_back": row_hash("to_jsonb(r)"),
    "case_subject": row_hash("to_jsonb(r)", _PERSON),
    "document": row_hash("to_jsonb(r)"),
    "document_void": row_hash("to_jsonb(r)"),
    "meeting_action": row_hash("to_jsonb(r)"),
}
# Those of lists and self-inspections concern no case: their hashes are in the office's chain. By table: its key.
OF_THE_OFFICE = {
    "published_list": "id",
    "self_report": "id",
    "self_report_sent_back": "report_id",
    "self_report_signature": "report_id",
    "self_report_reception": "report_id",
    "self_found_problem": "id",
    "self_found_problem_decision": "problem_id",
    "matter_ruling": "id",
    "opinion_bulletin": "id",
    "bulletin_item": "id",
    "joint_meeting": "id",
}
RECORDS |= dict.fromkeys(OF_THE_OFFICE, row_hash("to_jsonb(r)"))
RECORDS["published_list"] = row_hash("to_jsonb(r)", _ITEMS)


def case_of_record(table: str) -> str:
    """Return the SQL of the case that a row `r` of a table of records concerns."""
    return "NULL::bigint" if table in OF_THE_OFFICE else "r.case_id"


# Messages as they were registered, and whether who sent them, if anybody is known, agreed that the unit may know: what
# is found out about a message later does not count, and of who sent it nothing is hashed that could be guessed.
MESSAGES = f"""
SELECT r.id, {row_hash("to_jsonb(r) - '{similar_to, similarity, matter}'::text[]")} AS sha256, c.consent
FROM message r LEFT JOIN complainant c ON c.message_id = r.id
"""
_WRITTEN = "records written"  # under which a session remembers which records it has written in its transaction


@event.listens_for(Session, "after_flush")
def _remember_records(session: Session, _: UOWTransaction) -> None:
    rows = [row for row in session.new if isinstance(row, Base) and row.__tablename__ in RECORDS]
    keys = ((row.__tablename__, getattr(row, OF_THE_OFFICE.get(row.__tablename__, "id"))) for row in rows)
    session.info.setdefault(_WRITTEN, []).extend(keys)


@event.listens_for(Session, "before_commit")
def _write_records(session: Session) -> None:
    """Write the hashes of the records of this transaction in the chains of their cases, which its acts have locked."""
    from models.case import Case  # which writes in the journal itself

    session.flush()
    written: dict[str, list[int]] = {}
    for table, row_id in session.info.pop(_WRITTEN, ()):
        written.setdefault(table, []).append(row_id)
    hashes: dict[int | None, dict[str, list[str]]] = {}
    for table, ids in written.items():
        key = f"r.{OF_THE_OFFICE.get(table, 'id')}"
        rows = text(
            f"SELECT {case_of_record(table)}, {RECORDS[table]} FROM {table} r WHERE {key} = ANY(:ids) ORDER BY {key}"
        )
        for case_id, digest in session.execute(rows, {"ids": ids}):  # none where a savepoint was rolled back
            hashes.setdefault(case_id, {}).setdefault(table, []).append(digest)
    for case_id, detail in sorted(hashes.items(), key=lambda each: each[0] or 0):
        case = session.get_one(Case, case_id) if case_id is not None else None
        write(session, case=case, actor=SYSTEM, what="record", detail=detail)


def heads_hash(heads: Mapping[int | None, str]) -> str:
    """Hash the heads of chains, by case."""
    return _hash_in_order(sorted(heads.items(), key=lambda each: (each[0] is None, each[0])))


def _hash_in_order(heads: Iterable[tuple[int | None, str]]) -> str:
    """Hash heads that come one by one as `sha256_of` hashes the list of them, without ever holding all."""
    digest, between = hashlib.sha256(b"["), ""
    for case_id, head in heads:
        digest.update(f"{between}{canonical([case_id, head])}".encode())
        between = ", "
    digest.update(b"]")
    return digest.hexdigest()


def seal_hash(*, day: str, last_entry: int, heads: str, previous: str) -> str:
    """Hash a seal's content."""
    return sha256_of({"day": day, "last_entry": last_entry, "heads": heads, "previous": previous})


def ledger_head(session: Session) -> str:
    """Return one hash for the whole ledger as it stands, to be printed on what is made from it."""
    heads = (
        select(Entry.case_id, Entry.hash)
        .ext(distinct_on(Entry.case_id))
        .order_by(Entry.case_id, Entry.position.desc())  # the office's own chain, without a case, comes last
    )
    chains = session.execute(heads.execution_options(yield_per=5000))
    return _hash_in_order((case_id, head) for case_id, head in chains)


def seal_day(session: Session, day: date) -> Seal | None:
    """Seal all that was written until the end of `day` (Shanghai); None if it is sealed already or nothing is new.

    The lock keeps writers out for the moment, so that no entry with a smaller id is still on its way.
    """
    session.execute(text("LOCK TABLE journal IN SHARE MODE"))
    before = session.scalar(select(Seal).order_by(Seal.day.desc()).limit(1))
    sealed, previous = (before.last_entry, before.hash) if before else (0, GENESIS)
    end = datetime.combine(day, datetime.max.time(), SHANGHAI)
    last = session.scalar(select(func.max(Entry.id)).where(Entry.id > sealed, Entry.at <= end))
    if (before is not None and before.day >= day) or last is None:
        return None
    grown = select(Entry.case_id, Entry.hash).where(Entry.id > sealed, Entry.id <= last).order_by(Entry.id)
    heads = heads_hash(dict(session.execute(grown).all()))
    seal = Seal(day=day, last_entry=last, heads=heads, previous=previous)
    seal.hash = seal.expected_hash()
    session.add(seal)
    return seal


def broken_entries(session: Session) -> Iterator[tuple[int | None, int, str]]:
    """Yield (case id, position, what is wrong) for each break in the chains, in their order.

    Reads the columns as text: whatever somebody has put there can be read.
    """
    columns = (Entry.case_id, Entry.position, Entry.actor, Entry.os_user, Entry.what, Entry.step, Entry.previous)
    as_text = (cast(getattr(Entry, name), Text).label(name) for name in ("at", "via", "detail"))
    entries = select(*columns, Entry.hash, *as_text).order_by(Entry.case_id, Entry.position)
    case_id: int | None = -1
    position, head = 0, GENESIS
    for entry in session.execute(entries.execution_options(yield_per=2000)):
        if entry.case_id != case_id:
            case_id, position, head = entry.case_id, 0, GENESIS
        position += 1
        if entry.position != position:
            yield case_id, position, "缺少记录"
            position = entry.position
        elif entry.previous != head:
            yield case_id, position, "与上一条记录不衔接"
        if _hash_as_read(entry) != entry.hash:
            yield case_id, position, "内容被改动"
        head = entry.hash


def _hash_as_read(entry: Row[*tuple[Any, ...]]) -> str | None:
    """Compute the hash of an entry that was read as text; None where it holds what is never written there."""
    try:
        return _entry_hash(entry, at=datetime.fromisoformat(entry.at), detail=json.loads(entry.detail))
    except (ValueError, OverflowError, RecursionError):
        return None


def _entry_hash(entry: Entry | Row[*tuple[Any, ...]], *, at: datetime, detail: Any) -> str:
    return sha256_of(
        {
            "case": entry.case_id,
            "position": entry.position,
            "at": at.astimezone(UTC).isoformat(),
            "actor": entry.actor,
            "os_user": entry.os_user,
            "via": str(entry.via),
            "what": entry.what,
            "step": entry.step,
            "detail": detail,
            "previous": entry.previous,
        }
    )
