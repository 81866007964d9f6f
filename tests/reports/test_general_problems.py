"""普遍性问题分析表: the known office cell by cell, and what a unit, a period and a reader make of it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from models.journal import Actor
from models.refusals import NotYours
from reports.catalogue import write_report
from tasks.matters import list_matters, rule_on_matter
from tests.office import CLERK, HEAD
from tests.reports.known_office import Office
from tests.reports.sheets import every_text, lines, totals

NAME = "general-problems"
IN_MAY: dict[str, Any] = {"from_day": date(2026, 5, 1), "to_day": date(2026, 5, 31)}


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_what_four_reported_is_one_line_with_its_figures(office: Office) -> None:
    (line,) = lines(NAME, **IN_MAY)
    number = line.pop("问题编号")
    assert "窗口" in line.pop("问题（关键词）")
    cases = line.pop("案件编号").split("、")
    assert cases == sorted(office, key=lambda each: int(each.removesuffix("号").split("〕")[1]))
    assert line == {
        "序号": 1,
        "例案（概要，脱敏）": "窗口办事拖延，多次询问无回音",
        "来件数": 7,
        "反映人数/本期": 4,
        "反映人数/上期": 0,
        "反映人数/增减": 4,
        "首次来件": date(2026, 5, 6),
        "最近来件": date(2026, 5, 6),
        "责任单位": "区发展和改革局",
        "在办未列一类": 6,
        "趋势": "苗头性",
        "认定": "建议列为一类",
    }
    assert number == list_matters(**IN_MAY)["matters"][0]["matter"]
    assert totals(NAME, **IN_MAY) == {"序号": "合计", "来件数": 7, "在办未列一类": 6, "认定": 1}


def test_outside_of_the_period_and_for_another_unit_there_is_none(office: Office) -> None:
    assert lines(NAME, from_day=date(2026, 4, 1), to_day=date(2026, 4, 30)) == []
    assert lines(NAME, unit="U02", **IN_MAY) == []
    assert len(lines(NAME, unit="U01", **IN_MAY)) == 1


def test_nobody_who_sent_anything_stands_in_it_and_no_unit_gets_it(office: Office) -> None:
    write_report(NAME, by=CLERK, out=Path("分析表.xlsx"), **IN_MAY)
    text = every_text(Path("分析表.xlsx"))
    assert "来件人甲" not in text
    assert "13800001234" not in text
    with pytest.raises(NotYours):
        write_report(NAME, by="U01-01", out=Path("分析表.xlsx"), **IN_MAY)


def test_what_the_head_ruled_stands_in_it(office: Office) -> None:
    matter = list_matters(**IN_MAY)["matters"][0]["matter"]
    rule_on_matter(matter, accepted=False, actor=Actor(code=HEAD), reason="个别窗口问题", **IN_MAY)
    assert [line["认定"] for line in lines(NAME, **IN_MAY)] == ["不列为一类"]
