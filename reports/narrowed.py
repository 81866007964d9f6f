"""Which rows of the ledger are of a report's scope: by the case's unit, the reader, and a moment or a day."""

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute

from models.case import Case, CaseMessage
from models.clock import SHANGHAI
from models.message import Message
from models.registry import Channel
from reports.reader import is_for
from reports.report import Scope


def of_scope(scope: Scope) -> list[ColumnElement[bool]]:
    """Conditions on a case: its responsible unit, and that the reader gets it."""
    conditions = [is_for(scope.reader)]
    return [*conditions, Case.unit_code == scope.unit] if scope.unit is not None else conditions


def messages_of_scope(scope: Scope, *conditions: ColumnElement[bool]) -> Select[Case, int, str, str, datetime]:
    """Select the messages that were received within a scope: the case, id, channel, number at the source, and when."""
    return (
        select(Case, Message.id, Channel.name, Message.source_number, Message.received_at)
        .select_from(CaseMessage)
        .join(CaseMessage.case)
        .join(CaseMessage.message)
        .join(Message.channel)
        .where(*conditions, *of_scope(scope), *within(scope, Message.received_at))
    )


def within(scope: Scope, moment: ColumnElement[datetime] | InstrumentedAttribute[Any]) -> list[ColumnElement[bool]]:
    """Conditions on a moment: on one of the scope's days in Shanghai."""
    conditions: list[ColumnElement[bool]] = []
    if scope.from_day is not None:
        conditions.append(moment >= datetime.combine(scope.from_day, time(), SHANGHAI))
    if scope.to_day is not None:
        conditions.append(moment < datetime.combine(scope.to_day + timedelta(days=1), time(), SHANGHAI))
    return conditions


def on_days(scope: Scope, day: InstrumentedAttribute[Any]) -> list[ColumnElement[bool]]:
    """Conditions on a day: one of the scope's."""
    conditions: list[ColumnElement[bool]] = []
    if scope.from_day is not None:
        conditions.append(day >= scope.from_day)
    if scope.to_day is not None:
        conditions.append(day <= scope.to_day)
    return conditions
