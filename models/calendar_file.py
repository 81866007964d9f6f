"""What a file of days off and days worked says: the rows of a notice, or where they are at fault. No database.

Columns: 日期 (a day, or a first and a last day with 至 between them), 类型 (放假 or 上班), 名称 and 来源 if wanted. The
usual file is the State Council's notice as it stands: the days off, and the weekends that are worked.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from models.refusals import BadFile
from models.table_file import HEADER_WITHIN, column_letter, read_sheets

DAY, KIND, NAME, SOURCE = "日期", "类型", "名称", "来源"
LONGEST_SPAN = 31  # days; a longer one is a slip in one of its two dates
WORKED = ("上班", "调休上班", "补班", "工作", "工作日", "班")
OFF = ("放假", "调休放假", "休息", "休假", "放假调休", "节假日", "法定节假日", "公休", "公休日", "周末", "休", "假")

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d\d)(\d\d)")
_UNTIL = re.compile("至|到|—+|–|~|～")


@dataclass(frozen=True, kw_only=True)
class NamedDay:
    """A day that the file names. name: what the file calls it, or nothing. cell: of its date, “工作表!A3”."""

    day: date
    working: bool
    name: str
    source: str
    cell: str


def bad_calendar(path: Path, faults: Iterable[str]) -> BadFile:
    """Return the refusal of a file with all its faults."""
    return BadFile(f"“{path.name}”未载入：{'；'.join(faults)}。")


def read_calendar(path: Path) -> list[NamedDay]:
    """Read a workbook or a CSV file, in the order of the days.

    Every sheet that has the columns 日期 and 类型 is read. Raises BadFile, with all faults by their cells.
    """
    days: dict[date, NamedDay] = {}
    faults: list[str] = []
    headers = 0
    for sheet, rows in read_sheets(path):
        start = next((n for n, cells in enumerate(rows[:HEADER_WITHIN]) if {DAY, KIND} <= set(cells)), None)
        if start is None:
            continue
        headers += 1
        columns = {
            heading: rows[start].index(heading) for heading in (DAY, KIND, NAME, SOURCE) if heading in rows[start]
        }
        for number, cells in enumerate(rows[start + 1 :], start + 2):
            if any(cells):
                _read_row(sheet, number, cells, columns, days, faults)
    if not headers:
        raise bad_calendar(path, [f"前{HEADER_WITHIN}行内找不到表头，须有“{DAY}”“{KIND}”两列"])
    if not days and not faults:
        faults.append("文件中没有日期")
    if faults:
        raise bad_calendar(path, faults)
    return [days[day] for day in sorted(days)]


def _read_row(
    sheet: str,
    number: int,
    cells: list[str],
    columns: dict[str, int],
    days: dict[date, NamedDay],
    faults: list[str],
) -> None:
    given = {heading: cells[index] if index < len(cells) else "" for heading, index in columns.items()}
    at = {heading: f"{sheet}{column_letter(index)}{number}" for heading, index in columns.items()}
    span: list[date] = []
    try:
        span = _span(given[DAY])
    except ValueError as fault:
        faults.append(f"{at[DAY]} {fault}")
    if given[KIND] not in (*WORKED, *OFF):
        faults.append(f"{at[KIND]} 类型应为“放假”或“上班”")
        return
    for day in span:
        if day in days:
            faults.append(f"{at[DAY]} {day}与{days[day].cell}重复")
            continue
        days[day] = NamedDay(
            day=day,
            working=given[KIND] in WORKED,
            name=given.get(NAME, ""),
            source=given.get(SOURCE, ""),
            cell=at[DAY],
        )


def _span(typed: str) -> list[date]:
    """Read a day, or a first and a last one. Raises ValueError with the reason."""
    ends = [_day(each) for each in _UNTIL.split(re.sub(r"\s|[(（]?(星期|周)[一二三四五六日天][)）]?", "", typed))]
    if len(ends) > 2 or not 0 <= (ends[-1] - ends[0]).days < LONGEST_SPAN:
        raise ValueError(f"起止日期应为先后两天，相距不超过{LONGEST_SPAN}天")
    return [ends[0] + timedelta(days=n) for n in range((ends[-1] - ends[0]).days + 1)]


def _day(typed: str) -> date:
    found = _DAY.fullmatch(typed)
    if found is None:
        raise ValueError("日期无法识别，请写作 2026-10-01" if typed else "缺少日期")
    try:
        return date(*(int(part) for part in found.groups() if part))
    except ValueError:
        raise ValueError("没有这一天") from None
