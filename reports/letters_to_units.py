"""What the letters to a unit say: 交办单, 督办通知书, 催办通知书, 二次办理通知书. None names who reported."""

from typing import Any

from sqlalchemy import func, select

from models.due_text import due_text
from models.notice import Nudge
from models.steps import STEPS
from models.words import Stage
from reports.letter_facts import GAP, LetterFacts, sentence
from reports.report import day_of, long_date


def assignment_order(facts: LetterFacts) -> dict[str, Any]:
    """交办单: the matter, and what the unit must do by when."""
    unit = facts.subject.unit
    assert unit is not None
    helps = unit.code in facts.case.co_units
    return {
        "主送": unit.name,
        "主协办": "协助办理" if helps else "办理",
        "环节表": facts.open_steps(unit.code),
    }


def supervision_notice(facts: LetterFacts) -> dict[str, Any]:
    """督办通知书: the instruction, on what it rests, and how often the unit reports."""
    given = facts.subject.supervision
    assert given is not None
    return {
        "主送": facts.unit(facts.case.unit_code),
        "督办编号": given.number,
        "督办依据": given.basis.label,
        "批示领导": given.leader,
        "督办意见": sentence(facts.masked(given.instruction)),
        "报告间隔": given.every,
        "督办日期": long_date(day_of(given.begun_at)),
        "已解除": given.ended_at is not None,
        "解除日期": long_date(day_of(given.ended_at)) if given.ended_at else "",
        "环节表": facts.open_steps(facts.case.unit_code),
    }


def urging_notice(facts: LetterFacts) -> dict[str, Any]:
    """催办通知书: which step is late, and the how-manieth time it is urged."""
    urging, step = facts.subject.urging, facts.subject.assignment
    assert urging is not None
    assert step is not None
    times = select(func.count()).where(Nudge.assignment_id == step.id, Nudge.stage == Stage.URGE, Nudge.id <= urging.id)
    late = (facts.order.day - step.due_on).days
    return {
        "主送": facts.unit(step.unit_code) or step.role.label,
        "环节": STEPS[step.kind].title,
        "待办编号": step.id,
        "时限": due_text(step),
        "逾期天数": max(late, 0),
        "已办": not step.is_open,
        "办理日期": long_date(day_of(step.answered_at)) if step.answered_at else GAP,
        "催办日期": long_date(day_of(urging.at)),
        "催办次数": facts.session.scalar(times),
        "催办编号": urging.number,
        "催办意见": sentence(facts.masked(urging.reason)),
    }


def second_round_notice(facts: LetterFacts) -> dict[str, Any]:
    """二次办理通知书: the two findings, what was found before, and what is asked for now."""
    review = facts.last("quality-review", round=1)
    filed = facts.filing(1)
    return {
        "主送": facts.unit(facts.case.unit_code),
        "认定日期": long_date(day_of(review.answered_at)) if review else GAP,
        "上轮结论": facts.finding(facts.report(1)),
        "上轮备案号": filed.number if filed else GAP,
        "上轮备案日期": long_date(day_of(filed.filed_at)) if filed else GAP,
        "重点事项": GAP * 3,
        "环节表": facts.open_steps(facts.case.unit_code),
    }
