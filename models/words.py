"""The words of the trade as enumerations; each value has the Chinese that a person reads."""

from enum import StrEnum


class Word(StrEnum):
    """A value of the ledger with its Chinese; `label` is what a person reads."""

    label: str

    def __new__(cls, value: str, label: str = "") -> "Word":
        """Make the member: `NAME = "VALUE", "中文"`."""
        word = str.__new__(cls, value)
        word._value_ = value
        word.label = label
        return word


class ProblemClass(Word):
    """四(一): the three classes, and 一般 for what falls in none and goes straight to 四(二)."""

    GENERAL = "GENERAL", "一般"
    COMMON = "COMMON", "一类（普遍性、苗头性）"
    ANNUAL = "ANNUAL", "二类（年度重点整改）"
    SUPERIOR = "SUPERIOR", "三类（上级转督办或曝光）"

    @property
    def short(self) -> str:
        """The class without its bracket, for tags and narrow columns."""
        return self.label.split("（")[0]


class Grade(Word):
    """四: which of the three quick-handling mechanisms; sets the clock, independent of the class."""

    DAILY = "DAILY", "日常"
    SUDDEN = "SUDDEN", "突发"
    EMERGENCY = "EMERGENCY", "应急"


class Kind(Word):
    """How much work an investigation is; sets its limit together with the grade."""

    CONSULT = "CONSULT", "咨询求助"
    COMPLAIN = "COMPLAIN", "投诉举报"
    HARD = "HARD", "疑难"


class Route(Word):
    """六(三): by which of the three ways a case is handled."""

    COVERT_VISIT = "COVERT_VISIT", "暗访代办"
    SUPERVISE = "SUPERVISE", "督查促办"
    DIRECT_INQUIRY = "DIRECT_INQUIRY", "直查快办"


class Outcome(Word):
    """What the office decides about a report when it sorts it."""

    ACCEPT = "ACCEPT", "受理，交责任单位办理"
    REJECT = "REJECT", "不予受理"
    DIRECT = "DIRECT", "治庸问责办直接办理"
    TRANSFER = "TRANSFER", "转有权机关"

    @property
    def taken_up(self) -> bool:
        """Whether the report is handled here."""
        return self in (Outcome.ACCEPT, Outcome.DIRECT)


class Finding(Word):
    """Whether what was reported is so."""

    SUBSTANTIATED = "SUBSTANTIATED", "属实"
    PARTLY = "PARTLY", "部分属实"
    UNSUBSTANTIATED = "UNSUBSTANTIATED", "不属实"


class Nature(Word):
    """六(三): 不作为、乱作为、慢作为."""

    INACTION = "INACTION", "不作为"
    MISCONDUCT = "MISCONDUCT", "乱作为"
    DELAY = "DELAY", "慢作为"


class Measure(Word):
    """The ten measures of the Hubei rule, then those of other rules; a person may get several at once."""

    CRITICISM = "CRITICISM", "批评教育"
    ADMONITION = "ADMONITION", "诫勉谈话"
    WRITTEN_SELF_CRITICISM = "WRITTEN_SELF_CRITICISM", "书面检查"
    CIRCULATED_CRITICISM = "CIRCULATED_CRITICISM", "通报批评"
    PUBLIC_APOLOGY = "PUBLIC_APOLOGY", "公开道歉"
    TRANSFER_FROM_POST = "TRANSFER_FROM_POST", "调离岗位"
    SUSPENSION = "SUSPENSION", "停职检查"
    RESIGNATION = "RESIGNATION", "引咎辞职"
    ORDERED_RESIGNATION = "ORDERED_RESIGNATION", "责令辞职"
    REMOVAL = "REMOVAL", "免职"
    PERFORMANCE_PAY = "PERFORMANCE_PAY", "扣绩效"
    NO_AWARD = "NO_AWARD", "取消评优"
    DISMISSAL = "DISMISSAL", "辞退"
    SUSPENDED_REFLECTION = "SUSPENDED_REFLECTION", "停职反省"
    PUBLIC_SELF_CRITICISM = "PUBLIC_SELF_CRITICISM", "公开检讨"


class Position(Word):
    """六(二): whom 一案双查 looks at, always all three."""

    DIRECT = "DIRECT", "直接责任人"
    HEAD = "HEAD", "“一把手”"
    DEPUTY = "DEPUTY", "分管领导"


class Reply(Word):
    """四(三): the three 口径 of feedback; SOURCE answers a body that reported, UPWARD the superior one."""

    ONLINE = "ONLINE", "网上公示"
    MEDIA = "MEDIA", "媒体回应"
    DIRECT = "DIRECT", "直接反馈投诉人"
    SOURCE = "SOURCE", "回复来源单位"
    UPWARD = "UPWARD", "向上级反馈"


class Satisfaction(Word):
    """What a call-back found."""

    SATISFIED = "SATISFIED", "满意"
    FAIR = "FAIR", "基本满意"
    DISSATISFIED = "DISSATISFIED", "不满意"
    UNREACHABLE = "UNREACHABLE", "联系不上"


class FilingDecision(Word):
    """What the office decides about a result that a unit sends for the record."""

    FILED = "FILED", "准予备案"
    SUPPLEMENT = "SUPPLEMENT", "退回补充"


class Lapse(Word):
    """六(一): what a review of the record finds against the unit's leaders."""

    NOT_HELD = "NOT_HELD", "该问不问"
    NOT_REPORTED = "NOT_REPORTED", "问而不报"
    TOO_LIGHT = "TOO_LIGHT", "问责畸轻"


class Origin(Word):
    """三: who found the problem; 上级交办 besides the three of the document."""

    COMPLAINT = "COMPLAINT", "投诉受理"
    MEDIA = "MEDIA", "媒体舆情"
    UNIT = "UNIT", "责任单位发现"
    SUPERIOR = "SUPERIOR", "上级交办"


class Role(Word):
    """Who acts in a case. Officers hold roles for a period; `SYSTEM` is the machine itself."""

    OFFICE_CLERK = "office-clerk", "治庸问责办经办人"
    OFFICE_HEAD = "office-head", "治庸问责办负责人"
    UNIT_CONTACT = "unit-contact", "责任单位联络员"
    UNIT_INVESTIGATOR = "unit-investigator", "责任单位调查人员"
    UNIT_DEPUTY = "unit-deputy", "责任单位分管领导"
    UNIT_HEAD = "unit-head", "责任单位主要领导"
    PROPAGANDA = "propaganda", "区委宣传部"
    DISCIPLINE = "discipline", "区纪检监察机关"
    DISTRICT_LEADER = "district-leader", "区领导"
    SYSTEM = "system", "系统"

    @property
    def of_a_unit(self) -> bool:
        """Whether only the case's own unit may act in it."""
        return self in (Role.UNIT_CONTACT, Role.UNIT_INVESTIGATOR, Role.UNIT_DEPUTY, Role.UNIT_HEAD)

    @property
    def of_the_office(self) -> bool:
        """Whether it belongs to the 治庸问责办 itself."""
        return self in (Role.OFFICE_CLERK, Role.OFFICE_HEAD)

    @property
    def reads_names(self) -> bool:
        """对象受限: whether it reads the names of those who were held to account."""
        return self in (Role.OFFICE_HEAD, Role.DISCIPLINE)


class Via(Word):
    """By which way an act reached the ledger."""

    COMMAND = "command", "命令"
    PREFECT = "prefect", "Prefect 界面"
    SYSTEM = "system", "系统"


class Light(Word):
    """How near an assignment is to its date; colour and word, for those who print without colour."""

    GREEN = "green", "正常"
    YELLOW = "yellow", "临期"
    RED = "red", "逾期"

    @property
    def colour(self) -> str:
        """The colour's name."""
        return {"green": "绿", "yellow": "黄", "red": "红"}[self.value]


class Stage(Word):
    """How far an assignment has come with its date, each stage told once; in the order in which they come."""

    OPENED = "OPENED", "启动通知"
    EARLY = "EARLY", "预先提醒"
    REMIND = "REMIND", "临期提醒"
    DUE = "DUE", "到期提醒"
    URGE = "URGE", "催办"
    ESCALATE = "ESCALATE", "逾期通报"


class ListKind(Word):
    """二(四): the three lists."""

    POWER = "POWER", "权力清单"
    DUTY = "DUTY", "责任清单"
    PROCEDURE = "PROCEDURE", "程序清单"


class PowerKind(Word):
    """职权类型: the ten kinds of power."""

    LICENCE = "LICENCE", "行政许可"
    PENALTY = "PENALTY", "行政处罚"
    COERCION = "COERCION", "行政强制"
    LEVY = "LEVY", "行政征收"
    PAYMENT = "PAYMENT", "行政给付"
    INSPECTION = "INSPECTION", "行政检查"
    CONFIRMATION = "CONFIRMATION", "行政确认"
    REWARD = "REWARD", "行政奖励"
    ADJUDICATION = "ADJUDICATION", "行政裁决"
    OTHER = "OTHER", "其他"


class Aspect(Word):
    """三(四): the three aspects of a self-inspection."""

    POST = "POST", "岗位责任"
    FLOW = "FLOW", "权力运行流程"
    CHECK = "CHECK", "相互监督制约"

    @property
    def own_list(self) -> ListKind:
        """The list whose items are gone through for it."""
        return {"POST": ListKind.DUTY, "FLOW": ListKind.PROCEDURE, "CHECK": ListKind.POWER}[self.value]


class CampaignStep(Word):
    """What must be done for a unit's return, in the order in which it is done."""

    REPORT = "self-report", "上报自查报告"
    SIGN_OFF = "self-report-sign-off", "自查报告签字"
    RECEPTION = "self-report-reception", "自查报告收讫"
    CONFIRMATION = "problem-confirmation", "自查问题确认"


class UnitState(Word):
    """How far a unit is in a campaign; computed."""

    EXEMPT = "EXEMPT", "免报"
    MISSING = "MISSING", "未报"
    TO_MEND = "TO_MEND", "退回补正"
    TO_SIGN = "TO_SIGN", "待签字"
    TO_RECEIVE = "TO_RECEIVE", "待收讫"
    COMPLETE = "COMPLETE", "已收讫"


class Event(Word):
    """What happens to a unit in a campaign."""

    ISSUED = "ISSUED", "发放自查表"
    TOLD = "TOLD", "启动通知"
    REMINDED = "REMINDED", "提醒"
    URGED = "URGED", "催办"
    ESCALATED = "ESCALATED", "逾期通报"
    RETURNED = "RETURNED", "报告退回补正"
    ACCEPTED = "ACCEPTED", "报告合格"
    SIGNED = "SIGNED", "主要领导签字"
    RECEIVED = "RECEIVED", "纪委监察局收讫"
    CONFIRMED = "CONFIRMED", "问题确认"


class Difference(Word):
    """How a line's own log and the register differ, in the order in which it is shown."""

    NOT_REGISTERED = "NOT_REGISTERED", "线路有记录，未登记"
    NOT_LOGGED = "NOT_LOGGED", "已登记，线路无记录"
    ANOTHER_DAY = "ANOTHER_DAY", "收到日期不一致"
    UNREADABLE = "UNREADABLE", "线路记录无法读出"


class Basis(Word):
    """督办依据: on what an instruction rests."""

    INSTRUCTION = "INSTRUCTION", "领导批示"
    MEETING = "MEETING", "会议议定"
    OPINION = "OPINION", "舆情"


class OpinionTrend(Word):
    """舆情走势, as the office sees it when it writes its tracker."""

    RISING = "RISING", "升温"
    STEADY = "STEADY", "平稳"
    FADING = "FADING", "消退"


class ActionState(Word):
    """What became of what a joint meeting asked for."""

    WAITING = "WAITING", "待办"
    DONE = "DONE", "已办结"
    WITHDRAWN = "WITHDRAWN", "已撤销"


class Trouble(Word):
    """What is stuck and goes on only when an administrator acts, in the order in which it is shown."""

    NO_WORKER = "no-worker", "没有工作进程"
    STUCK = "stuck", "流程停滞"
    LYING = "lying", "待系统处理过久"
    NOBODY = "nobody", "无人可办"
    LONG_REST = "long-rest", "挂起过久"
    NOTICES_FILE = "notices-file", "通知渠道配置有误"
    NO_CHANNEL = "no-channel", "通知渠道已撤"
    UNDELIVERED = "undelivered", "通知发不出"


class Status(Word):
    """Where a case stands, in the order of part 四; the last five are not stages of the path."""

    REGISTERED = "REGISTERED", "已登记，待分类"
    PLANNING = "PLANNING", "制定整改方案"
    INVESTIGATING = "INVESTIGATING", "调查办理"
    SIGNING = "SIGNING", "签字背书"
    CHECKING = "CHECKING", "一案双查"
    FILING = "FILING", "备案"
    FEEDBACK = "FEEDBACK", "反馈"
    REVIEW = "REVIEW", "复核评估"
    WRITE_OFF = "WRITE_OFF", "申请销号"
    WRITTEN_OFF = "WRITTEN_OFF", "已销号"
    REJECTED = "REJECTED", "不予受理（已办结）"
    TRANSFERRED = "TRANSFERRED", "已转有权机关"
    MERGED = "MERGED", "已并案"
    SUSPENDED = "SUSPENDED", "挂起"

    @property
    def closed(self) -> bool:
        """Whether nothing more happens to the case; each closed case carries its approver and reason."""
        return self in CLOSED


CLOSED = (Status.WRITTEN_OFF, Status.REJECTED, Status.TRANSFERRED, Status.MERGED)
