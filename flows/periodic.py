"""定期报告: the report of a week, a month, a half-year or a year, put on the shelf and shown in Prefect."""

from datetime import date, datetime

from prefect import flow

from flows.pictures import draw_page
from reports.periodic_period import PeriodKind
from reports.periodic_report import Wanted, shelve_periodic_report
from tasks.office_page import Page


@flow(name="定期报告", flow_run_name="定期报告 {kind}", persist_result=False)
def report_period(
    kind: PeriodKind = PeriodKind.MONTHLY,
    from_day: date | None = None,
    to_day: date | None = None,
    unit: str = "",
    as_of: datetime | None = None,
    each_unit: bool = False,
) -> None:
    """周报、月报、半年报、年报：不填起止日期，即为上一个完整的期间；不填单位代码，即为全区；不填截至时间，即为现在。

    each_unit：同时写出各单位的。
    """
    wanted = Wanted(from_day=from_day, to_day=to_day, unit=unit or None, as_of=as_of)
    title, markdown = shelve_periodic_report(kind.value, wanted, each_unit=each_unit)
    key = f"report-{kind.value}-{unit.lower()}" if unit else f"report-{kind.value}"
    draw_page(Page(key=key, title=title, markdown=markdown))
