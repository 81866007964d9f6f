"""延期: once, before it is due, at most the limit, not in a second round; another decides, the complainant is told."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from flows.conductor import advance
from models.database import transaction
from models.operator import Extension
from models.refusals import ReasonMissing
from models.words import Grade, Kind, Status
from tasks.answer import Accepted, answer
from tasks.calendar_file import load_calendar
from tasks.extend import extend
from tasks.policy_numbers import set_number
from tasks.reclassify import reclassify
from tasks.send_back import send_back
from tasks.suspend import suspend, wake
from tasks.sweep import sweep
from tests.office import (
    CLERK,
    HEAD,
    HEAD2,
    act,
    assignment_of,
    carry,
    classify,
    due_of,
    filled,
    it_is,
    open_steps,
    refused,
    report,
    status_of,
)
from tests.operators import by, due_day, entries, name_as_subject, refused_with, row, whole

pytestmark = pytest.mark.usefixtures("ledger")

CONTACT, INVESTIGATOR = "U01-03", "U01-04"
STEP = "investigation-1"


def case(channel: str = "OFFICE_COMPLAINT", *, phone: str = "13800001234", to: str = STEP, **other: object) -> str:
    """A case of 6 May 2026; its investigation by U01, 13 working days, is due on 22 May."""
    it_is("2026-05-06")
    number = report(channel, phone=phone)
    classify(number, **other)
    carry(number, to=to)
    return number


def ask(number: str, days: int = 5, step: str = STEP, officer: str = INVESTIGATOR) -> Accepted:
    """Ask for more time, and walk on."""
    accepted = extend(assignment_of(number, step), days=days, actor=by(officer), reason="涉及多部门")
    advance(number)
    return accepted


def grant_it(number: str, item: int = 1, officer: str = HEAD, **other: Any) -> None:
    """The office's head decides."""
    act(number, f"extension-approval-{item}", officer, **{"agreed": True} | other)


def test_the_head_of_the_office_agrees_and_the_date_moves() -> None:
    number = case()
    assert ask(number) == Accepted(case=number, step="extension-approval-1")
    assert open_steps(number) == [STEP, "extension-approval-1"]
    assert status_of(number) is Status.INVESTIGATING
    assert due_day(number, STEP) == date(2026, 5, 22)
    assert due_day(number, "extension-approval-1") == date(2026, 5, 7)
    seen = row(number, STEP).version
    grant_it(number)
    assert due_day(number, STEP) == date(2026, 5, 29)
    assert row(number, STEP).version > seen
    assert refused(number, STEP, INVESTIGATOR, version=seen, **filled("investigation")).code == "stale-version"
    act(number, STEP, INVESTIGATOR, **filled("investigation"))
    assert whole()


def test_it_is_journalled_with_the_old_date_and_the_new() -> None:
    number = case()
    ask(number)
    grant_it(number, opinion="情况属实")
    (asked,), (decided,), (moved,) = (entries(number, what) for what in ("extend", "extension", "due"))
    assert (asked.actor, asked.step, asked.detail) == (
        INVESTIGATOR,
        STEP,
        {"item": 1, "days": 5, "reason": "涉及多部门"},
    )
    assert (decided.actor, decided.detail) == (HEAD, {"item": 1, "agreed": True, "days": 5})
    assert (moved.detail["old"][:10], moved.detail["new"][:10]) == ("2026-05-22", "2026-05-29")
    assert moved.detail["reason"] == "批准延期：情况属实"


def test_refused_with_a_reason_the_date_stays_and_one_may_ask_again() -> None:
    number = case()
    ask(number)
    assert refused(number, "extension-approval-1", HEAD, agreed=False).code == "invalid-form"
    grant_it(number, agreed=False, opinion="时间足够")
    assert due_day(number, STEP) == date(2026, 5, 22)
    assert open_steps(number) == [STEP]
    ask(number, 3)
    assert open_steps(number) == [STEP, "extension-approval-2"]
    grant_it(number, item=2)
    assert due_day(number, STEP) == date(2026, 5, 27)
    assert whole()


def test_only_once() -> None:
    number = case()
    ask(number)
    assert "只能延期一次" in refused_with("cannot-extend", ask, number)
    grant_it(number)
    assert "只能延期一次" in refused_with("cannot-extend", ask, number)
    assert [each.detail["code"] for each in entries(number, "extend-refused")] == ["cannot-extend"] * 2
    assert whole()


def test_only_before_it_is_due() -> None:
    number = case()
    it_is("2026-05-22", "17:31")
    assert "已逾期" in refused_with("cannot-extend", ask, number)
    it_is("2026-05-22", "17:30")
    ask(number)
    it_is("2026-05-25")
    grant_it(number)  # asked in time, decided late
    assert due_day(number, STEP) == date(2026, 5, 29)


@pytest.mark.parametrize("days", [0, -1, 14, 10_000])
def test_at_most_by_the_limit_itself(days: int) -> None:
    number = case()
    assert "1至13个工作日" in refused_with("cannot-extend", ask, number, days)
    (kept,) = entries(number, "extend-refused")
    assert kept.detail == {"code": "cannot-extend", "days": days, "reason": "涉及多部门"}
    ask(number, 13)
    grant_it(number)
    assert due_day(number, STEP) == date(2026, 6, 10)


def test_a_second_round_is_not_extended() -> None:
    number = case("DISTRICT_HEAD_LINE", to="call-back-1")
    act(number, "call-back-1", CLERK, result="DISSATISFIED", resolved=False, attempts=1)
    act(number, "quality-review-1", HEAD, poorly_handled=True, dissatisfied=True, opinion="处理不力")
    carry(number, to="investigation-2")
    assert "二次办理" in refused_with("cannot-extend", ask, number, 3, "investigation-2")


@pytest.mark.parametrize(
    ("step", "officer"), [("classification", CLERK), ("receipt-1", CONTACT), ("extension-approval-1", HEAD)]
)
def test_what_the_policy_wants_at_once_gets_no_more_time(step: str, officer: str) -> None:
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    if step != "classification":
        classify(number)
    if step == "extension-approval-1":
        carry(number, to=STEP)
        ask(number)
    refused_with("cannot-extend", ask, number, 1, step, officer)


def test_only_whoever_is_to_answer_asks_and_says_why() -> None:
    number = case()
    for officer in ("U01-03", "U02-04", HEAD, CLERK):
        refused_with("not-yours", ask, number, officer=officer)
    with pytest.raises(ReasonMissing):
        extend(assignment_of(number, STEP), days=5, actor=by(INVESTIGATOR), reason=" ")
    name_as_subject(number, INVESTIGATOR)
    refused_with("conflict-of-interest", ask, number)
    assert open_steps(number) == [STEP]
    assert whole()


def test_the_head_does_not_grant_what_he_asked_for_himself() -> None:
    number = case("MEDIA_EXPOSURE", problem_class="SUPERIOR", to="direct-accountability-1")
    ask(number, 10, "direct-accountability-1", HEAD)
    assert refused(number, "extension-approval-1", HEAD, agreed=True).code == "same-person"
    assert refused(number, "extension-approval-1", CLERK, agreed=True).code == "not-yours"
    grant_it(number, officer=HEAD2)
    assert due_day(number, "direct-accountability-1") == date(2026, 6, 1)  # 15 and 10 calendar days end on a Sunday
    assert whole()


def test_what_is_answered_in_the_meantime_needs_no_decision() -> None:
    number = case()
    ask(number)
    act(number, STEP, INVESTIGATOR, **filled("investigation"))
    assert open_steps(number) == ["sign-off-1"]
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


def test_a_decision_that_comes_as_the_step_is_answered_is_told_so() -> None:
    number = case()
    ask(number)
    answer(assignment_of(number, STEP), data=filled("investigation"), actor=by(INVESTIGATOR))
    assert refused(number, "extension-approval-1", HEAD, agreed=True).code == "cannot-extend"
    advance(number)
    assert open_steps(number) == ["sign-off-1"]
    assert whole()


def test_what_was_sent_back_may_be_extended_anew() -> None:
    number = case()
    ask(number)
    grant_it(number)
    carry(number, to="sign-off-1")
    send_back(assignment_of(number, "sign-off-1"), to=STEP, actor=by("U01-01"), reason="事实不清")
    advance(number)
    ask(number, 2, f"{STEP}-b")
    grant_it(number, item=2)
    assert due_day(number, f"{STEP}-b") == date(2026, 5, 26)
    assert whole()


# The complainant is told.


def test_a_complainant_who_can_be_reached_is_told() -> None:
    number = case()
    ask(number)
    grant_it(number)
    assert open_steps(number) == [STEP, "extension-reply-1"]
    assert status_of(number) is Status.INVESTIGATING
    act(number, "extension-reply-1", CLERK, told_on="2026-05-06")
    assert open_steps(number) == [STEP]
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


def test_nobody_is_told_where_nobody_can_be_reached_or_nothing_was_granted() -> None:
    anonymous = case(phone="")
    ask(anonymous)
    grant_it(anonymous)
    assert open_steps(anonymous) == [STEP]
    it_is("2026-05-06")
    other = report("OFFICE_COMPLAINT", number="A-2")
    classify(other)
    carry(other, to=STEP)
    ask(other)
    grant_it(other, agreed=False, opinion="时间足够")
    assert open_steps(other) == [STEP]


def test_a_step_at_the_end_of_the_path_stays_open_while_he_is_told() -> None:
    number = case(problem_class="COMMON", to="effect-assessment")
    ask(number, 10, "effect-assessment", CLERK)
    grant_it(number)
    assert open_steps(number) == ["effect-assessment", "extension-reply-1"]
    assert due_day(number, "effect-assessment") == date(2026, 6, 15)
    assert status_of(number) is Status.REVIEW
    assert whole()


def test_the_case_is_not_written_off_before_he_was_told() -> None:
    number = case(to="write-off-approval")
    ask(number, 2, "write-off-approval", HEAD)
    grant_it(number, officer=HEAD2)
    act(number, "write-off-approval", HEAD, agreed=True)
    assert open_steps(number) == ["extension-reply-1"]
    assert status_of(number) is Status.WRITE_OFF
    act(number, "extension-reply-1", CLERK, undeliverable_reason="电话停机")
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


def test_of_two_extensions_each_is_told_once() -> None:
    number = case()
    ask(number)
    grant_it(number)
    act(number, "extension-reply-1", CLERK, told_on="2026-05-06")
    carry(number, to="write-off")
    ask(number, 1, "write-off", CLERK)
    grant_it(number, item=2)
    assert open_steps(number) == ["write-off", "extension-reply-2"]
    act(number, "write-off", CLERK, **filled("write-off"))
    act(number, "write-off-approval", HEAD, agreed=True)
    assert open_steps(number) == ["extension-reply-2"]
    carry(number)
    assert status_of(number) is Status.WRITTEN_OFF
    assert whole()


# What was granted survives whatever moves dates.


def test_it_survives_a_notice_that_changes_working_days(tmp_path: Path) -> None:
    number = case()
    ask(number)
    grant_it(number)
    notice = tmp_path / "放假.csv"
    notice.write_text("日期,类型,名称,来源\n2026-05-28,放假,临时,市政府通知\n", encoding="utf-8")
    load_calendar(notice, actor=by(HEAD), source="市政府通知", dry_run=False)
    assert due_day(number, STEP) == date(2026, 6, 1)
    assert whole()


def test_it_survives_another_grade() -> None:
    number = case()
    ask(number)
    grant_it(number)
    reclassify(number, data={"grade": "SUDDEN"}, actor=by(CLERK), reason="群众聚集")
    assert due_day(number, STEP) == date(2026, 5, 19)  # 5 and 5 working days
    reclassify(number, data={"grade": "DAILY"}, actor=by(CLERK), reason="已平息")
    assert due_day(number, STEP) == date(2026, 5, 29)
    assert whole()


def test_under_a_limit_in_hours_a_day_of_it_is_24_hours_and_back() -> None:
    number = case()
    ask(number, 2)
    grant_it(number)
    reclassify(number, data={"grade": "EMERGENCY"}, actor=by(CLERK), reason="险情")
    assert (due_of(number, STEP) - row(number, STEP).begins_at).total_seconds() == (48 + 2 * 24) * 3600
    reclassify(number, data={"grade": "DAILY"}, actor=by(CLERK), reason="险情解除")
    assert due_day(number, STEP) == date(2026, 5, 26)
    assert whole()


def test_a_limit_in_hours_is_extended_in_hours() -> None:
    number = case(grade="EMERGENCY")
    before = due_of(number, STEP)
    assert "1至48小时" in refused_with("cannot-extend", ask, number, 49)
    ask(number, 12)
    grant_it(number)
    assert (due_of(number, STEP) - before).total_seconds() == 12 * 3600
    assert whole()


def test_it_survives_a_rest() -> None:
    number = case()
    ask(number)
    grant_it(number)
    it_is("2026-05-11")
    suspend(number, actor=by(HEAD), reason="待司法鉴定")
    it_is("2026-05-13")
    wake(number, actor=by(HEAD), reason="鉴定已出")
    assert due_day(number, STEP) == date(2026, 6, 2)
    assert whole()


def test_the_limit_that_counts_is_the_one_it_was_opened_under() -> None:
    number = case()
    it_is("2026-05-07")
    words = {"grade": Grade.DAILY, "kind": Kind.COMPLAIN, "actor": by(HEAD), "reason": "提速"}
    set_number("investigation", 8, valid_from=date(2026, 5, 7), **words)
    ask(number, 13)
    grant_it(number)
    assert due_day(number, STEP) == date(2026, 6, 10)
    with transaction() as session:
        (kept,) = session.scalars(select(Extension))
        assert (kept.days, kept.agreed, kept.asked_by) == (13, True, INVESTIGATOR)


def test_the_new_date_is_told_of_and_the_old_one_no_more() -> None:
    number = case()
    act_on = {"2026-05-19": 1, "2026-05-22": 0, "2026-05-25": 0, "2026-05-26": 1, "2026-05-29": 1}
    for day, reminded in act_on.items():
        it_is(day, "08:30")
        if day == "2026-05-22":
            ask(number)
            grant_it(number, officer=HEAD)
            act(number, "extension-reply-1", CLERK, told_on=day)
        assert (day, sweep().as_dict()) == (day, {"reminded": reminded, "urged": 0, "escalated": 0})
    assert whole()
