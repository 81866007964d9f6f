"""What somebody meant who typed into a cell: a text, a word of a list, a day. Reading only, no database."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

_BLANKS = re.compile(r"[\s\u00a0\u200b-\u200f\u2060\u3000\ufeff]+")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_NOTHING = frozenset(("无", "没有", "不涉及", "无问题", "/", "\\", "-", "--", "—", "——", "、", ".", "…", "空"))
_DAY = re.compile(r"(\d{4})[-/.,年、](\d{1,2})[-/.,月、](\d{1,2})[日号]?\.?")
_TIME = re.compile(r"[\sT]+\d{1,2}:\d{2}.*$")
_EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DAY_ZERO = date(1899, 12, 30)
_SERIALS = range(36_526, 73_051)  # the numbers that Excel gives the days of 2000 to 2099


def plain(value: Any) -> str:
    """Return a value as it is compared: full-width as half-width, without any blank."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text_of(value)))


def text_of(value: Any) -> str:
    """Return a value as text, as it was typed, without blanks around it."""
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime() if value.time() == datetime.min.time():
            return value.date().isoformat()
        case str():
            return value.replace("\r\n", "\n").replace("\r", "\n").strip(" \t\n\u00a0\u3000\u200b\ufeff")
        case _:
            return str(value)


def says_nothing(value: Any) -> bool:
    """Whether a cell is empty, or holds what people write into one that they leave empty."""
    return plain(value).rstrip("。.") in _NOTHING or plain(value) == ""


def word_of(value: Any, words: Iterable[str]) -> str | None:
    """Return which of the words somebody chose; None where it is none of them."""
    return {plain(word): word for word in words}.get(plain(value).strip("。.,;:、"))


def day_of(value: Any) -> date:
    """Return the day that somebody wrote; the reason of a ValueError is for people."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    written = plain(_TIME.sub("", unicodedata.normalize("NFKC", text_of(value))))
    if isinstance(value, int | float) and not isinstance(value, bool) and int(value) in _SERIALS:
        return _DAY_ZERO + timedelta(days=int(value))
    found = _DAY.fullmatch(written) or _EIGHT.fullmatch(written)
    if found is None:
        raise ValueError("不是日期，请写作 2026-06-30 的形式")
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        raise ValueError("没有这一天，请核对日期") from None
