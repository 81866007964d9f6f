"""Hostile command lines, settings and files: a Chinese message, status 1 or 2, never a traceback."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote
from zipfile import ZipFile

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from deployments.commands import faults
from models.database import engine
from models.refusals import Refusal
from settings import settings
from tests.office import CLERK, HEAD, assignment_of, it_is, report

Run = Callable[..., tuple[int, Any]]
TOO_LARGE = str(2**63)


@pytest.fixture
def refused(run: Run) -> Callable[..., tuple[int, str, str]]:
    """Run a command line that must not be taken; return its status, code and message."""

    def run_it(*words: str) -> tuple[int, str, str]:
        status, said = run(*words, "--json")
        assert any("\u4e00" <= letter <= "\u9fff" for letter in said["error"]["message"]), said
        return status, said["error"]["code"], said["error"]["message"]

    return run_it


Refused = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("typed", ["0", "-1", TOO_LARGE, "9" * 5000, "1e3", "1_0", "一", ""])
@pytest.mark.parametrize(
    "words",
    [
        ("answer", "{}", "--by", CLERK, "--data", "{}"),
        ("answer", "1", "--by", CLERK, "--data", "{}", "--version", "{}"),
        ("message", "show", "{}", "--by", CLERK),
        ("message", "attach", "{}", __file__),
        ("merge", "{}", "--into", "2026-1", "--by", CLERK, "--reason", "同一事项"),
    ],
)
def test_a_number_that_the_ledger_never_gave_is_wrong_usage(words: tuple[str, ...], typed: str, run: Run) -> None:
    at = max(place for place, word in enumerate(words) if word == "{}" and words[place - 1] != "--data")
    status, said = run(*words[:at], typed, *words[at + 1 :], "--json")
    assert (status, said["error"]["code"]) == (2, "usage")


@pytest.mark.usefixtures("ledger")
def test_the_largest_number_is_only_unknown(refused: Refused) -> None:
    largest = str(2**63 - 1)
    assert refused("answer", largest, "--by", CLERK, "--data", "{}")[:2] == (1, "unknown-assignment")
    assert refused("message", "show", largest, "--by", CLERK)[:2] == (1, "unknown-message")


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("typed", ["2026-99999999999999999999", "0000-1", "2026-" + "9" * 5000, "洪治庸〔9999〕9号"])
def test_a_case_number_beyond_all_cases_is_unknown(typed: str, refused: Refused) -> None:
    assert refused("case", typed)[:2] == (1, "unknown-case")


def test_bytes_that_are_no_utf_8_are_refused_before_anything_else(refused: Refused) -> None:
    assert refused("case", "2026-\udcff") == (
        2,
        "usage",
        "用法有误：第 2 个参数含有不是 UTF-8 编码的字符。说明见 zhiyong --help",
    )


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("[" * 100_000, "括号嵌套过深"),
        ('{"a":' * 500 + "1" + "}" * 500, "括号嵌套过深"),
        ('{"a": 1e999}', "数字过大"),
        ('{"a": NaN}', "不是数字"),
        ('{"a": ' + "9" * 5000 + "}", "不得超过 15 位"),
        ("{not json", "第 1 行第 2 个字符处"),
        ("[]", "须为一个 JSON 对象"),
        ("@.", "是文件夹"),
        ("@", "不存在"),
        ("@/dev/zero", "超过 10 MB"),
    ],
)
def test_data_that_is_no_form_says_why(data: str, why: str, refused: Refused) -> None:
    status, code, message = refused("answer", "1", "--by", CLERK, "--data", data)
    assert (status, code) == (1, "invalid-form")
    assert why in message


@pytest.mark.usefixtures("ledger")
def test_of_a_field_that_comes_twice_the_last_counts(run: Run) -> None:
    it_is("2026-05-06")
    words = ("answer", str(assignment_of(report(), "classification")), "--by", CLERK, "--json")
    status, said = run(*words, "--data", '{"outcome": "?", "outcome": "REJECT", "reason": "不属于受理范围"}')
    assert (status, said["step"]) == (0, "classification")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1948-12-31", "2101-01-01"])
@pytest.mark.parametrize(
    "words",
    [
        ("message", "add", "--channel", "OFFICE_COMPLAINT", "--text", "内容", "--received-at"),
        ("report", "problem-ledger", "--from"),
        ("report", "problem-ledger", "--to"),
        ("policy", "set", "filing", "5", "--by", HEAD, "--reason", "x", "--from"),
        ("calendar", "due", "--limit", "5"),
    ],
)
def test_a_day_outside_of_living_memory_is_a_slip(words: tuple[str, ...], day: str, refused: Refused) -> None:
    status, code, message = refused(*words, day)
    assert (status, code) == (2, "usage")
    assert "年份须在 1949 至 2100 之间" in message


def test_a_period_that_ends_before_it_begins_is_refused(refused: Refused) -> None:
    status, code, message = refused("report", "problem-ledger", "--from", "2026-05-07", "--to", "2026-05-06")
    assert (status, code) == (2, "usage")
    assert "--from 不能晚于 --to" in message


@pytest.mark.parametrize("seconds", ["nan", "-1", "inf", "1e9", "86401"])
def test_nobody_waits_for_ever(seconds: str, refused: Refused) -> None:
    assert refused("case", "2026-1", "--timeout", seconds)[:2] == (2, "usage")


@pytest.mark.parametrize("port", ["-1", "0", "65536", "99999", "http"])
def test_a_port_that_is_none_is_refused_before_anything_starts(port: str, refused: Refused, tmp_path: Path) -> None:
    assert refused("up", "--port", port)[:2] == (2, "usage")
    assert refused("up", "--host", "a..b")[:2] == (2, "usage")


@pytest.mark.usefixtures("ledger")
def test_where_a_report_cannot_be_written_is_said(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("out").write_text("此处是文件")
    Path("folder.xlsx").mkdir()
    for out in (["--out", "out/x.xlsx"], ["--out", "folder.xlsx"], ["--out", "no/such/x.xlsx"], ["--out", "x.txt"], []):
        assert refused("report", "problem-ledger", *out)[:2] == (1, "bad-file")
    status, code, message = refused("demo")
    assert (status, code) == (1, "bad-file")
    assert "out 是文件，不是文件夹" in message


@pytest.mark.parametrize("file", [".", "/dev/zero"])
def test_a_folder_or_a_device_is_no_file(file: str, refused: Refused) -> None:
    for words in (
        ("intake", file),
        ("registry", "load", file),
        ("clauses", "load", file),
        ("calendar", "load", file),
        ("message", "attach", "1", file),
        ("demo", "--intake", file),
    ):
        assert refused(*words)[:2] == (1, "bad-file")


@pytest.mark.usefixtures("empty_ledger")
def test_a_damaged_registry_is_refused(refused: Refused, tmp_path: Path) -> None:
    sample = Path(__file__).parents[2] / "deployments" / "sample" / "registry.xlsx"
    damaged = tmp_path / "名册.xlsx"
    with ZipFile(sample) as whole, ZipFile(damaged, "w") as half:
        for name in whole.namelist():
            content = whole.read(name)
            half.writestr(name, content[: len(content) // 2] if "worksheets" in name else content)
    status, code, message = refused("registry", "load", str(damaged))
    assert (status, code) == (1, "bad-file")
    assert "“名册.xlsx”已损坏" in message


@pytest.mark.usefixtures("ledger")
def test_intake_and_clauses_are_the_office_s(refused: Refused) -> None:
    for words in (("intake", __file__, "--channel", "CONDUCT_LINE"), ("clauses", "load", __file__)):
        assert refused(*words, "--by", "NOBODY")[:2] == (1, "unknown-officer")
        assert refused(*words, "--by", "U01-01")[:2] == (1, "not-yours")


@pytest.mark.usefixtures("ledger")
def test_a_dry_run_does_not_say_what_it_did_not_look_up(run: Run) -> None:
    sample = str(Path(__file__).parents[2] / "deployments" / "sample" / "messages.xlsx")
    status, counts = run("intake", sample, "--dry-run", "--json")
    assert (status, counts["registered"], counts["similar"], counts["batch"]) == (1, 75, None, None)
    assert "疑似重复须在登记时比对" in run("intake", sample, "--dry-run")[1]


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("url", ["http://[::1", "ftp://127.0.0.1/api", "127.0.0.1:4200", "http://", "http://h:0/api"])
def test_an_address_of_prefect_that_is_none(url: str, refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", url)
    for command in ("up", "status", "down", "rebuild", "todo"):
        assert refused(command)[:2] == (1, "bad-prefect-url")


@pytest.mark.usefixtures("ledger")
def test_a_prefect_server_that_wants_another_key() -> None:
    class Strict(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(401)
            self.end_headers()

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Strict) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = subprocess.run(  # Prefect reads its settings when it is imported
            [sys.executable, "-c", "from deployments.command import main; main()", "rebuild", "--json"],
            capture_output=True,
            text=True,
            env={**os.environ, "PREFECT_API_URL": f"http://127.0.0.1:{server.server_port}/api"},
        )
        server.shutdown()
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "prefect-refused"


@pytest.mark.parametrize(
    "url", ["mysql://clerk:geheim@h/x", "geheim", "postgresql://\udcff/x", "postgresql://h:99999/x"]
)
def test_an_address_of_a_database_that_is_none(url: str, refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIYONG_DATABASE_URL", url)
    for command in ("up", "status", "todo"):
        status, code, message = refused(command)
        assert (status, code) == (1, "bad-database-url")
        assert "geheim" not in message


def test_a_database_that_takes_nothing(refused: Refused, ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"{ledger}&options={quote('-c default_transaction_read_only=on')}"
    monkeypatch.setenv("ZHIYONG_DATABASE_URL", url)
    assert refused("todo")[:2] == (1, "database-read-only")
    engine(settings().ledger_url).dispose()


def test_a_home_whose_name_is_no_text(refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIYONG_HOME", "/tmp/\udcff")
    for command in ("todo", "up", "demo"):
        assert refused(command)[:2] == (1, "bad-home")


def test_a_ledger_of_a_later_release(refused: Refused, ledger: str) -> None:
    with engine(ledger).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert refused("todo")[:2] == (1, "newer-ledger")


def driver_fault(kind: type[psycopg.Error], *, lost: bool = False) -> DBAPIError:
    return OperationalError("SELECT 1", None, kind("geheim"), connection_invalidated=lost)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (driver_fault(psycopg.OperationalError), "database-down"),
        (driver_fault(psycopg.errors.AdminShutdown), "database-down"),
        (driver_fault(psycopg.errors.ConnectionFailure), "database-down"),
        (driver_fault(psycopg.errors.QueryCanceled, lost=True), "database-down"),
        (driver_fault(psycopg.errors.DiskFull), "database-full"),
        (driver_fault(psycopg.errors.NumericValueOutOfRange), "invalid-input"),
        (driver_fault(psycopg.errors.StringDataRightTruncation), "invalid-input"),
        (driver_fault(psycopg.errors.ProgramLimitExceeded), "invalid-input"),
        (driver_fault(psycopg.DataError), "invalid-input"),
        (driver_fault(psycopg.errors.UniqueViolation), "conflict"),
        (driver_fault(psycopg.errors.DeadlockDetected), "conflict"),
        (driver_fault(psycopg.errors.UndefinedTable), "internal-error"),
        (driver_fault(psycopg.errors.QueryCanceled), "internal-error"),
        (PermissionError(13, "Permission denied", "/attachments"), "file-unusable"),
        (OSError(28, "No space left on device", "/attachments"), "file-unusable"),
        (RecursionError("geheim"), "internal-error"),
        (KeyError("geheim"), "internal-error"),
        (BaseException("geheim"), "internal-error"),
    ],
)
def test_what_no_rule_foresaw_is_told_by_its_kind(
    fault: BaseException, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHIYONG_HOME", str(tmp_path))
    told, message = faults.told(fault)
    assert told == code
    assert "geheim" not in message


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """Make `zhiyong todo` fail in a way that no rule foresaw."""

    def break_it(fault: Exception) -> None:
        def fail(**_: object) -> NoReturn:
            raise fault

        monkeypatch.setattr("tasks.todo.todo", fail)

    return break_it


@pytest.mark.usefixtures("ledger")
def test_the_traceback_of_an_unforeseen_fault_is_kept_for_the_administrator_alone(
    run: Run, broken: Callable[[Exception], None]
) -> None:
    broken(ZeroDivisionError("unforeseen"))
    log = settings().home / "logs" / "command.log"
    status, said = run("todo", "--text-of-nobody", "--json")
    assert not log.exists()
    for _ in range(2):
        status, said = run("todo", "--by", CLERK)
        assert status == 1
        assert str(log) in said
        assert "Traceback" not in said
        assert "unforeseen" not in said
        assert CLERK not in said
    assert log.stat().st_mode & 0o777 == 0o600
    assert log.read_text().count("ZeroDivisionError: unforeseen") == 2
    status, said = run("todo", "--json")
    assert (status, said["error"]["code"]) == (1, "internal-error")


@pytest.mark.usefixtures("ledger")
def test_where_no_log_can_be_written_the_message_says_so(
    run: Run, broken: Callable[[Exception], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken(ZeroDivisionError("unforeseen"))
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("ZHIYONG_HOME", str(tmp_path / "file"))
    assert "日志也无法写入" in run("todo")[1]


@pytest.mark.usefixtures("ledger")
def test_a_refusal_of_a_rule_leaves_no_log(refused: Refused, broken: Callable[[Exception], None]) -> None:
    broken(Refusal("不行。"))
    assert refused("todo") == (1, "refused", "不行。")
    assert not (settings().home / "logs").exists()


@pytest.mark.usefixtures("ledger")
def test_a_conflict_asks_to_try_again(refused: Refused, broken: Callable[[Exception], None]) -> None:
    broken(IntegrityError("INSERT", None, psycopg.errors.UniqueViolation("geheim")))
    status, code, message = refused("todo")
    assert (status, code) == (1, "conflict")
    assert "请重试" in message


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("redirection", "status"), [(">&-", 0), ("2>&-", 0), (">/dev/full", 1), ("| true", 0), (">&- nope", 2)]
)
def test_where_nobody_reads_there_is_no_traceback(redirection: str, status: int) -> None:
    zhiyong = f"{sys.executable} -c 'from deployments.command import main; main()'"
    done = subprocess.run(
        ["bash", "-c", f"{zhiyong} todo --json {redirection}"], capture_output=True, text=True, env=dict(os.environ)
    )
    assert done.returncode == status
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("ledger")
def test_where_the_output_takes_no_chinese_the_object_is_still_json() -> None:
    it_is("2026-05-06")
    number = report()
    done = subprocess.run(
        [sys.executable, "-c", "from deployments.command import main; main()", "case", "2026-1", "--json"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert json.loads(done.stdout)["number"] == number


@pytest.mark.usefixtures("ledger")
def test_people_read_the_hours_of_shanghai(run: Run) -> None:
    it_is("2026-05-06", "23:30")
    report()
    assert "2026-05-06 23:30" in run("case", "2026-1")[1]
    assert run("case", "2026-1", "--json")[1]["opened_at"] == "2026-05-06T15:30:00+00:00"
