"""The conductor: it walks a case's path, brings the ledger to what the path asks for, and comes to rest there.

Under Prefect, to rest is to suspend the run until a person has answered; without Prefect, to return.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, Protocol

from prefect import Task
from prefect.client.orchestration import get_client
from prefect.context import FlowRunContext
from prefect.flow_runs import suspend_flow_run
from prefect.input.actions import delete_flow_run_input, read_flow_run_input

from flows.ask import Waiting, one_pass
from flows.forms_in_prefect import as_typed, description, form_in_prefect
from flows.pictures import draw_case
from models.journal import Actor
from models.refusals import Refusal
from models.steps import STEPS
from models.words import Via
from tasks.answer import answer
from tasks.case_lock import case_lock
from tasks.open_steps import Open, bring_open_steps, mark_shown
from tasks.standing import answered_unshown, case_tags, form_offered, note_form


class Conductor(Protocol):
    """How a path is walked: on the way in, for a step of the machine, and at rest."""

    def set_out(self, number: str) -> None:
        """Before each walk: take in what came by other ways than the ledger."""

    def perform(self, effect: Callable[..., None], title: str, number: str, **keys: object) -> None:
        """Carry out a step of the machine, once."""

    def rest(self, number: str, opened: list[Open]) -> None:
        """Wait for a person; returns only where there is nothing to suspend."""

    def arrive(self, number: str) -> None:
        """After the end of the path."""


class Plain:
    """Without Prefect: the walk ends where a person must answer. Tests and simulated years walk so."""

    def set_out(self, number: str) -> None:
        """Nothing comes by another way."""

    def perform(self, effect: Callable[..., None], title: str, number: str, **keys: object) -> None:
        """Call the effect."""
        effect(number, **keys)

    def rest(self, number: str, opened: list[Open]) -> None:
        """The walk ends; whoever walks it looks into the ledger."""

    def arrive(self, number: str) -> None:
        """Nothing is shown."""


class InPrefect:
    """As a Prefect flow run: steps are task runs, waiting is a suspension, the office's forms are in its UI."""

    def set_out(self, number: str) -> None:
        """Record what a form in the UI left, delete it there, and show in the timeline what was answered."""
        run = _run()
        offered = form_offered(number)
        if offered is not None:
            self._take_form(offered.assignment, offered.pause_key, offered.step)
        shown = answered_unshown(number, run_id=run.id)
        for step in shown:
            Task(_answered, name=step.title, task_run_name=f"{step.title}（{step.key}）")()
        if shown:
            mark_shown([step.assignment for step in shown], run_id=run.id)

    def perform(self, effect: Callable[..., None], title: str, number: str, **keys: object) -> None:
        """Carry the effect out as a task run."""
        Task(effect, name=title, task_run_name=title, persist_result=False)(number, **keys)

    def rest(self, number: str, opened: list[Open]) -> None:
        """Show where the case stands, then suspend the run; it never returns from here."""
        self.arrive(number)
        form = next((each for each in opened if each.pause_key), None)
        if form is None:
            suspend_flow_run(key=f"{opened[0].key.lower()}-{secrets.token_hex(6)}", timeout=None)
            return
        text = description(
            form.step,
            number=number,
            key=form.key,
            due=form.due,
            others=[f"{each.step.title}（{each.step.role.label}）" for each in opened if each is not form],
            refusal=form.refusal,
        )
        drawn = form_in_prefect(form.step.form).with_initial_data(description=text)
        suspend_flow_run(wait_for_input=drawn, key=form.pause_key, timeout=None)

    def arrive(self, number: str) -> None:
        """Bring the run's tags and the case's page up to date."""
        run = _run()
        tags = case_tags(number)
        if set(tags) != set(run.tags):
            with get_client(sync_client=True) as client:
                client.update_flow_run(run.id, tags=tags)
        draw_case(number)

    def _take_form(self, assignment: int, pause_key: str, step: str) -> None:
        left = f"suspended-{pause_key}-response"
        content: Any = read_flow_run_input(left, flow_run_id=_run().id)
        if content is None:
            return
        officer, data = as_typed(STEPS[step].form, content)
        refusal = ""
        try:
            answer(assignment, data=data, actor=Actor(code=officer, via=Via.PREFECT))
        except Refusal as refused:
            refusal = refused.message
        delete_flow_run_input(left, flow_run_id=_run().id)
        note_form(assignment, refusal=refusal)


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
            while True:
                conductor.set_out(number)
                with one_pass(number, conductor) as now:
                    if now.path.closed:
                        conductor.arrive(number)
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


def _answered() -> None:
    """Stand in the timeline for a step that a person answered; what he answered is in the ledger."""


def _run() -> Any:
    context = FlowRunContext.get()
    assert context is not None
    assert context.flow_run is not None
    return context.flow_run
