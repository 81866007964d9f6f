"""The labelled pairs of real messages, and how well a grouping tells the same matter from another.

data/matter_pairs.csv holds numbers only: two source numbers, whether a reader takes them for the same matter, the
stratum from which the pair was drawn, and whether it was labelled after the method was chosen.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from models.masks import masked_text
from models.matters import Said
from models.message import Complainant
from models.message_file import read_message_file

PAIRS = Path(__file__).parent / "data" / "matter_pairs.csv"
REAL = Path(__file__).parents[2] / "shared" / "data" / "messages-2017-2020.xlsx"
AFTER = date(2026, 1, 1)  # a day when all of them had come
# How many pairs of the file each stratum has: 1 trigrams from 0.3, 2 from 0.15, 3 other likeness, 4 a name of four
# characters in both subjects, 5 a word of the trade in both, 6 all others. 7 was drawn from groups, one pair of each.
POOLS = {1: 539, 2: 503, 3: 7434, 4: 20649, 5: 49489, 6: 9_275_361}


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two messages by their source numbers, and whether they are about the same matter."""

    first: str
    second: str
    same: bool
    stratum: int
    held_out: bool


@dataclass(frozen=True, kw_only=True)
class Real:
    """A message of the real file."""

    number: str
    user: str
    said: Said


def labelled() -> list[Pair]:
    """Read the pairs."""
    with PAIRS.open(encoding="utf-8") as lines:
        return [
            Pair(
                first=row["first"],
                second=row["second"],
                same=row["same"] == "1",
                stratum=int(row["stratum"]),
                held_out=row["held_out"] == "1",
            )
            for row in csv.DictReader(lines)
        ]


def real_messages() -> list[Real]:
    """Read the real messages, with the senders' codes masked as in the ledger."""
    found = []
    for row in read_message_file(REAL, today=AFTER).messages:
        sender = Complainant(name=row.name, phone="", address="")
        said = Said(subject=masked_text(row.subject, sender), text=masked_text(row.text, sender))
        found.append(Real(number=row.source_number, user=row.name, said=said))
    return found


def precision_and_recall(pairs: Sequence[Pair], together: Callable[[str, str], bool]) -> tuple[float, float]:
    """Return of the pairs put together how many are the same, and of the same ones how many are put together."""
    return _ratios(pairs, together, lambda _: 1.0)


def weighted(pairs: Sequence[Pair], together: Callable[[str, str], bool]) -> tuple[float, float]:
    """Return both for the whole file: each pair stands for as many as its stratum has."""
    drawn = [pair for pair in pairs if pair.stratum in POOLS and not pair.held_out]
    counts = {stratum: sum(pair.stratum == stratum for pair in drawn) for stratum in POOLS}
    return _ratios(drawn, together, lambda pair: POOLS[pair.stratum] / counts[pair.stratum])


def _ratios(
    pairs: Sequence[Pair], together: Callable[[str, str], bool], weight: Callable[[Pair], float]
) -> tuple[float, float]:
    put = [pair for pair in pairs if together(pair.first, pair.second)]
    right = sum(weight(pair) for pair in put if pair.same)
    return right / sum(map(weight, put)), right / sum(weight(pair) for pair in pairs if pair.same)
