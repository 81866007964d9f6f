"""Which reports there are, and how one is written from the ledger as it stands at one moment."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.as_of import ledger_as_of
from models.clock import SHANGHAI, now
from models.database import transaction
from models.journal import Entry, ledger_head
from models.refusals import NotYours, Refusal, Unknown, UnknownChannel, UnknownUnit
from models.registry import Channel, Unit
from reports.accountability_ledger import ACCOUNTABILITY_LEDGER
from reports.double_check_ledger import DOUBLE_CHECK_LEDGER
from reports.file_names import file_name
from reports.general_problems import GENERAL_PROBLEMS
from reports.line_return import LINE_RETURN
from reports.office_name import office_name
from reports.opinion_ledger import OPINION_LEDGER
from reports.periodic_list import PERIODIC, PeriodicReport
from reports.problem_ledger import PROBLEM_LEDGER
from reports.publication_sheet import PUBLICATION_SHEET
from reports.reader import reader_of
from reports.report import Parameter, Reader, Report, Scope, day_of, long_date
from reports.second_round_ledger import SECOND_ROUND_LEDGER
from reports.supervision_ledger import SUPERVISION_LEDGER
from reports.workbook import Imprint, write_workbook
from reports.write_off_ledger import WRITE_OFF_LEDGER

REPORTS: dict[str, Report[Any]] = {
    report.name: report
    for report in (
        PROBLEM_LEDGER,
        WRITE_OFF_LEDGER,
        SUPERVISION_LEDGER,
        ACCOUNTABILITY_LEDGER,
        DOUBLE_CHECK_LEDGER,
        SECOND_ROUND_LEDGER,
        OPINION_LEDGER,
        PUBLICATION_SHEET,
        LINE_RETURN,
        GENERAL_PROBLEMS,
    )
}
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
    dated_by: str


class Written(TypedDict):
    """What became of `zhiyong report`: the file, its rows, and which ledger it shows (as_of in Shanghai's time)."""

    file: str
    rows: int
    as_of: str
    ledger_head: str


def report_list() -> list[Listed]:
    """List the reports in their order, the periodic ones after the ledgers."""
    return [
        *map(_listed, REPORTS.values()),
        *map(_listed, PERIODIC.values()),
    ]


def _listed(report: Report[Any] | PeriodicReport) -> Listed:
    return {
        "name": report.name,
        "title": report.title,
        "about": report.about,
        "paper": report.paper.value,
        "orientation": "landscape" if report.landscape else "portrait",
        "parameters": [*(parameter.value for parameter in report.parameters), "as-of", "by"],
        "dated_by": report.dated_by,
    }


def write_report(
    name: str,
    *,
    from_day: date | None = None,
    to_day: date | None = None,
    unit: str | None = None,
    channel: str | None = None,
    by: str | None = None,
    as_of: datetime | None = None,
    out: Path | None = None,
) -> Written:
    """Write a report to `out`, else to out/<title>-<day>.xlsx in the current folder.

    unit, channel: by their codes. by: the officer for whom it is written; without one it names nobody who was held to
    account. as_of: the moment as of which it is written, to whoever may read it today; the end of this day is now.
    Rows and ledger head are of one moment, whatever is answered meanwhile.
    Raises UnknownReport, UnknownUnit, UnknownChannel, UnknownOfficer, NotYours, WrongScope, BadFile.
    """
    report = REPORTS.get(name)
    if report is None:
        raise UnknownReport
    given = {Parameter.FROM: from_day, Parameter.TO: to_day, Parameter.UNIT: unit, Parameter.CHANNEL: channel}
    surplus = [each.value for each, value in given.items() if value is not None and each not in report.parameters]
    if surplus:
        raise WrongScope(f"{report.title}没有这些筛选条件：{'、'.join(surplus)}。")
    if from_day is not None and to_day is not None and from_day > to_day:
        raise WrongScope("起始日期不能晚于截止日期。")
    with _seldom_collecting(), transaction() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
        reader = reader_of(session, report, by) if by is not None else Reader()
        if unit is not None and session.get(Unit, unit) is None:
            raise UnknownUnit
        if channel is not None and session.get(Channel, channel) is None:
            raise UnknownChannel
        if reader.unit is not None and unit not in (None, reader.unit):
            raise NotYours("您只能查看本单位的台账。")
        moment = _moment(session, as_of)
        with nullcontext(session) if moment is None else ledger_as_of(moment) as ledger:
            scope = Scope(
                as_of=now(ledger).replace(microsecond=0),
                from_day=from_day,
                to_day=to_day,
                unit=unit or reader.unit,
                channel=channel,
                reader=reader,
            )
            return _write(ledger, report, scope, out)


def _write(session: Session, report: Report[Any], scope: Scope, out: Path | None) -> Written:
    imprint = Imprint(
        office=office_name(session),
        scope=_scope_in_words(session, report, scope),
        as_of=scope.as_of,
        ledger_head=ledger_head(session),
    )
    if out is None:
        OUT.mkdir(exist_ok=True)
        out = OUT / file_name(*_name_parts(session, report, scope), end=".xlsx")
    rows = write_workbook(report, report.rows(session, scope), imprint, out)
    if report.names_people and scope.reader.names:
        out.chmod(0o600)  # not for others on this machine
    return {
        "file": str(out),
        "rows": rows,
        "as_of": scope.as_of.astimezone(SHANGHAI).isoformat(),
        "ledger_head": imprint.ledger_head,
    }


def _name_parts(session: Session, report: Report[Any], scope: Scope) -> Iterator[str]:
    """Yield what makes a file's name: two that differ in content differ in it."""
    yield report.title
    if scope.channel is not None:
        yield session.get_one(Channel, scope.channel).name
    if scope.unit is not None:
        yield session.get_one(Unit, scope.unit).name
    if scope.from_day or scope.to_day:
        yield f"{scope.from_day or ''}至{scope.to_day or ''}"
    if scope.reader.unit is not None:
        yield "单位自办"
    if report.names_people and scope.reader.names:
        yield "含姓名"
    yield f"{scope.as_of.astimezone(SHANGHAI):%Y%m%d}"


def _moment(session: Session, as_of: datetime | None) -> datetime | None:
    """Return the past moment that is asked for, None where it is the present one."""
    if as_of is None:
        return None
    if as_of.tzinfo is None:  # as Prefect's form may give it
        as_of = as_of.replace(tzinfo=SHANGHAI)
    moment = now(session)
    if as_of == datetime.combine(moment.astimezone(SHANGHAI), time.max, SHANGHAI):
        return None
    if as_of > moment:
        raise WrongScope("数据截至时间不能晚于现在。")
    began = session.scalar(select(Entry.at).order_by(Entry.id).limit(1))
    if began is None:
        raise WrongScope("台账尚无记录，没有以前的台账可写。")
    if as_of < began:
        since = f"{long_date(day_of(began))}{began.astimezone(SHANGHAI):%H:%M:%S}"
        raise WrongScope(f"数据截至时间不能早于台账的第一条记录（{since}）。")
    return as_of


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Have Python look for cyclic garbage seldom, and never in what stands already: all rows pass by and are gone."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


def _scope_in_words(session: Session, report: Report[Any], scope: Scope) -> str:
    parts = []
    if scope.from_day or scope.to_day:
        begins = f"{long_date(scope.from_day)}起" if scope.from_day else ""
        ends = f"至{long_date(scope.to_day)}止" if scope.to_day else ""
        parts.append(f"{report.dated_by}{begins}{ends}")
    if scope.channel is not None:
        parts.append(f"来件线路为{session.get_one(Channel, scope.channel).name}")
    if scope.unit is not None:
        parts.append(f"责任单位为{session.get_one(Unit, scope.unit).name}")
    if scope.reader.unit is not None:
        parts.append("由该单位自行办理的")
    words = "，".join(parts) or "全部"
    if report.names_people:
        words += "（含问责对象姓名，不得外传）" if scope.reader.names else "（问责对象姓名已隐去）"
    return words
