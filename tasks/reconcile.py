"""“四位一体” (policy 三, O32): whether a line's own log and the register agree, and where they do not, row by row."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import journal
from models.case import Case, CaseMessage
from models.clock import SHANGHAI, today
from models.database import transaction
from models.journal import Actor
from models.log_difference import LogDifference
from models.message import Message
from models.message_file import MessageFile, read_message_file
from models.refusals import BadFile, UnknownChannel
from models.registry import Channel
from models.words import Difference


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    """What came of a comparison. Days are Shanghai's, both included: what lies outside was not compared.

    logged: how many different numbers the log holds; registered: how many messages of the line the register holds.
    """

    channel: str
    title: str
    first: date
    last: date
    logged: int
    registered: int
    agreed: int
    lines: Sequence[LogDifference]

    @property
    def agrees(self) -> bool:
        """Whether there is no difference."""
        return not self.lines


def reconcile(
    path: Path, *, channel: str, actor: Actor, from_day: date | None = None, to_day: date | None = None
) -> Reconciled:
    """Compare a line's own log, a workbook or CSV, with what the register holds of this line.

    from_day, to_day: what is compared; without them from the log's first day to its last. The comparison is journalled
    with its counts. Raises BadFile, UnknownChannel.
    """
    with transaction() as session:
        line = session.get(Channel, channel)
        if line is None:
            raise UnknownChannel
        log = read_message_file(path, today=today(session), mapping=line.columns, with_texts=False)
        days = [_day(each.received_at) for each in log.messages]
        if not days and (from_day is None or to_day is None):
            raise BadFile(f"“{path.name}”中没有可读的记录；如该时段确无来件，请写明起止日期。")
        first, last = from_day or min(days), to_day or max(days)
        found = _compared(session, line, log, first, last)
        detail = {
            "channel": channel,
            "from": first.isoformat(),
            "to": last.isoformat(),
            "logged": found.logged,
            "registered": found.registered,
            "differences": dict(Counter(each.what.value for each in found.lines)),
        }
        journal.write(session, case=None, actor=actor, what="reconcile", detail=detail)
        return found


def _compared(session: Session, line: Channel, log: MessageFile, first: date, last: date) -> Reconciled:
    logged = {each.source_number: each for each in log.messages if first <= _day(each.received_at) <= last}
    register = {
        message.source_number: (message, number)
        for message, number in session.execute(
            select(Message, Case.number)
            .join(CaseMessage, CaseMessage.message_id == Message.id)
            .join(Case, CaseMessage.case_id == Case.id)
            .where(Message.channel_code == line.code)
        )
    }
    lines: list[LogDifference] = []
    agreed = 0
    for number, entry in logged.items():
        place, day = f"{entry.sheet}第{entry.row}行", _day(entry.received_at)
        if number not in register:
            lines.append(LogDifference(what=Difference.NOT_REGISTERED, number=number, where=place, logged_on=day))
            continue
        message, case = register[number]
        registered_on = _day(message.received_at)
        if registered_on == day:
            agreed += 1
        else:
            lines.append(
                LogDifference(
                    what=Difference.ANOTHER_DAY,
                    number=number,
                    where=place,
                    logged_on=day,
                    registered_on=registered_on,
                    case=case,
                )
            )
    begin, end = datetime.combine(first, time(), SHANGHAI), datetime.combine(last + timedelta(days=1), time(), SHANGHAI)
    within = {number: each for number, each in register.items() if begin <= each[0].received_at < end}
    in_log = {each.source_number for each in log.messages}
    lines += [
        LogDifference(what=Difference.NOT_LOGGED, number=number, registered_on=_day(message.received_at), case=case)
        for number, (message, case) in within.items()
        if number not in in_log
    ]
    lines += [
        LogDifference(what=Difference.UNREADABLE, number="", where=f"{each.sheet}第{each.row}行", why=each.reason)
        for each in log.rejected
    ]
    order = list(Difference)
    lines.sort(key=lambda each: (order.index(each.what), each.logged_on or each.registered_on or date.max, each.number))
    return Reconciled(
        channel=line.code,
        title=line.name,
        first=first,
        last=last,
        logged=len(logged),
        registered=len(within),
        agreed=agreed,
        lines=lines,
    )


def _day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()
