"""转办 and 委派: who answers from then on, who may hand over what to whom, and what the old page still can do."""

import pytest

from flows.conductor import advance
from models.refusals import ReasonMissing
from models.words import Role, Status
from tasks.answer import Accepted, answer
from tasks.extend import extend
from tasks.hand_over import delegate, transfer
from tasks.notices import notices
from tasks.substitute import substitute
from tasks.sweep import sweep
from tasks.todo import todo
from tests.office import (
    CLERK,
    CLERK2,
    CLERK3,
    DISCIPLINE,
    HEAD,
    PROPAGANDA,
    act,
    assignment_of,
    carry,
    classify,
    filled,
    grant,
    it_is,
    open_steps,
    refused,
    report,
    status_of,
)
from tests.operators import by, entries, name_as_subject, refused_with, row, whole

pytestmark = pytest.mark.usefixtures("ledger")

CONTACT, INVESTIGATOR, OTHER, HEAD_OF_UNIT, DEPUTY = "U01-03", "U01-04", "U01-05", "U01-01", "U01-02"
STEP = "investigation-1"


@pytest.fixture
def number() -> str:
    """A case of 6 May 2026 whose investigation by U01 is open; both its investigators may answer it."""
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number)
    carry(number, to=STEP)
    return number


def hand(number: str, to: str, officer: str = INVESTIGATOR, step: str = STEP) -> Accepted:
    """Hand a step over for good."""
    return transfer(assignment_of(number, step), to=to, actor=by(officer), reason="承担专项任务")


def lend(number: str, to: str, officer: str = INVESTIGATOR, step: str = STEP) -> Accepted:
    """Let somebody draft."""
    return delegate(assignment_of(number, step), to=to, actor=by(officer), reason="先拟稿")


def inbox(officer: str) -> list[str]:
    """Return the steps in somebody's inbox."""
    return [each["step"] for each in todo(by=officer)]


# 转办.


def test_the_new_owner_answers_and_only_he(number: str) -> None:
    assert hand(number, OTHER) == Accepted(case=number, step=STEP)
    assert (inbox(INVESTIGATOR), inbox(OTHER)) == ([], [STEP])
    assert refused(number, STEP, INVESTIGATOR, **filled("investigation")).code == "not-yours"
    act(number, STEP, OTHER, **filled("investigation"))
    assert open_steps(number) == ["sign-off-1"]
    assert whole()


def test_it_is_journalled_with_old_and_new(number: str) -> None:
    hand(number, OTHER)
    hand(number, INVESTIGATOR, officer=OTHER)
    first, second = entries(number, "transfer")
    assert (first.step, first.actor, first.detail) == (
        STEP,
        INVESTIGATOR,
        {
            "old": {"owner": None, "delegate": None},
            "new": {"owner": OTHER, "delegate": None},
            "reason": "承担专项任务",
        },
    )
    assert (second.detail["old"]["owner"], second.detail["new"]["owner"]) == (OTHER, INVESTIGATOR)
    assert whole()


def test_an_old_page_neither_answers_nor_hands_over(number: str) -> None:
    seen = row(number, STEP).version
    hand(number, OTHER)
    hand(number, INVESTIGATOR, officer=OTHER)
    assert refused(number, STEP, INVESTIGATOR, version=seen, **filled("investigation")).code == "stale-version"
    words = {"to": OTHER, "actor": by(INVESTIGATOR), "reason": "承担专项任务", "version": seen}
    refused_with("stale-version", transfer, assignment_of(number, STEP), **words)
    assert entries(number, "transfer-refused")[-1].detail["code"] == "stale-version"


def test_who_lost_it_hands_nothing_over_any_more(number: str) -> None:
    hand(number, OTHER)
    refused_with("not-yours", hand, number, INVESTIGATOR)


@pytest.mark.parametrize("leader", [HEAD_OF_UNIT, DEPUTY, CONTACT])
def test_who_leads_the_unit_or_is_its_contact_hands_over_for_others(leader: str, number: str) -> None:
    hand(number, OTHER, officer=leader)
    assert inbox(INVESTIGATOR) == []


def test_the_office_head_hands_over_the_steps_of_the_office_and_no_unit_s(number: str) -> None:
    refused_with("not-yours", hand, number, OTHER, officer=HEAD)
    refused_with("not-yours", hand, number, OTHER, officer="U02-01")
    refused_with("not-yours", hand, number, OTHER, officer=CLERK)
    carry(number, to="filing-1")
    hand(number, CLERK3, officer=HEAD, step="filing-1")
    assert refused(number, "filing-1", CLERK, **filled("filing")).code == "not-yours"
    act(number, "filing-1", CLERK3, **filled("filing"))
    assert whole()


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("U02-04", "cannot-hand-over"),  # of another unit
        (DEPUTY, "cannot-hand-over"),  # without the role
        (CLERK, "cannot-hand-over"),
        ("U01-77", "unknown-officer"),
    ],
)
def test_only_a_holder_of_the_role_in_the_unit_gets_it(to: str, code: str, number: str) -> None:
    refused_with(code, hand, number, to)
    (kept,) = entries(number, "transfer-refused")
    assert (kept.step, kept.detail) == (STEP, {"code": code, "to": to, "reason": "承担专项任务"})
    assert inbox(INVESTIGATOR) == [STEP]


def test_nobody_gets_what_he_has(number: str) -> None:
    hand(number, OTHER)
    assert "已在" in refused_with("cannot-hand-over", hand, number, OTHER, officer=OTHER)


def test_a_role_of_yesterday_is_none(number: str) -> None:
    grant(DEPUTY, Role.UNIT_INVESTIGATOR, "2026-01-01", "2026-05-05")
    refused_with("cannot-hand-over", hand, number, DEPUTY)


def test_the_person_reported_neither_gets_it_nor_hands_it_over(number: str) -> None:
    name_as_subject(number, OTHER, HEAD_OF_UNIT)
    assert refused_with("conflict-of-interest", hand, number, OTHER) == "不能交被反映人办理。"
    refused_with("conflict-of-interest", hand, number, INVESTIGATOR, officer=HEAD_OF_UNIT)
    refused_with("conflict-of-interest", lend, number, OTHER)
    assert whole()


def test_a_signature_is_the_head_s_own(number: str) -> None:
    carry(number, to="sign-off-1")
    assert "本人" in refused_with("cannot-hand-over", hand, number, DEPUTY, officer=HEAD_OF_UNIT, step="sign-off-1")
    refused_with("cannot-hand-over", lend, number, DEPUTY, officer=HEAD_OF_UNIT, step="sign-off-1")
    assert [each.what for each in entries(number, "transfer-refused") + entries(number, "delegate-refused")] == [
        "transfer-refused",
        "delegate-refused",
    ]


def test_of_several_units_each_hands_over_its_own(number: str) -> None:
    it_is("2026-05-06")
    joint = report("OFFICE_COMPLAINT", number="J-1")
    classify(joint, co_units=["U07"])
    carry(joint, to="investigation-1-U07")
    refused_with("not-yours", hand, joint, OTHER, officer="U07-01", step="investigation-1-U01")
    refused_with("cannot-hand-over", hand, joint, "U07-05", officer=INVESTIGATOR, step="investigation-1-U01")
    hand(joint, "U07-05", officer="U07-04", step="investigation-1-U07")
    assert row(joint, "investigation-1-U01").owner_code is None
    act(joint, "investigation-1-U07", "U07-05", **filled("investigation", "U07"))
    act(joint, "investigation-1-U01", INVESTIGATOR, **filled("investigation"))
    assert open_steps(joint) == ["sign-off-1"]
    assert whole()


def test_what_is_answered_withdrawn_or_unknown_is_not_handed_over(number: str) -> None:
    refused_with("already-answered", hand, number, CONTACT, officer=CONTACT, step="receipt-1")
    refused_with("unknown-assignment", transfer, 999, to=OTHER, actor=by(INVESTIGATOR), reason="承担专项任务")
    with pytest.raises(ReasonMissing):
        transfer(assignment_of(number, STEP), to=OTHER, actor=by(INVESTIGATOR), reason="")


def test_an_owner_who_left_holds_nothing_up(number: str) -> None:
    grant(DEPUTY, Role.UNIT_INVESTIGATOR, "2026-01-01", "2026-05-06")
    hand(number, DEPUTY)
    it_is("2026-05-07")
    assert refused(number, STEP, DEPUTY, **filled("investigation")).code == "not-yours"
    hand(number, OTHER, officer=HEAD_OF_UNIT)
    act(number, STEP, OTHER, **filled("investigation"))


def test_the_new_owner_is_told_and_the_old_one_is_not(number: str) -> None:
    hand(number, OTHER)
    it_is("2026-05-25", "08:30")
    assert sweep().urged == 1
    assert (len(notices(by=OTHER)), notices(by=INVESTIGATOR)) == (1, [])


def test_what_comes_back_is_for_all_who_hold_the_role(number: str) -> None:
    hand(number, OTHER)
    act(number, STEP, OTHER, **filled("investigation"))
    act(number, "sign-off-1", HEAD_OF_UNIT, agreed=False, opinion="须另查")
    assert inbox(INVESTIGATOR) == inbox(OTHER) == ["investigation-1-b"]


# 委派.


def test_what_the_delegate_writes_comes_back_as_a_draft_and_the_owner_answers(number: str) -> None:
    lend(number, CONTACT)
    assert inbox(CONTACT) == [STEP]
    accepted = answer(assignment_of(number, STEP), data=filled("investigation"), actor=by(CONTACT))
    assert accepted == Accepted(case=number, step=STEP, draft=True)
    advance(number)
    assert open_steps(number) == [STEP]
    assert inbox(CONTACT) == []
    (mine,) = todo(by=INVESTIGATOR)
    assert mine["draft"]["facts"] == filled("investigation")["facts"]
    assert refused(number, STEP, CONTACT, **filled("investigation")).code == "not-yours"
    act(number, STEP, INVESTIGATOR, **mine["draft"])
    assert open_steps(number) == ["sign-off-1"]
    (drafted,) = entries(number, "draft")
    assert (drafted.actor, drafted.step) == (CONTACT, STEP)
    assert whole()


def test_who_delegates_his_step_is_its_owner(number: str) -> None:
    lend(number, OTHER)
    assert (row(number, STEP).owner_code, row(number, STEP).delegate_code) == (INVESTIGATOR, OTHER)
    answer(assignment_of(number, STEP), data=filled("investigation"), actor=by(OTHER))
    assert refused(number, STEP, OTHER, **filled("investigation")).code == "not-yours"
    act(number, STEP, INVESTIGATOR, **filled("investigation"))
    assert whole()


def test_where_a_leader_delegates_it_comes_back_to_all_who_hold_the_role(number: str) -> None:
    lend(number, CONTACT, officer=HEAD_OF_UNIT)
    answer(assignment_of(number, STEP), data=filled("investigation"), actor=by(CONTACT))
    assert inbox(INVESTIGATOR) == inbox(OTHER) == [STEP]
    assert whole()


def test_the_owner_may_answer_while_it_is_out(number: str) -> None:
    lend(number, CONTACT)
    act(number, STEP, INVESTIGATOR, **filled("investigation"))
    assert refused(number, STEP, CONTACT, **filled("investigation")).code == "already-answered"
    assert whole()


def test_a_draft_must_hold_as_a_form_but_the_rules_are_the_owner_s(number: str) -> None:
    lend(number, CONTACT)
    assert refused(number, STEP, CONTACT, finding="SUBSTANTIATED").code == "invalid-form"
    from_elsewhere = filled("investigation") | {"investigators": ["U02-04", "U02-05"]}
    answer(assignment_of(number, STEP), data=from_elsewhere, actor=by(CONTACT))
    assert refused(number, STEP, INVESTIGATOR, **from_elsewhere).code == "invalid-form"


def test_the_draft_of_one_is_written_once_more_by_another(number: str) -> None:
    lend(number, CONTACT)
    answer(assignment_of(number, STEP), data=filled("investigation"), actor=by(CONTACT))
    lend(number, DEPUTY)
    assert inbox(CONTACT) == []
    better = filled("investigation") | {"facts": "重新核实后的事实。"}
    answer(assignment_of(number, STEP), data=better, actor=by(DEPUTY))
    assert row(number, STEP).draft == todo(by=INVESTIGATOR)[0]["draft"]
    assert todo(by=INVESTIGATOR)[0]["draft"]["facts"] == "重新核实后的事实。"


def test_handed_over_for_good_while_it_is_out_the_delegate_loses_it(number: str) -> None:
    lend(number, CONTACT)
    hand(number, OTHER)
    assert refused(number, STEP, CONTACT, **filled("investigation")).code == "not-yours"
    act(number, STEP, OTHER, **filled("investigation"))
    assert whole()


def test_a_delegate_may_get_it_for_good(number: str) -> None:
    lend(number, OTHER)
    hand(number, OTHER)
    act(number, STEP, OTHER, **filled("investigation"))
    assert status_of(number) is Status.SIGNING


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("U02-04", "cannot-hand-over"),
        (CLERK, "cannot-hand-over"),
        (INVESTIGATOR, "cannot-hand-over"),  # to himself
        ("U01-77", "unknown-officer"),
    ],
)
def test_only_a_colleague_of_the_unit_drafts(to: str, code: str, number: str) -> None:
    refused_with(code, lend, number, to)
    assert entries(number, "delegate-refused")[-1].detail["code"] == code
    assert row(number, STEP).owner_code is None
    assert whole()


def test_steps_of_the_office_stay_in_the_office(number: str) -> None:
    carry(number, to="filing-1")
    for other in (PROPAGANDA, DISCIPLINE, HEAD_OF_UNIT):
        refused_with("cannot-hand-over", lend, number, other, officer=CLERK, step="filing-1")
    lend(number, CLERK2, officer=CLERK, step="filing-1")
    assert inbox(CLERK2) == ["filing-1"]


def test_a_delegate_who_has_left_drafts_nothing(number: str) -> None:
    grant("OFF-06", Role.UNIT_CONTACT, "2026-05-06", "2026-05-06")
    carry(number, to="filing-1")
    lend(number, "OFF-06", officer=CLERK, step="filing-1")
    it_is("2026-05-07")
    assert refused(number, "filing-1", "OFF-06", **filled("filing")).code == "not-yours"


def test_a_delegate_who_turns_out_to_be_the_person_reported_drafts_nothing(number: str) -> None:
    lend(number, CONTACT)
    name_as_subject(number, CONTACT)
    assert refused(number, STEP, CONTACT, **filled("investigation")).code == "conflict-of-interest"
    assert inbox(CONTACT) == []
    act(number, STEP, INVESTIGATOR, **filled("investigation"))
    assert whole()


def test_a_delegate_asks_for_no_more_time(number: str) -> None:
    lend(number, CONTACT)
    words = {"days": 3, "actor": by(CONTACT), "reason": "涉及多部门"}
    refused_with("not-yours", extend, assignment_of(number, STEP), **words)


def test_a_substitute_who_delegates_does_so_for_the_absent(number: str) -> None:
    days = {"first": row(number, STEP).opens_on, "last": row(number, STEP).opens_on}
    substitute(INVESTIGATOR, by=DEPUTY, **days, actor=by(INVESTIGATOR), reason="年休假")
    lend(number, CONTACT, officer=DEPUTY)
    assert row(number, STEP).owner_code == INVESTIGATOR
    answer(assignment_of(number, STEP), data=filled("investigation"), actor=by(CONTACT))
    act(number, STEP, DEPUTY, **filled("investigation"))
    assert entries(number, "answer")[-1].detail["for"] == INVESTIGATOR
    assert whole()
