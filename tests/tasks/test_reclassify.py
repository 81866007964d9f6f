"""Mending a wrong class, grade or unit while the case runs."""

import pytest

from flows.conductor import advance
from models.journal import Actor
from models.refusals import AlreadyFiled, CaseClosed, InvalidForm, NotYours, ReasonMissing
from tasks.reclassify import reclassify
from tasks.verify import verify
from tests.office import CLERK, HEAD, act, case_of, classify, file, handle, investigate, it_is, open_steps, report

pytestmark = pytest.mark.usefixtures("ledger")


def mend(number: str, reason: str = "分错单位", by: str = CLERK, **data: object) -> None:
    """Reclassify and walk on."""
    reclassify(number, data=dict(data), actor=Actor(code=by), reason=reason)
    advance(number)


def test_a_running_step_of_the_old_unit_is_withdrawn_and_the_new_unit_begins_anew() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number)
    act(number, "receipt-1", "U01-03", received=True)
    assert open_steps(number) == ["investigation-1"]
    mend(number, unit="U02")
    assert case_of(number).unit_code == "U02"
    assert open_steps(number) == ["receipt-1-b"]
    act(number, "receipt-1-b", "U02-03", received=True)
    investigate(number, "investigation-1-b", "U02")
    assert open_steps(number) == ["sign-off-1"]
    assert verify().ok


def test_another_class_asks_for_its_own_steps_and_keeps_what_was_answered() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number)
    act(number, "receipt-1", "U01-03", received=True)
    mend(number, problem_class="COMMON")
    assert open_steps(number) == ["rectification-plan"]


def test_another_grade_gives_open_steps_its_dates() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number)
    mend(number, grade="EMERGENCY", reason="已成突发事件")
    assert open_steps(number) == ["receipt-1"]
    from tests.office import due_of

    assert due_of(number, "receipt-1").isoformat() == "2026-05-06T02:00:00+00:00"


def test_the_office_may_take_a_case_over_from_the_unit() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number)
    act(number, "receipt-1", "U01-03", received=True)
    mend(number, outcome="DIRECT", subjects=["U01-01"], reason="被反映人是主要领导")
    assert open_steps(number) == ["direct-accountability-1"]


def test_what_is_on_file_keeps_its_unit() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number)
    handle(number)
    file(number)
    with pytest.raises(AlreadyFiled):
        mend(number, unit="U02")
    assert case_of(number).unit_code == "U01"
    mend(number, problem_class="COMMON")  # a wrong class may still be mended
    assert "rectification-plan" in open_steps(number)


def test_it_needs_a_clerk_a_reason_a_ruling_and_an_open_case() -> None:
    it_is("2026-05-06")
    number = report()
    with pytest.raises(InvalidForm):
        mend(number, unit="U02")
    classify(number)
    with pytest.raises(NotYours):
        mend(number, by=HEAD, unit="U02")
    with pytest.raises(ReasonMissing):
        mend(number, reason=" ", unit="U02")
    with pytest.raises(InvalidForm):
        mend(number, unit="U99")
    assert (case_of(number).unit_code, open_steps(number)) == ("U01", ["receipt-1"])


def test_a_closed_case_stays_as_it_is() -> None:
    it_is("2026-05-06")
    number = report()
    act(number, "classification", CLERK, outcome="REJECT", reason="不属于受理范围")
    act(number, "rejection-reply", CLERK, told_on="2026-05-06")
    act(number, "closing-approval", HEAD, agreed=True)
    with pytest.raises(CaseClosed):
        mend(number, unit="U02")
