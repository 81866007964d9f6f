"""The demo: its people live through the shipped sample without Prefect, and through a few messages with the real worker."""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import delete, func, select

from deployments import processes, stack
from deployments.demo import demo
from deployments.demo.chance import draw
from deployments.demo.days import Days
from deployments.demo.figures import figures, summary
from deployments.demo.run import SAMPLE, SAMPLE_SCRIPT
from deployments.demo.script import Scenario, Turn, read_script
from deployments.demo.task import read_staff
from deployments.postgres import postgres_running
from deployments.problem import StackProblem
from flows.conductor import advance
from models.assignment import Answer, Assignment
from models.case import Case, CaseMessage
from models.clock import make_trial
from models.database import transaction
from models.journal import SYSTEM, Entry, Seal
from models.message import Message
from models.outbox import WakeUp
from models.records import CallBack, DoubleCheck, Feedback, Filing, Signature
from models.refusals import NotSimulated
from models.registry import Channel
from models.steps import STEPS
from models.words import Finding, Grade, Kind, Lapse, Nature, Outcome, ProblemClass, Reply, Satisfaction, Status
from settings import Settings
from tasks.intake import take_in
from tasks.verify import verify
from tests.office import CLERK, assignment_of, at, report

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


def live(file: Path, rejects: Path, *, channel: str | None = None, script: dict[str, Scenario] | None = None) -> None:
    """Take a file in and let its cases go to their end."""
    with transaction() as session:
        make_trial(session, at(BEGINS))
        staff = read_staff(session, date.fromisoformat(BEGINS))
    take_in(file, channel=channel, actor=SYSTEM, rejects=rejects)
    Days(script=script or {}, staff=staff, settle=settle).pass_by()


@pytest.fixture(scope="module")
def lived(shared_ledger: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Live through the shipped sample, once for all tests that look at what it left."""
    rejects = tmp_path_factory.mktemp("out") / "退回待补.xlsx"
    live(SAMPLE / "messages.xlsx", rejects, script=read_script(SAMPLE_SCRIPT))
    assert rejects.exists()
    return shared_ledger


def test_x(lived: str) -> None:
    with transaction() as session:
        print(summary(figures(session)))
