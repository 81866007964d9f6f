"""四(一) 效果评估 and 销号管理: a case ends only with evidence, an applicant and another who approves."""

from itertools import count

from flows.arrangements import tell_of_extensions
from flows.ask import ask, path_of, perform
from flows.plan import make_plan
from models.forms import EffectAssessment, SocialEvaluation, WriteOff, WriteOffApproval
from models.words import ProblemClass, Status
from tasks.close import close_case


def assess_effect(number: str) -> None:
    """四(一): 一类 限期整改效果评估, 无效的重拟方案; 二类 社会集中测评."""
    problem_class = path_of(number).problem_class
    if problem_class is ProblemClass.COMMON:
        for assessed in count():
            if ask(EffectAssessment, number).effective:
                return
            make_plan(number, since=path_of(number).answers["effect-assessment"][assessed].id)
    elif problem_class is ProblemClass.ANNUAL:
        ask(SocialEvaluation, number)


def write_off(number: str) -> str:
    """四(一): apply and approve until the head of the office agrees; then the case is written off."""
    while True:
        application = ask(WriteOff, number)
        approval = ask(WriteOffApproval, number)
        if approval.agreed:
            break
    tell_of_extensions(number)  # 延期的，告知投诉人: whoever was not told of one yet is told before the end
    reason = approval.opinion or application.opinion or "整改到位，准予销号"
    approver = path_of(number).last_officer("write-off-approval")
    seen, status = path_of(number).length, Status.WRITTEN_OFF
    perform(close_case, "销号", number, seen=seen, status=status, approver=approver, reason=reason)
    return Status.WRITTEN_OFF.label
