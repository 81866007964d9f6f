"""督办台账: every instruction, on what it rests, who answers for it, how far it is and how many days are left."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models.assignment import Assignment
from models.case import Case
from models.forms import ProgressReport
from models.notice import Nudge
from models.operator import Extension, Supervision
from models.words import Light, Role, Stage
from reports.case_columns import POSITION, summary
from reports.case_file import CaseFile, CaseFiles, among, by_case, in_chunks
from reports.narrowed import of_scope, within
from reports.report import (
    ALL_ROWS,
    RED_LIGHTS,
    UNIT_ROLES,
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Supervised:
    """One instruction. urged: when steps of the case were urged. extended: the extensions of its steps granted."""

    position: int
    given: Supervision
    file: CaseFile
    urged: Sequence[datetime]
    extended: int

    def ended_at(self) -> datetime | None:
        """When it was lifted, or the case closed."""
        return self.given.ended_at or self.file.case.closed_at

    def responsible(self) -> str:
        """The unit's head."""
        return self.file.led_by(Role.UNIT_HEAD)

    def due_on(self) -> date | None:
        """The day on which the unit's next step is due, while it runs; where it waits for others, theirs."""
        waiting = self._waiting()
        of_the_unit = [each for each in waiting if each.role.of_a_unit]
        return min((each.due_on for each in of_the_unit or waiting), default=None)

    def days_left(self) -> int | None:
        """The calendar days from today to that day; below zero, it is late."""
        due_on = self.due_on()
        return (due_on - day_of(self.file.as_of)).days if due_on else None

    def progress(self) -> str:
        """What the unit reported last, and what is waited for."""
        parts = []
        if reports := [each for each in self.file.to_step(ProgressReport) if self._meanwhile(each.at)]:
            said = "；困难：".join(filter(None, (reports[-1].data["progress"], reports[-1].data["difficulties"])))
            parts.append(f"{long_date(day_of(reports[-1].at))}报：{self.file.masked(said)}")
        if self.ended_at() is None:
            parts.append(self.file.progress())
        return "\n".join(parts)

    def light(self) -> Light | str:
        """The worst light of the open steps, while it runs."""
        return self.file.light() if self._waiting() else "—"

    def times_urged(self) -> int:
        """How often steps of the case were urged since it was given, until it ended."""
        return sum(map(self._meanwhile, self.urged))

    def ended_on(self) -> date | None:
        """The day on which it ended."""
        ended_at = self.ended_at()
        return day_of(ended_at) if ended_at else None

    def remarks(self) -> str:
        """How it ended."""
        if self.given.ended_at is not None:
            return "已解除督办"
        return self.file.case.status.label if self.file.case.closed_at else ""

    def _waiting(self) -> Sequence[Assignment]:
        return self.file.waiting if self.ended_at() is None else ()

    def _meanwhile(self, moment: datetime) -> bool:
        ended_at = self.ended_at()
        return self.given.begun_at <= moment and (ended_at is None or moment <= ended_at)


def read_supervisions(session: Session, scope: Scope) -> Iterator[Supervised]:
    """Yield the lines in the order in which the instructions were given."""
    files = CaseFiles(session, scope, ProgressReport)
    position = 0
    for chunk in in_chunks(session, _supervisions(scope)):
        file_of = files.of(case for _, case in chunk)
        urged = by_case(
            session,
            select(Assignment.case_id, Nudge.at)
            .join(Nudge.assignment)
            .where(among(Assignment.case_id, file_of), Nudge.stage == Stage.URGE),
            lambda at: at,
        )
        extended = by_case(
            session,
            select(Extension.case_id, Extension.id).where(
                among(Extension.case_id, file_of), Extension.agreed.is_(True)
            ),
            lambda id: id,
        )
        for given, case in chunk:
            position += 1
            yield Supervised(
                position=position,
                given=given,
                file=file_of[case.id],
                urged=urged[case.id],
                extended=len(extended[case.id]),
            )


def _supervisions(scope: Scope) -> Select[Supervision, Case]:
    return (
        select(Supervision, Case)
        .join(Supervision.case)
        .where(*of_scope(scope), *within(scope, Supervision.begun_at))
        .order_by(Supervision.id)
    )


def _times(heading: str, value: Callable[[Supervised], int]) -> Column[Supervised]:
    return Column(
        heading=heading, width=6, value=value, group="办理", shows='0"次";;"—"', total=sum_of_numbers('0"次"')
    )


SUPERVISION_LEDGER = Report(
    name="supervision-ledger",
    title="督办台账",
    about="全部督办事项的依据、批示意见、承办单位、时限、进度、灯号、延期和催办情况，一项督办一行",
    paper=Paper.A3,
    parameters=USUAL,
    dated_by="交办日",
    frozen=2,
    also_for=UNIT_ROLES,
    rows=read_supervisions,
    columns=(
        POSITION,
        Column(heading="编号", width=14.5, value=lambda each: each.given.number, group="督办", total=ALL_ROWS),
        Column(heading="依据", width=9, value=lambda each: each.given.basis.label, group="督办"),
        Column(
            heading="批示领导（来源）", width=11, value=lambda each: each.file.masked(each.given.leader), group="督办"
        ),
        Column(
            heading="批示意见",
            width=24,
            value=lambda each: each.file.masked(each.given.instruction),
            group="督办",
            prose=True,
        ),
        Column(heading="交办日", width=11, value=lambda each: day_of(each.given.begun_at), group="督办"),
        Column(heading="汇报频次", width=9, value=lambda each: f"每{each.given.every}个工作日", group="督办"),
        Column(heading="案件编号", width=14.5, value=lambda each: each.file.case.number, group="事项"),
        summary(24, "内容（脱敏）", group="事项"),
        Column(heading="牵头", width=12.5, value=lambda each: each.file.unit(), group="承办"),
        Column(heading="协办", width=12.5, value=lambda each: each.file.co_units(), group="承办"),
        Column(heading="责任领导", width=8, value=Supervised.responsible, group="承办"),
        Column(heading="进度", width=28, value=Supervised.progress, group="办理", prose=True),
        Column(heading="时限", width=11, value=Supervised.due_on, group="办理"),
        Column(
            heading="剩余/逾期（自然日）",
            width=9.5,
            value=Supervised.days_left,
            group="办理",
            shows='"剩"0"天";"逾期"0"天";"今日到期"',
        ),
        Column(heading="灯号", width=8, value=Supervised.light, group="办理", total=RED_LIGHTS),
        _times("延期", lambda each: each.extended),
        _times("催办次数", Supervised.times_urged),
        Column(
            heading="办结日",
            width=11,
            value=Supervised.ended_on,
            group="办理",
            total=how_many_days('0"件"'),
        ),
        Column(heading="备注", width=10, value=Supervised.remarks, prose=True),
    ),
)
