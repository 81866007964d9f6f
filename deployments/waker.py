"""Draining the outbox: each wake-up makes a case's run go on, and this process runs it; people who wait go first."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

import httpx
import psycopg
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, StateType
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from deployments.database_url import libpq_url
from deployments.runs import CASE_DEPLOYMENT, claim_run, new_run, run_of, wake_run
from models.case import Case
from models.database import transaction
from models.outbox import NOTIFY_CHANNEL, WakeUp
from settings import settings

log = logging.getLogger("zhiyong.worker")

LOOK_AGAIN = 0.25  # seconds until a case whose run is still on its way is looked at again
REST = 5.0  # seconds between looks where no notice came


class Waker:
    """Some threads that take wake-ups off the outbox, each one case at a time.

    run: what to do with a claimed run; None leaves claiming and running to Prefect's own workers.
    """

    def __init__(self, *, threads: int, run: Callable[[FlowRun], None] | None) -> None:
        """Prepare; nothing is started."""
        self._run = run
        self._stop = threading.Event()
        self._news = threading.Condition()
        self._seen = 0
        self._busy: set[int] = set()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._work, name=f"segment-{n}", daemon=True) for n in range(threads)]
        self._threads.append(threading.Thread(target=self._listen, name="listen", daemon=True))

    def start(self) -> None:
        """Begin to listen and to work."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let each thread end what it has begun, and wait for it."""
        self._stop.set()
        self._tell()
        for thread in self._threads:
            thread.join()

    @property
    def running(self) -> int:
        """How many cases are on their way in this process."""
        return len(self._busy)

    def _listen(self) -> None:
        """Hear of new wake-ups at once; after any loss of the connection look for oneself."""
        while not self._stop.is_set():
            with suppress(psycopg.OperationalError), psycopg.connect(_url(), autocommit=True) as connection:
                connection.execute(f"LISTEN {NOTIFY_CHANNEL}")
                self._tell()
                while not self._stop.is_set():
                    for _ in connection.notifies(timeout=1.0, stop_after=1):
                        self._tell()
            self._stop.wait(1.0)

    def _tell(self) -> None:
        with self._news:
            self._seen += 1
            self._news.notify_all()

    def _work(self) -> None:
        client: SyncPrefectClient | None = None
        deployment: UUID | None = None
        while not self._stop.is_set():
            seen = self._seen
            try:
                if client is None or deployment is None:
                    client = get_client(sync_client=True).__enter__()
                    deployment = client.read_deployment_by_name(CASE_DEPLOYMENT).id
                worked = self._take_one(client, deployment)
            except (httpx.HTTPError, OperationalError) as trouble:
                log.warning("neither server may be missing: %s", type(trouble).__name__)
                client, worked = None, None
            except Exception:
                log.exception("a wake-up failed and stays in the outbox")
                worked = None
            if worked:
                continue
            with self._news:
                if self._seen == seen and not self._stop.is_set():
                    self._news.wait(timeout=REST if worked is False else 1.0)

    def _take_one(self, client: SyncPrefectClient, deployment: UUID) -> bool | None:
        """Take the most urgent wake-up; True where there was one, False where there is none."""
        run: FlowRun | None = None
        with transaction() as session:
            with self._lock:
                wake_up = session.scalar(
                    select(WakeUp)
                    .where(WakeUp.case_id.not_in(self._busy))
                    .order_by(WakeUp.priority, WakeUp.id)
                    .limit(1)
                    .with_for_update(skip_locked=True)
                )
                if wake_up is None:
                    return False
                self._busy.add(wake_up.case_id)
            try:
                run = self._wake(client, deployment, wake_up, session)
            except BaseException:
                self._busy.discard(wake_up.case_id)
                raise
        try:
            if run is None:
                self._stop.wait(LOOK_AGAIN)
            elif self._run is not None and claim_run(client, run):
                self._run(run)
        finally:
            self._busy.discard(wake_up.case_id)
            self._tell()
        return True

    def _wake(self, client: SyncPrefectClient, deployment: UUID, wake_up: WakeUp, session: Session) -> FlowRun | None:
        """Have the case's run go on; None where it is on its way, and the wake-up stays, or has nothing left to do."""
        case = session.get_one(Case, wake_up.case_id)
        run = run_of(client, case)
        if run is not None and case.is_open and _has_ended(run):
            run = None
        if run is None and case.is_open:
            run = new_run(client, session, case, deployment=deployment)
        elif run is not None and not _has_ended(run) and not wake_run(client, run):
            return None
        session.execute(delete(WakeUp).where(WakeUp.case_id == case.id, WakeUp.id <= wake_up.id))
        return run if run is not None and not _has_ended(run) else None


def _url() -> str:
    return libpq_url(settings().ledger_url)


def _has_ended(run: FlowRun) -> bool:
    """Whether a run will never go on: completed, or cancelled by an administrator, who stops a run and no case."""
    return run.state is not None and run.state.type in (StateType.COMPLETED, StateType.CANCELLED)
