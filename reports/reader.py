"""For whom a report is written: what of the ledger he gets, and whether he reads who was held to account."""

from typing import Protocol

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from models.case import Case, CaseMessage, CaseSubject
from models.clock import today
from models.message import Message
from models.path import LAST
from models.refusals import NotYours, UnknownOfficer
from models.registry import Channel, Officer, Person
from models.words import Role
from reports.report import Reader

# Who gets every report.
_GETS_ALL = frozenset({Role.OFFICE_CLERK, Role.OFFICE_HEAD, Role.DISCIPLINE, Role.DISTRICT_LEADER})


class Offered(Protocol):
    """A report of whatever kind: what it is called, and who gets it besides those who get every one."""

    @property
    def title(self) -> str:
        """Its name, as people read it."""

    @property
    def also_for(self) -> tuple[Role, ...]:
        """The roles; a unit's get what is their unit's."""


def reader_of(session: Session, report: Offered, by: str) -> Reader:
    """Return what an officer gets of a report by the roles that he holds today.

    Raises UnknownOfficer, NotYours.
    """
    officer = session.get(Officer, by)
    if officer is None:
        raise UnknownOfficer
    day = today(session)
    roles = {grant.role for grant in officer.grants if grant.covers(day)}
    kept_out_of = _about(session, officer)
    if roles & _GETS_ALL:
        return Reader(names=officer.reads_names(on=day), kept_out_of=kept_out_of)
    held = roles & set(report.also_for)
    if not held:
        who = "、".join(role.label for role in Role if role in _GETS_ALL or role in report.also_for)
        raise NotYours(f"{report.title}只提供给：{who}。")
    for_his_unit = all(role.of_a_unit for role in held)
    return Reader(unit=officer.unit_code if for_his_unit else None, kept_out_of=kept_out_of)


def is_for(reader: Reader) -> ColumnElement[bool]:
    """Whether the reader gets a case: none that is about him; of a unit, those that it handles itself."""
    conditions: list[ColumnElement[bool]] = [Case.id.not_in(sorted(reader.kept_out_of))]
    if reader.unit is not None:
        exposed = exists().where(
            CaseMessage.case_id == Case.id,
            CaseMessage.message_id == Message.id,
            Message.channel_code == Channel.code,
            Channel.direct_accountability,
        )
        conditions += [
            Case.unit_code == reader.unit,
            ~Case.handled_directly,
            Case.linked_from.is_(None),
            Case.round < LAST,
            ~exposed,
        ]
    return and_(*conditions)


def _about(session: Session, officer: Officer) -> frozenset[int]:
    """Return the cases that are about an officer, whether he was named by his code or by his name and unit."""
    named = session.scalars(
        select(CaseSubject)
        .outerjoin(CaseSubject.person)
        .where(or_(CaseSubject.officer_code == officer.code, Person.name == officer.name))
        .where(~CaseSubject.annulment.has())
        .options(joinedload(CaseSubject.person))
    )
    return frozenset(subject.case_id for subject in named if subject.is_officer(officer))
