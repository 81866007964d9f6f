"""The built-in templates: what each letter says around what the ledger fills in."""

import io
from collections.abc import Callable

from models.document import DocumentKind
from reports.letter_template import SIGNED_HEAD, LetterTemplate

_STEPS = ("办理环节", "待办编号", "办理人", "办理时限"), ("环节", "编号", "办理人", "时限"), (40, 24, 46, 46)


def built_in_template(kind: DocumentKind) -> bytes:
    """Return the template of a kind as a Word file."""
    target = io.BytesIO()
    _TEMPLATES[kind]().document.save(target)
    return target.getvalue()


def _assignment() -> LetterTemplate:
    letter = LetterTemplate("问题交办单")
    letter.addressed_to("{{ 主送 }}")
    letter.paragraph("现将{{ 案号 }}问题交你单位{{ 主协办 }}。请按以下要求认真调查处理，按时报送结果。")
    letter.heading("问题情况")
    letter.paragraph("{{ 问题概要 }}")
    letter.paragraph(
        "本件{{ 收到日期 }}由{{ 来源 }}收到，类别为{{ 类别 }}，处置等级为{{ 等级 }}，办理途径为{{ 途径 }}。"
        "责任单位：{{ 责任单位 }}{% if 协办单位 %}；协办单位：{{ 协办单位 }}{% endif %}。"
    )
    letter.heading("办理环节和时限")
    letter.list_of("环节表", *_STEPS)
    letter.heading("办理要求")
    letter.paragraph("请在时限内签收并首次联系；不属于本单位职责的，写明依据退回我办。", lead="（一）及时签收。")
    letter.paragraph(
        "由本单位二人以上调查，听取被反映人陈述申辩，提出整改建议或者问责建议。被反映人应当回避。",
        lead="（二）认真调查。",
    )
    letter.paragraph("办理结果由单位主要领导签字背书后，报我办备案。", lead="（三）签字背书。")
    letter.paragraph("不得查问、泄露反映人的身份，不得打击报复。", lead="（四）遵守纪律。")
    letter.enclosure("办理答复表（电子工作簿，填写后报回我办）")
    letter.closing()
    return letter


def _supervision() -> LetterTemplate:
    letter = LetterTemplate("督办通知书")
    letter.addressed_to("{{ 主送 }}")
    letter.paragraph("{{ 案号 }}问题已列入督办，督办编号为{{ 督办编号 }}。现将有关事项通知如下。")
    letter.heading("督办事项")
    letter.paragraph("{{ 问题概要 }}")
    letter.heading("督办依据和意见")
    letter.paragraph("{{ 督办依据 }}（{{ 批示领导 }}）。", lead="（一）依据。")
    letter.paragraph("{{ 督办意见 }}", lead="（二）意见。")
    letter.heading("办理进度")
    letter.mark("{%p if 环节表 %}")
    letter.paragraph("截至{{ 日期 }}，尚待你单位办理的环节如下。")
    letter.list_of("环节表", *_STEPS)
    letter.mark("{%p else %}")
    letter.paragraph("截至{{ 日期 }}，本件处于“{{ 所处环节 }}”环节，没有等待你单位办理的事项。")
    letter.mark("{%p endif %}")
    letter.heading("报告要求")
    letter.paragraph(
        "{% if 已解除 %}本督办已于{{ 解除日期 }}解除。{% else %}"
        "自{{ 督办日期 }}起，每{{ 报告间隔 }}个工作日向我办报告一次进展，直至督办解除。{% endif %}"
    )
    letter.closing()
    return letter


def _urging() -> LetterTemplate:
    letter = LetterTemplate("催办通知书")
    letter.addressed_to("{{ 主送 }}")
    letter.paragraph(
        "{{ 案号 }}问题的“{{ 环节 }}”环节（待办编号{{ 待办编号 }}），办理时限为{{ 时限 }}，"
        "{% if 已办 %}已于{{ 办理日期 }}办理{% elif 逾期天数 %}已逾期{{ 逾期天数 }}天，尚未办理"
        "{% else %}尚未办理{% endif %}。"
    )
    letter.paragraph("我办于{{ 催办日期 }}第{{ 催办次数 }}次催办（催办编号{{ 催办编号 }}）。")
    letter.only_if("催办意见", "{{ 催办意见 }}", lead="催办意见：")
    letter.only_if("not 已办", "请抓紧办理，并将办理情况报我办；确有困难的，说明原因和拟办结的日期。")
    letter.closing()
    return letter


def _second_round() -> LetterTemplate:
    letter = LetterTemplate("二次办理通知书")
    letter.addressed_to("{{ 主送 }}")
    letter.paragraph(
        "{{ 案号 }}问题第一轮办理后，经回访和复核，认定处理不力，群众不满意。"
        "我办于{{ 认定日期 }}决定直接启动二次办理。现将有关事项通知如下。"
    )
    letter.heading("问题和上一轮办理情况")
    letter.paragraph("{{ 问题概要 }}")
    letter.paragraph("上一轮调查结论为{{ 上轮结论 }}，{{ 上轮备案日期 }}备案（{{ 上轮备案号 }}）。")
    letter.heading("二次办理要求")
    letter.paragraph("重新调查，查明上一轮处理不力的原因，提出整改建议或者问责建议。", lead="（一）重新调查。")
    letter.paragraph(
        "按照一案双查的要求，由纪检监察机关对直接责任人、“一把手”、分管领导逐一作出追究或者不追究的结论。",
        lead="（二）一案双查。",
    )
    letter.paragraph("二次办理不得延期。需重点查明的事项：{{ 重点事项 }}。", lead="（三）按时办结。")
    letter.heading("办理环节和时限")
    letter.mark("{%p if 环节表 %}")
    letter.list_of("环节表", *_STEPS)
    letter.mark("{%p else %}")
    letter.paragraph("截至{{ 日期 }}，没有等待你单位办理的环节。")
    letter.mark("{%p endif %}")
    letter.closing()
    return letter


def _filing() -> LetterTemplate:
    letter = LetterTemplate("问题办理结果备案表", masthead=None)
    letter.right("编号：{{ 文号 }}")
    letter.form(
        (
            ("案件编号", "{{ 案号 }}", "办理轮次", "第{{ 轮次 }}轮"),
            ("问题来源", "{{ 来源 }}", "收到日期", "{{ 收到日期 }}"),
            ("责任单位", "{{ 责任单位 }}", "协办单位", "{{ 协办单位 or '无' }}"),
            ("问题类别", "{{ 类别 }}", "处置等级", "{{ 等级 }}"),
            ("问题概要", "{{ 问题概要 }}"),
            ("调查人员", "{{ 调查人员 }}", "报告日期", "{{ 报告日期 }}"),
            ("调查结论", "{{ 调查结论 }}", "问题性质", "{{ 问题性质 }}"),
            ("查明事实", "{{ 查明事实 }}"),
            ("整改建议", "{{ 整改建议 }}"),
            ("整改时限", "{{ 整改时限 }}", "听取申辩", "{{ 听取申辩 }}"),
            ("问责建议", "{{ 问责建议 }}"),
            ("一案双查", "{{ 双查结论 }}"),
            ("签字背书", "{{ 签字情况 }}"),
            ("备案意见", "{{ 备案意见 }}"),
            ("备案编号", "{{ 备案号 }}", "备案日期", "{{ 备案日期 }}"),
        )
    )
    letter.closing(contact=False)
    return letter


def _extension() -> LetterTemplate:
    letter = LetterTemplate("延期办理审批表", masthead=None)
    letter.right("编号：{{ 文号 }}")
    letter.form(
        (
            ("案件编号", "{{ 案号 }}", "责任单位", "{{ 责任单位 }}"),
            ("问题概要", "{{ 问题概要 }}"),
            ("申请环节", "{{ 环节 }}", "待办编号", "{{ 待办编号 }}"),
            ("申请人", "{{ 申请人 }}", "申请日期", "{{ 申请日期 }}"),
            ("原定时限", "{{ 原定时限 }}", "申请延长", "{{ 申请延长 }}"),
            ("延期理由", "{{ 延期理由 }}"),
            ("审批意见", "{{ 审批意见 }}"),
            ("审批人", "{{ 审批人 }}", "审批日期", "{{ 审批日期 }}"),
            ("批准后时限", "{{ 批准后时限 }}", "告知投诉人", "{{ 告知情况 }}"),
            ("签字", "审批人（签字）：　　　　　　　　　　年　　月　　日"),
        )
    )
    letter.closing(contact=False)
    return letter


def _reply() -> LetterTemplate:
    letter = LetterTemplate("答复函", heading="关于反映问题办理结果的答复函")
    letter.addressed_to("{{ 主送 }}")
    letter.paragraph(
        "{% if 来件人 %}您于{{ 来件日期 }}通过{{ 来件渠道 }}反映的问题"
        "{% else %}贵单位于{{ 来件日期 }}经{{ 来件渠道 }}转来的问题{% endif %}"
        "{% if 来件编号 %}（来件编号{{ 来件编号 }}）{% endif %}收悉，"
        "我办已登记办理（编号{{ 案号 }}）。现将办理结果答复如下。"
    )
    letter.heading("反映的问题")
    letter.paragraph("{{ 问题概要 }}")
    letter.heading("办理结果")
    letter.mark("{%p for 段 in 办理结果 %}")
    letter.paragraph("{{ 段 }}")
    letter.mark("{%p endfor %}")
    letter.paragraph("感谢{{ '您' if 来件人 else '贵单位' }}对治庸问责工作的关心和支持。")
    letter.closing()
    return letter


def _report() -> LetterTemplate:
    letter = LetterTemplate(
        "呈报件", masthead=SIGNED_HEAD, heading="关于{{ 案号 }}问题{{ '整改意见' if 方案 else '办理情况' }}的报告"
    )
    letter.addressed_to("区委、区政府")
    letter.paragraph("现将{{ 案号 }}问题的{{ '整改意见' if 方案 else '办理情况' }}报告如下。")
    letter.heading("问题情况")
    letter.paragraph(
        "{{ 问题概要 }}本件{{ 收到日期 }}由{{ 来源 }}收到，列为{{ 类别 }}，责任单位为{{ 责任单位 }}"
        "{% if 协办单位 %}，协办单位为{{ 协办单位 }}{% endif %}。"
    )
    letter.heading("整改意见")
    letter.mark("{%p if 方案 %}")
    letter.paragraph("{{ 方案.工作目标 }}", lead="（一）工作目标。")
    letter.paragraph("{{ 方案.方法步骤 }}", lead="（二）方法步骤。")
    letter.paragraph("{{ 方案.完成时限 }}前完成。", lead="（三）完成时限。")
    letter.paragraph("{{ 方案.保障措施 }}", lead="（四）保障措施。")
    letter.paragraph("牵头部门为{{ 方案.牵头部门 }}，牵头责任人为{{ 方案.牵头责任人 }}。", lead="（五）责任分工。")
    letter.mark("{%p else %}")
    letter.paragraph("{{ 整改建议 }}")
    letter.mark("{%p endif %}")
    letter.heading("办理进度")
    letter.paragraph("截至{{ 日期 }}，本件处于“{{ 所处环节 }}”环节。{{ 调查情况 }}")
    letter.paragraph("特此报告。")
    letter.closing()
    return letter


def _upward() -> LetterTemplate:
    letter = LetterTemplate("上级反馈件", masthead=SIGNED_HEAD, heading="关于{{ 案号 }}问题办理结果的报告")
    letter.addressed_to("{{ 主送 }}")
    letter.paragraph("{{ 收到日期 }}{{ 来源 }}的问题{{ 来件编号 }}，我办已登记办理。现将办理结果报告如下。")
    letter.heading("问题情况")
    letter.paragraph("{{ 问题概要 }}")
    letter.heading("调查情况")
    letter.paragraph("{{ 调查情况 }}")
    letter.paragraph("{{ 查明事实 }}")
    letter.heading("整改和问责情况")
    letter.paragraph("{{ 整改建议 }}", lead="（一）整改。")
    letter.paragraph("{{ 问责情况 }}", lead="（二）问责。")
    letter.paragraph("{{ 双查结论 }}", lead="（三）一案双查。")
    letter.heading("备案和反馈")
    letter.paragraph("{{ 备案情况 }}{{ 回访情况 }}")
    letter.paragraph("特此报告。")
    letter.closing()
    return letter


def _dossier() -> LetterTemplate:
    letter = LetterTemplate("一案一卷", heading="案　卷")
    letter.form(
        (
            ("案卷编号", "{{ 文号 }}"),
            ("案件编号", "{{ 案号 }}"),
            ("题　　名", "{{ 问题概要 }}"),
            ("问题来源", "{{ 来源 }}"),
            ("责任单位", "{{ 责任单位 }}"),
            ("协办单位", "{{ 协办单位 or '无' }}"),
            ("类别等级", "{{ 类别 }}；{{ 等级 }}"),
            ("登记日期", "{{ 登记日期 }}"),
            ("办结情况", "{{ 办结情况 }}"),
            ("保管期限", "{{ 保管期限 }}"),
            ("立 卷 人", "{{ 经办人 }}"),
            ("立卷日期", "{{ 日期 }}"),
        )
    )
    letter.paragraph("本卷供{{ 查阅人 }}查阅。{{ 隐去说明 }}")
    letter.page_break()
    letter.heading("卷内目录")
    letter.list_of("目录", ("序号", "文件", "责任者", "日期"), ("序号", "名称", "责任者", "日期"), (16, 62, 40, 38))
    letter.heading("办理经过")
    letter.list_of("经过", ("时间", "环节", "经办人", "事项"), ("时间", "环节", "经办人", "事项"), (40, 46, 30, 40))
    letter.heading("办理意见")
    letter.mark("{%p for 意见 in 办理意见 %}")
    letter.paragraph("{{ 意见.标题 }}", lead="{{ 意见.序号 }}．")
    letter.rows_of("意见.内容")
    letter.mark("{%p endfor %}")
    letter.heading("签字背书")
    letter.mark("{%p for 段 in 签字 %}")
    letter.paragraph("{{ 段 }}")
    letter.mark("{%p endfor %}")
    letter.heading("反馈和回访")
    letter.mark("{%p for 段 in 反馈 %}")
    letter.paragraph("{{ 段 }}")
    letter.mark("{%p endfor %}")
    letter.heading("发文登记")
    letter.mark("{%p for 段 in 发文 %}")
    letter.paragraph("{{ 段 }}")
    letter.mark("{%p endfor %}")
    letter.closing(contact=False)
    return letter


_TEMPLATES: dict[DocumentKind, Callable[[], LetterTemplate]] = {
    DocumentKind.ASSIGNMENT: _assignment,
    DocumentKind.SUPERVISION: _supervision,
    DocumentKind.URGING: _urging,
    DocumentKind.SECOND_ROUND: _second_round,
    DocumentKind.FILING: _filing,
    DocumentKind.EXTENSION: _extension,
    DocumentKind.REPLY: _reply,
    DocumentKind.REPORT: _report,
    DocumentKind.UPWARD: _upward,
    DocumentKind.DOSSIER: _dossier,
}
