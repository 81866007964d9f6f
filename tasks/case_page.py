"""The page of a case in Markdown: numbers, units, steps and dates; never what a report says or who sent it."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from models.assignment import Assignment
from models.case import Case
from models.clock import SHANGHAI, now
from models.database import transaction
from models.due_text import due_text
from models.registry import Unit
from models.steps import STEPS
from models.words import Light, Role
from tasks.markdown import table
from tasks.prefect_paths import OVERVIEW, page_path


def page_key(year: int, sequence: int) -> str:
    """Return the key of a case's page, `case-2026-12`: Prefect takes only a-z, 0-9 and hyphens."""
    return f"case-{year}-{sequence}"


def case_page(number: str) -> tuple[str, str, str]:
    """Write a case's page; return its key, its title and its Markdown."""
    with transaction() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        moment = now(session)
        assignments = session.scalars(
            select(Assignment)
            .where(Assignment.case_id == case.id)
            .options(joinedload(Assignment.answer))
            .order_by(Assignment.opened_at, Assignment.id)
        ).all()
        codes = {each.unit_code for each in assignments}
        units: dict[str | None, str] = {
            unit.code: unit.name for unit in session.scalars(select(Unit).where(Unit.code.in_(codes)))
        }
        facts = [
            ("责任单位", case.unit.name if case.unit else "—"),
            ("类别", case.problem_class.label if case.problem_class else "—"),
            ("等级", case.grade.label if case.grade else "—"),
            ("轮次", f"第{case.round}轮"),
            ("来件编号", "、".join(str(each.message_id) for each in case.messages)),
        ]
        lines = [f"## {number}", "", *table(["状态", case.status.label], facts)]
        waiting = [each for each in assignments if each.is_open]
        if waiting:
            lines += ["### 待办", ""]
            lines += table(
                ["步骤", "由谁办理", "时限", "灯号"],
                [
                    (_step(each), who(each.role, units.get(each.unit_code)), due_text(each), sign(each.light(moment)))
                    for each in waiting
                ],
            )
        done = [each.answer for each in assignments if each.answer is not None]
        if done:
            lines += ["### 办理经过", ""]
            lines += table(
                ["步骤", "经办人", "时间", "备注"],
                [
                    (
                        _step(answer.assignment),
                        answer.officer_code,
                        f"{answer.answered_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
                        "已作废" if answer.annulment else "",
                    )
                    for answer in sorted(done, key=lambda each: (each.answered_at, each.id))
                ],
            )
        lines.append(f"[办理总览]({page_path(OVERVIEW)})")
        next_steps = "、".join(STEPS[each.kind].title for each in waiting)
        title = f"{number} {case.status.label}" + (f"，待办：{next_steps}" if waiting else "")
        return page_key(case.year, case.sequence), title, "\n".join(lines)


def who(role: Role, unit: str | None) -> str:
    """Write who must answer a step: the role, and the unit's name where it belongs to one."""
    return f"{unit}{role.label.removeprefix('责任单位')}" if unit is not None else role.label


def sign(light: Light) -> str:
    """Write a light: its colour and its word."""
    return f"{light.colour}（{light.label}）"


def _step(assignment: Assignment) -> str:
    return f"{STEPS[assignment.kind].title} `{assignment.step}`"
