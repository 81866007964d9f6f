"""By which configured ways a notice leaves, besides the inbox where it always is; none unless somebody sets them up.

They stand in a file in Apprise's own YAML (docs/notices.md). Each address is a channel: the first of its tags is its
name in the ledger, which keeps no address, and all of its tags say whose notices it takes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from models.registry import Officer
from settings import settings

EVERYBODY = "all"  # the tag of a channel that takes every notice
UNDECIDED = "（待定）"  # stands for the channels of a notice that was written while the file could not be read
_TAG = re.compile(r"[\w.-]{1,40}")  # no address is so plain
_BETWEEN_TAGS = re.compile(r"[\s,;，；、]+")
_NOT_TAKEN = ("include", "groups")  # of Apprise's sections


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One address. entry: its place in the file, from 1. document: what Apprise is given, with the address in it."""

    name: str
    tags: frozenset[str]
    entry: int
    document: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Channels:
    """What the file says. readable: whether it could be read at all. faults: for people, without any address."""

    known: tuple[Channel, ...] = ()
    readable: bool = True
    faults: tuple[str, ...] = ()

    def names_for(self, officer: Officer, *, on: date) -> list[str]:
        """Return the names of the channels that take notices to this officer on a day, in the file's order."""
        if not self.known:
            return []
        roles = (grant.role.value for grant in officer.grants if grant.covers(on))
        called = {each.casefold() for each in (EVERYBODY, officer.code, officer.unit_code, *roles)}
        return [channel.name for channel in self.known if channel.tags & called]


def channels_for(officer: Officer, *, on: date) -> list[str]:
    """Return the names of the channels that are configured for this officer; one stand-in where nobody can say."""
    found = channels()
    return found.names_for(officer, on=on) if found.readable else [UNDECIDED]


def channels() -> Channels:
    """Return what the file says now; whatever is wrong with it is among the faults, and nothing is raised."""
    here = settings()
    try:
        seen = here.notices.stat()
    except FileNotFoundError:
        return _unreadable("ZHIYONG_NOTICES 所指的文件不存在") if here.notices_file is not None else Channels()
    except OSError:
        return _unreadable("文件不能读取，请检查权限")
    return _read(here.notices, seen.st_ino, seen.st_ctime_ns)


@lru_cache(maxsize=1)
def _read(path: Path, file: int, changed: int) -> Channels:
    """Read the file as it is since it, or who may read it, was changed last: a sweep asks once for each notice."""
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except OSError:
        return _unreadable("文件不能读取，请检查权限")
    except UnicodeDecodeError:
        return _unreadable("文件不是 UTF-8 编码")
    except yaml.MarkedYAMLError as fault:
        where = f"第 {fault.problem_mark.line + 1} 行附近" if fault.problem_mark else ""
        return _unreadable(f"{where}不符合 YAML 格式")
    except (yaml.YAMLError, ValueError, RecursionError):
        return _unreadable("不符合 YAML 格式")
    if content is None:
        return Channels()
    if not isinstance(content, dict) or not isinstance(content.get("urls"), list):
        return _unreadable("没有“urls:”一节，其下应逐项列出地址")
    return _channels(content)


def _unreadable(fault: str) -> Channels:
    return Channels(readable=False, faults=(fault,))


def _channels(content: dict[str, Any]) -> Channels:
    known: dict[str, Channel] = {}
    faults = [f"“{section}”一节不支持，请把各项直接写在 urls 之下" for section in _NOT_TAKEN if section in content]
    for entry, written in enumerate(content["urls"], 1):
        for address, options in _addresses(written):
            tags = [*_tags(options), *_tags(content)]
            if address is None:
                faults.append(f"第 {entry} 项不是地址（应形如 mailtos://…）")
            elif not tags:
                faults.append(f"第 {entry} 项没有标签（tag），不知道发给谁")
            elif not all(map(_TAG.fullmatch, tags)):
                faults.append(f"第 {entry} 项的标签只能用文字、数字和 . - _，不超过 40 字")
            elif tags[0] in known:
                faults.append(f"第 {entry} 项与前面某项同名，请在标签最前面写上各自的名称")
            else:
                known[tags[0]] = Channel(
                    name=tags[0],
                    tags=frozenset(tag.casefold() for tag in tags),
                    entry=entry,
                    document=_document(content, address, options),
                )
    return Channels(known=tuple(known.values()), faults=tuple(faults))


def _addresses(written: object) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """Yield the addresses of an entry, each with what stands below and beside it, in all forms that Apprise takes."""
    if isinstance(written, str) and "://" in written:
        yield written, {}
        return
    beside = dict(written) if isinstance(written, dict) else {}
    address = next((key for key in beside if isinstance(key, str) and "://" in key), None)
    if address is None:
        yield None, {}
        return
    below = beside.pop(address)
    for options in below if isinstance(below, list) else [below]:
        yield address, beside | (options if isinstance(options, dict) else {})


def _tags(options: dict[str, Any]) -> list[str]:
    """Return the tags in the order in which they are written."""
    written = options.get("tag", options.get("tags"))
    if written is None:
        return []
    parts = written if isinstance(written, list) else [written]
    return [tag for part in parts for tag in _BETWEEN_TAGS.split(str(part)) if tag]


def _document(content: dict[str, Any], address: str, options: dict[str, Any]) -> str:
    """Write a file of this address alone; whose notices it takes is no longer Apprise's concern."""
    import yaml

    rest = {key: value for key, value in options.items() if key not in ("tag", "tags")}
    alone = {"urls": [{address: rest} if rest else address]}
    if "asset" in content:
        alone["asset"] = content["asset"]
    return str(yaml.safe_dump(alone, allow_unicode=True))
