"""Most repeated matters: messages that intake found alike (`Message.similar_to`), gathered."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from reports.periodic_facts import Came, Problem
from reports.periodic_view import View

MOST = 20


@dataclass(frozen=True, kw_only=True)
class Matter:
    """One matter. problem: the case of its last message; now, before, all: how many messages, all of them so far."""

    problem: Problem
    now: int
    before: int
    all: int
    ways: str


def repeated_matters(now: View, before: View) -> list[Matter]:
    """Return the matters of which something came in this period, and more than once in all; the most repeated first."""
    roots = _roots(now.facts.similar)
    sizes = Counter(roots.values())
    came: dict[int, list[Came]] = defaultdict(list)
    for each in now.messages:
        came[roots.get(each.id, each.id)].append(each)
    earlier = Counter(roots.get(each.id, each.id) for each in before.messages)
    found = []
    for root, messages in came.items():
        problem = next(filter(None, map(now.problem_of, reversed(messages))), None)
        if root not in sizes or problem is None:
            continue
        ways = "、".join(dict.fromkeys(each.way.name for each in messages))
        found.append(Matter(problem=problem, now=len(messages), before=earlier[root], all=sizes[root] + 1, ways=ways))
    return sorted(found, key=lambda each: (-each.now, -each.all, each.problem.id))[:MOST]


def _roots(similar: Mapping[int, int]) -> dict[int, int]:
    """Return the first message of the matter of each message that is like an earlier one; ids grow with time."""
    roots: dict[int, int] = {}
    for message, earlier in sorted(similar.items()):
        roots[message] = roots.get(earlier, earlier)
    return roots
