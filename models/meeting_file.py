"""会议纪要 as a workbook: what its form has where, and what stands in one that was filled in. No database.

Writer (`reports/minutes_book.py`) and reader share this.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from models.campaign_cells import day_of, plain, says_nothing, text_of
from models.campaign_file import Cell
from models.campaign_rows import fault_of_text
from models.grids import Grid, read_grids
from models.table_file import column_letter
from models.typed_sheets import Fault, FaultyWorkbook

SHEET = "会议纪要"
HELD_ON, PLACE, CHAIR, ATTENDEES, SUMMARY = FIELDS = ("会议日期", "会议地点", "主持人", "参加单位（人员）", "会议情况")
NUMBER, CASE, WHAT, UNIT, ENDS_ON = COLUMNS = ("序号", "案件编号", "议定事项", "承办单位", "完成时限")
LONGEST = {PLACE: 100, CHAIR: 100, ATTENDEES: 2000, SUMMARY: 20_000, CASE: 30, WHAT: 1000, UNIT: 60}  # characters
LONGEST_TIME = timedelta(days=731)  # from the meeting to the end of an action: a later day is a slip
OPTIONAL = (PLACE, SUMMARY)  # and the day on which an action ends


class BadMinutes(FaultyWorkbook):
    """The minutes do not hold."""

    code = "bad-minutes"
    what = "会议纪要"


@dataclass(frozen=True, kw_only=True)
class ActionRow:
    """One row of 议定事项, as far as it could be read. case, unit: as somebody typed them. cells: by heading."""

    line: int
    case: str
    what: str
    unit: str
    ends_on: date | None
    cells: dict[str, str]

    def fault(self, heading: str, why: str) -> Fault:
        """Say what is wrong with one cell of the row."""
        return SHEET, self.cells[heading], why


@dataclass(kw_only=True)
class MinutesFile:
    """The minutes as they were filled in. said: the fields above the table; cells: of each; faults: all of them."""

    held_on: date | None = None
    said: dict[str, str] = field(default_factory=dict)
    actions: list[ActionRow] = field(default_factory=list)
    cells: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, name: str, why: str) -> Fault:
        """Say what is wrong with a field above the table, or with the sheet."""
        return SHEET, self.cells.get(name, "A1"), why


def read_minutes(content: bytes) -> MinutesFile:
    """Read minutes; what does not hold is among the faults. Raises Unreadable where it is no workbook."""
    minutes = MinutesFile()
    grid = next((each for each in read_grids(content).sheets if plain(each.name) == SHEET), None)
    if grid is None:
        minutes.faults.append(minutes.fault("", f"缺少工作表“{SHEET}”，请用系统生成的表格填写"))
        return minutes
    head = next((at for at, row in enumerate(grid.rows) if {CASE, WHAT, UNIT} <= set(map(plain, row))), None)
    _read_fields(minutes, grid, until=head)
    if head is None:
        minutes.faults.append(minutes.fault("", f"缺少“{'、'.join(COLUMNS)}”的表，请用系统生成的表格填写"))
        return minutes
    if grid.stray:
        minutes.faults.append((SHEET, _address(*grid.stray[0]), "表格以外很远的地方还有内容，请清除"))
    _read_actions(minutes, grid, head)
    if not minutes.actions and not minutes.faults and not minutes.said.get(SUMMARY):
        minutes.faults.append(minutes.fault(SUMMARY, "没有议定事项的，须写明会议情况"))
    return minutes


def in_order(faults: list[Fault]) -> list[Fault]:
    """Sort faults as one reads a sheet."""
    return sorted(faults, key=lambda fault: (int(re.sub(r"\D", "", fault[1])), len(fault[1]), fault[1]))


def _read_fields(minutes: MinutesFile, grid: Grid, *, until: int | None) -> None:
    where = {plain(name): name for name in FIELDS}
    found: dict[str, Cell] = {}
    for row, values in enumerate(grid.rows[:until]):
        for column, value in enumerate(values):
            name = where.get(plain(value).rstrip(":"))
            if name is not None and name not in found:
                found[name] = _beside(grid, row, column)
    for name in FIELDS:
        cell = found.get(name)
        if cell is None:
            minutes.faults.append(minutes.fault("", f"缺少“{name}”一栏，请用系统生成的表格填写"))
            continue
        minutes.cells[name] = cell.address
        if name == HELD_ON:
            day, why = _day(cell)
            minutes.held_on = day
        else:
            minutes.said[name], why = _text(cell, name)
        if why:
            minutes.faults.append(minutes.fault(name, why))


def _beside(grid: Grid, row: int, column: int) -> Cell:
    """Return the first cell that says something to the right of a label, else the one beside it, merged or not."""
    ends = next((right for (top, left), (_, right) in grid.merges if (top, left) == (row, column)), column)
    beside = [_cell(grid, row, at) for at in range(ends + 1, len(grid.rows[row]))]
    return next((each for each in beside if each.value != "" or each.broken), _cell(grid, row, ends + 1))


def _read_actions(minutes: MinutesFile, grid: Grid, head: int) -> None:
    columns: dict[str, int] = {}
    for column, value in enumerate(grid.rows[head]):
        for heading in COLUMNS:
            if plain(value) == heading:
                columns.setdefault(heading, column)
    if ENDS_ON not in columns:
        minutes.faults.append((SHEET, _address(head, 0), f"表头缺少“{ENDS_ON}”一列"))
        return
    seen: dict[tuple[str, str, str], int] = {}
    for row in range(head + 1, len(grid.rows)):
        cells = {heading: _cell(grid, row, column) for heading, column in columns.items() if heading != NUMBER}
        if all(says_nothing(each.value) and not each.broken for each in cells.values()):
            continue
        action, faults = _action(row + 1, cells, minutes.held_on)
        minutes.faults += faults
        minutes.actions.append(action)
        same = (plain(action.case), plain(action.what), plain(action.unit))
        if all(same) and seen.setdefault(same, action.line) != action.line:
            minutes.faults.append(action.fault(WHAT, f"与第 {seen[same]} 行相同"))


_MISSING = "未填写"


def _action(line: int, cells: dict[str, Cell], held_on: date | None) -> tuple[ActionRow, list[Fault]]:
    said, faults = {}, []
    for heading in (CASE, WHAT, UNIT):
        said[heading], why = _text(cells[heading], heading)
        if heading == CASE and not why:
            said[CASE], why = _case(cells[CASE])
        if why:
            faults.append((SHEET, cells[heading].address, why))
    ends_on, why = _day(cells[ENDS_ON])
    if ends_on is not None and held_on is not None:
        if ends_on < held_on:
            why = "完成时限早于会议日期"
        elif ends_on > held_on + LONGEST_TIME:
            why = "完成时限晚于会议两年以上，请核对"
    if why not in ("", _MISSING):
        faults.append((SHEET, cells[ENDS_ON].address, why))
    action = ActionRow(
        line=line,
        case=said[CASE],
        what=said[WHAT],
        unit=said[UNIT],
        ends_on=ends_on,
        cells={heading: cell.address for heading, cell in cells.items()},
    )
    return action, faults


def _text(cell: Cell, name: str) -> tuple[str, str]:
    """Return what a cell says and what is wrong with it."""
    if why := fault_of_text(cell, LONGEST[name]):
        return "", why
    if says_nothing(cell.value):
        return "", "" if name in OPTIONAL else _MISSING
    return text_of(cell.value), ""


def _case(cell: Cell) -> tuple[str, str]:
    """Return a case's number: Excel takes 2026-5 for the first of May."""
    if isinstance(cell.value, date):
        day = cell.value.date() if isinstance(cell.value, datetime) else cell.value
        if day.day != 1:
            return "", "是日期，不是案件编号；请写作 洪治庸〔2026〕12号 或 2026-12"
        return f"{day.year}-{day.month}", ""
    return text_of(cell.value), ""


def _day(cell: Cell) -> tuple[date | None, str]:
    if cell.broken:
        return None, fault_of_text(cell, 0)
    if says_nothing(cell.value):
        return None, _MISSING
    try:
        return day_of(cell.value), ""
    except ValueError as fault:
        return None, str(fault)


def _cell(grid: Grid, row: int, column: int) -> Cell:
    values = grid.rows[row]
    value = values[column] if column < len(values) else ""
    return Cell(address=_address(row, column), value=value, broken=grid.broken.get((row, column), ""))


def _address(row: int, column: int) -> str:
    return f"{column_letter(column)}{row + 1}"
