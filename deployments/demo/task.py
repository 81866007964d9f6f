"""One step that waits for one of the demo's people: the case it belongs to, and who acts in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from deployments.demo.script import Scenario, Turn
from models.clock import SHANGHAI
from models.registry import RESPONSIBLE_KINDS, Officer, RoleGrant, Unit
from models.steps import STEPS
from models.words import Role


@dataclass(frozen=True)
class Staff:
    """holders: the officers of each role, in a unit or in none. units: the responsible units' names, by code."""

    holders: Mapping[tuple[Role, str], Sequence[str]]
    units: Mapping[str, str]


def read_staff(session: Session, day: date) -> Staff:
    """Read who holds which role on a day."""
    holders: dict[tuple[Role, str], list[str]] = {}
    for code, unit, role in session.execute(
        select(Officer.code, Officer.unit_code, RoleGrant.role)
        .join(Officer.grants)
        .where(RoleGrant.in_force(day))
        .order_by(Officer.code)
    ):
        holders.setdefault((role, unit if role.of_a_unit else ""), []).append(code)
    units = session.execute(
        select(Unit.code, Unit.name).where(Unit.kind.in_(RESPONSIBLE_KINDS), Unit.active).order_by(Unit.position)
    )
    return Staff(holders, dict(units.all()))


@dataclass(frozen=True, kw_only=True)
class Task:
    """An open step, as whoever must answer it sees it.

    assignment: its id. kind: the step's name; attempt: from 0. round: the step's; the case may be in a later one.
    unit: whose the step is, or the case's. message: the case's own, by id; source: the name of the channel it came by.
    """

    assignment: int
    kind: str
    attempt: int
    round: int
    unit: str
    case_id: int
    case: str
    case_round: int
    message: int
    source: str
    scenario: Scenario
    staff: Staff
    now: datetime

    @property
    def today(self) -> date:
        """The day in the office."""
        return self.now.astimezone(SHANGHAI).date()

    @property
    def first(self) -> bool:
        """Whether the step is open for the first time, in the first round."""
        return self.round == 1 and self.attempt == 0

    @property
    def unit_name(self) -> str:
        """The unit's name."""
        return self.staff.units[self.unit]

    @property
    def clerk(self) -> str:
        """The clerk of the office who has this case."""
        return self.who(Role.OFFICE_CLERK)

    @property
    def colleague(self) -> str:
        """Another clerk."""
        others = [each for each in self.staff.holders[Role.OFFICE_CLERK, ""] if each != self.clerk]
        return self.scenario.choose("colleague", others)

    @property
    def investigators(self) -> list[str]:
        """Two officers of the unit, first the one who reports; whoever the case is about is not among them."""
        first, second, *_ = self.staff.holders[Role.UNIT_INVESTIGATOR, self.unit]
        if Turn.CONFLICT_OF_ANSWER in self.scenario:
            return [second, self.who(Role.UNIT_CONTACT)]
        return [first, second]

    @property
    def reported(self) -> list[str]:
        """Which officers of the unit the case is about by name."""
        if Turn.CONFLICT in self.scenario:
            return [self.who(Role.UNIT_HEAD)]
        if Turn.CONFLICT_OF_ANSWER in self.scenario:
            return [self.who(Role.UNIT_INVESTIGATOR)]
        return []

    @property
    def on_paper(self) -> bool:
        """Whether the head signs on paper, and the office records it."""
        return Turn.PAPER_SIGNATURE in self.scenario and self.round == 1

    @property
    def answered_by(self) -> str:
        """Who answers the step."""
        match self.kind:
            case "publication-approval":
                return self.colleague
            case "sign-off" if self.on_paper:
                return self.clerk
            case "investigation":
                return self.investigators[0]
            case _:
                return self.who(STEPS[self.kind].role)

    def who(self, role: Role) -> str:
        """Return the holder of a role who acts in this case; of the unit, where it is a unit's role."""
        if role.of_a_unit:
            return self.staff.holders[role, self.unit][0]
        return self.scenario.choose(role.value, self.staff.holders[role, ""])

    def in_days(self, days: int) -> str:
        """Return the day so many days ahead, as a form takes it."""
        return (self.today + timedelta(days=days)).isoformat()

    def numbered(self, letter: str) -> str:
        """Return a document number made of the case's: 洪治庸呈〔2026〕12号."""
        return self.case.replace("〔", f"{letter}〔", 1)
