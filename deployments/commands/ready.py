"""What every command but `up` and `demo` needs: settings that hold, a ledger of this release, and who acts in it."""

import os
from urllib.parse import urlsplit

from deployments.database_url import libpq_url
from deployments.postgres import ensure_postgres
from deployments.problem import StackProblem
from models.database import is_current, migrate, transaction
from models.journal import SYSTEM, Actor
from models.words import Role
from settings import Settings, settings
from tasks.officers import officer_with


def checked_settings() -> Settings:
    """Return what the environment says, if it can be meant.

    Raises StackProblem, which never holds a password.
    """
    here = settings()
    check_home(here)
    if here.database_url is not None:
        libpq_url(here.database_url)
    if here.prefect_api_url is not None and not _is_web_address(here.prefect_api_url):
        raise StackProblem("bad-prefect-url", "PREFECT_API_URL 无法识别，应形如 http://主机:4200/api。")
    return here


def check_home(here: Settings) -> None:
    """Check that the path of the home is text: it stands in messages, logs and other programs' settings.

    Raises StackProblem.
    """
    try:
        os.fsencode(here.home).decode()
    except UnicodeDecodeError:
        raise StackProblem("bad-home", "ZHIYONG_HOME 的路径含有不是 UTF-8 编码的字符，请换一个路径。") from None


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna"), parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and port != 0 and not any(map(str.isspace, url))


def ready_ledger() -> None:
    """Start the embedded PostgreSQL if needed, and bring a new or older ledger to this release.

    Raises StackProblem, NewerLedger.
    """
    here = checked_settings()
    ensure_postgres(here)
    if not is_current(here.ledger_url):
        migrate(here.ledger_url)


def acting(code: str) -> Actor:
    """Return who acts by the command line: the officer named, and whoever is logged in on this machine."""
    return Actor(code=code.strip())


def acting_for_the_office(code: str) -> Actor:
    """Return who acts where the ledger's own rules ask for nobody: a clerk or head of the office, or the system for
    whoever sits at the machine.

    Raises NotYours, UnknownOfficer.
    """
    actor = acting(code)
    if actor.code != SYSTEM.code:
        with transaction() as session:
            officer_with(session, actor.code, Role.OFFICE_CLERK, Role.OFFICE_HEAD)
    return actor
