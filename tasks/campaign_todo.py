"""待办 of self-inspections, as `zhiyong todo` lists them beside those of cases."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import false, select
from sqlalchemy.orm import joinedload, selectinload

from models.campaign import CampaignUnit, Duty, SelfReport
from models.campaign_forms import FORMS
from models.clock import now, today
from models.database import transaction
from models.refusals import UnknownOfficer, UnknownUnit
from models.registry import Officer, Unit
from models.words import CampaignStep, Light, Stage
from tasks.campaign_answer import may_do
from tasks.todo import form_schema


def campaign_todo(
    *,
    by: str | None = None,
    unit: str | None = None,
    overdue: bool = False,
    light: Light | None = None,
    step: str | None = None,
) -> list[dict[str, Any]]:
    """List open duties, the first due first: those that the officer may do today, the unit's, or all.

    Raises UnknownOfficer, UnknownUnit.
    """
    with transaction() as session:
        moment, day = now(session), today(session)
        query = (
            select(Duty)
            .where(Duty.is_open)
            .order_by(Duty.due_at, Duty.id)
            .options(
                joinedload(Duty.campaign_unit).options(
                    joinedload(CampaignUnit.unit), joinedload(CampaignUnit.campaign)
                ),
                joinedload(Duty.report).selectinload(SelfReport.problems),
                selectinload(Duty.nudges),
            )
        )
        if by is not None and (officer := session.get(Officer, by)) is None:
            raise UnknownOfficer
        if unit is not None:
            if session.get(Unit, unit) is None:
                raise UnknownUnit
            query = query.where(Duty.unit_code == unit)
        if step is not None:
            query = query.where(Duty.step == step) if step in list(CampaignStep) else query.where(false())
        found = [
            _shown(each, moment, day)
            for each in session.scalars(query)
            if by is None or (officer is not None and may_do(session, officer, each))
        ]
        return [
            each
            for each in found
            if (not overdue or each["light"] == Light.RED) and (light is None or each["light"] == light)
        ]


def light_of(duty: Duty, moment: datetime) -> Light:
    """How near a duty is to its date."""
    if duty.due_at < moment:
        return Light.RED
    return Light.YELLOW if duty.yellow_at <= moment else Light.GREEN


def _shown(duty: Duty, moment: datetime, day: date) -> dict[str, Any]:
    unit = duty.campaign_unit
    due = f"{duty.due_on.year}年{duty.due_on.month}月{duty.due_on.day}日"
    provisional = unit.campaign.provisional and duty.due_on == unit.campaign.due_on
    return {
        "assignment": duty.id,
        "case": None,
        "campaign": unit.campaign.period,
        "step": duty.step.value,
        "title": f"{unit.campaign.year}年{unit.campaign.month}月自查（{unit.unit.name}）{duty.step.label}",
        "role": duty.role.value,
        "unit": duty.unit_code,
        "about_unit": unit.unit_code,
        "owner": None,
        "delegate": None,
        "draft": None,
        "suspended": False,
        "opened_at": duty.opened_at.isoformat(),
        "due_on": duty.due_on.isoformat(),
        "due_at": duty.due_at.isoformat(),
        "due": f"{due}（暂定）" if provisional else due,
        "provisional": provisional,
        "light": light_of(duty, moment).value,
        "urged": sum(each.stage is Stage.URGE for each in duty.nudges),
        "version": duty.version,
        "form": form_schema(FORMS[duty.step]) if duty.step in FORMS else None,
        "problems": _problems(duty),
    }


def _problems(duty: Duty) -> list[dict[str, Any]]:
    """Return what is to be confirmed: the problems that nobody has decided of."""
    if duty.step is not CampaignStep.CONFIRMATION or duty.report is None:
        return []
    return [
        {
            "problem": each.id,
            "sheet": each.aspect.label,
            "row": each.row,
            "list": each.list_kind.label,
            "item": each.item_name,
            "text": each.text,
            "nature": each.nature.value,
            "measures": each.measures,
            "deadline": each.deadline.isoformat(),
            "mended": each.mended,
        }
        for each in duty.report.problems
        if each.decision is None
    ]
