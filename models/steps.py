"""The table of steps: for each its Chinese name, its paragraph of the policy, who answers, where the case stands."""

from dataclasses import dataclass

from models import forms
from models.forms import Form
from models.words import Role, Status


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the path.

    name: the stable first part of its key. limit: key of its policy number. status: where the case stands while
    it is open; of what goes on beside the path the last stage, so that it never holds the case back. or_role: another
    role that may answer it (the office head, or a clerk who records a signature on paper).
    """

    name: str
    title: str
    paragraph: str
    role: Role
    form: type[Form]
    status: Status
    limit: str
    or_role: Role | None = None

    @property
    def personal(self) -> bool:
        """四(二) 签字背书: whether nobody acts in another's place."""
        return self.form is forms.SignOff

    def may_be_answered_by(self, role: Role) -> bool:
        """Whether the role answers this step."""
        return role in (self.role, self.or_role)

    @property
    def fillable_in_prefect(self) -> bool:
        """Whether the Prefect UI shows a form for it: the office's own steps, and signatures on paper."""
        return self.role.of_the_office or (self.or_role is not None and self.or_role.of_the_office)


_STEPS = (
    Step(
        name="classification",
        title="分类登记",
        paragraph="四(一)",
        role=Role.OFFICE_CLERK,
        form=forms.Classification,
        status=Status.REGISTERED,
        limit="classification",
    ),
    Step(
        name="rejection-reply",
        title="告知投诉人",
        paragraph="四(三)",
        role=Role.OFFICE_CLERK,
        form=forms.RejectionReply,
        status=Status.FEEDBACK,
        limit="rejection",
    ),
    Step(
        name="closing-approval",
        title="办结审批",
        paragraph="四(一)",
        role=Role.OFFICE_HEAD,
        form=forms.ClosingApproval,
        status=Status.FEEDBACK,
        limit="rejection",
    ),
    Step(
        name="receipt",
        title="签收",
        paragraph="四(二)",
        role=Role.UNIT_CONTACT,
        form=forms.Receipt,
        status=Status.INVESTIGATING,
        limit="receipt",
    ),
    Step(
        name="rectification-plan",
        title="整改方案",
        paragraph="四(一)、五(一)",
        role=Role.UNIT_CONTACT,
        form=forms.RectificationPlan,
        status=Status.PLANNING,
        limit="rectification-plan",
    ),
    Step(
        name="report-to-leaders",
        title="呈报区委、区政府",
        paragraph="四(一)",
        role=Role.OFFICE_CLERK,
        form=forms.ReportToLeaders,
        status=Status.PLANNING,
        limit="report-to-leaders",
    ),
    Step(
        name="milestone",
        title="承诺节点进展",
        paragraph="四(一)",
        role=Role.UNIT_CONTACT,
        form=forms.MilestoneProgress,
        status=Status.INVESTIGATING,
        limit="milestone",
    ),
    Step(
        name="investigation",
        title="单位调查",
        paragraph="四(二)",
        role=Role.UNIT_INVESTIGATOR,
        form=forms.Investigation,
        status=Status.INVESTIGATING,
        limit="investigation",
    ),
    Step(
        name="sign-off",
        title="主要领导签字背书",
        paragraph="四(二)",
        role=Role.UNIT_HEAD,
        form=forms.SignOff,
        status=Status.SIGNING,
        limit="sign-off",
        or_role=Role.OFFICE_CLERK,
    ),
    Step(
        name="direct-accountability",
        title="直接启动问责程序",
        paragraph="四(二)",
        role=Role.OFFICE_HEAD,
        form=forms.DirectAccountability,
        status=Status.INVESTIGATING,
        limit="direct-accountability",
    ),
    Step(
        name="double-check",
        title="一案双查",
        paragraph="六(二)",
        role=Role.DISCIPLINE,
        form=forms.DoubleCheckForm,
        status=Status.CHECKING,
        limit="double-check",
    ),
    Step(
        name="filing",
        title="备案",
        paragraph="四(二)",
        role=Role.OFFICE_CLERK,
        form=forms.FilingForm,
        status=Status.FILING,
        limit="filing",
    ),
    Step(
        name="accountability-decision",
        title="问责决定",
        paragraph="六(三)",
        role=Role.DISCIPLINE,
        form=forms.AccountabilityDecisionForm,
        status=Status.FEEDBACK,
        limit="accountability-decision",
    ),
    Step(
        name="publication",
        title="拟定公示文本",
        paragraph="四(三)",
        role=Role.OFFICE_CLERK,
        form=forms.Publication,
        status=Status.FEEDBACK,
        limit="feedback",
    ),
    Step(
        name="publication-approval",
        title="公示审批",
        paragraph="四(三)",
        role=Role.OFFICE_CLERK,
        form=forms.PublicationApproval,
        status=Status.FEEDBACK,
        limit="feedback",
        or_role=Role.OFFICE_HEAD,
    ),
    Step(
        name="media-reply",
        title="媒体回应",
        paragraph="四(三)",
        role=Role.PROPAGANDA,
        form=forms.MediaReply,
        status=Status.FEEDBACK,
        limit="feedback",
    ),
    Step(
        name="direct-reply",
        title="直接反馈投诉人",
        paragraph="四(三)",
        role=Role.OFFICE_CLERK,
        form=forms.DirectReply,
        status=Status.FEEDBACK,
        limit="feedback",
    ),
    Step(
        name="source-reply",
        title="回复来源单位",
        paragraph="三、四(三)",
        role=Role.OFFICE_CLERK,
        form=forms.SourceReply,
        status=Status.FEEDBACK,
        limit="feedback",
    ),
    Step(
        name="upward-report",
        title="向上级反馈",
        paragraph="四(二)",
        role=Role.OFFICE_HEAD,
        form=forms.UpwardReport,
        status=Status.FEEDBACK,
        limit="upward-report",
    ),
    Step(
        name="call-back",
        title="回访",
        paragraph="四(三)",
        role=Role.OFFICE_CLERK,
        form=forms.CallBackForm,
        status=Status.FEEDBACK,
        limit="call-back",
    ),
    Step(
        name="quality-review",
        title="办理质量复核",
        paragraph="四(二)",
        role=Role.OFFICE_HEAD,
        form=forms.QualityReview,
        status=Status.REVIEW,
        limit="quality-review",
    ),
    Step(
        name="effect-assessment",
        title="整改效果评估",
        paragraph="四(一)",
        role=Role.OFFICE_CLERK,
        form=forms.EffectAssessment,
        status=Status.REVIEW,
        limit="effect-assessment",
    ),
    Step(
        name="social-evaluation",
        title="社会集中测评",
        paragraph="四(一)",
        role=Role.OFFICE_CLERK,
        form=forms.SocialEvaluation,
        status=Status.REVIEW,
        limit="social-evaluation",
    ),
    Step(
        name="write-off",
        title="申请销号",
        paragraph="四(一)",
        role=Role.OFFICE_CLERK,
        form=forms.WriteOff,
        status=Status.WRITE_OFF,
        limit="write-off",
    ),
    Step(
        name="write-off-approval",
        title="销号审批",
        paragraph="四(一)",
        role=Role.OFFICE_HEAD,
        form=forms.WriteOffApproval,
        status=Status.WRITE_OFF,
        limit="write-off",
    ),
    Step(
        name="extension-approval",
        title="延期审批",
        paragraph="四(二)",
        role=Role.OFFICE_HEAD,
        form=forms.ExtensionApproval,
        status=Status.WRITE_OFF,
        limit="extension-approval",
    ),
    Step(
        name="extension-reply",
        title="告知投诉人延期",
        paragraph="四(三)",
        role=Role.OFFICE_CLERK,
        form=forms.ExtensionReply,
        status=Status.WRITE_OFF,
        limit="extension-reply",
    ),
    Step(
        name="progress-report",
        title="督办进展报告",
        paragraph="四(一)",
        role=Role.UNIT_CONTACT,
        form=forms.ProgressReport,
        status=Status.WRITE_OFF,
        limit="progress-report",
    ),
    Step(
        name="opinion-tracking",
        title="舆情跟踪",
        paragraph="三",
        role=Role.OFFICE_CLERK,
        form=forms.OpinionTracking,
        status=Status.WRITE_OFF,
        limit="opinion-tracking",
    ),
    Step(
        name="meeting-action",
        title="联席会议议定事项",
        paragraph="三",
        role=Role.UNIT_CONTACT,
        form=forms.MeetingActionReport,
        status=Status.REVIEW,
        limit="meeting-action",
    ),
)
STEPS: dict[str, Step] = {step.name: step for step in _STEPS}
STEP_OF: dict[type[Form], Step] = {step.form: step for step in _STEPS}


def attempt_letter(attempt: int) -> str:
    """Return what a step's key ends in when it is opened again: nothing, then -b, -c … -z, -ba, -bb …"""
    letters = ""
    while attempt > 0:
        attempt, letter = divmod(attempt, 26)
        letters = chr(ord("a") + letter) + letters
    return f"-{letters}" if letters else ""
