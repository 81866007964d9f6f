"""The rules of the forms, in one table: what is refused, in which words, on which paragraph."""

from collections.abc import Callable
from dataclasses import dataclass

from models import breaches
from models.breaches import Act
from models.forms import (
    AccountabilityDecisionForm,
    Classification,
    ClosingApproval,
    DirectAccountability,
    DirectReply,
    DoubleCheckForm,
    ExtensionApproval,
    FilingForm,
    Form,
    Investigation,
    MediaReply,
    PublicationApproval,
    Receipt,
    RectificationPlan,
    SignOff,
    SourceReply,
    UpwardReport,
    WriteOffApproval,
)
from models.refusals import ConflictOfInterest, InvalidForm, Refusal, SamePerson, SlotEmpty


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule. `says` is its sentence, in the refusal and in the form's description; `broken` finds a breach, and
    may return what the refusal says besides."""

    name: str
    says: str
    source: str
    forms: tuple[type[Form], ...]
    refusal: type[Refusal]
    broken: Callable[[Act], bool | str]

    def check(self, act: Act) -> None:
        """Raise the rule's refusal where it is broken."""
        if isinstance(act.form, self.forms) and (found := self.broken(act)):
            says = self.says + (found if isinstance(found, str) else "")
            if issubclass(self.refusal, InvalidForm):
                raise self.refusal([("", says)], case=act.case.number)
            raise self.refusal(says, case=act.case.number)


_ALL = (Form,)
RULES: tuple[Rule, ...] = (
    Rule(
        name="the person reported does not handle his own case",
        says="被反映人不得办理反映本人的问题。",
        source="信访工作条例；norms: 回避",
        forms=_ALL,
        refusal=ConflictOfInterest,
        broken=breaches.officer_is_subject,
    ),
    Rule(
        name="nobody classifies or judges a report about himself",
        says="不得办理涉及本人的问题，请由其他人员办理。",
        source="回避",
        forms=(Classification, Investigation, DirectAccountability, DoubleCheckForm, AccountabilityDecisionForm),
        refusal=ConflictOfInterest,
        broken=breaches.clerk_names_himself,
    ),
    Rule(
        name="named units exist",
        says="有单位代码不在册。",
        source="台账",
        forms=(Classification, RectificationPlan),
        refusal=InvalidForm,
        broken=breaches.names_an_unknown_unit,
    ),
    Rule(
        name="only responsible units answer for problems",
        says="治庸问责办、宣传部门、纪检监察机关和区领导不作为责任单位或协办单位。",
        source="四(二)",
        forms=(Classification,),
        refusal=InvalidForm,
        broken=breaches.does_not_answer_for_problems,
    ),
    Rule(
        name="named officers exist",
        says="有人员代码不在册；非系统用户请填姓名、职务、单位。",
        source="台账",
        forms=_ALL,
        refusal=InvalidForm,
        broken=breaches.names_an_unknown_officer,
    ),
    Rule(
        name="what has happened lies not in the future",
        says="已办事项的日期不能晚于今天。",
        source="台账",
        forms=_ALL,
        refusal=InvalidForm,
        broken=breaches.happened_after_today,
    ),
    Rule(
        name="nothing was done before the report came",
        says="已办事项的日期不能早于收到来件之日。",
        source="台账",
        forms=_ALL,
        refusal=InvalidForm,
        broken=breaches.happened_before_the_report,
    ),
    Rule(
        name="the channel forces class three",
        says="上级转（督）办、上级暗访、市以上媒体曝光、电视问政、领导批示的问题应列为三类。",
        source="四(一)",
        forms=(Classification,),
        refusal=InvalidForm,
        broken=breaches.class_is_forced,
    ),
    Rule(
        name="what is on file is not dropped",
        says="办理结果已备案的案件不能改为不予受理或转出。",
        source="四(二)",
        forms=(Classification,),
        refusal=InvalidForm,
        broken=breaches.dropped_after_filing,
    ),
    Rule(
        name="a report about the unit's head skips the unit",
        says="被反映人是责任单位或协办单位主要领导的，不得交该单位办理，应由治庸问责办直接办理。",
        source="四(二)",
        forms=(Classification,),
        refusal=ConflictOfInterest,
        broken=breaches.head_is_concerned,
    ),
    Rule(
        name="a case is returned within days",
        says="退回须在交办后的期限内（默认2个工作日）提出；逾期的应当办理，确有异议的报治庸问责办。",
        source="norms: 退回（默认，非文件规定）",
        forms=(Receipt,),
        refusal=InvalidForm,
        broken=breaches.returned_too_late,
    ),
    Rule(
        name="a case is not sent from one to the other for ever",
        says="该案退回次数已达上限，以治庸问责办的裁定为准，不得再退回。",
        source="norms: 退回（默认，非文件规定）",
        forms=(Receipt,),
        refusal=InvalidForm,
        broken=breaches.returned_too_often,
    ),
    Rule(
        name="a returned case belongs to a unit that exists",
        says="“应由何单位办理”的单位代码不在册。",
        source="台账",
        forms=(Receipt,),
        refusal=InvalidForm,
        broken=breaches.belongs_to_nobody,
    ),
    Rule(
        name="an annual plan has milestones",
        says="二类（年度重点整改）问题的方案须有承诺节点。",
        source="四(一)",
        forms=(RectificationPlan,),
        refusal=InvalidForm,
        broken=breaches.milestones_missing,
    ),
    Rule(
        name="milestones lie within the plan",
        says="承诺节点不能晚于方案的完成时限。",
        source="四(一)",
        forms=(RectificationPlan,),
        refusal=InvalidForm,
        broken=breaches.milestone_after_deadline,
    ),
    Rule(
        name="the unit investigates with its own officers",
        says="调查人员须为本单位在岗人员。",
        source="四(二)",
        forms=(Investigation,),
        refusal=InvalidForm,
        broken=breaches.investigators_from_elsewhere,
    ),
    Rule(
        name="the person reported does not investigate",
        says="被反映人不得作为调查人员。",
        source="回避",
        forms=(Investigation,),
        refusal=ConflictOfInterest,
        broken=breaches.investigator_is_subject,
    ),
    Rule(
        name="whom the report would hold to account does not investigate",
        says="拟问责对象不得作为调查人员。",
        source="回避",
        forms=(Investigation,),
        refusal=ConflictOfInterest,
        broken=breaches.investigator_is_proposed,
    ),
    Rule(
        name="a report that would hold the head to account leaves the unit",
        says="拟问责对象为责任单位主要领导的，不得由该单位调查、签字，请报治庸问责办直接办理。",
        source="四(二)",
        forms=(Investigation,),
        refusal=ConflictOfInterest,
        broken=breaches.head_is_proposed,
    ),
    Rule(
        name="the head who signs does not investigate",
        says="签字背书的主要领导不得作为调查人员。",
        source="四(二)",
        forms=(Investigation,),
        refusal=SamePerson,
        broken=breaches.head_investigates,
    ),
    Rule(
        name="only the office records a signature on paper",
        says="单位主要领导本人签字的，不填纸质签字各项；治庸问责办只能录入纸质签字。",
        source="四(二)",
        forms=(SignOff,),
        refusal=InvalidForm,
        broken=breaches.paper_by_clerk_only,
    ),
    Rule(
        name="only the unit's head signs",
        says="签字人须为该责任单位在签字当日的主要领导。",
        source="四(二)",
        forms=(SignOff,),
        refusal=InvalidForm,
        broken=breaches.signer_is_not_the_head,
    ),
    Rule(
        name="a report is signed when it is there",
        says="签字日期不能早于调查报告提交之日。",
        source="四(二)",
        forms=(SignOff,),
        refusal=InvalidForm,
        broken=breaches.signed_before_it_was_reported,
    ),
    Rule(
        name="the person reported does not sign",
        says="被反映人不得对反映本人的问题签字背书，应改由治庸问责办直接办理。",
        source="四(二)",
        forms=(SignOff,),
        refusal=ConflictOfInterest,
        broken=breaches.signer_is_subject,
    ),
    Rule(
        name="who investigated does not sign",
        says="参加调查的人员不得对调查结果签字背书。",
        source="四(二)",
        forms=(SignOff,),
        refusal=SamePerson,
        broken=breaches.signer_investigated,
    ),
    Rule(
        name="whom the report would hold to account does not sign",
        says="拟问责对象不得对调查结果签字背书，应改由治庸问责办直接办理。",
        source="四(二)",
        forms=(SignOff,),
        refusal=ConflictOfInterest,
        broken=breaches.signer_is_proposed,
    ),
    Rule(
        name="a double check is about three people",
        says="直接责任人、“一把手”、分管领导须为不同的三人。",
        source="六(二)",
        forms=(DoubleCheckForm,),
        refusal=InvalidForm,
        broken=breaches.one_of_the_three_twice,
    ),
    Rule(
        name="a double check is about the leaders of the unit",
        says="“一把手”、分管领导须为（或曾任）该责任单位的主要领导、分管领导；非系统用户请填姓名、职务、单位。",
        source="六(二)",
        forms=(DoubleCheckForm,),
        refusal=InvalidForm,
        broken=breaches.leader_of_another_unit,
    ),
    Rule(
        name="nothing is filed that its head has not signed",
        says="调查报告未经主要领导签字，或签字后有改动，不得备案。",
        source="四(二)",
        forms=(FilingForm,),
        refusal=InvalidForm,
        broken=breaches.report_is_not_signed,
    ),
    Rule(
        name="who ruled does not approve the closing",
        says="作出不予受理或转出意见的人员不得审批本人的意见。",
        source="四(一)",
        forms=(ClosingApproval,),
        refusal=SamePerson,
        broken=breaches.approver_ruled,
    ),
    Rule(
        name="a decision answers what was proposed",
        says="问责决定未涉及本轮提出或查明应予追究的任何人员，请核对。",
        source="六(三)",
        forms=(AccountabilityDecisionForm,),
        refusal=InvalidForm,
        broken=breaches.decides_about_others_only,
    ),
    Rule(
        name="a reply is to messages that are due it",
        says="所填来件编号不在本案尚待答复之列。",
        source="四(三)",
        forms=(MediaReply, DirectReply, SourceReply),
        refusal=InvalidForm,
        broken=breaches.answers_somebody_else,
    ),
    Rule(
        name="nobody is told of a result before it is on file",
        says="回应、反馈、报送的日期不能早于本轮备案之日。",
        source="四(三)",
        forms=(MediaReply, DirectReply, SourceReply, UpwardReport),
        refusal=InvalidForm,
        broken=breaches.told_before_it_was_filed,
    ),
    Rule(
        name="who redacted does not approve",
        says="公示文本的拟稿人不得审批本人拟定的文本。",
        source="四(三)",
        forms=(PublicationApproval,),
        refusal=SamePerson,
        broken=breaches.approver_redacted,
    ),
    Rule(
        name="who applied does not approve",
        says="销号申请人不得审批本人的申请。",
        source="四(一)",
        forms=(WriteOffApproval,),
        refusal=SamePerson,
        broken=breaches.approver_applied,
    ),
    Rule(
        name="who asked for more time does not grant it",
        says="延期申请人不得审批本人的申请。",
        source="信访工作条例；norms: 延期",
        forms=(ExtensionApproval,),
        refusal=SamePerson,
        broken=breaches.approver_asked_for_it,
    ),
    Rule(
        name="an empty clause is not cited",
        says="所引问责条款原文尚未导入（待核原文），不得引用。",
        source="六(一)",
        forms=(Investigation, DirectAccountability, AccountabilityDecisionForm),
        refusal=SlotEmpty,
        broken=breaches.cites_an_empty_slot,
    ),
    Rule(
        name="what others read identifies no sender",
        says="交单位办理和对外公开的文字不得含有可识别投诉人的内容。",
        source="信访工作条例；norms: 隐私",
        forms=tuple(breaches.READ_BY_OTHERS),
        refusal=InvalidForm,
        broken=breaches.identifies_a_sender,
    ),
)


def rules_of(form: type[Form]) -> list[Rule]:
    """Return the rules that concern a form, in the order in which they are checked."""
    return [rule for rule in RULES if issubclass(form, rule.forms)]
