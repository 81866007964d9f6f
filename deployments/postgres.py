"""The life of the embedded PostgreSQL: made, started, found again after any accident, stopped."""

import os
import pwd
import shlex
import shutil
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from deployments import database_url, postgres_programs, processes
from deployments.problem import StackProblem, failures_explained
from settings import Settings

PATIENCE = 60  # seconds for a start, crash recovery included, and for a stop

# Written into postgresql.conf of a new cluster, where an administrator may change them.
FIRST_CONFIGURATION = {
    "max_connections": "200",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "Asia/Shanghai",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",  # with DETAIL and statement, what people wrote would end up in a log file
    "log_min_error_statement": "panic",
}


@failures_explained()
def ensure_postgres(settings: Settings) -> None:
    """Have a PostgreSQL that serves the ledger: the embedded one is started, one given by URL is checked.

    The databases `ledger` and `prefect` of the embedded server are there afterwards. Costs a few milliseconds when it
    runs already; several processes may call it at once. Raises StackProblem.
    """
    if settings.database_url is not None:
        database_url.check_database(settings.database_url)
        return
    cluster = _Cluster(settings.home, settings.socket_folder)
    if cluster.serves_ledger():
        return
    with processes.lock(settings, "postgres"):
        processes.make_folder(settings, "postgres")
        cluster.claim_folders()
        if not (cluster.data / "PG_VERSION").exists():
            cluster.initialise()
        cluster.start()
        cluster.create_databases()


@failures_explained()
def stop_postgres(settings: Settings) -> bool:
    """Stop the embedded server, which rolls back what is still open; False if none ran. Raises StackProblem."""
    cluster = _Cluster(settings.home, settings.socket_folder)
    if settings.database_url is not None or not cluster.runs():
        return False
    with processes.lock(settings, "postgres"):
        cluster.stop()
    return True


@failures_explained()
def postgres_running(settings: Settings) -> bool:
    """Whether the ledger's server, embedded or given by URL, takes connections now."""
    if settings.database_url is not None:
        return database_url.accepts(database_url.libpq_url(settings.database_url))
    cluster = _Cluster(settings.home, settings.socket_folder)
    return cluster.runs() and database_url.accepts(cluster.url())


def prefect_database_url(settings: Settings) -> str:
    """Return the SQLAlchemy URL of the Prefect server's own tables: database `prefect` on the ledger's server.

    On a server given by URL that database is made if it is missing, and checked. Raises StackProblem.
    """
    if settings.database_url is not None:
        return database_url.prefect_database(settings.database_url)
    url = _Cluster(settings.home, settings.socket_folder).url("prefect")
    return url.replace("postgresql:", "postgresql+asyncpg:")


@dataclass(frozen=True)
class _Cluster:
    """The embedded server of a home. Whoever changes it holds the home's lock `postgres`."""

    home: Path
    socket: Path

    @property
    def folder(self) -> Path:
        return self.home / "postgres"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def mark(self) -> str:
        """What tells this home's server from every other process: a setting of ours on its command line."""
        return f"zhiyong.home={self.home}"

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://zhiyong@/{database}?host={quote(str(self.socket))}&port=5432"

    def runs(self) -> bool:
        """Whether the process in postmaster.pid is this server.

        The file outlives a crash and its pid may by then be anybody's, so `pg_ctl status` proves nothing.
        """
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n")[0])
        except (FileNotFoundError, ValueError):
            return False
        if sys.platform != "linux":
            command = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
            return self.mark in subprocess.run(command, capture_output=True, text=True).stdout
        try:
            return os.fsencode(self.mark) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return False

    def serves_ledger(self) -> bool:
        """Whether the server is up and set up to the end: `ledger` is the last thing that is made."""
        if not self.runs():
            return False
        try:
            psycopg.connect(self.url("ledger"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def claim_folders(self) -> None:
        """Give the server's user its two folders."""
        user = postgres_programs.server_user(self.data)
        self.socket.mkdir(mode=0o700, exist_ok=True)
        found = self.socket.lstat()  # in /tmp it may be somebody else's work
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), user.pw_uid}:
            raise StackProblem("socket-folder-taken", f"{self.socket} 不是本系统建立的文件夹，请将其删除后重试。")
        self.socket.chmod(0o700)
        if os.geteuid() == 0:
            for folder in (self.folder, self.socket):
                os.chown(folder, user.pw_uid, user.pw_gid)

    def initialise(self) -> None:
        """Make the data directory beside its place and move it there when it is whole."""
        draft = self.folder / "data.new"
        if draft.exists():
            shutil.rmtree(draft)
        made = self._run(
            "initdb",
            *("-D", "{here}/data.new", "-U", "zhiyong", "--auth=peer", "--no-instructions"),
            # The builtin locale knows Chinese letters on every system; under C their trigrams would be empty.
            *("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"),
            *(f"--set={name}={value}" for name, value in FIRST_CONFIGURATION.items()),
        )
        if made.returncode:
            raise StackProblem("database-not-made", f"PostgreSQL 初始化失败：\n{made.stderr.strip()}")
        draft.rename(self.data)

    def start(self) -> None:
        """Start the server unless it runs, and wait until it takes connections."""
        deadline = time.monotonic() + PATIENCE
        while not database_url.accepts(self.url()):
            if self.runs():
                time.sleep(0.1)  # on its way up or down
            else:
                self._launch()
            if time.monotonic() > deadline:
                raise self._not_started()
        if not self.runs():
            raise StackProblem("other-server", f"{self.socket} 正由另一数据目录的 PostgreSQL 使用，请先停止它。")

    def create_databases(self) -> None:
        with database_url.connected(self.url("template1")) as connection:
            database_url.check(connection)  # adds pg_trgm, with which every new database is then born
        with database_url.connected(self.url()) as connection:
            for name in ("prefect", "ledger"):
                if not database_url.database_exists(connection, name):
                    connection.execute(f"CREATE DATABASE {name}")

    def stop(self) -> None:
        stopped = self._run("pg_ctl", "stop", "-D", "{here}/data", "-m", "fast", "-w", "-t", str(PATIENCE))
        if self.runs():
            raise StackProblem("database-does-not-stop", f"PostgreSQL 未能停止：\n{stopped.stderr.strip()}")

    def _launch(self) -> None:
        # None of these files is in use. PostgreSQL would believe the pid in them, if by now it is somebody else's.
        for remains in (self.data / "postmaster.pid", self.socket / ".s.PGSQL.5432.lock"):
            remains.unlink(missing_ok=True)
        user = postgres_programs.server_user(self.data)
        people = sorted({user.pw_name, pwd.getpwuid(os.geteuid()).pw_name, "root"})
        (self.data / "pg_hba.conf").write_text("local all all peer map=zhiyong\n")
        (self.data / "pg_ident.conf").write_text("".join(f'zhiyong "{name}" zhiyong\n' for name in people))
        socket = "{here}/socket" if self.socket.parent == self.folder else str(self.socket)
        options = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{socket}"',
            "unix_socket_permissions": "0700",
            "zhiyong.home": str(self.home),
        }
        launched = self._run(
            "pg_ctl",
            *("start", "-D", "{here}/data", "-l", "{here}/log", "-w", "-t", str(PATIENCE)),
            *("-o", " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in options.items())),
        )
        # A process of a server that was killed may still be at work in the shared memory; it ends by itself.
        if launched.returncode and "shared memory" not in processes.last_lines(self.folder / "log"):
            raise self._not_started(launched.stderr)

    def _not_started(self, complaint: str = "") -> StackProblem:
        log = self.folder / "log"
        return StackProblem(
            "database-not-started",
            f"PostgreSQL 未能启动：\n{complaint}日志 {log} 的末尾为：\n{processes.last_lines(log)}",
        )

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        user = postgres_programs.server_user(self.data)
        return postgres_programs.run(program, *arguments, folder=self.folder, user=user)
