"""Registering a report: one number, one case, one open step, in one transaction; likeness is only marked."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from models.assignment import Assignment
from models.case import Case, CaseMessage, CaseSubject
from models.clock import SHANGHAI
from models.database import transaction
from models.journal import Actor, Entry
from models.message import Complainant, Message
from models.outbox import BULK, LIVE, WakeUp
from models.policy import Measured, PolicyNumber
from models.refusals import UnknownChannel
from models.words import Lapse, Role, Status
from tasks.find import find_case
from tasks.register import Registered, Report, already_known, open_linked_case, register
from tests.office import CLERK, at, classify, grant, it_is, report

pytestmark = pytest.mark.usefixtures("ledger")

TEXT = "甲一路服务大厅窗口，材料交了一个月没有回音，多次询问都说再等等。"


def take(number: str = "A-1", channel: str = "DISTRICT_HEAD_LINE", **other: Any) -> Registered:
    """Register a report."""
    usual = {"received_at": at("2026-05-06"), "subject": "窗口办事拖延", "text": TEXT}
    priority = other.pop("priority", BULK)
    with transaction() as session:
        return register(
            session,
            Report(source_number=number, **usual | other),
            channel=channel,
            actor=Actor(code=CLERK),
            priority=priority,
        )


def test_a_report_gets_a_message_a_case_a_number_and_its_classification() -> None:
    it_is("2026-05-06", "10:00")
    taken = take(name="来件人甲", phone="13800001234", address="甲街道甲一路1号", about_unit="区发展和改革局")
    assert (taken.case, taken.similar_to) == ("洪治庸〔2026〕1号", None)
    with transaction() as session:
        case = find_case(session, taken.case)
        assert (case.status, case.round, case.opened_at) == (Status.REGISTERED, 1, at("2026-05-06", "10:00"))
        assert (case.problem_class, case.grade, case.unit_code, case.is_open) == (None, None, None, True)
        message = session.get_one(Message, taken.message)
        assert [each.message_id for each in case.messages] == [message.id]
        assert (message.source_number, message.about_unit) == ("A-1", "区发展和改革局")
        assert (message.received_at, message.registered_at) == (at("2026-05-06"), at("2026-05-06", "10:00"))
        assert message.complainant is not None
        assert (message.complainant.name, message.complainant.consent) == ("来件人甲", False)
        step = session.scalars(select(Assignment).where(Assignment.case_id == case.id)).one()
        assert (step.step, step.role, step.unit_code) == ("classification", Role.OFFICE_CLERK, None)
        assert step.due_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") == "2026-05-07 17:30"


def test_numbers_run_without_gaps_and_begin_anew_each_year_in_wuhan() -> None:
    it_is("2026-12-31", "23:59")
    assert [take(f"A-{each}").case for each in (1, 2)] == ["洪治庸〔2026〕1号", "洪治庸〔2026〕2号"]
    it_is("2027-01-01", "00:00")
    assert take("A-3").case == "洪治庸〔2027〕1号"


def test_a_registration_that_fails_gives_its_number_back() -> None:
    it_is("2026-05-06")
    take("A-1")
    with pytest.raises(IntegrityError, match="uq_message_channel_code_source_number"):
        take("A-1")
    with pytest.raises(UnknownChannel, match="没有这个渠道代码"):
        take("A-2", channel="TELEPATHY")
    assert take("A-3").case == "洪治庸〔2026〕2号"
    with transaction() as session:
        assert session.scalar(select(func.count(Case.id))) == session.scalar(select(func.count(Message.id))) == 2


def test_many_who_register_at_once_get_numbers_without_gaps() -> None:
    it_is("2026-05-06")
    start = Barrier(6)

    def one(number: int) -> str:
        start.wait()
        return take(f"A-{number}", text=f"{number}").case

    with ThreadPoolExecutor(6) as crowd:
        cases = list(crowd.map(one, range(6)))
    assert sorted(cases) == [f"洪治庸〔2026〕{each}号" for each in range(1, 7)]


def test_the_same_number_from_two_channels_is_two_reports() -> None:
    it_is("2026-05-06")
    first, second = take("A-1"), take("A-1", channel="MAYOR_LINE")
    assert first.case != second.case
    with transaction() as session:
        assert already_known(session, "MAYOR_LINE", "A-1") == second.message
        assert already_known(session, "CONDUCT_LINE", "A-1") is None


@pytest.mark.parametrize(
    ("who", "reachable"),
    [
        ({}, None),
        ({"name": "来件人甲"}, False),
        ({"name": "来件人甲", "phone": "13800001234"}, True),
        ({"address": "甲街道甲一路1号"}, True),
        ({"phone": "13800001234"}, True),
    ],
)
def test_a_complainant_can_be_reached_by_telephone_or_letter(who: dict[str, str], reachable: bool | None) -> None:
    it_is("2026-05-06")
    taken = take(**who)
    with transaction() as session:
        message = session.get_one(Message, taken.message)
        assert message.can_be_reached is bool(reachable)
        assert (session.get(Complainant, message.id) is None) is (reachable is None)


def test_the_journal_of_a_case_begins_with_its_registration_and_names_nobody() -> None:
    it_is("2026-05-06")
    taken = take(name="来件人甲", phone="13800001234")
    with transaction() as session:
        first, second = session.scalars(select(Entry).where(Entry.case_id.is_not(None)).order_by(Entry.position))
        assert (first.what, first.actor, second.what) == ("register", CLERK, "open")
        assert first.detail == {
            "case": taken.case,
            "linked_from": None,
            "message": taken.message,
            "channel": "DISTRICT_HEAD_LINE",
            "similar_to": None,
            "sha256": first.detail["sha256"],
            "consent": False,
        }
        assert "来件人甲" not in str([first.detail, second.detail])


@pytest.mark.parametrize("priority", [LIVE, BULK])
def test_a_new_case_asks_for_its_flow(priority: int) -> None:
    it_is("2026-05-06")
    taken = take(priority=priority)
    with transaction() as session:
        (wake,) = session.scalars(select(WakeUp))
        assert (wake.case_id, wake.priority) == (find_case(session, taken.case).id, priority)


# A message very like an earlier one is marked, for a person to merge.


def test_a_message_about_the_same_matter_is_marked_and_has_a_case_of_its_own() -> None:
    it_is("2026-05-06")
    first = take("A-1")
    second = take("B-7", channel="MAYOR_LINE", text=TEXT + "请尽快处理！")
    assert second.similar_to == first.message
    assert second.case != first.case
    with transaction() as session:
        message = session.get_one(Message, second.message)
        assert message.similarity is not None
        assert message.similarity > 0.8
        assert session.scalar(select(func.count(CaseMessage.message_id))) == 2


def test_a_message_about_something_else_is_not_marked() -> None:
    it_is("2026-05-06")
    take("A-1")
    other = take("A-2", subject="夜间施工噪声", text="丙二路工地夜里两点还在施工，投诉后无人到场。")
    assert other.similar_to is None


def test_of_several_like_messages_the_most_like_is_named() -> None:
    it_is("2026-05-06")
    take("A-1", text=TEXT + "另外，窗口工作人员态度生硬，希望有人管一管。")
    nearest = take("A-2", text=TEXT + "请尽快处理。")
    assert take("A-3", text=TEXT + "请尽快处理！").similar_to == nearest.message


@pytest.mark.parametrize(("received", "like"), [("2026-08-04", True), ("2026-08-05", False)])
def test_only_messages_of_the_last_ninety_days_are_alike(received: str, like: bool) -> None:
    it_is("2026-08-10")
    first = take("A-1", received_at=at("2026-05-06"))
    later = take("A-2", received_at=at(received))
    assert later.similar_to == (first.message if like else None)


def test_how_like_is_like_is_a_number_that_the_office_sets() -> None:
    it_is("2026-05-06")
    take("A-1")
    with transaction() as session:
        session.add(
            PolicyNumber(
                key="similar-from",
                value=100,
                measured=Measured.PERCENT,
                valid_from=date(2026, 5, 6),
                source="区定",
            )
        )
    assert take("A-2", text=TEXT + "请尽快处理！").similar_to is None


# O73: a lapse found in a review of the record opens a case against the unit's leaders.


def test_a_linked_case_is_about_the_head_and_the_deputy_of_that_day() -> None:
    it_is("2026-05-06")
    grant("U01-05", Role.UNIT_DEPUTY, "2026-01-01", "2026-05-05")
    number = report()
    classify(number)
    with transaction() as session:
        case = find_case(session, number, lock=True)
        linked = open_linked_case(session, case, lapse=Lapse.TOO_LIGHT, actor=Actor(code=CLERK))
        assert linked.number == "洪治庸〔2026〕2号"
        assert linked.linked_from == case.id
        subjects = session.scalars(select(CaseSubject.officer_code).where(CaseSubject.case_id == linked.id))
        assert sorted(subjects) == ["U01-01", "U01-02"]
        (message,) = [each.message for each in linked.messages]
        assert (message.channel_code, message.subject) == ("FILING_REVIEW", "备案审查：问责畸轻")
        assert message.about_unit == "区发展和改革局"
        assert message.complainant is None
