"""Reckoning the due dates of open self-inspections anew, because working days changed."""

from datetime import UTC, date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import journal
from models.calendar import is_provisional, working_day_after
from models.campaign import Campaign, CampaignUnit, Duty
from models.journal import Actor
from models.policy import end_of_work
from models.words import CampaignStep
from tasks.campaign import last_working_day_of
from tasks.campaign_duties import campaign_due
from tasks.reckon import Moved, Reckoned


def reckon_campaigns(session: Session, done: Reckoned, *, actor: Actor, reason: str, dry_run: bool = False) -> None:
    """Give each open campaign the last working day of its month anew; a day that was set rolls off a day off.

    Its returns that are due on that day move with it.
    """
    for campaign in session.scalars(select(Campaign).where(Campaign.closed_at.is_(None)).with_for_update()):
        new = (
            last_working_day_of(session, campaign.period)
            if campaign.usual_due
            else working_day_after(session, campaign.due_on, 0)
        )
        provisional = is_provisional(session, new)
        if (campaign.due_on, campaign.provisional) == (new, provisional):
            continue
        if new != campaign.due_on:
            done.moved.append(Moved(case=campaign.title, step=CampaignStep.REPORT, old=campaign.due_on, new=new))
        else:
            done.confirmed += 1
        if not dry_run:
            _move(session, campaign, new, provisional, actor=actor, reason=reason)


def _move(session: Session, campaign: Campaign, new: date, provisional: bool, *, actor: Actor, reason: str) -> None:
    """Give a campaign its new date, with old, new and why in the office's chain."""
    old = campaign.due_on
    campaign.due_on, campaign.due_at, campaign.provisional = new, end_of_work(session, new), provisional
    detail = {
        "campaign": campaign.period,
        "old": old.isoformat(),
        "new": campaign.due_at.astimezone(UTC).isoformat(),
        "provisional": provisional,
        "reason": reason,
    }
    journal.write(session, case=None, actor=actor, what="campaign-due", detail=detail)
    for duty in session.scalars(
        select(Duty)
        .join(Duty.campaign_unit)
        .where(CampaignUnit.campaign_id == campaign.id, Duty.is_open, Duty.step == CampaignStep.REPORT)
        .where(Duty.due_on == old)
    ):
        duty.due_on, duty.due_at, duty.yellow_at = campaign_due(session, campaign)
        duty.version += old != new
