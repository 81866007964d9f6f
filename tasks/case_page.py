"""The page of a case in Markdown: numbers, units, steps and dates; never what a report says or who sent it."""

from sqlalchemy import select

from models.assignment import Assignment
from models.case import Case
from models.clock import SHANGHAI, now
from models.database import transaction
from models.steps import STEPS
from tasks.open_steps import due_text


def artifact_key(case: Case) -> str:
    """Return the key of a case's page, `case-2026-12`: Prefect takes only a-z, 0-9 and hyphens."""
    return f"case-{case.year}-{case.sequence}"


def case_page(number: str) -> tuple[str, str]:
    """Write a case's page; return its key and its Markdown."""
    with transaction() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        moment = now(session)
        facts = [
            ("状态", case.status.label),
            ("责任单位", case.unit.name if case.unit else "—"),
            ("类别", case.problem_class.label if case.problem_class else "—"),
            ("等级", case.grade.label if case.grade else "—"),
            ("轮次", f"第{case.round}轮"),
            ("来件数", str(len(case.messages))),
        ]
        assignments = session.scalars(
            select(Assignment).where(Assignment.case_id == case.id).order_by(Assignment.opened_at, Assignment.id)
        ).all()
        lines = [f"## {number}", "", "| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts), ""]
        waiting = [each for each in assignments if each.is_open]
        if waiting:
            lines += ["### 待办", "", "| 步骤 | 由谁办理 | 时限 | 灯号 |", "|---|---|---|---|"]
            for each in waiting:
                light = each.light(moment)
                lines.append(
                    f"| {STEPS[each.kind].title} `{each.step}` | {each.role.label} | {due_text(each)} "
                    f"| {light.colour}（{light.label}） |"
                )
            lines.append("")
        done = sorted((each for each in assignments if each.answer), key=lambda each: each.answered_at or moment)
        if done:
            lines += ["### 办理经过", "", "| 步骤 | 经办人 | 时间 | |", "|---|---|---|---|"]
            for each in done:
                assert each.answer is not None
                at = each.answer.answered_at.astimezone(SHANGHAI)
                note = "已作废" if each.answer.annulment else ""
                step = f"{STEPS[each.kind].title} `{each.step}`"
                lines.append(f"| {step} | {each.answer.officer_code} | {at:%Y-%m-%d %H:%M} | {note} |")
        return artifact_key(case), "\n".join(lines)
