"""What accidents and administrators leave in Prefect is set right from the ledger: each open case has one live run."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.states import Cancelled
from sqlalchemy import func, select

from deployments.reconciler import Reconciled, case_deployment, reconcile
from models.case import MOST_FAILURES, Case
from models.database import transaction
from models.journal import Actor
from models.words import Trouble
from tasks.counts import counts
from tasks.incidents import incidents
from tasks.repair import retry
from tests.live import asked, at_rest, come_in, give, pass_by, run_of, states_of, steps_of, timeline, waiting_wake_ups
from tests.office import HEAD, case_of, open_steps
from tests.running import RunningSystem, until


@pytest.fixture
def client(system: RunningSystem) -> Iterator[SyncPrefectClient]:
    """Talk to the system's Prefect server."""
    with system.client() as client:
        yield client


@pytest.fixture
def number(system: RunningSystem) -> str:
    """A case that has been classified and waits for its receipt."""
    [number] = come_in()
    pass_by(number, "classification")
    asked(number, "receipt-1")
    at_rest(system, number)
    return number


def test_where_all_is_well_nothing_is_done(system: RunningSystem, client: SyncPrefectClient, number: str) -> None:
    until(lambda: waiting_wake_ups() == 0)
    done = reconcile(client, case_deployment(client), everything=True)
    assert done == Reconciled(open_cases=_open_cases(), started=0, already_running=_open_cases(), undecided=0)
    assert waiting_wake_ups() == 0


def test_a_run_that_an_administrator_cancels_is_replaced(
    system: RunningSystem, client: SyncPrefectClient, number: str
) -> None:
    cancelled = run_of(system, number)
    client.set_flow_run_state(cancelled.id, Cancelled())
    assert reconcile(client, case_deployment(client)).started == 1
    until(lambda: case_of(number).run_id != cancelled.id)
    at_rest(system, number)
    assert timeline(system, number) == ["classification"]
    assert steps_of(number) == ["classification", "receipt-1"]
    assert client.read_flow_run(cancelled.id).state_name == "Cancelled"
    give(number, "receipt-1")
    asked(number, "investigation-1")


def test_an_answer_in_a_case_whose_run_was_cancelled_makes_the_next_run(
    system: RunningSystem, client: SyncPrefectClient, number: str
) -> None:
    cancelled = run_of(system, number)
    client.set_flow_run_state(cancelled.id, Cancelled())
    give(number, "receipt-1")
    asked(number, "investigation-1")
    at_rest(system, number)
    assert run_of(system, number).id != cancelled.id
    assert timeline(system, number) == ["classification", "receipt-1"]


def test_a_run_that_an_administrator_deletes_is_made_again(
    system: RunningSystem, client: SyncPrefectClient, number: str
) -> None:
    deleted = run_of(system, number)
    client.delete_flow_run(deleted.id)
    assert _rebuild(system)["started"] == 1
    until(lambda: case_of(number).run_id != deleted.id)
    at_rest(system, number)
    assert open_steps(number) == ["receipt-1"]


def test_a_deployment_that_an_administrator_deletes_is_registered_again(
    system: RunningSystem, client: SyncPrefectClient, number: str
) -> None:
    before = run_of(system, number)
    assert before.deployment_id is not None
    client.delete_deployment(before.deployment_id)
    system.restart_worker()  # or within a minute
    give(number, "receipt-1")
    asked(number, "investigation-1")
    at_rest(system, number)
    assert run_of(system, number).deployment_id != before.deployment_id
    assert client.read_flow_run(before.id).state_name == "Cancelled"


@pytest.mark.parametrize("way", ["rebuild", "repair"])
def test_a_case_whose_walk_fails_each_time_is_left_to_an_administrator(
    system: RunningSystem, client: SyncPrefectClient, number: str, way: str
) -> None:
    with _unreadable(system, number):
        give(number, "receipt-1")
        for _ in range(MOST_FAILURES):
            until(lambda: waiting_wake_ups() == 0 and run_of(system, number).state_name == "Failed")
            reconcile(client, case_deployment(client))
        reconcile(client, case_deployment(client))
        assert waiting_wake_ups() == 0
        assert states_of(system, number).count("Failed") == MOST_FAILURES
        assert _stuck() == 1
        [incident] = incidents()
        assert (incident.kind, incident.case) == (Trouble.STUCK, number)
        assert incident.run_id == run_of(system, number).id
    if way == "rebuild":
        assert _rebuild(system)["started"] == 1
    else:
        retry(number, actor=Actor(code=HEAD), reason="意见已可读取")
    asked(number, "investigation-1")
    at_rest(system, number)
    reconcile(client, case_deployment(client))
    assert _stuck() == 0


def test_with_all_of_prefect_lost_each_case_comes_back_to_its_step(system: RunningSystem) -> None:
    done_by_now = {"classification": [], "investigation-1": ["classification", "receipt-1"]}
    numbers = dict(zip(done_by_now, come_in(count=2), strict=True))
    for step, number in numbers.items():
        pass_by(number, *done_by_now[step])
        asked(number, step)
    at_rest(system, *numbers.values())
    system.stop_worker()
    system.stop_server()
    with system.database("postgres") as connection:
        connection.execute("DROP DATABASE prefect WITH (FORCE)")
        connection.execute("CREATE DATABASE prefect")
    system.start_server()
    system.run("-m", "deployments.schedules")
    assert _rebuild(system) == {"open_cases": _open_cases(), "started": _open_cases(), "already_running": 0}
    system.start_worker()
    until(lambda: waiting_wake_ups() == 0, within=180)
    at_rest(system, *numbers.values())
    for step, number in numbers.items():
        assert open_steps(number) == [step]
        assert timeline(system, number) == done_by_now[step]
    until(lambda: _rebuild(system)["already_running"] == _open_cases())


def _rebuild(system: RunningSystem) -> dict[str, int]:
    command = "from deployments.command import main; main()"
    done: dict[str, int] = json.loads(system.run("-c", command, "rebuild", "--json"))
    return done


def _open_cases() -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).where(Case.is_open)) or 0


def _stuck() -> int:
    with transaction() as session:
        return int(counts(session)["stuck"])


@contextmanager
def _unreadable(system: RunningSystem, number: str) -> Iterator[None]:
    """Have the walk of a case raise: the classification in the ledger is no classification."""
    answer = (
        'assignment_id = (SELECT min(id) FROM assignment WHERE case_id = (SELECT id FROM "case" WHERE number = %s))'
    )
    with system.database("ledger") as connection:
        connection.execute("SET session_replication_role = replica")  # answers are immutable
        [[data]] = connection.execute(f"SELECT data::text FROM answer WHERE {answer}", [number]).fetchall()
        connection.execute(f"UPDATE answer SET data = '{{}}' WHERE {answer}", [number])
        yield
        connection.execute(f"UPDATE answer SET data = %s::jsonb WHERE {answer}", [data, number])
