"""Verifying the ledger: what nobody touched holds, beside writers too; whatever was tampered with is reported."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session

from models import journal
from models.case import CaseSubject
from models.database import engine, transaction
from models.journal import Actor
from models.ledger import Base
from models.words import Basis
from tasks.extend import extend
from tasks.hand_over import transfer
from tasks.merge import merge
from tasks.message import attach
from tasks.reclassify import reclassify
from tasks.supervise import lift_supervision, supervise
from tasks.suspend import suspend, wake
from tasks.verify import Verified, examine, seal, verify
from tests.office import CLERK, HEAD, act, advance, assignment_of, carry, classify, it_is, report

HANDLED, MERGED, LINKED, REFUSED, WAITING, ARRANGED = (f"洪治庸〔2026〕{sequence}号" for sequence in range(1, 7))
OUTSIDE = {"name": "丁某", "post": "窗口人员", "unit": "区教育局"}
ADMONITION = {"person": "U02-05", "measures": ["ADMONITION", "CRITICISM"]}
DECIDED = ADMONITION | {"deciding_body": "区纪委监察局", "decided_on": "2026-05-07"}
NOT_AS_ANSWERED = "办理意见与日志不符"
NOT_AS_OPENED = "案件编号、立案时间或由来与日志不符"
NOT_AS_REGISTERED = "来件内容或来件人与登记时不符"
NOT_AS_JOINED = "来件所属案件与日志不符"
NOT_AS_MOVED = "状态或办结情况与日志不符"
NOT_AS_RULED = "类别、等级、责任单位或办理轮次与分类意见不符"
NOT_AS_SEALED = "封存之后，此前的日志被改动或缺失"
CUT_OFF = "末尾缺少记录或被改动"
NOT_AS_LEFT = "被改动、缺失或未经办理形成"
Break = tuple[str | None, str, str]
Tamper = Callable[..., list[Break]]


@pytest.fixture(scope="module")
def lived(shared_ledger: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A ledger in which much has happened; return its URL.

    HANDLED was ruled upon anew, went through two rounds and is written off; it has two messages and a photo. LINKED is
    against the leaders of its unit. WAITING waits for its investigation. ARRANGED does so too: handed over, extended,
    supervised, and woken from a rest.
    """
    photo = tmp_path_factory.mktemp("photo") / "现场.jpg"
    photo.write_bytes(b"photo")
    clerk = Actor(code=CLERK)
    it_is("2026-05-06")
    with transaction() as session:
        journal.write(session, case=None, actor=journal.SYSTEM, what="registry")
    assert report() == HANDLED
    assert report(number="A-2", name="", phone="") == MERGED
    attach(1, photo, actor=clerk)
    merge(2, into=HANDLED, actor=clerk, reason="同一问题")
    classify(HANDLED, subjects=["U02-05", OUTSIDE])
    it_is("2026-05-07")
    seal()
    reclassify(HANDLED, data={"grade": "SUDDEN"}, actor=clerk, reason="等级有误")
    carry(
        HANDLED,
        instead={
            "investigation-1": {"accountability": [ADMONITION]},
            "filing-1": {"lapse": "TOO_LIGHT"},
            "accountability-decision-1": {"decisions": [DECIDED, DECIDED | {"person": OUTSIDE}]},
            "call-back-1": {"result": "DISSATISFIED", "resolved": False},
            "quality-review-1": {"poorly_handled": True},
        },
    )
    assert report(number="A-3") == REFUSED
    carry(REFUSED, instead={"classification": {"outcome": "REJECT", "reason": "不属受理范围"}})
    it_is("2026-05-08")
    seal()
    assert report(number="A-4") == WAITING
    classify(WAITING)
    act(WAITING, "receipt-1", "U01-03", received=True)
    assert report(number="A-5") == ARRANGED
    classify(ARRANGED)
    act(ARRANGED, "receipt-1", "U01-03", received=True)
    investigation = assignment_of(ARRANGED, "investigation-1")
    transfer(investigation, to="U01-05", actor=Actor(code="U01-01"), reason="出差")
    extend(investigation, days=3, actor=Actor(code="U01-05"), reason="情况复杂")
    advance(ARRANGED)
    act(ARRANGED, "extension-approval-1", HEAD, agreed=True)
    for instruction in ("尽快查清", "再查"):
        if instruction == "再查":
            lift_supervision(ARRANGED, actor=Actor(code=HEAD), reason="另行批示")
        supervise(
            ARRANGED,
            basis=Basis.INSTRUCTION,
            instruction=instruction,
            leader="某副区长",
            every=5,
            actor=Actor(code=HEAD),
        )
    suspend(ARRANGED, actor=Actor(code=HEAD), reason="等待鉴定")
    it_is("2026-05-09")
    wake(ARRANGED, actor=Actor(code=HEAD), reason="鉴定已出")
    suspend(ARRANGED, actor=Actor(code=HEAD), reason="再等鉴定")
    seal()
    return shared_ledger


@pytest.fixture
def tamper(lived: str) -> Iterator[Tamper]:
    """Do what triggers and foreign keys forbid everybody else, and return what verifying then finds; all is undone."""
    with Session(engine(lived)) as session:

        def execute(*statements: str) -> list[Break]:
            for table in Base.metadata.tables:
                session.execute(text(f'ALTER TABLE "{table}" DISABLE TRIGGER ALL'))
            for statement in statements:
                session.execute(text(statement.replace(":", "\\:")))
            return breaks(examine(session))

        yield execute
        session.rollback()


def breaks(found: Verified) -> list[Break]:
    """Return what is broken."""
    assert found.ok is (found.broken == [])
    return [(each["case"], each["where"], each["why"]) for each in found.broken]


def test_a_ledger_that_nobody_touched_holds(lived: str) -> None:
    found = verify()
    assert (found.broken, found.cases) == ([], 6)
    assert found.entries > 90


def test_what_others_write_meanwhile_makes_no_difference(ledger: str) -> None:
    """After each of its first queries somebody registers a report and answers a step."""
    it_is("2026-05-06")
    first = report()
    written: list[str] = []

    def write_beside(connection: Connection, *_: Any) -> None:
        if connection.get_isolation_level() == "REPEATABLE READ" and len(written) < 12:
            written.append(report(number=f"W-{len(written)}"))
            classify(first if len(written) == 1 else written[-1])

    event.listen(engine(ledger), "after_cursor_execute", write_beside)
    found = verify()
    event.remove(engine(ledger), "after_cursor_execute", write_beside)
    assert (len(written), found.broken, found.cases) == (12, [], 1)
    assert (verify().broken, verify().cases) == ([], 13)


def test_it_could_not_write_if_it_would(ledger: str) -> None:
    allowed: list[Any] = []

    def ask(connection: Connection, cursor: psycopg.Cursor[Any], *_: Any) -> None:
        allowed.extend(cursor.connection.execute("SHOW transaction_read_only"))

    event.listen(engine(ledger), "after_cursor_execute", ask)
    verify()
    event.remove(engine(ledger), "after_cursor_execute", ask)
    assert set(allowed) == {("on",)}


# The journal itself: entry 5 of HANDLED is its first answer.

THE_ENTRY = "WHERE case_id = 1 AND position = 5"
CHANGED: Break = (HANDLED, "日志第5条", "内容被改动")


@pytest.mark.parametrize(
    "value",
    [
        "detail = '{}'",
        "detail = 'null'",
        "detail = '[]'",
        "detail = '\"甲\"'",
        "detail = '{\"answer\": 1}'",
        'detail = \'{"sha256": "甲"}\'',
        'detail = \'{"answer": {}, "sha256": []}\'',
        "detail = '{\"answer\": 1e5000}'",
        "detail = (repeat('[', 5000) || repeat(']', 5000))::jsonb",
        "what = 'answer', detail = '{\"answer\": 99}'",
        "via = 'carrier-pigeon'",
        "at = 'infinity'",
        "at = '-infinity'",
        "at = '10000-01-01'",
        "at = '0044-03-15 BC'",
        "actor = ''",
        "os_user = '甲'",
    ],
)
def test_an_entry_of_which_nothing_can_be_made_is_reported(value: str, tamper: Tamper) -> None:
    found = tamper(f"UPDATE journal SET {value} {THE_ENTRY}")
    assert CHANGED in found
    assert (HANDLED, "classification", NOT_AS_ANSWERED) in found


@pytest.mark.parametrize("what", ["register", "attach", "merge", "answer", "record", "annul", "open", "due", "move"])
@pytest.mark.parametrize("detail", ["{}", "null", "[[]]", "1"])
def test_no_sort_of_entry_need_hold_what_it_should(what: str, detail: str, tamper: Tamper) -> None:
    assert len(tamper(f"UPDATE journal SET detail = '{detail}' WHERE what = '{what}'")) > 1


def test_an_entry_that_was_removed_is_reported(tamper: Tamper) -> None:
    assert tamper(f"DELETE FROM journal {THE_ENTRY}")[0] == (HANDLED, "日志第5条", "缺少记录")


def test_the_last_entry_that_was_removed_is_reported_though_it_was_not_sealed(tamper: Tamper) -> None:
    assert (WAITING, "日志末条", CUT_OFF) in tamper(
        "DELETE FROM seal", "DELETE FROM journal WHERE case_id = 5 AND position = 7"
    )


def test_the_journal_of_a_case_that_is_gone_is_reported(tamper: Tamper) -> None:
    assert (None, "日志末条", CUT_OFF) in tamper('DELETE FROM "case" WHERE id = 5')


def test_the_head_of_the_office_s_chain_is_checked_though_the_row_is_gone(tamper: Tamper) -> None:
    assert tamper("DELETE FROM office_chain") == [(None, "日志末条", CUT_OFF)]


# The seals: 6, 7 and 8 May.


def test_an_entry_that_was_removed_with_all_that_spoke_of_it_is_reported_by_the_seal(tamper: Tamper) -> None:
    found = tamper(
        "DELETE FROM journal WHERE case_id = 5 AND position = 7",
        "DELETE FROM assignment WHERE case_id = 5 AND step = 'investigation-1'",
        'UPDATE "case" SET (length, head) = (SELECT position, hash FROM journal WHERE case_id = 5 AND position = 6)'
        " WHERE id = 5",
    )
    assert found == [(None, "2026-05-08封存", NOT_AS_SEALED)]


@pytest.mark.parametrize(
    ("tampering", "days"),
    [
        ("UPDATE seal SET heads = repeat('a', 64) WHERE day = '2026-05-07'", ["2026-05-07"]),
        ("UPDATE seal SET hash = repeat('a', 64) WHERE day = '2026-05-07'", ["2026-05-07", "2026-05-08"]),
        ("UPDATE seal SET last_entry = 0 WHERE day = '2026-05-07'", ["2026-05-07", "2026-05-08"]),
        ("UPDATE seal SET day = 'infinity' WHERE day = '2026-05-08'", ["infinity"]),
        ("DELETE FROM seal WHERE day = '2026-05-06'", ["2026-05-07"]),
        ("DELETE FROM seal WHERE day = '2026-05-07'", ["2026-05-08"]),
    ],
)
def test_a_seal_that_was_changed_or_removed_is_reported(tampering: str, days: list[str], tamper: Tamper) -> None:
    assert [where for _, where, _ in tamper(tampering)] == [f"{day}封存" for day in days]


# Answers and annulments.


@pytest.mark.parametrize(
    "change",
    [
        "data = '{}'",
        "data = 'null'",
        "data = '{\"agreed\": 1e5000}'",
        "data = (repeat('[', 5000) || repeat(']', 5000))::jsonb",
        "data = data || '{\"agreed\": false}'",
        "officer_code = 'U01-02'",
        "os_user = '甲'",
        "via = 'prefect'",
        "via = 'carrier-pigeon'",
        "answered_at = answered_at + interval '1 second'",
        "answered_at = 'infinity'",
    ],
)
def test_an_answer_that_was_changed_is_reported(change: str, tamper: Tamper) -> None:
    assert tamper(f"UPDATE answer SET {change} WHERE assignment_id = {assignment_of(HANDLED, 'sign-off-1')}") == [
        (HANDLED, "sign-off-1", NOT_AS_ANSWERED)
    ]


def test_an_answer_that_was_moved_to_another_step_is_reported(tamper: Tamper) -> None:
    found = tamper(
        f"UPDATE answer SET assignment_id = {assignment_of(WAITING, 'investigation-1')}"
        f" WHERE assignment_id = {assignment_of(HANDLED, 'sign-off-1')}"
    )
    assert found == [(WAITING, "investigation-1", NOT_AS_ANSWERED)]


def test_answers_that_changed_places_are_reported(tamper: Tamper) -> None:
    first, second = assignment_of(HANDLED, "receipt-1"), assignment_of(HANDLED, "receipt-2")
    found = tamper(
        f"UPDATE answer SET assignment_id = -1 WHERE assignment_id = {first}",
        f"UPDATE answer SET assignment_id = {first} WHERE assignment_id = {second}",
        f"UPDATE answer SET assignment_id = {second} WHERE assignment_id = -1",
    )
    assert {(case, where) for case, where, _ in found} == {(HANDLED, "receipt-1"), (HANDLED, "receipt-2")}


def test_an_answer_that_was_removed_is_reported(tamper: Tamper) -> None:
    assert tamper(f"DELETE FROM answer WHERE assignment_id = {assignment_of(WAITING, 'receipt-1')}") == [
        (WAITING, "receipt-1", "办理意见缺失")
    ]


def test_an_answer_that_was_slipped_in_is_reported(tamper: Tamper) -> None:
    found = tamper(
        "INSERT INTO answer (assignment_id, officer_code, os_user, via, answered_at, data)"
        f" SELECT {assignment_of(WAITING, 'investigation-1')}, officer_code, os_user, via, answered_at, data"
        f" FROM answer WHERE assignment_id = {assignment_of(HANDLED, 'investigation-1')}"
    )
    assert found == [(WAITING, "investigation-1", NOT_AS_ANSWERED)]


@pytest.mark.parametrize(
    ("tampering", "step"),
    [
        ("DELETE FROM annulment", "classification"),
        ("UPDATE annulment SET reason = '另一个理由'", "classification"),
        ("UPDATE annulment SET annulled_by = 'OFF-02'", "classification"),
        ("UPDATE annulment SET annulled_at = '-infinity'", "classification"),
        (
            "INSERT INTO annulment SELECT id, answered_at, officer_code, '不算' FROM answer"
            " WHERE data ->> 'decision' = 'FILED' AND data ->> 'lapse' IS NOT NULL",
            "filing-1",
        ),
    ],
)
def test_an_annulment_that_was_removed_changed_or_forged_is_reported(tampering: str, step: str, tamper: Tamper) -> None:
    assert tamper(tampering) == [(HANDLED, step, "意见作废与日志不符")]


# What answers left behind.

TITLES = {
    "signature": "签字背书",
    "filing": "备案",
    "double_check": "一案双查",
    "accountability_decision": "问责决定",
    "decision_measure": "问责决定",
    "feedback": "反馈",
    "call_back": "回访",
    "case_subject": "被反映人",
}


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("signature", "signer = 'U01-02'"),
        ("signature", "signed_on = 'infinity'"),
        ("signature", "text = '{}', sha256 = encode(sha256('{}'), 'hex')"),
        ("signature", "paper_number = '签1号', recorded_by = 'OFF-01'"),
        ("filing", "number = '洪治庸备〔2026〕9' || id || '号'"),
        ("filing", "filed_at = filed_at - interval '1 day'"),
        ("filing", "lapse = 'unheard-of'"),
        ("double_check", "reason = '另一个理由'"),
        ("double_check", "pursued = true, measures = '[\"ADMONITION\"]'"),
        ("accountability_decision", "officer_code = NULL, person_id = NULL, unit_code = 'U01'"),
        ("accountability_decision", "document_number = '另一文号'"),
        ("accountability_decision", "executed_on = '2026-05-07'"),
        ("decision_measure", "measure = 'REMOVAL' WHERE measure = 'ADMONITION'"),
        ("feedback", "told_on = told_on + 1"),
        ("feedback", "text = '另一答复'"),
        ("call_back", "result = 'FAIR'"),
        ("call_back", "recorded_at = 'infinity'"),
    ],
)
def test_a_record_that_was_changed_is_reported(table: str, change: str, tamper: Tamper) -> None:
    assert tamper(f"UPDATE {table} SET {change}") == [(HANDLED, TITLES[table], NOT_AS_LEFT)]


@pytest.mark.parametrize("table", TITLES)
def test_one_record_that_was_removed_is_reported(table: str, tamper: Tamper) -> None:
    assert tamper(f"DELETE FROM {table} WHERE ctid = (SELECT min(ctid) FROM {table})") == [
        (HANDLED, TITLES[table], NOT_AS_LEFT)
    ]


@pytest.mark.parametrize("table", sorted(TITLES.keys() - {"decision_measure"}))
def test_a_record_that_was_forged_is_reported(table: str, tamper: Tamper) -> None:
    """A record is copied into a case that has none like it."""
    columns = ", ".join(f'"{each.name}"' for each in Base.metadata.tables[table].columns if each.name != "id")
    values = columns.replace('"case_id"', "5").replace('"number"', "'洪治庸备〔2026〕9号'").replace('"answer_id"', "-1")
    found = tamper(
        "SET session_replication_role = replica",
        f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} WHERE case_id = 1 ORDER BY id LIMIT 1",
    )
    assert found == [(WAITING, TITLES[table], NOT_AS_LEFT)]


def test_a_measure_that_was_added_to_a_decision_is_reported(tamper: Tamper) -> None:
    assert tamper("INSERT INTO decision_measure VALUES (1, 'DISMISSAL')") == [(HANDLED, "问责决定", NOT_AS_LEFT)]


def test_a_person_who_is_no_user_and_became_another_is_reported_wherever_he_is_named(tamper: Tamper) -> None:
    assert tamper("UPDATE person SET name = '戊某'") == [
        (HANDLED, title, NOT_AS_LEFT) for title in ("被反映人", "问责决定")
    ]


def test_records_that_changed_places_between_cases_are_reported_in_both(tamper: Tamper) -> None:
    assert tamper("UPDATE case_subject SET case_id = 1 WHERE case_id = 3 AND officer_code = 'U01-01'") == [
        (case, "被反映人", NOT_AS_LEFT) for case in (HANDLED, LINKED)
    ]


def test_what_a_savepoint_took_back_is_no_record(ledger: str) -> None:
    it_is("2026-05-06")
    report()
    with transaction() as session:
        savepoint = session.begin_nested()
        session.add(CaseSubject(case_id=1, officer_code="U01-02"))
        session.flush()
        savepoint.rollback()
        with session.begin_nested():
            session.add(CaseSubject(case_id=1, officer_code="U01-03"))
    assert verify().broken == []


# Messages.


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE message SET subject = '另一主题' WHERE id = 1",
        "UPDATE message SET text = text || '。' WHERE id = 1",
        "UPDATE message SET about_unit = '区教育局' WHERE id = 1",
        "UPDATE message SET received_at = 'infinity' WHERE id = 1",
        "UPDATE message SET channel_code = 'MAYOR_LINE' WHERE id = 1",
        "UPDATE message SET extra = '[1]' WHERE id = 1",
        "UPDATE complainant SET consent = true WHERE message_id = 1",
        "DELETE FROM complainant WHERE message_id = 1",
    ],
)
def test_a_message_that_was_changed_is_reported(tampering: str, tamper: Tamper) -> None:
    assert tamper(tampering) == [(HANDLED, "来件1", NOT_AS_REGISTERED)]


def test_a_complainant_who_was_added_is_reported(tamper: Tamper) -> None:
    assert tamper("INSERT INTO complainant VALUES (2, '来件人乙', '13800005678', '', false)") == [
        (MERGED, "来件2", NOT_AS_REGISTERED)
    ]


def test_what_is_found_out_about_a_message_later_is_no_tampering(tamper: Tamper) -> None:
    assert tamper("UPDATE message SET similar_to = 1, similarity = 0.9 WHERE id = 3") == []


def test_a_message_that_was_removed_is_reported(tamper: Tamper) -> None:
    assert tamper("DELETE FROM case_message WHERE message_id = 2", "DELETE FROM message WHERE id = 2") == [
        (MERGED, "来件2", NOT_AS_REGISTERED),
        (HANDLED, "来件2", NOT_AS_JOINED),
    ]


def test_a_message_that_was_slipped_in_is_reported(tamper: Tamper) -> None:
    columns = "channel_code, registered_at, subject, text, about_unit, extra"
    found = tamper(
        f"INSERT INTO message (source_number, received_at, {columns})"
        f" SELECT 'Z', received_at, {columns} FROM message WHERE id = 1"
    )
    assert found == [(None, "来件7", NOT_AS_REGISTERED)]


@pytest.mark.parametrize("change", ["case_id = 2", "joined_by = 'OFF-02'", "joined_at = joined_at + interval '1 day'"])
def test_a_message_that_was_moved_to_another_case_is_reported(change: str, tamper: Tamper) -> None:
    assert tamper(f"UPDATE case_message SET {change} WHERE message_id = 2") == [
        (MERGED if "case_id" in change else HANDLED, "来件2", NOT_AS_JOINED)
    ]


@pytest.mark.parametrize(
    "tampering", ["DELETE FROM attachment", "UPDATE attachment SET attached_at = attached_at + interval '1 day'"]
)
def test_an_attachment_that_was_removed_or_redated_is_reported(tampering: str, tamper: Tamper) -> None:
    assert tamper(tampering) == [(HANDLED, "来件1附件", "附件与日志不符")]


# Cases and their steps.


@pytest.mark.parametrize(
    ("change", "case", "where", "why"),
    [
        ("closed_by = 'OFF-05' WHERE id = 1", HANDLED, "案件状态", NOT_AS_MOVED),
        ("closed_by = 'OFF-05' WHERE id = 2", MERGED, "案件状态", NOT_AS_MOVED),
        ("closed_by = 'OFF-05' WHERE id = 4", REFUSED, "案件状态", NOT_AS_MOVED),
        ("closing_reason = '另一理由' WHERE id = 1", HANDLED, "案件状态", NOT_AS_MOVED),
        ("closed_at = 'infinity' WHERE id = 1", HANDLED, "案件状态", NOT_AS_MOVED),
        ("merged_into = 5 WHERE id = 2", MERGED, "案件状态", NOT_AS_MOVED),
        (
            "status = 'FILING', previous_status = 'SIGNING' WHERE id = 5",
            WAITING,
            "案件状态",
            NOT_AS_MOVED,
        ),
        (
            "status = 'REVIEW', closed_at = NULL, closed_by = NULL, closing_reason = NULL WHERE id = 1",
            HANDLED,
            "案件状态",
            NOT_AS_MOVED,
        ),
        (
            "number = '洪治庸〔2026〕50号', sequence = 50 WHERE id = 5",
            "洪治庸〔2026〕50号",
            "立案",
            NOT_AS_OPENED,
        ),
        ("sequence = 50 WHERE id = 5", WAITING, "立案", NOT_AS_OPENED),
        (
            "opened_at = opened_at + interval '1 day' WHERE id = 5",
            WAITING,
            "立案",
            NOT_AS_OPENED,
        ),
        ("linked_from = NULL WHERE id = 3", LINKED, "立案", NOT_AS_OPENED),
        ("unit_code = 'U02' WHERE id = 5", WAITING, "分类", NOT_AS_RULED),
        ("grade = 'SUDDEN' WHERE id = 5", WAITING, "分类", NOT_AS_RULED),
        ("problem_class = 'COMMON' WHERE id = 5", WAITING, "分类", NOT_AS_RULED),
        ("summary = '另一概要' WHERE id = 5", WAITING, "分类", NOT_AS_RULED),
        ("co_units = '[\"U03\"]' WHERE id = 5", WAITING, "分类", NOT_AS_RULED),
        ("handled_directly = true WHERE id = 5", WAITING, "分类", NOT_AS_RULED),
        ("round = 1 WHERE id = 1", HANDLED, "分类", NOT_AS_RULED),
    ],
)
def test_a_case_that_was_changed_is_reported(change: str, case: str, where: str, why: str, tamper: Tamper) -> None:
    assert tamper(f'UPDATE "case" SET {change}') == [(case, where, why)]


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM assignment WHERE {it}",
        "UPDATE assignment SET withdrawn_at = opened_at WHERE {it}",
        "UPDATE assignment SET answered_at = opened_at WHERE {it}",
        "UPDATE assignment SET opened_at = opened_at - interval '1 day' WHERE {it}",
        "UPDATE assignment SET due_at = due_at + interval '1 day' WHERE {it}",
        "UPDATE assignment SET due_at = 'infinity' WHERE {it}",
        "UPDATE assignment SET unit_code = 'U02' WHERE {it}",
        "UPDATE assignment SET role = 'stranger' WHERE {it}",
    ],
)
def test_a_step_that_was_changed_or_removed_is_reported(tampering: str, tamper: Tamper) -> None:
    assert tamper(tampering.format(it="case_id = 5 AND step = 'investigation-1'")) == [
        (WAITING, "investigation-1", "待办的状态、责任人或时限与日志不符")
    ]


@pytest.mark.parametrize(
    ("number", "step", "gone"), [(1, "receipt-2", "answered_at"), (2, "classification", "withdrawn_at")]
)
def test_a_step_that_was_opened_again_is_reported(number: int, step: str, gone: str, tamper: Tamper) -> None:
    assert [
        where
        for _, where, _ in tamper(f"UPDATE assignment SET {gone} = NULL WHERE case_id = {number} AND step = '{step}'")
    ] == [step]


# What was arranged about how a case is worked on.


@pytest.mark.parametrize(
    ("tampering", "where", "why"),
    [
        ("UPDATE extension SET agreed = NULL", "investigation-1", "延期与日志不符"),
        ("UPDATE extension SET days = 9", "investigation-1", "延期与日志不符"),
        ("UPDATE extension SET asked_at = 'infinity'", "investigation-1", "延期与日志不符"),
        ("DELETE FROM extension", "investigation-1", "延期与日志不符"),
        (
            "UPDATE supervision SET instruction = '另一意见' WHERE ended_at IS NULL",
            "洪治庸督〔2026〕2号",
            "督办与日志不符",
        ),
        ("UPDATE supervision SET leader = '某区长' WHERE ended_at IS NULL", "洪治庸督〔2026〕2号", "督办与日志不符"),
        (
            "UPDATE supervision SET ended_at = 'infinity' WHERE ended_at IS NULL",
            "洪治庸督〔2026〕2号",
            "督办与日志不符",
        ),
        ("DELETE FROM supervision WHERE ended_at IS NOT NULL", "洪治庸督〔2026〕1号", "督办与日志不符"),
        ("UPDATE suspension SET woken_at = suspended_at WHERE woken_at IS NOT NULL", "第1次挂起", "挂起与日志不符"),
        (
            "UPDATE suspension SET woken_at = 'infinity', woken_by = 'OFF-04' WHERE id = 2",
            "第2次挂起",
            "挂起与日志不符",
        ),
        ("UPDATE suspension SET reason = '另一理由' WHERE id = 2", "第2次挂起", "挂起与日志不符"),
        ("DELETE FROM suspension WHERE id = 2", "第2次挂起", "挂起与日志不符"),
        (
            "UPDATE assignment SET owner_code = 'U01-04' WHERE owner_code = 'U01-05'",
            "investigation-1",
            "待办的状态、责任人或时限与日志不符",
        ),
    ],
)
def test_an_arrangement_that_was_changed_or_removed_is_reported(
    tampering: str, where: str, why: str, tamper: Tamper
) -> None:
    assert tamper(tampering) == [(ARRANGED, where, why)]
