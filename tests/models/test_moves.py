"""The table of moves: every pair of statuses, allowed or not, in `Case.move` and in the database itself."""

from itertools import permutations, product

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.case import MOVES, Case
from models.journal import Actor
from models.refusals import IllegalMove
from models.words import CLOSED, Status
from tests.office import at

# Written by hand from part 四 of the policy: from where to where a case may go, and nowhere else.
# Between the stages of the path every move may come; the last column is how a case may end, or rest, from there.
STAGES = "REGISTERED PLANNING INVESTIGATING SIGNING CHECKING FILING FEEDBACK REVIEW WRITE_OFF"
ENDS = """
REGISTERED MERGED SUSPENDED
PLANNING MERGED SUSPENDED
INVESTIGATING MERGED SUSPENDED
SIGNING MERGED SUSPENDED
CHECKING MERGED SUSPENDED
FILING MERGED SUSPENDED
FEEDBACK MERGED SUSPENDED REJECTED TRANSFERRED
REVIEW MERGED SUSPENDED
WRITE_OFF MERGED SUSPENDED WRITTEN_OFF
"""
_EDGES = {(Status(here), Status(there)) for here, there in permutations(STAGES.split(), 2)}
_EDGES |= {
    (Status(here), Status(there))
    for here, *ways in (line.split() for line in ENDS.strip().splitlines())
    for there in ways
}
_EDGES |= {(Status.SUSPENDED, Status(there)) for there in STAGES.split()}
OFFICE = Actor(code="OFF-01")
every_pair = pytest.mark.parametrize(("here", "there"), list(product(Status, Status)))


@every_pair
def test_a_case_moves_where_the_policy_lets_it_and_nowhere_else(
    here: Status, there: Status, request: pytest.FixtureRequest
) -> None:
    if (here, there) in _EDGES:
        session: Session = request.getfixturevalue("uncommitted")
        case = standing_at(session, here)
        if there is Status.MERGED:
            case.merged_into = another(session).id
        if there.closed:
            case.close(there, at=at("2026-06-01"), approver="OFF-04", reason="整改到位", actor=OFFICE)
        else:
            case.move(there, actor=OFFICE)
        session.flush()
        assert (case.previous_status, case.status, case.length) == (here, there, 1)
    elif here is there:
        case = Case(number="洪治庸〔2026〕9001号", status=here, length=0)
        case.move(there, actor=OFFICE)
        assert (case.status, case.length) == (here, 0)
    else:
        case = Case(number="洪治庸〔2026〕9001号", status=here, length=0)
        with pytest.raises(IllegalMove, match=f"^洪治庸〔2026〕9001号：案件不能由“{here.label}”转为“{there.label}”。$"):
            case.move(there, actor=OFFICE)
        assert (case.status, case.length) == (here, 0)


@every_pair
def test_the_database_itself_refuses_a_move_that_is_not_in_the_table(
    here: Status, there: Status, uncommitted: Session
) -> None:
    case = standing_at(uncommitted, here)
    change = (
        update(Case)
        .where(Case.id == case.id)
        .values(
            status=there,
            closed_at=at("2026-06-01") if there.closed else None,
            closed_by="OFF-04" if there.closed else None,
            closing_reason="整改到位" if there.closed else None,
            merged_into=another(uncommitted).id if there is Status.MERGED else None,
        )
    )
    if here is there or (here, there) in _EDGES:
        uncommitted.execute(change)
    else:
        with pytest.raises(IntegrityError, match='foreign key constraint "move_is_allowed"'):
            uncommitted.execute(change)


def test_the_table_of_moves_is_the_one_written_down_here() -> None:
    assert {(here, there) for here, ways in MOVES.items() for there in ways} == _EDGES
    assert set(MOVES) == set(Status)


def test_a_closed_case_goes_nowhere_and_every_open_one_can_still_be_closed() -> None:
    assert all(not MOVES[status] for status in CLOSED)
    for status in set(Status) - set(CLOSED):
        reached, frontier = {status}, {status}
        while frontier:
            frontier = {there for here in frontier for there in MOVES[here]} - reached
            reached |= frontier
        assert Status.WRITTEN_OFF in reached


@pytest.mark.parametrize("status", CLOSED)
@pytest.mark.parametrize("lacking", ["closed_at", "closed_by", "closing_reason"])
def test_no_case_is_closed_without_its_date_approver_and_reason(
    status: Status, lacking: str, uncommitted: Session
) -> None:
    before = next(here for here, there in sorted(_EDGES) if there is status)
    case = standing_at(uncommitted, before)
    closing = {"closed_at": at("2026-06-01"), "closed_by": "OFF-04", "closing_reason": "整改到位"}
    merged = another(uncommitted).id if status is Status.MERGED else None
    with pytest.raises(IntegrityError, match="ck_case_closed_with_approver_and_reason"):
        uncommitted.execute(
            update(Case)
            .where(Case.id == case.id)
            .values(status=status, merged_into=merged, **(closing | {lacking: None}))
        )


def test_a_reason_of_no_words_closes_nothing(uncommitted: Session) -> None:
    case = standing_at(uncommitted, Status.WRITE_OFF)
    with pytest.raises(IntegrityError, match="ck_case_closed_with_approver_and_reason"):
        uncommitted.execute(
            update(Case)
            .where(Case.id == case.id)
            .values(status=Status.WRITTEN_OFF, closed_at=at("2026-06-01"), closed_by="OFF-04", closing_reason="")
        )


def test_an_open_case_carries_no_approver(uncommitted: Session) -> None:
    case = standing_at(uncommitted, Status.WRITE_OFF)
    with pytest.raises(IntegrityError, match="ck_case_closed_with_approver_and_reason"):
        uncommitted.execute(
            update(Case)
            .where(Case.id == case.id)
            .values(closed_at=at("2026-06-01"), closed_by="OFF-04", closing_reason="整改到位")
        )


@pytest.mark.parametrize("status", [status for status in Status if status not in (Status.REGISTERED, *CLOSED)])
def test_a_case_begins_as_registered(status: Status, uncommitted: Session) -> None:
    uncommitted.add(
        Case(
            number="洪治庸〔2026〕9003号",
            year=2026,
            sequence=9003,
            opened_at=at("2026-05-06"),
            status=status,
            problem_class="GENERAL",
            grade="DAILY",
            unit_code="U01",
        )
    )
    with pytest.raises(IntegrityError, match="ck_case_begins_registered"):
        uncommitted.flush()


@pytest.mark.parametrize("lacking", ["problem_class", "grade", "unit_code"])
def test_nothing_is_handled_before_it_is_classified(lacking: str, uncommitted: Session) -> None:
    case = standing_at(uncommitted, Status.REGISTERED)
    with pytest.raises(IntegrityError, match="ck_case_classified_before_handling"):
        uncommitted.execute(
            update(Case).where(Case.id == case.id).values({"status": Status.INVESTIGATING, lacking: None})
        )


def test_a_merged_case_names_the_one_it_went_into(uncommitted: Session) -> None:
    case = standing_at(uncommitted, Status.REGISTERED)
    closing = {"closed_at": at("2026-06-01"), "closed_by": "OFF-01", "closing_reason": "同一事项"}
    with pytest.raises(IntegrityError, match="ck_case_merged_into_another"):
        uncommitted.execute(update(Case).where(Case.id == case.id).values(status=Status.MERGED, **closing))


def test_there_is_no_fourth_round(uncommitted: Session) -> None:
    case = standing_at(uncommitted, Status.REVIEW)
    with pytest.raises(IntegrityError, match="ck_case_three_rounds_at_most"):
        uncommitted.execute(update(Case).where(Case.id == case.id).values(round=4))


def standing_at(session: Session, status: Status) -> Case:
    """Make a case that stands at a status, having come there by a move that is allowed."""
    before = None if status is Status.REGISTERED else next(here for here, there in sorted(_EDGES) if there is status)
    case = Case(
        number="洪治庸〔2026〕9001号",
        year=2026,
        sequence=9001,
        opened_at=at("2026-05-06"),
        status=status,
        previous_status=before,
        problem_class="GENERAL",
        grade="DAILY",
        unit_code="U01",
        merged_into=another(session).id if status is Status.MERGED else None,
    )
    if status.closed:
        case.closed_at, case.closed_by, case.closing_reason = at("2026-06-01"), "OFF-04", "整改到位"
    session.add(case)
    session.flush()
    return case


def another(session: Session) -> Case:
    """Make a second case, for one to be merged into."""
    case = session.query(Case).filter_by(sequence=9002).one_or_none()
    if case is None:
        case = Case(number="洪治庸〔2026〕9002号", year=2026, sequence=9002, opened_at=at("2026-05-06"))
        session.add(case)
        session.flush()
    return case
