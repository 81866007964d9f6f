"""The key figures of a periodic report, and the sentences that a leader reads first."""

from collections.abc import Callable
from dataclasses import dataclass

from reports.periodic_accountability import double_checks, persons_held, second_rounds, units_held
from reports.periodic_rates import IN_TIME, PHRASES, SATISFIED, Counted
from reports.periodic_spread import by_channel, by_origin
from reports.periodic_summary import Summary
from reports.periodic_timing import of_cases, of_steps
from reports.periodic_view import View

LONGEST_ABOUT = 60  # characters of a summary in a sentence that a leader reads; the whole one is in the list


@dataclass(frozen=True, kw_only=True)
class Key:
    """A figure: what it is called, how it is counted, whether it is part of the one above."""

    label: str
    count: Callable[[View], int]
    part: bool = False


KEYS = (
    Key(label="收到来件", count=lambda view: len(view.messages)),
    Key(label="立案", count=lambda view: len(view.opened)),
    Key(label="办结", count=lambda view: len(view.done)),
    Key(label="其中销号", count=lambda view: len(view.written_off), part=True),
    Key(label="期末在办", count=lambda view: len(view.left)),
    Key(label="其中超过总时限", count=lambda view: len(view.overdue), part=True),
    Key(label="逾期未办环节", count=lambda view: len(view.waiting_late)),
    Key(label="启动二次办理", count=second_rounds),
    Key(label="一案双查", count=double_checks),
    Key(label="问责（人次）", count=persons_held),
)


def sentences(summary: Summary) -> list[str]:
    """Say what matters: what came, what was done, how good it is, who was held to account, what comes again."""
    return [_came(summary), _done(summary), _good(summary), _held(summary), _general(summary)]


def _came(summary: Summary) -> str:
    now, before = summary.now, summary.before
    text = f"收到来件{len(now.messages)}件，{_than(summary, len(now.messages), len(before.messages))}"
    origins = [each for each in by_origin(now, before).parts if each.now]
    if not origins:
        return f"{text}。"
    found = "、".join(f"{each.label}{each.now}件" for each in origins)
    most = max(by_channel(now, before).parts, key=lambda each: each.now)
    return f"{text}；其中{found}，最多的渠道是{most.label}（{most.now}件）。"


def _than(summary: Summary, now: int, before: int) -> str:
    """Compare with the period before."""
    what = summary.kind.before
    if now == before:
        return f"与{what}持平"
    return f"比{what}{'增加' if now > before else '减少'}{abs(now - before)}件"


def _done(summary: Summary) -> str:
    now = summary.now
    cases, steps = of_cases(now), of_steps(now)
    text = f"办结{cases.done}件，其中销号{len(now.written_off)}件"
    if cases.middle is not None:
        text += f"，办结用时中位数{cases.middle:g}天，按期办结率{IN_TIME.of(now).in_words}"
    waiting = f"期末在办{len(now.left)}件，其中超过总时限{cases.waiting}件，逾期未办的环节{steps.waiting}项"
    return f"{text}；{waiting}。"


def _good(summary: Summary) -> str:
    satisfied = SATISFIED.of(summary.now)
    parts = [f"{each.title}{_with_n(each.of(summary.now))}" for each in PHRASES]
    return f"{'；'.join(parts)}；群众满意率{_with_n(satisfied)}。"


def _with_n(counted: Counted) -> str:
    return f"{counted.in_words}（n={counted.n}）"


def _held(summary: Summary) -> str:
    now = summary.now
    text = f"启动二次办理{second_rounds(now)}件，完成一案双查{double_checks(now)}次"
    return f"{text}，作出问责决定{persons_held(now)}人次、{units_held(now)}个单位次。"


def _general(summary: Summary) -> str:
    if not summary.matters:
        return "没有发现重复反映的事项。"
    first = summary.matters[0]
    about = first.problem.summary or "尚未分类"
    about = about if len(about) <= LONGEST_ABOUT else f"{about[:LONGEST_ABOUT]}……"
    return (
        f"重复反映的事项{len(summary.matters)}个，最多的一个本期{first.now}件、累计{first.all}件："
        f"{about}（{first.problem.number}）。"
    )
