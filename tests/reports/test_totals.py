"""What each report adds up, on a ledger of some hundred cases, against SQL that knows nothing of the reports."""

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from models.assignment import Answer, Assignment
from models.calendar import working_day_after
from models.case import Case, CaseMessage
from models.database import transaction
from models.message import Message
from models.notice import Nudge
from models.operator import Extension, Supervision
from models.policy import PolicyNumber
from models.records import AccountabilityDecision, CallBack, DecisionMeasure, DoubleCheck, Feedback
from models.steps import STEPS
from models.words import Basis, Grade, Measure, Position, ProblemClass, Reply, Satisfaction, Stage, Status, Via
from tests.office import at, it_is
from tests.reports.sheets import totals

CASES = 400
NOW = at("2026-06-10", "12:00")
OPEN = "answered_at IS NULL AND withdrawn_at IS NULL"
RED = f"EXISTS (SELECT FROM assignment a WHERE a.case_id = c.id AND {OPEN} AND due_at < :now)"
CASE_OF = 'JOIN "case" c ON c.id = r.case_id'
REVIEWS = (
    'FROM answer r JOIN assignment s ON s.id = r.assignment_id JOIN "case" c ON c.id = s.case_id '
    "WHERE s.kind = 'quality-review' AND r.data->>'poorly_handled' = 'true' AND r.data->>'dissatisfied' = 'true'"
)
MEDIA = (
    "FROM case_message r JOIN message m ON m.id = r.message_id JOIN channel h ON h.code = m.channel_code "
    f"{CASE_OF} WHERE h.origin = 'MEDIA'"
)
CHECKED = "FROM double_check r WHERE r.pursued AND r.position ="
WRITTEN_OFF = "c.status = 'WRITTEN_OFF'"
# By report and heading, what SQL finds; every total of every report is here.
FOUND: dict[str, dict[str, str]] = {
    "problem-ledger": {
        "案件编号": 'FROM "case"',
        "灯号": f'FROM "case" c WHERE {RED}',
        "是否销号": f'FROM "case" c WHERE {WRITTEN_OFF}',
    },
    "write-off-ledger": {
        "案件编号": f'FROM "case" c WHERE {WRITTEN_OFF} OR EXISTS (SELECT FROM assignment a WHERE a.case_id = c.id '
        "AND a.kind = 'write-off' AND a.withdrawn_at IS NULL)",
        "销号/状态": f'FROM "case" c WHERE {WRITTEN_OFF}',
    },
    "supervision-ledger": {
        "督办/编号": "FROM supervision",
        "办理/灯号": f"FROM supervision r {CASE_OF} WHERE r.ended_at IS NULL AND c.closed_at IS NULL AND {RED}",
        "办理/延期": "FROM extension e JOIN supervision r ON r.case_id = e.case_id WHERE e.agreed",
        "办理/催办次数": "FROM nudge n JOIN assignment a ON a.id = n.assignment_id JOIN supervision r "
        f"ON r.case_id = a.case_id {CASE_OF} WHERE n.stage = 'URGE' AND n.at >= r.begun_at "
        "AND n.at <= coalesce(r.ended_at, c.closed_at, 'infinity')",
        "办理/办结日": f"FROM supervision r {CASE_OF} WHERE r.ended_at IS NOT NULL OR c.closed_at IS NOT NULL",
    },
    "accountability-ledger": {
        "案件编号": "FROM accountability_decision",
        "执行日期": "FROM accountability_decision WHERE executed_on IS NOT NULL",
        "是否销号": f"FROM accountability_decision r {CASE_OF} WHERE {WRITTEN_OFF}",
    },
    "double-check-ledger": {
        "案件编号": "FROM assignment WHERE kind = 'double-check' AND withdrawn_at IS NULL",
        "双查/灯号": f"FROM assignment WHERE kind = 'double-check' AND {OPEN} AND due_at < :now",
        "直接责任人/结论": f"{CHECKED} 'DIRECT'",
        "“一把手”/结论": f"{CHECKED} 'HEAD'",
        "分管领导/结论": f"{CHECKED} 'DEPUTY'",
    },
    "second-round-ledger": {
        "案件编号": REVIEWS,
        "灯号": f"{REVIEWS} AND s.round + 1 = c.round AND {RED}",
        "是否销号": f"{REVIEWS} AND {WRITTEN_OFF}",
    },
    "opinion-ledger": {
        "舆情/期号、编号": MEDIA,
        "办理/灯号": f"{MEDIA} AND {RED}",
        "回应/日期": f"{MEDIA} AND EXISTS (SELECT FROM feedback f WHERE f.message_id = m.id AND f.told_on IS NOT NULL "
        "AND f.reply IN ('MEDIA', 'SOURCE'))",
        "是否销号": f"{MEDIA} AND {WRITTEN_OFF}",
    },
    "publication-sheet": {
        "编号": "FROM (SELECT DISTINCT answer_id FROM feedback WHERE reply = 'ONLINE' AND told_on IS NOT NULL) r"
    },
}


@pytest.fixture(scope="module")
def _large_ledger(shared_ledger: str) -> None:
    """Fill the ledger by chance, but always by the same chance, past all acts: only the reports look at it."""
    it_is("2026-06-10", "12:00")
    chance = random.Random(20260610)
    with transaction() as session:
        limit = session.query(PolicyNumber).order_by(PolicyNumber.id).first()
        assert limit is not None
        for number in range(1, CASES + 1):
            _Made(session, chance, number, limit.id).fill()


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


class _Made:
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
        for given in (self._supervise, self._check, self._decide, self._tell, self._review):
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


@pytest.mark.usefixtures("_large_ledger")
@pytest.mark.parametrize("name", FOUND)
def test_the_last_row_says_what_sql_finds(name: str) -> None:
    shown = totals(name)
    assert shown.pop("序号") == "合计"
    with transaction() as session:
        found = {
            heading: session.execute(text(f"SELECT count(*) {query}"), {"now": NOW}).scalar_one()
            for heading, query in FOUND[name].items()
        }
    assert shown == found
    assert all(found.values())


@pytest.mark.usefixtures("_large_ledger")
def test_the_two_halves_of_a_period_add_up_to_the_whole() -> None:
    for name in FOUND:
        if name == "write-off-ledger":  # which shows of a period what was written off in it alone
            continue
        whole, *halves = (
            totals(name, **days) for days in ({}, {"to_day": date(2026, 5, 31)}, {"from_day": date(2026, 6, 1)})
        )
        assert {key: halves[0][key] + halves[1][key] for key in FOUND[name]} == {key: whole[key] for key in FOUND[name]}


@pytest.mark.usefixtures("_large_ledger")
def test_the_units_add_up_to_the_whole() -> None:
    for name in FOUND:
        whole = totals(name)
        parts = [totals(name, unit=f"U{unit:02}") for unit in range(1, 6)]
        assert {key: sum(part[key] for part in parts) for key in FOUND[name]} == {
            key: whole[key] for key in FOUND[name]
        }
