"""督办: a numbered instruction on a running case; until it is lifted, its unit reports progress at an interval."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import journal
from models.assignment import Assignment
from models.case import Case, next_number
from models.clock import now, today
from models.concerned import is_subject
from models.database import transaction
from models.journal import Actor
from models.masks import details_in
from models.operator import Supervision
from models.outbox import wake
from models.refusals import CannotSupervise, CaseClosed, CaseSuspended, ConflictOfInterest, InvalidForm, ReasonMissing
from models.registry import Officer
from models.words import Basis, Role, Status
from tasks.answer import Accepted
from tasks.find import find_case
from tasks.officers import officer_with
from tasks.open_steps import withdraw
from tasks.refused import kept_if_refused

MOST = 60  # working days between two reports


def supervise(number: str, *, basis: Basis, instruction: str, leader: str, every: int, actor: Actor) -> Accepted:
    """Give an instruction, which gets a number, on a case that its unit works on.

    every: working days between two reports. Raises a Refusal, which the journal keeps.
    """
    if not instruction.strip() or not leader.strip():
        raise ReasonMissing("须写明督办意见和批示领导（或会议、舆情来源）。")
    with kept_if_refused(number, "supervise", actor=actor, instruction=instruction), transaction() as session:
        case = _case_for(session, number, actor)
        if case.unit_code is None:
            raise CannotSupervise("案件尚未交责任单位办理，不能督办。", case=case.number)
        if case.handled_directly:
            raise CannotSupervise("案件由治庸问责办直接办理，不对责任单位督办。", case=case.number)
        _identifies_nobody(session, case, instruction, actor)
        if not 0 < every <= MOST:
            raise CannotSupervise(f"报告间隔须在1至{MOST}个工作日之间。", case=case.number)
        if _running(session, case) is not None:
            raise CannotSupervise("该案已在督办中，须先解除再另行督办。", case=case.number)
        year = today(session).year
        given = Supervision(
            case_id=case.id,
            number=f"洪治庸督〔{year}〕{next_number(session, 'supervision', year)}号",
            basis=basis,
            instruction=instruction,
            leader=leader,
            every=every,
            begun_at=now(session),
            begun_by=actor.code,
        )
        session.add(given)
        detail = {
            "number": given.number,
            "basis": basis.value,
            "instruction": instruction,
            "leader": leader,
            "every": every,
        }
        journal.write(session, case=case, actor=actor, what="supervise", detail=detail)
        wake(session, case.id)
        return Accepted(case=case.number, step="supervise", number=given.number)


def lift_supervision(number: str, *, actor: Actor, reason: str) -> Accepted:
    """Lift the instruction; its open report is withdrawn. Raises a Refusal, which the journal keeps."""
    if not reason.strip():
        raise ReasonMissing
    with kept_if_refused(number, "supervise", actor=actor, reason=reason), transaction() as session:
        case = _case_for(session, number, actor)
        running = _running(session, case)
        if running is None:
            raise CannotSupervise("该案没有在督办。", case=case.number)
        running.ended_at = now(session)
        for report in session.scalars(
            select(Assignment).where(
                Assignment.case_id == case.id, Assignment.kind == "progress-report", Assignment.is_open
            )
        ):
            withdraw(session, case, report, why="解除督办")
        detail = {"number": running.number, "reason": reason}
        journal.write(session, case=case, actor=actor, what="supervision-lifted", detail=detail)
        wake(session, case.id)
        return Accepted(case=case.number, step="supervise", number=running.number)


def _case_for(session: Session, number: str, actor: Actor) -> Case:
    case = find_case(session, number, lock=True)
    officer = officer_with(
        session, actor.code, Role.OFFICE_HEAD, Role.OFFICE_CLERK, Role.DISTRICT_LEADER, case=case.number
    )
    if is_subject(session, case.id, officer):
        raise ConflictOfInterest(case=case.number)
    if not case.is_open:
        raise CaseClosed(case=case.number)
    if case.status is Status.SUSPENDED:
        raise CaseSuspended(case=case.number)
    return case


def _identifies_nobody(session: Session, case: Case, instruction: str, actor: Actor) -> None:
    """The unit reads it. Who may not know the senders is not told of their names: he could find them out by trying."""
    officer = session.get_one(Officer, actor.code)
    of_the_office = any(officer.holds(role, on=today(session)) for role in (Role.OFFICE_HEAD, Role.OFFICE_CLERK))
    senders = [each.message.complainant for each in case.messages] if of_the_office else []
    details = details_in(instruction, *senders, lines_are_public=True)
    if details:
        kinds = "、".join(detail.word for detail in details)
        raise InvalidForm([("督办意见", f"责任单位将会看到，不得含有可识别投诉人的内容（{kinds}）")], case=case.number)


def _running(session: Session, case: Case) -> Supervision | None:
    return session.scalar(select(Supervision).where(Supervision.case_id == case.id, Supervision.ended_at.is_(None)))
