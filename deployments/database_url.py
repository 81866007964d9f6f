"""A PostgreSQL given by URL: how the URL is read, and what the server behind it must be able to do."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from deployments.problem import StackProblem

OLDEST_VERSION = 15


def check_database(url: str) -> None:
    """Check that a database can hold the ledger; `pg_trgm` is added to it where that is allowed.

    Raises StackProblem, which names the server but never a password.
    """
    with connected(libpq_url(url)) as connection:
        check(connection)


def check(connection: psycopg.Connection[Any]) -> None:
    """Check the database of an open connection in the same way."""
    version = connection.info.server_version // 10_000
    if version < OLDEST_VERSION:
        raise StackProblem("database-too-old", f"需要 PostgreSQL {OLDEST_VERSION} 或更新版本，该服务器为 {version}。")
    if connection.execute("SHOW server_encoding").fetchone() != ("UTF8",):
        raise StackProblem("database-not-utf8", "数据库编码不是 UTF-8，不能存放中文台账，请以 UTF8 编码重建该库。")
    if connection.execute("SHOW transaction_read_only").fetchone() == ("on",):
        raise StackProblem("database-read-only", "数据库是只读的（可能是备用服务器），请改用可写入的服务器。")
    try:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        trigrams = connection.execute("SELECT show_trgm('办事')").fetchone()
    except psycopg.Error:
        raise StackProblem(
            "trigrams-missing",
            f"数据库 {connection.info.dbname} 缺少 pg_trgm 扩展，且无法自动添加。"
            "请数据库管理员安装 contrib 组件，并在该库中执行：CREATE EXTENSION pg_trgm。",
        ) from None
    if trigrams == ([],):
        raise StackProblem(
            "trigrams-blind",
            f"数据库 {connection.info.dbname} 的区域设置不识别汉字，无法查找相似来件。"
            "请以 LC_CTYPE 为 C.UTF-8 或 zh_CN.UTF-8 重建该库。",
        )


def prefect_database(url: str) -> str:
    """Return the asyncpg URL of database `prefect` on the same server, which is made if it is missing, and checked."""
    ledger = libpq_url(url)
    prefect = urlsplit(ledger)._replace(path="/prefect")
    with connected(ledger) as connection:
        if connection.info.dbname == "prefect":
            raise StackProblem(
                "bad-database-url", "台账不能放在名为 prefect 的数据库中，该库留给 Prefect 使用，请换一个库名。"
            )
        if not database_exists(connection, "prefect"):
            try:
                connection.execute("CREATE DATABASE prefect")
            except psycopg.errors.InsufficientPrivilege:
                raise StackProblem(
                    "prefect-database-missing",
                    "数据库用户无权新建数据库。请数据库管理员在同一服务器上执行："
                    f"CREATE DATABASE prefect OWNER {connection.info.user}。",
                ) from None
    check_database(prefect.geturl())
    said = parse_qs(prefect.query)
    # asyncpg's word for sslmode is ssl; of libpq's other options it takes none.
    options = {theirs: said[ours][-1] for ours, theirs in {"sslmode": "ssl", "host": "host"}.items() if ours in said}
    return prefect._replace(scheme="postgresql+asyncpg", query=urlencode(options)).geturl()


def libpq_url(url: str) -> str:
    """Return a SQLAlchemy or libpq URL as libpq takes it.

    What libpq says of a URL that it misread may hold pieces of the password, so nothing ambiguous gets that far.
    """
    misread = StackProblem(
        "bad-database-url",
        "ZHIYONG_DATABASE_URL 无法识别，应形如 postgresql://用户:密码@主机:5432/库名；"
        "密码中的特殊字符须转义，例如 @ 写作 %40。",
    )
    scheme, _, rest = url.partition("://")
    if scheme.split("+")[0] not in {"postgres", "postgresql"}:
        raise misread
    try:
        parts = conninfo_to_dict(f"postgresql://{rest}")
    except (psycopg.ProgrammingError, UnicodeEncodeError):
        raise misread from None
    host, port, database = (str(parts.get(name, "")) for name in ("host", "port", "dbname"))
    if "@" in host + port + database or (port and not _is_port(port)):
        raise misread
    return f"postgresql://{rest}"


def _is_port(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,5}", text) is not None and 0 < int(text) < 2**16


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection[Any]]:
    """Connect to a libpq URL, each statement its own transaction. Raises StackProblem if the server refuses."""
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as fault:
        raise StackProblem("database-unreachable", f"无法连接数据库：{fault}") from None
    with connection:
        yield connection


def accepts(url: str) -> bool:
    """Whether the server of a libpq URL takes connections now."""
    joint = "&" if "?" in url else "?"
    return psycopg.pq.PGconn.ping(f"{url}{joint}connect_timeout=5".encode()) == psycopg.pq.Ping.OK


def database_exists(connection: psycopg.Connection[Any], name: str) -> bool:
    """Whether the server has a database of that name."""
    return connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None
