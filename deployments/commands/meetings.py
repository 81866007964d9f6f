"""The commands about joint meetings: agenda, record, minutes, list, show."""

from pathlib import Path
from typing import Any

import click

from deployments.commands.files import input_file, make_folder
from deployments.commands.ready import acting, ready_ledger
from deployments.commands.saying import GroupInChinese, InChinese, on_paper, say, speaks, table
from deployments.commands.typed import FIRST_YEAR, LAST_YEAR, whole
from models.clock import SHANGHAI
from models.words import ActionState, Light

OUT = Path("out")


@click.group(cls=GroupInChinese)
def meeting() -> None:
    """联席办公会：议程、会议纪要，议定事项跟踪到办结。"""


@meeting.command("agenda", cls=InChinese)
@click.option("--by", required=True, metavar="人员代码", help="治庸问责办人员；涉及本人的案件不列入")
@click.option("--out", type=click.Path(path_type=Path), metavar="文件夹", help="写到哪里；缺省为 out/")
@speaks
def meeting_agenda(by: str, out: Path | None) -> dict[str, Any]:
    """按未办结的负面问题写出会议议程和待填的会议纪要表。

    列入：媒体舆情、上级交办、督办中、逾期、二次办理的案件，尚未回复的在前；并列出以前议定事项的落实情况。
    """
    from reports.agenda_document import agenda_document
    from reports.meeting_agenda import read_agenda
    from reports.minutes_book import minutes_book
    from reports.sheet_looks import save

    ready_ledger()
    folder = out or OUT
    make_folder(folder)
    agenda = read_agenda(by=by.strip())
    day = f"{agenda.day:%Y%m%d}"
    files = [folder / f"联席办公会议程-{day}.docx", folder / f"联席办公会会议纪要-{day}.xlsx"]
    for path, content in zip(files, (agenda_document(agenda), minutes_book(agenda)), strict=True):
        save(path, content)
    items, unanswered = len(agenda.items), len(agenda.without_reply)
    line = f"列入议程 {items} 件，其中尚未回复 {unanswered} 件；以前议定事项未办结 {len(agenda.not_done)} 项。"
    return {
        "files": [str(path) for path in files],
        "items": items,
        "without_reply": unanswered,
        "late": sum(each.is_late for each in agenda.items),
        "actions_not_done": len(agenda.not_done),
        "cases": [each.file.case.number for each in (*agenda.without_reply, *agenda.with_reply)],
        "last_meeting": agenda.last.number if agenda.last is not None else None,
        "as_of": agenda.as_of.astimezone(SHANGHAI).isoformat(),
        "print": lambda: say(f"{line}已写入 {'、'.join(map(str, files))}。"),
    }


@meeting.command("record", cls=InChinese)
@click.argument("file", type=input_file, metavar="文件")
@click.option("--by", required=True, metavar="人员代码", help="治庸问责办经办人或负责人")
@click.option("--out", type=click.Path(path_type=Path), metavar="文件夹", help="纪要（Word）写到哪里；缺省为 out/")
@speaks
def meeting_record(file: Path, by: str, out: Path | None) -> dict[str, Any]:
    """登记填好的会议纪要表：编号，各项议定事项成为承办单位的待办；有误则整件不收，逐格说明。"""
    from tasks.meetings import record_minutes

    ready_ledger()
    make_folder(out or OUT)
    done = record_minutes(file, actor=acting(by))
    shown = done.meeting
    path = _write(shown["number"], out or OUT)
    how = "此前已登记，未作改动" if done.again else f"已登记，议定事项 {len(shown['actions'])} 项"

    def text() -> None:
        say(f"{shown['number']}{how}。")
        _print_actions(shown)
        say(f"会议纪要已写入 {path}。")

    return shown | {"already_known": done.again, "document": str(path), "print": text}


@meeting.command("minutes", cls=InChinese)
@click.argument("number", metavar="纪要编号")
@click.option("--out", type=click.Path(path_type=Path), metavar="文件", help="写到哪里；缺省为 out/")
@speaks
def meeting_minutes(number: str, out: Path | None) -> dict[str, Any]:
    """再次写出会议纪要（Word），内容与登记时相同。编号可写作 2026-1。"""
    ready_ledger()
    if out is None:
        make_folder(OUT)
    path = _write(number, OUT, out)
    return {"file": str(path), "print": lambda: say(f"会议纪要已写入 {path}。")}


@meeting.command("list", cls=InChinese)
@click.option("--year", type=whole(FIRST_YEAR, LAST_YEAR), metavar="年", help="只看某一年登记的")
@speaks
def meeting_list(year: int | None) -> dict[str, Any]:
    """列出历次会议和议定事项的办结情况。"""
    from tasks.meetings_shown import list_meetings

    ready_ledger()
    found = list_meetings(year)
    headings = ("编号", "会议日期", "主持人", "议定事项", *(state.label for state in ActionState), "登记")
    rows = [
        (
            each["number"],
            each["held_on"],
            each["chair"],
            each["actions"],
            *(each[state.value.lower()] for state in ActionState),
            f"{each['recorded_on']} {each['recorded_by']}",
        )
        for each in found
    ]
    return {"meetings": found, "print": lambda: table(headings, rows)}


@meeting.command("show", cls=InChinese)
@click.argument("number", metavar="纪要编号")
@click.option("--by", metavar="人员代码", help="查看人：不显示涉及本人的事项")
@speaks
def meeting_show(number: str, by: str | None) -> dict[str, Any]:
    """显示一次会议的各项议定事项：承办单位、时限、灯号、办理结果。编号可写作 2026-1。"""
    from tasks.meetings_shown import show_meeting

    ready_ledger()
    shown = show_meeting(number, by=by.strip() if by else None)

    def text() -> None:
        say(f"{shown['number']}，{shown['held_on']}，{shown['chair']}主持，{shown['place'] or '地点未写明'}。")
        _print_actions(shown)

    return shown | {"print": text}


def _write(number: str, folder: Path, path: Path | None = None) -> Path:
    """Write the minutes as a document; return where."""
    from models.database import transaction
    from reports.minutes_document import TITLE, minutes_document
    from reports.sheet_looks import save
    from tasks.meetings_shown import find_meeting

    with transaction() as session:
        found = find_meeting(session, number)
        path = path or folder / f"{TITLE}-{found.number}.docx"
        save(path, minutes_document(session, found))
    return path


def _print_actions(shown: dict[str, Any]) -> None:
    headings = ("编号", "案件", "议定事项", "承办单位", "时限", "情况", "办理结果")
    table(headings, map(_row, shown["actions"]))


def _row(action: dict[str, Any]) -> tuple[object, ...]:
    state = ActionState(action["state"]).label
    light = f"，{Light(action['light']).label}" if action["light"] else ""
    done = f"{on_paper(action['answered_at'])} " if action["answered_at"] else ""
    return (
        action["number"],
        action["case"],
        action["what"],
        action["unit_name"],
        action["due"],
        f"{state}{light}",
        f"{done}{action['result']}",
    )
