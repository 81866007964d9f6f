"""Who may read what was answered: the head what he signs, the clerk what he files, nobody what concerns him not."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from models.database import transaction
from models.journal import Actor
from models.refusals import ConflictOfInterest, NotYours
from models.registry import RoleGrant
from tasks.case_view import show_case
from tasks.reclassify import reclassify
from tests.office import CLERK, DISCIPLINE, HEAD, PROPAGANDA, act, carry, classify, filled, it_is, report

pytestmark = pytest.mark.usefixtures("ledger")


@pytest.fixture
def number() -> str:
    """A case of U01 with U07, carried to its write-off, after a signature was refused once."""
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number, co_units=["U07"])
    refusal = {"agreed": False, "opinion": "事实不清"}
    carry(number, to="write-off", instead={"sign-off-1": refusal})
    return number


def read(number: str, by: str) -> dict[str, dict[str, Any]]:
    """Return what an officer reads, by step."""
    return {each["step"]: each for each in show_case(number, by=by)["answers"]}


def test_the_head_reads_the_report_that_he_signs_and_those_of_the_other_units(number: str) -> None:
    shown = read(number, "U01-01")
    assert shown["investigation-1-U01-b"]["data"]["facts"] == filled("investigation")["facts"]
    assert {"title": "查明的事实", "words": "窗口人员未在承诺期限内答复。"} in shown["investigation-1-U01"]["fields"]
    assert {"title": "问题性质", "words": "慢作为"} in shown["investigation-1-U01"]["fields"]
    assert {"classification", "receipt-1-U07", "investigation-1-U07", "sign-off-1", "filing-1"} <= shown.keys()
    assert not {"direct-reply-1", "call-back-1"} & shown.keys()


def test_a_co_unit_reads_its_own_part(number: str) -> None:
    assert read(number, "U07-03").keys() == {
        "classification",
        "receipt-1-U07",
        "investigation-1-U07",
        "investigation-1-U07-b",
    }


@pytest.mark.parametrize("officer", [CLERK, HEAD, DISCIPLINE])
def test_the_office_and_the_discipline_body_read_everything(officer: str, number: str) -> None:
    assert {"investigation-1-U01", "direct-reply-1", "call-back-1"} <= read(number, officer).keys()


def test_propaganda_reads_what_the_media_are_answered_with(number: str) -> None:
    shown = read(number, PROPAGANDA)
    assert "investigation-1-U01-b" in shown
    assert not {"direct-reply-1", "call-back-1", "receipt-1-U01"} & shown.keys()


def test_other_units_and_whoever_has_no_post_any_more_read_nothing(number: str) -> None:
    with pytest.raises(NotYours):
        show_case(number, by="U02-01")
    with transaction() as session:
        session.execute(update(RoleGrant).where(RoleGrant.officer_code == "U01-04").values(valid_to=date(2026, 5, 5)))
    with pytest.raises(NotYours):
        show_case(number, by="U01-04")


def test_what_the_office_finds_out_about_the_unit_s_leaders_is_not_read_in_the_unit() -> None:
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number, outcome="DIRECT", subjects=["U01-01"])
    act(number, "direct-accountability-1", HEAD, **filled("direct-accountability"))
    assert read(number, "U01-03") == {}
    with pytest.raises(ConflictOfInterest):
        show_case(number, by="U01-01")


def test_an_answer_that_no_longer_counts_says_so() -> None:
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    carry(number, to="sign-off-1")
    reclassify(number, data={"unit": "U02"}, actor=Actor(code=CLERK), reason="分错单位")
    assert not read(number, CLERK)["investigation-1"]["counts"]


def test_without_a_reader_no_answer_is_shown(number: str) -> None:
    assert show_case(number)["answers"] is None
