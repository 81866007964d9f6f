"""Checking the ledger against itself: chains, seals, and that each answer and signature is the one that was made."""

from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from models.assignment import Answer, Assignment
from models.case import Case
from models.clock import today
from models.database import transaction
from models.journal import GENESIS, Entry, OfficeChain, Seal, broken_entries, heads_at, seal_day, sha256_of
from models.records import Signature


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
    """Check everything; reads only."""
    with transaction() as session:
        numbers = dict(session.execute(select(Case.id, Case.number)).all())
        found = Verified(entries=session.scalar(select(func.count(Entry.id))) or 0, cases=len(numbers))
        for case_id, position, why in broken_entries(session):
            found.add(numbers.get(case_id or 0), f"日志第{position}条", why)
        _check_heads(session, found, numbers)
        _check_answers(session, found, numbers)
        _check_signatures(session, found, numbers)
        _check_seals(session, found)
        return found


def seal() -> None:
    """Seal the journal up to the end of yesterday, where that is not done."""
    with transaction() as session:
        seal_day(session, today(session) - timedelta(days=1))


def _check_heads(session: Session, found: Verified, numbers: dict[int, str]) -> None:
    lengths = dict(session.execute(select(Entry.case_id, func.max(Entry.position)).group_by(Entry.case_id)).all())
    heads = dict(
        session.execute(
            select(Entry.case_id, Entry.hash)
            .ext(distinct_on(Entry.case_id))
            .order_by(Entry.case_id, Entry.position.desc())
        ).all()
    )
    chains: list[tuple[int | None, int, str]] = [
        (row[0], row[1], row[2]) for row in session.execute(select(Case.id, Case.length, Case.head))
    ]
    office = session.get_one(OfficeChain, 1)
    chains.append((None, office.length, office.head))
    for case_id, length, head in chains:
        if lengths.get(case_id, 0) != length or heads.get(case_id, GENESIS) != head:
            found.add(numbers.get(case_id or 0), "日志末条", "末尾缺少记录或被改动")


def _check_answers(session: Session, found: Verified, numbers: dict[int, str]) -> None:
    written = {
        entry.detail["answer"]: entry.detail["sha256"]
        for entry in session.scalars(select(Entry).where(Entry.what == "answer").execution_options(yield_per=2000))
    }
    rows = session.execute(
        select(Answer.id, Answer.data, Assignment.case_id, Assignment.step)
        .join(Answer.assignment)
        .execution_options(yield_per=2000)
    )
    for answer_id, data, case_id, step in rows:
        if written.pop(answer_id, None) != sha256_of(data):
            found.add(numbers[case_id], step, "办理意见与日志不符")
    for answer_id in written:
        found.add(None, f"办理意见{answer_id}", "办理意见缺失")


def _check_signatures(session: Session, found: Verified, numbers: dict[int, str]) -> None:
    for signature in session.scalars(select(Signature).execution_options(yield_per=2000)):
        if not signature.is_intact:
            found.add(numbers[signature.case_id], f"第{signature.round}轮签字背书", "签字文本被改动")


def _check_seals(session: Session, found: Verified) -> None:
    previous = GENESIS
    for each in session.scalars(select(Seal).order_by(Seal.day)):
        where = f"{each.day.isoformat()}封存"
        if each.previous != previous or each.expected_hash() != each.hash:
            found.add(None, where, "封存记录被改动")
        elif heads_at(session, each.last_entry)[0] != each.heads:
            found.add(None, where, "封存之后，此前的日志被改动或缺失")
        previous = each.hash
