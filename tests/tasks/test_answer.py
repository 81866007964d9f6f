"""A person's act: who may answer, when, how often, and what becomes of what was not accepted."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from flows.conductor import advance
from models.assignment import Annulment, Answer, Assignment
from models.case import Case, CaseSubject
from models.database import transaction
from models.journal import Actor, Entry, broken_entries, sha256_of
from models.outbox import WakeUp
from models.refusals import (
    AlreadyAnswered,
    CaseClosed,
    ConflictOfInterest,
    InvalidForm,
    NotOpenYet,
    NotYours,
    Refusal,
    StaleVersion,
    UnknownAssignment,
    UnknownOfficer,
    Withdrawn,
)
from models.registry import Person
from models.words import Role, Status, Via
from tasks.answer import Accepted, answer
from tasks.close import close_case
from tasks.find import find_case
from tasks.open_steps import withdraw
from tests.office import (
    CLERK,
    CLERK2,
    DISCIPLINE,
    HEAD,
    act,
    assignment_of,
    at,
    carry,
    case_of,
    classify,
    filled,
    grant,
    it_is,
    open_steps,
    refused,
    report,
    rows_of,
    status_of,
)

pytestmark = pytest.mark.usefixtures("ledger")


@pytest.fixture
def number() -> str:
    """A case that was reported and classified for U01 on 6 May 2026; its receipt is open."""
    it_is("2026-05-06")
    number = report()
    classify(number)
    return number


def entries(number: str, what: str) -> list[Entry]:
    """Read the entries of one sort in a case's journal."""
    return [entry for entry in rows_of(number, Entry) if entry.what == what]


# An answer that is taken.


def test_an_answer_is_recorded_with_who_gave_it_when_and_by_which_way(number: str) -> None:
    it_is("2026-05-07", "10:30")
    data = filled("receipt", day="2026-05-07")
    accepted = answer(
        assignment_of(number, "receipt-1"), data=data, actor=Actor(code="U01-03", via=Via.PREFECT, os_user="shi")
    )
    assert accepted == Accepted(case=number, step="receipt-1")
    with transaction() as session:
        given = session.scalars(select(Answer).join(Answer.assignment).where(Assignment.step == "receipt-1")).one()
        assert (given.officer_code, given.os_user, given.via) == ("U01-03", "shi", Via.PREFECT)
        assert given.answered_at == given.assignment.answered_at == at("2026-05-07", "10:30")
        assert given.data == {"received": True, "return_reason": "", "belongs_to": "", "first_contact_on": "2026-05-07"}
        assert given.assignment.version == 2


def test_the_journal_holds_the_hash_of_an_answer_and_not_its_words(number: str) -> None:
    act(number, "receipt-1", "U01-03", return_reason="属区教育局职责")
    (entry,) = [each for each in entries(number, "answer") if each.step == "receipt-1"]
    with transaction() as session:
        given = session.get_one(Answer, entry.detail["answer"])
    assert entry.detail == {"answer": given.id, "sha256": sha256_of(given.data)}
    assert (entry.actor, entry.via) == ("U01-03", Via.COMMAND)


def test_an_answer_asks_in_the_same_transaction_that_the_flow_go_on(number: str) -> None:
    with transaction() as session:
        session.execute(text("DELETE FROM outbox"))
    answer(assignment_of(number, "receipt-1"), data={"received": True}, actor=Actor(code="U01-03"))
    with transaction() as session:
        (wake,) = session.scalars(select(WakeUp))
        assert (wake.case_id, wake.priority) == (find_case(session, number).id, 0)
    refused(number, "receipt-1", "U01-03", received=True)
    with transaction() as session:
        assert session.scalar(select(func.count(WakeUp.id))) == 1


def test_the_version_that_the_person_saw_is_the_one_that_stands(number: str) -> None:
    answer(assignment_of(number, "receipt-1"), data={"received": True}, actor=Actor(code="U01-03"), version=1)
    assert len(entries(number, "refused")) == 0


# Who may answer.


@pytest.mark.parametrize(
    ("officer", "why"),
    [
        (CLERK, "no role in the unit"),
        (HEAD, "no role in the unit"),
        ("U01-01", "of the unit, but not its contact"),
        ("U01-04", "of the unit, but not its contact"),
        ("U02-03", "the contact of another unit"),
        (DISCIPLINE, "of another body"),
    ],
)
def test_whoever_does_not_hold_the_step_s_role_in_its_unit_is_refused(officer: str, why: str, number: str) -> None:
    refusal = refused(number, "receipt-1", officer, received=True)
    assert (type(refusal), refusal.code, refusal.case) == (NotYours, "not-yours", number)
    assert open_steps(number) == ["receipt-1"]


def test_a_deputy_of_the_unit_answers_nothing_by_himself(number: str) -> None:
    carry(number, to="sign-off-1")
    assert isinstance(refused(number, "sign-off-1", "U01-02", agreed=True), NotYours)


def test_the_office_head_is_no_clerk() -> None:
    it_is("2026-05-06")
    assert isinstance(refused(report(), "classification", HEAD, **filled("classification")), NotYours)


def test_who_is_not_known_is_told_so(number: str) -> None:
    refusal = refused(number, "receipt-1", "U01-77", received=True)
    assert (type(refusal), refusal.code) == (UnknownOfficer, "unknown-officer")


def test_a_role_counts_on_its_last_day_and_not_on_the_day_after() -> None:
    it_is("2026-05-06")
    grant("U01-05", Role.UNIT_CONTACT, "2026-05-08", "2026-05-11")
    number = report()
    classify(number)
    it_is("2026-05-07", "23:59")
    assert isinstance(refused(number, "receipt-1", "U01-05", received=True), NotYours)
    it_is("2026-05-12", "00:00")
    assert isinstance(refused(number, "receipt-1", "U01-05", received=True), NotYours)
    it_is("2026-05-11", "23:59")
    assert act(number, "receipt-1", "U01-05", received=True).step == "receipt-1"


def test_a_clerk_who_left_the_office_in_2023_classifies_nothing() -> None:
    it_is("2026-05-06")
    assert isinstance(refused(report(), "classification", "OFF-06", **filled("classification")), NotYours)
    it_is("2023-06-30")
    assert act(report(number="A-2"), "classification", "OFF-06", **filled("classification")).step == "classification"


def test_an_officer_of_two_roles_answers_for_both() -> None:
    it_is("2026-05-06")
    grant("U01-01", Role.UNIT_CONTACT)
    number = report()
    classify(number)
    act(number, "receipt-1", "U01-01", received=True)
    assert open_steps(number) == ["investigation-1"]


# When an answer comes too late, or too early.


def test_nobody_answers_twice(number: str) -> None:
    act(number, "receipt-1", "U01-03", received=True)
    refusal = refused(number, "receipt-1", "U01-03", return_reason="属区教育局职责")
    assert (type(refusal), refusal.code) == (AlreadyAnswered, "already-answered")
    (kept,) = entries(number, "refused")
    assert (kept.step, kept.actor) == ("receipt-1", "U01-03")
    assert kept.detail == {"code": "already-answered", "data": {"return_reason": "属区教育局职责"}}


def test_a_stale_page_answers_nothing(number: str) -> None:
    assert isinstance(refused(number, "receipt-1", "U01-03", version=2, received=True), StaleVersion)
    with transaction() as session:
        session.execute(update(Assignment).where(Assignment.step == "receipt-1").values(version=3))
    refusal = refused(number, "receipt-1", "U01-03", version=1, received=True)
    assert (refusal.code, refusal.message) == ("stale-version", "待办在您打开之后已有变化，请重新查看后再办理。")
    act(number, "receipt-1", "U01-03", received=True)


def test_a_withdrawn_step_is_not_answered(number: str) -> None:
    with transaction() as session:
        case = find_case(session, number, lock=True)
        withdraw(session, case, session.get_one(Assignment, assignment_of(number, "receipt-1")), why="改派")
    refusal = refused(number, "receipt-1", "U01-03", received=True)
    assert (type(refusal), refusal.code) == (Withdrawn, "withdrawn")


def test_a_closed_case_takes_no_answer(number: str) -> None:
    carry(number, to="write-off-approval")
    act(number, "write-off-approval", HEAD, agreed=True)
    assert isinstance(refused(number, "write-off-approval", HEAD, agreed=True), AlreadyAnswered)
    assert open_steps(number) == []


def test_a_step_that_was_left_open_in_a_closed_case_takes_no_answer(number: str) -> None:
    carry(number, to="write-off")
    with transaction() as session:
        find_case(session, number, lock=True).close(
            Status.WRITTEN_OFF, at=at("2026-05-06"), approver=HEAD, reason="整改到位", actor=Actor(code=HEAD)
        )
    refusal = refused(number, "write-off", CLERK, evidence=["照片"])
    assert (type(refusal), refusal.code) == (CaseClosed, "case-closed")


def test_closing_takes_every_open_step_back(number: str) -> None:
    carry(number, to="call-back-1")
    with transaction() as session:
        find_case(session, number, lock=True).move(Status.WRITE_OFF, actor=Actor(code=HEAD))
    close_case(number, seen=case_of(number).length, status=Status.WRITTEN_OFF, approver=HEAD, reason="整改到位")
    assert isinstance(refused(number, "call-back-1", CLERK, **filled("call-back")), Withdrawn)
    close_case(number, seen=case_of(number).length, status=Status.REJECTED, approver=CLERK, reason="再次")
    assert status_of(number) is Status.WRITTEN_OFF


def test_a_step_of_a_later_day_is_not_answered_before() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number, problem_class="ANNUAL")
    carry(number, to="milestone-1")
    it_is("2026-06-29", "23:59")
    refusal = refused(number, "milestone-1", "U01-03", progress="提前完成")
    assert (type(refusal), refusal.code) == (NotOpenYet, "not-open-yet")
    assert entries(number, "refused")[-1].detail["data"] == {"progress": "提前完成"}
    it_is("2026-06-30", "00:00")
    act(number, "milestone-1", "U01-03", progress="已完成")


def test_there_is_no_assignment_of_that_number() -> None:
    it_is("2026-05-06")
    with pytest.raises(UnknownAssignment, match="没有这个待办编号"):
        answer(999, data={}, actor=Actor(code=CLERK))


# What is not accepted.


def test_a_form_that_does_not_hold_leaves_the_step_open_and_is_kept(number: str) -> None:
    refusal = refused(number, "receipt-1", "U01-03", received=False)
    assert isinstance(refusal, InvalidForm)
    assert refusal.faults == [("", "签收与退回理由须填且只填一项")]
    assert entries(number, "refused")[-1].detail == {"code": "invalid-form", "data": {"received": False}}
    assert open_steps(number) == ["receipt-1"]


@pytest.mark.parametrize(
    "typed",
    [{"progress": "\x00"}, {"\ud800": "\udfff"}, {"received": float("nan")}, {"received": [1e300, -0.0]}, []],
)
def test_whatever_was_typed_is_refused_without_a_traceback_and_leaves_the_journal_whole(
    typed: Any, number: str
) -> None:
    with pytest.raises(InvalidForm):
        answer(assignment_of(number, "receipt-1"), data=typed, actor=Actor(code="U01-03"))
    with transaction() as session:
        assert list(broken_entries(session)) == []
    assert entries(number, "refused")[-1].detail["code"] == "invalid-form"


def test_the_role_is_checked_before_the_form_so_a_stranger_learns_nothing_of_it(number: str) -> None:
    assert isinstance(refused(number, "receipt-1", "U02-03", nonsense=True), NotYours)


def test_the_person_reported_is_kept_in_the_journal_as_refused(number: str) -> None:
    with transaction() as session:
        session.add(CaseSubject(case_id=find_case(session, number).id, officer_code="U01-03"))
    assert isinstance(refused(number, "receipt-1", "U01-03", received=True), ConflictOfInterest)
    (kept,) = entries(number, "refused")
    assert (kept.actor, kept.detail["code"]) == ("U01-03", "conflict-of-interest")


def test_an_annulled_answer_is_asked_for_again(number: str) -> None:
    act(number, "receipt-1", "U01-03", received=True)
    with transaction() as session:
        given = session.scalars(select(Answer).join(Answer.assignment).where(Assignment.step == "receipt-1")).one()
        session.add(Annulment(answer_id=given.id, annulled_at=at("2026-05-06"), annulled_by=CLERK, reason="误签收"))
    advance(number)
    assert open_steps(number) == ["receipt-1-b"]
    assert isinstance(refused(number, "receipt-1", "U01-03", received=True), AlreadyAnswered)
    act(number, "receipt-1-b", "U01-03", received=True)
    assert open_steps(number) == ["investigation-1-b"]  # what was asked on its strength was withdrawn meanwhile


# Several at once.


def all_at_once(assignment: int, people: list[tuple[str, dict[str, Any]]]) -> list[Accepted | Refusal]:
    """Let several people answer one assignment at the same moment; return what each was told."""
    start = Barrier(len(people))

    def one(who: tuple[str, dict[str, Any]]) -> Accepted | Refusal:
        start.wait()
        try:
            return answer(assignment, data=who[1], actor=Actor(code=who[0]), version=1)
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(people)) as crowd:
        return list(crowd.map(one, people))


def test_of_two_who_answer_at_once_exactly_one_wins_and_the_other_s_text_is_kept() -> None:
    it_is("2026-05-06")
    number = report()
    mine = filled("classification") | {"summary": "甲的概要"}
    yours = filled("classification") | {"summary": "乙的概要", "unit": "U02"}
    told = all_at_once(assignment_of(number, "classification"), [(CLERK, mine), (CLERK2, yours)])
    won = next(index for index, each in enumerate(told) if isinstance(each, Accepted))
    lost = told[1 - won]
    assert isinstance(lost, AlreadyAnswered)
    (kept,) = entries(number, "refused")
    assert kept.detail["data"] == (yours if won == 0 else mine)
    assert kept.actor == (CLERK2 if won == 0 else CLERK)
    with transaction() as session:
        (given,) = session.scalars(select(Answer))
        assert given.data["summary"] == (mine if won == 0 else yours)["summary"]
        assert find_case(session, number).unit_code == ("U01" if won == 0 else "U02")
        assert list(broken_entries(session)) == []


def test_of_eight_who_answer_at_once_seven_are_told_that_they_came_too_late(number: str) -> None:
    for investigator in ("01", "02", "03", "05"):
        grant(f"U01-{investigator}", Role.UNIT_CONTACT, "2026-01-01")
    people = [(f"U01-0{each}", {"received": True}) for each in (1, 2, 3, 5)] * 2
    told = all_at_once(assignment_of(number, "receipt-1"), people)
    assert sum(isinstance(each, Accepted) for each in told) == 1
    assert sum(isinstance(each, AlreadyAnswered) for each in told) == 7
    assert len(entries(number, "refused")) == 7
    with transaction() as session:
        assert list(broken_entries(session)) == []


def test_answers_to_two_steps_of_one_case_at_once_are_both_taken() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number, co_units=["U07"])
    start = Barrier(2)

    def receive(unit: str) -> Accepted:
        start.wait()
        return answer(
            assignment_of(number, f"receipt-1-{unit}"), data={"received": True}, actor=Actor(code=f"{unit}-03")
        )

    with ThreadPoolExecutor(2) as both:
        assert [each.step for each in both.map(receive, ("U01", "U07"))] == ["receipt-1-U01", "receipt-1-U07"]
    advance(number)
    assert open_steps(number) == ["investigation-1-U01", "investigation-1-U07"]
    with transaction() as session:
        assert list(broken_entries(session)) == []


def test_of_several_who_walk_one_case_at_once_each_step_is_opened_once(number: str) -> None:
    answer(assignment_of(number, "receipt-1"), data={"received": True}, actor=Actor(code="U01-03"))
    with ThreadPoolExecutor(4) as crowd:
        list(crowd.map(advance, [number] * 4))
    assert open_steps(number) == ["investigation-1"]
    with transaction() as session:
        count = select(func.count()).where(Assignment.base == "investigation-1")
        assert session.scalar(count) == 1
        assert list(broken_entries(session)) == []


def test_walking_on_when_nothing_happened_writes_nothing(number: str) -> None:
    with transaction() as session:
        before = session.execute(select(Case.length, Case.head).where(Case.number == number)).one()
    advance(number)
    advance(number)
    with transaction() as session:
        assert session.execute(select(Case.length, Case.head).where(Case.number == number)).one() == before


def test_two_who_name_the_same_outsider_at_once_enter_him_once() -> None:
    it_is("2026-05-06")
    numbers = [report("OFFICE_COMPLAINT", number=f"N-{n}") for n in range(4)]
    outsider = {"name": "某甲", "post": "科员", "unit": "区某某公司"}

    def name_him(number: str) -> None:
        classify(number, subjects=[outsider])

    with ThreadPoolExecutor(4) as crowd:
        list(crowd.map(name_him, numbers))
    with transaction() as session:
        assert session.scalar(select(func.count(Person.id))) == 1
