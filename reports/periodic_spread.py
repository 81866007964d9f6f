"""How what came and what was found divides: by origin, channel, class, grade, nature; and how it went with time."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from models.words import Grade, Nature, Origin, ProblemClass, Word
from reports.periodic_facts import Came
from reports.periodic_view import View

NOT_YET = "未定"
NOT_CLASSIFIED = "未分类"


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a whole, in this period and in the one before. whole: of this period."""

    label: str
    now: int
    before: int
    whole: int

    @property
    def share(self) -> float | None:
        """Its share of the whole."""
        return self.now / self.whole if self.whole else None

    @property
    def change(self) -> int:
        """By how much it is more than before."""
        return self.now - self.before


@dataclass(frozen=True, kw_only=True)
class Spread:
    """A whole in its parts, each of which is counted once."""

    title: str
    heading: str
    parts: Sequence[Part]


def spreads(now: View, before: View) -> list[Spread]:
    """Return all of them in the order in which they print."""
    return [by_origin(now, before), by_channel(now, before), *_by_ruling(now, before), by_nature(now, before)]


def by_origin(now: View, before: View) -> Spread:
    """三: who found it; 上级交办 besides the three of the document."""
    parts = _parts(now, before, lambda _, came: came.way.origin, [*Origin, None], NOT_YET)
    return Spread(title="来件按发现来源", heading="来源", parts=parts)


def by_channel(now: View, before: View) -> Spread:
    """Every channel by which something came, in the registry's order."""
    used = {each.way.code for view in (now, before) for each in view.messages}
    names = {way.code: way.name for way in now.facts.ways if way.code in used}
    counts = [Counter(each.way.code for each in view.messages) for view in (now, before)]
    parts = [
        Part(label=name, now=counts[0][code], before=counts[1][code], whole=len(now.messages))
        for code, name in names.items()
    ]
    return Spread(title="来件按渠道", heading="渠道", parts=parts)


def _by_ruling(now: View, before: View) -> list[Spread]:
    def ruled(view: View, came: Came, what: str) -> Any:
        return getattr(view.problem_of(came), what, None)

    classes = [ProblemClass.COMMON, ProblemClass.ANNUAL, ProblemClass.SUPERIOR, ProblemClass.GENERAL, None]
    return [
        Spread(
            title="来件按问题类别",
            heading="类别",
            parts=_parts(now, before, lambda view, came: ruled(view, came, "problem_class"), classes, NOT_CLASSIFIED),
        ),
        Spread(
            title="来件按处置等级",
            heading="等级",
            parts=_parts(now, before, lambda view, came: ruled(view, came, "grade"), [*Grade, None], NOT_CLASSIFIED),
        ),
    ]


def by_nature(now: View, before: View) -> Spread:
    """六(三): what was found in the cases of which a report was given; those that are not so have no nature."""
    counts = [Counter(each.found.nature for each in view.found if each.found) for view in (now, before)]
    kinds: list[tuple[Nature | None, str]] = [*((each, each.label) for each in Nature), (None, "不属实")]
    parts = [
        Part(label=label, now=counts[0][kind], before=counts[1][kind], whole=len(now.found)) for kind, label in kinds
    ]
    return Spread(title="查明的案件按问题性质", heading="性质", parts=parts)


def _parts(
    now: View,
    before: View,
    kind_of: Callable[[View, Came], Hashable],
    kinds: Iterable[Word | None],
    otherwise: str,
) -> list[Part]:
    counts = [Counter(kind_of(view, each) for each in view.messages) for view in (now, before)]
    parts = [
        Part(
            label=kind.label if kind is not None else otherwise,
            now=counts[0][kind],
            before=counts[1][kind],
            whole=len(now.messages),
        )
        for kind in kinds
    ]
    return [each for each in parts if each.label != otherwise or each.now or each.before]


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A part of the period: how many messages came in it, how many cases were done in it."""

    label: str
    came: int
    done: int


def course(now: View, parts: Iterable[tuple[str, Any]]) -> list[Stretch]:
    """Return how it went from stretch to stretch."""
    return [
        Stretch(
            label=label,
            came=sum(part.covers(each.received_at) for each in now.messages),
            done=sum(part.covers(each.closed_at) for each in now.done),
        )
        for label, part in parts
    ]
