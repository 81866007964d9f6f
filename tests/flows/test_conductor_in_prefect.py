"""A case's run on a real Prefect server: it suspends, takes forms, refuses them, shows the path and keeps no secret."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from prefect.exceptions import PrefectHTTPStatusError
from sqlalchemy import select

from deployments.processes import log_file
from deployments.runs import CASE_DEPLOYMENT
from models.assignment import Answer, Assignment
from models.case import Case
from models.clock import now, today
from models.database import transaction
from models.journal import Actor
from models.words import Via
from tasks.prefect_paths import OVERVIEW, run_path
from tasks.register import Report, register
from tests.live import asked, at_rest, come_in, give, hold, pass_by, run_of, steps_of, timeline
from tests.office import CLERK, CLERK2, HEAD, case_of, open_steps
from tests.prefect_forms import CLASSIFIED, form_of, inputs_of, refused_acts, resume, submit, tables_with
from tests.running import RunningSystem, until

SECRETS = ("来信人甲乙", "13800009876", "红旗巷九十九号的门口", "窗口收了材料不给回执单")


def answers_of(number: str) -> list[tuple[str, str, Via]]:
    """Return the recorded answers: step, officer, and by which way they came."""
    with transaction() as session:
        rows = session.execute(
            select(Assignment.step, Answer.officer_code, Answer.via)
            .join(Answer.assignment)
            .join(Assignment.case)
            .where(Case.number == number)
            .order_by(Answer.id)
        )
        return [(step, officer, via) for step, officer, via in rows]


def typed_and_left(system: RunningSystem, number: str) -> list[str]:
    """Return the keys under which something that was typed is still in Prefect."""
    return [key for key in inputs_of(system, number) if key.endswith("-response")]


def day() -> str:
    """Return today, in the office."""
    with transaction() as session:
        return today(session).isoformat()


def test_a_form_answers_the_step_and_is_gone_from_prefect(system: RunningSystem) -> None:
    (number,) = come_in()
    form = form_of(system, number, "classification")
    assert form.description.startswith(f"### {number} · 分类登记")
    assert submit(system, number, form, **CLASSIFIED).status == "ACCEPT"
    asked(number, "receipt-1")
    at_rest(system, number)
    assert answers_of(number) == [("classification", CLERK, Via.PREFECT)]
    assert typed_and_left(system, number) == []
    assert timeline(system, number) == ["classification"]
    run = run_of(system, number)
    assert run.name == number
    assert run.parameters == {"number": number}
    assert sorted(run.tags) == sorted(["调查办理", "区发展和改革局", "一般", "日常"])


@pytest.mark.parametrize(
    ("by", "changes", "code", "says"),
    [
        ("OFF-99", {}, "unknown-officer", "没有这个人员代码。"),
        ("", {}, "unknown-officer", "没有这个人员代码。"),
        ("OFF\x0001", {}, "unknown-officer", "没有这个人员代码。"),
        ("U01-03", {}, "not-yours", "该待办不属于您的岗位或单位。"),
        (CLERK, {"unit": "U99"}, "invalid-form", "有单位代码不在册"),
        (
            CLERK,
            {"grade": "（未选）", "summary": ""},
            "invalid-form",
            "“受理，交责任单位办理”须填写：处置等级、问题概要",
        ),
        (CLERK, {"co_units": ["U02", "U02"]}, "invalid-form", "协办单位不能重复"),
        (CLERK, {"summary": "含\x00字符"}, "invalid-form", "含有无法保存的字符"),
        (CLERK, {"subjects": [CLERK]}, "conflict-of-interest", "不得办理涉及本人的问题"),
    ],
)
def test_a_refused_form_asks_again_with_the_reason(
    system: RunningSystem, by: str, changes: dict[str, Any], code: str, says: str
) -> None:
    (number,) = come_in()
    first = form_of(system, number, "classification")
    assert "未被接受" not in first.description
    submit(system, number, first, by, **(CLASSIFIED | changes))
    until(lambda: refused_acts(number))
    at_rest(system, number)
    again = form_of(system, number, "classification")
    assert "**上次填写未被接受。" in again.description
    assert says in again.description
    assert again.number != first.number
    ((step, _, kept, _),) = refused_acts(number)
    assert (step, kept) == ("classification", code)
    assert typed_and_left(system, number) == []
    assert open_steps(number) == ["classification"]


def test_as_often_as_it_takes_and_a_date_that_is_none_too(system: RunningSystem) -> None:
    (number,) = come_in()
    rejected = {"outcome": "不予受理", "reason": "不属于受理范围"}
    submit(system, number, form_of(system, number, "classification"), **rejected)
    for told_on, says in (
        ("2026-02-30", "告知日期：日期格式应为"),
        ("2035-01-01", "不能晚于今天"),
        ("", "须填且只填一项"),
    ):
        submit(system, number, form_of(system, number, "rejection-reply"), told_on=told_on)
        until(lambda said=says: said in form_of(system, number, "rejection-reply").description)  # type: ignore[misc]
    assert [data for *_, data in refused_acts(number)] == [{"told_on": "2026-02-30"}, {"told_on": "2035-01-01"}, {}]
    submit(system, number, form_of(system, number, "rejection-reply"), told_on=day())
    form = form_of(system, number, "closing-approval")
    assert "未被接受" not in form.description
    submit(system, number, form, HEAD, agreed="是")
    at_rest(system, number)
    assert run_of(system, number).state_name == "Completed"
    assert timeline(system, number) == ["classification", "rejection-reply", "closing-approval", "办结"]
    assert typed_and_left(system, number) == []


def test_a_form_that_was_opened_before_somebody_else_answered_is_not_taken(system: RunningSystem) -> None:
    (number,) = come_in()
    stale = form_of(system, number, "classification")
    give(number, "classification")
    asked(number, "receipt-1")
    at_rest(system, number)
    give(number, "receipt-1", received=False, return_reason="属区城管委职责", first_contact_on=None)
    form_of(system, number, "classification-b")
    answer = submit(system, number, stale, **CLASSIFIED)
    assert answer.status == "REJECT"
    assert "is not one of" in (answer.details.reason or "")  # type: ignore[union-attr]
    assert open_steps(number) == ["classification-b"]
    assert typed_and_left(system, number) == []


def test_a_form_that_came_later_than_the_answer_is_kept_in_the_journal_and_deleted(system: RunningSystem) -> None:
    (number,) = come_in()
    form = form_of(system, number, "classification")
    at_rest(system, number)
    system.stop_worker()
    submit(system, number, form, CLERK2, **CLASSIFIED)
    give(number, "classification")
    assert len(typed_and_left(system, number)) == 1
    system.start_worker()
    asked(number, "receipt-1")
    at_rest(system, number)
    ((step, officer, code, data),) = refused_acts(number)
    assert (step, officer, code) == ("classification", CLERK2, "already-answered")
    assert data["summary"] == CLASSIFIED["summary"]
    assert answers_of(number) == [("classification", CLERK, Via.COMMAND)]
    assert typed_and_left(system, number) == []
    assert timeline(system, number) == ["classification"]


def test_a_form_outlives_the_worker_that_is_killed_while_it_takes_it(system: RunningSystem) -> None:
    (number,) = come_in()
    form = form_of(system, number, "classification")
    with hold(system) as held:
        held.case(number)
        submit(system, number, form, **CLASSIFIED)
        until(held.stands_still)
        system.kill_worker()
    system.start_worker()
    asked(number, "receipt-1", within=120)
    at_rest(system, number)
    assert answers_of(number) == [("classification", CLERK, Via.PREFECT)]
    assert refused_acts(number) == []
    assert typed_and_left(system, number) == []
    assert timeline(system, number) == ["classification"]


def test_resumed_by_hand_without_a_form_it_comes_to_rest_where_it_was(system: RunningSystem) -> None:
    (number,) = come_in()
    pass_by(number, "classification")
    asked(number, "receipt-1")
    at_rest(system, number)
    before = run_of(system, number).state
    for _ in range(2):
        assert resume(system, number).status == "ACCEPT"
        until(lambda: run_of(system, number).state_name == "Running" or run_of(system, number).state != before)
        at_rest(system, number)
    after = run_of(system, number).state
    assert before is not None
    assert after is not None
    assert before.state_details.pause_key != after.state_details.pause_key
    assert steps_of(number) == ["classification", "receipt-1"]
    assert timeline(system, number) == ["classification"]


def test_a_form_cannot_be_passed_by(system: RunningSystem) -> None:
    (number,) = come_in()
    form_of(system, number, "classification")
    assert resume(system, number).status == "REJECT"
    assert run_of(system, number).state_name == "Suspended"


def test_of_six_who_send_the_form_at_once_one_is_taken(system: RunningSystem) -> None:
    (number,) = come_in()
    form = form_of(system, number, "classification")

    def send(_: int) -> str:
        try:
            return str(submit(system, number, form, **CLASSIFIED, reason="同时提交").status.value)
        except PrefectHTTPStatusError as conflict:
            # Several may get as far as writing it down; the database lets one.
            return "ABORT" if conflict.response.status_code == 409 else str(conflict)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    assert sorted(answers) == ["ABORT"] * 5 + ["ACCEPT"]
    asked(number, "receipt-1")
    at_rest(system, number)
    assert answers_of(number) == [("classification", CLERK, Via.PREFECT)]
    assert refused_acts(number) == []
    assert typed_and_left(system, number) == []
    assert "同时提交" not in log_file(system.settings, "prefect-server").read_text()


def test_of_several_open_steps_the_office_gets_one_form_after_the_other(system: RunningSystem) -> None:
    (number,) = come_in(channel="LEADER_INSTRUCTION")
    superior = CLASSIFIED | {"problem_class": "三类（上级转督办或曝光）"}
    submit(system, number, form_of(system, number, "classification"), **superior)
    pass_by(number, "receipt-1", "investigation-1", "sign-off-1", "filing-1")
    asked(number, "direct-reply-1")
    assert set(open_steps(number)) == {"direct-reply-1", "source-reply-1"}
    form = form_of(system, number, "direct-reply-1")
    assert "同时待办：回复来源单位（治庸问责办经办人）" in form.description
    submit(system, number, form, means="电话", delivered_on=day(), proof="录音编号1")
    form = form_of(system, number, "source-reply-1")
    submit(system, number, form, to="区委办", sent_on=day())
    asked(number, "call-back-1")
    at_rest(system, number)
    assert [via for *_, via in answers_of(number)][-2:] == [Via.PREFECT, Via.PREFECT]


def test_the_timeline_of_a_closed_case_shows_every_step_once(system: RunningSystem) -> None:
    (number,) = come_in()
    steps = ["classification", "receipt-1", "investigation-1", "sign-off-1", "filing-1", "publication-1"]
    steps += ["publication-approval-1", "call-back-1", "write-off", "write-off-approval"]
    pass_by(number, *steps)
    at_rest(system, number)
    run = run_of(system, number)
    assert run.state_name == "Completed"
    assert "已销号" in run.tags
    assert timeline(system, number) == [*steps, "销号"]


def test_a_second_run_of_the_same_case_leaves_the_form_to_the_first(system: RunningSystem) -> None:
    (number,) = come_in()
    form = form_of(system, number, "classification")
    with system.client() as client:
        deployment = client.read_deployment_by_name(CASE_DEPLOYMENT).id
        second = client.create_flow_run_from_deployment(deployment, parameters={"number": number}).id
        until(lambda: client.read_flow_run(second).state_name == "Completed")
    assert submit(system, number, form, **CLASSIFIED).status == "ACCEPT"
    asked(number, "receipt-1")
    at_rest(system, number)
    assert timeline(system, number) == ["classification"]


def page(system: RunningSystem, key: str) -> str:
    """Return the text of a page as it is now; nothing where there is none."""
    with system.database("prefect") as connection:
        row = connection.execute("SELECT data #>> '{}' FROM artifact_collection WHERE key = %s", [key]).fetchone()
    return row[0] if row else ""


def test_a_cases_page_shows_its_path_and_who_must_act_by_when(system: RunningSystem) -> None:
    (number,) = come_in()
    pass_by(number, "classification")
    asked(number, "receipt-1")
    at_rest(system, number)
    case = case_of(number)
    text = page(system, f"case-{case.year}-{case.sequence}")
    assert text.startswith(f"## {number}\n\n| 状态 | 调查办理 |")
    assert "| 责任单位 | 区发展和改革局 |" in text
    assert "| 签收 `receipt-1` | 区发展和改革局联络员 | " in text
    assert "| 分类登记 `classification` | OFF-01 | " in text


def draw_overview(system: RunningSystem) -> UUID:
    """Have the overview drawn, as somebody does who clicks Quick run; return the run."""
    with system.client() as client:
        deployment = client.read_deployment_by_name("办理总览/overview").id
        run = client.create_flow_run_from_deployment(deployment).id
        until(lambda: client.read_flow_run(run).state_name == "Completed")
    return run


def test_the_overview_links_every_waiting_run_and_only_its_last_run_stays(system: RunningSystem) -> None:
    number, other = come_in(count=2)
    at_rest(system, number, other)
    draw_overview(system)
    last = draw_overview(system)
    assert "## 治庸问责办理总览" in page(system, OVERVIEW)
    waiting = page(system, "office-waiting-1")
    for each in (number, other):
        assert f"| [{each}]({run_path(run_of(system, each).id)}) | 分类登记 | 治庸问责办经办人 | " in waiting
    with system.database("prefect") as connection:
        ended = connection.execute(
            "SELECT r.id FROM flow_run r JOIN flow f ON f.id = r.flow_id"
            " WHERE f.name = '办理总览' AND r.state_type = 'COMPLETED'"
        ).fetchall()
        versions = connection.execute("SELECT count(*) FROM artifact WHERE key = %s", [OVERVIEW]).fetchone()
    assert ended == [(last,)]
    assert versions == (1,)


def test_prefect_holds_no_complaint_no_complainant_and_nothing_that_was_typed(system: RunningSystem) -> None:
    name, phone, address, text = SECRETS
    with transaction() as session:
        report = Report(
            source_number="secret-1",
            received_at=now(session),
            subject=f"反映{address}积水",
            text=f"{text}，{address}积水三个月。",
            name=name,
            phone=phone,
            address=address,
        )
        number = register(session, report, channel="OFFICE_COMPLAINT", actor=Actor(code=CLERK)).case
    typed = {"summary": "概要里独有的话", "unit": "U99", "subjects": ["钱某某、收费员、丙三站"]}
    submit(system, number, form_of(system, number, "classification"), "OFF-98", **(CLASSIFIED | typed))
    until(lambda: refused_acts(number))
    submit(system, number, form_of(system, number, "classification"), **(CLASSIFIED | typed | {"unit": "U01"}))
    pass_by(number, "receipt-1", "investigation-1", "sign-off-1", "filing-1")
    form = form_of(system, number, "direct-reply-1")
    submit(system, number, form, means="独有的反馈方式", delivered_on=day(), proof="独有的送达证明")
    asked(number, "call-back-1")
    draw_overview(system)
    at_rest(system, number)
    assert [via for *_, via in answers_of(number)].count(Via.PREFECT) == 2
    secrets = [*SECRETS, "概要里独有的话", "钱某某", "OFF-98", "独有的反馈方式", "独有的送达证明"]
    found = {secret: tables_with(system, secret) for secret in secrets}
    assert {secret: tables for secret, tables in found.items() if tables} == {}
    # The search itself finds what is there: names of steps, in text, in JSON and in what the events say.
    assert {"artifact", "events", "flow_run_input", "task_run"} <= set(tables_with(system, "直接反馈投诉人"))
