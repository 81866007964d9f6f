"""What the people of the simulated year write into the forms: mostly the usual, now and then what sends a case back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from models.words import Measure

Fields = dict[str, Any]

UNITS = tuple(f"U{number:02}" for number in range(1, 61))
# How often something goes another way than straight on.
NOT_TAKEN_UP, CLOSING_REFUSED = 0.05, 0.05
CO_UNITS, LONG_STANDING, NAMED = 0.40, 0.07, 0.15  # of the reports
RETURNED = 0.10  # of the receipts of a unit that is asked first
SIGN_REFUSED, SUPPLEMENT, PUBLICATION_REFUSED = 0.09, 0.12, 0.06
PROPOSED, PURSUED = 0.25, 0.60  # of the investigations; of the double checks
DISSATISFIED, POORLY_HANDLED = 0.20, 0.60
NOT_EFFECTIVE, WRITE_OFF_REFUSED, EXTENSION_REFUSED = 0.12, 0.08, 0.20
CLASSES = {"GENERAL": 67, "COMMON": 18, "ANNUAL": 15}
GRADES = {"DAILY": 90, "SUDDEN": 8, "EMERGENCY": 2}
KINDS = {"CONSULT": 30, "COMPLAIN": 55, "HARD": 15}
MILESTONES = (30, 60, 90, 120)  # days after an annual plan at which it promises something
PLANNED = 150  # days that a plan takes

WHERE = (
    "区政务中心三号窗口",
    "甲街道便民大厅",
    "乙街道社区事务站",
    "新区工商登记处",
    "东湖路税务厅",
    "二中招生办公室",
    "北片区排水站",
    "老城改造指挥部",
    "南湖园区服务站",
    "车站西路执法中队",
    "社保经办大厅",
    "医保报销窗口",
    "不动产交易大厅",
    "江堤维护所",
    "城北供水营业所",
    "青年路规划科",
)
WHAT = (
    "材料交了一个月没有回音",
    "同一事项三次要求补件",
    "上班时间无人值守",
    "路灯两个月不亮无人维修",
    "井盖破损报修后一直没换",
    "工作人员态度生硬不愿解释",
    "收费项目没有公示标准",
    "油烟扰民投诉石沉大海",
    "违章搭建多年没有拆除",
    "补贴发放比邻近街道晚半年",
    "垃圾清运时断时续",
    "办证排号系统经常停用",
    "电话长期无人接听",
    "施工围挡占道超过期限",
    "承诺的整改没有兑现",
    "两个部门互相推诿",
)
SINCE = (
    "希望尽快处理。",
    "已经向社区反映过。",
    "邻居们都遇到过。",
    "从去年冬天拖到现在。",
    "请查明责任。",
    "盼书面答复。",
    "附近老人出行不便。",
    "影响小店经营。",
)


@dataclass(frozen=True)
class Waiting:
    """An open assignment of which somebody will do something.

    unit: whose it is, or that of its case where the office answers. attempt: from 0. forced: its channel forces class
    three.
    """

    id: int
    case: str
    kind: str
    unit: str
    round: int
    attempt: int
    forced: bool

    @property
    def is_first(self) -> bool:
        """Whether nothing of it was ever done before."""
        return self.round == 1 and self.attempt == 0


def matter(dice: Random) -> str:
    """Say what a report is about: some are like one another, as they are."""
    return f"{dice.choice(WHERE)}{dice.choice(WHAT)}，{dice.choice(SINCE)}"


def fill(waiting: Waiting, day: date, dice: Random) -> Fields:
    """Fill in the form of a step."""
    return _FORMS[waiting.kind](waiting, day, dice)


def _drawn(weights: dict[str, int], dice: Random) -> str:
    return dice.choices(list(weights), list(weights.values()))[0]


def _worker(unit: str) -> Fields:
    return {"name": "林某", "post": "窗口工作人员", "unit": unit}


def _approval(refused: float, why: str) -> Callable[[Waiting, date, Random], Fields]:
    def approve(waiting: Waiting, day: date, dice: Random) -> Fields:
        refuses = waiting.attempt == 0 and dice.random() < refused
        return {"agreed": False, "opinion": why} if refuses else {"agreed": True}

    return approve


def _classification(waiting: Waiting, day: date, dice: Random) -> Fields:
    if waiting.is_first and not waiting.forced and dice.random() < NOT_TAKEN_UP:
        if dice.random() < 0.5:
            return {"outcome": "REJECT", "reason": "属政策咨询，已当场答复"}
        return {"outcome": "TRANSFER", "to": "区人民法院", "receipt": "移〔2026〕1号"}
    unit, *others = dice.sample(UNITS, 3)
    return {
        "outcome": "ACCEPT",
        "problem_class": "SUPERIOR" if waiting.forced else _drawn(CLASSES, dice),
        "grade": _drawn(GRADES, dice),
        "kind": _drawn(KINDS, dice),
        "unit": unit,
        "co_units": others[: dice.choice((1, 1, 2))] if dice.random() < CO_UNITS else [],
        "subjects": [_worker(unit)] if dice.random() < NAMED else [],
        "summary": "窗口办事拖延，材料交了一个月没有回音。",
        "long_standing": dice.random() < LONG_STANDING,
    }


def _told(waiting: Waiting, day: date, dice: Random) -> Fields:
    return {"told_on": day.isoformat()}


def _receipt(waiting: Waiting, day: date, dice: Random) -> Fields:
    if waiting.is_first and dice.random() < RETURNED:
        return {"return_reason": "该路段由邻近单位管养，非本单位职责", "belongs_to": dice.choice(UNITS)}
    return {"received": True, "first_contact_on": day.isoformat()}


def _rectification_plan(waiting: Waiting, day: date, dice: Random) -> Fields:
    promised = [
        {"what": f"第{number}项任务完成", "by": (day + timedelta(days)).isoformat()}
        for number, days in enumerate(MILESTONES, 1)
    ]
    return {
        "goal": "按时办结，同类问题不再发生",
        "measures": "清理积压，逐件答复",
        "guarantees": "每周调度",
        "deadline": (day + timedelta(PLANNED)).isoformat(),
        "lead_unit": waiting.unit,
        "lead_officer": f"{waiting.unit}-02",
        "milestones": promised,
    }


def _report_to_leaders(waiting: Waiting, day: date, dice: Random) -> Fields:
    return {"document_number": "洪治庸呈〔2026〕1号", "reported_on": day.isoformat()}


def _proposal(waiting: Waiting) -> Fields:
    return {"person": _worker(waiting.unit), "measures": [Measure.ADMONITION, Measure.PERFORMANCE_PAY]}


def _investigation(waiting: Waiting, day: date, dice: Random) -> Fields:
    return {
        "investigators": [f"{waiting.unit}-04", f"{waiting.unit}-05"],
        "finding": "SUBSTANTIATED",
        "nature": dice.choice(("INACTION", "DELAY", "DELAY", "MISCONDUCT")),
        "facts": "经调查，窗口人员未在承诺期限内答复，" + "相关记录和登记簿已核对，" * 4 + "情况属实。",
        "heard_the_subject": True,
        "rectification": "限期办结并公开答复时限。",
        "rectification_deadline": (day + timedelta(60)).isoformat(),
        "accountability": [_proposal(waiting)] if dice.random() < PROPOSED else [],
    }


def _direct_accountability(waiting: Waiting, day: date, dice: Random) -> Fields:
    found = {"facts": "治庸问责办直接调查，情况属实。", "nature": "DELAY", "heard_the_subject": True}
    return found | {"accountability": [_proposal(waiting)], "opinion": "责令限期整改，追究有关人员责任。"}


def _double_check(waiting: Waiting, day: date, dice: Random) -> Fields:
    not_pursued = {"pursued": False, "reason": "已尽到管理责任"}
    direct = {"pursued": True, "measures": [Measure.ADMONITION]} if dice.random() < PURSUED else not_pursued
    return {
        "direct": {"person": _worker(waiting.unit)} | direct,
        "head": {"person": f"{waiting.unit}-01"} | not_pursued,
        "deputy": {"person": f"{waiting.unit}-02"} | not_pursued,
    }


def _filing(waiting: Waiting, day: date, dice: Random) -> Fields:
    supplement = waiting.attempt == 0 and dice.random() < SUPPLEMENT
    return {"decision": "SUPPLEMENT", "reason": "缺谈话笔录"} if supplement else {"decision": "FILED"}


def _accountability_decision(waiting: Waiting, day: date, dice: Random) -> Fields:
    return {"decisions": [_proposal(waiting) | {"deciding_body": "区纪委", "decided_on": day.isoformat()}]}


def _media_reply(waiting: Waiting, day: date, dice: Random) -> Fields:
    return {"outlet": "电视台", "reply": "报道反映的问题属实，已整改。", "sent_on": day.isoformat()}


def _direct_reply(waiting: Waiting, day: date, dice: Random) -> Fields:
    return {"means": "电话", "delivered_on": day.isoformat(), "proof": "通话录音"}


def _source_reply(waiting: Waiting, day: date, dice: Random) -> Fields:
    return {"to": "来源单位", "sent_on": day.isoformat()}


def _upward_report(waiting: Waiting, day: date, dice: Random) -> Fields:
    return {"to": "市治庸问责办", "document_number": "洪治庸报〔2026〕1号", "sent_on": day.isoformat()}


def _call_back(waiting: Waiting, day: date, dice: Random) -> Fields:
    satisfied = dice.random() >= DISSATISFIED
    result = "SATISFIED" if satisfied else "DISSATISFIED"
    return {"result": result, "resolved": satisfied, "attempts": dice.randint(1, 3)}


def _quality_review(waiting: Waiting, day: date, dice: Random) -> Fields:
    poorly = dice.random() < POORLY_HANDLED
    return {"poorly_handled": poorly, "dissatisfied": True, "opinion": "办理过程中解释不够"}


def _effect_assessment(waiting: Waiting, day: date, dice: Random) -> Fields:
    effective = waiting.attempt > 0 or dice.random() >= NOT_EFFECTIVE
    return {"effective": effective, "assessed_on": day.isoformat(), "opinion": "抽查"}


def _always(fields: Fields) -> Callable[[Waiting, date, Random], Fields]:
    return lambda waiting, day, dice: fields


_FORMS: dict[str, Callable[[Waiting, date, Random], Fields]] = {
    "classification": _classification,
    "rejection-reply": _told,
    "closing-approval": _approval(CLOSING_REFUSED, "请先核实"),
    "receipt": _receipt,
    "rectification-plan": _rectification_plan,
    "report-to-leaders": _report_to_leaders,
    "milestone": _always({"progress": "已按承诺完成", "evidence": ["进展公示截图"]}),
    "investigation": _investigation,
    "sign-off": _approval(SIGN_REFUSED, "事实不清"),
    "direct-accountability": _direct_accountability,
    "double-check": _double_check,
    "filing": _filing,
    "accountability-decision": _accountability_decision,
    "publication": _always({"redacted_text": "经查属实，已整改。"}),
    "publication-approval": _approval(PUBLICATION_REFUSED, "整改结果写得不具体"),
    "media-reply": _media_reply,
    "direct-reply": _direct_reply,
    "source-reply": _source_reply,
    "upward-report": _upward_report,
    "call-back": _call_back,
    "quality-review": _quality_review,
    "effect-assessment": _effect_assessment,
    "social-evaluation": _always({"score": 86.5, "sample": "六类评议人员共120人"}),
    "write-off": _always({"evidence": ["整改照片一组"]}),
    "write-off-approval": _approval(WRITE_OFF_REFUSED, "佐证材料不足"),
    "extension-approval": _approval(EXTENSION_REFUSED, "事项简单，请按期办结"),
    "extension-reply": _told,
    "progress-report": _always({"progress": "已完成现场核实，正在督促整改。"}),
    "opinion-tracking": _always({"situation": "未见新的评论", "trend": "STEADY"}),
    "meeting-action": _always({"result": "已按会议要求办结。"}),
}
