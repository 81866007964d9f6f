"""The figures of the demo, counted in the ledger, and the summary that people read."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.assignment import Answer, Assignment
from models.campaign import Campaign, DutyNudge
from models.campaign_state import standings
from models.case import Case
from models.clock import SHANGHAI, now
from models.journal import Entry
from models.message import Message
from models.notice import Notice, Nudge
from models.operator import Suspension
from models.records import DoubleCheck, Feedback, Signature
from models.words import ProblemClass, Reply, Stage, Status
from tasks.campaign import figures as campaign_figures

ARRANGEMENTS = {
    "transfer": "转办",
    "delegate": "委派",
    "substitute": "代理",
    "return": "退回",
    "take-back": "拿回",
    "supervise": "督办",
    "extend": "延期申请",
    "suspend": "挂起",
}


def figures(session: Session) -> dict[str, Any]:
    """Count what became of the messages that were taken in.

    second_rounds: cases, each once, also where it went on into the third. feedback: what was told, for each message
    that it answered. refused: acts that a rule refused.
    """
    statuses = dict(session.execute(select(Case.status, func.count()).group_by(Case.status)).all())
    classes = dict(session.execute(select(Case.problem_class, func.count()).group_by(Case.problem_class)).all())
    steps = dict(
        session.execute(select(Assignment.kind, func.count()).join(Assignment.answer).group_by(Assignment.kind)).all()
    )
    told = dict(
        session.execute(
            select(Feedback.reply, func.count()).where(Feedback.told_on.is_not(None)).group_by(Feedback.reply)
        ).all()
    )
    nudges = Counter(dict(session.execute(select(Nudge.stage, func.count()).group_by(Nudge.stage)).all()))
    nudges.update(dict(session.execute(select(DutyNudge.stage, func.count()).group_by(DutyNudge.stage)).all()))
    entries = dict(session.execute(select(Entry.what, func.count()).group_by(Entry.what)).all())
    first, last = session.execute(select(func.min(Answer.answered_at), func.max(Answer.answered_at))).one()

    def count(*conditions: Any, of: Any) -> int:
        return session.scalar(select(func.count(of)).where(*conditions)) or 0

    return {
        "messages": count(Message.batch_id.is_not(None), of=Message.id),
        "cases": sum(statuses.values()),
        "written_off": statuses.get(Status.WRITTEN_OFF, 0),
        "rejected": statuses.get(Status.REJECTED, 0),
        "transferred": statuses.get(Status.TRANSFERRED, 0),
        "merged": statuses.get(Status.MERGED, 0),
        "classes": {each.value: classes.get(each, 0) for each in ProblemClass},
        "signatures": count(of=Signature.id),
        "direct_accountability": steps.get("direct-accountability", 0),
        "double_checks": count(of=DoubleCheck.answer_id.distinct()),
        "second_rounds": count(Case.round > 1, of=Case.id),
        "feedback": {reply.value.lower(): told.get(reply, 0) for reply in Reply}
        | {"undeliverable": count(Feedback.told_on.is_(None), of=Feedback.id)},
        "answers": sum(steps.values()),
        "late": count(Assignment.answered_at > Assignment.due_at, of=Assignment.id),
        "refused": count(Entry.what == "refused", of=Entry.id),
        "notices": count(of=Notice.id),
        "nudges": {each.value.lower(): nudges[each] for each in Stage},
        "campaigns": [
            campaign_figures(campaign, standings(session, campaign, at=now(session)))
            for campaign in session.scalars(select(Campaign).order_by(Campaign.period))
        ],
        "arrangements": {name: entries.get(name, 0) for name in ARRANGEMENTS} | {"suspend": count(of=Suspension.id)},
        "from": first.astimezone(SHANGHAI).date().isoformat() if first else None,
        "to": last.astimezone(SHANGHAI).date().isoformat() if last else None,
    }


def summary(found: Mapping[str, Any]) -> str:
    """Write the figures for people."""
    classes = "，".join(f"{each.short}{found['classes'][each]}件" for each in ProblemClass)
    feedback = "，".join(f"{reply.label}{found['feedback'][reply.lower()]}件" for reply in Reply)
    reminded = sum(found["nudges"][stage] for stage in ("opened", "early", "remind", "due"))
    return "\n".join(
        (
            "问题办理情况（演示）",
            f"模拟日期：{found['from'] or '—'}至{found['to'] or '—'}。",
            f"登记来件{found['messages']}件，立案{found['cases']}件，已全部办结：销号{found['written_off']}件，"
            f"不予受理{found['rejected']}件，转有权机关{found['transferred']}件，并案{found['merged']}件。",
            f"问题类别：{classes}。",
            f"单位主要领导签字背书{found['signatures']}次，直接启动问责程序{found['direct_accountability']}次，"
            f"一案双查{found['double_checks']}次，二次办理{found['second_rounds']}件。",
            f"反馈：{feedback}；另有{found['feedback']['undeliverable']}件无法反馈，已记明原因。",
            *(_campaign(each) for each in found["campaigns"]),
            f"提醒{reminded}次，催办{found['nudges']['urge']}次，"
            f"逾期通报{found['nudges']['escalate']}次，发出通知{found['notices']}份。",
            "、".join(f"{title}{found['arrangements'][name]}次" for name, title in ARRANGEMENTS.items()) + "。",
            f"各环节共办理{found['answers']}次，其中逾期{found['late']}次；依规定拒绝的操作{found['refused']}次。",
        )
    )


def _campaign(found: Mapping[str, Any]) -> str:
    """Write the figures of one self-inspection."""
    units = found["units"]
    return (
        f"{found['campaign'][:4]}年{int(found['campaign'][5:])}月“三清单”自查：应报{units['due']}个单位，"
        f"已报{units['returned']}个，合格{units['accepted']}个，逾期{units['late']}个；"
        f"发现问题{found['findings']}个，立案{found['cases']}件。"
    )
