"""The commands about the system as a whole: up, down, status, demo."""

from pathlib import Path
from typing import Any

import click

from deployments.commands.files import input_file, make_folder
from deployments.commands.ready import check_home, checked_settings
from deployments.commands.saying import InChinese, err, out, say, say_json, speaks, table
from deployments.commands.typed import host, whole
from settings import settings


@click.command(cls=InChinese)
@click.option("--port", type=whole(1, 65535), default="4200", show_default=True, metavar="端口", help="服务的端口")
@click.option("--host", type=host, default="127.0.0.1", show_default=True, metavar="地址", help="在哪个地址上提供服务")
@click.option("--detach", is_flag=True, help="就绪后转入后台")
@click.option("--json", "as_json", is_flag=True, help="就绪时只输出一个 JSON 对象，进度写到标准错误")
def up(port: int, host: str, detach: bool, as_json: bool) -> None:
    """启动数据库、Prefect 服务和界面、工作进程和计划任务。"""
    from deployments.links import overview, waiting_runs
    from deployments.stack import up as start

    def ready(ui: str) -> list[str]:
        if as_json:
            say_json(_status())
        return [f"待办中的案件（不限七日）：{waiting_runs(ui)}", f"办理总览：{overview(ui)}"]

    start(checked_settings(), console=err if as_json else out, links=ready, port=port, host=host, detach=detach)


@click.command(cls=InChinese)
@speaks
def down() -> dict[str, Any]:
    """停止 zhiyong up 所启动的一切。"""
    from deployments.stack import down as stop

    lines = stop(checked_settings())
    return _status() | {"stopped": lines, "print": lambda: say("\n".join(lines))}


@click.command(cls=InChinese)
@speaks
def status() -> dict[str, Any]:
    """各部分是否在运行，有多少案件、待办和逾期。"""
    found = _status()

    def text() -> None:
        running = "运行中" if found["database"]["running"] else "未运行"
        working = f"运行中，正在办理 {found['worker']['running']} 件"
        table(
            ("项目", "情况"),
            (
                ("数据库", running),
                ("Prefect 界面", found["ui"] or "未运行"),
                ("工作进程", working if found["worker"]["alive"] else "未运行"),
                ("未办结案件", found["open_cases"]),
                ("待办", found["waiting"]),
                ("其中逾期", found["overdue"]),
                ("待系统处理", found["outbox"]),
                ("流程多次出错、须管理员处理", found["stuck"]),
            ),
        )

    return found | {"print": text}


@click.command(cls=InChinese)
@click.option("--intake", type=input_file, metavar="文件", help="来件文件；缺省为随附的示例")
@click.option("--cases", type=whole(1, 1_000_000), metavar="件数", help="只取前若干件")
@click.option("--channel", metavar="渠道代码", help="文件的来件渠道")
@click.option("--out", "folder", type=Path, default="out", show_default=True, metavar="文件夹", help="工作簿写到哪里")
@click.option("--keep", is_flag=True, help="结束后不停止，可打开界面查看")
@speaks
def demo(intake: Path | None, cases: int | None, channel: str | None, folder: Path, keep: bool) -> dict[str, Any]:
    """完整演示：从来件登记到全部办结，并写出工作簿。"""
    from deployments.demo import demo as run

    check_home(settings())
    make_folder(folder)
    return run(intake=intake, cases=cases, channel=channel, out=folder, keep=keep, console=err)


def _status() -> dict[str, Any]:
    from deployments.stack import status as look

    return look(checked_settings(), read_ledger=_read_ledger)


def _read_ledger() -> dict[str, Any]:
    from models.database import is_current, transaction
    from tasks.counts import counts

    if not is_current(checked_settings().ledger_url):
        return {}
    with transaction() as session:
        return counts(session)
