"""What must be done for a unit's return: opened and withdrawn as the return that counts asks for it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import working_day_before
from models.campaign import Campaign, CampaignEvent, CampaignUnit, Duty, SelfReport
from models.campaign_state import current_report
from models.clock import now, today
from models.policy import end_of_work, halfway, last_day, policy_number
from models.words import CampaignStep, Event, Role

ROLES = {
    CampaignStep.REPORT: Role.UNIT_CONTACT,
    CampaignStep.SIGN_OFF: Role.UNIT_HEAD,
    CampaignStep.RECEPTION: Role.DISCIPLINE,
    CampaignStep.CONFIRMATION: Role.OFFICE_CLERK,
}
MEND = "self-report-mend"  # the policy number of a return that was sent back; the others are called like their steps


def bring_duties(session: Session, campaign_unit: CampaignUnit) -> None:
    """Open what the unit's standing asks for, withdraw what it does not ask for; done twice, it changes nothing more.

    The caller holds the unit's row lock, or has just made the row, and commits.
    """
    session.flush()
    wanted = _wanted(session, campaign_unit)
    standing: set[tuple[CampaignStep, int | None]] = set()
    for duty in session.scalars(select(Duty).where(Duty.campaign_unit_id == campaign_unit.id)):
        key = duty.step, duty.report_id
        if duty.is_open and key not in wanted:
            if duty.step is CampaignStep.REPORT and wanted:  # a return came in that holds
                duty.answered_at = now(session)
            else:
                withdraw(session, duty)
        standing.add(key)
    for step, report_id in wanted:
        if (step, report_id) not in standing:
            session.add(_duty(session, campaign_unit, step, report_id))
    session.flush()


def withdraw_duties(session: Session, campaign: Campaign) -> None:
    """Withdraw whatever is open in a campaign."""
    for duty in session.scalars(
        select(Duty).join(Duty.campaign_unit).where(CampaignUnit.campaign_id == campaign.id, Duty.is_open)
    ):
        withdraw(session, duty)


def withdraw(session: Session, duty: Duty) -> None:
    """Take a duty back that nobody needs do any more."""
    duty.withdrawn_at = now(session)
    duty.version += 1


def note(session: Session, campaign_unit: CampaignUnit, what: Event, *, shown_in: UUID | None = None) -> None:
    """Note for the timeline what has happened to a unit, and the run that shows it already, if one does."""
    session.add(CampaignEvent(campaign_unit=campaign_unit, what=what, at=now(session), shown_in=shown_in))


def _wanted(session: Session, campaign_unit: CampaignUnit) -> dict[tuple[CampaignStep, int | None], None]:
    """Return which duties there must be, in their order, each with the return that it is about."""
    if campaign_unit.exempt or campaign_unit.campaign.closed_at is not None:
        return {}
    reports = session.scalars(
        select(SelfReport)
        .where(SelfReport.campaign_unit_id == campaign_unit.id, SelfReport.accepted)
        .execution_options(populate_existing=True)
    ).all()
    current = current_report(reports)
    if current is None:
        sent_back = max(reports, key=lambda each: each.precedence, default=None)
        return {(CampaignStep.REPORT, sent_back.id if sent_back else None): None}
    if current.signature is None:
        return {(CampaignStep.SIGN_OFF, current.id): None}
    steps = [CampaignStep.RECEPTION] if current.reception is None else []
    if any(problem.decision is None for problem in current.problems):
        steps.append(CampaignStep.CONFIRMATION)
    return {(step, current.id): None for step in steps}


def _duty(session: Session, campaign_unit: CampaignUnit, step: CampaignStep, report_id: int | None) -> Duty:
    begun = now(session)
    due_on, due_at, yellow_at = _due(session, campaign_unit.campaign, step, report_id, begun)
    role = ROLES[step]
    return Duty(
        campaign_unit_id=campaign_unit.id,
        report_id=report_id,
        step=step,
        role=role,
        unit_code=campaign_unit.unit_code if role.of_a_unit else None,
        opened_at=begun,
        due_on=due_on,
        due_at=due_at,
        yellow_at=max(yellow_at, halfway(begun, due_at)) if due_at > begun else due_at,
    )


def _due(
    session: Session, campaign: Campaign, step: CampaignStep, report_id: int | None, begun: datetime
) -> tuple[date, datetime, datetime]:
    """Return day and instant by which a duty is due, and from when its light is yellow.

    The first return is due with the campaign; one that was sent back, some working days later, but never before that.
    """
    day = today(session)
    if step is CampaignStep.REPORT and report_id is None:
        return campaign_due(session, campaign)
    last = last_day(session, day, policy_number(session, MEND if step is CampaignStep.REPORT else step.value, on=day))
    if step is CampaignStep.REPORT and last.at < campaign.due_at:
        return campaign_due(session, campaign)
    return last.on, last.at, last.warned_at


def campaign_due(session: Session, campaign: Campaign) -> tuple[date, datetime, datetime]:
    """Return day and instant by which returns are due, and from when the light is yellow."""
    warned = policy_number(session, "yellow-light", on=campaign.opened_on).value
    return (
        campaign.due_on,
        campaign.due_at,
        end_of_work(session, working_day_before(session, campaign.due_on, warned), under=campaign.due_on),
    )
