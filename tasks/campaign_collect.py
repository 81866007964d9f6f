"""What becomes of a file that came back: whose it is, and its record, one transaction for each file.

A file is known by its hash: collected again, it changes nothing.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models import journal
from models.campaign import Campaign, CampaignUnit, Problem, ProblemDecision, SelfReport
from models.campaign_book import PERIOD, UNIT_CODE, Issued
from models.campaign_file import Return
from models.campaign_judgement import Judged, disagrees
from models.campaign_rows import FoundProblem
from models.clock import now, today
from models.database import transaction
from models.journal import Actor, storable
from models.registry import Unit, plain_unit
from models.words import Event, Role
from settings import settings
from tasks.campaign import CampaignClosed
from tasks.campaign_duties import bring_duties, note
from tasks.campaign_issue import issued_of
from tasks.kept_files import keep
from tasks.officers import officer_with

NOBODYS = "无归属"  # what stands in a receipt's number instead of period and unit


@dataclass(frozen=True, kw_only=True)
class Place:
    """Whose a return is: the unit in its campaign. why: why it is not taken from it, and `at` by which field of the
    cover that shows.
    """

    today: date
    why: str = ""
    at: str = ""
    campaign_unit_id: int | None = None
    opened_on: date | None = None
    issued: Issued | None = None


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What was recorded of a file, now or before."""

    receipt: str
    file_name: str
    received_at: datetime
    accepted: bool
    faults: list[dict[str, str]]
    problems: int
    sha256: str


def may_collect(actor: Actor) -> None:
    """Raise NotYours or UnknownOfficer unless the office, or whoever sits at the machine, collects."""
    if actor.code != journal.SYSTEM.code:
        with transaction() as session:
            officer_with(session, actor.code, Role.OFFICE_CLERK, Role.OFFICE_HEAD)


def place_of(return_: Return) -> Place:
    """Find whose a return is: the unit that it names itself, in a campaign that is open or has this file already."""
    with transaction() as session:
        day = today(session)
        if return_.unreadable:
            return Place(today=day, why=return_.unreadable)
        campaign = session.scalar(select(Campaign).where(Campaign.period == return_.period))
        if campaign is None or (campaign.closed_at is not None and not _is_in(session, return_, campaign)):
            return Place(today=day, at=PERIOD, why=_why_not_now(session, return_, campaign))
        unit = _unit(session, return_)
        if unit is None:
            return Place(today=day, at=UNIT_CODE, why="看不出是哪个单位的自查表，或登记簿中没有这个单位")
        if field := disagrees(return_, unit_code=unit.code, unit_name=unit.name):
            return Place(today=day, at=field, why=f"此表发给{unit.name}，封面所写单位与之不符；请用发给本单位的自查表")
        campaign_unit = session.scalar(
            select(CampaignUnit).where(CampaignUnit.campaign_id == campaign.id, CampaignUnit.unit_code == unit.code)
        )
        if campaign_unit is None:
            return Place(today=day, at=UNIT_CODE, why=f"{unit.name}不在{campaign.title}的应报单位之列")
        return Place(
            today=day,
            at=UNIT_CODE if campaign_unit.exempt else "",
            why=f"{unit.name}本次免报，无须报送" if campaign_unit.exempt else "",
            campaign_unit_id=campaign_unit.id,
            opened_on=campaign.opened_on,
            issued=issued_of(campaign_unit),
        )


def record_return(return_: Return, judged: Judged, place: Place, content: bytes, *, actor: Actor) -> Recorded:
    """Record a judged file, once; what was recorded before stands.

    The file itself is kept before the record is. Raises CampaignClosed where that has just happened.
    """
    with transaction() as session:
        # Whoever collects the same file at this moment waits here.
        session.execute(select(func.pg_advisory_xact_lock(int(return_.sha256[:15], 16))))
        campaign_unit = _lock(session, place.campaign_unit_id)
        known = session.scalar(
            select(SelfReport).where(
                SelfReport.sha256 == return_.sha256,
                SelfReport.campaign_unit_id.is_not_distinct_from(place.campaign_unit_id),
            )
        )
        if known is not None:
            return _recorded(known)
        if campaign_unit is not None and campaign_unit.campaign.closed_at is not None:
            raise CampaignClosed
        keep(settings().campaigns / "files", content, return_.sha256)
        report = SelfReport(
            campaign_unit_id=place.campaign_unit_id,
            file_name=return_.name,
            sha256=return_.sha256,
            received_at=now(session),
            received_by=actor.code,
            precedence=judged.precedence,
            accepted=judged.accepted,
            faults=storable(judged.faults),
            content=storable(judged.content),
            receipt=receipt_number(return_.sha256, place),
            problems=[Problem(**storable_problem(each)) for each in judged.problems],
        )
        session.add(report)
        session.flush()
        journal.write(session, case=None, actor=actor, what="campaign-collect", detail=_detail(report, place))
        if campaign_unit is not None:
            _keep_decisions(session, report, campaign_unit)
            if not campaign_unit.exempt:
                note(session, campaign_unit, Event.ACCEPTED if report.accepted else Event.RETURNED)
            bring_duties(session, campaign_unit)
        return _recorded(report)


def receipt_number(sha256: str, place: Place) -> str:
    """Return the number of a file's 收据: by period, unit and content, so that it never depends on the order."""
    owner = f"{place.issued.period}-{place.issued.unit_code}" if place.issued else NOBODYS
    return f"{owner}-{sha256[:10].upper()}"


def storable_problem(problem: FoundProblem) -> dict[str, Any]:
    """Return a problem as the ledger can hold it."""
    return {key: storable(value) if type(value) is str else value for key, value in vars(problem).items()}


def _lock(session: Session, campaign_unit_id: int | None) -> CampaignUnit | None:
    """Lock the unit, and keep its campaign from being closed meanwhile."""
    if campaign_unit_id is None:
        return None
    unit = session.get_one(CampaignUnit, campaign_unit_id, with_for_update=True)
    session.get_one(Campaign, unit.campaign_id, with_for_update={"read": True})
    return unit


def _is_in(session: Session, return_: Return, campaign: Campaign) -> bool:
    """Whether the very file came back before as a unit's return in a campaign."""
    query = select(SelfReport.id).join(SelfReport.campaign_unit)
    wanted = SelfReport.sha256 == return_.sha256, CampaignUnit.campaign_id == campaign.id
    return session.scalar(query.where(*wanted).limit(1)) is not None


def _why_not_now(session: Session, return_: Return, campaign: Campaign | None) -> str:
    current = session.scalar(
        select(Campaign).where(Campaign.closed_at.is_(None)).order_by(Campaign.period.desc()).limit(1)
    )
    now_open = f"；本次为{current.title}（{current.period}），请用本次发放的自查表" if current else ""
    if campaign is not None:
        return f"这是{campaign.title}的表，该次自查已经结束{now_open}"
    if re.fullmatch(r"\d{4}-\d{2}", return_.period):
        return f"这是 {return_.period} 的自查表，该次自查没有启动{now_open}"
    return f"看不出是哪一次自查的表{now_open}"


def _unit(session: Session, return_: Return) -> Unit | None:
    """Return the unit that a return names, by its code, else by its name."""
    units = session.scalars(select(Unit).order_by(Unit.position, Unit.code)).all()
    for unit in units:
        if return_.unit and unit.code.casefold() == return_.unit.casefold():
            return unit
    if return_.unit or not return_.unit_name:
        return None
    named = [unit for unit in units if unit.active and plain_unit(unit.name) == plain_unit(return_.unit_name)]
    return named[0] if len(named) == 1 else None


def _keep_decisions(session: Session, report: SelfReport, campaign_unit: CampaignUnit) -> None:
    """Decide a problem as it was decided before, in the same words about the same item of the same unit."""
    decided: dict[tuple[str, ...], ProblemDecision] = {}
    for problem in session.scalars(
        select(Problem)
        .join(Problem.report)
        .join(Problem.decision)
        .where(SelfReport.campaign_unit_id == campaign_unit.id, SelfReport.id != report.id)
        .order_by(Problem.id)
        .options(joinedload(Problem.decision))
    ):
        if problem.decision is not None:
            decided.setdefault(_same(problem), problem.decision)
    for problem in report.problems:
        if (before := decided.get(_same(problem))) is not None:
            session.add(
                ProblemDecision(
                    problem_id=problem.id,
                    decided_at=before.decided_at,
                    decided_by=before.decided_by,
                    case_id=before.case_id,
                    reason=before.reason,
                )
            )
    session.flush()


def _same(problem: Problem) -> tuple[str, ...]:
    return problem.aspect, problem.list_kind, problem.item_key, problem.item_name, problem.text


def _detail(report: SelfReport, place: Place) -> dict[str, Any]:
    return {
        "report": report.id,
        "campaign": place.issued.period if place.issued else None,
        "unit": place.issued.unit_code if place.issued else None,
        "receipt": report.receipt,
        "sha256": report.sha256,
        "accepted": report.accepted,
        "faults": len(report.faults),
        "problems": len(report.problems),
    }


def _recorded(report: SelfReport) -> Recorded:
    return Recorded(
        receipt=report.receipt,
        file_name=report.file_name,
        received_at=report.received_at,
        accepted=report.accepted,
        faults=report.faults,
        problems=len(report.problems),
        sha256=report.sha256,
    )
