"""Repair: a stuck case is tried again, goes back, or a step goes to another; over an obligation nobody goes."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, select

from flows.conductor import advance
from models.assignment import Assignment
from models.case import MOST_FAILURES, Case
from models.database import transaction
from models.journal import Actor, Entry
from models.outbox import WakeUp
from models.refusals import Refusal
from models.words import Role
from tasks.answer import Accepted
from tasks.hand_over import delegate, transfer
from tasks.incidents import incidents
from tasks.lease import hold_lease
from tasks.repair import reassign, retry, skip_to
from tasks.suspend import suspend
from tasks.todo import todo
from tasks.verify import verify
from tests.office import (
    CLERK,
    HEAD,
    act,
    assignment_of,
    carry,
    case_of,
    classify,
    file,
    filled,
    grant,
    handle,
    investigate,
    it_is,
    leave,
    open_steps,
    report,
    rows_of,
    sign,
    status_of,
)

pytestmark = pytest.mark.usefixtures("ledger")

BOSS = Actor(code=HEAD)
WHY = "调查人员已调离"


@pytest.fixture
def number() -> str:
    """A case of U01 whose result awaits its head's signature."""
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number)
    act(number, "receipt-1", "U01-03", received=True)
    investigate(number)
    return number


def refused(repair: Callable[..., Accepted], *what: Any, by: str = HEAD, **other: Any) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        repair(*what, actor=Actor(code=by), reason=WHY, **other)
    return refusal.value


def last_entry(number: str) -> Entry:
    return rows_of(number, Entry)[-1]


def counting(number: str) -> list[str]:
    """Return the steps whose answers count."""
    with transaction() as session:
        found = session.scalars(
            select(Assignment).join(Assignment.case).where(Case.number == number).order_by(Assignment.id)
        )
        return [each.step for each in found if each.answer is not None and each.answer.annulment is None]


class TestRetry:
    """--retry."""

    def test_a_flow_that_was_given_up_is_woken_and_counts_from_nothing(self, number: str) -> None:
        with transaction() as session:
            session.scalars(select(Case)).one().failures = MOST_FAILURES
            session.execute(delete(WakeUp))
        retry(number, actor=BOSS, reason=WHY)
        assert case_of(number).failures == 0
        with transaction() as session:
            assert len(session.scalars(select(WakeUp)).all()) == 1
        entry = last_entry(number)
        assert (entry.what, entry.actor) == ("repair", HEAD)
        assert entry.detail == {"way": "retry", "old": {"failures": 5}, "new": {"failures": 0}, "reason": WHY}

    def test_also_of_a_case_at_rest(self, number: str) -> None:
        suspend(number, actor=BOSS, reason="待司法鉴定")
        assert retry(number, actor=BOSS, reason=WHY).case == number


class TestSkipTo:
    """--skip-to."""

    def test_it_goes_back_and_what_was_built_on_the_step_no_longer_counts(self, number: str) -> None:
        sign(number)
        assert open_steps(number) == ["filing-1"]
        accepted = skip_to(number, "investigation-1", actor=BOSS, reason=WHY)
        assert accepted.step == "investigation-1"
        assert open_steps(number) == []
        entry = last_entry(number)
        assert (entry.what, entry.step, entry.actor) == ("repair", "investigation-1", HEAD)
        assert entry.detail == {
            "way": "skip-to",
            "old": {"open": ["filing-1"], "answered": ["investigation-1", "sign-off-1"]},
            "new": {"open": ["investigation-1"]},
            "reason": WHY,
        }
        advance(number)
        assert open_steps(number) == ["investigation-1-b"]
        assert counting(number) == ["classification", "receipt-1"]
        carry(number)
        assert status_of(number).closed
        assert verify().ok

    def test_also_to_the_step_before_and_named_with_its_letter(self, number: str) -> None:
        sign(number, agreed=False, opinion="事实不清")
        investigate(number, "investigation-1-b")
        skip_to(number, "investigation-1-b", actor=BOSS, reason=WHY)
        advance(number)
        assert open_steps(number) == ["investigation-1-c"]

    def test_also_in_the_second_round(self) -> None:
        it_is("2026-05-06")
        number = report("OFFICE_COMPLAINT")
        poor = {
            "call-back-1": {"result": "DISSATISFIED", "resolved": False},
            "quality-review-1": {"poorly_handled": True, "dissatisfied": True, "opinion": "未解决"},
        }
        carry(number, to="sign-off-2", instead=poor)
        assert refused(skip_to, number, "investigation-1").code == "already-filed"
        skip_to(number, "receipt-2", actor=BOSS, reason=WHY)
        advance(number)
        assert open_steps(number) == ["receipt-2-b"]

    @pytest.mark.parametrize(
        ("step", "code"),
        [
            ("sign-off-1", "already-filed"),
            ("investigation-1", "already-filed"),
            ("filing-1", "cannot-repair"),
            ("direct-reply-1", "cannot-repair"),
            ("classification", "cannot-repair"),
            ("no-such-step", "unknown-step"),
            ("", "unknown-step"),
        ],
    )
    def test_what_is_on_file_or_has_left_the_house_stands(self, number: str, step: str, code: str) -> None:
        sign(number)
        file(number)
        act(number, "direct-reply-1", CLERK, **filled("direct-reply"))
        assert refused(skip_to, number, step).code == code
        assert counting(number)[-1] == "direct-reply-1"

    @pytest.mark.parametrize("step", ["filing-1", "direct-reply-1", "call-back-1", "write-off", "write-off-approval"])
    def test_over_the_signature_nobody_goes_and_is_told_what_to_answer(self, number: str, step: str) -> None:
        refusal = refused(skip_to, number, step)
        assert refusal.code == "cannot-repair"
        assert refusal.message == (
            "政策规定的环节不能跳过。当前待办——“主要领导签字背书”（sign-off-1）："
            "不同意的，由主要领导填写不同意及意见；签在纸上的，由治庸问责办录入。"
        )
        assert open_steps(number) == ["sign-off-1"]
        entry = last_entry(number)
        assert (entry.what, entry.actor) == ("repair-refused", HEAD)
        assert entry.detail == {"code": "cannot-repair", "way": "skip-to", "to": step, "reason": WHY}

    @pytest.mark.parametrize(
        ("waits_for", "answer"),
        [
            ("direct-reply-1", "送达不了的，填写“无法反馈的原因”"),
            ("call-back-1", "联系不上的，回访结果填“联系不上”并备注"),
            ("write-off", "由经办人如实办理；无人可办的，用 --reassign 改派"),
        ],
    )
    def test_each_open_step_has_an_answer_that_ends_it(self, waits_for: str, answer: str) -> None:
        it_is("2026-05-06")
        number = report("OFFICE_COMPLAINT")
        carry(number, to=waits_for)
        assert f"（{waits_for}）：{answer}" in refused(skip_to, number, "write-off-approval").message

    def test_not_to_what_is_open_already(self, number: str) -> None:
        assert refused(skip_to, number, "sign-off-1").message.startswith("该步骤已在待办中。")

    def test_not_in_a_case_that_a_unit_has_returned(self) -> None:
        it_is("2026-05-06")
        number = report("OFFICE_COMPLAINT")
        classify(number)
        act(number, "receipt-1", "U01-03", return_reason="不属本单位职责")
        assert refused(skip_to, number, "receipt-1").code == "cannot-repair"


class TestReassign:
    """--reassign."""

    @pytest.fixture
    def number(self) -> str:
        """A case that U01 investigates."""
        it_is("2026-05-06")
        number = report("OFFICE_COMPLAINT")
        classify(number)
        act(number, "receipt-1", "U01-03", received=True)
        return number

    def test_the_only_open_step_goes_to_another_of_the_same_post(self, number: str) -> None:
        accepted = reassign(number, "U01-05", step=None, actor=BOSS, reason=WHY)
        assert accepted.step == "investigation-1"
        entry = last_entry(number)
        assert (entry.what, entry.step) == ("repair", "investigation-1")
        assert entry.detail == {
            "way": "reassign",
            "old": {"owner": None, "delegate": None},
            "new": {"owner": "U01-05", "delegate": None},
            "reason": WHY,
        }
        assert [each["case"] for each in todo(by="U01-05")] == [number]
        assert verify().ok

    def test_it_ends_that_nobody_can_answer(self, number: str) -> None:
        hold_lease("a-worker", running=0)
        assignment = assignment_of(number, "investigation-1")
        transfer(assignment, to="U01-05", actor=Actor(code="U01-04"), reason="分工调整")
        delegate(assignment, to="U01-04", actor=Actor(code="U01-05"), reason="请先拟稿")
        with transaction() as session:
            session.execute(delete(WakeUp))
        leave("U01-05", Role.UNIT_INVESTIGATOR)
        assert [each.kind.value for each in incidents()] == ["nobody"]
        reassign(number, "U01-04", step="investigation-1", actor=BOSS, reason=WHY)
        assert incidents() == []
        assert last_entry(number).detail["old"] == {"owner": "U01-05", "delegate": "U01-04"}
        grant("U01-02", Role.UNIT_INVESTIGATOR)
        act(
            number,
            "investigation-1",
            "U01-04",
            **filled("investigation") | {"investigators": ["U01-04", "U01-02"]},
        )
        assert open_steps(number) == ["sign-off-1"]
        assert verify().ok

    @pytest.mark.parametrize(
        ("to", "code"),
        [
            ("U01-03", "cannot-hand-over"),  # not of the post
            ("U02-04", "cannot-hand-over"),  # of another unit
            ("OFF-01", "cannot-hand-over"),
            ("nobody", "unknown-officer"),
        ],
    )
    def test_only_to_a_holder_of_the_post_in_the_unit(self, number: str, to: str, code: str) -> None:
        assert refused(reassign, number, to, step=None).code == code
        entry = last_entry(number)
        assert (entry.what, entry.detail["code"], entry.detail["to"]) == ("repair-refused", code, to)

    def test_never_to_whom_the_case_is_about(self) -> None:
        it_is("2026-05-06")
        number = report("OFFICE_COMPLAINT")
        classify(number, subjects=["U01-05"])
        act(number, "receipt-1", "U01-03", received=True)
        assert refused(reassign, number, "U01-05", step=None).code == "conflict-of-interest"

    def test_never_a_signature(self, number: str) -> None:
        investigate(number)
        grant("U01-02", Role.UNIT_HEAD)
        assert refused(reassign, number, "U01-02", step="sign-off-1").code == "cannot-hand-over"

    def test_of_several_open_steps_it_must_be_said_which(self) -> None:
        it_is("2026-05-06")
        number = report("OFFICE_COMPLAINT")
        classify(number, problem_class="COMMON")
        grant("U01-02", Role.UNIT_CONTACT)
        refusal = refused(reassign, number, "U01-02", step=None)
        assert refusal.message == "有多个待办，请用 --step 指明是哪个：receipt-1、rectification-plan。"
        assert refused(reassign, number, "U01-02", step="filing-1").code == "unknown-step"
        assert reassign(number, "U01-02", step="rectification-plan", actor=BOSS, reason=WHY).case == number
        assert [each["step"] for each in todo(by="U01-03")] == ["receipt-1"]

    def test_not_in_a_case_at_rest(self, number: str) -> None:
        suspend(number, actor=BOSS, reason="待司法鉴定")
        assert refused(reassign, number, "U01-05", step=None).code == "case-suspended"
        assert refused(skip_to, number, "receipt-1").code == "case-suspended"


REPAIRS: list[tuple[Callable[..., Accepted], tuple[str, ...], dict[str, Any]]] = [
    (retry, (), {}),
    (skip_to, ("receipt-1",), {}),
    (reassign, ("U01-05",), {"step": None}),
]


@pytest.mark.parametrize(("repair", "what", "other"), REPAIRS)
class TestWhoMay:
    """Only the office's head repairs, with a reason, and nothing that is closed or about himself."""

    def test_only_the_office_s_head(
        self, number: str, repair: Callable[..., Accepted], what: tuple[str, ...], other: dict[str, Any]
    ) -> None:
        for by in (CLERK, "U01-01", "DIS-01"):
            assert refused(repair, number, *what, by=by, **other).code == "not-yours"
            entry = last_entry(number)
            assert (entry.what, entry.actor, entry.detail["code"]) == ("repair-refused", by, "not-yours")
        assert refused(repair, number, *what, by="nobody", **other).code == "unknown-officer"

    def test_not_without_a_reason(
        self, number: str, repair: Callable[..., Accepted], what: tuple[str, ...], other: dict[str, Any]
    ) -> None:
        with pytest.raises(Refusal) as refusal:
            repair(number, *what, actor=BOSS, reason="  ", **other)
        assert refusal.value.code == "reason-missing"

    def test_not_in_a_closed_case(
        self, repair: Callable[..., Accepted], what: tuple[str, ...], other: dict[str, Any]
    ) -> None:
        it_is("2026-05-06")
        number = report()
        classify(number)
        handle(number)
        carry(number)
        assert refused(repair, number, *what, **other).code == "case-closed"

    def test_not_a_case_about_the_head(
        self, repair: Callable[..., Accepted], what: tuple[str, ...], other: dict[str, Any]
    ) -> None:
        it_is("2026-05-06")
        number = report("OFFICE_COMPLAINT")
        classify(number, subjects=[HEAD])
        assert refused(repair, number, *what, **other).code == "conflict-of-interest"

    def test_not_what_does_not_exist(
        self, repair: Callable[..., Accepted], what: tuple[str, ...], other: dict[str, Any]
    ) -> None:
        assert refused(repair, "2026-99", *what, **other).code == "unknown-case"
