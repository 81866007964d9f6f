"""The commands of the self-inspections: open, status, collect, return, remind, close, report."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress

from deployments.commands.files import make_folder
from deployments.commands.ready import acting, ready_ledger
from deployments.commands.saying import GroupInChinese, InChinese, err, say, speaks, table
from deployments.commands.typed import day

who = click.option("--by", required=True, metavar="人员代码", help="经办人（治庸问责办）")
why = click.option("--reason", required=True, metavar="理由", help="为什么")
which = click.option("--campaign", "period", metavar="年-月", help="哪次自查，如 2026-06；缺省为最近一次")


def _exemption(typed: str) -> tuple[str, str]:
    unit, _, reason = typed.partition("=")
    if not unit.strip() or not reason.strip():
        raise click.BadParameter("须写作 单位代码=理由")
    return unit.strip(), reason.strip()


@click.group(cls=GroupInChinese)
def campaign() -> None:
    """“三清单”自查：每年6月、12月启动，收取、退回、催办，汇总报告。"""


@campaign.command("open", cls=InChinese)
@click.argument("period", required=False, metavar="[年-月]")
@click.option("--by", default="system", metavar="人员代码", help="经办人（治庸问责办）")
@click.option("--due", "due_on", type=day, metavar="日期", help="报送期限；缺省为当月最后一个工作日")
@click.option("--exempt", type=_exemption, multiple=True, metavar="单位代码=理由", help="启动时即免报的单位；可多次")
@speaks
def open_(period: str | None, by: str, due_on: date | None, exempt: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """启动一次自查，为每个单位生成自查表；已启动的，只补齐缺少的自查表。年-月缺省为最近的6月或12月。"""
    from flows.campaign_books import issue_book
    from tasks.campaign import NAMED, campaign_status, nearest_period, open_campaign
    from tasks.campaign_issue import to_issue

    ready_ledger()
    period = period or nearest_period()
    opened = open_campaign(period, actor=acting(by), exempt=dict(exempt), due_on=due_on)
    with Progress(console=err, transient=True) as progress:
        units = to_issue(period)
        files = [issue_book(each) for each in progress.track(units, description="生成自查表")]
    shown = campaign_status(period)
    folder = str(files[0].parent) if files else None

    def text() -> None:
        say(f"{shown['title']}{'已启动' if opened else '此前已启动'}，报送期限 {shown['due']}。")
        say(f"应报 {shown['units']['due']} 个单位，免报 {shown['units']['exempt']} 个；自查表在 {folder}。")
        if missing := [each["name"] for each in shown["by_unit"] if each["missing_lists"]]:
            more = "等" if len(missing) > NAMED else ""
            say(f"清单不全的单位 {len(missing)} 个：{'、'.join(missing[:NAMED])}{more}。")

    return _without_units(shown) | {"opened": opened, "folder": folder, "books": len(files), "print": text}


@campaign.command("status", cls=InChinese)
@click.argument("period", required=False, metavar="[年-月]")
@speaks
def status(period: str | None) -> dict[str, Any]:
    """显示一次自查的进度：各单位到了哪一步。缺省为最近一次。"""
    from tasks.campaign import campaign_status

    ready_ledger()
    shown = campaign_status(period)

    def text() -> None:
        units = shown["units"]
        say(f"{shown['title']}　报送期限 {shown['due']}{'　已结束' if shown['closed_on'] else ''}")
        table(
            ("单位", "名称", "状态", "逾期", "报送次数", "问题", "签字", "收讫", "备注"),
            (
                (
                    each["unit"],
                    each["name"],
                    each["state_label"],
                    "逾期" if each["late"] else "",
                    each["returns"] or "",
                    each["findings"] or "",
                    each["signed_on"] or "",
                    each["received_on"] or "",
                    each["exempt_reason"] or ("缺" + "、".join(each["missing_lists"]) if each["missing_lists"] else ""),
                )
                for each in shown["by_unit"]
            ),
        )
        say(
            f"应报 {units['due']}，已报 {units['returned']}，合格 {units['accepted']}，逾期 {units['late']}，"
            f"免报 {units['exempt']}；发现问题 {shown['findings']} 个，立案 {shown['cases']} 件。"
        )

    return shown | {"print": text}


@campaign.command("collect", cls=InChinese)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="文件或文件夹…")
@click.option("--by", default="system", metavar="人员代码", help="经办人（治庸问责办）")
@speaks
def collect(paths: Sequence[Path], by: str) -> dict[str, Any]:
    """收取自查报告：逐个检查，合格的登记，不合格的标注后退回，都出具收据。"""
    from flows.collection import collect as take_in

    ready_ledger()
    files = take_in(list(paths), actor=acting(by))
    returned = sum(not each["accepted"] for each in files)

    def text() -> None:
        table(
            ("文件", "单位", "结果", "问题", "收据"),
            (
                (
                    each["file"],
                    each["unit"] or "",
                    "合格" if each["accepted"] else "退回补正",
                    _first_fault(each["faults"]),
                    each["receipt"] or "",
                )
                for each in files
            ),
        )
        say(f"共 {len(files)} 个文件：合格 {len(files) - returned} 个，退回 {returned} 个。")

    return {"files": files, "print": text, "failed": bool(returned)}


@campaign.command("return", cls=InChinese)
@click.argument("unit", metavar="单位代码")
@which
@who
@why
@speaks
def return_(unit: str, period: str | None, by: str, reason: str) -> dict[str, Any]:
    """退回补正：已合格的自查报告，内容不实或不全的，退回重报。"""
    from tasks.campaign_answer import send_back

    def act(named: str) -> dict[str, Any]:
        send_back(named, unit.strip(), actor=acting(by), reason=reason)
        return {"accepted": True, "campaign": named, "unit": unit, "print": lambda: say(f"{unit}：报告已退回补正。")}

    return _in(period, act)


@campaign.command("exempt", cls=InChinese)
@click.argument("unit", metavar="单位代码")
@which
@click.option("--by", required=True, metavar="人员代码", help="治庸问责办负责人")
@why
@speaks
def exempt(unit: str, period: str | None, by: str, reason: str) -> dict[str, Any]:
    """免报：已启动的自查中，尚未报送的单位不再报送。"""
    from tasks.campaign import exempt_unit

    def act(named: str) -> dict[str, Any]:
        exempt_unit(named, unit.strip(), actor=acting(by), reason=reason)
        return {"accepted": True, "campaign": named, "unit": unit, "print": lambda: say(f"{unit}：本次免报。")}

    return _in(period, act)


@campaign.command("remind", cls=InChinese)
@which
@click.option("--unit", metavar="单位代码", help="只催办该单位；缺省为全部未报、未签字的单位")
@who
@why
@speaks
def remind(period: str | None, unit: str | None, by: str, reason: str) -> dict[str, Any]:
    """催办未报、未签字的单位，发催办通知书。"""
    from tasks.campaign_sweep import remind as urge

    def act(named: str) -> dict[str, Any]:
        numbers = urge(named, actor=acting(by), reason=reason, unit=unit)
        line = f"已催办 {len(numbers)} 项：{'、'.join(numbers)}。" if numbers else "没有要催办的单位。"
        return {"campaign": named, "urged": len(numbers), "numbers": numbers, "print": lambda: say(line)}

    return _in(period, act)


@campaign.command("close", cls=InChinese)
@click.argument("period", required=False, metavar="[年-月]")
@click.option("--by", required=True, metavar="人员代码", help="治庸问责办负责人")
@click.option("--reason", default="", metavar="理由", help="还有单位未办结时必填")
@speaks
def close(period: str | None, by: str, reason: str) -> dict[str, Any]:
    """结束一次自查；此后不再收取报告。"""
    from tasks.campaign import campaign_status, close_campaign

    def act(named: str) -> dict[str, Any]:
        close_campaign(named, actor=acting(by), reason=reason)
        shown = campaign_status(named)
        return _without_units(shown) | {"print": lambda: say(f"{shown['title']}已结束。")}

    return _in(period, act)


@campaign.command("report", cls=InChinese)
@click.argument("period", required=False, metavar="[年-月]")
@click.option("--out", type=click.Path(path_type=Path), metavar="文件夹", help="写到哪里；缺省为 out/")
@speaks
def report(period: str | None, out: Path | None) -> dict[str, Any]:
    """写出汇总报告：工作簿和呈领导的两页文字报告。"""
    from reports.campaign_report import write_campaign_report
    from reports.catalogue import OUT

    def act(named: str) -> dict[str, Any]:
        folder = out or OUT
        make_folder(folder)
        written = write_campaign_report(named, folder)
        return {**written, "print": lambda: say(f"已写入 {'、'.join(map(str, written['files']))}。")}

    return _in(period, act)


def _in(period: str | None, act: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """Act in a campaign, the latest unless one is named."""
    from tasks.campaign import the_period

    ready_ledger()
    return act(the_period(period))


def _without_units(shown: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in shown.items() if key != "by_unit"}


def _first_fault(faults: Sequence[dict[str, str]]) -> str:
    if not faults:
        return ""
    first = faults[0]
    where = f"{first['sheet']} {first['cell']}".strip()
    more = f"（等 {len(faults)} 处）" if len(faults) > 1 else ""
    return f"{where}：{first['reason']}{more}" if where else f"{first['reason']}{more}"
