"""The three lists as they are in force: which unit has published which, what they say, what a version changed."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models.campaign_book import lists_in_force
from models.database import transaction
from models.lists import ListItem, PublishedList
from models.lists_sheets import HEADINGS
from models.refusals import UnknownList, UnknownUnit
from models.registry import RESPONSIBLE_KINDS, Unit
from models.words import ListKind

NUMBER = "序号"  # that an item has another number is no change of what it says


def coverage(kind: ListKind | None = None) -> dict[str, Any]:
    """Return which lists each responsible unit has published, and `missing`: the units that lack one (O20)."""
    kinds = [kind] if kind else list(ListKind)
    with transaction() as session:
        units = session.scalars(
            select(Unit).where(Unit.active, Unit.kind.in_(RESPONSIBLE_KINDS)).order_by(Unit.position, Unit.code)
        ).all()
        in_force = lists_in_force(session, (unit.code for unit in units))
    rows = [(unit, in_force.get(unit.code, {})) for unit in units]
    missing = [
        {"unit": unit.code, "name": unit.name, "lists": lacking}
        for unit, lists in rows
        if (lacking := [each.value for each in kinds if each not in lists])
    ]
    shown = [
        {
            "unit": unit.code,
            "name": unit.name,
            "lists": {each.value: _version(lists[each]) if each in lists else None for each in kinds},
        }
        for unit, lists in rows
    ]
    return {"units": shown, "complete": len(rows) - len(missing), "missing": missing}


def show_lists(unit: str, kind: ListKind | None = None, version: int | None = None) -> dict[str, Any]:
    """Return what a unit's lists say, those in force or those of a version. Raises UnknownUnit, UnknownList."""
    with transaction() as session:
        found = session.get(Unit, unit)
        if found is None:
            raise UnknownUnit
        kinds = [kind] if kind else list(ListKind)
        versions = _versions(session, unit, kinds)
        shown = [each for each in (_pick(versions[of], version) for of in kinds) if each is not None]
        if not shown:
            raise UnknownList
        return {
            "unit": found.code,
            "name": found.name,
            "missing": [of.value for of in kinds if not versions[of]],
            "lists": [
                {
                    "list": each.kind.value,
                    **_version(each),
                    "loaded_at": each.loaded_at.isoformat(),
                    "loaded_by": each.loaded_by,
                    "versions": [other.version for other in versions[each.kind]],
                    "items": [_item(item, each.kind) for item in each.items],
                }
                for each in shown
            ],
        }


def diff_lists(
    unit: str, kind: ListKind, *, from_version: int | None = None, to_version: int | None = None
) -> dict[str, Any]:
    """Return what differs between two versions of a list: the newest and the one before it, unless it is said.

    Before the first version there was nothing. `renumbered`: how many items have only another number. Raises
    UnknownUnit, UnknownList.
    """
    with transaction() as session:
        if session.get(Unit, unit) is None:
            raise UnknownUnit
        versions = _versions(session, unit, [kind])[kind]
        new = _pick(versions, to_version)
        if new is None:
            raise UnknownList
        old = _pick(versions, new.version - 1 if from_version is None else from_version)
        if old is None and from_version is not None:
            raise UnknownList
        before = {item.key: item for item in old.items} if old else {}
        after = {item.key: item for item in new.items}
        both = [(before[key], item) for key, item in after.items() if key in before]
        changed = [(item, changes) for was, item in both if (changes := _changes(was, item, kind))]
        moved = [item for was, item in both if _is_only_renumbered(was, item)]
        return {
            "unit": unit,
            "list": kind.value,
            "from": _version(old) if old else None,
            "to": _version(new),
            "added": [_item(item, kind) for key, item in after.items() if key not in before],
            "removed": [_item(item, kind) for key, item in before.items() if key not in after],
            "changed": [{"key": item.key, "name": item.name, "changes": changes} for item, changes in changed],
            "renumbered": len(moved),
        }


def _versions(session: Session, unit: str, kinds: Iterable[ListKind]) -> dict[ListKind, list[PublishedList]]:
    found: dict[ListKind, list[PublishedList]] = {kind: [] for kind in kinds}
    for each in session.scalars(
        select(PublishedList)
        .where(PublishedList.unit_code == unit, PublishedList.kind.in_(found))
        .order_by(PublishedList.version)
        .options(selectinload(PublishedList.items))
    ):
        found[each.kind].append(each)
    return found


def _pick(versions: list[PublishedList], version: int | None) -> PublishedList | None:
    if version is None:
        return versions[-1] if versions else None
    return next((each for each in versions if each.version == version), None)


def _version(published: PublishedList) -> dict[str, Any]:
    return {
        "version": published.version,
        "published_on": published.published_on.isoformat(),
        "published_in": published.published_in,
        "count": len(published.items),
    }


def _item(item: ListItem, kind: ListKind) -> dict[str, Any]:
    return {
        "key": item.key,
        "name": item.name,
        "power_kind": item.power_kind.value if item.power_kind else None,
        "content": {heading: item.content.get(heading, "") for heading in HEADINGS[kind]},
    }


def _changes(was: ListItem, item: ListItem, kind: ListKind) -> list[dict[str, Any]]:
    return [
        {"field": heading, "old": was.content.get(heading, ""), "new": item.content.get(heading, "")}
        for heading in HEADINGS[kind]
        if heading != NUMBER and was.content.get(heading, "") != item.content.get(heading, "")
    ]


def _is_only_renumbered(was: ListItem, item: ListItem) -> bool:
    return was.content != item.content and was.content | {NUMBER: ""} == item.content | {NUMBER: ""}
