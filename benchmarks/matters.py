"""How well and how fast matters are found in the real messages: trigrams in PostgreSQL beside the method in use.

    .venv/bin/python -m benchmarks.matters

Needs ../shared/data, which is not part of the project. What it prints of the messages is words, never a sentence.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import text

from benchmarks.scratch import scratch_ledger
from models.database import transaction
from models.matter_groups import FEWEST
from models.matter_words import label
from models.matters import Messages, Said
from tests.matter_pairs import REAL, Pair, Real, labelled, precision_and_recall, real_messages, weighted

SIZES = (500, 1_000, 2_000, 4_326, 8_652)
THRESHOLDS = (0.45, 0.3, 0.2, 0.15)  # of trigrams; 0.45 is `similar-from`
HEAD = """precision and recall on those by which the method was chosen, for the whole file by weight, and on those held
out; matters of three people and more; people of the five largest"""
TABLE = """
CREATE TEMP TABLE told AS
SELECT number, subject || ' ' || left(told, 400) AS matter FROM unnest(
    cast(:numbers AS text[]), cast(:subjects AS text[]), cast(:texts AS text[])
) AS given (number, subject, told)
"""
INDEX = "CREATE INDEX ON told USING gin (matter gin_trgm_ops)"
ALIKE = """
SELECT one.number, other.number, similarity(one.matter, other.matter)
FROM told one JOIN told other ON one.number < other.number AND one.matter % other.matter
"""


def alike_in_postgres(real: Sequence[Real]) -> tuple[list[tuple[str, str, float]], float]:
    """Return the pairs that trigrams find alike, from the lowest of the thresholds, and the seconds it takes."""
    with transaction() as session:
        given = {
            "numbers": [each.number for each in real],
            "subjects": [each.said.subject for each in real],
            "texts": [each.said.text for each in real],
        }
        session.execute(text(TABLE), given)
        begun = time.perf_counter()
        for statement in (INDEX, "ANALYZE told", f"SET LOCAL pg_trgm.similarity_threshold = {min(THRESHOLDS)}"):
            session.execute(text(statement))
        session.execute(text("SET LOCAL enable_seqscan = off"))
        found = [(one, other, float(value)) for one, other, value in session.execute(text(ALIKE))]
        return found, time.perf_counter() - begun


def linked(numbers: Iterable[str], pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the group of each message, where alike means the same matter, from one to the next."""
    group = {number: number for number in numbers}

    def root(number: str) -> str:
        while group[number] != number:
            group[number] = group[group[number]]
            number = group[number]
        return number

    for one, other in pairs:
        group[root(one)] = root(other)
    return {number: root(number) for number in group}


def show(name: str, pairs: Sequence[Pair], real: Sequence[Real], group: dict[str, object]) -> None:
    """Print a line of the table."""
    cells: list[str] = []

    def together(one: str, other: str) -> bool:
        return group[one] == group[other]

    drawn = [pair for pair in pairs if not pair.held_out]
    held_out = [pair for pair in pairs if pair.held_out and pair.stratum != 7]
    for precision, recall in (
        precision_and_recall(drawn, together),
        weighted(pairs, together),
        precision_and_recall(held_out, together),
    ):
        cells.append(f"{precision:10.3f} {recall:6.3f}")
    people = defaultdict(set)
    for each in real:
        people[group[each.number]].add(each.user)
    sizes = sorted(map(len, people.values()), reverse=True)
    print(f"{name:26}{''.join(cells)}   {sum(size >= FEWEST for size in sizes):4}  {sizes[:5]}", flush=True)  # noqa: T201


def method_in_use(real: Sequence[Real]) -> tuple[Messages, list[list[int]], float]:
    """Group messages; return the seconds too."""
    begun = time.perf_counter()
    messages = Messages([each.said for each in real])
    groups = messages.groups()
    return messages, groups, time.perf_counter() - begun


def largest(real: Sequence[Real], messages: Messages, groups: Sequence[Sequence[int]], count: int) -> None:
    """Print what the largest matters are called."""
    sender: Callable[[int], int] = {user: at for at, user in enumerate({each.user: 0 for each in real})}.__getitem__
    by_people = sorted(groups, key=lambda group: (-len({real[at].user for at in group}), -len(group), group))
    for group in by_people[:count]:
        senders = [sender(real[at].user) for at in group]
        words = label(messages, [real[at].said for at in group], senders, least=FEWEST, hidden=())
        print(f"{len(set(senders)):4} people {len(group):4} messages   {words}")  # noqa: T201


def main() -> None:
    """Print the table, the ten largest matters, and the seconds by the number of messages."""
    if not REAL.exists():
        raise SystemExit(f"needs {REAL}")
    real, pairs = real_messages(), labelled()
    with scratch_ledger(datetime(2026, 5, 6, 1, tzinfo=UTC)):
        alike, seconds = alike_in_postgres(real)
    print(  # noqa: T201
        f"{len(pairs)} labelled pairs: precision and recall on those that the method was chosen on, estimated for the"
    )
    print("whole file, and on those held out; matters of three people and more; people of the five largest")  # noqa: T201
    numbers = [each.number for each in real]
    for threshold in THRESHOLDS:
        near = ((one, other) for one, other, value in alike if value >= threshold)
        show(f"trigrams from {threshold}, linked", pairs, real, dict(linked(numbers, near)))
    messages, groups, own = method_in_use(real)
    show("pairs of characters", pairs, real, {real[at].number: n for n, group in enumerate(groups) for at in group})
    print(f"seconds: trigrams from {min(THRESHOLDS)} with index {seconds:.1f}, pairs of characters {own:.1f}\n")  # noqa: T201
    largest(real, messages, groups, 10)
    print()  # noqa: T201
    twice = [*real, *(Real(number=f"{each.number}b", user=each.user, said=_other(each)) for each in real)]
    for size in SIZES:
        print(f"{size:6} messages {method_in_use(twice[:size])[2]:6.1f} s", flush=True)  # noqa: T201


def _other(real: Real) -> Said:
    """The same message in reverse: as long, and like none of the first."""
    return Said(subject=real.said.subject[::-1], text=real.said.text[::-1])


if __name__ == "__main__":
    main()
