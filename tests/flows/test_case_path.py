"""The path of a case, as a calendar of what people do; walked without Prefect on a real ledger."""

import pytest

from models.words import Status
from tests.office import (
    CLERK,
    act,
    call_back,
    case_of,
    classify,
    file,
    handle,
    it_is,
    open_steps,
    publish,
    report,
    status_of,
    write_off,
)

pytestmark = pytest.mark.usefixtures("ledger")


def test_a_general_report_from_the_hotline_walks_to_its_write_off() -> None:
    it_is("2026-05-06")
    number = report()
    assert number == "洪治庸〔2026〕1号"
    assert open_steps(number) == ["classification"]
    classify(number)
    assert (status_of(number), open_steps(number)) == (Status.INVESTIGATING, ["receipt-1"])
    it_is("2026-05-20")
    handle(number)
    assert (status_of(number), open_steps(number)) == (Status.FILING, ["filing-1"])
    file(number)
    assert (status_of(number), open_steps(number)) == (Status.FEEDBACK, ["publication-1"])
    publish(number)
    assert open_steps(number) == ["call-back-1"]
    call_back(number)
    assert status_of(number) is Status.WRITE_OFF
    write_off(number)
    case = case_of(number)
    assert (case.status, case.closed_by, case.closing_reason) == (Status.WRITTEN_OFF, "OFF-04", "整改到位，准予销号")
    assert open_steps(number) == []
