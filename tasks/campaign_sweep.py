"""The dates of self-inspections: the opening told, returns reminded, urged and reported, each once; to-dos urged."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from models import journal
from models.calendar import working_day_after, working_day_before
from models.campaign import Campaign, CampaignUnit, Duty, DutyNudge
from models.case import next_number
from models.clock import SHANGHAI, now, today
from models.database import transaction
from models.journal import SYSTEM, Actor
from models.policy import policy_number
from models.refusals import ReasonMissing, UnknownUnit
from models.registry import Officer, RoleGrant, Unit
from models.words import CampaignStep, Event, Role, Stage
from tasks.campaign import find_campaign, must_be_open
from tasks.campaign_duties import note
from tasks.holding import substitutes
from tasks.notices import notice_to
from tasks.officers import officer_with
from tasks.refused import kept_if_office_refused
from tasks.sweep import MORNING, Swept, next_working_moment

_ORDER = list(Stage)
_EVENTS = {
    Stage.OPENED: Event.TOLD,
    Stage.URGE: Event.URGED,
    Stage.ESCALATE: Event.ESCALATED,
}


def sweep_campaigns() -> Swept:
    """Tell of every open duty that has come to a stage of its date; after an outage the highest stage, and no other.

    Nobody is told at night or on a day off.
    """
    swept = Swept()
    with transaction() as session:
        if next_working_moment(session, now(session)) is not None:
            return swept
        open_campaigns = select(Campaign).where(Campaign.closed_at.is_(None)).order_by(Campaign.id)
        for campaign in session.scalars(open_campaigns.with_for_update()):
            come: list[tuple[Duty, Stage]] = []
            for duty in _open_duties(session, campaign):
                stage = _come_to(session, campaign, duty)
                if stage is not None:
                    come.append((duty, stage))
                    swept.count(stage)
            _nudge(session, come)
    return swept


def remind(period: str, *, actor: Actor, reason: str, unit: str | None = None) -> list[str]:
    """催办 by hand: one unit, or all whose return is not in; return the numbers of the 催办.

    Raises CampaignClosed, NotYours, ReasonMissing, UnknownCampaign, UnknownOfficer, UnknownUnit.
    """
    with kept_if_office_refused("campaign-remind", actor=actor, unit=unit), transaction() as session:
        officer = officer_with(session, actor.code, Role.OFFICE_CLERK, Role.OFFICE_HEAD, Role.DISCIPLINE)
        if not reason.strip():
            raise ReasonMissing
        if unit is not None and session.get(Unit, unit) is None:
            raise UnknownUnit
        campaign = find_campaign(session, period, lock=True)
        must_be_open(campaign)
        steps = (CampaignStep.REPORT, CampaignStep.SIGN_OFF)
        come = [
            (duty, Stage.URGE)
            for duty in _open_duties(session, campaign)
            if duty.step in steps and unit in (None, duty.unit_code)
        ]
        return [each.number for each in _nudge(session, come, by=officer.code, reason=reason.strip())]


def _open_duties(session: Session, campaign: Campaign) -> Iterable[Duty]:
    return session.scalars(
        select(Duty)
        .join(Duty.campaign_unit)
        .join(CampaignUnit.unit)
        .where(CampaignUnit.campaign_id == campaign.id, Duty.is_open)
        .order_by(Unit.position, Duty.id)
        .options(joinedload(Duty.campaign_unit).joinedload(CampaignUnit.unit), selectinload(Duty.nudges))
    ).all()


def _come_to(session: Session, campaign: Campaign, duty: Duty) -> Stage | None:
    """Return the stage that is to be told of a duty, if any."""
    moment = now(session)
    told = [each.stage for each in duty.nudges if each.by_code is None and each.due_on == duty.due_on]
    reached = [stage for stage, at in _stages(session, campaign, duty) if at <= moment]
    if not reached or any(_ORDER.index(each) >= _ORDER.index(reached[-1]) for each in told):
        return None
    return reached[-1]


def _stages(session: Session, campaign: Campaign, duty: Duty) -> list[tuple[Stage, datetime]]:
    """Return the stages of a duty's date, each with its instant: mornings of working days.

    Of a return also the opening is told, on the first working day, and it is reminded ten working days and three
    before its date, where these lie behind the opening.
    """

    def number(key: str) -> int:
        return policy_number(session, key, on=campaign.opened_on).value

    due = duty.due_on
    after = [
        (Stage.URGE, _morning(working_day_after(session, due, number("urge-after")))),
        (Stage.ESCALATE, _morning(working_day_after(session, due, number("escalate-after")))),
    ]
    if duty.step is not CampaignStep.REPORT or duty.report_id is not None:
        return [(Stage.DUE, _morning(due)), *after]
    opened = _first_morning(session, campaign)
    before = [
        (Stage.EARLY, _morning(working_day_before(session, due, number("campaign-remind-early")))),
        (Stage.REMIND, _morning(working_day_before(session, due, number("remind-before")))),
        (Stage.DUE, _morning(due)),
    ]
    return [(Stage.OPENED, opened), *((stage, at) for stage, at in before if at > opened), *after]


def _first_morning(session: Session, campaign: Campaign) -> datetime:
    """Return when the opening is told: at once on a working day, else on the morning of the next."""
    day = campaign.opened_at.astimezone(SHANGHAI).date()
    return max(campaign.opened_at, _morning(working_day_after(session, day, 0)))


def _nudge(
    session: Session, come: list[tuple[Duty, Stage]], *, by: str | None = None, reason: str = ""
) -> list[DutyNudge]:
    """Record what was told, with numbers where it is urged, and write each officer one notice."""
    moment, year = now(session), today(session).year
    urged = sum(stage is Stage.URGE for _, stage in come)
    number = next_number(session, "urging", year, count=urged) if urged else 0
    made: list[DutyNudge] = []
    for duty, stage in come:
        text = ""
        if stage is Stage.URGE:
            text, number = f"洪治庸催〔{year}〕{number}号", number + 1
        nudge = DutyNudge(duty=duty, stage=stage, due_on=duty.due_on, at=moment, by_code=by, reason=reason, number=text)
        session.add(nudge)
        made.append(nudge)
        note(session, duty.campaign_unit, _EVENTS.get(stage, Event.REMINDED))
        if stage in (Stage.URGE, Stage.ESCALATE):
            detail = {"duty": duty.id, "stage": stage.value, "due_on": duty.due_on.isoformat(), "number": text}
            actor = SYSTEM if by is None else Actor(code=by)
            detail["reason"] = reason
            journal.write(session, case=None, actor=actor, what="campaign-nudge", step=duty.step.value, detail=detail)
    _write_notices(session, made)
    return made


def _write_notices(session: Session, nudges: list[DutyNudge]) -> None:
    by_officer: dict[str, list[DutyNudge]] = defaultdict(list)
    for each in nudges:
        for code in _concerned(session, each):
            by_officer[code].append(each)
    for code, told in sorted(by_officer.items()):
        highest = max((each.stage for each in told), key=_ORDER.index)
        title = "催办通知书" if highest is Stage.URGE else highest.label
        text = "\n".join(map(_line, told))
        session.add(notice_to(session, code, subject=f"{title}：自查 {len(told)} 项", text=text))


def _concerned(session: Session, nudge: DutyNudge) -> list[str]:
    """Return who is told: who must act; of what stays late also the unit's head and the head of the office."""
    duty, day = nudge.duty, today(session)

    def in_post(role: Role, unit: str | None) -> list[Officer]:
        query = select(Officer).join(Officer.grants).where(RoleGrant.role == role, RoleGrant.in_force(day))
        return list(session.scalars(query if unit is None else query.where(Officer.unit_code == unit)).unique())

    told = in_post(duty.role, duty.unit_code)
    if duty.step is not CampaignStep.SIGN_OFF:  # nobody signs for another
        absent = substitutes(session)
        told = [absent.get(each.code, each) for each in told]
    if nudge.stage is Stage.ESCALATE:
        told += in_post(Role.OFFICE_HEAD, None)
        told += in_post(Role.UNIT_HEAD, duty.unit_code) if duty.unit_code else []
    return sorted({officer.code for officer in told})


def _line(nudge: DutyNudge) -> str:
    duty = nudge.duty
    unit, campaign = duty.campaign_unit.unit, duty.campaign_unit.campaign
    number = f"，{nudge.number}" if nudge.number else ""
    due = f"{duty.due_on.year}年{duty.due_on.month}月{duty.due_on.day}日"
    return (
        f"【{nudge.stage.label}】{campaign.title}　{unit.name}　{duty.step.label}（待办 {duty.id}）　时限 {due}{number}"
    )


def _morning(day: date) -> datetime:
    return datetime.combine(day, MORNING, SHANGHAI)
