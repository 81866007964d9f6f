"""Reports that Prefect runs: a page with the figures and where the workbook lies; run twice, the same file."""

import re
from datetime import date
from typing import Any

import openpyxl
from prefect.client.orchestration import get_client

from reports.catalogue import REPORTS
from settings import settings
from tests.office import at, report
from tests.running import RunningSystem, until


def ran(deployment: str, **parameters: Any) -> str:
    """Run a deployment as an administrator does; return the state in which it ends."""
    with get_client(sync_client=True) as client:
        found = client.read_deployment_by_name(deployment)
        run = client.create_flow_run_from_deployment(found.id, parameters=parameters)

        def ended() -> bool:
            state = client.read_flow_run(run.id).state
            return state is not None and state.is_final()

        until(ended, within=120)
        state = client.read_flow_run(run.id).state
        assert state is not None
        return state.type.value


def page(system: RunningSystem, key: str) -> str:
    """Return what the page of a key says."""
    with system.database("prefect") as connection:
        found = connection.execute(
            "SELECT a.data #>> '{}' FROM artifact_collection c JOIN artifact a ON a.id = c.latest_id WHERE c.key = %s",
            (key,),
        ).fetchone()
    return str(found[0]) if found else ""


def test_a_periodic_report_is_shelved_and_shown_and_again_is_the_same(system: RunningSystem) -> None:
    report(number="Q-1", received_at=at("2026-05-06"))
    may = {"kind": "monthly", "from_day": "2026-05-01", "to_day": "2026-05-31", "each_unit": False}
    assert ran("定期报告/monthly", **may) == "COMPLETED"
    (file,) = settings().reports.rglob("2026年5月治庸问责月报.xlsx")
    assert file.parent.name == date.fromisoformat(file.parent.name).isoformat()
    said = page(system, "report-monthly")
    assert re.search(r"\| 收到来件 \| [1-9]\d* \|", said)
    assert file.resolve().as_uri() in said
    assert openpyxl.load_workbook(file)["总体情况"]["A1"].value == "2026年5月治庸问责月报"
    assert ran("定期报告/monthly", **may) == "COMPLETED"
    assert list(settings().reports.rglob("*月报*.xlsx")) == [file]
    assert ran("定期报告/monthly", **(may | {"unit": "U99"})) == "FAILED"
    assert list(settings().reports.rglob("*月报*.xlsx")) == [file]


def test_the_ledgers_are_shelved_and_listed_all_or_one_as_of_a_moment(system: RunningSystem) -> None:
    report(number="Q-2")
    assert ran("台账报表/ledgers") == "COMPLETED"
    said = page(system, "ledgers")
    for each in REPORTS.values():
        (file,) = settings().reports.rglob(f"{each.title}.xlsx")
        assert file.resolve().as_uri() in said
    assert ran("台账报表/ledgers", name="problem-ledger", unit="U01") == "COMPLETED"
    said = page(system, "ledgers-problem-ledger")
    assert "| 问题台账 |" in said
    assert "销号台账" not in said
    assert ran("台账报表/ledgers", name="no-such") == "FAILED"
    assert ran("台账报表/ledgers", name="problem-ledger", as_of="2001-01-01T00:00:00+08:00") == "FAILED"
