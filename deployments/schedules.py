"""What Prefect is told of the system: the work pool, the deployments of the flows, and when they run."""

import asyncio
from contextlib import suppress

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectAlreadyExists
from prefect.types.entrypoint import EntrypointType
from prefect.workers.process import ProcessWorker

from deployments.worker import POOL, SegmentWorker
from flows.case import handle_case
from settings import settings


def register() -> None:
    """Make or renew the work pool and the deployments; safe to do at every start."""
    pool = settings().work_pool or POOL
    asyncio.run(_make_pool(pool))
    deployment = handle_case.to_deployment(
        name="case",
        description="一件一个运行，按《实施意见》第四部分逐步办理；案件所处环节以台账为准。",
        work_pool_name=pool,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    assert isinstance(deployment, RunnerDeployment)
    deployment.apply()


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
