"""会签: with co-units every unit reports before the head signs, and the lead's report is the case's."""

import pytest

from flows.conductor import advance
from models.records import Signature
from models.words import Status
from tasks.reclassify import reclassify
from tasks.send_back import take_back
from tests.office import (
    CLERK,
    act,
    assignment_of,
    carry,
    classify,
    file,
    investigate,
    it_is,
    open_steps,
    refused,
    report,
    rows_of,
    sign,
    status_of,
)
from tests.operators import by, whole

pytestmark = pytest.mark.usefixtures("ledger")


@pytest.fixture
def number() -> str:
    """A case of 6 May 2026 for U01 with U07 and U08; all three have received it."""
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number, co_units=["U07", "U08"])
    for unit in ("U07", "U01", "U08"):
        act(number, f"receipt-1-{unit}", f"{unit}-03", received=True)
    return number


def test_nobody_signs_before_every_unit_has_reported(number: str) -> None:
    waiting = {"investigation-1-U01", "investigation-1-U07", "investigation-1-U08"}
    assert set(open_steps(number)) == waiting
    for step in ("investigation-1-U01", "investigation-1-U08", "investigation-1-U07"):
        assert status_of(number) is Status.INVESTIGATING
        investigate(number, step, step[-3:])
        waiting.remove(step)
        assert set(open_steps(number)) == (waiting or {"sign-off-1"})
    assert whole()


def test_what_one_unit_takes_back_moves_nothing_of_the_others(number: str) -> None:
    others = {step: assignment_of(number, step) for step in ("investigation-1-U01", "investigation-1-U08")}
    it_is("2026-05-07")
    take_back(number, "receipt-1-U07", actor=by("U07-03"), reason="误签，须核实是否本单位职责")
    advance(number)
    assert set(open_steps(number)) == {"receipt-1-U07-b", *others}
    assert {step: assignment_of(number, step) for step in others} == others
    act(number, "receipt-1-U07-b", "U07-03", received=True)
    assert set(open_steps(number)) == {"investigation-1-U07-b", *others}
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


def test_a_unit_that_is_added_later_may_say_that_it_is_not_its_own_like_any_other() -> None:
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number)
    act(number, "receipt-1", "U01-03", received=True)
    reclassify(number, data={"co_units": ["U07"]}, actor=by(CLERK), reason="另涉一家")
    advance(number)
    assert "receipt-1-U07" in open_steps(number)
    act(number, "receipt-1-U07", "U07-03", return_reason="属区民政局职责", belongs_to="U05")
    classify(number, "classification-c", co_units=["U05"])  # the office had ruled anew as it added the unit
    assert "receipt-1-U05" in open_steps(number)
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


def test_each_unit_answers_for_itself_only(number: str) -> None:
    assert refused(number, "investigation-1-U07", "U01-04").code == "not-yours"
    assert refused(number, "investigation-1-U01", "U07-04").code == "not-yours"
    carry(number, to="sign-off-1")
    assert refused(number, "sign-off-1", "U07-01", agreed=True).code == "not-yours"


def test_the_report_that_is_signed_and_filed_is_the_lead_s(number: str) -> None:
    investigate(number, "investigation-1-U01", "U01", facts="牵头单位查明的事实。")
    investigate(number, "investigation-1-U07", "U07", facts="协办单位查明的事实。")
    investigate(number, "investigation-1-U08", "U08", facts="另一协办单位查明的事实。")
    sign(number)
    (signature,) = rows_of(number, Signature)
    assert "牵头单位查明的事实" in signature.text
    assert "协办" not in signature.text
    file(number)
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


def test_what_the_head_does_not_sign_every_unit_reports_once_more(number: str) -> None:
    carry(number, to="sign-off-1")
    sign(number, agreed=False, opinion="须另查")
    assert open_steps(number) == ["investigation-1-U01-b", "investigation-1-U07-b", "investigation-1-U08-b"]
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()
