"""The agenda of a joint meeting and the documents about it, in the known office: each item, its reasons, its reply."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from openpyxl import load_workbook

from models.database import transaction
from models.journal import Actor
from models.meeting_file import SHEET, read_minutes
from models.words import Role
from reports.agenda_document import ACTION_HEADINGS, ITEM_HEADINGS, agenda_document
from reports.meeting_agenda import Agenda, read_agenda
from reports.minutes_book import minutes_book
from reports.minutes_document import minutes_document
from tasks.meetings_shown import find_meeting
from tasks.suspend import suspend
from tests.meetings import filled, meet
from tests.office import (
    CLERK,
    DISCIPLINE,
    HEAD,
    PROPAGANDA,
    act,
    carry,
    classify,
    grant,
    it_is,
    report,
)
from tests.operators import name_as_subject, refused_with
from tests.reports.known_office import Office, seven_cases
from tests.reports.sheets import every_text

MATTER = "窗口办事拖延，多次询问无回音"
DEVELOPMENT = "区发展和改革局"


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def office(ledger: str) -> Office:
    """Make the seven cases, as they stand on 19 May, in a ledger of the test's own."""
    return seven_cases()


def said(content: bytes) -> list[str]:
    """Return what stands in a document, a paragraph or a row in a line, the row's cells by |."""
    document = docx.Document(io.BytesIO(content))
    lines = []
    for block in document.element.body.iterchildren():
        if block.tag.endswith("}p"):
            lines.append(docx.text.paragraph.Paragraph(block, document).text)
        elif block.tag.endswith("}tbl"):
            table = docx.table.Table(block, document)
            lines += ["|".join(cell.text for cell in row.cells) for row in table.rows]
    return [line for line in lines if line]


def sheet(agenda: Agenda, name: str) -> list[tuple[Any, ...]]:
    """Return the rows of a sheet of the workbook."""
    return list(load_workbook(io.BytesIO(minutes_book(agenda)))[name].iter_rows(values_only=True))


def test_every_item_of_the_known_office_is_there_with_its_reasons_and_its_reply(office: Office) -> None:
    rows = sheet(read_agenda(by=CLERK), "议题")
    assert rows[0][0] == "议题"
    assert rows[1][0] == "截至2026年5月19日；内容已脱敏，尚未回复的在前。"
    assert rows[2] == ITEM_HEADINGS
    assert rows[3:] == [
        (
            1,
            office.bulletin,
            MATTER,
            "媒体舆情（舆情快报）；督办中（洪治庸督〔2026〕1号）；逾期6天",
            DEVELOPMENT,
            "红（逾期）\n立案13天\n单位调查，5月18日到期\n单位调查（区教育局），5月13日到期",
            "5月18日：走势消退，转发减少，未见新的负面评论\n未回复来源单位",
        ),
        (
            2,
            office.waiting,
            MATTER,
            "逾期8天",
            DEVELOPMENT,
            "红（逾期）\n立案13天\n销号审批，5月11日到期",
            "网上公示5月7日",
        ),
        (
            3,
            office.refused,
            MATTER,
            "逾期8天",
            DEVELOPMENT,
            "红（逾期）\n立案13天\n申请销号，5月11日到期",
            "网上公示5月7日",
        ),
        (
            4,
            office.exposed,
            MATTER,
            "媒体舆情（市以上媒体曝光）；逾期8天",
            DEVELOPMENT,
            "红（逾期）\n立案13天\n申请销号，5月11日到期",
            "尚无跟踪记录\n媒体回应5月7日",
        ),
        (
            5,
            office.again,
            MATTER,
            "二次办理",
            DEVELOPMENT,
            "绿（正常）\n立案13天\n申请销号，5月21日到期",
            "网上公示5月18日",
        ),
    ]


def test_what_is_green_supervised_by_nobody_and_no_matter_of_the_media_is_not_before_the_meeting(ledger: str) -> None:
    it_is("2026-05-06")
    classify(report())
    superior = report("SUPERIOR_TRANSFER", number="市督〔2026〕1号")
    monitored = report("MONITORING_POINT", number="J-1")
    (item,) = read_agenda(by=CLERK).items
    assert item.file.case.number == superior
    assert item.reasons() == ["上级交办（上级转(督)办）"]
    assert item.standing() == ["分类登记，5月7日到期"]
    assert monitored != superior


def test_rounds_are_named(ledger: str) -> None:
    it_is("2026-05-06")
    number = report()
    poor = {"poorly_handled": True, "dissatisfied": True, "opinion": "逾期且未回应诉求"}
    again: dict[str, Any] = {}
    for round in (1, 2):
        again |= {f"call-back-{round}": {"result": "DISSATISFIED", "resolved": False}, f"quality-review-{round}": poor}
    carry(number, to="receipt-2", instead=again)
    (item,) = read_agenda(by=CLERK).items
    assert (item.reasons(), item.lacks_reply) == (["二次办理"], True)
    assert item.replied() == "未网上公示（前一轮已于5月6日反馈）"
    carry(number, to="direct-accountability-3", instead=again)
    (item,) = read_agenda(by=CLERK).items
    assert item.reasons() == ["第3轮，由治庸问责办直接办理"]


def test_a_reply_that_nobody_is_due_or_that_cannot_be_given_is_not_missing(ledger: str) -> None:
    it_is("2026-05-06")
    anonymous = report("LEADER_INSTRUCTION", number="P-1", name="", phone="")
    carry(anonymous, to="write-off", instead={"classification": {"problem_class": "SUPERIOR"}})
    (item,) = read_agenda(by=CLERK).items
    assert (item.lacks_reply, item.replied()) == (False, "回复来源单位5月6日；无法反馈，已记明原因")
    inspected = report("SELF_INSPECTION", number="Z-1", name="", phone="")
    carry(inspected, to="investigation-1")
    it_is("2026-06-08")
    (late,) = [each for each in read_agenda(by=CLERK).items if each.file.case.number == inspected]
    assert (late.lacks_reply, late.replied()) == (False, "无须回复")


def test_what_rests_says_so_and_its_light_stands_still(office: Office) -> None:
    suspend(office.bulletin, actor=Actor(code=HEAD), reason="待司法鉴定")
    item = next(each for each in read_agenda(by=CLERK).items if each.file.case.number == office.bulletin)
    assert item.standing() == ["挂起"]


def test_whoever_a_case_is_about_does_not_find_it_on_his_agenda(office: Office) -> None:
    name_as_subject(office.bulletin, HEAD)
    meet([(office.bulletin, "增设一个窗口", "U01", date(2026, 5, 29))], date(2026, 5, 19))
    his, hers = read_agenda(by=HEAD), read_agenda(by=CLERK)
    assert office.bulletin in [each.file.case.number for each in hers.items]
    assert office.bulletin not in [each.file.case.number for each in his.items]
    assert (len(hers.actions), len(his.actions)) == (1, 0)
    for content in (agenda_document(his), minutes_book(his)):
        Path("his").write_bytes(content)
    assert office.bulletin not in "\n".join(said(agenda_document(his)))


def test_it_is_for_the_office_the_discipline_body_and_the_leaders_of_the_district(office: Office) -> None:
    for officer in ("U01-01", "U01-03", PROPAGANDA):
        refused_with("not-yours", read_agenda, by=officer)
    refused_with("unknown-officer", read_agenda, by="NOBODY")
    grant("U09-01", Role.DISTRICT_LEADER)
    assert [len(read_agenda(by=each).items) for each in (CLERK, HEAD, DISCIPLINE, "U09-01")] == [5, 5, 5, 5]


def test_what_was_asked_before_is_there_until_it_is_done_and_once_after(office: Office) -> None:
    assert said(agenda_document(read_agenda(by=CLERK)))[4] == "此前没有登记过联席办公会会议纪要。"
    meet(
        [
            (office.bulletin, "增设一个窗口", "U01", date(2026, 5, 29)),
            (office.bulletin, "调整公交站点", "U02", date(2026, 5, 22)),
            (office.again, "当面道歉", "U01", None),
        ],
        date(2026, 5, 19),
    )
    it_is("2026-05-25")
    act(office.again, "meeting-action-1", "U01-03", result="已道歉，电话13800001234")
    rows = sheet(read_agenda(by=CLERK), "上次议定事项")
    assert rows[2] == (*ACTION_HEADINGS, *(None,) * (len(rows[2]) - len(ACTION_HEADINGS)))
    assert [row[: len(ACTION_HEADINGS)] for row in rows[3:]] == [
        ("洪治庸联〔2026〕1号-2", office.bulletin, "调整公交站点", "区教育局", "2026年5月22日", "待办，红（逾期）"),
        ("洪治庸联〔2026〕1号-1", office.bulletin, "增设一个窗口", DEVELOPMENT, "2026年5月29日", "待办，绿（正常）"),
        (
            "洪治庸联〔2026〕1号-3",
            office.again,
            "当面道歉",
            DEVELOPMENT,
            "2026年6月3日",
            "2026年5月25日办结：已道歉，电话138****1234",
        ),
    ]
    told = said(agenda_document(read_agenda(by=CLERK)))
    assert (
        "上次会议于2026年5月19日召开（洪治庸联〔2026〕1号）。历次会议议定事项未办结2项（其中逾期1项），上次会议以来办结1项。"
        in told
    )
    it_is("2026-05-26")
    meet([(office.bulletin, "公开时限", "U01", date(2026, 5, 29))], date(2026, 5, 26))
    numbers = [each.action.number for each in read_agenda(by=CLERK).actions]
    assert numbers == ["洪治庸联〔2026〕1号-2", "洪治庸联〔2026〕1号-1", "洪治庸联〔2026〕2号-1"]


def test_nothing_in_the_files_identifies_a_sender_or_quotes_a_message(office: Office) -> None:
    agenda = read_agenda(by=CLERK)
    Path("form.xlsx").write_bytes(minutes_book(agenda))
    for text in (every_text(Path("form.xlsx")), "\n".join(said(agenda_document(agenda)))):
        assert "来件人甲" not in text
        assert "13800001234" not in text
        assert "材料交了一个月" not in text
        assert office.bulletin in text


def test_the_same_data_give_the_same_bytes(office: Office) -> None:
    number = meet([(office.bulletin, "增设一个窗口", "U01", None)], date(2026, 5, 19)).meeting["number"]
    one, other = read_agenda(by=CLERK), read_agenda(by=CLERK)
    assert agenda_document(one) == agenda_document(other)
    assert minutes_book(one) == minutes_book(other)
    with transaction() as session:
        meeting = find_meeting(session, number)
        first = minutes_document(session, meeting)
    it_is("2026-06-30")
    act(office.bulletin, "meeting-action-1", "U01-03", result="已增设")
    with transaction() as session:
        assert minutes_document(session, find_meeting(session, number)) == first


def test_the_form_offers_the_cases_and_the_units_and_opens_only_what_is_filled_in(office: Office) -> None:
    book = load_workbook(io.BytesIO(minutes_book(read_agenda(by=CLERK))))
    form = book[SHEET]
    offered = {str(each.sqref): each.formula1 for each in form.data_validations.dataValidation if each.type == "list"}
    assert offered == {"B9:B28": "=议题!$B$4:$B$8", "D9:D28": "=单位!$A$1:$A$60"}
    assert [book["议题"][f"B{row}"].value for row in (4, 5, 6)] == [office.bulletin, office.waiting, office.refused]
    assert (book["单位"].sheet_state, book["单位"]["A1"].value) == ("hidden", DEVELOPMENT)
    assert form.protection.sheet
    unlocked = {cell.coordinate for row in form.iter_rows() for cell in row if not cell.protection.locked}
    fields = {f"{letter}{row}" for row in range(3, 8) for letter in "CDE"}
    assert unlocked == fields | {f"{letter}{row}" for row in range(9, 29) for letter in "BCDE"}
    assert read_minutes(minutes_book(read_agenda(by=CLERK))).actions == []


def test_the_minutes_say_what_was_recorded(office: Office) -> None:
    meet(
        [
            (office.bulletin, "=cmd|' /C calc'!A0", "U01", date(2026, 5, 29)),
            (office.again, "当面道歉🙂", "U02", None),
        ],
        date(2026, 5, 18),
        会议情况="第一段。\n第二段。",
        会议地点=None,
    )
    with transaction() as session:
        lines = said(minutes_document(session, find_meeting(session, "2026-1")))
    assert lines == [
        "区治庸问责办",
        "洪治庸联〔2026〕1号",
        "联席办公会会议纪要",
        "2026年5月18日，办负责人甲主持召开联席办公会，研究负面问题的处置。会议情况和议定事项纪要如下。",
        "参加单位（人员）：区委宣传部、“两办”督查室、区信访局。",
        "一、会议情况",
        "第一段。",
        "第二段。",
        "二、议定事项",
        "会议议定以下2项，由各承办单位办理。",
        "编号|案件编号|议定事项|承办单位|完成时限",
        f"洪治庸联〔2026〕1号-1|{office.bulletin}|=cmd|' /C calc'!A0|{DEVELOPMENT}|2026年5月29日",
        f"洪治庸联〔2026〕1号-2|{office.again}|当面道歉🙂|区教育局|按默认时限",
        "三、工作要求",
        "各承办单位按期办理，并将办理结果报治庸问责办；议定事项未办结的案件，不予销号。"
        "未写明完成时限的，自交办之日起15日内办结（默认，非文件规定）。",
        "区治庸问责办",
        "2026年5月19日",
    ]


def test_a_formula_or_what_no_cell_holds_in_a_summary_stays_text(ledger: str) -> None:
    it_is("2026-05-06")
    number = report("OPINION_BULLETIN", number="第3期第1条", name="", phone="")
    summary = f"=cmd|' /C calc'!A0\x07🙂{'长' * 1_900}"
    classify(number, summary=summary)
    agenda = read_agenda(by=CLERK)
    cell = load_workbook(io.BytesIO(minutes_book(agenda)))["议题"]["C4"]
    assert (cell.data_type, cell.quotePrefix, len(cell.value)) == ("s", True, len(summary) - 1)
    assert cell.value.startswith("=cmd|' /C calc'!A0🙂长")
    (row,) = [line for line in said(agenda_document(agenda)) if line.startswith("1|")]
    assert "=cmd|' /C calc'!A0🙂长" in row
    assert "…（见附件）" in row


def test_of_more_than_the_document_holds_all_are_in_the_workbook(ledger: str) -> None:
    it_is("2026-05-06")
    numbers = [report("OPINION_BULLETIN", number=f"第3期第{at}条", name="", phone="") for at in range(1, 43)]
    agenda = read_agenda(by=CLERK)
    assert [row[1] for row in sheet(agenda, "议题")[3:]] == numbers
    lines = said(agenda_document(agenda))
    assert "以上列出前40件，其余2件见附件。" in lines
    assert sum(number in "\n".join(lines) for number in numbers) >= 40


def test_an_office_with_nothing_open_has_an_agenda_too(ledger: str) -> None:
    it_is("2026-05-06")
    lines = said(agenda_document(read_agenda(by=CLERK)))
    assert "没有需要提请研究的未办结负面问题" in lines[1]
    assert filled([])  # and a form to fill in
