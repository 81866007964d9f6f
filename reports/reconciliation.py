"""对账单: a line's own log beside the register, the rows on which they differ (O32)."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from models.clock import now
from models.database import transaction
from models.journal import ledger_head
from models.log_difference import LogDifference
from reports.office_name import office_name
from reports.report import ALL_ROWS, Column, Paper, Report, long_date
from reports.workbook import Imprint, write_workbook

RECONCILIATION: Report[LogDifference] = Report(
    name="reconciliation",
    title="线路记录与登记对账单",
    about="线路自己的记录与本台账登记逐号核对，列出不一致的各行",
    paper=Paper.A4,
    columns=(
        Column(heading="差异", value=lambda line: line.what.label, width=24, total=ALL_ROWS),
        Column(heading="来源编号", value=lambda line: line.number, width=24),
        Column(heading="线路记录位置", value=lambda line: line.where, width=22),
        Column(heading="线路收到日期", value=lambda line: line.logged_on, width=16),
        Column(heading="登记收到日期", value=lambda line: line.registered_on, width=16),
        Column(heading="案件编号", value=lambda line: line.case, width=22),
        Column(heading="说明", value=lambda line: line.why, width=30, prose=True),
    ),
    rows=lambda session, scope: iter(()),
)


def write_reconciliation(lines: Iterable[LogDifference], target: Path, *, line: str, first: date, last: date) -> int:
    """Write the differences of a line's log to a workbook; return how many. Raises BadFile."""
    with transaction() as session:
        imprint = Imprint(
            office=office_name(session),
            scope=f"{line}，收到日期{long_date(first)}起至{long_date(last)}止",
            as_of=now(session).replace(microsecond=0),
            ledger_head=ledger_head(session),
        )
    return write_workbook(RECONCILIATION, lines, imprint, target)
