"""The self-inspections of the demo: June and December, with units that are on time, late, missing, wrong, and mend.

What a unit does is drawn from its code and the period, so that every demo is the same.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from openpyxl import load_workbook
from sqlalchemy import select

from flows.campaign_books import issue_book
from flows.collection import collect
from models.calendar import working_day_after
from models.campaign import Duty
from models.campaign_book import (
    A_PROBLEM,
    CONCLUSION,
    DEADLINE,
    FILLED_BY,
    FILLED_ON,
    MEASURES,
    MENDED,
    NATURE,
    NO,
    NO_PROBLEM,
    PHONE,
    POST,
    TEXT,
    YES,
    ContentRow,
    Contents,
    Issued,
    rows_to_answer,
)
from models.clock import SHANGHAI
from models.database import transaction
from models.journal import SYSTEM, Actor
from models.words import Aspect, CampaignStep, Nature
from reports.campaign_book import campaign_book
from tasks.campaign import close_campaign, first_day, open_campaign
from tasks.campaign_answer import answer_duty, send_back
from tasks.campaign_issue import to_issue
from tasks.campaign_todo import campaign_todo

MORNING = time(10)
CLERK, HEAD, DISCIPLINE = "OFF-01", "OFF-04", "DIS-01"
CLOSES_AFTER = 10  # working days after the due date
PROBLEMS = {
    Aspect.POST: ("岗位职责划分不清，两个科室答复口径不一致。", "AB岗制度执行不严，承办人外出时无人接办。"),
    Aspect.FLOW: ("受理环节未出具受理单，办理时限无法核实。", "补正材料未一次性告知，申请人往返三次。"),
    Aspect.CHECK: ("受理、审查、决定由同一人经办，缺乏制约。", "自由裁量没有细化标准，同类情形结果不一。"),
}
REMEDIES = ("修订岗位说明书并组织培训", "统一出具受理单，每周抽查", "重新划分权限，实行双人复核")
# Who does not simply send his return in time; the numbers of the sample units.
LATE, MISSING = (5, 17, 31, 46), (44, 58)
INCOMPLETE, ASPECT_MISSING, DAMAGED, CHANGED, SENT_BACK = (8, 33), (21,), (29,), (12,), (15, 40)
OF_LAST_TIME = (36,)  # in December: the workbook of June, once more
ON_PAPER = (3, 19)
AT_A_TIME = {"2026-06": 0.10, "2026-12": 0.06}  # share of the items of which a unit finds something


@dataclass(order=True)
class Turn:
    """Something that happens at a moment. number: keeps those of one moment in their order."""

    at: datetime
    number: int
    act: Callable[[], None] = field(compare=False)


@dataclass
class CampaignDays:
    """What the units, the office and the discipline body do in the campaigns of June and December 2026."""

    folder: Path
    periods: tuple[str, ...] = ("2026-06", "2026-12")
    _turns: list[Turn] = field(default_factory=list)
    _planned: set[int] = field(default_factory=set)
    _count: int = 0

    def __post_init__(self) -> None:
        """Plan the openings: each brings the rest."""
        for period in self.periods:
            self._plan(_at(first_day(period), time(9)), partial(self._open, period))

    def next_moment(self) -> datetime | None:
        """Return when something happens next; None when all has happened."""
        return min(self._turns).at if self._turns else None

    def act(self) -> None:
        """Let the next thing happen; the clock stands at its moment."""
        turn = min(self._turns)
        self._turns.remove(turn)
        turn.act()
        self._look(turn.at)

    def _plan(self, at: datetime, act: Callable[[], Any]) -> None:
        self._count += 1
        self._turns.append(Turn(at, self._count, act))

    def _open(self, period: str) -> None:
        """Open a campaign, as the system would by itself, give out the workbooks, and plan what becomes of them."""
        open_campaign(period, actor=SYSTEM)
        units = to_issue(period)
        due = units[0].issued.due_on
        for each in units:
            issue_book(each)
            self._plan_unit(period, each.issued, due)
        with transaction() as session:
            end = working_day_after(session, due, CLOSES_AFTER)
        left = "未报单位已由治庸问责办约谈，另行补报。"
        self._plan(_at(end, time(16)), lambda: close_campaign(period, actor=Actor(code=HEAD), reason=left))

    def _plan_unit(self, period: str, issued: Issued, due: date) -> None:
        unit = int(issued.unit_code[1:])
        dice = Random(f"{period} {unit}")
        if unit in MISSING[: 2 if period == "2026-06" else 1]:
            return
        with transaction() as session:
            first = working_day_after(session, first_day(period), dice.randint(4, 16))
            late = working_day_after(session, due, dice.randint(1, 4))
            mended = working_day_after(session, first, 2)
            again = working_day_after(session, mended, 3)
        day = late if unit in LATE else first
        minute = timedelta(minutes=unit)
        wrong = self._wrong(period, issued, unit, day)
        if wrong is not None:
            self._plan(_at(day, MORNING) + minute, lambda: self._hand_in(issued, wrong))
            day = mended
        good = filled(issued, day, dice)
        self._plan(_at(day, MORNING) + minute, lambda: self._hand_in(issued, good))
        if unit in SENT_BACK:
            clerk, why = Actor(code=CLERK), "整改措施空泛，没有责任人和完成时限。"
            self._plan(
                _at(day, time(15)) + minute, lambda: send_back(period, issued.unit_code, actor=clerk, reason=why)
            )
            better = filled(issued, again, Random(f"{period} {unit}"))
            self._plan(_at(again, MORNING) + minute, lambda: self._hand_in(issued, better))

    def _wrong(self, period: str, issued: Issued, unit: int, day: date) -> bytes | None:
        """Return what a unit sends first that cannot be taken."""
        dice = Random(f"{period} {unit}")
        good = filled(issued, day, dice)
        if unit in INCOMPLETE:
            return filled(issued, day, dice, leave_out=(MEASURES, DEADLINE))
        if unit in ASPECT_MISSING:
            return _edited(good, lambda book: book.remove(book[Aspect.CHECK.label]))
        if unit in DAMAGED:
            return good[: len(good) // 2]
        if unit in CHANGED:
            return _edited(good, _change_an_item)
        if unit in OF_LAST_TIME and period == "2026-12":
            june = next(each.issued for each in to_issue("2026-06") if each.issued.unit_code == issued.unit_code)
            return filled(june, day, dice)
        return None

    def _hand_in(self, issued: Issued, content: bytes) -> None:
        """Put a return where the office finds it, and collect it."""
        self._count += 1
        path = self.folder / f"{self._count}-{issued.unit_name}自查表.xlsx"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        collect(path, actor=Actor(code=CLERK))
        path.unlink()

    def _look(self, moment: datetime) -> None:
        """Plan who signs, receives and confirms what has come in: on the next working days."""
        for each in campaign_todo():
            number = each["assignment"]
            if each["step"] == CampaignStep.REPORT or number in self._planned:
                continue
            self._planned.add(number)
            with transaction() as session:
                day = working_day_after(session, moment.astimezone(SHANGHAI).date(), 1)
            at = _at(day, MORNING) + timedelta(minutes=60 + int(each["about_unit"][1:]))
            self._plan(at, partial(_do, each, day))


def filled(issued: Issued, day: date, dice: Random, *, leave_out: tuple[str, ...] = ()) -> bytes:
    """Return a unit's workbook as it is filled in on a day. leave_out: what is forgotten of each problem."""
    rows: dict[str, list[ContentRow]] = {}
    for aspect in Aspect:
        texts = PROBLEMS[aspect]
        rows[aspect.value] = []
        for number, _ in enumerate(rows_to_answer(issued.book, aspect)):
            problem: dict[str, Any] = {CONCLUSION: NO_PROBLEM}
            if dice.random() < AT_A_TIME.get(issued.period, 0.1):
                problem = {
                    CONCLUSION: A_PROBLEM,
                    TEXT: dice.choice(texts),
                    NATURE: dice.choice(list(Nature)).label,
                    POST: "窗口受理岗",
                    MEASURES: dice.choice(REMEDIES),
                    DEADLINE: day + timedelta(days=dice.randint(15, 60)),
                    MENDED: dice.choice((YES, NO, NO)),
                }
            rows[aspect.value].append(
                ContentRow(item=number, cells={k: v for k, v in problem.items() if k not in leave_out})
            )
    if leave_out:  # at least one problem, of which something is forgotten
        rows[Aspect.POST.value][0]["cells"] = {CONCLUSION: A_PROBLEM, TEXT: PROBLEMS[Aspect.POST][0]}
    cover = {FILLED_BY: "联络员", PHONE: "027-00000000", FILLED_ON: day}
    return campaign_book(issued, Contents(cover=cover, rows=rows, others=[]))


def _do(duty: dict[str, Any], day: date) -> None:
    """Sign, receive or confirm; what was withdrawn meanwhile is let be."""
    number, unit = duty["assignment"], duty["about_unit"]
    with transaction() as session:
        still = session.scalar(select(Duty.is_open).where(Duty.id == number))
    if not still:
        return
    match duty["step"]:
        case CampaignStep.SIGN_OFF if int(unit[1:]) in ON_PAPER:
            paper = {"paper_number": f"自查签字〔{day.year}〕{unit[1:]}号", "signed_by": f"{unit}-01"}
            by, data = CLERK, {"agreed": True, "signed_on": day.isoformat(), **paper}
        case CampaignStep.SIGN_OFF:
            by, data = f"{unit}-01", {"agreed": True}
        case CampaignStep.RECEPTION:
            by, data = DISCIPLINE, {"received_on": day.isoformat()}
        case _:
            by, data = CLERK, {"decisions": list(_decisions(duty))}
    answer_duty(number, data=data, actor=Actor(code=by))


def _decisions(duty: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Make the first problem of every fifth unit a case; the others are left to the units."""
    for place, each in enumerate(duty["problems"]):
        as_case = place == 0 and int(duty["about_unit"][1:]) % 5 == 0
        yield {"problem": each["problem"], "as_case": as_case} | (
            {} if as_case else {"reason": "单位已自行整改，下次自查时复核"}
        )


def _edited(content: bytes, edit: Callable[[Any], None]) -> bytes:
    book = load_workbook(io.BytesIO(content))
    edit(book)
    changed = io.BytesIO()
    book.save(changed)
    return changed.getvalue()


def _change_an_item(book: Any) -> None:
    sheet = book[Aspect.CHECK.label]
    for row in sheet.iter_rows(min_row=5, max_row=5):
        row[3].value = "改过的职权名称"


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, SHANGHAI)
