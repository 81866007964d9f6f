"""Notices of a running system: its worker sends them, whatever the file of their channels says."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from deployments import processes
from models.database import transaction
from models.journal import Actor
from models.notice import Delivery
from tasks.urge import urge
from tests.letterbox import configure, mail_server, webhook
from tests.live import asked, come_in, pass_by
from tests.office import CLERK, assignment_of
from tests.running import WORKER, RunningSystem, until


@pytest.fixture
def urged(system: RunningSystem) -> Iterator[int]:
    """An assignment of the contact of U01; afterwards no channel is configured any more."""
    [number] = come_in()
    pass_by(number, "classification")
    asked(number, "receipt-1")
    yield assignment_of(number, "receipt-1")
    (system.home / "notices.yml").unlink()


def urge_again(assignment: int) -> None:
    urge(assignment, actor=Actor(code=CLERK), reason="群众再次来电")


def test_the_worker_sends_by_mail_and_to_a_webhook(system: RunningSystem, urged: int) -> None:
    with mail_server() as mailbox, webhook() as hook:
        configure(system.home, mail=(mailbox.address, "U01"), hook=(hook.address, "unit-contact"))
        urge_again(urged)
        until(lambda: mailbox.letters and hook.calls)
        until(lambda: not undelivered())
    assert mailbox.letters[0]["subject"] == hook.calls[0]["title"] == "催办通知书：1 项待办"
    assert len(mailbox.letters) == len(hook.calls) == 1


def test_a_broken_file_stops_neither_the_worker_nor_the_urging(system: RunningSystem, urged: int) -> None:
    worker = processes.find(system.settings, WORKER)
    (system.home / "notices.yml").write_text("urls: [")
    urge_again(urged)
    assert undelivered() == ["（待定）"]
    [number] = come_in()
    pass_by(number, "classification")
    asked(number, "receipt-1")
    with mail_server() as mailbox:
        configure(system.home, mail=(mailbox.address, "all"))
        until(lambda: mailbox.letters)
    assert processes.find(system.settings, WORKER) == worker


def undelivered() -> list[str]:
    with transaction() as session:
        return list(session.scalars(select(Delivery.channel).where(Delivery.delivered_at.is_(None))))
