"""What the rounds of cases left behind, by case and round: when the result was signed, what the call-back found."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.records import CallBack, Signature
from reports.case_file import among, by_case, counts


def signing_days(session: Session, cases: Iterable[int]) -> dict[int, dict[int, date]]:
    """Return on which day the unit's head signed the result of each round last."""
    signed = by_case(
        session,
        select(Signature.case_id, Signature.round, Signature.signed_on)
        .where(among(Signature.case_id, cases), counts(Signature.answer_id))
        .order_by(Signature.id),
        lambda round, day: (round, day),
    )
    return defaultdict(dict, {case: dict(rounds) for case, rounds in signed.items()})


def call_backs(session: Session, cases: Iterable[int]) -> dict[int, dict[int, str]]:
    """Return what the complainant said about each round last, or why nobody was asked."""
    called = by_case(
        session,
        select(CallBack.case_id, CallBack.round, CallBack.result, CallBack.no_call_reason)
        .where(among(CallBack.case_id, cases), counts(CallBack.answer_id))
        .order_by(CallBack.id),
        lambda round, result, why: (round, result.label if result else why),
    )
    return defaultdict(dict, {case: dict(rounds) for case, rounds in called.items()})
