"""The help page of every command: Chinese, but for what is typed as it stands."""

import re
from collections.abc import Iterator

import click
import pytest

from deployments.command import zhiyong
from models.steps import STEPS
from models.words import Light

# What stays as it is: names of things that are typed or are called so in Chinese too.
AS_IT_IS = {"zhiyong", "Prefect", "JSON", "PostgreSQL", "Word", "xlsx", "xls", "ods", "csv"}
# DAILY, 2026-05-06T10:30, --json, “opinion” in a form, zhiyong todo
EXAMPLES = r"\b[A-Z]+(?:_[A-Z]+)+\b|\b[A-Z]{4,}\b|\d+T\d+|--[a-z-]+|“[a-z_]+”|zhiyong(?: [a-z]+)+"


def pages(command: click.Command = zhiyong, parent: click.Context | None = None) -> Iterator[click.Context]:
    context = click.Context(command, info_name=command.name, parent=parent)
    yield context
    for each in command.commands.values() if isinstance(command, click.Group) else ():
        yield from pages(each, context)


def typed(command: click.Command) -> set[str]:
    """Return what a person types: names of commands, options and steps, and choices."""
    words = {*Light, *(word for step in STEPS for word in step.split("-"))}
    if isinstance(command, click.Group):
        words |= {word for name in command.commands for word in name.split("-")}
    for param in command.params:
        words |= {word for name in (*param.opts, *param.secondary_opts) for word in name.strip("-").split("-")}
        if isinstance(param.type, click.Choice):
            words |= set(param.type.choices)
    return words


@pytest.mark.parametrize("context", [pytest.param(each, id=each.command_path) for each in pages()])
def test_a_help_page_is_chinese(context: click.Context) -> None:
    page = context.get_help()
    assert "用法：" in page
    rest = re.sub(EXAMPLES, "", page)
    english = [word for word in re.findall(r"[A-Za-z]+", rest) if word not in AS_IT_IS | typed(context.command)]
    assert english == []


@pytest.mark.parametrize("context", [pytest.param(each, id=each.command_path) for each in pages()])
def test_each_option_and_each_command_is_explained(context: click.Context) -> None:
    command = context.command
    assert all(each.help for each in command.params if isinstance(each, click.Option) and each.name != "help")
    assert command.help
    assert any("\u4e00" <= letter <= "\u9fff" for letter in command.help)


def test_what_must_be_given_and_what_is_usual_is_said_in_chinese() -> None:
    page = next(each for each in pages() if each.command_path == "zhiyong message add").get_help()
    assert "来件渠道（必填）" in page
    page = next(each for each in pages() if each.command_path == "zhiyong up").get_help()
    assert "服务的端口（缺省 4200）" in page
    assert page.startswith("用法：zhiyong up [选项]")
