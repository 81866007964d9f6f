"""Acts on a unit's return: the head signs it, the discipline body receives it, the office decides of its problems.

Each is one transaction, like an act in a case; what is refused stays in the office's journal.
"""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import journal
from models.campaign import (
    CampaignUnit,
    Duty,
    Problem,
    ProblemDecision,
    ReportReception,
    ReportSignature,
    SelfReport,
    SentBack,
)
from models.campaign_forms import FORMS, Confirmation, Reception
from models.campaign_state import current_report
from models.case import CaseMessage
from models.clock import now, today
from models.database import transaction
from models.forms import Form, SignOff
from models.journal import Actor, sha256_of, storable
from models.refusals import (
    AlreadyAnswered,
    InvalidForm,
    NotYours,
    ReasonMissing,
    Refusal,
    StaleVersion,
    UnknownAssignment,
    UnknownOfficer,
    Withdrawn,
)
from models.registry import Officer
from models.words import CampaignStep, Event, Role
from tasks.answer import Accepted, read_form
from tasks.campaign import find_campaign, must_be_open
from tasks.campaign_duties import bring_duties, note
from tasks.holding import absent_for
from tasks.officers import officer_with
from tasks.refused import kept_if_office_refused
from tasks.register import Report, register

CHANNEL = "SELF_INSPECTION"


class NotByForm(Refusal):
    """A return is a workbook."""

    code = "not-by-form"
    says = "自查报告以工作簿报送：请用 zhiyong campaign collect 收取，或放入收件文件夹。"


class NothingToReturn(Refusal):
    """A unit without a return that counts."""

    code = "nothing-to-return"
    says = "该单位没有可退回的自查报告。"


def is_duty(number: int) -> bool:
    """Whether a 待办 is one of a self-inspection."""
    with transaction() as session:
        return session.get(Duty, number) is not None


def answer_duty(number: int, *, data: dict[str, Any], actor: Actor, version: int | None = None) -> Accepted:
    """Do what a 待办 of a self-inspection asks for. Raises a Refusal."""
    with kept_if_office_refused("campaign-answer", actor=actor, duty=number, data=data), transaction() as session:
        duty = _lock(session, number)
        period = duty.campaign_unit.campaign.period
        officer = session.get(Officer, actor.code)
        if officer is None:
            raise UnknownOfficer
        _must_be_open(duty, version)
        if duty.step not in FORMS:
            raise NotByForm
        form = read_form(FORMS[duty.step], data)
        on_paper = isinstance(form, SignOff) and form.on_paper
        if not may_do(session, officer, duty, on_paper=on_paper):
            raise NotYours
        duty.answered_at, duty.answered_by = now(session), officer.code
        duty.data = storable(form.model_dump(mode="json"))
        duty.version += 1
        detail = {"duty": duty.id, "campaign": period, "sha256": sha256_of(duty.data)}
        journal.write(session, case=None, actor=actor, what="campaign-answer", step=duty.step.value, detail=detail)
        _record(session, duty, officer, form)
        bring_duties(session, duty.campaign_unit)
        return Accepted(case=period, step=duty.step.value)


def send_back(period: str, unit: str, *, actor: Actor, reason: str) -> None:
    """退回补正: the office wants a return mended that held by its form.

    Raises CampaignClosed, NothingToReturn, NotYours, ReasonMissing, UnknownCampaign, UnknownOfficer.
    """
    with kept_if_office_refused("campaign-return", actor=actor, unit=unit), transaction() as session:
        officer_with(session, actor.code, Role.OFFICE_CLERK, Role.OFFICE_HEAD, Role.DISCIPLINE)
        if not reason.strip():
            raise ReasonMissing
        campaign = find_campaign(session, period)
        must_be_open(campaign)
        campaign_unit = session.scalar(
            select(CampaignUnit)
            .where(CampaignUnit.campaign_id == campaign.id, CampaignUnit.unit_code == unit)
            .with_for_update()
        )
        report = current_report(campaign_unit.reports) if campaign_unit is not None else None
        if campaign_unit is None or report is None:
            raise NothingToReturn
        detail = {"campaign": period, "unit": unit, "report": report.id, "reason": reason.strip()}
        journal.write(session, case=None, actor=actor, what="campaign-return", detail=detail)
        _send_back(session, report, by=actor.code, reason=reason.strip())
        bring_duties(session, campaign_unit)


def may_do(session: Session, officer: Officer, duty: Duty, *, on_paper: bool = False) -> bool:
    """Whether a duty is the officer's: by his role, or in place of somebody absent, but nobody signs for another.

    A signature on paper is recorded by a clerk of the office.
    """
    if on_paper:
        return officer.holds(Role.OFFICE_CLERK, on=today(session))
    stands_in_for = [] if duty.step is CampaignStep.SIGN_OFF else absent_for(session, officer.code)
    return any(
        each.holds(duty.role, on=today(session)) and duty.unit_code in (None, each.unit_code)
        for each in (officer, *stands_in_for)
    )


def _lock(session: Session, number: int) -> Duty:
    """Lock the unit of a duty, then read the duty as it is under the lock."""
    unit = session.scalar(select(Duty.campaign_unit_id).where(Duty.id == number))
    if unit is None:
        raise UnknownAssignment
    session.get_one(CampaignUnit, unit, with_for_update=True)
    return session.get_one(Duty, number)


def _must_be_open(duty: Duty, version: int | None) -> None:
    if duty.answered_at is not None:
        raise AlreadyAnswered
    if duty.withdrawn_at is not None:
        raise Withdrawn
    if version is not None and version != duty.version:
        raise StaleVersion


def _record(session: Session, duty: Duty, officer: Officer, form: Form) -> None:
    """Leave behind what a duty's answer says."""
    report, unit = duty.report, duty.campaign_unit
    assert report is not None
    match form:
        case SignOff(agreed=False):
            _send_back(session, report, by=officer.code, reason=form.opinion)
        case SignOff():
            session.add(_signature(session, duty, report, officer, form))
            note(session, unit, Event.SIGNED)
        case Reception():
            assert report.signature is not None
            if not report.signature.signed_on <= form.received_on <= today(session):
                raise InvalidForm([("收讫日期", "应在签字之日以后，且不能是将来的日期")])
            session.add(
                ReportReception(
                    report_id=report.id, received_on=form.received_on, received_by=officer.code, note=form.note
                )
            )
            note(session, unit, Event.RECEIVED)
        case Confirmation():
            _decide(session, report, officer, form)
            note(session, unit, Event.CONFIRMED)
    session.flush()
    session.expire(report)


def _signature(session: Session, duty: Duty, report: SelfReport, officer: Officer, form: SignOff) -> ReportSignature:
    signer, signed_on = officer, today(session)
    if form.on_paper:
        assert form.signed_on is not None
        signer, signed_on = _signed_on_paper(session, duty, form.signed_by, form.signed_on)
    return ReportSignature(
        report_id=report.id,
        signer=signer.code,
        signed_on=signed_on,
        sha256=sha256_of(report.content),
        paper_number=form.paper_number,
        recorded_by=officer.code if form.on_paper else None,
    )


def _signed_on_paper(session: Session, duty: Duty, code: str, signed_on: date) -> tuple[Officer, date]:
    """Check that a paper was signed by who was the unit's head on that day, between opening and today."""
    signer = session.get(Officer, code)
    if signer is None or signer.unit_code != duty.unit_code or not signer.holds(Role.UNIT_HEAD, on=signed_on):
        raise InvalidForm([("签字人代码", "须为该单位当日在任的主要领导")])
    if not duty.campaign_unit.campaign.opened_on <= signed_on <= today(session):
        raise InvalidForm([("签字日期", "应在自查启动之日以后，且不能是将来的日期")])
    return signer, signed_on


def _send_back(session: Session, report: SelfReport, *, by: str, reason: str) -> None:
    session.add(SentBack(report_id=report.id, at=now(session), by_code=by, reason=reason))
    assert report.campaign_unit is not None
    note(session, report.campaign_unit, Event.RETURNED)
    session.flush()
    session.expire(report)


def _decide(session: Session, report: SelfReport, officer: Officer, form: Confirmation) -> None:
    """Decide of every problem that is not decided yet; each that is confirmed becomes a case."""
    undecided = {each.id: each for each in report.problems if each.decision is None}
    if set(undecided) != {each.problem for each in form.decisions}:
        numbers = "、".join(str(each) for each in undecided)
        raise InvalidForm([("逐项确认", f"须对全部待确认的问题逐项确认：{numbers}")])
    for each in form.decisions:
        case_id = _open_case(session, undecided[each.problem], officer) if each.as_case else None
        session.add(
            ProblemDecision(
                problem_id=each.problem,
                decided_at=now(session),
                decided_by=officer.code,
                case_id=case_id,
                reason="" if each.as_case else each.reason,
            )
        )


def _open_case(session: Session, problem: Problem, officer: Officer) -> int:
    """Register a problem by the channel 单位自查, with where it stands in the return."""
    report = problem.report
    campaign_unit = report.campaign_unit
    assert campaign_unit is not None
    period, unit = campaign_unit.campaign.period, campaign_unit.unit
    registered = register(
        session,
        Report(
            source_number=f"{report.receipt}-{problem.aspect.label}-{problem.row}",
            received_at=now(session),
            subject=f"{unit.name}自查发现：{problem.item_name or problem.aspect.label}",
            text=problem.text,
            about_unit=unit.name,
            extra={
                "自查": period,
                "收据": report.receipt,
                "工作表": problem.aspect.label,
                "行": str(problem.row),
                "清单": problem.list_kind.label,
                "事项": problem.item_name,
                "整改措施": problem.measures,
                "整改时限": problem.deadline.isoformat(),
            },
        ),
        channel=CHANNEL,
        actor=Actor(code=officer.code),
    )
    return session.get_one(CaseMessage, registered.message).case_id
