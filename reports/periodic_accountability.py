"""二次办理、一案双查 and 问责 of a period, counted; nobody is named."""

from dataclasses import dataclass

from models.forms import DirectAccountability
from models.path import LAST, SECOND
from models.steps import STEP_OF
from models.words import Measure, Position
from reports.periodic_view import View

DIRECT = STEP_OF[DirectAccountability].name


@dataclass(frozen=True, kw_only=True)
class Held:
    """A measure: how many persons and how many units it fell on; one of them may have several."""

    measure: Measure
    persons: int
    units: int


@dataclass(frozen=True, kw_only=True)
class Conclusions:
    """一案双查: what was concluded about one of the three."""

    position: Position
    pursued: int
    not_pursued: int


def by_measure(view: View) -> list[Held]:
    """Return each measure that was decided, in the order of the rule."""
    rows = [
        Held(
            measure=measure,
            persons=sum(measure in each.measures and not each.of_a_unit for each in view.decisions),
            units=sum(measure in each.measures and each.of_a_unit for each in view.decisions),
        )
        for measure in Measure
    ]
    return [each for each in rows if each.persons or each.units]


def by_position(view: View) -> list[Conclusions]:
    """Return the conclusions about each of the three."""
    return [
        Conclusions(
            position=position,
            pursued=sum(each.position is position and each.pursued for each in view.checks),
            not_pursued=sum(each.position is position and not each.pursued for each in view.checks),
        )
        for position in Position
    ]


def double_checks(view: View) -> int:
    """Count the double checks that were concluded, each about three people."""
    return len({each.answer_id for each in view.checks})


def persons_held(view: View) -> int:
    """Count decisions against persons: 人次."""
    return sum(not each.of_a_unit for each in view.decisions)


def units_held(view: View) -> int:
    """Count decisions against units."""
    return sum(each.of_a_unit for each in view.decisions)


def second_rounds(view: View) -> int:
    """Count the cases that went into 二次办理."""
    return view.rounds_begun(SECOND)


def third_rounds(view: View) -> int:
    """Count the cases that the office took over after 二次办理."""
    return view.rounds_begun(LAST)


def direct_procedures(view: View) -> int:
    """Count 直接启动问责程序: what the office handled in place of the unit."""
    return sum(each.kind == DIRECT for each in view.answered)
