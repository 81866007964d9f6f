"""How long the 问题台账 takes and how much memory, beside the same rows written with pandas and with openpyxl.

    .venv/bin/python -m benchmarks.problem_ledger [ROWS …]

Each line of the result is the best of two processes of its own. The first reads a scratch ledger of that many cases,
each with a message, a report and ten journal entries; the others get like cells from memory. Below the lines of a size
stands how ours compare, and what is wanted of them. Beyond 200,000 rows only ours are written: pandas would take
gigabytes.
"""

import itertools
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from deployments.postgres import ensure_postgres, stop_postgres
from models.assignment import Answer, Assignment
from models.case import Case, CaseMessage
from models.clock import Clock, today
from models.database import migrate, transaction
from models.message import Message
from models.steps import STEPS
from models.words import Grade, Light, ProblemClass, Status, Via
from reports.catalogue import write_report
from reports.problem_ledger import PROBLEM_LEDGER
from reports.workbook import Imprint, write_workbook
from settings import settings
from tasks.registry_file import load_registry

SIZES = (10_000, 100_000)
MOST_FOR_OTHERS = 200_000  # rows
TURNS = 2  # each in its turn, so that whatever else the machine does falls on all; the best counts
AS_OF = datetime(2026, 5, 20, 9, 30, tzinfo=UTC)
IMPRINT = Imprint(office="区治庸问责办", scope="全部", as_of=AS_OF, ledger_head="0" * 64)
MEASURES = "对照权责清单逐项梳理，明确维护主体，十个工作日内恢复照明；建立移交台账，同类问题当日转办、三日内答复。"


def rows(count: int) -> Iterator[tuple[Any, ...]]:
    """Yield lines with the texts, dates and lights of a usual ledger."""
    for n in range(1, count + 1):
        received = date(2026, 1, 1) + timedelta(days=n % 120)
        until = received + timedelta(days=60)
        written_off = n % 3 == 0
        yield (
            *(n, f"洪治庸〔2026〕{n}号", "区长专线", f"QZ2026{n:06}", received),
            *("路灯两个月不亮，社区、街道、城管相互推诿，群众多次反映无果。", "一般", "慢作为"),
            *("区城市管理执法局", "赵某甲", "卫某乙", "协办：甲街道办事处", MEASURES, until),
            *(f"单位调查 2026年{until.month}月{until.day}日到期", "办理中"),
            "—" if written_off else list(Light)[n % 3],
            *("是" if written_off else "否", until if written_off else None, f"备案号：洪治庸备〔2026〕{n}号"),
        )


def ours(count: int, target: Path) -> None:
    """Write the report's own layout."""
    columns = tuple(replace(each, value=itemgetter(at)) for at, each in enumerate(PROBLEM_LEDGER.columns))
    write_workbook(replace(PROBLEM_LEDGER, columns=columns), rows(count), IMPRINT, target)


def ours_from_the_ledger(count: int, target: Path) -> None:
    """Write the report from a scratch ledger, which the parent has filled."""
    assert write_report("problem-ledger", out=target)["rows"] == count


def pandas_unstyled(count: int, target: Path) -> None:
    """Write the bare cells."""
    import pandas

    headings = [column.heading for column in PROBLEM_LEDGER.columns]
    pandas.DataFrame(rows(count), columns=headings).to_excel(target, index=False)


def openpyxl_styled(count: int, target: Path) -> None:
    """Write fonts, borders and alignment, row by row; no row heights, totals or signatures."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    book = Workbook(write_only=True)
    sheet = book.create_sheet("问题台账")
    font, thin = Font(name="仿宋_GB2312", size=10.5), Side(style="thin")
    border, alignment = Border(thin, thin, thin, thin), Alignment(wrap_text=True, vertical="center")
    fill = PatternFill("solid", fgColor="FFC7CE")
    sheet.append([column.heading for column in PROBLEM_LEDGER.columns])
    for row in rows(count):
        line = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=value)
            cell.font, cell.border, cell.alignment = font, border, alignment
            if isinstance(value, Light):
                cell.value, cell.fill = f"{value.colour} {value.label}", fill
            line.append(cell)
        sheet.append(line)
    book.save(target)


FROM_THE_LEDGER, FROM_MEMORY = OURS = "ours, from the ledger", "ours, from memory"
PANDAS, OPENPYXL = "pandas to_excel, unstyled", "openpyxl write-only, styled"
WRITERS: dict[str, Callable[[int, Path], None]] = {
    FROM_THE_LEDGER: ours_from_the_ledger,
    FROM_MEMORY: ours,
    PANDAS: pandas_unstyled,
    OPENPYXL: openpyxl_styled,
}


def fill_ledger(count: int) -> None:
    """Make a ledger of so many cases in the home that the environment names."""
    ensure_postgres(settings())
    migrate(settings().ledger_url)
    with transaction() as session:
        clock = session.get_one(Clock, 1)
        clock.simulated, clock.at = True, AS_OF
        load_registry(session, Path(__file__).parents[1] / "deployments/sample/registry.xlsx", today=today(session))
        session.execute(text("DROP INDEX ix_message_matter"))  # not read by the report, and slow to fill
        numbers = range(1, count + 1)  # in a new ledger also the ids
        for table, filled in (
            (Message, map(_message, numbers)),
            (Case, map(_case, numbers)),
            (CaseMessage, map(_case_message, numbers)),
            (Assignment, (_step("investigation", n, AS_OF) for n in numbers)),
            (Answer, map(_answer, numbers)),
            (Assignment, (_step("sign-off", n, None) for n in numbers if n % 3)),
        ):
            while batch := list(itertools.islice(filled, 5000)):
                session.execute(insert(table), batch)
        session.execute(text(TEN_ENTRIES_A_CASE))
    with transaction() as session:
        session.execute(text("ANALYZE"))


def _message(n: int) -> dict[str, Any]:
    received_at = AS_OF - timedelta(days=n % 120)
    return {
        "channel_code": "DISTRICT_HEAD_LINE",
        "source_number": f"QZ2026{n:06}",
        "received_at": received_at,
        "registered_at": AS_OF,
        "subject": "路灯",
        "text": "路灯两个月不亮。",
    }


def _case(n: int) -> dict[str, Any]:
    closed = {"closed_at": AS_OF, "closed_by": "OFF-04", "closing_reason": "整改到位，准予销号"}
    return {
        "number": f"洪治庸〔2026〕{n}号",
        "year": 2026,
        "sequence": n,
        "status": Status.SIGNING if n % 3 else Status.WRITTEN_OFF,
        "previous_status": Status.INVESTIGATING if n % 3 else Status.WRITE_OFF,
        "opened_at": AS_OF,
        "problem_class": ProblemClass.GENERAL,
        "grade": Grade.DAILY,
        "unit_code": f"U{n % 59 + 1:02}",
        "co_units": ["U60"],
        "summary": "路灯两个月不亮，社区、街道、城管相互推诿，群众多次反映无果。",
    } | (dict.fromkeys(closed) if n % 3 else closed)


def _case_message(n: int) -> dict[str, Any]:
    return {"message_id": n, "case_id": n, "joined_at": AS_OF, "joined_by": "system"}


def _answer(n: int) -> dict[str, Any]:
    report = {
        "finding": "SUBSTANTIATED",
        "nature": "DELAY",
        "facts": "经查，窗口人员未在承诺期限内答复。" * 10,
        "rectification": MEASURES,
        "rectification_deadline": "2026-08-31",
    }
    by = {"officer_code": "U01-04", "os_user": "bench", "via": Via.COMMAND}
    return {"assignment_id": n, "answered_at": AS_OF, "data": report, **by}


def _step(name: str, n: int, answered_at: datetime | None) -> dict[str, Any]:
    return {
        "case_id": n,
        "step": f"{name}-1",
        "base": f"{name}-1",
        "kind": name,
        "round": 1,
        "role": STEPS[name].role,
        "unit_code": f"U{n % 59 + 1:02}",
        "opened_at": AS_OF,
        "opens_on": AS_OF.date(),
        "due_on": AS_OF.date(),
        "due_at": AS_OF + timedelta(days=n % 9 - 4),
        "yellow_at": AS_OF,
        "limit_id": 1,
        "answered_at": answered_at,
    }


TEN_ENTRIES_A_CASE = """
INSERT INTO journal (case_id, position, at, actor, os_user, via, what, step, detail, previous, hash)
SELECT id, n, now(), 'system', 'bench', 'system', 'open', '', '{}', repeat('0', 64), md5(id::text) || md5(n::text)
FROM "case", generate_series(1, 10) n
"""


def measure(name: str, count: int, folder: Path) -> None:
    """Write one workbook in this process; print seconds, its own seconds of CPU, peak memory and size in MB."""
    target = folder / "问题台账.xlsx"
    begun, begun_cpu = time.perf_counter(), time.process_time()
    WRITERS[name](count, target)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - begun_cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(seconds, cpu, peak, target.stat().st_size / 1e6)  # noqa: T201


def main(sizes: tuple[int, ...]) -> None:
    """Print for each size a table of seconds, peak memory and size of the file, and how ours compare."""
    for count in sizes:
        print("| rows | writer | s | CPU s | peak MB | file MB |\n|---|---|---|---|---|---|", flush=True)  # noqa: T201
        names = list(WRITERS) if count <= MOST_FOR_OTHERS else list(OURS)
        measured: defaultdict[str, list[list[float]]] = defaultdict(list)
        with tempfile.TemporaryDirectory(prefix="zhiyong-bench-") as folder:
            os.environ["ZHIYONG_HOME"] = folder
            try:
                _in_a_process("fill", count, folder)
                for name in names * (TURNS if count <= MOST_FOR_OTHERS else 1):
                    measured[name].append([float(each) for each in _in_a_process(name, count, folder).split()])
            finally:
                _in_a_process("stop", count, folder)
        best = {name: [min(each) for each in zip(*figures, strict=True)] for name, figures in measured.items()}
        for name, (seconds, cpu, memory, size) in best.items():
            print(f"| {count:,} | {name} | {seconds:.1f} | {cpu:.1f} | {memory:.0f} | {size:.1f} |", flush=True)  # noqa: T201
        if count <= MOST_FOR_OTHERS:
            for name in OURS:
                print(_compared(name, best), flush=True)  # noqa: T201


def _compared(name: str, best: Mapping[str, Sequence[float]]) -> str:
    faster, share = best[OPENPYXL][0] / best[name][0], best[name][2] / best[PANDAS][2]
    return (
        f"{name}: {faster:.1f} times as fast as styled openpyxl (3 wanted), {share:.0%} of pandas' memory (25% wanted)"
    )


def _in_a_process(what: str, count: int, folder: str) -> str:
    command = [sys.executable, "-m", "benchmarks.problem_ledger", what, str(count), folder]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    os.environ.pop("ZHIYONG_DATABASE_URL", None)
    match sys.argv[1:]:
        case ["fill", count, _]:
            fill_ledger(int(count))
        case ["stop", _, _]:
            stop_postgres(settings())
        case [name, count, folder] if name in WRITERS:
            measure(name, int(count), Path(folder))
        case sizes:
            main(tuple(map(int, sizes)) or SIZES)
