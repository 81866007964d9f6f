"""What Prefect is told of the system: the work pool, the deployments of the flows, and when they run."""

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectAlreadyExists
from prefect.schedules import Cron, Schedule
from prefect.types.entrypoint import EntrypointType
from prefect.workers.process import ProcessWorker

from deployments.worker import POOL, SegmentWorker
from flows.campaign import inspect_ourselves
from flows.case import handle_case
from flows.deadlines import sweep_the_dates
from flows.intake import take_in_file
from flows.ledgers import write_ledgers
from flows.morning import open_the_morning
from flows.overview import draw_overview
from flows.periodic import report_period
from flows.seal import seal_the_day
from reports.periodic_period import PeriodKind
from settings import settings
from tasks.prefect_paths import LEDGERS, MORNING, OVERVIEW, page_path

SHANGHAI = "Asia/Shanghai"


def register() -> None:
    """Make or renew the work pool and the deployments; safe to do at every start. The overview is drawn at once."""
    pool = settings().work_pool or POOL
    asyncio.run(_make_pool(pool))
    _deploy(
        handle_case,
        "case",
        pool,
        about="一件一个运行，按《实施意见》第四部分逐步办理；案件所处环节以台账为准。",
    )
    overview = _deploy(
        draw_overview,
        "overview",
        pool,
        about=f"[办理总览]({page_path(OVERVIEW)})：未办结案件和全部待办，含运行链接。",
        when=Cron("*/10 * * * *", timezone=SHANGHAI),  # every ten minutes
    )
    _deploy(
        take_in_file,
        "intake",
        pool,
        about="登记一个文件的来件；退回的行另存为工作簿，补正后可再次登记。",
    )
    _deploy(
        sweep_the_dates,
        "deadlines",
        pool,
        about="提醒临期、催办逾期、通报久拖；按小时计的时限全天巡查。",
        when=Cron("*/15 * * * *", timezone=SHANGHAI),  # every quarter of an hour, for limits in hours
    )
    _deploy(
        inspect_ourselves,
        "campaign",
        pool,
        about="每年6月、12月各一次，各单位对照三张清单自查；一次一个运行，显示各单位的进展，到期自动启动。",
        when=Cron("0 9 1 6,12 *", timezone=SHANGHAI),  # 三(四): every June and December
    )
    _deploy(
        open_the_morning,
        "morning",
        pool,
        about=f"[今日要情]({page_path(MORNING)})：今天到期、逾期、新收和昨日办结，每个工作日早上更新。",
        when=Cron("30 7 * * *", timezone=SHANGHAI),  # before work; days off are passed over by the flow
    )
    _deploy(
        seal_the_day,
        "seal",
        pool,
        about="封存截至昨日的全部日志。",
        when=Cron("10 0 * * *", timezone=SHANGHAI),  # ten past midnight, when yesterday is over
    )
    _deploy(
        write_ledgers,
        "ledgers",
        pool,
        about=f"各台账存入报表文件夹，[目录]({page_path(LEDGERS)})列出工作簿和行数，每周一更新；可以按名称、截至时间另行运行。",
        when=Cron("20 8 * * 1", timezone=SHANGHAI),  # every Monday, after the weekly report
    )
    for kind, when in PERIODIC.items():
        _deploy(
            report_period,
            kind.value,
            pool,
            about=f"治庸问责{kind.label}：统计上一个完整的期间，工作簿存入报表文件夹，主要数字见同名页面；月报以上同时写出各单位的；可以重复运行。",
            when=when,
            parameters={"kind": kind.value, "each_unit": kind is not PeriodKind.WEEKLY},
        )
    with get_client(sync_client=True) as client:
        client.create_flow_run_from_deployment(overview)


# Each of the period that is over by then; before work begins.
PERIODIC = {
    PeriodKind.WEEKLY: Cron("0 8 * * 1", timezone=SHANGHAI),  # every Monday, on the week before
    PeriodKind.MONTHLY: Cron("5 8 1 * *", timezone=SHANGHAI),  # on the first, on the month before
    PeriodKind.HALF_YEARLY: Cron("10 8 1 1,7 *", timezone=SHANGHAI),  # 1 January and 1 July, on the half-year before
    PeriodKind.YEARLY: Cron("15 8 1 1 *", timezone=SHANGHAI),  # 1 January, on the year before
}


def _deploy(
    flow: Flow[..., Any],
    name: str,
    pool: str,
    *,
    about: str,
    when: Schedule | None = None,
    parameters: dict[str, Any] | None = None,
) -> UUID:
    deployment = flow.to_deployment(
        name=name,
        description=about,
        work_pool_name=pool,
        entrypoint_type=EntrypointType.MODULE_PATH,
        schedule=when,
        parameters=parameters or {},
    )
    assert isinstance(deployment, RunnerDeployment)
    made = deployment.apply()
    assert isinstance(made, UUID)
    return made


async def _make_pool(name: str) -> None:
    """Make the work pool unless it is there: ours, or one for Prefect's process workers where the user names his."""
    worker = SegmentWorker if name == POOL else ProcessWorker
    async with get_client() as client:
        with suppress(ObjectAlreadyExists):
            await client.create_work_pool(
                WorkPoolCreate(
                    name=name,
                    type=worker.type,
                    description="治庸问责问题办理",
                    base_job_template=worker.get_default_base_job_template(),
                )
            )


if __name__ == "__main__":
    register()
