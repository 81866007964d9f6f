"""The `zhiyong` command: its subcommands, and how it ends: 0 done, 1 refused by a rule, 2 wrong usage."""

import json
import sys

import click
from click.exceptions import BadParameter, MissingParameter, NoSuchOption, UsageError
from sqlalchemy.exc import OperationalError

from deployments.commands import cases, clocks, intake, ledger, stack
from deployments.commands.saying import GroupInChinese, err
from deployments.problem import StackProblem
from models.refusals import Refusal


@click.group(cls=GroupInChinese)
def zhiyong() -> None:
    """洪山区治庸问责问题办理系统。"""


for each in (
    stack.up,
    stack.down,
    stack.status,
    stack.demo,
    intake.registry,
    intake.intake,
    intake.message,
    intake.identity,
    intake.merge,
    intake.clauses,
    cases.case,
    cases.cases,
    cases.todo,
    cases.answer,
    cases.reclassify,
    cases.review,
    clocks.calendar,
    clocks.policy,
    ledger.report,
    ledger.verify,
    ledger.rebuild,
):
    zhiyong.add_command(each)


def main() -> None:
    """Run the command line; no bad input ends in a traceback."""
    try:
        zhiyong.main(standalone_mode=False)
    except UsageError as wrong:
        _end("usage", _usage(wrong), status=2)
    except Refusal as refusal:
        _end(refusal.code, str(refusal), status=1)
    except StackProblem as problem:
        _end(problem.code, problem.message, status=1)
    except OperationalError:
        _end("database-down", "数据库连接中断，请稍后再试；已提交的内容不会丢失。", status=1)
    except (click.Abort, KeyboardInterrupt):
        _end("interrupted", "已中断。", status=1)


def _end(code: str, message: str, *, status: int) -> None:
    if "--json" in sys.argv[1:]:
        click.echo(json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=False))
    else:
        err.print(message, markup=False)
    raise SystemExit(status)


def _usage(wrong: UsageError) -> str:
    match wrong:
        case MissingParameter():
            what = f"缺少参数 {wrong.param.make_metavar(wrong.ctx) if wrong.param and wrong.ctx else ''}".rstrip()
            if wrong.param is not None and wrong.param.opts[0].startswith("-"):
                what = f"缺少参数 {wrong.param.opts[0]}"
        case NoSuchOption():
            what = f"没有选项 {wrong.option_name}"
        case BadParameter():
            name = wrong.param.opts[0] if wrong.param is not None else ""
            what = f"{name} {wrong.message}".strip() if _is_chinese(wrong.message) else f"参数 {name} 的值不合要求"
        case _:
            what = wrong.message if _is_chinese(wrong.message) else "没有这个命令，或参数不符"
    where = f"{wrong.ctx.command_path} --help" if wrong.ctx is not None else "zhiyong --help"
    return f"用法有误：{what}。说明见 {where}"


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)
