"""The commands that act on many assignments at once, from a list of their numbers or a table: bulk."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.progress import Progress

from deployments.commands.files import input_file
from deployments.commands.ready import acting, ready_ledger
from deployments.commands.saying import GroupInChinese, InChinese, err, say, speaks, table
from deployments.commands.typed import read_data
from models.refusals import BadFile

if TYPE_CHECKING:
    from models.bulk_file import Item
    from tasks.bulk import Result

STDIN = "-"
source = click.argument("source", metavar="文件|编号|-")
who = click.option("--by", required=True, metavar="人员代码", help="经办人")


@click.group(cls=GroupInChinese)
def bulk() -> None:
    """批量办理：按待办清单逐件办理，各件互不影响，逐件说明结果。

    清单可以是表格（xlsx、xls、ods、csv，须有“待办编号”一列），可以是用逗号隔开的待办编号；写作 - 时从标准输入读取。
    """


@bulk.command("answer", cls=InChinese)
@source
@who
@click.option("--data", metavar="JSON|@文件", help="各件相同的意见；表中各列是表单的项目，以表中所填为准")
@speaks
def bulk_answer(source: str, by: str, data: str | None) -> dict[str, Any]:
    """逐件办理：表中各列为表单的项目（名称或代码），多项之间用“；”隔开。"""
    from tasks.bulk import answer_all

    items = _read(source)
    fields = read_data(data) if data is not None else {}
    ready_ledger()
    return _run(lambda progress: answer_all(items, data=fields, actor=acting(by), progress=progress))


@bulk.command("transfer", cls=InChinese)
@source
@who
@click.option("--to", metavar="人员代码", help="接办人；表中有“接办人”列的，以表中所填为准")
@click.option("--reason", metavar="理由", help="为什么；表中有“理由”列的，以表中所填为准")
@speaks
def bulk_transfer(source: str, by: str, to: str | None, reason: str | None) -> dict[str, Any]:
    """逐件转办。"""
    from tasks.bulk import REASON, TO, transfer_all

    items = _read(source)
    to = to.strip() if to else None
    _needed(items, TO, to, "--to")
    _needed(items, REASON, reason, "--reason")
    ready_ledger()
    return _run(lambda progress: transfer_all(items, to=to, actor=acting(by), reason=reason, progress=progress))


@bulk.command("urge", cls=InChinese)
@source
@who
@click.option("--reason", metavar="理由", help="为什么；表中有“理由”列的，以表中所填为准")
@speaks
def bulk_urge(source: str, by: str, reason: str | None) -> dict[str, Any]:
    """逐件催办；每人只收到一份通知。"""
    from tasks.bulk import REASON, urge_all

    items = _read(source)
    _needed(items, REASON, reason, "--reason")
    ready_ledger()
    return _run(lambda progress: urge_all(items, actor=acting(by), reason=reason, progress=progress))


def _read(typed: str) -> "list[Item]":
    """Read the assignments: numbers as they are typed, standard input, or a file.

    Raises BadFile.
    """
    from models.bulk_file import are_numbers, read_items, read_numbers

    if typed == STDIN:
        return read_items("标准输入", sys.stdin.buffer.read())
    if are_numbers(typed) and not Path(typed).exists():
        return read_numbers("待办编号", typed)
    path = input_file(typed)
    try:
        content = path.read_bytes()
    except OSError:
        raise BadFile(f"“{path.name}”不存在或无法打开。") from None
    return read_items(path.name, content)


def _needed(items: "Sequence[Item]", headings: Sequence[str], given: str | None, option: str) -> None:
    """Raise what is wrong where some rows do not say something that is not said for all either."""
    from tasks.bulk import said

    missing = [f"第{item.row}行" for item in items if not said(item, headings, given)]
    if len(missing) == len(items):
        raise click.UsageError(f"须用 {option} 写明{headings[0]}，或在表中设“{headings[0]}”一列")
    if missing:
        raise BadFile(f"未办理：{'、'.join(missing)}没有写明{headings[0]}，请在表中补上，或用 {option} 指定。")


def _run(act: "Callable[[Callable[[int, int], None]], list[Result]]") -> dict[str, Any]:
    with Progress(console=err, transient=True) as progress:
        bar = progress.add_task("逐件办理", total=None)
        results = act(lambda done, of: progress.update(bar, completed=done, total=of))
    refused = sum(not each.accepted for each in results)
    return {
        "done": len(results) - refused,
        "refused": refused,
        "results": [each.as_dict() for each in results],
        "print": lambda: _print(results, refused),
        "failed": refused > 0,
    }


def _print(results: "list[Result]", refused: int) -> None:
    table(
        ("行", "待办", "案件", "步骤", "结果", "说明"),
        (
            (
                f"{each.item.sheet} {each.item.row}".strip(),
                each.item.assignment,
                each.case,
                each.step,
                "已办" if each.accepted else "未办",
                _remark(each),
            )
            for each in results
        ),
    )
    say(f"共 {len(results)} 件：已办 {len(results) - refused} 件，未办 {refused} 件。")


def _remark(result: "Result") -> str:
    if result.error is not None:
        return result.error[1]
    return "拟办意见已交回承办人" if result.more.get("draft") else str(result.more.get("number", ""))
