"""What the report on a self-inspection says: its units, its problems, which of them came back, its figures.

Read from the ledger as it stands; of each unit counts only the return that counts (`models/campaign_state.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from models.campaign import Campaign, CampaignUnit, Problem, ProblemDecision, SelfReport
from models.campaign_state import Standing, standings
from models.case import Case
from models.clock import now
from models.journal import ledger_head
from models.policy import policy_number
from models.registry import Unit
from models.words import Aspect, ListKind, UnitState
from reports.office_name import office_name

COMPARED = 2  # campaigns before
LEADERS = "区领导"  # the kind of the unit to which the office reports


class Decided(StrEnum):
    """What the office has decided of a problem."""

    CASE = "立案"
    NO_CASE = "不立案"
    NOT_YET = "待确认"


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """A problem that the unit reported in the campaign before. similarity: of the two texts, from 0 to 1."""

    problem: Problem
    case: str
    similarity: float


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One problem of a return that counts. case: the number of the case that it has become, or nothing."""

    unit: Unit
    report: SelfReport
    problem: Problem
    case: str
    earlier: Earlier | None

    @property
    def decided(self) -> Decided:
        """What the office has decided of it."""
        if self.problem.decision is None:
            return Decided.NOT_YET
        return Decided.CASE if self.case else Decided.NO_CASE


@dataclass(frozen=True, kw_only=True)
class UnitLine:
    """One unit of the campaign, with what it found."""

    standing: Standing
    findings: Sequence[Finding]

    @property
    def unit(self) -> Unit:
        """The unit."""
        return self.standing.campaign_unit.unit

    @property
    def state(self) -> UnitState:
        """How far it is."""
        return self.standing.state

    @property
    def must_report(self) -> bool:
        """Whether it is not exempt."""
        return self.state is not UnitState.EXEMPT

    @property
    def without_lists(self) -> list[ListKind]:
        """Which of its three lists were not published when its workbook was made."""
        book = self.standing.campaign_unit.book
        published = {aspect.own_list for aspect in Aspect if book.get(aspect.value)}
        return [kind for kind in ListKind if kind not in published]

    @property
    def late(self) -> bool:
        """Whether by the due date none came that holds."""
        return self.standing.late

    @property
    def signed_on(self) -> date | None:
        """When the unit's head signed the return that counts."""
        current = self.standing.current
        return current.signature.signed_on if current is not None and current.signature is not None else None

    @property
    def received_on(self) -> date | None:
        """When 区纪委监察局 received it."""
        current = self.standing.current
        return current.reception.received_on if current is not None and current.reception is not None else None

    @property
    def receipt(self) -> str:
        """The number of its receipt."""
        return self.standing.current.receipt if self.standing.current is not None else ""

    @property
    def in_time(self) -> bool:
        """Whether there is a return that counts, and one that holds came by the due date."""
        return self.standing.current is not None and not self.standing.late

    @property
    def in_late(self) -> bool:
        """Whether there is a return that counts, and the first that holds came after the due date."""
        return self.standing.current is not None and self.standing.late


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """One campaign: its units in the official order."""

    campaign: Campaign
    lines: Sequence[UnitLine]
    cases: int  # opened from problems of this campaign, also of returns that do not count any more

    @cached_property
    def findings(self) -> list[Finding]:
        """Every problem, unit by unit, as the returns have them."""
        return [finding for line in self.lines for finding in line.findings]

    @cached_property
    def due(self) -> list[UnitLine]:
        """The units that must report."""
        return [line for line in self.lines if line.must_report]

    @property
    def repeated(self) -> list[tuple[Finding, Earlier]]:
        """The problems that came back, each with the one before."""
        return [(finding, finding.earlier) for finding in self.findings if finding.earlier is not None]


@dataclass(frozen=True, kw_only=True)
class Summary:
    """All that the report says. before: the campaigns before, the last first. to: whom the office reports to."""

    office: str
    to: str
    now: Inspection
    before: Sequence[Inspection]
    as_of: datetime
    ledger_head: str

    @property
    def all(self) -> list[Inspection]:
        """This campaign and those before."""
        return [self.now, *self.before]


def summary_of(session: Session, period: str) -> Summary:
    """Read what is to be said of the campaign with this period, which there is."""
    found = session.scalars(
        select(Campaign).where(Campaign.period <= period).order_by(Campaign.period.desc()).limit(COMPARED + 2)
    ).all()
    at = now(session)
    standing = [standings(session, campaign, at=at) for campaign in found]
    shown = [
        _inspection(session, campaign, standing[place], standing[place + 1] if place + 1 < len(found) else [])
        for place, campaign in enumerate(found[: COMPARED + 1])
    ]
    leaders = select(Unit.name).where(Unit.active, Unit.kind == LEADERS).order_by(Unit.position).limit(1)
    return Summary(
        office=office_name(session),
        to=session.scalar(leaders) or "",
        now=shown[0],
        before=shown[1:],
        as_of=at.replace(microsecond=0),
        ledger_head=ledger_head(session),
    )


def _inspection(
    session: Session, campaign: Campaign, found: Sequence[Standing], before: Sequence[Standing]
) -> Inspection:
    earlier = _earlier(session, campaign, found, before)
    numbers = _case_numbers(session, campaign)
    lines = [
        UnitLine(
            standing=each,
            findings=[
                Finding(
                    unit=each.campaign_unit.unit,
                    report=each.current,
                    problem=problem,
                    case=numbers.get(problem.id, ""),
                    earlier=earlier.get(problem.id),
                )
                for problem in sorted(each.current.problems, key=_place)
            ]
            if each.current and not each.campaign_unit.exempt
            else [],
        )
        for each in found
    ]
    return Inspection(campaign=campaign, lines=lines, cases=len(set(numbers.values())))


def _place(problem: Problem) -> tuple[int, int]:
    return list(Aspect).index(problem.aspect), problem.row


def _case_numbers(session: Session, campaign: Campaign) -> dict[int, str]:
    """Return the numbers of the cases that the problems of a campaign have become, by problem."""
    rows = session.execute(
        select(ProblemDecision.problem_id, Case.number)
        .join(ProblemDecision.case)
        .join(Problem, Problem.id == ProblemDecision.problem_id)
        .join(Problem.report)
        .join(SelfReport.campaign_unit)
        .where(CampaignUnit.campaign_id == campaign.id)
    )
    return dict(rows.all())


def _earlier(
    session: Session, campaign: Campaign, found: Sequence[Standing], before: Sequence[Standing]
) -> Mapping[int, Earlier]:
    """Return, by problem, the one most like it that its unit reported under the same aspect in the campaign before."""
    threshold = policy_number(session, "similar-from", on=campaign.opened_on).value / 100
    old, its_report, its_unit = aliased(Problem), aliased(SelfReport), aliased(CampaignUnit)
    similarity = func.similarity(Problem.text, old.text)
    alike = (
        select(Problem.id, old, similarity, Case.number)
        .ext(distinct_on(Problem.id))
        .join(Problem.report)
        .join(SelfReport.campaign_unit)
        .join(its_unit, its_unit.unit_code == CampaignUnit.unit_code)
        .join(its_report, its_report.campaign_unit_id == its_unit.id)
        .join(old, (old.report_id == its_report.id) & (old.aspect == Problem.aspect))
        .outerjoin(ProblemDecision, ProblemDecision.problem_id == old.id)
        .outerjoin(Case, Case.id == ProblemDecision.case_id)
        .where(Problem.report_id.in_(_current(found)), old.report_id.in_(_current(before)), similarity >= threshold)
        .order_by(Problem.id, similarity.desc(), old.id)
    )
    return {
        problem_id: Earlier(problem=problem, case=case or "", similarity=float(degree))
        for problem_id, problem, degree, case in session.execute(alike)
    }


def _current(found: Sequence[Standing]) -> list[int]:
    return [each.current.id for each in found if each.current is not None and not each.campaign_unit.exempt]
