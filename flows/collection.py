"""三(四), O46: collecting what units send back.

Each file is judged, recorded and answered with a receipt; one that does not hold goes back with every fault marked.
Order only, and no Prefect: the command and the worker call it.
"""

import logging
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

from models.campaign_file import Return, read_return
from models.campaign_judgement import Judged, judge, not_ours
from models.clock import SHANGHAI
from models.journal import SYSTEM, Actor
from models.refusals import Refusal
from reports.marked_return import Notice, marked_return
from reports.receipt import Receipt, receipt
from reports.sheet_looks import save
from settings import settings
from tasks.campaign_collect import NOBODYS, Place, Recorded, may_collect, place_of, record_return
from tasks.incoming_files import TooLarge, files_in, put_away, read_whole, unchanged_for

SETTLED = 5.0  # seconds without a change, after which a file in the inbox is whole
SETTLED_IF_UNREADABLE = 60.0  # what arrives haltingly cannot be read either
TAKEN, FAILED = "已收", "未能处理"  # folders of the inbox

log = logging.getLogger("zhiyong.worker")


def collect(paths: Path | Iterable[Path], *, actor: Actor, out: Path | None = None) -> list[dict[str, Any]]:
    """Collect files, and those that lie directly in folders; return for each what became of it.

    Receipts and marked copies go to 收据 and 退回 in `out`, else in the campaign's folder. One that fails never stops
    the others. Raises NotYours, UnknownOfficer.
    """
    may_collect(actor)
    given = [paths] if isinstance(paths, Path) else list(paths)
    files = chain.from_iterable(files_in(path) if path.is_dir() else [path] for path in given)
    return [_collected(path, actor=actor, out=out)[0] for path in files]


def collect_inbox(*, settled: float = SETTLED, unreadable: float = SETTLED_IF_UNREADABLE) -> list[dict[str, Any]]:
    """Collect what lies in the inbox and has not changed for some seconds; then put it away.

    What cannot be taken in because the ledger is out of reach stays there.
    """
    inbox = settings().campaigns / "inbox"
    inbox.mkdir(mode=0o700, parents=True, exist_ok=True)
    done = []
    for path in files_in(inbox):
        quiet = unchanged_for(path)
        if quiet < settled:
            continue
        collected, folder = _collected(path, actor=SYSTEM, out=None, arriving=quiet < unreadable)
        if folder:
            with suppress(FileNotFoundError):  # another worker has put it away
                put_away(path, inbox / folder)
            done.append(collected)
    return done


def _collected(path: Path, *, actor: Actor, out: Path | None, arriving: bool = False) -> tuple[dict[str, Any], str]:
    """Collect one file; return what became of it, and where it is put away, if it is.

    arriving: leave it for now if it cannot be read, for not all of it may be there.
    """
    try:
        name, content = path.name, read_whole(path)
        return_ = read_return(name, content)
        if arriving and return_.unreadable:
            return _not_taken(path, return_.unreadable), ""
        return _take(return_, content, actor=actor, out=out), TAKEN
    except (OSError, TooLarge) as error:
        why = str(error) if isinstance(error, TooLarge) else "文件不存在，或无法读写"
        return _not_taken(path, why), FAILED if isinstance(error, TooLarge) else ""
    except Refusal as refusal:
        return _not_taken(path, refusal.message), FAILED
    except OperationalError:
        log.warning("a file could not be collected: the ledger is out of reach")
        return _not_taken(path, "台账暂时无法连接，请稍后重试"), ""
    except Exception as error:  # one file never stops the others; it stays as it is, for somebody to look at
        log.exception("a file could not be collected: %s", type(error).__name__)
        return _not_taken(path, "系统处理该文件时出错，文件未收取，请与系统管理员联系"), FAILED


def _take(return_: Return, content: bytes, *, actor: Actor, out: Path | None) -> dict[str, Any]:
    place = place_of(return_)
    judged = _judged(return_, place)
    recorded = record_return(return_, judged, place, content, actor=actor)
    if not recorded.accepted:
        judged = replace(judged, accepted=False, faults=recorded.faults)  # as it was judged when it first came
    folder = out or settings().campaigns / (place.issued.period if place.issued else NOBODYS)
    name = _file_name(place, recorded)
    written = {"receipt_file": _write(folder / "收据" / f"{name}.xlsx", receipt(_receipt(place, recorded)))}
    if not recorded.accepted:
        marked = marked_return(content, return_, judged, _notice(place, recorded))
        written["returned_file"] = _write(folder / "退回" / f"{name}-退回{marked.suffix}", marked.content)
    return {
        "file": return_.name,
        "unit": place.issued.unit_code if place.issued else None,
        "accepted": recorded.accepted,
        "faults": recorded.faults,
        "receipt": recorded.receipt,
        **written,
    }


def _judged(return_: Return, place: Place) -> Judged:
    if place.why or place.issued is None or place.opened_on is None:
        return not_ours(return_, place.why, at=place.at)
    issued = place.issued
    return judge(
        return_,
        issued.book,
        period=issued.period,
        unit_code=issued.unit_code,
        unit_name=issued.unit_name,
        opened_on=place.opened_on,
        received_on=place.today,
    )


def _receipt(place: Place, recorded: Recorded) -> Receipt:
    return Receipt(
        number=recorded.receipt,
        unit_name=place.issued.unit_name if place.issued else "",
        title=place.issued.title if place.issued else "",
        file_name=recorded.file_name,
        received_at=recorded.received_at,
        accepted=recorded.accepted,
        problems=recorded.problems,
        faults=len(recorded.faults),
        sha256=recorded.sha256,
    )


def _notice(place: Place, recorded: Recorded) -> Notice:
    return Notice(
        file_name=recorded.file_name,
        receipt=recorded.receipt,
        received_on=recorded.received_at.astimezone(SHANGHAI).date(),
        issued=place.issued,
        opened_on=place.opened_on,
    )


def _file_name(place: Place, recorded: Recorded) -> str:
    whose = place.issued.unit_name if place.issued else Path(recorded.file_name).stem[:40]
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", f"{whose}-{recorded.receipt}")


def _write(path: Path, content: bytes) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    save(path, content)
    return str(path)


def _not_taken(path: Path, why: str) -> dict[str, Any]:
    return {
        "file": path.name,
        "unit": None,
        "accepted": False,
        "faults": [{"sheet": "", "cell": "", "reason": why}],
        "receipt": None,
    }
