"""`zhiyong rebuild`: the reconciler once, over every open case, against the Prefect server of this home."""

import os

from deployments.prefect_server import prefect_api, prefect_environment
from deployments.problem import StackProblem
from settings import Settings


def rebuild(settings: Settings) -> dict[str, int]:
    """Reconcile everything, also what was left to an administrator, and return the counts.

    Raises StackProblem where no Prefect server answers.
    """
    api = prefect_api(settings)
    if api is None:
        raise StackProblem("prefect-down", "Prefect 服务未运行，请先执行 zhiyong up。台账不受影响。")
    # Prefect reads its settings when it is imported.
    os.environ.update(prefect_environment(settings) | {"PREFECT_API_URL": api})

    from prefect.client.orchestration import get_client

    from deployments.reconciler import case_deployment, reconcile

    with get_client(sync_client=True) as client:
        return reconcile(client, case_deployment(client), everything=True, second_chance=True).as_dict()
