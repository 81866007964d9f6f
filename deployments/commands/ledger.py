"""The commands about the ledger as a whole: report, verify, rebuild."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from deployments.commands.files import make_folder
from deployments.commands.ready import checked_settings, ready_ledger
from deployments.commands.saying import InChinese, say, speaks, table
from deployments.commands.typed import day
from deployments.problem import StackProblem


@click.command(cls=InChinese)
@click.argument("name", required=False, metavar="[报表]")
@click.option("--from", "from_day", type=day, metavar="日期", help="自该日起（含）；按哪个日期见 --list")
@click.option("--to", "to_day", type=day, metavar="日期", help="至该日止（含）")
@click.option("--unit", metavar="单位代码", help="只含该责任单位")
@click.option("--by", metavar="人员代码", help="供谁查阅：单位人员只得本单位的；有权查阅的可见问责对象姓名")
@click.option("--out", type=click.Path(path_type=Path), metavar="文件", help="写到哪里")
@click.option("--list", "only_list", is_flag=True, help="列出有哪些报表")
@speaks
def report(
    name: str | None,
    from_day: date | None,
    to_day: date | None,
    unit: str | None,
    by: str | None,
    out: Path | None,
    only_list: bool,
) -> dict[str, Any]:
    """生成报表工作簿。"""
    from reports.catalogue import OUT, report_list, write_report

    if only_list:
        listed = report_list()
        rows = [(each["name"], each["title"], each["paper"], each["dated_by"], each["about"]) for each in listed]
        return {"reports": listed, "print": lambda: table(("报表", "名称", "纸张", "日期", "内容"), rows)}
    if name is None:
        raise click.UsageError("请给出报表；zhiyong report --list 列出有哪些")
    if from_day is not None and to_day is not None and from_day > to_day:
        raise click.UsageError("--from 不能晚于 --to")
    ready_ledger()
    if out is None:
        make_folder(OUT)
    written = write_report(name, from_day=from_day, to_day=to_day, unit=unit, by=by, out=out)
    return {**written, "print": lambda: say(f"已写入 {written['file']}，共 {written['rows']} 行。")}


@click.command(cls=InChinese)
@speaks
def verify() -> dict[str, Any]:
    """核验台账：日志链、每日封存、意见和签字是否被改动。"""
    from tasks.verify import verify as check

    ready_ledger()
    found = check()

    def text() -> None:
        if found.ok:
            say(f"核验无误：{found.cases} 个案件，{found.entries} 条日志。")
        else:
            table(
                ("案件", "何处", "问题"),
                ((each["case"] or "（全局）", each["where"], each["why"]) for each in found.broken),
            )
            say(f"发现 {len(found.broken)} 处异常。")

    return found.as_dict() | {"print": text, "failed": not found.ok}


@click.command(cls=InChinese)
@speaks
def rebuild() -> dict[str, Any]:
    """以台账为准，为每个未办结的案件恢复 Prefect 运行。"""
    import httpx  # comes with Prefect, which this command needs

    from deployments.rebuild import rebuild as set_right

    ready_ledger()
    try:
        done = set_right(checked_settings())
    except httpx.HTTPStatusError as fault:
        status = fault.response.status_code
        message = f"Prefect 服务未接受请求（HTTP {status}），请核对 PREFECT_API_URL 和访问凭据。台账不受影响。"
        raise StackProblem("prefect-refused", message) from None
    except httpx.HTTPError:
        raise StackProblem("prefect-down", "与 Prefect 服务的连接中断，请稍后再试。台账不受影响。") from None
    line = f"未办结 {done['open_cases']} 件：恢复 {done['started']} 件，原已在运行 {done['already_running']} 件。"
    return done | {"print": lambda: say(line)}
