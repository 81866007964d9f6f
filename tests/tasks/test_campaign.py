"""A self-inspection from its opening to its close: who must report, what each return asks for, who may do what."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models.campaign import Campaign, Duty, Problem, ProblemDecision, ReportSignature, SelfReport
from models.case import Case
from models.database import engine, transaction
from models.journal import Actor, Entry
from models.message import Message
from models.refusals import AlreadyAnswered, InvalidForm, NotYours, ReasonMissing, Refusal, StaleVersion, Withdrawn
from models.registry import Unit
from models.words import CampaignStep, UnitState
from settings import settings
from tasks.calendar_file import load_calendar
from tasks.campaign import (
    AlreadyOpen,
    BadDueDate,
    BadPeriod,
    CampaignClosed,
    CannotExempt,
    NotAllIn,
    UnknownCampaign,
    campaign_status,
    close_campaign,
    exempt_unit,
    open_campaign,
    open_what_is_due,
)
from tasks.campaign_answer import NotByForm, NothingToReturn, answer_duty, is_duty, send_back
from tasks.campaign_todo import campaign_todo
from tasks.counts import counts
from tasks.message import show_message
from tasks.morning_page import morning_page
from tasks.verify import verify
from tests.campaigns import came_back, duty, open_june, standing
from tests.office import CLERK, DISCIPLINE, HEAD, advance, assignment_of, classify, it_is, open_steps, report

pytestmark = pytest.mark.usefixtures("ledger")

SIGN, RECEIVE, CONFIRM, REPORT = (
    CampaignStep.SIGN_OFF,
    CampaignStep.RECEPTION,
    CampaignStep.CONFIRMATION,
    CampaignStep.REPORT,
)


def do(unit: str, step: CampaignStep, by: str, /, version: int | None = None, **data: object) -> None:
    """Do a duty of a unit's."""
    number = duty(unit, step)
    assert number is not None
    answer_duty(number, data=dict(data), actor=Actor(code=by), version=version)


def do_all(unit: str) -> None:
    """Sign and receive a return, and confirm no problem."""
    do(unit, SIGN, f"{unit}-01", agreed=True)
    do(unit, RECEIVE, DISCIPLINE, received_on="2026-06-30")


def test_all_sixty_units_must_report_by_the_last_working_day_of_june() -> None:
    open_june()
    shown = campaign_status("2026-06")
    assert {key: shown[key] for key in ("campaign", "opened_on", "due_on", "units", "findings", "cases")} == {
        "campaign": "2026-06",
        "opened_on": "2026-06-01",
        "due_on": "2026-06-30",
        "units": {"due": 60, "returned": 0, "accepted": 0, "late": 0, "exempt": 0},
        "findings": 0,
        "cases": 0,
    }


@pytest.mark.parametrize(
    ("opened", "period", "due"),
    [
        ("2015-12-01", "2015-12", "2015-12-31"),
        ("2018-06-01", "2018-06", "2018-06-29"),  # the 30th is a Saturday
        ("2019-06-03", "2019-06", "2019-06-28"),  # the 30th is a Sunday
        ("2026-12-01", "2026-12", "2026-12-31"),
    ],
)
def test_the_due_date_is_the_last_working_day_of_the_month(opened: str, period: str, due: str) -> None:
    it_is(opened)
    assert open_what_is_due() == period
    assert campaign_status()["due_on"] == due


def test_opened_twice_or_at_once_it_is_one_campaign() -> None:
    open_june()
    it_is("2026-06-02")
    assert open_campaign("2026-06", actor=Actor(code="system")) is False
    assert open_what_is_due() is None
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Campaign)) == 1
        assert session.scalar(select(func.count()).select_from(Duty)) == 60


def test_a_machine_that_was_off_on_the_first_opens_the_campaign_when_it_starts() -> None:
    it_is("2026-05-20")
    report()  # the ledger is in use
    it_is("2026-06-10")
    assert open_what_is_due() == "2026-06"
    assert campaign_status()["due_on"] == "2026-06-30"


def test_a_machine_that_was_off_all_june_opens_the_campaign_in_july_with_ten_working_days() -> None:
    it_is("2026-05-20")
    open_campaign("2025-12", actor=Actor(code="system"))  # an entry of the office's before June
    it_is("2026-07-06")
    assert open_what_is_due() == "2026-06"
    assert campaign_status("2026-06")["due_on"] == "2026-07-20"


def test_a_ledger_that_began_in_november_opens_nothing_of_june() -> None:
    it_is("2026-11-24")
    assert open_what_is_due() is None


def test_an_exempt_unit_has_a_reason_and_nothing_to_do() -> None:
    open_june(exempt={"U60": "机构改革，职能已划转"})
    shown = campaign_status("2026-06")
    assert shown["units"]["due"] == 59
    assert shown["units"]["exempt"] == 1
    assert standing("U60").state is UnitState.EXEMPT
    assert duty("U60", REPORT) is None


def test_a_unit_may_be_exempted_after_the_opening_by_the_head_of_the_office_until_it_has_reported() -> None:
    open_june()
    came_back("U02", accepted=False)
    for by_whom, unit, reason, refusal in (
        (CLERK, "U60", "已撤并", NotYours),
        (HEAD, "U60", " ", ReasonMissing),
        (HEAD, "U02", "已报送", CannotExempt),
        (HEAD, "U99", "没有这个单位", CannotExempt),
    ):
        with pytest.raises(refusal):
            exempt_unit("2026-06", unit, actor=Actor(code=by_whom), reason=reason)
    exempt_unit("2026-06", "U60", actor=Actor(code=HEAD), reason="机构改革，职能已划转")
    assert standing("U60").state is UnitState.EXEMPT
    assert duty("U60", REPORT) is None
    with pytest.raises(CannotExempt):
        exempt_unit("2026-06", "U60", actor=Actor(code=HEAD), reason="再免一次")
    with pytest.raises(AlreadyOpen):
        open_campaign("2026-06", actor=Actor(code="system"), exempt={"U59": "启动后才说"})
    assert verify().ok


def test_what_is_refused_when_opening() -> None:
    it_is("2026-06-01")
    system = Actor(code="system")
    for period in ("2026-05", "2026-6", "06-2026", "2026-13", "1990-06", ""):
        with pytest.raises(BadPeriod):
            open_campaign(period, actor=system)
    with pytest.raises(ReasonMissing):
        open_campaign("2026-06", actor=system, exempt={"U60": " "})
    with pytest.raises(Refusal, match="单位"):
        open_campaign("2026-06", actor=system, exempt={"U99": "没有这个单位"})
    with pytest.raises(BadDueDate):
        open_campaign("2026-06", actor=system, due_on=date(2026, 5, 31))
    with pytest.raises(NotYours):
        open_campaign("2026-06", actor=Actor(code="U01-01"))
    with pytest.raises(UnknownCampaign, match="还没有启动过自查，请用 zhiyong campaign open 启动。"):
        campaign_status()


def test_a_return_is_signed_then_received_then_complete() -> None:
    open_june()
    it_is("2026-06-15")
    came_back("U01")
    assert standing("U01").state is UnitState.TO_SIGN
    assert duty("U01", REPORT) is None
    do("U01", SIGN, "U01-01", agreed=True)
    assert standing("U01").state is UnitState.TO_RECEIVE
    do("U01", RECEIVE, DISCIPLINE, received_on="2026-06-15")
    assert standing("U01").state is UnitState.COMPLETE
    assert verify().ok


def test_a_return_that_does_not_hold_leaves_the_duty_to_report() -> None:
    open_june()
    came_back("U01", accepted=False)
    assert standing("U01").state is UnitState.TO_MEND
    assert duty("U01", REPORT) is not None


def test_only_the_units_own_head_signs_and_nobody_in_his_place() -> None:
    open_june()
    came_back("U01")
    for other in ("U01-02", "U01-03", "U02-01", CLERK, HEAD, DISCIPLINE):
        with pytest.raises(NotYours):
            do("U01", SIGN, other, agreed=True)


def test_a_signature_on_paper_is_recorded_by_a_clerk_with_its_number() -> None:
    open_june()
    it_is("2026-06-15")
    came_back("U01")
    paper = {"agreed": True, "paper_number": "签-1", "signed_by": "U01-01", "signed_on": "2026-06-12"}
    with pytest.raises(NotYours):
        do("U01", SIGN, "U01-01", **paper)
    with pytest.raises(InvalidForm):
        do("U01", SIGN, CLERK, **paper | {"signed_by": "U01-02"})
    with pytest.raises(InvalidForm):
        do("U01", SIGN, CLERK, **paper | {"signed_on": "2026-05-29"})  # before the campaign
    with pytest.raises(InvalidForm):
        do("U01", SIGN, CLERK, **paper | {"signed_on": "2026-06-16"})  # tomorrow
    do("U01", SIGN, CLERK, **paper)
    with transaction() as session:
        signature = session.scalars(select(ReportSignature)).one()
    assert (signature.signer, signature.recorded_by, signature.paper_number) == ("U01-01", CLERK, "签-1")


def test_a_head_who_does_not_agree_sends_the_return_back_to_his_unit() -> None:
    open_june()
    came_back("U01")
    do("U01", SIGN, "U01-01", agreed=False, opinion="问题写得不实")
    assert standing("U01").state is UnitState.TO_MEND
    assert duty("U01", REPORT) is not None
    came_back("U01")
    assert standing("U01").state is UnitState.TO_SIGN


def test_after_a_return_was_sent_back_an_older_one_does_not_count_again() -> None:
    open_june()
    came_back("U01", precedence="1")
    came_back("U01", precedence="2")
    send_back("2026-06", "U01", actor=Actor(code=CLERK), reason="整改措施空泛")
    assert standing("U01").state is UnitState.TO_MEND
    came_back("U01", precedence="3")
    assert standing("U01").state is UnitState.TO_SIGN


def test_a_newer_return_needs_its_own_signature() -> None:
    open_june()
    came_back("U01")
    number = duty("U01", SIGN)
    came_back("U01")
    assert number is not None
    with pytest.raises(Withdrawn):
        answer_duty(number, data={"agreed": True}, actor=Actor(code="U01-01"))
    do("U01", SIGN, "U01-01", agreed=True)
    came_back("U01")
    assert standing("U01").state is UnitState.TO_SIGN


def test_an_older_return_that_comes_later_changes_nothing() -> None:
    open_june()
    newest = came_back("U01", precedence="2026-06-20")
    came_back("U01", precedence="2026-06-10")
    current = standing("U01").current
    assert current is not None
    assert current.id == newest


def test_problems_become_cases_only_when_the_office_confirms_them() -> None:
    open_june()
    it_is("2026-06-15")
    came_back("U01", problems=[{}, {"text": "责任公示牌未更新。"}])
    do("U01", SIGN, "U01-01", agreed=True)
    (waiting,) = [each for each in campaign_todo(by=CLERK) if each["about_unit"] == "U01"]
    first, second = (each["problem"] for each in waiting["problems"])
    with pytest.raises(InvalidForm):  # each is decided of
        do("U01", CONFIRM, CLERK, decisions=[{"problem": first, "as_case": True}])
    with pytest.raises(InvalidForm):  # a refusal has its reason
        do(
            "U01",
            CONFIRM,
            CLERK,
            decisions=[{"problem": first, "as_case": True}, {"problem": second, "as_case": False}],
        )
    assert campaign_status()["cases"] == 0
    do(
        "U01",
        CONFIRM,
        CLERK,
        decisions=[
            {"problem": first, "as_case": True},
            {"problem": second, "as_case": False, "reason": "当场已更新"},
        ],
    )
    assert campaign_status()["cases"] == 1
    with transaction() as session:
        case = session.scalars(select(Case)).one()
        message = session.scalars(select(Message)).one()
        assert message.channel_code == "SELF_INSPECTION"
        assert message.extra["工作表"] == "权力运行流程"
        assert message.extra["行"] == "8"
        assert message.extra["收据"].startswith("2026-06-U01-")
        decisions = session.scalars(select(ProblemDecision).order_by(ProblemDecision.problem_id)).all()
        assert [each.case_id for each in decisions] == [case.id, None]
    shown = show_message(message.id, actor=Actor(code=CLERK))  # the way back to return, sheet and row
    assert {key: shown["extra"][key] for key in ("自查", "工作表", "行")} == {
        "自查": "2026-06",
        "工作表": "权力运行流程",
        "行": "8",
    }
    advance(case.number)
    classify(case.number)
    assert open_steps(case.number)
    assert verify().ok


def test_a_duty_is_done_once_at_the_version_that_was_seen_and_in_its_own_form() -> None:
    open_june()
    number = duty("U01", REPORT)
    assert number is not None
    assert is_duty(number)
    with pytest.raises(NotByForm):
        answer_duty(number, data={"agreed": True}, actor=Actor(code="U01-03"))
    came_back("U01")
    with pytest.raises(AlreadyAnswered):
        answer_duty(number, data={"opinion": "再报一次"}, actor=Actor(code="U01-03"))
    with transaction() as session:  # what was not taken is kept
        refused = select(Entry).where(Entry.what == "campaign-answer-refused").order_by(Entry.id.desc())
        assert session.scalars(refused.limit(1)).one().detail == {
            "code": "already-answered",
            "duty": number,
            "data": {"opinion": "再报一次"},
        }
        assert counts(session)["waiting"] == 60
    with pytest.raises(StaleVersion):
        do("U01", SIGN, "U01-01", version=7, agreed=True)
    with pytest.raises(InvalidForm):
        do("U01", SIGN, "U01-01", agreed="也许")


def test_the_numbers_of_duties_and_of_assignments_are_one_series() -> None:
    it_is("2026-06-01")
    number = report()
    open_june()
    taken = duty("U01", REPORT)
    assert taken is not None
    assert taken > assignment_of(number, "classification")
    assert not is_duty(assignment_of(number, "classification"))


def test_what_came_late_is_late_whatever_is_mended_afterwards() -> None:
    open_june()
    it_is("2026-06-30", "17:00")
    came_back("U01")
    send_back("2026-06", "U01", actor=Actor(code=CLERK), reason="整改措施空泛")
    it_is("2026-07-02")
    came_back("U01")  # mended after the date, but the first came in time
    came_back("U02")
    assert not standing("U01").late
    assert standing("U02").late
    assert standing("U03").late
    assert campaign_status()["units"] == {"due": 60, "returned": 2, "accepted": 2, "late": 59, "exempt": 0}


def test_a_campaign_closes_when_all_is_received_or_for_a_reason() -> None:
    open_june(exempt={f"U{n:02}": "试点未覆盖" for n in range(3, 61)})
    came_back("U01")
    came_back("U02")
    it_is("2026-06-30")
    do_all("U01")
    do("U02", SIGN, "U02-01", agreed=True)
    with pytest.raises(NotYours):
        close_campaign("2026-06", actor=Actor(code=CLERK))
    with pytest.raises(NotAllIn, match="1 个单位"):
        close_campaign("2026-06", actor=Actor(code=HEAD))
    close_campaign("2026-06", actor=Actor(code=HEAD), reason="U02补报另行安排")
    assert campaign_todo() == []
    with pytest.raises(CampaignClosed):
        close_campaign("2026-06", actor=Actor(code=HEAD))
    with pytest.raises(CampaignClosed):
        send_back("2026-06", "U01", actor=Actor(code=CLERK), reason="太迟了")


def test_nothing_is_sent_back_that_is_not_there() -> None:
    open_june()
    for unit in ("U01", "U99", ""):
        with pytest.raises(NothingToReturn):
            send_back("2026-06", unit, actor=Actor(code=CLERK), reason="没有报告")
    came_back("U01")
    with pytest.raises(ReasonMissing):
        send_back("2026-06", "U01", actor=Actor(code=CLERK), reason=" ")
    with pytest.raises(NotYours):
        send_back("2026-06", "U01", actor=Actor(code="U01-01"), reason="自己退回自己")


def test_the_inbox_shows_each_what_is_his() -> None:
    open_june()
    came_back("U02")
    assert [each["step"] for each in campaign_todo(by="U01-03")] == ["self-report"]
    assert [each["step"] for each in campaign_todo(by="U02-01")] == ["self-report-sign-off"]
    assert campaign_todo(by="U01-01") == []
    assert len(campaign_todo()) == 60
    assert [each["unit"] for each in campaign_todo(unit="U07")] == ["U07"]
    it_is("2026-07-01")
    assert len(campaign_todo(overdue=True)) == 60


def test_a_return_that_somebody_changed_is_found() -> None:
    open_june()
    came_back("U01", problems=[{}])
    assert verify().ok
    with Session(engine(settings().ledger_url)) as session, session.begin():
        session.connection().exec_driver_sql("ALTER TABLE self_found_problem DISABLE TRIGGER immutable")
        session.execute(update(Problem).values(text="没有问题"))
    (broken,) = verify().broken
    assert broken["where"] == "自查问题"


def test_what_came_back_is_never_changed() -> None:
    open_june()
    came_back("U01")
    with pytest.raises(Exception, match="RaiseException"), transaction() as session:
        session.execute(update(SelfReport).values(accepted=False))


def test_the_ledger_opens_a_campaign_only_with_units_in_it() -> None:
    it_is("2026-06-01")
    with transaction() as session:
        session.execute(update(Unit).values(active=False))
    assert open_what_is_due() is None
    with pytest.raises(Refusal, match="尚未载入单位"):
        open_campaign("2026-06", actor=Actor(code="system"))


def test_a_due_date_in_a_year_that_is_not_published_moves_when_the_year_is_loaded(tmp_path: Path) -> None:
    it_is("2027-06-01")
    open_campaign("2027-06", actor=Actor(code="system"))
    shown = campaign_status()
    assert (shown["due_on"], shown["provisional"]) == ("2027-06-30", True)
    notice = tmp_path / "2027.csv"
    notice.write_text(
        "日期,类型,名称,来源\n2027-01-01,放假,元旦,试用安排\n2027-02-06至2027-02-12,放假,春节,试用安排\n"
        "2027-05-01,放假,劳动节,试用安排\n2027-06-30,放假,试用,试用安排\n2027-10-01至2027-10-07,放假,国庆节,试用安排\n"
    )
    assert [each.as_dict() for each in load_calendar(notice, actor=Actor(code=CLERK), dry_run=True).reckoned.moved] == [
        {"case": "2027年上半年“三清单”自查", "step": "self-report", "old": "2027-06-30", "new": "2027-06-29"}
    ]
    assert campaign_status()["due_on"] == "2027-06-30"
    load_calendar(notice, actor=Actor(code=CLERK))
    shown = campaign_status()
    assert (shown["due_on"], shown["provisional"]) == ("2027-06-29", False)
    assert {each["due_on"] for each in campaign_todo()} == {"2027-06-29"}
    assert verify().ok


def test_the_morning_page_says_how_far_the_units_are() -> None:
    open_june(exempt={"U60": "机构改革，职能已划转"})
    came_back("U01")
    page = morning_page()
    assert page is not None
    assert "2026年上半年“三清单”自查（2026年6月30日到期）：免报 1 个，未报 58 个，待签字 1 个。" in page.markdown
