"""What was typed into a form of the Prefect UI is taken into the ledger, once, and never lost."""

from typing import Any

import pytest
from sqlalchemy import func, select

from flows.conductor import advance
from models.assignment import Answer, Assignment
from models.database import transaction
from models.journal import Entry
from models.outbox import WakeUp
from models.words import Via
from tasks.form_on_offer import Offered, forget_form, forms_offered, take_form
from tasks.verify import verify
from tests.office import CLERK, CLERK2, assignment_of, classify, filled, it_is, open_steps, report

pytestmark = pytest.mark.usefixtures("ledger")


@pytest.fixture
def number() -> str:
    """A case that waits for its classification."""
    it_is("2026-05-06")
    return report()


def on_offer(number: str) -> Offered:
    """Return the form on offer."""
    (form,) = forms_offered(number)
    return form


def refused_codes() -> list[str]:
    """Return why acts were refused, in their order."""
    with transaction() as session:
        entries = session.scalars(select(Entry).where(Entry.what == "refused").order_by(Entry.id))
        return [entry.detail["code"] for entry in entries]


def answers() -> list[tuple[str, Via]]:
    """Return who answered, and by which way."""
    with transaction() as session:
        return [(each.officer_code, each.via) for each in session.scalars(select(Answer).order_by(Answer.id))]


def reason(number: str) -> str:
    """Return why the form of the classification was refused last."""
    with transaction() as session:
        return session.get_one(Assignment, assignment_of(number, "classification")).refusal


def wake_ups() -> int:
    """Count what is in the outbox."""
    with transaction() as session:
        return session.scalar(select(func.count(WakeUp.id))) or 0


def take(form: Offered, officer: str = CLERK, **other: Any) -> None:
    """Take the usual classification, with changes."""
    take_form(form, officer=officer, data=filled("classification") | other)


def test_one_form_is_on_offer_under_a_key_that_prefect_accepts(number: str) -> None:
    form = on_offer(number)
    assert (form.step, form.wanted) == ("classification", True)
    assert set(form.pause_key) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_each_suspension_has_a_key_of_its_own(number: str) -> None:
    before = on_offer(number)
    advance(number)
    assert on_offer(number).assignment == before.assignment
    assert on_offer(number).pause_key != before.pause_key


def test_a_form_is_taken_once_and_the_walk_that_takes_it_is_not_woken(number: str) -> None:
    form, before = on_offer(number), wake_ups()
    take(form)
    take(form)  # as after a crash before it was deleted in Prefect
    assert answers() == [(CLERK, Via.PREFECT)]
    assert refused_codes() == []
    assert wake_ups() == before
    forget_form(form)
    assert forms_offered(number) == []
    advance(number)
    assert open_steps(number) == ["receipt-1"]
    assert forms_offered(number) == []  # the unit's steps have none


def test_a_refused_form_is_kept_once_with_its_reason_on_the_step(number: str) -> None:
    form = on_offer(number)
    take(form, unit="U99")
    take(form, unit="U99")
    assert refused_codes() == ["invalid-form"]
    assert reason(number) == "填写有误：有单位代码不在册。"
    assert open_steps(number) == ["classification"]


def test_the_next_form_may_be_refused_too_and_the_one_that_holds_clears_the_reason(number: str) -> None:
    take(on_offer(number), unit="U99")
    advance(number)
    take(on_offer(number), "U01-03")
    assert refused_codes() == ["invalid-form", "not-yours"]
    advance(number)
    take(on_offer(number))
    assert reason(number) == ""
    assert answers() == [(CLERK, Via.PREFECT)]
    assert verify().ok


def test_what_is_recorded_of_a_form_is_whole_or_nothing(number: str) -> None:
    """The refusal comes after the answer was begun: nothing of that stays."""
    take(on_offer(number), subjects=["U01-01"])
    assert refused_codes() == ["conflict-of-interest"]
    assert answers() == []
    assert verify().ok


def test_a_form_that_came_later_than_another_answer_is_kept_in_the_journal_once(number: str) -> None:
    classify(number)
    form = on_offer(number)
    assert not form.wanted
    take(form, CLERK2)
    take(form, CLERK2)
    assert answers() == [(CLERK, Via.COMMAND)]
    assert refused_codes() == ["already-answered"]
    forget_form(form)
    assert forms_offered(number) == []
