"""The commands about the three lists: load, show, diff."""

from pathlib import Path
from typing import Any

import click

from deployments.commands.files import input_file
from deployments.commands.intake import SAMPLE
from deployments.commands.ready import acting, ready_ledger
from deployments.commands.saying import GroupInChinese, InChinese, say, speaks, table
from deployments.commands.typed import one_of, row_id
from models.words import ListKind

LISTS = SAMPLE / "lists.xlsx"
of_kind = one_of(ListKind)


@click.group(cls=GroupInChinese)
def lists() -> None:
    """权力、责任、程序三张清单：载入、查看、比较版本。"""


@lists.command("load", cls=InChinese)
@click.argument("file", required=False, type=input_file, metavar="[文件.xlsx]")
@click.option("--sample", is_flag=True, help="载入随附的示例")
@click.option("--by", default="system", metavar="人员代码", help="经办人（治庸问责办）")
@speaks
def lists_load(file: Path | None, sample: bool, by: str) -> dict[str, Any]:
    """载入三张清单；有误则逐格列出，一项也不载入。

    工作表：公布、权力清单、责任清单、程序清单。与现行版本相同的不另立版本，不同的为下一版本，原版本保留。
    """
    from tasks.lists import load_lists

    if (file is None) is not sample:
        raise click.UsageError("请给出清单文件，或用 --sample 载入示例")
    ready_ledger()
    counts = load_lists(LISTS if file is None else file, actor=acting(by))
    line = (
        f"{counts['units']} 个单位的 {counts['lists']} 张清单、{counts['items']} 项："
        f"首次载入 {counts['new']} 张，新版本 {counts['changed']} 张，与现行版本相同 {counts['unchanged']} 张。"
    )
    return counts | {"print": lambda: say(line)}


@lists.command("show", cls=InChinese)
@click.option("--unit", metavar="单位代码", help="显示该单位清单的内容；缺省列出各单位公布了哪些清单")
@click.option("--list", "kind", type=of_kind, metavar="清单", help="只看一张，如 POWER 或 权力清单")
@click.option("--version", type=row_id, metavar="版本", help="看以前的版本；缺省为现行版本")
@speaks
def lists_show(unit: str | None, kind: ListKind | None, version: int | None) -> dict[str, Any]:
    """显示各单位公布的清单，或一个单位清单的内容。"""
    from tasks.lists_shown import coverage, show_lists

    if version is not None and unit is None:
        raise click.UsageError("看以前的版本须给出 --unit")
    ready_ledger()
    if unit is None:
        covered = coverage(kind)
        return covered | {"print": lambda: _print_coverage(covered)}
    shown = show_lists(unit, kind, version)
    return shown | {"print": lambda: _print_lists(shown)}


@lists.command("diff", cls=InChinese)
@click.option("--unit", required=True, metavar="单位代码", help="哪个单位")
@click.option("--list", "kind", required=True, type=of_kind, metavar="清单", help="哪张，如 POWER 或 权力清单")
@click.option("--from", "from_version", type=row_id, metavar="版本", help="原版本；缺省为新版本的前一版")
@click.option("--to", "to_version", type=row_id, metavar="版本", help="新版本；缺省为现行版本")
@speaks
def lists_diff(unit: str, kind: ListKind, from_version: int | None, to_version: int | None) -> dict[str, Any]:
    """比较一张清单的两个版本：增加、减少、改动的事项。"""
    from tasks.lists_shown import diff_lists

    ready_ledger()
    found = diff_lists(unit, kind, from_version=from_version, to_version=to_version)
    return found | {"print": lambda: _print_diff(found)}


def _edition(version: dict[str, Any] | None) -> str:
    if version is None:
        return "未公布"
    return f"第{version['version']}版　{version['published_on']}　{version['count']} 项"


def _print_coverage(covered: dict[str, Any]) -> None:
    units = covered["units"]
    kinds = [ListKind(kind) for kind in units[0]["lists"]] if units else []
    table(
        ("代码", "单位", *(kind.label for kind in kinds)),
        ((row["unit"], row["name"], *(_edition(row["lists"][kind]) for kind in kinds)) for row in units),
    )
    say(f"责任单位 {len(units)} 个，清单齐全 {covered['complete']} 个。")
    for each in covered["missing"]:
        say(f"未公布：{each['name']}　{'、'.join(ListKind(kind).label for kind in each['lists'])}")


def _print_lists(shown: dict[str, Any]) -> None:
    for each in shown["lists"]:
        where = f"　{each['published_in']}" if each["published_in"] else ""
        title = f"{shown['name']}{ListKind(each['list']).label}　{_edition(each)}{where}"
        headings = list(each["items"][0]["content"])
        table(headings, (item["content"].values() for item in each["items"]), title=title)
    for kind in shown["missing"]:
        say(f"未公布：{ListKind(kind).label}")


def _print_diff(found: dict[str, Any]) -> None:
    label = ListKind(found["list"]).label
    say(f"{found['unit']} {label}：{_edition(found['from'])} → {_edition(found['to'])}")
    rows = [
        *(("增加", item["key"], item["name"], "", "", "") for item in found["added"]),
        *(("减少", item["key"], item["name"], "", "", "") for item in found["removed"]),
        *(
            ("改动", item["key"], item["name"], change["field"], change["old"], change["new"])
            for item in found["changed"]
            for change in item["changes"]
        ),
    ]
    if rows:
        table(("", "事项", "名称", "栏目", "原文", "现文"), rows)
    say(
        f"增加 {len(found['added'])} 项，减少 {len(found['removed'])} 项，改动 {len(found['changed'])} 项，"
        f"仅序号变化 {found['renumbered']} 项。"
    )
