"""A self-inspection as a whole: opened, shown, closed (policy 三(四), O45-O47)."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models import journal
from models.calendar import FIRST_YEAR, LAST_YEAR, is_provisional, working_day_before
from models.campaign import Campaign, CampaignUnit
from models.campaign_book import book_of, checksum_of, lists_in_force
from models.campaign_state import Standing, standings
from models.clock import SHANGHAI, now, today
from models.database import transaction
from models.journal import Actor, Entry
from models.policy import end_of_work, ends_on, policy_number
from models.refusals import ReasonMissing, Refusal, RegistryEmpty, Unknown, UnknownUnit
from models.registry import RESPONSIBLE_KINDS, Unit
from models.words import ListKind, Role, UnitState
from tasks.campaign_duties import bring_duties, withdraw_duties
from tasks.officers import officer_with

NAMED = 10  # units in a message; the rest is counted
OPENS = time(9)  # on the first day of its month
MONTHS = (6, 12)  # policy 三(四): “每年6月和12月”


class UnknownCampaign(Unknown):
    """No such campaign."""

    code = "unknown-campaign"
    says = "没有这次自查，请用 zhiyong campaign status 查看已启动的自查。"


class BadPeriod(Refusal):
    """A campaign is one of June or of December."""

    code = "bad-period"
    says = "自查每年6月和12月各一次，请写作 2026-06 或 2026-12。"


class BadDueDate(Refusal):
    """A due date that cannot be."""

    code = "bad-due-date"
    says = "报送期限不能早于启动之日。"


class CampaignClosed(Refusal):
    """Nothing more is taken in."""

    code = "campaign-closed"
    says = "这次自查已经结束。"


class AlreadyOpen(Refusal):
    """What is said at the opening cannot be said afterwards."""

    code = "already-open"
    says = "这次自查已经启动：免报请用 zhiyong campaign exempt，报送期限不再更改。"


class CannotExempt(Refusal):
    """A unit that is no part of a campaign, or has done what it must."""

    code = "cannot-exempt"
    says = "该单位不在这次自查之列、已经免报，或已报送自查报告，不能免报。"


class NotAllIn(Refusal):
    """A campaign is closed with units missing only for a reason."""

    code = "not-all-in"


def open_campaign(
    period: str, *, actor: Actor, exempt: Mapping[str, str] | None = None, due_on: date | None = None
) -> bool:
    """Open a campaign, with what is filled into each unit's workbook; False where it was opened before.

    exempt: which units need not report, and why. due_on: another day than the last working day of its month.
    Raises AlreadyOpen, where either is said of a campaign that was opened before, BadDueDate, BadPeriod, NotYours,
    ReasonMissing, RegistryEmpty, UnknownOfficer, UnknownUnit.
    """
    first_day(period)
    with transaction() as session:
        if actor.code != journal.SYSTEM.code:
            officer_with(session, actor.code, Role.OFFICE_CLERK, Role.OFFICE_HEAD)
        opened = _open(session, period, due_on or last_working_day_of(session, period), actor, exempt or {})
        if not opened and (exempt or due_on):
            raise AlreadyOpen
        return opened


def exempt_unit(period: str, unit: str, *, actor: Actor, reason: str) -> None:
    """Let a unit that has sent nothing be off the hook, in a campaign that is open; what it had to do is withdrawn.

    Raises CampaignClosed, CannotExempt, NotYours, ReasonMissing, UnknownCampaign, UnknownOfficer.
    """
    with transaction() as session:
        officer_with(session, actor.code, Role.OFFICE_HEAD)
        if not reason.strip():
            raise ReasonMissing("免报须写明理由。")
        campaign = find_campaign(session, period)
        must_be_open(campaign)
        found = session.scalar(
            select(CampaignUnit)
            .where(CampaignUnit.campaign_id == campaign.id, CampaignUnit.unit_code == unit)
            .with_for_update()
        )
        if found is None or found.exempt or found.reports:
            raise CannotExempt
        found.exempt_reason = reason.strip()
        detail = {"campaign": period, "unit": unit, "reason": found.exempt_reason}
        journal.write(session, case=None, actor=actor, what="campaign-exempt", detail=detail)
        bring_duties(session, found)


def open_what_is_due() -> str | None:
    """Open this half-year's campaign, if its day has come and nobody has opened it; return its period.

    So that no month off makes it fail, it is opened later too, in a ledger that was in use on its day; the units then
    have some working days at least (`campaign-days-least`).
    """
    with transaction() as session:
        day = today(session)
        period = latest_period(day)
        first = first_day(period)
        known = session.scalar(select(Campaign.id).where(Campaign.period == period)) is not None
        early = now(session) < datetime.combine(first, OPENS, SHANGHAI)
        if known or early or not (_is_of(period, day) or _was_in_use(session, first)) or not _responsible(session):
            return None
        least = policy_number(session, "campaign-days-least", on=day)
        due_on = max(last_working_day_of(session, period), ends_on(session, day, least.value, least.measured))
        return period if _open(session, period, due_on, journal.SYSTEM, {}) else None


def close_campaign(period: str, *, actor: Actor, reason: str = "") -> None:
    """Close a campaign; where returns are missing or not received, with the reason.

    Raises CampaignClosed, NotAllIn, NotYours, UnknownCampaign, UnknownOfficer.
    """
    with transaction() as session:
        officer_with(session, actor.code, Role.OFFICE_HEAD)
        campaign = find_campaign(session, period, lock=True)
        must_be_open(campaign)
        left = [
            each
            for each in standings(session, campaign, at=now(session))
            if each.state not in (UnitState.EXEMPT, UnitState.COMPLETE)
        ]
        if left and not reason.strip():
            names = "、".join(each.campaign_unit.unit.name for each in left[:10])
            raise NotAllIn(
                f"还有 {len(left)} 个单位未办结（{names}{'等' if len(left) > 10 else ''}），结束须写明理由。"
            )
        campaign.closed_at, campaign.closed_by, campaign.closing_note = now(session), actor.code, reason.strip()
        withdraw_duties(session, campaign)
        detail = {"campaign": campaign.period, "units left": [each.campaign_unit.unit_code for each in left]}
        journal.write(session, case=None, actor=actor, what="campaign-close", detail=detail)


def campaign_status(period: str | None = None) -> dict[str, Any]:
    """Return a campaign's figures and its units, as `zhiyong campaign status` prints them; the latest without a period.

    Raises UnknownCampaign.
    """
    with transaction() as session:
        campaign = find_campaign(session, period) if period else latest_campaign(session)
        found = standings(session, campaign, at=now(session))
        lists = lists_in_force(session, [each.campaign_unit.unit_code for each in found])
        return {
            **figures(campaign, found),
            "title": campaign.title,
            "due": long_due(campaign),
            "provisional": campaign.provisional,
            "closed_on": campaign.closed_at.astimezone(SHANGHAI).date().isoformat() if campaign.closed_at else None,
            "by_unit": [_shown(each, lists.get(each.campaign_unit.unit_code, {})) for each in found],
        }


def figures(campaign: Campaign, found: list[Standing]) -> dict[str, Any]:
    """Count a campaign's units, problems and cases."""
    due = [each for each in found if each.state is not UnitState.EXEMPT]
    problems = [problem for each in due if each.current for problem in each.current.problems]
    decided = {
        problem.decision.case_id
        for each in due
        for report in each.reports
        for problem in report.problems
        if problem.decision is not None and problem.decision.case_id is not None
    }
    return {
        "campaign": campaign.period,
        "opened_on": campaign.opened_on.isoformat(),
        "due_on": campaign.due_on.isoformat(),
        "units": {
            "due": len(due),
            "returned": sum(bool(each.reports) for each in due),
            "accepted": sum(each.current is not None for each in due),
            "late": sum(each.late for each in due),
            "exempt": len(found) - len(due),
        },
        "findings": len(problems),
        "cases": len(decided),
    }


def first_day(period: str) -> date:
    """Return the day on which a campaign opens. Raises BadPeriod."""
    parts = re.fullmatch(r"([0-9]{4})-([0-9]{2})", period)
    if parts is None or int(parts[2]) not in MONTHS or not FIRST_YEAR <= int(parts[1]) <= LAST_YEAR - 1:
        raise BadPeriod
    return date(int(parts[1]), int(parts[2]), 1)


def latest_period(day: date) -> str:
    """Return the period of the last campaign that should have begun by a day."""
    month = max((month for month in MONTHS if month <= day.month), default=None)
    return f"{day.year}-{month:02}" if month else f"{day.year - 1}-{MONTHS[-1]:02}"


def nearest_period() -> str:
    """Return the campaign that somebody means who opens one without saying which: that of the nearest month."""
    with transaction() as session:
        day = today(session)
    if day.month <= 2:
        return f"{day.year - 1}-12"
    return f"{day.year}-06" if day.month <= 8 else f"{day.year}-12"


def the_period(period: str | None) -> str:
    """Return the period that is named, if there is such a campaign; else that of the latest. Raises UnknownCampaign."""
    with transaction() as session:
        return (find_campaign(session, period) if period else latest_campaign(session)).period


def last_working_day_of(session: Session, period: str) -> date:
    """Return the last working day of a campaign's month."""
    next_month = (first_day(period) + timedelta(days=31)).replace(day=1)
    return working_day_before(session, next_month, 1)


def find_campaign(session: Session, period: str, *, lock: bool = False) -> Campaign:
    """Return a campaign. Raises BadPeriod, UnknownCampaign."""
    first_day(period)
    query = select(Campaign).where(Campaign.period == period)
    campaign = session.scalar(query.with_for_update() if lock else query)
    if campaign is None:
        raise UnknownCampaign
    return campaign


def latest_campaign(session: Session) -> Campaign:
    """Return the latest campaign. Raises UnknownCampaign."""
    campaign = session.scalar(select(Campaign).order_by(Campaign.period.desc()).limit(1))
    if campaign is None:
        raise UnknownCampaign("还没有启动过自查，请用 zhiyong campaign open 启动。")
    return campaign


def must_be_open(campaign: Campaign) -> None:
    """Raise CampaignClosed unless returns are still taken in."""
    if campaign.closed_at is not None:
        raise CampaignClosed


def long_due(campaign: Campaign) -> str:
    """Write the due date as a person reads it."""
    day = campaign.due_on
    return f"{day.year}年{day.month}月{day.day}日{'（暂定）' if campaign.provisional else ''}"


def _open(session: Session, period: str, due_on: date, actor: Actor, exempt: Mapping[str, str]) -> bool:
    units = _responsible(session)
    if not units:
        raise RegistryEmpty
    if set(exempt) - {unit.code for unit in units}:
        raise UnknownUnit
    if not all(reason.strip() for reason in exempt.values()):
        raise ReasonMissing("免报须写明理由。")
    moment, day = now(session), today(session)
    if due_on < min(day, first_day(period)):
        raise BadDueDate
    made = session.scalar(
        insert(Campaign)
        .values(
            period=period,
            opened_at=moment,
            opened_by=actor.code,
            opened_on=day,
            due_on=due_on,
            due_at=end_of_work(session, due_on),
            usual_due=due_on == last_working_day_of(session, period),
            provisional=is_provisional(session, due_on),
            closing_note="",
            epoch=0,
        )
        .on_conflict_do_nothing(index_elements=["period"])
        .returning(Campaign.id)
    )
    if made is None:
        return False
    campaign = session.get_one(Campaign, made)
    lists = lists_in_force(session, [unit.code for unit in units])
    for unit in units:
        book = book_of(lists.get(unit.code, {}))
        campaign_unit = CampaignUnit(
            campaign=campaign,
            unit=unit,
            exempt_reason=exempt.get(unit.code, "").strip(),
            book=book,
            checksum=checksum_of(book, period=period, unit=unit.code),
        )
        session.add(campaign_unit)
        session.flush()
        bring_duties(session, campaign_unit)
    detail = {
        "campaign": period,
        "due_at": campaign.due_at.isoformat(),
        "units": len(units) - len(exempt),
        "exempt": sorted(exempt),
    }
    journal.write(session, case=None, actor=actor, what="campaign-open", detail=detail)
    return True


def _responsible(session: Session) -> list[Unit]:
    wanted = select(Unit).where(Unit.active, Unit.kind.in_(RESPONSIBLE_KINDS)).order_by(Unit.position, Unit.code)
    return list(session.scalars(wanted))


def _is_of(period: str, day: date) -> bool:
    return period == f"{day.year}-{day.month:02}"


def _was_in_use(session: Session, first: date) -> bool:
    """Whether something was entered in the ledger before a day."""
    begin = datetime.combine(first, datetime.min.time(), SHANGHAI)
    earliest = session.scalar(select(func.min(Entry.at)).where(Entry.case_id.is_(None)))
    return earliest is not None and earliest < begin


def _shown(each: Standing, lists: Mapping[ListKind, Any]) -> dict[str, Any]:
    current = each.current
    return {
        "unit": each.campaign_unit.unit_code,
        "name": each.campaign_unit.unit.name,
        "state": each.state.value,
        "state_label": each.state.label,
        "late": each.late,
        "exempt_reason": each.campaign_unit.exempt_reason,
        "missing_lists": [kind.label for kind in ListKind if kind not in lists],
        "returns": len(each.reports),
        "mended": each.times_mended,
        "receipt": current.receipt if current else None,
        "findings": len(current.problems) if current else 0,
        "signed_on": current.signature.signed_on.isoformat() if current and current.signature else None,
        "received_on": current.reception.received_on.isoformat() if current and current.reception else None,
    }
