"""A self-inspection for the tests: what units send back, as if it had been collected, and where they stand."""

import hashlib
from collections.abc import Sequence
from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import select

from models.campaign import CampaignUnit, Duty, Problem, SelfReport
from models.campaign_state import Standing, standings
from models.clock import now
from models.database import transaction
from models.journal import Actor
from models.words import Aspect, CampaignStep, ListKind, Nature, PowerKind
from tasks.campaign import find_campaign, open_campaign
from tasks.campaign_duties import bring_duties
from tests.office import it_is

_numbers = count(1)
PROBLEM: dict[str, Any] = {
    "aspect": Aspect.FLOW,
    "row": 8,
    "list_kind": ListKind.PROCEDURE,
    "item_key": "许可／受理",
    "item_name": "受理",
    "power_kind": PowerKind.LICENCE,
    "text": "窗口受理后三日内未出具受理通知书。",
    "nature": Nature.DELAY,
    "post": "受理岗",
    "measures": "每日核对受理台账",
    "deadline": date(2026, 7, 31),
    "mended": False,
}


def open_june(**more: Any) -> None:
    """Open the campaign of June 2026 on its first day, a Monday, at nine."""
    it_is("2026-06-01")
    open_campaign("2026-06", actor=Actor(code="system"), **more)


def came_back(
    unit: str,
    *,
    period: str = "2026-06",
    accepted: bool = True,
    precedence: str | None = None,
    problems: Sequence[dict[str, Any]] = (),
) -> int:
    """Let a return be collected now; return its id."""
    number = next(_numbers)
    with transaction() as session:
        campaign = find_campaign(session, period)
        campaign_unit = session.scalars(
            select(CampaignUnit).where(CampaignUnit.campaign_id == campaign.id, CampaignUnit.unit_code == unit)
        ).one()
        digest = hashlib.sha256(str(number).encode()).hexdigest()
        report = SelfReport(
            campaign_unit=campaign_unit,
            file_name="自查表.xlsx",
            sha256=digest,
            received_at=now(session),
            received_by="OFF-01",
            precedence=precedence or f"{number:09}",
            accepted=accepted,
            faults=[] if accepted else [{"sheet": "岗位责任", "cell": "E5", "reason": "未填自查情况"}],
            content={"problems": len(problems)},
            receipt=f"{period}-{unit}-{digest[:8]}",
        )
        report.problems = [Problem(**PROBLEM | {"row": 8 + n} | each) for n, each in enumerate(problems)]
        session.add(report)
        bring_duties(session, campaign_unit)
        return report.id


def duty(unit: str, step: CampaignStep, *, period: str = "2026-06") -> int | None:
    """Return the number of a unit's open duty, if there is one."""
    with transaction() as session:
        campaign = find_campaign(session, period)
        return session.scalar(
            select(Duty.id)
            .join(Duty.campaign_unit)
            .where(CampaignUnit.campaign_id == campaign.id, CampaignUnit.unit_code == unit)
            .where(Duty.step == step, Duty.is_open)
        )


def standing(unit: str, *, period: str = "2026-06") -> Standing:
    """Return where a unit stands."""
    with transaction() as session:
        found = standings(session, find_campaign(session, period), at=now(session))
        return next(each for each in found if each.campaign_unit.unit_code == unit)
