"""二次办理台账: every further round, why it was started (policy 四(二): two findings), and what it came to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models.assignment import Answer, Assignment
from models.case import Case
from models.forms import DirectAccountability, Investigation, QualityReview
from models.path import LAST
from models.records import DoubleCheck
from models.steps import STEP_OF
from models.words import Light
from reports.case_columns import CASE_NUMBER, POSITION, UNIT, WRITTEN_OFF, summary
from reports.case_file import CaseFile, CaseFiles, among, by_case, counts, in_chunks
from reports.narrowed import of_scope, within
from reports.report import RED_LIGHTS, USUAL, Column, Paper, Report, Scope, day_of
from reports.rounds import call_backs, signing_days

_REVIEW = STEP_OF[QualityReview].name


class _Found(NamedTuple):
    """What a round left behind: when its report was signed, whom it held to account of how many, what was answered."""

    signed: Mapping[int, date]
    pursued: Mapping[int, list[bool]]
    called: Mapping[int, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class FurtherRound:
    """One round after the first. review: the office's findings that started it, on which day."""

    position: int
    file: CaseFile
    round: int
    review: dict[str, Any]
    started_on: date
    found: _Found

    def measures(self, round: int) -> str:
        """What was reported in a round."""
        return self.file.measures(round)

    def filing(self, round: int) -> str:
        """The number under which the round's result is on file."""
        return self.file.filings.get(round, "")

    def called(self, round: int) -> str:
        """What the complainant said about the round, or why he was not asked."""
        return self.found.called.get(round, "")

    def handled_by(self) -> str:
        """Who handles it: the unit, or the office where two rounds failed or the unit's head is concerned."""
        directly = self.round == LAST or self.file.case.handled_directly
        return "治庸问责办直接问责" if directly else self.file.unit()

    def double_check(self) -> str:
        """Whom the round's double check held to account, of three."""
        pursued = self.found.pursued.get(self.round)
        return "" if pursued is None else f"追究{sum(pursued)}人，不追究{len(pursued) - sum(pursued)}人"

    def runs(self) -> bool:
        """Whether it is the round that the case is in."""
        return self.round == self.file.case.round

    def progress(self) -> str:
        """What is waited for; of a round that was followed by another, that it was."""
        return self.file.progress() if self.runs() else f"已转入第{self.round + 1}轮"

    def light(self) -> Light | str:
        """The worst light of the open steps."""
        return self.file.light() if self.runs() else "—"


def read_further_rounds(session: Session, scope: Scope) -> Iterator[FurtherRound]:
    """Yield the lines in the order of the cases' numbers, then of the rounds."""
    files = CaseFiles(session, scope, Investigation, DirectAccountability)
    position = 0
    for chunk in in_chunks(session, _reviews(scope)):
        file_of = files.of(case for case, *_ in chunk)
        signed, called = signing_days(session, file_of), call_backs(session, file_of)
        pursued = by_case(
            session,
            select(DoubleCheck.case_id, DoubleCheck.round, DoubleCheck.pursued)
            .where(among(DoubleCheck.case_id, file_of), counts(DoubleCheck.answer_id))
            .order_by(DoubleCheck.id),
            lambda round, pursued: (round, pursued),
        )
        for case, after, reviewed_at, review in chunk:
            position += 1
            of_round: dict[int, list[bool]] = {}
            for round, held in pursued[case.id]:
                of_round.setdefault(round, []).append(held)
            yield FurtherRound(
                position=position,
                file=file_of[case.id],
                round=after + 1,
                review=review,
                started_on=day_of(reviewed_at),
                found=_Found(signed[case.id], of_round, called[case.id]),
            )


def _reviews(scope: Scope) -> Select[Any, Any, Any, Any]:
    """Select the reviews that found both: poorly handled, and dissatisfied."""
    return (
        select(Case, Assignment.round, Answer.answered_at, Answer.data)
        .select_from(Answer)
        .join(Answer.assignment)
        .join(Assignment.case)
        .where(
            Assignment.kind == _REVIEW,
            Answer.data["poorly_handled"].as_boolean(),
            Answer.data["dissatisfied"].as_boolean(),
            ~Answer.annulment.has(),
            *of_scope(scope),
            *within(scope, Answer.answered_at),
        )
        .order_by(Case.year, Case.sequence, Assignment.round, Answer.id)
    )


SECOND_ROUND_LEDGER = Report(
    name="second-round-ledger",
    title="二次办理台账",
    about="处理不力且群众不满意而启动的二次办理（及其后由治庸问责办直接问责的）：缘由、上一轮和本轮的结果，一轮一行",
    paper=Paper.A3,
    parameters=USUAL,
    dated_by="启动日期",
    frozen=2,
    rows=read_further_rounds,
    columns=(
        POSITION,
        CASE_NUMBER,
        Column(heading="轮次", width=6, value=lambda each: each.round, shows='"第"0"轮"'),
        summary(24),
        UNIT,
        Column(
            heading="整改措施",
            width=26,
            value=lambda each: each.measures(each.round - 1),
            group="上一轮",
            prose=True,
        ),
        Column(heading="备案号", width=14.5, value=lambda each: each.filing(each.round - 1), group="上一轮"),
        Column(heading="回访", width=10.5, value=lambda each: each.called(each.round - 1), group="上一轮"),
        Column(heading="日期", width=11, value=lambda each: each.started_on, group="启动"),
        Column(
            heading="复核意见（处理不力、群众不满意）",
            width=22,
            value=lambda each: each.file.masked(each.review["opinion"]),
            group="启动",
            prose=True,
        ),
        Column(heading="承办", width=12.5, value=FurtherRound.handled_by, group="本轮"),
        Column(heading="整改措施", width=26, value=lambda each: each.measures(each.round), group="本轮", prose=True),
        Column(heading="签字日期", width=11, value=lambda each: each.found.signed.get(each.round), group="本轮"),
        Column(heading="一案双查", width=11, value=FurtherRound.double_check, group="本轮"),
        Column(heading="备案号", width=14.5, value=lambda each: each.filing(each.round), group="本轮"),
        Column(heading="回访", width=10.5, value=lambda each: each.called(each.round), group="本轮"),
        Column(heading="进展", width=20, value=FurtherRound.progress, prose=True),
        Column(heading="灯号", width=8, value=FurtherRound.light, total=RED_LIGHTS),
        WRITTEN_OFF,
    ),
)
