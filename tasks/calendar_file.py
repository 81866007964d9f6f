"""A notice of days off loaded from a file: the years it names, and the deadlines that it moves."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from models import journal
from models.calendar_file import read_calendar
from models.database import transaction
from models.journal import Actor
from models.words import Role
from tasks.calendar_year import YearLoaded, load_years
from tasks.campaign_reckon import reckon_campaigns
from tasks.officers import officer_with
from tasks.reckon import Reckoned, reckon_days

LOOK_EVERY, WAIT_AT_MOST = 0.05, 10.0  # seconds, for transactions that read the calendar before it was changed


@dataclass(kw_only=True)
class Loaded:
    """What a load did, or would do."""

    years: list[YearLoaded]
    reckoned: Reckoned = field(default_factory=Reckoned)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON; a notice that also names days of the December before is called by its own year."""
        last = self.years[-1]
        return {
            "year": last.year,
            "version": last.version,
            "published": True,
            "days": sum(len(each.changed) for each in self.years),
            "moved": [each.as_dict() for each in self.reckoned.moved],
            "confirmed": self.reckoned.confirmed,
            "years": [each.as_dict() for each in self.years],
        }


def load_calendar(
    path: Path,
    *,
    actor: Actor,
    source: str = "",
    dry_run: bool = False,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Loaded:
    """Load the days off and days worked of one or more years, and reckon the deadlines anew: all or nothing.

    source: for years of which the file has no column 来源; the file's name where there is none. dry_run: only say what
    would change. Raises BadFile, NotYours, UnknownOfficer, OutsideCalendar.
    """
    named = read_calendar(path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    with transaction() as session:
        if actor.code != "system":
            officer_with(session, actor.code, Role.OFFICE_CLERK, Role.OFFICE_HEAD)
        session.execute(text("LOCK TABLE calendar_year IN SHARE ROW EXCLUSIVE MODE"))
        years = load_years(session, path, named, source=source.strip() or f"文件“{path.name}”")
        loaded = Loaded(years=years)
        session.flush()
        _reckon(session, loaded, actor, dry_run=dry_run, progress=progress)
        if dry_run:
            session.rollback()
            return loaded
        for each in loaded.years:
            if each.is_new:
                detail = each.as_dict() | {"file": path.name, "sha256": sha256, "moved": len(loaded.reckoned.moved)}
                journal.write(session, case=None, actor=actor, what="calendar", detail=detail)
    if any(each.touched for each in loaded.years):
        _await_older_transactions()
        with transaction() as session:  # what was opened by the old calendar while the new one was being loaded
            _reckon(session, loaded, actor)
    return loaded


def _reckon(
    session: Session,
    loaded: Loaded,
    actor: Actor,
    *,
    dry_run: bool = False,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> None:
    """Reckon the deadlines that the loaded years touch."""
    touched = [day for year in loaded.years for day in year.touched or ()]
    if touched:
        reckon_days(
            session,
            min(touched),
            max(touched),
            loaded.reckoned,
            actor=actor,
            reason=_loaded(loaded),
            dry_run=dry_run,
            progress=progress,
        )
        reckon_campaigns(session, loaded.reckoned, actor=actor, reason=_loaded(loaded), dry_run=dry_run)


def _loaded(loaded: Loaded) -> str:
    return f"载入{'、'.join(str(year) for year in loaded.years if year.touched)}"


def _await_older_transactions() -> None:
    """Wait until whoever may have read the calendar before it changed has ended, so that what he opened is seen.

    Nobody is made to wait for it: who opens a step holds its case's lock already, and a lock here would be a deadlock.
    """
    with transaction() as session:
        since = session.scalar(select(func.clock_timestamp()))
    older = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend' AND xact_start < :since"
    )
    until = time.monotonic() + WAIT_AT_MOST
    while time.monotonic() < until:
        with transaction() as session:
            if not session.scalar(older, {"since": since}):
                return
        time.sleep(LOOK_EVERY)
