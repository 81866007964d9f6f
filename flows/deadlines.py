"""催办: the sweep over the dates, on working mornings, and through the day for limits in hours."""

from prefect import flow

from flows.pictures import draw_office, keep_only_this_run
from tasks.campaign_sweep import sweep_campaigns
from tasks.sweep import sweep


@flow(name="时限巡查", flow_run_name="时限巡查", persist_result=False)
def sweep_the_dates() -> None:
    """提醒临期、催办逾期、通报久拖；同一待办的同一节点只提醒一次，补跑也不重复。"""
    swept = sweep() + sweep_campaigns()
    if any(swept.as_dict().values()):
        draw_office()
    keep_only_this_run()
