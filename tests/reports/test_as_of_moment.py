"""Which moments a ledger may be asked for, who reads it then, and that nobody notices that it was asked for."""

from datetime import datetime, time
from pathlib import Path
from time import sleep

import pytest
from sqlalchemy import select, text

from models.as_of import ledger_as_of
from models.assignment import Assignment
from models.case import Case
from models.clock import SHANGHAI, today
from models.database import transaction
from models.journal import ledger_head
from models.refusals import NotYours
from models.words import Light, Role, Status
from reports.catalogue import WrongScope, write_report
from tasks.extend import extend
from tasks.suspend import suspend, wake
from tests.office import CLERK, HEAD, act, assignment_of, at, classify, grant, it_is, leave, open_steps, report
from tests.operators import by, name_as_subject
from tests.reports.sheets import lines

pytestmark = pytest.mark.usefixtures("ledger")
YELLOW = f"{Light.YELLOW.colour} {Light.YELLOW.label}"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def refusal(as_of: datetime) -> str:
    """Ask for a moment that cannot be had; return the sentence that the person reads."""
    with pytest.raises(WrongScope) as refused:
        write_report("problem-ledger", as_of=as_of, out=Path("r.xlsx"))
    return refused.value.message


def end_of(day: str) -> datetime:
    """Return the last instant of a day, as the command reads a day."""
    return datetime.combine(at(day).astimezone(SHANGHAI), time.max, SHANGHAI)


def test_a_case_is_shown_as_far_as_it_was() -> None:
    it_is("2026-05-06")
    number = report(received_at=at("2026-05-06"))
    it_is("2026-05-07")
    classify(number)
    it_is("2026-05-08")
    act(number, "receipt-1", "U01-03", received=True)
    (first,) = lines("problem-ledger", as_of=end_of("2026-05-06"))
    assert (first["问题描述（脱敏）"], first["完成情况"]) == ("（待分类）", "待分类")
    (second,) = lines("problem-ledger", as_of=at("2026-05-07"))
    assert (second["问题描述（脱敏）"], second["进展"][:2]) == ("窗口办事拖延，多次询问无回音", "签收")
    (third,) = lines("problem-ledger")
    assert third["进展"][:4] == "单位调查"


def test_the_day_or_the_moment_is_said_and_the_head_is_that_of_then() -> None:
    it_is("2026-05-06", "15:30")
    report()
    it_is("2026-05-06", "16:00")
    then = write_report("problem-ledger", out=Path("then.xlsx"))
    it_is("2026-05-07")
    report(number="A-2")
    assert write_report("problem-ledger", as_of=at("2026-05-06", "16:00"), out=Path("then.xlsx")) == then
    of_the_day = write_report("problem-ledger", as_of=end_of("2026-05-06"))
    assert of_the_day["as_of"] == "2026-05-06T23:59:59+08:00"
    assert of_the_day["file"] == "out/问题台账-20260506.xlsx"
    assert of_the_day["ledger_head"] == then["ledger_head"]


def test_what_lies_ahead_is_refused_but_today_is_as_far_as_it_has_gone() -> None:
    it_is("2026-05-06")
    report()
    assert "不能晚于现在" in refusal(at("2026-05-06", "09:01"))
    assert "不能晚于现在" in refusal(end_of("2026-05-07"))
    assert write_report("problem-ledger", as_of=end_of("2026-05-06"))["as_of"] == "2026-05-06T09:00:00+08:00"


def test_what_was_before_the_first_record_is_refused() -> None:
    it_is("2026-05-05")
    assert "台账尚无记录" in refusal(end_of("2026-05-04"))
    it_is("2026-05-06", "09:30")
    report()
    assert "2026年5月6日09:30:00" in refusal(end_of("2026-05-05"))
    assert write_report("problem-ledger", as_of=at("2026-05-06", "09:30"), out=Path("r.xlsx"))["rows"] == 1


def test_the_past_is_shown_to_whoever_may_read_it_today() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number)
    it_is("2026-06-01")
    grant("U01-05", Role.OFFICE_CLERK, "2026-06-01")
    leave(CLERK, Role.OFFICE_CLERK, "2026-05-31")
    assert len(lines("problem-ledger", by="U01-05", as_of=end_of("2026-05-06"))) == 1
    with pytest.raises(NotYours):
        write_report("second-round-ledger", by=CLERK, as_of=end_of("2026-05-06"), out=Path("r.xlsx"))
    name_as_subject(number, "U01-05")
    assert lines("problem-ledger", by="U01-05", as_of=end_of("2026-05-06")) == []


def test_others_write_meanwhile_and_it_stays_as_it_was() -> None:
    it_is("2026-05-06")
    number = report()
    it_is("2026-05-07")
    with ledger_as_of(at("2026-05-06")) as past:
        head = ledger_head(past)
        classify(number)
        act(number, "receipt-1", "U01-03", received=True)
        report(number="A-2")
        assert ledger_head(past) == head
        assert past.scalars(select(Case.status)).all() == [Status.REGISTERED]
        assert today(past) == at("2026-05-06").date()
    assert open_steps(number) == ["investigation-1"]


def test_it_holds_no_lock_that_anybody_waits_for_and_leaves_nothing_behind() -> None:
    it_is("2026-05-06")
    report()
    it_is("2026-05-07")
    made = text("SELECT count(*) FROM pg_class WHERE relpersistence = 't' OR relnamespace::regnamespace::text ~ 'temp'")
    with ledger_as_of(at("2026-05-06")) as past:
        past.scalars(select(Case)).all()
        backend = past.scalar(text("SELECT pg_backend_pid()"))
        held = text(
            "SELECT DISTINCT mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation "
            "WHERE pid = :pid AND relnamespace = 'public'::regnamespace"
        )
        assert past.scalars(held, {"pid": backend}).all() == ["AccessShareLock"]
        assert past.scalar(made)
        with pytest.raises(Exception, match="ReadOnlySqlTransaction"):
            past.execute(text("INSERT INTO public.person (name, post, unit) VALUES ('甲', '', '')"))
    with transaction() as session:
        assert session.scalar(made) == 0
    assert any(_has_ended(backend) or sleep(0.1) for _ in range(100))


def test_a_date_that_moved_is_the_one_that_it_was_with_its_light() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number, kind="COMPLAIN")
    act(number, "receipt-1", "U01-03", received=True)
    was = _step(number)
    it_is("2026-05-21")
    assert lines("problem-ledger")[0]["灯号"] == YELLOW
    extend(was.id, days=5, actor=by("U01-04"), reason="证人外出")
    it_is("2026-05-22")
    suspend(number, actor=by(HEAD), reason="待司法鉴定")
    it_is("2026-05-27")
    assert lines("problem-ledger", as_of=at("2026-05-21", "12:00"))[0]["灯号"] == YELLOW
    wake(number, actor=by(HEAD), reason="鉴定已出")
    it_is("2026-05-28")
    now = _step(number)
    assert was.due_at < now.due_at
    with ledger_as_of(at("2026-05-26")) as past:
        then = past.get_one(Assignment, was.id)
        assert (then.due_at, then.due_on, then.yellow_at) == (was.due_at, was.due_on, was.yellow_at)
        assert past.scalars(select(Case)).one().rest is not None
    assert lines("problem-ledger", as_of=at("2026-05-26"))[0]["完成情况"] == "挂起"


def test_an_entry_of_the_first_releases_does_not_say_when_the_light_turned_yellow() -> None:
    it_is("2026-05-06")
    number = report()
    classify(number, kind="COMPLAIN")
    act(number, "receipt-1", "U01-03", received=True)
    was = _step(number)
    it_is("2026-05-11")
    suspend(number, actor=by(HEAD), reason="待司法鉴定")
    it_is("2026-05-13")
    wake(number, actor=by(HEAD), reason="鉴定已出")
    now = _step(number)
    with transaction() as session:  # as it was before `was` was written
        session.execute(text("ALTER TABLE journal DISABLE TRIGGER USER"))
        session.execute(text("UPDATE journal SET detail = detail - 'was' WHERE what = 'due'"))
        session.execute(text("ALTER TABLE journal ENABLE TRIGGER USER"))
    with ledger_as_of(at("2026-05-12")) as past:
        then = past.get_one(Assignment, was.id)
        assert (then.due_at, then.due_on) == (was.due_at, was.due_on)
        assert then.due_at - then.yellow_at == now.due_at - now.yellow_at


def _has_ended(backend: int) -> bool:
    with transaction() as session:
        return session.scalar(text("SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = :pid"), {"pid": backend})


def _step(number: str) -> Assignment:
    with transaction() as session:
        return session.get_one(Assignment, assignment_of(number, "investigation-1"))
