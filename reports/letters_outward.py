"""What the letters out of the house say: 答复函 to whoever reported, 呈报件 and 上级反馈件 to superior bodies."""

from typing import Any

from sqlalchemy import select

from models.records import AccountabilityDecision, CallBack
from models.words import Outcome, Role, Satisfaction
from reports.case_file import counts
from reports.letter_facts import GAP, LetterFacts, day, measures, sentence
from reports.report import day_of, long_date


def reply_letter(facts: LetterFacts) -> dict[str, Any]:
    """答复函: what came of it, for whoever reported. It names no official and no other sender."""
    message = facts.subject.message
    assert message is not None
    sender = message.complainant
    told = facts.last("source-reply")
    to = f"{sender.name}同志" if sender is not None and sender.name else GAP
    if sender is None and told is not None:
        to = told.data["to"]
    return {
        "主送": to,
        "来件人": sender is not None,
        "来件日期": long_date(day_of(message.received_at)),
        "来件渠道": message.channel.name,
        "来件编号": message.source_number,
        "办理结果": _result(facts),
    }


def _result(facts: LetterFacts) -> list[str]:
    """Say what came of it in the words that were approved for the public; without any, the finding and a gap."""
    ruling = facts.last("classification")
    if ruling is not None and ruling.data["outcome"] == Outcome.REJECT:
        return [f"经研究，该问题不予受理，理由：{facts.masked(ruling.data['reason'])}。"]
    if ruling is not None and ruling.data["outcome"] == Outcome.TRANSFER:
        return [f"经研究，该问题已转{facts.masked(ruling.data['to'])}办理。"]
    report = facts.report()
    if not report or facts.filing(facts.case.round) is None:
        return [f"该问题正在办理，目前处于“{facts.case.status.label}”环节。{GAP}"]
    approved = [each for each in facts.answers("publication-approval", round=facts.case.round) if each.data["agreed"]]
    published = facts.last("publication", round=facts.case.round)
    if approved and published is not None:
        return [sentence(facts.masked(published.data["redacted_text"]))]
    said = [f"经调查，反映的问题{facts.finding(report)}。", f"整改情况：{GAP}{GAP}{GAP}。"]
    if facts.answers("accountability-decision"):
        said.append("对相关责任人员已依照规定作出处理。")
    return said


def report_to_leaders(facts: LetterFacts) -> dict[str, Any]:
    """呈报件: the plan of a problem that is becoming general, or how it is being handled."""
    plan = facts.last("rectification-plan")
    report = facts.report()
    return {
        "主送": "区委、区政府",
        "方案": None
        if plan is None
        else {
            "工作目标": sentence(facts.masked(plan.data["goal"])),
            "方法步骤": sentence(facts.masked(plan.data["measures"])),
            "完成时限": day(plan.data["deadline"]),
            "保障措施": sentence(facts.masked(plan.data["guarantees"])),
            "牵头部门": facts.unit(plan.data["lead_unit"]) or plan.data["lead_unit"],
            "牵头责任人": facts.person(plan.data["lead_officer"]),
        },
        "整改建议": facts.mending(report),
        "调查情况": _investigated(facts, report) if report else "",
    }


def upward_report(facts: LetterFacts) -> dict[str, Any]:
    """上级反馈件: what was found and decided, for the body that passed the problem down."""
    round = facts.subject.round
    report, answer, filed = facts.report(round), facts.last("upward-report"), facts.filing(round)
    numbers = [each.message.source_number for each in facts.case.messages if each.message.channel.upward_report]
    return {
        "主送": answer.data["to"] if answer else GAP,
        "来件编号": f"（{'、'.join(numbers)}）" if numbers else "",
        "调查情况": _investigated(facts, report),
        "查明事实": sentence(facts.masked(report.get("facts", ""))) or GAP,
        "整改建议": facts.mending(report),
        "问责情况": _decided(facts),
        "双查结论": f"{facts.double_check(round)}。",
        "备案情况": f"办理结果已于{long_date(day_of(filed.filed_at))}备案（{filed.number}）。"
        if filed
        else "办理结果尚未备案。",
        "回访情况": _called_back(facts),
    }


def _investigated(facts: LetterFacts, report: dict[str, Any]) -> str:
    nature = facts.nature(report)
    return f"经调查，反映的问题{facts.finding(report)}{f'，性质为{nature}' if nature not in (GAP, '—') else ''}。"


def _decided(facts: LetterFacts) -> str:
    """Write the decisions, with names for the office's head only."""
    counting = {each.id for each in facts.answers("accountability-decision")}
    query = select(AccountabilityDecision).where(AccountabilityDecision.case_id == facts.case.id)
    rows = facts.session.scalars(query.order_by(AccountabilityDecision.id)).all()
    names = facts.order.by.holds(Role.OFFICE_HEAD, on=facts.order.day)
    said = []
    for each in rows:
        if each.answer_id not in counting:
            continue
        person = each.officer.name if each.officer else each.person.name if each.person else ""
        who = facts.unit(each.unit_code) if each.unit_code else person if names else "有关人员"
        taken = measures([one.measure for one in each.measures])
        said.append(f"{each.deciding_body}于{long_date(each.decided_on)}对{who}作出{taken}的决定")
    return f"{'；'.join(said)}。" if said else "无。"


def _called_back(facts: LetterFacts) -> str:
    query = select(CallBack).where(CallBack.case_id == facts.case.id, counts(CallBack.answer_id))
    found = facts.session.scalar(query.order_by(CallBack.id.desc()).limit(1))
    if found is None:
        return ""
    if found.result is None or found.result is Satisfaction.UNREACHABLE:
        return "回访未能取得来件人意见。"
    return f"经回访，来件人对办理结果{found.result.label}。"
