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
from models.steps import STEPS
from reports.catalogue import write_report
from reports.periodic_report import Wanted, write_periodic_report
from tests.reports.busy_office import SUMMARIES, two_months

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


END = "'2026-06-01 00:00+08'"
REACHABLE = """EXISTS (SELECT FROM case_message j JOIN complainant p USING (message_id)
    WHERE j.case_id = s.case_id AND (p.phone <> '' OR p.address <> ''))"""
LIMIT = "CASE c.grade WHEN 'SUDDEN' THEN 30 WHEN 'EMERGENCY' THEN 15 ELSE 60 END"
DUE = f"""(SELECT min(day) FROM calendar_day WHERE working
    AND day >= (c.opened_at AT TIME ZONE 'Asia/Shanghai')::date + {LIMIT})"""
OVERDUE = f"""SELECT c.* FROM "case" c WHERE opened_at < {END} AND (closed_at IS NULL OR closed_at >= {END})
    AND {DUE} < '2026-05-31'"""
WRITTEN_OFF = f"""SELECT c.* FROM "case" c WHERE status = 'WRITTEN_OFF' AND closed_at {IN_MAY}"""
AGAIN = """EXISTS (SELECT FROM assignment s JOIN answer r ON r.assignment_id = s.id
    WHERE s.case_id = c.id AND s.kind = 'quality-review')"""
LAST_CALL = """LEFT JOIN LATERAL (SELECT result, resolved FROM call_back b WHERE b.case_id = c.id
    AND result IN ('SATISFIED', 'FAIR', 'DISSATISFIED') ORDER BY b.id DESC LIMIT 1) l ON true"""
FINDING = """(SELECT r.data->>'finding' FROM answer r JOIN assignment s ON s.id = r.assignment_id
    WHERE s.case_id = c.id AND s.kind = 'investigation' ORDER BY r.id DESC LIMIT 1)"""
# Of each rate: how many hits, and of how many, in May.
RATES = {
    "响应率": f"""SELECT count(*) FILTER (WHERE r.answered_at <= s.due_at
        AND (NOT {REACHABLE} OR (r.data->>'first_contact_on')::date <= s.due_on)), count(*)
        FROM assignment s LEFT JOIN answer r ON r.assignment_id = s.id
        WHERE s.kind = 'receipt' AND s.due_at {IN_MAY} AND s.withdrawn_at IS NULL
        AND coalesce((r.data->>'received')::boolean, true)""",
    "按期办结率": f"""SELECT count(*) FILTER (WHERE (closed_at AT TIME ZONE 'Asia/Shanghai')::date <= {DUE}),
        count(*) + (SELECT count(*) FROM ({OVERDUE}) o) FROM "case" c
        WHERE closed_at {IN_MAY} AND status <> 'MERGED'""",
    "销号率": f"""SELECT count(*), count(*) + (SELECT count(*) FROM ({OVERDUE}) o WHERE problem_class IS NOT NULL)
        FROM ({WRITTEN_OFF}) w""",
    "重办率": f"SELECT count(*) FILTER (WHERE {AGAIN}), count(*) FROM ({WRITTEN_OFF}) c",
    "发现早：先于曝光和交办发现率": f"""SELECT count(*) FILTER (WHERE h.origin IN ('COMPLAINT', 'UNIT')),
        count(h.origin) FROM message m JOIN channel h ON h.code = m.channel_code WHERE m.received_at {IN_MAY}""",
    "处置快：各环节按期率": f"""SELECT count(*) FILTER (WHERE answered_at <= due_at), count(*)
        FROM assignment s WHERE answered_at {IN_MAY} OR (opened_at < {END} AND due_at < {END}
        AND withdrawn_at IS NULL AND (answered_at IS NULL OR answered_at >= {END}))""",
    "整改实：一次整改到位率": f"""SELECT count(*) FILTER (WHERE NOT {AGAIN} AND l.resolved
        AND l.result IN ('SATISFIED', 'FAIR')), count(l.result) FROM ({WRITTEN_OFF}) c {LAST_CALL}""",
    "追责严：查实案件问责率": f"""SELECT count(*) FILTER (WHERE EXISTS (SELECT FROM accountability_decision d
        WHERE d.case_id = c.id)), count(*) FROM ({WRITTEN_OFF}) c WHERE {FINDING} IN ('SUBSTANTIATED', 'PARTLY')""",
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


@pytest.mark.parametrize("name", RATES)
def test_each_rate_is_what_sql_reckons(folder: Path, name: str) -> None:
    rates = {row[0]: row[1:4] for row in rows(folder, "比率")}
    with transaction() as session:
        hits, n = session.execute(text(RATES[name])).one()
    assert 0 < hits <= n
    assert n > 10
    assert rates[name] == (hits, n, pytest.approx(hits / n))


def test_the_pace_of_each_step_is_what_sql_reckons(folder: Path) -> None:
    worked = """(SELECT count(*) FROM calendar_day WHERE working AND day > s.opens_on
        AND day <= (s.answered_at AT TIME ZONE 'Asia/Shanghai')::date)"""
    pace = f"""SELECT count(*), count(*) FILTER (WHERE answered_at <= due_at), avg({worked})::float,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY {worked})
        FROM assignment s WHERE kind = :kind AND answered_at {IN_MAY}"""
    said = {row[0]: row for row in rows(folder, "办理时效")}
    with transaction() as session:
        for step in (STEPS[kind] for kind in ("classification", "receipt", "investigation", "filing", "call-back")):
            done, in_time, average, middle = session.execute(text(pace), {"kind": step.name}).one()
            assert said[step.title][1:4] == (done, in_time, done - in_time)
            assert said[step.title][5] == pytest.approx(average)
            assert said[step.title][6] == pytest.approx(middle)


def test_the_units_add_up_to_the_district(folder: Path, tmp_path: Path) -> None:
    said = [row for row in rows(folder, "单位排名")[4:] if row[1] is not None]
    total = next(row for row in rows(folder, "单位排名") if row[0] == "合计")
    for column in (2, 3, 4, 5):
        assert sum(row[column] for row in said) == total[column]
    may = {"from_day": date(2026, 5, 1), "to_day": date(2026, 5, 31)}
    with transaction() as session:
        for code, name in session.execute(
            text("SELECT code, name FROM unit WHERE code IN ('U01', 'U02', 'U03')")
        ).all():
            write_periodic_report("monthly", Wanted(**may, unit=code), out=tmp_path / "unit.xlsx")
            first = openpyxl.load_workbook(tmp_path / "unit.xlsx", data_only=True)["总体情况"].iter_rows(
                values_only=True
            )
            figures = {str(row[0]).strip(): row[1] for row in first if row[0]}
            line = next(row for row in said if row[1] == name)
            assert (figures["收到来件"], figures["办结"], figures["其中超过总时限"]) == line[2:5]


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
    places = [next(at for at, page in enumerate(pages) if f"月报：{title}" in page) for title in titles]
    assert places[0] == 1
    assert places[2:] == [places[1] + 1, places[1] + 2]  # of one page each; how what came divides may go on
    cases = [page for page in pages if "时限情况" in page]
    assert cases
    assert all("案件编号" in page and "问题概要" in page for page in cases)
    fonts = {
        cell.font.name for row in openpyxl.load_workbook(folder / "all.xlsx")["总体情况"] for cell in row if cell.value
    }
    assert fonts == {"方正小标宋简体", "仿宋_GB2312", "黑体", "Times New Roman"}


def test_the_analysis_of_general_problems_adds_up_as_sql_does(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "general.xlsx"
    written = write_report("general-problems", from_day=date(2026, 5, 1), to_day=date(2026, 5, 31), out=target)
    said = list(openpyxl.load_workbook(target, data_only=True).worksheets[0].iter_rows(min_row=5, values_only=True))
    lines, total = said[: written["rows"]], said[written["rows"]]
    assert len(lines) == len(SUMMARIES)
    came = f"""SELECT count(*) FROM message m JOIN case_message j ON j.message_id = m.id
        JOIN "case" c ON c.id = j.case_id WHERE m.received_at {IN_MAY} AND m.subject = :subject
        AND c.status <> 'TRANSFERRED'"""
    waiting = """SELECT count(DISTINCT c.id) FROM "case" c WHERE c.number = ANY(:cases) AND c.closed_at IS NULL
        AND c.problem_class IS DISTINCT FROM 'COMMON'"""
    with transaction() as session:
        for line in lines:
            cases = line[12].split("、")
            subjects = session.scalars(
                text(
                    "SELECT DISTINCT m.subject FROM message m JOIN case_message j ON j.message_id = m.id "
                    'JOIN "case" c ON c.id = j.case_id WHERE c.number = ANY(:cases)'
                ),
                {"cases": cases},
            ).all()
            assert len(subjects) == 1  # what is alike is one matter, and nothing else is
            assert line[4] == session.execute(text(came), {"subject": subjects[0]}).scalar_one()
            assert line[13] == session.execute(text(waiting), {"cases": cases}).scalar_one()
    assert (total[4], total[13]) == (sum(line[4] for line in lines), sum(line[13] for line in lines))
