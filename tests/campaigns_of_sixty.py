"""Three self-inspections of the sixty sample units, the last still under way: data to look at, the same every time."""

import hashlib
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.campaign import (
    Campaign,
    CampaignUnit,
    Problem,
    ProblemDecision,
    ReportReception,
    ReportSignature,
    SelfReport,
    SentBack,
)
from models.case import CaseMessage
from models.clock import now, today
from models.database import transaction
from models.journal import SYSTEM, Actor
from models.words import Aspect, ListKind, Nature, PowerKind
from tasks.campaign import open_campaign
from tasks.lists import load_lists
from tasks.register import Report, register
from tests.office import CLERK, DISCIPLINE, it_is

LISTS = Path(__file__).parents[1] / "deployments" / "sample" / "lists.xlsx"
TEXTS = {
    Aspect.POST: (
        "个别岗位职责划分不清，同一事项由两个科室分别答复，口径不一致。",
        "岗位说明书自机构调整后未及时更新，部分人员不清楚本岗位的追责情形。",
        "首问负责制落实不到位，窗口人员对不属于本科室的事项只告知不引导。",
        "AB岗制度执行不严，承办人外出期间业务无人接办，群众多次往返。",
    ),
    Aspect.FLOW: (
        "受理环节未出具受理单，办理时限起算时间无法核实。",
        "审查环节超过公开时限三个工作日，未按规定提前告知申请人延期理由。",
        "现场核查由一人完成，核查笔录事后补签。",
        "补正材料未一次性告知，申请人先后三次补交材料。",
        "网上公开的流程图与实际办理步骤不一致，少列集体审议环节。",
    ),
    Aspect.CHECK: (
        "受理、审查、决定由同一人经办，岗位之间缺乏制约。",
        "自由裁量没有细化标准，同类情形处理结果相差较大。",
        "重大事项集体讨论记录不完整，参会人员意见未逐一记录。",
        "对下属单位的检查流于形式，连续两个季度没有发现问题的记录。",
    ),
}
WHEN = ("", "近期检查发现，", "一季度以来，", "经科室自查，")
MEASURES = (
    "修订岗位说明书并组织培训",
    "在窗口统一出具受理单，每周抽查",
    "重新划分权限，实行双人复核",
    "公开办理时限和监督电话",
)
EXEMPT = {"U46": "正在改制，职能已划转", "U47": "正在改制，职能已划转"}


def three_campaigns() -> None:
    """June and December of 2025, closed; June of 2026, two working days after its due date."""
    it_is("2025-05-06")
    load_lists(LISTS, actor=SYSTEM)
    _campaign("2025-06", "2025-06-03", "2025-06-26", "2025-07-04", seed=1, missing=4, late=7)
    _campaign("2025-12", "2025-12-01", "2025-12-26", "2026-01-06", seed=2, missing=2, late=5)
    _campaign("2026-06", "2026-06-01", "2026-06-26", "2026-07-02", seed=3, missing=3, late=4, decided=0.7)


def bad_campaign() -> None:
    """December of 2026, after the three: a third of the units late, a quarter silent."""
    _campaign("2026-12", "2026-12-01", "2026-12-28", "2027-01-08", seed=4, missing=15, late=20, decided=0.7)


def _campaign(
    period: str, opens: str, in_time: str, after: str, *, seed: int, missing: int, late: int, decided: float = 1
) -> None:
    chance = random.Random(seed)
    it_is(opens)
    open_campaign(period, actor=SYSTEM, exempt=EXEMPT)
    away = chance.sample([unit for unit in range(1, 61) if f"U{unit}" not in EXEMPT], missing + late)
    with transaction() as session:
        campaign = session.scalars(select(Campaign).where(Campaign.period == period)).one()
        units = session.scalars(
            select(CampaignUnit).where(CampaignUnit.campaign == campaign).order_by(CampaignUnit.unit_code)
        ).all()
        tardy = [units[unit - 1] for unit in away[missing:]]
        punctual = [unit for at, unit in enumerate(units, 1) if at not in away and not unit.exempt]
    it_is(in_time)
    with transaction() as session:
        for unit in punctual:
            _returned(session, unit, chance, mended=chance.random() < 0.15, signed=0.97, received=0.95, decided=decided)
    it_is(after)
    with transaction() as session:
        for unit in tardy[:-1]:
            _returned(session, unit, chance, mended=True, signed=1, received=decided - 0.5, decided=decided - 0.3)
        _file(session, tardy[-1], chance, accepted=False)
        vague = session.scalars(select(SelfReport).where(SelfReport.campaign_unit == punctual[5])).all()[-1]
        session.add(SentBack(report_id=vague.id, at=now(session), by_code=CLERK, reason="问题描述过于笼统"))


def _returned(
    session: Session,
    unit: CampaignUnit,
    chance: random.Random,
    *,
    mended: bool,
    signed: float,
    received: float,
    decided: float,
) -> None:
    if mended:
        _file(session, unit, chance, accepted=False)
    report = _file(session, unit, chance, accepted=True)
    session.flush()
    if chance.random() > signed:
        return
    signature = {"signer": f"{unit.unit_code}-01", "signed_on": today(session), "sha256": report.sha256}
    session.add(ReportSignature(report_id=report.id, **signature))
    if chance.random() < received:
        session.add(ReportReception(report_id=report.id, received_on=today(session), received_by=DISCIPLINE))
    if chance.random() < decided:
        for problem in report.problems:
            _decide(session, problem, as_case=chance.random() < 0.4)


def _file(session: Session, unit: CampaignUnit, chance: random.Random, *, accepted: bool) -> SelfReport:
    digest = hashlib.sha256(chance.randbytes(8)).hexdigest()
    period = session.get_one(Campaign, unit.campaign_id).period
    report = SelfReport(
        campaign_unit_id=unit.id,
        file_name="自查表.xlsx",
        sha256=digest,
        received_at=now(session),
        received_by=CLERK,
        precedence=f"{now(session):%Y-%m-%d} {accepted} {digest}",
        accepted=accepted,
        faults=[] if accepted else [{"sheet": "岗位责任", "cell": "F5", "reason": "未填自查情况"}],
        content={},
        receipt=f"{period}-{unit.unit_code}-{digest[:8]}",
        problems=_problems(period, unit, chance) if accepted else [],
    )
    session.add(report)
    return report


def _problems(period: str, unit: CampaignUnit, chance: random.Random) -> list[Problem]:
    found: list[Problem] = []
    for aspect in Aspect:
        for text in chance.sample(TEXTS[aspect], chance.choice((0, 0, 1, 1, 2))):
            items: list[dict[str, Any]] = unit.book[aspect.value]
            item = chance.choice(items) if items and chance.random() < 0.9 else None
            found.append(
                Problem(
                    aspect=aspect,
                    row=6 + len(found),
                    list_kind=ListKind(item["list"]) if item else aspect.own_list,
                    item_key=item["key"] if item else "",
                    item_name=item["name"] if item else "内部管理制度",
                    power_kind=PowerKind(item["power_kind"]) if item and item["power_kind"] else None,
                    text=chance.choice(WHEN) + text,
                    nature=chance.choice(list(Nature)),
                    post=chance.choice(("综合窗口岗", "业务审核岗", "科室负责人", "现场核查岗")),
                    measures=chance.choice(MEASURES),
                    deadline=date(int(period[:4]), int(period[5:]), 28) + timedelta(days=chance.choice((2, 33, 64))),
                    mended=chance.random() < 0.4,
                )
            )
    return found


def _decide(session: Session, problem: Problem, *, as_case: bool) -> None:
    case_id = None
    if as_case:
        report = Report(
            source_number=f"{problem.report.receipt}-{problem.aspect.label}-{problem.row}",
            received_at=now(session),
            subject="自查发现",
            text=problem.text,
        )
        registered = register(session, report, channel="SELF_INSPECTION", actor=Actor(code=CLERK))
        case_id = session.get_one(CaseMessage, registered.message).case_id
    session.add(
        ProblemDecision(
            problem_id=problem.id,
            decided_at=now(session),
            decided_by=CLERK,
            case_id=case_id,
            reason="" if as_case else "已制定整改措施，由单位自行整改",
        )
    )
