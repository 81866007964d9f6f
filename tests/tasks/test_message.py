"""One message by hand, who sees what of it, its attachments, and the journalled reading of who sent it."""

import os
import stat
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, update

from models.case import Case
from models.database import transaction
from models.journal import SYSTEM, Actor, Entry
from models.refusals import (
    BadFile,
    ConflictOfInterest,
    NoIdentity,
    NotYours,
    ReasonMissing,
    UnknownChannel,
    UnknownOfficer,
)
from models.registry import Officer, RoleGrant
from models.words import Role
from settings import settings
from tasks.identity import read_identity
from tasks.merge import merge
from tasks.message import NumberTaken, add_message, attach, show_added, show_message
from tasks.register import Registered, Report
from tests.office import CLERK, CLERK2, DISCIPLINE, at, classify, it_is, report

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


def test_the_unit_sees_no_sender_of_the_case_in_any_of_its_messages() -> None:
    it_is("2026-05-06")
    first = add(consent=True)
    words = "来件人甲和我（来件人乙，甲二路5号）都去过，话13800001234"
    second = add(text=words, name="来件人乙", phone="13900005678", address="甲二路5号", about_unit="来件人乙家旁的窗口")
    merge(second.message, into=first.case, actor=Actor(code=CLERK), reason="同一事项")
    classify(first.case)
    assert show(second.message, "U01-03")["text"] == "来件人甲和我（来***，甲二路***）都去过，话138****1234"
    assert show(second.message, "U01-03")["about_unit"] == "来***家旁的窗口"
    assert "420111198001011234" not in str(show(first.message, "U01-03"))


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


def test_the_unit_sees_that_there_are_attachments_and_not_their_names(tmp_path: Path) -> None:
    it_is("2026-05-06")
    message = add(consent=True)
    for name in ("来件人甲投诉.PDF", "照片.来件人甲", "录音"):
        file = tmp_path / name
        file.write_text(name)
        attach(message.message, file, actor=Actor(code=CLERK))
    classify(message.case)

    def names(by: str) -> list[str]:
        return [each["name"] for each in show(message.message, by)["attachments"]]  # type: ignore[attr-defined]

    assert names("U01-03") == ["附件1.pdf", "附件2", "附件3"]
    assert names(DISCIPLINE) == ["来件人甲投诉.PDF", "照片.来件人甲", "录音"]


def test_only_the_system_s_own_user_reads_the_attachments_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    it_is("2026-05-06")
    message = add()
    home = tmp_path / "made" / "home"
    monkeypatch.setenv("ZHIYONG_HOME", str(home))
    photo = tmp_path / "现场照片.jpg"
    photo.write_bytes(b"photo")
    photo.chmod(0o644)
    umask = os.umask(0)
    try:
        digest = attach(message.message, photo, actor=Actor(code=CLERK))["sha256"]
    finally:
        os.umask(umask)

    def modes() -> list[int]:
        return [stat.S_IMODE(path.stat().st_mode) for path in (home.parent, home, folder, folder / digest)]

    folder = settings().attachments
    assert modes() == [0o700, 0o700, 0o700, 0o600]
    assert [path.name for path in folder.iterdir()] == [digest]
    home.chmod(0o755)  # somebody's own doing: it stays
    folder.chmod(0o755)
    (folder / digest).chmod(0o644)
    attach(add(text="另一件事").message, photo, actor=Actor(code=CLERK))
    assert modes() == [0o700, 0o755, 0o700, 0o600]


def test_the_machine_s_user_registers_and_reads_nothing(tmp_path: Path) -> None:
    it_is("2026-05-06")
    message = add()
    letter = tmp_path / "来件人甲.pdf"
    letter.write_bytes(b"%PDF")
    machine = Actor(code="system")
    receipt = attach(message.message, letter, actor=machine)
    assert (receipt["message"], receipt["case"], receipt["channel"]) == (message.message, message.case, "RECEPTION")
    assert (receipt["subject"], receipt["text"], receipt["contact"]) == (None, None, None)
    assert [each["name"] for each in receipt["attachments"]] == ["附件1.pdf"]
    for by in ("system", "System", ""):
        with pytest.raises(UnknownOfficer):
            show(message.message, by)
        with pytest.raises(UnknownOfficer):
            read_identity(message.case, actor=Actor(code=by), reason="看看")
    with pytest.raises(UnknownOfficer):
        show_message(message.message, actor=SYSTEM)
    assert (show_added(message)["text"], show_added(message)["contact"]) == (TEXT, "138****1234")  # he typed it himself


def test_an_officer_called_system_would_read_nothing_either() -> None:
    it_is("2026-05-06")
    message = add()
    with transaction() as session:
        session.add(Officer(code="system", name="假系统", unit_code="OFF"))
        session.flush()
        session.add(RoleGrant(officer_code="system", role=Role.OFFICE_CLERK, valid_from=date(2015, 1, 1)))
    with pytest.raises(UnknownOfficer):
        show(message.message, "system")
    with pytest.raises(UnknownOfficer):
        read_identity(message.case, actor=Actor(code="system"), reason="看看")


def test_who_holds_no_role_today_reads_nothing() -> None:
    it_is("2026-05-06")
    message = add(consent=True)
    classify(message.case)
    with transaction() as session:
        ended = RoleGrant.officer_code.in_(["U01-03", CLERK2])
        session.execute(update(RoleGrant).where(ended).values(valid_to=date(2026, 5, 6)))
    for by in ("U01-03", CLERK2):
        assert show(message.message, by)["text"] == TEXT
        assert read_identity(message.case, actor=Actor(code=by), reason="上门核实")["name"] == "来件人甲"
    it_is("2026-05-07")
    for by in ("U01-03", CLERK2):
        with pytest.raises(NotYours):
            show(message.message, by)
        with pytest.raises(NotYours):
            read_identity(message.case, actor=Actor(code=by), reason="上门核实")


def test_a_unit_reads_nothing_of_what_the_office_handles_in_its_place() -> None:
    it_is("2026-05-06")
    message = add(consent=True)
    classify(message.case, outcome="DIRECT", subjects=["U01-01"])
    with pytest.raises(NotYours):
        show(message.message, "U01-03")
    with pytest.raises(NotYours):
        read_identity(message.case, actor=Actor(code="U01-03"), reason="看看")


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
