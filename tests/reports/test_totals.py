"""What each report adds up, on a ledger of some hundred cases, against SQL that knows nothing of the reports."""

import random
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from models.database import transaction
from models.policy import PolicyNumber
from tests.office import it_is
from tests.reports.by_chance import NOW, CaseByChance
from tests.reports.sheets import totals

CASES = 400
OPEN = "answered_at IS NULL AND withdrawn_at IS NULL"
RED = (
    f"EXISTS (SELECT FROM assignment a WHERE a.case_id = c.id AND {OPEN} AND due_at < :now "
    "AND kind <> 'opinion-tracking')"
)
CASE_OF = 'JOIN "case" c ON c.id = r.case_id'
REVIEWS = (
    'FROM answer r JOIN assignment s ON s.id = r.assignment_id JOIN "case" c ON c.id = s.case_id '
    "WHERE s.kind = 'quality-review' AND r.data->>'poorly_handled' = 'true' AND r.data->>'dissatisfied' = 'true'"
)
MEDIA = (
    "FROM case_message r JOIN message m ON m.id = r.message_id JOIN channel h ON h.code = m.channel_code "
    f"{CASE_OF} WHERE h.origin = 'MEDIA'"
)
TRACKED = " JOIN assignment t ON t.case_id = c.id AND t.kind = 'opinion-tracking' AND t.answered_at IS NOT NULL"
MESSAGES = f"FROM case_message r {CASE_OF}"
CHECKED = "FROM double_check r WHERE r.pursued AND r.position ="
WRITTEN_OFF = "c.status = 'WRITTEN_OFF'"
# By report and heading, what SQL finds; every total of every report is here.
FOUND: dict[str, dict[str, str]] = {
    "problem-ledger": {
        "案件编号": 'FROM "case"',
        "灯号": f'FROM "case" c WHERE {RED}',
        "是否销号": f'FROM "case" c WHERE {WRITTEN_OFF}',
    },
    "write-off-ledger": {
        "案件编号": f'FROM "case" c WHERE {WRITTEN_OFF} OR EXISTS (SELECT FROM assignment a WHERE a.case_id = c.id '
        "AND a.kind = 'write-off' AND a.withdrawn_at IS NULL)",
        "销号/状态": f'FROM "case" c WHERE {WRITTEN_OFF}',
    },
    "supervision-ledger": {
        "督办/编号": "FROM supervision",
        "办理/灯号": f"FROM supervision r {CASE_OF} WHERE r.ended_at IS NULL AND c.closed_at IS NULL AND {RED}",
        "办理/延期": "FROM extension e JOIN supervision r ON r.case_id = e.case_id WHERE e.agreed",
        "办理/催办次数": "FROM nudge n JOIN assignment a ON a.id = n.assignment_id JOIN supervision r "
        f"ON r.case_id = a.case_id {CASE_OF} WHERE n.stage = 'URGE' AND n.at >= r.begun_at "
        "AND n.at <= coalesce(r.ended_at, c.closed_at, 'infinity')",
        "办理/办结日": f"FROM supervision r {CASE_OF} WHERE r.ended_at IS NOT NULL OR c.closed_at IS NOT NULL",
    },
    "accountability-ledger": {
        "案件编号": "FROM accountability_decision",
        "执行日期": "FROM accountability_decision WHERE executed_on IS NOT NULL",
        "是否销号": f"FROM accountability_decision r {CASE_OF} WHERE {WRITTEN_OFF}",
    },
    "double-check-ledger": {
        "案件编号": "FROM assignment WHERE kind = 'double-check' AND withdrawn_at IS NULL",
        "双查/灯号": f"FROM assignment WHERE kind = 'double-check' AND {OPEN} AND due_at < :now",
        "直接责任人/结论": f"{CHECKED} 'DIRECT'",
        "“一把手”/结论": f"{CHECKED} 'HEAD'",
        "分管领导/结论": f"{CHECKED} 'DEPUTY'",
    },
    "second-round-ledger": {
        "案件编号": REVIEWS,
        "灯号": f"{REVIEWS} AND s.round + 1 = c.round AND {RED}",
        "是否销号": f"{REVIEWS} AND {WRITTEN_OFF}",
    },
    "opinion-ledger": {
        "舆情/期号、编号": MEDIA,
        "办理/灯号": f"{MEDIA} AND {RED}",
        "跟踪/记录次数": f"{MEDIA.replace(' WHERE', TRACKED + ' WHERE')}",
        "回应/日期": f"{MEDIA} AND EXISTS (SELECT FROM feedback f WHERE f.message_id = m.id AND f.told_on IS NOT NULL "
        "AND f.reply IN ('MEDIA', 'SOURCE'))",
        "是否销号": f"{MEDIA} AND {WRITTEN_OFF}",
    },
    "line-return": {
        "来件/来源编号": MESSAGES,
        "反馈/日期": f"{MESSAGES} WHERE EXISTS (SELECT FROM feedback f WHERE f.message_id = r.message_id "
        "AND f.told_on IS NOT NULL)",
        "办结日期": f"{MESSAGES} WHERE c.closed_at IS NOT NULL",
    },
    "publication-sheet": {
        "编号": "FROM (SELECT DISTINCT answer_id FROM feedback WHERE reply = 'ONLINE' AND told_on IS NOT NULL) r"
    },
}


@pytest.fixture(scope="module")
def _large_ledger(shared_ledger: str) -> None:
    """Fill the ledger by chance, but always by the same chance, past all acts: only the reports look at it."""
    it_is("2026-06-10", "12:00")
    chance = random.Random(20260610)
    with transaction() as session:
        limit = session.query(PolicyNumber).order_by(PolicyNumber.id).first()
        assert limit is not None
        for number in range(1, CASES + 1):
            CaseByChance(session, chance, number, limit.id).fill()


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_large_ledger")
@pytest.mark.parametrize("name", FOUND)
def test_the_last_row_says_what_sql_finds(name: str) -> None:
    shown = totals(name)
    assert shown.pop("序号") == "合计"
    with transaction() as session:
        found = {
            heading: session.execute(text(f"SELECT count(*) {query}"), {"now": NOW}).scalar_one()
            for heading, query in FOUND[name].items()
        }
    assert shown == found
    assert all(found.values())


@pytest.mark.usefixtures("_large_ledger")
def test_the_two_halves_of_a_period_add_up_to_the_whole() -> None:
    for name in FOUND:
        if name == "write-off-ledger":  # which shows of a period what was written off in it alone
            continue
        whole, *halves = (
            totals(name, **days) for days in ({}, {"to_day": date(2026, 5, 31)}, {"from_day": date(2026, 6, 1)})
        )
        assert {key: halves[0][key] + halves[1][key] for key in FOUND[name]} == {key: whole[key] for key in FOUND[name]}


@pytest.mark.usefixtures("_large_ledger")
def test_the_units_add_up_to_the_whole() -> None:
    for name in FOUND:
        whole = totals(name)
        parts = [totals(name, unit=f"U{unit:02}") for unit in range(1, 6)]
        assert {key: sum(part[key] for part in parts) for key in FOUND[name]} == {
            key: whole[key] for key in FOUND[name]
        }
