"""故障: what is stuck and goes on only when an administrator acts, each with why, since when, and what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.case import MOST_FAILURES, Case
from models.clock import now
from models.database import transaction
from models.journal import Entry
from models.lease import Lease
from models.notice import Delivery, Notice
from models.operator import Suspension
from models.outbox import WakeUp
from models.registry import Unit
from models.steps import STEPS
from models.words import Role, Trouble
from tasks.case_page import who
from tasks.lease import workers_alive
from tasks.notice_channels import UNDECIDED, Channels, channels
from tasks.notice_faults import faults_of
from tasks.unanswerable import unanswerable

TOO_LONG = timedelta(minutes=5)  # in the outbox, where a case stays for seconds
LONGEST_REST = timedelta(days=60)  # of a case that was put to rest, before somebody asks whether it was forgotten
MOST_TRIES = 3  # of a delivery that fail, before somebody is told


@dataclass(frozen=True, kw_only=True)
class Incident:
    """Something that is stuck. what, how: for people, without a story, an address or a name. since: where known.

    case: the number of the case that it is about, run_id its run in Prefect.
    """

    kind: Trouble
    what: str
    how: str
    since: datetime | None = None
    case: str | None = None
    run_id: UUID | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as `zhiyong incidents` prints it."""
        since = self.since.isoformat() if self.since else None
        return {"kind": self.kind.value, "case": self.case, "what": self.what, "since": since, "how": self.how}


def incidents() -> list[Incident]:
    """List all that is stuck now."""
    with transaction() as session:
        return find_incidents(session)


def find_incidents(session: Session) -> list[Incident]:
    """List all that is stuck, in a transaction of the caller's."""
    configured = channels()
    return [
        *_no_worker(session),
        *_stuck(session),
        *_lying(session),
        *_nobody(session),
        *_long_rests(session),
        *_notices_file(session, configured),
        *_undelivered(session, configured),
    ]


def _no_worker(session: Session) -> Iterator[Incident]:
    if not workers_alive(session)[0]:
        yield Incident(
            kind=Trouble.NO_WORKER,
            what="没有工作进程在运行：办理后不会转入下一步，通知也不会发出",
            how="执行 zhiyong up",
            since=session.scalar(select(func.max(Lease.seen_at))),
        )


def _stuck(session: Session) -> Iterator[Incident]:
    """Yield the cases whose walk was given up, since the last thing that happened in them."""
    last = select(Entry.at).where(Entry.case_id == Case.id, Entry.position == Case.length).scalar_subquery()
    for case, since in session.execute(select(Case, last).where(Case.is_open, Case.is_stuck).order_by(Case.id)):
        yield _of_case(
            case,
            Trouble.STUCK,
            what=f"流程连续出错 {MOST_FAILURES} 次，系统已停止重试；已打开的待办仍可办理",
            how=f"查看其运行和日志，排除原因后执行 {_repair(case, '--retry')}",
            since=since,
        )


def _lying(session: Session) -> Iterator[Incident]:
    since = func.min(WakeUp.created_at)
    found = select(Case, since).join(WakeUp, WakeUp.case_id == Case.id).group_by(Case.id)
    for case, at in session.execute(found.having(since < now(session) - TOO_LONG).order_by(Case.id)):
        yield _of_case(
            case,
            Trouble.LYING,
            what=f"待系统处理超过 {TOO_LONG // timedelta(minutes=1)} 分钟（大批来件刚登记时属正常）",
            how="查看工作进程及其日志 logs/worker.log",
            since=at,
        )


def _nobody(session: Session) -> Iterator[Incident]:
    units: dict[str | None, str] = {unit.code: unit.name for unit in session.scalars(select(Unit))}
    for each in unanswerable(session):
        assignment, case = each.assignment, each.assignment.case
        reassign = _repair(case, f"--reassign 人员代码 --step {assignment.step}")
        if each.others:
            how = f"改派同岗位的其他人员：{reassign}"
        elif STEPS[assignment.kind].role is Role.UNIT_HEAD:
            how = "在登记簿中补任主要领导；主要领导是被反映人的，用 zhiyong reclassify 改由治庸问责办直接办理"
        else:
            how = f"在登记簿中补任该岗位并执行 zhiyong registry load；已有接办人的，再执行 {reassign}"
        step = f"{STEPS[assignment.kind].title}（{assignment.step}，待办 {assignment.id}）"
        yield _of_case(
            case,
            Trouble.NOBODY,
            what=f"{step}由{who(assignment.role, units.get(assignment.unit_code))}办理，{each.why}",
            how=how,
            since=assignment.opened_at,
        )


def _long_rests(session: Session) -> Iterator[Incident]:
    latest = now(session) - LONGEST_REST
    found = select(Case, Suspension.suspended_at).join(Suspension, Suspension.case_id == Case.id)
    for case, since in session.execute(
        found.where(Suspension.woken_at.is_(None), Suspension.suspended_at < latest).order_by(Suspension.suspended_at)
    ):
        yield _of_case(
            case,
            Trouble.LONG_REST,
            what=f"挂起已超过 {LONGEST_REST.days} 天",
            how=f"核实挂起的原因是否还在；不在的，执行 zhiyong wake {_short(case)} --by 负责人 --reason 理由",
            since=since,
        )


def _notices_file(session: Session, configured: Channels) -> Iterator[Incident]:
    undecided = select(func.count()).where(Delivery.next_try_at.is_not(None), Delivery.channel == UNDECIDED)
    waiting = session.scalar(undecided)
    meanwhile = f"；有 {waiting} 份通知待改正后发出" if waiting else ""
    for fault in faults_of(session, configured):
        yield Incident(
            kind=Trouble.NOTICES_FILE,
            what=f"通知渠道配置文件：{fault}{meanwhile}",
            how="改正 notices.yml（或 ZHIYONG_NOTICES 所指的文件），写法见 docs/notices.md；改后自动生效",
        )


def _undelivered(session: Session, configured: Channels) -> Iterator[Incident]:
    """Yield the channels that are configured no more, and those that fail; a file that cannot be read removes none."""
    names = {channel.name for channel in configured.known}
    found = session.execute(
        select(Delivery.channel, Delivery.tries, Delivery.trouble, Notice.written_at)
        .join(Delivery.notice)
        .where(Delivery.next_try_at.is_not(None), Delivery.channel != UNDECIDED)
        .order_by(Delivery.channel, Delivery.tries.desc(), Delivery.id)
    )
    for channel, rows in groupby(found, key=lambda row: row.channel):
        waiting = list(rows)
        failing = [row for row in waiting if row.tries >= MOST_TRIES]
        if configured.readable and channel not in names:
            yield Incident(
                kind=Trouble.NO_CHANNEL,
                what=f"渠道“{channel}”已不在配置中，有 {len(waiting)} 份通知未能由其发出（系统内可查）",
                how="在 notices.yml 中恢复同名的渠道（地址可以更换）",
                since=min(row.written_at for row in waiting),
            )
        elif failing:
            yield Incident(
                kind=Trouble.UNDELIVERED,
                what=f"渠道“{channel}”有 {len(failing)} 份通知试发 {MOST_TRIES} 次以上未成：{failing[0].trouble}",
                how="检查 notices.yml 中该渠道的地址和凭据，以及对方的服务；系统会继续重试，通知在系统内可查",
                since=min(row.written_at for row in failing),
            )


def _of_case(case: Case, kind: Trouble, *, what: str, how: str, since: datetime | None) -> Incident:
    return Incident(kind=kind, what=what, how=how, since=since, case=case.number, run_id=case.run_id)


def _repair(case: Case, what: str) -> str:
    return f"zhiyong repair {_short(case)} {what} --by 负责人 --reason 理由"


def _short(case: Case) -> str:
    return f"{case.year}-{case.sequence}"
