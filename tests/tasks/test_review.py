"""The office head's own act: a second round at any time after filing."""

import pytest

from flows.conductor import advance
from models.journal import Actor
from models.refusals import InvalidForm, LastRound, NotFiledYet, NotYours
from models.words import Status
from tasks.review import review
from tests.office import (
    CLERK,
    HEAD,
    act,
    call_back,
    case_of,
    classify,
    double_check,
    file,
    handle,
    it_is,
    open_steps,
    publish,
    report,
    status_of,
)

pytestmark = pytest.mark.usefixtures("ledger")
BOTH = {"poorly_handled": True, "dissatisfied": True, "opinion": "整改流于形式"}


def start(number: str, by: str = HEAD, **data: object) -> None:
    """Review and walk on."""
    review(number, data=BOTH | data, actor=Actor(code=by))
    advance(number)


def test_the_head_starts_a_second_round_while_the_write_off_is_applied_for() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number)
    handle(number)
    file(number)
    publish(number)
    call_back(number)
    act(number, "write-off", CLERK, evidence=["整改照片"])
    assert open_steps(number) == ["write-off-approval"]
    start(number)
    assert (case_of(number).round, status_of(number), open_steps(number)) == (2, Status.INVESTIGATING, ["receipt-2"])
    handle(number, 2)
    double_check(number, "double-check-2")
    file(number, "filing-2")
    publish(number, 2)
    call_back(number, 2)
    assert open_steps(number) == ["write-off-b"]  # the old application does not count


def test_one_finding_alone_does_not_start_it() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number)
    handle(number)
    file(number)
    for missing in ("poorly_handled", "dissatisfied"):
        with pytest.raises(InvalidForm):
            start(number, **{missing: False})
    assert case_of(number).round == 1


def test_it_needs_a_filed_result_and_the_head() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number)
    with pytest.raises(NotFiledYet):
        start(number)
    handle(number)
    file(number)
    with pytest.raises(NotYours):
        start(number, by=CLERK)


def test_after_the_third_round_there_is_none() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number)
    handle(number)
    file(number)
    start(number)
    handle(number, 2)
    double_check(number, "double-check-2")
    file(number, "filing-2")
    start(number)
    assert open_steps(number) == ["direct-accountability-3"]
    with pytest.raises(LastRound):
        start(number)
