"""The lease of a worker: a row that says that it is alive and how many cases it walks, in real time."""

from datetime import timedelta

import pendulum
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.database import transaction
from models.lease import Lease

VALID = timedelta(seconds=15)


def hold_lease(worker: str, *, running: int) -> None:
    """Say that a worker is alive now."""
    with transaction() as session:
        row = {"seen_at": pendulum.now("UTC"), "running": running}
        session.execute(
            insert(Lease).values(worker=worker, **row).on_conflict_do_update(index_elements=["worker"], set_=row)
        )


def give_up_lease(worker: str) -> None:
    """Say that a worker has ended, and forget those that died long ago."""
    with transaction() as session:
        session.execute(
            delete(Lease).where((Lease.worker == worker) | (Lease.seen_at < pendulum.now("UTC") - 10 * VALID))
        )


def workers_alive(session: Session) -> tuple[bool, int]:
    """Return whether any worker is alive, and how many cases are walked now."""
    living, running = session.execute(
        select(func.count(), func.coalesce(func.sum(Lease.running), 0)).where(
            Lease.seen_at > pendulum.now("UTC") - VALID
        )
    ).one()
    return living > 0, int(running)
