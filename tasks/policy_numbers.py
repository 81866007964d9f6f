"""The policy numbers: shown as they are and will be in force, and set from a day on by the head of the office."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import journal
from models.clock import today
from models.database import transaction
from models.journal import Actor
from models.policy import (
    DISTRICT,
    LIMITS,
    MOST,
    NO_LIMITS,
    TITLES,
    Measured,
    PolicyNumber,
    ends_on,
    policy_number,
)
from models.refusals import ImplausibleNumber, NotRetroactive, ReasonMissing, Refusal, UnknownNumber
from models.words import Grade, Kind, Role
from tasks.officers import officer_with


def show_numbers(key: str | None = None) -> list[dict[str, Any]]:
    """Return the numbers of a key or of all, those that were and will be in force too. Raises UnknownNumber."""
    if key is not None and key not in TITLES:
        raise UnknownNumber
    with transaction() as session:
        keys = TITLES if key is None else (key,)
        rows = [
            row
            for each in keys
            for row in sorted(session.scalars(select(PolicyNumber).where(PolicyNumber.key == each)), key=_place)
        ]
        day = today(session)
        return [_as_dict(row, in_force=_in_force(session, row, day)) for row in rows]


def set_number(
    key: str,
    value: int,
    *,
    valid_from: date,
    actor: Actor,
    reason: str,
    grade: Grade | None = None,
    kind: Kind | None = None,
    measured: Measured | None = None,
    source: str = "",
) -> dict[str, Any]:
    """Set a number from a day on, by a new row; what is open keeps the one it was opened under.

    measured: what it counts, as before where it is None. source: the document that it follows, if there is one.
    Returns the new number, with what was in force before under `old`. Raises a Refusal; what was typed is then kept
    in the journal as not accepted.
    """
    typed = {
        "key": key,
        "value": value,
        "measured": measured,
        "grade": grade,
        "kind": kind,
        "valid_from": valid_from,
        "reason": reason,
        "source": source,
    }
    try:
        with transaction() as session:
            officer_with(session, actor.code, Role.OFFICE_HEAD)
            if not reason.strip():
                raise ReasonMissing
            if key not in TITLES:
                raise UnknownNumber
            if valid_from < today(session):
                raise NotRetroactive
            _refuse_shadowed(session, key, grade, kind)
            before = policy_number(session, key, on=valid_from, grade=grade, kind=kind)
            new = PolicyNumber(
                key=key,
                grade=grade,
                kind=kind,
                value=value,
                measured=measured or before.measured,
                valid_from=valid_from,
                source=f"{DISTRICT}：{source.strip()}" if source.strip() else DISTRICT,
                stated=False,
            )
            _refuse_implausible(session, new, before)
            session.add(new)
            session.flush()
            set_ = _as_dict(new, in_force=_in_force(session, new, today(session)))
            old = _as_dict(before, in_force=_in_force(session, before, today(session)))
            detail = {"old": old, "new": set_, "reason": reason}
            journal.write(session, case=None, actor=actor, what="policy", detail=detail)
            return {**set_, "old": old}
    except Refusal as refusal:
        with transaction() as session:
            detail = {"code": refusal.code, "data": typed}
            journal.write(session, case=None, actor=actor, what="policy-refused", detail=detail)
        raise


def _refuse_shadowed(session: Session, key: str, grade: Grade | None, kind: Kind | None) -> None:
    """Refuse a number that would change nothing, for there are more special ones: those must be set one by one."""
    rows = session.execute(select(PolicyNumber.grade, PolicyNumber.kind).where(PolicyNumber.key == key))
    known = {(other_grade, other_kind) for other_grade, other_kind in rows}
    if (grade, kind) in known:
        return
    special = [
        (other_grade, other_kind)
        for other_grade, other_kind in known
        if (other_grade is not None, other_kind is not None) > (grade is not None, kind is not None)
        and (grade is None or other_grade is grade)
        and (kind is None or other_kind in (None, kind))
    ]
    if special:
        by = [name for name, axis in (("等级 --grade", 0), ("性质 --kind", 1)) if any(each[axis] for each in special)]
        raise ImplausibleNumber(f"“{TITLES[key]}”按{'、'.join(by)}分别规定，请指明改哪一项。")


def _refuse_implausible(session: Session, new: PolicyNumber, before: PolicyNumber) -> None:
    if new.measured is not before.measured and (new.key in NO_LIMITS or new.measured not in LIMITS):
        raise ImplausibleNumber(f"“{TITLES[new.key]}”的单位只能是“{before.measured.label}”。")
    if not 1 <= new.value <= MOST[new.measured]:
        raise ImplausibleNumber(f"“{TITLES[new.key]}”须在1至{MOST[new.measured]}{new.measured.label}之间。")
    if new.key not in NO_LIMITS and new.measured is not Measured.HOURS:
        ends_on(session, new.valid_from, new.value, new.measured)  # a limit that no calendar reaches is no limit


def _in_force(session: Session, row: PolicyNumber, day: date) -> bool:
    """Whether the row is the one that counts today for the cases that it is about."""
    return row.valid_from <= day and policy_number(session, row.key, on=day, grade=row.grade, kind=row.kind) is row


def _place(row: PolicyNumber) -> tuple[int, int, date, int]:
    return (None, *Grade).index(row.grade), (None, *Kind).index(row.kind), row.valid_from, row.id


def _as_dict(row: PolicyNumber, *, in_force: bool) -> dict[str, Any]:
    return {
        "key": row.key,
        "title": TITLES[row.key],
        "grade": row.grade.value if row.grade else None,
        "kind": row.kind.value if row.kind else None,
        "value": row.value,
        "measured": row.measured.value,
        "valid_from": row.valid_from.isoformat(),
        "source": row.source,
        "stated": row.stated,
        "in_force": in_force,
    }
