"""The conductor: it walks a case's path, brings the ledger to what the path asks for, and comes to rest there.

Under Prefect, to rest is to suspend the run until a person has answered; without Prefect, to return.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, Protocol
from uuid import UUID

from prefect import Task
from prefect.client.orchestration import get_client
from prefect.flow_runs import suspend_flow_run
from prefect.input.actions import delete_flow_run_input, read_flow_run_input

from flows.ask import Waiting, one_pass
from flows.forms_in_prefect import as_typed, description, form_in_prefect
from flows.pictures import draw_case
from flows.this_run import show_done, this_run
from models.steps import STEPS
from tasks.case_lock import case_lock
from tasks.form_on_offer import Offered, forget_form, forms_offered, take_form
from tasks.open_steps import Open, bring_open_steps, mark_shown
from tasks.standing import answered_unshown, case_tags, is_run_of


class Conductor(Protocol):
    """How a path is walked: before each walk, for a step of the machine, and where the walk ends."""

    def leads(self, number: str) -> bool:
        """Whether this is the case's own walk, and not that of a run that was replaced or started by hand."""

    def set_out(self, number: str) -> None:
        """Before each walk: take in what came by another way than the ledger."""

    def perform(self, effect: Callable[..., None], title: str, number: str, **keys: object) -> None:
        """Carry out a step of the machine, once."""

    def rest(self, number: str, opened: list[Open]) -> None:
        """Wait for a person; returns only where there is nothing to suspend."""

    def arrive(self, number: str) -> None:
        """After the last walk: the case is closed."""


class Plain:
    """Without Prefect: the walk ends where a person must answer. Tests and simulated years walk so."""

    def leads(self, number: str) -> bool:
        """Nobody else walks."""
        return True

    def set_out(self, number: str) -> None:
        """Nothing comes by another way."""

    def perform(self, effect: Callable[..., None], title: str, number: str, **keys: object) -> None:
        """Call the effect."""
        effect(number, **keys)

    def rest(self, number: str, opened: list[Open]) -> None:
        """The walk ends; whoever walks it looks into the ledger."""

    def arrive(self, number: str) -> None:
        """Nobody looks."""


class InPrefect:
    """As a Prefect flow run: steps are task runs, waiting is a suspension, the office's forms are in its UI.

    What nobody waits for, the timeline, the tags and the case's page, comes after the ledger has the next steps.
    """

    def leads(self, number: str) -> bool:
        """Whether the ledger knows this run: a case has one, for a second would draw the same form once more."""
        return is_run_of(number, this_run().id)

    def set_out(self, number: str) -> None:
        """Record what was typed into the form on offer."""
        for form in forms_offered(number):
            if form.wanted:
                _take(form, this_run().id)

    def perform(self, effect: Callable[..., None], title: str, number: str, **keys: object) -> None:
        """Carry the effect out as a task run, after those of the answers that led to it."""
        _show_answered(number)
        Task(effect, name=title, task_run_name=title, persist_result=False)(number, **keys)

    def rest(self, number: str, opened: list[Open]) -> None:
        """Show where the case stands, then suspend the run; it never returns from here.

        A pause key fires once in a run, so each suspension has its own.
        """
        self.arrive(number)
        offered = next((each for each in opened if each.pause_key), None)
        if offered is None or offered.pause_key is None:
            resting_at = opened[0].key.lower() if opened else "suspended"
            suspend_flow_run(key=f"{resting_at}-{secrets.token_hex(6)}", timeout=None)
            return
        text = description(offered, number=number, others=[each for each in opened if each is not offered])
        form = form_in_prefect(offered.step.form, pause_key=offered.pause_key).with_initial_data(description=text)
        suspend_flow_run(wait_for_input=form, key=offered.pause_key, timeout=None)

    def arrive(self, number: str) -> None:
        """Keep what was typed too late, and show where the case stands: answered steps, tags and page."""
        for form in forms_offered(number):
            if not form.wanted:
                _take(form, this_run().id)
        _show_answered(number)
        run = this_run()
        tags = case_tags(number)
        if set(tags) != set(run.tags):
            with get_client(sync_client=True) as client:
                client.update_flow_run(run.id, tags=tags)
        draw_case(number)


def take_what_was_typed(number: str, run_id: UUID) -> None:
    """Take in what somebody typed into a form of a run that was stopped before it went on; nothing is left in it."""
    for form in forms_offered(number):
        _take(form, run_id)


def _take(form: Offered, run_id: UUID) -> None:
    """Take into the ledger what was typed into a form, then delete it from Prefect: a crash between loses nothing."""
    left = f"suspended-{form.pause_key}-response"
    content: Any = read_flow_run_input(left, flow_run_id=run_id)
    if content is not None:
        officer, data = as_typed(STEPS[form.step].form, content)
        take_form(form, officer=officer, data=data)
        delete_flow_run_input(left, flow_run_id=run_id)
    if content is not None or not form.wanted:
        forget_form(form)


def _show_answered(number: str) -> None:
    """Show in the run's timeline the steps that were answered since, each as a task run, under the step's key."""
    run_id = this_run().id
    shown = answered_unshown(number, run_id=run_id)
    if not shown:
        return
    with get_client(sync_client=True) as client:
        for step in shown:
            show_done(client, task=step.title, title=f"{step.title}（{step.key}）", key=step.key)
    mark_shown([step.assignment for step in shown], run_id=run_id)


_conductor: ContextVar[Conductor | None] = ContextVar("conductor", default=None)


@contextmanager
def conducted_by(conductor: Conductor) -> Iterator[None]:
    """Walk paths with this conductor instead of Prefect's."""
    token = _conductor.set(conductor)
    try:
        yield
    finally:
        _conductor.reset(token)


def resumable(path: Callable[[str], str]) -> Callable[[str], str]:
    """Make a path walkable: from the top each time, as often as the ledger moves, until somebody must answer.

    The walk holds the case's lock, so that nobody takes a run back that is alive.
    """

    @wraps(path)
    def walk(number: str) -> str:
        conductor = _conductor.get() or InPrefect()
        with case_lock(number):
            if not conductor.leads(number):
                return "由另一运行办理"
            while True:
                conductor.set_out(number)
                with one_pass(number, conductor) as now:
                    if now.path.closed:
                        conductor.arrive(number)
                        return now.path.status.label
                    if now.path.suspended:
                        conductor.rest(number, [])
                        return now.path.status.label
                    try:
                        path(number)
                        continue
                    except Waiting as waiting:
                        asked = waiting.asked
                opened = bring_open_steps(number, asked, seen=now.path.length)
                if opened is not None:
                    conductor.rest(number, opened)
                    return opened[0].step.status.label

    return walk


def advance(number: str) -> None:
    """Walk a case's path without Prefect until somebody must answer."""
    from flows.case import handle_case

    with conducted_by(Plain()):
        handle_case.fn(number)
