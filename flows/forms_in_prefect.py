"""The forms of the office's steps as Prefect's UI draws them, and what was typed there as the ledger takes it."""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any, Literal, get_args, get_origin

from prefect.input import RunInput
from pydantic import Field, create_model
from pydantic.fields import FieldInfo

from models.forms import Form
from models.journal import storable
from models.rules import rules_of
from models.typed_fields import UNCHOSEN, choices_of, is_model, plain, typed_fields, unless_none
from models.words import Word
from tasks.open_steps import Open

OFFICER, FORM_NUMBER = "officer", "form_number"  # what the drawn form asks for besides the ledger's fields


def form_in_prefect(form: type[Form], *, pause_key: str) -> type[RunInput]:
    """Return the form as Prefect draws it: the officer's code in front, the number of this very form at the end.

    By that number a form that was opened before the run went on is refused, like an answer with an old version.
    """
    number = Field(
        default=pause_key,
        title="表单编号",
        description="由系统填写，请勿改动；待办有变化时旧表单作废",
        json_schema_extra={"enum": [pause_key]},
    )
    drawn: type[RunInput] = _drawn_form(form)
    fields: dict[str, Any] = {FORM_NUMBER: (str, number)}
    return create_model(form.__name__, __base__=drawn, **fields)


def as_typed(form: type[Form], content: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Split what came from Prefect into the officer's code and the form's fields; what was left empty is left out."""
    data = {name: value for name, value in content.items() if name not in (OFFICER, FORM_NUMBER)}
    return storable(str(content.get(OFFICER, ""))).strip(), typed_fields(form, data)


def description(offered: Open, *, number: str, others: Sequence[Open]) -> str:
    """Write what stands above the form, in Markdown: the step, its date, its rules; never what a report says.

    others: the case's other open steps.
    """
    step = offered.step
    short = "-".join(re.findall(r"\d+", number))
    parts = [
        f"### {number} · {step.title}",
        f"政策依据：{step.paragraph}　步骤：`{offered.key}`　办理时限：{offered.due}",
    ]
    if offered.about:
        parts.append(f"申请事项：{offered.about}")
    if offered.refusal:
        parts.append(f"**上次填写未被接受。{offered.refusal}** 请更正后重新提交。")
    if not step.role.of_the_office:
        parts.append(f"此处只能录入纸质签字；{step.role.label}本人请用 `zhiyong answer` 办理。")
    # That codes are known and dates are past, the ledger's own rules, goes without saying.
    rules = [rule.says for rule in rules_of(step.form) if rule.source != "台账"]
    parts.append("填写须知：\n\n" + "\n".join(f"- {each}" for each in rules))
    if others:
        parts.append(f"同时待办：{'、'.join(f'{each.step.title}（{each.step.role.label}）' for each in others)}")
    parts.append(
        f"案情和来件不在 Prefect 中显示，请用 `zhiyong case {short}`、`zhiyong message show` 查看。"
        "填写的内容只记入台账，提交后即从 Prefect 中删除。"
    )
    return "\n\n".join(parts)


@cache
def _drawn_form(form: type[Form]) -> type[RunInput]:
    """Draw a form's fields.

    Choices are shown by their Chinese. What may stay empty has an empty text or choice as its default, because Prefect
    draws optional types as toggles. It checks little; the ledger checks everything.
    """
    officer = Field(title="经办人代码", description="本人的人员代码，如 OFF-01；界面不识别用户，以此为准")
    fields: dict[str, Any] = {OFFICER: (str, officer)}
    fields |= {name: _drawn(field) for name, field in form.model_fields.items()}
    drawn: type[RunInput] = create_model(form.__name__, __base__=RunInput, **fields)
    return drawn


def _drawn(field: FieldInfo) -> tuple[Any, Any]:
    annotation = plain(field.annotation)
    about: dict[str, Any] = {"title": field.title, "description": field.description}
    if unless_none(annotation) is date:
        about["json_schema_extra"] = {"format": "date"}
    if field.is_required():
        return _shape(annotation), Field(**about)
    default = field.get_default(call_default_factory=True)
    if default is None:
        return _shape(annotation), Field(default=UNCHOSEN if choices_of(unless_none(annotation)) else "", **about)
    if isinstance(default, bool):
        return bool, Field(default=default, **about)
    return _shape(annotation), Field(default=default.label if isinstance(default, Word) else default, **about)


def _shape(annotation: Any) -> Any:
    """Turn a field's type into one that Prefect draws well: text where it has nothing better."""
    annotation = plain(annotation)
    inner = unless_none(annotation)
    if choices := choices_of(inner):
        return Literal[(UNCHOSEN, *choices)] if inner is not annotation else Literal[tuple(choices)]
    if get_origin(annotation) is list:
        item = _shape(get_args(annotation)[0])
        return list[str if item in (int, float) else item]  # type: ignore[misc]  # lists of numbers are not drawn
    if is_model(annotation):
        fields: dict[str, Any] = {name: _drawn(field) for name, field in annotation.model_fields.items()}
        return create_model(annotation.__name__, **fields)
    return annotation if annotation in (int, float) else str
