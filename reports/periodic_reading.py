"""How the facts of a periodic report are read, as the ledger stood at one moment.

What rows say of their time is restored: what came, was registered, answered, annulled, withdrawn, decided, suspended or
closed later does not count; class, grade, unit and summary are those of the ruling that held then, the finding is the
one that was reported then. What only the row's last state would tell, the dates before they moved and the case to which
a message belonged before it joined another, is set back by `models/as_of.py` before anything is read.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, case, cast, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.assignment import Annulment, Answer, Assignment
from models.case import Case, CaseMessage
from models.forms import Classification, DirectAccountability, Investigation, QualityReview
from models.masks import masked_text
from models.message import Complainant, Message
from models.operator import Suspension
from models.records import AccountabilityDecision, CallBack, DecisionMeasure, DoubleCheck
from models.registry import RESPONSIBLE_KINDS, Channel, Unit
from models.steps import STEP_OF
from models.words import Finding, Grade, Measure, Nature, Outcome, ProblemClass
from reports.periodic_facts import Call, Came, Checked, Decided, Facts, Found, Problem, Rest, Step, Way
from reports.reader import is_for
from reports.report import Scope

CLASSIFICATION, INVESTIGATION, DIRECT, REVIEW = (
    STEP_OF[form].name for form in (Classification, Investigation, DirectAccountability, QualityReview)
)


def read_facts(session: Session, scope: Scope, *, since: datetime) -> Facts:
    """Read what happened from an instant on, and what was not over then, as the ledger stood at `scope.as_of`.

    scope.unit narrows it, scope.reader keeps out what he may not see.
    """
    read = _Reading(session, scope, since)
    channels = session.scalars(select(Channel).order_by(Channel.position))
    ways = {each.code: Way(each.code, each.name, each.origin) for each in channels}
    units = session.scalars(select(Unit).where(Unit.kind.in_(RESPONSIBLE_KINDS)).order_by(Unit.position))
    facts = Facts(
        as_of=scope.as_of,
        messages=read.messages(ways),
        problems=read.problems(),
        steps=read.steps(),
        calls=read.calls(),
        checks=read.checks(),
        decisions=read.decisions(),
        similar=read.similar(),
        ways=list(ways.values()),
        units={unit.code: unit.name for unit in units},
    )
    return facts if scope.unit is None else facts.of_unit(scope.unit)


class _Reading:
    """The queries, each for one table."""

    def __init__(self, session: Session, scope: Scope, since: datetime) -> None:
        self.session, self.as_of, self.since = session, scope.as_of, since
        self.readable = is_for(scope.reader)
        counts = or_(Case.closed_at.is_(None), Case.closed_at >= since)
        self.cases = select(Case.id).where(Case.opened_at <= self.as_of, counts, self.readable)

    def messages(self, ways: Mapping[str, Way]) -> list[Came]:
        rows = self.session.execute(
            select(Message.id, CaseMessage.case_id, Message.channel_code, Message.received_at)
            .join(CaseMessage, CaseMessage.message_id == Message.id)
            .join(CaseMessage.case)
            .where(
                or_(Message.received_at >= self.since, CaseMessage.case_id.in_(self.cases)),
                Message.registered_at <= self.as_of,
                self.readable,
            )
            .order_by(Message.id)
        )
        return [Came(id, case_id, ways[channel], received_at) for id, case_id, channel, received_at in rows]

    def problems(self) -> dict[int, Problem]:
        rulings, ruled_later = self._rulings()
        found, rests, again = self._found(), self._rests(), self._again()
        senders = self._senders()
        problems = {}
        ordered = select(Case).where(Case.id.in_(self.cases)).order_by(Case.year, Case.sequence)
        for each in self.session.scalars(ordered):
            closed = each.closed_at is not None and each.closed_at <= self.as_of
            ruled = rulings.get(each.id) or (_Ruling() if each.id in ruled_later else _Ruling.of(each))
            problems[each.id] = Problem(
                id=each.id,
                number=each.number,
                opened_at=each.opened_at,
                closed_at=each.closed_at if closed else None,
                ended=each.status if closed else None,
                problem_class=ruled.problem_class,
                grade=ruled.grade,
                unit=ruled.unit,
                summary=masked_text(ruled.summary, *senders.get(each.id, ())),
                found=found.get(each.id),
                rests=rests.get(each.id, ()),
                again_at=again.get(each.id, ()),
                reachable=any(sender.phone or sender.address for sender in senders.get(each.id, ())),
            )
        return problems

    def steps(self) -> list[Step]:
        rows = self.session.execute(
            select(
                Assignment.case_id,
                Assignment.kind,
                Assignment.unit_code,
                Assignment.opened_at,
                Assignment.opens_on,
                Assignment.due_on,
                Assignment.due_at,
                self._by_then(Assignment.answered_at),
                self._by_then(Assignment.withdrawn_at),
                Answer.data["received"].as_boolean(),
                cast(func.nullif(Answer.data["first_contact_on"].as_string(), ""), Date),
            )
            .join(Assignment.case)
            .outerjoin(Answer, (Answer.assignment_id == Assignment.id) & (Answer.answered_at <= self.as_of))
            .where(
                Assignment.opened_at <= self.as_of,
                or_(
                    Assignment.answered_at.is_(None),
                    Assignment.answered_at >= self.since,
                    Assignment.due_at >= self.since,
                ),
                or_(Assignment.withdrawn_at.is_(None), Assignment.withdrawn_at >= self.since),
                self.readable,
            )
            .order_by(Assignment.id)
        )
        return [Step(*row) for row in rows]

    def _by_then(self, moment: InstrumentedAttribute[datetime | None]) -> ColumnElement[datetime | None]:
        """Return a moment unless it lay ahead."""
        return case((moment <= self.as_of, moment))

    def calls(self) -> list[Call]:
        rows = self.session.execute(
            select(CallBack.case_id, CallBack.recorded_at, CallBack.result, CallBack.resolved)
            .outerjoin(Annulment, Annulment.answer_id == CallBack.answer_id)
            .where(CallBack.case_id.in_(self.cases), CallBack.recorded_at <= self.as_of, self._held)
            .order_by(CallBack.id)
        )
        return [Call(*row) for row in rows]

    def checks(self) -> list[Checked]:
        rows = self._given(
            select(
                DoubleCheck.case_id,
                DoubleCheck.answer_id,
                Answer.answered_at,
                DoubleCheck.position,
                DoubleCheck.pursued,
            )
            .join(Answer, Answer.id == DoubleCheck.answer_id)
            .where(DoubleCheck.case_id.in_(self.cases))
            .order_by(DoubleCheck.id)
        )
        return [Checked(*row) for row in rows]

    def decisions(self) -> list[Decided]:
        measures: dict[int, list[Measure]] = defaultdict(list)
        for decision_id, measure in self.session.execute(
            select(DecisionMeasure.decision_id, DecisionMeasure.measure)
            .join(AccountabilityDecision, AccountabilityDecision.id == DecisionMeasure.decision_id)
            .where(AccountabilityDecision.case_id.in_(self.cases))
        ):
            measures[decision_id].append(measure)
        rows = self._given(
            select(
                AccountabilityDecision.id,
                AccountabilityDecision.case_id,
                Answer.answered_at,
                AccountabilityDecision.unit_code.is_not(None),
            )
            .join(Answer, Answer.id == AccountabilityDecision.answer_id)
            .where(AccountabilityDecision.case_id.in_(self.cases))
            .order_by(AccountabilityDecision.id)
        )
        return [Decided(case_id, at, of_a_unit, tuple(measures[id])) for id, case_id, at, of_a_unit in rows]

    def similar(self) -> dict[int, int]:
        rows = self.session.execute(
            select(Message.id, Message.similar_to)
            .where(Message.similar_to.is_not(None), Message.registered_at <= self.as_of)
            .order_by(Message.id)
        )
        return {id: similar_to for id, similar_to in rows if similar_to is not None}

    def _rulings(self) -> tuple[dict[int, "_Ruling"], set[int]]:
        """Return the ruling that held for each case, and which cases were ruled on only later."""
        rulings, later = {}, set()
        data = Answer.data
        for case_id, at, *ruled in self.session.execute(
            self._answers(
                select(
                    Assignment.case_id,
                    Answer.answered_at,
                    *(data[key].as_string() for key in ("outcome", "problem_class", "grade", "unit", "summary")),
                ),
                CLASSIFICATION,
            )
        ):
            if at <= self.as_of:
                rulings[case_id] = _Ruling.from_answer(*ruled)
            else:
                later.add(case_id)
        return rulings, later

    def _found(self) -> dict[int, Found]:
        """Return the last finding of each case; what the office finds itself is so, or it would not propose."""
        rows = self.session.execute(
            self._answers(
                select(
                    Assignment.case_id,
                    Answer.answered_at,
                    Answer.data["finding"].as_string(),
                    Answer.data["nature"].as_string(),
                ).where(Answer.answered_at <= self.as_of),
                INVESTIGATION,
                DIRECT,
            )
        )
        return {
            case_id: Found(at, Finding(finding or Finding.SUBSTANTIATED), Nature(nature) if nature else None)
            for case_id, at, finding, nature in rows
        }

    def _again(self) -> dict[int, list[datetime]]:
        rows = self.session.execute(
            self._answers(select(Assignment.case_id, Answer.answered_at), REVIEW).where(
                Answer.answered_at <= self.as_of,
                Answer.data["poorly_handled"].as_boolean(),
                Answer.data["dissatisfied"].as_boolean(),
            )
        )
        return _by_case((case_id, at) for case_id, at in rows)

    def _rests(self) -> dict[int, list[Rest]]:
        rows = self.session.execute(
            select(Suspension.case_id, Suspension.suspended_at, Suspension.woken_at)
            .where(Suspension.case_id.in_(self.cases), Suspension.suspended_at <= self.as_of)
            .order_by(Suspension.id)
        )
        return _by_case(
            (case_id, Rest(since, until if until and until <= self.as_of else None)) for case_id, since, until in rows
        )

    def _senders(self) -> dict[int, list[Complainant]]:
        """Return who sent the messages of each case: to be contacted, and to be kept out of every text."""
        rows = self.session.execute(
            select(CaseMessage.case_id, Complainant)
            .join(Complainant, Complainant.message_id == CaseMessage.message_id)
            .where(CaseMessage.case_id.in_(self.cases))
        )
        return _by_case((case_id, sender) for case_id, sender in rows)

    def _answers(self, rows: Select[*tuple[Any, ...]], *kinds: str) -> Select[*tuple[Any, ...]]:
        """Narrow rows to the answers to some steps that counted then, in their order."""
        return (
            rows.select_from(Answer)
            .join(Answer.assignment)
            .outerjoin(Annulment, Annulment.answer_id == Answer.id)
            .where(Assignment.case_id.in_(self.cases), Assignment.kind.in_(kinds), self._held)
            .order_by(Answer.id)
        )

    def _given(self, rows: Select[*tuple[Any, ...]]) -> Iterable[Any]:
        """Read rows that answers left behind, where the answer counted then."""
        return self.session.execute(
            rows.outerjoin(Annulment, Annulment.answer_id == Answer.id).where(
                Answer.answered_at <= self.as_of, self._held
            )
        )

    @property
    def _held(self) -> ColumnElement[bool]:
        return or_(Annulment.answer_id.is_(None), Annulment.annulled_at > self.as_of)


@dataclass(frozen=True, kw_only=True)
class _Ruling:
    """What a case was classified as; by default as nothing yet."""

    problem_class: ProblemClass | None = None
    grade: Grade | None = None
    unit: str | None = None
    summary: str = ""

    @classmethod
    def of(cls, case: Case) -> "_Ruling":
        return cls(problem_class=case.problem_class, grade=case.grade, unit=case.unit_code, summary=case.summary)

    @classmethod
    def from_answer(cls, outcome: str, problem_class: str, grade: str, unit: str, summary: str) -> "_Ruling":
        if not Outcome(outcome).taken_up:
            return cls()
        return cls(problem_class=ProblemClass(problem_class), grade=Grade(grade), unit=unit, summary=summary)


def _by_case(rows: Iterable[tuple[int, Any]]) -> dict[int, list[Any]]:
    gathered: dict[int, list[Any]] = defaultdict(list)
    for case_id, row in rows:
        gathered[case_id].append(row)
    return gathered
