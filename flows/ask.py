"""What a flow says: `ask` for a person's answer, `together` for several, `perform` for a step of the machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, TypeVar

from models.database import transaction
from models.forms import Form
from models.path import Path, read_path
from models.steps import STEP_OF
from tasks.open_steps import Asked

F = TypeVar("F", bound=Form)
R = TypeVar("R")


class Waiting(Exception):
    """The path cannot go on before somebody has answered."""

    def __init__(self, asked: list[Asked]) -> None:
        """Keep the steps that are waited for, in the order of the path."""
        self.asked = asked
        super().__init__("、".join(each.base for each in asked))


class Performs(Protocol):
    """How a step of the machine is carried out: as a Prefect task, or plainly."""

    def perform(self, effect: Callable[..., None], title: str, number: str, **keys: object) -> None:
        """Carry out one effect, once."""


@dataclass
class Pass:
    """One walk along the path: what the ledger said, and how often each step was asked on the way."""

    path: Path
    performer: Performs
    asked: dict[str, int] = field(default_factory=dict)


_current: ContextVar[Pass] = ContextVar("pass")


@contextmanager
def one_pass(number: str, performer: Performs) -> Iterator[Pass]:
    """Read the ledger and let the path be walked once."""
    walk = Pass(path=_read(number), performer=performer)
    token = _current.set(walk)
    try:
        yield walk
    finally:
        _current.reset(token)


def path_of(number: str) -> Path:
    """Return what the ledger says of the case, for the conditions of the path."""
    walk = _current.get()
    assert walk.path.number == number
    return walk.path


def ask(
    form: type[F],
    number: str,
    *,
    round: int | None = None,
    item: int | None = None,
    unit: str | None = None,
    opens_on: date | None = None,
    ends_on: date | None = None,
    since: int | None = None,
) -> F:
    """Return the recorded answer to a step, or wait for it.

    The step's key is its name, then the round or the item, then the unit where a case has several. Asked again
    on the same path, it is the step's next attempt; with `since`, it is the first answer after that one (its id).
    opens_on: it is in nobody's inbox before that day. ends_on: the day on which it is due, where not by its limit.
    Raises Waiting, which no flow catches.
    """
    walk = _current.get()
    step = STEP_OF[form]
    if unit is None and step.role.of_a_unit:
        unit = walk.path.unit
    parts = [step.name, *(str(each) for each in (round, item) if each is not None)]
    if unit is not None and walk.path.co_units and step.name in EACH_UNIT:
        parts.append(unit)
    base = "-".join(parts)
    if since is None:
        nth = walk.asked.get(base, 0)
        walk.asked[base] = nth + 1
    else:
        nth = walk.path.answers_until(base, since)
    answer = walk.path.answer_to(form, base, nth)
    if answer is None:
        raise Waiting([Asked(step=step, base=base, round=round or 1, unit=unit, opens_on=opens_on, ends_on=ends_on)])
    return answer


# The steps that every unit of a case answers for itself; the others are the responsible unit's alone.
EACH_UNIT = frozenset({"receipt", "investigation"})


def together(*branches: Callable[[], object]) -> None:
    """Walk several branches side by side: all that they wait for is open at once, and all must come to their end."""
    asked: dict[str, Asked] = {}
    for branch in branches:
        try:
            branch()
        except Waiting as waiting:
            asked |= {each.base: each for each in waiting.asked}
    if asked:
        raise Waiting(list(asked.values()))


def while_waiting(path: Callable[[], R], *others: Callable[[], object]) -> R:
    """Walk a path; while it waits, and only then, the others are asked too. They hold nothing up."""
    try:
        return path()
    except Waiting as waiting:
        asked = {each.base: each for each in waiting.asked}
    for other in others:
        try:
            other()
        except Waiting as waiting:
            asked |= {each.base: each for each in waiting.asked}
    raise Waiting(list(asked.values()))


def perform(effect: Callable[..., None], title: str, number: str, **keys: object) -> None:
    """Carry out a step of the machine, then read the ledger again."""
    walk = _current.get()
    walk.performer.perform(effect, title, number, **keys)
    walk.path = _read(number)


def _read(number: str) -> Path:
    with transaction() as session:
        return read_path(session, number)
