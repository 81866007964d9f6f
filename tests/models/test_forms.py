"""The forms' own rules: what is required, what excludes what, and how it is said when something is missing."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from models.forms import Classification, Form, Investigation, QualityReview, SignOff
from models.refusals import InvalidForm
from models.steps import STEP_OF, STEPS, attempt_letter
from models.words import Role
from tasks.answer import read_form
from tests.office import filled

every_step = pytest.mark.parametrize("step", STEPS)
OUTSIDE = {"name": "丁某", "post": "窗口人员", "unit": "区教育局"}
PURSUED = {"person": "U01-03", "pursued": True, "measures": ["ADMONITION", "CIRCULATED_CRITICISM"]}


def message(step: str, **changes: Any) -> str:
    """Return how a form is refused when some of its fields are changed; `...` takes a field out."""
    data = {name: value for name, value in (filled(step) | changes).items() if value is not ...}
    with pytest.raises(InvalidForm) as refused:
        read_form(STEPS[step].form, data)
    assert refused.value.code == "invalid-form"
    return refused.value.message


def accepted(step: str, **changes: Any) -> Any:
    """Return the form, read with some of its fields changed."""
    data = {name: value for name, value in (filled(step) | changes).items() if value is not ...}
    return read_form(STEPS[step].form, data)


@every_step
def test_the_usual_answer_to_each_step_is_accepted(step: str) -> None:
    assert isinstance(accepted(step), STEPS[step].form)


@every_step
def test_every_field_has_a_chinese_title(step: str) -> None:
    def titles(form: type[BaseModel]) -> None:
        for name, field in form.model_fields.items():
            assert field.title, name
            assert not field.title.isascii(), name

    titles(STEPS[step].form)
    schema = STEPS[step].form.model_json_schema()
    for definition in schema.get("$defs", {}).values():
        for name, property_ in definition.get("properties", {}).items():
            assert not property_["title"].isascii(), name


# What the contract marks with * (and what a form needs to be whole), by step.
REQUIRED = {
    "classification": ["outcome"],
    "closing-approval": ["agreed"],
    "rectification-plan": ["goal", "measures", "deadline", "guarantees", "lead_unit", "lead_officer"],
    "report-to-leaders": ["document_number", "reported_on"],
    "milestone": ["progress"],
    "investigation": ["investigators", "finding", "facts", "heard_the_subject"],
    "sign-off": ["agreed"],
    "direct-accountability": ["facts", "nature", "heard_the_subject", "accountability", "opinion"],
    "double-check": ["direct", "head", "deputy"],
    "filing": ["decision"],
    "accountability-decision": ["decisions"],
    "publication": ["redacted_text"],
    "publication-approval": ["agreed"],
    "media-reply": ["outlet", "reply", "sent_on"],
    "source-reply": ["to", "sent_on"],
    "upward-report": ["to", "document_number", "sent_on"],
    "call-back": ["result", "attempts"],
    "quality-review": ["poorly_handled", "dissatisfied", "opinion"],
    "effect-assessment": ["effective", "assessed_on", "opinion"],
    "social-evaluation": ["score", "sample"],
    "write-off": ["evidence"],
    "write-off-approval": ["agreed"],
    "extension-approval": ["agreed"],
    "progress-report": ["progress"],
    "opinion-tracking": ["situation", "trend"],
    "meeting-action": ["result"],
}


@pytest.mark.parametrize(("step", "field"), [(step, field) for step, fields in REQUIRED.items() for field in fields])
def test_a_required_field_that_is_missing_is_named_by_its_title(step: str, field: str) -> None:
    assert f"{STEPS[step].form.model_fields[field].title}：必填" in message(step, **{field: ...})


@every_step
def test_a_required_text_is_not_made_of_blanks(step: str) -> None:
    for name in REQUIRED.get(step, []):
        if isinstance(filled(step)[name], str) and STEPS[step].form.model_fields[name].annotation is str:
            assert f"{STEPS[step].form.model_fields[name].title}：必填" in message(step, **{name: "  \t "})


def test_no_other_field_is_required() -> None:
    for name, step in STEPS.items():
        required = {each for each, field in step.form.model_fields.items() if field.is_required()}
        assert required == set(REQUIRED.get(name, [])), name


@pytest.mark.parametrize(
    ("step", "changes", "says"),
    [
        # classification
        ("classification", {"problem_class": None}, "“受理，交责任单位办理”须填写：问题类别"),
        ("classification", {"grade": None}, "“受理，交责任单位办理”须填写：处置等级"),
        ("classification", {"unit": ""}, "须填写：责任单位代码"),
        ("classification", {"summary": "   "}, "须填写：问题概要"),
        ("classification", {"summary": ..., "unit": ...}, "须填写：责任单位代码、问题概要"),
        ("classification", {"outcome": "DIRECT", "grade": None}, "“治庸问责办直接办理”须填写：处置等级"),
        ("classification", {"outcome": "REJECT"}, "“不予受理”须填写：不予受理理由"),
        ("classification", {"outcome": "TRANSFER", "to": "区法院"}, "“转有权机关”须填写：移送回执号"),
        ("classification", {"outcome": "TRANSFER", "receipt": "12"}, "“转有权机关”须填写：转往机关"),
        ("classification", {"outcome": "FORGET"}, "处理意见：不在可选范围内"),
        ("classification", {"problem_class": "FOURTH"}, "问题类别：不在可选范围内"),
        ("classification", {"route": "BY_FOOT"}, "办理途径：不在可选范围内"),
        ("classification", {"co_units": ["U01"]}, "协办单位不能是责任单位本身"),
        ("classification", {"co_units": ["U07", "U07"]}, "协办单位不能重复"),
        ("classification", {"co_units": "U07"}, "协办单位代码：须为列表"),
        ("classification", {"summary": "长" * 2001}, "问题概要：文字过长"),
        ("classification", {"subjects": [OUTSIDE | {"post": ""}]}, "被反映人第1项：必填"),
        # told, or the reason why not
        ("rejection-reply", {"told_on": None}, "告知日期与无法告知的原因须填且只填一项"),
        ("rejection-reply", {"told_on": ""}, "告知日期与无法告知的原因须填且只填一项"),
        ("rejection-reply", {"undeliverable_reason": "匿名"}, "告知日期与无法告知的原因须填且只填一项"),
        ("direct-reply", {"proof": ""}, "须填写反馈方式、反馈日期和送达证明；无法反馈的，写明原因"),
        ("direct-reply", {"means": ""}, "须填写反馈方式、反馈日期和送达证明"),
        ("direct-reply", {"delivered_on": None}, "须填写反馈方式、反馈日期和送达证明"),
        ("direct-reply", {"undeliverable_reason": "空号"}, "已送达的不填无法反馈的原因"),
        # receipt
        ("receipt", {"received": False}, "签收与退回理由须填且只填一项"),
        ("receipt", {"return_reason": "属区教育局职责"}, "签收与退回理由须填且只填一项"),
        ("receipt", {"first_contact_on": "昨天"}, "首次联系日期：日期格式应为 2026-05-06"),
        # plan
        ("rectification-plan", {"lead_officer": {"name": "丁某"}}, "牵头责任人"),
        ("rectification-plan", {"milestones": [{"what": "清理积压件"}]}, "承诺节点第1项：必填"),
        ("rectification-plan", {"deadline": "年底前"}, "完成时限：日期格式应为 2026-05-06"),
        ("rectification-plan", {"deadline": 1798675200}, "完成时限：日期格式应为 2026-05-06"),
        ("rectification-plan", {"deadline": "1798675200"}, "完成时限：日期格式应为 2026-05-06"),
        ("rectification-plan", {"deadline": "2026-02-30"}, "完成时限：日期格式应为 2026-05-06"),
        # investigation
        ("investigation", {"investigators": ["U01-04"]}, "调查人员代码：至少2项"),
        ("investigation", {"investigators": ["U01-04", "U01-04"]}, "调查人员须为不同的二人以上"),
        ("investigation", {"nature": None}, "属实、部分属实的，须认定不作为、乱作为或慢作为"),
        ("investigation", {"finding": "PARTLY", "nature": None}, "须认定不作为、乱作为或慢作为"),
        (
            "investigation",
            {"rectification": "", "rectification_deadline": None},
            "属实、部分属实的，整改建议与问责建议至少提出一项",
        ),
        ("investigation", {"rectification_deadline": None}, "有整改建议的，须写明整改时限"),
        (
            "investigation",
            {
                "finding": "UNSUBSTANTIATED",
                "nature": None,
                "accountability": [{"person": "U01-05", "measures": ["REMOVAL"]}],
            },
            "不属实的，不得提出问责建议",
        ),
        (
            "investigation",
            {"heard_the_subject": False, "accountability": [{"person": "U01-05", "measures": ["REMOVAL"]}]},
            "未听取被反映人陈述申辩的，不得提出问责建议",
        ),
        ("investigation", {"accountability": [{"person": "U01-05", "measures": []}]}, "问责建议第1项：至少1项"),
        (
            "investigation",
            {"accountability": [{"person": "U01-05", "measures": ["FINE"]}]},
            "问责建议第1项：不在可选范围内",
        ),
        (
            "investigation",
            {"accountability": [{"person": "U01-05", "measures": ["REMOVAL"], "clause": 47}]},
            "问责建议第1项：不得大于46",
        ),
        (
            "investigation",
            {"accountability": [{"person": "U01-05", "measures": ["REMOVAL"], "clause": 0}]},
            "问责建议第1项：不得小于1",
        ),
        # signature
        ("sign-off", {"agreed": False}, "不同意的，须写明意见"),
        ("sign-off", {"paper_number": "签〔2026〕1号"}, "录入纸质签字须同时填写编号、签字人和签字日期"),
        ("sign-off", {"signed_by": "U01-01"}, "录入纸质签字须同时填写编号、签字人和签字日期"),
        ("sign-off", {"signed_on": "2026-05-06"}, "录入纸质签字须同时填写编号、签字人和签字日期"),
        # direct accountability, double check, decision
        ("direct-accountability", {"accountability": []}, "问责建议：至少1项"),
        ("direct-accountability", {"heard_the_subject": False}, "未听取被反映人陈述申辩的，不得提出问责建议"),
        ("direct-accountability", {"nature": None}, "问题性质：不在可选范围内"),
        ("double-check", {"direct": {"person": "U01-03", "pursued": True}}, "直接责任人：追究的，须写明追究方式"),
        ("double-check", {"head": {"person": "U01-01", "pursued": False}}, "“一把手”：不追究的，须写明理由"),
        (
            "double-check",
            {"deputy": {"person": "U01-02", "pursued": False, "reason": " "}},
            "分管领导：不追究的，须写明理由",
        ),
        ("double-check", {"deputy": PURSUED | {"person": "U01-01"}}, "直接责任人、“一把手”、分管领导须为不同的三人"),
        ("accountability-decision", {"decisions": []}, "问责决定：至少1项"),
        (
            "accountability-decision",
            {"decisions": [{"person": "U01-05", "measures": ["REMOVAL"], "decided_on": "2026-05-06"}]},
            "问责决定第1项：必填",
        ),
        # filing
        ("filing", {"decision": "SUPPLEMENT"}, "退回补充的，须写明理由"),
        (
            "filing",
            {"decision": "SUPPLEMENT", "reason": "缺谈话笔录", "lapse": "TOO_LIGHT"},
            "退回补充的，不同时认定问责不力情形",
        ),
        ("filing", {"lapse": "FORGOTTEN"}, "审查发现的问责不力情形：不在可选范围内"),
        # approvals
        ("closing-approval", {"agreed": False}, "不同意的，须写明意见"),
        ("publication-approval", {"agreed": False}, "不同意的，须写明意见"),
        ("write-off-approval", {"agreed": False}, "不同意的，须写明意见"),
        ("write-off-approval", {"agreed": "也许"}, "是否同意：须为是或否"),
        # the rest
        ("call-back", {"result": "UNREACHABLE"}, "联系不上的，须在备注中写明情况"),
        ("call-back", {"attempts": 0}, "联系次数：不得小于1"),
        ("call-back", {"attempts": 100}, "联系次数：不得大于99"),
        ("call-back", {"attempts": 1.5}, "联系次数：须为整数"),
        ("call-back", {"attempts": "三次"}, "联系次数：须为整数"),
        ("social-evaluation", {"score": -0.1}, "测评得分：不得小于0"),
        ("social-evaluation", {"score": 100.1}, "测评得分：不得大于100"),
        ("social-evaluation", {"score": float("nan")}, "测评得分"),
        ("social-evaluation", {"score": "高"}, "测评得分：须为数字"),
        ("write-off", {"evidence": []}, "佐证材料：至少1项"),
        ("write-off", {"evidence": [""]}, "佐证材料第1项：必填"),
        ("report-to-leaders", {"reported_on": 20260506}, "呈报日期：日期格式应为 2026-05-06"),
        ("milestone", {"progress": "已完成\x00"}, "含有无法保存的字符"),
        ("milestone", {"progress": "已完成\ud800"}, "进展情况：填写不符合要求"),
        ("milestone", {"progress": "长" * 20001}, "进展情况：文字过长"),
        ("milestone", {"progress": ["已完成"]}, "进展情况：须为文字"),
    ],
)
def test_a_form_that_does_not_hold_says_why(step: str, changes: dict[str, Any], says: str) -> None:
    assert says in message(step, **changes)


@pytest.mark.parametrize(
    ("step", "changes"),
    [
        (
            "classification",
            {"outcome": "REJECT", "reason": "已由法院受理", "problem_class": None, "unit": "", "summary": ""},
        ),
        ("classification", {"outcome": "TRANSFER", "to": "区法院", "receipt": "移〔2026〕1号", "grade": None}),
        ("classification", {"outcome": "DIRECT", "subjects": ["U01-01", OUTSIDE], "co_units": ["U07", "U08"]}),
        ("rejection-reply", {"told_on": "", "undeliverable_reason": "匿名"}),
        ("direct-reply", {"means": "", "delivered_on": "", "proof": "", "undeliverable_reason": "号码已停机"}),
        ("receipt", {"received": False, "return_reason": "属区教育局职责"}),
        ("receipt", {"first_contact_on": ""}),
        ("rectification-plan", {"lead_officer": OUTSIDE, "milestones": []}),
        (
            "investigation",
            {"finding": "UNSUBSTANTIATED", "nature": None, "rectification": "", "rectification_deadline": ""},
        ),
        ("investigation", {"heard_the_subject": False}),
        (
            "investigation",
            {
                "rectification": "",
                "rectification_deadline": None,
                "accountability": [
                    {
                        "person": "U01-05",
                        "measures": ["WRITTEN_SELF_CRITICISM", "CIRCULATED_CRITICISM", "PERFORMANCE_PAY"],
                    }
                ],
            },
        ),
        ("investigation", {"accountability": [{"person": "U01", "measures": ["PUBLIC_SELF_CRITICISM"], "clause": ""}]}),
        ("sign-off", {"agreed": False, "opinion": "事实不清"}),
        ("sign-off", {"paper_number": "签〔2026〕1号", "signed_by": "U01-01", "signed_on": "2026-05-06"}),
        ("double-check", {"direct": PURSUED, "head": PURSUED | {"person": OUTSIDE}}),
        ("filing", {"decision": "SUPPLEMENT", "reason": "缺谈话笔录"}),
        ("filing", {"lapse": "TOO_LIGHT"}),
        ("filing", {"lapse": ""}),
        (
            "accountability-decision",
            {
                "decisions": [
                    {
                        "person": OUTSIDE,
                        "measures": ["REMOVAL"],
                        "clause": 3,
                        "deciding_body": "区委",
                        "decided_on": "2026-05-06",
                        "executed_on": "",
                    }
                ]
            },
        ),
        ("call-back", {"result": "UNREACHABLE", "resolved": None, "attempts": 3, "note": "三次均无人接听"}),
        ("social-evaluation", {"score": 0}),
        ("social-evaluation", {"score": 100}),
        ("report-to-leaders", {"reported_on": date(2026, 5, 6)}),
    ],
)
def test_what_the_contract_allows_is_accepted(step: str, changes: dict[str, Any]) -> None:
    accepted(step, **changes)


@every_step
def test_an_unknown_field_is_refused(step: str) -> None:
    assert "没有这一项" in message(step, favour=True)


def test_defaults_are_those_of_the_contract() -> None:
    form = Classification.model_validate(filled("classification"))
    assert (form.kind.value, form.route.value, form.long_standing, form.co_units) == (
        "COMPLAIN",
        "SUPERVISE",
        False,
        [],
    )


def test_texts_are_stripped() -> None:
    assert accepted("write-off", evidence=["  整改照片 "]).evidence == ["整改照片"]
    assert accepted("classification", unit=" U01 ", summary=" 拖延 ").unit == "U01"


def test_a_signature_is_on_paper_as_soon_as_one_field_of_paper_is_filled() -> None:
    assert not SignOff.model_validate({"agreed": True}).on_paper
    assert SignOff.model_validate(
        {"agreed": True, "paper_number": "签〔2026〕1号", "signed_by": "U01-01", "signed_on": "2026-05-06"}
    ).on_paper


@pytest.mark.parametrize(
    ("poorly_handled", "dissatisfied", "another_round"),
    [(True, True, True), (False, True, False), (True, False, False), (False, False, False)],
)
def test_another_round_needs_both_findings(poorly_handled: bool, dissatisfied: bool, another_round: bool) -> None:
    review = QualityReview(poorly_handled=poorly_handled, dissatisfied=dissatisfied, opinion="复核")
    assert review.starts_another_round is another_round


def test_a_form_keeps_what_was_answered_without_loss() -> None:
    accountability = [{"person": "U01-05", "measures": ["REMOVAL"], "clause": None}]
    given = accepted("investigation", accountability=accountability)
    assert Investigation.model_validate(json.loads(given.model_dump_json())) == given


def test_a_number_typed_for_a_code_becomes_text() -> None:
    assert accepted("report-to-leaders", document_number=2026001).document_number == "2026001"


SECRET = "13800001234"
_wrong = st.one_of(
    st.just(SECRET),
    st.just(f"来件人甲{SECRET}"),
    st.just(int(SECRET)),
    st.just(float(SECRET)),
    st.just([SECRET]),
    st.just([{"person": SECRET, "name": SECRET, "what": SECRET}]),
    st.just({"name": SECRET, "person": SECRET, "pursued": SECRET}),
    st.just(SECRET * 2000),
    st.none(),
    st.booleans(),
)


@given(data=st.data())
def test_no_refusal_ever_quotes_what_was_typed(data: st.DataObject) -> None:
    step = data.draw(st.sampled_from(list(STEPS)))
    form = STEPS[step].form
    fields = data.draw(st.lists(st.sampled_from(list(form.model_fields)), min_size=1, max_size=3))
    typed = filled(step) | {name: data.draw(_wrong) for name in fields}
    refused = refusal_of(form, typed)
    if refused is not None:
        assert SECRET not in str(refused)
        assert refused.message.startswith("填写有误：")
        assert refused.__cause__ is None
        for field, why in refused.faults:
            assert not why.isascii()
            assert field == "" or not field.isascii()


def refusal_of(form: type[Form], typed: Any) -> InvalidForm | None:
    """Return the refusal of a form, if it is refused."""
    try:
        read_form(form, typed)
    except InvalidForm as refused:
        return refused
    return None


@pytest.mark.parametrize("typed", [[], ["outcome"], "REJECT", None, 7])
def test_what_is_no_form_at_all_is_refused_like_any_other(typed: Any) -> None:
    with pytest.raises(InvalidForm, match="填写有误：填写不完整"):
        read_form(Classification, typed)


def test_each_form_belongs_to_one_step() -> None:
    assert len(STEP_OF) == len(STEPS)
    assert all(issubclass(form, Form) for form in STEP_OF)


def test_the_steps_and_who_answers_them_are_those_of_the_contract() -> None:
    roles = {
        Role.OFFICE_CLERK: "classification rejection-reply report-to-leaders filing publication publication-approval "
        "direct-reply source-reply call-back effect-assessment social-evaluation write-off "
        "extension-reply opinion-tracking",
        Role.OFFICE_HEAD: "closing-approval direct-accountability upward-report quality-review write-off-approval "
        "extension-approval",
        Role.UNIT_CONTACT: "receipt rectification-plan milestone progress-report meeting-action",
        Role.UNIT_INVESTIGATOR: "investigation",
        Role.UNIT_HEAD: "sign-off",
        Role.PROPAGANDA: "media-reply",
        Role.DISCIPLINE: "double-check accountability-decision",
    }
    assert {name: step.role for name, step in STEPS.items()} == {
        name: role for role, names in roles.items() for name in names.split()
    }
    assert {name: step.or_role for name, step in STEPS.items() if step.or_role} == {
        "sign-off": Role.OFFICE_CLERK,
        "publication-approval": Role.OFFICE_HEAD,
    }


def test_a_step_opened_again_ends_in_a_letter() -> None:
    letters = [attempt_letter(attempt) for attempt in (0, 1, 2, 25, 26, 27, 28)]
    assert letters == ["", "-b", "-c", "-z", "-ba", "-bb", "-bc"]
    assert len({attempt_letter(attempt) for attempt in range(1000)}) == 1000
