"""The `zhiyong` command: its subcommands, and how it ends: 0 done, 1 refused by a rule, 2 wrong usage."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper
from typing import NoReturn

import click
from click.exceptions import (
    BadOptionUsage,
    BadParameter,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)

from deployments.commands import (
    bulk,
    bulletins,
    campaigns,
    cases,
    clocks,
    incidents,
    intake,
    ledger,
    letters,
    lists,
    matters,
    meetings,
    operators,
    reconciliation,
    stack,
)
from deployments.commands.faults import told
from deployments.commands.saying import GroupInChinese, err, say_json
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
    reconciliation.reconcile,
    bulletins.bulletin,
    meetings.meeting,
    intake.message,
    intake.identity,
    intake.merge,
    intake.clauses,
    lists.lists,
    matters.matters,
    cases.case,
    cases.cases,
    cases.todo,
    cases.answer,
    cases.reclassify,
    cases.review,
    operators.return_,
    operators.take_back,
    operators.transfer,
    operators.delegate,
    operators.substitute,
    operators.extend,
    operators.urge,
    operators.supervise,
    operators.suspend,
    operators.wake,
    operators.sweep,
    operators.notices,
    bulk.bulk,
    campaigns.campaign,
    letters.letter,
    letters.collect,
    clocks.calendar,
    clocks.policy,
    ledger.report,
    ledger.verify,
    ledger.rebuild,
    incidents.incidents,
    incidents.repair,
):
    zhiyong.add_command(each)


def main() -> None:
    """Run the command line; no bad input ends in a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        _refuse_broken_letters(sys.argv[1:])
        zhiyong.main(prog_name="zhiyong", standalone_mode=False)
    except UsageError as wrong:
        _end("usage", _usage(wrong), status=2)
    except Refusal as refusal:
        _end(refusal.code, str(refusal), status=1)
    except StackProblem as problem:
        _end(problem.code, problem.message, status=1)
    except (click.Abort, KeyboardInterrupt):
        _end("interrupted", "已中断。", status=1)
    except SystemExit:
        raise
    except BaseException as fault:  # a library in Rust that panics raises no Exception
        _drop_what_cannot_be_written()
        _end(*told(fault), status=1)


def _drop_what_cannot_be_written() -> None:
    """Send to nowhere what is left for a full or broken output: the interpreter would end with a status of its own."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _end(code: str, message: str, *, status: int) -> NoReturn:
    with suppress(OSError):  # nobody may be there to read it
        if "--json" in sys.argv[1:]:
            say_json({"error": {"code": code, "message": message}})
        else:
            err.print(message, markup=False)
    raise SystemExit(status)


def _refuse_broken_letters(words: Sequence[str]) -> None:
    """Refuse arguments that are no text: the system hands over their bytes as half surrogates."""
    for place, word in enumerate(words, 1):
        if any("\ud800" <= letter <= "\udfff" for letter in word):
            raise UsageError(f"第 {place} 个参数含有不是 UTF-8 编码的字符")


def _usage(wrong: UsageError) -> str:
    """Say in Chinese what is wrong with the command line, and where its help is."""
    match wrong:
        case NoArgsIsHelpError():
            return wrong.message
        case MissingParameter():
            what = f"缺少 {_name(wrong.param)}".rstrip()
        case NoSuchOption() if wrong.option_name[1:].isdecimal():
            what = "参数不能是负数"
        case NoSuchOption():
            what = f"没有选项 {wrong.option_name}"
        case BadOptionUsage():
            what = f"选项 {wrong.option_name} 缺少值，或不应带值"
        case BadParameter() if wrong.param is not None and isinstance(wrong.param.type, click.Choice):
            what = f"{_name(wrong.param)} 可用：{'、'.join(wrong.param.type.choices)}"
        case BadParameter():
            what = f"{_name(wrong.param)} {wrong.message}".strip() if _is_chinese(wrong.message) else "参数的值不合要求"
        case _ if _is_chinese(wrong.message):
            what = wrong.message
        case _:
            what = "没有这个命令" if wrong.ctx and isinstance(wrong.ctx.command, click.Group) else "参数过多"
    where = f"{wrong.ctx.command_path} --help" if wrong.ctx is not None else "zhiyong --help"
    return f"用法有误：{what}。说明见 {where}"


def _name(param: click.Parameter | None) -> str:
    """Return an option's name, or what the usage line calls an argument."""
    return param.opts[0] if isinstance(param, click.Option) else param.human_readable_name if param else ""


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)
