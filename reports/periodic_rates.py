"""The six rates of the norm and one measured figure for each of the four phrases, each with its n and what is left out.

They are defaults, no rule of the document's: 默认，非文件规定.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from models.words import Finding, Origin, Satisfaction, Status
from reports.periodic_facts import Call, Problem, Step
from reports.periodic_view import View

LEAST = 3  # of fewer a rate would tell of single persons
NONE, TOO_FEW = "—", "样本不足"
Each = TypeVar("Each")

RECEIPT = "receipt"
_ANSWERS = (Satisfaction.SATISFIED, Satisfaction.FAIR, Satisfaction.DISSATISFIED)
_CONTENT = (Satisfaction.SATISFIED, Satisfaction.FAIR)
_EARLY = (Origin.COMPLAINT, Origin.UNIT)


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A rate as it was found. excluded: what does not count, why, and how often."""

    hits: int
    n: int
    excluded: tuple[tuple[str, int], ...] = ()

    @property
    def enough(self) -> bool:
        """Whether it may be shown."""
        return self.n >= LEAST

    @property
    def share(self) -> float | None:
        """From 0 to 1; None where it is of nothing, or of too few."""
        return self.hits / self.n if self.enough else None

    @property
    def shown(self) -> float | str:
        """What stands in a cell: the share, or why there is none."""
        if self.n == 0:
            return NONE
        return self.hits / self.n if self.enough else TOO_FEW

    @property
    def in_words(self) -> str:
        """The same in a text."""
        shown = self.shown
        return shown if isinstance(shown, str) else f"{shown:.1%}"

    @property
    def left_out(self) -> str:
        """What does not count, in a cell."""
        return "；".join(f"{why}{count}" for why, count in self.excluded if count) or "无"


@dataclass(frozen=True, kw_only=True)
class Rate:
    """A rate: its name, how it is reckoned as people read it, and how. phrase: the one of the four that it measures."""

    name: str
    formula: str
    of: Callable[[View], Counted]
    phrase: str = ""

    @property
    def title(self) -> str:
        """Its name, behind the phrase that it measures."""
        return f"{self.phrase}：{self.name}" if self.phrase else self.name


def _response(view: View) -> Counted:
    due = [each for each in view.facts.steps if each.kind == RECEIPT and view.period.covers(each.due_at)]
    withdrawn = [each for each in due if each.withdrawn_at is not None]
    returned = [each for each in due if each.received is False]
    not_yet = [each for each in due if each.due_at >= view.until and each.open_at(view.until)]
    resting = [each for each in _without(due, withdrawn, returned, not_yet) if view.rests(each)]
    counted = _without(due, withdrawn, returned, not_yet, resting)
    excluded = (
        ("已收回", len(withdrawn)),
        ("退回的", len(returned)),
        ("尚未到期", len(not_yet)),
        ("挂起", len(resting)),
    )
    return Counted(hits=sum(_responded(view, each) for each in counted), n=len(counted), excluded=excluded)


def _responded(view: View, step: Step) -> bool:
    """Whether it was received in time, and whoever reported was contacted in time where he can be."""
    if step.answered_at is None or step.answered_at > step.due_at:
        return False
    problem = view.facts.problems.get(step.case_id)
    if problem is not None and not problem.reachable:
        return True
    return step.contacted_on is not None and step.contacted_on <= step.due_on


def _solved(view: View) -> Counted:
    asked, excluded = _asked(view.calls)
    counted = [each for each in asked if each.resolved is not None]
    silent = ("未表明是否解决", len(asked) - len(counted))
    return Counted(hits=sum(bool(each.resolved) for each in counted), n=len(counted), excluded=(*excluded, silent))


def _satisfied(view: View) -> Counted:
    counted, excluded = _asked(view.calls)
    return Counted(hits=sum(each.result in _CONTENT for each in counted), n=len(counted), excluded=excluded)


def _asked(calls: Sequence[Call]) -> tuple[list[Call], tuple[tuple[str, int], ...]]:
    """Return the call-backs in which somebody answered, and how many had none."""
    without = sum(each.result is None for each in calls)
    unreachable = sum(each.result is Satisfaction.UNREACHABLE for each in calls)
    return [each for each in calls if each.result in _ANSWERS], (("无法回访", without), ("联系不上", unreachable))


def _done_in_time(view: View) -> Counted:
    hits = sum(map(view.in_time, view.done))
    merged = ("并案", len(view.ended_as(Status.MERGED)))
    return Counted(hits=hits, n=len(view.done) + len(view.overdue), excluded=(merged, *_not_due(view)))


def _written_off(view: View) -> Counted:
    hits = len(view.written_off)
    due = [each for each in view.overdue if each.problem_class is not None]
    excluded = (*_no_write_off(view), ("逾期未分类", len(view.overdue) - len(due)), *_not_due(view))
    return Counted(hits=hits, n=hits + len(due), excluded=excluded)


def _again(view: View) -> Counted:
    hits = sum(bool(each.again_at) for each in view.written_off)
    return Counted(hits=hits, n=len(view.written_off), excluded=_no_write_off(view))


def _no_write_off(view: View) -> tuple[tuple[str, int], ...]:
    ends = ((Status.REJECTED, "不予受理"), (Status.TRANSFERRED, "转有权机关"), (Status.MERGED, "并案"))
    return tuple((why, len(view.ended_as(status))) for status, why in ends)


def _not_due(view: View) -> tuple[tuple[str, int], ...]:
    running = len(view.left) - len(view.resting) - len(view.overdue)
    return ("挂起", len(view.resting)), ("在办未到期", running)


def _early(view: View) -> Counted:
    counted = [each for each in view.messages if each.way.origin is not None]
    unknown = ("来源未定", len(view.messages) - len(counted))
    hits = sum(each.way.origin in _EARLY for each in counted)
    return Counted(hits=hits, n=len(counted), excluded=(unknown,))


def _quick(view: View) -> Counted:
    in_time = [each for each in view.answered if not is_late(each)]
    return Counted(hits=len(in_time), n=len(view.answered) + len(view.waiting_late))


def is_late(step: Step) -> bool:
    """Whether a task was done after its date."""
    return step.answered_at is not None and step.answered_at > step.due_at


def _mended(view: View) -> Counted:
    last = {each.case_id: each for each in view.facts.calls if each.result in _ANSWERS}
    counted = [each for each in view.written_off if each.id in last]
    hits = sum(
        not each.again_at and last[each.id].result in _CONTENT and last[each.id].resolved is True for each in counted
    )
    return Counted(hits=hits, n=len(counted), excluded=(("无有效回访", len(view.written_off) - len(counted)),))


def _held(view: View) -> Counted:
    reported = [each for each in view.written_off if each.found is not None]
    counted = [each for each in reported if _is_so(each)]
    held = {each.case_id for each in view.facts.decisions}
    excluded = (("不属实", len(reported) - len(counted)), ("无调查结论", len(view.written_off) - len(reported)))
    return Counted(hits=sum(each.id in held for each in counted), n=len(counted), excluded=excluded)


def _is_so(problem: Problem) -> bool:
    return problem.found is not None and problem.found.finding is not Finding.UNSUBSTANTIATED


def _without(rows: Sequence[Each], *others: Sequence[Each]) -> list[Each]:
    out = {id(each) for other in others for each in other}
    return [each for each in rows if id(each) not in out]


RESPONSE = Rate(
    name="响应率",
    formula="期内到期的签收中，按时签收并按时首次联系来件人的（来件人无法联系的只看签收）÷应响应数",
    of=_response,
)
SOLVED = Rate(name="解决率", formula="期内回访中，答复“已解决”的÷有效回访数", of=_solved)
SATISFIED = Rate(name="满意率", formula="期内回访中，满意和基本满意的÷有效评价数", of=_satisfied)
IN_TIME = Rate(
    name="按期办结率",
    formula="期内在全案总时限内办结的÷（期内办结数＋期末已超全案总时限仍未办结数）；挂起的日数顺延",
    of=_done_in_time,
)
WRITTEN_OFF = Rate(name="销号率", formula="期内销号数÷（期内销号数＋期末已超全案总时限仍未销号数）", of=_written_off)
AGAIN = Rate(name="重办率", formula="期内销号的案件中，启动过二次办理的÷期内销号数", of=_again)
RATES = (RESPONSE, SOLVED, SATISFIED, IN_TIME, WRITTEN_OFF, AGAIN)

PHRASES = (
    Rate(
        phrase="发现早",
        name="先于曝光和交办发现率",
        formula="期内来件中，由投诉受理和责任单位发现，而不是由媒体曝光、上级交办才发现的÷来源已定的来件数",
        of=_early,
    ),
    Rate(
        phrase="处置快",
        name="各环节按期率",
        formula="期内按期办理的环节÷（期内办理的环节＋期末逾期未办的环节）",
        of=_quick,
    ),
    Rate(
        phrase="整改实",
        name="一次整改到位率",
        formula="期内销号且有有效回访的案件中，未经二次办理、最后一次回访答复已解决且满意或基本满意的占比",
        of=_mended,
    ),
    Rate(
        phrase="追责严",
        name="查实案件问责率",
        formula="期内销号、经查属实或部分属实的案件中，已作出问责决定的占比",
        of=_held,
    ),
)
