"""All that a periodic report says, read from the ledger as it stood at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy.orm import Session

from models.journal import ledger_head
from models.registry import Unit
from reports.office_name import office_name
from reports.periodic_days import Days
from reports.periodic_matters import Matter, repeated_matters
from reports.periodic_period import Period, PeriodKind
from reports.periodic_ranking import Line, ranking
from reports.periodic_reading import read_facts
from reports.periodic_spread import Spread, Stretch, course, spreads
from reports.periodic_view import View
from reports.report import Scope


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The report. unit: the name of the unit of which alone it speaks; empty for the whole district."""

    kind: PeriodKind
    period: Period
    office: str
    unit: str
    now: View
    before: View
    as_of: datetime
    ledger_head: str

    @property
    def title(self) -> str:
        """What it is called: 2026年5月治庸问责月报."""
        about = f"（{self.unit}）" if self.unit else ""
        return f"{self.kind.name_of(self.period)}治庸问责{self.kind.label}{about}"

    @property
    def range(self) -> str:
        """Which part of the ledger it shows."""
        return f"{self.period.in_words()}，{f'责任单位为{self.unit}' if self.unit else '全区'}"

    @cached_property
    def spreads(self) -> list[Spread]:
        """How what came divides."""
        return spreads(self.now, self.before)

    @cached_property
    def course(self) -> list[Stretch]:
        """How it went."""
        return course(self.now, self.kind.parts_of(self.period))

    @cached_property
    def matters(self) -> list[Matter]:
        """What was reported again and again."""
        return repeated_matters(self.now, self.before)

    @cached_property
    def ranking(self) -> Sequence[Line]:
        """The units; none where it speaks of one alone."""
        return [] if self.unit else ranking(self.now)


def summary_of(session: Session, kind: PeriodKind, period: Period, scope: Scope) -> Summary:
    """Read it. scope: as of when, of which unit, for whom; its days are the period's."""
    before = kind.before_this(period)
    facts, days = read_facts(session, scope, since=before.begin), Days(session)
    return Summary(
        kind=kind,
        period=period,
        office=office_name(session),
        unit=session.get_one(Unit, scope.unit).name if scope.unit is not None else "",
        now=View(facts=facts, period=period, days=days),
        before=View(facts=facts, period=before, days=days),
        as_of=scope.as_of,
        ledger_head=ledger_head(session),
    )
