"""Bringing the ledger's open assignments to what a case's path asks for, in one transaction."""

import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import journal
from models.assignment import Assignment
from models.case import Case
from models.clock import now, today
from models.database import transaction
from models.due_text import due_text
from models.journal import SYSTEM
from models.operator import Extension
from models.policy import due, halfway, limit_begins, policy_number
from models.steps import STEPS, Step, attempt_letter
from models.words import Status


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A step that the path waits for. base: its key but for the letter of the attempt. opens_on: not before.

    ends_on: the day on which it is due, where somebody has set one; its limit is then in calendar days.
    """

    step: Step
    base: str
    round: int
    unit: str | None = None
    opens_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Open:
    """An open assignment as a conductor shows it; pause_key is set for the one whose form the Prefect UI offers.

    about: what is to be decided, where that is not plain from the case: how much more time is asked for.
    """

    id: int
    step: Step
    key: str
    unit: str | None
    due: str
    pause_key: str | None
    refusal: str
    about: str = ""


_ORDER = list(Status)


def bring_open_steps(number: str, asked: Sequence[Asked], *, seen: int) -> list[Open] | None:
    """Open what is asked and not open, withdraw what is open and not asked, move the case to where it stands.

    seen: length of the case's journal when the path was read. Returns the open steps in the path's order, or None
    where the ledger has moved on since, and the path must be read again.
    """
    with transaction() as session:
        case = session.scalars(select(Case).where(Case.number == number).with_for_update()).one()
        if case.length != seen:
            return None
        wanted = {each.base: each for each in asked}
        standing: dict[str, Assignment] = {}
        attempts = Counter[str]()
        for assignment in session.scalars(
            select(Assignment).where(
                Assignment.case_id == case.id, Assignment.is_open | Assignment.base.in_(list(wanted))
            )
        ):
            attempts[assignment.base] += 1
            wish = wanted.get(assignment.base)
            if not assignment.is_open:
                continue
            if wish is None or wish.unit != assignment.unit_code:
                withdraw(session, case, assignment, why="办理流程变化")
            else:
                standing[assignment.base] = assignment
        session.flush()
        for wish in asked:
            if wish.base not in standing:
                standing[wish.base] = _open(session, case, wish, attempt=attempts[wish.base])
        case.move(min((each.step.status for each in asked), key=_ORDER.index), actor=SYSTEM)
        opened = [standing[each.base] for each in asked]
        day = today(session)
        may_be_offered = (each for each in opened if STEPS[each.kind].fillable_in_prefect and each.opens_on <= day)
        offered = next(may_be_offered, None)
        for each in opened:
            each.pause_key = f"{each.step.lower()}-{secrets.token_hex(6)}" if each is offered else None
        session.flush()
        return [_shown(session, each) for each in opened]


def open_step(session: Session, case: Case, asked: Asked) -> Assignment:
    """Open an assignment with its due date; the caller holds the case's lock."""
    before = select(func.count()).where(Assignment.case_id == case.id, Assignment.base == asked.base)
    assignment = _open(session, case, asked, attempt=session.scalar(before) or 0)
    session.flush()
    return assignment


def _open(session: Session, case: Case, asked: Asked, *, attempt: int) -> Assignment:
    """Open the how-manieth attempt at a step, from 0."""
    moment = now(session)
    first_day = today(session)
    opens_on = max(asked.opens_on or first_day, first_day)
    limit = asked.step.limit
    if limit == "investigation" and asked.round > 1:
        limit = "second-round-investigation"
    begins_at, extra = limit_begins(moment, opens_on), 0
    if asked.ends_on is not None:
        extra = (max(asked.ends_on, opens_on) - opens_on).days - policy_number(session, limit, on=opens_on).value
    ends = due(session, limit, begins_at=begins_at, grade=case.grade, kind=case.kind, extra=extra)
    assignment = Assignment(
        case_id=case.id,
        step=asked.base + attempt_letter(attempt),
        base=asked.base,
        kind=asked.step.name,
        attempt=attempt,
        round=asked.round,
        role=asked.step.role,
        unit_code=asked.unit,
        opened_at=moment,
        opens_on=opens_on,
        due_on=ends.on,
        due_at=ends.at,
        yellow_at=ends.yellow_at,
        limit_id=ends.limit_id,
        extra=extra,
        look_at=halfway(begins_at, ends.at),
        provisional=ends.provisional,
        version=1,
        refusal="",
    )
    session.add(assignment)
    journal.write(
        session,
        case=case,
        actor=SYSTEM,
        what="open",
        step=assignment.step,
        detail={"role": asked.step.role.value, "unit": asked.unit, "due_at": ends.at.astimezone(UTC).isoformat()},
    )
    return assignment


def withdraw(session: Session, case: Case, assignment: Assignment, *, why: str) -> None:
    """Take an open assignment back; the caller holds the case's lock."""
    assignment.withdrawn_at = now(session)
    assignment.version += 1
    journal.write(session, case=case, actor=SYSTEM, what="withdraw", step=assignment.step, detail={"why": why})


def withdraw_all(session: Session, case: Case, *, why: str) -> None:
    """Take every open assignment of a case back; the caller holds the case's lock."""
    for assignment in session.scalars(select(Assignment).where(Assignment.case_id == case.id, Assignment.is_open)):
        withdraw(session, case, assignment, why=why)


def mark_shown(assignment_ids: Iterable[int], *, run_id: UUID) -> None:
    """Remember that a run's timeline shows these answered steps."""
    with transaction() as session:
        for assignment in session.scalars(select(Assignment).where(Assignment.id.in_(list(assignment_ids)))):
            assignment.shown_in = run_id


def asked_for(extension: Extension) -> str:
    """Write how much more time is asked for which step, and when that is due now."""
    assignment = extension.assignment
    more = f"{extension.days}{assignment.limit.measured.label}"
    return f"{assignment.step} 延长{more}（现时限 {due_text(assignment)}）"


def _shown(session: Session, assignment: Assignment) -> Open:
    asked = select(Extension).where(Extension.case_id == assignment.case_id)
    about = ""
    if assignment.kind == "extension-approval":
        about = asked_for(session.scalars(asked.where(Extension.item == assignment.item)).one())
    return Open(
        id=assignment.id,
        step=STEPS[assignment.kind],
        key=assignment.step,
        unit=assignment.unit_code,
        due=due_text(assignment),
        pause_key=assignment.pause_key,
        refusal=assignment.refusal,
        about=about,
    )
