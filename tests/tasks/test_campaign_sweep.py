"""A self-inspection's dates: the opening told on a working day, returns reminded, urged and reported, each once."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from models.campaign import CampaignUnit, Duty, DutyNudge
from models.database import transaction
from models.journal import Actor
from models.refusals import NotYours, ReasonMissing, UnknownUnit
from models.registry import Unit
from models.words import CampaignStep, Stage
from tasks.campaign import CampaignClosed, close_campaign, open_campaign
from tasks.campaign_answer import answer_duty
from tasks.campaign_sweep import remind, sweep_campaigns
from tasks.notices import notices
from tests.campaigns import came_back, duty, open_june
from tests.office import CLERK, DISCIPLINE, HEAD, HEAD2, it_is

pytestmark = pytest.mark.usefixtures("ledger")

CONTACT, UNIT_HEAD = "U01-03", "U01-01"


def swept(day: str, hour: str = "08:30") -> dict[str, int]:
    """Sweep on a day."""
    it_is(day, hour)
    return {stage: count for stage, count in sweep_campaigns().as_dict().items() if count}


def told(unit: str = "U01") -> list[str]:
    """Return the stages of a unit's duties that were told, in their order."""
    with transaction() as session:
        return [
            each.stage.value
            for each in session.scalars(
                select(DutyNudge)
                .join(DutyNudge.duty)
                .join(Duty.campaign_unit)
                .where(CampaignUnit.unit_code == unit)
                .order_by(DutyNudge.id)
            )
        ]


def test_the_stages_of_june_2026_by_hand() -> None:
    """Due on Tuesday 30 June; the 19th is 端午. Ten working days before is the 15th, three before the 25th."""
    open_june()
    assert swept("2026-06-01", "09:00") == {"reminded": 60}  # the opening
    assert swept("2026-06-12") == {}
    assert swept("2026-06-15") == {"reminded": 60}
    assert swept("2026-06-24") == {}
    assert swept("2026-06-25") == {"reminded": 60}
    assert swept("2026-06-29") == {}
    assert swept("2026-06-30") == {"reminded": 60}
    assert swept("2026-07-01") == {"urged": 60}
    assert swept("2026-07-06") == {}
    assert swept("2026-07-07") == {"escalated": 60}
    assert swept("2026-08-31") == {}
    assert told() == ["OPENED", "EARLY", "REMIND", "DUE", "URGE", "ESCALATE"]


def test_opened_on_a_saturday_it_is_told_on_monday() -> None:
    it_is("2024-06-01", "09:00")  # a Saturday
    open_campaign("2024-06", actor=Actor(code="system"))
    assert swept("2024-06-01", "09:15") == {}
    assert swept("2024-06-02", "12:00") == {}
    assert swept("2024-06-03", "07:45") == {}
    assert swept("2024-06-03", "08:00") == {"reminded": 60}


def test_after_an_outage_one_notice_tells_the_highest_stage() -> None:
    open_june()
    assert swept("2026-07-08") == {"escalated": 60}
    assert swept("2026-07-08", "09:00") == {}
    assert told() == ["ESCALATE"]
    assert len(notices(by=CONTACT)) == 1


def test_a_unit_whose_return_is_in_is_told_nothing_more_but_its_head_that_he_must_sign() -> None:
    open_june()
    swept("2026-06-01", "09:00")
    it_is("2026-06-10")
    came_back("U01")
    swept("2026-06-15")  # three working days after the 10th, the signature is due
    assert told() == ["OPENED", "DUE"]
    assert [each["subject"] for each in notices(by=UNIT_HEAD)] == ["到期提醒：自查 1 项"]


def test_what_stays_late_is_told_to_the_units_head_and_the_heads_of_the_office() -> None:
    open_june(exempt={f"U{n:02}": "试点未覆盖" for n in range(2, 61)})
    swept("2026-07-07")
    for officer in (CONTACT, UNIT_HEAD, HEAD, HEAD2):
        (notice,) = notices(by=officer)
        assert notice["subject"] == "逾期通报：自查 1 项"
        assert "2026年上半年“三清单”自查" in notice["text"]
    assert notices(by="U01-02") == []


def test_urged_by_hand_each_has_a_number_without_a_gap() -> None:
    open_june(exempt={f"U{n:02}": "试点未覆盖" for n in range(4, 61)})
    came_back("U02")
    it_is("2026-06-20", "10:00")
    numbers = remind("2026-06", actor=Actor(code=CLERK), reason="距期限不足两周")
    assert numbers == [f"洪治庸催〔2026〕{n}号" for n in (1, 2, 3)]
    assert remind("2026-06", actor=Actor(code=DISCIPLINE), reason="再催", unit="U03") == ["洪治庸催〔2026〕4号"]
    assert told("U03") == ["URGE", "URGE"]
    assert [each["subject"] for each in notices(by="U02-01")] == ["催办通知书：自查 1 项"]


def test_who_may_not_urge_and_when() -> None:
    open_june()
    with pytest.raises(NotYours):
        remind("2026-06", actor=Actor(code=CONTACT), reason="催办别人")
    with pytest.raises(ReasonMissing):
        remind("2026-06", actor=Actor(code=CLERK), reason=" ")
    with pytest.raises(UnknownUnit):
        remind("2026-06", actor=Actor(code=CLERK), reason="催办", unit="U99")
    close_campaign("2026-06", actor=Actor(code=HEAD), reason="试点结束")
    with pytest.raises(CampaignClosed):
        remind("2026-06", actor=Actor(code=CLERK), reason="催办")
    assert swept("2026-07-07") == {}


def test_a_late_signature_is_urged_too() -> None:
    open_june(exempt={f"U{n:02}": "试点未覆盖" for n in range(2, 61)})
    it_is("2026-06-10")
    came_back("U01")
    assert swept("2026-06-16") == {"urged": 1}
    number = duty("U01", CampaignStep.SIGN_OFF)
    assert number is not None
    answer_duty(number, data={"agreed": True}, actor=Actor(code=UNIT_HEAD))
    assert swept("2026-06-17") == {}


@given(seed=st.integers(0, 2**32))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_swept_at_random_times_each_stage_is_told_at_most_once_and_in_its_order(ledger: str, seed: int) -> None:
    dice = Random(seed)
    year = dice.randint(2015, 2025)
    with transaction() as session:  # one unit of the district is enough
        session.execute(text("UPDATE clock SET simulated = true, at = :at"), {"at": f"{year}-06-01 01:00+00"})
        session.execute(text("UPDATE unit SET active = (code = 'U01' OR code !~ '^U')"))
        session.execute(text("ALTER TABLE campaign_nudge DISABLE TRIGGER USER"))
        session.execute(text("ALTER TABLE campaign_duty DISABLE TRIGGER USER"))
        for table in ("campaign_event", "campaign_unit", "campaign"):
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for table in ("campaign_nudge", "campaign_event", "campaign_duty", "campaign_unit", "campaign"):
            session.execute(text(f"DELETE FROM {table}"))
        assert session.get(Unit, "U01") is not None
    open_campaign(f"{year}-06", actor=Actor(code="system"))
    days = sorted(dice.choices(range(1, 46), k=dice.randint(1, 12)))
    for day in days:
        month, of_month = (6, day) if day <= 30 else (7, day - 30)
        for _ in range(dice.randint(1, 3)):
            swept(f"{year}-{month:02}-{of_month:02}", f"{dice.randint(9, 23):02}:{dice.randint(0, 59):02}")
    orders = [list(Stage).index(Stage(stage)) for stage in told()]
    assert orders == sorted(set(orders))
