"""通知: of what was told, one notice to each officer whom it concerns; numbers, steps and dates, never the story."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import pendulum
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.assignment import Assignment
from models.clock import now, today
from models.concerned import subjects_by_case
from models.database import transaction
from models.due_text import due_text
from models.notice import Delivery, Notice, NoticeItem, Nudge
from models.refusals import UnknownOfficer
from models.registry import Officer, RoleGrant
from models.steps import STEPS
from models.words import Role, Stage, Status
from tasks.holding import holders
from tasks.notice_channels import channels_for

Leaders = Callable[[str | None], tuple[Officer, ...]]
AT_A_TIME = 2000  # nudges that go into one writing of notices


def write_notices() -> int:
    """Write the notices of every nudge that is not told yet; return how many.

    However many assignments there are to tell somebody of, he gets one notice. Of what ended meanwhile nothing is told.
    """
    written = 0
    while True:
        with transaction() as session:
            untold = session.scalars(
                select(Nudge)
                .where(~Nudge.told)
                .order_by(Nudge.id)
                .limit(AT_A_TIME)
                .with_for_update(skip_locked=True, of=Nudge)
                .options(
                    joinedload(Nudge.assignment).joinedload(Assignment.case),
                    joinedload(Nudge.assignment).joinedload(Assignment.limit),
                )
            ).all()
            if not untold:
                return written
            written += _write(session, untold)


def notices(*, by: str | None = None, limit: int = 200) -> list[dict[str, Any]]:
    """List notices, the newest first: those to an officer, or all. Raises UnknownOfficer."""
    with transaction() as session:
        query = select(Notice).order_by(Notice.id.desc()).limit(limit)
        if by is not None:
            if session.get(Officer, by) is None:
                raise UnknownOfficer
            query = query.where(Notice.officer_code == by)
        nudges = selectinload(Notice.items).joinedload(NoticeItem.nudge).joinedload(Nudge.assignment)
        query = query.options(nudges.joinedload(Assignment.case), selectinload(Notice.deliveries))
        return [_shown(each) for each in session.scalars(query)]


def _write(session: Session, untold: Sequence[Nudge]) -> int:
    by_officer: dict[str, list[Nudge]] = {}
    about = subjects_by_case(session, {each.assignment.case_id for each in untold})
    answer = holders(session, [each.assignment for each in untold])
    leaders = _leaders(session)
    for each in untold:
        each.told = True
        assignment = each.assignment
        if not assignment.is_open or assignment.case.status is Status.SUSPENDED:
            continue  # it ended, or was laid to rest, before anybody could be told
        told = {officer.code for officer in answer[assignment.id]}
        if each.stage is Stage.ESCALATE:  # the unit's head and the office's too
            subjects = about.get(assignment.case_id, [])
            told |= {
                leader.code
                for leader in leaders(assignment.unit_code)
                if not any(subject.is_officer(leader) for subject in subjects)
            }
        for code in told:
            by_officer.setdefault(code, []).append(each)
    for code, nudges in sorted(by_officer.items()):
        session.add(_notice(session, code, nudges))
    return len(by_officer)


def _leaders(session: Session) -> Leaders:
    day = today(session)

    @cache
    def leaders(unit: str | None) -> tuple[Officer, ...]:
        wanted = (RoleGrant.role == Role.OFFICE_HEAD) | (
            (RoleGrant.role == Role.UNIT_HEAD) & (Officer.unit_code == unit)
        )
        query = select(Officer).join(Officer.grants).where(wanted, RoleGrant.in_force(day)).order_by(Officer.code)
        return tuple(session.scalars(query).unique())

    return leaders


def _notice(session: Session, code: str, nudges: list[Nudge]) -> Notice:
    highest = max((each.stage for each in nudges), key=list(Stage).index)
    urged = sum(each.stage is Stage.URGE for each in nudges)
    title = "催办通知书" if highest is Stage.URGE else highest.label
    lines = [_line(each) for each in sorted(nudges, key=lambda each: (each.due_on, each.assignment_id))]
    urging = f"（催办 {urged} 项）" if urged and highest is not Stage.URGE else ""
    return notice_to(
        session,
        code,
        subject=f"{title}：{len(nudges)} 项待办{urging}",
        text="\n".join(lines),
        items=[NoticeItem(nudge=each) for each in nudges],
    )


def notice_to(session: Session, code: str, *, subject: str, text: str, items: Sequence[NoticeItem] = ()) -> Notice:
    """Return a new notice to an officer, which leaves by every channel that takes his; the caller adds it."""
    officer, due = session.get_one(Officer, code), pendulum.now("UTC")  # in real time: a real server is waited for
    ways = channels_for(officer, on=today(session))
    return Notice(
        officer_code=code,
        written_at=now(session),
        subject=subject,
        text=text,
        items=list(items),
        deliveries=[Delivery(channel=channel, next_try_at=due) for channel in ways],
    )


def _line(nudge: Nudge) -> str:
    assignment = nudge.assignment
    number = f"，{nudge.number}" if nudge.number else ""
    step = f"{STEPS[assignment.kind].title}（{assignment.step}，待办 {assignment.id}）"
    return f"【{nudge.stage.label}】{assignment.case.number}　{step}　时限 {due_text(assignment)}{number}"


def _shown(notice: Notice) -> dict[str, Any]:
    return {
        "notice": notice.id,
        "to": notice.officer_code,
        "at": notice.written_at.isoformat(),
        "subject": notice.subject,
        "text": notice.text,
        "items": [
            {
                "case": item.nudge.assignment.case.number,
                "step": item.nudge.assignment.step,
                "assignment": item.nudge.assignment_id,
                "stage": item.nudge.stage.value,
                "number": item.nudge.number,
                "due_on": item.nudge.due_on.isoformat(),
            }
            for item in notice.items
        ],
        "deliveries": [
            {
                "channel": each.channel,
                "delivered_at": each.delivered_at.isoformat() if each.delivered_at else None,
                "tries": each.tries,
                "trouble": each.trouble,
            }
            for each in notice.deliveries
        ],
    }
