"""The commands about cases and what people do in them: case, cases, todo, answer, reclassify, review."""

import time
from typing import Any

import click

from deployments.commands.ready import acting, ready_ledger
from deployments.commands.saying import InChinese, on_paper, say, speaks, table, taken
from deployments.commands.typed import one_of, read_data, row_id, seconds
from models.refusals import Refusal
from models.words import Basis, Grade, Light, ProblemClass, Role, Status

LOOK_EVERY = 0.05  # seconds, while a command waits for a step or a status


class NotReached(Refusal):
    """The step or status did not come in time."""

    code = "timeout"
    says = "等待超时：案件尚未到达该环节。"


@click.command(cls=InChinese)
@click.argument("number", metavar="案件编号")
@click.option("--by", metavar="人员代码", help="查看人：显示其可以查阅的办理意见；被反映人看不到本人的案件")
@click.option("--wait-step", metavar="步骤", help="等到该步骤打开或已办")
@click.option("--wait-status", type=one_of(Status), metavar="状态", help="等到案件处于该状态")
@click.option("--timeout", type=seconds, default="60", show_default=True, metavar="秒", help="最多等多久")
@speaks
def case(
    number: str, by: str | None, wait_step: str | None, wait_status: Status | None, timeout: float
) -> dict[str, Any]:
    """查看一个案件：所处环节、待办和办理经过。

    案件编号可写作 2026-12 或 洪治庸〔2026〕12号。
    """
    from tasks.case_view import show_case

    ready_ledger()
    ends = time.monotonic() + timeout
    while not _is_there(number, wait_step, wait_status):
        if time.monotonic() > ends:
            raise NotReached
        time.sleep(LOOK_EVERY)
    shown = show_case(number, by=by)
    return shown | {"print": lambda: _print_case(shown)}


def _is_there(number: str, step: str | None, status: Status | None) -> bool:
    from tasks.case_view import status_of, step_reached

    return (step is None or step_reached(number, step)) and (status is None or status_of(number) is status)


@click.command(cls=InChinese)
@click.option("--status", type=one_of(Status), metavar="状态", help="如 INVESTIGATING 或 调查办理")
@click.option("--unit", metavar="单位代码", help="责任单位")
@click.option("--class", "problem_class", type=one_of(ProblemClass), metavar="类别", help="如 COMMON")
@click.option("--overdue", is_flag=True, help="只看有逾期待办的")
@click.option("--text", metavar="词语", help="问题概要中的词语，可用空格分开几个")
@speaks
def cases(
    status: Status | None, unit: str | None, problem_class: ProblemClass | None, overdue: bool, text: str | None
) -> dict[str, Any]:
    """列出案件。"""
    from tasks.case_view import list_cases

    ready_ledger()
    found = list_cases(status=status, unit=unit, problem_class=problem_class, overdue=overdue, text=text)
    return {"cases": found, "print": lambda: _print_cases(found)}


@click.command(cls=InChinese)
@click.option("--by", metavar="人员代码", help="某人的待办，含其代理和受委派的")
@click.option("--unit", metavar="单位代码", help="某单位的待办")
@click.option("--overdue", is_flag=True, help="只看逾期的")
@click.option(
    "--light", type=one_of(Light), metavar="灯号", help="只看某一灯号：red、yellow、green 或 逾期、临期、正常"
)
@click.option("--step", metavar="步骤", help="只看某一步骤，如 investigation 或 sign-off-1")
@click.option("--case", "number", metavar="案件编号", help="只看某一案件")
@speaks
def todo(
    by: str | None, unit: str | None, overdue: bool, light: Light | None, step: str | None, number: str | None
) -> dict[str, Any]:
    """列出待办，先到期的在前：某人的、某单位的，或全部。"""
    from tasks.campaign_todo import campaign_todo
    from tasks.todo import todo as list_todo

    ready_ledger()
    found = list_todo(by=by, unit=unit, overdue=overdue, light=light, step=step, case=number)
    if number is None:
        found += campaign_todo(by=by, unit=unit, overdue=overdue, light=light, step=step)
        found.sort(key=lambda each: (each["due_at"], each["assignment"]))
    counts = {light.value: sum(each["light"] == light for each in found) for light in Light}
    return {"assignments": found, "counts": counts, "print": lambda: _print_todo(found)}


@click.command(cls=InChinese)
@click.argument("assignment", type=row_id, metavar="待办编号")
@click.option("--by", required=True, metavar="人员代码", help="经办人")
@click.option("--data", required=True, metavar="JSON|@文件", help="办理意见，各项见 zhiyong todo --json 所列表单")
@click.option("--version", type=row_id, metavar="版本", help="查看待办时的版本；其后有变化则不予受理")
@speaks
def answer(assignment: int, by: str, data: str, version: int | None) -> dict[str, Any]:
    """办理一个待办。"""
    from tasks.answer import answer as give_answer
    from tasks.campaign_answer import answer_duty, is_duty

    fields = read_data(data)
    ready_ledger()
    give = answer_duty if is_duty(assignment) else give_answer
    done = give(assignment, data=fields, actor=acting(by), version=version)
    what = "拟办意见已交回承办人，由承办人办理" if done.draft else "已办理"
    return taken(done, f"{done.case}：{done.step} {what}。")


@click.command(cls=InChinese)
@click.argument("number", metavar="案件编号")
@click.option("--by", required=True, metavar="人员代码", help="治庸问责办经办人")
@click.option("--data", required=True, metavar="JSON|@文件", help="要更正的各项，同分类登记")
@click.option("--reason", required=True, metavar="理由", help="为什么更正")
@speaks
def reclassify(number: str, by: str, data: str, reason: str) -> dict[str, Any]:
    """更正类别、等级或责任单位。"""
    from tasks.reclassify import reclassify as rule_anew

    fields = read_data(data)
    ready_ledger()
    done = rule_anew(number, data=fields, actor=acting(by), reason=reason)
    return taken(done, f"{done.case}：分类已更正。")


@click.command(cls=InChinese)
@click.argument("number", metavar="案件编号")
@click.option("--by", required=True, metavar="人员代码", help="治庸问责办负责人")
@click.option("--data", required=True, metavar="JSON|@文件", help="“poorly_handled”“dissatisfied”“opinion”三项")
@speaks
def review(number: str, by: str, data: str) -> dict[str, Any]:
    """负责人主动复核，启动二次办理。"""
    from tasks.review import review as start_round

    fields = read_data(data)
    ready_ledger()
    done = start_round(number, data=fields, actor=acting(by))
    return taken(done, f"{done.case}：已启动新一轮办理。")


def _light(value: str) -> str:
    light = Light(value)
    return f"{light.colour} {light.label}"


def _print_todo(found: list[dict[str, Any]]) -> None:
    if not found:
        say("没有待办。")
        return
    table(
        ("待办", "案件", "步骤", "由谁办理", "单位", "时限", "灯号", "备注"),
        (
            (
                each["assignment"],
                each["case"] or each["campaign"],
                f"{each['title']} {each['step']}",
                Role(each["role"]).label,
                each["unit"],
                each["due"],
                _light(each["light"]),
                _remarks(each),
            )
            for each in found
        ),
    )
    counts = [f"{_light(light)} {sum(each['light'] == light for each in found)} 项" for light in reversed(Light)]
    say(f"共 {len(found)} 项：{'，'.join(counts)}。")


def _remarks(each: dict[str, Any]) -> str:
    remarks = {
        f"由 {each['owner']} 办理": each["owner"],
        f"委派 {each['delegate']} 拟办": each["delegate"],
        "拟办意见已交回": each["draft"],
        f"已催办 {each['urged']} 次": each["urged"],
        "案件挂起": each["suspended"],
        f"{each.get('about')}": each.get("about"),  # a duty of a self-inspection has none
    }
    return "；".join(words for words, holds in remarks.items() if holds)


def _print_cases(found: list[dict[str, Any]]) -> None:
    if not found:
        say("没有符合条件的案件。")
        return
    table(
        ("案件", "状态", "类别", "等级", "责任单位", "轮次", "总时限"),
        (
            (
                each["number"],
                Status(each["status"]).label,
                ProblemClass(each["problem_class"]).short if each["problem_class"] else "",
                Grade(each["grade"]).label if each["grade"] else "",
                each["unit"],
                each["round"],
                each["due_on"],
            )
            for each in found
        ),
    )
    say(f"共 {len(found)} 件。")


def _print_case(shown: dict[str, Any]) -> None:
    say(f"{shown['number']}　{Status(shown['status']).label}　第{shown['round']}轮　责任单位 {shown['unit'] or '—'}")
    if shown["summary"]:
        say(f"问题概要：{shown['summary']}")
    if shown["closed_at"]:
        say(f"办结：{on_paper(shown['closed_at'])}，批准人 {shown['closed_by']}，{shown['closing_reason']}")
    if shown["matter"]:
        word = "已认定列为一类" if shown["matter"]["accepted"] else "已认定不列为一类"
        say(f"普遍性问题：{shown['matter']['label']}（问题 {shown['matter']['matter']}）{word}")
    if shown["open"]:
        table(
            ("待办", "步骤", "由谁办理", "单位", "时限", "灯号"),
            (
                (
                    each["assignment"],
                    f"{each['title']} {each['step']}",
                    Role(each["role"]).label,
                    each["unit"],
                    each["due_on"],
                    _light(each["light"]),
                )
                for each in shown["open"]
            ),
        )
    _print_arrangements(shown)
    for each in shown["answers"] or []:
        unit = f"　{each['unit']}" if each["unit"] else ""
        void = "" if each["counts"] else "　（已作废）"
        say(f"▍{each['title']} {each['step']}{unit}　{each['by']}　{on_paper(each['at'])}{void}")
        for field in each["fields"]:
            say(f"　{field['title']}：{field['words']}")
    table(
        ("时间", "事项", "步骤", "经办"),
        (
            (on_paper(each["at"]), WHAT.get(each["what"], each["what"]), each["step"], each["by"])
            for each in shown["history"]
        ),
    )


def _print_arrangements(shown: dict[str, Any]) -> None:
    decided = {None: "待审批", True: "已批准", False: "未批准"}
    for each in shown["extensions"]:
        why = f"，理由：{each['reason']}" if each["reason"] else ""
        say(f"延期{each['item']}（{decided[each['agreed']]}）：{each['asked']}，{each['asked_by']} 申请{why}")
    for each in shown["supervisions"]:
        lifted = "已解除" if each["ended_at"] else "督办中"
        what = f"：{each['instruction']}" if each["instruction"] else ""
        basis = Basis(each["basis"]).label
        say(f"{each['number']}（{lifted}）：{basis}，{each['leader']}，每{each['every']}个工作日报告{what}")
    for each in shown["meeting_actions"]:
        until = f"，{each['ends_on']} 前" if each["ends_on"] else ""
        what = f"：{each['what']}" if each["what"] else ""
        say(f"{each['number']}（联席会议议定，{each['unit']} 承办{until}）{what}")
    for each in shown["suspensions"]:
        woken = f"至 {on_paper(each['woken_at'])}" if each["woken_at"] else "起，尚未唤醒"
        why = f"，理由：{each['reason']}" if each["reason"] else ""
        say(f"挂起：{on_paper(each['suspended_at'])} {woken}{why}")


# What the journal's entries are called for people.
WHAT = {
    "register": "登记",
    "open": "打开待办",
    "answer": "办理",
    "withdraw": "撤回待办",
    "move": "状态变化",
    "refused": "未采纳的办理",
    "annul": "意见作废",
    "reclassify": "更正分类",
    "reclassify-refused": "未采纳的更正",
    "merge": "并案",
    "identity": "查看身份",
    "identity-refused": "查看身份未准",
    "attach": "附件",
    "undeliverable": "无法反馈",
    "no-call-back": "无法回访",
    "another-round": "启动新一轮办理",
    "linked-case": "另立案件",
    "due": "时限变化",
    "record": "形成记录",
    "merge-refused": "未采纳的并案",
    "review-refused": "未采纳的复核",
    "draft": "受委派人交回拟办意见",
    "transfer": "转办",
    "transfer-refused": "未采纳的转办",
    "delegate": "委派",
    "delegate-refused": "未采纳的委派",
    "return": "退回",
    "return-refused": "未采纳的退回",
    "take-back": "拿回",
    "take-back-refused": "未采纳的拿回",
    "extend": "申请延期",
    "extend-refused": "未采纳的延期申请",
    "extension": "延期审批结果",
    "supervise": "督办",
    "supervise-refused": "未采纳的督办",
    "supervision-lifted": "解除督办",
    "suspend-refused": "未采纳的挂起",
    "wake-refused": "未采纳的唤醒",
    "nudge": "催办、通报",
    "urge-refused": "未采纳的催办",
    "meeting-action": "联席会议议定事项",
    "repair": "运维处置",
    "repair-refused": "未采纳的运维处置",
}
