"""How a command speaks: one JSON object for programs, Chinese text and tables for people, refusals for both."""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click
from rich.console import Console
from rich.table import Table

from models.clock import SHANGHAI

if TYPE_CHECKING:
    from tasks.answer import Accepted

C = TypeVar("C", bound=Callable[..., Any])

WIDE = 160  # columns, where the output is no terminal: nothing is folded that a program or a pager could show
out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout and sys.stdout.isatty() else WIDE)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def speaks(command: Callable[..., dict[str, Any]]) -> Callable[..., None]:
    """Give a command its `--json`; what the command returns is printed so, else by the text that it put beside it.

    A command returns its JSON object; under the key `print` it may put a function that prints it for people, and under
    `failed` whether its exit status is 1 though its result is whole.
    """

    @click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON 对象")
    @wraps(command)
    def run(*args: Any, as_json: bool, **kwargs: Any) -> None:
        result = command(*args, **kwargs)
        text = result.pop("print", None)
        failed = result.pop("failed", False)
        if as_json:
            say_json(result)
        elif text is not None:
            text()
        if failed:
            raise SystemExit(1)

    return run


def taken(done: "Accepted", line: str) -> dict[str, Any]:
    """Return the result of an act that was taken, with the line that people read."""
    result: dict[str, Any] = {"accepted": True, "case": done.case, "step": done.step}
    if done.draft:
        result["draft"] = True
    if done.number:
        result["number"] = done.number
    return result | {"print": lambda: say(line)}


def say_json(result: dict[str, Any]) -> None:
    """Print the one JSON object; with escapes where the output does not take Chinese, or a text is no text."""
    line = json.dumps(result, ensure_ascii=False, default=str)
    try:
        line.encode(sys.stdout.encoding if sys.stdout else "utf-8")
    except UnicodeEncodeError:
        line = json.dumps(result, default=str)
    click.echo(line)


def on_paper(moment: str) -> str:
    """Write an instant of a JSON object as people read it, in Shanghai's time: 2026-05-06 17:30."""
    return f"{datetime.fromisoformat(moment).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def say(line: str) -> None:
    """Print a line for people."""
    out.print(line, markup=False)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """Print a table for people."""
    grid = Table(title=title, title_justify="left")
    for heading in headings:
        grid.add_column(heading, overflow="fold")
    for row in rows:
        grid.add_row(*("" if cell is None else str(cell) for cell in row))
    out.print(grid)


class InChinese(click.Command):
    """A command whose help page is Chinese."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make it, with Chinese words in the usage line."""
        super().__init__(*args, **{"options_metavar": "[选项]"} | kwargs)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix="用法：")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options; the arguments stand in the usage line."""
        options = [each for each in self.get_params(ctx) if isinstance(each, click.Option)]
        with formatter.section("选项"):
            formatter.write_dl([_explained(each, ctx) for each in options])

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return --help with Chinese words."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "显示本说明"
        return option


def _explained(option: click.Option, ctx: click.Context) -> tuple[str, str]:
    """Return an option's row of the help page, with whether it must be given, or what it is otherwise."""
    names = option.get_help_spec(ctx)
    text = option.help or ""
    if option.required:
        text += "（必填）"
    elif option.show_default:
        text += f"（缺省 {option.default}）"
    return names, text


class GroupInChinese(InChinese, click.Group):
    """A group of commands whose help page is Chinese."""

    command_class = InChinese
    group_class = type

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make it, with Chinese words in the usage line."""
        super().__init__(*args, **{"subcommand_metavar": "命令 [参数]"} | kwargs)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, then the commands."""
        InChinese.format_options(self, ctx, formatter)
        rows = [(name, self.commands[name].get_short_help_str(80)) for name in self.list_commands(ctx)]
        with formatter.section("命令"):
            formatter.write_dl(rows)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in the order of their making."""
        return list(self.commands)
