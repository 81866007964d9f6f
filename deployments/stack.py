"""The whole system as one thing: up, down, how it is, and the supervisor that keeps it up."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from deployments import processes
from deployments.postgres import ensure_postgres, postgres_running, stop_postgres
from deployments.prefect_server import (
    HOST,
    PORT,
    ensure_prefect_server,
    prefect_api,
    prefect_environment,
    stop_prefect_server,
)
from deployments.prefect_server import NAME as SERVER
from deployments.problem import StackProblem
from settings import Settings, settings

SUPERVISOR = "supervisor"
WORKER = "worker"
LONGEST_WAIT = 60  # seconds between two attempts to bring back what keeps dying
WORKER_PATIENCE = 30  # seconds for a worker to finish the segments it is in
SUPERVISOR_PATIENCE = 150  # seconds for a supervisor to stop all of its charges
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def up(
    settings: Settings,
    *,
    console: Console,
    links: Callable[[str], list[str]],
    port: int = PORT,
    host: str = HOST,
    detach: bool = False,
) -> None:
    """Start everything; then keep it up until Ctrl-C, SIGTERM or `down`, or with `detach` leave that to the background.

    Progress goes to the console. `links` gets the UI's address once all is ready and returns the lines to show under
    it. Whatever ends it early, what was started is stopped again. Raises StackProblem, `already-running` for a second
    `up` on the same home.
    """
    try:
        with processes.lock(settings, SUPERVISOR, wait=False):
            processes.record(settings, SUPERVISOR, os.getpid())
            ...
    except BlockingIOError:
        ...
