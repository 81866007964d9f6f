"""The forms of the office's steps as Prefect's UI draws them, and what was typed there as the ledger takes it."""

import types
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

from prefect.input import RunInput
from pydantic import BaseModel, Field, create_model
from pydantic.fields import FieldInfo

from models.forms import Form, OutsidePerson
from models.rules import rules_of
from models.steps import Step
from models.words import Word

OFFICER = "officer"


@cache
def form_in_prefect(form: type[Form]) -> type[RunInput]:
    """Return the form as Prefect draws it, with the officer's code in front.

    Choices are shown by their Chinese. Optional fields are plain text that may stay empty, because Prefect draws
    optional types as toggles and does not check formats: the ledger checks all of it again.
    """
    fields: dict[str, Any] = {
        OFFICER: (str, Field(title="经办人代码", description="本人的人员代码，如 OFF-01；界面不识别用户，以此为准"))
    }
    fields |= {name: _drawn(field) for name, field in form.model_fields.items()}
    drawn: type[RunInput] = create_model(form.__name__, __base__=RunInput, **fields)
    return drawn


def as_typed(form: type[Form], content: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Split what came from Prefect into the officer's code and the form's fields; what was left empty is left out."""
    data = {
        name: _value(form.model_fields[name].annotation, value) if name in form.model_fields else value
        for name, value in content.items()
        if name != OFFICER and value not in ("", None)
    }
    return str(content.get(OFFICER, "")).strip(), data


def description(step: Step, *, number: str, key: str, due: str, others: list[str], refusal: str) -> str:
    """Write what stands above the form, in Markdown: the step, its date, its rules; never what a report says."""
    parts = [f"### {number} · {step.title}", f"政策依据：{step.paragraph}　步骤：`{key}`　办理时限：{due}"]
    if refusal:
        parts.append(f"**上次填写未被接受：{refusal}** 请更正后重新提交。")
    if not step.role.of_the_office:
        parts.append(f"此处只能录入纸质签字；{step.role.label}本人请用 `zhiyong answer` 办理。")
    parts.append("填写须知：\n\n" + "\n".join(f"- {rule.says}" for rule in rules_of(step.form)))
    if others:
        parts.append(f"同时待办：{'、'.join(others)}")
    parts.append("填写的内容只记入台账，提交后即从 Prefect 中删除。")
    return "\n\n".join(parts)


def _drawn(field: FieldInfo) -> tuple[Any, Any]:
    about: dict[str, Any] = {"title": field.title, "description": field.description}
    shape = _shape(field.annotation)
    if field.is_required():
        return shape, Field(**about)
    if _optional(field.annotation):
        return shape, Field(default="", **about)
    default = field.get_default(call_default_factory=True)
    return shape, Field(default=default.label if isinstance(default, Word) else default, **about)


def _optional(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType) and type(None) in get_args(annotation)


def _shape(annotation: Any) -> Any:
    """Turn a field's type into one that Prefect draws well."""
    if _optional(annotation):
        inner = _inner(annotation)
        return Literal[("", *_labels(inner))] if _is_words(inner) else str
    if _is_words(annotation):
        return Literal[tuple(_labels(annotation))]
    if get_origin(annotation) is list:
        return list[_shape(get_args(annotation)[0])]  # type: ignore[misc]
    if get_origin(annotation) in (Union, types.UnionType) or annotation is OutsidePerson:
        return str  # a person, by his code
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields: dict[str, Any] = {name: _drawn(field) for name, field in annotation.model_fields.items()}
        return create_model(annotation.__name__, **fields)
    return getattr(annotation, "__origin__", annotation) if hasattr(annotation, "__metadata__") else annotation


def _value(annotation: Any, typed: Any) -> Any:
    """Turn what was chosen and typed back into the ledger's values."""
    if _optional(annotation):
        annotation = _inner(annotation)
    if _is_words(annotation):
        return next((word.value for word in annotation if word.label == typed), typed)
    if get_origin(annotation) is list and isinstance(typed, list):
        return [_value(get_args(annotation)[0], each) for each in typed]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and isinstance(typed, dict):
        return {
            name: _value(annotation.model_fields[name].annotation, value) if name in annotation.model_fields else value
            for name, value in typed.items()
            if value not in ("", None)
        }
    return typed


def _inner(annotation: Any) -> Any:
    return next(each for each in get_args(annotation) if each is not type(None))


def _is_words(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Word)


def _labels(words: type[Word]) -> list[str]:
    return [word.label for word in words]
