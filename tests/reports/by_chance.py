"""A ledger of some hundred cases, filled by chance past all acts: for reports that only look at it."""

import random
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models.assignment import Answer, Assignment
from models.calendar import working_day_after
from models.case import Case, CaseMessage
from models.message import Message
from models.notice import Nudge
from models.operator import Extension, Supervision
from models.records import AccountabilityDecision, CallBack, DecisionMeasure, DoubleCheck, Feedback
from models.steps import STEPS
from models.words import Basis, Grade, Measure, Position, ProblemClass, Reply, Satisfaction, Stage, Status, Via
from tests.office import at

NOW = at("2026-06-10", "12:00")


class CaseByChance:
    """One case by chance, and what may hang on it."""

    def __init__(self, session: Session, chance: random.Random, number: int, limit: int) -> None:
        self.session, self.chance, self.number, self.limit = session, chance, number, limit
        self.attempts: dict[str, int] = {}

    def fill(self) -> None:
        """Make the case, then what chance gives it."""
        self.message = self._message()
        self.case = self._case()
        self.session.add(CaseMessage(message_id=self.message.id, case_id=self.case.id, joined_at=NOW, joined_by="x"))
        if self.case.status is Status.WRITE_OFF or self.case.status is Status.WRITTEN_OFF:
            self._answer("write-off", {"evidence": ["照片"], "opinion": ""})
        if self.case.status is not Status.WRITTEN_OFF and self._chance(0.8):
            self._step("investigation", answered=False)
        for given in (self._supervise, self._track, self._check, self._decide, self._tell, self._review):
            if self._chance(0.4):
                given()

    def _chance(self, share: float) -> bool:
        return self.chance.random() < share

    def _days_ago(self, most: int = 40) -> timedelta:
        return timedelta(days=self.chance.randint(0, most), minutes=self.chance.randint(0, 600))

    def _message(self) -> Message:
        channel = self.chance.choice(["DISTRICT_HEAD_LINE", "OPINION_BULLETIN", "MEDIA_EXPOSURE", "WINDOW_PATROL"])
        message = Message(
            channel_code=channel,
            source_number=str(self.number),
            received_at=NOW - self._days_ago(),
            registered_at=NOW,
            subject="路灯",
            text="路灯不亮",
        )
        self.session.add(message)
        self.session.flush()
        return message

    def _case(self) -> Case:
        status = self.chance.choice([Status.INVESTIGATING, Status.FEEDBACK, Status.WRITE_OFF, Status.WRITTEN_OFF])
        closed = {"closed_at": NOW - timedelta(days=1), "closed_by": "OFF-04", "closing_reason": "整改到位"}
        case = Case(
            number=f"洪治庸〔2026〕{self.number}号",
            year=2026,
            sequence=self.number,
            status=status,
            previous_status=Status.WRITE_OFF if status is Status.WRITTEN_OFF else Status.REGISTERED,
            opened_at=NOW - timedelta(days=41),
            round=self.chance.choice([1, 1, 2, 3]),
            problem_class=ProblemClass.GENERAL,
            grade=Grade.DAILY,
            unit_code=f"U{self.chance.randint(1, 5):02}",
            summary="路灯两个月不亮",
            **(closed if status is Status.WRITTEN_OFF else {}),
        )
        self.session.add(case)
        self.session.flush()
        return case

    def _step(self, kind: str, *, answered: bool, round: int = 1) -> Assignment:
        attempt = self.attempts[kind] = self.attempts.get(kind, -1) + 1
        step = Assignment(
            case_id=self.case.id,
            step=f"{kind}-{round}-{attempt}",
            base=f"{kind}-{round}-{attempt}",
            kind=kind,
            round=round,
            role=STEPS[kind].role,
            unit_code=self.case.unit_code if STEPS[kind].role.of_a_unit else None,
            opened_at=NOW - timedelta(days=40),
            opens_on=date(2026, 5, 1),
            due_on=(due := working_day_after(self.session, date(2026, 6, 1), self.chance.randint(1, 14))),
            due_at=at(due.isoformat(), "17:30"),
            yellow_at=NOW,
            limit_id=self.limit,
            answered_at=NOW - timedelta(days=2) if answered else None,
        )
        self.session.add(step)
        self.session.flush()
        return step

    def _answer(self, kind: str, data: dict[str, Any], round: int = 1) -> Answer:
        step = self._step(kind, answered=True, round=round)
        by = {"officer_code": "OFF-01", "os_user": "test", "via": Via.COMMAND}
        answer = Answer(assignment_id=step.id, answered_at=NOW - timedelta(days=2), data=data, **by)
        self.session.add(answer)
        self.session.flush()
        return answer

    def _supervise(self) -> None:
        ended = self._chance(0.3)
        self.session.add(
            Supervision(
                case_id=self.case.id,
                number=f"洪治庸督〔2026〕{self.number}号",
                basis=self.chance.choice(list(Basis)),
                instruction="查清",
                leader="区长",
                every=5,
                begun_at=NOW - timedelta(days=20),
                begun_by="OFF-04",
                ended_at=NOW - timedelta(days=5) if ended else None,
            )
        )
        step = self._step("progress-report", answered=True)
        for item in range(self.chance.randint(0, 3)):
            stage = self.chance.choice([Stage.URGE, Stage.REMIND])
            self.session.add(
                Nudge(
                    assignment_id=step.id,
                    stage=stage,
                    due_on=date(2026, 6, item + 1),
                    at=NOW - self._days_ago(),
                    number=f"催{self.number}-{item}" if stage is Stage.URGE else "",
                )
            )
        if self._chance(0.5):
            agreed = self.chance.choice([True, False, None])
            self.session.add(
                Extension(
                    case_id=self.case.id,
                    assignment_id=step.id,
                    item=1,
                    days=3,
                    reason="证人外出",
                    asked_by="U01-04",
                    asked_at=NOW,
                    agreed=agreed,
                )
            )

    def _check(self) -> None:
        if self._chance(0.3):
            self._step("double-check", answered=False)
            return
        answer = self._answer("double-check", {})
        for position, officer in zip(Position, ("U01-03", "U01-01", "U01-02"), strict=True):
            pursued = self._chance(0.5)
            self.session.add(
                DoubleCheck(
                    case_id=self.case.id,
                    answer_id=answer.id,
                    round=1,
                    position=position,
                    officer_code=officer,
                    pursued=pursued,
                    reason="" if pursued else "已尽责",
                    measures=["ADMONITION"] if pursued else [],
                )
            )

    def _track(self) -> None:
        for _ in range(self.chance.randint(1, 2)):
            self._answer("opinion-tracking", {"situation": "转发减少", "trend": "FADING"})
        if self.case.closed_at is None:
            self._step("opinion-tracking", answered=False)  # late, as a rule; no light of the case's

    def _decide(self) -> None:
        answer = self._answer("accountability-decision", {})
        for officer in self.chance.sample(["U01-01", "U01-02", "U01-03"], self.chance.randint(1, 3)):
            self.session.add(
                AccountabilityDecision(
                    case_id=self.case.id,
                    answer_id=answer.id,
                    round=1,
                    officer_code=officer,
                    deciding_body="区纪委监察局",
                    decided_on=date(2026, 6, 1),
                    executed_on=date(2026, 6, 5) if self._chance(0.5) else None,
                    measures=[DecisionMeasure(measure=self.chance.choice(list(Measure)))],
                )
            )

    def _tell(self) -> None:
        reply = self.chance.choice([Reply.ONLINE, Reply.MEDIA, Reply.SOURCE])
        answer = self._answer("publication-approval", {"agreed": True})
        told = reply is Reply.ONLINE or self._chance(0.7)
        self.session.add(
            Feedback(
                case_id=self.case.id,
                answer_id=answer.id,
                round=1,
                reply=reply,
                message_id=self.message.id,
                told_on=date(2026, 6, 3) if told else None,
                to="晚报",
                text="已整改",
                undeliverable_reason="" if told else "已停刊",
            )
        )

    def _review(self) -> None:
        again = {"poorly_handled": self._chance(0.7), "dissatisfied": self._chance(0.7), "opinion": "处理不力"}
        self._answer("quality-review", again, round=self.chance.choice([1, 2]))
        self.session.add(
            CallBack(case_id=self.case.id, round=1, result=self.chance.choice(list(Satisfaction)), recorded_at=NOW)
        )
