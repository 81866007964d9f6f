"""The people of the tests: reports come in, officers of the sample registry answer, days go by."""

from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import select

from flows.conductor import advance
from models.assignment import Assignment
from models.case import Case
from models.clock import SHANGHAI, Clock, today
from models.database import transaction
from models.journal import Actor
from models.words import Status
from tasks.answer import Accepted, answer
from tasks.register import Report, register

CLERK, CLERK2, HEAD, PROPAGANDA, DISCIPLINE = "OFF-01", "OFF-02", "OFF-04", "PRO-01", "DIS-01"


def at(day: str, hour: str = "09:00") -> datetime:
    """Return an hour of a day in Wuhan: at("2026-05-06", "10:30")."""
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(hour), SHANGHAI).astimezone(UTC)


def it_is(day: str, hour: str = "09:00") -> None:
    """Put the clock of the test's ledger to an hour of a day."""
    with transaction() as session:
        clock = session.get_one(Clock, 1)
        clock.simulated, clock.at = True, at(day, hour)


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
