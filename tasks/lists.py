"""Loading the three lists from a workbook: each that differs from the one in force is its next version."""

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models import journal
from models.campaign_book import lists_in_force
from models.clock import now, today
from models.database import transaction
from models.journal import SYSTEM, Actor, sha256_of
from models.lists import DutyList, ListItem, PowerList, ProcedureList, PublishedList
from models.lists_file import FiledList, Known, read_lists
from models.lists_sheets import Power
from models.registry import RESPONSIBLE_KINDS, Unit
from models.words import ListKind, Role
from tasks.officers import officer_with

KINDS = {ListKind.POWER: PowerList, ListKind.DUTY: DutyList, ListKind.PROCEDURE: ProcedureList}


def load_lists(path: Path, *, actor: Actor) -> dict[str, Any]:
    """Load a workbook of lists, all or nothing.

    A list that says the same as the version in force, published on the same day, makes no new version. Returns how
    many `units`, `lists` and `items` the workbook has, how many lists are `new`, `changed` and `unchanged`, and its
    `sha256`. Raises BadFile, BadLists, NotYours, UnknownOfficer.
    """
    with transaction() as session:
        if actor.code != SYSTEM.code:
            officer_with(session, actor.code, Role.OFFICE_CLERK, Role.OFFICE_HEAD)
        session.execute(text("LOCK TABLE published_list IN SHARE ROW EXCLUSIVE MODE"))  # versions have no gaps
        units = set(session.scalars(select(Unit.code).where(Unit.active, Unit.kind.in_(RESPONSIBLE_KINDS))))
        in_force = lists_in_force(session, units)
        filed = read_lists(path, today=today(session), known=_known(units, in_force))
        done: Counter[str] = Counter({"new": 0, "changed": 0, "unchanged": 0})
        for each in filed:
            before = in_force.get(each.unit, {}).get(each.kind)
            digest = sha256_of([[item.key, item.power_kind, item.content] for item in each.items])
            if before is not None and (before.sha256, before.published_on) == (digest, each.published_on):
                done["unchanged"] += 1
                continue
            done["new" if before is None else "changed"] += 1
            _add(session, each, digest, version=before.version + 1 if before else 1, actor=actor)
        counts = {
            "units": len({each.unit for each in filed}),
            "lists": len(filed),
            "items": sum(len(each.items) for each in filed),
            **done,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        journal.write(session, case=None, actor=actor, what="lists", detail={"file": path.name, **counts})
        return counts


def _known(units: set[str], in_force: dict[str, dict[ListKind, PublishedList]]) -> Known:
    return Known(
        units=units,
        published_on={
            (unit, kind): each.published_on for unit, lists in in_force.items() for kind, each in lists.items()
        },
        powers={
            unit: [
                Power(code=item.key, name=item.name, kind=item.power_kind)
                for item in lists[ListKind.POWER].items
                if item.power_kind is not None
            ]
            for unit, lists in in_force.items()
            if ListKind.POWER in lists
        },
    )


def _add(session: Session, filed: FiledList, digest: str, *, version: int, actor: Actor) -> None:
    added = KINDS[filed.kind](
        unit_code=filed.unit,
        version=version,
        published_on=filed.published_on,
        published_in=filed.published_in,
        loaded_at=now(session),
        loaded_by=actor.code,
        sha256=digest,
        items=[
            ListItem(position=position, key=item.key, power_kind=item.power_kind, content=item.content)
            for position, item in enumerate(filed.items, start=1)
        ],
    )
    session.add(added)
