"""今日要情: the office's page of a working day, drawn before work begins."""

from prefect import flow

from flows.pictures import draw_page, keep_only_this_run
from tasks.morning_page import morning_page


@flow(name="今日要情", flow_run_name="今日要情", persist_result=False)
def open_the_morning() -> None:
    """更新今日要情：昨日以来的来件和办结，逾期和今天到期的待办；休息日不更新。"""
    page = morning_page()
    if page is not None:
        draw_page(page)
    keep_only_this_run()
