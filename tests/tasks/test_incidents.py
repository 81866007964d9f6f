"""Incidents: what is stuck, why, since when and what to do, and nothing of what goes its way."""

from datetime import timedelta
from uuid import uuid4

import pendulum
import pytest
from sqlalchemy import delete, select

from models.assignment import Assignment
from models.case import MOST_FAILURES, Case
from models.database import transaction
from models.journal import Actor
from models.lease import Lease
from models.notice import Delivery
from models.outbox import WakeUp
from models.registry import Officer, RoleGrant
from models.words import Role
from settings import settings
from tasks.incidents import Incident, incidents
from tasks.lease import hold_lease
from tasks.suspend import suspend, wake
from tasks.urge import urge
from tests.letterbox import configure
from tests.office import (
    CLERK,
    HEAD,
    act,
    assignment_of,
    at,
    case_of,
    classify,
    investigate,
    it_is,
    leave,
    report,
)

HOOK = "json://127.0.0.1/geheim"
HOW_TO_REGISTER = "在登记簿中补任该岗位并执行 zhiyong registry load"


@pytest.fixture(autouse=True)
def a_worker(ledger: str) -> None:
    """A worker is alive, and it is 6 May 2026."""
    hold_lease("a-worker", running=0)
    it_is("2026-05-06")


@pytest.fixture
def number() -> str:
    """A case that waits for the receipt of U01, about nobody; no wake-up waits."""
    number = report("OFFICE_COMPLAINT")
    classify(number)
    nothing_waits()
    return number


def nothing_waits() -> None:
    with transaction() as session:
        session.execute(delete(WakeUp))


def the_incident() -> Incident:
    (incident,) = incidents()
    return incident


def holders(role: Role, unit: str | None = None) -> list[str]:
    with transaction() as session:
        query = select(Officer.code).join(Officer.grants).where(RoleGrant.role == role)
        return list(session.scalars(query.where(Officer.unit_code == unit) if unit else query))


def hand_to(number: str, step: str, owner: str) -> None:
    with transaction() as session:
        session.get_one(Assignment, assignment_of(number, step)).owner_code = owner


def test_where_all_goes_its_way_there_is_none(number: str) -> None:
    assert incidents() == []


def test_that_no_worker_is_alive() -> None:
    with transaction() as session:
        session.get_one(Lease, "a-worker").seen_at = pendulum.now("UTC") - timedelta(minutes=3)
    incident = the_incident()
    assert (incident.kind.value, incident.case, incident.how) == ("no-worker", None, "执行 zhiyong up")
    assert incident.since is not None


def test_a_case_whose_walk_was_given_up_with_its_run(number: str) -> None:
    with transaction() as session:
        case = session.scalars(select(Case)).one()
        case.run_id, case.failures = uuid4(), MOST_FAILURES
    incident = the_incident()
    assert incident.as_dict() == {
        "kind": "stuck",
        "case": number,
        "what": "流程连续出错 5 次，系统已停止重试；已打开的待办仍可办理",
        "since": at("2026-05-06").isoformat(),
        "how": "查看其运行和日志，排除原因后执行 zhiyong repair 2026-1 --retry --by 负责人 --reason 理由",
    }
    assert incident.run_id == case_of(number).run_id


def test_a_wake_up_that_waits_for_more_than_five_minutes() -> None:
    number = report()
    it_is("2026-05-06", "09:05")
    assert incidents() == []
    it_is("2026-05-06", "09:06")
    incident = the_incident()
    assert (incident.kind.value, incident.case, incident.since) == ("lying", number, at("2026-05-06"))


class TestNobodyAnswers:
    """无人可办."""

    def test_where_nobody_of_the_unit_is_in_post(self, number: str) -> None:
        leave("U01-03", Role.UNIT_CONTACT)
        incident = the_incident()
        assert (incident.kind.value, incident.case, incident.since) == ("nobody", number, at("2026-05-06"))
        step = f"签收（receipt-1，待办 {assignment_of(number, 'receipt-1')}）"
        assert incident.what == f"{step}由区发展和改革局联络员办理，没有在岗人员"
        assert incident.how.startswith(HOW_TO_REGISTER)

    def test_another_unit_s_officers_do_not_count_and_the_last_day_does(self, number: str) -> None:
        leave("U01-03", Role.UNIT_CONTACT, "2026-05-06")
        assert incidents() == []
        it_is("2026-05-07")
        assert the_incident().case == number

    def test_where_all_in_post_are_reported(self) -> None:
        number = report("OFFICE_COMPLAINT")
        classify(number, subjects=["U01-03"])
        nothing_waits()
        incident = the_incident()
        assert incident.what.endswith("在岗人员均为被反映人")
        assert incident.how.startswith(HOW_TO_REGISTER)

    def test_where_some_are_reported_others_answer(self) -> None:
        number = report("OFFICE_COMPLAINT")
        classify(number, subjects=["U01-05"])
        act(number, "receipt-1", "U01-03", received=True)
        nothing_waits()
        assert incidents() == []
        assert "U01-05" in holders(Role.UNIT_INVESTIGATOR, "U01")

    def test_where_the_office_has_nobody(self) -> None:
        number = report()
        nothing_waits()
        for code in holders(Role.OFFICE_CLERK):
            leave(code, Role.OFFICE_CLERK)
        assert the_incident().what == (
            f"分类登记（classification，待办 {assignment_of(number, 'classification')}）由治庸问责办经办人办理，"
            "没有在岗人员"
        )

    def test_where_it_was_handed_to_somebody_who_has_left_another_can_have_it(self, number: str) -> None:
        act(number, "receipt-1", "U01-03", received=True)
        nothing_waits()
        hand_to(number, "investigation-1", "U01-04")
        assert incidents() == []
        leave("U01-04", Role.UNIT_INVESTIGATOR)
        incident = the_incident()
        assert incident.what.endswith("由区发展和改革局调查人员办理，接办人 U01-04 已不在该岗位")
        assert incident.how == (
            "改派同岗位的其他人员：zhiyong repair 2026-1 --reassign 人员代码 --step investigation-1"
            " --by 负责人 --reason 理由"
        )

    def test_where_it_was_handed_to_somebody_who_is_reported(self) -> None:
        number = report("OFFICE_COMPLAINT")
        classify(number, subjects=["U01-04"])
        act(number, "receipt-1", "U01-03", received=True)
        nothing_waits()
        hand_to(number, "investigation-1", "U01-04")
        assert the_incident().what.endswith("接办人 U01-04 是被反映人")

    def test_a_signature_needs_the_head_though_a_clerk_may_record_it(self, number: str) -> None:
        act(number, "receipt-1", "U01-03", received=True)
        investigate(number)
        nothing_waits()
        assert incidents() == []
        leave("U01-01", Role.UNIT_HEAD)
        incident = the_incident()
        assert "主要领导签字背书（sign-off-1" in incident.what
        assert incident.how.startswith("在登记簿中补任主要领导")

    def test_what_either_of_two_roles_answers_needs_only_one(self) -> None:
        number = report()
        classify(number)
        act(number, "receipt-1", "U01-03", received=True)
        investigate(number)
        act(number, "sign-off-1", "U01-01", agreed=True)
        act(number, "filing-1", CLERK, decision="FILED")
        act(number, "publication-1", CLERK, redacted_text="经查属实，已整改。")
        nothing_waits()
        for code in holders(Role.OFFICE_CLERK):
            leave(code, Role.OFFICE_CLERK)
        assert incidents() == []  # the head approves

    def test_what_rests_waits_for_nobody(self, number: str) -> None:
        leave("U01-03", Role.UNIT_CONTACT)
        suspend(number, actor=Actor(code=HEAD), reason="待司法鉴定")
        nothing_waits()
        assert incidents() == []


def test_a_case_that_rests_for_more_than_sixty_days(number: str) -> None:
    suspend(number, actor=Actor(code=HEAD), reason="待司法鉴定")
    nothing_waits()
    it_is("2026-07-05")
    assert incidents() == []
    it_is("2026-07-05", "09:01")
    incident = the_incident()
    assert (incident.kind.value, incident.case, incident.since) == ("long-rest", number, at("2026-05-06"))
    assert "司法" not in incident.what
    wake(number, actor=Actor(code=HEAD), reason="鉴定已出")
    nothing_waits()
    assert incidents() == []


class TestNotices:
    """Notices that do not leave."""

    def tell(self, number: str) -> None:
        urge(assignment_of(number, "receipt-1"), actor=Actor(code=CLERK), reason="群众再次来电")

    def test_a_delivery_that_failed_three_times(self, number: str) -> None:
        configure(settings().home, 邮箱=(HOOK, "all"))
        for tries in (2, 3, 4):
            self.tell(number)
            with transaction() as session:
                latest = session.scalars(select(Delivery).order_by(Delivery.id.desc()).limit(1)).one()
                latest.tries, latest.trouble = tries, f"对方未予接收（代码 50{tries}）"
        incident = the_incident()
        assert (incident.kind.value, incident.case) == ("undelivered", None)
        assert incident.what == "渠道“邮箱”有 2 份通知试发 3 次以上未成：对方未予接收（代码 504）"
        assert incident.since == at("2026-05-06")

    def test_a_channel_that_was_removed(self, number: str) -> None:
        configure(settings().home, 邮箱=(HOOK, "all"))
        self.tell(number)
        settings().notices.unlink()
        incident = the_incident()
        assert incident.kind.value == "no-channel"
        assert incident.what == "渠道“邮箱”已不在配置中，有 1 份通知未能由其发出（系统内可查）"
        configure(settings().home, 邮箱=(HOOK, "U02"))
        assert incidents() == []

    def test_a_file_that_cannot_be_read_and_what_waits_for_it(self, number: str) -> None:
        configure(settings().home, 邮箱=(HOOK, "all"))
        self.tell(number)
        settings().notices.write_text("urls:\n  - [\n")
        assert the_incident().what == "通知渠道配置文件：第 3 行附近不符合 YAML 格式"
        self.tell(number)
        incident = the_incident()
        assert incident.what == "通知渠道配置文件：第 3 行附近不符合 YAML 格式；有 1 份通知待改正后发出"
        assert incident.kind.value == "notices-file"

    @pytest.mark.parametrize(
        ("address", "tags", "fault"),
        [
            ("foo://geheim", "all", "第 1 项（渠道“邮箱”）的地址不能识别"),
            (HOOK, "U01, U1-03, office-clerks", "渠道“邮箱”的标签 office-clerks、u1-03 不是在册的人员、单位或岗位代码"),
            (HOOK, "邮箱", "渠道“邮箱”没有写明发给谁"),
        ],
    )
    def test_an_entry_that_is_wrong(self, address: str, tags: str, fault: str) -> None:
        configure(settings().home, 邮箱=(address, tags))
        assert the_incident().what == f"通知渠道配置文件：{fault}"

    def test_all_channels_that_are_right(self) -> None:
        configure(settings().home, 邮箱=(HOOK, "all"), U01=(HOOK, "unit-head"), another=(HOOK, "off-01"))
        assert incidents() == []


def test_several_at_once_in_their_order(number: str) -> None:
    leave("U01-03", Role.UNIT_CONTACT)
    settings().notices.write_text("urls: [")
    with transaction() as session:
        session.scalars(select(Case)).one().failures = MOST_FAILURES
    assert [each.kind.value for each in incidents()] == ["stuck", "nobody", "notices-file"]
