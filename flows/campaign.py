"""三清单自查: one run for each half-year, from the workbooks that are given out to the last return that is received.

The run shows; what must happen, happens without it, in the ledger (policy 三(四): “每年6月和12月”).
"""

import secrets

from prefect import Task, flow
from prefect.client.orchestration import get_client
from prefect.flow_runs import suspend_flow_run

from flows.campaign_books import issue_book
from flows.pictures import draw_campaign
from flows.this_run import show_done, this_run
from tasks.campaign import open_what_is_due
from tasks.campaign_issue import to_issue
from tasks.campaign_run import mark_ended, mark_events_shown, progress, take_lead, unshown


@flow(name="三清单自查", persist_result=False)
def inspect_ourselves(period: str = "") -> str:
    """每年6月、12月，各单位对照三张清单自查：发放自查表，逐单位显示报送、签字、收讫的进展，直到结束。"""
    open_what_is_due()  # 三(四) 每年6月和12月; it opens once
    led = take_lead(period, this_run().id)
    if led is None:
        return "由另一运行显示，或尚未到启动之日"
    give_out(led)  # 对照三张清单
    show_what_happened(led)  # 自查报告报区纪委监察局
    if draw_campaign(led):
        mark_ended(led, run_id=this_run().id)
        return "已结束"
    suspend_flow_run(key=f"campaign-{led}-{secrets.token_hex(6)}", timeout=None)
    return "进行中"


def give_out(period: str) -> None:
    """Give every unit its workbook; one task run for each."""
    _name_run(progress(period).title)
    for unit in to_issue(period):
        if unit.made:
            continue
        title = f"{unit.issued.unit_code} {unit.issued.unit_name} 发放自查表"
        Task(issue_book, name="发放自查表", task_run_name=title, persist_result=False)(unit, shown_in=this_run().id)


def show_what_happened(period: str) -> None:
    """Show in the timeline what happened to the units since, each as a task run of its own."""
    run_id = this_run().id
    shown = unshown(period)
    if not shown:
        return
    with get_client(sync_client=True) as client:
        for each in shown:
            show_done(client, task=each.title, title=each.title, key=f"event-{each.id}")
    mark_events_shown([each.id for each in shown], run_id=run_id)


def _name_run(title: str) -> None:
    """Call the run like its campaign, also one that a schedule made."""
    run = this_run()
    if run.name != title:
        with get_client(sync_client=True) as client:
            client.update_flow_run(run.id, name=title)
