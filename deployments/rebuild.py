"""`zhiyong rebuild`: the reconciler once, over every open case, against the Prefect server of this home."""

from deployments.prefect_server import prefect_api, prefect_environment
from deployments.problem import StackProblem
from settings import Settings


def rebuild(settings: Settings) -> dict[str, int]:
    """Reconcile everything and return the counts.

    Raises StackProblem where no Prefect server answers.
    """
    api = prefect_api(settings)
    if api is None:
        raise StackProblem("prefect-down", "Prefect 服务未运行，请先执行 zhiyong up。台账不受影响。")
    _reach(settings, api)

    from prefect.client.orchestration import get_client

    from deployments.reconciler import reconcile
    from deployments.runs import CASE_DEPLOYMENT

    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name(CASE_DEPLOYMENT).id
        return reconcile(client, deployment, everything=True).as_dict()


def _reach(settings: Settings, api: str) -> None:
    """Have Prefect, which reads its settings when it is imported, speak to this server."""
    import os

    os.environ.update(prefect_environment(settings) | {"PREFECT_API_URL": api})
