"""The ledgers in the folder of reports, and the page for Prefect that says where each lies and how long it is."""

from datetime import date, datetime

from models.clock import today
from models.database import transaction
from reports.catalogue import REPORTS, UnknownReport, write_report
from reports.figure_markdown import markdown_table
from reports.report import long_date
from reports.shelf import link_to, shelf_of


def shelve_ledgers(
    name: str = "",
    *,
    from_day: date | None = None,
    to_day: date | None = None,
    unit: str | None = None,
    as_of: datetime | None = None,
) -> str:
    """Write one ledger, or all of them, into the folder of today, in the place of those before; return their page.

    Nobody is named who was held to account. Raises as `write_report` does.
    """
    if name and name not in REPORTS:
        raise UnknownReport
    with transaction() as session:
        day = today(session)
    folder = shelf_of(day)
    rows = []
    for each in [name] if name else REPORTS:
        target = folder / f"{REPORTS[each].title}.xlsx"
        done = write_report(each, from_day=from_day, to_day=to_day, unit=unit, as_of=as_of, out=target)
        rows.append([REPORTS[each].title, done["rows"], done["as_of"][:16].replace("T", " "), link_to(target)])
    parts = [
        f"# 台账（{long_date(day)}）",
        markdown_table(["台账", "行数", "数据截至", "工作簿"], rows),
        "问责对象姓名已隐去；供有权查阅人员的，请用 `zhiyong report` 的 `--by` 另行生成。",
    ]
    return "\n\n".join(parts) + "\n"
