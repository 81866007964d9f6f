"""The people of the tests: reports come in, officers of the sample registry answer, days go by."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.conductor import advance
from models.assignment import Assignment
from models.case import Case, CaseSubject
from models.clock import SHANGHAI, Clock, set_clock, today
from models.database import transaction
from models.journal import Actor, Entry
from models.records import (
    AccountabilityDecision,
    CallBack,
    DoubleCheck,
    Feedback,
    Filing,
    Signature,
)
from models.refusals import Refusal
from models.registry import RoleGrant
from models.steps import STEPS
from models.words import Role, Status
from tasks.answer import Accepted, answer
from tasks.open_steps import Asked, open_step
from tasks.register import Report, register

CLERK, CLERK2, CLERK3, HEAD, HEAD2 = "OFF-01", "OFF-02", "OFF-03", "OFF-04", "OFF-05"
PROPAGANDA, DISCIPLINE = "PRO-01", "DIS-01"
# The officers of a unit of the sample, by the role that each holds: U01-01 is the head of U01.
_IN_THE_UNIT = {
    Role.UNIT_HEAD: "01",
    Role.UNIT_DEPUTY: "02",
    Role.UNIT_CONTACT: "03",
    Role.UNIT_INVESTIGATOR: "04",
}
_numbers = itertools.count(1)
Record = TypeVar(
    "Record", AccountabilityDecision, CallBack, CaseSubject, DoubleCheck, Entry, Feedback, Filing, Signature
)


def at(day: str, hour: str = "09:00") -> datetime:
    """Return an hour of a day in Wuhan: at("2026-05-06", "10:30")."""
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(hour), SHANGHAI).astimezone(UTC)


def it_is(day: str, hour: str = "09:00") -> None:
    """Put the clock of the test's ledger to an hour of a day."""
    with transaction() as session:
        it_is_in(session, day, hour)


def it_is_in(session: Session, day: str, hour: str = "09:00") -> None:
    """Put the clock to an hour of a day in a transaction of the test's own."""
    session.get_one(Clock, 1).simulated = True
    set_clock(session, at(day, hour))
    session.flush()


def report(
    channel: str = "DISTRICT_HEAD_LINE",
    *,
    phone: str = "13800001234",
    name: str = "来件人甲",
    number: str = "A-1",
    **other: Any,
) -> str:
    """Register a report and walk its case to classification; return the case's number."""
    with transaction() as session:
        case = register(
            session,
            Report(
                source_number=number,
                received_at=other.pop("received_at", at("2026-05-06")),
                subject=other.pop("subject", "窗口办事拖延"),
                text=other.pop("text", "甲一路服务大厅窗口，材料交了一个月没有回音，多次询问都说再等等。"),
                name=name,
                phone=phone,
                **other,
            ),
            channel=channel,
            actor=Actor(code=CLERK),
        ).case
    advance(case)
    return case


def open_steps(number: str) -> list[str]:
    """Return the keys of a case's open steps, in the order in which they were opened."""
    with transaction() as session:
        return list(
            session.scalars(
                select(Assignment.step)
                .join(Assignment.case)
                .where(Case.number == number, Assignment.is_open)
                .order_by(Assignment.id)
            )
        )


def steps_today(number: str) -> list[str]:
    """Return those of the open steps that may be answered today, in the order in which they were opened."""
    with transaction() as session:
        return list(
            session.scalars(
                select(Assignment.step)
                .join(Assignment.case)
                .where(Case.number == number, Assignment.is_open, Assignment.opens_on <= today(session))
                .order_by(Assignment.id)
            )
        )


def assignment_of(number: str, step: str) -> int:
    """Return the assignment of a case's step."""
    with transaction() as session:
        return session.scalars(
            select(Assignment.id).join(Assignment.case).where(Case.number == number, Assignment.step == step)
        ).one()


def case_of(number: str) -> Case:
    """Read a case."""
    with transaction() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        session.expunge(case)
        return case


def status_of(number: str) -> Status:
    """Return where a case stands."""
    return case_of(number).status


def act(number: str, step: str, by: str, /, **data: Any) -> Accepted:
    """Answer a step and walk on."""
    accepted = answer(assignment_of(number, step), data=data, actor=Actor(code=by))
    advance(number)
    return accepted


def _today() -> str:
    with transaction() as session:
        return today(session).isoformat()


def classify(number: str, step: str = "classification", by: str = CLERK, **other: Any) -> None:
    """Accept a case for U01 as 一般, 日常."""
    data = {
        "outcome": "ACCEPT",
        "problem_class": "GENERAL",
        "grade": "DAILY",
        "unit": "U01",
        "summary": "窗口办事拖延，多次询问无回音",
    } | other
    act(number, step, by, **data)


def investigate(number: str, step: str = "investigation-1", unit: str = "U01", **other: Any) -> None:
    """Report: substantiated, slow, to be mended."""
    data: dict[str, Any] = {
        "investigators": [f"{unit}-04", f"{unit}-05"],
        "finding": "SUBSTANTIATED",
        "nature": "DELAY",
        "facts": "窗口人员未在承诺期限内答复。",
        "heard_the_subject": True,
        "rectification": "限期办结并公开答复时限。",
        "rectification_deadline": "2026-12-31",
    } | other
    act(number, step, f"{unit}-04", **data)


def sign(number: str, step: str = "sign-off-1", unit: str = "U01", **other: Any) -> None:
    """The unit's head signs."""
    act(number, step, f"{unit}-01", **{"agreed": True} | other)


def double_check(number: str, step: str, unit: str = "U01", pursued: bool = False) -> None:
    """The discipline body concludes about the three."""

    def conclusion(person: str) -> dict[str, Any]:
        if pursued:
            return {"person": person, "pursued": True, "measures": ["ADMONITION", "WRITTEN_SELF_CRITICISM"]}
        return {"person": person, "pursued": False, "reason": "已尽到管理责任"}

    act(
        number,
        step,
        DISCIPLINE,
        direct=conclusion(f"{unit}-03"),
        head=conclusion(f"{unit}-01"),
        deputy=conclusion(f"{unit}-02"),
    )


def file(number: str, step: str = "filing-1", **other: Any) -> None:
    """The office puts the result on file."""
    act(number, step, CLERK, **{"decision": "FILED"} | other)


def handle(number: str, round: int = 1, unit: str = "U01") -> None:
    """From receipt to filing, without a double check."""
    act(number, f"receipt-{round}", f"{unit}-03", received=True)
    investigate(number, f"investigation-{round}", unit)
    sign(number, f"sign-off-{round}", unit)


def publish(number: str, round: int = 1) -> None:
    """One writes the redacted text, another approves it."""
    act(number, f"publication-{round}", CLERK, redacted_text="经查属实，已整改。")
    act(number, f"publication-approval-{round}", CLERK2, agreed=True, url="https://example.invalid/1")


def call_back(number: str, round: int = 1, result: str = "SATISFIED") -> None:
    """The office asks the complainant."""
    act(number, f"call-back-{round}", CLERK, result=result, resolved=result != "DISSATISFIED", attempts=1)


def write_off(number: str) -> None:
    """Apply and approve."""
    act(number, "write-off", CLERK, evidence=["整改照片一组"])
    act(number, "write-off-approval", HEAD, agreed=True)


def usual_officer(step: str, unit: str = "U01") -> str:
    """Return who of the sample registry answers a step; `step` is its name, without round."""
    if step == "publication-approval":
        return CLERK2
    role = STEPS[step].role
    if role.of_a_unit:
        return f"{unit}-{_IN_THE_UNIT[role]}"
    return {
        Role.OFFICE_CLERK: CLERK,
        Role.OFFICE_HEAD: HEAD,
        Role.PROPAGANDA: PROPAGANDA,
        Role.DISCIPLINE: DISCIPLINE,
    }[role]


def filled(step: str, unit: str = "U01", day: str = "2026-05-06") -> dict[str, Any]:
    """Return the form of a step, filled in the usual way on a day: nothing special happens."""
    nothing_found = {"pursued": False, "reason": "已尽到管理责任"}
    admonition: dict[str, Any] = {"person": f"{unit}-02", "measures": ["ADMONITION"]}
    forms: dict[str, dict[str, Any]] = {
        "classification": {
            "outcome": "ACCEPT",
            "problem_class": "GENERAL",
            "grade": "DAILY",
            "unit": unit,
            "summary": "窗口办事拖延，多次询问无回音",
        },
        "rejection-reply": {"told_on": day},
        "closing-approval": {"agreed": True},
        "receipt": {"received": True, "first_contact_on": day},
        "rectification-plan": {
            "goal": "窗口事项按承诺时限办结",
            "measures": "清理积压、公开时限、每周通报",
            "deadline": "2026-12-31",
            "guarantees": "分管领导每周调度",
            "lead_unit": unit,
            "lead_officer": f"{unit}-02",
            "milestones": [
                {"what": "清理积压件", "by": "2026-06-30"},
                {"what": "公开办理时限", "by": "2026-09-30"},
            ],
        },
        "report-to-leaders": {"document_number": "洪治庸呈〔2026〕1号", "reported_on": day},
        "milestone": {"progress": "已按承诺完成"},
        "investigation": {
            "investigators": [f"{unit}-04", f"{unit}-05"],
            "finding": "SUBSTANTIATED",
            "nature": "DELAY",
            "facts": "窗口人员未在承诺期限内答复。",
            "heard_the_subject": True,
            "rectification": "限期办结并公开答复时限。",
            "rectification_deadline": "2026-12-31",
        },
        "sign-off": {"agreed": True},
        "direct-accountability": {
            "facts": "经治庸问责办直接调查，情况属实。",
            "nature": "INACTION",
            "heard_the_subject": True,
            "accountability": [admonition],
            "opinion": "建议问责",
        },
        "double-check": {
            "direct": {"person": f"{unit}-03"} | nothing_found,
            "head": {"person": f"{unit}-01"} | nothing_found,
            "deputy": {"person": f"{unit}-02"} | nothing_found,
        },
        "filing": {"decision": "FILED"},
        "accountability-decision": {"decisions": [admonition | {"deciding_body": "区纪委监察局", "decided_on": day}]},
        "publication": {"redacted_text": "经查属实，已整改。"},
        "publication-approval": {"agreed": True, "url": "https://example.invalid/1"},
        "media-reply": {"outlet": "江城晚报", "reply": "情况属实，已整改。", "sent_on": day},
        "direct-reply": {"means": "电话", "delivered_on": day, "proof": "通话录音编号1"},
        "source-reply": {"to": "甲一社区监测点", "sent_on": day},
        "upward-report": {"to": "市治庸问责办", "document_number": "洪治庸报〔2026〕1号", "sent_on": day},
        "call-back": {"result": "SATISFIED", "resolved": True, "attempts": 1},
        "quality-review": {"poorly_handled": False, "dissatisfied": True, "opinion": "单位已尽力，解释不够"},
        "effect-assessment": {"effective": True, "assessed_on": day, "opinion": "整改有效"},
        "social-evaluation": {"score": 86.5, "sample": "六类评议人员共120人"},
        "write-off": {"evidence": ["整改照片一组"]},
        "write-off-approval": {"agreed": True},
        "extension-approval": {"agreed": True},
        "extension-reply": {"told_on": day},
        "progress-report": {"progress": "已约谈窗口负责人"},
        "opinion-tracking": {"situation": "转发减少，未见新的负面评论", "trend": "FADING"},
        "meeting-action": {"result": "已在窗口增设一个席位"},
    }
    return forms[step]


def carry(number: str, *, to: str | None = None, instead: Mapping[str, Mapping[str, Any]] | None = None) -> None:
    """Let everybody answer in the usual way until a step is open; without `to`, until nobody can answer on this day.

    instead: what is answered otherwise, by the step's key.
    """
    while to not in open_steps(number):
        with transaction() as session:
            step = session.scalars(
                select(Assignment)
                .join(Assignment.case)
                .where(Case.number == number, Assignment.is_open, Assignment.opens_on <= today(session))
                .order_by(Assignment.id)
            ).first()
            day = today(session).isoformat()
            unit = "U01" if step is None else step.unit_code or step.case.unit_code or "U01"
        if step is None:
            assert to is None, f"{to} was never asked"
            return
        data = filled(step.kind, unit, day) | dict((instead or {}).get(step.step, {}))
        act(number, step.step, usual_officer(step.kind, unit), **data)


def refused(number: str, step: str, by: str, /, version: int | None = None, **data: Any) -> Refusal:
    """Try to answer a step where a rule says no; return the refusal."""
    with pytest.raises(Refusal) as refusal:
        answer(assignment_of(number, step), data=data, actor=Actor(code=by), version=version)
    return refusal.value


def rows_of(number: str, kind: type[Record]) -> Sequence[Record]:
    """Return what acts in a case left behind, in the order in which it was written."""
    with transaction() as session:
        return session.scalars(
            select(kind).join(Case, kind.case_id == Case.id).where(Case.number == number).order_by(kind.id)
        ).all()


def opened(session: Session, step: str, unit: str = "U01", round: int = 1, **other: Any) -> tuple[Case, Assignment]:
    """Open one step on a case of its own, classified for the unit, without walking there; nothing is committed."""
    it_is_in(session, "2026-05-06")
    report_ = Report(
        source_number=f"B-{next(_numbers)}",
        received_at=at("2026-05-05"),
        subject="窗口办事拖延",
        text="材料交了一个月没有回音。",
    )
    number = register(session, report_, channel=other.pop("channel", "OFFICE_COMPLAINT"), actor=Actor(code=CLERK)).case
    case = session.scalars(select(Case).where(Case.number == number)).one()
    first = session.scalars(select(Assignment).where(Assignment.case_id == case.id)).one()
    if step == "classification":
        return case, first
    for name, value in (
        {"unit_code": unit, "problem_class": "GENERAL", "grade": "DAILY", "kind": "COMPLAIN"} | other
    ).items():
        setattr(case, name, value)
    first.withdrawn_at = at("2026-05-06")
    case.round = round
    session.flush()
    session.refresh(case)
    asked = Asked(
        step=STEPS[step], base=f"{step}-{round}", round=round, unit=unit if STEPS[step].role.of_a_unit else None
    )
    return case, open_step(session, case, asked)


def grant(officer: str, role: Role, valid_from: str = "2015-01-01", valid_to: str | None = None) -> None:
    """Give an officer a role for a period."""
    with transaction() as session:
        session.add(
            RoleGrant(
                officer_code=officer,
                role=role,
                valid_from=date.fromisoformat(valid_from),
                valid_to=date.fromisoformat(valid_to) if valid_to else None,
            )
        )


def leave(officer: str, role: Role, last_day: str = "2026-05-05") -> None:
    """Let a role of an officer's end with a day."""
    with transaction() as session:
        grants = select(RoleGrant).where(RoleGrant.officer_code == officer, RoleGrant.role == role)
        for each in session.scalars(grants):
            each.valid_to = date.fromisoformat(last_day)


def due_of(number: str, step: str) -> datetime:
    """Return when a step is due."""
    with transaction() as session:
        return session.get_one(Assignment, assignment_of(number, step)).due_at
