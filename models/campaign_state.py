"""Where the units of a campaign stand: computed from what came back, was signed, and was received."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from models.campaign import Campaign, CampaignUnit, Problem, SelfReport
from models.registry import Unit
from models.words import UnitState


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One unit in a campaign.

    reports: all that came back, as they came. current: the return that counts, if there is one. late: whether by the
    due date none came back that held.
    """

    campaign_unit: CampaignUnit
    reports: Sequence[SelfReport]
    current: SelfReport | None
    late: bool

    @property
    def state(self) -> UnitState:
        """How far the unit is."""
        if self.campaign_unit.exempt:
            return UnitState.EXEMPT
        if not self.reports:
            return UnitState.MISSING
        if self.current is None:
            return UnitState.TO_MEND
        if self.current.signature is None:
            return UnitState.TO_SIGN
        return UnitState.TO_RECEIVE if self.current.reception is None else UnitState.COMPLETE

    @property
    def first_accepted_at(self) -> datetime | None:
        """When the first return came that held, whether or not it counts."""
        return min((each.received_at for each in self.reports if each.accepted), default=None)

    @property
    def times_mended(self) -> int:
        """How many returns were sent back, by the check or by somebody."""
        return sum(not each.accepted or each.sent_back is not None for each in self.reports)


def standings(session: Session, campaign: Campaign, *, at: datetime) -> list[Standing]:
    """Return every unit of a campaign in the official order, as it stands; `at` is now."""
    units = session.scalars(
        select(CampaignUnit)
        .join(CampaignUnit.unit)
        .where(CampaignUnit.campaign_id == campaign.id)
        .order_by(Unit.position, Unit.code)
        .options(
            joinedload(CampaignUnit.unit),
            selectinload(CampaignUnit.reports).options(
                defer(SelfReport.content),  # whole workbooks are not read to see how far a unit is
                joinedload(SelfReport.sent_back),
                joinedload(SelfReport.signature),
                joinedload(SelfReport.reception),
                selectinload(SelfReport.problems).joinedload(Problem.decision),
            ),
        )
        .execution_options(populate_existing=True)
    ).all()
    return [_standing(each, due_at=campaign.due_at, at=at) for each in units]


def current_report(reports: Iterable[SelfReport]) -> SelfReport | None:
    """Return the return that counts of a unit's: the newest that holds. One that was sent back waits for a newer one.

    “Newest” is what the files say (`SelfReport.precedence`), not in which order they came.
    """
    newest = max((each for each in reports if each.accepted), key=lambda each: each.precedence, default=None)
    return newest if newest is not None and newest.sent_back is None else None


def _standing(campaign_unit: CampaignUnit, *, due_at: datetime, at: datetime) -> Standing:
    reports = campaign_unit.reports
    in_time = any(each.accepted and each.received_at <= due_at for each in reports)
    return Standing(
        campaign_unit=campaign_unit,
        reports=reports,
        current=current_report(reports),
        late=not campaign_unit.exempt and not in_time and at > due_at,
    )
