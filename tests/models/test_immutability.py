"""Nothing disappears: the database itself refuses to change what was written, and to delete what moves on."""

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from models.assignment import Answer
from models.case import Case
from models.clause import Clause
from models.journal import Actor, canonical, sha256_of
from models.ledger import Base
from models.message import Message
from models.records import AccountabilityDecision, CallBack, DoubleCheck, Feedback, Filing, Signature
from models.words import Position
from tasks.answer import answer_locked
from tests.office import at, filled, opened

WRITTEN_ONCE = {
    "journal",
    "seal",
    "answer",
    "annulment",
    "signature",
    "filing",
    "double_check",
    "accountability_decision",
    "decision_measure",
    "feedback",
    "call_back",
    "batch",
    "attachment",
    "complainant",
    "case_subject",
    "document",
    "document_void",
    "opinion_bulletin",
    "bulletin_item",
    "joint_meeting",
    "meeting_action",
    "person",
    "policy_number",
    "notice",
    "notice_item",
    "published_list",
    "list_item",
    "self_report",
    "self_report_sent_back",
    "self_report_signature",
    "self_report_reception",
    "self_found_problem",
    "self_found_problem_decision",
    "campaign_nudge",
    "matter_ruling",
}
NEVER_DELETED = {
    "case",
    "case_message",
    "message",
    "assignment",
    "unit",
    "officer",
    "role_grant",
    "channel",
    "clause",
    "nudge",
    "delivery",
    "substitution",
    "extension",
    "supervision",
    "suspension",
    "campaign",
    "campaign_unit",
    "campaign_duty",
    "campaign_event",
}
# What is neither evidence nor a record of an act: tables that the system keeps for itself, and the registry's lists.
FREE = {
    "allowed_move",
    "calendar_day",
    "calendar_year",
    "clock",
    "evaluator_group",
    "lease",
    "monitoring_point",
    "number_series",
    "office_chain",
    "outbox",
}

# What may change in a message, whose other columns may not.
LIKENESS = ("similar_to", "similarity")


def test_somebody_has_decided_for_each_table_whether_it_may_change() -> None:
    assert set(Base.metadata.tables) == WRITTEN_ONCE | NEVER_DELETED | FREE


@pytest.mark.parametrize("table", sorted(WRITTEN_ONCE))
def test_what_was_written_cannot_be_changed(table: str, uncommitted: Session) -> None:
    column = Base.metadata.tables[table].columns.keys()[-1]
    with pytest.raises(DBAPIError, match=f"the ledger does not allow UPDATE on {table}"):
        uncommitted.execute(text(f'UPDATE "{table}" SET "{column}" = "{column}"'))


@pytest.mark.parametrize(
    "column", [each.name for each in Message.__table__.columns if not each.computed and each.name not in LIKENESS]
)
def test_a_message_stays_as_it_came(column: str, uncommitted: Session) -> None:
    with pytest.raises(DBAPIError, match="the ledger does not allow UPDATE on message"):
        uncommitted.execute(text(f'UPDATE message SET "{column}" = DEFAULT'))


def test_which_earlier_message_one_is_like_may_be_found_later(uncommitted: Session) -> None:
    opened(uncommitted, "milestone")
    uncommitted.execute(update(Message).values(dict.fromkeys(LIKENESS)))


@pytest.mark.parametrize("table", sorted(WRITTEN_ONCE | NEVER_DELETED))
@pytest.mark.parametrize("act", ["DELETE FROM", "TRUNCATE"])
def test_nothing_can_be_deleted(act: str, table: str, uncommitted: Session) -> None:
    end = "CASCADE" if act == "TRUNCATE" else ""
    with pytest.raises(DBAPIError, match=f"the ledger does not allow {act.split()[0]} on "):
        uncommitted.execute(text(f'{act} "{table}" {end}'))


def test_the_order_of_a_delete_makes_no_difference(uncommitted: Session) -> None:
    with pytest.raises(DBAPIError, match="the ledger does not allow DELETE on journal"):
        uncommitted.execute(text("WITH gone AS (DELETE FROM journal RETURNING 1) SELECT count(*) FROM gone"))


def test_an_answer_that_was_given_stays_as_it_was_given(uncommitted: Session) -> None:
    given = answered(uncommitted, "milestone")
    with pytest.raises(DBAPIError, match="the ledger does not allow UPDATE on answer"):
        uncommitted.execute(update(Answer).where(Answer.id == given.id).values(data={}))


def test_an_assignment_has_one_answer(uncommitted: Session) -> None:
    given = answered(uncommitted, "milestone")
    again = {"assignment_id": given.assignment_id, "officer_code": "U01-03", "os_user": "", "via": "command"}
    with pytest.raises(IntegrityError, match="uq_answer_assignment_id"):
        uncommitted.execute(insert(Answer).values(**again, answered_at=at("2026-05-06"), data={}))


# What the records demand of each row, whoever writes it.


def test_a_signature_whose_hash_is_not_that_of_its_text_is_refused(uncommitted: Session) -> None:
    given = answered(uncommitted, "sign-off")
    signature = signature_of(given) | {"text": canonical({"facts": "另一份"})}
    with pytest.raises(IntegrityError, match="ck_signature_hash_is_of_the_text"):
        uncommitted.execute(insert(Signature).values(**signature))


@pytest.mark.parametrize("paper", [{"paper_number": "签〔2026〕1号"}, {"recorded_by": "OFF-01"}])
def test_a_paper_signature_has_a_number_and_who_recorded_it(paper: dict[str, str], uncommitted: Session) -> None:
    given = answered(uncommitted, "sign-off")
    with pytest.raises(IntegrityError, match="ck_signature_paper_has_number_and_recorder"):
        uncommitted.execute(insert(Signature).values(**signature_of(given) | paper))


def test_nothing_is_filed_without_a_signature_or_the_office_s_own_handling(uncommitted: Session) -> None:
    given = answered(uncommitted, "milestone")
    with pytest.raises(IntegrityError, match="ck_filing_signed_or_direct"):
        uncommitted.execute(insert(Filing).values(**filing_of(given)))


def test_nothing_is_filed_on_the_signature_of_another_case(uncommitted: Session) -> None:
    signed = answered(uncommitted, "sign-off")
    signature = uncommitted.scalar(insert(Signature).values(**signature_of(signed)).returning(Signature.id))
    elsewhere = answered(uncommitted, "milestone")
    with pytest.raises(IntegrityError, match="fk_filing_signature_id_case_id"):
        uncommitted.execute(insert(Filing).values(**filing_of(elsewhere), signature_id=signature))


def test_a_round_is_filed_once(uncommitted: Session) -> None:
    first, second = answered(uncommitted, "milestone"), answered(uncommitted, "milestone", round=2)
    filing = filing_of(first) | {"direct_answer_id": first.id}
    uncommitted.execute(insert(Filing).values(**filing))
    with pytest.raises(IntegrityError, match="uq_filing_case_id_round"):
        uncommitted.execute(insert(Filing).values(**filing | {"answer_id": second.id, "number": "洪治庸备〔2026〕9号"}))


def test_a_conclusion_that_pursues_nobody_gives_its_reason(uncommitted: Session) -> None:
    given = answered(uncommitted, "milestone")
    with pytest.raises(IntegrityError, match="ck_double_check_measures_or_reason"):
        uncommitted.execute(insert(DoubleCheck).values(**conclusion_of(given), pursued=False, reason="", measures=[]))


def test_a_conclusion_that_pursues_somebody_names_the_measures(uncommitted: Session) -> None:
    given = answered(uncommitted, "milestone")
    with pytest.raises(IntegrityError, match="ck_double_check_measures_or_reason"):
        uncommitted.execute(
            insert(DoubleCheck).values(**conclusion_of(given), pursued=True, reason="失职", measures=[])
        )


@pytest.mark.parametrize(("position", "person"), [("HEAD", "U01-03"), ("DIRECT", "U01-01")])
def test_a_double_check_is_about_three_places_and_three_people(
    position: str, person: str, uncommitted: Session
) -> None:
    given = answered(uncommitted, "milestone")
    explained = {"pursued": False, "reason": "已尽责", "measures": []}
    uncommitted.execute(insert(DoubleCheck).values(**conclusion_of(given), **explained))
    second = conclusion_of(given) | {"position": Position(position), "officer_code": person}
    with pytest.raises(IntegrityError, match="uq_double_check_answer_id_"):
        uncommitted.execute(insert(DoubleCheck).values(**second, **explained))


@pytest.mark.parametrize(
    "who", [{}, {"officer_code": "U01-05", "unit_code": "U01"}], ids=["nobody", "an officer and a unit"]
)
def test_a_decision_is_against_one_person_or_one_unit(who: dict[str, str], uncommitted: Session) -> None:
    given = answered(uncommitted, "milestone")
    with pytest.raises(IntegrityError, match="ck_accountability_decision_one_person_or_unit"):
        uncommitted.execute(insert(AccountabilityDecision).values(**decision_of(given) | {"officer_code": None} | who))


def test_feedback_was_given_or_there_is_a_reason(uncommitted: Session) -> None:
    given = answered(uncommitted, "milestone")
    feedback = {"case_id": given.assignment.case_id, "round": 1, "reply": "DIRECT", "to": "", "text": "", "proof": ""}
    for told in ({"undeliverable_reason": ""}, {"undeliverable_reason": "匿名", "told_on": at("2026-05-06").date()}):
        with pytest.raises(IntegrityError, match="ck_feedback_told_or_reason"), uncommitted.begin_nested():
            uncommitted.execute(insert(Feedback).values(**feedback, **told))


def test_somebody_was_called_back_or_there_is_a_reason(uncommitted: Session) -> None:
    given = answered(uncommitted, "milestone")
    call = {"case_id": given.assignment.case_id, "round": 1, "attempts": 0, "recorded_at": at("2026-05-06")}
    for result in ({"no_call_reason": ""}, {"no_call_reason": "匿名", "result": "SATISFIED"}):
        with pytest.raises(IntegrityError, match="ck_call_back_result_or_reason"), uncommitted.begin_nested():
            uncommitted.execute(insert(CallBack).values(**call, **result))


# The 46 slots of the accountability list.


def test_the_list_has_fifteen_and_twenty_five_and_six_empty_slots(uncommitted: Session) -> None:
    slots = uncommitted.query(Clause).order_by(Clause.slot).all()
    assert [clause.slot for clause in slots] == list(range(1, 47))
    assert [clause.item for clause in slots] == [*range(1, 16), *range(1, 26), *range(1, 7)]
    assert [len({clause.source for clause in slots[a:b]}) for a, b in ((0, 15), (15, 40), (40, 46))] == [1, 1, 1]
    assert "湖北省公务员履职问责办法" in slots[0].source
    assert "武办发〔2011〕33号" in slots[15].source
    assert "六项" in slots[45].source.replace("“", "").replace("”", "")
    assert all((clause.text, clause.citable, clause.status) == ("", False, "待核原文") for clause in slots)


def test_there_is_no_forty_seventh_slot(uncommitted: Session) -> None:
    with pytest.raises(IntegrityError, match="ck_clause_forty_six_slots"):
        uncommitted.execute(insert(Clause).values(slot=47, source="另一份文件", item=1, text="条文"))


@pytest.mark.parametrize(
    "citation",
    [{"clause": 3, "clause_citable": False}, {"clause": 3, "clause_citable": None}, {"clause_citable": True}],
)
def test_the_database_knows_no_citation_that_does_not_claim_a_text(
    citation: dict[str, object], uncommitted: Session
) -> None:
    given = answered(uncommitted, "milestone")
    with pytest.raises(IntegrityError, match="ck_accountability_decision_clause_is_citable"):
        uncommitted.execute(insert(AccountabilityDecision).values(**decision_of(given) | citation))


def test_an_empty_slot_cannot_be_cited_in_the_database_and_a_full_one_can(uncommitted: Session) -> None:
    given = answered(uncommitted, "milestone")
    citing = insert(AccountabilityDecision).values(**decision_of(given), clause=3, clause_citable=True)
    with pytest.raises(IntegrityError, match="fk_accountability_decision_clause"), uncommitted.begin_nested():
        uncommitted.execute(citing)
    uncommitted.execute(update(Clause).where(Clause.slot == 3).values(text="核对过的原文"))
    assert uncommitted.get_one(Clause, 3, populate_existing=True).status == "已核原文"
    uncommitted.execute(citing)


def test_a_cited_slot_is_not_emptied_again(uncommitted: Session) -> None:
    given = answered(uncommitted, "milestone")
    uncommitted.execute(update(Clause).where(Clause.slot == 3).values(text="核对过的原文"))
    uncommitted.execute(insert(AccountabilityDecision).values(**decision_of(given), clause=3, clause_citable=True))
    with pytest.raises(IntegrityError, match="fk_accountability_decision_clause"):
        uncommitted.execute(update(Clause).where(Clause.slot == 3).values(text=""))


def test_a_case_that_is_open_cannot_be_deleted_either(uncommitted: Session) -> None:
    case, _ = opened(uncommitted, "milestone")
    with pytest.raises(DBAPIError, match="the ledger does not allow DELETE on case"):
        uncommitted.execute(delete(Case).where(Case.id == case.id))


def answered(session: Session, step: str, round: int = 1) -> Answer:
    """Answer a step on a case of its own."""
    case, assignment = opened(session, step, round=round)
    officer = "U01-01" if step == "sign-off" else "U01-03"
    answer_locked(session, case, assignment, data=filled(step), actor=Actor(code=officer))
    session.refresh(assignment, ["answer"])
    assert assignment.answer is not None
    return assignment.answer


def signature_of(given: Answer) -> dict[str, object]:
    """The row of a signature under an empty report."""
    return {
        "case_id": given.assignment.case_id,
        "answer_id": given.id,
        "round": 1,
        "unit_code": "U01",
        "signer": "U01-01",
        "signed_on": at("2026-05-06").date(),
        "text": canonical({}),
        "sha256": sha256_of({}),
        "paper_number": "",
    }


def filing_of(given: Answer) -> dict[str, object]:
    """The row of a filing, but for what it rests on."""
    return {
        "case_id": given.assignment.case_id,
        "answer_id": given.id,
        "round": 1,
        "number": "洪治庸备〔2026〕8号",
        "filed_at": at("2026-05-06"),
    }


def conclusion_of(given: Answer) -> dict[str, object]:
    """The row of a conclusion about the one directly responsible, but for the conclusion."""
    return {
        "case_id": given.assignment.case_id,
        "answer_id": given.id,
        "round": 1,
        "position": Position.DIRECT,
        "officer_code": "U01-03",
    }


def decision_of(given: Answer) -> dict[str, object]:
    """The row of a decision against an officer that cites nothing."""
    return {
        "case_id": given.assignment.case_id,
        "answer_id": given.id,
        "round": 1,
        "officer_code": "U01-05",
        "deciding_body": "区纪委监察局",
        "decided_on": at("2026-05-06").date(),
        "document_number": "",
        "appeal": "",
    }
