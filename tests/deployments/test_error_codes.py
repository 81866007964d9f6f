"""Every code that a command can end with is documented, and no other."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

from models.refusals import Refusal

ROOT = Path(__file__).parents[2]
SAY_CODES = {"StackProblem", "_problem", "_end"}  # what is called with a code


def documented() -> list[str]:
    page = (ROOT / "docs" / "error-codes.md").read_text(encoding="utf-8")
    return re.findall(r"^\|(?: [12] \|)? `([a-z-]+)` \|", page, flags=re.MULTILINE)


def refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    yield kind
    for special in kind.__subclasses__():
        yield from refusals(special)


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def literals(tree: ast.AST) -> Iterator[str]:
    """Yield the codes that a file names: of a problem that it raises, of an end, of what it returns to end with."""
    for node in ast.walk(tree):
        said: list[ast.expr] = []
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SAY_CODES:
            said = node.args
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
            said = node.value.elts[:1]
        codes = [each.value for each in said if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        yield from [code for code in codes if re.fullmatch(r"[a-z]+(-[a-z]+)*", code)][:1]


def known() -> set[str]:
    for path in sources("models", "tasks", "reports", "deployments/commands"):
        if re.search(r'^    code = "', path.read_text(encoding="utf-8"), flags=re.MULTILINE):
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    ours = {each for each in refusals() if not each.__module__.startswith("tests.")}
    return {each.code for each in ours} | {
        code for path in sources("deployments") for code in literals(ast.parse(path.read_text(encoding="utf-8")))
    }


def test_every_code_is_on_the_page_and_none_more() -> None:
    assert set(documented()) == known()


def test_each_code_stands_once() -> None:
    assert len(documented()) == len(set(documented()))


def test_codes_are_kebab_case_english() -> None:
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in known())
