"""The commands about what many report: matters list, accept, reject."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import click

from deployments.commands.ready import acting, ready_ledger
from deployments.commands.saying import GroupInChinese, InChinese, say, speaks, table
from deployments.commands.typed import day, row_id

C = TypeVar("C", bound=Callable[..., Any])
EXAMPLES = 3  # cases that the table names; --json has all


def of_period(command: C) -> C:
    """Give a command the options that say which messages are looked at."""
    for option in (
        click.option("--unit", metavar="单位代码", help="只看该责任单位的案件"),
        click.option("--to", "to_day", type=day, metavar="日期", help="来件日期止，含当日；缺省为今天"),
        click.option(
            "--from", "from_day", type=day, metavar="日期", help="来件日期起；缺省按政策数字“普遍性问题的分析期间”"
        ),
    ):
        command = option(command)
    return command


@click.group(cls=GroupInChinese)
def matters() -> None:
    """普遍性、苗头性问题：多人反映的同一问题，是否列为一类由负责人认定。"""


@matters.command("list", cls=InChinese)
@of_period
@click.option("--by", metavar="人员代码", help="治庸问责办人员；另显示脱敏例件，不显示涉及本人的问题")
@speaks
def matters_list(from_day: date | None, to_day: date | None, unit: str | None, by: str | None) -> dict[str, Any]:
    """列出三人以上反映的同一问题，反映人数多的在前。

    按来件所述归并，不按来件人；同一人多次来件计一人。“建议列为一类”仅供参考，须由负责人认定。
    """
    from tasks.matters import list_matters

    ready_ledger()
    found = list_matters(from_day=from_day, to_day=to_day, unit=unit, by=by.strip() if by else None)
    return found | {"print": lambda: _print_matters(found)}


def ruling(command: C) -> C:
    """Give a command what a ruling needs: on which matter of the period, by whom and why."""
    for option in (
        click.option("--reason", required=True, metavar="理由", help="为什么这样认定；记入日志"),
        click.option("--by", required=True, metavar="人员代码", help="治庸问责办负责人"),
        of_period,
        click.argument("matter", type=row_id, metavar="问题编号"),
    ):
        command = option(command)
    return command


@matters.command("accept", cls=InChinese)
@ruling
@speaks
def matters_accept(matter: int, by: str, **given: Any) -> dict[str, Any]:
    """认定为一类（普遍性、苗头性）；不改动任何案件，在办案件由经办人逐案更正类别。

    期间和单位须与列出时相同。
    """
    from tasks.matters import rule_on_matter

    ready_ledger()
    done = rule_on_matter(matter, accepted=True, actor=acting(by), **given)
    cases = done["to_reclassify"]
    line = f"问题 {matter}（{done['label']}）已列为一类。"
    more = f"在办而未列一类的 {len(cases)} 件，请经办人用 zhiyong reclassify 更正：{'、'.join(cases)}"
    return done | {"print": lambda: say(f"{line}{more if cases else '没有须更正类别的在办案件。'}")}


@matters.command("reject", cls=InChinese)
@ruling
@speaks
def matters_reject(matter: int, by: str, **given: Any) -> dict[str, Any]:
    """不列为一类；来件增加一倍后再行提示。

    期间和单位须与列出时相同。
    """
    from tasks.matters import rule_on_matter

    ready_ledger()
    done = rule_on_matter(matter, accepted=False, actor=acting(by), **given)
    return done | {"print": lambda: say(f"问题 {matter}（{done['label']}）不列为一类，理由已记录。")}


def _print_matters(found: dict[str, Any]) -> None:
    shown = found["matters"]
    headings = ("编号", "问题", "来件", "人数", "上期", "首次", "最近", "街道社区", "责任单位", "案件", "认定")
    table(headings, map(_row, shown), title=f"{found['from']} 至 {found['to']} 三人以上反映的同一问题")
    for each in shown:
        if each["example"]:
            say(f"{each['matter']}　例：{each['example']}")
    say(f"共 {len(shown)} 个问题，建议列为一类 {found['suggested']} 个，由治庸问责办负责人认定。")


def _row(matter: dict[str, Any]) -> tuple[object, ...]:
    cases = "、".join(matter["cases"][:EXAMPLES])
    more = f"等{len(matter['cases'])}件" if len(matter["cases"]) > EXAMPLES else ""
    return (
        matter["matter"],
        matter["label"] or "（无共同词语）",
        matter["messages"],
        matter["people"],
        "不足3" if matter["people_before"] is None else matter["people_before"],
        matter["first_day"],
        matter["last_day"],
        "、".join(matter["places"]),
        "、".join(matter["units"]),
        f"{cases}{more}",
        _opinion(matter),
    )


def _opinion(matter: dict[str, Any]) -> str:
    if matter["ruling"] is not None:
        return "已列为一类" if matter["ruling"]["accepted"] else "不列为一类"
    return f"建议列为一类（{matter['tendency']}）" if matter["suggested"] else ""
