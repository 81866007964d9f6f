"""What the office's forms say: 备案表 and 延期审批表."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from models.assignment import Assignment
from models.due_text import due_text
from models.journal import Entry
from models.operator import Extension
from models.steps import STEPS
from models.words import FilingDecision
from reports.letter_facts import GAP, LetterFacts, day, sentence
from reports.report import day_of, long_date


def filing_form(facts: LetterFacts) -> dict[str, Any]:
    """备案表: what was found in a round, who signed it, and how it was put on file.

    Whom it would hold to account is named only to who reads such names.
    """
    round = facts.subject.round
    report = facts.report(round)
    reported = facts.last("investigation", "direct-accountability", round=round)
    answer, filed = facts.last("filing", round=round), facts.filing(round)
    decision = FilingDecision(answer.data["decision"]).label if answer else ""
    reason = facts.masked(answer.data["reason"]) if answer else ""
    proposed = report.get("accountability", [])
    told = {
        "问题概要": sentence(facts.masked(facts.case.summary)) or GAP,
        "查明事实": facts.masked(report.get("facts", "")) or GAP,
        "整改建议": facts.mending(report),
        "问责建议": facts.held_to_account(proposed),
        "双查结论": facts.double_check(round),
        "备案意见": f"{decision}{'：' if reason else ''}{reason}" if decision else GAP,
    }
    return facts.without_names(told, proposed, round) | {
        "调查人员": "、".join(facts.officer(code) or code for code in report.get("investigators", []))
        or (facts.officer(reported.officer_code) if reported else GAP),
        "报告日期": long_date(day_of(reported.answered_at)) if reported else GAP,
        "调查结论": facts.finding(report),
        "问题性质": facts.nature(report),
        "整改时限": day(report["rectification_deadline"]) if report.get("rectification_deadline") else "—",
        "听取申辩": "已听取" if report.get("heard_the_subject") else "未听取",
        "签字情况": facts.signature(round),
        "备案号": filed.number if filed else GAP,
        "备案日期": long_date(day_of(filed.filed_at)) if filed else GAP,
    }


def extension_form(facts: LetterFacts) -> dict[str, Any]:
    """延期审批表: who asks for how much more time and why, what was decided, and what the date is then."""
    asked, step = facts.subject.extension, facts.subject.assignment
    assert asked is not None
    assert step is not None
    decided = next((a for a in facts.answers("extension-approval") if a.assignment.item == asked.item), None)
    told = next((a for a in facts.answers("extension-reply") if a.assignment.item == asked.item), None)
    before, after = _dates(facts, asked, step)
    opinion = ""
    if decided is not None:
        opinion = "同意延期" if decided.data["agreed"] else "不同意延期"
        opinion += f"：{facts.masked(decided.data['opinion'])}" if decided.data["opinion"] else ""
    return {
        "环节": STEPS[step.kind].title,
        "待办编号": step.id,
        "申请人": f"{facts.officer(asked.asked_by)}（{facts.unit(step.unit_code) or step.role.label}）",
        "申请日期": long_date(day_of(asked.asked_at)),
        "原定时限": before,
        "申请延长": f"{asked.days}{step.limit.measured.label}",
        "延期理由": facts.masked(asked.reason),
        "审批意见": opinion or GAP,
        "审批人": facts.officer(decided.officer_code) if decided else GAP,
        "审批日期": long_date(day_of(decided.answered_at)) if decided else GAP,
        "批准后时限": after if asked.agreed else "—" if asked.agreed is False else GAP,
        "告知情况": _told(facts, told.data) if told else "—" if asked.agreed is False else GAP,
    }


def _dates(facts: LetterFacts, asked: Extension, step: Assignment) -> tuple[str, str]:
    """Return the step's date before and after it was extended, as the journal has them."""
    if not asked.agreed:
        return due_text(step), ""
    entries = facts.session.scalars(
        select(Entry)
        .where(Entry.case_id == facts.case.id, Entry.step == step.step, Entry.what.in_(["extension", "due"]))
        .order_by(Entry.position)
    ).all()
    at = next(
        (n for n, each in enumerate(entries) if each.what == "extension" and each.detail["item"] == asked.item), None
    )
    moved = entries[at + 1] if at is not None and at + 1 < len(entries) else None
    if moved is None or moved.what != "due":
        return GAP, due_text(step)
    old, new = (long_date(day_of(datetime.fromisoformat(moved.detail[key]))) for key in ("old", "new"))
    return old, new


def _told(facts: LetterFacts, data: dict[str, Any]) -> str:
    if data["told_on"]:
        return f"已于{day(data['told_on'])}告知"
    return f"未能告知：{facts.masked(data['undeliverable_reason'])}"
