"""The periodic reports on two months of a busy office: totals as SQL finds them, the units' sum, and on paper."""

import re
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import text

from models.database import transaction
from reports.periodic_report import Wanted, write_periodic_report
from tests.reports.busy_office import two_months

IN_MAY = "BETWEEN '2026-05-01 00:00+08' AND '2026-05-31 23:59:59.999999+08'"
FOUND = {
    "收到来件": f"SELECT count(*) FROM message WHERE received_at {IN_MAY}",
    "立案": f'SELECT count(*) FROM "case" WHERE opened_at {IN_MAY}',
    "办结": f"""SELECT count(*) FROM "case" WHERE closed_at {IN_MAY} AND status <> 'MERGED'""",
    "其中销号": f"""SELECT count(*) FROM "case" WHERE closed_at {IN_MAY} AND status = 'WRITTEN_OFF'""",
    "期末在办": """SELECT count(*) FROM "case" WHERE opened_at < '2026-06-01 00:00+08'
        AND (closed_at IS NULL OR closed_at >= '2026-06-01 00:00+08')""",
    "启动二次办理": f"""SELECT count(*) FROM answer r JOIN assignment s ON s.id = r.assignment_id
        WHERE s.kind = 'quality-review' AND r.answered_at {IN_MAY}""",
    "一案双查": f"""SELECT count(DISTINCT answer_id) FROM double_check d JOIN answer r ON r.id = d.answer_id
        WHERE r.answered_at {IN_MAY}""",
    "问责（人次）": f"""SELECT count(*) FROM accountability_decision d JOIN answer r ON r.id = d.answer_id
        WHERE d.unit_code IS NULL AND r.answered_at {IN_MAY}""",
}


@pytest.fixture(scope="module")
def folder(shared_ledger: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the report on May."""
    two_months()
    folder = tmp_path_factory.mktemp("periodic")
    may = {"from_day": date(2026, 5, 1), "to_day": date(2026, 5, 31)}
    write_periodic_report("monthly", Wanted(**may), out=folder / "all.xlsx")
    return folder


def rows(folder: Path, sheet: str) -> list[tuple[Any, ...]]:
    """Return the rows of a sheet."""
    return list(openpyxl.load_workbook(folder / "all.xlsx", data_only=True)[sheet].iter_rows(values_only=True))


@pytest.mark.parametrize("label", FOUND)
def test_the_first_page_says_what_sql_finds(folder: Path, label: str) -> None:
    said = {str(row[0]).strip(): row[1] for row in rows(folder, "总体情况")}
    with transaction() as session:
        assert said[label] == session.execute(text(FOUND[label])).scalar_one() > 0


def test_call_backs_are_rated_as_sql_rates_them(folder: Path) -> None:
    rates = {row[0]: row[1:4] for row in rows(folder, "比率")}
    valid = f"FROM call_back WHERE recorded_at {IN_MAY} AND result IN ('SATISFIED', 'FAIR', 'DISSATISFIED')"
    with transaction() as session:
        n, content = session.execute(
            text(f"SELECT count(*), count(*) FILTER (WHERE result <> 'DISSATISFIED') {valid}")
        ).one()
        asked, solved = session.execute(text(f"SELECT count(resolved), count(*) FILTER (WHERE resolved) {valid}")).one()
    assert rates["满意率"] == (content, n, content / n)
    assert rates["解决率"] == (solved, asked, solved / asked)


def test_units_with_too_few_are_not_ranked_and_come_last(folder: Path) -> None:
    places = [row[0] for row in rows(folder, "单位排名")[4:] if row[1]]
    ranked = [place for place in places if isinstance(place, int)]
    assert ranked == sorted(ranked)
    assert len(ranked) > 3
    for row in rows(folder, "单位排名")[4:]:
        if row[0] == "—":
            assert row[-1] == "样本不足"


@pytest.mark.skipif(shutil.which("soffice") is None or shutil.which("pdftotext") is None, reason="没有安装 soffice")
def test_on_paper_the_first_page_is_one_page_and_no_column_is_cut(folder: Path) -> None:
    profile = f"-env:UserInstallation=file://{folder}/profile"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, folder / "all.xlsx"],
        check=True,
        capture_output=True,
        timeout=300,
    )
    printed = subprocess.run(
        ["pdftotext", "-layout", folder / "all.pdf", "-"], check=True, capture_output=True, text=True
    ).stdout
    pages = [re.sub(r"\s", "", page) for page in printed.split("\f") if page.strip()]
    assert all(
        word in pages[0] for word in ("2026年5月治庸问责月报", "响应率", "追责严", "来件来源（件）", "台账校验值")
    )
    titles = ("来件分布", "办理时效", "比率", "二次办理和问责")
    assert all(f"月报：{title}" in page for title, page in zip(titles, pages[1:5], strict=True))
    cases = [page for page in pages if "时限情况" in page]
    assert cases
    assert all("案件编号" in page and "问题概要" in page for page in cases)
    fonts = {
        cell.font.name for row in openpyxl.load_workbook(folder / "all.xlsx")["总体情况"] for cell in row if cell.value
    }
    assert fonts == {"方正小标宋简体", "仿宋_GB2312", "黑体", "Times New Roman"}
