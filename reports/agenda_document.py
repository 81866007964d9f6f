"""联席办公会议程 in Word: what became of what was asked for, and the negative problems, unanswered ones first."""

from collections.abc import Sequence
from datetime import datetime

from models.clock import SHANGHAI
from models.meeting_state import Standing
from models.words import ActionState, Light
from reports.meeting_agenda import TITLE, Agenda, AgendaItem
from reports.official_document import OfficialDocument
from reports.report import long_date
from reports.workbook import printable

TAKE_PART = ("区行政投诉中心", "区委宣传部", "“两办”督查室", "区信访局")  # policy 三(一)
MOST = 40  # rows of a table; all are in the workbook beside it
LONGEST = 120  # characters of a cell
ITEM_HEADINGS = ("序号", "案件编号", "事项（脱敏）", "列入原因", "责任单位", "办理情况", "跟踪和回复")
ITEM_WIDTHS = (10, 26, 28, 22, 18, 26, 26)  # millimetres
ACTION_HEADINGS = ("编号", "案件编号", "议定事项", "承办单位", "完成时限", "落实情况")
ACTION_WIDTHS = (28, 26, 36, 20, 20, 26)


def agenda_document(agenda: Agenda) -> bytes:
    """Return the document as a file; the same agenda gives the same bytes."""
    document = OfficialDocument(title=TITLE, author=agenda.office, made=agenda.as_of.replace(tzinfo=None))
    document.paragraph(_opening(agenda))
    document.paragraph(f"{'、'.join(TAKE_PART)}。", lead="参加单位：")
    document.heading("通报上次会议议定事项落实情况")
    document.paragraph(_last_time(agenda), before_table=bool(agenda.actions))
    if agenda.actions:
        rows = [ACTION_HEADINGS, *(action_row(each, agenda.as_of) for each in agenda.actions[:MOST])]
        document.long_table(_short(rows), ACTION_WIDTHS, prose={2, 5})
        _rest(document, len(agenda.actions), "项")
    document.heading("研究负面问题")
    number = 0
    for lead, items in (
        ("（一）尚未回复的问题。", agenda.without_reply),
        ("（二）已经回复或无须回复的问题。", agenda.with_reply),
    ):
        document.paragraph(_counted(items) if items else "没有。", lead=lead, before_table=bool(items))
        if items:
            rows = [ITEM_HEADINGS, *(item_row(number + at, each) for at, each in enumerate(items[:MOST], 1))]
            document.long_table(_short(rows), ITEM_WIDTHS, prose={2, 3, 5, 6})
            _rest(document, len(items), "件")
        number += len(items)
    document.heading("议定下一步事项")
    document.paragraph(
        "对研究的问题逐件明确要办理的事项、承办单位和完成时限，由治庸问责办填入所附会议纪要表；"
        "每项议定事项编号立项，作为承办单位的待办跟踪到办结，未办结的案件不予销号。"
    )
    document.enclosure("联席办公会会议纪要（填报表）")
    document.signature(agenda.office, agenda.day)
    return document.bytes()


def item_row(number: int, item: AgendaItem) -> tuple[str, ...]:
    """Return what is said of a problem, below the headings above."""
    light = item.file.light()
    standing = [_light(light), f"立案{item.days_open()}天", *item.standing()]
    follow_up = [item.tracked(), item.replied()]
    return (
        str(number),
        item.file.case.number,
        item.file.summary(),
        "；".join(item.reasons()),
        item.file.unit() or "待分派",
        "\n".join(standing),
        "\n".join(filter(None, follow_up)),
    )


def action_row(standing: Standing, moment: datetime) -> tuple[str, ...]:
    """Return what is said of an action, below the headings above."""
    action = standing.action
    return (
        action.number,
        action.case.number,
        standing.masked(action.what),
        action.unit.name,
        standing.due_in_words(),
        _became(standing, moment),
    )


def _opening(agenda: Agenda) -> str:
    items = agenda.items
    if not items:
        found = "没有需要提请研究的未办结负面问题"
    else:
        late = sum(each.is_late for each in items)
        supervised = sum(each.supervision is not None for each in items)
        found = (
            f"提请联席办公会研究的未办结负面问题{len(items)}件，其中尚未回复{len(agenda.without_reply)}件、"
            f"逾期{late}件、督办中{supervised}件"
        )
    moment = agenda.as_of.astimezone(SHANGHAI)
    return f"截至{long_date(agenda.day)}{moment:%H:%M}，{found}。各项内容均已脱敏，不含来件原文和投诉人信息。"


def _last_time(agenda: Agenda) -> str:
    if agenda.last is None:
        return "此前没有登记过联席办公会会议纪要。"
    last = f"上次会议于{long_date(agenda.last.held_on)}召开（{agenda.last.number}）。"
    if not agenda.actions:
        return f"{last}没有未办结的议定事项。"
    done = sum(each.state is ActionState.DONE for each in agenda.actions)
    dropped = sum(each.state is ActionState.WITHDRAWN for each in agenda.actions)
    late = sum(each.light(agenda.as_of) is Light.RED for each in agenda.actions)
    return (
        f"{last}历次会议议定事项未办结{len(agenda.not_done)}项（其中逾期{late}项），上次会议以来办结{done}项"
        f"{f'、因案件办结而撤销{dropped}项' if dropped else ''}。"
    )


def _counted(items: Sequence[AgendaItem]) -> str:
    late = sum(each.is_late for each in items)
    return f"共{len(items)}件{f'，其中逾期{late}件' if late else ''}。"


def _rest(document: OfficialDocument, count: int, unit: str) -> None:
    if count > MOST:
        document.paragraph(f"以上列出前{MOST}{unit}，其余{count - MOST}{unit}见附件。")


def _became(standing: Standing, moment: datetime) -> str:
    if standing.answer is not None:
        day = standing.answer.answered_at.astimezone(SHANGHAI).date()
        return f"{long_date(day)}办结：{standing.result()}"
    if standing.state is ActionState.WITHDRAWN:
        return "案件已办结，事项撤销"
    case = standing.action.case
    light = standing.light(moment)
    return (
        f"{standing.state.label}，{_light(light)}"
        if light is not None
        else f"{standing.state.label}（案件{case.status.label}）"
    )


def _light(light: Light | str) -> str:
    return f"{light.colour}（{light.label}）" if isinstance(light, Light) else light


def _short(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[_clipped(printable(text)) for text in row] for row in rows]


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 6]}…（见附件）"
