"""线路回执单 (policy 三, O35): what became of each message of a line, by its own numbers, to be sent back to it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models.case import Case
from models.forms import Classification
from models.message import Message
from models.records import Feedback
from models.registry import Channel
from models.words import Reply, Status
from reports.case_columns import POSITION
from reports.case_file import CaseFile, CaseFiles, among, by_case, counts, in_chunks
from reports.narrowed import messages_of_scope
from reports.report import ALL_ROWS, FOR_LINES, Column, Paper, Report, Scope, day_of, how_many_days
from reports.rounds import call_backs

_CLOSED_WITHOUT = {Status.REJECTED: "不予受理", Status.TRANSFERRED: "转有权机关"}


class _Told(NamedTuple):
    """One reply to a message: as what, on which day, or why it could not be told; the text, where one was approved."""

    message: int
    reply: Reply
    on: date | None
    text: str
    why_not: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Returned:
    """One message. told: the replies to it. called: what its complainants said last."""

    position: int
    channel: str
    number: str
    received_at: datetime
    file: CaseFile
    told: Sequence[_Told]
    called: str

    def state(self) -> str:
        """Where its case stands, in the words of whoever sent it: under way, or how it ended."""
        status = self.file.case.status
        return status.label if status.closed else "在办"

    def result(self) -> str:
        """What was approved for the public, never the unit's own words; of a report not taken up, why."""
        approved = [each.text for each in self.told if each.text and each.reply is Reply.ONLINE]
        if approved:
            return self.file.masked(approved[-1])
        if (word := _CLOSED_WITHOUT.get(self.file.case.status)) is not None:
            ruling = self.file.to_step(Classification)[-1].data
            return f"{word}：{self.file.masked(ruling['reason'] or ruling['to'])}"
        return ""

    def replies(self) -> str:
        """By which ways it was answered, or why it could not be."""
        said = (each.reply.label if each.on else f"{each.reply.label}：{each.why_not}" for each in self.told)
        return self.file.masked("；".join(dict.fromkeys(said)))

    def replied_on(self) -> date | None:
        """The day of the last reply."""
        return max((each.on for each in self.told if each.on), default=None)

    def due_on(self) -> date | None:
        """By when the next step is due, while it is under way."""
        return min((each.due_on for each in self.file.waiting), default=None)

    def closed_on(self) -> date | None:
        """The day on which its case ended."""
        closed_at = self.file.case.closed_at
        return day_of(closed_at) if closed_at else None


def read_returns(session: Session, scope: Scope) -> Iterator[Returned]:
    """Yield the lines in the order of the channels, of each in the order in which its messages came."""
    files = CaseFiles(session, scope, Classification)
    position = 0
    for chunk in in_chunks(session, _messages(scope)):
        file_of = files.of(case for case, *_ in chunk)
        called = call_backs(session, file_of)
        told = by_case(
            session,
            select(
                Feedback.case_id,
                Feedback.message_id,
                Feedback.reply,
                Feedback.told_on,
                Feedback.text,
                Feedback.undeliverable_reason,
            )
            .where(among(Feedback.case_id, file_of), Feedback.message_id.is_not(None), counts(Feedback.answer_id))
            .order_by(Feedback.id),
            _Told,
        )
        for case, message_id, channel, number, received_at in chunk:
            position += 1
            yield Returned(
                position=position,
                channel=channel,
                number=number,
                received_at=received_at,
                file=file_of[case.id],
                told=[each for each in told[case.id] if each.message == message_id],
                called=called[case.id][max(called[case.id])] if called[case.id] else "",
            )


def _messages(scope: Scope) -> Select[Case, int, str, str, datetime]:
    of_the_line = [Channel.code == scope.channel] if scope.channel is not None else []
    return messages_of_scope(scope, *of_the_line).order_by(Channel.code, Message.received_at, Message.id)


LINE_RETURN = Report(
    name="line-return",
    title="线路回执单",
    about="按线路自己的编号，逐件写明办理到何处、结果、反馈和群众评价，供回复来件线路；用 --channel 指定一条线路",
    paper=Paper.A3,
    parameters=FOR_LINES,
    dated_by="收到日期",
    frozen=3,
    rows=read_returns,
    columns=(
        POSITION,
        Column(heading="线路", width=14, value=lambda each: each.channel, group="来件"),
        Column(
            heading="来源编号",
            width=22,
            value=lambda each: each.file.own_number(each.number),
            group="来件",
            total=ALL_ROWS,
        ),
        Column(heading="收到日期", width=11, value=lambda each: day_of(each.received_at), group="来件"),
        Column(heading="案件编号", width=21, value=lambda each: each.file.case.number, group="办理"),
        Column(heading="责任单位", width=16, value=lambda each: each.file.unit(), group="办理"),
        Column(heading="状态", width=9, value=Returned.state, group="办理"),
        Column(heading="办理结果", width=49, value=Returned.result, group="办理", prose=True),
        Column(heading="本环节到期", width=11, value=Returned.due_on, group="办理"),
        Column(heading="方式", width=18, value=Returned.replies, group="反馈", prose=True),
        Column(heading="日期", width=11, value=Returned.replied_on, group="反馈", total=how_many_days('0"件"')),
        Column(heading="群众评价", width=18, value=lambda each: each.called, group="反馈", prose=True),
        Column(heading="办结日期", width=11, value=Returned.closed_on, total=how_many_days('0"件"')),
    ),
)
