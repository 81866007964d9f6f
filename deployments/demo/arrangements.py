"""What the demo's people arrange before they answer: hand over, send back, take back, ask for time, put to rest."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import select

from deployments.demo.forms import fill
from deployments.demo.script import Turn
from deployments.demo.task import Task
from models.assignment import Assignment
from models.database import transaction
from models.journal import Actor
from models.operator import Extension, Suspension
from models.words import Basis, Role
from tasks.answer import answer
from tasks.extend import extend
from tasks.hand_over import delegate, transfer
from tasks.send_back import send_back, take_back
from tasks.substitute import substitute
from tasks.supervise import supervise
from tasks.suspend import suspend, wake
from tasks.urge import urge

DONE, LATER = timedelta(0), timedelta(days=2)
AT_REST = timedelta(days=6)


def arrange(task: Task) -> timedelta | None:
    """Arrange what the scenario has for this step.

    Returns None where the step is then answered as usual, else after how long it is looked at again; `DONE` where
    nothing of it waits any more.
    """
    if not task.first:
        return None
    for turn, kind, arranged in _ARRANGED:
        if turn in task.scenario and kind == task.kind:
            return arranged(task)
    return None


def _hand_over(task: Task) -> timedelta | None:
    one, other = task.investigators
    transfer(task.assignment, to=other, actor=Actor(code=one), reason="经办人承担专项任务，转由同组人员办理。")
    answer(task.assignment, data=fill(task), actor=Actor(code=other))
    return DONE


def _delegate(task: Task) -> timedelta | None:
    contact = task.who(Role.UNIT_CONTACT)
    delegate(task.assignment, to=contact, actor=Actor(code=task.answered_by), reason="由联络员先拟调查报告。")
    answer(task.assignment, data=fill(task), actor=Actor(code=contact))
    return None


def _substitute(task: Task) -> timedelta | None:
    absent, deputy = task.answered_by, task.who(Role.UNIT_DEPUTY)
    last = date.fromisoformat(task.in_days(4))
    substitute(absent, by=deputy, first=task.today, last=last, actor=Actor(code=absent), reason="年休假")
    answer(task.assignment, data=fill(task), actor=Actor(code=deputy))
    return DONE


def _send_back(task: Task) -> timedelta | None:
    by = Actor(code=task.answered_by)
    send_back(task.assignment, to="investigation-1", actor=by, reason="事实部分缺少时间节点，请补充调查后再报。")
    return DONE


def _take_back(task: Task) -> timedelta | None:
    by = Actor(code=task.answered_by)
    answer(task.assignment, data=fill(task), actor=by)
    take_back(task.case, "investigation-1", actor=by, reason="附件漏传，补齐后重报。")
    return DONE


def _urge(task: Task) -> timedelta | None:
    urge(task.assignment, actor=Actor(code=task.clerk), reason="群众再次来电询问进展。")
    return None


def _supervise(task: Task) -> timedelta | None:
    supervise(
        task.case,
        basis=Basis.INSTRUCTION,
        instruction="请责任单位限期解决，每两个工作日报告一次进展。",
        leader="区政府分管领导",
        every=2,
        actor=Actor(code=task.who(Role.OFFICE_HEAD)),
    )
    return None


def _extend(task: Task) -> timedelta | None:
    with transaction() as session:
        asked = session.scalar(select(Extension.id).where(Extension.assignment_id == task.assignment))
        in_time = task.now <= session.get_one(Assignment, task.assignment).due_at
    if asked is not None or not in_time:
        return None
    by = Actor(code=task.answered_by)
    extend(task.assignment, days=3, actor=by, reason="涉及多个部门，须现场核实。")
    return LATER


def _rest(task: Task) -> timedelta | None:
    with transaction() as session:
        rested = session.scalars(select(Suspension).where(Suspension.case_id == task.case_id)).first()
    by = Actor(code=task.who(Role.OFFICE_HEAD))
    if rested is None:
        suspend(task.case, actor=by, reason="待司法鉴定结论。")
        return AT_REST
    wake(task.case, actor=by, reason="鉴定结论已出。")
    return None


_ARRANGED: tuple[tuple[Turn, str, Callable[[Task], timedelta | None]], ...] = (
    (Turn.HANDED_OVER, "investigation", _hand_over),
    (Turn.DELEGATED, "investigation", _delegate),
    (Turn.SUBSTITUTED, "receipt", _substitute),
    (Turn.SENT_BACK, "sign-off", _send_back),
    (Turn.TAKEN_BACK, "investigation", _take_back),
    (Turn.URGED, "investigation", _urge),
    (Turn.SUPERVISED, "receipt", _supervise),
    (Turn.EXTENDED, "investigation", _extend),
    (Turn.AT_REST, "investigation", _rest),
)
