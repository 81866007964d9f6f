"""The worker of a running system, through everything that befalls it: nothing is lost, nothing is done twice."""

import os
import signal
import threading
from pathlib import Path

from sqlalchemy import delete, select

from deployments import processes
from deployments.postgres import ensure_postgres, stop_postgres
from models.case import Case
from models.database import transaction
from models.journal import Entry
from models.outbox import BULK, WakeUp
from models.records import CallBack, Feedback
from models.words import Status
from tasks.case_lock import walked_cases
from tasks.counts import counts
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
from tests.office import case_of, open_steps, rows_of, status_of
from tests.running import WORKER, RunningSystem, until

TO_THE_END = ("classification", "receipt-1", "investigation-1", "sign-off-1", "filing-1", "publication-1")
TO_THE_END += ("publication-approval-1", "call-back-1", "write-off")


def test_an_answer_opens_the_next_step_and_shows_in_the_timeline(system: RunningSystem) -> None:
    [number] = come_in()
    pass_by(number, "classification", "receipt-1")
    asked(number, "investigation-1")
    at_rest(system, number)
    assert run_of(system, number).name == number
    until(lambda: timeline(system, number) == ["classification", "receipt-1"])


def test_an_answer_between_the_next_step_and_the_suspension_is_not_lost(system: RunningSystem) -> None:
    [number] = come_in()
    asked(number, "classification")
    at_rest(system, number)
    with hold(system) as held:
        held.step(number, "classification")
        give_without_waiting = threading.Thread(target=give, args=(number, "classification"))
        give_without_waiting.start()
        until(held.stands_still)
    give_without_waiting.join()
