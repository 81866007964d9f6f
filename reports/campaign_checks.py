"""What Excel and WPS check while a unit fills in its self-inspection workbook: choices, dates, lengths, gaps.

All of it is a help only: what comes back is judged by `models/campaign_judgement.py`.
"""

from datetime import date

from openpyxl.formatting.rule import FormulaRule
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from models.campaign_book import A_PROBLEM, CHOICES, CONCLUSION, DEADLINE, LONGEST, NO_PROBLEM, OF_A_PROBLEM
from models.words import PowerKind
from reports.sheet_looks import FAULTY, TO_FILL

POWER_KIND = "职权类型"
_DAY_ZERO = date(1899, 12, 30)
_PROMPTS = {
    CONCLUSION: "每一事项都要选择“无问题”或“存在问题”。",
    "问题性质": "选择不作为、乱作为或慢作为。",
    "是否已整改": "整改到位选“是”，否则选“否”。",
    "所属清单": "选择问题对应的清单，并在右侧写明事项名称。",
    POWER_KIND: "选择十类职权之一，可不填。",
    "问题描述": "写清时间、环节、具体表现。",
    "整改措施": "写清怎么改、由谁改。",
    "涉及岗位": "写岗位或科室名称，不写姓名。",
}


def check_choice(sheet: Worksheet, heading: str, cells: str) -> None:
    """Let the cells of a column hold one of its words."""
    words = tuple(kind.label for kind in PowerKind) if heading == POWER_KIND else CHOICES[heading]
    check = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
    check.error = f"请从下拉列表中选择：{'、'.join(words)}"
    _add(sheet, check, heading, _PROMPTS[heading], cells)


def check_date(sheet: Worksheet, heading: str, cells: str, *, since: date) -> None:
    """Let the cells hold a day that is not before `since`."""
    first = (since - _DAY_ZERO).days
    check = DataValidation(type="date", operator="greaterThanOrEqual", formula1=str(first), allow_blank=True)
    check.error = f"请填写日期，写作 {since.year}-{since.month:02}-30 的形式，且不早于 {since.isoformat()}。"
    _add(sheet, check, heading, f"写作 {since.year}-{since.month:02}-30 的形式。", cells)


def check_length(sheet: Worksheet, heading: str, cells: str) -> None:
    """Let the cells hold no more than the column may."""
    most = LONGEST[heading]
    check = DataValidation(
        type="textLength", operator="lessThanOrEqual", formula1=str(most), allow_blank=True, error=f"不超过 {most} 字。"
    )
    _add(sheet, check, heading, f"{_PROMPTS[heading]}不超过 {most} 字。", cells)


def check_entries(sheet: Worksheet, letters: dict[str, str], first: int, last: int, *, since: date) -> None:
    """Check all that is filled in in the rows, which have no gap; `letters` are the columns by heading."""
    for heading in (CONCLUSION, *OF_A_PROBLEM):
        cells = f"{letters[heading]}{first}:{letters[heading]}{last}"
        if heading in CHOICES:
            check_choice(sheet, heading, cells)
        elif heading == DEADLINE:
            check_date(sheet, heading, cells, since=since)
        else:
            check_length(sheet, heading, cells)


def show_what_is_missing(sheet: Worksheet, letters: dict[str, str], first: int, last: int) -> None:
    """Colour what a problem still lacks, and what is filled in although there is none."""
    said, problem = f"${letters[CONCLUSION]}{first}", letters[OF_A_PROBLEM[0]]
    cells = f"{problem}{first}:{letters[OF_A_PROBLEM[-1]]}{last}"
    missing, surplus = (
        f'AND({said}="{A_PROBLEM}",LEN({problem}{first})=0)',
        f'AND({said}="{NO_PROBLEM}",LEN({problem}{first})>0)',
    )
    sheet.conditional_formatting.add(cells, FormulaRule([missing], fill=TO_FILL))
    sheet.conditional_formatting.add(cells, FormulaRule([surplus], fill=FAULTY))


def _add(sheet: Worksheet, check: DataValidation, heading: str, prompt: str, cells: str) -> None:
    check.errorTitle, check.promptTitle, check.prompt = "填写有误", heading, prompt
    check.showErrorMessage = check.showInputMessage = True
    check.errorStyle = "stop"
    sheet.add_data_validation(check)
    check.add(cells)
