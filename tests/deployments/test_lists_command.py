"""`zhiyong lists`: load, show, diff, for people and for programs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

pytestmark = pytest.mark.usefixtures("ledger")

Run = Callable[..., tuple[int, Any]]
SAMPLE = Path(__file__).parents[2] / "deployments" / "sample" / "lists.xlsx"


def revised(tmp_path: Path) -> Path:
    """The sample, in which U01 has published other duties."""
    book = openpyxl.load_workbook(SAMPLE)
    for row in book["公布"].iter_rows(min_row=2):
        if [row[0].value, row[1].value] == ["U01", "责任清单"]:
            row[2].value = "2015-09-01"
    book["责任清单"]["C2"] = "示例情形：改写"
    path = tmp_path / "修订.xlsx"
    book.save(path)
    return path


def test_the_sample_is_loaded_shown_and_compared(run: Run, tmp_path: Path) -> None:
    assert run("lists", "load", "--sample", "--json")[1]["new"] == 179
    assert "与现行版本相同 179 张" in run("lists", "load", "--sample")[1]
    status, shown = run("lists", "show", "--json")
    assert (status, shown["complete"], len(shown["units"])) == (0, 59, 60)
    assert "未公布：区环境卫生服务中心　程序清单" in run("lists", "show")[1]
    status, said = run("lists", "show", "--unit", "U01", "--list", "权力清单")
    assert (status, "待核原文" in said, "第1版" in said) == (0, True, True)
    assert run("lists", "load", str(revised(tmp_path)), "--by", "OFF-01", "--json")[1]["changed"] == 1
    status, found = run("lists", "diff", "--unit", "U01", "--list", "DUTY", "--json")
    assert [change["field"] for each in found["changed"] for change in each["changes"]] == ["追责情形"]
    assert "增加 0 项，减少 0 项，改动 1 项" in run("lists", "diff", "--unit", "U01", "--list", "责任清单")[1]
    assert (
        run("lists", "show", "--unit", "U01", "--list", "DUTY", "--version", "1", "--json")[1]["lists"][0]["version"]
        == 1
    )


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("load",), 2, "usage"),
        (("load", "x.xlsx", "--sample"), 2, "usage"),
        (("load", "/nowhere.xlsx"), 1, "bad-file"),
        (("load", "."), 1, "bad-file"),
        (("load", "--sample", "--by", "U01-01"), 1, "not-yours"),
        (("load", "--sample", "--by", "NOBODY"), 1, "unknown-officer"),
        (("show", "--unit", "U99"), 1, "unknown-unit"),
        (("show", "--unit", "U01"), 1, "unknown-list"),
        (("show", "--version", "1"), 2, "usage"),
        (("show", "--list", "权利清单"), 2, "usage"),
        (("diff", "--unit", "U01", "--list", "POWER"), 1, "unknown-list"),
        (("diff", "--unit", "U01"), 2, "usage"),
    ],
)
def test_what_cannot_be_done_is_said(run: Run, words: tuple[str, ...], status: int, code: str) -> None:
    ended, said = run("lists", *words, "--json")
    assert (ended, said["error"]["code"]) == (status, code)
