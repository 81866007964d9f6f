"""The commands about time: the working-day calendar and the policy numbers."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress

from deployments.commands.files import input_file
from deployments.commands.ready import acting, ready_ledger
from deployments.commands.saying import GroupInChinese, InChinese, err, on_paper, say, speaks, table
from deployments.commands.typed import FIRST_YEAR, LAST_YEAR, day, one_of, whole
from models.policy import Measured
from models.words import Grade, Kind

SHOWN = 200  # deadlines that a person is shown; --json has them all


def _value(typed: str) -> int:
    """Read a whole number, or an hour of the day, which is its minutes."""
    hour = re.fullmatch(r"([01]?\d|2[0-3])[:：]([0-5]\d)", typed)
    if hour:
        return int(hour[1]) * 60 + int(hour[2])
    if not re.fullmatch(r"-?[0-9]{1,9}", typed):
        raise click.BadParameter("应为整数（时刻可写作 17:30）")
    return int(typed)


@click.group(cls=GroupInChinese)
def calendar() -> None:
    """工作日历：载入放假安排、查看、推算时限。"""


@calendar.command("load", cls=InChinese)
@click.argument("file", type=input_file, metavar="文件")
@click.option("--source", default="", metavar="来源", help="放假安排的文号；文件有“来源”列时可不填")
@click.option("--by", default="system", metavar="人员代码", help="经办人（治庸问责办）")
@click.option("--dry-run", is_flag=True, help="只列出哪些时限会变，不载入")
@speaks
def calendar_load(file: Path, source: str, by: str, dry_run: bool) -> dict[str, Any]:
    """载入放假安排（xlsx、csv），重新推算受影响的时限。

    列：日期（或“起至止”）、类型（放假、上班），可有名称、来源。写全年放假和调休上班的日子即可，其余依星期；
    年度已公布的，也可只写要更正的日子。有误则逐格列出，一项也不载入。
    """
    from tasks.calendar_file import load_calendar

    ready_ledger()
    with Progress(console=err, transient=True) as progress:
        bar = progress.add_task("推算时限", total=None)
        loaded = load_calendar(
            file,
            actor=acting(by),
            source=source,
            dry_run=dry_run,
            progress=lambda done, of: progress.update(bar, completed=done, total=of),
        )
    shown = loaded.as_dict()
    return shown | {"dry_run": dry_run, "print": lambda: _print_load(shown, dry_run=dry_run)}


@calendar.command("show", cls=InChinese)
@click.argument("year", type=whole(FIRST_YEAR, LAST_YEAR), metavar="年份")
@speaks
def calendar_show(year: int) -> dict[str, Any]:
    """显示一年的工作日安排：来源、版本、放假和调休上班的日子。"""
    from tasks.calendar_year import show_calendar

    ready_ledger()
    shown = show_calendar(year)
    return shown | {"print": lambda: _print_year(shown)}


@calendar.command("due", cls=InChinese)
@click.argument("received", type=day, metavar="日期")
@click.option("--limit", required=True, type=whole(1, 3650), metavar="天数", help="时限")
@click.option("--days", type=click.Choice(["working", "calendar"]), default="working", help="工作日（缺省）或自然日")
@speaks
def calendar_due(received: date, limit: int, days: str) -> dict[str, Any]:
    """推算自某日收到起的时限届满日：收到当日不计，末日逢休息日顺延。"""
    from models.calendar import is_provisional
    from models.database import transaction
    from models.policy import ends_on

    ready_ledger()
    with transaction() as session:
        last = ends_on(session, received, limit, Measured.WORKING_DAYS if days == "working" else Measured.CALENDAR_DAYS)
        provisional = is_provisional(session, last)
    line = f"{_long(last)}{'（暂定）' if provisional else ''}"
    return {"due_on": last.isoformat(), "provisional": provisional, "print": lambda: say(line)}


@click.group(cls=GroupInChinese)
def policy() -> None:
    """政策数字：各环节时限等，按生效日期分行。"""


@policy.command("show", cls=InChinese)
@click.argument("key", required=False, metavar="[代码]")
@speaks
def policy_show(key: str | None) -> dict[str, Any]:
    """显示政策数字；给出代码时，连同以前的一并显示。"""
    from tasks.policy_numbers import show_numbers

    ready_ledger()
    numbers = show_numbers(key)

    def text() -> None:
        from models.clock import today
        from models.database import transaction

        with transaction() as session:
            day = today(session).isoformat()
        table(
            ("代码", "名称", "等级", "性质", "数值", "生效", "来源", "文件规定", ""),
            (
                (
                    each["key"],
                    each["title"],
                    Grade(each["grade"]).label if each["grade"] else "全部",
                    Kind(each["kind"]).label if each["kind"] else "全部",
                    _amount(each),
                    each["valid_from"],
                    each["source"],
                    "是" if each["stated"] else "否",
                    "现行" if each["in_force"] else "待生效" if each["valid_from"] > day else "已被替代",
                )
                for each in numbers
                if key is not None or each["in_force"] or each["valid_from"] > day
            ),
        )

    return {"numbers": numbers, "print": text}


@policy.command("set", cls=InChinese)
@click.argument("key", metavar="代码")
@click.argument("value", type=_value, metavar="数值")
@click.option("--grade", type=one_of(Grade), metavar="等级", help="只改这一等级，如 DAILY 或 日常")
@click.option("--kind", type=one_of(Kind), metavar="性质", help="只改这一性质，如 COMPLAIN 或 投诉举报")
@click.option(
    "--unit-of-measure",
    "unit",
    type=one_of(Measured),
    metavar="单位",
    help="如 WORKING_DAYS；缺省不变",
)
@click.option("--from", "valid_from", required=True, type=day, metavar="日期", help="自哪天起生效，不得早于今天")
@click.option("--by", required=True, metavar="人员代码", help="治庸问责办负责人")
@click.option("--reason", required=True, metavar="理由", help="为什么改；记入日志")
@click.option("--source", default="", metavar="文号", help="依据的文件")
@speaks
def policy_set(
    key: str,
    value: int,
    grade: Grade | None,
    kind: Kind | None,
    unit: Measured | None,
    valid_from: date,
    by: str,
    reason: str,
    source: str,
) -> dict[str, Any]:
    """自某日起改一个政策数字；在办的仍按原数字。"""
    from tasks.policy_numbers import set_number

    ready_ledger()
    done = set_number(
        key,
        value,
        valid_from=valid_from,
        actor=acting(by),
        reason=reason,
        grade=grade,
        kind=kind,
        measured=unit,
        source=source,
    )
    line = (
        f"{done['title']}自{_long(valid_from)}起为{_amount(done)}（原为{_amount(done['old'])}），"
        f"来源：{done['source']}。在办的仍按原数字。"
    )
    return {"accepted": True, **done, "print": lambda: say(line)}


def _amount(number: dict[str, Any]) -> str:
    measured = Measured(number["measured"])
    if measured is Measured.MINUTE_OF_DAY:
        return f"{number['value'] // 60}:{number['value'] % 60:02}"
    return f"{number['value']}{measured.label}"


def _long(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _print_load(shown: dict[str, Any], *, dry_run: bool) -> None:
    for year in shown["years"]:
        how = "全年安排" if year["whole"] else "更正"
        say(f"{year['year']}年{how}，第{year['version']}版，来源：{year['source']}。")
        days = [f"{each['day'][5:]} {'上班' if each['working'] else '休息'}" for each in year["changed"]]
        say(f"与原安排不同 {len(days)} 天{'：' if days else ''}{'、'.join(days)}。")
    moved = shown["moved"]
    if moved:
        table(
            ("案件", "步骤", "原时限", "新时限"),
            ((each["case"], each["step"], each["old"], each["new"]) for each in moved[:SHOWN]),
        )
    if len(moved) > SHOWN:
        say(f"另有 {len(moved) - SHOWN} 件，见 --json。")
    say(f"{'（试算，未载入）' if dry_run else ''}时限变化 {len(moved)} 件，另有 {shown['confirmed']} 件日期不变。")


def _print_year(shown: dict[str, Any]) -> None:
    state = "已公布" if shown["published"] else "暂定"
    say(f"{shown['year']}年（{state}，第{shown['version']}版）　工作日 {shown['working_days']} 天")
    say(f"来源：{shown['source']}")
    table(("日期", "类型", "名称"), _spans(shown["days"]))
    for each in shown["loads"]:
        say(f"第{each['version']}版：{on_paper(each['at'])} 由 {each['by']} 载入，改动 {len(each['changed'])} 天。")


def _spans(days: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Yield what differs from the plain week, days in a row under one name together."""

    def differs(each: dict[str, Any]) -> bool:
        return bool(each["name"]) or each["working"] is not (date.fromisoformat(each["day"]).weekday() < 5)

    named = [each for each in days if differs(each)]
    first = date.fromisoformat(days[0]["day"])

    def run(numbered: tuple[int, dict[str, Any]]) -> tuple[timedelta, bool, str]:
        place, each = numbered
        return date.fromisoformat(each["day"]) - first - timedelta(days=place), each["working"], each["name"]

    for (_, working, name), group in groupby(enumerate(named), key=run):
        members = [each["day"] for _, each in group]
        span = members[0] if len(members) == 1 else f"{members[0]}至{members[-1]}"
        yield span, "上班" if working else "休息", name
