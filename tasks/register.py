"""Registering a message: it gets its number, opens a case and the case's first assignment in one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from models import journal
from models.case import Case, CaseMessage, CaseSubject, next_number
from models.clock import now, today
from models.journal import SYSTEM, Actor
from models.message import Complainant, Message
from models.outbox import BULK, wake
from models.policy import policy_number
from models.refusals import UnknownChannel
from models.registry import Channel, Officer, RoleGrant
from models.steps import STEPS
from models.words import Lapse, Role
from tasks.open_steps import Asked, open_step

CLASSIFY = Asked(step=STEPS["classification"], base="classification", round=1)


@dataclass(frozen=True, kw_only=True)
class Report:
    """A message before it is registered. received_at is aware."""

    source_number: str
    received_at: datetime
    subject: str
    text: str
    about_unit: str = ""
    name: str = ""
    phone: str = ""
    address: str = ""
    consent: bool = False
    extra: dict[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Registered:
    """What became of a report: its message, its case, and an earlier message that it is very like."""

    message: int
    case: str
    similar_to: int | None


def already_known(session: Session, channel: str, source_number: str) -> int | None:
    """Return the message that came by this channel under this number, if it has come."""
    return session.scalar(
        select(Message.id).where(Message.channel_code == channel, Message.source_number == source_number)
    )


def register(
    session: Session, report: Report, *, channel: str, actor: Actor, batch: int | None = None, priority: int = BULK
) -> Registered:
    """Register one report and open its case (O33): the caller's transaction commits both or neither.

    Raises UnknownChannel.
    """
    if session.get(Channel, channel) is None:
        raise UnknownChannel
    message = Message(
        channel_code=channel,
        source_number=report.source_number,
        received_at=report.received_at,
        registered_at=now(session),
        subject=report.subject,
        text=report.text,
        about_unit=report.about_unit,
        extra=report.extra or {},
        batch_id=batch,
    )
    session.add(message)
    session.flush()
    if report.name or report.phone or report.address:
        session.add(
            Complainant(
                message_id=message.id,
                name=report.name,
                phone=report.phone,
                address=report.address,
                consent=report.consent,
            )
        )
    earlier = most_similar(session, message)
    if earlier is not None:
        message.similar_to, message.similarity = earlier
    case = open_case(session, message, actor=actor)
    wake(session, case.id, priority=priority)
    return Registered(message=message.id, case=case.number, similar_to=message.similar_to)


def open_case(session: Session, message: Message, *, actor: Actor, linked_from: Case | None = None) -> Case:
    """Open a numbered case for a message, with its classification."""
    moment = now(session)
    year = today(session).year
    sequence = next_number(session, "case", year)
    case = Case(
        number=f"洪治庸〔{year}〕{sequence}号",
        year=year,
        sequence=sequence,
        opened_at=moment,
        linked_from=linked_from.id if linked_from else None,
    )
    case.messages.append(CaseMessage(message=message, joined_at=moment, joined_by=actor.code))
    session.add(case)
    session.flush()
    came = session.execute(text(f"{journal.MESSAGES} WHERE r.id = :message"), {"message": message.id}).one()
    journal.write(
        session,
        case=case,
        actor=actor,
        what="register",
        detail={
            "case": case.number,
            "linked_from": case.linked_from,
            "message": message.id,
            "channel": message.channel_code,
            "similar_to": message.similar_to,
            "sha256": came.sha256,
            "consent": came.consent,
        },
    )
    open_step(session, case, CLASSIFY)
    return case


def open_linked_case(session: Session, case: Case, *, lapse: Lapse, actor: Actor) -> Case:
    """Open a case against the leaders of the unit whose result shows a lapse (O73)."""
    moment = now(session)
    message = Message(
        channel_code="FILING_REVIEW",
        source_number=f"{case.number}-{case.round}",
        received_at=moment,
        registered_at=moment,
        subject=f"备案审查：{lapse.label}",
        text=f"审查{case.number}的备案材料，发现责任单位存在“{lapse.label}”的情形。",
        about_unit=case.unit.name if case.unit else "",
    )
    session.add(message)
    session.flush()
    linked = open_case(session, message, actor=SYSTEM, linked_from=case)
    leaders = session.scalars(
        select(Officer.code)
        .join(Officer.grants)
        .where(
            Officer.unit_code == case.unit_code,
            RoleGrant.role.in_([Role.UNIT_HEAD, Role.UNIT_DEPUTY]),
            RoleGrant.in_force(today(session)),
        )
    )
    session.add_all(CaseSubject(case_id=linked.id, officer_code=code) for code in sorted(set(leaders)))
    journal.write(
        session, case=case, actor=actor, what="linked-case", detail={"case": linked.number, "lapse": lapse.value}
    )
    wake(session, linked.id)
    return linked


def most_similar(session: Session, message: Message) -> tuple[int, float] | None:
    """Find the earlier message that is most like this one about the same matter, within the window, if any is."""
    day = today(session)
    window = timedelta(days=policy_number(session, "similar-within", on=day).value)
    threshold = policy_number(session, "similar-from", on=day).value / 100
    # Only the trigram index is asked first: with the dates beside it the planner would compare every text.
    for setting, value in (("pg_trgm.similarity_threshold", str(threshold)), ("enable_seqscan", "off")):
        session.execute(select(func.set_config(setting, value, True)))
    similarity = func.similarity(Message.matter, message.matter).label("similarity")
    alike = (
        select(Message.id, Message.received_at, similarity)
        .where(Message.matter.op("%", is_comparison=True)(message.matter))
        .cte("alike")
        .prefix_with("MATERIALIZED")
    )
    found = session.execute(
        select(alike.c.id, alike.c.similarity)
        .where(
            alike.c.id < message.id,
            alike.c.received_at.between(message.received_at - window, message.received_at + window),
        )
        .order_by(alike.c.similarity.desc(), alike.c.id)
        .limit(1)
    ).first()
    session.execute(select(func.set_config("enable_seqscan", "on", True)))
    return (found[0], float(found[1])) if found else None
