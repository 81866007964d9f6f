"""The path of a case, in the order of part 四 of the policy: 问题办理."""

from prefect import flow

from flows.accountability import decide_on_accountability
from flows.arrangements import (
    carry_out_meeting_actions,
    decide_on_extensions,
    report_progress,
    tell_of_extensions,
    track_opinion,
)
from flows.ask import path_of, together, while_waiting
from flows.classification import classify, close_without_handling, entrust
from flows.conductor import resumable
from flows.feedback import ask_whether_satisfied, give_feedback
from flows.handling import handle
from flows.plan import keep_promises
from flows.write_off import assess_effect, write_off
from models.path import ROUNDS


@flow(name="问题办理", flow_run_name="{number}")
@resumable
def handle_case(number: str) -> str:
    """Carry one problem from the register to 销号, in the order of part 四 of the policy."""
    return while_waiting(
        lambda: walk(number),
        lambda: decide_on_extensions(number),  # 延期
        lambda: tell_of_extensions(number),  # 延期的，告知投诉人
        lambda: report_progress(number),  # 督办
        lambda: track_opinion(number),  # 三 舆情的全程跟踪
    )


def walk(number: str) -> str:
    """四: sort the report, handle it, tell the result, mend what is to be mended, write it off."""
    ruling = classify(number)  # 四(一) 规范分类处置
    if not ruling.outcome.taken_up:
        return close_without_handling(number, ruling)
    together(
        lambda: handle_in_rounds(number),
        lambda: keep_promises(number),  # 四(一) 年度承诺的节点, each on its date, also after the filing
        lambda: decide_on_accountability(number),  # 六(三) 严格责任追究, beside the feedback
        lambda: carry_out_meeting_actions(number),  # 三 联席办公会议定事项
    )
    assess_effect(number)  # 四(一) 限期效果评估、社会集中测评
    return write_off(number)  # 四(一) 销号管理


def handle_in_rounds(number: str) -> None:
    """四(二), 四(三): once; again where it was poorly handled and people are dissatisfied; at last by the office."""
    for round in ROUNDS:
        entrust(number, round)  # 四(二) 签收; 四(一) 整改意见、承诺方案
        handle(number, round)  # 四(二) 调查、签字背书、一案双查、备案, or 直接问责
        if not path_of(number).second_round_was_started(round):
            give_feedback(number, round)  # 四(三) 三个口径反馈
            ask_whether_satisfied(number, round)  # 四(三) 群众满意标准
        if not path_of(number).second_round_was_started(round):
            return  # 四(二) otherwise 二次办理
