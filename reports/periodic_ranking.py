"""How the units stand to one another, where there is enough to compare; of too few cases nothing is said."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reports.periodic_rates import IN_TIME, RESPONSE, SATISFIED, SOLVED, Counted, Rate
from reports.periodic_view import View

# 年度分, a default of ours: 默认，非文件规定. Points for each rate, 100 in all.
POINTS: tuple[tuple[Rate, int], ...] = ((RESPONSE, 20), (SOLVED, 30), (SATISFIED, 30), (IN_TIME, 20))


@dataclass(frozen=True, kw_only=True)
class Line:
    """One unit. rates: those of `POINTS`, in their order. place: its rank; those with equal scores share it."""

    unit: str
    came: int
    done: int
    overdue: int
    late_steps: int
    rates: Sequence[Counted]
    place: int | None = None

    @property
    def score(self) -> float | None:
        """Its points; None where one of its rates is of too few."""
        shares = [each.share for each in self.rates]
        if any(share is None for share in shares):
            return None
        return sum(share * points for share, (_, points) in zip(shares, POINTS, strict=True) if share is not None)


def ranking(view: View) -> list[Line]:
    """Return the units that had anything to do, the best first, then in the official order those not to be compared."""
    parts = view.facts.by_unit()
    lines = [_line(name, replace(view, facts=parts[code])) for code, name in view.facts.units.items() if code in parts]
    busy = [each for each in lines if each.came or each.done or each.overdue or each.late_steps or _asked(each)]
    ranked = sorted((each for each in busy if each.score is not None), key=lambda each: -_rounded(each))
    scores = [_rounded(each) for each in ranked]
    placed = [replace(each, place=1 + scores.index(_rounded(each))) for each in ranked]
    return [*placed, *(each for each in busy if each.score is None)]


def _line(unit: str, view: View) -> Line:
    return Line(
        unit=unit,
        came=len(view.messages),
        done=len(view.done),
        overdue=len(view.overdue),
        late_steps=len(view.waiting_late),
        rates=[rate.of(view) for rate, _ in POINTS],
    )


def _asked(line: Line) -> bool:
    return any(each.n for each in line.rates)


def _rounded(line: Line) -> float:
    """Return the score as it prints: what looks equal has an equal place."""
    return round(line.score or 0, 1)
