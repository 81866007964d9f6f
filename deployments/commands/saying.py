"""How a command speaks: one JSON object for programs, Chinese text and tables for people, refusals for both."""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.table import Table

C = TypeVar("C", bound=Callable[..., Any])

WIDE = 160  # columns, where the output is no terminal: nothing is folded that a program or a pager could show
out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)
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
            click.echo(json.dumps(result, ensure_ascii=False, default=str))
        elif text is not None:
            text()
        if failed:
            raise SystemExit(1)

    return run


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

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix="用法：")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, and the subcommands of a group."""
        records = [record for record in (each.get_help_record(ctx) for each in self.get_params(ctx)) if record]
        with formatter.section("选项"):
            formatter.write_dl(records)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return --help with Chinese words."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "显示本说明"
        return option


class GroupInChinese(InChinese, click.Group):
    """A group of commands whose help page is Chinese."""

    command_class = InChinese
    group_class = type

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, then the commands."""
        InChinese.format_options(self, ctx, formatter)
        rows = [(name, self.commands[name].get_short_help_str(80)) for name in self.list_commands(ctx)]
        with formatter.section("命令"):
            formatter.write_dl(rows)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in the order of their making."""
        return list(self.commands)
