"""Each letter from a small known ledger, compared line by line; whose identity stands in which; the templates."""

import zipfile
from pathlib import Path

import docx
import pytest

from flows.conductor import advance
from models.database import transaction
from models.document import DocumentKind
from models.journal import Actor, Entry
from models.letter_subject import NothingToWrite
from models.refusals import ConflictOfInterest, NotYours
from reports.letter_file import BadTemplate
from reports.letter_templates import built_in_template
from settings import settings
from tasks.annul import annul
from tasks.extend import extend
from tasks.find import find_case
from tasks.send_back import answer_to
from tests.office import CLERK, HEAD, act, assignment_of, at, carry, classify, filled, it_is, report, rows_of
from tests.reports.known_office import Office
from tests.reports.letters import lines, text, written

K = DocumentKind
TO_UNITS = (K.ASSIGNMENT, K.SUPERVISION, K.URGING)
SENDER = ("来件人甲", "13800001234", "138****1234")


def body(letter: list[str]) -> list[str]:
    """The lines below the head and above whom to ask."""
    return letter[3:-3]


def test_an_assignment_order_says_what_is_to_be_done_by_when(office: Office) -> None:
    letter = lines(written(K.ASSIGNMENT, office.bulletin, draft=True))
    step, report_ = (assignment_of(office.bulletin, key) for key in ("investigation-1-U01", "progress-report-2"))
    assert letter[:3] == ["区治庸问责办", "洪治庸办〔2026〕＿＿号", "问题交办单"]
    assert body(letter) == [
        "区发展和改革局：",
        "现将洪治庸〔2026〕5号问题交你单位办理。请按以下要求认真调查处理，按时报送结果。",
        "一、问题情况",
        "窗口办事拖延，多次询问无回音。",
        "本件2026年5月6日由舆情快报收到，类别为一般，处置等级为突发，办理途径为督查促办。"
        "责任单位：区发展和改革局；协办单位：区教育局。",
        "二、办理环节和时限",
        "办理环节|待办编号|办理人|办理时限",
        f"单位调查|{step}|调查人员|2026年5月18日（已逾期）",
        f"督办进展报告|{report_}|联络员|2026年5月22日",
        "三、办理要求",
        "（一）及时签收。请在时限内签收并首次联系；不属于本单位职责的，写明依据退回我办。",
        "（二）认真调查。由本单位二人以上调查，听取被反映人陈述申辩，提出整改建议或者问责建议。被反映人应当回避。",
        "（三）签字背书。办理结果由单位主要领导签字背书后，报我办备案。",
        "（四）遵守纪律。不得查问、泄露反映人的身份，不得打击报复。",
        "附件：办理答复表（电子工作簿，填写后报回我办）",
    ]
    assert letter[-3:] == ["（联系人：倪某甲，联系电话：＿＿＿＿＿＿）", "区治庸问责办", "2026年5月19日"]


def test_a_unit_that_helps_gets_an_order_of_its_own(office: Office) -> None:
    letter = body(lines(written(K.ASSIGNMENT, office.bulletin, unit="U02", draft=True)))
    assert letter[:2] == [
        "区教育局：",
        "现将洪治庸〔2026〕5号问题交你单位协助办理。请按以下要求认真调查处理，按时报送结果。",
    ]
    assert [line.split("|")[0] for line in letter if "|" in line] == ["办理环节", "单位调查"]


def test_a_supervision_notice_says_on_what_it_rests_and_how_often_to_report(office: Office) -> None:
    letter = body(lines(written(K.SUPERVISION, office.bulletin, draft=True)))
    assert letter[1] == "洪治庸〔2026〕5号问题已列入督办，督办编号为洪治庸督〔2026〕1号。现将有关事项通知如下。"
    assert letter[4:7] == ["二、督办依据和意见", "（一）依据。舆情（舆情快报第3期）。", "（二）意见。一周内查清。"]
    assert letter[-1] == "自2026年5月7日起，每5个工作日向我办报告一次进展，直至督办解除。"
    lifted = body(lines(written(K.SUPERVISION, office.visited, draft=True)))
    assert lifted[-1] == "本督办已于2026年5月11日解除。"


def test_an_urging_notice_counts_the_days_and_the_times(office: Office) -> None:
    step = assignment_of(office.bulletin, "investigation-1-U01")
    assert body(lines(written(K.URGING, step, draft=True))) == [
        "区发展和改革局：",
        f"洪治庸〔2026〕5号问题的“单位调查”环节（待办编号{step}），办理时限为2026年5月18日，已逾期1天，尚未办理。",
        "我办于2026年5月11日第1次催办（催办编号洪治庸催〔2026〕1号）。",
        "催办意见：请抓紧。",
        "请抓紧办理，并将办理情况报我办；确有困难的，说明原因和拟办结的日期。",
    ]


def test_a_second_round_is_told_with_both_findings(office: Office) -> None:
    letter = body(lines(written(K.SECOND_ROUND, office.again, draft=True)))
    assert letter[1] == (
        "洪治庸〔2026〕7号问题第一轮办理后，经回访和复核，认定处理不力，群众不满意。"
        "我办于2026年5月7日决定直接启动二次办理。现将有关事项通知如下。"
    )
    assert letter[4] == "上一轮调查结论为属实，2026年5月7日备案（洪治庸备〔2026〕5号）。"
    assert "＿＿＿" in letter[8]
    assert "逾期且未回应诉求" not in "".join(letter)  # the office's own review is not the unit's to read


def test_the_filing_form_of_a_round(office: Office) -> None:
    letter = written(K.FILING, office.again, by=HEAD, draft=True)
    rows = [line.split("|") for line in lines(letter) if "|" in line]
    assert rows[0] == ["案件编号", "洪治庸〔2026〕7号", "办理轮次", "第2轮"]
    said = {row[at]: row[at + 1] for row in rows for at in range(0, len(row) - 1, 2)}
    assert said["调查人员"] == "谢某丁、奚某戊"
    assert (said["调查结论"], said["问题性质"], said["整改建议"]) == ("属实", "慢作为", "上门致歉并当场办结。")
    assert said["一案双查"].startswith("直接责任人施某丙：追究（诫勉谈话、书面检查）；")
    assert said["签字背书"] == "区发展和改革局主要领导赵某甲于2026年5月18日签字"
    assert (said["备案意见"], said["备案日期"]) == ("准予备案", "2026年5月18日")


def test_a_clerk_s_filing_form_masks_who_is_held_to_account_and_is_another_one_than_the_head_s(office: Office) -> None:
    number = report("OFFICE_COMPLAINT", number="QZ-81", received_at=at("2026-05-19"))
    outside = {"name": "张三丰", "post": "窗口人员", "unit": "某劳务公司"}
    accused = {
        "accountability": [{"person": person, "measures": ["ADMONITION"]} for person in (outside, "U01-02")],
        "facts": "窗口人员张三丰、卫某乙未在承诺期限内答复。",
        "rectification": "张三丰调离窗口",
    }
    summary = {"summary": "窗口人员张三丰办事拖延"}
    carry(
        number,
        to="sign-off-1",
        instead={"classification": summary, "investigation-1": filled("investigation") | accused},
    )
    of_the_head, of_a_clerk = written(K.FILING, number, by=HEAD), written(K.FILING, number, signer=HEAD)
    assert not of_a_clerk.again
    assert of_a_clerk.number != of_the_head.number
    said = text(of_the_head)
    assert "张三丰（某劳务公司窗口人员）：诫勉谈话；卫某乙" in said
    masked = text(of_a_clerk)
    assert [name for name in ("张三丰", "卫某乙") if name in masked] == []
    assert "张**（某劳务公司窗口人员）：诫勉谈话；卫**" in masked
    assert "窗口人员张**、卫**未在承诺期限内答复。" in masked
    checked = text(written(K.FILING, office.again, draft=True))
    assert "直接责任人施**：追究" in checked
    assert "施某丙" not in checked


def test_the_form_of_an_extension_masks_why_a_sender_was_not_told(office: Office) -> None:
    number = report("OFFICE_COMPLAINT", number="QZ-82", received_at=at("2026-05-19"))
    carry(number, to="investigation-1")
    extend(assignment_of(number, "investigation-1"), days=3, actor=Actor(code="U01-04"), reason="证人外出")
    advance(number)
    act(number, "extension-approval-1", HEAD, agreed=True)
    act(number, "extension-reply-1", CLERK, undeliverable_reason="来件人甲（13800001234）电话无人接听")
    said = text(written(K.EXTENSION, number, draft=True))
    assert "未能告知：" in said
    assert not [each for each in SENDER[:2] if each in said]


def test_the_form_of_an_extension_has_the_date_before_and_after(office: Office) -> None:
    letter = written(K.EXTENSION, office.bulletin, draft=True)
    rows = [line.split("|") for line in lines(letter) if "|" in line]
    said = {row[at]: row[at + 1] for row in rows for at in range(0, len(row) - 1, 2)}
    assert (said["原定时限"], said["申请延长"], said["批准后时限"]) == ("2026年5月13日", "3个工作日", "2026年5月18日")
    assert (said["延期理由"], said["审批意见"], said["审批人"]) == ("证人外出", "同意延期", "殷某丁")
    assert said["告知投诉人"] == "＿＿＿＿＿＿"


def test_a_reply_says_what_was_approved_for_the_public_to_whoever_reported(office: Office) -> None:
    letter = written(K.REPLY, office.done, draft=True)
    assert body(lines(letter)) == [
        "来件人甲同志：",
        "您于2026年5月6日通过区长专线反映的问题（来件编号QZ-1）收悉，我办已登记办理（编号洪治庸〔2026〕1号）。"
        "现将办理结果答复如下。",
        "一、反映的问题",
        "窗口办事拖延，多次询问无回音。",
        "二、办理结果",
        "经查属实，已整改。",
        "感谢您对治庸问责工作的关心和支持。",
    ]
    assert "13800001234" not in text(letter)
    read = [each.detail["reason"] for each in rows_of(office.done, Entry) if each.what == "identity"]
    assert read == ["制作答复函"]


def test_a_reply_without_an_approved_text_leaves_a_gap_and_names_no_official(office: Office) -> None:
    letter = lines(written(K.REPLY, office.refused, draft=True))
    assert "经查属实，已整改。" in letter
    it_is("2026-05-19")
    number = report("OFFICE_COMPLAINT", number="QZ-77", received_at=at("2026-05-19"))
    carry(number, to="direct-reply-1")
    said = lines(written(K.REPLY, number, draft=True))
    assert "经调查，反映的问题属实。" in said
    assert "整改情况：＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿。" in said


def test_a_report_to_the_leaders_has_the_four_parts_of_the_plan_and_its_signer(office: Office) -> None:
    number = report("OFFICE_COMPLAINT", number="QZ-78", received_at=at("2026-05-19"))
    carry(number, to="report-to-leaders", instead={"classification": {"problem_class": "COMMON"}})
    letter = lines(written(K.REPORT, number, signer=HEAD, draft=True))
    assert letter[1] == "洪治庸呈〔2026〕＿＿号\t签发人：殷某丁"
    assert letter[2] == f"关于{number}问题整改意见的报告"
    assert letter[7:12] == [
        "二、整改意见",
        "（一）工作目标。窗口事项按承诺时限办结。",
        "（二）方法步骤。清理积压、公开时限、每周通报。",
        "（三）完成时限。2026年12月31日前完成。",
        "（四）保障措施。分管领导每周调度。",
    ]


def test_an_upward_report_is_the_head_s_and_says_what_was_found(office: Office) -> None:
    number = report("SUPERIOR_TRANSFER", number="市治庸〔2026〕8号", received_at=at("2026-05-19"))
    carry(number, to="write-off", instead={"classification": {"problem_class": "SUPERIOR"}})
    letter = lines(written(K.UPWARD, number, by=HEAD, draft=True))
    assert letter[3] == "市治庸问责办："
    assert "经调查，反映的问题属实，性质为慢作为。" in letter
    with pytest.raises(NotYours):
        written(K.UPWARD, number, by=CLERK)


@pytest.mark.parametrize("kind", TO_UNITS, ids=lambda kind: kind.value)
def test_no_letter_to_a_unit_holds_who_reported(kind: DocumentKind, office: Office) -> None:
    number = report("OFFICE_COMPLAINT", number=f"QZ-{kind}", received_at=at("2026-05-19"))
    classify(number)
    from models.words import Basis
    from tasks.supervise import supervise
    from tasks.urge import urge

    supervise(number, basis=Basis.MEETING, instruction="尽快查清", leader="会议", every=5, actor=Actor(code=HEAD))
    urge(assignment_of(number, "receipt-1"), actor=Actor(code=CLERK), reason="来件人甲（13800001234）又来电，请抓紧")
    said = text(written(kind, number, draft=True))
    assert not [each for each in SENDER[:2] if each in said]


def test_the_dossier_is_of_its_reader(office: Office) -> None:
    whole, of_the_unit = (text(written(K.DOSSIER, office.again, by=by, draft=True)) for by in (CLERK, "U01-01"))
    assert "回访" in whole
    assert "第1轮回访：不满意。" in whole
    assert "复核意见|逾期且未回应诉求" in whole
    assert "责任单位代码|区发展和改革局" in whole
    assert "所签报告校验值" in whole
    assert not [each for each in (*SENDER, "复核意见", "第1轮回访") if each in of_the_unit]
    assert not [each for each in SENDER if each in whole]
    with pytest.raises(NotYours):
        written(K.DOSSIER, office.again, by="U02-01")


def test_a_reply_and_a_call_back_that_no_longer_count_stand_in_no_letter(office: Office) -> None:
    number = report("SUPERIOR_TRANSFER", number="市治庸〔2026〕10号", received_at=at("2026-05-19"))
    carry(number, to="write-off", instead={"classification": {"problem_class": "SUPERIOR"}})
    told, answered = "第1轮向上级反馈：", "经回访，来件人对办理结果满意。"
    before, upward = (text(written(kind, number, by=HEAD, draft=True)) for kind in (K.DOSSIER, K.UPWARD))
    assert (told in before, "第1轮回访：" in before, answered in upward) == (True, True, True)
    with transaction() as session:
        case = find_case(session, number, lock=True)
        for step in ("upward-report-1", "call-back-1"):
            annul(session, case, answer_to(session, case, step), actor=Actor(code=HEAD), reason="误办")
    after, upward = (text(written(kind, number, by=HEAD, draft=True)) for kind in (K.DOSSIER, K.UPWARD))
    assert (told in after, "第1轮回访：" in after, answered in upward) == (False, False, False)


def test_whom_a_case_is_about_gets_no_dossier_and_writes_no_letter(office: Office) -> None:
    number = report("OFFICE_COMPLAINT", number="QZ-79", received_at=at("2026-05-19"))
    classify(number, subjects=["OFF-02", "U01-05"])
    for by, kind in (("U01-05", K.DOSSIER), ("OFF-02", K.ASSIGNMENT)):
        with pytest.raises(ConflictOfInterest):
            written(kind, number, by=by)


@pytest.mark.parametrize("kind", [each for each in DocumentKind if each is not K.DOSSIER], ids=lambda kind: kind.value)
def test_what_the_ledger_does_not_hold_yet_is_not_written(kind: DocumentKind, office: Office) -> None:
    number = report("OTHER", number=f"new-{kind}", name="", phone="", received_at=at("2026-05-19"))
    with pytest.raises(NothingToWrite):
        written(kind, number, by=HEAD, draft=True)


def test_the_office_s_own_template_takes_the_place_of_the_built_in_one(office: Office) -> None:
    own = settings().templates / "urging-notice.docx"
    own.parent.mkdir(exist_ok=True)
    template = docx.Document()
    template.add_paragraph("催：{{ 案号 }}，{{ 主送 }}，{{ 时限 }}")
    template.save(str(own))
    try:
        assert lines(written(K.URGING, office.bulletin, draft=True)) == [
            "催：洪治庸〔2026〕5号，区发展和改革局，2026年5月18日"
        ]
        template.add_paragraph("{{ 投诉人 }}")
        template.save(str(own))
        with pytest.raises(BadTemplate, match="没有“投诉人”这个填写项"):
            written(K.URGING, office.bulletin)
        own.write_bytes(b"no document")
        with pytest.raises(BadTemplate, match="不是完好的 Word 文档"):
            written(K.URGING, office.bulletin)
    finally:
        own.unlink()


@pytest.mark.parametrize(
    ("mark", "why"),
    [
        ("{{ 案号 + 1 }}", "无法计算"),
        ("{{ 1 / 0 }}", "无法计算"),
        ("{{ 'a' * 案号 }}", "无法计算"),
        ("{% for 行 in range(9999999) %}{% endfor %}", "无法计算"),
        ("{{ 案号.甲.乙 }}", "无法识别的填写项"),
        ("{{ 案号", "不完整或不配对"),
        ("{{ ().__class__ }}", "不完整或不配对|无法识别"),
        (None, "不是完好的 Word 文档"),
    ],
)
def test_a_template_that_is_broken_in_any_way_is_told(mark: str | None, why: str, office: Office) -> None:
    own = settings().templates / "urging-notice.docx"
    own.parent.mkdir(exist_ok=True)
    template = docx.Document()
    template.add_paragraph(mark or "催")
    template.save(str(own))
    if mark is None:
        with zipfile.ZipFile(own) as zipped:
            parts = {name: zipped.read(name) for name in zipped.namelist()}
        with zipfile.ZipFile(own, "w") as zipped:
            for name, content in parts.items():
                zipped.writestr(name, content[: len(content) // 2] if name == "word/document.xml" else content)
    try:
        with pytest.raises(BadTemplate, match=why):
            written(K.URGING, office.bulletin, draft=True)
    finally:
        own.unlink()


def test_what_looks_like_a_mark_or_like_xml_stays_what_was_typed(office: Office) -> None:
    number = report("OFFICE_COMPLAINT", number="QZ-80", received_at=at("2026-05-19"))
    odd = "窗口<甲>&乙 {{ 文号 }} {% if x %}，𠮷字\n第二行"
    classify(number, summary=odd)
    said = "\n".join(lines(written(K.ASSIGNMENT, number, draft=True)))
    assert "窗口<甲>&乙 {{ 文号 }} {% if x %}，𠮷字\n第二行。" in said


@pytest.mark.parametrize("kind", list(DocumentKind), ids=lambda kind: kind.value)
def test_a_built_in_template_names_the_fonts_of_the_norm(kind: DocumentKind, tmp_path: Path) -> None:
    file = tmp_path / "t.docx"
    file.write_bytes(built_in_template(kind))
    document = docx.Document(str(file))
    named = {font for each in document.element.iter() for font in (each.get(docx.oxml.ns.qn("w:eastAsia")),) if font}
    assert {"方正小标宋简体", "仿宋_GB2312", "黑体"} <= named | {"黑体"}
    section = document.sections[0]
    assert [round(each.mm) for each in (section.top_margin, section.bottom_margin)] == [37, 35]
    assert [round(each.mm) for each in (section.left_margin, section.right_margin)] == [28, 26]
    assert "PAGE" in "".join(section.footer._element.itertext())
