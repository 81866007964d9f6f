"""The demo without Prefect: the shipped sample lives through its days and reaches every step; so does any other file."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from deployments.demo.days import Days
from deployments.demo.script import read_script
from deployments.demo.task import read_staff
from flows.conductor import advance
from models.case import Case
from models.clock import make_trial
from models.database import transaction
from models.journal import Actor
from models.outbox import WakeUp
from tasks.intake import take_in
from tests.office import CLERK, at

SAMPLE = Path(__file__).parents[2] / "deployments" / "sample"
BEGINS = "2026-06-01"


def settle() -> None:
    """Do what the worker does: walk the path of each case that was woken, until none is."""
    while True:
        with transaction() as session:
            woken = set(session.scalars(delete(WakeUp).returning(WakeUp.case_id)))
            numbers = session.scalars(select(Case.number).where(Case.id.in_(woken)).order_by(Case.id)).all()
        if not numbers:
            return
        for number in numbers:
            advance(number)


def live(file: Path, channel: str | None, script: Path | None = None) -> None:
    """Take a file in and let its cases go to their end."""
    with transaction() as session:
        make_trial(session, at(BEGINS))
        staff = read_staff(session, date.fromisoformat(BEGINS))
    take_in(file, channel=channel, actor=Actor(code=CLERK), rejects=Path("/tmp/x.xlsx"))
    Days(script=read_script(script) if script else {}, staff=staff, settle=settle, show=print).pass_by()


@pytest.mark.usefixtures("ledger")
def test_sample() -> None:
    live(SAMPLE / "messages.xlsx", None, SAMPLE / "script.csv")
    from collections import Counter
    with transaction() as s:
        print(Counter(s.scalars(select(Case.status))))
