"""普遍性问题 (policy 四(一)): which messages are about one matter, by what they say and never by who sent them.

Messages are alike as far as they share rare pairs of characters (TF-IDF, cosine). Groups are joined, the most alike
first, by the geometric mean of two likenesses: of their messages on average, and of their centres. The first alone
breaks a large matter up, for everybody tells it in his own words; the second alone lets groups run together.
docs/decisions/0015-how-matters-are-found.md has the figures. The order of the messages makes no difference.
"""

import heapq
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.signedinteger[Any]]
Weights = NDArray[np.float64]

READ = 600  # characters of a text, and all of its subject
SUBJECT_COUNTS = 3  # times as much as the text
ALIKE_FROM = 0.2  # groups that are less alike stay apart
COUNTED_FROM = 0.05  # a likeness of two messages below this is none
TOO_COMMON = 0.2  # of the messages: a pair of characters in more of them tells nothing apart
TOO_COMMON_LEAST = 50  # messages, where there are few
PRIOR = 100  # messages that are thought to be there besides: among ten, a word that all share may still be rare


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a message says."""

    subject: str
    text: str


class Messages:
    """Messages that are compared with one another. Those that say the same, word by word, count as one."""

    def __init__(self, messages: Sequence[Said]) -> None:
        """Weigh their pairs of characters."""
        contents = [(each.subject, each.text[:READ]) for each in messages]
        distinct = sorted(set(contents))
        number_of = {content: number for number, content in enumerate(distinct)}
        self._content_of = [number_of[content] for content in contents]
        self._size = len(distinct)
        row, pair, times = _pairs(distinct)
        self._pairs, column, found = np.unique(pair, return_inverse=True, return_counts=True)
        self._rarity = np.log((PRIOR + self._size) / (1 + found))
        weight = (1 + np.log(times)) * self._rarity[column]
        length = np.sqrt(np.bincount(row, weights=weight**2, minlength=self._size))
        telling = (found[column] > 1) & (found[column] <= max(TOO_COMMON_LEAST, TOO_COMMON * self._size))
        self._row, self._column = row[telling], column[telling]
        self._weight = (weight / length[row])[telling]

    def rarity(self, word: str) -> float:
        """Return how rare the pairs of characters in a word are on average."""
        pairs = [_pair(first, second) for first, second in pairwise(word)]
        places = np.searchsorted(self._pairs, pairs).clip(max=max(len(self._pairs) - 1, 0))
        rarest = math.log(PRIOR + self._size)
        found = [
            self._rarity[at] if self._pairs[at] == pair else rarest for at, pair in zip(places, pairs, strict=True)
        ]
        return float(np.mean(found))

    def groups(self) -> list[list[int]]:
        """Return the matters, each as the places of its messages in their order; a message may be alone."""
        members: list[list[int]] = [[] for _ in range(self._size)]
        for place, content in enumerate(self._content_of):
            members[content].append(place)
        joined = _join(self._size, *self._likenesses())
        return sorted(sorted(chain.from_iterable(members[content] for content in group)) for group in joined)

    def _likenesses(self) -> tuple[Numbers, Numbers, Weights]:
        """Return which two contents are how much alike, the smaller number first."""
        by_column = np.lexsort((self._row, self._column))
        posted, posted_weight = self._row[by_column], self._weight[by_column]
        bounds = np.searchsorted(self._column[by_column], np.arange(len(self._pairs) + 1))
        of_row = np.searchsorted(self._row, np.arange(self._size + 1))
        firsts: list[Numbers] = [np.empty(0, np.int64)]
        seconds: list[Numbers] = [np.empty(0, np.int64)]
        likenesses: list[Weights] = [np.empty(0)]
        for number in range(self._size):
            columns = self._column[of_row[number] : of_row[number + 1]]
            starts, ends = bounds[columns], bounds[columns + 1]
            counts = ends - starts
            places = np.arange(counts.sum()) + np.repeat(starts - (counts.cumsum() - counts), counts)
            products = posted_weight[places] * np.repeat(self._weight[of_row[number] : of_row[number + 1]], counts)
            likeness = np.bincount(posted[places], weights=products, minlength=self._size)
            others = np.flatnonzero(likeness[number + 1 :] >= COUNTED_FROM) + number + 1
            firsts.append(np.full(len(others), number))
            seconds.append(others)
            likenesses.append(np.asarray(likeness[others], np.float64))
        return np.concatenate(firsts), np.concatenate(seconds), np.concatenate(likenesses)


def _pair(first: str, second: str) -> int:
    return ord(first) << 21 | ord(second)


def _pairs(contents: Sequence[tuple[str, str]]) -> tuple[Numbers, Numbers, Weights]:
    """Return which content has which pair of characters how often, by content and pair; none goes over a mark."""
    parts = [unicodedata.normalize("NFKC", f"{part}\n").lower() for content in contents for part in content]
    letters = np.frombuffer("".join(parts).encode("utf-32-le", "replace"), np.uint32).astype(np.int64)
    lengths = [len(part) for part in parts]
    row = np.repeat(np.repeat(np.arange(len(contents)), 2), lengths)
    counts = np.repeat(np.tile([SUBJECT_COUNTS, 1], len(contents)), lengths)
    known, kind = np.unique(letters, return_inverse=True)
    is_word = np.array([chr(letter).isalnum() for letter in known], bool)[kind]
    both = is_word[:-1] & is_word[1:]
    pair = (letters[:-1] << 21 | letters[1:])[both]
    names, column = np.unique(pair, return_inverse=True)
    places, inverse = np.unique(row[:-1][both] * max(len(names), 1) + column, return_inverse=True)
    times = np.bincount(inverse, weights=counts[:-1][both], minlength=len(places))
    return places // max(len(names), 1), names[places % max(len(names), 1)], times.astype(np.float64)


def _join(size: int, first: Numbers, second: Numbers, likeness: Weights) -> list[list[int]]:
    """Join the two groups that are most alike, again and again, while any are alike enough."""
    members = {number: [number] for number in range(size)}
    within = dict.fromkeys(members, 1.0)  # the likenesses of all its messages with one another, added up
    between: dict[int, dict[int, float]] = {number: {} for number in members}  # of one group's with another's
    for one, other, value in zip(first.tolist(), second.tolist(), likeness.tolist(), strict=True):
        between[one][other] = between[other][one] = value

    def alike(one: int, other: int) -> float:
        mean = between[one][other] / (len(members[one]) * len(members[other]))
        centres = between[one][other] / math.sqrt(within[one] * within[other])
        return math.sqrt(mean * centres)

    waiting = [(-alike(one, other), one, other) for one in between for other in between[one] if one < other]
    waiting = [each for each in waiting if -each[0] >= ALIKE_FROM]
    heapq.heapify(waiting)
    while waiting:
        _, one, other = heapq.heappop(waiting)
        if one not in members or other not in members:
            continue
        joined = size
        size += 1
        nearby, others = between.pop(one), between.pop(other)
        within[joined] = within.pop(one) + within.pop(other) + 2 * nearby.pop(other)
        others.pop(one)
        for each, value in others.items():
            nearby[each] = nearby.get(each, 0.0) + value
        members[joined] = members.pop(one) + members.pop(other)
        between[joined] = nearby
        for each, value in nearby.items():
            between[each].pop(one, None)
            between[each].pop(other, None)
            between[each][joined] = value
            near = alike(each, joined)
            if near >= ALIKE_FROM:
                heapq.heappush(waiting, (-near, each, joined))
    return list(members.values())
