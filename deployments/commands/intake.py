"""The commands by which things come in: registry, intake, message, identity, merge, clauses."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress

from deployments.commands.files import input_file
from deployments.commands.ready import acting, acting_for_the_office, ready_ledger
from deployments.commands.saying import GroupInChinese, InChinese, err, say, speaks, table
from deployments.commands.typed import moment, read_text, row_id, short

SAMPLE = Path(__file__).parents[1] / "sample"
REGISTRY = SAMPLE / "registry.xlsx"
LISTED = {
    "units": "单位",
    "officers": "人员",
    "roles": "任职",
    "channels": "渠道",
    "points": "监测点",
    "groups": "评议人员",
}


@click.group(cls=GroupInChinese)
def registry() -> None:
    """单位、人员、渠道、监测点和评议人员。"""


@registry.command("load", cls=InChinese)
@click.argument("file", required=False, type=input_file, metavar="[文件.xlsx]")
@click.option("--sample", is_flag=True, help="载入随附的示例")
@speaks
def registry_load(file: Path | None, sample: bool) -> dict[str, Any]:
    """载入名册；有误则逐格列出，一项也不载入。"""
    from models import journal
    from models.clock import today
    from models.database import transaction
    from tasks.registry_file import load_registry

    if (file is None) is not sample:
        raise click.UsageError("请给出名册文件，或用 --sample 载入示例")
    ready_ledger()
    path = REGISTRY if file is None else file
    with transaction() as session:
        counts = load_registry(session, path, today=today(session))
        actor = acting("system")
        journal.write(session, case=None, actor=actor, what="registry", detail={"file": path.name, **counts})
    line = "，".join(f"{LISTED[key]} {count}" for key, count in counts.items() if key in LISTED)
    return counts | {"print": lambda: say(f"已载入：{line}。")}


@registry.command("show", cls=InChinese)
@speaks
def registry_show() -> dict[str, Any]:
    """显示当前有效的名册。"""
    from models.clock import today
    from models.database import transaction
    from models.words import Role
    from tasks.registry_file import show_registry

    ready_ledger()
    with transaction() as session:
        shown = show_registry(session, today=today(session))

    def text() -> None:
        table(("代码", "单位", "类别"), ((each["code"], each["name"], each["kind"]) for each in shown["units"]))
        table(
            ("代码", "姓名", "单位", "角色"),
            (
                (each["code"], each["name"], each["unit"], "、".join(Role(role).label for role in each["roles"]))
                for each in shown["officers"]
            ),
        )
        table(
            ("代码", "渠道", "别名"),
            ((each["code"], each["name"], "、".join(each["aliases"])) for each in shown["channels"]),
        )

    return {**shown, "print": text}


@click.command(cls=InChinese)
@click.argument("file", type=input_file, metavar="文件")
@click.option("--channel", metavar="渠道代码", help="来件渠道；文件有“渠道”列时可不填")
@click.option("--by", default="system", metavar="人员代码", help="登记人")
@click.option("--dry-run", is_flag=True, help="只说明会怎样，不登记；疑似重复须在登记时比对，不在其中")
@speaks
def intake(file: Path, channel: str | None, by: str, dry_run: bool) -> dict[str, Any]:
    """登记一个文件的来件（xlsx、xls、ods、csv）。"""
    from tasks.intake import take_in

    ready_ledger()
    actor = acting_for_the_office(by)
    with Progress(console=err, transient=True) as progress:
        bar = progress.add_task("登记来件", total=None)
        taken = take_in(
            file,
            channel=channel,
            actor=actor,
            dry_run=dry_run,
            progress=lambda done, of: progress.update(bar, completed=done, total=of),
        )

    def text() -> None:
        say(
            f"{'（试算，未登记）' if dry_run else ''}共 {taken.rows} 行：登记 {taken.registered} 件，"
            f"已登记过 {taken.already_known} 件，退回 {taken.rejected} 行，"
            f"疑似重复{'须在登记时比对' if dry_run else f' {taken.similar} 件'}。"
        )
        if taken.rejected and not taken.rejects_file and not dry_run:
            say("退回的行未能写出：文件夹不可写。请处理后再次登记原文件，已登记的不会重复。")
        if taken.rejects_file:
            say(f"退回的行和原因见 {taken.rejects_file}，补正后可再次登记。")

    counts = taken.as_dict() | ({"similar": None} if dry_run else {})
    return counts | {"print": text, "failed": taken.rejected > 0}


@click.group(cls=GroupInChinese)
def message() -> None:
    """一件来件：手工登记、查看、添加附件。"""


@message.command("add", cls=InChinese)
@click.option("--channel", required=True, metavar="渠道代码", help="来件渠道")
@click.option("--by", default="system", metavar="人员代码", help="登记人")
@click.option("--text", type=read_text, required=True, metavar="内容|@文件", help="反映内容")
@click.option("--subject", type=short, default="", metavar="主题", help="缺省取内容开头")
@click.option("--number", type=short, default="", metavar="来件编号", help="来源编号；缺省自动编号")
@click.option("--received-at", type=moment, metavar="时间", help="来件时间，如 2026-05-06T10:30；缺省为现在")
@click.option("--name", type=short, default="", metavar="姓名", help="投诉人；匿名不填")
@click.option("--phone", type=short, default="", metavar="电话", help="投诉人电话")
@click.option("--address", type=short, default="", metavar="地址", help="投诉人地址")
@click.option("--about-unit", type=short, default="", metavar="单位", help="被反映单位")
@click.option("--consent", is_flag=True, help="投诉人同意向责任单位公开身份")
@speaks
def message_add(
    channel: str,
    by: str,
    text: str,
    subject: str,
    number: str,
    received_at: datetime | None,
    name: str,
    phone: str,
    address: str,
    about_unit: str,
    consent: bool,
) -> dict[str, Any]:
    """手工登记一件来电、来访或来信。"""
    from models.clock import now
    from models.database import transaction
    from tasks.message import add_message, show_added
    from tasks.register import Report

    ready_ledger()
    with transaction() as session:
        came_in = now(session)
    registered = add_message(
        Report(
            source_number=number,
            received_at=received_at or came_in,
            subject=subject or text.splitlines()[0][:30],
            text=text,
            about_unit=about_unit,
            name=name,
            phone=phone,
            address=address,
            consent=consent,
        ),
        channel=channel,
        actor=acting(by),
    )

    def say_it() -> None:
        say(f"已登记来件 {registered.message}，立为 {registered.case}。")
        if registered.similar_to:
            say(f"与来件 {registered.similar_to} 疑似反映同一问题，请核对是否并案。")

    return show_added(registered) | {"print": say_it}


@message.command("show", cls=InChinese)
@click.argument("message_id", type=row_id, metavar="来件")
@click.option("--by", required=True, metavar="人员代码", help="查看人")
@speaks
def message_show(message_id: int, by: str) -> dict[str, Any]:
    """查看来件：内容、渠道、附件，联系方式已遮盖。"""
    from tasks.message import show_message

    ready_ledger()
    shown = show_message(message_id, actor=acting(by))

    def text() -> None:
        say(f"来件 {shown['message']}　{shown['channel']}　{shown['source_number']}　案件 {shown['case']}")
        say(f"联系方式：{shown['contact'] or '无'}")
        for heading, value in shown["extra"].items():
            say(f"{heading}：{value}")
        say(f"主题：{shown['subject']}")
        say(shown["text"])
        for each in shown["attachments"]:
            say(f"附件：{each['name']}（{each['size']} 字节）")

    return shown | {"print": text}


@message.command("attach", cls=InChinese)
@click.argument("message_id", type=row_id, metavar="来件")
@click.argument("file", type=input_file, metavar="文件")
@click.option("--by", default="system", metavar="人员代码", help="经办人")
@speaks
def message_attach(message_id: int, file: Path, by: str) -> dict[str, Any]:
    """为来件添加照片、扫描件、录音等附件。"""
    from tasks.message import attach

    ready_ledger()
    shown = attach(message_id, file, actor=acting(by))
    return shown | {"print": lambda: say(f"附件已存入来件 {message_id}。")}


@click.command(cls=InChinese)
@click.argument("number", metavar="案件编号")
@click.option("--by", required=True, metavar="人员代码", help="查看人")
@click.option("--reason", required=True, metavar="理由", help="为什么查看；记入日志")
@speaks
def identity(number: str, by: str, reason: str) -> dict[str, Any]:
    """查看投诉人身份；每次查看都记入日志。"""
    from tasks.identity import read_identity

    ready_ledger()
    found = read_identity(number, actor=acting(by), reason=reason)

    def text() -> None:
        for each in found["complainants"]:
            say(f"来件 {each['message']}：{each['name'] or '（未留姓名）'}　{each['phone']}　{each['address']}")
        say("本次查看已记入日志。")

    return found | {"print": text}


@click.command(cls=InChinese)
@click.argument("message_id", type=row_id, metavar="来件")
@click.option("--into", required=True, metavar="案件编号", help="并入的案件")
@click.option("--by", required=True, metavar="人员代码", help="经办人")
@click.option("--reason", required=True, metavar="理由", help="为什么并案")
@speaks
def merge(message_id: int, into: str, by: str, reason: str) -> dict[str, Any]:
    """把反映同一问题的来件并入一个案件。"""
    from tasks.merge import merge as join

    ready_ledger()
    accepted = join(message_id, into=into, actor=acting(by), reason=reason)
    return {
        "accepted": True,
        "case": accepted.case,
        "step": accepted.step,
        "print": lambda: say(f"来件 {message_id} 已并入 {accepted.case}。"),
    }


@click.group(cls=GroupInChinese)
def clauses() -> None:
    """问责清单的 46 条。"""


@clauses.command("load", cls=InChinese)
@click.argument("file", type=input_file, metavar="文件.xlsx")
@click.option("--by", default="system", metavar="人员代码", help="经办人")
@speaks
def clauses_load(file: Path, by: str) -> dict[str, Any]:
    """导入问责条款原文（列：序号 1—46、原文）。"""
    from tasks.clauses_file import load_clauses

    ready_ledger()
    counts = load_clauses(file, actor=acting_for_the_office(by))
    line = (
        f"导入 {counts['rows']} 条，改动 {counts['changed']} 条；"
        f"已有原文 {counts['filled']} 条，待核原文 {counts['empty']} 条。"
    )
    return counts | {"print": lambda: say(line)}
