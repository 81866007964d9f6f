"""普遍性、苗头性问题 (policy 四(一), O50): what many reported in a period, with the figures that a person rules by.

Matters are found by what messages say, with what identifies their senders taken out before; that two messages came
from one person counts only within a matter, so that one who writes ten times is one. What fewer than three people
reported is not shown (default, no norm of the document).
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.case import Case, CaseMessage
from models.clock import SHANGHAI, today
from models.masks import details_in, masked_text
from models.matter_ruling import MatterRuling, ruling_on, rulings
from models.message import Complainant, Message
from models.policy import policy_number
from models.registry import Officer, Person, Unit
from models.words import ProblemClass, Status

FEWEST = 3  # people; what fewer reported could tell who they are
LONGEST_EXAMPLE = 120  # characters

_ACCOUNT = re.compile("[A-Za-z0-9]{4}")  # a site's number for a user, where a line gives that for a name


class Period(NamedTuple):
    """From a day to a day, both included, in Shanghai."""

    first: date
    last: date

    @property
    def before(self) -> "Period":
        """The period of the same length that ends the day before."""
        end = self.first - timedelta(days=1)
        return Period(end - (self.last - self.first), end)


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What several people reported in the period, and who of the district is concerned.

    id: its first message. messages: in the period; known: also in the one before. people, people_before: different
    ones in the period and in the one before. cases: in the order of their numbers; open: those that are, and are not
    of class 一类 yet. units: in the district's order. ruling: the latest on it. common_from: so many are general.
    """

    id: int
    label: str
    messages: tuple[int, ...]
    known: tuple[int, ...]
    people: int
    people_before: int
    first_day: date
    last_day: date
    places: tuple[str, ...]
    units: tuple[str, ...]
    cases: tuple[str, ...]
    case_ids: tuple[int, ...]
    open: tuple[str, ...]
    example: str
    ruling: MatterRuling | None
    common_from: int

    @property
    def growth(self) -> int | None:
        """How many people more than before; None where they were so few before that it is not told."""
        return self.people - self.people_before if self.before is not None else None

    @property
    def before(self) -> int | None:
        """How many people reported it in the period before; None where they were one or two."""
        return self.people_before if self.people_before >= FEWEST or not self.people_before else None

    @property
    def tendency(self) -> str:
        """普遍性 from so many people on, 苗头性 where fewer report it, but more than before; else nothing."""
        if self.people >= self.common_from:
            return "普遍性"
        return "苗头性" if self.people > self.people_before else ""

    @property
    def suggested(self) -> bool:
        """Whether a person should rule on it."""
        return bool(self.tendency) and self.ruling is None


class _Row(NamedTuple):
    """A message, what of it is compared, and who sent it: a number that means nothing outside of this reading."""

    id: int
    day: date
    said: Any  # models.matters.Said, which needs numpy
    sender: int
    names: Complainant | None
    case: Case


def period_of(session: Session, first: date | None, last: date | None) -> Period:
    """Return the period that is meant: what is not given follows from today and the policy's length."""
    last = last or today(session)
    length = policy_number(session, "common-within", on=today(session)).value
    return Period(first or last - timedelta(days=length - 1), last)


def find_matters(
    session: Session,
    period: Period,
    *,
    conditions: Sequence[ColumnElement[bool]] = (),
    except_cases: Collection[int] = (),
) -> list[Matter]:
    """Return what at least three people reported in the period, what most reported first.

    conditions: on a case, which messages are looked at.
    """
    from models.matter_words import label, places
    from models.matters import Messages

    rows = _read(session, period, conditions, except_cases)
    messages = Messages([row.said for row in rows])
    units = {unit.code: unit for unit in session.scalars(select(Unit).order_by(Unit.position))}
    streets = [unit.name for unit in units.values() if unit.kind == "街道"]
    names = {*session.scalars(select(Officer.name)), *session.scalars(select(Person.name))}
    common_from = policy_number(session, "common-from", on=today(session)).value
    ruled = rulings(session)
    found = []
    for group in messages.groups():
        all_of_it = [rows[place] for place in group]
        now = [row for row in all_of_it if row.day >= period.first]
        people = {row.sender for row in now}
        if len(people) < FEWEST:
            continue
        said, senders = [row.said for row in now], [row.sender for row in now]
        hidden = names | {row.names.name for row in now if row.names is not None and row.names.name}
        title = label(messages, said, senders, least=FEWEST, hidden=hidden)
        cases = sorted({row.case.id: row.case for row in now}.values(), key=lambda each: (each.year, each.sequence))
        known = tuple(sorted(row.id for row in all_of_it))
        concerned = {each.unit_code for each in cases if each.unit_code}
        found.append(
            Matter(
                id=known[0],
                label=title,
                messages=tuple(sorted(row.id for row in now)),
                known=known,
                people=len(people),
                people_before=len({row.sender for row in all_of_it if row.day < period.first}),
                first_day=min(row.day for row in now),
                last_day=max(row.day for row in now),
                places=tuple(places(said, senders, least=FEWEST, known=streets)),
                units=tuple(unit.name for code, unit in units.items() if code in concerned),
                cases=tuple(each.number for each in cases),
                case_ids=tuple(each.id for each in cases),
                open=tuple(
                    each.number for each in cases if each.is_open and each.problem_class is not ProblemClass.COMMON
                ),
                example=_example(now, title),
                ruling=ruling_on(known, ruled),
                common_from=common_from,
            )
        )
    return sorted(found, key=lambda each: (-each.people, -len(each.messages), each.id))


def _read(
    session: Session, period: Period, conditions: Sequence[ColumnElement[bool]], except_cases: Collection[int]
) -> list[_Row]:
    """Read the messages of the period and of the one before: not what was passed on, nor what the office opened."""
    from models.matters import READ, Said

    begins = datetime.combine(period.before.first, time(), SHANGHAI)
    ends = datetime.combine(period.last + timedelta(days=1), time(), SHANGHAI)
    query = (
        select(Message.id, Message.received_at, Message.subject, Message.text, Complainant, Case)
        .join(CaseMessage, CaseMessage.message_id == Message.id)
        .join(CaseMessage.case)
        .outerjoin(Message.complainant)
        .where(Message.received_at >= begins, Message.received_at < ends)
        .where(Case.linked_from.is_(None), Case.status != Status.TRANSFERRED, *conditions)
        .order_by(Message.id)
    )
    if except_cases:
        query = query.where(Case.id.not_in(sorted(except_cases)))
    number_of = _numbering()
    return [
        _Row(
            id=message_id,
            day=received_at.astimezone(SHANGHAI).date(),
            said=Said(subject=masked_text(subject, sender), text=masked_text(text[: 2 * READ], sender)),
            sender=number_of(sender, subject, text),
            names=sender,
            case=case,
        )
        for message_id, received_at, subject, text, sender, case in session.execute(query)
    ]


def _numbering() -> Callable[[Complainant | None, str, str], int]:
    """Return what numbers senders: by telephone, else by name or account and address, else by what they say.

    匿名, 市民 and the like are nobody's name.
    """
    numbers: dict[tuple[str, ...], int] = {}

    def number_of(sender: Complainant | None, subject: str, text: str) -> int:
        key: tuple[str, ...] = ("", subject, text)
        if sender is not None:
            digits = "".join(filter(str.isdecimal, sender.phone))
            if digits:
                key = (digits,)
            elif _ACCOUNT.search(sender.name) or details_in(
                sender.name, Complainant(name=sender.name, phone="", address="")
            ):
                key = (sender.name.strip(), sender.address.strip())
        return numbers.setdefault(key, len(numbers))

    return number_of


def _example(rows: Sequence[_Row], title: str) -> str:
    """Return the shortest of the texts that use the most of the matter's words; masked for all who sent any."""
    words = title.split()
    uses = Counter({row: sum(word in f"{row.said.subject}{row.said.text}" for word in words) for row in rows})
    row = min(rows, key=lambda each: (-uses[each], len(each.said.text), each.id))
    text = masked_text(f"{row.said.subject}：{row.said.text}", *(each.names for each in rows))
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST_EXAMPLE else f"{plain[: LONGEST_EXAMPLE - 1]}…"
