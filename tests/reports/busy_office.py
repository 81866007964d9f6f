"""Two months of a busy office by chance, always the same chance: every figure of the periodic reports has something."""

import random
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.assignment import Answer, Assignment
from models.calendar import working_day_after
from models.case import Case, CaseMessage
from models.database import transaction
from models.message import Complainant, Message
from models.operator import Suspension
from models.policy import PolicyNumber
from models.records import AccountabilityDecision, CallBack, DecisionMeasure, DoubleCheck
from models.steps import STEPS
from models.words import Grade, Measure, Nature, Position, ProblemClass, Satisfaction, Status, Via
from reports.report import day_of
from tests.office import at, it_is

CASES = 400
NOW = at("2026-06-10", "12:00")
FIRST = at("2026-04-13", "08:30")
CHANNELS = [
    "DISTRICT_HEAD_LINE",
    "CONDUCT_LINE",
    "OFFICE_COMPLAINT",
    "SUPERVISION_LINE",
    "OPINION_BULLETIN",
    "MEDIA_EXPOSURE",
    "SUPERIOR_TRANSFER",
    "MONITORING_POINT",
    "SUPERVISOR_VISIT",
    "WINDOW_PATROL",
    "OTHER",
]
SUMMARIES = (
    "办证窗口无人受理，群众多次往返",
    "小区物业维修资金申请三个月未批复",
    "夜间施工噪声扰民，投诉后无人处理",
    "路灯两个月不亮，报修后推诿",
    "拆迁安置房产权证迟迟未办",
    "占道经营反复回潮，执法人员到场不处理",
)


def two_months() -> None:
    """Fill the ledger with cases from 13 April to 10 June 2026."""
    it_is("2026-06-10", "12:00")
    chance = random.Random(20260610)
    with transaction() as session:
        limit = session.scalars(select(PolicyNumber.id).order_by(PolicyNumber.id).limit(1)).one()
        matters: dict[str, int] = {}
        for number in range(1, CASES + 1):
            _Lived(session, chance, number, limit).fill(matters)


class _Lived:
    """One case, which goes some way along its path."""

    def __init__(self, session: Session, chance: random.Random, number: int, limit: int) -> None:
        self.session, self.chance, self.number, self.limit = session, chance, number, limit
        self.now = FIRST + timedelta(minutes=chance.randint(0, int((NOW - FIRST).total_seconds() // 60) - 2000))
        self.unit = f"U{min(chance.randint(1, 14), chance.randint(1, 14)):02}"
        self.round = 1

    def fill(self, matters: dict[str, int]) -> None:
        """Make the case; chance leads it on until it stops or the present comes."""
        self._register(matters)
        for stage in (
            self._classify,
            self._receive,
            self._investigate,
            self._file,
            self._decide,
            self._call,
            self._end,
        ):
            self.now += timedelta(minutes=self.chance.randint(200, 9000))
            if self.now > NOW - timedelta(hours=1) or not stage():
                break
        if self.case.closed_at is None and self._likely(0.04):
            rest = Suspension(
                case_id=self.case.id, suspended_at=NOW - timedelta(days=2), suspended_by="OFF-04", reason="x"
            )
            self.session.add(rest)

    def _likely(self, share: float) -> bool:
        return self.chance.random() < share

    def _register(self, matters: dict[str, int]) -> None:
        self.text = self.chance.choice(SUMMARIES)
        similar = matters.get(self.text) if self._likely(0.3) else None
        message = Message(
            channel_code=self.chance.choice(CHANNELS[: self.chance.choice((4, 4, len(CHANNELS)))]),
            source_number=str(self.number),
            received_at=self.now - timedelta(minutes=self.chance.randint(0, 600)),
            registered_at=self.now,
            subject=self.text,
            text=self.text,
            similar_to=similar,
            similarity=0.8 if similar else None,
        )
        if self._likely(0.8):
            message.complainant = Complainant(name="来件人甲", phone=f"1380000{self.number:04}")
        self.case = Case(number=f"洪治庸〔2026〕{self.number}号", year=2026, sequence=self.number, opened_at=self.now)
        self.session.add_all([message, self.case])
        self.session.flush()
        if similar is None:
            matters[self.text] = message.id
        self.session.add(CaseMessage(message_id=message.id, case_id=self.case.id, joined_at=self.now, joined_by="x"))

    def _step(self, kind: str, data: dict[str, Any] | None = None, *, days: int = 5) -> Answer | None:
        """Ask for a step and have it answered, in time or not; without data it stays open."""
        begun = self.now - timedelta(minutes=self.chance.randint(100, 7000))
        begun = max(begun, self.case.opened_at)
        due_on = working_day_after(self.session, day_of(begun), days)
        role = STEPS[kind].role
        attempt = self.session.scalar(select(func.count()).where(Assignment.case_id == self.case.id)) or 0
        step = Assignment(
            case_id=self.case.id,
            step=f"{kind}-{attempt}",
            base=f"{kind}-{attempt}",
            kind=kind,
            round=self.round,
            role=role,
            unit_code=self.unit if role.of_a_unit else None,
            opened_at=begun,
            opens_on=day_of(begun),
            due_on=due_on,
            due_at=at(due_on.isoformat(), "17:30"),
            yellow_at=begun,
            limit_id=self.limit,
            answered_at=self.now if data is not None else None,
        )
        self.session.add(step)
        self.session.flush()
        if data is None:
            return None
        by = {"officer_code": "OFF-01", "os_user": "test", "via": Via.COMMAND}
        answer = Answer(assignment_id=step.id, answered_at=self.now, data=data, **by)
        self.session.add(answer)
        self.session.flush()
        return answer

    def _classify(self) -> bool:
        if self._likely(0.06):
            self._step("classification", {"outcome": "REJECT", "reason": "x", "problem_class": None, "grade": None})
            return self._close(self.chance.choice((Status.REJECTED, Status.TRANSFERRED)))
        if self._likely(0.03):
            self._step("classification", days=1)
            return False
        case = self.case
        case.problem_class = self.chance.choice((ProblemClass.GENERAL, *ProblemClass))
        case.grade = self.chance.choice((Grade.DAILY, Grade.DAILY, *Grade))
        case.unit_code, case.summary = self.unit, self.text
        ruling = {"outcome": "ACCEPT", "problem_class": case.problem_class.value, "grade": case.grade.value}
        self._step("classification", ruling | {"unit": self.unit, "summary": self.text}, days=1)
        self._move(Status.INVESTIGATING)
        return True

    def _receive(self) -> bool:
        if self._likely(0.05):
            self._step("receipt", {"received": False, "return_reason": "x"}, days=1)
        contact = day_of(self.now - timedelta(days=self.chance.choice((0, 0, 1)))).isoformat()
        self._step("receipt", {"received": True, "first_contact_on": contact}, days=self.chance.choice((1, 2, 3, 5)))
        return True

    def _investigate(self) -> bool:
        finding = self.chance.choice(("SUBSTANTIATED", "SUBSTANTIATED", "PARTLY", "UNSUBSTANTIATED"))
        nature = None if finding == "UNSUBSTANTIATED" else self.chance.choice(list(Nature)).value
        if self._likely(0.08):
            self._step("investigation", days=2)
            return False
        self._step("investigation", {"finding": finding, "nature": nature}, days=self.chance.choice((3, 5, 13)))
        self._step("sign-off", {"agreed": True}, days=3)
        return True

    def _file(self) -> bool:
        self._step("filing", {"decision": "FILED"}, days=3)
        return True

    def _decide(self) -> bool:
        if self._likely(0.15):
            self._step("quality-review", {"poorly_handled": True, "dissatisfied": True, "opinion": "x"}, days=3)
            self.round = self.case.round = 2
            self._check()
        if self._likely(0.3):
            answer = self._step("accountability-decision", {}, days=10)
            assert answer is not None
            for officer in self.chance.sample(
                [f"{self.unit}-0{place}" for place in range(1, 4)], self.chance.randint(1, 2)
            ):
                self._held(answer, officer_code=officer)
            if self._likely(0.2):
                self._held(answer, unit_code=self.unit)
        return True

    def _held(self, answer: Answer, **whom: str) -> None:
        measures = self.chance.sample(list(Measure)[:4], self.chance.randint(1, 2))
        self.session.add(
            AccountabilityDecision(
                case_id=self.case.id,
                answer_id=answer.id,
                round=self.round,
                deciding_body="区纪委监察局",
                decided_on=day_of(self.now),
                measures=[DecisionMeasure(measure=measure) for measure in measures],
                **whom,
            )
        )

    def _check(self) -> None:
        answer = self._step("double-check", {}, days=10)
        assert answer is not None
        for position, place in zip(Position, ("03", "01", "02"), strict=True):
            pursued = self._likely(0.5)
            self.session.add(
                DoubleCheck(
                    case_id=self.case.id,
                    answer_id=answer.id,
                    round=self.round,
                    position=position,
                    officer_code=f"{self.unit}-{place}",
                    pursued=pursued,
                    reason="" if pursued else "已尽责",
                    measures=["ADMONITION"] if pursued else [],
                )
            )

    def _call(self) -> bool:
        if self._likely(0.1):
            none = CallBack(case_id=self.case.id, round=self.round, no_call_reason="匿名", recorded_at=self.now)
            self.session.add(none)
            return True
        result = self.chance.choice((*Satisfaction, Satisfaction.SATISFIED, Satisfaction.SATISFIED))
        answer = self._step("call-back", {"result": result.value}, days=5)
        assert answer is not None
        resolved = self._likely(0.8) if self._likely(0.9) else None
        self.session.add(
            CallBack(
                case_id=self.case.id,
                answer_id=answer.id,
                round=self.round,
                result=result,
                resolved=resolved,
                recorded_at=self.now,
            )
        )
        return True

    def _end(self) -> bool:
        if self._likely(0.2):
            return False
        self._move(Status.WRITE_OFF)
        return self._close(Status.WRITTEN_OFF)

    def _move(self, to: Status) -> None:
        self.case.previous_status, self.case.status = self.case.status, to
        self.session.flush()

    def _close(self, to: Status) -> bool:
        if to is not Status.WRITTEN_OFF:
            self._move(Status.FEEDBACK)
        self.case.closed_at, self.case.closed_by, self.case.closing_reason = self.now, "OFF-04", "整改到位"
        self._move(to)
        return False
