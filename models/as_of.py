"""The ledger as it stood at a moment: views that hide its tables from whoever reads them in one transaction.

PostgreSQL looks for a table in a connection's own temporary schema first, so that every query reads the past unchanged.
docs/decisions/0017 says how each thing is known, and what is as it is today.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection, Table
from sqlalchemy.orm import Session

from models.clock import MOMENT
from models.database import connection_apart
from models.journal import RECORDS
from models.ledger import Base
from models.words import Outcome


@dataclass(frozen=True, kw_only=True)
class Past:
    """How a table is seen as it was, in SQL about a row `r` of it; `{at}` is the moment, `{here}` the ledger's schema.

    rows: whether the row was there. columns: what was in a column that is filled in or changed later. beside: what is
    joined to know it, each row at most once. looked_up_by: such a column by which many rows are looked up, which no
    index of the ledger serves any more: the rows are then read once, into a table with an index of its own.
    """

    rows: str
    columns: Mapping[str, str] = field(default_factory=dict)
    beside: str = ""
    looked_up_by: str = ""


@contextmanager
def ledger_as_of(moment: datetime) -> Iterator[Session]:
    """Open a session in which the ledger is as it was at an aware moment, and it is that moment; nothing is written.

    It locks nothing that anybody waits for, and leaves nothing behind.
    """
    with connection_apart() as connection:
        _set_back(connection, moment)
        with Session(connection) as session:
            session.info[MOMENT] = moment
            yield session


def _set_back(connection: Connection, moment: datetime) -> None:
    """Put the views before the tables; from then on the transaction can only read."""
    schema = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    words = {"at": f"timestamptz '{moment.astimezone(UTC).isoformat()}'", "here": schema}
    for name, rows in _LATER.items():
        _read_once(connection, name, rows.format(**words))
    for table in Base.metadata.sorted_tables:
        if table.name in OUT_OF_REACH:
            connection.exec_driver_sql(f'CREATE TEMP VIEW "{table.name}" AS SELECT')  # without a column
        elif table.name not in AS_TODAY:
            past = PAST[table.name]
            rows = _rows(table, past).format(**words)
            if past.looked_up_by:
                _read_once(connection, table.name, rows, index=past.looked_up_by)
            else:
                connection.exec_driver_sql(f'CREATE TEMP VIEW "{table.name}" AS {rows}')
    connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _read_once(connection: Connection, name: str, rows: str, *, index: str = "") -> None:
    connection.exec_driver_sql(f'CREATE TEMP TABLE "{name}" AS {rows}')
    if index:
        connection.exec_driver_sql(f'CREATE INDEX ON "{name}" ("{index}")')
    connection.exec_driver_sql(f'ANALYZE "{name}"')


def _rows(table: Table, past: Past) -> str:
    columns = (f'{past.columns.get(each.name, f"""r."{each.name}" """)} AS "{each.name}"' for each in table.columns)
    return f'SELECT {", ".join(columns)} FROM {{here}}."{table.name}" r {past.beside} WHERE {past.rows}'


def _until(column: str, ended: str) -> str:
    """Return what a column held before something ended."""
    return f'CASE WHEN r."{ended}" <= {{at}} THEN r."{column}" END'


def _ruled(column: str, ruled: str) -> str:
    """Return what the office had ruled, where it ruled again since."""
    return f"CASE WHEN ruled.again THEN {ruled} ELSE r.{column} END"


def _recorded(table: str) -> str:
    """Return whether a record that no answer left behind is in the journal, by its hash."""
    return (
        f"EXISTS (SELECT FROM {{here}}.journal e WHERE e.case_id = r.case_id AND e.what = 'record' AND e.at <= {{at}} "
        f"AND e.detail -> '{table}' ? {RECORDS[table]})"
    )


_TAKEN_UP = ", ".join(f"'{outcome.value}'" for outcome in Outcome if outcome.taken_up)
_RULINGS = (
    "FROM {here}.answer a JOIN {here}.assignment s ON s.id = a.assignment_id "
    f"WHERE s.case_id = c.id AND s.kind = 'classification' AND a.data ->> 'outcome' IN ({_TAKEN_UP})"
)
# What happened later, each once, by what it is about.
_LATER = {
    # The journal's later entries; what they say only where it tells what was before.
    "later": """
        SELECT id, case_id, position, what, step, previous,
            CASE WHEN what IN ('move', 'another-round', 'due', 'merge') THEN detail END AS detail
        FROM {here}.journal WHERE at > {at} AND case_id IS NOT NULL
        """,
    "later_in_case": "SELECT DISTINCT ON (case_id) case_id, position, previous FROM later ORDER BY case_id, position",
    "later_move": """
        SELECT DISTINCT ON (case_id) case_id, detail ->> 'from' AS status
        FROM later WHERE what = 'move' ORDER BY case_id, position
        """,
    "later_round": """
        SELECT case_id, min((detail ->> 'round')::int) - 1 AS round
        FROM later WHERE what = 'another-round' GROUP BY case_id
        """,
    "later_due": """
        SELECT DISTINCT ON (case_id, step) case_id, step, (detail ->> 'old')::timestamptz AS due_at,
            (detail -> 'was' ->> 'yellow_at')::timestamptz AS yellow_at,
            (detail -> 'was' ->> 'provisional')::boolean AS provisional,
            (detail -> 'was' ->> 'limit')::bigint AS limit_id
        FROM later WHERE what = 'due' ORDER BY case_id, step, position
        """,
    "later_merge": """
        SELECT DISTINCT ON (message_id) (later.detail ->> 'message')::bigint AS message_id, own.id AS case_id
        FROM later JOIN {here}."case" own ON own.number = later.detail ->> 'from'
        WHERE what = 'merge' ORDER BY message_id, later.id
        """,
    # The ruling that held, of the cases that were ruled on again, and of those of long standing: it may have said so.
    "ruled": f"""
        SELECT c.id AS case_id, was.id AS answer_id, was.data,
            EXISTS (SELECT {_RULINGS} AND a.answered_at > {{at}}) AS again
        FROM {{here}}."case" c LEFT JOIN LATERAL (
            SELECT a.id, a.data {_RULINGS} AND a.answered_at <= {{at}} ORDER BY a.id DESC LIMIT 1
        ) was ON true
        WHERE c.opened_at <= {{at}}
            AND (c.long_standing OR EXISTS (SELECT {_RULINGS} AND a.answered_at > {{at}}))
        """,
}

_BY_ANSWER = "EXISTS (SELECT FROM {here}.answer a WHERE a.id = r.answer_id AND a.answered_at <= {at})"
_BY_MESSAGE = "EXISTS (SELECT FROM {here}.message m WHERE m.id = r.message_id AND m.registered_at <= {at})"
# By the ruling, by a report since, or by a case that was merged into it since.
_LONG_STANDING = """
ruled.case_id IS NOT NULL AND (
    coalesce((ruled.data ->> 'long_standing')::boolean, false)
    OR EXISTS (
        SELECT FROM {here}.answer a JOIN {here}.assignment s ON s.id = a.assignment_id
        WHERE s.case_id = r.id AND s.kind = 'investigation' AND a.answered_at <= {at}
            AND a.id > coalesce(ruled.answer_id, 0) AND (a.data ->> 'long_standing')::boolean
    )
    OR EXISTS (
        SELECT FROM {here}.journal e JOIN {here}."case" own ON own.number = e.detail ->> 'from'
        WHERE e.case_id = r.id AND e.what = 'merge' AND e.at <= {at}
            AND own.merged_into = r.id AND own.closed_at = e.at AND own.long_standing
            AND NOT EXISTS (
                SELECT FROM {here}.journal g WHERE g.case_id = r.id AND g.what = 'answer'
                    AND g.detail -> 'answer' = to_jsonb(ruled.answer_id) AND g.position > e.position
            )
    )
)
"""
_CASE = Past(
    rows="r.opened_at <= {at}",
    beside="""
        LEFT JOIN later_in_case ON later_in_case.case_id = r.id
        LEFT JOIN later_move ON later_move.case_id = r.id
        LEFT JOIN later_round ON later_round.case_id = r.id
        LEFT JOIN ruled ON ruled.case_id = r.id
        """,
    columns={
        "status": "coalesce(later_move.status, r.status)",
        "previous_status": """
            CASE WHEN later_move.case_id IS NULL THEN r.previous_status ELSE (
                SELECT e.detail ->> 'from' FROM {here}.journal e
                WHERE e.case_id = r.id AND e.what = 'move' AND e.at <= {at} ORDER BY e.position DESC LIMIT 1
            ) END
            """,
        "round": "coalesce(later_round.round, r.round)",
        "problem_class": _ruled("problem_class", "ruled.data ->> 'problem_class'"),
        "grade": _ruled("grade", "ruled.data ->> 'grade'"),
        "kind": _ruled("kind", "ruled.data ->> 'kind'"),
        "route": _ruled("route", "ruled.data ->> 'route'"),
        "unit_code": _ruled("unit_code", "ruled.data ->> 'unit'"),
        "co_units": _ruled("co_units", "coalesce(ruled.data -> 'co_units', '[]')"),
        "summary": _ruled("summary", "coalesce(ruled.data ->> 'summary', '')"),
        "handled_directly": _ruled(
            "handled_directly", f"coalesce(ruled.data ->> 'outcome' = '{Outcome.DIRECT.value}', false)"
        ),
        "long_standing": f"({_LONG_STANDING})",
        **{each: _until(each, "closed_at") for each in ("closed_at", "closed_by", "closing_reason", "merged_into")},
        "length": "coalesce(later_in_case.position - 1, r.length)",
        "head": "coalesce(later_in_case.previous, r.head)",
    },
)
_ASSIGNMENT = Past(
    rows="r.opened_at <= {at}",
    beside="LEFT JOIN later_due ON later_due.case_id = r.case_id AND later_due.step = r.step",
    columns={
        "answered_at": _until("answered_at", "answered_at"),
        "withdrawn_at": _until("withdrawn_at", "withdrawn_at"),
        "due_at": "coalesce(later_due.due_at, r.due_at)",
        "due_on": "coalesce((later_due.due_at AT TIME ZONE 'Asia/Shanghai')::date, r.due_on)",
        # Entries of the first releases do not tell it: then it turns yellow as long before its date as it does today.
        "yellow_at": "coalesce(later_due.yellow_at, later_due.due_at - (r.due_at - r.yellow_at), r.yellow_at)",
        "provisional": "coalesce(later_due.provisional, r.provisional)",
        "limit_id": "coalesce(later_due.limit_id, r.limit_id)",
    },
)
_CASE_MESSAGE = Past(
    rows=_BY_MESSAGE,
    looked_up_by="case_id",
    beside="""
        LEFT JOIN later_merge ON later_merge.message_id = r.message_id
        LEFT JOIN LATERAL (
            SELECT e.at, e.actor FROM {here}.journal e
            WHERE e.case_id = later_merge.case_id AND e.what IN ('register', 'merge') AND e.at <= {at}
                AND (e.detail ->> 'message')::bigint = r.message_id
            ORDER BY e.position DESC LIMIT 1
        ) came ON true
        """,
    columns={
        "case_id": "coalesce(later_merge.case_id, r.case_id)",
        "joined_at": "coalesce(came.at, r.joined_at)",
        "joined_by": "coalesce(came.actor, r.joined_by)",
    },
)
_EXTENSION = Past(
    rows="r.asked_at <= {at}",
    columns={
        "agreed": """
            CASE WHEN EXISTS (
                SELECT FROM {here}.assignment s WHERE s.case_id = r.case_id
                    AND s.base = 'extension-approval-' || r.item AND s.answered_at <= {at}
            ) THEN r.agreed END
            """
    },
)

PAST = {
    "accountability_decision": Past(rows=_BY_ANSWER),
    "annulment": Past(rows="r.annulled_at <= {at}"),
    "answer": Past(rows="r.answered_at <= {at}"),
    "assignment": _ASSIGNMENT,
    "attachment": Past(rows="r.attached_at <= {at}"),
    "batch": Past(rows="r.taken_at <= {at}"),
    "bulletin_item": Past(
        rows="EXISTS (SELECT FROM {here}.opinion_bulletin b WHERE b.id = r.bulletin_id AND b.taken_at <= {at})"
    ),
    "call_back": Past(rows="r.recorded_at <= {at}"),
    "case": _CASE,
    "case_message": _CASE_MESSAGE,
    "case_subject": Past(rows=f"CASE WHEN r.answer_id IS NULL THEN {_recorded('case_subject')} ELSE {_BY_ANSWER} END"),
    "complainant": Past(rows=_BY_MESSAGE),
    "decision_measure": Past(
        rows="EXISTS (SELECT FROM {here}.accountability_decision d JOIN {here}.answer a ON a.id = d.answer_id "
        "WHERE d.id = r.decision_id AND a.answered_at <= {at})"
    ),
    "document": Past(rows="r.issued_at <= {at}"),
    "document_void": Past(rows="r.voided_at <= {at}"),
    "double_check": Past(rows=_BY_ANSWER),
    "extension": _EXTENSION,
    "feedback": Past(rows=f"CASE WHEN r.answer_id IS NULL THEN {_recorded('feedback')} ELSE {_BY_ANSWER} END"),
    "filing": Past(rows="r.filed_at <= {at}"),
    "joint_meeting": Past(rows="r.recorded_at <= {at}"),
    "journal": Past(rows="r.at <= {at}"),
    "matter_ruling": Past(rows="r.ruled_at <= {at}"),
    "meeting_action": Past(
        rows="EXISTS (SELECT FROM {here}.joint_meeting m WHERE m.id = r.meeting_id AND m.recorded_at <= {at})"
    ),
    "message": Past(rows="r.registered_at <= {at}"),
    "notice": Past(rows="r.written_at <= {at}"),
    "notice_item": Past(rows="EXISTS (SELECT FROM {here}.notice n WHERE n.id = r.notice_id AND n.written_at <= {at})"),
    "nudge": Past(rows="r.at <= {at}"),
    "opinion_bulletin": Past(rows="r.taken_at <= {at}"),
    "signature": Past(rows=_BY_ANSWER),
    "substitution": Past(rows="r.entered_at <= {at}", columns={"ended_at": _until("ended_at", "ended_at")}),
    "supervision": Past(rows="r.begun_at <= {at}", columns={"ended_at": _until("ended_at", "ended_at")}),
    "suspension": Past(
        rows="r.suspended_at <= {at}",
        columns={each: _until(each, "woken_at") for each in ("woken_at", "woken_by")},
    ),
}
# The registry, the calendar, the policy's numbers and clauses: dated rows, or names of what is called so today.
AS_TODAY = frozenset(
    {
        "allowed_move",
        "calendar_day",
        "calendar_year",
        "channel",
        "clause",
        "evaluator_group",
        "monitoring_point",
        "officer",
        "person",
        "policy_number",
        "role_grant",
        "unit",
    }
)
# What no ledger reads: how it was is not made out, and a ledger that would read it fails.
OUT_OF_REACH = frozenset(
    {
        "campaign",
        "campaign_duty",
        "campaign_event",
        "campaign_nudge",
        "campaign_unit",
        "clock",
        "delivery",
        "lease",
        "list_item",
        "number_series",
        "office_chain",
        "outbox",
        "published_list",
        "seal",
        "self_found_problem",
        "self_found_problem_decision",
        "self_report",
        "self_report_reception",
        "self_report_sent_back",
        "self_report_signature",
    }
)
