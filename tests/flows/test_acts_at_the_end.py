"""Whoever acts between the last approval and the closing is not passed over: his act counts, and the path goes on."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from flows.case import handle_case
from flows.conductor import Plain, advance, conducted_by
from models.database import transaction
from models.journal import Actor
from models.message import Message
from models.words import Status
from tasks.answer import answer
from tasks.merge import merge
from tasks.reclassify import reclassify
from tasks.review import review
from tasks.verify import verify
from tests.office import (
    CLERK,
    CLERK2,
    HEAD,
    act,
    assignment_of,
    carry,
    case_of,
    classify,
    it_is,
    open_steps,
    report,
    status_of,
)

pytestmark = pytest.mark.usefixtures("ledger")


class Interrupted(Plain):
    """A walk in which somebody acts just before the machine's own step."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        """Keep what somebody does, once."""
        self.meanwhile: Callable[[], object] | None = meanwhile

    def perform(self, effect: Callable[..., None], title: str, number: str, **keys: object) -> None:
        """Let him act, then call the effect."""
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        effect(number, **keys)


def approved(number: str, step: str, meanwhile: Callable[[], object]) -> None:
    """The head approves, and before the case is closed somebody acts."""
    answer(assignment_of(number, step), data={"agreed": True}, actor=Actor(code=HEAD))
    with conducted_by(Interrupted(meanwhile)):
        handle_case.fn(number)


@pytest.fixture
def number() -> str:
    """A case of 6 May 2026 whose write-off waits for approval."""
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT", number="A-1")
    classify(number)
    carry(number, to="write-off-approval")
    return number


def test_a_second_round_that_is_started_at_the_last_moment_takes_place(number: str) -> None:
    poor = {"poorly_handled": True, "dissatisfied": True, "opinion": "处理不力"}
    approved(number, "write-off-approval", lambda: review(number, data=poor, actor=Actor(code=HEAD)))
    assert (case_of(number).round, open_steps(number)) == (2, ["receipt-2"])
    assert verify().ok


def test_whoever_joins_at_the_last_moment_is_told_and_called(number: str) -> None:
    other = report("OFFICE_COMPLAINT", number="A-2", phone="13800005678")
    with transaction() as session:
        message = session.scalars(select(Message.id).where(Message.source_number == "A-2")).one()
    it_is("2026-05-06", "11:00")
    approved(
        number,
        "write-off-approval",
        lambda: merge(message, into=number, actor=Actor(code=CLERK2), reason="同一事项"),
    )
    assert status_of(other) is Status.MERGED
    assert open_steps(number) == ["direct-reply-1-b"]
    reply = {"means": "电话", "delivered_on": "2026-05-06", "proof": "录音2", "messages": [message]}
    act(number, "direct-reply-1-b", CLERK, **reply)
    assert open_steps(number) == ["call-back-1-b"]
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert verify().ok


def test_a_ruling_that_is_mended_at_the_last_moment_holds() -> None:
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number, outcome="REJECT", reason="已由法院受理")
    act(number, "rejection-reply", CLERK, told_on="2026-05-06")
    accepted = {"outcome": "ACCEPT"}
    approved(
        number,
        "closing-approval",
        lambda: reclassify(number, data=accepted, actor=Actor(code=CLERK2), reason="法院未受理"),
    )
    assert status_of(number) is not Status.REJECTED
    assert open_steps(number) == ["receipt-1"]
    assert verify().ok


def test_of_two_who_are_owed_a_reply_each_is_told_in_his_own_way() -> None:
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT", number="A-1")
    report("OFFICE_COMPLAINT", number="A-2", phone="13800005678")
    with transaction() as session:
        first, second = session.scalars(select(Message.id).order_by(Message.id))
    merge(second, into=number, actor=Actor(code=CLERK2), reason="同一事项")
    advance(number)
    classify(number)
    carry(number, to="direct-reply-1")
    told = {"means": "电话", "delivered_on": "2026-05-06", "proof": "录音1"}
    act(number, "direct-reply-1", CLERK, **told, messages=[first])
    assert open_steps(number) == ["direct-reply-1-b"]
    act(number, "direct-reply-1-b", CLERK, undeliverable_reason="号码停机", messages=[second])
    assert open_steps(number) == ["call-back-1"]
