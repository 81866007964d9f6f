"""How long a self-inspection takes and how much memory: workbooks made, returns collected, the report.

    .venv/bin/python -m benchmarks.campaign [UNITS ...]

Every line is a process of its own on a new ledger. A return has 201 rows; every tenth is a problem. One return in ten
does not hold and goes back with its faults marked. They are collected again, then the consolidated report is written.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update

from benchmarks.scratch import scratch_ledger
from flows.campaign_books import issue_book
from flows.collection import collect
from models.campaign_book import (
    A_PROBLEM,
    CONCLUSION,
    DEADLINE,
    FILLED_BY,
    FILLED_ON,
    LIST_COLUMNS,
    MEASURES,
    MENDED,
    NATURE,
    NO_PROBLEM,
    PHONE,
    POST,
    TEXT,
    Contents,
)
from models.clock import now, set_clock
from models.database import transaction
from models.journal import SYSTEM
from models.lists import ListItem, PublishedList
from models.registry import Unit
from models.words import Aspect, ListKind, PowerKind
from reports.campaign_book import campaign_book
from reports.campaign_report import write_campaign_report
from reports.sheet_looks import save
from settings import settings
from tasks.campaign import open_campaign
from tasks.campaign_issue import to_issue

SIZES = (60, 600)
PERIOD = "2026-06"
OPENED, RECEIVED = datetime(2026, 6, 1, 1, tzinfo=UTC), datetime(2026, 6, 12, 1, tzinfo=UTC)
ITEMS = 67  # of each list
PROBLEM: dict[str, Any] = {
    CONCLUSION: A_PROBLEM,
    TEXT: "窗口受理后三日内未出具受理通知书，群众为同一事项两次往返。",
    NATURE: "慢作为",
    POST: "行政审批科受理岗",
    MEASURES: "每日核对受理台账，超时自动提醒科室负责人，按月通报。",
    DEADLINE: date(2026, 7, 31),
    MENDED: "否",
}


def fill_ledger(units: int) -> None:
    """Let so many units have three lists, and open the campaign."""
    with transaction() as session:
        session.execute(update(Unit).values(active=False))
        kind = {"kind": "区政府职能部门", "active": True}
        session.execute(
            insert(Unit),
            [{"code": f"B{n:03}", "name": f"区第{n}局", "position": 1000 + n, **kind} for n in range(1, units + 1)],
        )
        published = {"version": 1, "published_on": date(2026, 1, 5), "published_in": "", "loaded_by": "system"}
        for n in range(1, units + 1):
            for each in ListKind:
                made = PublishedList(unit_code=f"B{n:03}", kind=each, loaded_at=now(session), sha256="", **published)
                made.items = [ListItem(position=at, **_item(each, at)) for at in range(1, ITEMS + 1)]
                session.add(made)
            session.flush()
            session.expunge_all()
    open_campaign(PERIOD, actor=SYSTEM)
    with transaction() as session:
        set_clock(session, RECEIVED)


def _item(kind: ListKind, at: int) -> dict[str, Any]:
    power, power_kind = f"对第{at}类事项的审查（含变更、延续）", list(PowerKind)[at % 10]
    basis = "第三十五条：国家对该类经营实行许可制度，应当依法取得许可。（待核原文）"
    says = {"职权名称": power, "职权类型": power_kind.label, "编码": f"01{at:08}", "依据": basis, "行使主体": "区某局"}
    says |= {"责任事项": f"依法办理{power}", "追责情形": "对符合条件的申请不予受理的；逾期未办结的", "对应职权": power}
    says |= {"环节": "受理", "承办岗位": "受理岗", "时限": "5个工作日", "材料": "申请书", "监督方式": "电子监察"}
    columns = next(LIST_COLUMNS[aspect] for aspect in Aspect if aspect.own_list is kind)
    content = {heading: says[heading] for heading in columns}
    key = f"{power}／受理" if kind is ListKind.PROCEDURE else power
    return {"key": key, "power_kind": power_kind, "content": content}


def make(units: int, folder: Path) -> None:
    """Make the workbook of every unit."""
    assert len([issue_book(unit) for unit in to_issue(PERIOD)]) == units


def send(units: int, folder: Path) -> None:
    """Let every unit fill in its workbook; every tenth forgets a conclusion. Not measured."""
    for number, unit in enumerate(to_issue(PERIOD)):
        rows = {
            aspect.value: [
                {"item": at, "cells": PROBLEM if at % 10 == 0 else {CONCLUSION: NO_PROBLEM}} for at in range(ITEMS)
            ]
            for aspect in Aspect
        }
        if number % 10 == 0:
            rows["POST"][5]["cells"] = {}
        cover = {FILLED_BY: "张三", PHONE: "027-82345678", FILLED_ON: date(2026, 6, 10)}
        contents = Contents(cover=cover, rows=rows, others=[])  # type: ignore[typeddict-item]
        save(folder / f"{unit.issued.unit_code}.xlsx", campaign_book(unit.issued, contents))


def take_in(units: int, folder: Path) -> None:
    """Collect all of them."""
    files = collect(folder, actor=SYSTEM)
    assert sum(each["accepted"] for each in files) == units - (units + 9) // 10


def consolidate(units: int, folder: Path) -> None:
    """Write the consolidated report, workbook and document."""
    written = write_campaign_report(PERIOD, folder.parent)
    assert written["problems"] == (units - (units + 9) // 10) * len(Aspect) * len(range(0, ITEMS, 10))


STEPS: dict[str, Callable[[int, Path], None]] = {
    "workbooks made": make,
    "returns filled in": send,
    "returns collected": take_in,
    "collected again": take_in,
    "report written": consolidate,
}


def measure(step: str, units: int, folder: Path) -> None:
    """Do one step in this process; print seconds, seconds of its own on the processor, and peak memory in MB."""
    begun = time.perf_counter()
    STEPS[step](units, folder)
    seconds = time.perf_counter() - begun
    print(f"{seconds:.1f} {time.process_time():.1f} {_peak():.0f}")  # noqa: T201


def _peak() -> float:
    """Return this process's own peak memory in MB; `getrusage` would count the one that started it."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def main(sizes: tuple[int, ...]) -> None:
    """Print a table of seconds and peak memory; the processor seconds of the ledger are not among them."""
    print("| units | step | s | CPU s | CPU s per unit | peak MB |\n|---|---|---|---|---|---|", flush=True)  # noqa: T201
    for units in sizes:
        with scratch_ledger(OPENED):
            fill_ledger(units)
            folder = settings().home / "returns"
            folder.mkdir()
            for step in STEPS:
                command = [sys.executable, "-m", "benchmarks.campaign", step, str(units), str(folder)]
                said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ).stdout
                seconds, cpu, peak = said.split()
                figures = (units, step, seconds, cpu, f"{float(cpu) / units:.3f}", peak)
                print(f"| {' | '.join(map(str, figures))} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    match sys.argv[1:]:
        case [step, units, folder] if step in STEPS:
            measure(step, int(units), Path(folder))
        case sizes:
            main(tuple(map(int, sizes)) or SIZES)
