"""一案一卷: the whole case as one file for the archive and for inspectors, as far as its reader may know it.

Nobody reads in it who reported: that is read by `zhiyong identity` alone.
"""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import select

from models.clock import SHANGHAI
from models.document import Document, DocumentKind
from models.records import CallBack, Feedback, Signature
from reports.case_file import counts
from reports.letter_facts import GAP, LetterFacts
from reports.report import day_of, long_date

_CODE = re.compile(r"(?<![A-Za-z0-9-])[A-Z]{1,4}(?:\d{1,3}|\d{0,3}-\d{2,3})(?![\w-])")
_DAY = re.compile(r"(?<![\d-])(\d{4})-(\d{2})-(\d{2})(?![\d-])")
_TO_UNITS = (DocumentKind.ASSIGNMENT, DocumentKind.SUPERVISION, DocumentKind.URGING, DocumentKind.SECOND_ROUND)


def dossier(facts: LetterFacts) -> dict[str, Any]:
    """Return what the dossier says to its reader."""
    case, order = facts.case, facts.order
    by = order.by
    answers = [_answer(facts, number, each) for number, each in enumerate(order.answers, 1)]
    closed = (
        f"{case.status.label}，{long_date(day_of(case.closed_at))}"
        if case.closed_at
        else f"未办结（{case.status.label}）"
    )
    return {
        "主送": by.name,
        "办结情况": closed,
        "保管期限": GAP,
        "查阅人": f"{by.unit.name}{by.name}",
        "隐去说明": "投诉人身份未载入本卷。"
        if order.reads_all
        else "投诉人身份未载入本卷，与查阅人职责无关的内容已略去。",
        "目录": [
            {"序号": each["序号"], "名称": each["名称"], "责任者": each["责任者"], "日期": each["日期"]}
            for each in answers
        ]
        or [{"序号": "—", "名称": "（没有可供查阅的办理意见）", "责任者": "—", "日期": "—"}],
        "经过": _path(facts),
        "办理意见": answers,
        "签字": _signatures(facts) or ["无。"],
        "反馈": _feedback(facts) or ["无。"],
        "发文": _documents(facts) or ["无。"],
    }


def _answer(facts: LetterFacts, number: int, shown: dict[str, Any]) -> dict[str, Any]:
    unit = facts.unit(shown["unit"])
    of = f"（{unit}）" if unit else ""
    round_ = f"第{shown['round']}轮" if shown["round"] > 1 else ""
    void = "" if shown["counts"] else "（已作废）"
    rows = [{"名称": each["title"], "内容": _named(facts, each["words"])} for each in shown["fields"]]
    day = long_date(day_of(datetime.fromisoformat(shown["at"])))
    return {
        "序号": str(number),
        "名称": f"{round_}{shown['title']}{void}",
        "标题": f"{round_}{shown['title']}{of}{void}　{facts.officer(shown['by'])}　{day}",
        "责任者": unit or facts.officer(shown["by"]),
        "日期": day,
        "内容": rows or [{"名称": "意见", "内容": "（未填写内容）"}],
    }


def _named(facts: LetterFacts, words: str) -> str:
    """Put names in the place of the codes of officers and units; write days as documents do."""
    words = _CODE.sub(lambda found: facts.officer(found[0]) or facts.unit(found[0]) or found[0], words)
    return _DAY.sub(lambda found: f"{found[1]}年{int(found[2])}月{int(found[3])}日", words)


def _path(facts: LetterFacts) -> list[dict[str, str]]:
    case = facts.case
    rows = [{"时间": _time(case.opened_at.isoformat()), "环节": "登记立案", "经办人": "—", "事项": "登记"}]
    rows += [
        {
            "时间": _time(each["at"]),
            "环节": each["title"],
            "经办人": facts.officer(each["by"]),
            "事项": "办理" if each["counts"] else "办理（已作废）",
        }
        for each in facts.order.answers
    ]
    if case.closed_at is not None:
        by = facts.officer(case.closed_by) or "—"
        rows.append(
            {"时间": _time(case.closed_at.isoformat()), "环节": "办结", "经办人": by, "事项": case.status.label}
        )
    return rows


def _signatures(facts: LetterFacts) -> list[str]:
    counting = {each.id for each in facts.answers("sign-off")}
    query = select(Signature).where(Signature.case_id == facts.case.id).order_by(Signature.id)
    return [
        f"第{each.round}轮：{facts.unit(each.unit_code)}主要领导{facts.officer(each.signer)}"
        f"于{long_date(each.signed_on)}签字"
        f"{f'（纸质签字件{each.paper_number}，{facts.officer(each.recorded_by)}录入）' if each.paper_number else ''}。"
        f"{'' if each.answer_id in counting else '该签字已作废。'}所签报告校验值{each.sha256[:16]}。"
        for each in facts.session.scalars(query)
    ]


def _feedback(facts: LetterFacts) -> list[str]:
    told = facts.session.scalars(
        select(Feedback).where(Feedback.case_id == facts.case.id, counts(Feedback.answer_id)).order_by(Feedback.id)
    )
    lines = [
        f"第{each.round}轮{each.reply.label}："
        + (
            f"{long_date(each.told_on)}。"
            if each.told_on
            else f"未能反馈（{facts.masked(each.undeliverable_reason)}）。"
        )
        for each in told
    ]
    if not facts.order.reads_all:
        return lines
    calls = facts.session.scalars(
        select(CallBack).where(CallBack.case_id == facts.case.id, counts(CallBack.answer_id)).order_by(CallBack.id)
    )
    return lines + [
        f"第{each.round}轮回访：{each.result.label if each.result else facts.masked(each.no_call_reason)}。"
        for each in calls
    ]


def _documents(facts: LetterFacts) -> list[str]:
    query = select(Document).where(Document.case_id == facts.case.id).order_by(Document.id)
    return [
        f"{each.number}　{each.kind.label}　{long_date(each.dated)}{'（已作废）' if each.void else ''}"
        for each in facts.session.scalars(query)
        if facts.order.reads_all or each.kind in _TO_UNITS
    ]


def _time(written: str) -> str:
    return f"{datetime.fromisoformat(written).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
