"""The commands by which work is handed over, sent back, urged, supervised and laid to rest, and what is told of it."""

from datetime import date, datetime
from typing import Any

import click

from deployments.commands.ready import acting, ready_ledger
from deployments.commands.saying import InChinese, on_paper, say, speaks, taken
from deployments.commands.typed import day, moment, one_of, read_text, row_id, short, whole
from models.words import Basis

a_step = click.argument("assignment", type=row_id, metavar="待办编号")
a_case = click.argument("number", metavar="案件编号")
who = click.option("--by", required=True, metavar="人员代码", help="经办人")
why = click.option("--reason", required=True, metavar="理由", help="为什么；记入日志")
as_seen = click.option("--version", type=row_id, metavar="版本", help="查看待办时的版本；其后有变化则不予受理")


def _moment_of_sweep(typed: str) -> datetime:
    """Read an instant; a day alone is its morning, when people are told."""
    from tasks.sweep import MORNING

    read = moment(typed)
    is_day = len(typed.strip()) <= len("2026-05-06")
    return datetime.combine(read, MORNING, read.tzinfo) if is_day else read


@click.command("return", cls=InChinese)
@a_step
@click.option("--to", required=True, metavar="步骤", help="退回到前面哪个步骤，如 investigation-1")
@click.option("--straight-back", is_flag=True, help="该步骤重新办理后直接回到本环节，其间各步仍然有效")
@who
@why
@as_seen
@speaks
def return_(assignment: int, to: str, straight_back: bool, by: str, reason: str, version: int | None) -> dict[str, Any]:
    """退回：把案件退回到前面已办的步骤重新办理。"""
    from tasks.send_back import send_back

    ready_ledger()
    done = send_back(
        assignment, to=to.strip(), actor=acting(by), reason=reason, straight_back=straight_back, version=version
    )
    after = "，办后直接回到本环节" if straight_back else "，其后依据它的各步重新办理"
    return taken(done, f"{done.case}：已退回 {done.step}{after}。")


@click.command("take-back", cls=InChinese)
@a_case
@click.argument("step", metavar="步骤")
@who
@why
@speaks
def take_back(number: str, step: str, by: str, reason: str) -> dict[str, Any]:
    """拿回：在后续步骤有人办理之前，拿回本人办理的意见。"""
    from tasks.send_back import take_back as take_it_back

    ready_ledger()
    done = take_it_back(number, step.strip(), actor=acting(by), reason=reason)
    return taken(done, f"{done.case}：{done.step} 的办理意见已拿回，待重新办理。")


@click.command(cls=InChinese)
@a_step
@click.option("--to", required=True, metavar="人员代码", help="接办人，须为同单位同岗位人员")
@who
@why
@as_seen
@speaks
def transfer(assignment: int, to: str, by: str, reason: str, version: int | None) -> dict[str, Any]:
    """转办：把待办交给同岗位的另一人，此后只由其办理。"""
    from tasks.hand_over import transfer as hand_over

    ready_ledger()
    done = hand_over(assignment, to=to.strip(), actor=acting(by), reason=reason, version=version)
    return taken(done, f"{done.case}：{done.step} 已转 {to.strip()} 办理。")


@click.command(cls=InChinese)
@a_step
@click.option("--to", required=True, metavar="人员代码", help="受委派人，须为本单位在岗人员")
@who
@why
@as_seen
@speaks
def delegate(assignment: int, to: str, by: str, reason: str, version: int | None) -> dict[str, Any]:
    """委派：由本单位另一人拟写意见，拟好后交回承办人办理。"""
    from tasks.hand_over import delegate as have_drafted

    ready_ledger()
    done = have_drafted(assignment, to=to.strip(), actor=acting(by), reason=reason, version=version)
    return taken(done, f"{done.case}：{done.step} 已委派 {to.strip()} 拟办，办理仍由承办人负责。")


@click.command(cls=InChinese)
@click.argument("officer", metavar="人员代码")
@click.option("--with", "deputy", metavar="人员代码", help="代理人，须为本单位在岗人员")
@click.option("--from", "first", type=day, metavar="日期", help="自哪天起，含当日")
@click.option("--to", "last", type=day, metavar="日期", help="至哪天止，含当日")
@click.option("--end", is_flag=True, help="提前终止代理")
@who
@why
@speaks
def substitute(
    officer: str, deputy: str | None, first: date | None, last: date | None, end: bool, by: str, reason: str
) -> dict[str, Any]:
    """代理：人员离岗期间由本单位另一人代为办理；签字背书不能代理。"""
    from tasks.substitute import end_substitution
    from tasks.substitute import substitute as act_for

    absent = officer.strip()
    if end and (deputy or first or last):
        raise click.UsageError("--end 不与 --with、--from、--to 同用")
    if end:
        ready_ledger()
        end_substitution(absent, actor=acting(by), reason=reason)
        return _arranged(f"{absent} 的代理已终止。")
    if deputy is None or first is None or last is None:
        raise click.UsageError("须给出 --with、--from、--to，或用 --end 终止代理")
    ready_ledger()
    act_for(absent, by=deputy.strip(), first=first, last=last, actor=acting(by), reason=reason)
    line = f"{absent} 自 {first} 至 {last} 由 {deputy.strip()} 代理（签字背书除外）。"
    return _arranged(line)


@click.command(cls=InChinese)
@a_step
@click.option("--days", required=True, type=whole(1, 3650), metavar="时间", help="延长多少，按该步骤时限的单位计")
@who
@why
@as_seen
@speaks
def extend(assignment: int, days: int, by: str, reason: str, version: int | None) -> dict[str, Any]:
    """延期：到期前申请一次，不超过原时限，由治庸问责办负责人审批。"""
    from tasks.extend import extend as ask_for_time

    ready_ledger()
    done = ask_for_time(assignment, days=days, actor=acting(by), reason=reason, version=version)
    return taken(done, f"{done.case}：已申请延期，待审批（{done.step}）。")


@click.command(cls=InChinese)
@a_step
@who
@why
@speaks
def urge(assignment: int, by: str, reason: str) -> dict[str, Any]:
    """催办：编号、计次，并立即通知经办人。"""
    from tasks.urge import urge as press

    ready_ledger()
    done = press(assignment, actor=acting(by), reason=reason)
    line = f"{done.case}：{done.step} 已催办，{done.number}。"
    return taken(done, line)


@click.command(cls=InChinese)
@a_case
@click.option("--basis", type=one_of(Basis), metavar="依据", help="如 INSTRUCTION 或 领导批示")
@click.option("--instruction", type=read_text, metavar="内容|@文件", help="督办意见")
@click.option("--leader", type=short, metavar="姓名职务", help="批示领导，或会议、舆情的名称")
@click.option("--every", type=whole(1, 60), metavar="天数", help="每隔几个工作日报告一次进展")
@click.option("--lift", is_flag=True, help="解除督办")
@click.option("--reason", metavar="理由", help="为什么解除；记入日志")
@who
@speaks
def supervise(
    number: str,
    basis: Basis | None,
    instruction: str | None,
    leader: str | None,
    every: int | None,
    lift: bool,
    reason: str | None,
    by: str,
) -> dict[str, Any]:
    """督办：对在办案件下达编号的督办意见，责任单位定期报告进展，直至解除。"""
    from tasks.supervise import lift_supervision
    from tasks.supervise import supervise as instruct

    if lift:
        if basis or instruction or leader or every or reason is None:
            raise click.UsageError("--lift 须写明 --reason，不与其他各项同用")
        ready_ledger()
        done = lift_supervision(number, actor=acting(by), reason=reason)
        return taken(done, f"{done.case}：{done.number} 已解除。")
    if reason is not None:
        raise click.UsageError("--reason 只与 --lift 同用；督办的缘由写在 --instruction 中")
    if basis is None or instruction is None or leader is None or every is None:
        raise click.UsageError("须给出 --basis、--instruction、--leader、--every，或用 --lift 解除督办")
    ready_ledger()
    done = instruct(number, basis=basis, instruction=instruction, leader=leader, every=every, actor=acting(by))
    line = f"{done.case}：已督办，{done.number}，每 {every} 个工作日报告一次进展。"
    return taken(done, line)


@click.command(cls=InChinese)
@a_case
@who
@why
@speaks
def suspend(number: str, by: str, reason: str) -> dict[str, Any]:
    """挂起：案件暂停办理，各项时限停止计算。"""
    from tasks.suspend import suspend as lay_to_rest

    ready_ledger()
    done = lay_to_rest(number, actor=acting(by), reason=reason)
    return taken(done, f"{done.case}：已挂起，时限停止计算。")


@click.command(cls=InChinese)
@a_case
@who
@why
@speaks
def wake(number: str, by: str, reason: str) -> dict[str, Any]:
    """唤醒：挂起的案件恢复办理，停止计算的时间补回。"""
    from tasks.suspend import wake as wake_up

    ready_ledger()
    done = wake_up(number, actor=acting(by), reason=reason)
    return taken(done, f"{done.case}：已恢复办理，挂起期间的时限已补回。")


@click.command(cls=InChinese)
@click.option(
    "--now", "at", type=_moment_of_sweep, metavar="时间", help="模拟时间，只写日期的为上午8时；只用于没有真实案件的台账"
)
@speaks
def sweep(at: datetime | None) -> dict[str, Any]:
    """时限巡查：提醒临期、催办逾期、通报久拖，每个节点只通知一次。"""
    from models.clock import set_clock
    from models.database import transaction
    from tasks.campaign_sweep import sweep_campaigns
    from tasks.sweep import sweep as look_over

    ready_ledger()
    if at is not None:
        with transaction() as session:
            set_clock(session, at)
    swept = look_over() + sweep_campaigns()
    line = f"提醒 {swept.reminded} 件，催办 {swept.urged} 件，通报 {swept.escalated} 件。"
    return {**swept.as_dict(), "print": lambda: say(line)}


@click.command(cls=InChinese)
@click.option("--by", metavar="人员代码", help="只看发给某人的")
@speaks
def notices(by: str | None) -> dict[str, Any]:
    """列出提醒、催办和通报，最近的在前；只有编号、步骤和时限，没有案情。"""
    from tasks.notices import notices as list_notices

    ready_ledger()
    found = list_notices(by=by.strip() if by is not None else None)
    return {"notices": found, "print": lambda: _print_notices(found)}


def _arranged(line: str) -> dict[str, Any]:
    """Return the result of what concerns no one case."""
    return {"accepted": True, "case": None, "step": "substitute", "print": lambda: say(line)}


def _print_notices(found: list[dict[str, Any]]) -> None:
    for each in found:
        out = [
            f"{sent['channel']} {'已送达' if sent['delivered_at'] else '未送达' if sent['tries'] else '待发送'}"
            for sent in each["deliveries"]
        ]
        sent_by = f"　（{'；'.join(out)}）" if out else ""
        say(f"▍{on_paper(each['at'])}　{each['to']}　{each['subject']}{sent_by}")
        for line in each["text"].splitlines():
            say(f"　{line}")
    say(f"共 {len(found)} 份通知。" if found else "没有通知。")
