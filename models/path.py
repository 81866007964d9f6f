"""A case as its flow sees it: one reading of the ledger, and the conditions of the path in the policy's words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Session, contains_eager, joinedload

from models.assignment import Answer, Assignment
from models.calendar import working_day_after
from models.case import Case, CaseMessage
from models.clock import SHANGHAI
from models.forms import (
    Classification,
    DirectAccountability,
    DoubleCheckForm,
    FilingForm,
    Form,
    Investigation,
    QualityReview,
    SignOff,
)
from models.meeting import MeetingAction
from models.message import Message
from models.operator import Extension, Supervision
from models.policy import policy_number
from models.records import CallBack, Feedback, Filing
from models.refusals import UnknownCase
from models.registry import Channel
from models.words import FilingDecision, Origin, ProblemClass, Reply, Status

F = TypeVar("F", bound=Form)

FIRST, SECOND, LAST = ROUNDS = (1, 2, 3)


class MeetingActionAsked(NamedTuple):
    """What a joint meeting asked of a unit: the how-manieth of the case, and by which day, where it said so."""

    item: int
    unit: str
    ends_on: date | None


@dataclass(frozen=True, kw_only=True)
class Path:
    """What the ledger says of one case at one moment.

    length: of its journal, so that it can be seen whether the ledger has moved on since.
    untold: the replies still due in the present round to somebody who can be told; some_cannot_be_told: a complainant
    is due a direct reply but left no way to reach him. called_back: the rounds in which somebody was called back, or
    why not is on record. undecided, extended: the extensions that wait for a decision while their step waits, and those
    that were granted. next_report: the number and the day of the next report on progress, where one is asked for;
    next_tracking: of the next entry in the tracker, where the matter came by the media. meeting_actions: what joint
    meetings asked for.
    answers: by a step's base key (`sign-off-1`), those that count, in the order of their attempts.
    """

    case_id: int
    number: str
    length: int
    status: Status
    unit: str | None
    co_units: tuple[str, ...]
    problem_class: ProblemClass | None
    handled_directly: bool
    long_standing: bool
    untold: frozenset[Reply]
    some_cannot_be_told: bool
    told_upward: frozenset[int]
    can_be_called: bool
    last_joined_at: datetime | None
    forced_direct: bool
    forced_double_check: bool
    forced_upward_report: bool
    filed_rounds: frozenset[int]
    called_back: frozenset[int]
    undecided: tuple[int, ...]
    extended: tuple[int, ...]
    next_report: tuple[int, date] | None
    next_tracking: tuple[int, date] | None
    meeting_actions: tuple[MeetingActionAsked, ...]
    answers: dict[str, list[Answer]] = field(repr=False)

    def answer_to(self, form: type[F], base: str, nth: int = 0) -> F | None:
        """Return the nth answer that counts to a step, or None."""
        answers = self.answers.get(base, [])
        return form.model_validate(answers[nth].data, extra="ignore") if nth < len(answers) else None

    def last(self, form: type[F], base: str) -> F | None:
        """Return the last answer that counts to a step, or None."""
        answers = self.answers.get(base, [])
        return form.model_validate(answers[-1].data, extra="ignore") if answers else None

    def answers_until(self, base: str, answer_id: int) -> int:
        """Count the answers that count to a step up to that one, itself included."""
        return sum(answer.id <= answer_id for answer in self.answers.get(base, []))

    def last_id(self, base: str) -> int:
        """Return the id of the last answer that counts to a step; ids grow with time."""
        return self.answers[base][-1].id

    def last_officer(self, base: str) -> str:
        """Return who gave the last answer that counts to a step."""
        return self.answers[base][-1].officer_code

    @property
    def suspended(self) -> bool:
        """挂起: whether it rests until somebody wakes it."""
        return self.status is Status.SUSPENDED

    @property
    def closed(self) -> bool:
        """Whether nothing more happens to it."""
        return self.status.closed

    @property
    def ruling(self) -> Classification:
        """Return what the office decided last about the report; there must be a decision."""
        return Classification.model_validate(self._last_ruling.data, extra="ignore")

    @property
    def ruled_by(self) -> int:
        """Return the id of the answer by which the office decided last."""
        return self._last_ruling.id

    @property
    def _last_ruling(self) -> Answer:
        rulings = [each for base, given in self.answers.items() if base.startswith("classification") for each in given]
        return max(rulings, key=lambda each: each.id)

    @property
    def units(self) -> tuple[str, ...]:
        """The responsible unit, then the co-units."""
        return (self.unit or "", *self.co_units)

    def bypasses_the_unit(self, round: int) -> bool:
        """四(二): exposed by a superior or the media, about the unit's own head, or poorly handled twice."""
        return self.handled_directly or self.forced_direct or round == LAST

    def needs_double_check(self, round: int) -> bool:
        """四(二), 六(二): every second round, covert visits, and practices of long standing."""
        return round > FIRST or self.forced_double_check or self.long_standing

    def was_received(self, round: int, unit: str) -> bool:
        """四(二): whether the unit has taken the case in this round."""
        return any(answer.data["received"] for answer in self.answers.get(self.receipt_of(round, unit), []))

    def receipt_of(self, round: int, unit: str) -> str:
        """Return the base key of a unit's receipt."""
        return f"receipt-{round}-{unit}" if self.co_units else f"receipt-{round}"

    def investigation_of(self, round: int, unit: str) -> str:
        """Return the base key of a unit's investigation."""
        return f"investigation-{round}-{unit}" if self.co_units else f"investigation-{round}"

    def sent_back_by(self, round: int) -> int:
        """四(二): the answer by which the head or the office last sent back the round's result; 0 if none."""
        signing, filing = f"sign-off-{round}", f"filing-{round}"
        signed, filed = self.last(SignOff, signing), self.last(FilingForm, filing)
        return max(
            self.last_id(signing) if signed is not None and not signed.agreed else 0,
            self.last_id(filing) if filed is not None and filed.decision is FilingDecision.SUPPLEMENT else 0,
        )

    @property
    def needs_plan(self) -> bool:
        """四(一): the unit owes 整改意见 for class one, 承诺整改方案 for class two."""
        return self.problem_class in (ProblemClass.COMMON, ProblemClass.ANNUAL)

    def accountability_is_due(self, round: int) -> bool:
        """Whether somebody is to be held to account by what was proposed or concluded in this round.

        What a co-unit proposes counts where the responsible unit's report, which its head signs, takes it up.
        """
        report = self.last(Investigation, self.investigation_of(round, self.unit or ""))
        direct = self.last(DirectAccountability, f"direct-accountability-{round}")
        check = self.last(DoubleCheckForm, f"double-check-{round}")
        proposed = any(each is not None and each.accountability for each in (report, direct))
        pursued = check is not None and any(each.pursued for each in (check.direct, check.head, check.deputy))
        return proposed or pursued

    def somebody_joined_since_the_call(self, round: int) -> bool:
        """Whether somebody who can be asked joined the case after the round's last call-back."""
        calls = self.answers.get(f"call-back-{round}", [])
        return bool(calls) and self.last_joined_at is not None and self.last_joined_at > calls[-1].answered_at

    def second_round_was_started(self, round: int) -> bool:
        """四(二): poorly handled and dissatisfied, both found by the office's head in this round."""
        review = self.last(QualityReview, f"quality-review-{round}")
        return review is not None and review.starts_another_round


def read_path(session: Session, number: str) -> Path:
    """Read a case for its flow.

    Raises UnknownCase.
    """
    found = session.execute(_CASE, {"number": number}).one_or_none()
    if found is None:
        raise UnknownCase(case=number)
    case, supervision, filed, called_back, told, extensions, actions = found
    answers: dict[str, list[Answer]] = {}
    for answer in session.scalars(_ANSWERS, {"case": case.id}):
        answers.setdefault(answer.assignment.base, []).append(answer)
    joined = messages_of(session, case)
    messages = [each.message for each in joined]
    channels = [message.channel for message in messages]
    untold = _untold(case, messages, told)
    return Path(
        case_id=case.id,
        number=number,
        length=case.length,
        status=case.status,
        unit=case.unit_code,
        co_units=tuple(case.co_units),
        problem_class=case.problem_class,
        handled_directly=case.handled_directly,
        long_standing=case.long_standing,
        untold=frozenset(reply for reply, message in untold if reply is not Reply.DIRECT or message.can_be_reached),
        some_cannot_be_told=any(reply is Reply.DIRECT and not message.can_be_reached for reply, message in untold),
        told_upward=frozenset(round for round, reply, _ in told if reply == Reply.UPWARD.value),
        can_be_called=any(message.can_be_reached for message in messages),
        last_joined_at=max((each.joined_at for each in joined if each.message.can_be_reached), default=None),
        forced_direct=any(channel.direct_accountability for channel in channels),
        forced_double_check=any(channel.double_check for channel in channels),
        forced_upward_report=any(channel.upward_report for channel in channels),
        filed_rounds=frozenset(round for (round,) in filed),
        called_back=frozenset(round for (round,) in called_back),
        undecided=tuple(item for item, agreed, still_waits in extensions if agreed is None and still_waits),
        extended=tuple(item for item, agreed, _ in extensions if agreed),
        next_report=_next_report(session, supervision, answers),
        next_tracking=_next_tracking(session, channels, answers),
        meeting_actions=tuple(
            MeetingActionAsked(item, unit, date.fromisoformat(day) if day else None) for item, unit, day in actions
        ),
        answers=answers,
    )


_FILED = select(func.jsonb_build_array(Filing.round)).where(Filing.case_id == Case.id)
_CALLED_BACK = select(func.jsonb_build_array(CallBack.round)).where(CallBack.case_id == Case.id)
_TOLD = select(func.jsonb_build_array(Feedback.round, Feedback.reply, Feedback.message_id)).where(
    Feedback.case_id == Case.id
)
_EXTENSIONS = (
    select(func.jsonb_build_array(Extension.item, Extension.agreed, Assignment.is_open))
    .join(Extension.assignment)
    .where(Extension.case_id == Case.id)
    .order_by(Extension.item)
)

_ACTIONS = (
    select(func.jsonb_build_array(MeetingAction.item, MeetingAction.unit_code, MeetingAction.ends_on))
    .where(MeetingAction.case_id == Case.id)
    .order_by(MeetingAction.item)
)


def _rows(of_the_case: Select[Any]) -> ColumnElement[list[Any]]:
    """Select rows of another table in a column beside their case: one query for all."""
    return func.array(of_the_case.correlate(Case).scalar_subquery(), type_=ARRAY(JSONB))


# Every step of every case is found by these: to build them each time would cost as much as to ask them.
_CASE = (
    select(Case, Supervision, *(_rows(each) for each in (_FILED, _CALLED_BACK, _TOLD, _EXTENSIONS, _ACTIONS)))
    .outerjoin(Supervision, (Supervision.case_id == Case.id) & Supervision.ended_at.is_(None))
    .where(Case.number == bindparam("number"))
)
_ANSWERS = (
    select(Answer)
    .join(Answer.assignment)
    .where(Assignment.case_id == bindparam("case"), ~Answer.annulment.has())
    .order_by(Assignment.attempt)
    .options(contains_eager(Answer.assignment).load_only(Assignment.base, Assignment.unit_code))
)
_MESSAGES = (
    select(CaseMessage)
    .where(CaseMessage.case_id == bindparam("case"))
    .order_by(CaseMessage.message_id)
    .options(
        joinedload(CaseMessage.message).joinedload(Message.channel),
        joinedload(CaseMessage.message).joinedload(Message.complainant),
    )
)


def _next_report(
    session: Session, supervision: Supervision | None, answers: dict[str, list[Answer]]
) -> tuple[int, date] | None:
    """Return the number and the day of the next report on progress, where an instruction asks for it."""
    if supervision is None:
        return None
    reports = [given[-1] for base, given in answers.items() if base.startswith("progress-report-")]
    last = max([supervision.begun_at, *(each.answered_at for each in reports)])
    item = next(item for item in count(1) if f"progress-report-{item}" not in answers)
    return item, working_day_after(session, last.astimezone(SHANGHAI).date(), supervision.every)


def _next_tracking(
    session: Session, channels: Sequence[Channel], answers: dict[str, list[Answer]]
) -> tuple[int, date] | None:
    """Return the number and the day of the tracker's next entry: so that it is due when the interval has passed.

    The tracker begins with the office's ruling.
    """
    rulings = [each for base, given in answers.items() if base.startswith("classification") for each in given]
    if not rulings or not any(channel.origin is Origin.MEDIA for channel in channels):
        return None
    entries = [given[-1] for base, given in answers.items() if base.startswith("opinion-tracking-")]
    last = max(each.answered_at for each in (rulings[0], *entries)).astimezone(SHANGHAI).date()
    item = next(item for item in count(1) if f"opinion-tracking-{item}" not in answers)
    every = policy_number(session, "opinion-tracking-every", on=last).value
    return item, working_day_after(session, last, max(every - 1, 0))


def untold_messages(session: Session, case: Case) -> list[tuple[Reply, Message]]:
    """List what is still to be told in the case's present round: each reply that a message's channel is due."""
    told = session.scalars(_TOLD.correlate(None).where(Case.id == case.id)).all()
    return _untold(case, [each.message for each in messages_of(session, case)], told)


def messages_of(session: Session, case: Case) -> Sequence[CaseMessage]:
    """Return the messages of a case, with their channels and who sent them, in the order in which they came."""
    return session.scalars(_MESSAGES, {"case": case.id}).all()


def _untold(case: Case, messages: Sequence[Message], told: Sequence[list[Any]]) -> list[tuple[Reply, Message]]:
    return [
        (Reply(reply), message)
        for message in messages
        for reply in message.channel.feedback
        if [case.round, reply, message.id] not in told
    ]
