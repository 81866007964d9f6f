"""六(三): who is to be held to account is decided beside the feedback, and nothing is written off before."""

import pytest
from sqlalchemy import select, update

from models.clause import Clause
from models.database import transaction
from models.records import AccountabilityDecision, DecisionMeasure
from models.refusals import NotYours, SlotEmpty
from models.words import Status
from tests.office import (
    CLERK,
    DISCIPLINE,
    HEAD,
    act,
    call_back,
    carry,
    classify,
    double_check,
    file,
    filled,
    handle,
    investigate,
    it_is,
    open_steps,
    publish,
    refused,
    report,
    rows_of,
    sign,
    status_of,
)

pytestmark = pytest.mark.usefixtures("ledger")

PROPOSED = {"accountability": [{"person": "U01-02", "measures": ["ADMONITION"]}]}


@pytest.fixture
def number() -> str:
    """A case of 6 May 2026 that U01 has taken and investigates."""
    it_is("2026-05-06")
    number = report()
    classify(number)
    act(number, "receipt-1", "U01-03", received=True)
    return number


def test_where_nobody_is_to_be_held_to_account_nothing_is_decided(number: str) -> None:
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert rows_of(number, AccountabilityDecision) == []


def test_what_was_proposed_is_decided_beside_the_feedback_and_before_the_write_off(number: str) -> None:
    investigate(number, **PROPOSED)
    sign(number)
    assert open_steps(number) == ["filing-1"]
    file(number)
    assert open_steps(number) == ["publication-1", "accountability-decision-1"]
    publish(number)
    call_back(number)
    assert (status_of(number), open_steps(number)) == (Status.FEEDBACK, ["accountability-decision-1"])
    act(number, "accountability-decision-1", DISCIPLINE, **filled("accountability-decision"))
    assert (status_of(number), open_steps(number)) == (Status.WRITE_OFF, ["write-off"])


def test_what_a_double_check_pursues_is_decided_too(number: str) -> None:
    investigate(number, long_standing=True)
    sign(number)
    double_check(number, "double-check-1", pursued=True)
    file(number)
    assert "accountability-decision-1" in open_steps(number)


def test_what_a_co_unit_proposes_is_decided_where_the_signed_report_takes_it_up() -> None:
    it_is("2026-05-06")
    accused = {"accountability": [{"person": "U07-02", "measures": ["ADMONITION"]}]}
    for source, taken_up in (("A-1", False), ("A-2", True)):
        number = report(number=source)
        classify(number, co_units=["U07"])
        own = {"investigation-1-U01": accused} if taken_up else {}
        carry(number, to="filing-1", instead={"investigation-1-U07": accused} | own)
        file(number)
        assert ("accountability-decision-1" in open_steps(number)) is taken_up


def test_a_proposal_that_the_second_report_no_longer_makes_is_not_decided(number: str) -> None:
    investigate(number, **PROPOSED)
    sign(number, agreed=False, opinion="责任不清")
    investigate(number, "investigation-1-b")
    sign(number, "sign-off-1-b")
    file(number)
    assert open_steps(number) == ["publication-1"]


def test_one_person_gets_several_measures_and_a_unit_gets_one(number: str) -> None:
    investigate(number, **PROPOSED)
    sign(number)
    file(number)
    decision = {"deciding_body": "区纪委监察局", "decided_on": "2026-05-06"}
    decisions = [
        {"person": "U01-02", "measures": ["WRITTEN_SELF_CRITICISM", "CIRCULATED_CRITICISM", "PERFORMANCE_PAY"]},
        {"person": "U01", "measures": ["PUBLIC_SELF_CRITICISM"], "document_number": "洪纪〔2026〕1号"},
        {
            "person": {"name": "丁某", "post": "窗口人员", "unit": "区发展和改革局"},
            "measures": ["DISMISSAL", "DISMISSAL"],
        },
    ]
    act(number, "accountability-decision-1", DISCIPLINE, decisions=[each | decision for each in decisions])
    officer, unit, outsider = rows_of(number, AccountabilityDecision)
    assert (officer.officer_code, unit.unit_code, outsider.officer_code) == ("U01-02", "U01", None)
    assert unit.document_number == "洪纪〔2026〕1号"
    with transaction() as session:
        measures = [
            session.scalars(
                select(DecisionMeasure.measure)
                .where(DecisionMeasure.decision_id == each.id)
                .order_by(DecisionMeasure.measure)
            ).all()
            for each in (officer, unit, outsider)
        ]
    assert measures == [
        ["CIRCULATED_CRITICISM", "PERFORMANCE_PAY", "WRITTEN_SELF_CRITICISM"],
        ["PUBLIC_SELF_CRITICISM"],
        ["DISMISSAL"],
    ]


def test_a_clause_is_cited_once_its_text_is_at_hand(number: str) -> None:
    investigate(number, **PROPOSED)
    sign(number)
    file(number)
    (decision,) = filled("accountability-decision")["decisions"]
    citing = {"decisions": [decision | {"clause": 20}]}
    assert isinstance(refused(number, "accountability-decision-1", DISCIPLINE, **citing), SlotEmpty)
    with transaction() as session:
        session.execute(update(Clause).where(Clause.slot == 20).values(text="核对过的原文"))
    act(number, "accountability-decision-1", DISCIPLINE, **citing)
    (recorded,) = rows_of(number, AccountabilityDecision)
    assert (recorded.clause, recorded.clause_citable) == (20, True)


@pytest.mark.parametrize("officer", [CLERK, HEAD, "U01-01"])
def test_only_the_discipline_body_decides(officer: str, number: str) -> None:
    investigate(number, **PROPOSED)
    sign(number)
    file(number)
    form = filled("accountability-decision")
    assert isinstance(refused(number, "accountability-decision-1", officer, **form), NotYours)


def test_the_decision_of_the_first_round_is_still_asked_for_when_the_second_has_begun(number: str) -> None:
    investigate(number, **PROPOSED)
    sign(number)
    file(number)
    publish(number)
    call_back(number, result="DISSATISFIED")
    assert open_steps(number) == ["accountability-decision-1", "quality-review-1"]
    act(number, "quality-review-1", HEAD, poorly_handled=True, dissatisfied=True, opinion="处理不力")
    assert open_steps(number) == ["accountability-decision-1", "receipt-2"]
    handle(number, round=2)
    double_check(number, "double-check-2", pursued=True)
    file(number, "filing-2")
    assert open_steps(number) == ["accountability-decision-1", "publication-2", "accountability-decision-2"]
    publish(number, round=2)
    call_back(number, round=2)
    act(number, "accountability-decision-2", DISCIPLINE, **filled("accountability-decision"))
    assert open_steps(number) == ["accountability-decision-1"]
    act(number, "accountability-decision-1", DISCIPLINE, **filled("accountability-decision"))
    assert open_steps(number) == ["write-off"]
    assert sorted(each.round for each in rows_of(number, AccountabilityDecision)) == [1, 2]
