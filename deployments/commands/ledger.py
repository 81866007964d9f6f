"""The commands about the ledger as a whole: report, verify, rebuild."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deployments.commands.files import make_folder
from deployments.commands.ready import checked_settings, ready_ledger
from deployments.commands.saying import InChinese, say, speaks, table
from deployments.commands.typed import as_of_moment, day
from deployments.problem import StackProblem

if TYPE_CHECKING:
    from reports.catalogue import Listed


@click.command(cls=InChinese)
@click.argument("name", required=False, metavar="[报表]")
@click.option("--from", "from_day", type=day, metavar="日期", help="自该日起（含）；按哪个日期见 --list")
@click.option("--to", "to_day", type=day, metavar="日期", help="至该日止（含）")
@click.option("--unit", metavar="单位代码", help="只含该责任单位")
@click.option("--channel", metavar="渠道代码", help="只含该线路的来件（线路回执单）")
@click.option(
    "--as-of", "as_of", type=as_of_moment, metavar="时间", help="按当时的台账：某日终了时，或 2026-06-30T12:00"
)
@click.option("--by", metavar="人员代码", help="供谁查阅：单位人员只得本单位的；有权查阅的可见问责对象姓名")
@click.option("--out", type=click.Path(path_type=Path), metavar="文件", help="写到哪里")
@click.option("--list", "only_list", is_flag=True, help="列出有哪些报表")
@speaks
def report(
    name: str | None,
    from_day: date | None,
    to_day: date | None,
    unit: str | None,
    channel: str | None,
    as_of: datetime | None,
    by: str | None,
    out: Path | None,
    only_list: bool,
) -> dict[str, Any]:
    """生成报表工作簿。"""
    from reports.catalogue import OUT, report_list, write_report
    from reports.periodic_list import PERIODIC

    if only_list:
        return _listed(report_list())
    if name is None:
        raise click.UsageError("请给出报表；zhiyong report --list 列出有哪些")
    if from_day is not None and to_day is not None and from_day > to_day:
        raise click.UsageError("--from 不能晚于 --to")
    ready_ledger()
    if out is None:
        make_folder(OUT)
    if name in PERIODIC:
        if channel is not None:
            raise click.UsageError("定期报告没有 --channel")
        from reports.periodic_report import Wanted, write_periodic_report

        wanted = Wanted(from_day=from_day, to_day=to_day, unit=unit, by=by, as_of=as_of)
        of_period = write_periodic_report(name, wanted, out=out)
        first, last = of_period["period"]
        said = f"已写入 {of_period['file']}：{first} 至 {last}，案件明细 {of_period['rows']} 件。"
        return {**of_period, "print": lambda: say(said)}
    written = write_report(
        name, from_day=from_day, to_day=to_day, unit=unit, channel=channel, by=by, as_of=as_of, out=out
    )
    return {**written, "print": lambda: say(f"已写入 {written['file']}，共 {written['rows']} 行。")}


def _listed(reports: list["Listed"]) -> dict[str, Any]:
    """Return the list of reports, with its table for people."""
    headings = ("报表", "名称", "纸张", "筛选", "日期", "内容")
    rows = [
        (
            each["name"],
            each["title"],
            f"{each['paper']}{'横' if each['orientation'] == 'landscape' else '竖'}",
            " ".join(f"--{parameter}" for parameter in each["parameters"]),
            each["dated_by"],
            each["about"],
        )
        for each in reports
    ]
    return {"reports": reports, "print": lambda: table(headings, rows)}


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
