"""What people typed, or chose by its Chinese, as values of a form; what does not fit is left for the form to refuse."""

import re
import types
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from models.forms import OutsidePerson
from models.typed_json import NoObject, read_object
from models.words import Word

UNCHOSEN = "（未选）"
YES, NO = "是", "否"
_EMPTY = ("", UNCHOSEN, None)


def typed_fields(form: type[BaseModel], typed: dict[str, Any]) -> dict[str, Any]:
    """Return the form's values by their names; what was left empty is left out."""
    fields = form.model_fields
    return {
        name: _value(fields[name].annotation, value) if name in fields else value
        for name, value in typed.items()
        if value not in _EMPTY
    }


def written_fields(form: type[BaseModel], written: dict[str, str]) -> dict[str, Any]:
    """Do the same for the cells of a table: the items of a list stand behind one another, with ； between them.

    What is made of several fields, or a list of such, stands there as JSON.
    """
    fields = form.model_fields
    return typed_fields(
        form,
        {name: _cell(fields[name].annotation, text) if name in fields else text for name, text in written.items()},
    )


def choices_of(annotation: Any) -> dict[str, Any]:
    """Return what may be chosen, by what a person reads; nothing where it is typed."""
    if annotation is bool:
        return {YES: True, NO: False}
    if isinstance(annotation, type) and issubclass(annotation, Word):
        return {word.label: word.value for word in annotation}
    return {}


def plain(annotation: Any) -> Any:
    """Take the checks off a type."""
    return plain(annotation.__origin__) if hasattr(annotation, "__metadata__") else annotation


def unless_none(annotation: Any) -> Any:
    """Return the type of what may be None; others as they are."""
    arguments = get_args(annotation)
    if get_origin(annotation) in (Union, types.UnionType) and type(None) in arguments:
        return plain(next(each for each in arguments if each is not type(None)))
    return annotation


def is_model(annotation: Any) -> bool:
    """Whether a type is made of several fields."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _cell(annotation: Any, text: str) -> Any:
    kind = unless_none(plain(annotation))
    several = get_origin(kind) is list
    try:
        if several and text.startswith("["):
            return read_object(f'{{"list": {text}}}')["list"]
        if (is_model(kind) or OutsidePerson in get_args(kind)) and text.startswith("{"):
            return read_object(text)
    except NoObject:
        return text
    return [item.strip() for item in re.split(r"[；;\n]", text)] if several else text


def _value(annotation: Any, typed: Any) -> Any:
    annotation = unless_none(plain(annotation))
    if get_origin(annotation) is list and isinstance(typed, list):
        return [_value(get_args(annotation)[0], each) for each in typed if each not in _EMPTY]
    if is_model(annotation) and isinstance(typed, dict):
        return typed_fields(annotation, typed)
    if isinstance(typed, str) and OutsidePerson in get_args(annotation):
        return _person(typed)
    if isinstance(typed, str):
        return choices_of(annotation).get(typed, typed)
    return typed


def _person(typed: str) -> str | dict[str, str]:
    """Read a person: an officer's code, or 姓名、职务、单位 of somebody who is no user."""
    parts = [part.strip() for part in re.split("[、，,]", typed)]
    return dict(zip(OutsidePerson.model_fields, parts, strict=True)) if len(parts) == 3 else typed
