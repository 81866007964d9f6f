"""台账报表: the ledgers written into the folder of reports, with a page in Prefect that says where they lie."""

from datetime import date, datetime

from prefect import flow

from flows.pictures import draw_page
from reports.shelved_ledgers import shelve_ledgers
from tasks.office_page import Page
from tasks.prefect_paths import LEDGERS


@flow(name="台账报表", flow_run_name="台账报表", persist_result=False)
def write_ledgers(
    name: str = "",
    from_day: date | None = None,
    to_day: date | None = None,
    unit: str = "",
    as_of: datetime | None = None,
) -> None:
    """写出台账：不填名称即为全部（名称见 zhiyong report --list）；不填截至时间即为现在。可以重复运行。"""
    markdown = shelve_ledgers(name, from_day=from_day, to_day=to_day, unit=unit or None, as_of=as_of)
    draw_page(Page(key=f"{LEDGERS}-{name}" if name else LEDGERS, title="台账", markdown=markdown))
