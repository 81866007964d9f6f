"""A self-inspection in the running system: one run, a task run for each unit and event, pages that move."""

from collections import Counter

import pytest
from sqlalchemy import select

from models.campaign import Campaign, CampaignEvent
from models.campaign_book import CONCLUSION, FILLED_ON, NO_PROBLEM, ContentRow, Contents
from models.clock import today
from models.database import transaction
from models.journal import Actor
from models.words import Aspect, CampaignStep, UnitState
from settings import settings
from tasks.campaign import close_campaign, open_campaign
from tasks.campaign_answer import answer_duty
from tests.campaigns import came_back, duty, standing
from tests.office import HEAD
from tests.returns import COVER, filled, issued_to
from tests.running import RunningSystem, until

PERIOD = "2025-12"
EXEMPT = {f"U{n:02}": "试点未覆盖" for n in range(4, 61)}


def timeline(system: RunningSystem) -> Counter[str]:
    """Return the completed task runs of the campaign's runs, by name."""
    with system.database("prefect") as connection:
        rows = connection.execute(
            "SELECT t.name FROM task_run t JOIN flow_run r ON r.id = t.flow_run_id"
            " JOIN flow f ON f.id = r.flow_id WHERE f.name = '三清单自查' AND t.state_type = 'COMPLETED'"
        )
        return Counter(name for (name,) in rows)


def page(system: RunningSystem, key: str) -> tuple[str, str]:
    """Return what an artifact says, and what it is called."""
    with system.database("prefect") as connection:
        found = connection.execute(
            "SELECT a.data #>> '{}', a.description FROM artifact_collection c JOIN artifact a ON a.id = c.latest_id"
            " WHERE c.key = %s",
            (key,),
        ).fetchone()
    return found or ("", "")


def pages_of_the_run(system: RunningSystem) -> set[str]:
    """Return the keys of the artifacts that stand on the page of the campaign's run."""
    with system.database("prefect") as connection:
        rows = connection.execute(
            "SELECT a.key FROM artifact a JOIN flow_run r ON r.id = a.flow_run_id"
            " JOIN flow f ON f.id = r.flow_id WHERE f.name = '三清单自查'"
        )
        return {key for (key,) in rows}


def runs(system: RunningSystem) -> list[tuple[str, str]]:
    """Return name and state of the campaign's runs that a schedule did not make."""
    with system.database("prefect") as connection:
        return connection.execute(
            "SELECT r.name, r.state_type::text FROM flow_run r JOIN flow f ON f.id = r.flow_id"
            " WHERE f.name = '三清单自查' AND NOT r.auto_scheduled"
        ).fetchall()


def at_rest(system: RunningSystem, state: str = "PAUSED") -> None:
    """Wait until everything that happened is shown and the run rests."""

    def shown() -> bool:
        with transaction() as session:
            waiting = session.scalar(select(CampaignEvent.id).where(CampaignEvent.shown_in.is_(None)).limit(1))
        return waiting is None and [each for _, each in runs(system)] == [state]

    until(shown, within=90)


@pytest.fixture
def campaign(system: RunningSystem) -> RunningSystem:
    """A campaign of three units, opened behind the back of Prefect; its run rests."""
    open_campaign(PERIOD, actor=Actor(code="system"), exempt=EXEMPT)
    at_rest(system)
    return system


def filled_today(unit: str) -> bytes:
    """Return a unit's workbook as it is filled in today: no problem was found."""
    issued = issued_to(unit, PERIOD)
    with transaction() as session:
        cover = COVER | {FILLED_ON: today(session)}
    rows = {aspect.value: [ContentRow(item=0, cells={CONCLUSION: NO_PROBLEM})] for aspect in Aspect}
    return filled(issued, Contents(cover=cover, rows=rows, others=[]))


def test_a_campaign_from_its_opening_to_its_close(campaign: RunningSystem) -> None:
    system = campaign
    issued = {f"U0{n}": 1 for n in (1, 2, 3)}
    assert Counter(name.split()[0] for name in timeline(system) if name.endswith("发放自查表")) == issued
    books = settings().campaigns / PERIOD
    assert len(list(books.glob("U0*.xlsx"))) == 3
    assert runs(system) == [("2025年下半年“三清单”自查", "PAUSED")]

    came_back("U01", period=PERIOD)
    number = duty("U01", CampaignStep.SIGN_OFF, period=PERIOD)
    assert number is not None
    answer_duty(number, data={"agreed": True}, actor=Actor(code="U01-01"))
    until(lambda: any(name.startswith("U01") and name.endswith("主要领导签字") for name in timeline(system)))
    until(lambda: "待收讫" in page(system, f"campaign-{PERIOD}")[0])
    assert "# 2025年下半年“三清单”自查" in page(system, f"campaign-{PERIOD}-report")[0]
    assert pages_of_the_run(system) == {
        f"campaign-{PERIOD}",
        f"campaign-{PERIOD}-progress",
        f"campaign-{PERIOD}-report",
    }
    at_rest(system)

    inbox = settings().campaigns / "inbox"
    (inbox / "报送.xlsx").write_bytes(filled_today("U02"))
    until(lambda: standing("U02", period=PERIOD).state is UnitState.TO_SIGN, within=60)
    assert not (inbox / "报送.xlsx").exists()
    at_rest(system)

    system.kill_worker()
    number = duty("U01", CampaignStep.RECEPTION, period=PERIOD)
    assert number is not None
    with transaction() as session:
        opened_on = session.scalars(select(Campaign.opened_on)).one().isoformat()
    answer_duty(number, data={"received_on": opened_on}, actor=Actor(code="DIS-01"))
    system.start_worker()
    until(lambda: page(system, f"campaign-{PERIOD}-progress")[0] == "33.3", within=60)
    assert max(timeline(system).values()) == 1  # nothing is shown twice

    close_campaign(PERIOD, actor=Actor(code=HEAD), reason="试点结束")
    at_rest(system, "COMPLETED")
    assert timeline(system).total() == 6
