"""Collecting returns: once each, in any order, by several at a time, from the inbox; what is recorded of them."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import func, select

from flows.collection import collect, collect_inbox
from models.campaign import CampaignEvent, CampaignUnit, Duty, Problem, ProblemDecision, SelfReport
from models.campaign_book import FILLED_BY, FILLED_ON, TEXT, Issued
from models.clock import now
from models.database import transaction
from models.journal import SYSTEM, Actor, Entry
from models.refusals import NotYours
from models.words import CampaignStep, UnitState
from settings import settings as our_settings
from tasks.campaign import close_campaign
from tasks.campaign_answer import answer_duty, send_back
from tasks.verify import verify
from tests.campaigns import duty, standing
from tests.office import CLERK, HEAD, it_is
from tests.returns import COVER, JUNE, PROBLEM, UNIT, edited, filled, issued_to, open_june_with_lists, reports_of, typed

POST = "岗位责任"


@pytest.fixture
def issued(ledger: str) -> Issued:
    """What U01 was given in June 2026; it is the 12th."""
    open_june_with_lists("U01", "U02")
    return issued_to()


def put(folder: Path, name: str, content: bytes) -> Path:
    """Let a file lie there."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def filled_on(issued: Issued, day: date, **said: Any) -> bytes:
    """Return a unit's workbook as filled in on a day."""
    return filled(issued, typed(cover=COVER | {FILLED_ON: day}, **said))


def test_an_accepted_return_leaves_a_report_its_problems_an_event_and_an_entry(issued: Issued, tmp_path: Path) -> None:
    [result] = collect([put(tmp_path, "自查表.xlsx", filled(issued))], actor=Actor(code=CLERK))
    assert result["accepted"]
    [report] = reports_of()
    assert (report.received_by, report.file_name, report.receipt) == (CLERK, "自查表.xlsx", result["receipt"])
    assert report.receipt == f"2026-06-U01-{report.sha256[:10].upper()}"
    assert report.content["cover"] == {"填表人": "张三", "联系电话": "027-82345678", "填报日期": "2026-06-10"}
    listed = [each for each in report.problems if each.item_key]
    assert [(each.aspect.label, each.row, each.item_name) for each in listed] == [
        ("岗位责任", 5, "依法办理食品经营许可"),
        ("权力运行流程", 5, "受理"),
        ("相互监督制约", 5, "食品经营许可"),
    ]
    assert {each.power_kind.label for each in listed if each.power_kind} == {"行政许可"}
    assert standing(UNIT).state is UnitState.TO_SIGN
    assert duty(UNIT, CampaignStep.REPORT) is None
    assert duty(UNIT, CampaignStep.SIGN_OFF) is not None
    with transaction() as session:
        events = session.scalars(select(CampaignEvent.what).order_by(CampaignEvent.id)).all()
        assert [each.value for each in events] == ["ACCEPTED"]
        entry = session.scalars(select(Entry).where(Entry.what == "campaign-collect")).one()
        assert entry.detail == {
            "report": report.id,
            "campaign": JUNE,
            "unit": "U01",
            "receipt": report.receipt,
            "sha256": report.sha256,
            "accepted": True,
            "faults": 0,
            "problems": 6,
        }
    assert verify().ok


def test_a_return_that_does_not_hold_leaves_the_unit_where_it_must_mend(issued: Issued, tmp_path: Path) -> None:
    spoilt = edited(filled(issued), lambda book: book[POST].__setitem__("F6", None))
    [result] = collect([put(tmp_path, "自查表.xlsx", spoilt)], actor=SYSTEM)
    assert Path(result["returned_file"]).parent == our_settings().campaigns / JUNE / "退回"
    assert standing(UNIT).state is UnitState.TO_MEND
    assert duty(UNIT, CampaignStep.REPORT) is not None


def test_the_same_file_again_changes_nothing_and_has_the_same_receipt(issued: Issued, tmp_path: Path) -> None:
    file = put(tmp_path, "自查表.xlsx", filled(issued))
    copy = put(tmp_path, "自查表（2）.xlsx", filled(issued))
    first, second = collect([file, copy], actor=SYSTEM)
    bytes_before = Path(first["receipt_file"]).read_bytes()
    it_is("2026-06-15")
    [third] = collect([file], actor=SYSTEM)
    assert first["receipt"] == second["receipt"] == third["receipt"]
    assert Path(third["receipt_file"]).read_bytes() == bytes_before
    assert len(reports_of()) == 1


def test_no_file_that_is_given_back_tells_by_its_own_when_it_was_written(issued: Issued, tmp_path: Path) -> None:
    [result] = collect([put(tmp_path, "自查表.pdf", b"%PDF-1.7")], actor=SYSTEM)
    for kind in ("receipt_file", "returned_file"):
        properties = load_workbook(result[kind]).properties
        assert properties.created == properties.modified == datetime(2000, 1, 1)  # noqa: DTZ001 - openpyxl's are naive


def test_a_date_ahead_is_refused_also_when_the_same_file_comes_again_later(issued: Issued, tmp_path: Path) -> None:
    file = put(tmp_path, "自查表.xlsx", filled_on(issued, date(2026, 6, 20)))
    [early] = collect([file], actor=SYSTEM)
    it_is("2026-06-22")
    [late] = collect([file], actor=SYSTEM)
    assert [each["reason"] for each in early["faults"]] == ["晚于收到之日（2026-06-12）"]
    assert late["faults"] == early["faults"]


def test_two_collect_the_same_file_at_the_same_moment(issued: Issued, tmp_path: Path) -> None:
    files = [put(tmp_path, f"{at}.xlsx", filled(issued)) for at in range(4)]
    files += [put(tmp_path, f"{at}.pdf", b"%PDF-1.7") for at in range(4)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda file: collect([file], actor=SYSTEM)[0], files))
    assert len({each["receipt"] for each in results[:4]}) == 1
    assert len({each["receipt"] for each in results[4:]}) == 1
    assert (len(reports_of()), len(reports_of(None))) == (1, 1)
    assert verify().ok


def test_the_newer_one_counts_whatever_the_order(issued: Issued, tmp_path: Path) -> None:
    days = (date(2026, 6, 5), date(2026, 6, 8), date(2026, 6, 11))
    files = [put(tmp_path, f"{day}.xlsx", filled_on(issued, day)) for day in days]
    for order in permutations(files):
        collect(order, actor=SYSTEM)
        current = standing(UNIT).current
        assert current is not None
        assert current.precedence.startswith("2026-06-11")


def test_a_folder_is_collected_without_what_is_no_file_of_anybodys(issued: Issued, tmp_path: Path) -> None:
    for name in ("~$自查表.xlsx", ".自查表.xlsx", "Thumbs.db"):
        put(tmp_path / "in", name, b"x")
    put(tmp_path / "in" / "下级", "自查表.xlsx", filled(issued))
    put(tmp_path / "in", "b.xlsx", filled(issued))
    put(tmp_path / "in", "a.txt", b"x")
    assert [each["file"] for each in collect(tmp_path / "in", actor=SYSTEM)] == ["a.txt", "b.xlsx"]


def test_one_that_is_gone_does_not_stop_the_others(issued: Issued, tmp_path: Path) -> None:
    gone, there = collect([tmp_path / "没有.xlsx", put(tmp_path, "a.xlsx", filled(issued))], actor=SYSTEM)
    assert (gone["accepted"], gone["receipt"]) == (False, None)
    assert there["accepted"]


def test_a_pipe_and_a_device_are_no_files_and_are_not_waited_for(issued: Issued, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "自查表.xlsx")
    pipe, device, good = collect(
        [tmp_path / "自查表.xlsx", Path("/dev/zero"), put(tmp_path, "b.xlsx", filled(issued))], actor=SYSTEM
    )
    assert [each["faults"][0]["reason"] for each in (pipe, device)] == ["文件不存在，或无法读写"] * 2
    assert good["accepted"]


def test_only_the_office_collects(issued: Issued, tmp_path: Path) -> None:
    with pytest.raises(NotYours):
        collect([put(tmp_path, "a.xlsx", filled(issued))], actor=Actor(code="U01-03"))


def test_after_the_campaign_was_closed_nothing_is_taken_any_more(issued: Issued, tmp_path: Path) -> None:
    close_campaign(JUNE, actor=Actor(code=HEAD), reason="其余单位另行处理")
    [result] = collect([put(tmp_path, "a.xlsx", filled(issued))], actor=SYSTEM)
    assert "已经结束" in result["faults"][0]["reason"]
    assert (len(reports_of()), len(reports_of(None))) == (0, 1)


def test_what_was_taken_before_the_close_has_the_same_receipt_when_it_comes_again_after_it(
    issued: Issued, tmp_path: Path
) -> None:
    good = put(tmp_path, "a.xlsx", filled(issued))
    bad = put(tmp_path, "b.xlsx", edited(filled(issued), lambda book: book[POST].__setitem__("F6", None)))
    before = collect([good, bad], actor=SYSTEM)
    close_campaign(JUNE, actor=Actor(code=HEAD), reason="到期")
    assert collect([good, bad], actor=SYSTEM) == before
    assert [each["accepted"] for each in before] == [True, False]
    assert (len(reports_of()), reports_of(None)) == (2, [])


def test_a_problem_decided_before_keeps_its_decision_in_the_same_words(issued: Issued, tmp_path: Path) -> None:
    collect([put(tmp_path, "a.xlsx", filled_on(issued, date(2026, 6, 8)))], actor=SYSTEM)
    [first] = reports_of()
    with transaction() as session:
        for problem in session.scalars(select(Problem).where(Problem.report_id == first.id)):
            says = {"decided_at": now(session), "decided_by": CLERK, "reason": "已在日常办理中解决"}
            session.add(ProblemDecision(problem_id=problem.id, **says))
    other = typed(cover=COVER | {FILLED_ON: date(2026, 6, 9)})
    other["rows"]["POST"][0]["cells"] = PROBLEM | {TEXT: "窗口受理后五日内未出具受理通知书。"}
    collect([put(tmp_path, "b.xlsx", filled(issued, other))], actor=SYSTEM)
    with transaction() as session:
        [_, second] = session.scalars(select(SelfReport).order_by(SelfReport.precedence)).all()
        decided = {problem.text: problem.decision is not None for problem in second.problems}
    assert decided == {"窗口受理后五日内未出具受理通知书。": False, PROBLEM[TEXT]: True}


def test_after_a_return_was_sent_back_only_a_newer_one_counts(issued: Issued, tmp_path: Path) -> None:
    collect([put(tmp_path, "a.xlsx", filled_on(issued, date(2026, 6, 10)))], actor=SYSTEM)
    send_back(JUNE, UNIT, actor=Actor(code=CLERK), reason="第一项未写明责任岗位")
    collect([put(tmp_path, "b.xlsx", filled_on(issued, date(2026, 6, 9)))], actor=SYSTEM)
    assert standing(UNIT).state is UnitState.TO_MEND
    collect([put(tmp_path, "c.xlsx", filled_on(issued, date(2026, 6, 12)))], actor=SYSTEM)
    assert standing(UNIT).state is UnitState.TO_SIGN


def test_the_inbox_takes_what_is_at_rest_and_puts_it_away(issued: Issued) -> None:
    inbox = our_settings().campaigns / "inbox"
    put(inbox, "自查表.xlsx", filled(issued))
    assert collect_inbox() == []  # it has just been written
    assert [each["accepted"] for each in collect_inbox(settled=0)] == [True]
    put(inbox, "自查表.xlsx", filled_on(issued, date(2026, 6, 11)))
    put(inbox, "半截.xlsx", filled(issued)[:5000])
    assert [each["file"] for each in collect_inbox(settled=0)] == ["自查表.xlsx"]  # the other may still arrive
    assert [each["file"] for each in collect_inbox(settled=0, unreadable=0)] == ["半截.xlsx"]
    assert sorted(os.listdir(inbox / "已收")) == ["半截.xlsx", "自查表-2.xlsx", "自查表.xlsx"]
    assert collect_inbox(settled=0) == []


def test_a_receipt_says_number_unit_result_and_hash(issued: Issued, tmp_path: Path) -> None:
    [result] = collect([put(tmp_path, "自查表.xlsx", filled(issued))], actor=SYSTEM)
    sheet = load_workbook(result["receipt_file"]).active
    text = "\n".join(str(value) for row in sheet.iter_rows(values_only=True) for value in row if value)
    said = (result["receipt"], issued.unit_name, issued.title, "自查表.xlsx", "2026年6月12日 10:30", "合格", "6 个")
    for part in said:
        assert part in text
    assert reports_of()[0].sha256 in text
    assert Path(result["receipt_file"]).stat().st_mode & 0o777 == 0o600


def test_a_signed_return_is_not_what_a_newer_one_says(issued: Issued, tmp_path: Path) -> None:
    collect([put(tmp_path, "a.xlsx", filled_on(issued, date(2026, 6, 10)))], actor=SYSTEM)
    number = duty(UNIT, CampaignStep.SIGN_OFF)
    assert number is not None
    answer_duty(number, data={"agreed": True}, actor=Actor(code="U01-01"))
    assert standing(UNIT).state is UnitState.TO_RECEIVE
    collect([put(tmp_path, "b.xlsx", filled_on(issued, date(2026, 6, 11)))], actor=SYSTEM)
    assert standing(UNIT).state is UnitState.TO_SIGN


FILES = st.lists(st.integers(0, 7), min_size=1, max_size=12)


def _state() -> tuple[object, ...]:
    """Return what the ledger says of the campaign, but for numbers that say in which order it was written."""
    with transaction() as session:
        said = SelfReport.sha256, SelfReport.accepted, SelfReport.precedence, SelfReport.receipt
        reports = session.execute(
            select(CampaignUnit.unit_code, *said).join(SelfReport.campaign_unit).order_by(SelfReport.sha256)
        ).all()
        problems = session.execute(
            select(SelfReport.sha256, Problem.aspect, Problem.row, Problem.text)
            .join(Problem.report)
            .order_by(SelfReport.sha256, Problem.aspect, Problem.row)
        ).all()
        nobodys = session.scalar(select(func.count()).where(SelfReport.campaign_unit_id.is_(None)))
        duties = session.execute(
            select(CampaignUnit.unit_code, Duty.step, SelfReport.sha256)
            .join(Duty.campaign_unit)
            .outerjoin(Duty.report)
            .where(Duty.is_open)
            .order_by(CampaignUnit.unit_code, Duty.step)
        ).all()
    units = [(unit, standing(unit).state, getattr(standing(unit).current, "sha256", None)) for unit in ("U01", "U02")]
    return reports, problems, nobodys, duties, units


@pytest.mark.parametrize("seed", range(2))
def test_any_order_any_number_of_times_gives_the_same_state(
    seed: int, server: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from tests.conftest import WITH_REGISTRY, _ledger

    folder = tmp_path_factory.mktemp("files")
    files: list[Path] = []
    states: dict[frozenset[int], tuple[object, ...]] = {}

    def collected(order: list[int]) -> tuple[object, ...]:
        with pytest.MonkeyPatch.context() as monkeypatch:
            for _ in _ledger(WITH_REGISTRY, server, tmp_path_factory.mktemp("home"), monkeypatch):
                open_june_with_lists("U01", "U02")
                if not files:
                    files.extend(_eight_files(folder))
                for at in order:
                    collect([files[at]], actor=SYSTEM)
                return _state()
        raise AssertionError

    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(FILES, st.randoms(use_true_random=False))
    def check(order: list[int], random: Any) -> None:
        again = order + [random.choice(order) for _ in range(seed + 1)]
        random.shuffle(again)
        key = frozenset(order)
        if key not in states:
            states[key] = collected(sorted(key))
        assert collected(again) == states[key]

    check()


def _eight_files(folder: Path) -> list[Path]:
    """Return returns of two units: good ones of several days and the same day, faulty ones, and what is none."""
    one, two = issued_to("U01"), issued_to("U02")
    contents = [
        filled_on(one, date(2026, 6, 8)),
        filled_on(one, date(2026, 6, 10)),
        filled(one, typed(cover=COVER | {FILLED_BY: "李四"})),  # of the same day
        edited(filled_on(one, date(2026, 6, 11)), lambda book: book[POST].__setitem__("F6", None)),
        filled_on(two, date(2026, 6, 9)),
        edited(filled(two), lambda book: book.remove(book["相互监督制约"])),
        b"%PDF-1.7",
        filled_on(one, date(2026, 6, 11), problems=0, beyond=0),
    ]
    return [put(folder, f"{at}.xlsx", content) for at, content in enumerate(contents)]
