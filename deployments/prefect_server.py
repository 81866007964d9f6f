"""The Prefect server and its UI: the environment it and its clients run in, its start, whether it answers, its stop."""

import errno
import http.client
import socket
import sys
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from deployments import processes
from deployments.postgres import prefect_database_url
from deployments.problem import StackProblem, failures_explained
from settings import Settings

NAME = "prefect-server"
PORT = 4200
HOST = "127.0.0.1"
PATIENCE = 60  # seconds until it answers; the first start brings Prefect's tables, which takes 8 to 14

# What a user has set in the environment goes before these.
CLIENT_DEFAULTS = {
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    # How often a worker asks for runs that nobody woke: by default a form sent in the UI would lie for 10 seconds.
    "PREFECT_WORKER_QUERY_SECONDS": "2",
}
SERVER_DEFAULTS = {
    # By default each suspended run is loaded every 5 seconds; 100,000 waiting cases would take 22 s a pass.
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_LOOP_SECONDS": "3600",
    # By default a schedule's runs appear 100 days ahead, which hides the next June.
    "PREFECT_SERVER_SERVICES_SCHEDULER_MAX_SCHEDULED_TIME": "P400D",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    # Relative, so that the UI also works through a tunnel, a proxy or under the machine's name.
    "PREFECT_SERVER_UI_API_URL": "/api",
}


def prefect_environment(settings: Settings, port: int = PORT, host: str = HOST) -> dict[str, str]:
    """Return the whole environment of a child that talks to the Prefect API: worker, schedules, flows.

    The user's own Prefect home and profile are neither read nor changed.
    """
    environment = {**CLIENT_DEFAULTS, **processes.environment(settings)}
    environment.pop("PREFECT_PROFILE", None)
    around = environment.get("no_proxy") or environment.get("NO_PROXY")
    return environment | {
        "PREFECT_API_URL": settings.prefect_api_url or _api_url(port, host),
        "PREFECT_HOME": str(processes.make_folder(settings, "prefect")),
        "no_proxy": f"{around},127.0.0.1,localhost" if around else "127.0.0.1,localhost",
    }


@failures_explained()
def ensure_prefect_server(settings: Settings, port: int = PORT, host: str = HOST) -> str:
    """Have a Prefect server that answers, and return its API's URL; PostgreSQL must be running.

    A server of this home that runs on the same address is kept, one on another address is replaced. With
    `settings.prefect_api_url` it is only asked whether it answers. Raises StackProblem.
    """
    if settings.prefect_api_url is not None:
        if not answers(settings.prefect_api_url):
            raise StackProblem(
                "prefect-unreachable", f"Prefect 服务（{urlsplit(settings.prefect_api_url).hostname}）没有应答。"
            )
        return settings.prefect_api_url
    url = _api_url(port, host)
    server = processes.find(settings, NAME)
    if server is None or server.address != url:
        processes.stop(settings, NAME, patience=10)
        _check_port(port, host)
        server = processes.start(
            settings,
            NAME,
            [
                sys.executable,
                "-m",
                "deployments.prefect_program",
                "server",
                "start",
                "--host",
                host,
                "--port",
                str(port),
            ],
            environment={
                **SERVER_DEFAULTS,
                **prefect_environment(settings, port, host),
                "PREFECT_SERVER_DATABASE_CONNECTION_URL": prefect_database_url(settings),
            },
            address=url,
        )
    deadline = time.monotonic() + PATIENCE
    while not answers(url):
        if not processes.alive(server) or time.monotonic() > deadline:
            processes.stop(settings, NAME, patience=10)
            log = processes.log_file(settings, NAME)
            raise StackProblem(
                "prefect-server-failed", f"Prefect 服务未能启动，日志 {log} 的末尾为：\n{processes.last_lines(log)}"
            )
        time.sleep(0.2)
    return url


def stop_prefect_server(settings: Settings) -> bool:
    """Stop this home's server; False if none ran."""
    return processes.stop(settings, NAME, patience=10)


def prefect_api(settings: Settings) -> str | None:
    """Return the URL of the Prefect API that answers now, the user's or this home's, or None."""
    server = processes.find(settings, NAME)
    url = settings.prefect_api_url or (server.address if server else None)
    return url if url and answers(url) else None


def answers(url: str) -> bool:
    """Whether a Prefect API is healthy at this URL, or at least there and asking who we are."""
    local = urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({} if local else None))
    try:
        with opener.open(f"{url.rstrip('/')}/health", timeout=5) as response:
            return bool(response.read(10).strip() == b"true")
    except urllib.error.HTTPError as answer:
        return answer.code in {401, 403}
    except (OSError, ValueError, http.client.HTTPException):
        return False


def _api_url(port: int, host: str) -> str:
    """Return where children reach the server: an address that means every interface is nobody's address."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{reached}]:{port}/api" if ":" in reached else f"http://{reached}:{port}/api"


def _check_port(port: int, host: str) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            message = f"端口 {port} 已被其他程序占用，请用 --port 另选一个端口。"
            raise StackProblem("port-in-use", message) from None
        raise StackProblem("bad-address", f"无法在 {host}:{port} 上提供服务：{fault.strerror}") from None
