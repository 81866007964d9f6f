"""What was not accepted stays in the case's journal: who tried what, and which rule said no."""

from typing import Any

from models import journal
from models.database import transaction
from models.journal import Actor
from models.refusals import Refusal, UnknownCase
from tasks.find import find_case


def keep_refused(number: str, act: str, *, actor: Actor, refusal: Refusal, **detail: Any) -> None:
    """Write a refused act in the journal of the case, where there is such a case. act: `reclassify`, `merge` …"""
    with transaction() as session:
        try:
            case = find_case(session, number, lock=True)
        except UnknownCase:
            return
        journal.write(session, case=case, actor=actor, what=f"{act}-refused", detail={"code": refusal.code} | detail)
