"""JSON that somebody typed: one object, no deeper and with no larger numbers than a form can have."""

import json
import math
from typing import Any

DEEPEST = 20  # levels of a form's JSON; the deepest form has five
MOST_DIGITS = 15  # of a number in a form


class NoObject(ValueError):
    """It is no such object; the message says why, in words for a person, and quotes nothing."""


def read_object(text: str) -> dict[str, Any]:
    """Read the object. Raises NoObject."""
    try:
        data = json.loads(text, parse_int=_whole_number, parse_float=_number, parse_constant=_number)
    except json.JSONDecodeError as fault:
        raise NoObject(f"不是有效的 JSON（第 {fault.lineno} 行第 {fault.colno} 个字符处）") from None
    except RecursionError:
        raise NoObject("括号嵌套过深") from None
    if not isinstance(data, dict):
        raise NoObject("须为一个 JSON 对象")
    if _depth(data) > DEEPEST:
        raise NoObject("括号嵌套过深")
    return data


def _whole_number(typed: str) -> int:
    if len(typed.lstrip("-")) > MOST_DIGITS:
        raise NoObject(f"数字过大，不得超过 {MOST_DIGITS} 位")
    return int(typed)


def _number(typed: str) -> float:
    if not math.isfinite(float(typed)):
        raise NoObject("数字过大，或不是数字")
    return float(typed)


def _depth(data: object) -> int:
    """Count the levels of a JSON value, level by level: a deep one would overrun a function that calls itself."""
    depth, level = 0, [data]
    while level:
        depth += 1
        level = [
            child
            for each in level
            if isinstance(each, dict | list)
            for child in (each.values() if isinstance(each, dict) else each)
        ]
    return depth
