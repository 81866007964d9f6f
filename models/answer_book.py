"""办理答复表: the open steps of a unit in one case as sheets of fields, and what stands in one that came back.

Writer (`reports/answer_book.py`) and reader share this; it knows no workbook library and no database.
"""

import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from models.campaign_cells import day_of, plain, says_nothing, text_of, word_of
from models.forms import Form
from models.grids import Grid, Grids
from models.steps import STEPS
from models.words import Word

IDENTITY, RECEIPT = "_标识", "回执"
CASE, STEP = "案件", "待办"
OFFICER = "officer"  # the key of the cell in which the officer who answers writes his code
FIRST_ROW, KEY, VALUE = 4, 3, 1  # row from 1; columns from 0: key hidden in D, value in B
MOST_ITEMS = 8  # of a list of people or promises; more are answered by the command
LONGEST_NUMBER = 18  # digits: more than any row of the ledger has
YES, NO = "是", "否"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One cell to fill in. key: where it goes in the form's data, `accountability.0.person`."""

    key: str
    title: str
    note: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StepSheet:
    """One open step as it is handed out. about: what is to be done, where the step alone does not say it."""

    sheet: str
    assignment: int
    version: int
    kind: str
    due: str
    about: str = ""


@dataclass(kw_only=True)
class Answered:
    """What a sheet says. faults: cell and reason; cells: of each key."""

    step: StepSheet
    officer: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)
    cells: dict[str, str] = field(default_factory=dict)
    empty: bool = True

    def cell_of(self, title: str) -> str:
        """Return the cell of a field by its title, as a refusal names it; the first cell, if it is none."""
        titles = {each.title: each.key for each in fields_of(STEPS[self.step.kind].form)}
        key = next((key for name, key in titles.items() if title and name.startswith(title)), OFFICER)
        return self.cells.get(key, f"B{FIRST_ROW}")


def fields_of(form: type[Form]) -> list[Field]:
    """Return the cells of a form, in its order."""
    return [Field(key=OFFICER, title="办理人代码", note="必填"), *_fields(form, "", "")]


def _fields(form: type[BaseModel], key: str, title: str) -> Iterator[Field]:
    for name, info in form.model_fields.items():
        label = f"{title}{info.title or name}"
        inner = _inner(info.annotation)
        if get_origin(inner) is list and (model := _model(get_args(inner)[0])) is not None:
            for at in range(MOST_ITEMS):
                yield from _fields(model, f"{key}{name}.{at}.", f"{label}{at + 1}：")
            continue
        many = get_origin(inner) is list
        word = _word(_inner(get_args(inner)[0]) if many else inner)
        choices = (YES, NO) if inner is bool else tuple(each.label for each in word) if word and not many else ()
        notes = ["必填"] if info.is_required() else []
        notes += [info.description] if info.description else []
        if many:
            notes.append("多项用顿号或换行分开" + (f"：{'、'.join(each.label for each in word)}" if word else ""))
        elif inner is date:
            notes.append("如 2026-05-06")
        yield Field(key=f"{key}{name}", title=label, note="；".join(notes), choices=choices)


def read_answers(grids: Grids) -> tuple[str, list[Answered]]:
    """Return the case and what each sheet says; of a workbook that is none of ours, nothing."""
    identity = next((grid for grid in grids.sheets if plain(grid.name) == plain(IDENTITY)), None)
    if identity is None:
        return "", []
    rows = [[text_of(value) for value in row] for row in identity.rows]
    case = next((row[1] for row in rows if row[0] == CASE and len(row) > 1), "")
    found = []
    for row in rows:
        if row[0] == STEP and len(row) > 4 and row[4] in STEPS:
            step = StepSheet(sheet=row[1], assignment=_number(row[2]), version=_number(row[3]), kind=row[4], due="")
            grid = next((each for each in grids.sheets if each.name == row[1]), None)
            found.append(_read(step, grid))
    return case, found


def _number(typed: str) -> int:
    """Return a row's number; 0, which no row has, where somebody has written something else over it."""
    return int(typed) if typed.isdecimal() and len(typed) <= LONGEST_NUMBER else 0


def _read(step: StepSheet, grid: Grid | None) -> Answered:
    said = Answered(step=step)
    if grid is None:
        return said
    wanted = {each.key: each for each in fields_of(STEPS[step.kind].form)}
    for row, values in enumerate(grid.rows):
        key = text_of(values[KEY]) if len(values) > KEY else ""
        if key not in wanted:
            continue
        said.cells[key] = f"B{row + 1}"
        if (row, VALUE) in grid.broken:
            said.empty = False
            said.faults.append((said.cells[key], "公式没有结果，请直接填写"))
            continue
        value = values[VALUE]
        if says_nothing(value) and text_of(value) not in ("无", "没有"):
            continue
        said.empty = False
        if key == OFFICER:
            said.officer = text_of(value)
            continue
        try:
            _put(said.data, key.split("."), _meant(STEPS[step.kind].form, key, value))
        except ValueError as fault:
            said.faults.append((said.cells[key], str(fault)))
    missing = [each.title for key, each in wanted.items() if key not in said.cells]
    if missing and not said.empty:
        said.faults.append(("A1", f"缺少栏目：{'、'.join(missing[:3])}，请用发放的答复表填写"))
    for name, value in said.data.items():
        if isinstance(value, dict):  # items of a list, by number
            said.data[name] = [value[at] for at in sorted(value)]
    return said


def _put(data: dict[Any, Any], path: list[str], value: Any) -> None:
    if len(path) == 1:
        data[path[0]] = value
    else:
        at, rest = path[0], path[1:]
        _put(data.setdefault(int(at) if at.isdigit() else at, {}), rest, value)


def _meant(form: type[BaseModel], key: str, value: Any) -> Any:
    """Return what a cell means for its field. The reason of a ValueError is for people."""
    head, *rest = key.split(".")
    inner = _inner(form.model_fields[head].annotation)
    if rest:
        model = _model(get_args(inner)[0])
        assert model is not None
        return _meant(model, rest[1], value)
    if get_origin(inner) is list:
        word = _word(_inner(get_args(inner)[0]))
        parts = [part.strip() for part in text_of(value).replace("\n", "、").replace("；", "、").split("、")]
        return [_chosen(word, part) if word else part for part in parts if part]
    if inner is bool:
        chosen = word_of(value, (YES, NO))
        if chosen is None:
            raise ValueError("请选择“是”或“否”")
        return chosen == YES
    if inner is date:
        return day_of(value).isoformat()
    word = _word(inner)
    return _chosen(word, value) if word else text_of(value)


def _chosen(word: type[Word], value: Any) -> str:
    labels = {each.label: each.value for each in word}
    chosen = word_of(value, labels)
    if chosen is None:
        raise ValueError(f"不在可选范围内：{'、'.join(labels)}")
    return labels[chosen]


def _inner(annotation: Any) -> Any:
    """Return what an optional or annotated type is of; of a choice of types the plainest."""
    if hasattr(annotation, "__metadata__"):
        return _inner(annotation.__origin__)
    if get_origin(annotation) in (Union, types.UnionType):
        return _inner(next(each for each in get_args(annotation) if each is not type(None)))
    return annotation


def _model(annotation: Any) -> type[BaseModel] | None:
    inner = _inner(annotation)
    return inner if isinstance(inner, type) and issubclass(inner, BaseModel) else None


def _word(inner: Any) -> type[Word] | None:
    return inner if isinstance(inner, type) and issubclass(inner, Word) else None
