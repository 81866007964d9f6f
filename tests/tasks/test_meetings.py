"""Minutes of a joint meeting are recorded: numbered without gaps, all of them or nothing, by whom and about what."""

import hashlib
import stat
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from flows.answers import hand_out
from flows.conductor import advance
from models.database import transaction
from models.grids import read_grids
from models.meeting import JointMeeting, MeetingAction
from models.meeting_file import ATTENDEES, PLACE, SUMMARY, BadMinutes
from models.outbox import WakeUp
from models.registry import Unit
from models.words import Role
from settings import settings
from tasks import meetings
from tasks.case_view import show_case
from tasks.find import find_case
from tasks.meetings import record_minutes
from tasks.meetings_shown import list_meetings, show_meeting
from tasks.merge import merge
from tasks.reclassify import reclassify
from tasks.suspend import suspend
from tests.meetings import Row, filled, meet, record
from tests.office import CLERK, DISCIPLINE, HEAD, PROPAGANDA, act, carry, classify, grant, it_is, leave, report
from tests.operators import by, entries, name_as_subject, office_entries, refused_with, whole

UNTIL = date(2026, 5, 20)

pytestmark = [pytest.mark.usefixtures("ledger"), pytest.mark.usefixtures("_in_a_folder_of_its_own")]


@pytest.fixture
def _in_a_folder_of_its_own(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def number() -> str:
    """A case of 6 May 2026, classified for U01; on 7 May the meeting is held."""
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number)
    it_is("2026-05-07", "15:00")
    return number


def faults(*rows: Row, held_on: date | str = date(2026, 5, 7), **said: Any) -> list[tuple[str, str]]:
    """Try to record minutes that do not hold; return the cells and the reasons."""
    content = filled(rows, held_on, **said)
    with pytest.raises(BadMinutes) as refusal:
        record(content)
    assert how_many(JointMeeting) == how_many(MeetingAction) == 0
    return [(cell, why) for _, cell, why in refusal.value.faults]


def how_many(kind: type[JointMeeting | MeetingAction | WakeUp]) -> int:
    """Count rows."""
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def test_minutes_get_a_number_and_their_actions_too(number: str) -> None:
    done = meet([(number, "增设一个窗口", "U01", UNTIL), (number, "调整公交线路", "区教育局", None)])
    shown = done.meeting
    assert (done.again, shown["number"], shown["held_on"], shown["recorded_by"]) == (
        False,
        "洪治庸联〔2026〕1号",
        "2026-05-07",
        CLERK,
    )
    assert [
        (each["number"], each["case"], each["unit"], each["what"], each["ends_on"]) for each in shown["actions"]
    ] == [
        ("洪治庸联〔2026〕1号-1", number, "U01", "增设一个窗口", "2026-05-20"),
        ("洪治庸联〔2026〕1号-2", number, "U02", "调整公交线路", None),
    ]
    assert (shown["place"], shown["chair"]) == ("区行政投诉中心会议室", "办负责人甲")
    assert shown["attendees"].split("\n") == ["区委宣传部", "“两办”督查室", "区信访局"]
    assert whole()


def test_it_is_journalled_in_the_office_s_chain_and_in_each_case_s(number: str) -> None:
    other = report(number="A-2")
    classify(other)
    content = filled([(number, "增设一个窗口", "U01", UNTIL), (other, "公开时限", "U01", UNTIL)])
    record(content)
    (entry,) = office_entries("meeting")
    sha256 = hashlib.sha256(content).hexdigest()
    assert (entry.actor, entry.detail) == (
        CLERK,
        {"meeting": "洪治庸联〔2026〕1号", "held_on": "2026-05-07", "actions": 2, "sha256": sha256},
    )
    for case, name in ((number, "洪治庸联〔2026〕1号-1"), (other, "洪治庸联〔2026〕1号-2")):
        (entry,) = entries(case, "meeting-action")
        assert (entry.step, entry.detail["number"], entry.actor) == ("meeting-action-1", name, CLERK)
    kept = settings().meetings / sha256
    assert kept.read_bytes() == content
    assert (stat.S_IMODE(kept.stat().st_mode), stat.S_IMODE(kept.parent.stat().st_mode)) == (0o600, 0o700)


def test_numbers_have_no_gaps_and_begin_anew_with_the_year(number: str) -> None:
    assert meet([(number, "第一项", "U01", UNTIL)]).meeting["number"] == "洪治庸联〔2026〕1号"
    refused_with("bad-minutes", meet, [(number, "不成的", "U99", UNTIL)])
    assert meet([(number, "第二项", "U01", UNTIL)]).meeting["number"] == "洪治庸联〔2026〕2号"
    it_is("2027-01-04")
    held = date(2026, 12, 30)
    assert meet([(number, "第三项", "U01", date(2027, 1, 29))], held).meeting["number"] == "洪治庸联〔2027〕1号"
    assert [each["number"] for each in list_meetings(2026)] == ["洪治庸联〔2026〕1号", "洪治庸联〔2026〕2号"]
    assert whole()


def test_the_same_file_twice_changes_nothing(number: str) -> None:
    content = filled([(number, "增设一个窗口", "U01", UNTIL)])
    first = record(content)
    it_is("2026-06-30")  # the day of the action is past: that does not matter any more
    again = record(content, by=HEAD, name="另存.xlsx")
    assert (again.again, again.meeting["number"], again.meeting["recorded_by"]) == (
        True,
        first.meeting["number"],
        CLERK,
    )
    assert (how_many(JointMeeting), how_many(MeetingAction), how_many(WakeUp)) == (1, 1, 0)
    assert whole()


def test_a_file_saved_anew_with_the_same_actions_is_refused(number: str) -> None:
    meet([(number, "增设一个窗口", "U01", UNTIL)])
    said = refused_with("meeting-known", meet, [(number, "增设一个窗口", "U01", UNTIL)], **{PLACE: "别处"})
    assert said == "当日会议的相同议定事项已登记为洪治庸联〔2026〕1号，未再登记。"
    meet([(number, "增设一个窗口", "U01", UNTIL)], date(2026, 5, 6))  # another day's meeting may ask for it too
    assert how_many(JointMeeting) == 2


def test_a_meeting_that_decided_nothing_is_recorded_once(number: str) -> None:
    assert meet([], **{SUMMARY: "通报了上次议定事项。"}).meeting["actions"] == []
    refused_with("meeting-known", meet, [], **{SUMMARY: "通报了上次议定事项。", PLACE: "别处"})
    assert whole()


def test_two_who_record_the_same_file_at_once_get_one_meeting(number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = filled([(number, "增设一个窗口", "U01", UNTIL)])
    record(content)
    calls = iter([lambda *_: None, meetings._known])  # the first look came before the other had committed
    monkeypatch.setattr(meetings, "_known", lambda session, sha256: next(calls)(session, sha256))
    monkeypatch.setattr(meetings, "_refuse_repeated", lambda *_: None)
    assert record(content).again
    assert how_many(JointMeeting) == 1
    assert whole()


# Who records.


@pytest.mark.parametrize("officer", ["U01-03", "U01-01", PROPAGANDA, DISCIPLINE])
def test_only_the_office_records(officer: str, number: str) -> None:
    refused_with("not-yours", meet, [(number, "增设一个窗口", "U01", UNTIL)], by=officer)
    (entry,) = office_entries("meeting-refused")
    assert (entry.actor, entry.detail["code"]) == (officer, "not-yours")
    assert len(entry.detail["file"]) == 64


def test_the_head_of_the_office_may(number: str) -> None:
    assert meet([(number, "增设一个窗口", "U01", UNTIL)], by=HEAD).meeting["recorded_by"] == HEAD


def test_whom_a_case_is_about_records_nothing_of_it(number: str) -> None:
    name_as_subject(number, CLERK)
    content = filled([(number, "增设一个窗口", "U01", UNTIL)])
    assert "被反映人" in refused_with("conflict-of-interest", record, content)
    assert record(content, by=HEAD).meeting["number"]


# What the ledger has against it.


@pytest.mark.parametrize(
    ("held_on", "why"),
    [("2026-05-08", "会议日期是将来的日期"), ("2025-05-05", "会议日期早于一年以前，请核对")],
)
def test_a_meeting_is_held_before_its_minutes_and_not_long_before(held_on: str, why: str, number: str) -> None:
    assert ("C3", why) in faults((number, "增设一个窗口", "U01", None), held_on=held_on)


def test_a_day_that_is_past_is_refused(number: str) -> None:
    it_is("2026-05-21")
    assert faults((number, "增设一个窗口", "U01", UNTIL)) == [("E9", "完成时限早于今天")]


def test_a_case_must_be_there_and_handled(number: str) -> None:
    new, closed, resting, refused = (report(number=f"B-{n}") for n in range(4))
    for each in (closed, resting, refused):
        classify(each) if each != refused else act(each, "classification", CLERK, outcome="REJECT", reason="不属受理")
    carry(closed)
    suspend(resting, actor=by(HEAD), reason="待司法鉴定")
    cells = faults(
        ("2026-99", "甲", "U01", UNTIL),
        ("第五号", "乙", "U01", UNTIL),
        (new, "丙", "U01", UNTIL),
        (closed, "丁", "U01", UNTIL),
        (resting, "戊", "U01", UNTIL),
        (refused, "己", "U01", UNTIL),
        (number, "庚", "U01", UNTIL),
    )
    assert cells == [
        ("B9", "没有这个案件编号"),
        ("B10", "没有这个案件编号"),
        ("B11", "案件尚未分类（或退回后待重新分派）"),
        ("B12", "案件已办结"),
        ("B13", "案件已挂起，唤醒后才能议定事项"),
        ("B14", "案件已决定不予受理或转出"),
    ]


def test_a_case_that_its_unit_returned_waits_for_the_office(number: str) -> None:
    act(number, "receipt-1", "U01-03", received=False, return_reason="不属本单位")
    assert faults((number, "增设一个窗口", "U01", UNTIL)) == [("B9", "案件尚未分类（或退回后待重新分派）")]


def test_a_unit_must_be_there_with_somebody_who_can_answer(number: str) -> None:
    with transaction() as session:
        session.get_one(Unit, "U05").active = False
    leave("U06-03", Role.UNIT_CONTACT)
    assert faults(
        (number, "甲", "U99", UNTIL),
        (number, "乙", "区教", UNTIL),
        (number, "丙", "U05", UNTIL),
        (number, "丁", "U06", UNTIL),
        (number, "戊", "OFF", UNTIL),
    ) == [
        ("D9", "没有这个单位，请填单位代码或全称"),
        ("D10", "没有这个单位，请填单位代码或全称"),
        ("D11", "该单位已不在册"),
        ("D12", "该单位没有在任的联络员"),
        ("D13", "该单位没有在任的联络员"),
    ]


@pytest.mark.parametrize("named", ["U02", "u02", "区教育局", "洪山区教育局", "教育局", "某某市洪山区教育局"])
def test_a_unit_is_named_by_its_code_or_its_name(named: str, number: str) -> None:
    assert meet([(number, "增设一个窗口", named, UNTIL)]).meeting["actions"][0]["unit"] == "U02"


def test_a_unit_is_not_asked_in_a_case_about_its_head_or_its_contact(number: str) -> None:
    name_as_subject(number, "U02-01", "U03-03")
    assert faults((number, "甲", "U02", UNTIL), (number, "乙", "U03", UNTIL)) == [
        ("D9", "案件反映该单位主要领导，不得交其承办"),
        ("D10", "案件反映该单位联络员，不得交其承办"),
    ]


def test_nothing_that_units_read_identifies_a_sender(number: str) -> None:
    other = report(number="A-2", name="孙某某", phone="13900005678")
    classify(other)
    found = faults(
        (number, "当面答复来件人甲", "U01", UNTIL),
        (number, "请联系13700001111", "U01", UNTIL),
        (other, "拨打13900005678说明", "U01", UNTIL),
        **{SUMMARY: "会议听取了来件人甲反映的情况。", PLACE: "13800001234"},
    )
    assert [cell for cell, _ in found] == ["C4", "C7", "C9", "C10", "C11"]
    assert all("可识别投诉人" in why and "来件人甲" not in why and "1380" not in why for _, why in found)


def test_all_faults_of_form_and_ledger_are_said_together_in_their_order(number: str) -> None:
    rows = [("2026-99", "甲", "U99", "尽快"), (number, "", "U01", date(2026, 5, 1))]
    found = faults(*rows, held_on="2026-05-08", **{ATTENDEES: None})
    assert [cell for cell, _ in found] == ["C3", "C6", "B9", "D9", "E9", "C10", "E10", "E10"]


def test_what_is_refused_says_so_in_one_message(number: str) -> None:
    content = filled([("2026-99", "甲", "U99", UNTIL)])
    assert refused_with("bad-minutes", record, content) == (
        "会议纪要有 2 处错误，未载入任何内容。\n"
        "【会议纪要】B9：没有这个案件编号\n"
        "【会议纪要】D9：没有这个单位，请填单位代码或全称"
    )
    assert [each.detail["code"] for each in office_entries("meeting-refused")] == ["bad-minutes"]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 minutes", b"PK\x03\x04"])
def test_what_is_no_workbook_is_refused(content: bytes, number: str) -> None:
    refused_with("bad-file", record, content)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    refused_with("bad-file", record_minutes, tmp_path / "nothing.xlsx", actor=by(CLERK))
    refused_with("bad-file", record_minutes, tmp_path, actor=by(CLERK))


# What is shown.


def test_a_meeting_is_shown_with_what_became_of_each_action(number: str) -> None:
    meet([(number, "增设一个窗口", "U01", UNTIL), (number, "公开时限", "U02", date(2026, 5, 13))])
    it_is("2026-05-14")
    act(number, "meeting-action-1", "U01-03", result="已增设，联系13700001111可核实")
    done, late = show_meeting("洪治庸联〔2026〕1号")["actions"]
    assert (done["state"], done["light"], done["result"]) == ("DONE", None, "已增设，联系137****1111可核实")
    assert (late["state"], late["light"], late["due"], late["result"]) == ("WAITING", "red", "2026年5月13日", "")
    (listed,) = list_meetings()
    assert [listed[key] for key in ("actions", "waiting", "done", "withdrawn")] == [2, 1, 1, 0]
    assert list_meetings(2025) == []


@pytest.mark.parametrize("typed", ["2026-1", "2026-01", "洪治庸联[2026]1号", " 洪治庸联〔2026〕 1 号 "])
def test_a_meeting_is_named_in_several_ways(typed: str, number: str) -> None:
    meet([(number, "增设一个窗口", "U01", UNTIL)])
    assert show_meeting(typed)["number"] == "洪治庸联〔2026〕1号"


@pytest.mark.parametrize("typed", ["2026-2", "1", "洪治庸〔2026〕1号", ""])
def test_a_meeting_that_is_not_there_is_unknown(typed: str, number: str) -> None:
    meet([(number, "增设一个窗口", "U01", UNTIL)])
    refused_with("unknown-meeting", show_meeting, typed)


def test_whoever_a_case_is_about_sees_no_action_of_it(number: str) -> None:
    other = report(number="A-2")
    classify(other)
    meet([(number, "增设一个窗口", "U01", UNTIL), (other, "公开时限", "U01", UNTIL)])
    name_as_subject(number, HEAD)
    assert [each["case"] for each in show_meeting("2026-1", by=HEAD)["actions"]] == [other]
    assert len(show_meeting("2026-1", by=CLERK)["actions"]) == 2
    refused_with("not-yours", show_meeting, "2026-1", by="U01-03")


def test_the_case_shows_what_meetings_asked_for(number: str) -> None:
    meet([(number, "增设一个窗口", "U02", UNTIL)])
    (unread,) = show_case(number)["meeting_actions"]
    assert unread == {
        "number": "洪治庸联〔2026〕1号-1",
        "step": "meeting-action-1",
        "unit": "U02",
        "what": None,
        "ends_on": "2026-05-20",
    }
    assert show_case(number, by="U01-04")["meeting_actions"][0]["what"] == "增设一个窗口"


def test_a_sender_who_joins_later_is_masked_where_he_was_named_before(number: str) -> None:
    meet([(number, "请钱多多到场核实", "U01", UNTIL)])
    joining = report(number="A-2", name="钱多多", phone="13900005678")
    with transaction() as session:
        message = find_case(session, joining).messages[0].message_id
    merge(message, into=number, actor=by(CLERK), reason="同一事项")
    advance(number)
    assert show_meeting("2026-1")["actions"][0]["what"] == "请钱**到场核实"
    assert whole()


def test_the_answer_workbook_of_a_unit_says_what_was_asked(number: str) -> None:
    meet([(number, "增设一个窗口", "U02", UNTIL)])
    _, content = hand_out(number, unit="U02", actor=by(CLERK))
    (sheet, _) = read_grids(content).sheets
    assert "洪治庸联〔2026〕1号-1：增设一个窗口" in sheet.rows[1][0]


def test_what_the_office_takes_up_itself_may_still_ask_a_unit(number: str) -> None:
    reclassify(number, data={"outcome": "DIRECT"}, actor=by(CLERK), reason="涉及主要领导")
    advance(number)
    assert meet([(number, "提供档案", "U02", UNTIL)]).meeting["actions"][0]["assignment"] is None
    assert show_meeting("2026-1")["actions"][0]["assignment"] is not None
    grant("U02-04", Role.UNIT_CONTACT)
    act(number, "meeting-action-1", "U02-04", result="已提供")
    assert whole()
