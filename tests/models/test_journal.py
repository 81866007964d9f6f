"""The journal: chained by hash within each case, sealed over all of them, and any tampering found."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models import journal
from models.case import Case
from models.journal import (
    GENESIS,
    SYSTEM,
    Actor,
    Entry,
    OfficeChain,
    Seal,
    broken_entries,
    heads_hash,
    ledger_head,
    seal_day,
    sha256_of,
    storable,
)
from models.words import Status, Via
from tests.office import at, it_is_in

OFFICE = Actor(code="OFF-01", os_user="wang")


@pytest.fixture
def case(uncommitted: Session) -> Case:
    """A case with three entries."""
    it_is_in(uncommitted, "2026-05-06")
    case = make_case(uncommitted, 9001)
    for what in ("register", "open", "answer"):
        journal.write(uncommitted, case=case, actor=OFFICE, what=what, step="classification", detail={"no": 1})
    uncommitted.flush()
    return case


def test_each_entry_is_chained_to_the_one_before(case: Case, uncommitted: Session) -> None:
    entries = uncommitted.scalars(select(Entry).where(Entry.case_id == case.id).order_by(Entry.position)).all()
    assert [entry.position for entry in entries] == [1, 2, 3]
    assert [entry.previous for entry in entries] == [GENESIS, entries[0].hash, entries[1].hash]
    assert (case.length, case.head) == (3, entries[-1].hash)
    assert all(entry.at == at("2026-05-06") and entry.os_user == "wang" for entry in entries)
    assert broken(uncommitted) == []


def test_chains_of_two_cases_and_of_the_office_do_not_meet(case: Case, uncommitted: Session) -> None:
    other = make_case(uncommitted, 9002)
    journal.write(uncommitted, case=other, actor=OFFICE, what="register")
    journal.write(uncommitted, case=None, actor=SYSTEM, what="registry")
    journal.write(uncommitted, case=None, actor=SYSTEM, what="registry")
    uncommitted.flush()
    assert (case.length, other.length) == (3, 1)
    assert broken(uncommitted) == []


def test_a_move_writes_from_where_to_where_and_why(case: Case, uncommitted: Session) -> None:
    case.problem_class, case.grade, case.unit_code = "GENERAL", "DAILY", "U01"
    case.move(Status.INVESTIGATING, actor=SYSTEM, why="受理")
    uncommitted.flush()
    entry = uncommitted.scalars(select(Entry).where(Entry.case_id == case.id, Entry.position == 4)).one()
    assert (entry.what, entry.actor, entry.via) == ("move", "system", Via.SYSTEM)
    assert entry.detail == {"from": "REGISTERED", "to": "INVESTIGATING", "why": "受理"}


@pytest.mark.parametrize(
    "change",
    [
        "detail = '{\"no\": 2}'",
        "actor = 'OFF-02'",
        "os_user = 'li'",
        "at = at + interval '1 second'",
        "what = 'refused'",
        "step = 'filing-1'",
        "via = 'prefect'",
    ],
)
def test_an_entry_that_was_changed_is_found(change: str, case: Case, uncommitted: Session) -> None:
    tamper(uncommitted, f"UPDATE journal SET {change} WHERE case_id = {case.id} AND position = 2")
    assert broken(uncommitted) == [(case.id, 2, "内容被改动")]


def test_an_entry_that_was_changed_and_hashed_anew_is_found_by_the_next(case: Case, uncommitted: Session) -> None:
    entry = uncommitted.scalars(select(Entry).where(Entry.case_id == case.id, Entry.position == 2)).one()
    entry.detail = {"no": 2}
    forged = entry.expected_hash()
    uncommitted.expunge(entry)
    tamper(
        uncommitted,
        f"UPDATE journal SET detail = '{{\"no\": 2}}', hash = '{forged}' WHERE case_id = {case.id} AND position = 2",
    )
    assert broken(uncommitted) == [(case.id, 3, "与上一条记录不衔接")]


@pytest.mark.parametrize("position", [1, 2])
def test_an_entry_that_was_deleted_is_found(position: int, case: Case, uncommitted: Session) -> None:
    tamper(uncommitted, f"DELETE FROM journal WHERE case_id = {case.id} AND position = {position}")
    assert broken(uncommitted) == [(case.id, position, "缺少记录")]


def test_an_entry_that_was_slipped_in_is_found(case: Case, uncommitted: Session) -> None:
    copied = "case_id, at, actor, os_user, via, what, step, detail, previous, hash"
    uncommitted.execute(
        text(
            f"INSERT INTO journal (position, {copied}) SELECT 4, {copied} FROM journal"
            f" WHERE case_id = {case.id} AND position = 2"
        )
    )
    assert broken(uncommitted) == [(case.id, 4, "与上一条记录不衔接"), (case.id, 4, "内容被改动")]


def test_two_entries_cannot_have_one_position(case: Case, uncommitted: Session) -> None:
    copied = "case_id, position, at, actor, os_user, via, what, step, detail, previous, hash"
    with pytest.raises(Exception, match="uq_journal_case_id_position"):
        uncommitted.execute(text(f"INSERT INTO journal ({copied}) SELECT {copied} FROM journal WHERE position = 2"))


def test_two_entries_that_changed_places_are_found(case: Case, uncommitted: Session) -> None:
    tamper(
        uncommitted,
        f"UPDATE journal SET position = 9 WHERE case_id = {case.id} AND position = 2",
        f"UPDATE journal SET position = 2 WHERE case_id = {case.id} AND position = 3",
        f"UPDATE journal SET position = 3 WHERE case_id = {case.id} AND position = 9",
    )
    assert {position for _, position, _ in broken(uncommitted)} == {2, 3}


def test_a_break_in_one_case_leaves_the_others_whole(case: Case, uncommitted: Session) -> None:
    other = make_case(uncommitted, 9002)
    journal.write(uncommitted, case=other, actor=OFFICE, what="register")
    journal.write(uncommitted, case=None, actor=SYSTEM, what="registry")
    uncommitted.flush()
    tamper(uncommitted, f"UPDATE journal SET actor = 'OFF-02' WHERE case_id = {case.id} AND position = 1")
    assert broken(uncommitted) == [(case.id, 1, "内容被改动")]


def test_the_office_s_own_chain_is_checked_too(case: Case, uncommitted: Session) -> None:
    for _ in range(3):
        journal.write(uncommitted, case=None, actor=SYSTEM, what="registry")
    uncommitted.flush()
    tamper(uncommitted, "DELETE FROM journal WHERE case_id IS NULL AND position = 2")
    assert [(where, position) for where, position, _ in broken(uncommitted)] == [(None, 2)]


def test_the_seal_of_a_day_holds_what_was_written_until_midnight_in_wuhan(case: Case, uncommitted: Session) -> None:
    first = seal_day(uncommitted, date(2026, 5, 6))
    assert first is not None
    assert (first.previous, first.hash) == (GENESIS, first.expected_hash())
    assert first.heads == ledger_head(uncommitted)
    it_is_in(uncommitted, "2026-05-07", "23:59")
    journal.write(uncommitted, case=case, actor=OFFICE, what="answer")
    it_is_in(uncommitted, "2026-05-08", "00:01")
    journal.write(uncommitted, case=case, actor=OFFICE, what="answer")
    uncommitted.flush()
    second = seal_day(uncommitted, date(2026, 5, 7))
    assert second is not None
    assert second.previous == first.hash
    assert uncommitted.get_one(Entry, second.last_entry).position == 4
    assert second.heads != ledger_head(uncommitted)


def test_a_day_is_sealed_once_and_a_day_without_news_not_at_all(case: Case, uncommitted: Session) -> None:
    assert seal_day(uncommitted, date(2026, 5, 6)) is not None
    uncommitted.flush()
    assert seal_day(uncommitted, date(2026, 5, 6)) is None
    assert seal_day(uncommitted, date(2026, 5, 5)) is None
    assert seal_day(uncommitted, date(2026, 5, 7)) is None
    assert len(uncommitted.scalars(select(Seal)).all()) == 1


def test_before_anything_was_written_there_is_nothing_to_seal(uncommitted: Session) -> None:
    assert seal_day(uncommitted, date(2015, 1, 1)) is None


def test_a_seal_holds_the_heads_of_the_chains_that_grew_since_the_one_before(case: Case, uncommitted: Session) -> None:
    other = make_case(uncommitted, 9002)
    journal.write(uncommitted, case=other, actor=OFFICE, what="register")
    uncommitted.flush()
    first, head = seal_day(uncommitted, date(2026, 5, 6)), case.head
    it_is_in(uncommitted, "2026-05-07")
    for _ in range(2):
        journal.write(uncommitted, case=case, actor=OFFICE, what="answer")
    journal.write(uncommitted, case=None, actor=SYSTEM, what="registry")
    uncommitted.flush()
    second = seal_day(uncommitted, date(2026, 5, 7))
    assert first is not None
    assert second is not None
    assert first.heads == heads_hash({other.id: other.head, case.id: head})
    assert second.heads == heads_hash({None: uncommitted.get_one(OfficeChain, 1).head, case.id: case.head})


def test_the_head_of_the_ledger_is_another_with_each_entry(case: Case, uncommitted: Session) -> None:
    heads = [ledger_head(uncommitted)]
    for written in (case, None):
        journal.write(uncommitted, case=written, actor=OFFICE, what="answer")
        uncommitted.flush()
        heads.append(ledger_head(uncommitted))
    assert len(set(heads)) == 3


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.just(Decimal("1.50")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(), max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(detail=st.dictionaries(st.text(st.characters(), max_size=5), _json, max_size=4))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
def test_whatever_is_typed_can_be_kept_and_gives_the_same_hash_when_read_back(
    detail: dict[str, Any], case: Case, uncommitted: Session
) -> None:
    entry = journal.write(uncommitted, case=case, actor=OFFICE, what="refused", detail=detail)
    uncommitted.flush()
    uncommitted.refresh(entry)
    assert entry.hash == entry.expected_hash()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("甲\x00乙", "甲�乙"),
        ("\ud83d", "�"),
        ("😀", "😀"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (1e16, 10**16),
        (0.1, 0.1),
        (date(2026, 5, 6), "2026-05-06"),
        ({"日期": (1, None, True)}, {"日期": [1, None, True]}),
    ],
)
def test_what_postgresql_cannot_hold_is_kept_as_a_mark(typed: Any, kept: Any) -> None:
    assert storable(typed) == kept
    assert type(storable(typed)) is type(kept)


def test_there_is_no_negative_nought() -> None:
    assert str(storable(-0.0)) == "0.0"


def broken(session: Session) -> list[tuple[int | None, int, str]]:
    """Find what is broken, as somebody who begins to look."""
    session.flush()
    session.expire_all()
    return list(broken_entries(session))


def tamper(session: Session, *statements: str) -> None:
    """Do what only somebody with all rights in the database can do: switch the triggers off."""
    session.flush()
    session.execute(text("ALTER TABLE journal DISABLE TRIGGER immutable"))
    for statement in statements:
        session.execute(text(statement.replace(":", "\\:")))


def make_case(session: Session, sequence: int) -> Case:
    """Make a case without any entry."""
    case = Case(number=f"洪治庸〔2026〕{sequence}号", year=2026, sequence=sequence, opened_at=at("2026-05-06"))
    session.add(case)
    session.flush()
    return case


@pytest.mark.parametrize("heads", [{}, {None: "ff"}, {10: "a", 9: "b"}, {2: "甲", None: "乙", 1: '"'}])
def test_heads_are_hashed_one_by_one_as_their_list_is(heads: dict[int | None, str]) -> None:
    in_order = [[case, heads[case]] for case in sorted(filter(None, heads))] + [[None, heads.get(None)]] * (
        None in heads
    )
    assert heads_hash(heads) == sha256_of(in_order)
