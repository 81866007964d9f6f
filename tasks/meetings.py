"""联席办公会 (policy 三(一), O34): minutes are taken in, whole or not at all; each action becomes a unit's step."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import journal
from models.case import Case, next_number
from models.clock import now, today
from models.concerned import is_subject
from models.database import transaction
from models.grids import Unreadable
from models.journal import Actor
from models.meeting import JointMeeting, MeetingAction
from models.meeting_file import (
    ATTENDEES,
    CHAIR,
    PLACE,
    SUMMARY,
    ActionRow,
    BadMinutes,
    MinutesFile,
    in_order,
    read_minutes,
)
from models.meeting_state import STEP
from models.outbox import wake
from models.refusals import BadFile, ConflictOfInterest, Refusal
from models.registry import Officer, Unit
from models.words import Role
from settings import settings
from tasks.annul import annul_application
from tasks.incoming_files import TooLarge, read_whole
from tasks.kept_files import keep
from tasks.meetings_shown import meeting_shown
from tasks.minutes_checked import faults_in, find_units, lock_cases
from tasks.officers import officer_with
from tasks.refused import kept_if_office_refused


class MeetingKnown(Refusal):
    """A meeting of this day with the same actions was recorded from another file."""

    code = "meeting-known"


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A meeting, now or before. again: whether it was recorded before from the same file."""

    meeting: dict[str, Any]
    again: bool = False


def record_minutes(path: Path, *, actor: Actor) -> Recorded:
    """Take minutes in, all of them or nothing; the same file again changes nothing.

    Each action gets its number, and its case's flow opens the step for the unit. Raises BadFile, BadMinutes with every
    fault, ConflictOfInterest, MeetingKnown, NotYours, UnknownOfficer, which the journal keeps.
    """
    try:
        content = read_whole(path)
    except (OSError, TooLarge):
        raise BadFile(f"“{path.name}”不存在或无法打开。") from None
    sha256 = hashlib.sha256(content).hexdigest()
    with kept_if_office_refused("meeting", actor=actor, file=sha256):
        try:
            with transaction() as session:
                officer = officer_with(session, actor.code, Role.OFFICE_CLERK, Role.OFFICE_HEAD)
                before = _known(session, sha256)
                if before is None:
                    return _record(session, path.name, content, sha256, officer, actor)
                _concerns_nobody(session, sha256, officer)
                return before
        except IntegrityError:  # somebody else records the same file at this moment
            with transaction() as session:
                before = _known(session, sha256)
            if before is None:
                raise
            return before


def _known(session: Session, sha256: str) -> Recorded | None:
    meeting = session.scalar(select(JointMeeting).where(JointMeeting.sha256 == sha256))
    return Recorded(meeting=meeting_shown(session, meeting), again=True) if meeting is not None else None


def _concerns_nobody(session: Session, sha256: str, officer: Officer) -> None:
    """Minutes about a case that is about the officer are not shown to him. Raises ConflictOfInterest."""
    for case in session.scalars(
        select(Case)
        .join(MeetingAction, MeetingAction.case_id == Case.id)
        .join(MeetingAction.meeting)
        .where(JointMeeting.sha256 == sha256)
    ):
        if is_subject(session, case.id, officer):
            raise ConflictOfInterest(case=case.number)


def _record(session: Session, name: str, content: bytes, sha256: str, officer: Officer, actor: Actor) -> Recorded:
    try:
        minutes = read_minutes(content)
    except Unreadable as error:
        raise BadFile(f"“{name}”：{error}") from error
    cases = lock_cases(session, minutes.actions)
    for case in cases.values():
        if is_subject(session, case.id, officer):
            raise ConflictOfInterest(case=case.number)
    units = find_units(session, minutes.actions)
    faults = [*minutes.faults, *faults_in(session, minutes, cases, units)]
    if faults:
        raise BadMinutes(in_order(faults))
    assert minutes.held_on is not None
    decided = [(each, cases[each.line], units[each.line]) for each in minutes.actions]
    _refuse_repeated(session, minutes, decided)
    year = today(session).year
    sequence = next_number(session, "meeting", year)
    meeting = JointMeeting(
        year=year,
        sequence=sequence,
        number=f"洪治庸联〔{year}〕{sequence}号",
        held_on=minutes.held_on,
        place=minutes.said[PLACE],
        chair=minutes.said[CHAIR],
        attendees=minutes.said[ATTENDEES],
        summary=minutes.said[SUMMARY],
        file_name=name,
        sha256=sha256,
        recorded_at=now(session),
        recorded_by=officer.code,
    )
    session.add(meeting)
    session.flush()
    for position, (row, case, unit) in enumerate(decided, 1):
        _ask(session, meeting, position, row, case, unit, actor)
    keep(settings().meetings, content, sha256)
    detail = {"meeting": meeting.number, "held_on": meeting.held_on.isoformat(), "actions": len(decided)}
    journal.write(session, case=None, actor=actor, what="meeting", detail=detail | {"sha256": sha256})
    return Recorded(meeting=meeting_shown(session, meeting))


def _ask(
    session: Session, meeting: JointMeeting, position: int, row: ActionRow, case: Case, unit: Unit, actor: Actor
) -> None:
    """Write one action; what was applied for to end its case, which is locked, is applied for anew when it is done."""
    earlier = session.scalars(select(MeetingAction.item).where(MeetingAction.case_id == case.id)).all()
    action = MeetingAction(
        meeting_id=meeting.id,
        position=position,
        number=f"{meeting.number}-{position}",
        case_id=case.id,
        item=max(earlier, default=0) + 1,
        unit_code=unit.code,
        what=row.what,
        ends_on=row.ends_on,
    )
    session.add(action)
    session.flush()
    detail = {
        "number": action.number,
        "unit": unit.code,
        "what": row.what,
        "ends_on": row.ends_on.isoformat() if row.ends_on else None,
    }
    annul_application(session, case, actor=actor, reason=f"联席办公会议定事项（{action.number}）办结后重新申请")
    journal.write(session, case=case, actor=actor, what=STEP, step=f"{STEP}-{action.item}", detail=detail)
    wake(session, case.id)


def _refuse_repeated(session: Session, minutes: MinutesFile, decided: Sequence[tuple[ActionRow, Case, Unit]]) -> None:
    """Refuse minutes that were saved anew after they had been recorded. Raises MeetingKnown."""
    said = {(case.id, unit.code, row.what) for row, case, unit in decided}
    for before in session.scalars(select(JointMeeting).where(JointMeeting.held_on == minutes.held_on)):
        if {(each.case_id, each.unit_code, each.what) for each in before.actions} == said and (
            said or before.summary == minutes.said[SUMMARY]
        ):
            raise MeetingKnown(f"当日会议的相同议定事项已登记为{before.number}，未再登记。")
