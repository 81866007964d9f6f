"""Every rule of the table, broken once: the right refusal, in the rule's own sentence, and nothing is recorded."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.assignment import Answer, Assignment
from models.breaches import Act
from models.case import CaseSubject
from models.clause import Clause
from models.concerned import heads_of, is_subject
from models.journal import Actor, canonical, sha256_of
from models.message import Complainant
from models.operator import Extension
from models.records import Filing, Signature
from models.refusals import ConflictOfInterest, InvalidForm, Refusal, SamePerson, SlotEmpty
from models.registry import Officer, Person, RoleGrant, Unit
from models.rules import RULES, Rule, rules_of
from models.steps import STEPS
from models.words import Role, Via
from tasks.answer import answer_locked
from tasks.open_steps import Asked, open_step
from tests.office import CLERK, CLERK2, DISCIPLINE, HEAD, PROPAGANDA, at, filled, it_is_in, opened, usual_officer

BY_NAME = {rule.name: rule for rule in RULES}
HEAD_OF_U01 = {"name": "赵某甲", "post": "局长", "unit": "区发展和改革局"}


@dataclass
class Attempt:
    """Somebody answers a step of a case of its own."""

    session: Session
    step: str
    unit: str = "U01"
    channel: str = "OFFICE_COMPLAINT"
    by: str = ""
    round: int = 1
    changes: dict[str, Any] = field(default_factory=dict)
    before: Callable[["Attempt"], None] = lambda attempt: None
    found: str = ""  # what the rule says besides its own sentence

    def __post_init__(self) -> None:
        """Open the step."""
        self.case, self.assignment = opened(
            self.session, self.step, self.unit, round=self.round, channel=self.channel, problem_class="ANNUAL"
        )

    def make(self) -> None:
        """Answer."""
        self.before(self)
        self.session.flush()
        data = filled(self.step, self.unit) | self.changes
        actor = Actor(code=self.by or usual_officer(self.step, self.unit))
        answer_locked(self.session, self.case, self.assignment, data=data, actor=actor)

    def answered(self, step: str, by: str, data: dict[str, Any], attempt: int = 0) -> Answer:
        """Put an answer to another step of the case on record, without any check."""
        base = f"{step}-{self.round}"
        assignment = Assignment(
            case_id=self.case.id,
            step=f"{base}-{attempt}",
            base=base,
            kind=step,
            attempt=attempt,
            round=self.round,
            role=STEPS[step].role,
            unit_code=self.unit,
            opened_at=at("2026-05-06"),
            opens_on=date(2026, 5, 6),
            due_on=date(2026, 5, 7),
            due_at=at("2026-05-07"),
            yellow_at=at("2026-05-07"),
            limit_id=self.assignment.limit_id,
            answered_at=at("2026-05-06"),
        )
        given = Answer(
            assignment=assignment, officer_code=by, os_user="", via=Via.COMMAND, answered_at=at("2026-05-06"), data=data
        )
        self.session.add(given)
        self.session.flush()
        return given

    def signed(self, given: Answer, report: dict[str, Any]) -> None:
        """Put the head's signature under a report."""
        self.session.add(
            Signature(
                case_id=self.case.id,
                answer_id=given.id,
                round=self.round,
                unit_code=self.unit,
                signer="U01-01",
                signed_on=date(2026, 5, 6),
                text=canonical(report),
                sha256=sha256_of(report),
            )
        )

    def filed(self) -> None:
        """Put the office's own handling of the case on file."""
        direct = self.answered("direct-accountability", HEAD, filled("direct-accountability"))
        filing = self.answered("filing", CLERK, filled("filing"))
        self.session.add(
            Filing(
                case_id=self.case.id,
                answer_id=filing.id,
                round=self.round,
                number="洪治庸备〔2026〕9001号",
                filed_at=at("2026-05-06"),
                direct_answer_id=direct.id,
            )
        )

    def came_from(self, name: str = "柳丁丁", phone: str = "", address: str = "", consent: bool = False) -> None:
        """Let the case's message have a sender."""
        message = self.case.messages[0].message
        message.complainant = Complainant(name=name, phone=phone, address=address, consent=consent)

    def is_about(self, *people: str | dict[str, str]) -> None:
        """Let the case be about somebody: an officer, or somebody named like one who is no user."""
        for person in people:
            if isinstance(person, str):
                self.session.add(CaseSubject(case_id=self.case.id, officer_code=person))
            else:
                named = Person(**person)
                self.session.add(named)
                self.session.flush()
                self.session.add(CaseSubject(case_id=self.case.id, person_id=named.id))


ACCUSED = [{"person": "U01-02", "measures": ["ADMONITION"]}]
REPORT = filled("investigation")
RETURNED = {"return_reason": "属区教育局职责", "first_contact_on": None}


def _signed(attempt: Attempt, report: dict[str, Any]) -> None:
    given = attempt.answered("investigation", "U01-04", REPORT)
    attempt.signed(given, report)


def _extension(attempt: Attempt, asked_by: str = "U01-04") -> None:
    asked = Asked(step=STEPS["direct-accountability"], base="direct-accountability-1", round=1)
    attempt.session.add(
        Extension(
            case_id=attempt.case.id,
            assignment_id=open_step(attempt.session, attempt.case, asked).id,
            item=1,
            days=3,
            reason="涉及多部门",
            asked_by=asked_by,
            asked_at=at("2026-05-06"),
        )
    )


# One breach of each rule, or several, by the rule's name.
BREACHES: dict[str, list[Callable[[Session], Attempt]]] = {
    "the person reported does not handle his own case": [
        lambda s: Attempt(s, "receipt", before=lambda a: a.is_about("U01-03")),
        lambda s: Attempt(s, "media-reply", before=lambda a: a.is_about("U07-01", PROPAGANDA)),
    ],
    "nobody classifies or judges a report about himself": [
        lambda s: Attempt(s, "classification", changes={"subjects": [CLERK]}),
        lambda s: Attempt(
            s,
            "classification",
            changes={"subjects": [{"name": "倪某甲", "post": "科员", "unit": "区治庸问责办"}]},
        ),
        lambda s: Attempt(
            s, "investigation", changes={"accountability": [{"person": "U01-04", "measures": ["REMOVAL"]}]}
        ),
        lambda s: Attempt(
            s, "direct-accountability", changes={"accountability": [{"person": HEAD, "measures": ["REMOVAL"]}]}
        ),
        lambda s: Attempt(
            s, "double-check", changes={"direct": {"person": DISCIPLINE, "pursued": False, "reason": "无过错"}}
        ),
        lambda s: Attempt(
            s,
            "accountability-decision",
            changes={"decisions": [filled("accountability-decision")["decisions"][0] | {"person": DISCIPLINE}]},
        ),
    ],
    "named units exist": [
        lambda s: Attempt(s, "classification", changes={"unit": "U99"}),
        lambda s: Attempt(s, "classification", changes={"co_units": ["U07", "U99"]}),
        lambda s: Attempt(s, "rectification-plan", changes={"lead_unit": "区教育局"}),
        lambda s: Attempt(
            s, "classification", before=lambda a: a.session.execute(update(Unit).values(active=Unit.code != "U01"))
        ),
    ],
    "named officers exist": [
        lambda s: Attempt(s, "classification", changes={"subjects": ["U01-99"]}),
        lambda s: Attempt(s, "classification", changes={"subjects": ["U01"]}),
        lambda s: Attempt(s, "rectification-plan", changes={"lead_officer": "赵某甲"}),
        lambda s: Attempt(
            s, "investigation", changes={"accountability": [{"person": "丁某", "measures": ["REMOVAL"]}]}
        ),
        lambda s: Attempt(s, "double-check", changes={"head": {"person": "U01", "pursued": False, "reason": "无"}}),
    ],
    "what has happened lies not in the future": [
        lambda s: Attempt(s, "rejection-reply", changes={"told_on": "2026-05-07"}),
        lambda s: Attempt(s, "receipt", changes={"first_contact_on": "2026-05-07"}),
        lambda s: Attempt(s, "report-to-leaders", changes={"reported_on": "2026-05-07"}),
        lambda s: Attempt(
            s,
            "sign-off",
            by=CLERK,
            changes={"paper_number": "签〔2026〕1号", "signed_by": "U01-01", "signed_on": "2026-05-07"},
        ),
        lambda s: Attempt(s, "media-reply", changes={"sent_on": "2026-05-07"}),
        lambda s: Attempt(s, "direct-reply", changes={"delivered_on": "2026-05-07"}),
        lambda s: Attempt(s, "source-reply", changes={"sent_on": "2026-05-07"}),
        lambda s: Attempt(s, "upward-report", changes={"sent_on": "2026-05-07"}),
        lambda s: Attempt(s, "effect-assessment", changes={"assessed_on": "2027-05-06"}),
        lambda s: Attempt(
            s,
            "accountability-decision",
            changes={"decisions": [filled("accountability-decision")["decisions"][0] | {"executed_on": "2026-05-07"}]},
        ),
        lambda s: Attempt(
            s,
            "accountability-decision",
            changes={"decisions": [filled("accountability-decision")["decisions"][0] | {"decided_on": "2026-05-07"}]},
        ),
    ],
    "the channel forces class three": [
        lambda s: Attempt(s, "classification", channel="LEADER_INSTRUCTION"),
        lambda s: Attempt(s, "classification", channel="TV_INQUIRY", changes={"problem_class": "COMMON"}),
        lambda s: Attempt(
            s, "classification", channel="SUPERIOR_TRANSFER", changes={"problem_class": "ANNUAL", "outcome": "DIRECT"}
        ),
    ],
    "a report about the unit's head skips the unit": [
        lambda s: Attempt(s, "classification", changes={"subjects": ["U01-01"]}),
        lambda s: Attempt(s, "classification", changes={"subjects": [HEAD_OF_U01]}),
        lambda s: Attempt(s, "classification", changes={"subjects": [HEAD_OF_U01 | {"unit": "U01"}]}),
        lambda s: Attempt(s, "classification", changes={"subjects": [HEAD_OF_U01 | {"unit": "发展和改革局"}]}),
        lambda s: Attempt(s, "classification", changes={"co_units": ["U07"], "subjects": ["U07-01"]}),
        lambda s: Attempt(s, "classification", before=lambda a: a.is_about("U01-01")),
    ],
    "what is on file is not dropped": [
        lambda s: Attempt(
            s,
            "classification",
            before=lambda a: setattr(a.case, "round", 2),
            changes={"outcome": "REJECT", "reason": "重复"},
        ),
        lambda s: Attempt(
            s,
            "classification",
            before=lambda a: setattr(a.case, "round", 2),
            changes={"outcome": "TRANSFER", "to": "区法院", "receipt": "移〔2026〕1号"},
        ),
        lambda s: Attempt(
            s, "classification", before=lambda a: a.filed(), changes={"outcome": "REJECT", "reason": "重复"}
        ),
    ],
    "a case is returned within days": [
        lambda s: Attempt(
            s, "receipt", before=lambda a: it_is_in(s, "2026-05-11"), changes={"received": False} | RETURNED
        ),
    ],
    "a case is not sent from one to the other for ever": [
        lambda s: Attempt(
            s,
            "receipt",
            before=lambda a: [a.answered("receipt", "U01-03", {"received": False}, n) for n in range(5)],
            changes={"received": False} | RETURNED,
        ),
    ],
    "a returned case belongs to a unit that exists": [
        lambda s: Attempt(s, "receipt", changes={"received": False} | RETURNED | {"belongs_to": "U99"}),
    ],
    "an annual plan has milestones": [lambda s: Attempt(s, "rectification-plan", changes={"milestones": []})],
    "milestones lie within the plan": [lambda s: Attempt(s, "rectification-plan", changes={"deadline": "2026-09-29"})],
    "the unit investigates with its own officers": [
        lambda s: Attempt(s, "investigation", changes={"investigators": ["U01-04", "U02-05"]}),
        lambda s: Attempt(s, "investigation", changes={"investigators": ["U01-04", "U01-99"]}),
        lambda s: Attempt(s, "investigation", changes={"investigators": ["U01-04", CLERK]}),
        lambda s: Attempt(
            s,
            "investigation",
            before=lambda a: s.execute(
                update(RoleGrant).where(RoleGrant.officer_code == "U01-05").values(valid_to=date(2026, 5, 5))
            ),
        ),
    ],
    "the person reported does not investigate": [
        lambda s: Attempt(s, "investigation", before=lambda a: a.is_about("U01-05")),
    ],
    "whom the report would hold to account does not investigate": [
        lambda s: Attempt(
            s, "investigation", changes={"accountability": [{"person": "U01-05", "measures": ["ADMONITION"]}]}
        ),
    ],
    "a report that would hold the head to account leaves the unit": [
        lambda s: Attempt(
            s, "investigation", changes={"accountability": [{"person": "U01-01", "measures": ["ADMONITION"]}]}
        ),
        lambda s: Attempt(
            s,
            "investigation",
            changes={"accountability": [{"person": HEAD_OF_U01, "measures": ["ADMONITION"]}]},
        ),
    ],
    "whom the report would hold to account does not sign": [
        lambda s: Attempt(
            s,
            "sign-off",
            before=lambda a: a.answered(
                "investigation",
                "U01-04",
                REPORT | {"accountability": [{"person": "U01-01", "measures": ["ADMONITION"]}]},
            ),
        ),
    ],
    "a decision answers what was proposed": [
        lambda s: Attempt(
            s,
            "accountability-decision",
            before=lambda a: a.answered(
                "investigation",
                "U01-04",
                REPORT | {"accountability": [{"person": "U01-03", "measures": ["ADMONITION"]}]},
            ),
        ),
    ],
    "a reply is to messages that are due it": [
        lambda s: Attempt(s, "direct-reply", changes={"messages": [999_999]}),
    ],
    "nobody is told of a result before it is on file": [
        lambda s: Attempt(s, "direct-reply", before=lambda a: a.filed(), changes={"delivered_on": "2026-05-05"}),
        lambda s: Attempt(s, "upward-report", before=lambda a: a.filed(), changes={"sent_on": "2026-05-05"}),
    ],
    "the head who signs does not investigate": [
        lambda s: Attempt(s, "investigation", changes={"investigators": ["U01-04", "U01-01"]}),
        lambda s: Attempt(
            s,
            "investigation",
            by="U01-01",
            before=lambda a: s.add(
                RoleGrant(officer_code="U01-01", role=Role.UNIT_INVESTIGATOR, valid_from=date(2026, 1, 1))
            ),
        ),
    ],
    "only the office records a signature on paper": [
        lambda s: Attempt(s, "sign-off", by=CLERK),
        lambda s: Attempt(
            s,
            "sign-off",
            changes={"paper_number": "签〔2026〕1号", "signed_by": "U01-01", "signed_on": "2026-05-06"},
        ),
    ],
    "only the unit's head signs": [
        lambda s: Attempt(
            s,
            "sign-off",
            by=CLERK,
            changes={"paper_number": "签〔2026〕1号", "signed_by": "U01-02", "signed_on": "2026-05-06"},
        ),
        lambda s: Attempt(
            s,
            "sign-off",
            by=CLERK,
            changes={"paper_number": "签〔2026〕1号", "signed_by": "U02-01", "signed_on": "2026-05-06"},
        ),
        lambda s: Attempt(
            s,
            "sign-off",
            by=CLERK,
            before=lambda a: replace_head(s, since=date(2026, 5, 6)),
            changes={"paper_number": "签〔2026〕1号", "signed_by": "U01-02", "signed_on": "2026-05-05"},
        ),
    ],
    "nothing was done before the report came": [
        lambda s: Attempt(s, "rejection-reply", changes={"told_on": "2026-05-04"}),
        lambda s: Attempt(s, "direct-reply", changes={"delivered_on": "2015-05-06"}),
    ],
    "only responsible units answer for problems": [
        lambda s: Attempt(s, "classification", changes={"unit": "OFF"}),
        lambda s: Attempt(s, "classification", changes={"co_units": ["U07", "DIS"]}),
    ],
    "a report is signed when it is there": [
        lambda s: Attempt(
            s,
            "sign-off",
            by=CLERK,
            before=lambda a: a.answered("investigation", "U01-04", REPORT),
            changes={"paper_number": "签〔2026〕1号", "signed_by": "U01-01", "signed_on": "2026-05-05"},
        ),
    ],
    "a double check is about the leaders of the unit": [
        lambda s: Attempt(s, "double-check", changes={"head": {"person": "U02-01", "pursued": False, "reason": "无"}}),
        lambda s: Attempt(
            s, "double-check", changes={"deputy": {"person": "U01-04", "pursued": False, "reason": "无"}}
        ),
    ],
    "who ruled does not approve the closing": [
        lambda s: Attempt(
            s, "closing-approval", before=lambda a: a.answered("classification", HEAD, filled("classification"))
        ),
    ],
    "the person reported does not sign": [
        lambda s: Attempt(
            s,
            "sign-off",
            by=CLERK,
            before=lambda a: a.is_about("U01-01"),
            changes={"paper_number": "签〔2026〕1号", "signed_by": "U01-01", "signed_on": "2026-05-06"},
        ),
    ],
    "who investigated does not sign": [
        lambda s: Attempt(
            s,
            "sign-off",
            before=lambda a: a.answered("investigation", "U01-04", REPORT | {"investigators": ["U01-01", "U01-05"]}),
        ),
        lambda s: Attempt(s, "sign-off", before=lambda a: a.answered("investigation", "U01-01", REPORT)),
    ],
    "a double check is about three people": [
        lambda s: Attempt(
            s, "double-check", changes={"deputy": {"person": HEAD_OF_U01, "pursued": False, "reason": "已尽责"}}
        ),
        lambda s: Attempt(
            s,
            "double-check",
            changes={
                "direct": {"person": HEAD_OF_U01, "pursued": False, "reason": "已尽责"},
                "head": {"person": HEAD_OF_U01 | {"post": "副局长"}, "pursued": False, "reason": "已尽责"},
            },
        ),
    ],
    "nothing is filed that its head has not signed": [
        lambda s: Attempt(s, "filing"),
        lambda s: Attempt(s, "filing", before=lambda a: a.answered("investigation", "U01-04", REPORT)),
        lambda s: Attempt(s, "filing", before=lambda a: _signed(a, REPORT | {"facts": "改动过的事实"})),
    ],
    "who redacted does not approve": [
        lambda s: Attempt(
            s, "publication-approval", before=lambda a: a.answered("publication", CLERK2, filled("publication"))
        ),
    ],
    "who applied does not approve": [
        lambda s: Attempt(s, "write-off-approval", before=lambda a: a.answered("write-off", HEAD, filled("write-off"))),
    ],
    "who asked for more time does not grant it": [
        lambda s: Attempt(s, "extension-approval", before=lambda a: _extension(a, asked_by=HEAD)),
    ],
    "what others read identifies no sender": [
        lambda s: Attempt(
            s,
            "classification",
            before=lambda a: a.came_from("柳丁丁", "１３８ ００００ １２３４", "甲一路3号"),
            changes={"summary": "甲一路3号的柳丁丁（13800001234）反映窗口拖延"},
            found="“问题概要”含有姓名、电话、地址，请改写。",
        ),
        lambda s: Attempt(
            s,
            "classification",
            before=lambda a: a.came_from(consent=True),
            changes={"summary": "柳 丁丁反映窗口拖延"},
            found="“问题概要”含有姓名，请改写。",
        ),
        lambda s: Attempt(
            s,
            "classification",
            changes={"outcome": "REJECT", "reason": "已由４２０１１１１９８００１０１１２３４向法院起诉"},
            found="“不予受理理由”含有证件号，请改写。",
        ),
        lambda s: Attempt(
            s,
            "classification",
            changes={"summary": "咨询电话027-88880000无人接听"},
            found="“问题概要”含有电话，请改写。",
        ),
        lambda s: Attempt(
            s,
            "publication",
            changes={"redacted_text": "已答复13800001234，abc@example.com"},
            found="“公示文本（脱敏）”含有电话、电子邮箱，请改写。",
        ),
        lambda s: Attempt(
            s,
            "publication",
            before=lambda a: a.came_from(phone="027-88880000"),
            changes={"redacted_text": "已致电88880000"},
            found="“公示文本（脱敏）”含有电话，请改写。",
        ),
        lambda s: Attempt(
            s,
            "filing",
            before=lambda a: a.came_from(),
            changes={"decision": "SUPPLEMENT", "reason": "请向柳丁丁核实"},
            found="“理由”含有姓名，请改写。",
        ),
        lambda s: Attempt(
            s,
            "direct-accountability",
            before=lambda a: a.came_from(),
            changes={"facts": "柳丁丁所述属实", "opinion": "向柳丁丁道歉"},
            found="“查明的事实”含有姓名；“处理意见”含有姓名，请改写。",
        ),
        lambda s: Attempt(
            s,
            "media-reply",
            changes={"reply": "已答复，微信abc_12345"},
            found="“回应内容”含有微信、QQ号，请改写。",
        ),
    ],
    "an empty clause is not cited": [
        lambda s: Attempt(s, "investigation", changes={"accountability": [ACCUSED[0] | {"clause": 1}]}),
        lambda s: Attempt(
            s, "direct-accountability", changes={"accountability": [ACCUSED[0], ACCUSED[0] | {"clause": 46}]}
        ),
        lambda s: Attempt(
            s,
            "accountability-decision",
            changes={"decisions": [filled("accountability-decision")["decisions"][0] | {"clause": 20}]},
        ),
    ],
}
CODES = {
    ConflictOfInterest: "conflict-of-interest",
    InvalidForm: "invalid-form",
    SamePerson: "same-person",
    SlotEmpty: "clause-empty",
}
_EACH = [(name, number) for name, breaches in BREACHES.items() for number in range(len(breaches))]


def test_every_rule_of_the_table_is_broken_here() -> None:
    assert set(BREACHES) == set(BY_NAME)
    assert len(BY_NAME) == len(RULES)


@pytest.mark.parametrize(("name", "number"), _EACH, ids=[f"{name} ({number + 1})" for name, number in _EACH])
def test_a_breach_is_refused_in_the_rule_s_own_sentence(name: str, number: int, uncommitted: Session) -> None:
    rule = BY_NAME[name]
    attempt = BREACHES[name][number](uncommitted)
    with pytest.raises(Refusal) as refused:
        attempt.make()
    assert type(refused.value) is rule.refusal
    assert refused.value.code == CODES[rule.refusal]
    expected = f"填写有误：{rule.says}" if rule.refusal is InvalidForm else rule.says
    assert refused.value.message == expected + attempt.found
    assert refused.value.case == attempt.case.number
    assert attempt.assignment.answered_at is None
    assert uncommitted.scalar(select(Answer).where(Answer.assignment_id == attempt.assignment.id)) is None


@pytest.mark.parametrize("step", STEPS)
def test_the_usual_answer_breaks_no_rule(step: str, uncommitted: Session) -> None:
    attempt = Attempt(uncommitted, step)
    if step == "filing":
        _signed(attempt, REPORT)
    if step == "extension-approval":
        _extension(attempt)
    attempt.make()
    assert attempt.assignment.answered_at == at("2026-05-06")
    assert attempt.assignment.version == 2


@pytest.mark.parametrize("step", [step for step in STEPS if step != "classification"])
@pytest.mark.parametrize("named", ["by code", "by name and the unit's name", "by name and the unit's code"])
def test_the_person_reported_is_refused_at_every_step(step: str, named: str, uncommitted: Session) -> None:
    attempt = Attempt(uncommitted, step)
    if step == "filing":
        _signed(attempt, REPORT)
    officer = uncommitted.get_one(Officer, usual_officer(step))
    unit = officer.unit_code if named.endswith("code") else officer.unit.name
    attempt.is_about(officer.code if named == "by code" else {"name": officer.name, "post": "工作人员", "unit": unit})
    with pytest.raises(ConflictOfInterest) as refused:
        attempt.make()
    assert refused.value.message == "被反映人不得办理反映本人的问题。"


def test_somebody_of_the_same_name_in_another_unit_may_act(uncommitted: Session) -> None:
    attempt = Attempt(uncommitted, "receipt")
    attempt.is_about({"name": "施某丙", "post": "科员", "unit": "区教育局"})
    attempt.make()
    assert attempt.assignment.answered_at is not None


@pytest.mark.parametrize(
    ("channel", "changes"),
    [
        ("LEADER_INSTRUCTION", {"problem_class": "SUPERIOR"}),
        ("LEADER_INSTRUCTION", {"outcome": "REJECT", "reason": "已由法院受理"}),
        ("LEADER_INSTRUCTION", {"outcome": "TRANSFER", "to": "区法院", "receipt": "移〔2026〕1号"}),
        ("OFFICE_COMPLAINT", {"problem_class": "SUPERIOR"}),
        ("OFFICE_COMPLAINT", {"outcome": "DIRECT", "subjects": ["U01-01"]}),
        ("OFFICE_COMPLAINT", {"subjects": ["U01-02", "U02-01"]}),
    ],
)
def test_what_the_rules_of_classification_allow(channel: str, changes: dict[str, Any], uncommitted: Session) -> None:
    Attempt(uncommitted, "classification", channel=channel, changes=changes).make()


def test_a_linked_case_may_be_accepted_because_its_channel_skips_the_unit_anyway(uncommitted: Session) -> None:
    attempt = Attempt(uncommitted, "classification", channel="FILING_REVIEW")
    attempt.is_about("U01-01", "U01-02")
    attempt.make()
    assert attempt.case.unit_code == "U01"


def test_the_head_of_the_day_is_the_one_who_signs(uncommitted: Session) -> None:
    replace_head(uncommitted, since=date(2026, 5, 6))
    attempt = Attempt(uncommitted, "sign-off", by="U01-02")
    attempt.make()
    assert attempt.assignment.answered_at is not None


def test_a_paper_is_signed_by_who_was_head_on_its_day(uncommitted: Session) -> None:
    replace_head(uncommitted, since=date(2026, 5, 6))
    paper = {"paper_number": "签〔2026〕1号", "signed_by": "U01-01", "signed_on": "2026-05-05"}
    Attempt(uncommitted, "sign-off", by=CLERK, changes=paper).make()
    with pytest.raises(InvalidForm, match="签字人须为该责任单位在签字当日的主要领导"):
        Attempt(uncommitted, "sign-off", by=CLERK, changes=paper | {"signed_on": "2026-05-06"}).make()


def test_an_office_clerk_who_heads_the_unit_signs_himself(uncommitted: Session) -> None:
    uncommitted.add(RoleGrant(officer_code="U01-01", role=Role.OFFICE_CLERK, valid_from=date(2015, 1, 1)))
    Attempt(uncommitted, "sign-off").make()


def test_a_clause_with_text_is_cited(uncommitted: Session) -> None:
    uncommitted.execute(update(Clause).where(Clause.slot == 20).values(text="核对过的原文"))
    changes = {"accountability": [ACCUSED[0] | {"clause": 20}]}
    Attempt(uncommitted, "investigation", changes=changes).make()
    with pytest.raises(SlotEmpty):
        Attempt(
            uncommitted,
            "investigation",
            changes={"accountability": [*changes["accountability"], ACCUSED[0] | {"clause": 21}]},
        ).make()


def test_a_unit_may_be_held_to_account_and_several_measures_at_once(uncommitted: Session) -> None:
    measures = ["PUBLIC_SELF_CRITICISM", "NO_AWARD", "PERFORMANCE_PAY"]
    Attempt(uncommitted, "investigation", changes={"accountability": [{"person": "U01", "measures": measures}]}).make()


def test_today_is_not_in_the_future(uncommitted: Session) -> None:
    Attempt(uncommitted, "effect-assessment", changes={"assessed_on": "2026-05-06"}).make()


def test_the_heads_of_a_unit_are_those_of_the_day(uncommitted: Session) -> None:
    replace_head(uncommitted, since=date(2026, 5, 6))
    assert heads_of(uncommitted, "U01", date(2026, 5, 5)) == {"U01-01"}
    assert heads_of(uncommitted, "U01", date(2026, 5, 6)) == {"U01-02"}
    assert heads_of(uncommitted, "U99", date(2026, 5, 6)) == set()


def test_nobody_is_the_subject_of_a_case_that_names_nobody(uncommitted: Session) -> None:
    case, _ = opened(uncommitted, "receipt")
    assert not is_subject(uncommitted, case.id, uncommitted.get_one(Officer, "U01-03"))


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
def test_a_rule_has_a_chinese_sentence_and_says_where_it_comes_from(rule: Rule) -> None:
    assert rule.says.endswith("。")
    assert not rule.says.isascii()
    assert rule.source
    assert all(rule in rules_of(step.form) for step in STEPS.values() if issubclass(step.form, rule.forms))


def test_a_rule_keeps_silent_about_other_forms(uncommitted: Session) -> None:
    case, assignment = opened(uncommitted, "receipt")
    form = STEPS["receipt"].form.model_validate(filled("receipt"))
    officer = uncommitted.get_one(Officer, "U01-03")
    act = Act(session=uncommitted, case=case, assignment=assignment, officer=officer, form=form, today=date(2026, 5, 6))
    for rule in RULES:
        rule.check(act)


def test_the_case_number_stands_in_the_refusal_s_text_for_logs(uncommitted: Session) -> None:
    attempt = Attempt(uncommitted, "rectification-plan", changes={"milestones": []})
    number: str = attempt.case.number
    with pytest.raises(Refusal, match=f"^{number}：填写有误："):
        attempt.make()


@pytest.mark.parametrize(
    ("step", "changes"),
    [
        ("publication", {"redacted_text": "咨询电话027-88880000，热线12345，早晚高峰已增开3号窗口"}),
        ("publication", {"redacted_text": "甲一路5号门前路灯已修复，依据洪治庸〔2026〕12号"}),
        ("classification", {"summary": "高峰时段窗口排队，多次拨打12345无果，拖延13800元补贴"}),
        ("filing", {"decision": "SUPPLEMENT", "reason": "请补充2026年5月6日的笔录"}),
    ],
)
def test_what_identifies_no_sender_may_be_told(step: str, changes: dict[str, Any], uncommitted: Session) -> None:
    for name in ("高峰", "柳", "群众"):
        attempt = Attempt(uncommitted, step, changes=changes)
        attempt.came_from(name, "12345", "甲一路3号")
        attempt.make()


def test_nobody_learns_from_a_refusal_who_sent_it(uncommitted: Session) -> None:
    """A unit, or the propaganda department, could otherwise try one name after another."""
    for step, changes in (
        ("receipt", {"received": False, "first_contact_on": "", "return_reason": "柳丁丁的事不归我单位"}),
        ("investigation", {"facts": "柳丁丁所述属实。"}),
        ("media-reply", {"reply": "柳丁丁反映的情况属实"}),
    ):
        attempt = Attempt(uncommitted, step, changes=changes)
        attempt.came_from("柳丁丁", "13800001234")
        attempt.make()


def test_every_sender_of_the_case_is_looked_for(uncommitted: Session) -> None:
    other, _ = opened(uncommitted, "classification")
    attempt = Attempt(uncommitted, "classification", changes={"summary": "葛乙乙等人反映窗口拖延"})
    attempt.came_from("柳丁丁")
    joined = other.messages[0]
    joined.message.complainant = Complainant(name="葛乙乙")
    joined.case_id = attempt.case.id
    uncommitted.flush()
    uncommitted.expire_all()
    with pytest.raises(InvalidForm, match="“问题概要”含有姓名") as refused:
        attempt.make()
    assert "葛" not in refused.value.message


def replace_head(session: Session, *, since: date) -> None:
    """U01-02 follows U01-01 as the head of U01."""
    yesterday = date.fromordinal(since.toordinal() - 1)
    head = (RoleGrant.officer_code == "U01-01") & (RoleGrant.role == Role.UNIT_HEAD)
    session.execute(update(RoleGrant).where(head).values(valid_to=yesterday))
    session.add(RoleGrant(officer_code="U01-02", role=Role.UNIT_HEAD, valid_from=since))
    session.flush()
