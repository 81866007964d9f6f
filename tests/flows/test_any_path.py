"""Whatever people answer, the path goes on: cases walked by chance, and what must hold at the end of each."""

from contextlib import suppress
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from models.assignment import Answer, Assignment
from models.case import Case
from models.database import transaction
from models.journal import Actor
from models.message import Message
from models.path import Path, read_path
from models.records import (
    AccountabilityDecision,
    CallBack,
    DoubleCheck,
    Feedback,
    Filing,
    Signature,
)
from models.refusals import Refusal
from models.registry import Channel
from models.words import ProblemClass, Status
from tasks.find import find_case
from tasks.merge import merge
from tasks.reclassify import reclassify
from tasks.review import review
from tasks.verify import verify
from tests.office import (
    CLERK,
    CLERK2,
    CLERK3,
    HEAD,
    act,
    advance,
    at,
    case_of,
    filled,
    it_is,
    open_steps,
    report,
    rows_of,
    status_of,
    usual_officer,
)

pytestmark = pytest.mark.usefixtures("ledger")

OUTSIDE = {"name": "丁某", "post": "窗口人员", "unit": "区教育局"}
MEASURES = ["ADMONITION", "CIRCULATED_CRITICISM", "PERFORMANCE_PAY", "REMOVAL"]


def whom(unit: str) -> list[str | dict[str, str]]:
    """Return who of a unit may be held to account, besides whoever leads it or investigates."""
    return [f"{unit}-03", f"{unit}-02", unit, OUTSIDE]


class Chance:
    """What people answer when chance decides; the odds fall with each act, so that every case comes to its end."""

    def __init__(self, seed: int) -> None:
        """Throw the same dice for the same seed."""
        self.dice = Random(seed)
        self.acts = 0

    def happens(self, odds: float) -> bool:
        """Whether something out of the usual happens."""
        return self.dice.random() < odds * max(0.0, 1 - self.acts / 60)

    def answer(self, kind: str, unit: str, day: date, forced: bool) -> tuple[str, dict[str, Any]]:
        """Return who answers a step, and what."""
        self.acts += 1
        by, data = usual_officer(kind, unit), filled(kind, unit, day.isoformat())
        change = getattr(self, kind.replace("-", "_"), None)
        if change is not None:
            data |= change(unit, day, forced)
        return data.pop("by", by), data

    def accused(self, unit: str) -> list[dict[str, Any]]:
        """One, two or no proposals of accountability."""
        return [self.measures_against(each) for each in self.dice.sample(whom(unit), self.dice.randint(1, 2))]

    def measures_against(self, person: str | dict[str, str]) -> dict[str, Any]:
        """Some measures against one person."""
        return {"person": person, "measures": self.dice.sample(MEASURES, self.dice.randint(1, 3))}

    def classification(self, unit: str, day: date, forced: bool) -> dict[str, Any]:
        if self.happens(0.1):
            return {"outcome": "REJECT", "reason": "已由法院受理"}
        if self.happens(0.1):
            return {"outcome": "TRANSFER", "to": "区法院", "receipt": "移〔2026〕1号"}
        chosen = self.dice.choice(["U01", "U02", "U03"])
        return {
            "outcome": "DIRECT" if self.happens(0.15) else "ACCEPT",
            "problem_class": "SUPERIOR" if forced else self.dice.choice(list(ProblemClass)).value,
            "grade": self.dice.choice(["DAILY", "SUDDEN", "EMERGENCY"]),
            "kind": self.dice.choice(["CONSULT", "COMPLAIN", "HARD"]),
            "unit": chosen,
            "co_units": self.dice.sample(["U07", "U08"], self.dice.randint(1, 2)) if self.happens(0.3) else [],
            "subjects": [OUTSIDE] if self.happens(0.3) else [],
            "long_standing": self.happens(0.2),
        }

    def closing_approval(self, unit: str, day: date, forced: bool) -> dict[str, Any]:
        return {"agreed": False, "opinion": "应予受理"} if self.happens(0.4) else {}

    def receipt(self, unit: str, day: date, forced: bool) -> dict[str, Any]:
        return {"received": False, "return_reason": "属区教育局职责"} if self.happens(0.3) else {}

    def rectification_plan(self, unit: str, day: date, forced: bool) -> dict[str, Any]:
        milestones = [{"what": "清理积压件", "by": (day + timedelta(days=self.dice.randint(0, 90))).isoformat()}]
        return {"milestones": milestones, "deadline": (day + timedelta(days=120)).isoformat()}

    def investigation(self, unit: str, day: date, forced: bool) -> dict[str, Any]:
        if self.happens(0.2):
            return {"finding": "UNSUBSTANTIATED", "nature": None}
        proposed = self.accused(unit) if self.happens(0.5) else []
        return {"finding": self.dice.choice(["SUBSTANTIATED", "PARTLY"]), "accountability": proposed} | {
            "long_standing": self.happens(0.15)
        }

    def sign_off(self, unit: str, day: date, forced: bool) -> dict[str, Any]:
        if self.happens(0.2):
            return {"agreed": False, "opinion": "事实不清"}
        paper = {"by": CLERK, "paper_number": "签〔2026〕1号", "signed_by": f"{unit}-01", "signed_on": day.isoformat()}
        return paper if self.happens(0.3) else {}

    def direct_accountability(self, unit: str, day: date, forced: bool) -> dict[str, Any]:
        return {"accountability": self.accused(unit)}

    def accountability_decision(self, unit: str, day: date, forced: bool) -> dict[str, Any]:
        decided = {"deciding_body": "区纪委监察局", "decided_on": day.isoformat()}
        return {"decisions": [self.measures_against(each) | decided for each in whom(unit)]}

    def double_check(self, unit: str, day: date, forced: bool) -> dict[str, Any]:
        pursued = {"person": f"{unit}-02", "pursued": True, "measures": ["ADMONITION"]}
        return {"deputy": pursued} if self.happens(0.5) else {}

    def filing(self, unit: str, day: date, forced: bool) -> dict[str, Any]:
        if self.happens(0.2):
            return {"decision": "SUPPLEMENT", "reason": "缺谈话笔录"}
        return {"lapse": "TOO_LIGHT"} if self.happens(0.15) else {}

    def publication_approval(self, unit: str, day: date, forced: bool) -> dict[str, Any]:
        return {"agreed": False, "opinion": "仍可识别投诉人", "by": CLERK3} if self.happens(0.3) else {}

    def publication(self, unit: str, day: date, forced: bool) -> dict[str, Any]:
        return {"by": CLERK}

    def direct_reply(self, unit: str, day: date, forced: bool) -> dict[str, Any]:
        nobody = {"means": "", "delivered_on": "", "proof": "", "undeliverable_reason": "号码已停机"}
        return nobody if self.happens(0.3) else {}

    def call_back(self, unit: str, day: date, forced: bool) -> dict[str, Any]:
        result = "DISSATISFIED" if self.happens(0.5) else self.dice.choice(["SATISFIED", "FAIR", "UNREACHABLE"])
        return {"result": result, "resolved": None, "note": "三次无人接听"}

    def quality_review(self, unit: str, day: date, forced: bool) -> dict[str, Any]:
        return {"poorly_handled": self.happens(0.9), "dissatisfied": self.happens(0.9)}

    def effect_assessment(self, unit: str, day: date, forced: bool) -> dict[str, Any]:
        return {"effective": not self.happens(0.3)}

    def write_off_approval(self, unit: str, day: date, forced: bool) -> dict[str, Any]:
        return {"agreed": False, "opinion": "佐证不足"} if self.happens(0.3) else {}


@pytest.mark.parametrize("seed", [18, 42, 56, 60, 61, 72])
def test_every_case_comes_to_an_end_at_which_everything_due_is_on_record(seed: int) -> None:
    chance = Chance(seed)
    day = date(2026, 1, 5) + timedelta(days=chance.dice.randint(0, 250))
    it_is(day.isoformat())
    channel = chance.dice.choice(CHANNELS)
    number = report(channel, phone=chance.dice.choice(["13800001234", "", "13800001234"]))
    with transaction() as session:
        forced = session.get_one(Channel, channel).forces_superior
    while open_steps(number):
        day = walk_on(number, chance, day, forced)
    check_the_end(number)
    assert verify().ok
    with transaction() as session:
        for linked in session.scalars(select(Case.number).where(Case.linked_from.is_not(None))):
            assert open_steps(linked) == ["classification"]


@pytest.mark.parametrize("seed", [1002, 1006, 1009, 1026])
def test_so_it_does_where_the_office_mends_its_ruling_reviews_of_its_own_accord_and_merges_on_the_way(
    seed: int,
) -> None:
    chance = Chance(seed)
    day = date(2026, 1, 5) + timedelta(days=chance.dice.randint(0, 250))
    it_is(day.isoformat())
    number = report(chance.dice.choice(CHANNELS), phone=chance.dice.choice(["13800001234", "", "13800001234"]))
    while not status_of(number).closed:
        with transaction() as session:
            forced = any(each.message.channel.forces_superior for each in find_case(session, number).messages)
        for meddle in (mend, review_again, merge_another):
            if chance.happens(0.12):
                with suppress(Refusal):
                    meddle(number, chance, forced)
                if chance.dice.random() < 0.5:  # else somebody answers before the flow has come by
                    advance(number)
        if not open_steps(number):
            advance(number)
        if not status_of(number).closed:
            with suppress(Refusal):
                day = walk_on(number, chance, day, forced)
            advance(number)
    check_the_end(number)
    assert verify().ok


def mend(number: str, chance: Chance, forced: bool) -> None:
    """The office rules anew on some of what it ruled."""
    ruling = {
        "outcome": chance.dice.choice(["ACCEPT", "ACCEPT", "DIRECT", "REJECT"]),
        "unit": chance.dice.choice(["U01", "U02", "U03"]),
        "co_units": chance.dice.choice([[], ["U07"], ["U08"]]),
        "problem_class": "SUPERIOR" if forced else chance.dice.choice(["GENERAL", "COMMON", "ANNUAL"]),
        "grade": chance.dice.choice(["DAILY", "SUDDEN", "EMERGENCY"]),
    }
    changed = {name: value for name, value in ruling.items() if chance.dice.random() < 0.5}
    reclassify(number, data=changed | {"reason": "已由法院受理"}, actor=Actor(code=CLERK2), reason="原分类有误")


def review_again(number: str, chance: Chance, forced: bool) -> None:
    """The head starts another round of his own accord."""
    review(number, data={"poorly_handled": True, "dissatisfied": True, "opinion": "处理不力"}, actor=Actor(code=HEAD))


def merge_another(number: str, chance: Chance, forced: bool) -> None:
    """A message of another case turns out to be about the same matter."""
    source = f"M-{chance.dice.random()}"
    report(chance.dice.choice(CHANNELS), number=source, text=source)
    with transaction() as session:
        message = session.scalars(select(Message.id).where(Message.source_number == source)).one()
    merge(message, into=number, actor=Actor(code=CLERK2), reason="同一事项")


CHANNELS = [
    "DISTRICT_HEAD_LINE",
    "OFFICE_COMPLAINT",
    "OPINION_BULLETIN",
    "MEDIA_EXPOSURE",
    "SUPERIOR_TRANSFER",
    "SUPERIOR_COVERT_VISIT",
    "LEADER_INSTRUCTION",
    "WINDOW_PATROL",
    "SELF_INSPECTION",
    "FILING_REVIEW",
    "OTHER",
]


def walk_on(number: str, chance: Chance, day: date, forced: bool) -> date:
    """Let somebody answer one of the open steps; return the day, a day or more later where nobody can answer yet."""
    with transaction() as session:
        waiting = session.scalars(
            select(Assignment).join(Assignment.case).where(Case.number == number, Assignment.is_open)
        ).all()
        ready = [each for each in waiting if each.opens_on <= day]
        if not ready:
            day = min(each.opens_on for each in waiting)
            it_is(day.isoformat())
            return day
        chosen = chance.dice.choice(ready)
    unit = chosen.unit_code or case_of(number).unit_code or "U01"
    by, data = chance.answer(chosen.kind, unit, day, forced)
    if chosen.kind == "receipt" and chosen.opened_at < at(day.isoformat()) - timedelta(days=2):
        data = filled("receipt", unit, day.isoformat())  # too late to return it
    act(number, chosen.step, by, **data)
    day += timedelta(days=chance.dice.randint(0, 3))
    it_is(day.isoformat())
    return day


def check_the_end(number: str) -> None:
    """What must be on record when nothing is left to answer."""
    case = case_of(number)
    assert case.status.closed
    assert case.closed_by
    assert case.closing_reason
    with transaction() as session:
        path = read_path(session, number)
    if case.status is not Status.WRITTEN_OFF:
        assert path.ruling.outcome.taken_up is False
        return
    rounds = range(1, case.round + 1)
    filings = {filing.round: filing for filing in rows_of(number, Filing)}
    assert sorted(filings) == list(rounds)
    reviews = [
        answer.data for base, given in path.answers.items() if base.startswith("quality-review") for answer in given
    ]
    assert sum(review["poorly_handled"] and review["dissatisfied"] for review in reviews) == case.round - 1
    for round in rounds:
        check_round(number, round, path, filings[round], last=round == case.round)
    if path.problem_class is ProblemClass.COMMON:
        assert path.answers["effect-assessment"][-1].data["effective"]
    if path.problem_class is ProblemClass.ANNUAL:
        assert path.answers["social-evaluation"]
    if path.needs_plan:
        assert last(path, "rectification-plan").assignment.unit_code == case.unit_code
    assert last(path, "write-off").officer_code in (CLERK, CLERK2, CLERK3)
    assert last(path, "write-off").officer_code != last(path, "write-off-approval").officer_code == case.closed_by


def check_round(number: str, round: int, path: Path, filing: Filing, *, last: bool) -> None:
    """What must be on record of one round."""
    if last:
        assert (filing.direct_answer_id is not None) is path.bypasses_the_unit(round)
    if filing.direct_answer_id is None:
        (signature,) = [each for each in rows_of(number, Signature) if each.id == filing.signature_id]
        assert signature.round == round
        reports = [each.data for each in answers_of(path, f"investigation-{round}", signature.unit_code)]
        assert signature.covers(reports[-1])
    checked = {each.position for each in rows_of(number, DoubleCheck) if each.round == round}
    due = round > 1 or path.forced_double_check or (last and path.long_standing)
    assert len(checked) == 3 if due else len(checked) in (0, 3)
    decided = [each for each in rows_of(number, AccountabilityDecision) if each.round == round]
    assert bool(decided) is path.accountability_is_due(round)
    if last:
        told = {each.reply for each in rows_of(number, Feedback) if each.round == round}
        assert not path.untold
        assert ("UPWARD" in told) is path.forced_upward_report
        assert [each.round for each in rows_of(number, CallBack)][-1] == round


def answers_of(path: Path, base: str, unit: str) -> list[Answer]:
    """Return what one unit answered to a step that each unit may have of its own."""
    given = [each for key in (base, f"{base}-{unit}") for each in path.answers.get(key, [])]
    return sorted((each for each in given if each.assignment.unit_code == unit), key=lambda each: each.id)


def last(path: Path, base: str) -> Answer:
    """Return the last answer to a step."""
    return path.answers[base][-1]
