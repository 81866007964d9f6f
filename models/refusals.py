"""Every refusal by a rule, named after the rule; its message is Chinese and quotes nothing that was typed."""

from collections.abc import Sequence


class Refusal(Exception):
    """A rule says no. `code` is for programs, `message` for people, `case` the case's number where there is one."""

    code = "refused"
    says = "不符合规定。"

    def __init__(self, message: str | None = None, *, case: str | None = None) -> None:
        """Keep the message, or the rule's own sentence."""
        self.message = message or self.says
        self.case = case
        super().__init__(f"{case}：{self.message}" if case else self.message)


class NotYours(Refusal):
    """The officer does not hold the step's role on this day, or not in this unit."""

    code = "not-yours"
    says = "该待办不属于您的岗位或单位。"


class AlreadyAnswered(Refusal):
    """Somebody answered before."""

    code = "already-answered"
    says = "该待办已有人办理。您的意见已记入日志（未采纳）。"


class Withdrawn(Refusal):
    """The step is no longer asked for."""

    code = "withdrawn"
    says = "该待办已撤回，不再需要办理。"


class NotOpenYet(Refusal):
    """The step opens on a later day."""

    code = "not-open-yet"
    says = "该待办尚未到办理日期。"


class StaleVersion(Refusal):
    """The assignment changed after the person saw it."""

    code = "stale-version"
    says = "待办在您打开之后已有变化，请重新查看后再办理。"


class InvalidForm(Refusal):
    """The form does not hold; `faults` says where and why."""

    code = "invalid-form"

    def __init__(self, faults: Sequence[tuple[str, str]], *, case: str | None = None) -> None:
        """Keep the faults as (field, reason)."""
        self.faults = list(faults)
        super().__init__(
            "填写有误：" + "；".join(f"{field}：{why}" if field else why for field, why in faults), case=case
        )


class ConflictOfInterest(Refusal):
    """Somebody would handle a report about himself."""

    code = "conflict-of-interest"
    says = "被反映人不得办理、不得查看反映本人的问题。"


class SamePerson(Refusal):
    """Two acts that need two people would be done by one."""

    code = "same-person"
    says = "两个环节不得由同一人办理。"


class IllegalMove(Refusal):
    """The table of moves does not know this one."""

    code = "illegal-move"

    def __init__(self, number: str, here: str, there: str) -> None:
        """Say from where to where."""
        super().__init__(f"案件不能由“{here}”转为“{there}”。", case=number)


class CaseClosed(Refusal):
    """Nothing more happens to a closed case."""

    code = "case-closed"
    says = "案件已办结。"


class AlreadyFiled(Refusal):
    """The round is on file: its unit and class stand."""

    code = "already-filed"
    says = "本轮办理结果已备案，不能再改派；确有问题的，请启动二次办理。"


class NotFiledYet(Refusal):
    """A quality review looks at a result that is on file."""

    code = "not-filed-yet"
    says = "办理结果尚未备案，不能启动复核。"


class LastRound(Refusal):
    """There is no round after the third."""

    code = "last-round"
    says = "案件已由治庸问责办直接问责，不再启动新一轮办理。"


class Unknown(Refusal):
    """Something named does not exist."""

    code = "unknown"


class UnknownCase(Unknown):
    """No such case."""

    code = "unknown-case"
    says = "没有这个案件编号。"


class UnknownAssignment(Unknown):
    """No such assignment."""

    code = "unknown-assignment"
    says = "没有这个待办编号。"


class UnknownMessage(Unknown):
    """No such message."""

    code = "unknown-message"
    says = "没有这个来件编号。"


class UnknownOfficer(Unknown):
    """No such officer."""

    code = "unknown-officer"
    says = "没有这个人员代码。"


class UnknownUnit(Unknown):
    """No such unit."""

    code = "unknown-unit"
    says = "没有这个单位代码。"


class UnknownList(Unknown):
    """The unit has no such list, or no such version of it."""

    code = "unknown-list"
    says = "该单位没有这张清单，或没有这个版本。"


class UnknownChannel(Unknown):
    """No such channel."""

    code = "unknown-channel"
    says = "没有这个渠道代码。"


class NoIdentity(Refusal):
    """The reporter gave no name."""

    code = "no-identity"
    says = "该案来件均为匿名，没有投诉人身份信息。"


class ReasonMissing(Refusal):
    """An act that needs a reason came without one."""

    code = "reason-missing"
    says = "须写明理由。"


class CannotMerge(Refusal):
    """The message or the case is not in a state to be joined."""

    code = "cannot-merge"


class SlotEmpty(Refusal):
    """The clause's official text is not at hand."""

    code = "clause-empty"
    says = "该条款原文尚未导入（待核原文），不得引用。"


class BadFile(Refusal):
    """A file cannot be taken; the message says where and why."""

    code = "bad-file"


class UnknownNumber(Unknown):
    """No such policy number."""

    code = "unknown-number"
    says = "没有这个政策数字，可用 zhiyong policy show 查看。"


class ImplausibleNumber(Refusal):
    """A policy number that cannot be meant."""

    code = "implausible-number"


class NotRetroactive(Refusal):
    """A policy number holds from today or later: what was opened before keeps the number of its day."""

    code = "not-retroactive"
    says = "生效日期不得早于今天，政策数字不溯及既往。"


class RegistryEmpty(Refusal):
    """Nothing can be taken in before units and channels are known."""

    code = "registry-empty"
    says = "尚未载入单位、人员和渠道，请先执行 zhiyong registry load。"


class NotSimulated(Refusal):
    """The clock of a real ledger cannot be set."""

    code = "real-ledger"
    says = "台账中有真实案件，不能使用模拟时间。"


class NewerLedger(Refusal):
    """A later release has changed the ledger's schema: this one would not understand it."""

    code = "newer-ledger"
    says = "台账版本新于本程序（或该数据库不是本系统的台账），请升级程序后再用；台账未作改动。"


class CaseSuspended(Refusal):
    """Nothing is done in a case that was put to rest."""

    code = "case-suspended"
    says = "案件已挂起，唤醒后才能办理。"


class NotSuspended(Refusal):
    """Only what rests can be woken."""

    code = "not-suspended"
    says = "案件没有挂起，无须唤醒。"


class UnknownStep(Unknown):
    """The case has no answer to this step that counts."""

    code = "unknown-step"
    says = "该案没有这个已办步骤，或其意见已作废。"


class CannotReturn(Refusal):
    """A step that cannot be gone back to, or not so."""

    code = "cannot-return"


class CannotTakeBack(Refusal):
    """Somebody has built on it, or it left the house."""

    code = "cannot-take-back"


class CannotHandOver(Refusal):
    """The step is somebody's own, or the other may not have it."""

    code = "cannot-hand-over"


class CannotSubstitute(Refusal):
    """The two or the days will not do."""

    code = "cannot-substitute"


class CannotExtend(Refusal):
    """Not before it is due, not once, or not so long."""

    code = "cannot-extend"


class CannotSupervise(Refusal):
    """There is an instruction already, or none."""

    code = "cannot-supervise"


class CannotRepair(Refusal):
    """The step is an obligation and cannot be skipped, or it is not plain which step is meant."""

    code = "cannot-repair"


class WrongPeriod(Refusal):
    """A period ends before it begins, has not begun, or is none of which a report can speak."""

    code = "wrong-period"
    says = "起始日期不能晚于截止日期，也不能晚于今天。"
