"""What a letter may say of a case: each fact as it stands on paper, masked; what the ledger does not hold is a gap."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.assignment import Answer, Assignment
from models.clock import now
from models.due_text import due_text
from models.letter_subject import ToWrite
from models.masks import masked_name, masked_text
from models.message import Complainant
from models.records import DoubleCheck, Filing, Signature
from models.registry import Officer, Unit
from models.steps import STEPS
from models.words import Finding, Light, Measure, Nature
from reports.held_to_account import full_name
from reports.office_name import office_name
from reports.report import day_of, long_date

GAP = "＿＿＿＿＿＿"  # to be filled in by hand
REPORTS = ("investigation", "direct-accountability")


class LetterFacts:
    """The facts of one case for one letter. but: whose own details may stand in it, for the letter is to him."""

    def __init__(self, order: ToWrite, *, but: Complainant | None = None) -> None:
        """Read the case."""
        self.order, self.subject, self.case = order, order.subject, order.subject.case
        self.session: Session = order.session
        senders = [each.message.complainant for each in self.case.messages]
        self.senders = [each for each in senders if each is not None and each is not but]
        self.given: Sequence[Answer] = self.session.scalars(
            select(Answer)
            .join(Answer.assignment)
            .where(Assignment.case_id == self.case.id, ~Answer.annulment.has())
            .options(joinedload(Answer.assignment))
            .order_by(Answer.id)
        ).all()

    def common(self) -> dict[str, Any]:
        """Return what every letter may say."""
        case, order = self.case, self.order
        received = min((each.message.received_at for each in case.messages), default=case.opened_at)
        return {
            "文号": order.number,
            "发文机关": office_name(self.session),
            "日期": long_date(order.day),
            "签发人": order.signer.name if order.signer else GAP,
            "经办人": order.by.name,
            "联系电话": GAP,
            "案号": case.number,
            "问题概要": sentence(self.masked(case.summary)) or GAP,
            "来源": "、".join(dict.fromkeys(each.message.channel.name for each in case.messages)) or GAP,
            "收到日期": long_date(day_of(received)),
            "登记日期": long_date(day_of(case.opened_at)),
            "类别": case.problem_class.label if case.problem_class else GAP,
            "等级": case.grade.label if case.grade else GAP,
            "途径": case.route.label if case.route else GAP,
            "责任单位": self.unit(case.unit_code) or GAP,
            "协办单位": "、".join(self.unit(code) for code in case.co_units),
            "所处环节": case.status.label,
            "轮次": self.subject.round,
        }

    def masked(self, text: str) -> str:
        """Return what somebody wrote without what identifies a sender."""
        return masked_text(text, *self.senders) if text else ""

    def unit(self, code: str | None) -> str:
        """Return a unit's name."""
        found = self.session.get(Unit, code) if code else None
        return found.name if found else ""

    def officer(self, code: str | None) -> str:
        """Return an officer's name; of the system that it was the system."""
        found = self.session.get(Officer, code) if code else None
        return found.name if found else "系统" if code == "system" else ""

    def person(self, reference: Any) -> str:
        """Return whom a form names: an officer by his code, a unit, or somebody who is no user."""
        if isinstance(reference, dict):
            return f"{reference['name']}（{reference['unit']}{reference['post']}）"
        found = self.session.get(Officer, reference)
        return f"{found.name}（{found.unit.name}）" if found else self.unit(reference) or str(reference)

    def answers(self, *kinds: str, round: int | None = None) -> list[Answer]:
        """Return the answers that count to some steps, in one round if it is given, the last one last."""
        return [
            each
            for each in self.given
            if each.assignment.kind in kinds and (round is None or each.assignment.round == round)
        ]

    def last(self, *kinds: str, round: int | None = None) -> Answer | None:
        """Return the answer that stands to a step."""
        return next(reversed(self.answers(*kinds, round=round)), None)

    def report(self, round: int | None = None) -> dict[str, Any]:
        """Return what was reported last: by the office itself, else by the responsible unit."""
        found = self.answers(*REPORTS, round=round)
        own = [each for each in found if each.assignment.unit_code in (None, self.case.unit_code)]
        return own[-1].data if own else found[-1].data if found else {}

    def finding(self, report: dict[str, Any]) -> str:
        """Write whether it is so; what the office handles itself has no such word."""
        return Finding(report["finding"]).label if report.get("finding") else "属实" if report.get("opinion") else GAP

    def nature(self, report: dict[str, Any]) -> str:
        """Write which of the three it is."""
        return Nature(report["nature"]).label if report.get("nature") else "—" if report else GAP

    def mending(self, report: dict[str, Any]) -> str:
        """Write what is to be done."""
        said = str(report.get("rectification") or report.get("opinion") or "")
        return sentence(self.masked(said)) or ("无。" if report else GAP)

    def held_to_account(self, rows: Sequence[dict[str, Any]]) -> str:
        """Write who is, or should be, held to account, and how."""
        return "；".join(f"{self.person(each['person'])}：{measures(each['measures'])}" for each in rows) or "无"

    def double_check(self, round: int) -> str:
        """Write the three conclusions of a round."""
        said = []
        for each in self._checked(round):
            result = f"追究（{measures(each.measures)}）" if each.pursued else f"不追究（{self.masked(each.reason)}）"
            said.append(f"{each.position.label}{full_name(each)}：{result}")
        return "；".join(said) or "未开展"

    def without_names(self, texts: dict[str, Any], rows: Sequence[dict[str, Any]], round: int) -> dict[str, Any]:
        """Mask in texts who is, or should be, held to account, as in the ledgers, unless the writer reads such names.

        rows: whom a report proposes; besides the double check of its round.
        """
        if self.order.by.reads_names(on=self.order.day):
            return texts
        proposed = [self._name(each["person"]) for each in rows]
        names = {each for each in (*proposed, *map(full_name, self._checked(round))) if each}
        masked = {}
        for key, text in texts.items():
            for name in sorted(names, key=len, reverse=True):
                text = text.replace(name, masked_name(name))
            masked[key] = text
        return masked

    def _name(self, reference: Any) -> str:
        return str(reference["name"]) if isinstance(reference, dict) else self.officer(reference)

    def _checked(self, round: int) -> list[DoubleCheck]:
        query = select(DoubleCheck).where(DoubleCheck.case_id == self.case.id).order_by(DoubleCheck.id)
        counting = {each.id for each in self.answers("double-check", round=round)}
        return [each for each in self.session.scalars(query) if each.answer_id in counting][-3:]

    def signature(self, round: int) -> str:
        """Write who signed the report of a round, when, and whether on paper."""
        counting = {each.id for each in self.answers("sign-off", round=round)}
        query = select(Signature).where(Signature.case_id == self.case.id).order_by(Signature.id.desc())
        found = next((each for each in self.session.scalars(query) if each.answer_id in counting), None)
        if found is None:
            return "由治庸问责办直接办理，无须单位签字" if self.last("direct-accountability", round=round) else GAP
        paper = f"，纸质签字件{found.paper_number}" if found.paper_number else ""
        who = f"{self.unit(found.unit_code)}主要领导{self.officer(found.signer)}"
        return f"{who}于{long_date(found.signed_on)}签字{paper}"

    def filing(self, round: int) -> Filing | None:
        """Return how a round was put on file."""
        return self.session.scalar(select(Filing).where(Filing.case_id == self.case.id, Filing.round == round))

    def open_steps(self, unit: str | None) -> list[dict[str, str]]:
        """Return what a unit is to answer, by whom and when, the first due first."""
        steps = self.session.scalars(
            select(Assignment)
            .where(Assignment.case_id == self.case.id, Assignment.is_open, Assignment.unit_code == unit)
            .order_by(Assignment.due_at, Assignment.id)
        )
        moment = now(self.session)
        return [
            {
                "环节": STEPS[each.kind].title,
                "编号": str(each.id),
                "办理人": self.officer(each.owner_code) or each.role.label.removeprefix("责任单位"),
                "时限": due_text(each) + ("（已逾期）" if each.light(moment) is Light.RED else ""),
            }
            for each in steps
        ]


def sentence(text: str) -> str:
    """Let a text end as a sentence does."""
    return text if not text or text[-1] in "。！？…；：.!?" else f"{text}。"


def measures(words: Sequence[str]) -> str:
    """Write the measures."""
    return "、".join(Measure(each).label for each in words)


def day(written: str | None) -> str:
    """Write a day of an answer as documents do."""
    return long_date(date.fromisoformat(written)) if written else GAP
