"""The figures of the demo, counted in the ledger, and the summary that people read."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.assignment import Answer, Assignment
from models.case import Case
from models.clock import SHANGHAI
from models.journal import Entry
from models.message import Message
from models.records import DoubleCheck, Feedback, Signature
from models.words import ProblemClass, Reply, Status


def figures(session: Session) -> dict[str, Any]:
    """Count what became of all messages.

    A case counts as a second round once, also where it went into the third. Feedback counts what was told, for each
    message, not what could not be.
    """
    by_status = dict(session.execute(select(Case.status, func.count()).group_by(Case.status)).all())
    by_class = dict(session.execute(select(Case.problem_class, func.count()).group_by(Case.problem_class)).all())
    told = dict(
        session.execute(
            select(Feedback.reply, func.count()).where(Feedback.told_on.is_not(None)).group_by(Feedback.reply)
        ).all()
    )
    answered = dict(
        session.execute(select(Assignment.kind, func.count()).join(Assignment.answer).group_by(Assignment.kind)).all()
    )
    return {
        "messages": session.scalar(select(func.count(Message.id)).where(Message.batch_id.is_not(None))),
        "cases": sum(by_status.values()),
        "written_off": by_status.get(Status.WRITTEN_OFF, 0),
        "rejected": by_status.get(Status.REJECTED, 0),
        "transferred": by_status.get(Status.TRANSFERRED, 0),
        "merged": by_status.get(Status.MERGED, 0),
        "classes": {each.value: by_class.get(each, 0) for each in ProblemClass},
        "second_rounds": session.scalar(select(func.count()).where(Case.round > 1)),
        "double_checks": session.scalar(select(func.count(DoubleCheck.answer_id.distinct()))),
        "direct_accountability": answered.get("direct-accountability", 0),
        "signatures": session.scalar(select(func.count(Signature.id))),
        "feedback": {
            "online": told.get(Reply.ONLINE, 0),
            "media": told.get(Reply.MEDIA, 0),
            "direct": told.get(Reply.DIRECT, 0),
            "source": told.get(Reply.SOURCE, 0),
            "upward": told.get(Reply.UPWARD, 0),
            "undeliverable": session.scalar(select(func.count(Feedback.id)).where(Feedback.told_on.is_(None))),
        },
        "answers": sum(answered.values()),
        "refused_acts": session.scalar(select(func.count(Entry.id)).where(Entry.what == "refused")),
    }
