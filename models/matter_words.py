"""What a matter is called: the words that set its messages apart, and the streets and communities they name."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise

from models.matters import READ, Messages, Said

SHORTEST, LONGEST = 2, 7  # characters of a word
WORDS = 3  # of a label, at most
SHARED_BY = 0.4  # of those who wrote: a word of fewer is not what the matter is about

_CHINESE = re.compile("[\u4e00-\u9fff]+")
# No word begins or ends with these, and none begins with the last letter of a district's name.
_LOOSE = frozenset(
    "的了是在和与及或有为被把对从到由让使我你您他她们这那哪个些不没无很太都也还又就才再已将要会能可应该请望盼求问谁何吗呢吧啊呀并而"
    "但且因所以之其此于上下中内外旁边近前后左右至等向往给跟同每各另某几多少年月日时天点分号栋元万亿人名么"
)
_DISTRICT = frozenset("省市区县")
_POLITE = re.compile(
    "尊敬|领导|您好|你好|书记|[市区县局]长|政府|部门|投诉|举报|反映|咨询|建议|希望|恳请|请求|严重|问题|解决|谢谢"
)
_PLACE = re.compile("[\u4e00-\u9fff]{2,6}?(?:街道|社区|镇|乡)")
_BEFORE_A_PLACE = re.compile("^.*[省市区县州在位于是为住到和与及]")
_NO_PLACE = re.compile("^(?:街道|社区)|(?:城镇|乡镇|村镇|本社区|小区社区|个社区)$")


def label(
    messages: Messages, said: Sequence[Said], senders: Sequence[int], *, least: int, hidden: Collection[str]
) -> str:
    """Return up to three words of a matter, the most telling first; empty where nothing is shared.

    senders: a number for each message; who sent several has the same. least: by how many of them a word must be used.
    hidden: names; no word holds one or is part of one.
    """
    used: dict[str, set[int]] = defaultdict(set)
    before: dict[str, set[str]] = defaultdict(set)
    behind: dict[str, set[str]] = defaultdict(set)
    for number, (each, sender) in enumerate(zip(said, senders, strict=True)):
        for word, left, right in _words(each):
            used[word].add(sender)
            # What stands at the edge of a run of Chinese ends there; each message has an edge of its own.
            before[word].add(left or f"{number}")
            behind[word].add(right or f"{number}")
    of = len(set(senders))
    needed = max(least, SHARED_BY * of)
    weighed = {
        word: len(by) / of * messages.rarity(word) * (len(word) - 1) ** 0.5
        for word, by in used.items()
        if len(by) >= needed
        and min(len(before[word]), len(behind[word])) > 1  # else it is a piece of a longer one
        and not _PLACE.fullmatch(word)
        and not any(name in word or word in name for name in hidden)
    }
    chosen: list[str] = []
    for word in sorted(weighed, key=lambda each: (-weighed[each], each)):
        if not any(_pairs(word) & _pairs(other) for other in chosen):
            chosen.append(word)
        if len(chosen) == WORDS:
            break
    return " ".join(chosen)


def places(said: Sequence[Said], senders: Sequence[int], *, least: int, known: Iterable[str]) -> list[str]:
    """Return the streets and communities that at least so many of those who wrote name, the most named first.

    known: names of streets, as the registry has them.
    """
    streets = [name for name in known if _PLACE.fullmatch(name)]
    named: dict[str, set[int]] = defaultdict(set)
    for each, sender in zip(said, senders, strict=True):
        text = f"{each.subject}\n{each.text[:READ]}"
        for place in {street for street in streets if street in text} | set(_places(text, streets)):
            named[place].add(sender)
    counts = Counter({place: len(by) for place, by in named.items() if len(by) >= least})
    return sorted(counts, key=lambda each: (-counts[each], each))


def _words(said: Said) -> Iterator[tuple[str, str, str]]:
    """Yield each word of a message with the letter before it and the letter behind it; none at an edge."""
    for run in _CHINESE.findall(f"{said.subject}\n{said.text[:READ]}"):
        for start in range(len(run)):
            if run[start] in _LOOSE or run[start] in _DISTRICT:
                continue
            for end in range(start + SHORTEST, min(start + LONGEST, len(run)) + 1):
                word = run[start:end]
                if word[-1] not in _LOOSE and not _POLITE.search(word):
                    yield word, run[start - 1 : start], run[end : end + 1]


def _pairs(word: str) -> set[tuple[str, str]]:
    return set(pairwise(word))


def _places(text: str, streets: Collection[str]) -> Iterator[str]:
    for run in _PLACE.findall(text):
        place = _BEFORE_A_PLACE.sub("", run)
        if len(place) > 2 and not _NO_PLACE.search(place) and not any(place.endswith(each) for each in streets):
            yield place
