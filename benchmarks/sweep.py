"""How long one sweep over the dates takes, by how many assignments are open and by how many have come to a stage.

    .venv/bin/python -m benchmarks.sweep [OPEN ...]

Two lines with the same number that is due differ only in how much is open beside it.
"""

import sys
import time
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select, text

from benchmarks.scratch import scratch_ledger
from models.assignment import Assignment
from models.clock import set_clock
from models.database import transaction
from models.policy import PolicyNumber
from tasks.sweep import sweep

SIZES = (10_000, 1_000_000)
DUE = (0, 100, 1_000, 5_000)
AS_OF = datetime(2026, 5, 20, 1, tzinfo=UTC)  # nine in the morning

CASES = """
INSERT INTO "case" (number, year, sequence, status, previous_status, opened_at, round, problem_class, grade, kind,
    unit_code, co_units, summary, handled_directly, long_standing, length, head, epoch, failures)
SELECT '洪治庸〔2026〕' || n || '号', 2026, n, 'INVESTIGATING', 'REGISTERED', :opened, 1, 'GENERAL', 'DAILY',
    'COMPLAIN', 'U' || to_char(n % 59 + 1, 'FM00'), '[]', '', false, false, 0, repeat('0', 64), 0, 0
FROM generate_series(1, :count) n
"""
ASSIGNMENTS = """
INSERT INTO assignment (case_id, step, base, kind, attempt, round, role, unit_code, opened_at, opens_on, due_on, due_at,
    yellow_at, limit_id, extra, look_at, provisional, version, refusal)
SELECT id, 'investigation-1', 'investigation-1', 'investigation', 0, 1, 'unit-investigator', unit_code, :opened,
    cast(:opened AS date), cast(:due AS date), :due, :due, :limit, 0, :look_at, false, 1, ''
FROM "case"
"""


def fill(count: int) -> None:
    """Open so many assignments, which are due on 29 May and looked at next in its week."""
    with transaction() as session:
        limit = session.scalar(
            select(PolicyNumber.id).where(PolicyNumber.key == "investigation", PolicyNumber.grade == "DAILY").limit(1)
        )
        opened, due = datetime(2026, 5, 12, 1, tzinfo=UTC), datetime(2026, 5, 29, 9, 30, tzinfo=UTC)
        session.execute(text(CASES), {"count": count, "opened": opened})
        look_at = due - timedelta(days=4)
        session.execute(text(ASSIGNMENTS), {"opened": opened, "due": due, "limit": limit, "look_at": look_at})
    with transaction() as session:
        session.execute(text("ANALYZE"))


def make_due(count: int, first: int) -> None:
    """Let so many assignments be a day late, from the first on, and be looked at now."""
    with transaction() as session:
        session.execute(
            text("UPDATE assignment SET due_on = :day, due_at = :at, look_at = :at WHERE id BETWEEN :first AND :last"),
            {
                "day": date(2026, 5, 19),
                "at": datetime(2026, 5, 19, 9, 30, tzinfo=UTC),
                "first": first,
                "last": first + count - 1,
            },
        )


def main(sizes: tuple[int, ...]) -> None:
    """Print a table: what was open, what had come to a stage, and the seconds of one sweep."""
    print("| open | came to a stage | s |\n|---|---|---|", flush=True)  # noqa: T201
    for size in sizes:
        with scratch_ledger(AS_OF):
            fill(size)
            with transaction() as session:
                set_clock(session, AS_OF)
                first = session.scalars(select(Assignment.id).order_by(Assignment.id).limit(1)).one()
            sweep()  # what is only slow the first time
            for count in DUE:
                make_due(count, first)
                first += count
                begun = time.perf_counter()
                done = sweep()
                seconds = time.perf_counter() - begun
                assert done.urged == count
                print(f"| {size:,} | {count:,} | {seconds:.2f} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)
