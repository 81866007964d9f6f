"""The pages of the whole office: every open step is counted and linked, the most urgent first."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select

from models.case import MOST_FAILURES, Case
from models.database import transaction
from models.journal import Actor
from models.outbox import WakeUp
from models.words import Light
from tasks import office_page
from tasks.answer import answer
from tasks.case_page import case_page, sign
from tasks.lease import hold_lease
from tasks.office_page import office_pages
from tests.office import act, assignment_of, classify, filled, it_is, report


@pytest.fixture(autouse=True)
def a_worker(ledger: str) -> None:
    """A worker is alive, which draws the pages."""
    hold_lease("a-worker", running=0)


def with_run(number: str) -> UUID:
    """Give a case a run; nobody is waiting in the outbox for it."""
    run_id = uuid4()
    with transaction() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        case.run_id = run_id
        session.execute(delete(WakeUp).where(WakeUp.case_id == case.id))
    return run_id


def overview() -> str:
    """Return the first page's text."""
    return office_pages()[0].markdown


def test_an_empty_office_has_an_overview_and_no_lists() -> None:
    it_is("2026-05-06")
    (page,) = office_pages()
    assert page.key == "office-overview"
    assert "截至 2026-05-06 09:00，未办结案件 0 件，待办 0 项" in page.markdown
    assert "没有故障。" in page.markdown


def test_open_cases_by_class_unit_step_and_light() -> None:
    it_is("2026-05-06")
    first, second = report(number="A-1"), report(number="A-2")
    classify(first)
    it_is("2026-05-20")  # the receipt is late, and so is the classification
    report(number="A-3")
    text = overview()
    assert "未办结案件 3 件，待办 3 项：红（逾期） 2 项，黄（临期） 0 项，绿（正常） 1 项。" in text
    assert "| 待分类 | 1 | 0 | 1 | 2 |" in text
    assert "| 一般 | 1 | 0 | 0 | 1 |" in text
    assert "| 未分派 | 1 | 0 | 1 | 2 |" in text
    assert "| 区发展和改革局 | 1 | 0 | 0 | 1 |" in text
    assert "| 签收 | 1 | 0 | 0 | 1 |" in text
    assert second in text


def test_a_case_counts_once_by_its_most_urgent_step() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number, problem_class="COMMON")
    it_is("2026-05-08")
    text = overview()
    assert "待办 2 项" in text
    assert sum(int(row.split("|")[-2]) for row in text.splitlines() if row.startswith("| 区发展和改革局 |")) == 1


def test_every_waiting_run_is_linked_the_most_urgent_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_page, "ROWS", 2)
    it_is("2026-05-06")
    numbers = [report(number=f"A-{n}") for n in range(3)]
    it_is("2026-05-07")
    numbers += [report(number=f"A-{n}") for n in range(3, 5)]
    runs = [with_run(number) for number in numbers]
    pages = office_pages()
    assert [page.key for page in pages[1:]] == ["office-waiting-1", "office-waiting-2", "office-waiting-3"]
    assert [page.title.split("（")[0] for page in pages[1:]] == ["待办第 1—2 项", "待办第 3—4 项", "待办第 5—5 项"]
    assert all(f"](/v2/artifacts/key/{page.key})" in pages[0].markdown for page in pages[1:])
    listed = [line for page in pages[1:] for line in page.markdown.splitlines() if line.startswith("| [")]
    expected = [
        f"| [{number}](/v2/runs/flow-run/{run}) | 分类登记 | " for number, run in zip(numbers, runs, strict=True)
    ]
    assert [line[: len(start)] for line, start in zip(listed, expected, strict=True)] == expected


def test_a_case_whose_run_is_not_made_yet_has_no_link() -> None:
    it_is("2026-05-06")
    number = report()
    assert f"| {number} | 分类登记 |" in office_pages()[1].markdown


def test_what_is_stuck_and_why_stands_on_top_with_its_run() -> None:
    it_is("2026-05-06")
    stuck, lying = report(number="A-1"), report(number="A-2")
    run_id = with_run(stuck)
    with transaction() as session:
        session.scalars(select(Case).where(Case.number == stuck)).one().failures = MOST_FAILURES
    assert "### 故障" in overview()
    it_is("2026-05-06", "09:06")
    rows = [line for line in overview().splitlines() if line.startswith(("| 流程停滞", "| 待系统处理过久"))]
    assert rows == [
        f"| 流程停滞 | [{stuck}](/v2/runs/flow-run/{run_id}) | 流程连续出错 5 次，系统已停止重试；已打开的待办仍可办理"
        " | 2026-05-06 09:00"
        " | 查看其运行和日志，排除原因后执行 zhiyong repair 2026-1 --retry --by 负责人 --reason 理由 |",
        f"| 待系统处理过久 | {lying} | 待系统处理超过 5 分钟（大批来件刚登记时属正常） | 2026-05-06 09:00"
        " | 查看工作进程及其日志 logs/worker.log |",
    ]


def test_of_many_incidents_of_a_kind_the_first_are_shown_and_the_others_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(office_page, "MOST_FAULTS", 1)
    it_is("2026-05-06")
    first, second = report(number="A-1"), report(number="A-2")
    it_is("2026-05-06", "10:00")
    rows = [line for line in overview().splitlines() if line.startswith("| 待系统处理过久")]
    assert [(first in row, second in row) for row in rows] == [(True, False), (False, False)]
    assert "| 等 2 件 | 其余见 `zhiyong incidents` |" in rows[1]


def test_a_case_that_the_machine_works_on_is_counted_though_nothing_of_it_is_open() -> None:
    it_is("2026-05-06")
    number = report()
    answer(assignment_of(number, "classification"), data=filled("classification"), actor=Actor(code="OFF-01"))
    assert "未办结案件 1 件（其中 1 件系统正在办理），待办 0 项" in overview()


class TestCasePage:
    """The page of one case."""

    def test_it_says_who_must_act_by_when_and_what_was_done(self) -> None:
        it_is("2026-05-06")
        number = report()
        classify(number)
        key, title, text = case_page(number)
        assert (key, title) == ("case-2026-1", "洪治庸〔2026〕1号 调查办理，待办：签收")
        assert "| 签收 `receipt-1` | 区发展和改革局联络员 | 2026年5月7日 | 绿（正常） |" in text
        assert "| 分类登记 `classification` | OFF-01 | 2026-05-06 09:00 |  |" in text

    def test_it_holds_nothing_of_the_report_and_nothing_that_was_answered(self) -> None:
        it_is("2026-05-06")
        number = report(name="来信人甲乙", phone="13800009876", text="红旗巷九十九号的门口积水。")
        classify(number, summary="概要里独有的话")
        act(number, "receipt-1", "U01-03", return_reason="退回里独有的话")
        for text in (case_page(number)[2], *(page.markdown for page in office_pages())):
            assert not any(secret in text for secret in ("来信人", "13800009876", "红旗巷", "独有的话"))

    def test_a_closed_case_waits_for_nobody(self) -> None:
        it_is("2026-05-06")
        number = report()
        act(number, "classification", "OFF-01", outcome="REJECT", reason="不属于受理范围")
        act(number, "rejection-reply", "OFF-01", told_on="2026-05-06")
        act(number, "closing-approval", "OFF-04", agreed=True)
        _, title, text = case_page(number)
        assert title == f"{number} 不予受理（已办结）"
        assert "### 待办" not in text


def test_lights_are_named_by_colour_and_word() -> None:
    assert [sign(light) for light in Light] == ["绿（正常）", "黄（临期）", "红（逾期）"]
