"""周报、月报、半年报、年报: of which days and units one may speak, and how one is written."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TypedDict

from models.as_of import ledger_as_of
from models.clock import SHANGHAI, now
from models.database import transaction
from models.refusals import NotYours, UnknownUnit, WrongPeriod
from models.registry import Unit
from reports.file_names import file_name
from reports.periodic_list import PERIODIC, PeriodicReport
from reports.periodic_markdown import periodic_markdown
from reports.periodic_period import Period, PeriodKind
from reports.periodic_summary import Summary, summary_of
from reports.periodic_workbook import write_periodic_workbook
from reports.reader import reader_of
from reports.report import Reader, Scope, day_of
from reports.shelf import shelf_of

OUT = Path("out")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked for: days, a unit's code, for which officer, as of which moment; all may be left open."""

    from_day: date | None = None
    to_day: date | None = None
    unit: str | None = None
    by: str | None = None
    as_of: datetime | None = None


class Written(TypedDict):
    """What was written: the file, of which days, how many cases it lists, and which ledger it shows."""

    file: str
    rows: int
    period: tuple[str, str]
    as_of: str
    ledger_head: str


def write_periodic_report(name: str, wanted: Wanted, *, out: Path | None = None) -> Written:
    """Write one to `out`, else to out/<title>-<day>.xlsx in the current folder.

    Raises WrongPeriod, UnknownUnit, UnknownOfficer, NotYours, BadFile.
    """
    with _read(PERIODIC[name], wanted) as summary:
        if out is None:
            OUT.mkdir(exist_ok=True)
            out = OUT / file_name(summary.title, f"{summary.as_of.astimezone(SHANGHAI):%Y%m%d}", end=".xlsx")
        return _write(summary, out)


def shelve_periodic_report(name: str, wanted: Wanted, *, each_unit: bool = False) -> tuple[str, str]:
    """Write one into the folder of reports, by the day on which it is made; return its title and its page for Prefect.

    each_unit: write besides one for every unit that had anything to do. Written twice on a day, it takes the place of
    the first.
    """
    with _read(PERIODIC[name], wanted) as summary:
        day = summary.as_of.astimezone(SHANGHAI).date()
        target = shelf_of(day) / file_name(summary.title, end=".xlsx")
        _write(summary, target)
        parts = summary.now.facts.by_unit()
        busy = [code for code in summary.now.facts.units if code in parts]
        title, page = summary.title, periodic_markdown(summary, target)
    if each_unit:
        files = [_shelved(name, replace(wanted, unit=code)) for code in busy]
        page += f"\n## 各单位\n\n各单位的工作簿 {len(files)} 份，存于同一文件夹：`{target.parent}`\n"
    return title, page


def _shelved(name: str, wanted: Wanted) -> Path:
    with _read(PERIODIC[name], wanted) as summary:
        target = shelf_of(summary.as_of.astimezone(SHANGHAI).date()) / file_name(summary.title, end=".xlsx")
        _write(summary, target)
        return target


def _write(summary: Summary, target: Path) -> Written:
    rows = write_periodic_workbook(summary, target)
    return {
        "file": str(target),
        "rows": rows,
        "period": (summary.period.from_day.isoformat(), summary.period.to_day.isoformat()),
        "as_of": summary.as_of.astimezone(SHANGHAI).isoformat(),
        "ledger_head": summary.ledger_head,
    }


@contextmanager
def _read(report: PeriodicReport, wanted: Wanted) -> Iterator[Summary]:
    """Read what is asked for, as it is at one moment, whatever others do meanwhile."""
    with transaction() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
        moment = now(session).replace(microsecond=0)
        asked = wanted.as_of
        if asked is not None and asked.tzinfo is None:  # as Prefect's form may give it
            asked = asked.replace(tzinfo=SHANGHAI)
        as_of = min(asked or moment, moment)
        if asked is not None and day_of(asked) > day_of(moment):
            raise WrongPeriod("数据截至时间不能晚于现在。")
        reader = reader_of(session, report, wanted.by) if wanted.by is not None else Reader()
        if wanted.unit is not None and session.get(Unit, wanted.unit) is None:
            raise UnknownUnit
        if reader.unit is not None and wanted.unit not in (None, reader.unit):
            raise NotYours("您只能查看本单位的报告。")
        period = _period(report.kind, wanted, day_of(as_of))
        if period.begin > as_of:
            raise WrongPeriod("统计期的起始日期不能晚于数据截至时间。")
        scope = Scope(as_of=as_of, unit=wanted.unit or reader.unit, reader=reader)
        with ledger_as_of(as_of) if as_of < moment else nullcontext(session) as ledger:
            yield summary_of(ledger, report.kind, period, scope)


def _period(kind: PeriodKind, wanted: Wanted, today: date) -> Period:
    """Return the days that are meant: the last whole period; from or until a day, those of its period."""
    from_day, to_day = wanted.from_day, wanted.to_day
    if from_day is None and to_day is None:
        return kind.last_whole(today)
    if from_day is None:
        assert to_day is not None
        from_day = kind.around(to_day).from_day
    if to_day is None:
        to_day = kind.around(from_day).to_day
    if from_day > to_day:
        raise WrongPeriod("起始日期不能晚于截止日期。")
    return Period(from_day=from_day, to_day=to_day)
