"""A self-inspection's run in Prefect: which it is, what it must still show, and what its pages say."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from models.campaign import Campaign, CampaignEvent, CampaignUnit
from models.campaign_state import standings
from models.clock import SHANGHAI, now, today
from models.database import transaction
from models.words import UnitState
from tasks.campaign import find_campaign, latest_period, long_due


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Something that happened to a unit, as the timeline shows it. id: of the event."""

    id: int
    title: str


@dataclass(frozen=True, kw_only=True)
class ToWake:
    """A campaign whose run is missing or behind."""

    period: str
    title: str
    run_id: UUID | None
    epoch: int


def take_lead(period: str, run_id: UUID) -> str | None:
    """Make a run the campaign's own, if it has none; return its period if this run is to show it, else None.

    period: empty for a run that a schedule made: it is then the latest one that should have begun.
    """
    with transaction() as session:
        named = period or latest_period(today(session))
        campaign = session.scalar(select(Campaign).where(Campaign.period == named).with_for_update())
        if campaign is None:
            return None
        if campaign.run_id is None:
            campaign.run_id = run_id
        return campaign.period if campaign.run_id == run_id else None


def lead_by(period: str, run_id: UUID, *, epoch: int) -> None:
    """Remember that a run was made for a campaign."""
    with transaction() as session:
        campaign = find_campaign(session, period, lock=True)
        campaign.run_id, campaign.epoch = run_id, epoch


def behind() -> list[ToWake]:
    """Return the campaigns of which something is not shown yet, or that have no run."""
    unshown = select(CampaignUnit.campaign_id).join(CampaignEvent).where(CampaignEvent.shown_in.is_(None)).distinct()
    ended_unseen = Campaign.closed_at.is_not(None) & Campaign.ended_in.is_(None)
    with transaction() as session:
        return [
            ToWake(period=each.period, title=each.title, run_id=each.run_id, epoch=each.epoch)
            for each in session.scalars(
                select(Campaign)
                .where(or_(Campaign.id.in_(unshown), Campaign.run_id.is_(None), ended_unseen))
                .order_by(Campaign.id)
            )
        ]


def unshown(period: str) -> list[Shown]:
    """Return what happened to the units of a campaign that no timeline shows yet, as it happened."""
    with transaction() as session:
        events = session.scalars(
            select(CampaignEvent)
            .join(CampaignEvent.campaign_unit)
            .join(CampaignUnit.campaign)
            .where(Campaign.period == period, CampaignEvent.shown_in.is_(None))
            .order_by(CampaignEvent.id)
            .options(joinedload(CampaignEvent.campaign_unit).joinedload(CampaignUnit.unit))
        )
        return [
            Shown(id=each.id, title=f"{each.campaign_unit.unit_code} {each.campaign_unit.unit.name} {each.what.label}")
            for each in events
        ]


def mark_events_shown(events: list[int], *, run_id: UUID) -> None:
    """Remember that a run's timeline shows these."""
    with transaction() as session:
        for each in session.scalars(select(CampaignEvent).where(CampaignEvent.id.in_(events))):
            each.shown_in = run_id


def mark_ended(period: str, *, run_id: UUID) -> None:
    """Remember that a run has shown the close of a campaign."""
    with transaction() as session:
        find_campaign(session, period, lock=True).ended_in = run_id


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What the pages of a campaign say. done: the share of units that are complete, in percent."""

    period: str
    title: str
    closed: bool
    done: float
    summary: str
    rows: list[dict[str, Any]]


def progress(period: str) -> Progress:
    """Return how far a campaign is, unit by unit. Raises UnknownCampaign."""
    with transaction() as session:
        campaign = find_campaign(session, period)
        found = standings(session, campaign, at=now(session))
        due = [each for each in found if each.state is not UnitState.EXEMPT]
        states = Counter(each.state for each in found)
        complete = states[UnitState.COMPLETE]
        last = dict(
            session.execute(
                select(CampaignEvent.campaign_unit_id, func.max(CampaignEvent.at))
                .join(CampaignEvent.campaign_unit)
                .where(CampaignUnit.campaign_id == campaign.id)
                .group_by(CampaignEvent.campaign_unit_id)
            ).all()
        )
        parts = [f"{state.label} {states[state]}" for state in UnitState if states[state]]
        late = sum(each.late for each in due)
        return Progress(
            period=period,
            title=campaign.title,
            closed=campaign.closed_at is not None,
            done=round(100 * complete / len(due), 1) if due else 100.0,
            summary=f"报送期限 {long_due(campaign)}；{'，'.join(parts)}；逾期 {late}。",
            rows=[
                {
                    "单位": each.campaign_unit.unit_code,
                    "名称": each.campaign_unit.unit.name,
                    "状态": each.state.label,
                    "逾期": "逾期" if each.late else "",
                    "报送次数": len(each.reports),
                    "退回次数": each.times_mended,
                    "问题": len(each.current.problems) if each.current else 0,
                    "最近变化": _moment(last.get(each.campaign_unit.id)),
                }
                for each in found
            ],
        )


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if at else ""
