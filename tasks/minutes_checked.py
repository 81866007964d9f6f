"""What the ledger has against minutes that somebody filled in: their cases, units and days, and who is identified."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case import Case
from models.clock import today
from models.concerned import heads_of, is_subject
from models.masks import details_in
from models.meeting_file import CASE, ENDS_ON, FIELDS, HELD_ON, UNIT, WHAT, ActionRow, MinutesFile
from models.message import Complainant
from models.path import read_path
from models.refusals import UnknownCase
from models.registry import Officer, RoleGrant, Unit, plain_unit
from models.typed_sheets import Fault
from models.words import Role, Status
from tasks.find import find_case

LONGEST_AGO = timedelta(days=366)  # from the meeting to its minutes: an earlier day is a slip


def lock_cases(session: Session, actions: Sequence[ActionRow]) -> dict[int, Case]:
    """Find the case of each row, by its line, and lock them one after the other in the order of their ids."""
    ids: dict[int, int] = {}
    for row in actions:
        try:
            ids[row.line] = find_case(session, row.case).id
        except UnknownCase:
            continue
    locked = session.scalars(
        select(Case)
        .where(Case.id.in_(sorted(set(ids.values()))))
        .order_by(Case.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    cases = {case.id: case for case in locked}
    return {line: cases[case_id] for line, case_id in ids.items()}


def find_units(session: Session, actions: Sequence[ActionRow]) -> dict[int, Unit]:
    """Find the unit of each row, by its line, from its code or its name with or without the district."""
    units = session.scalars(select(Unit).order_by(Unit.active.desc(), Unit.position)).all()
    found: dict[int, Unit] = {}
    for row in actions:
        named = [each for each in units if row.unit.casefold() == each.code.casefold()]
        named += [each for each in units if row.unit == each.name]
        named += [each for each in units if row.unit and plain_unit(row.unit) == plain_unit(each.name)]
        if named:
            found[row.line] = named[0]
    return found


def faults_in(
    session: Session, minutes: MinutesFile, cases: Mapping[int, Case], units: Mapping[int, Unit]
) -> Iterator[Fault]:
    """Yield what the ledger has against the minutes; cases and units are by the line of their row."""
    day = today(session)
    if minutes.held_on is not None and minutes.held_on > day:
        yield minutes.fault(HELD_ON, "会议日期是将来的日期")
    elif minutes.held_on is not None and minutes.held_on < day - LONGEST_AGO:
        yield minutes.fault(HELD_ON, "会议日期早于一年以前，请核对")
    everybody = [sender for case in cases.values() for sender in _senders(case)]
    for name in FIELDS:
        if kinds := _identifying(minutes.said.get(name, ""), everybody):
            yield minutes.fault(name, kinds)
    for row in minutes.actions:
        case, unit = cases.get(row.line), units.get(row.line)
        if row.case and (why := _not_now(session, case)):
            yield row.fault(CASE, why)
        if row.unit and (why := _cannot_do_it(session, case, unit, day)):
            yield row.fault(UNIT, why)
        if row.ends_on is not None and row.ends_on < day:
            yield row.fault(ENDS_ON, "完成时限早于今天")
        if kinds := _identifying(row.what, _senders(case) if case is not None else []):
            yield row.fault(WHAT, kinds)


def _not_now(session: Session, case: Case | None) -> str:
    """Return why no meeting can ask for anything in a case."""
    if case is None:
        return UnknownCase.says.rstrip("。")
    if not case.is_open:
        return "案件已办结"
    if case.status is Status.SUSPENDED:
        return "案件已挂起，唤醒后才能议定事项"
    if case.status is Status.REGISTERED:
        return "案件尚未分类（或退回后待重新分派）"
    if not read_path(session, case.number).ruling.outcome.taken_up:
        return "案件已决定不予受理或转出"
    return ""


def _cannot_do_it(session: Session, case: Case | None, unit: Unit | None, day: date) -> str:
    """Return why a unit cannot be asked for something in a case."""
    if unit is None:
        return "没有这个单位，请填单位代码或全称"
    if not unit.active:
        return "该单位已不在册"
    contacts = session.scalars(
        select(Officer)
        .join(Officer.grants)
        .where(Officer.unit_code == unit.code, RoleGrant.role == Role.UNIT_CONTACT, RoleGrant.in_force(day))
    ).all()
    if not contacts:
        return "该单位没有在任的联络员"
    if case is None:
        return ""
    heads = session.scalars(select(Officer).where(Officer.code.in_(heads_of(session, unit.code, day)))).all()
    if any(is_subject(session, case.id, head) for head in heads):
        return "案件反映该单位主要领导，不得交其承办"
    if all(is_subject(session, case.id, contact) for contact in contacts):
        return "案件反映该单位联络员，不得交其承办"
    return ""


def _senders(case: Case) -> list[Complainant | None]:
    return [each.message.complainant for each in case.messages]


def _identifying(text: str, senders: Sequence[Complainant | None]) -> str:
    """Say by what kind of detail a text, which the units read, identifies somebody who reported, and quote none."""
    details = details_in(text, *senders, lines_are_public=True)
    kinds = "、".join(detail.word for detail in details)
    return f"各承办单位将会看到，不得含有可识别投诉人的内容（{kinds}）" if kinds else ""
