"""The commands about what is stuck: incidents, repair."""

from typing import Any

import click

from deployments.commands.ready import acting, ready_ledger
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


@click.command(cls=InChinese)
@click.argument("number", metavar="案件编号")
@click.option("--retry", is_flag=True, help="流程多次出错、已停止重试的，重新推进")
@click.option(
    "--skip-to", "back_to", metavar="步骤", help="退回到本轮已办的某个步骤，其后依据它的各步重新办理；不能向前跳过"
)
@click.option("--reassign", "to", metavar="人员代码", help="把待办改派给同岗位的其他人员；签字背书除外")
@click.option("--step", metavar="步骤", help="改派哪个待办；只有一个待办时可不填")
@click.option("--by", required=True, metavar="人员代码", help="治庸问责办负责人")
@click.option("--reason", required=True, metavar="理由", help="为什么；记入日志")
@speaks
def repair(
    number: str, retry: bool, back_to: str | None, to: str | None, step: str | None, by: str, reason: str
) -> dict[str, Any]:
    """处置停滞的案件：重新推进、退回已办步骤或改派待办，三者选一。"""
    from tasks import repair as repairs

    if [retry, back_to is not None, to is not None].count(True) != 1:
        raise click.UsageError("--retry、--skip-to、--reassign 须选一项，且只能选一项")
    if step is not None and to is None:
        raise click.UsageError("--step 只与 --reassign 同用")
    ready_ledger()
    actor = acting(by)
    if to is not None:
        done = repairs.reassign(number, to.strip(), step=step, actor=actor, reason=reason)
        line = f"{done.case}：{done.step} 已改派。"
    elif back_to is not None:
        done = repairs.skip_to(number, back_to, actor=actor, reason=reason)
        line = f"{done.case}：{done.step} 将重新办理。"
    else:
        done = repairs.retry(number, actor=actor, reason=reason)
        line = f"{done.case}：将重新推进。"
    return {"accepted": True, "case": done.case, "step": done.step, "print": lambda: say(line)}
