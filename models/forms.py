"""The forms of the steps: one model is the check, the JSON schema of `todo` and the page in the Prefect UI."""

import re
from datetime import date
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from models.calendar import LAST_YEAR
from models.words import (
    FilingDecision,
    Finding,
    Grade,
    Kind,
    Lapse,
    Measure,
    Nature,
    OpinionTrend,
    Outcome,
    ProblemClass,
    Route,
    Satisfaction,
)


def _blank_is_none(value: Any) -> Any:
    return None if value == "" else value


def _written_as_date(value: Any) -> Any:
    # Pydantic would take a number for seconds since 1970.
    if isinstance(value, int | float) or (isinstance(value, str) and not re.match(r"\d{4}-\d{2}-\d{2}", value)):
        raise ValueError("日期格式应为 2026-05-06")
    return value


def _within_the_calendar(value: date) -> date:
    # A step may open on a day that a form names, and is then due some working days later.
    if not 2000 <= value.year < LAST_YEAR:
        raise ValueError(f"日期须在2000年至{LAST_YEAR - 1}年之间")
    return value


Words = Annotated[str, Field(min_length=1, max_length=20000)]
Day = Annotated[date, BeforeValidator(_written_as_date), AfterValidator(_within_the_calendar)]
OptionalDate = Annotated[Day | None, BeforeValidator(_blank_is_none)]


class Form(BaseModel):
    """What somebody fills in for a step. Texts are stripped; unknown fields are refused; no value is ever echoed."""

    model_config = ConfigDict(
        extra="forbid",
        str_strip_whitespace=True,
        hide_input_in_errors=True,
        frozen=True,
        coerce_numbers_to_str=True,
        str_max_length=20000,
    )
    # Dates of things that have happened: none may lie after today.
    happened: ClassVar[tuple[str, ...]] = ()


class OutsidePerson(BaseModel):
    """Somebody who is no user of the system."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True, frozen=True, str_max_length=20000
    )

    name: Words = Field(title="姓名")
    post: Words = Field(title="职务")
    unit: Words = Field(title="单位")


PersonRef = Annotated[Words | OutsidePerson, Field(union_mode="left_to_right")]
Clause = Annotated[Annotated[int, Field(ge=1, le=46)] | None, BeforeValidator(_blank_is_none)]


class ProposedAccountability(BaseModel):
    """问责建议: one person, one or several measures."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True, frozen=True, str_max_length=20000
    )

    person: PersonRef = Field(
        title="问责对象", description="人员代码；非系统用户填姓名、职务、单位；对单位问责填单位代码"
    )
    measures: list[Measure] = Field(title="问责方式", min_length=1)
    clause: Clause = Field(default=None, title="问责情形条款号", description="1—46；原文待核的条款不得引用")


class DecidedAccountability(ProposedAccountability):
    """问责决定: what was decided against one person."""

    deciding_body: Words = Field(title="决定机关")
    decided_on: Day = Field(title="决定日期")
    document_number: str = Field(default="", title="文号")
    executed_on: OptionalDate = Field(default=None, title="执行日期")
    appeal: str = Field(default="", title="申诉情况")


class Conclusion(BaseModel):
    """一案双查: the conclusion about one of the three."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True, frozen=True, str_max_length=20000
    )

    person: PersonRef = Field(title="姓名（人员代码）")
    pursued: bool = Field(title="是否追究")
    reason: str = Field(default="", title="理由", description="不追究的必填")
    measures: list[Measure] = Field(default_factory=list, title="追究方式", description="追究的必填")

    @model_validator(mode="after")
    def _explicit(self) -> Self:
        if self.pursued and not self.measures:
            raise ValueError("追究的，须写明追究方式")
        if not self.pursued and not self.reason:
            raise ValueError("不追究的，须写明理由")
        return self


class Milestone(BaseModel):
    """A promise within an annual plan."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True, frozen=True, str_max_length=20000
    )

    what: Words = Field(title="节点任务")
    by: Day = Field(title="完成时间")


class Classification(Form):
    """四(一) 规范分类处置."""

    outcome: Outcome = Field(title="处理意见")
    problem_class: ProblemClass | None = Field(default=None, title="问题类别", description="受理、直接办理的必填")
    grade: Grade | None = Field(default=None, title="处置等级", description="受理、直接办理的必填")
    unit: str = Field(default="", title="责任单位代码", description="受理、直接办理的必填")
    summary: str = Field(
        default="", title="问题概要", description="受理、直接办理的必填；不得含有可识别投诉人的内容", max_length=2000
    )
    kind: Kind = Field(default=Kind.COMPLAIN, title="办件类型")
    co_units: list[str] = Field(default_factory=list, title="协办单位代码")
    subjects: list[PersonRef] = Field(
        default_factory=list, title="被反映人", description="人员代码；非系统用户填姓名、职务、单位"
    )
    route: Route = Field(default=Route.SUPERVISE, title="办理途径")
    long_standing: bool = Field(default=False, title="不正之风长期滋生蔓延")
    reason: str = Field(default="", title="不予受理理由", description="不予受理的必填")
    to: str = Field(default="", title="转往机关", description="转有权机关的必填")
    receipt: str = Field(default="", title="移送回执号", description="转有权机关的必填")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed: dict[Outcome, dict[str, object]] = {
            Outcome.REJECT: {"不予受理理由": self.reason},
            Outcome.TRANSFER: {"转往机关": self.to, "移送回执号": self.receipt},
        }
        taken_up: dict[str, object] = {
            "问题类别": self.problem_class,
            "处置等级": self.grade,
            "责任单位代码": self.unit,
            "问题概要": self.summary,
        }
        missing = [title for title, value in needed.get(self.outcome, taken_up).items() if not value]
        if missing:
            raise ValueError(f"“{self.outcome.label}”须填写：{'、'.join(missing)}")
        if self.unit and self.unit in self.co_units:
            raise ValueError("协办单位不能是责任单位本身")
        if len(set(self.co_units)) < len(self.co_units):
            raise ValueError("协办单位不能重复")
        return self


class RejectionReply(Form):
    """告知不予受理或转办."""

    happened = ("told_on",)

    told_on: OptionalDate = Field(default=None, title="告知日期")
    undeliverable_reason: str = Field(default="", title="无法反馈的原因", description="匿名、地址不详等")

    @model_validator(mode="after")
    def _told_or_reason(self) -> Self:
        if (self.told_on is None) == (not self.undeliverable_reason):
            raise ValueError("告知日期与无法告知的原因须填且只填一项")
        return self


class Approval(Form):
    """A decision about what somebody else proposes."""

    agreed: bool = Field(title="是否同意")
    opinion: str = Field(default="", title="意见", description="不同意的必填")

    @model_validator(mode="after")
    def _refusal_has_a_reason(self) -> Self:
        if not self.agreed and not self.opinion:
            raise ValueError("不同意的，须写明意见")
        return self


class ClosingApproval(Approval):
    """办结审批."""


class Receipt(Form):
    """签收与首次联系."""

    happened = ("first_contact_on",)

    received: bool = Field(default=False, title="签收")
    return_reason: str = Field(default="", title="退回理由", description="非本单位职责的，写明依据和应由哪个单位办理")
    belongs_to: str = Field(default="", title="应由何单位办理（单位代码）", description="退回的填写；不清楚的可不填")
    first_contact_on: OptionalDate = Field(default=None, title="首次联系日期")

    @model_validator(mode="after")
    def _received_or_returned(self) -> Self:
        if self.received == bool(self.return_reason):
            raise ValueError("签收与退回理由须填且只填一项")
        if self.received and self.belongs_to:
            raise ValueError("签收的不填应由何单位办理")
        return self


class RectificationPlan(Form):
    """四(一)、五(一) 整改意见、承诺整改方案: a plan lacking one of the four parts is refused (O68)."""

    goal: Words = Field(title="工作目标")
    measures: Words = Field(title="方法步骤")
    deadline: Day = Field(title="完成时限")
    guarantees: Words = Field(title="保障措施")
    lead_unit: Words = Field(title="牵头部门代码")
    lead_officer: PersonRef = Field(title="牵头责任人")
    milestones: list[Milestone] = Field(default_factory=list, title="承诺节点", description="二类问题必填")


class ReportToLeaders(Form):
    """四(一) 呈报区委、区政府."""

    happened = ("reported_on",)

    document_number: Words = Field(title="呈报文号")
    reported_on: Day = Field(title="呈报日期")


class MilestoneProgress(Form):
    """四(一) 年度承诺的进展."""

    progress: Words = Field(title="进展情况")
    evidence: list[str] = Field(default_factory=list, title="佐证材料")


class Investigation(Form):
    """四(二) 调查程序: the unit's report, which its head signs."""

    investigators: list[Words] = Field(title="调查人员代码", description="本单位二人以上", min_length=2)
    finding: Finding = Field(title="调查结论")
    nature: Nature | None = Field(default=None, title="问题性质", description="属实、部分属实的必填")
    facts: Words = Field(title="查明的事实")
    heard_the_subject: bool = Field(title="已听取被反映人陈述申辩")
    rectification: str = Field(default="", title="整改建议")
    rectification_deadline: OptionalDate = Field(default=None, title="整改时限")
    accountability: list[ProposedAccountability] = Field(default_factory=list, title="问责建议")
    long_standing: bool = Field(default=False, title="不正之风长期滋生蔓延")
    evidence: list[str] = Field(default_factory=list, title="佐证材料")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if len(set(self.investigators)) < 2:
            raise ValueError("调查人员须为不同的二人以上")
        if self.rectification and self.rectification_deadline is None:
            raise ValueError("有整改建议的，须写明整改时限")
        if self.finding is not Finding.UNSUBSTANTIATED:
            if self.nature is None:
                raise ValueError("属实、部分属实的，须认定不作为、乱作为或慢作为")
            if not self.rectification and not self.accountability:
                raise ValueError("属实、部分属实的，整改建议与问责建议至少提出一项")
        elif self.accountability:
            raise ValueError("不属实的，不得提出问责建议")
        if self.accountability and not self.heard_the_subject:
            raise ValueError("未听取被反映人陈述申辩的，不得提出问责建议")
        return self


class SignOff(Approval):
    """四(二) 主要领导签字背书; three more fields where an office clerk records a signature on paper."""

    happened = ("signed_on",)

    paper_number: str = Field(default="", title="纸质签字件编号", description="由治庸问责办录入纸质签字时必填")
    signed_by: str = Field(default="", title="签字人代码", description="纸质签字：该单位主要领导")
    signed_on: OptionalDate = Field(default=None, title="签字日期", description="纸质签字必填")

    @property
    def on_paper(self) -> bool:
        """Whether it is the record of a signature on paper."""
        return bool(self.paper_number or self.signed_by or self.signed_on)

    @model_validator(mode="after")
    def _paper_is_whole(self) -> Self:
        if self.on_paper and not (self.paper_number and self.signed_by and self.signed_on):
            raise ValueError("录入纸质签字须同时填写编号、签字人和签字日期")
        return self


class DirectAccountability(Form):
    """四(二) 治庸问责办直接启动问责程序."""

    facts: Words = Field(title="查明的事实")
    nature: Nature = Field(title="问题性质")
    heard_the_subject: bool = Field(title="已听取被反映人陈述申辩")
    accountability: list[ProposedAccountability] = Field(title="问责建议", min_length=1)
    opinion: Words = Field(title="处理意见")

    @model_validator(mode="after")
    def _heard(self) -> Self:
        if not self.heard_the_subject:
            raise ValueError("未听取被反映人陈述申辩的，不得提出问责建议")
        return self


class DoubleCheckForm(Form):
    """六(二) 一案双查: three people, three explicit conclusions."""

    direct: Conclusion = Field(title="直接责任人")
    head: Conclusion = Field(title="“一把手”")
    deputy: Conclusion = Field(title="分管领导")

    @model_validator(mode="after")
    def _three_people(self) -> Self:
        if len({str(each.person) for each in (self.direct, self.head, self.deputy)}) < 3:
            raise ValueError("直接责任人、“一把手”、分管领导须为不同的三人")
        return self


class FilingForm(Form):
    """四(二) 备案."""

    decision: FilingDecision = Field(title="备案意见")
    reason: str = Field(default="", title="理由", description="退回补充的必填")
    lapse: Annotated[Lapse | None, BeforeValidator(_blank_is_none)] = Field(
        default=None, title="审查发现的问责不力情形", description="该问不问、问而不报、问责畸轻的，另立案追究单位领导"
    )

    @model_validator(mode="after")
    def _supplement_has_a_reason(self) -> Self:
        if self.decision is FilingDecision.SUPPLEMENT and not self.reason:
            raise ValueError("退回补充的，须写明理由")
        if self.decision is FilingDecision.SUPPLEMENT and self.lapse:
            raise ValueError("退回补充的，不同时认定问责不力情形")
        return self


class AccountabilityDecisionForm(Form):
    """六 问责决定."""

    decisions: list[DecidedAccountability] = Field(title="问责决定", min_length=1)


class Publication(Form):
    """四(三) 网上公示的脱敏文本."""

    redacted_text: Words = Field(title="公示文本（脱敏）")


class PublicationApproval(Approval):
    """公示审批."""

    url: str = Field(default="", title="公示网址")


SomeMessages = Annotated[
    list[Annotated[int, Field(ge=1)]],
    Field(title="答复的来件编号", description="并案后只答复其中部分来件的填写；不填即为全部应答复的来件"),
]


class MediaReply(Form):
    """四(三) 媒体回应，统一由区委宣传部."""

    happened = ("sent_on",)

    outlet: Words = Field(title="媒体名称")
    reply: Words = Field(title="回应内容")
    sent_on: Day = Field(title="回应日期")
    messages: SomeMessages = Field(default_factory=list)


class DirectReply(Form):
    """四(三) 直接向投诉人反馈."""

    happened = ("delivered_on",)

    means: str = Field(default="", title="反馈方式")
    delivered_on: OptionalDate = Field(default=None, title="反馈日期")
    proof: str = Field(default="", title="送达证明")
    undeliverable_reason: str = Field(default="", title="无法反馈的原因", description="匿名、地址不详等")
    messages: SomeMessages = Field(default_factory=list)

    @model_validator(mode="after")
    def _delivered_or_reason(self) -> Self:
        if self.undeliverable_reason:
            if self.means or self.delivered_on or self.proof:
                raise ValueError("已送达的不填无法反馈的原因")
        elif not (self.means and self.delivered_on and self.proof):
            raise ValueError("须填写反馈方式、反馈日期和送达证明；无法反馈的，写明原因")
        return self


class SourceReply(Form):
    """回复来源单位."""

    happened = ("sent_on",)

    to: Words = Field(title="回复单位")
    sent_on: Day = Field(title="回复日期")
    document_number: str = Field(default="", title="文号")
    messages: SomeMessages = Field(default_factory=list)


class UpwardReport(Form):
    """四(二) 将结果向上级反馈."""

    happened = ("sent_on",)

    to: Words = Field(title="上级机关")
    document_number: Words = Field(title="文号")
    sent_on: Day = Field(title="报送日期")


class CallBackForm(Form):
    """四(三) 群众满意标准: 回访."""

    result: Satisfaction = Field(title="回访结果")
    resolved: bool | None = Field(default=None, title="问题是否解决")
    attempts: int = Field(title="联系次数", ge=1, le=99)
    note: str = Field(default="", title="备注", description="联系不上的必填")

    @model_validator(mode="after")
    def _unreachable_has_a_note(self) -> Self:
        if self.result is Satisfaction.UNREACHABLE and not self.note:
            raise ValueError("联系不上的，须在备注中写明情况")
        return self


class QualityReview(Form):
    """四(二) 处理不力并造成群众不满意的，直接启动二次办理: two findings, both needed."""

    poorly_handled: bool = Field(title="处理不力")
    dissatisfied: bool = Field(title="群众不满意")
    opinion: Words = Field(title="复核意见")

    @property
    def starts_another_round(self) -> bool:
        """Both findings together; dissatisfaction alone does not."""
        return self.poorly_handled and self.dissatisfied


class EffectAssessment(Form):
    """四(一) 限期整改效果评估."""

    happened = ("assessed_on",)

    effective: bool = Field(title="整改是否有效")
    assessed_on: Day = Field(title="评估日期")
    opinion: Words = Field(title="评估意见")


class SocialEvaluation(Form):
    """四(一) 社会集中测评、“电视问政”展评."""

    score: float = Field(title="测评得分", ge=0, le=100)
    sample: Words = Field(title="测评样本", description="参评人数和构成")
    on_television: bool = Field(default=False, title="是否经电视问政展评")


class WriteOff(Form):
    """四(一) 申请销号."""

    evidence: list[Words] = Field(title="佐证材料", min_length=1)
    opinion: str = Field(default="", title="意见")


class WriteOffApproval(Approval):
    """销号审批."""


class ExtensionApproval(Approval):
    """延期审批."""


class ExtensionReply(RejectionReply):
    """延期的，告知投诉人."""


class ProgressReport(Form):
    """督办进展报告."""

    progress: Words = Field(title="进展情况")
    difficulties: str = Field(default="", title="存在的困难")
    evidence: list[str] = Field(default_factory=list, title="佐证材料")


class OpinionTracking(Form):
    """三 舆情的全程跟踪督办: what became of it since the last entry."""

    situation: Words = Field(title="跟踪情况", description="舆情走势、处置进展和需要协调的事项")
    trend: OpinionTrend = Field(title="走势")
    evidence: list[str] = Field(default_factory=list, title="佐证材料")


class MeetingActionReport(Form):
    """三 联席办公会议定事项的办理结果."""

    result: Words = Field(title="办理结果")
    evidence: list[str] = Field(default_factory=list, title="佐证材料")
