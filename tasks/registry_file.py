"""The registry as a whole: taken over from a workbook, and shown as it is in force."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, contains_eager

from models.registry import Channel, EvaluatorGroup, MonitoringPoint, Officer, RoleGrant, Unit
from models.registry_file import OfficerRow, RegistryFile, read_registry
from models.words import Role

Listed = TypeVar("Listed", Unit, Channel, MonitoringPoint, EvaluatorGroup, Officer)


def load_registry(session: Session, path: Path, *, today: date) -> dict[str, int | str]:
    """Make the registry say what the workbook says; the caller commits and writes the journal.

    Nothing is deleted: units, channels, points and groups that the workbook no longer lists become inactive, roles
    that it no longer lists end the day before `today`. Returns how many of each kind it lists, what the load did,
    `added`, `changed`, `ended`, and the workbook's `sha256`. Raises BadFile or BadRegistry, with nothing loaded.
    """
    file = read_registry(path, today=today)
    officers = {row.code: Officer(code=row.code, name=row.name, unit_code=row.unit) for row in file.officers}
    done: Counter[str] = Counter({"added": 0, "changed": 0, "ended": 0})
    with session.no_autoflush:
        absent: list[Unit | Channel | MonitoringPoint | EvaluatorGroup] = [
            *_put(session, Unit, _units(file), done),
            *_put(session, Channel, _channels(file), done),
            *_put(session, MonitoringPoint, _points(file), done),
            *_put(session, EvaluatorGroup, _groups(file), done),
        ]
        for row in absent:
            done["ended"] += row.active
            row.active = False
        _put(session, Officer, officers.values(), done)
        _grant(session, file.officers, today, done)
    session.flush()
    return {
        "units": len(file.units),
        "officers": len(officers),
        "roles": sum(len(row.roles) for row in file.officers),
        "channels": len(file.channels),
        "points": len(file.points),
        "groups": len(file.groups),
        **done,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


def show_registry(session: Session, *, today: date) -> dict[str, list[dict[str, Any]]]:
    """Return what is in force today: units in their official order, officers with their roles, and the lists."""
    roles: dict[Officer, set[Role]] = {}
    for grant in session.scalars(
        select(RoleGrant)
        .join(RoleGrant.officer)
        .join(Officer.unit)
        .where(RoleGrant.in_force(today), Unit.active)
        .order_by(Unit.position, Unit.code, Officer.code)
        .options(contains_eager(RoleGrant.officer))
    ):
        roles.setdefault(grant.officer, set()).add(grant.role)
    return {
        "units": [
            {"code": unit.code, "name": unit.name, "kind": unit.kind}
            for unit in session.scalars(select(Unit).where(Unit.active).order_by(Unit.position, Unit.code))
        ],
        "officers": [
            {
                "code": officer.code,
                "name": officer.name,
                "unit": officer.unit_code,
                "roles": [role.value for role in Role if role in held],
            }
            for officer, held in roles.items()
        ],
        "channels": [
            {"code": channel.code, "name": channel.name, "aliases": channel.aliases, "feedback": channel.feedback}
            for channel in session.scalars(select(Channel).where(Channel.active).order_by(Channel.position))
        ],
        "points": [
            {"number": point.number, "name": point.name, "host": point.host, "telephone": point.telephone}
            for point in session.scalars(
                select(MonitoringPoint).where(MonitoringPoint.active).order_by(MonitoringPoint.number)
            )
        ],
        "groups": [
            {"mechanism": group.mechanism, "code": group.code, "name": group.name}
            for group in session.scalars(
                select(EvaluatorGroup).where(EvaluatorGroup.active).order_by(EvaluatorGroup.position)
            )
        ],
    }


def _units(file: RegistryFile) -> list[Unit]:
    return [Unit(code=row.code, name=row.name, kind=row.kind, position=row.position, active=True) for row in file.units]


def _channels(file: RegistryFile) -> list[Channel]:
    return [
        Channel(
            code=row.code,
            name=row.name,
            position=position,
            aliases=row.aliases,
            origin=row.origin,
            feedback=[reply.value for reply in row.feedback],
            forces_superior=row.forces_superior,
            direct_accountability=row.direct_accountability,
            double_check=row.double_check,
            upward_report=row.upward_report,
            columns=row.columns,
            active=True,
        )
        for position, row in enumerate(file.channels, start=1)
    ]


def _points(file: RegistryFile) -> list[MonitoringPoint]:
    return [
        MonitoringPoint(number=row.number, name=row.name, host=row.host, telephone=row.telephone, active=True)
        for row in file.points
    ]


def _groups(file: RegistryFile) -> list[EvaluatorGroup]:
    return [
        EvaluatorGroup(code=row.code, mechanism=row.mechanism, name=row.name, position=position, active=True)
        for position, row in enumerate(file.groups, start=1)
    ]


def _put(session: Session, table: type[Listed], listed: Iterable[Listed], done: Counter[str]) -> list[Listed]:
    """Add or change the rows of a table; return those of the ledger that are not listed."""
    known = list(session.scalars(select(table)))
    kept = [session.merge(row) for row in listed]
    for row in kept:
        if inspect(row).pending:
            done["added"] += 1
        elif session.is_modified(row):
            done["changed"] += 1
    return [row for row in known if row not in kept]


def _grant(session: Session, rows: list[OfficerRow], today: date, done: Counter[str]) -> None:
    listed = {(row.code, role, row.since): row.until for row in rows for role in row.roles}
    yesterday = today - timedelta(days=1)
    for grant in session.scalars(select(RoleGrant)):
        key = grant.officer_code, grant.role, grant.valid_from
        if key not in listed:
            if grant.valid_to is None or grant.valid_to >= today:
                grant.valid_to = yesterday
                done["ended"] += 1
        elif grant.valid_to != (until := listed.pop(key)):
            grant.valid_to = until
            done["changed"] += 1
    done["added"] += len(listed)
    session.add_all(
        RoleGrant(officer_code=officer, role=role, valid_from=since, valid_to=until)
        for (officer, role, since), until in listed.items()
    )
