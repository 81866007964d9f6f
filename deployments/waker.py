"""Draining the outbox: each wake-up makes a case's run go on, and this process runs it; people who wait go first."""

import logging
import math
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import httpx
import psycopg
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import DeploymentResponse
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from deployments.database_url import libpq_url
from deployments.runs import CASE_DEPLOYMENT, UnderWay, claim_run, run_to_go_on
from deployments.segments import one_client
from models.case import Case
from models.database import transaction
from models.outbox import BULK, LIVE, NOTIFY_CHANNEL, WakeUp
from settings import settings
from tasks.case_lock import try_case_lock

log = logging.getLogger("zhiyong.worker")

# Two take any wake-up, the others only those for which somebody waits: a file of 4,000 messages holds up no answer.
# More threads do not do more: the Prefect server, one process, is busy with these (benchmarks/latency.py).
LIVE_THREADS, BULK_THREADS = 4, 2
LOOK_AGAIN = 0.25  # seconds until a case is looked at again that somebody is at elsewhere
AFTER_TROUBLE = 5.0  # seconds until a case is tried again that raised something
REST = 5.0  # seconds between looks where no notice came
PAUSE = 1.0  # seconds in which a thread lets a missing server come back


class Waker:
    """Some threads that take wake-ups off the outbox, each one case at a time.

    run: what to do with a claimed run; None leaves claiming and running to Prefect's own workers.
    """

    def __init__(self, *, stop: threading.Event, run: Callable[[FlowRun], None] | None) -> None:
        """Prepare; nothing is started. When `stop` is set, each thread ends what it has begun."""
        self._run = run
        self._stop = stop
        # By the least urgent that the thread takes: a ring that nobody hears waits for the next who would sleep.
        self._bells: dict[int, queue.Queue[None]] = {LIVE: queue.Queue(1), BULK: queue.Queue(1)}
        self._aside: dict[int, float] = {}  # cases that are not taken, until when; endless for those being run here
        self._lock = threading.Lock()  # of _aside
        self.deployment: DeploymentResponse | None = None  # as it was last seen
        self._complaint = ""
        self._threads = [
            threading.Thread(target=self._work, args=(least,), name=f"segment-{n}", daemon=True)
            for n, least in enumerate([LIVE] * LIVE_THREADS + [BULK] * BULK_THREADS)
        ]
        self._threads.append(threading.Thread(target=self._listen, name="listen", daemon=True))

    def start(self) -> None:
        """Begin to listen and to work."""
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Wait, after `stop` is set, until all that was begun has ended."""
        self._ring()
        for thread in self._threads:
            thread.join()

    @property
    def running(self) -> int:
        """How many cases are on their way in this process."""
        with self._lock:
            return sum(until == math.inf for until in self._aside.values())

    def _listen(self) -> None:
        """Hear of new wake-ups at once; after any loss of the connection look for oneself."""
        while not self._stop.is_set():
            with suppress(psycopg.Error), psycopg.connect(_url(), autocommit=True) as connection:
                connection.execute(f"LISTEN {NOTIFY_CHANNEL}")
                self._ring()
                while not self._stop.is_set():
                    for _ in connection.notifies(timeout=1.0, stop_after=1):
                        self._ring()
            self._stop.wait(PAUSE)

    def _ring(self) -> None:
        """Wake one thread of each kind; where it finds something, it wakes the next."""
        for bell in self._bells.values():
            with suppress(queue.Full):
                bell.put_nowait(None)

    def _work(self, least: int) -> None:
        """Take wake-ups that are at least so urgent, until the end."""
        while not self._stop.is_set():
            try:
                with one_client() as client:
                    self._serve(client, least)
            except Exception as trouble:
                self._complain(trouble)
        self._ring()

    def _serve(self, client: SyncPrefectClient, least: int) -> None:
        while not self._stop.is_set():
            try:
                if self._take_one(client, least):
                    self._complaint = ""
                else:
                    with suppress(queue.Empty):
                        self._bells[least].get(timeout=self._time_to_rest())
            except Exception as trouble:
                self._complain(trouble)

    def _complain(self, trouble: Exception) -> None:
        """Log what went wrong, once until something goes well again, and wait a moment."""
        self.deployment = None
        complaint = type(trouble).__name__
        if complaint != self._complaint:
            missing = isinstance(trouble, httpx.HTTPError | OperationalError)
            log.warning("wake-ups stay in the outbox: %s", complaint, exc_info=None if missing else trouble)
        self._complaint = complaint
        self._stop.wait(PAUSE)

    def _take_one(self, client: SyncPrefectClient, least: int) -> bool:
        """Wake the run of the most urgent wake-up and run it; False where there is none so urgent."""
        case_id, aside_until = None, 0.0
        try:
            with transaction() as session:
                wake_up = self._most_urgent(session, least)
                if wake_up is None:
                    return False
                case_id = wake_up.case_id
                self._ring()
                run = self._wake(client, session, wake_up)
            if run is not None and self._run is not None:
                self._run(run)
        except UnderWay:
            aside_until = time.monotonic() + LOOK_AGAIN
        except Exception:
            aside_until = time.monotonic() + AFTER_TROUBLE
            raise
        finally:
            if case_id is not None:
                with self._lock:
                    self._aside[case_id] = aside_until
                self._ring()
        return True

    def _most_urgent(self, session: Session, least: int) -> WakeUp | None:
        """Lock the most urgent wake-up that nobody is at, and put its case aside."""
        now = time.monotonic()
        with self._lock:
            self._aside = {case_id: until for case_id, until in self._aside.items() if until > now}
            aside = list(self._aside)
        wake_up = session.scalar(
            select(WakeUp)
            .where(WakeUp.priority <= least, WakeUp.case_id.not_in(aside))
            .order_by(WakeUp.priority, WakeUp.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if wake_up is not None:
            with self._lock:
                self._aside[wake_up.case_id] = math.inf
        return wake_up

    def _wake(self, client: SyncPrefectClient, session: Session, wake_up: WakeUp) -> FlowRun | None:
        """Have the case's run go on; return it where it is for this process to run.

        Under the case's lock nobody else walks or wakes it, and what Prefect says of its run holds until it is claimed.
        """
        if not try_case_lock(session, wake_up.case_id):
            raise UnderWay
        deployment = self.deployment
        if deployment is None:
            self.deployment = deployment = client.read_deployment_by_name(CASE_DEPLOYMENT)
        case = session.get_one(Case, wake_up.case_id)
        run = run_to_go_on(client, session, case, deployment=deployment)
        session.execute(delete(WakeUp).where(WakeUp.case_id == case.id))
        if run is None or self._run is None or not claim_run(client, run):
            return None
        return run

    def _time_to_rest(self) -> float:
        with self._lock:
            soonest = min(self._aside.values(), default=math.inf)
        return max(0.0, min(REST, soonest - time.monotonic()))


def _url() -> str:
    return libpq_url(settings().ledger_url)
