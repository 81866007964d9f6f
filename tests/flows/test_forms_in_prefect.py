"""The office's forms as Prefect draws them: readable, complete, and what is typed comes back as the ledger takes it."""

import json
from collections import defaultdict
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prefect.utilities.schema_tools import ValidationError, validate

from flows.forms_in_prefect import FORM_NUMBER, OFFICER, as_typed, description, form_in_prefect
from models.forms import Classification, Form, UpwardReport, WriteOff, WriteOffApproval
from models.refusals import InvalidForm
from models.steps import STEPS, Step
from models.typed_fields import NO, UNCHOSEN, YES
from models.words import Word
from tasks.answer import read_form
from tasks.open_steps import Open
from tests.office import filled

DRAWN = [step for step in STEPS.values() if step.fillable_in_prefect]
NAMES = [step.name for step in DRAWN]
LABELS: dict[str, list[str]] = defaultdict(list)  # a value may belong to several kinds of words
for _kind in Word.__subclasses__():
    for _word in _kind:
        LABELS[_word.value].append(_word.label)
KEY = "write-off-approval-0a1b2c3d4e5f"
# What the forms of the usual way leave out, filled in here so that every kind of field is typed once.
MORE: dict[str, dict[str, Any]] = {
    "classification": {
        "kind": "HARD",
        "co_units": ["U02", "U03"],
        "subjects": ["U04-05", {"name": "张某", "post": "窗口人员", "unit": "甲一路服务大厅"}],
        "long_standing": True,
    },
    "direct-accountability": {
        "accountability": [
            {"person": "U01-05", "measures": ["ADMONITION", "NO_AWARD"], "clause": 7},
            {"person": {"name": "李某", "post": "科员", "unit": "甲二所"}, "measures": ["CRITICISM"]},
        ]
    },
    "sign-off": {"agreed": False, "opinion": "事实不清", "paper_number": "纸1", "signed_by": "U01-01"}
    | {"signed_on": "2026-05-06"},
    "filing": {"lapse": "TOO_LIGHT"},
    "call-back": {"result": "UNREACHABLE", "resolved": False, "note": "三次无人接听"},
    "social-evaluation": {"on_television": True},
}


def schema_of(form: type[Form]) -> dict[str, Any]:
    """Return the JSON schema that Prefect draws."""
    return form_in_prefect(form, pause_key=KEY).model_json_schema()


def typed_by_a_person(form: type[Form], data: dict[str, Any]) -> dict[str, Any]:
    """Turn a form's content into what a person would choose and type, by what the drawn form offers him."""
    schema = schema_of(form)

    def typed(shape: dict[str, Any], value: Any) -> Any:
        if "$ref" in shape:
            shape = schema["$defs"][shape["$ref"].split("/")[-1]]
        match value:
            case [*items]:
                return [typed(shape["items"], each) for each in items]
            case {"name": name, "post": post, "unit": unit}:
                return f"{name}、{post}、{unit}"
            case {}:
                return {name: typed(shape["properties"][name], each) for name, each in value.items()}
            case bool() if "enum" in shape:
                return YES if value else NO
            case str() if "enum" in shape:
                return next(label for label in LABELS[value] if label in shape["enum"])
            case _:
                return value if shape["type"] in ("boolean", "integer", "number") else str(value)

    content = {name: typed(schema["properties"][name], value) for name, value in data.items()}
    return {OFFICER: "OFF-01 "} | content | {FORM_NUMBER: KEY}


def offered(step: str, *, refusal: str = "") -> Open:
    """Return the open step of a case whose form is drawn."""
    key = f"{step}-1"
    return Open(
        id=1, step=STEPS[step], key=key, unit=None, due="2026年5月8日", pause_key=f"{key}-0a1b", refusal=refusal
    )


@pytest.mark.parametrize("step", DRAWN, ids=NAMES)
def test_a_form_is_drawn_in_chinese_and_without_anything_that_prefect_draws_badly(step: Step) -> None:
    schema = schema_of(step.form)
    fields = list(schema["properties"])
    assert fields == [OFFICER, *step.form.model_fields, FORM_NUMBER]
    assert schema["additionalProperties"] is False
    shapes = [*schema["properties"].values()]
    shapes += [shape for each in schema.get("$defs", {}).values() for shape in each["properties"].values()]
    for shape in shapes:
        assert not shape["title"].isascii()
        assert "anyOf" not in shape
        assert "" not in shape.get("enum", [])
        assert shape.get("type") in {"string", "integer", "number", "boolean", "array"}
        assert "$ref" in shape.get("items", {}) or shape.get("items", {"type": "string"})["type"] == "string"


@pytest.mark.parametrize("step", DRAWN, ids=NAMES)
@pytest.mark.parametrize("more", [False, True], ids=["in the usual way", "with everything"])
def test_what_is_typed_comes_back_as_the_ledger_takes_it(step: Step, more: bool) -> None:
    data = filled(step.name) | (MORE.get(step.name, {}) if more else {})
    content = typed_by_a_person(step.form, data)
    validate(content, schema_of(step.form), raise_on_error=True)
    officer, taken = as_typed(step.form, json.loads(json.dumps(content)))
    assert officer == "OFF-01"
    assert read_form(step.form, taken) == read_form(step.form, data)


@pytest.mark.parametrize("step", DRAWN, ids=NAMES)
def test_what_is_left_as_it_was_drawn_says_no_more_than_what_is_left_out(step: Step) -> None:
    fields = schema_of(step.form)["properties"]
    untouched = {name: shape["default"] for name, shape in fields.items() if "default" in shape}
    data = filled(step.name)
    content = untouched | typed_by_a_person(step.form, data)
    validate(content, schema_of(step.form), raise_on_error=True)
    assert read_form(step.form, as_typed(step.form, content)[1]) == read_form(step.form, data)


def test_every_date_is_picked_and_not_only_the_required_ones() -> None:
    dates = {
        step.name: [name for name, shape in schema_of(step.form)["properties"].items() if shape.get("format") == "date"]
        for step in DRAWN
    }
    assert {name: found for name, found in dates.items() if found} == {
        "rejection-reply": ["told_on"],
        "report-to-leaders": ["reported_on"],
        "sign-off": ["signed_on"],
        "direct-reply": ["delivered_on"],
        "source-reply": ["sent_on"],
        "upward-report": ["sent_on"],
        "effect-assessment": ["assessed_on"],
        "extension-reply": ["told_on"],
    }


@pytest.mark.parametrize("day", ["2026-02-30", "明天", "20260506", "2026-5-6"])
def test_a_date_that_is_none_is_refused_with_the_reason(day: str) -> None:
    content = typed_by_a_person(UpwardReport, filled("upward-report")) | {"sent_on": day}
    validate(content, schema_of(UpwardReport), raise_on_error=True)  # Prefect takes it
    with pytest.raises(InvalidForm, match="报送日期：日期格式应为 2026-05-06"):
        read_form(UpwardReport, as_typed(UpwardReport, content)[1])


def test_a_form_that_was_opened_before_the_run_went_on_is_not_taken_for_the_new_one() -> None:
    content = typed_by_a_person(WriteOffApproval, {"agreed": True})
    later = form_in_prefect(WriteOffApproval, pause_key="write-off-approval-b-9f8e7d6c5b4a").model_json_schema()
    with pytest.raises(ValidationError, match="is not one of"):
        validate(content, later, raise_on_error=True)


@pytest.mark.parametrize("typed", ["张某、科员、甲二所", " 张某 ，科员, 甲二所 "])
def test_somebody_who_is_no_user_is_typed_by_name_post_and_unit(typed: str) -> None:
    _, data = as_typed(Classification, {"subjects": [typed, "U01-04", "", "甲、乙"]})
    person = {"name": "张某", "post": "科员", "unit": "甲二所"}
    assert data == {"subjects": [person, "U01-04", "甲、乙"]}


def test_an_officers_code_is_what_the_database_can_hold() -> None:
    assert as_typed(WriteOff, {OFFICER: " OFF\x00-\ud80001 "}) == ("OFF\ufffd-\ufffd01", {})
    assert as_typed(WriteOff, {OFFICER: ["OFF-01"]}) == ("['OFF-01']", {})
    assert as_typed(WriteOff, {}) == ("", {})


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["是", UNCHOSEN, "受理"]),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=3), inside, max_size=3),
    max_leaves=5,
)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("form", [step.form for step in DRAWN], ids=NAMES)
def test_whatever_is_sent_is_taken_or_refused(form: type[Form], data: st.DataObject) -> None:
    names = st.sampled_from([OFFICER, *form.model_fields]) | st.text(max_size=3)
    content = data.draw(st.dictionaries(names, _anything))
    officer, typed = as_typed(form, content)
    officer.encode()
    with suppress(InvalidForm):
        read_form(form, typed)


class TestDescription:
    """What stands above the form."""

    def test_it_names_the_case_the_step_its_date_and_the_rules(self) -> None:
        text = description(offered("classification"), number="洪治庸〔2026〕12号", others=[])
        assert text.startswith("### 洪治庸〔2026〕12号 · 分类登记\n\n政策依据：四(一)　步骤：`classification-1`　")
        assert "办理时限：2026年5月8日" in text
        assert "- 被反映人不得办理反映本人的问题。" in text
        assert "`zhiyong case 2026-12`" in text
        assert "未被接受" not in text

    def test_a_refused_form_says_why(self) -> None:
        text = description(offered("filing", refusal="该待办不属于您的岗位或单位。"), number="N", others=[])
        assert "**上次填写未被接受。该待办不属于您的岗位或单位。** 请更正后重新提交。" in text

    def test_a_signature_there_is_the_record_of_one_on_paper(self) -> None:
        text = description(offered("sign-off"), number="洪治庸〔2026〕12号", others=[])
        assert "此处只能录入纸质签字；责任单位主要领导本人请用 `zhiyong answer` 办理。" in text

    def test_it_says_what_else_is_open(self) -> None:
        text = description(offered("publication"), number="洪治庸〔2026〕12号", others=[offered("media-reply")])
        assert "同时待办：媒体回应（区委宣传部）" in text
