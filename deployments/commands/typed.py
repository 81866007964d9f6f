"""What is typed after a command: each type says in Chinese what it takes, and refuses the rest as wrong usage."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from typing import Any, TypeVar

import click

from deployments.commands.files import Unreadable, content_of
from models.clock import SHANGHAI
from models.refusals import InvalidForm
from models.typed_json import NoObject, read_object
from models.words import Word

W = TypeVar("W", bound=Word)

FIRST_YEAR, LAST_YEAR = 1949, 2100  # a date outside of these is a slip
LARGEST = 2**63 - 1  # number that the ledger can give to a row
LONGEST_WAIT = 86_400  # seconds
LONGEST_LINE = 500  # characters of a name, a subject, a number of another system


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return what reads a whole number between two bounds, both allowed."""

    def read(typed: str) -> int:
        if not re.fullmatch(r"[0-9]{1,19}", typed.strip()) or not least <= int(typed) <= most:
            raise click.BadParameter(f"须为 {least} 至 {most} 的整数")
        return int(typed)

    return read


def row_id(typed: str) -> int:
    """Read a number that the ledger gave: of an assignment, a message, a version."""
    if not re.fullmatch(r"[0-9]{1,19}", typed.strip()) or not 1 <= int(typed) <= LARGEST:
        raise click.BadParameter("须为系统给出的编号（正整数）")
    return int(typed)


def seconds(typed: str) -> float:
    """Read how long to wait."""
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", typed.strip()) or float(typed) > LONGEST_WAIT:
        raise click.BadParameter(f"须为 0 至 {LONGEST_WAIT} 的秒数")
    return float(typed)


def host(typed: str) -> str:
    """Read an address or the name of a machine."""
    name = typed.strip()
    if not re.fullmatch(r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*|[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*", name):
        raise click.BadParameter("须为地址或主机名，如 127.0.0.1")
    return name


def day(typed: str) -> date:
    """Read a day."""
    try:
        read = date.fromisoformat(typed.strip())
    except ValueError:
        raise click.BadParameter("日期格式应为 2026-05-06") from None
    _refuse_slip(read)
    return read


def moment(typed: str) -> datetime:
    """Read an instant; without an offset it is Shanghai's."""
    try:
        read = datetime.fromisoformat(typed.strip())
    except ValueError:
        raise click.BadParameter("时间格式应为 2026-05-06T10:30") from None
    _refuse_slip(read)
    return read if read.tzinfo else read.replace(tzinfo=SHANGHAI)


def as_of_moment(typed: str) -> datetime:
    """Read the instant as of which something is said: a day alone means as it ended."""
    if "T" not in typed and " " not in typed.strip():
        return datetime.combine(day(typed), time.max, SHANGHAI)
    return moment(typed)


def _refuse_slip(read: date) -> None:
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise click.BadParameter(f"年份须在 {FIRST_YEAR} 至 {LAST_YEAR} 之间")


def short(typed: str) -> str:
    """Read a name, a subject, a number of another system: something short, without blanks around it."""
    if len(typed.strip()) > LONGEST_LINE:
        raise click.BadParameter(f"过长，不得超过 {LONGEST_LINE} 字")
    return typed.strip()


def one_of(words: Iterable[W]) -> Callable[[str], W]:
    """Return what reads a word of the trade, typed as its value or its Chinese."""

    def read(typed: str) -> W:
        for word in words:
            if typed.strip() in (word.value, word.label):
                return word
        raise click.BadParameter(f"可用：{'、'.join(f'{word.value}（{word.label}）' for word in words)}")

    return read


def read_text(typed: str) -> str:
    """Read a text that says something, or @ and the name of a file that holds it."""
    try:
        text = content_of(typed).strip()
    except Unreadable as fault:
        raise click.BadParameter(str(fault)) from None
    if not text or "\0" in text:
        raise click.BadParameter("含有无法保存的字符" if text else "不能为空")
    return text


def read_data(typed: str) -> dict[str, Any]:
    """Read `--data`: JSON, or @ and the name of a file that holds it.

    Raises InvalidForm.
    """
    try:
        return read_object(content_of(typed))
    except (Unreadable, NoObject) as fault:
        raise InvalidForm([("--data", str(fault))]) from None
