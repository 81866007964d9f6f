"""联席办公会会议纪要 in Word, with its number and its table of 议定事项: the same meeting gives the same bytes."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from models.meeting import JointMeeting, MeetingAction
from models.policy import policy_number
from reports.office_name import office_name
from reports.official_document import Masthead, OfficialDocument
from reports.report import day_of, long_date
from reports.workbook import printable

TITLE = "联席办公会会议纪要"
HEADINGS = ("编号", "案件编号", "议定事项", "承办单位", "完成时限")
WIDTHS = (28, 26, 48, 23, 31)  # millimetres


def minutes_document(session: Session, meeting: JointMeeting) -> bytes:
    """Return the minutes as a document.

    What they say was seen to identify nobody when it was recorded, and is not masked.
    """
    office, recorded_on = office_name(session), day_of(meeting.recorded_at)
    document = OfficialDocument(
        title=f"{TITLE}（{meeting.number}）",
        author=office,
        made=meeting.recorded_at.replace(tzinfo=None, microsecond=0),
        masthead=Masthead(office=office, number=meeting.number),
        heading=TITLE,
    )
    where = f"在{printable(meeting.place)}" if meeting.place else ""
    document.paragraph(
        f"{long_date(meeting.held_on)}，{printable(meeting.chair)}{where}主持召开联席办公会，研究负面问题的处置。"
        "会议情况和议定事项纪要如下。"
    )
    attendees = "、".join(_lines(meeting.attendees))
    document.paragraph(f"{attendees}。" if not attendees.endswith("。") else attendees, lead="参加单位（人员）：")
    if meeting.summary:
        document.heading("会议情况")
        for line in _lines(meeting.summary):
            document.paragraph(line)
    document.heading("议定事项")
    if not meeting.actions:
        document.paragraph("会议没有议定须由单位承办的事项。")
    else:
        document.paragraph(f"会议议定以下{len(meeting.actions)}项，由各承办单位办理。", before_table=True)
        document.long_table([HEADINGS, *map(_row, meeting.actions)], WIDTHS, prose={2})
        days = policy_number(session, "meeting-action", on=recorded_on).value
        without = any(each.ends_on is None for each in meeting.actions)
        document.heading("工作要求")
        document.paragraph(
            "各承办单位按期办理，并将办理结果报治庸问责办；议定事项未办结的案件，不予销号。"
            + (f"未写明完成时限的，自交办之日起{days}日内办结（默认，非文件规定）。" if without else "")
        )
    document.signature(office, recorded_on)
    return document.bytes()


def _row(action: MeetingAction) -> Sequence[str]:
    until = long_date(action.ends_on) if action.ends_on else "按默认时限"
    return (action.number, action.case.number, printable(action.what), printable(action.unit.name), until)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in printable(text).split("\n") if line.strip()]
