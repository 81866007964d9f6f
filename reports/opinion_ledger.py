"""舆情跟踪台账: every item that came by the media, whose it is, what was done last, how it was answered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.assignment import Answer, Assignment
from models.forms import OpinionTracking
from models.message import Message
from models.records import Feedback
from models.registry import Channel
from models.steps import STEPS
from models.words import OpinionTrend, Origin, Reply, Role
from reports.case_columns import POSITION, WRITTEN_OFF, summary
from reports.case_file import REPORTS, TRACKING, CaseFile, CaseFiles, among, by_case, counts, in_chunks
from reports.narrowed import messages_of_scope
from reports.report import (
    ALL_ROWS,
    RED_LIGHTS,
    USUAL,
    Column,
    Paper,
    Report,
    Scope,
    day_of,
    how_many_days,
    long_date,
    sum_of_numbers,
)


class _Replied(NamedTuple):
    """How an item was answered: as what, to whom, on which day."""

    message: int
    reply: Reply
    to: str
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Opinion:
    """One item. last: the step that was answered last in its case, and when. replied: how the item was answered.

    track_by: when the office's tracker is due next.
    """

    position: int
    channel: str
    number: str
    received_at: datetime
    file: CaseFile
    last: tuple[str, datetime] | None
    track_by: date | None
    replied: Sequence[_Replied]

    def grade(self) -> str:
        """日常、突发 or 应急."""
        return self.file.case.grade.label if self.file.case.grade else ""

    def followed_on(self) -> date:
        """The day of what was done last; before that, of the case's opening."""
        return day_of(self.last[1] if self.last else self.file.case.opened_at)

    def days_since(self) -> int | None:
        """The calendar days since then, while the case is open."""
        return (day_of(self.file.as_of) - self.followed_on()).days if self.file.case.is_open else None

    def times_tracked(self) -> int:
        """How many entries the office's tracker has."""
        return len(self.file.to_step(OpinionTracking))

    def tracked(self) -> str:
        """The last entry of the office's tracker: when, how it goes, what was seen."""
        if not (entries := self.file.to_step(OpinionTracking)):
            return ""
        data, day = entries[-1].data, long_date(day_of(entries[-1].at))
        return f"{day}（{OpinionTrend(data['trend']).label}）：{self.file.masked(data['situation'])}"

    def replied_to(self) -> str:
        """Which medium was answered, or to whom it was reported back."""
        return self.file.masked("、".join(dict.fromkeys(f"{each.reply.label}：{each.to}" for each in self.replied)))

    def replied_on(self) -> date | None:
        """The day of the last answer."""
        return max((each.on for each in self.replied), default=None)


def read_opinions(session: Session, scope: Scope) -> Iterator[Opinion]:
    """Yield the lines in the order in which the items came."""
    files = CaseFiles(session, scope, *REPORTS, OpinionTracking)
    of_the_media = messages_of_scope(scope, Channel.origin == Origin.MEDIA)
    position = 0
    for chunk in in_chunks(session, of_the_media.order_by(Message.received_at, Message.id)):
        file_of = files.of(case for case, *_ in chunk)
        done = by_case(
            session,
            select(Assignment.case_id, Assignment.kind, Answer.answered_at)
            .join(Answer.assignment)
            .where(among(Assignment.case_id, file_of), Assignment.kind != TRACKING, ~Answer.annulment.has())
            .order_by(Answer.id),
            lambda kind, at: (STEPS[kind].title, at),
        )
        track_by = by_case(
            session,
            select(Assignment.case_id, Assignment.due_on).where(
                among(Assignment.case_id, file_of), Assignment.kind == TRACKING, Assignment.is_open
            ),
            lambda due_on: due_on,
        )
        replied = by_case(
            session,
            select(Feedback.case_id, Feedback.message_id, Feedback.reply, Feedback.to, Feedback.told_on)
            .where(
                among(Feedback.case_id, file_of),
                Feedback.reply.in_([Reply.MEDIA, Reply.SOURCE]),
                Feedback.told_on.is_not(None),
                counts(Feedback.answer_id),
            )
            .order_by(Feedback.id),
            _Replied,
        )
        for case, message_id, channel, number, received_at in chunk:
            position += 1
            yield Opinion(
                position=position,
                channel=channel,
                number=number,
                received_at=received_at,
                file=file_of[case.id],
                last=done[case.id][-1] if done[case.id] else None,
                track_by=next(iter(track_by[case.id]), None),
                replied=[each for each in replied[case.id] if each.message == message_id],
            )


OPINION_LEDGER = Report(
    name="opinion-ledger",
    title="舆情跟踪台账",
    about="媒体舆情（舆情快报、媒体曝光、电视问政）的全程跟踪：责任单位、进展、跟踪记录和回应，一条一行",
    paper=Paper.A3,
    parameters=USUAL,
    dated_by="收到日期",
    frozen=2,
    also_for=(Role.PROPAGANDA,),
    rows=read_opinions,
    columns=(
        POSITION,
        Column(
            heading="期号、编号",
            width=14.5,
            value=lambda each: each.file.masked(each.number),
            group="舆情",
            total=ALL_ROWS,
        ),
        Column(heading="来源", width=12.5, value=lambda each: each.channel, group="舆情"),
        Column(heading="收到日期", width=11, value=lambda each: day_of(each.received_at), group="舆情"),
        summary(26, "概要（脱敏）", group="舆情"),
        Column(heading="案件编号", width=14.5, value=lambda each: each.file.case.number, group="办理"),
        Column(heading="等级", width=6, value=Opinion.grade, group="办理"),
        Column(heading="责任单位", width=12.5, value=lambda each: each.file.unit(), group="办理"),
        Column(
            heading="整改或处理意见",
            width=24,
            value=lambda each: each.file.measures(),
            group="办理",
            prose=True,
        ),
        Column(heading="进展", width=22, value=lambda each: each.file.progress(), group="办理", prose=True),
        Column(heading="灯号", width=8, value=lambda each: each.file.light(), group="办理", total=RED_LIGHTS),
        Column(heading="最近办理", width=12, value=lambda each: each.last[0] if each.last else "登记", group="跟踪"),
        Column(heading="日期", width=11, value=Opinion.followed_on, group="跟踪"),
        Column(heading="距今天数", width=7, value=Opinion.days_since, group="跟踪"),
        Column(
            heading="记录次数",
            width=6,
            value=Opinion.times_tracked,
            group="跟踪",
            shows='0"次";;"—"',
            total=sum_of_numbers('0"次"'),
        ),
        Column(heading="最近记录", width=24, value=Opinion.tracked, group="跟踪", prose=True),
        Column(heading="下次记录", width=11, value=lambda each: each.track_by, group="跟踪"),
        Column(heading="媒体、来源单位", width=16, value=Opinion.replied_to, group="回应", prose=True),
        Column(heading="日期", width=11, value=Opinion.replied_on, group="回应", total=how_many_days('0"件"')),
        WRITTEN_OFF,
    ),
)
