"""批量: the same act on many assignments, each in a transaction of its own, and what came of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from models.assignment import Assignment
from models.bulk_file import Item, folded
from models.case import Case
from models.database import transaction
from models.forms import Form
from models.journal import Actor
from models.refusals import InvalidForm, Refusal, UnknownAssignment
from models.steps import STEPS
from models.typed_fields import written_fields
from models.typed_json import NoObject, read_object
from tasks.answer import Accepted, answer
from tasks.hand_over import transfer
from tasks.notices import write_notices
from tasks.urge import urge_untold

Progress = Callable[[int, int], None]

DATA, VERSION = "data", ("版本", "version")
TO, REASON = ("接办人", "接办人代码", "to"), ("理由", "reason")
# Columns of a list of assignments that are there to be read; a form's own field of that name is meant before them.
TO_BE_READ = ("序号", "案件", "案件编号", "步骤", "由谁办理", "单位", "时限", "灯号", "备注")


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of one item. error: the code and the sentence of the refusal, if it was refused."""

    item: Item
    case: str | None
    step: str | None
    error: tuple[str, str] | None = None
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        """Whether it was done."""
        return self.error is None

    def as_dict(self) -> dict[str, Any]:
        """Return it as `zhiyong bulk` prints it."""
        where = {"sheet": self.item.sheet} if self.item.sheet else {}
        return where | {
            "row": self.item.row,
            "assignment": self.item.assignment,
            "case": self.case,
            "step": self.step,
            "accepted": self.accepted,
            "error": {"code": self.error[0], "message": self.error[1]} if self.error else None,
            **self.more,
        }


def answer_all(items: Sequence[Item], *, data: Mapping[str, Any], actor: Actor, progress: Progress) -> list[Result]:
    """Answer assignments: each with `data`, and with what its own row says in its place.

    A row's columns are the fields of the step's form, by title or name; `data` among them is JSON.
    """

    def act(item: Item) -> Accepted:
        form = _form_of(item.assignment)
        fields = {**data, **_object(item), **_fields(form, item)}
        return answer(item.assignment, data=fields, actor=actor, version=_version(item))

    return _each(items, act, progress)


def transfer_all(
    items: Sequence[Item], *, to: str | None, actor: Actor, reason: str | None, progress: Progress
) -> list[Result]:
    """Hand assignments over, to the officer and for the reason given, or to those of its row."""

    def act(item: Item) -> Accepted:
        new, why = said(item, TO, to), said(item, REASON, reason)
        return transfer(item.assignment, to=new, actor=actor, reason=why, version=_version(item))

    return _each(items, act, progress)


def urge_all(items: Sequence[Item], *, actor: Actor, reason: str | None, progress: Progress) -> list[Result]:
    """Urge assignments; each officer gets one notice of all that are his."""

    def act(item: Item) -> Accepted:
        return urge_untold(item.assignment, actor=actor, reason=said(item, REASON, reason))

    results = _each(items, act, progress)
    write_notices()
    return results


def said(item: Item, headings: Sequence[str], otherwise: str | None) -> str:
    """Return what the item's row says under one of the headings, or what is said for all."""
    return next((item.cells[each] for each in headings if each in item.cells), otherwise or "")


def _each(items: Sequence[Item], act: Callable[[Item], Accepted], progress: Progress) -> list[Result]:
    results = []
    for done, item in enumerate(items):
        progress(done, len(items))
        try:
            taken = act(item)
        except Refusal as refusal:
            case, step = _place(item.assignment)
            results.append(Result(item=item, case=case, step=step, error=(refusal.code, refusal.message)))
        else:
            more = {"draft": True} if taken.draft else {"number": taken.number} if taken.number else {}
            results.append(Result(item=item, case=taken.case, step=taken.step, more=more))
    progress(len(items), len(items))
    return results


def _form_of(assignment_id: int) -> type[Form]:
    with transaction() as session:
        kind = session.scalar(select(Assignment.kind).where(Assignment.id == assignment_id))
    if kind is None:
        raise UnknownAssignment
    return STEPS[kind].form


def _place(assignment_id: int) -> tuple[str | None, str | None]:
    with transaction() as session:
        place = select(Case.number, Assignment.step).join(Assignment.case).where(Assignment.id == assignment_id)
        found = session.execute(place).first()
    return (found[0], found[1]) if found is not None else (None, None)


def _fields(form: type[Form], item: Item) -> dict[str, Any]:
    """Return the form's fields as the row has them; a column that the form does not know is left for it to refuse."""
    known = {folded(each.title or name): name for name, each in form.model_fields.items()}
    known |= {name: name for name in form.model_fields}
    others = {DATA, *VERSION, *TO_BE_READ} - set(known)
    return written_fields(
        form, {known.get(heading, heading): cell for heading, cell in item.cells.items() if heading not in others}
    )


def _object(item: Item) -> dict[str, Any]:
    if DATA not in item.cells:
        return {}
    try:
        return read_object(item.cells[DATA])
    except NoObject as fault:
        raise InvalidForm([(DATA, str(fault))]) from None


def _version(item: Item) -> int | None:
    typed = said(item, VERSION, None)
    if typed and not (typed.isascii() and typed.isdecimal() and len(typed) < 10):
        raise InvalidForm([("版本", "须为整数")])
    return int(typed) if typed else None
