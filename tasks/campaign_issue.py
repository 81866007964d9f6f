"""Which workbooks of a self-inspection are to be given out, and that they were."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from models.campaign import CampaignUnit
from models.campaign_book import Issued
from models.clock import now
from models.database import transaction
from models.registry import Unit
from models.words import Event
from tasks.campaign import find_campaign
from tasks.campaign_duties import note


@dataclass(frozen=True, kw_only=True)
class ToIssue:
    """A unit that must report. id: of it in its campaign; made: whether its workbook was given out before."""

    id: int
    issued: Issued
    made: bool


def to_issue(period: str) -> list[ToIssue]:
    """Return every unit of a campaign that must report, in the official order. Raises UnknownCampaign."""
    with transaction() as session:
        campaign = find_campaign(session, period)
        units = session.scalars(
            select(CampaignUnit)
            .join(CampaignUnit.unit)
            .where(CampaignUnit.campaign_id == campaign.id, CampaignUnit.exempt_reason == "")
            .order_by(Unit.position, Unit.code)
            .options(joinedload(CampaignUnit.unit))
        )
        return [
            ToIssue(
                id=each.id,
                issued=issued_of(each),
                made=each.issued_at is not None,
            )
            for each in units
        ]


def issued_of(unit: CampaignUnit) -> Issued:
    """Return what a unit's workbook is made of."""
    campaign = unit.campaign
    return Issued(
        period=campaign.period,
        title=campaign.title,
        unit_code=unit.unit_code,
        unit_name=unit.unit.name,
        due_on=campaign.due_on,
        book=unit.book,
        checksum=unit.checksum,
    )


def mark_issued(campaign_unit_id: int, *, shown_in: UUID | None = None) -> None:
    """Remember, once, that a unit's workbook was made, and the run whose timeline shows it, if one does."""
    with transaction() as session:
        unit = session.get_one(CampaignUnit, campaign_unit_id, with_for_update=True)
        if unit.issued_at is None:
            unit.issued_at = now(session)
            note(session, unit, Event.ISSUED, shown_in=shown_in)
