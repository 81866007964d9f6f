"""Who is to be held to account in the demo's cases, and what is proposed, concluded and decided about it."""

from typing import Any

from sqlalchemy import select

from deployments.demo.script import Turn
from deployments.demo.task import Task
from models.assignment import Answer, Assignment
from models.database import transaction
from models.words import Finding, Measure, Nature, Role

Fields = dict[str, Any]

_MEASURES = (
    [Measure.CRITICISM],
    [Measure.ADMONITION],
    [Measure.WRITTEN_SELF_CRITICISM, Measure.PERFORMANCE_PAY],
    [Measure.WRITTEN_SELF_CRITICISM, Measure.CIRCULATED_CRITICISM, Measure.PERFORMANCE_PAY],
    [Measure.ADMONITION, Measure.NO_AWARD],
    [Measure.TRANSFER_FROM_POST, Measure.CIRCULATED_CRITICISM],
    [Measure.SUSPENSION, Measure.WRITTEN_SELF_CRITICISM],
)
_POSTS = ("窗口工作人员", "科室经办人", "片区负责人", "执法中队队员", "值班人员")
DEALT_WITH = 0.3  # share of those at fault whom their unit has dealt with before 双查
_SURNAMES = "田董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡"


def finding(task: Task) -> Finding:
    """Say whether what was reported is so."""
    if Turn.UNSUBSTANTIATED in task.scenario:
        return Finding.UNSUBSTANTIATED
    return Finding.PARTLY if Turn.PARTLY in task.scenario else Finding.SUBSTANTIATED


def nature(task: Task) -> Nature:
    """Say which of the three it is."""
    return task.scenario.choose("nature", list(Nature))


def proposed_by_unit(task: Task) -> list[Fields]:
    """问责建议 of the unit: where the scenario has it, and always when the case comes back."""
    if task.round > 1 or task.scenario.any(Turn.ACCOUNTABILITY, Turn.LONG_STANDING):
        return _proposals(task)
    return []


def direct_accountability(task: Task) -> Fields:
    """四(二) 直接启动问责程序."""
    return {
        "facts": f"治庸问责办直接调查，“{task.scenario.summary}”的情况属实。",
        "nature": nature(task),
        "heard_the_subject": True,
        "accountability": _proposals(task),
        "opinion": "责令限期整改，并按规定追究有关人员责任。",
    }


def double_check(task: Task) -> Fields:
    """六(二) 一案双查: who did it is mostly pursued, the deputy from the second round on, the head in the third."""
    so = finding(task) is not Finding.UNSUBSTANTIATED
    dealt_with = task.round == 1 and task.scenario.dice("dealt-with") < DEALT_WITH
    why = "已按管理权限处理到位，不再另行追究" if so else "经查反映的问题不属实"
    head, deputy = task.who(Role.UNIT_HEAD), task.who(Role.UNIT_DEPUTY)
    return {
        "direct": _conclusion(task, _at_fault(task), pursued=so and not dealt_with, why=why),
        "head": _conclusion(task, head, pursued=so and task.round > 2, why="已部署并督促整改，履职到位"),
        "deputy": _conclusion(task, deputy, pursued=so and task.round > 1, why="分管期间多次督办，已尽到管理责任"),
    }


def accountability_decision(task: Task) -> Fields:
    """六 问责决定: about everybody whom the round's reports and its 双查 would hold to account."""
    with transaction() as session:
        written = session.scalars(
            select(Answer.data)
            .join(Answer.assignment)
            .where(
                Assignment.case_id == task.case_id,
                Assignment.round == task.round,
                Assignment.kind.in_(["investigation", "direct-accountability", "double-check"]),
                ~Answer.annulment.has(),
            )
            .order_by(Answer.id)
        ).all()
    found = [each for data in written for each in data.get("accountability", ())]
    found += [each for data in written for each in data.values() if isinstance(each, dict) and each["pursued"]]
    by_person = {str(each["person"]): {"person": each["person"], "measures": each["measures"]} for each in found}
    decided = {
        "deciding_body": "区纪委监察局",
        "decided_on": task.in_days(0),
        "document_number": task.numbered("问"),
        "executed_on": task.in_days(0),
    }
    return {"decisions": [each | decided for each in by_person.values()]}


def _proposals(task: Task) -> list[Fields]:
    """Propose measures: against whom the case is, or who is at fault; against the unit for what has gone on long."""
    people: list[str | Fields] = [_at_fault(task)]
    if task.scenario.against_leaders:
        people = [task.who(Role.UNIT_HEAD), task.who(Role.UNIT_DEPUTY)]
    elif Turn.CONFLICT in task.scenario:
        people = [*task.reported]
    proposals = [{"person": each, "measures": _measures(task)} for each in people]
    if Turn.LONG_STANDING in task.scenario:
        proposals.append({"person": task.unit, "measures": [Measure.PUBLIC_SELF_CRITICISM]})
    return proposals


def _at_fault(task: Task) -> str | Fields:
    """Whoever is directly responsible: the investigator who is reported, or somebody who is no user."""
    if Turn.CONFLICT_OF_ANSWER in task.scenario:
        return task.reported[0]
    name = f"{task.scenario.choose('surname', _SURNAMES)}某某"
    return {"name": name, "post": task.scenario.choose("post", _POSTS), "unit": task.unit_name}


def _conclusion(task: Task, person: str | Fields, *, pursued: bool, why: str) -> Fields:
    if pursued:
        return {"person": person, "pursued": True, "measures": _measures(task)}
    return {"person": person, "pursued": False, "reason": why}


def _measures(task: Task) -> list[Measure]:
    return task.scenario.choose("measures", _MEASURES)
