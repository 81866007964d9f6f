"""One message by hand, who sees what of it, its attachments, and the journalled reading of who sent it."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models.case import Case
from models.database import transaction
from models.journal import Actor, Entry
from models.refusals import BadFile, ConflictOfInterest, NoIdentity, NotYours, ReasonMissing, UnknownChannel
from settings import settings
from tasks.identity import read_identity
from tasks.message import NumberTaken, add_message, attach, show_message
from tasks.register import Registered, Report
from tests.office import CLERK, DISCIPLINE, at, classify, it_is, report

pytestmark = pytest.mark.usefixtures("ledger")
TEXT = "我是来件人甲，电话13800001234，身份证420111198001011234，住甲一路3号，办证拖了一个月。"


def add(**other: object) -> Registered:
    """Take a call by hand."""
    fields = {
        "source_number": "",
        "received_at": at("2026-05-06"),
        "subject": "办证拖延",
        "text": TEXT,
        "name": "来件人甲",
        "phone": "13800001234",
        "address": "甲一路3号2单元",
    } | other
    return add_message(Report(**fields), channel="RECEPTION", actor=Actor(code=CLERK))  # type: ignore[arg-type]


def show(message: int, by: str) -> dict[str, object]:
    """Show a message to an officer."""
    return show_message(message, actor=Actor(code=by))


def test_a_visitor_gets_a_number_of_the_offices_own_and_a_case() -> None:
    it_is("2026-05-06")
    first, second = add(), add(text="另一件事")
    assert (first.case, second.case) == ("洪治庸〔2026〕1号", "洪治庸〔2026〕2号")
    assert show(first.message, CLERK)["source_number"] == "手工2026-1"
    assert show(second.message, CLERK)["source_number"] == "手工2026-2"


def test_the_same_number_is_not_taken_twice() -> None:
    it_is("2026-05-06")
    add(source_number="X-1")
    with pytest.raises(NumberTaken):
        add(source_number="X-1")
    with pytest.raises(UnknownChannel):
        add_message(
            Report(source_number="", received_at=at("2026-05-06"), subject="一", text="二"),
            channel="NO_SUCH",
            actor=Actor(code=CLERK),
        )


def test_the_unit_sees_the_matter_masked_and_never_who_reported() -> None:
    it_is("2026-05-06")
    message = add()
    with pytest.raises(NotYours):
        show(message.message, "U01-03")
    classify(message.case)
    seen = show(message.message, "U01-03")
    for secret in ("来件人甲", "13800001234", "420111198001011234", "3号"):
        assert secret not in str(seen)
    assert seen["contact"] == "138****1234"
    assert "办证拖了一个月" in str(seen["text"])
    with pytest.raises(NotYours):
        show(message.message, "U02-03")


def test_who_agreed_to_be_known_is_not_masked_for_the_unit() -> None:
    it_is("2026-05-06")
    message = add(consent=True)
    classify(message.case)
    assert show(message.message, "U01-03")["text"] == TEXT
    assert read_identity(message.case, actor=Actor(code="U01-04"), reason="上门核实")["name"] == "来件人甲"


def test_the_office_and_the_discipline_body_see_the_text_and_the_contact_masked() -> None:
    it_is("2026-05-06")
    message = add()
    for by in (CLERK, DISCIPLINE):
        seen = show(message.message, by)
        assert (seen["text"], seen["contact"]) == (TEXT, "138****1234")


def test_the_person_reported_sees_nothing() -> None:
    it_is("2026-05-06")
    message = add()
    classify(message.case, subjects=["U01-03", {"name": "办事员丙", "post": "科员", "unit": "某中心"}])
    with pytest.raises(ConflictOfInterest):
        show(message.message, "U01-03")
    with pytest.raises(ConflictOfInterest):
        read_identity(message.case, actor=Actor(code="U01-03"), reason="看看")


def test_an_attachment_is_kept_once_by_its_hash(tmp_path: Path) -> None:
    it_is("2026-05-06")
    message = add()
    photo = tmp_path / "现场照片.jpg"
    photo.write_bytes(b"\xff\xd8 photo")
    first = attach(message.message, photo, actor=Actor(code=CLERK))
    assert attach(message.message, photo, actor=Actor(code=CLERK))["sha256"] == first["sha256"]
    kept = show(message.message, CLERK)["attachments"]
    assert kept == [{"name": "现场照片.jpg", "sha256": first["sha256"], "size": 8}]
    assert (settings().attachments / str(first["sha256"])).read_bytes() == photo.read_bytes()
    with pytest.raises(BadFile):
        attach(message.message, tmp_path / "没有.jpg", actor=Actor(code=CLERK))
    with pytest.raises(NotYours):
        attach(message.message, photo, actor=Actor(code="U01-03"))


def test_reading_an_identity_is_journalled_with_its_reason_and_so_is_a_refused_try() -> None:
    it_is("2026-05-06")
    message = add()
    classify(message.case)
    with pytest.raises(ReasonMissing):
        read_identity(message.case, actor=Actor(code=CLERK), reason=" ")
    with pytest.raises(NotYours):
        read_identity(message.case, actor=Actor(code="U01-01"), reason="想知道是谁")
    found = read_identity("2026-1", actor=Actor(code=CLERK), reason="回访")
    assert (found["name"], found["phone"]) == ("来件人甲", "13800001234")
    with transaction() as session:
        case = session.scalars(select(Case)).one()
        entries = session.scalars(select(Entry).where(Entry.case_id == case.id, Entry.what.like("identity%"))).all()
    assert [(entry.what, entry.actor) for entry in entries] == [("identity-refused", "U01-01"), ("identity", CLERK)]
    assert entries[1].detail["reason"] == "回访"


def test_an_anonymous_report_has_no_identity() -> None:
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT", name="", phone="")
    with pytest.raises(NoIdentity):
        read_identity(number, actor=Actor(code=CLERK), reason="回访")
