"""The forms of suspended runs, filled as the Prefect UI does it; what became of them, and what Prefect still holds."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg import sql
from sqlalchemy import select

from flows.forms_in_prefect import FORM_NUMBER, OFFICER
from models.case import Case
from models.database import transaction
from models.journal import Entry
from tests.live import run_of
from tests.office import CLERK, case_of
from tests.running import RunningSystem, until

if TYPE_CHECKING:
    from prefect.client.schemas.responses import OrchestrationResult

# The classification of the usual way, as it is chosen and typed.
CLASSIFIED: dict[str, Any] = {
    "outcome": "受理，交责任单位办理",
    "problem_class": "一般",
    "grade": "日常",
    "unit": "U01",
    "summary": "窗口办事拖延，多次询问无回音",
}


@dataclass(frozen=True, kw_only=True)
class DrawnForm:
    """What somebody sees who clicks Resume."""

    schema: dict[str, Any]
    description: str

    @property
    def number(self) -> str:
        """The number of this very form."""
        number: str = self.schema["properties"][FORM_NUMBER]["default"]
        return number


def form_of(system: RunningSystem, number: str, step: str) -> DrawnForm:
    """Wait until a case's run offers the form of a step, and return it."""

    def offered() -> DrawnForm | None:
        if case_of(number).run_id is None:
            return None
        state = run_of(system, number).state
        keys = state.state_details.run_input_keyset if state is not None and state.is_paused() else None
        if keys is None:
            return None
        inputs = inputs_of(system, number)
        if not {keys["schema"], keys["description"]} <= inputs.keys():
            return None
        form = DrawnForm(schema=json.loads(inputs[keys["schema"]]), description=json.loads(inputs[keys["description"]]))
        return form if f"步骤：`{step}`" in form.description else None

    return until(offered, within=60)  # type: ignore[return-value]


def submit(
    system: RunningSystem, number: str, form: DrawnForm, by: str = CLERK, **content: Any
) -> "OrchestrationResult[Any]":
    """Send a filled form, and return what Prefect answers."""
    with system.client() as client:
        run_input = {OFFICER: by, FORM_NUMBER: form.number, **content}
        return client.resume_flow_run(run_of(system, number).id, run_input=run_input)


def resume(system: RunningSystem, number: str) -> "OrchestrationResult[Any]":
    """Click Resume and send nothing, and return what Prefect answers."""
    with system.client() as client:
        return client.resume_flow_run(run_of(system, number).id)


def refused_acts(number: str) -> list[tuple[str, str, str, Any]]:
    """Return what the journal keeps of refused acts: step, officer, code, and what was typed."""
    with transaction() as session:
        entries = session.scalars(
            select(Entry)
            .join(Case, Case.id == Entry.case_id)
            .where(Case.number == number, Entry.what == "refused")
            .order_by(Entry.id)
        )
        return [(each.step, each.actor, each.detail["code"], each.detail["data"]) for each in entries]


def inputs_of(system: RunningSystem, number: str) -> dict[str, str]:
    """Return what Prefect holds of forms of a case's run, by key: their schemas, descriptions and what was typed."""
    with system.database("prefect") as connection:
        rows = connection.execute(
            "SELECT key, value FROM flow_run_input WHERE flow_run_id = %s", [run_of(system, number).id]
        )
        return dict(rows.fetchall())


def tables_with(system: RunningSystem, text: str) -> list[str]:
    """Search every column of every table of Prefect's database; return the tables that hold the text.

    JSON may be kept as it was written, with Chinese letters as escapes.
    """
    escaped = json.dumps(text)[1:-1].replace("\\", "\\\\")
    with system.database("prefect") as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
            " WHERE relkind IN ('r', 'm', 'p') AND nspname = 'public' ORDER BY relname"
        ).fetchall()
        search = sql.SQL(
            "SELECT EXISTS (SELECT FROM {} AS t, to_jsonb(t) AS j"
            " WHERE strpos(j::text, %(text)s) > 0 OR strpos(j::text, %(escaped)s) > 0)"
        )
        return [
            table
            for (table,) in tables
            if connection.execute(search.format(sql.Identifier(table)), {"text": text, "escaped": escaped}).fetchone()
            == (True,)
        ]
