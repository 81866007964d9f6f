"""The habits of Prefect that segments lean on: these tests fail when a release of Prefect changes them."""

import inspect
import logging
import re
import threading
from collections.abc import Iterator
from uuid import UUID

import pytest
from prefect import Flow, flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import Pause
from prefect.flow_engine import FlowRunEngine, run_flow
from prefect.flow_runs import suspend_flow_run
from prefect.settings import get_current_settings
from prefect.states import Pending

from deployments.segments import case_flow, one_client, run_segment, spared, without_heartbeats
from flows.case import handle_case
from tests.running import RunningSystem

IN_NO_POOL = "in no pool"


@flow(name="a walk")
def walk(number: str) -> str:
    """Suspend, like a case that waits for somebody."""
    suspend_flow_run(key=f"at-{number}", timeout=None)
    return "went on"


@pytest.fixture
def client(system: RunningSystem) -> Iterator[SyncPrefectClient]:
    """Have the thread's one client of the system's Prefect server."""
    heartbeat = get_current_settings().flows.heartbeat_frequency
    without_heartbeats()
    with one_client() as client:
        yield client
        for deployment in client.read_deployments():
            if deployment.name == IN_NO_POOL:
                client.delete_deployment(deployment.id)
    get_current_settings().flows.heartbeat_frequency = heartbeat


def claimed(client: SyncPrefectClient, walk: Flow[..., object], **parameters: object) -> FlowRun:
    """Make a run that no worker gets, for its deployment is in no pool, and claim it."""
    deployment: UUID = client.create_deployment(flow_id=client.create_flow(walk), name=IN_NO_POOL)
    run = client.create_flow_run_from_deployment(deployment, parameters=parameters)
    client.set_flow_run_state(run.id, Pending())
    return client.read_flow_run(run.id)


def test_run_flow_takes_a_flow_a_run_and_parameters() -> None:
    assert {"flow", "flow_run", "parameters"} <= inspect.signature(run_flow).parameters.keys()


def test_run_flow_raises_pause_where_the_run_suspends(client: SyncPrefectClient) -> None:
    run = claimed(client, walk, number="1")
    with pytest.raises(Pause):
        run_flow(walk, flow_run=run.model_copy(update={"deployment_id": None}), parameters=run.parameters)
    assert client.read_flow_run(run.id).state_name == "Suspended"


@pytest.mark.usefixtures("client")
def test_a_segment_sends_no_heartbeats() -> None:
    assert FlowRunEngine(flow=walk).heartbeat_seconds is None


def test_an_observer_watches_a_run_with_a_deployment_and_none_a_segment(
    client: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = []
    import prefect.flow_engine

    observe = prefect.flow_engine.observe_flow_run_suspension
    monkeypatch.setattr(
        prefect.flow_engine, "observe_flow_run_suspension", lambda id, *rest: watched.append(id) or observe(id, *rest)
    )
    one, other = claimed(client, walk, number="1"), claimed(client, walk, number="2")
    run_segment(one, walk)
    with pytest.raises(Pause):
        run_flow(walk, flow_run=other, parameters=other.parameters)
    assert watched == [other.id]


def test_a_segment_costs_four_requests_and_those_of_the_walk(
    client: SyncPrefectClient, caplog: pytest.LogCaptureFixture
) -> None:
    run = claimed(client, walk, number="1")
    with caplog.at_level(logging.INFO, logger="httpx"):
        run_segment(run, spared(walk))
    here = threading.get_ident()  # Prefect's own threads, which send its logs, have clients of their own
    said = "\n".join(record.getMessage() for record in caplog.records if record.thread == here)
    sent = re.findall(r"(GET|POST|PATCH) http://[^/]+/api/(flow_runs\S+|admin\S+|csrf\S+)", said)
    assert [(method, path.replace(str(run.id), "…")) for method, path in sent] == [
        ("PATCH", "flow_runs/…"),  # version and retries of the flow
        ("POST", "flow_runs/…/set_state"),  # Running
        ("GET", "flow_runs/…"),
        ("POST", "flow_runs/…/set_state"),  # Suspended, by the walk
    ]


def test_a_spared_flow_is_the_same_flow() -> None:
    ours = case_flow()
    assert (ours.fn, ours.name, ours.version) == (handle_case.fn, handle_case.name, handle_case.version)


def test_a_failing_segment_raises_nothing_and_leaves_its_run_failed(client: SyncPrefectClient) -> None:
    @flow(name="a walk that fails")
    def failing() -> None:
        raise ZeroDivisionError

    run = claimed(client, failing)
    run_segment(run, failing)
    assert client.read_flow_run(run.id).state_name == "Failed"
