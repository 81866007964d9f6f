"""Checking the ledger against itself: chains, seals, and that all that acts left behind is what they left."""

import json
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Text, cast, func, select, text
from sqlalchemy.orm import Session

from models.case import Case
from models.clock import today
from models.database import transaction
from models.journal import GENESIS, Entry, Seal, broken_entries, heads_hash, seal_day, seal_hash, sha256_of
from tasks.contradictions import ANSWERS, CHECKS


@dataclass
class Verified:
    """What was checked and what is broken, each with where and why."""

    entries: int
    cases: int
    ok: bool = True
    broken: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return it as `zhiyong verify` prints it."""
        return asdict(self)

    def add(self, case: str | None, where: str, why: str) -> None:
        """Note a break."""
        self.ok = False
        self.broken.append({"case": case, "where": where, "why": why})


def verify() -> Verified:
    """Check everything, as it is at one moment: whatever others write meanwhile makes no difference. Reads only."""
    with transaction() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
        return examine(session)


def examine(session: Session) -> Verified:
    """Check everything that the session sees."""
    numbers = dict(session.execute(select(Case.id, Case.number)).all())
    found = Verified(entries=session.scalar(select(func.count(Entry.id))) or 0, cases=len(numbers))
    for case_id, position, why in broken_entries(session):
        found.add(numbers.get(case_id or 0), f"日志第{position}条", why)
    _check_answers(session, found, numbers)
    for check in CHECKS:
        for case_id, where in session.execute(text(f"{check.query} ORDER BY 1, 2")):
            found.add(numbers.get(case_id), where, check.why)
    _check_seals(session, found)
    return found


def seal() -> None:
    """Seal the journal up to the end of yesterday, where that is not done."""
    with transaction() as session:
        seal_day(session, today(session) - timedelta(days=1))


def _check_answers(session: Session, found: Verified, numbers: dict[int, str]) -> None:
    for row in session.execute(text(ANSWERS), execution_options={"yield_per": 2000}):
        if row.data is None:
            found.add(numbers.get(row.case_id), row.step, "办理意见缺失")
        elif not row.agree or _sha256_as_read(row.data) != row.sha256:
            found.add(numbers.get(row.case_id), row.step, "办理意见与日志不符")


def _sha256_as_read(data: str) -> str | None:
    """Hash an answer's data that was read as text; None where it holds what is never written there."""
    try:
        return sha256_of(json.loads(data))
    except (ValueError, RecursionError):
        return None


def _check_seals(session: Session, found: Verified) -> None:
    seals = select(cast(Seal.day, Text), Seal.last_entry, Seal.heads, Seal.previous, Seal.hash).order_by(Seal.day)
    heads = select(Entry.id, Entry.case_id, Entry.hash).order_by(Entry.id)
    with session.execute(heads, execution_options={"yield_per": 2000}) as entries:
        entry, previous = next(entries, None), GENESIS
        for day, last_entry, sealed, before, digest in session.execute(seals).all():
            grown: dict[int | None, str] = {}
            while entry is not None and entry.id <= last_entry:
                grown[entry.case_id] = entry.hash
                entry = next(entries, None)
            if before != previous or digest != seal_hash(day=day, last_entry=last_entry, heads=sealed, previous=before):
                found.add(None, f"{day}封存", "封存记录被改动")
            elif heads_hash(grown) != sealed:
                found.add(None, f"{day}封存", "封存之后，此前的日志被改动或缺失")
            previous = digest
