"""Answer workbooks: handed out to units, and answered from what comes back. Order only, and no Prefect.

Each sheet is answered by the same act as by the command, in a transaction of its own; one that fails stops no other.
"""

import hashlib
import logging
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

from models.answer_book import Answered, read_answers
from models.forms import SignOff
from models.grids import Unreadable, read_grids
from models.journal import Actor
from models.refusals import InvalidForm, NotYours, Refusal
from models.steps import STEPS
from reports.answer_book import answer_book, returned_copy
from reports.sheet_looks import save
from settings import settings
from tasks.answer import answer
from tasks.answer_book import steps_for, steps_of_other_cases
from tasks.campaign_collect import may_collect
from tasks.incoming_files import TooLarge, files_in, read_whole
from tasks.kept_files import keep

LONGEST_STEM = 40  # of what a file is called, so that its receipt's name is none too long for the disk

log = logging.getLogger("zhiyong.answers")


def hand_out(number: str, *, unit: str | None, actor: Actor) -> tuple[str, bytes]:
    """Return the case's number and the workbook with the unit's open steps. Raises a Refusal."""
    case, name, steps = steps_for(number, unit=unit, actor=actor)
    return case, answer_book(case, name, steps)


def collect_answers(path: Path, *, actor: Actor, out: Path) -> list[dict[str, Any]]:
    """Answer from a file, or from those that lie directly in a folder; return for each what became of it.

    One that fails never stops the others. Raises NotYours, UnknownOfficer.
    """
    may_collect(actor)
    return [_collected(each, actor, out) for each in (files_in(path) if path.is_dir() else [path])]


def _collected(path: Path, actor: Actor, out: Path) -> dict[str, Any]:
    """Collect one file; `items` has what was answered even where the rest could not be done."""
    done: dict[str, Any] = {"file": path.name, "case": None, "accepted": False, "items": [], "faults": [], "why": ""}
    try:
        content = read_whole(path)
    except (OSError, TooLarge):
        return done | {"why": "文件不存在，或无法读取"}
    try:
        _take(path, content, done, actor=actor, out=out)
    except Refusal as refusal:
        why = refusal.message
    except OperationalError:
        log.warning("a workbook could not be collected: the ledger is out of reach")
        why = "台账暂时无法连接，请稍后重试"
    except Exception as error:  # one file never stops the others; it stays as it is, for somebody to look at
        log.exception("a workbook could not be collected: %s", type(error).__name__)
        why = "系统处理该文件时出错，请与系统管理员联系"
    else:
        return done
    answered = "（所列环节已按所列结果办理，只是没有回执）" if done["items"] else ""
    return done | {"accepted": False, "why": f"{why}{answered}"}


def _take(path: Path, content: bytes, done: dict[str, Any], *, actor: Actor, out: Path) -> None:
    sha256 = hashlib.sha256(content).hexdigest()
    keep(settings().documents / "returned", content, sha256)
    case, why = "", ""
    sheets: list[Answered] = []
    try:
        case, sheets = read_answers(read_grids(content))
        why = "" if sheets else "不是办理答复表，看不出是哪个案件的"
    except Unreadable as error:
        why = str(error)
    done |= {"case": case or None, "why": why}
    strangers = steps_of_other_cases(case, [each.step.assignment for each in sheets])
    for each in sheets:
        item, wrong = _answer(each, actor, sha256, strange=each.step.assignment in strangers)
        done["items"].append(item)
        done["faults"] += [{"sheet": each.step.sheet, "cell": cell, "reason": reason} for cell, reason in wrong]
    receipt = f"{case or '无归属'}-{sha256[:10].upper()}"
    lines = [f"编号：{receipt}　文件：{path.name}", *([why] if why else [])]
    lines += [f"{each['title']}（待办{each['assignment']}）：{each['says']}" for each in done["items"]]
    target = out / f"{path.stem[:LONGEST_STEM]}-回执-{sha256[:10].upper()}.xlsx"
    save(target, returned_copy(content, lines, done["faults"]))
    answered = any(each["result"] == "answered" for each in done["items"])
    done |= {"accepted": answered and not done["faults"], "receipt": receipt, "receipt_file": str(target)}


def _answer(
    said: Answered, actor: Actor, sha256: str, *, strange: bool
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Answer one step; return what became of it, and its faults by cell.

    strange: whether it is no step of the case that the workbook was handed out for.
    """
    step = STEPS[said.step.kind]
    item: dict[str, Any] = {"assignment": said.step.assignment, "step": said.step.kind, "title": step.title}
    if strange:
        why = "该表的待办不是本案的，请用本案发放的答复表填写"
        return item | {"result": "another-case", "says": why}, [(said.cell_of(""), why)]
    if said.empty:
        return item | {"result": "empty", "says": "未填写，未办理"}, []
    faults = list(said.faults)
    on_paper = step.form is SignOff
    if not on_paper and not said.officer:
        faults.append((said.cell_of(""), "未填办理人代码"))
    if on_paper and not said.data.get("paper_number"):
        faults.append((said.cell_of("纸质签字件编号"), "签字背书须附纸质签字件，填写编号、签字人代码和签字日期"))
    if not faults:
        who = actor if on_paper else Actor(code=said.officer, recorded_by=actor.code, file=sha256)
        try:
            if who.code in ("system", actor.code) and not on_paper:
                raise NotYours("办理人代码须为责任单位的办理人员。")
            answer(said.step.assignment, data=said.data, actor=who, version=said.step.version)
            return item | {"result": "answered", "says": "已办理"}, []
        except InvalidForm as invalid:
            for where, why in invalid.faults:
                faults.append((said.cell_of(where.split("第")[0]), f"{where}：{why}" if where else why))
            return item | {"result": invalid.code, "says": "填写有误，请改正后重新报送"}, faults
        except Refusal as refusal:
            return item | {"result": refusal.code, "says": refusal.message}, [(said.cell_of(""), refusal.message)]
    return item | {"result": "invalid-form", "says": "填写有误，请改正后重新报送"}, faults
