"""The register of documents: numbers without gaps, one letter once, what is void stays used, all in the journal."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from models.database import transaction
from models.document import Document, DocumentKind
from models.journal import Actor, Entry
from models.letter_subject import NothingToWrite
from models.refusals import NotYours, ReasonMissing
from settings import settings
from tasks.document import AlreadyVoid, FileMissing, UnknownDocument, void_document
from tasks.documents_shown import list_documents
from tasks.verify import verify
from tests.office import CLERK, HEAD, carry, classify, it_is, report, rows_of
from tests.reports.letters import text, written

pytestmark = pytest.mark.usefixtures("ledger")
ORDER = DocumentKind.ASSIGNMENT


def cases(count: int) -> list[str]:
    it_is("2026-05-06")
    numbers = [report("OFFICE_COMPLAINT", number=f"C-{each}") for each in range(count)]
    for number in numbers:
        classify(number)
    return numbers


def test_each_kind_has_its_numbers_and_each_year() -> None:
    first, second = cases(2)
    assert written(ORDER, first).number == "洪治庸办〔2026〕1号"
    assert written(ORDER, second).number == "洪治庸办〔2026〕2号"
    assert written(DocumentKind.DOSSIER, first).number == "洪治庸卷〔2026〕1号"
    it_is("2027-01-04")
    third = report("OFFICE_COMPLAINT", number="C-9")
    classify(third)
    assert written(ORDER, third).number == "洪治庸办〔2027〕1号"


def test_two_at_once_get_two_numbers_that_follow_each_other() -> None:
    numbers = cases(6)
    with ThreadPoolExecutor(6) as pool:
        issued = list(pool.map(lambda number: written(ORDER, number), numbers))
    assert sorted(each.number for each in issued) == [f"洪治庸办〔2026〕{each}号" for each in range(1, 7)]
    with transaction() as session:
        rows = session.scalars(select(Document)).all()
    assert {row.sha256 for row in rows} == {hashlib.sha256(each.content).hexdigest() for each in issued}


def test_two_who_write_the_same_letter_at_once_get_one() -> None:
    (number,) = cases(1)
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(lambda _: written(ORDER, number), range(2))
    assert (one.number, one.content) == (other.number, other.content)
    assert {one.again, other.again} == {True, False}
    assert len(list_documents()) == 1


def test_a_letter_that_cannot_be_written_takes_no_number() -> None:
    first, second = cases(2)
    own = settings().templates / f"{ORDER.value}.docx"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"")
    with pytest.raises(Exception, match="模板"):
        written(ORDER, first)
    own.unlink()
    assert written(ORDER, second).number == "洪治庸办〔2026〕1号"


def test_a_draft_takes_no_number_and_leaves_no_row() -> None:
    (number,) = cases(1)
    assert written(ORDER, number, draft=True).number == ""
    assert list_documents() == []
    assert written(ORDER, number).number == "洪治庸办〔2026〕1号"


def test_a_void_number_stays_used_and_the_letter_is_written_anew() -> None:
    (number,) = cases(1)
    written(ORDER, number)
    void_document("洪治庸办(2026)1号", actor=Actor(code=CLERK), reason="时限写错")
    assert written(ORDER, number).number == "洪治庸办〔2026〕2号"
    first, second = list_documents(case=number)
    assert (first["void"]["reason"], second["void"]) == ("时限写错", None)
    with pytest.raises(AlreadyVoid):
        void_document("洪治庸办〔2026〕1号", actor=Actor(code=CLERK), reason="再次")
    with pytest.raises(UnknownDocument):
        void_document("洪治庸办〔2026〕7号", actor=Actor(code=CLERK), reason="没有")
    with pytest.raises(ReasonMissing):
        void_document("洪治庸办〔2026〕2号", actor=Actor(code=CLERK), reason=" ")
    with pytest.raises(NotYours):
        void_document("洪治庸办〔2026〕2号", actor=Actor(code="U01-01"), reason="我不同意")


def test_the_journal_knows_each_document_and_the_ledger_holds() -> None:
    (number,) = cases(1)
    issued = written(ORDER, number)
    void_document(issued.number, actor=Actor(code=CLERK), reason="时限写错")
    entries = {each.what: each.detail for each in rows_of(number, Entry)}
    assert (entries["document"]["number"], entries["document"]["sha256"]) == (issued.number, issued.sha256)
    assert entries["document-void"] == {"number": issued.number, "reason": "时限写错"}
    assert verify().ok


def test_only_the_office_writes_and_only_its_head_signs() -> None:
    (number,) = cases(1)
    with pytest.raises(NotYours):
        written(ORDER, number, by="U01-03")
    with pytest.raises(NotYours):
        written(ORDER, number, signer=CLERK)


def test_a_letter_whose_file_is_gone_says_so() -> None:
    (number,) = cases(1)
    (settings().documents / written(ORDER, number).sha256).unlink()
    with pytest.raises(FileMissing):
        written(ORDER, number)


REPLY, FORM, LEADERS, UP = DocumentKind.REPLY, DocumentKind.FILING, DocumentKind.REPORT, DocumentKind.UPWARD


@pytest.mark.parametrize(
    ("kind", "early", "late", "said"),
    [
        (REPLY, "sign-off-1", "call-back-1", "经查属实，已整改。"),
        (FORM, "sign-off-1", "publication-1", "洪治庸备〔2026〕1号"),
        (FORM, "investigation-1", "publication-1", ""),
        (LEADERS, "report-to-leaders", "sign-off-1", "经调查，反映的问题属实"),
        (LEADERS, "sign-off-1", "publication-1", ""),
        (UP, "sign-off-1", "upward-report-1", "洪治庸备〔2026〕1号"),
    ],
    ids=lambda value: getattr(value, "value", value) or "-",
)
def test_a_letter_of_a_later_stage_is_another_one_and_of_the_same_stage_the_same(
    kind: DocumentKind, early: str, late: str, said: str
) -> None:
    it_is("2026-05-06")
    number = report("SUPERIOR_TRANSFER" if kind is UP else "DISTRICT_HEAD_LINE")
    problem = {"problem_class": "SUPERIOR" if kind is UP else "COMMON" if kind is LEADERS else "GENERAL"}
    instead = {"classification": problem}
    carry(number, to=early, instead=instead)
    if early == "investigation-1":
        with pytest.raises(NothingToWrite):
            written(kind, number, by=HEAD)
        carry(number, to="sign-off-1")
    first = written(kind, number, by=HEAD)
    assert written(kind, number, by=HEAD).again
    carry(number, to=late, instead=instead)
    final = written(kind, number, by=HEAD)
    assert (final.again, final.number != first.number) == (False, True)
    assert said in text(final)
    assert said not in text(first) or not said
    again = written(kind, number, by=HEAD)
    assert (again.again, again.number, again.content) == (True, final.number, final.content)


def test_a_reply_is_the_same_one_until_the_case_is_closed() -> None:
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    carry(number, to="direct-reply-1")
    first = written(REPLY, number)
    carry(number)
    assert written(REPLY, number).number == first.number
