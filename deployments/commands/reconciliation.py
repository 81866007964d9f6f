"""The command that compares a line's own log with the register."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from deployments.commands.files import input_file, make_folder
from deployments.commands.ready import acting_for_the_office, ready_ledger
from deployments.commands.saying import InChinese, say, speaks
from deployments.commands.typed import day


@click.command(cls=InChinese)
@click.argument("file", type=input_file, metavar="文件")
@click.option("--channel", required=True, metavar="渠道代码", help="哪条线路")
@click.option("--from", "from_day", type=day, metavar="日期", help="收到日期自（含）；缺省为文件中最早的一天")
@click.option("--to", "to_day", type=day, metavar="日期", help="收到日期至（含）；缺省为文件中最晚的一天")
@click.option("--by", default="system", metavar="人员代码", help="核对人（治庸问责办）")
@click.option("--out", type=click.Path(path_type=Path), metavar="文件", help="对账单写到哪里；缺省为 out/")
@speaks
def reconcile(
    file: Path, channel: str, from_day: date | None, to_day: date | None, by: str, out: Path | None
) -> dict[str, Any]:
    """与线路自己的记录对账：件数是否一致，哪些编号不一致。文件须有编号和时间两列，其余不限。"""
    from reports.catalogue import OUT
    from reports.reconciliation import write_reconciliation
    from tasks.reconcile import reconcile as compare

    if from_day is not None and to_day is not None and from_day > to_day:
        raise click.UsageError("--from 不能晚于 --to")
    ready_ledger()
    found = compare(file, channel=channel, actor=acting_for_the_office(by), from_day=from_day, to_day=to_day)
    if out is None:
        make_folder(OUT)
        out = OUT / f"对账单-{found.title}-{found.first:%Y%m%d}-{found.last:%Y%m%d}.xlsx"
    write_reconciliation(found.lines, out, line=found.title, first=found.first, last=found.last)

    def text() -> None:
        say(f"{found.title} {found.first}至{found.last}：线路 {found.logged} 件，登记 {found.registered} 件。")
        say("两者一致。" if found.agrees else f"不一致 {len(found.lines)} 处，逐行见 {out}。")

    shown = {
        "channel": channel,
        "from": found.first.isoformat(),
        "to": found.last.isoformat(),
        "logged": found.logged,
        "registered": found.registered,
        "agreed": found.agreed,
        "differences": [
            {
                "what": each.what.value,
                "number": each.number,
                "where": each.where,
                "logged_on": each.logged_on.isoformat() if each.logged_on else None,
                "registered_on": each.registered_on.isoformat() if each.registered_on else None,
                "case": each.case or None,
                "why": each.why,
            }
            for each in found.lines
        ],
        "file": str(out),
    }
    return shown | {"print": text, "failed": not found.agrees}
