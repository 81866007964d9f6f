"""The joint meetings as they are listed and shown, each action with what became of it; texts are masked."""

import re
from collections import Counter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import SHANGHAI, now
from models.concerned import is_subject
from models.database import transaction
from models.meeting import JointMeeting, MeetingAction
from models.meeting_state import STEP, Standing, standings
from models.refusals import Unknown
from models.registry import Officer
from models.words import ActionState, Light, Role
from tasks.officers import officer_with

_NUMBER = re.compile(r"\s*(?:洪治庸联\s*[〔\[(（](\d{4})[〕\])）]|(\d{4})\s*[-－—/])\s*0*(\d{1,9})\s*号?\s*")


class UnknownMeeting(Unknown):
    """No meeting has this number."""

    code = "unknown-meeting"
    says = "没有这个编号的联席办公会会议纪要，请用 zhiyong meeting list 查看。"


def list_meetings(year: int | None = None) -> list[dict[str, Any]]:
    """Return the meetings, of all years or of one, in their order, with how many of their actions are how far."""
    with transaction() as session:
        of_year = [JointMeeting.year == year] if year is not None else []
        meetings = session.scalars(select(JointMeeting).where(*of_year).order_by(JointMeeting.id)).all()
        counts: dict[int, Counter[ActionState]] = {each.id: Counter() for each in meetings}
        for each in standings(session, *of_year):
            counts[each.action.meeting_id][each.state] += 1
        return [
            _facts(each)
            | {"actions": counts[each.id].total()}
            | {state.value.lower(): counts[each.id][state] for state in ActionState}
            for each in meetings
        ]


def show_meeting(number: str, *, by: str | None = None) -> dict[str, Any]:
    """Return a meeting with what became of each action.

    by: for whom: a clerk or the head of the office, the discipline body or a leader of the district; what concerns him
    is left out. Raises UnknownMeeting, UnknownOfficer, NotYours.
    """
    with transaction() as session:
        readers = (Role.OFFICE_CLERK, Role.OFFICE_HEAD, Role.DISCIPLINE, Role.DISTRICT_LEADER)
        reader = officer_with(session, by, *readers) if by is not None else None
        return meeting_shown(session, find_meeting(session, number), reader)


def find_meeting(session: Session, typed: str) -> JointMeeting:
    """Return the meeting with a number typed as 洪治庸联〔2026〕1号 or 2026-1. Raises UnknownMeeting."""
    found = _NUMBER.fullmatch(typed)
    meeting = found and session.scalar(
        select(JointMeeting).where(
            JointMeeting.year == int(found[1] or found[2]), JointMeeting.sequence == int(found[3])
        )
    )
    if not meeting:
        raise UnknownMeeting
    return meeting


def _facts(meeting: JointMeeting) -> dict[str, Any]:
    return {
        "number": meeting.number,
        "held_on": meeting.held_on.isoformat(),
        "place": meeting.place,
        "chair": meeting.chair,
        "recorded_on": meeting.recorded_at.astimezone(SHANGHAI).date().isoformat(),
        "recorded_by": meeting.recorded_by,
    }


def meeting_shown(session: Session, meeting: JointMeeting, reader: Officer | None = None) -> dict[str, Any]:
    moment = now(session)
    actions = [
        _action(each, each.light(moment))
        for each in standings(session, MeetingAction.meeting_id == meeting.id)
        if reader is None or not is_subject(session, each.action.case_id, reader)
    ]
    return _facts(meeting) | {
        "attendees": meeting.attendees,
        "summary": meeting.summary,
        "file": meeting.file_name,
        "actions": actions,
    }


def _action(standing: Standing, light: Light | None) -> dict[str, Any]:
    action, answer = standing.action, standing.answer
    return {
        "number": action.number,
        "case": action.case.number,
        "step": f"{STEP}-{action.item}",
        "unit": action.unit_code,
        "unit_name": action.unit.name,
        "what": standing.masked(action.what),
        "ends_on": action.ends_on.isoformat() if action.ends_on else None,
        "state": standing.state.value,
        "due_on": standing.due_on.isoformat() if standing.due_on else None,
        "due": standing.due_in_words(),
        "light": light.value if light is not None else None,
        "assignment": standing.step.id if standing.step is not None else None,
        "answered_at": answer.answered_at.isoformat() if answer is not None else None,
        "result": standing.result(),
    }
