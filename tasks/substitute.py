"""代理: while an officer is absent another one of his unit acts for him."""

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import journal
from models.clock import now, today
from models.database import transaction
from models.journal import Actor, OfficeChain
from models.operator import Substitution
from models.refusals import CannotSubstitute, NotYours, ReasonMissing, UnknownOfficer
from models.registry import Officer
from models.words import Role
from tasks.officers import is_in_post
from tasks.refused import kept_if_office_refused

# Who arranges it for others: who leads the unit or is its contact; for the office its head.
_MAY_ARRANGE = (Role.UNIT_HEAD, Role.UNIT_CONTACT, Role.OFFICE_HEAD)


def substitute(absent: str, *, by: str, first: date, last: date, actor: Actor, reason: str) -> int:
    """Enter that `by` acts for `absent` on these days, both included; signatures stay the head's own.

    Returns the number of the entry. Raises CannotSubstitute, NotYours, ReasonMissing, UnknownOfficer, which the
    journal keeps.
    """
    if not reason.strip():
        raise ReasonMissing
    typed = {"officer": absent, "substitute": by, "from": first.isoformat(), "to": last.isoformat(), "reason": reason}
    with kept_if_office_refused("substitute", actor=actor, **typed), transaction() as session:
        _one_after_another(session)
        one, other = _officer(session, absent), _officer(session, by)
        _may_arrange(session, one, actor)
        _may_act_for(session, one, other, first, last)
        entered = Substitution(
            officer_code=one.code,
            substitute_code=other.code,
            first_day=first,
            last_day=last,
            reason=reason,
            entered_by=actor.code,
            entered_at=now(session),
        )
        session.add(entered)
        session.flush()
        journal.write(session, case=None, actor=actor, what="substitute", detail={"entry": entered.id} | typed)
        return entered.id


def end_substitution(absent: str, *, actor: Actor, reason: str) -> int:
    """End what is arranged for an officer from now on; return how many entries that were.

    Raises CannotSubstitute where there is none, NotYours, ReasonMissing, UnknownOfficer, which the journal keeps.
    """
    if not reason.strip():
        raise ReasonMissing
    with (
        kept_if_office_refused("substitute-ended", actor=actor, officer=absent, reason=reason),
        transaction() as session,
    ):
        _one_after_another(session)
        one = _officer(session, absent)
        _may_arrange(session, one, actor)
        running = session.scalars(
            select(Substitution).where(
                Substitution.officer_code == one.code,
                Substitution.ended_at.is_(None),
                Substitution.last_day >= today(session),
            )
        ).all()
        if not running:
            raise CannotSubstitute("该人员现在没有代理人。")
        for each in running:
            each.ended_at = now(session)
        detail = {"entries": [each.id for each in running], "officer": one.code, "reason": reason}
        journal.write(session, case=None, actor=actor, what="substitute-ended", detail=detail)
        return len(running)


def _one_after_another(session: Session) -> None:
    """Lock what the entry is written to anyway: of two who arrange at once the second sees what the first did."""
    session.get_one(OfficeChain, 1, with_for_update=True)


def _officer(session: Session, code: str) -> Officer:
    officer = session.get(Officer, code)
    if officer is None:
        raise UnknownOfficer
    return officer


def _may_arrange(session: Session, absent: Officer, actor: Actor) -> None:
    officer = _officer(session, actor.code)
    day = today(session)
    arranges = officer.unit_code == absent.unit_code and any(officer.holds(role, on=day) for role in _MAY_ARRANGE)
    if not arranges and not (officer is absent and is_in_post(session, officer)):
        raise NotYours("代理须由本人、本单位主要领导、联络员或治庸问责办负责人办理。")


def _may_act_for(session: Session, absent: Officer, other: Officer, first: date, last: date) -> None:
    """Raise CannotSubstitute where the two or the days will not do: nobody stands in for one who is away himself."""
    if absent.code == other.code or absent.unit_code != other.unit_code:
        raise CannotSubstitute("代理人须为本单位的另一名人员。")
    if last < first or last < today(session):
        raise CannotSubstitute("代理的起止日期有误，或已经过去。")
    if not all(any(grant.covers(day) for grant in other.grants) for day in (first, last)):
        raise CannotSubstitute("代理人在代理期间不在岗。")
    meanwhile = session.execute(
        select(Substitution.officer_code, Substitution.substitute_code).where(
            Substitution.first_day <= last,
            Substitution.last_day >= first,
            Substitution.ended_at.is_(None),
            or_(Substitution.officer_code.in_((absent.code, other.code)), Substitution.substitute_code == absent.code),
        )
    ).all()
    if any(away == absent.code for away, _ in meanwhile):
        raise CannotSubstitute("该人员在此期间已有代理人。")
    if any(away == other.code for away, _ in meanwhile):
        raise CannotSubstitute("代理人在此期间本人也由他人代理。")
    if meanwhile:
        raise CannotSubstitute("该人员在此期间正代理他人，须先另行安排。")
