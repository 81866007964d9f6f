"""Mending a wrong class, grade or unit while the case runs."""

import pytest

from flows.conductor import advance
from models.concerned import subjects_of
from models.database import transaction
from models.journal import Actor
from models.refusals import AlreadyFiled, CaseClosed, ConflictOfInterest, InvalidForm, NotYours, ReasonMissing
from tasks.reclassify import reclassify
from tasks.verify import verify
from tests.office import (
    CLERK,
    HEAD,
    act,
    case_of,
    classify,
    file,
    filled,
    handle,
    investigate,
    it_is,
    open_steps,
    refused,
    report,
)

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


def test_somebody_named_by_mistake_is_named_no_more_and_acts_again() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number, subjects=["U01-03"])
    assert isinstance(refused(number, "receipt-1", "U01-03", received=True), ConflictOfInterest)
    mend(number, subjects=["U01-05"], reason="被反映人张冠李戴")
    act(number, "receipt-1", "U01-03", received=True)
    assert subjects(number) == ["U01-05"]


def test_whom_the_case_is_about_stays_so_whatever_else_is_mended_even_when_it_is_refused() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number, subjects=["U01-03"])
    mend(number, grade="SUDDEN")
    assert subjects(number) == ["U01-03"]
    ruling = {"outcome": "REJECT", "reason": "已由法院受理"}
    reclassify(number, data=ruling, actor=Actor(code=CLERK), reason="原分类有误")
    assert subjects(number) == ["U01-03"]


def test_a_plan_without_milestones_is_made_again_when_the_problem_becomes_an_annual_one() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number, problem_class="COMMON")
    act(number, "rectification-plan", "U01-03", **filled("rectification-plan") | {"milestones": []})
    mend(number, problem_class="ANNUAL")
    assert open_steps(number) == ["receipt-1", "rectification-plan-b"]
    act(number, "rectification-plan-b", "U01-03", **filled("rectification-plan"))
    mend(number, problem_class="COMMON")
    mend(number, problem_class="ANNUAL")
    assert "rectification-plan-c" not in open_steps(number)


def subjects(number: str) -> list[str | None]:
    """Return the officers whom the case is about."""
    with transaction() as session:
        return [each.officer_code for each in subjects_of(session, case_of(number).id)]
