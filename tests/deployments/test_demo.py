"""The demo: its people live through the sample without Prefect, and through a few messages with the real worker."""

import csv
import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import delete, func, select

from deployments import processes, stack
from deployments.demo import demo
from deployments.demo.chance import draw
from deployments.demo.days import Days
from deployments.demo.figures import figures, summary
from deployments.demo.meetings import MeetingDay
from deployments.demo.run import SAMPLE, SAMPLE_SCRIPT
from deployments.demo.script import Scenario, Turn, read_script
from deployments.demo.task import read_staff
from deployments.postgres import postgres_running
from deployments.problem import StackProblem
from flows.conductor import advance
from models.assignment import Answer, Assignment
from models.case import Case, CaseMessage
from models.clock import make_trial
from models.database import transaction
from models.journal import SYSTEM, Entry, Seal
from models.message import Message
from models.outbox import WakeUp
from models.records import CallBack, DoubleCheck, Feedback, Filing, Signature
from models.refusals import NotSimulated
from models.registry import Channel
from models.steps import STEPS
from models.words import Finding, Grade, Kind, Lapse, Nature, Outcome, ProblemClass, Reply, Satisfaction, Status
from settings import Settings
from tasks.intake import take_in
from tasks.meetings_shown import list_meetings
from tasks.verify import verify
from tests.office import assignment_of, at, report

BEGINS = "2026-06-01"


def settle() -> None:
    """Do what the worker does: walk the path of each case that was woken, until none is."""
    while True:
        with transaction() as session:
            woken = set(session.scalars(delete(WakeUp).returning(WakeUp.case_id)))
            numbers = session.scalars(select(Case.number).where(Case.id.in_(woken)).order_by(Case.id)).all()
        if not numbers:
            return
        for number in numbers:
            advance(number)


def live(
    file: Path,
    rejects: Path,
    *,
    channel: str | None = None,
    script: dict[str, Scenario] | None = None,
    meeting: MeetingDay | None = None,
) -> None:
    """Take a file in and let its cases go to their end."""
    with transaction() as session:
        make_trial(session, at(BEGINS))
        staff = read_staff(session, date.fromisoformat(BEGINS))
    take_in(file, channel=channel, actor=SYSTEM, rejects=rejects)
    Days(script=script or {}, staff=staff, settle=settle, meeting=meeting).pass_by()


@pytest.fixture(scope="module")
def lived(shared_ledger: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Live through the shipped sample, once for all tests that look at what it left."""
    rejects = tmp_path_factory.mktemp("out") / "退回待补.xlsx"
    meeting = MeetingDay(on=date(2026, 6, 30), folder=rejects.parent)
    live(SAMPLE / "messages.xlsx", rejects, script=read_script(SAMPLE_SCRIPT), meeting=meeting)
    assert len(meeting.files) == 3
    assert rejects.exists()
    return shared_ledger


def answers_to(kind: str) -> list[dict[str, Any]]:
    """Return what was answered to a step, in all cases."""
    with transaction() as session:
        return list(
            session.scalars(
                select(Answer.data).join(Answer.assignment).where(Assignment.kind == kind).order_by(Answer.id)
            )
        )


def case_about(source_number: str) -> Case:
    """Return the case that holds the message with this number of its source."""
    with transaction() as session:
        case = session.scalars(
            select(Case).join(Case.messages).join(CaseMessage.message).where(Message.source_number == source_number)
        ).one()
        session.expunge(case)
        return case


@pytest.mark.usefixtures("lived")
def test_every_case_of_the_sample_comes_to_its_end_and_the_ledger_holds() -> None:
    with transaction() as session:
        found = figures(session)
        assert session.scalars(select(Case.number).where(Case.is_open)).all() == []
        assert (session.scalar(select(func.count()).select_from(Seal)) or 0) > 50
    assert found["messages"] == 75
    assert found["cases"] == 77  # two more were opened by the ledger itself, after a lapse
    closed = [found[each] for each in ("written_off", "rejected", "transferred", "merged")]
    assert sum(closed) == found["cases"]
    assert min(closed) >= 1
    assert verify().broken == []
    assert all(str(found[each]) in summary(found) for each in ("messages", "written_off", "double_checks"))


@pytest.mark.usefixtures("lived")
def test_the_sample_shows_what_the_demo_is_for() -> None:
    with transaction() as session:
        found = figures(session)
        rounds = session.scalars(select(Case.round).where(Case.round > 1)).all()
        calls = session.scalars(select(CallBack.result)).all()
        undeliverable = session.scalars(select(Feedback.undeliverable_reason).where(Feedback.told_on.is_(None))).all()
    assert min(found["classes"].values()) >= 2
    assert found["second_rounds"] >= 3
    assert 3 in rounds  # poorly handled twice, then by the office itself
    assert [each["agreed"] for each in answers_to("sign-off")].count(False) >= 2
    assert found["direct_accountability"] >= 3
    assert found["double_checks"] >= 3
    assert min(found["feedback"].values()) >= 1
    assert min(found["nudges"][stage] for stage in ("remind", "due", "urge", "escalate")) >= 1
    assert [name for name, times in found["arrangements"].items() if not times] == []
    assert found["notices"] >= 4
    assert [each["agreed"] for each in answers_to("extension-approval")].count(False) == 1
    assert len(answers_to("extension-reply")) >= 1
    assert len(answers_to("progress-report")) >= 1
    assert calls.count(None) >= 4  # nobody could be called back
    assert len(set(undeliverable)) > 1
    assert 0 < found["late"] < found["answers"] / 10


@pytest.mark.usefixtures("lived")
def test_a_joint_meeting_asks_for_three_things_that_are_done() -> None:
    (shown,) = list_meetings()
    assert (shown["number"], shown["held_on"]) == ("洪治庸联〔2026〕1号", "2026-06-30")
    assert (shown["actions"], shown["done"]) == (3, 3)


@pytest.mark.usefixtures("lived")
def test_every_step_of_the_sample_is_answered_and_every_decision_goes_both_ways() -> None:
    with transaction() as session:
        kinds = set(session.scalars(select(Assignment.kind).join(Assignment.answer)))
        lapses = set(session.scalars(select(Filing.lapse)))
        pursued = set(session.execute(select(DoubleCheck.position, DoubleCheck.pursued)).all())
        papers = session.scalars(select(Signature.recorded_by).where(Signature.paper_number != "")).all()
        told = set(session.scalars(select(Feedback.reply)))
    assert kinds == set(STEPS)
    for kind, field, values in (
        ("classification", "outcome", Outcome),
        ("classification", "problem_class", ProblemClass),
        ("classification", "grade", Grade),
        ("classification", "kind", Kind),
        ("investigation", "finding", Finding),
        ("investigation", "nature", Nature),
        ("call-back", "result", Satisfaction),
        ("filing", "decision", ("FILED", "SUPPLEMENT")),
        ("receipt", "received", (True, False)),
        ("quality-review", "poorly_handled", (True, False)),
        ("effect-assessment", "effective", (True, False)),
        *((kind, "agreed", (True, False)) for kind in STEPS if kind.endswith(("approval", "sign-off"))),
    ):
        assert set(values) <= {each[field] for each in answers_to(kind)}, (kind, field)
    assert {each["undeliverable_reason"] == "" for each in answers_to("direct-reply")} == {True, False}
    assert {each["undeliverable_reason"] == "" for each in answers_to("rejection-reply")} == {True, False}
    assert len(lapses) >= 2  # None among them
    assert lapses <= {None, *Lapse}
    assert len(pursued) == 6
    assert len(papers) >= 2
    assert told == set(Reply)


@pytest.mark.usefixtures("lived")
def test_what_the_rules_refuse_is_tried_and_refused() -> None:
    with transaction() as session:
        refused = session.execute(
            select(Entry.step, Entry.detail["code"].astext).where(Entry.what == "refused").distinct()
        ).all()
    assert set(refused) >= {
        ("classification", "conflict-of-interest"),
        ("investigation-1", "conflict-of-interest"),
        ("rectification-plan", "invalid-form"),
        ("sign-off-1", "invalid-form"),
        ("publication-approval-1", "same-person"),
    }


@pytest.mark.usefixtures("lived")
@pytest.mark.parametrize(
    ("source_number", "status", "round", "unit"),
    [
        ("20260306008", Status.WRITTEN_OFF, 1, "U11"),  # joined to the case of 20260305117
        ("ZY20260004", Status.WRITTEN_OFF, 3, "U08"),
        ("ZY20260005", Status.WRITTEN_OFF, 2, "U35"),  # anonymous: the office's head opened the second round himself
        ("JC-19-01", Status.WRITTEN_OFF, 1, "U43"),
        ("KF-2026-01", Status.WRITTEN_OFF, 1, "U02"),  # sent back by U26
        ("DC-2026-04", Status.WRITTEN_OFF, 1, "U56"),  # at first given to U51
        ("ZY20260002", Status.WRITTEN_OFF, 1, "U33"),
        ("QT-2026-02", Status.REJECTED, 1, None),
        ("ZY20260010", Status.TRANSFERRED, 1, None),
    ],
)
def test_a_case_of_the_sample_ends_where_its_script_says(
    source_number: str, status: Status, round: int, unit: str | None
) -> None:
    case = case_about(source_number)
    assert (case.status, case.round, case.unit_code) == (status, round, unit)


@pytest.mark.usefixtures("ledger")
def test_messages_without_a_script_come_to_their_end_too(tmp_path: Path) -> None:
    file = tmp_path / "messages.csv"
    with file.open("w", encoding="utf-8", newline="") as target:
        rows = csv.writer(target)
        rows.writerow(("留言编号", "留言用户", "留言主题", "留言时间", "留言详情"))
        for number in range(30):
            subject = ("学校门口停车难", "小区夜间施工噪声扰民", "咨询社保补缴")[number % 3]
            rows.writerow(
                (f"M{number}", f"A{number}", subject, "2026/5/20 9:30:00", f"{subject}，反映{number}次无果。")
            )
    live(file, tmp_path / "rejects.xlsx", channel="DISTRICT_HEAD_LINE")
    with transaction() as session:
        found = figures(session)
        assert session.scalars(select(Case.number).where(Case.is_open)).all() == []
    assert found["messages"] == found["cases"] == 30
    assert found["feedback"]["online"] > 0
    assert verify().broken == []


def test_what_is_drawn_for_a_number_is_always_the_same_and_in_proportion() -> None:
    def drawn(number: int, **channel: bool) -> Scenario:
        subject = "A3区某路口红绿灯损坏，电话13812345678"
        message = Message(source_number=f"N{number}", subject=subject, text="无", about_unit="")
        message.channel = Channel(**{"forces_superior": False, "direct_accountability": False} | channel)
        return draw(message, ["U01", "U50"])

    many = [drawn(number) for number in range(2000)]
    assert many[:50] == [drawn(number) for number in range(50)]
    assert {each.unit for each in many} == {"U50"}
    assert "138****5678" in many[0].summary
    for turn, percent in ((Turn.COMMON, 6), (Turn.ANNUAL, 3), (Turn.REJECT, 2), (Turn.SIGN_REFUSED, 4)):
        assert abs(sum(turn in each for each in many) / 20 - percent) < 1.5, turn
    forced = [drawn(number, forces_superior=True, direct_accountability=True) for number in range(200)]
    assert all(Turn.SUPERIOR in each and not each.any(Turn.COMMON, Turn.ANNUAL, Turn.RETURNED) for each in forced)


@pytest.mark.usefixtures("ledger")
def test_only_a_ledger_without_cases_becomes_a_trial() -> None:
    number = report()
    with pytest.raises(NotSimulated), transaction() as session:
        make_trial(session, at(BEGINS) + timedelta(days=1))
    assert assignment_of(number, "classification")


def test_the_demo_runs_on_servers_of_its_own_and_leaves_none_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHIYONG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ZHIYONG_DATABASE_URL", "postgresql://nowhere.invalid/real-cases")
    screen = io.StringIO()
    found = demo(
        intake=None, cases=2, channel=None, out=tmp_path / "out", keep=False, console=Console(file=screen, width=200)
    )
    assert {key: found[key] for key in ("messages", "cases", "written_off", "rejected", "transferred")} == {
        "messages": 2,
        "cases": 2,
        "written_off": 2,
        "rejected": 0,
        "transferred": 0,
    }
    assert found["feedback"]["online"] == 2
    assert [Path(each).name for each in found["files"]][-2:] == ["退回待补.xlsx", "办理情况.txt"]
    assert all(Path(each).stat().st_size for each in found["files"])
    assert summary(found) in screen.getvalue()
    here = Settings(home=tmp_path / "home" / "demo", database_url=None, prefect_api_url=None)
    assert not postgres_running(here)
    assert [processes.find(here, name) for name in (stack.SERVER, stack.WORKER, stack.SUPERVISOR)] == [None] * 3


def test_a_folder_that_is_no_demos_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIYONG_HOME", str(tmp_path))
    mine = tmp_path / "demo" / "postgres" / "mine"
    mine.mkdir(parents=True)
    with pytest.raises(StackProblem) as problem:
        demo(intake=None, cases=1, channel=None, out=tmp_path / "out", keep=False, console=Console(quiet=True))
    assert problem.value.code == "not-a-demo"
    assert mine.exists()


def test_a_second_demo_does_not_wipe_the_one_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIYONG_HOME", str(tmp_path))
    here = Settings(home=tmp_path / "demo", database_url=None, prefect_api_url=None)
    with processes.lock(here, stack.SUPERVISOR), pytest.raises(StackProblem) as problem:
        demo(intake=None, cases=1, channel=None, out=tmp_path / "out", keep=False, console=Console(quiet=True))
    assert problem.value.code == "already-running"
    assert f"ZHIYONG_HOME={here.home} zhiyong down" in problem.value.message
