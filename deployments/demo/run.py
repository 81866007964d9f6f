"""The demo as a whole: a home of its own, the system up in it, everything handled, the workbooks, all down again."""

import os
import shutil
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pendulum
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import select

from deployments import processes, stack
from deployments.demo.campaigns import CampaignDays
from deployments.demo.days import MORNING, Days
from deployments.demo.figures import figures, summary
from deployments.demo.meetings import MeetingDay
from deployments.demo.rest import wait_for_rest
from deployments.demo.script import Scenario, read_script
from deployments.demo.task import read_staff
from deployments.problem import StackProblem, failures_explained
from models import journal
from models.calendar import working_day_after
from models.case import Case
from models.clock import SHANGHAI, make_trial, today
from models.database import engine, transaction
from models.journal import SYSTEM, Actor
from models.message_file import read_message_file
from reports.campaign_report import write_campaign_report
from reports.catalogue import REPORTS, write_report
from settings import Settings, settings
from tasks.bulletins import take_in_bulletin
from tasks.intake import take_in
from tasks.lists import load_lists
from tasks.registry_file import load_registry
from tasks.verify import verify

SAMPLE = Path(__file__).parents[1] / "sample"
SAMPLE_SCRIPT = SAMPLE / "script.csv"
# The days on which the sample and other files begin at the earliest: the sample's registry is in force from 2015 on.
FIRST_DAY_OF_SAMPLE, FIRST_DAY = date(2026, 6, 1), date(2015, 1, 5)
MEETING_AFTER = 20  # working days after the first day
USUAL_CHANNEL = "DISTRICT_HEAD_LINE"
PROPAGANDA = "PRO-01"  # of the sample's registry
# What a demo leaves in its home, besides run/.
OURS = ("postgres", "prefect", "logs", "attachments", "campaigns", "bulletins", "documents")


def demo(
    *, intake: Path | None, cases: int | None, channel: str | None, out: Path, keep: bool, console: Console
) -> dict[str, Any]:
    """Take a file in, by default the shipped sample, have every case handled to its end, and return the figures.

    cases: take in the file's first good rows only, and nothing beside them: no bulletin, no self-inspections. channel:
    by which it came; the sample says so itself. out: the folder of the workbooks. keep: leave the system running.
    It runs in the folder `demo` of the usual home, on servers of its own: an earlier demo there is wiped.
    Raises StackProblem or a Refusal; whatever ends it early, what it started is stopped.
    """
    begun = time.monotonic()
    here = replace(
        settings(), home=settings().home / "demo", database_url=None, prefect_api_url=None, notices_file=None
    )
    if intake is None:
        file, by, earliest, script = SAMPLE / "messages.xlsx", None, FIRST_DAY_OF_SAMPLE, read_script(SAMPLE_SCRIPT)
    else:
        file, by, earliest, script = intake, channel or USUAL_CHANNEL, FIRST_DAY, {}
    after = max(_last_received(file, by), earliest - timedelta(days=1))
    _clear(here)
    with stack.running(here, console=console, port=_free_port(), keep=keep) as ui, _ledger_of(here):
        with Progress(*_COLUMNS, console=console, transient=True) as progress:
            _begin(after)
            rejects = _take_in(file, by, cases, out, progress)
            campaigns = None
            if intake is None and cases is None:
                take_in_bulletin(SAMPLE / "bulletin.docx", actor=Actor(code=PROPAGANDA))
                campaigns = CampaignDays(folder=here.home / "campaigns" / "报送")
            meeting = _meeting(out) if campaigns is not None else None
            _live(here, script, campaigns, meeting, progress)
        held = meeting.files if meeting is not None else []
        files = [*_write_reports(out), *_write_campaign_reports(campaigns, out), *held, *rejects]
        _check()
        with transaction() as session:
            found = figures(session)
    text = out / "办理情况.txt"
    text.write_text(summary(found) + "\n", encoding="utf-8")
    found |= {"files": [str(each) for each in (*files, text)], "seconds": round(time.monotonic() - begun, 1)}
    _say(console, summary(found), f"用时{found['seconds']}秒。文件：", *found["files"])
    if keep:
        _say(console, f"管理界面：{ui}", f"停止：ZHIYONG_HOME={here.home} zhiyong down")
    return found


_COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())


def _last_received(file: Path, channel: str | None) -> date:
    """Return the day of the file's last message. Raises BadFile before anything is started."""
    read = read_message_file(file, today=pendulum.now("Asia/Shanghai").date(), channel_column=channel is None)
    days = [message.received_at.astimezone(SHANGHAI).date() for message in read.messages]
    return max(days, default=date.min)


@failures_explained()
def _clear(here: Settings) -> None:
    """Empty the home of an earlier demo, and stop what is left of one that was killed.

    Raises StackProblem where one is running, or the folder is not a demo's.
    """
    if here.home.exists() and any(here.home.iterdir()) and not (here.home / "run").exists():
        raise StackProblem("not-a-demo", f"{here.home} 不是演示目录，未作改动。请移走它，或另设 ZHIYONG_HOME。")
    try:
        with processes.lock(here, stack.SUPERVISOR, wait=False):
            stack.down(here)
            for name in OURS:
                if (here.home / name).exists():
                    shutil.rmtree(here.home / name)
    except BlockingIOError:
        raise StackProblem(
            "already-running", f"上一次演示仍在运行。请先停止：ZHIYONG_HOME={here.home} zhiyong down"
        ) from None


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def _ledger_of(here: Settings) -> Iterator[None]:
    """Have every transaction of this process go to the demo's ledger."""
    names = ("ZHIYONG_HOME", "ZHIYONG_DATABASE_URL", "PREFECT_API_URL", "ZHIYONG_NOTICES")
    before = {name: os.environ.pop(name, None) for name in names}
    os.environ["ZHIYONG_HOME"] = str(here.home)
    try:
        yield
    finally:
        engine(here.ledger_url).dispose()
        del os.environ["ZHIYONG_HOME"]
        os.environ.update({name: value for name, value in before.items() if value is not None})


def _begin(after: date) -> None:
    """Make the ledger a trial that begins on the working day after, and load the sample registry."""
    with transaction() as session:
        day = working_day_after(session, after, 1)
        make_trial(session, datetime.combine(day, MORNING, SHANGHAI))
    with transaction() as session:
        counts = load_registry(session, SAMPLE / "registry.xlsx", today=today(session))
        journal.write(session, case=None, actor=SYSTEM, what="registry", detail={"file": "registry.xlsx", **counts})
    load_lists(SAMPLE / "lists.xlsx", actor=SYSTEM)


def _take_in(file: Path, channel: str | None, most: int | None, out: Path, progress: Progress) -> list[Path]:
    """Take the messages in; return the workbook of those that were rejected, if there is one."""
    bar = progress.add_task("登记来件", total=None)
    taken = take_in(
        file,
        channel=channel,
        actor=SYSTEM,
        most=most,
        rejects=out / "退回待补.xlsx",
        progress=lambda done, of: progress.update(bar, completed=done, total=of),
    )
    return [Path(taken.rejects_file)] if taken.rejects_file else []


def _meeting(out: Path) -> MeetingDay:
    """Plan the joint meeting."""
    with transaction() as session:
        return MeetingDay(on=working_day_after(session, today(session), MEETING_AFTER), folder=out)


def _live(
    here: Settings,
    script: Mapping[str, Scenario],
    campaigns: CampaignDays | None,
    meeting: MeetingDay | None,
    progress: Progress,
) -> None:
    """Let the days pass until every case and every self-inspection is closed."""
    bar = progress.add_task("办理", total=None)

    def show(day: date, closed: int, of: int) -> None:
        progress.update(bar, description=f"{day.year}年{day.month}月{day.day}日，已办结", completed=closed, total=of)

    with transaction() as session:
        staff = read_staff(session, today(session))
    settle = partial(wait_for_rest, here)
    Days(script=script, staff=staff, settle=settle, show=show, campaigns=campaigns, meeting=meeting).pass_by()


def _write_reports(out: Path) -> list[Path]:
    """Write every report of the catalogue under its title."""
    out.mkdir(parents=True, exist_ok=True)
    return [Path(write_report(name, out=out / f"{each.title}.xlsx")["file"]) for name, each in REPORTS.items()]


def _write_campaign_reports(campaigns: CampaignDays | None, out: Path) -> list[Path]:
    """Write workbook and document of each self-inspection."""
    periods = campaigns.periods if campaigns is not None else ()
    return [Path(file) for period in periods for file in write_campaign_report(period, out)["files"]]


def _check() -> None:
    """Raise StackProblem where a case is still open or the ledger does not hold."""
    with transaction() as session:
        still_open = session.scalars(select(Case.number).where(Case.is_open)).all()
    if still_open:
        raise StackProblem("demo-unfinished", f"有{len(still_open)}件未能办结：{'、'.join(still_open[:10])}")
    if broken := verify().broken:
        first = "；".join(f"{each['case'] or '全局'} {each['where']}：{each['why']}" for each in broken[:5])
        raise StackProblem("ledger-broken", f"台账核验发现{len(broken)}处异常：{first}")


def _say(console: Console, *lines: str) -> None:
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
