"""Which reports there are, and how one is written from the ledger as it stands at one moment."""

from datetime import date
from pathlib import Path
from typing import Any, TypedDict

from sqlalchemy import select

from models.clock import SHANGHAI, now
from models.database import transaction
from models.journal import ledger_head
from models.refusals import Refusal, Unknown, UnknownUnit
from models.registry import OFFICE, Unit
from reports.problem_ledger import PROBLEM_LEDGER
from reports.report import Parameter, Report, Scope, long_date
from reports.workbook import Imprint, write_workbook

REPORTS: dict[str, Report[Any]] = {report.name: report for report in (PROBLEM_LEDGER,)}
OUT = Path("out")


class UnknownReport(Unknown):
    """No such report."""

    code = "unknown-report"
    says = "没有这个报表，请用 zhiyong report --list 查看。"


class WrongScope(Refusal):
    """A report cannot be narrowed like that."""

    code = "wrong-scope"


class Listed(TypedDict):
    """A report as `zhiyong report --list` shows it."""

    name: str
    title: str
    about: str
    paper: str
    orientation: str
    parameters: list[str]


class Written(TypedDict):
    """What became of `zhiyong report`: the file, its rows, and which ledger it shows (as_of in Shanghai's time)."""

    file: str
    rows: int
    as_of: str
    ledger_head: str


def report_list() -> list[Listed]:
    """List the reports in their order."""
    return [
        {
            "name": report.name,
            "title": report.title,
            "about": report.about,
            "paper": report.paper.value,
            "orientation": "landscape" if report.landscape else "portrait",
            "parameters": [parameter.value for parameter in report.parameters],
        }
        for report in REPORTS.values()
    ]


def write_report(
    name: str,
    *,
    from_day: date | None = None,
    to_day: date | None = None,
    unit: str | None = None,
    out: Path | None = None,
) -> Written:
    """Write a report to `out`, else to out/<title>-<day>.xlsx in the current folder.

    unit: a unit's code. Rows and ledger head are of one moment, whatever is answered meanwhile.
    Raises UnknownReport, UnknownUnit, WrongScope, BadFile.
    """
    report = REPORTS.get(name)
    if report is None:
        raise UnknownReport
    given = {Parameter.FROM: from_day, Parameter.TO: to_day, Parameter.UNIT: unit}
    surplus = [each.value for each, value in given.items() if value is not None and each not in report.parameters]
    if surplus:
        raise WrongScope(f"{report.title}没有这些筛选条件：{'、'.join(surplus)}。")
    if from_day is not None and to_day is not None and from_day > to_day:
        raise WrongScope("起始日期不能晚于截止日期。")
    with transaction() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
        scope = Scope(as_of=now(session).replace(microsecond=0), from_day=from_day, to_day=to_day, unit=unit)
        named = session.get(Unit, unit) if unit is not None else None
        if unit is not None and named is None:
            raise UnknownUnit
        imprint = Imprint(
            office=session.scalar(select(Unit.name).where(Unit.kind == OFFICE, Unit.active)) or OFFICE,
            scope=_scope_in_words(report, scope, named),
            as_of=scope.as_of,
            ledger_head=ledger_head(session),
        )
        if out is None:
            OUT.mkdir(exist_ok=True)
            out = OUT / f"{report.title}-{scope.as_of.astimezone(SHANGHAI):%Y%m%d}.xlsx"
        rows = write_workbook(report, report.rows(session, scope), imprint, out)
    return {
        "file": str(out),
        "rows": rows,
        "as_of": scope.as_of.astimezone(SHANGHAI).isoformat(),
        "ledger_head": imprint.ledger_head,
    }


def _scope_in_words(report: Report[Any], scope: Scope, unit: Unit | None) -> str:
    parts = []
    if scope.from_day or scope.to_day:
        begins = f"{long_date(scope.from_day)}起" if scope.from_day else ""
        ends = f"至{long_date(scope.to_day)}止" if scope.to_day else ""
        parts.append(f"{report.dated_by}{begins}{ends}")
    if unit is not None:
        parts.append(f"责任单位为{unit.name}")
    return "，".join(parts) or "全部"
