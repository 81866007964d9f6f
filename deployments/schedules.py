"""What Prefect is told of the system: the work pool, the deployments of the flows, and when they run."""

import asyncio

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectAlreadyExists
from prefect.types.entrypoint import EntrypointType

from deployments.worker import POOL, SegmentWorker
from flows.case import handle_case


def register() -> None:
    """Make or renew the work pool and the deployments; safe to do at every start."""
    asyncio.run(_pool())
    deployment = handle_case.to_deployment(
        name="case",
        description="一件一个运行，按《实施意见》第四部分逐步办理；案件所处环节以台账为准。",
        work_pool_name=POOL,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    assert isinstance(deployment, RunnerDeployment)
    deployment.apply()


async def _pool() -> None:
    async with get_client() as client:
        try:
            await client.create_work_pool(
                WorkPoolCreate(
                    name=POOL,
                    type=SegmentWorker.type,
                    description="治庸问责问题办理",
                    base_job_template=SegmentWorker.get_default_base_job_template(),
                )
            )
        except ObjectAlreadyExists:
            return


if __name__ == "__main__":
    register()
