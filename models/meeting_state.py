"""How far what joint meetings asked for is: by the answers to the steps `meeting-action`; never stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from models.assignment import Answer, Assignment
from models.case import Case, CaseMessage
from models.due_text import due_text
from models.masks import masked_text
from models.meeting import JointMeeting, MeetingAction
from models.message import Message
from models.words import ActionState, Light

STEP = "meeting-action"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One action. step: the one that was answered and counts, or waits; None where it was not opened, or withdrawn."""

    action: MeetingAction
    step: Assignment | None

    @property
    def answer(self) -> Answer | None:
        """The answer that counts."""
        return self.step.answer if self.step is not None else None

    @property
    def state(self) -> ActionState:
        """Waiting, done, or no longer asked for because its case came to its end without it."""
        if self.answer is not None:
            return ActionState.DONE
        return ActionState.WAITING if self.action.case.is_open else ActionState.WITHDRAWN

    @property
    def due_on(self) -> date | None:
        """The day on which it is or was due; while its step is not open, that of the minutes."""
        return self.step.due_on if self.step is not None else self.action.ends_on

    def due_in_words(self) -> str:
        """The same as people read it."""
        if self.step is not None:
            return due_text(self.step)
        day = self.action.ends_on
        return f"{day.year}年{day.month}月{day.day}日" if day is not None else "按默认时限"

    def light(self, moment: datetime) -> Light | None:
        """The light of its step, while it waits."""
        return self.step.light(moment) if self.step is not None and self.answer is None else None

    def masked(self, text: str) -> str:
        """Return what somebody wrote without what identifies the case's senders."""
        return masked_text(text, *(each.message.complainant for each in self.action.case.messages))

    def result(self) -> str:
        """What the unit reported, masked; empty until then."""
        return self.masked(self.answer.data["result"]) if self.answer is not None else ""


def asked_by_meetings(session: Session, steps: Iterable[Assignment]) -> dict[int, str]:
    """Return what the minutes say of each step that a meeting asked for, masked, with its number, by assignment."""
    by_item = {(each.case_id, each.item): each.id for each in steps if each.kind == STEP}
    if not by_item:
        return {}
    of_the_cases = MeetingAction.case_id.in_(sorted({case_id for case_id, _ in by_item}))
    return {
        by_item[key]: f"{each.action.number}：{each.masked(each.action.what)}"
        for each in standings(session, of_the_cases)
        if (key := (each.action.case_id, each.action.item)) in by_item
    }


def standings(session: Session, *conditions: ColumnElement[bool]) -> list[Standing]:
    """Return how far the actions are that meet some conditions, on them, their meetings or cases, in their order."""
    actions = session.scalars(
        select(MeetingAction)
        .join(MeetingAction.meeting)
        .join(MeetingAction.case)
        .where(*conditions)
        .order_by(JointMeeting.id, MeetingAction.position)
        .options(
            contains_eager(MeetingAction.meeting),
            contains_eager(MeetingAction.case).joinedload(Case.rest),
            contains_eager(MeetingAction.case)
            .selectinload(Case.messages)
            .joinedload(CaseMessage.message)
            .joinedload(Message.complainant),
            joinedload(MeetingAction.unit),
        )
    ).all()
    steps = _steps(session, {each.case_id for each in actions})
    return [Standing(action=each, step=steps.get((each.case_id, each.item))) for each in actions]


def _steps(session: Session, cases: Iterable[int]) -> dict[tuple[int, int], Assignment]:
    """Return by case and item the step whose answer counts, or that waits."""
    steps = session.scalars(
        select(Assignment)
        .where(Assignment.case_id.in_(sorted(cases)), Assignment.kind == STEP)
        .options(
            joinedload(Assignment.case).joinedload(Case.rest),
            joinedload(Assignment.limit),
            joinedload(Assignment.answer).joinedload(Answer.annulment),
        )
        .order_by(Assignment.id)
    )
    return {
        (each.case_id, each.item): each
        for each in steps
        if each.is_open or (each.answer is not None and each.answer.annulment is None)
    }
