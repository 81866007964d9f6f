"""The document on a self-inspection for the leaders: two pages, whose every figure is one of the ledger's."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from models.clock import SHANGHAI
from models.words import Aspect, Nature, UnitState
from reports.campaign_figures import (
    CASES,
    DONE,
    DUE,
    EXEMPT,
    FOUND,
    IN_TIME,
    LATE,
    MISSING,
    NO_CASE,
    RECEIVED,
    REPEATED,
    SIGNED,
    TO_MEND,
    UNDECIDED,
    WITH_FINDINGS,
    Figure,
    General,
    general_problems,
)
from reports.campaign_summary import Inspection, Summary
from reports.official_document import OfficialDocument
from reports.report import long_date
from reports.workbook import whole_or_not_at_all

ROOM = 100  # characters for names of units in the whole document, so that it keeps to two pages
REPEATERS = 5  # units with repeated problems by name
GENERAL = 3  # kinds of problems that are called general
# The figures that are compared with earlier campaigns, under short headings.
COMPARED: tuple[tuple[str, Figure], ...] = (
    ("应报单位", DUE),
    ("按期合格", IN_TIME),
    ("逾期合格", LATE),
    ("待补正", TO_MEND),
    ("未报送", MISSING),
    ("发现问题", FOUND),
    ("重复问题", REPEATED),
    ("转为案件", CASES),
)
WIDTH = 156  # millimetres between the margins


def write_campaign_letter(summary: Summary, target: Path) -> None:
    """Write the document. Raises BadFile."""
    now, day = summary.now, summary.as_of.astimezone(SHANGHAI).date()
    document = OfficialDocument(
        title=f"{now.campaign.title}情况报告", author=summary.office, made=summary.as_of.replace(tzinfo=None)
    )
    if summary.to:
        document.addressed_to(summary.to)
    document.paragraph(_opening(now, day))
    document.heading("报送情况")
    names = _Names()
    document.paragraph(_returns(now, names))
    document.table(*_comparison(summary))
    document.heading("发现的问题")
    for lead, text in _problems(summary, names, day):
        document.paragraph(text, lead=lead)
    document.heading("下一步工作建议")
    document.paragraph(_next_steps(now))
    document.enclosure(f"{now.campaign.title}汇总表")
    document.signature(summary.office, day)
    with whole_or_not_at_all(target) as unfinished:
        document.document.save(str(unfinished))


class _Names:
    """Names units, as long as there is room in the document."""

    def __init__(self) -> None:
        self.room = ROOM

    def of(self, names: Sequence[str], most: int = ROOM) -> str:
        shown: list[str] = []
        for name in names[:most]:
            self.room -= len(name) + 1
            if self.room < 0:
                break
            shown.append(name)
        if len(shown) == len(names):
            return "、".join(shown)
        return f"{'、'.join(shown)}等，名单见附件" if shown else "名单见附件"


def _opening(now: Inspection, day: date) -> str:
    campaign = now.campaign
    half_year = campaign.half_year.removeprefix(f"{campaign.opened_on.year}年")
    return (
        f"{long_date(campaign.opened_on)}启动{half_year}自查，各单位对照三张清单，"
        f"从{'、'.join(aspect.label for aspect in Aspect)}三个方面自查，{_short(campaign.due_on, day)}前报送。"
        f"截至{_short(day, campaign.opened_on)}的情况如下。"
    )


def _short(day: date, beside: date) -> str:
    """Write a date, without its year where the other has the same."""
    return f"{day.month}月{day.day}日" if day.year == beside.year else long_date(day)


def _returns(now: Inspection, names: _Names) -> str:
    due, in_time = DUE.count(now), IN_TIME.count(now)
    text = f"应报单位{due}个{_if(EXEMPT.count(now), '（另有{}个免报）')}，按期报送合格{in_time}个{_share(in_time, due)}"
    for what, lines in (
        ("未报送", [line for line in now.due if line.state is UnitState.MISSING]),
        ("逾期报送", [line for line in now.due if line.in_late]),
        ("退回后待补正", [line for line in now.due if line.state is UnitState.TO_MEND]),
    ):
        if lines:
            text += f"；{what}{len(lines)}个（{names.of([line.unit.name for line in lines])}）"
    text += f"。主要领导已签字{SIGNED.count(now)}个，区纪委监察局已收讫{RECEIVED.count(now)}个。"
    if lacking := [line.unit.name for line in now.due if line.without_lists]:
        text += f"三张清单公布不全的{len(lacking)}个（{names.of(lacking)}）。"
    return text


def _comparison(summary: Summary) -> tuple[list[list[str]], list[float]]:
    """Return the table of the main figures, and the widths of its columns."""
    rows = [["", *(heading for heading, _ in COMPARED)]]
    rows += [[each.campaign.half_year, *(str(figure.count(each)) for _, figure in COMPARED)] for each in summary.all]
    first = 28.0
    return rows, [first, *([(WIDTH - first) / len(COMPARED)] * len(COMPARED))]


def _problems(summary: Summary, names: _Names, day: date) -> Iterator[tuple[str, str]]:
    """Yield the paragraphs on the problems, each with its lead."""
    now, before = summary.now, summary.before[0] if summary.before else None
    if not now.findings:
        counted = IN_TIME.count(now) + LATE.count(now)
        yield "（一）总体情况。", f"{counted}份合格的报告均未发现问题。" if counted else "尚无合格的报告。"
        return
    yield "（一）总体情况。", _overview(now, before, day)
    number = iter("二三四")
    if general := general_problems(now.findings)[:GENERAL]:
        kinds = "、".join(f"{_kind(each)}（{each.units}个单位、{each.problems}个问题）" for each in general)
        yield f"（{next(number)}）较普遍的问题。", f"涉及单位较多的是{kinds}。"
    if before is not None:
        yield f"（{next(number)}）重复出现的问题。", _repeated(now, before, names)
    yield (
        f"（{next(number)}）确认和立案。",
        f"转为案件{CASES.count(now)}件，确认不立案{NO_CASE.count(now)}个，待确认{UNDECIDED.count(now)}个。",
    )


def _overview(now: Inspection, before: Inspection | None, day: date) -> str:
    found, done = FOUND.count(now), DONE.count(now)
    past = sum(not each.problem.mended and each.problem.deadline < day for each in now.findings)
    aspects = Counter(each.problem.aspect for each in now.findings)
    natures = Counter(each.problem.nature for each in now.findings)
    return (
        f"{WITH_FINDINGS.count(now)}个单位报告问题{found}个{_against(found, FOUND.count(before)) if before else ''}。"
        f"其中{_listed((aspect.label, aspects[aspect]) for aspect in Aspect)}；"
        f"{_listed((nature.label, natures[nature]) for nature in Nature)}。"
        f"报送时已整改{done}个{_share(done, found)}；未整改的{found - done}个"
        f"{_if(past, '，{}个已过所报时限')}。"
    )


def _kind(general: General) -> str:
    what = f"{general.power_kind.label}事项" if general.power_kind else "未对应职权的事项"
    return f"{general.aspect.label}方面的{what}"


def _repeated(now: Inspection, before: Inspection, names: _Names) -> str:
    units = list(dict.fromkeys(each.unit.name for each, _ in now.repeated))
    if not units:
        return f"与{before.campaign.half_year}相比，没有重复出现的问题。"
    return (
        f"与{before.campaign.half_year}相比，重复出现{len(now.repeated)}个，"
        f"涉及{len(units)}个单位（{names.of(units, REPEATERS)}）。"
    )


def _next_steps(now: Inspection) -> str:
    """Say what follows from where things stand, and nothing else."""
    missing, to_mend = MISSING.count(now), TO_MEND.count(now)
    counted = IN_TIME.count(now) + LATE.count(now)
    not_done = FOUND.count(now) - DONE.count(now)
    steps = [
        (missing + to_mend, f"催促{_and(('未报送', missing), ('待补正', to_mend))}单位尽快报送"),
        (counted - RECEIVED.count(now), f"办结{counted - RECEIVED.count(now)}份报告的签字、收讫手续"),
        (UNDECIDED.count(now), f"对待确认的{UNDECIDED.count(now)}个问题逐项确认，应当立案的立案办理"),
        (CASES.count(now), f"对转为案件的{CASES.count(now)}件办理至销号"),
        (not_done, f"对未整改的{not_done}个问题按所报时限跟踪督办"),
        (REPEATED.count(now), f"对重复出现的{REPEATED.count(now)}个问题督促查找原因"),
    ]
    wanted = [text for count, text in steps if count > 0]
    if not wanted:
        return "本次自查已全部办结，无待办事项。"
    numbered = "；".join(f"{'一二三四五六七'[place]}是{text}" for place, text in enumerate(wanted))
    return f"{numbered}。"


def _and(*counts: tuple[str, int]) -> str:
    return "和".join(f"{what}的{count}个" for what, count in counts if count)


def _if(count: int, text: str) -> str:
    return text.format(count) if count else ""


def _share(part: int, whole: int) -> str:
    return f"，占{part / whole:.1%}" if whole else ""


def _against(now: int, before: int) -> str:
    if now == before:
        return "，与上次持平"
    return f"，比上次{'增加' if now > before else '减少'}{abs(now - before)}个"


def _listed(counts: Iterable[tuple[str, int]]) -> str:
    return "、".join(f"{label}{count}个" for label, count in counts)
