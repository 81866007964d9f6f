"""The commands about the 《舆情快报》: load, list, show."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import click

from deployments.commands.files import input_file
from deployments.commands.ready import acting, ready_ledger
from deployments.commands.saying import GroupInChinese, InChinese, say, speaks, table
from deployments.commands.typed import FIRST_YEAR, LAST_YEAR, day, whole
from models.words import OpinionTrend, Status

_NUMBER = re.compile(r"\s*(\d{4})\s*(?:年第|-)\s*(\d{1,4})\s*期?\s*")


def bulletin_number(typed: str) -> tuple[int, int]:
    """Read which issue: 2026-12, or 2026年第12期."""
    match = _NUMBER.fullmatch(typed)
    if match is None or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR or int(match[2]) == 0:
        raise click.BadParameter("期号写作 2026-12 或 2026年第12期")
    return int(match[1]), int(match[2])


@click.group(cls=GroupInChinese)
def bulletin() -> None:
    """《舆情快报》：收入、列出、逐条查看办理和跟踪情况。"""


@bulletin.command("load", cls=InChinese)
@click.argument("file", type=input_file, metavar="文件")
@click.option("--by", required=True, metavar="人员代码", help="治庸问责办或区委宣传部人员")
@click.option("--year", type=whole(FIRST_YEAR, LAST_YEAR), metavar="年", help="文件未写明时填写")
@click.option("--issue", type=whole(1, 9999), metavar="期号", help="文件未写明时填写")
@click.option("--date", "issued_on", type=day, metavar="日期", help="印发日期；文件未写明时填写")
@click.option("--dry-run", is_flag=True, help="只核对，不登记")
@speaks
def bulletin_load(
    file: Path, by: str, year: int | None, issue: int | None, issued_on: date | None, dry_run: bool
) -> dict[str, Any]:
    """收入一期《舆情快报》（Word 文档或工作簿），每条登记为一个案件；有误则整期不收。

    文档中可以逐条编号，也可以列表；工作簿须有“标题”“内容”两栏。期号和印发日期从文件中读出。
    """
    from tasks.bulletins import take_in_bulletin

    ready_ledger()
    taken = take_in_bulletin(file, actor=acting(by), year=year, issue=issue, issued_on=issued_on, dry_run=dry_run)
    shown = {
        "bulletin": taken.number,
        "issued_on": taken.issued_on.isoformat(),
        "items": taken.items,
        "registered": 0 if taken.again else len(taken.cases),
        "already_known": taken.again,
        "similar": taken.similar,
        "cases": taken.cases,
    }

    def text() -> None:
        if taken.again:
            say(f"{taken.number}此前已经收入，未作改动。案件：{'、'.join(taken.cases)}。")
        elif dry_run:
            say(f"{taken.number}（{taken.issued_on}印发），{taken.items} 条，可以收入；尚未登记。")
        else:
            like = f"，其中 {taken.similar} 条与以前的来件相似，请核对是否并案" if taken.similar else ""
            say(f"{taken.number}（{taken.issued_on}印发）已收入，登记 {taken.items} 条{like}。")
            say(f"案件：{'、'.join(taken.cases)}。")

    return shown | {"print": text}


@bulletin.command("list", cls=InChinese)
@click.option("--year", type=whole(FIRST_YEAR, LAST_YEAR), metavar="年", help="缺省为最近的一年")
@speaks
def bulletin_list(year: int | None) -> dict[str, Any]:
    """列出一年收入的各期快报，以及中间缺了哪几期。"""
    from tasks.bulletins import list_bulletins

    ready_ledger()
    found = list_bulletins(year)

    def text() -> None:
        rows = (
            (each["number"], each["issued_on"], each["items"], each["open"], each["taken_by"])
            for each in found["bulletins"]
        )
        table(("期号", "印发日期", "条数", "在办", "收入人"), rows)
        if found["missing"]:
            say(f"中间缺第{'、'.join(map(str, found['missing']))}期，请与区委宣传部核对。")

    return found | {"print": text}


@bulletin.command("show", cls=InChinese)
@click.argument("number", type=bulletin_number, metavar="期号")
@speaks
def bulletin_show(number: tuple[int, int]) -> dict[str, Any]:
    """逐条显示一期快报：案件、责任单位、跟踪到何时、是否已回复。"""
    from tasks.bulletins import show_bulletin

    ready_ledger()
    found = show_bulletin(*number)
    headings = ("条", "案件", "状态", "责任单位", "跟踪次数", "最近跟踪", "走势", "下次跟踪到期", "回复宣传部")

    def text() -> None:
        say(f"{found['number']}，{found['issued_on']}印发。")
        table(headings, map(_row, found["items"]))

    return found | {"print": text}


def _row(item: dict[str, Any]) -> tuple[object, ...]:
    return (
        item["item"],
        item["case"],
        Status(item["status"]).label,
        item["unit_name"] or "",
        item["tracked"],
        item["tracked_on"] or "",
        OpinionTrend(item["trend"]).label if item["trend"] else "",
        item["next_due"] or "",
        item["replied_on"] or "",
    )
