"""What the demo's people do when a step waits for them: they answer it, or act as the case demands, or are refused."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from deployments.demo.accountability import Fields
from deployments.demo.arrangements import arrange
from deployments.demo.forms import fill, on_paper, poorly_handled, taken_up
from deployments.demo.script import Turn
from deployments.demo.task import Task
from models.case import Case, CaseMessage
from models.database import transaction
from models.journal import Actor
from models.message import Message
from models.refusals import CannotMerge, InvalidForm, Refusal
from models.words import Outcome, Role
from tasks.answer import answer
from tasks.merge import merge
from tasks.reclassify import reclassify
from tasks.review import review


def act(task: Task) -> timedelta | None:
    """Do what whoever has the task does, through the same acts as people use.

    Returns after how long the step is looked at again, where it was put off. Raises a Refusal where a rule says no to
    what the scenario has as allowed.
    """
    story = task.scenario
    if task.kind == "classification" and _joined(task):
        return None
    if task.kind == "investigation" and Turn.RECLASSIFY in story and task.unit == story.other_unit:
        why = "经核实，该事项由另一单位承办，原责任单位有误。"
        reclassify(task.case, data={"unit": story.unit}, actor=Actor(code=task.clerk), reason=why)
        return None
    if task.kind == "write-off" and Turn.OWN_REVIEW in story and task.case_round == 1 and _reviewed(task):
        return None
    put_off = arrange(task)
    if put_off is not None:
        return put_off
    mistake = _mistake(task)
    if mistake is not None:
        with suppress(Refusal):  # were it taken, the answer that follows would be refused
            answer(task.assignment, data=mistake.data, actor=Actor(code=mistake.by))
    answer(task.assignment, data=fill(task), actor=Actor(code=task.answered_by))
    return None


def _joined(task: Task) -> bool:
    """并案: the clerk joins a similar message to the earlier case, where that is still open and the rules allow it."""
    if Turn.MERGE not in task.scenario:
        return False
    with transaction() as session:
        earlier = (
            select(Message.id).where(Message.source_number == task.scenario.joins)
            if task.scenario.joins
            else select(Message.similar_to).where(Message.id == task.message)
        )
        into = session.scalar(
            select(Case.number)
            .join(Case.messages)
            .where(CaseMessage.message_id.in_(earlier), Case.is_open, Case.id != task.case_id)
        )
    if into is None:
        return False
    try:
        merge(task.message, into=into, actor=Actor(code=task.clerk), reason="与该案反映同一事项，并案办理。")
    except CannotMerge:
        return False
    return True


def _reviewed(task: Task) -> bool:
    """四(二): the head of the office opens the second round himself; with one finding only he is refused."""
    by = Actor(code=task.who(Role.OFFICE_HEAD))
    if Turn.SECOND_ROUND in task.scenario:
        review(task.case, data=poorly_handled(task), actor=by)
        return True
    with suppress(InvalidForm):
        review(task.case, data=poorly_handled(task) | {"dissatisfied": False}, actor=by)
    return False


@dataclass(frozen=True, kw_only=True)
class _Mistake:
    """What somebody tries before it is done rightly."""

    by: str
    data: Fields


def _mistake(task: Task) -> _Mistake | None:
    """Return what the rules refuse in this scenario, if it is the time for it."""
    story = task.scenario
    if not task.first:
        return None
    match task.kind:
        case "classification" if Turn.CONFLICT in story:  # O56: the unit's own head would sign
            return _Mistake(by=task.clerk, data=taken_up(task, Outcome.ACCEPT))
        case "rectification-plan" if Turn.ANNUAL in story:  # O68: one of the four parts is missing
            return _Mistake(by=task.answered_by, data=fill(task) | {"guarantees": ""})
        case "investigation" if Turn.CONFLICT_OF_ANSWER in story:
            return _Mistake(by=task.reported[0], data=fill(task))
        case "sign-off" if task.on_paper:  # O55: the deputy is not the head
            return _Mistake(by=task.clerk, data=on_paper(task, task.who(Role.UNIT_DEPUTY)))
        case "publication-approval" if Turn.PUBLICATION_REFUSED in story:  # O61: who wrote it approves it
            return _Mistake(by=task.clerk, data=fill(task) | {"agreed": True})
    return None
