"""Loading the official text of the accountability list's 46 slots from a workbook."""

from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from sqlalchemy import func, select

from models import journal
from models.clause import Clause
from models.database import transaction
from models.journal import Actor, sha256_of
from models.refusals import BadFile

HEADINGS = ("序号", "原文")


def load_clauses(path: Path, *, actor: Actor) -> dict[str, int]:
    """Load a workbook with the columns 序号 (1-46) and 原文; further columns are not read.

    All or nothing: every fault is named by its cell. A slot that has a text gets the new one, both in the journal.
    Raises BadFile.
    """
    texts = _read(path)
    with transaction() as session:
        changed = 0
        for clause in session.scalars(select(Clause).where(Clause.slot.in_(texts)).with_for_update()):
            if clause.text != texts[clause.slot]:
                detail: dict[str, Any] = {"slot": clause.slot, "old": sha256_of(clause.text)}
                clause.text = texts[clause.slot]
                journal.write(
                    session, case=None, actor=actor, what="clause", detail=detail | {"new": sha256_of(clause.text)}
                )
                changed += 1
        session.flush()
        filled = session.scalar(select(func.count()).where(Clause.citable)) or 0
        return {"slots": 46, "rows": len(texts), "changed": changed, "filled": filled, "empty": 46 - filled}


def _read(path: Path) -> dict[int, str]:
    try:
        sheet = load_workbook(path, read_only=True, data_only=True).worksheets[0]
        rows = list(sheet.iter_rows(values_only=True))
    except Exception:  # openpyxl raises whatever a damaged file makes it stumble over
        raise BadFile(f"无法读取“{path.name}”：不是有效的 xlsx 工作簿。") from None
    header = [str(cell or "").strip() for cell in rows[0]] if rows else []
    missing = [each for each in HEADINGS if each not in header]
    if missing:
        raise BadFile(f"“{path.name}”第1行缺少列：{'、'.join(missing)}。")
    number, text = (header.index(each) for each in HEADINGS)
    texts: dict[int, str] = {}
    faults: list[str] = []
    for row, cells in enumerate(rows[1:], 2):
        slot, content = cells[number], str(cells[text] or "").strip()
        if slot is None and not content:
            continue
        if isinstance(slot, bool) or not str(slot).isdigit() or not 1 <= int(str(slot)) <= 46:
            faults.append(f"第{row}行序号应为1—46")
        elif int(str(slot)) in texts:
            faults.append(f"第{row}行序号重复")
        elif not content:
            faults.append(f"第{row}行原文为空")
        else:
            texts[int(str(slot))] = content
    if faults:
        raise BadFile(f"“{path.name}”未载入：{'；'.join(faults)}。")
    return texts
