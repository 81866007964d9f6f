"""今日要情: what the office looks at first on a working day; numbers, units, steps and dates, never a story."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from models.assignment import Assignment
from models.calendar import CalendarDay, working_day_before
from models.campaign import Campaign
from models.campaign_state import standings
from models.case import Case
from models.clock import SHANGHAI, now, today
from models.database import transaction
from models.due_text import due_text
from models.notice import Nudge
from models.operator import Extension, Supervision
from models.registry import Unit
from models.steps import STEPS
from models.words import Light, Stage, Status, UnitState
from tasks.campaign import long_due
from tasks.case_page import page_key, sign, who
from tasks.markdown import table
from tasks.office_page import Page
from tasks.prefect_paths import MORNING, OVERVIEW, page_path

MOST = 100  # rows of a list; the rest is counted


def morning_page() -> Page | None:
    """Write the page of today; None on a day off."""
    with transaction() as session:
        day = today(session)
        worked = session.get(CalendarDay, day)
        if worked is not None and not worked.working:
            return None
        title = f"今日要情（{day.year}年{day.month}月{day.day}日）"
        lines = [f"## {title}", "", *_since(session, day), *_standing(session, day)]
        begin, end = _start_of(day), _start_of(day + timedelta(days=1))
        late, due = Assignment.due_at < now(session), (Assignment.due_at >= begin) & (Assignment.due_at < end)
        lines += _listed(session, "逾期", late)
        lines += _listed(session, "今天到期", due & ~late)
        lines += _campaigns(session)
        lines.append(f"[办理总览]({page_path(OVERVIEW)})")
        return Page(key=MORNING, title=title, markdown="\n".join(lines))


def _since(session: Session, day: date) -> list[str]:
    """Count what came and went since the last working day began."""
    since = working_day_before(session, day, 1)
    begin, end = _start_of(since), _start_of(day)

    def count(*where: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).select_from(Case).where(*where)) or 0

    stages = dict(
        session.execute(
            select(Nudge.stage, func.count()).where(Nudge.at >= begin, Nudge.at < end).group_by(Nudge.stage)
        ).all()
    )
    came = count(Case.opened_at >= begin, Case.opened_at < end)
    went = count(Case.closed_at >= begin, Case.closed_at < end)
    urged, reported = stages.get(Stage.URGE, 0), stages.get(Stage.ESCALATE, 0)
    return [
        f"自 {since.month}月{since.day}日 以来：新登记 {came} 件，办结 {went} 件，"
        f"催办 {urged} 项，逾期通报 {reported} 项。",
        "",
    ]


def _standing(session: Session, day: date) -> list[str]:
    """Say how much is open, by light, and what is arranged besides."""
    moment = now(session)
    lights = Counter(
        each.light(moment)
        for each in session.scalars(
            select(Assignment)
            .where(Assignment.is_open, Assignment.opens_on <= day)
            .options(joinedload(Assignment.case))
        )
    )
    shares = "，".join(f"{sign(light)} {lights[light]} 项" for light in reversed(Light))

    def count(what: type[Supervision | Extension], where: ColumnElement[bool]) -> int:
        of_open_cases = select(func.count()).select_from(what).join(Case, what.case_id == Case.id).where(Case.is_open)
        return session.scalar(of_open_cases.where(where)) or 0

    resting = session.scalar(select(func.count()).select_from(Case).where(Case.status == Status.SUSPENDED)) or 0
    watched = count(Supervision, Supervision.ended_at.is_(None))
    asked = count(Extension, Extension.agreed.is_(None))
    return [f"待办：{shares}。在督办 {watched} 件，挂起 {resting} 件，待批延期 {asked} 项。", ""]


def _campaigns(session: Session) -> list[str]:
    """Say of each open self-inspection how many units are how far."""
    lines = []
    for campaign in session.scalars(select(Campaign).where(Campaign.closed_at.is_(None)).order_by(Campaign.period)):
        states = Counter(each.state for each in standings(session, campaign, at=now(session)))
        shares = "，".join(f"{state.label} {states[state]} 个" for state in UnitState if states[state])
        lines += [f"{campaign.title}（{long_due(campaign)}到期）：{shares}。", ""]
    return lines


def _listed(session: Session, what: str, where: ColumnElement[bool]) -> list[str]:
    moment, day = now(session), today(session)
    names: dict[str | None, str] = {unit.code: unit.name for unit in session.scalars(select(Unit))}
    found = session.scalars(
        select(Assignment)
        .join(Assignment.case)
        .where(Assignment.is_open, Assignment.opens_on <= day, Case.status != Status.SUSPENDED, where)
        .order_by(Assignment.due_at, Assignment.id)
        .options(joinedload(Assignment.case), joinedload(Assignment.limit))
    ).all()
    if not found:
        return [f"### {what}", "", "无。", ""]
    rows = [_row(each, names, moment) for each in found[:MOST]]
    more = [f"另有 {len(found) - MOST} 项，见办理总览。", ""] if len(found) > MOST else []
    headings: Sequence[str] = ["案件", "步骤", "由谁办理", "时限", "灯号"]
    return [f"### {what}（{len(found)} 项）", "", *table(headings, rows), *more]


def _row(each: Assignment, names: dict[str | None, str], moment: datetime) -> tuple[str, ...]:
    case = f"[{each.case.number}]({page_path(page_key(each.case.year, each.case.sequence))})"
    return (
        case,
        STEPS[each.kind].title,
        who(each.role, names.get(each.unit_code)),
        due_text(each),
        sign(each.light(moment)),
    )


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
