"""The commands of administrators: incidents."""

from typing import Any

import click

from deployments.commands.ready import ready_ledger
from deployments.commands.saying import InChinese, on_paper, say, speaks, table

SHOWN = 200  # incidents that a person is shown; --json has them all


@click.command(cls=InChinese)
@speaks
def incidents() -> dict[str, Any]:
    """列出故障：什么停住了、为什么、从何时起、怎么处理。"""
    from tasks.incidents import incidents as list_incidents

    ready_ledger()
    found = list_incidents()

    def text() -> None:
        if not found:
            say("没有故障。")
            return
        table(
            ("故障", "案件", "情况", "自", "处理"),
            (
                (
                    each.kind.label,
                    each.case,
                    each.what,
                    on_paper(each.since.isoformat()) if each.since else "",
                    each.how,
                )
                for each in found[:SHOWN]
            ),
        )
        rest = f"，另有 {len(found) - SHOWN} 项见 --json" if len(found) > SHOWN else ""
        say(f"共 {len(found)} 项{rest}。")

    return {"incidents": [each.as_dict() for each in found], "print": text}
