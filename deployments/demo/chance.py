"""Scenarios for messages that have no script: drawn from the source number, in the proportions of a usual year."""

from collections.abc import Sequence

from deployments.demo.script import CLOSED_AT_ONCE, Scenario, Turn, dice
from models.masks import masked_text
from models.message import Message

# One of these, or the usual way; in percent.
_COURSES: tuple[tuple[float, tuple[Turn, ...]], ...] = (
    (6, (Turn.COMMON,)),
    (3, (Turn.ANNUAL,)),
    (2, (Turn.REJECT,)),
    (0.5, (Turn.REJECT_REFUSED,)),
    (1.5, (Turn.TRANSFER,)),
    (2, (Turn.RETURNED,)),
    (1, (Turn.RETURNED_STAYS,)),
    (1, (Turn.RECLASSIFY,)),
    (1, (Turn.DIRECT,)),
    (0.5, (Turn.CONFLICT,)),
    (1, (Turn.CONFLICT_OF_ANSWER,)),
    (3, (Turn.CO_UNIT,)),
)
# Of each group one turn or none; in percent.
_DETAILS: tuple[tuple[tuple[float, Turn], ...], ...] = (
    ((1, Turn.EMERGENCY), (4, Turn.SUDDEN)),
    ((12, Turn.CONSULT), (5, Turn.HARD)),
    ((12, Turn.UNSUBSTANTIATED), (15, Turn.PARTLY)),
    ((7, Turn.ACCOUNTABILITY), (1, Turn.LONG_STANDING)),
    ((4, Turn.SIGN_REFUSED), (2, Turn.PAPER_SIGNATURE)),
    ((4, Turn.SUPPLEMENT),),
    ((3, Turn.PUBLICATION_REFUSED), (4, Turn.UNDELIVERABLE)),
    (
        (22, Turn.FAIR),
        (5, Turn.UNREACHABLE),
        (4, Turn.DISSATISFIED_NOT_POOR),
        (2, Turn.SECOND_ROUND),
        (0.3, Turn.POOR_TWICE),
    ),
    ((20, Turn.NOT_EFFECTIVE),),
    ((3, Turn.WRITE_OFF_REFUSED),),
    ((60, Turn.MERGE),),
)
OWN_REVIEW = 2  # percent of the cases in which nobody can be called back

# Units of the sample registry, the most special first, by words of what they answer for.
_MATTERS = {
    "U54": "公积金",
    "U56": "不动产 房产证 产权证",
    "U24": "医保 医疗保险",
    "U18": "退役 退伍 军人",
    "U53": "消防",
    "U30": "拆迁 征收 征地 安置",
    "U02": "学校 教育 教师 小学 中学 幼儿园 培训 学区 学生",
    "U08": "工资 社保 劳动 养老金 退休 就业 人才",
    "U17": "医院 医生 卫生 诊所 疫情 医疗",
    "U60": "垃圾",
    "U52": "噪音 噪声 污染 搅拌站 扬尘 粉尘 排放 环保 扰民",
    "U13": "自来水 供水 停水 水质 内涝 排水 河道",
    "U50": "停车 车位 拥堵 红绿灯 信号灯 交通 飙车",
    "U12": "公交 地铁 出租车 客运 网约车",
    "U11": "违建 违章 占道 油烟 夜市 摊 城管",
    "U49": "派出所 公安 户口 赌博 麻将 传销 卖淫",
    "U21": "消费 欺诈 食品 无证 虚假 商家 退费",
    "U51": "规划 土地 宅基地",
    "U09": "物业 小区 住房 房 电梯 开发商 业主",
    "U10": "道路 路面 施工 工地 修路 建设",
    "U05": "低保 养老 婚姻 民政 残疾",
    "U23": "绿化 公园 树",
    "U16": "旅游 景区 文化",
    "U48": "税",
    "U14": "农村 村民 村 农",
}


def draw(message: Message, units: Sequence[str]) -> Scenario:
    """Draw the scenario of a message; the same number always gives the same."""
    seed = message.source_number
    turns = set(_drawn(seed, "course", _COURSES))
    for number, group in enumerate(_DETAILS):
        turns |= set(_drawn(seed, f"detail-{number}", [(share, (turn,)) for share, turn in group]))
    if not message.can_be_reached and dice(seed, "own-review") * 100 < OWN_REVIEW:
        turns |= {Turn.OWN_REVIEW, Turn.SECOND_ROUND}
    if message.channel.forces_superior:
        turns = turns - {Turn.COMMON, Turn.ANNUAL} | {Turn.SUPERIOR}
    if message.channel.direct_accountability:  # the unit is skipped
        turns -= {Turn.RETURNED, Turn.RETURNED_STAYS, Turn.RECLASSIFY}
    if Turn.UNSUBSTANTIATED in turns:
        turns -= {Turn.ACCOUNTABILITY, Turn.LONG_STANDING}
    unit = _unit(message, units)
    others = [code for code in units if code != unit]
    closed_at_once = not CLOSED_AT_ONCE.isdisjoint(turns)
    return Scenario(
        seed=seed,
        turns=frozenset(turns),
        unit=unit,
        other_unit=others[int(dice(seed, "other-unit") * len(others))],
        summary=masked_text(message.subject, message.complainant),
        reason=_reason(turns) if closed_at_once or turns & {Turn.RETURNED, Turn.RETURNED_STAYS} else "",
    )


def _drawn(seed: str, what: str, shares: Sequence[tuple[float, tuple[Turn, ...]]]) -> tuple[Turn, ...]:
    thrown = dice(seed, what) * 100
    for share, turns in shares:
        if thrown < share:
            return turns
        thrown -= share
    return ()


def _unit(message: Message, units: Sequence[str]) -> str:
    for matter in (message.about_unit + message.subject, message.text):
        for code, words in _MATTERS.items():
            if code in units and any(word in matter for word in words.split()):
                return code
    return units[int(dice(message.source_number, "unit") * len(units))]


def _reason(turns: set[Turn]) -> str:
    if Turn.TRANSFER in turns:
        return "市级有权机关"
    if turns & {Turn.REJECT, Turn.REJECT_REFUSED}:
        return "所提事项未反映干部作风问题，不属受理范围，已告知反映途径。"
    return "所反映事项不属本单位职责，建议改由主管部门办理。"
