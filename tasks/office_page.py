"""The pages of the whole office in Markdown: what is open, how urgent, what is stuck, and a link to every waiting run.

They hold numbers, units, steps and dates; never what a report says or who sent it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models.assignment import Assignment
from models.case import Case
from models.clock import SHANGHAI, now, today
from models.database import transaction
from models.due_text import due_text
from models.registry import Unit
from models.steps import STEPS
from models.words import Light, ProblemClass
from tasks.case_page import page_key, sign, who
from tasks.incidents import find_incidents
from tasks.markdown import table
from tasks.prefect_paths import OVERVIEW, page_path, run_path

ROWS = 500  # of a page with waiting cases; a browser shows as many without delay
MOST_URGENT = 20  # rows of the overview itself
MOST_FAULTS = 50  # rows of one kind of incident; the others are counted
UNCLASSIFIED, UNASSIGNED = "待分类", "未分派"
LIGHTS = (Light.RED, Light.YELLOW, Light.GREEN)


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page as Prefect keeps it."""

    key: str
    title: str
    markdown: str


@dataclass(frozen=True, kw_only=True)
class _Waiting:
    """An open step of a case. run_id: None where its run has not been made yet."""

    case_id: int
    case: str
    page: str
    run_id: UUID | None
    unit: str
    problem_class: str
    step: str
    who: str
    due: str
    light: Light

    @property
    def row(self) -> tuple[str, ...]:
        return _link(self.case, self.run_id), self.step, self.who, self.due, sign(self.light), f"[案件页]({self.page})"


def office_pages() -> list[Page]:
    """Write the overview, then as many pages as it takes to link every waiting run."""
    with transaction() as session:
        moment = now(session)
        waiting = _waiting(session, moment)
        lines = [*_sums(session, waiting, moment), *_faults(session)]
    lists = [_list(n, waiting[first : first + ROWS]) for n, first in enumerate(range(0, len(waiting), ROWS), 1)]
    lines += ["### 全部待办", "", *(f"- [{each.title}]({page_path(each.key)})" for each in lists), ""]
    lines += _by_class_and_unit(waiting)
    by_step = Counter((each.step, each.light) for each in waiting)
    lines += _counted("环节", "待办", by_step, [step.title for step in STEPS.values()])
    lines += [f"### 最急的待办（前 {MOST_URGENT} 项）", "", *_table_of(waiting[:MOST_URGENT])]
    return [Page(key=OVERVIEW, title="治庸问责办理总览", markdown="\n".join(lines)), *lists]


def list_key(number: int) -> str:
    """Return the key of the nth page of waiting cases."""
    return f"office-waiting-{number}"


def _waiting(session: Session, moment: datetime) -> list[_Waiting]:
    """Read every open step, the most urgent first."""
    names: dict[str | None, str] = {unit.code: unit.name for unit in session.scalars(select(Unit))}
    day = today(session)
    found = session.scalars(
        select(Assignment)
        .where(Assignment.is_open)
        .options(joinedload(Assignment.case), joinedload(Assignment.limit))
        .order_by(Assignment.due_at, Assignment.id)
    )
    return [
        _Waiting(
            case_id=each.case_id,
            case=each.case.number,
            page=page_path(page_key(each.case.year, each.case.sequence)),
            run_id=each.case.run_id,
            unit=names.get(each.case.unit_code, UNASSIGNED),
            problem_class=each.case.problem_class.label if each.case.problem_class else UNCLASSIFIED,
            step=STEPS[each.kind].title,
            who=who(each.role, names.get(each.unit_code)),
            due=due_text(each) + (f"（{each.opens_on.month}月{each.opens_on.day}日起）" if each.opens_on > day else ""),
            light=each.light(moment),
        )
        for each in found
    ]


def _sums(session: Session, waiting: Sequence[_Waiting], moment: datetime) -> list[str]:
    cases = session.scalar(select(func.count()).where(Case.is_open)) or 0
    on_their_way = cases - len({each.case_id for each in waiting})
    way = f"（其中 {on_their_way} 件系统正在办理）" if on_their_way else ""
    lights = Counter(each.light for each in waiting)
    shares = "，".join(f"{sign(light)} {lights[light]} 项" for light in LIGHTS)
    at = f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    said = f"截至 {at}，未办结案件 {cases} 件{way}，待办 {len(waiting)} 项：{shares}。"
    return ["## 治庸问责办理总览", "", said, ""]


def _faults(session: Session) -> list[str]:
    """List what is stuck, why, and what an administrator does about it; of each kind the first, the others counted."""
    found = find_incidents(session)
    if not found:
        return ["没有故障。", ""]
    rows: list[tuple[str, ...]] = []
    for kind, group in groupby(found, key=lambda each: each.kind):
        alike = list(group)
        for each in alike[:MOST_FAULTS]:
            since = f"{each.since.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if each.since else ""
            case = _link(each.case, each.run_id) if each.case else ""
            rows.append((kind.label, case, each.what, since, each.how))
        if len(alike) > MOST_FAULTS:
            rows.append((kind.label, f"等 {len(alike)} 件", "其余见 `zhiyong incidents`", "", ""))
    return ["### 故障", "", *table(["故障", "案件", "情况", "自", "处理"], rows)]


def _by_class_and_unit(waiting: Sequence[_Waiting]) -> list[str]:
    """Count cases, each by the most urgent of its open steps."""
    cases: dict[int, _Waiting] = {}
    for each in waiting:
        if each.case_id not in cases or LIGHTS.index(each.light) < LIGHTS.index(cases[each.case_id].light):
            cases[each.case_id] = each
    by_class = Counter((each.problem_class, each.light) for each in cases.values())
    by_unit = Counter((each.unit, each.light) for each in cases.values())
    units = sorted({each.unit for each in cases.values()}, key=lambda unit: [-by_unit[unit, light] for light in LIGHTS])
    return [
        *_counted("类别", "案件", by_class, [UNCLASSIFIED, *(each.label for each in ProblemClass)]),
        *_counted("责任单位", "案件", by_unit, units),
    ]


def _counted(by: str, what: str, counts: Counter[tuple[str, Light]], names: Iterable[str]) -> list[str]:
    """Write a table of counts by name and light; names without any are left out."""
    rows = [(name, [counts[name, light] for light in LIGHTS]) for name in names]
    headings = [by, *(sign(light) for light in LIGHTS), "合计"]
    cells = [(name, *lights, sum(lights)) for name, lights in rows if any(lights)]
    return [f"### 按{by}（{what}）", "", *table(headings, cells)]


def _list(number: int, waiting: Sequence[_Waiting]) -> Page:
    first = (number - 1) * ROWS + 1
    title = f"待办第 {first}—{first + len(waiting) - 1} 项（{waiting[0].due} 至 {waiting[-1].due}）"
    lines = [f"## {title}", "", *_table_of(waiting), f"[办理总览]({page_path(OVERVIEW)})"]
    return Page(key=list_key(number), title=title, markdown="\n".join(lines))


def _table_of(waiting: Sequence[_Waiting]) -> list[str]:
    return table(["案件", "步骤", "由谁办理", "时限", "灯号", ""], [each.row for each in waiting])


def _link(number: str, run_id: UUID | None) -> str:
    return f"[{number}]({run_path(run_id)})" if run_id is not None else number
