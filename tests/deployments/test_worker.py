"""The worker of a running system, through everything that befalls it: nothing is lost, nothing is done twice."""

import asyncio
import os
import signal
import sys
import threading
from contextlib import ExitStack

import httpx
import pytest
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Cancelling
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError

from deployments import processes, worker
from deployments.postgres import ensure_postgres, stop_postgres
from deployments.runs import CASE_DEPLOYMENT, claim_run, run_to_go_on
from deployments.worker import SegmentWorker
from models.case import Case
from models.database import transaction
from models.journal import Entry
from models.lease import Lease
from models.outbox import BULK, WakeUp
from models.records import CallBack, Feedback
from models.words import Status
from tasks.case_lock import case_lock
from tests.live import (
    asked,
    at_rest,
    come_in,
    give,
    hold,
    pass_by,
    run_of,
    states_of,
    steps_of,
    timeline,
    waiting_wake_ups,
)
from tests.office import open_steps, rows_of, status_of
from tests.prefect_forms import CLASSIFIED, form_of, submit, tables_with
from tests.running import WORKER, RunningSystem, until

BEFORE_THE_END = ["classification", "receipt-1", "investigation-1", "sign-off-1", "filing-1", "publication-1"]
BEFORE_THE_END += ["publication-approval-1", "call-back-1", "write-off"]


def test_an_answer_opens_the_next_step_and_shows_in_the_timeline(system: RunningSystem) -> None:
    [number] = come_in()
    pass_by(number, "classification", "receipt-1")
    asked(number, "investigation-1")
    at_rest(system, number)
    assert run_of(system, number).name == number
    assert timeline(system, number) == ["classification", "receipt-1"]


def test_an_answer_between_the_next_step_and_the_suspension_is_not_lost(system: RunningSystem) -> None:
    [number] = come_in()
    pass_by(number, "classification")
    asked(number, "receipt-1")
    at_rest(system, number)
    with hold(system) as held:
        with case_lock(number):
            give(number, "receipt-1")
            held.step(number, "receipt-1")
        asked(number, "investigation-1")
        until(held.stands_still)  # the walk has opened the next step, and is about to show the last
        give(number, "investigation-1")
        assert run_of(system, number).state_name == "Running"
    asked(number, "sign-off-1")
    at_rest(system, number)
    assert steps_of(number) == ["classification", "receipt-1", "investigation-1", "sign-off-1"]
    assert timeline(system, number) == ["classification", "receipt-1", "investigation-1"]


def test_a_resume_in_the_ui_at_the_moment_of_an_answer(system: RunningSystem) -> None:
    numbers = come_in(count=4)
    for number in numbers:
        pass_by(number, "classification")
    for number in numbers:
        asked(number, "receipt-1")
    at_rest(system, *numbers)
    with system.client() as client:
        for number in numbers:
            answering = threading.Thread(target=give, args=(number, "receipt-1"))
            answering.start()
            client.resume_flow_run(run_of(system, number).id)
            answering.join()
    for number in numbers:
        asked(number, "investigation-1")
    at_rest(system, *numbers)
    for number in numbers:
        assert steps_of(number) == ["classification", "receipt-1", "investigation-1"]
        assert "Failed" not in states_of(system, number)


def test_what_was_typed_into_a_form_counts_also_when_its_run_is_cancelled_before_it_goes_on(
    system: RunningSystem,
) -> None:
    [number] = come_in()
    asked(number, "classification")
    at_rest(system, number)
    form = form_of(system, number, "classification")
    system.stop_worker()
    submit(system, number, form, **CLASSIFIED)
    cancelled = run_of(system, number)
    _propose(system, number, Cancelled())
    system.start_worker()
    asked(number, "receipt-1", within=90)
    at_rest(system, number)
    assert run_of(system, number).id != cancelled.id
    assert tables_with(system, CLASSIFIED["summary"]) == []


def test_a_live_answer_goes_before_a_file_of_messages(system: RunningSystem) -> None:
    [number] = come_in()
    asked(number, "classification")
    at_rest(system, number)
    come_in(count=20, priority=BULK)
    until(lambda: waiting_wake_ups() < 18)  # the file is being worked through
    give(number, "classification")
    asked(number, "receipt-1")
    assert waiting_wake_ups() > 5
    until(lambda: waiting_wake_ups() == 0, within=120)


def test_two_workers_share_the_cases_and_do_nothing_twice(system: RunningSystem) -> None:
    command = [sys.executable, "-m", "deployments.worker"]
    second = processes.start(system.settings, "second-worker", command, environment=system.environment)
    try:
        until(lambda: _holds_a_lease(second.pid))
        numbers = come_in(count=5)
        for step in ["classification", "receipt-1", "investigation-1"]:
            for number in numbers:
                pass_by(number, step)
        for number in numbers:
            asked(number, "sign-off-1")
        at_rest(system, *numbers)
    finally:
        processes.stop(system.settings, "second-worker", patience=30)
    assert not processes.alive(second)
    for number in numbers:
        assert steps_of(number) == ["classification", "receipt-1", "investigation-1", "sign-off-1"]
        assert "Failed" not in states_of(system, number)


def test_a_worker_that_is_told_to_stop_ends_the_step_that_it_is_in(system: RunningSystem) -> None:
    [number] = come_in()
    asked(number, "classification")
    at_rest(system, number)
    with hold(system) as held:
        with case_lock(number):
            give(number, "classification")
            held.case(number)
        until(held.stands_still)
        process = processes.find(system.settings, WORKER)
        assert process is not None
        assert _holds_a_lease(process.pid)
        os.kill(process.pid, signal.SIGTERM)
        assert processes.alive(process)
    until(lambda: not processes.alive(process))
    assert open_steps(number) == ["receipt-1"]
    assert run_of(system, number).state_name == "Suspended"
    assert timeline(system, number) == ["classification"]
    assert not _holds_a_lease(process.pid)


def test_a_worker_killed_in_the_middle_of_its_steps_leaves_none_lost_or_done_twice(system: RunningSystem) -> None:
    opening, closing = come_in(count=2)
    [recording] = come_in(channel="OFFICE_COMPLAINT", phone="")
    beginning, claimed, stopped = come_in(count=3)
    pass_by(closing, *BEFORE_THE_END)
    pass_by(recording, *BEFORE_THE_END[:4])
    last = {opening: "classification", closing: "write-off-approval", recording: "filing-1"}
    last |= dict.fromkeys((beginning, claimed, stopped), "classification")
    for number, step in last.items():
        asked(number, step)
    at_rest(system, *last)

    with hold(system) as held:
        with ExitStack() as nobody_walks:
            for number, step in last.items():
                nobody_walks.enter_context(case_lock(number))
                give(number, step)
            held.case(opening)  # before the next step is opened
            held.case(closing)  # in the effect that closes the case
            held.next_step(recording, "write-off")  # after the effects that say why nobody is told and called
            _propose(system, beginning, Cancelled())
            held.case(beginning)  # between making a run and claiming it
            _claim(system, claimed)  # between claiming a run and running it
            _claim(system, stopped)
            _propose(system, stopped, Cancelling())  # and an administrator has lost patience
        until(lambda: held.stands_still(4))
        system.kill_worker()
    system.start_worker()
    at_rest(system, *last)

    assert steps_of(closing) == [*BEFORE_THE_END, "write-off-approval"]
    assert status_of(closing) is Status.WRITTEN_OFF
    assert len([entry for entry in rows_of(closing, Entry) if entry.detail.get("to") == "WRITTEN_OFF"]) == 1
    assert steps_of(recording) == [*BEFORE_THE_END[:5], "write-off"]
    assert len(rows_of(recording, Feedback)) == len(rows_of(recording, CallBack)) == 1
    for number, answered in ((closing, [*BEFORE_THE_END, "write-off-approval"]), (recording, BEFORE_THE_END[:5])):
        assert [each for each in timeline(system, number) if each in answered] == answered
    for number in opening, beginning, claimed, stopped:
        assert steps_of(number) == ["classification", "receipt-1"]
        assert timeline(system, number) == ["classification"]
        give(number, "receipt-1")
        asked(number, "investigation-1")


def test_an_answer_while_prefect_is_away_takes_effect_when_it_is_back(system: RunningSystem) -> None:
    [number] = come_in()
    asked(number, "classification")
    at_rest(system, number)
    process = processes.find(system.settings, WORKER)
    system.stop_server()
    give(number, "classification")
    [another] = come_in()
    assert waiting_wake_ups() >= 2
    system.start_server()
    asked(number, "receipt-1")
    at_rest(system, number, another)
    assert processes.find(system.settings, WORKER) == process


def test_an_answer_while_the_worker_is_away_takes_effect_when_it_is_back(system: RunningSystem) -> None:
    [number] = come_in()
    asked(number, "classification")
    at_rest(system, number)
    system.stop_worker()
    give(number, "classification")
    assert run_of(system, number).state_name == "Suspended"
    system.start_worker()
    asked(number, "receipt-1")


def test_the_worker_outlives_a_restart_of_the_database(system: RunningSystem) -> None:
    [number] = come_in()
    asked(number, "classification")
    at_rest(system, number)
    process = processes.find(system.settings, WORKER)
    stop_postgres(system.settings)
    ensure_postgres(system.settings)
    give(number, "classification")
    asked(number, "receipt-1")
    assert processes.find(system.settings, WORKER) == process


def test_a_keeper_goes_on_after_any_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "AFTER_TROUBLE", 0.0)
    stop = threading.Event()
    troubles: list[Exception | None] = [ValueError(), httpx.ConnectError("away"), OperationalError("", {}, OSError())]
    troubles += [None]

    def act() -> float:
        trouble = troubles.pop(0)
        if trouble is not None:
            raise trouble
        stop.set()
        return 60.0

    worker.keep_doing(act, stop)
    assert not troubles


def test_polling_begins_anew_when_prefect_s_own_loop_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []

    async def start(self: SegmentWorker, **_: object) -> None:
        begun.append(self)
        if len(begun) < 3:
            raise RuntimeError("Service exceeded error threshold.")
        raise asyncio.CancelledError

    monkeypatch.setattr(worker, "AFTER_TROUBLE", 0.0)
    monkeypatch.setattr(SegmentWorker, "start", start)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(worker.poll())
    assert len(begun) == 3


def _holds_a_lease(pid: int) -> bool:
    with transaction() as session:
        return session.scalar(select(Lease.worker).where(Lease.worker.endswith(f"-{pid}"))) is not None


def _propose(system: RunningSystem, number: str, state: State) -> None:
    with system.client() as client:
        client.set_flow_run_state(run_of(system, number).id, state)


def _claim(system: RunningSystem, number: str) -> None:
    """Do what a worker does that dies before it begins to walk."""
    with system.client() as client, transaction() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        run = run_to_go_on(client, session, case, deployment=client.read_deployment_by_name(CASE_DEPLOYMENT))
        assert run is not None
        assert claim_run(client, run)
        session.execute(delete(WakeUp).where(WakeUp.case_id == case.id))
