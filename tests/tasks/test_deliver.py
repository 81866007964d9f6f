"""Notices on their way out, against a real mail server and a real webhook: each arrives, and as a rule once."""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from logging.handlers import BufferingHandler

import pendulum
import pytest
from sqlalchemy import delete, select, update

from models.database import transaction
from models.journal import Actor
from models.notice import Delivery
from models.outbox import WakeUp
from settings import settings
from tasks.deliver import INBOX_ONLY, WAITS, deliver_due
from tasks.incidents import incidents
from tasks.lease import hold_lease
from tasks.notice_channels import UNDECIDED
from tasks.notices import notices
from tasks.urge import urge
from tests.letterbox import Hook, Mailbox, configure, mail_server, webhook
from tests.office import CLERK, assignment_of, classify, it_is, report
from tests.running import free_port

pytestmark = pytest.mark.usefixtures("ledger")

CONTACT = "U01-03"
NOWHERE = f"json://127.0.0.1:{free_port()}/geheim"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook() as hook:
        yield hook


def tell_contact() -> str:
    """Urge the contact of U01 to sign for a case; return its number."""
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT", subject="甲一路的井盖", text="井盖丢了三个月")
    classify(number)
    tell_again(number)
    return number


def tell_again(number: str) -> None:
    urge(assignment_of(number, "receipt-1"), actor=Actor(code=CLERK), reason="群众再次来电")


def deliveries() -> list[Delivery]:
    with transaction() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def the_delivery() -> Delivery:
    (delivery,) = deliveries()
    return delivery


def make_due() -> None:
    """Let the wait until the next try be over."""
    with transaction() as session:
        session.execute(
            update(Delivery).where(Delivery.next_try_at.is_not(None)).values(next_try_at=pendulum.now("UTC"))
        )


def test_a_notice_arrives_once_by_every_channel_of_its_officer(mailbox: Mailbox, hook: Hook) -> None:
    configure(
        settings().home,
        邮箱=(mailbox.address, "U01"),
        企业微信=(hook.address, "unit-contact"),
        other=(hook.address, "U02, office-head"),
    )
    number = tell_contact()
    assert [each.channel for each in deliveries()] == ["邮箱", "企业微信"]
    assert deliver_due() == 2
    assert deliver_due() == 0
    (letter,) = mailbox.letters
    (call,) = hook.calls
    body = letter.get_body()
    assert body is not None
    assert letter["subject"] == call["title"] == "催办通知书：1 项待办"
    for text in (body.get_content(), call["message"]):
        assert text.startswith(f"【催办】{number}　签收（receipt-1，待办 {assignment_of(number, 'receipt-1')}）　时限 ")
        assert "井盖" not in text
    assert [(each.tries, each.trouble, each.next_try_at) for each in deliveries()] == [(1, "", None)] * 2
    (notice,) = notices(by=CONTACT)
    assert all(each["delivered_at"] for each in notice["deliveries"])


def test_without_channels_a_notice_is_in_the_inbox_only() -> None:
    tell_contact()
    assert len(notices(by=CONTACT)) == 1
    assert deliveries() == []
    assert deliver_due() == 0


def test_while_the_server_is_down_a_notice_is_kept_and_sent_when_it_is_back() -> None:
    port = free_port()
    configure(settings().home, mail=(Mailbox(port).address, "all"))
    tell_contact()
    before = pendulum.now("UTC")
    assert deliver_due() == 0
    kept = the_delivery()
    assert (kept.tries, kept.trouble) == (1, "连接不上对方服务器，或连接中断")
    assert kept.next_try_at is not None
    assert before + WAITS[0] <= kept.next_try_at <= pendulum.now("UTC") + WAITS[0]
    with mail_server(port) as mailbox:
        assert deliver_due() == 0  # its wait is not over
        assert mailbox.letters == []
        make_due()
        assert deliver_due() == 1
        assert len(mailbox.letters) == 1
    arrived = the_delivery()
    assert (arrived.tries, arrived.trouble, arrived.next_try_at) == (2, "", None)


def test_the_waits_grow_to_a_day(hook: Hook) -> None:
    hook.status = 500
    configure(settings().home, hook=(hook.address, "all"))
    tell_contact()
    waits = []
    for _ in range(8):
        make_due()
        before = datetime.now(UTC)
        assert deliver_due() == 0
        next_try_at = the_delivery().next_try_at
        assert next_try_at is not None
        waits.append(round((next_try_at - before) / timedelta(minutes=1)))
    assert waits == [1, 5, 30, 120, 720, 1440, 1440, 1440]
    assert the_delivery().tries == len(hook.calls) == 8


def test_what_fails_for_long_is_an_incident_until_it_arrives(hook: Hook) -> None:
    hold_lease("a-worker", running=0)
    hook.status = 401
    configure(settings().home, hook=(hook.address, "all"))
    tell_contact()
    with transaction() as session:
        session.execute(delete(WakeUp))
    for said in ([], [], ["渠道“hook”有 1 份通知试发 3 次以上未成：凭据不对或没有权限（代码 401）"]):
        make_due()
        deliver_due()
        assert [each.what for each in incidents()] == said
    hook.status = 200
    make_due()
    deliver_due()
    assert incidents() == []


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        (401, "凭据不对或没有权限（代码 401）"),
        (404, "收件地址不存在（代码 404）"),
        (413, "内容过长（代码 413）"),
        (429, "发送过于频繁，或对方暂时不能接收（代码 429）"),
        (500, "对方未予接收（代码 500）"),
    ],
)
def test_why_it_failed_is_said_in_chinese_without_address_or_secret(status: int, trouble: str, hook: Hook) -> None:
    hook.status = status
    configure(settings().home, hook=(hook.address, "all"))
    tell_contact()
    log = BufferingHandler(1000)  # where the log of the worker comes from
    logging.getLogger().addHandler(log)
    deliver_due()
    logging.getLogger().removeHandler(log)
    assert the_delivery().trouble == trouble
    assert [record.getMessage() for record in log.buffer] == ["notice 1 by hook failed 1 times"]


def test_why_a_mail_server_refuses_is_said_too(mailbox: Mailbox) -> None:
    mailbox.reply = "550 5.1.1 no such officer@example.invalid"
    configure(settings().home, mail=(mailbox.address, "all"))
    tell_contact()
    deliver_due()
    assert the_delivery().trouble == "收件地址不存在（代码 550）"


def test_a_channel_that_is_down_holds_up_no_other_and_is_tried_once_a_pass(hook: Hook) -> None:
    configure(settings().home, down=(NOWHERE, "all"), hook=(hook.address, "all"))
    number = tell_contact()
    tell_again(number)
    tell_again(number)
    assert deliver_due() == 3
    assert sorted(each.tries for each in deliveries() if each.channel == "down") == [0, 0, 1]
    assert deliver_due() == 0
    assert sorted(each.tries for each in deliveries() if each.channel == "down") == [0, 1, 1]


def test_a_worker_killed_between_sending_and_saying_so_sends_once_more_and_loses_nothing(hook: Hook) -> None:
    configure(settings().home, hook=(hook.address, "all"))
    tell_contact()
    command = [sys.executable, "-c", "from tasks.deliver import deliver_due; deliver_due()"]
    worker = subprocess.Popen(command)
    hook.on_call = lambda: os.kill(worker.pid, signal.SIGKILL)
    assert worker.wait() == -signal.SIGKILL
    assert (len(hook.calls), the_delivery().tries) == (1, 0)
    hook.on_call = lambda: None
    assert deliver_due() == 1
    assert deliver_due() == 0
    assert len(hook.calls) == 2
    assert the_delivery().delivered_at is not None


def test_two_workers_at_once_send_each_notice_once(hook: Hook) -> None:
    configure(settings().home, hook=(hook.address, "all"))
    number = tell_contact()
    for _ in range(9):
        tell_again(number)
    both_are_at_it = threading.Barrier(2)

    def meet() -> None:
        """Wait for the other worker's call, the first time; then let all pass."""
        with suppress(threading.BrokenBarrierError):
            both_are_at_it.wait(30)
            both_are_at_it.abort()

    hook.on_call = meet
    workers = [threading.Thread(target=deliver_due) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(hook.calls) == 10
    assert all(each.tries == 1 and each.delivered_at for each in deliveries())


def test_what_is_due_for_a_channel_that_was_removed_waits_for_it(hook: Hook) -> None:
    configure(settings().home, hook=(hook.address, "all"))
    tell_contact()
    configure(settings().home, another=(hook.address, "all"))
    assert deliver_due() == 0
    settings().notices.unlink()
    assert deliver_due() == 0
    assert (the_delivery().channel, the_delivery().tries) == ("hook", 0)
    configure(settings().home, hook=(hook.address, "U02"))
    assert deliver_due() == 1


def test_a_notice_written_while_the_file_is_broken_leaves_by_its_channels_when_it_is_mended(
    mailbox: Mailbox, hook: Hook
) -> None:
    settings().notices.write_text("urls: [")
    tell_contact()
    assert the_delivery().channel == UNDECIDED
    assert deliver_due() == 0
    configure(settings().home, mail=(mailbox.address, "all"), hook=(hook.address, "U01"), other=(NOWHERE, "U02"))
    assert deliver_due() == 2
    assert [(each.channel, each.tries) for each in deliveries()] == [("mail", 1), ("hook", 1)]
    assert len(mailbox.letters) == len(hook.calls) == 1


def test_a_notice_written_while_the_file_is_broken_stays_in_the_inbox_where_nobody_wanted_more() -> None:
    settings().notices.write_text("urls: [")
    tell_contact()
    settings().notices.unlink()
    assert deliver_due() == 0
    assert (the_delivery().trouble, the_delivery().next_try_at) == (INBOX_ONLY, None)


def test_an_address_that_nobody_understands_is_not_tried_and_holds_up_no_other(hook: Hook) -> None:
    configure(settings().home, foo=("foo://geheim", "all"), hook=(hook.address, "all"))
    tell_contact()
    assert deliver_due() == 1
    assert [(each.channel, each.tries) for each in deliveries()] == [("foo", 0), ("hook", 1)]


def test_delivering_stops_when_it_is_told_to(hook: Hook) -> None:
    configure(settings().home, hook=(hook.address, "all"))
    tell_again(tell_contact())
    assert deliver_due(stop=lambda: len(hook.calls) == 1) == 1
