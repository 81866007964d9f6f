"""Loading the official text of the accountability list."""

from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from models.clause import Clause
from models.database import transaction
from models.journal import Actor
from models.refusals import BadFile
from tasks.clauses_file import load_clauses

pytestmark = pytest.mark.usefixtures("ledger")


def load(path: Path, *rows: tuple[object, ...], headings: tuple[str, ...] = ("序号", "原文")) -> dict[str, int]:
    """Write a workbook and load it."""
    book = Workbook()
    for row in (headings, *rows):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(path)
    return load_clauses(path, actor=Actor(code="OFF-04"))


def test_a_loaded_slot_is_verified_and_the_others_stay_empty(tmp_path: Path) -> None:
    counts = load(tmp_path / "a.xlsx", (1, "（测试文本一）"), ("46", "（测试文本二）"))
    assert counts == {"slots": 46, "rows": 2, "changed": 2, "filled": 2, "empty": 44}
    with transaction() as session:
        clauses = {each.slot: each for each in session.scalars(select(Clause))}
        assert (clauses[1].status, clauses[2].status, clauses[46].text) == ("已核原文", "待核原文", "（测试文本二）")
        assert [clauses[slot].item for slot in (1, 15, 16, 40, 41, 46)] == [1, 15, 1, 25, 1, 6]
    assert load(tmp_path / "a.xlsx", (1, "（测试文本一）"))["changed"] == 0


def test_every_fault_is_named_and_nothing_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"第2行序号应为1—46；第3行原文为空；第5行序号重复"):
        load(tmp_path / "a.xlsx", (47, "甲"), (2, ""), (3, "乙"), (3, "丙"))
    with pytest.raises(BadFile, match="缺少列：原文"):
        load(tmp_path / "a.xlsx", (1, "甲"), headings=("序号", "条款"))
    (tmp_path / "b.xlsx").write_text("不是工作簿")
    with pytest.raises(BadFile, match="不是有效的 xlsx"):
        load_clauses(tmp_path / "b.xlsx", actor=Actor(code="OFF-04"))
    with transaction() as session:
        assert not any(each.text for each in session.scalars(select(Clause)))
