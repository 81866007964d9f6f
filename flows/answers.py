"""Answer workbooks: handed out to units, and answered from what comes back. Order only, and no Prefect.

Each sheet is answered by the same act as by the command, in a transaction of its own; one that fails stops no other.
"""

import hashlib
from pathlib import Path
from typing import Any

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


def hand_out(number: str, *, unit: str | None, actor: Actor) -> tuple[str, bytes]:
    """Return the case's number and the workbook with the unit's open steps. Raises a Refusal."""
    case, name, steps = steps_for(number, unit=unit, actor=actor)
    return case, answer_book(case, name, steps)


def collect_answers(path: Path, *, actor: Actor, out: Path) -> list[dict[str, Any]]:
    """Answer from a file, or from those that lie directly in a folder. Raises NotYours, UnknownOfficer."""
    may_collect(actor)
    return [_collected(each, actor, out) for each in (files_in(path) if path.is_dir() else [path])]


def _collected(path: Path, actor: Actor, out: Path) -> dict[str, Any]:
    try:
        content = read_whole(path)
    except (OSError, TooLarge):
        return {"file": path.name, "case": None, "accepted": False, "items": [], "why": "文件不存在，或无法读取"}
    sha256 = hashlib.sha256(content).hexdigest()
    keep(settings().documents / "returned", content, sha256)
    case, why = "", ""
    sheets: list[Answered] = []
    try:
        case, sheets = read_answers(read_grids(content))
        why = "" if sheets else "不是办理答复表，看不出是哪个案件的"
    except Unreadable as error:
        why = str(error)
    items: list[dict[str, Any]] = []
    faults: list[dict[str, str]] = []
    strangers = steps_of_other_cases(case, [each.step.assignment for each in sheets])
    for each in sheets:
        item, wrong = _answer(each, actor, sha256, strange=each.step.assignment in strangers)
        items.append(item)
        faults += [{"sheet": each.step.sheet, "cell": cell, "reason": reason} for cell, reason in wrong]
    receipt = f"{case or '无归属'}-{sha256[:10].upper()}"
    lines = [f"编号：{receipt}　文件：{path.name}", *([why] if why else [])]
    lines += [f"{each['title']}（待办{each['assignment']}）：{each['says']}" for each in items]
    target = out / f"{path.stem}-回执-{sha256[:10].upper()}.xlsx"
    save(target, returned_copy(content, lines, faults))
    accepted = bool(items) and not faults and any(each["result"] == "answered" for each in items)
    return {
        "file": path.name,
        "case": case or None,
        "accepted": accepted,
        "receipt": receipt,
        "receipt_file": str(target),
        "items": items,
        "faults": faults,
        "why": why,
    }


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
