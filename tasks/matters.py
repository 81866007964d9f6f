"""普遍性、苗头性问题: shown with the suggestion 建议列为一类, on which a person rules; nothing follows by itself."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from models import journal
from models.case import Case
from models.clock import now, today
from models.concerned import is_subject
from models.database import transaction
from models.journal import Actor, OfficeChain
from models.masks import details_in
from models.matter_groups import Matter, Period, find_matters, period_of
from models.matter_ruling import MatterRuling
from models.message import Complainant, Message
from models.refusals import ConflictOfInterest, InvalidForm, ReasonMissing, Refusal, Unknown, UnknownUnit, WrongPeriod
from models.registry import Officer, Unit
from models.words import Role
from tasks.officers import officer_with
from tasks.refused import kept_if_office_refused


class UnknownMatter(Unknown):
    """Nothing that three people reported in the period begins with this message."""

    code = "unknown-matter"
    says = "该期间没有这个编号的普遍性、苗头性问题，请用 zhiyong matters list 查看。"


class AlreadyRuled(Refusal):
    """The matter was ruled on in the same way, and has not grown to the double since."""

    code = "already-ruled"


def list_matters(
    *, from_day: date | None = None, to_day: date | None = None, unit: str | None = None, by: str | None = None
) -> dict[str, Any]:
    """Return what several people reported in the period, what most reported first.

    by: a clerk or the head of the office: he reads an example of each, masked, and nothing that is about him.
    Raises WrongPeriod, UnknownUnit, UnknownOfficer, NotYours.
    """
    with transaction() as session:
        reader = officer_with(session, by, Role.OFFICE_CLERK, Role.OFFICE_HEAD) if by is not None else None
        period = _period(session, from_day, to_day)
        found = find_matters(session, period, conditions=_of_unit(session, unit))
        if reader is not None:
            found = [each for each in found if not _concerns(session, each, reader)]
        return {
            "from": period.first.isoformat(),
            "to": period.last.isoformat(),
            "unit": unit,
            "matters": [_shown(each, example=reader is not None) for each in found],
            "suggested": sum(each.suggested for each in found),
        }


def rule_on_matter(
    matter_id: int,
    *,
    accepted: bool,
    actor: Actor,
    reason: str,
    from_day: date | None = None,
    to_day: date | None = None,
    unit: str | None = None,
) -> dict[str, Any]:
    """Rule that a matter of the period is of class 一类, or that it is not; its cases stay as they are.

    Returns the ruling with the open cases that a clerk may reclassify now. Raises UnknownMatter, AlreadyRuled,
    WrongPeriod, ReasonMissing, InvalidForm, ConflictOfInterest, NotYours, which the journal keeps.
    """
    if not reason.strip():
        raise ReasonMissing
    what = "matter-accepted" if accepted else "matter-rejected"
    with kept_if_office_refused(what, actor=actor, matter=matter_id, reason=reason), transaction() as session:
        session.get_one(OfficeChain, 1, with_for_update=True)  # of two who rule at once the second sees what was ruled
        officer = officer_with(session, actor.code, Role.OFFICE_HEAD)
        period = _period(session, from_day, to_day)
        found = find_matters(session, period, conditions=_of_unit(session, unit))
        matter = next((each for each in found if each.id == matter_id), None)
        if matter is None:
            raise UnknownMatter
        if _concerns(session, matter, officer):
            raise ConflictOfInterest
        if matter.ruling is not None and matter.ruling.accepted is accepted:
            raise AlreadyRuled(f"该问题{matter.ruling.word}，此后来件未增加一倍，不必重复认定。")
        _identifies_nobody(session, matter, reason)
        ruling = MatterRuling(
            matter_id=matter.id,
            accepted=accepted,
            label=matter.label,
            people=matter.people,
            messages=list(matter.known),
            cases=list(matter.cases),
            first_day=period.first,
            last_day=period.last,
            unit_code=unit,
            reason=reason,
            ruled_by=actor.code,
            ruled_at=now(session),
        )
        session.add(ruling)
        session.flush()
        detail = {"ruling": ruling.id, "matter": matter.id, "people": matter.people, "cases": ruling.cases}
        journal.write(session, case=None, actor=actor, what=what, detail=detail | {"reason": reason})
        return {
            "matter": matter.id,
            "ruling": ruling.id,
            "accepted": accepted,
            "label": matter.label,
            "to_reclassify": list(matter.open) if accepted else [],
        }


def matter_of_case(session: Session, case: Case) -> dict[str, Any] | None:
    """Return the latest ruling on what the case reports, or on what an earlier message very like it does; else None."""
    own = [each.message_id for each in case.messages]
    alike = session.scalars(select(Message.similar_to).where(Message.id.in_(own), Message.similar_to.is_not(None)))
    ids = sorted({*own, *(each for each in alike if each is not None)})
    if not ids:
        return None
    holds = or_(*(MatterRuling.messages.op("@>")(func.to_jsonb(each).cast(JSONB)) for each in ids))
    ruling = session.scalar(select(MatterRuling).where(holds).order_by(MatterRuling.id.desc()).limit(1))
    if ruling is None:
        return None
    return {
        "matter": ruling.matter_id,
        "label": ruling.label,
        "accepted": ruling.accepted,
        "people": ruling.people,
        "ruled_at": ruling.ruled_at.isoformat(),
    }


def _period(session: Session, first: date | None, last: date | None) -> Period:
    period = period_of(session, first, last)
    if period.first > min(period.last, today(session)):
        raise WrongPeriod
    return period


def _of_unit(session: Session, unit: str | None) -> list[ColumnElement[bool]]:
    if unit is None:
        return []
    if session.get(Unit, unit) is None:
        raise UnknownUnit
    return [Case.unit_code == unit]


def _concerns(session: Session, matter: Matter, officer: Officer) -> bool:
    return any(is_subject(session, case, officer) for case in matter.case_ids)


def _identifies_nobody(session: Session, matter: Matter, reason: str) -> None:
    """The reason stands in the office's journal, which has no locks of its own."""
    senders = session.scalars(select(Complainant).where(Complainant.message_id.in_(matter.known))).all()
    details = details_in(reason, *senders, lines_are_public=True)
    if details:
        kinds = "、".join(detail.word for detail in details)
        raise InvalidForm([("理由", f"不得含有可识别投诉人的内容（{kinds}）")])


def _shown(matter: Matter, *, example: bool) -> dict[str, Any]:
    return {
        "matter": matter.id,
        "label": matter.label,
        "tendency": matter.tendency,
        "messages": len(matter.messages),
        "people": matter.people,
        "people_before": matter.before,
        "growth": matter.growth,
        "first_day": matter.first_day.isoformat(),
        "last_day": matter.last_day.isoformat(),
        "places": list(matter.places),
        "units": list(matter.units),
        "cases": list(matter.cases),
        "open": list(matter.open),
        "example": matter.example if example else None,
        "suggested": matter.suggested,
        "ruling": _ruled(matter.ruling) if matter.ruling is not None else None,
    }


def _ruled(ruling: MatterRuling) -> dict[str, Any]:
    return {
        "ruling": ruling.id,
        "accepted": ruling.accepted,
        "reason": ruling.reason,
        "by": ruling.ruled_by,
        "at": ruling.ruled_at.isoformat(),
    }
