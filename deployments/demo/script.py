"""The script of the demo: in which turns the case of each message departs from the plain path."""

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

Choice = TypeVar("Choice")


class Turn(StrEnum):
    """A word of the script's column 剧本; several are joined by `+`. Without any, everything goes the usual way."""

    PLAIN = "plain"
    COMMON = "common"  # 一类
    ANNUAL = "annual"  # 二类
    SUPERIOR = "superior"  # 三类
    SUDDEN = "sudden"
    EMERGENCY = "emergency"
    CONSULT = "consult"
    HARD = "hard"
    LONG_STANDING = "long-standing"
    REJECT = "reject"
    REJECT_REFUSED = "reject-refused"  # the office's head asks for better grounds, then agrees
    TRANSFER = "transfer"
    DIRECT = "direct"
    MERGE = "merge"  # `merge:NUMBER`, with the case of that message
    CO_UNIT = "co-unit"
    RETURNED = "returned"  # by the other unit, which got it first
    RETURNED_STAYS = "returned-stays"
    RECLASSIFY = "reclassify"  # the office finds out itself that the other unit is the wrong one
    CONFLICT = "conflict"  # it is about the unit's head
    CONFLICT_OF_ANSWER = "conflict-of-answer"  # it is about an investigator, who tries to handle it
    PARTLY = "partly"
    UNSUBSTANTIATED = "unsubstantiated"
    ACCOUNTABILITY = "accountability"
    SIGN_REFUSED = "sign-refused"
    PAPER_SIGNATURE = "paper-signature"
    SUPPLEMENT = "supplement"
    LAPSE = "lapse"
    PUBLICATION_REFUSED = "publication-refused"
    UNDELIVERABLE = "undeliverable"
    FAIR = "fair"
    UNREACHABLE = "unreachable"
    DISSATISFIED_NOT_POOR = "dissatisfied-not-poor"
    SECOND_ROUND = "second-round"
    POOR_TWICE = "poor-twice"
    OWN_REVIEW = "own-review"  # the office's head looks into it himself, nobody having complained of the result
    NOT_EFFECTIVE = "not-effective"
    WRITE_OFF_REFUSED = "write-off-refused"
    SLOW = "slow"  # the investigation comes so late that it is urged and reported
    HANDED_OVER = "handed-over"  # 转办
    DELEGATED = "delegated"  # 委派
    SUBSTITUTED = "substituted"  # 代理
    SENT_BACK = "sent-back"  # 退回
    TAKEN_BACK = "taken-back"  # 拿回
    URGED = "urged"  # 催办, by hand
    SUPERVISED = "supervised"  # 督办
    EXTENDED = "extended"  # 延期
    EXTENSION_REFUSED = "extension-refused"
    AT_REST = "at-rest"  # 挂起


CLOSED_AT_ONCE = frozenset({Turn.REJECT, Turn.REJECT_REFUSED, Turn.TRANSFER})


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """How one case goes. `Turn.COMMON in scenario` asks for a turn.

    seed: the message's source number, from which follows what the script leaves open. unit: where the case ends.
    other_unit: the co-unit, or the wrong unit that gets it first. reason: of a rejection or a return, or the body
    that a report is passed on to. joins: the source number of the message whose case this one joins.
    against_leaders: the ledger itself opened it after a lapse (O73).
    """

    seed: str
    turns: frozenset[Turn]
    unit: str
    summary: str
    other_unit: str = ""
    reason: str = ""
    joins: str = ""
    against_leaders: bool = False

    def __contains__(self, turn: Turn) -> bool:
        return turn in self.turns

    def any(self, *turns: Turn) -> bool:
        """Whether it takes one of these turns."""
        return not self.turns.isdisjoint(turns)

    def dice(self, what: str) -> float:
        """Throw for something: from 0 to 1, the same each time."""
        return dice(self.seed, what)

    def choose(self, what: str, options: Sequence[Choice]) -> Choice:
        """Choose one of several, the same each time."""
        return options[int(self.dice(what) * len(options))]


def dice(seed: str, what: str) -> float:
    """Throw for something: at least 0, less than 1, the same for the same words."""
    digest = hashlib.sha256(f"{seed}|{what}".encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


def read_script(path: Path) -> dict[str, Scenario]:
    """Read a script: scenarios by the source number of their message."""
    with path.open(encoding="utf-8", newline="") as rows:
        return {row["来件编号"]: _scenario(row) for row in csv.DictReader(rows)}


def _scenario(row: dict[str, str]) -> Scenario:
    words = [word.partition(":") for word in row["剧本"].split("+")]
    return Scenario(
        seed=row["来件编号"],
        turns=frozenset(Turn(word) for word, _, _ in words),
        unit=row["单位"],
        other_unit=row["另一单位"],
        summary=row["概要"],
        reason=row["理由"],
        joins="".join(number for _, _, number in words),
    )
