"""《舆情快报》 (policy 三(一), O36–O37): an issue is taken in whole, each item as a case; what has become of them."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload

from models import journal
from models.assignment import Answer, Assignment
from models.bulletin import BulletinItem, OpinionBulletin, bulletin_number
from models.bulletin_file import BulletinFile, read_bulletin
from models.case import Case, CaseMessage
from models.clock import SHANGHAI, now, today
from models.database import transaction
from models.forms import OpinionTracking
from models.journal import Actor
from models.message import Message
from models.outbox import LIVE
from models.records import Feedback
from models.refusals import BadFile, Refusal, RegistryEmpty, Unknown
from models.registry import Channel
from models.steps import STEP_OF
from models.words import OpinionTrend, Reply, Role
from settings import settings
from tasks.incoming_files import TooLarge, read_whole
from tasks.kept_files import keep
from tasks.officers import officer_with
from tasks.refused import kept_if_office_refused
from tasks.register import Report, already_known, register

CHANNEL = "OPINION_BULLETIN"
TRACKING = STEP_OF[OpinionTracking].name
_MAY_TAKE_IN = (Role.OFFICE_CLERK, Role.OFFICE_HEAD, Role.PROPAGANDA)


class BulletinKnown(Refusal):
    """An issue of this number was taken in with another content."""

    code = "bulletin-known"


class UnknownBulletin(Unknown):
    """No issue of this number was taken in."""

    code = "unknown-bulletin"
    says = "没有收入过这一期快报，请用 zhiyong bulletin list 查看。"


@dataclass(frozen=True, kw_only=True)
class TakenIn:
    """An issue, now or before: the case of each item, in their order, and how many items are like earlier messages.

    again: whether it was taken in before. After a dry run there are no cases.
    """

    number: str
    issued_on: date
    items: int
    cases: list[str]
    similar: int
    again: bool = False


def take_in_bulletin(
    path: Path,
    *,
    actor: Actor,
    year: int | None = None,
    issue: int | None = None,
    issued_on: date | None = None,
    dry_run: bool = False,
) -> TakenIn:
    """Take an issue in, all of it or nothing; the same file again changes nothing.

    year, issue, issued_on: where the file does not say it; what it says must not differ. dry_run: only look what would
    happen; then there are no cases. Raises BadFile, BulletinKnown, NotYours, RegistryEmpty, UnknownOfficer.
    """
    try:
        content = read_whole(path)
    except (OSError, TooLarge):
        raise BadFile(f"“{path.name}”不存在或无法打开。") from None
    sha256 = hashlib.sha256(content).hexdigest()
    with kept_if_office_refused("bulletin", actor=actor, file=sha256):
        read = read_bulletin(path.name, content)
        with transaction() as session:
            officer_with(session, actor.code, *_MAY_TAKE_IN)
            given = _identified(path.name, read, year, issue, issued_on, today(session))
        try:
            with transaction() as session:
                return _take_in(session, path.name, content, sha256, read, given, actor, dry_run=dry_run)
        except IntegrityError:  # somebody else takes in the same issue at this moment
            with transaction() as session:
                before = _known(session, given, sha256)
            if before is None:
                raise
            return before


@dataclass(frozen=True, kw_only=True)
class _Identified:
    year: int
    issue: int
    issued_on: date

    @property
    def number(self) -> str:
        return bulletin_number(self.year, self.issue)


def _identified(
    name: str, read: BulletinFile, year: int | None, issue: int | None, issued_on: date | None, today: date
) -> _Identified:
    """Put together which issue it is, from the file and from what was typed. Raises BadFile."""
    for what, in_file, typed in (
        ("年份", read.year, year),
        ("期号", read.issue, issue),
        ("印发日期", read.issued_on, issued_on),
    ):
        if None not in (in_file, typed) and in_file != typed:
            raise BadFile(f"“{name}”写明的{what}是{in_file}，与所填的{typed}不一致。")
    day = issued_on or read.issued_on
    number = read.issue if issue is None else issue
    if number is None:
        raise BadFile(f"“{name}”中没有找到期号（如“第12期”），请用 --issue 写明。")
    if day is None:
        raise BadFile(f"“{name}”中没有找到印发日期（如“2026年5月6日”），请用 --date 写明。")
    if number == 0 or abs((year or read.year or day.year) - day.year) > 1:
        raise BadFile(f"“{name}”的期号或年份有误，与印发日期{day}不符，请核对。")
    if day > today:
        raise BadFile(f"“{name}”的印发日期{day}是将来的日期。")
    return _Identified(year=year or read.year or day.year, issue=number, issued_on=day)


def _take_in(
    session: Session,
    name: str,
    content: bytes,
    sha256: str,
    read: BulletinFile,
    given: _Identified,
    actor: Actor,
    *,
    dry_run: bool,
) -> TakenIn:
    if (before := _known(session, given, sha256)) is not None:
        return before
    channel = session.get(Channel, CHANNEL)
    if channel is None or not channel.active:
        raise RegistryEmpty
    numbers = [f"{given.number}第{place}条" for place in range(1, len(read.items) + 1)]
    if dry_run:
        return TakenIn(number=given.number, issued_on=given.issued_on, items=len(numbers), cases=[], similar=0)
    bulletin = OpinionBulletin(
        year=given.year,
        issue=given.issue,
        issued_on=given.issued_on,
        file_name=name,
        sha256=sha256,
        taken_at=now(session),
        taken_by=actor.code,
    )
    session.add(bulletin)
    session.flush()
    received_at = datetime.combine(given.issued_on, time(), SHANGHAI).astimezone(UTC)
    registered = []
    for place, (number, item) in enumerate(zip(numbers, read.items, strict=True), 1):
        if already_known(session, CHANNEL, number) is not None:
            raise BulletinKnown(f"{number}已从别的文件登记过，未收入本期任何条目。")
        report = Report(
            source_number=number,
            received_at=received_at,
            subject=item.subject,
            text=item.text,
            about_unit=item.about_unit,
            extra={"期号": given.number, "条": str(place)} | item.extra,
        )
        registered.append(register(session, report, channel=CHANNEL, actor=actor, priority=LIVE))
        session.add(BulletinItem(bulletin_id=bulletin.id, position=place, message_id=registered[-1].message))
    keep(settings().bulletins, content, sha256)
    detail = {"bulletin": given.number, "issued_on": given.issued_on.isoformat(), "items": len(registered)}
    journal.write(session, case=None, actor=actor, what="bulletin", detail=detail | {"sha256": sha256})
    return TakenIn(
        number=given.number,
        issued_on=given.issued_on,
        items=len(registered),
        cases=[each.case for each in registered],
        similar=sum(each.similar_to is not None for each in registered),
    )


def _known(session: Session, given: _Identified, sha256: str) -> TakenIn | None:
    """Return the issue as it was taken in before from the same file. Raises BulletinKnown where it was another."""
    same_file = session.scalar(select(OpinionBulletin).where(OpinionBulletin.sha256 == sha256))
    if same_file is not None and (same_file.year, same_file.issue) != (given.year, given.issue):
        raise BulletinKnown(f"该文件已作为{same_file.number}收入。")
    bulletin = session.scalar(
        select(OpinionBulletin).where(OpinionBulletin.year == given.year, OpinionBulletin.issue == given.issue)
    )
    if bulletin is None:
        return None
    if bulletin.sha256 != sha256:
        day = bulletin.taken_at.astimezone(SHANGHAI).date()
        raise BulletinKnown(f"{bulletin.number}已于{day}收入，内容与此文件不同；更正、补充的舆情请另编一期。")
    cases = [case.number for case in _cases_of(session, bulletin)]
    return TakenIn(
        number=bulletin.number, issued_on=bulletin.issued_on, items=len(cases), cases=cases, similar=0, again=True
    )


def _cases_of(session: Session, bulletin: OpinionBulletin) -> list[Case]:
    return list(
        session.scalars(
            select(Case)
            .join(CaseMessage, CaseMessage.case_id == Case.id)
            .join(BulletinItem, BulletinItem.message_id == CaseMessage.message_id)
            .where(BulletinItem.bulletin_id == bulletin.id)
            .order_by(BulletinItem.position)
        )
    )


def list_bulletins(year: int | None = None) -> dict[str, Any]:
    """Return the issues of a year, the latest by default, with how many items are still open, and which are missing.

    missing: the numbers between the first and the last that were taken in which have not come.
    """
    with transaction() as session:
        if year is None:
            year = session.scalar(select(OpinionBulletin.year).order_by(OpinionBulletin.year.desc()).limit(1))
        bulletins = session.scalars(
            select(OpinionBulletin).where(OpinionBulletin.year == year).order_by(OpinionBulletin.issue)
        ).all()
        shown = []
        for each in bulletins:
            cases = _cases_of(session, each)
            shown.append(
                {
                    "number": each.number,
                    "issued_on": each.issued_on.isoformat(),
                    "items": len(cases),
                    "open": sum(case.is_open for case in cases),
                    "taken_by": each.taken_by,
                }
            )
        issues = {each.issue for each in bulletins}
        missing = sorted(set(range(min(issues), max(issues))) - issues) if issues else []
        return {"year": year, "bulletins": shown, "missing": missing}


def show_bulletin(year: int, issue: int) -> dict[str, Any]:
    """Return what has become of each item of an issue: where its case stands, how it is tracked, how it was answered.

    Nothing of what was written. Raises UnknownBulletin.
    """
    with transaction() as session:
        bulletin = session.scalar(
            select(OpinionBulletin)
            .where(OpinionBulletin.year == year, OpinionBulletin.issue == issue)
            .options(selectinload(OpinionBulletin.items).joinedload(BulletinItem.message))
        )
        if bulletin is None:
            raise UnknownBulletin
        return {
            "number": bulletin.number,
            "issued_on": bulletin.issued_on.isoformat(),
            "file": bulletin.file_name,
            "items": [_shown(session, each.position, each.message) for each in bulletin.items],
        }


def _shown(session: Session, position: int, message: Message) -> dict[str, Any]:
    case = session.scalars(
        select(Case)
        .join(CaseMessage, CaseMessage.case_id == Case.id)
        .where(CaseMessage.message_id == message.id)
        .options(joinedload(Case.unit))
    ).one()
    entries = session.scalars(
        select(Answer)
        .join(Answer.assignment)
        .where(Assignment.case_id == case.id, Assignment.kind == TRACKING, ~Answer.annulment.has())
        .order_by(Answer.id)
    ).all()
    waiting = session.scalar(
        select(Assignment.due_on).where(Assignment.case_id == case.id, Assignment.kind == TRACKING, Assignment.is_open)
    )
    replied = session.scalar(
        select(Feedback.told_on)
        .where(Feedback.message_id == message.id, Feedback.reply == Reply.SOURCE, Feedback.told_on.is_not(None))
        .order_by(Feedback.id.desc())
        .limit(1)
    )
    last = entries[-1] if entries else None
    return {
        "item": position,
        "message": message.id,
        "case": case.number,
        "status": case.status.value,
        "unit": case.unit_code,
        "unit_name": case.unit.name if case.unit else None,
        "tracked": len(entries),
        "tracked_on": last.answered_at.astimezone(SHANGHAI).date().isoformat() if last else None,
        "trend": OpinionTrend(last.data["trend"]).value if last else None,
        "next_due": waiting.isoformat() if waiting else None,
        "replied_on": replied.isoformat() if replied else None,
    }
