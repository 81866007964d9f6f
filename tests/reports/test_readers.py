"""For whom a ledger is written: who reads names, what a unit gets, and that nobody reads of a case about himself."""

import re
from pathlib import Path
from typing import Any

import pytest

from models.journal import Actor
from models.refusals import NotYours, UnknownOfficer, UnknownUnit
from models.words import Basis, Role
from reports.catalogue import REPORTS, write_report
from tasks.supervise import supervise
from tests.office import CLERK, DISCIPLINE, HEAD, PROPAGANDA, carry, classify, grant, it_is, leave, report
from tests.operators import name_as_subject
from tests.reports.sheets import every_text, lines

pytestmark = pytest.mark.usefixtures("ledger")

DEPUTY = "卫某乙"  # of U01, whom the usual decision is against
OF_ALL = tuple(REPORTS)
OF_UNITS = ("problem-ledger", "supervision-ledger", "publication-sheet")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def held_to_account(**ruling: Any) -> str:
    """Carry a covert visit's case until somebody is held to account."""
    number = report("SUPERIOR_COVERT_VISIT", number="SJ-1")
    names = {"reason": f"{DEPUTY}已督促", "pursued": False}
    check = {"deputy": {"person": "U01-02"} | names, "head": {"person": "U01-01"} | names}
    carry(
        number,
        to="write-off",
        instead={
            "classification": {"outcome": "DIRECT", "problem_class": "SUPERIOR"} | ruling,
            "double-check-1": check,
        },
    )
    return number


def refusal(name: str, by: str, **scope: Any) -> str:
    """Ask for a report that the reader may not have; return what he is told."""
    with pytest.raises(NotYours) as refused:
        write_report(name, by=by, out=Path("台账.xlsx"), **scope)
    assert not Path("台账.xlsx").exists()
    return refused.value.message


@pytest.mark.parametrize("by", [None, CLERK])
@pytest.mark.parametrize("name", ["accountability-ledger", "double-check-ledger"])
def test_names_of_who_was_held_to_account_are_masked_wherever_they_stand(name: str, by: str | None) -> None:
    it_is("2026-05-06")
    held_to_account()
    write_report(name, by=by, out=Path("台账.xlsx"))
    text = every_text(Path("台账.xlsx"))
    assert DEPUTY not in text
    assert "卫**" in text
    assert "（问责对象姓名已隐去）" in text


@pytest.mark.parametrize("by", [HEAD, DISCIPLINE])
def test_the_offices_head_and_the_discipline_body_read_them(by: str) -> None:
    it_is("2026-05-06")
    held_to_account()
    assert lines("accountability-ledger", by=by)[0]["问责对象（受限）/姓名"] == DEPUTY
    checked = lines("double-check-ledger", by=by)[0]
    assert (checked["分管领导/姓名"], checked["“一把手”/追究方式或不追究理由"]) == (DEPUTY, f"{DEPUTY}已督促")
    assert "含问责对象姓名，不得外传" in every_text(Path("double-check-ledger.xlsx"))


def test_who_holds_the_role_no_longer_reads_none() -> None:
    it_is("2026-05-06")
    held_to_account()
    leave(HEAD, Role.OFFICE_HEAD)
    assert "问责台账只提供给" in refusal("accountability-ledger", HEAD)
    grant(HEAD, Role.OFFICE_CLERK)
    assert lines("accountability-ledger", by=HEAD)[0]["问责对象（受限）/姓名"] == "卫**"


def test_an_officer_or_a_unit_that_does_not_exist_is_no_reader() -> None:
    it_is("2026-05-06")
    with pytest.raises(UnknownOfficer):
        write_report("problem-ledger", by="U99-99")
    with pytest.raises(UnknownUnit):
        write_report("problem-ledger", by=CLERK, unit="U99")


@pytest.mark.parametrize("name", OF_ALL)
def test_a_unit_gets_some_ledgers_and_is_told_who_gets_the_others(name: str) -> None:
    it_is("2026-05-06")
    if name in OF_UNITS:
        assert lines(name, by="U01-03") == []
    else:
        assert "只提供给：治庸问责办经办人、治庸问责办负责人" in refusal(name, "U01-03")


def test_a_unit_gets_the_cases_that_it_handles_itself_and_no_others() -> None:
    it_is("2026-05-06")
    own, others = report(number="QZ-1"), report(number="QZ-2")
    report(number="QZ-3")
    classify(own, unit="U01")
    classify(others, unit="U02")
    exposed = report("MEDIA_EXPOSURE", number="MT-1", phone="", name="")
    classify(exposed, unit="U01", problem_class="SUPERIOR")
    held_to_account()
    assert [each["案件编号"] for each in lines("problem-ledger", by="U01-03")] == [own]
    assert [each["案件编号"] for each in lines("problem-ledger", by="U02-01", unit="U02")] == [others]
    assert refusal("problem-ledger", "U01-03", unit="U02") == "您只能查看本单位的台账。"
    assert "责任单位为区发展和改革局，由该单位自行办理的" in every_text(
        Path(write_report("problem-ledger", by="U01-03", out=Path("台账.xlsx"))["file"])
    )


def test_a_unit_gets_the_instructions_on_its_cases() -> None:
    it_is("2026-05-06")
    for number, unit in (("QZ-1", "U01"), ("QZ-2", "U02")):
        case = report(number=number)
        classify(case, unit=unit)
        supervise(case, basis=Basis.INSTRUCTION, instruction="查清。", leader="区长", every=5, actor=Actor(code=HEAD))
    assert [each["督办/编号"] for each in lines("supervision-ledger", by="U02-03")] == ["洪治庸督〔2026〕2号"]


def test_the_propaganda_department_gets_what_came_by_the_media() -> None:
    it_is("2026-05-06")
    report("OPINION_BULLETIN", number="第3期", phone="", name="")
    assert len(lines("opinion-ledger", by=PROPAGANDA)) == 1
    assert "只提供给" in refusal("problem-ledger", PROPAGANDA)


def test_who_is_of_a_unit_and_of_the_propaganda_department_gets_the_units_ledger_of_his_unit_alone() -> None:
    it_is("2026-05-06")
    grant("U01-03", Role.PROPAGANDA)
    for number, unit in (("QZ-1", "U01"), ("QZ-2", "U02")):
        classify(report(number=number), unit=unit)
    assert len(lines("problem-ledger", by="U01-03")) == 1


def test_nobody_gets_a_case_that_is_about_him_and_the_file_does_not_say_that_there_is_one() -> None:
    it_is("2026-05-06")
    number = report(number="QZ-1")
    name_as_subject(number, CLERK, "U01-03")
    classify(number, by="OFF-02")
    named = report(number="QZ-2")
    subject = {"name": "倪某甲", "post": "科员", "unit": "治庸问责办"}  # the clerk again, as if he were no user
    classify(named, by="OFF-02", subjects=[subject])
    assert lines("problem-ledger", by=CLERK) == []
    assert lines("problem-ledger", by="U01-03") != lines("problem-ledger", by="OFF-02")
    assert len(lines("problem-ledger", by="OFF-02")) == 2
    write_report("problem-ledger", by=CLERK, out=Path("台账.xlsx"))
    assert "本人" not in every_text(Path("台账.xlsx"))


def test_no_sender_is_in_any_report_in_whatever_he_is_written_down() -> None:
    it_is("2026-05-06")
    secret = {"name": "欧阳锋", "phone": "13912345678", "address": "甲街道甲一社区5栋2单元301"}
    told = "欧阳锋（13912345678）已当面致歉"
    number = report("OPINION_BULLETIN", number="13912345678", **secret)
    carry(
        number,
        to="write-off-approval",
        instead={
            "investigation-1": {"rectification": told, "rectification_deadline": "2026-12-31", "long_standing": True},
            "double-check-1": {"direct": {"person": "U01-03", "pursued": False, "reason": told}},
            "write-off": {"evidence": [told]},
            "source-reply-1": {"to": "欧阳锋"},
        },
    )
    for name in REPORTS:
        write_report(name, by=HEAD, out=Path("台账.xlsx"))
        text = every_text(Path("台账.xlsx"))
        assert not re.search("欧阳锋|13912345678|301|5栋", text), name
