"""The figures of a self-inspection, each counted in one place for workbook, document and the page in Prefect."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.words import Aspect, PowerKind, UnitState
from reports.campaign_summary import Decided, Finding, Inspection, UnitLine

NO_POWER = "未对应职权"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure: what it is called, how it is counted, and whether it is part of the one above it."""

    label: str
    count: Callable[[Inspection], int]
    part: bool = False


def _units(label: str, holds: Callable[[UnitLine], bool], *, part: bool = False) -> Figure:
    return Figure(label=label, count=lambda each: sum(map(holds, each.due)), part=part)


def _problems(label: str, holds: Callable[[Finding], bool], *, part: bool = False) -> Figure:
    return Figure(label=label, count=lambda each: sum(map(holds, each.findings)), part=part)


def _of_aspect(aspect: Aspect) -> Figure:
    return _problems(aspect.label, lambda finding: finding.problem.aspect is aspect, part=True)


DUE = _units("应报单位", lambda _: True)
IN_TIME = _units("按期报送合格", lambda line: line.in_time, part=True)
LATE = _units("逾期报送合格", lambda line: line.in_late, part=True)
TO_MEND = _units("待补正", lambda line: line.state is UnitState.TO_MEND, part=True)
MISSING = _units("未报送", lambda line: line.state is UnitState.MISSING, part=True)
STANDING = (IN_TIME, LATE, TO_MEND, MISSING)  # each unit that must report is counted in one of them
EXEMPT = Figure(label="免报单位", count=lambda each: len(each.lines) - len(each.due))
SENT_BACK = _units("曾退回补正的单位", lambda line: line.standing.times_mended > 0)
TIMES_SENT_BACK = Figure(label="退回补正次数", count=lambda each: sum(line.standing.times_mended for line in each.due))
SIGNED = _units("主要领导已签字", lambda line: line.state in (UnitState.TO_RECEIVE, UnitState.COMPLETE))
RECEIVED = _units("区纪委监察局已收讫", lambda line: line.state is UnitState.COMPLETE)
WITHOUT_LISTS = _units("三张清单不全的单位", lambda line: bool(line.without_lists))
FOUND = _problems("发现问题", lambda _: True)
ASPECTS = tuple(map(_of_aspect, Aspect))
WITH_FINDINGS = _units("有问题的单位", lambda line: bool(line.findings))
DONE = _problems("报送时已整改的问题", lambda finding: finding.problem.mended)
REPEATED = _problems("与上次重复的问题", lambda finding: finding.earlier is not None)
CASES = Figure(label="转为案件", count=lambda each: each.cases)
NO_CASE = _problems("确认不立案", lambda finding: finding.decided is Decided.NO_CASE)
UNDECIDED = _problems("待确认", lambda finding: finding.decided is Decided.NOT_YET)

FIGURES = (
    DUE,
    *STANDING,
    EXEMPT,
    SENT_BACK,
    TIMES_SENT_BACK,
    SIGNED,
    RECEIVED,
    WITHOUT_LISTS,
    FOUND,
    *ASPECTS,
    WITH_FINDINGS,
    DONE,
    REPEATED,
    CASES,
    NO_CASE,
    UNDECIDED,
)


@dataclass(frozen=True, kw_only=True)
class General:
    """A kind of problem that several units have: under which aspect, with which kind of power."""

    aspect: Aspect
    power_kind: PowerKind | None
    units: int
    problems: int


def general_problems(findings: Sequence[Finding]) -> list[General]:
    """Return the kinds of problems that more than one unit has, those of most units first."""
    units: dict[tuple[Aspect, PowerKind | None], set[str]] = defaultdict(set)
    counts: Counter[tuple[Aspect, PowerKind | None]] = Counter()
    for finding in findings:
        kind = finding.problem.aspect, finding.problem.power_kind
        units[kind].add(finding.unit.code)
        counts[kind] += 1
    found = [
        General(aspect=aspect, power_kind=power_kind, units=len(units[aspect, power_kind]), problems=count)
        for (aspect, power_kind), count in counts.items()
        if len(units[aspect, power_kind]) > 1
    ]
    kinds = [*PowerKind, None]
    return sorted(
        found,
        key=lambda each: (
            -each.units,
            -each.problems,
            list(Aspect).index(each.aspect),
            kinds.index(each.power_kind),
        ),
    )


def kind_label(kind: PowerKind | None) -> str:
    """Return what a kind of power is called, or that there is none."""
    return kind.label if kind else NO_POWER
