"""What the demo's people write into the form of each step."""

from collections.abc import Callable

from deployments.demo.accountability import (
    Fields,
    accountability_decision,
    direct_accountability,
    double_check,
    finding,
    nature,
    proposed_by_unit,
)
from deployments.demo.script import Turn
from deployments.demo.task import Task
from models.words import Finding, Grade, Kind, Lapse, Outcome, ProblemClass, Role, Route, Satisfaction

_MEANS = ("电话答复", "当面答复", "书面答复", "短信答复")


def fill(task: Task) -> Fields:
    """Fill in the form of a task's step, as its scenario has it."""
    return _FORMS[task.kind](task)


def taken_up(task: Task, outcome: Outcome) -> Fields:
    """Fill in the classification of a report that is handled here."""
    story = task.scenario
    wrong_first = story.any(Turn.RETURNED, Turn.RECLASSIFY) and task.attempt == 0
    return {
        "outcome": outcome,
        "problem_class": _first_of(task, ProblemClass, ProblemClass.GENERAL),
        "grade": _first_of(task, Grade, Grade.DAILY),
        "kind": _first_of(task, Kind, Kind.COMPLAIN),
        "unit": story.other_unit if wrong_first else story.unit,
        "co_units": [story.other_unit] if Turn.CO_UNIT in story else [],
        "summary": story.summary,
        "subjects": task.reported,
        "route": _route(task, outcome),
        "long_standing": Turn.LONG_STANDING in story,
    }


def _first_of(
    task: Task, words: type[ProblemClass] | type[Grade] | type[Kind], usual: ProblemClass | Grade | Kind
) -> str:
    """Return the class, grade or kind that the scenario names, or the usual one."""
    return next((word for word in words if word.lower() in task.scenario.turns), usual)


def _route(task: Task, outcome: Outcome) -> Route:
    if "暗访" in task.source:
        return Route.COVERT_VISIT
    return Route.DIRECT_INQUIRY if outcome is Outcome.DIRECT else Route.SUPERVISE


def _classification(task: Task) -> Fields:
    story = task.scenario
    if Turn.TRANSFER in story:
        return {"outcome": Outcome.TRANSFER, "to": story.reason, "receipt": task.numbered("移")}
    if story.any(Turn.REJECT, Turn.REJECT_REFUSED):
        return {"outcome": Outcome.REJECT, "reason": story.reason}
    return taken_up(task, Outcome.DIRECT if story.any(Turn.DIRECT, Turn.CONFLICT) else Outcome.ACCEPT)


def _rejection_reply(task: Task) -> Fields:
    if Turn.UNDELIVERABLE in task.scenario:
        return {"undeliverable_reason": "来件匿名，未留联系方式"}
    return {"told_on": task.in_days(0)}


def _closing_approval(task: Task) -> Fields:
    if Turn.REJECT_REFUSED in task.scenario and task.attempt == 0:
        return {"agreed": False, "opinion": "请先核实是否涉及干部作风，写明依据后再报。"}
    return {"agreed": True, "opinion": "同意。"}


def _receipt(task: Task) -> Fields:
    story = task.scenario
    sent_back = Turn.RETURNED_STAYS in story or (Turn.RETURNED in story and task.unit == story.other_unit)
    if sent_back and task.first:
        return {"return_reason": story.reason}
    return {"received": True, "first_contact_on": task.in_days(0)}


def _rectification_plan(task: Task) -> Fields:
    again = "（针对效果评估指出的问题重新拟定）" if task.attempt else ""
    milestones = [{"what": "完成摸底并公布清单", "by": task.in_days(14)}, {"what": "完成整改", "by": task.in_days(45)}]
    return {
        "goal": f"解决“{task.scenario.summary}”反映的问题，同类问题不再发生{again}",
        "measures": "全面排查，建立清单，逐项整改，公开进展，接受监督",
        "deadline": task.in_days(60),
        "guarantees": "主要领导负总责，分管领导每周调度，经费和人员落实到位",
        "lead_unit": task.unit,
        "lead_officer": task.who(Role.UNIT_DEPUTY),
        "milestones": milestones if Turn.ANNUAL in task.scenario else [],
    }


def _report_to_leaders(task: Task) -> Fields:
    return {"document_number": task.numbered("呈"), "reported_on": task.in_days(0)}


def _milestone(task: Task) -> Fields:
    return {"progress": "已按承诺完成，进展在单位网站公开。", "evidence": ["进展公示截图", "现场照片"]}


def _investigation(task: Task) -> Fields:
    found = finding(task)
    report: Fields = {
        "investigators": task.investigators,
        "finding": found,
        "facts": f"经调查，“{task.scenario.summary}”的情况{found.label}。",
        "heard_the_subject": True,
        "evidence": ["调查笔录", "现场照片"],
    }
    if task.attempt:
        report["facts"] += "已按要求补充核实责任人员和整改情况。"
    if found is Finding.UNSUBSTANTIATED:
        return report
    return report | {
        "nature": nature(task),
        "rectification": "明确责任人和办理时限，限期解决群众反映的问题，完善内部督办制度。",
        "rectification_deadline": task.in_days(20),
        "accountability": proposed_by_unit(task),
        "long_standing": Turn.LONG_STANDING in task.scenario,
    }


def _sign_off(task: Task) -> Fields:
    if Turn.SIGN_REFUSED in task.scenario and task.first:
        return {"agreed": False, "opinion": "责任未查清，整改措施不具体，退回重新调查。"}
    if task.on_paper:
        return on_paper(task, task.who(Role.UNIT_HEAD))
    return {"agreed": True, "opinion": "情况属实，同意上报。"}


def on_paper(task: Task, signer: str) -> Fields:
    """Record a signature on paper."""
    return {
        "agreed": True,
        "paper_number": task.numbered("签"),
        "signed_by": signer,
        "signed_on": task.in_days(0),
    }


def _filing(task: Task) -> Fields:
    if Turn.SUPPLEMENT in task.scenario and task.first:
        return {"decision": "SUPPLEMENT", "reason": "未附整改佐证材料，责任人员不明确，请补充。"}
    if Turn.LAPSE not in task.scenario or task.round > 1:
        return {"decision": "FILED"}
    held = Turn.ACCOUNTABILITY in task.scenario
    lapses = [Lapse.TOO_LIGHT, Lapse.NOT_REPORTED] if held else [Lapse.NOT_HELD]
    return {"decision": "FILED", "lapse": task.scenario.choose("lapse", lapses)}


def _publication(task: Task) -> Fields:
    return {"redacted_text": f"群众反映：{task.scenario.summary} 办理结果：{task.unit_name}已调查处理并整改。"}


def _publication_approval(task: Task) -> Fields:
    if Turn.PUBLICATION_REFUSED in task.scenario and task.first:
        return {"agreed": False, "opinion": "整改结果写得不具体，请补充后再报。"}
    return {"agreed": True, "url": f"https://example.invalid/gs/{task.assignment}"}


def _media_reply(task: Task) -> Fields:
    return {
        "outlet": task.source,
        "reply": f"报道反映的问题属实，{task.unit_name}已整改，有关人员已被问责。",
        "sent_on": task.in_days(0),
    }


def _direct_reply(task: Task) -> Fields:
    if Turn.UNDELIVERABLE in task.scenario:
        return {"undeliverable_reason": "所留号码多次拨打无人接听，短信未获回复"}
    means = task.scenario.choose("means", _MEANS)
    return {"means": means, "delivered_on": task.in_days(0), "proof": f"{means}记录{task.assignment}号"}


def _source_reply(task: Task) -> Fields:
    return {"to": task.source, "sent_on": task.in_days(0), "document_number": task.numbered("复")}


def _upward_report(task: Task) -> Fields:
    return {"to": "市治庸问责办", "document_number": task.numbered("报"), "sent_on": task.in_days(0)}


def _call_back(task: Task) -> Fields:
    story = task.scenario
    if Turn.UNREACHABLE in story:
        return {"result": Satisfaction.UNREACHABLE, "attempts": 3, "note": "三日内不同时段拨打三次，无人接听"}
    again = Turn.SECOND_ROUND in story and Turn.OWN_REVIEW not in story
    if (task.round == 1 and (again or Turn.DISSATISFIED_NOT_POOR in story)) or (
        task.round < 3 and Turn.POOR_TWICE in story
    ):
        return {"result": Satisfaction.DISSATISFIED, "resolved": False, "attempts": 1}
    fair = story.any(Turn.FAIR, Turn.POOR_TWICE)
    return {"result": Satisfaction.FAIR if fair else Satisfaction.SATISFIED, "resolved": True, "attempts": 1}


def _quality_review(task: Task) -> Fields:
    if Turn.DISSATISFIED_NOT_POOR in task.scenario:
        return {
            "poorly_handled": False,
            "dissatisfied": True,
            "opinion": "单位依规办理，群众诉求超出政策范围，已作解释。",
        }
    return poorly_handled(task)


def poorly_handled(task: Task) -> Fields:
    """Find what starts another round."""
    return {"poorly_handled": True, "dissatisfied": True, "opinion": "问题未解决，整改流于形式，启动二次办理。"}


def _effect_assessment(task: Task) -> Fields:
    effective = Turn.NOT_EFFECTIVE not in task.scenario or task.attempt > 0
    opinion = "抽查未再发现同类问题，整改有效。" if effective else "抽查仍发现同类问题，须重新拟定整改意见。"
    return {"effective": effective, "assessed_on": task.in_days(0), "opinion": opinion}


def _social_evaluation(task: Task) -> Fields:
    return {
        "score": round(75 + 20 * task.scenario.dice("score"), 1),
        "sample": "六类评议人员共120人",
        "on_television": True,
    }


def _write_off(task: Task) -> Fields:
    evidence = ["调查报告", "整改前后照片"] + (["补充的验收记录"] if task.attempt else [])
    return {"evidence": evidence, "opinion": "问题已解决，申请销号。"}


def _write_off_approval(task: Task) -> Fields:
    if Turn.WRITE_OFF_REFUSED in task.scenario and task.attempt == 0:
        return {"agreed": False, "opinion": "佐证材料不足，请补充验收记录后再报。"}
    return {"agreed": True, "opinion": "整改到位，准予销号。"}


def _extension_approval(task: Task) -> Fields:
    if Turn.EXTENSION_REFUSED in task.scenario:
        return {"agreed": False, "opinion": "事项简单，请按期办结。"}
    return {"agreed": True, "opinion": "同意延期，并告知投诉人。"}


def _progress_report(task: Task) -> Fields:
    return {"progress": "已完成现场核实，正在督促整改。", "difficulties": "部分路段须与邻区协调。"}


def _opinion_tracking(task: Task) -> Fields:
    trend = task.scenario.choose("trend", ("STEADY", "FADING"))
    return {"situation": "已核对网上跟帖和转发，责任单位按计划整改，未见新的不实信息。", "trend": trend}


def _meeting_action(task: Task) -> Fields:
    return {"result": "已按会议要求办结，并书面告知召集单位。"}


_FORMS: dict[str, Callable[[Task], Fields]] = {
    "classification": _classification,
    "rejection-reply": _rejection_reply,
    "closing-approval": _closing_approval,
    "receipt": _receipt,
    "rectification-plan": _rectification_plan,
    "report-to-leaders": _report_to_leaders,
    "milestone": _milestone,
    "investigation": _investigation,
    "sign-off": _sign_off,
    "direct-accountability": direct_accountability,
    "double-check": double_check,
    "filing": _filing,
    "accountability-decision": accountability_decision,
    "publication": _publication,
    "publication-approval": _publication_approval,
    "media-reply": _media_reply,
    "direct-reply": _direct_reply,
    "source-reply": _source_reply,
    "upward-report": _upward_report,
    "call-back": _call_back,
    "quality-review": _quality_review,
    "effect-assessment": _effect_assessment,
    "social-evaluation": _social_evaluation,
    "write-off": _write_off,
    "write-off-approval": _write_off_approval,
    "extension-approval": _extension_approval,
    "extension-reply": _rejection_reply,
    "progress-report": _progress_report,
    "opinion-tracking": _opinion_tracking,
    "meeting-action": _meeting_action,
}
