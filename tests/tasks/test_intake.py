"""Taking in files: every good row once, every bad row back with its reason, each case in its own transaction."""

import csv
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from models.case import Case
from models.database import transaction
from models.journal import Actor
from models.message import Message
from models.refusals import RegistryEmpty, UnknownChannel
from tasks.intake import Taken, take_in
from tests.office import CLERK, it_is

HEADINGS = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "点赞数"]
DATA = Path(__file__).parents[2].parent / "shared" / "data"


def workbook(path: Path, *rows: list[object]) -> Path:
    """Write a hotline's workbook."""
    book = Workbook()
    book.active.append(HEADINGS)  # type: ignore[union-attr]
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(path)
    return path


def take(path: Path, channel: str | None = "CONDUCT_LINE", **other: object) -> Taken:
    """Take a file in."""
    return take_in(path, channel=channel, actor=Actor(code=CLERK), **other)  # type: ignore[arg-type]


def count(table: type) -> int:
    """Count the rows of a table."""
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


ROWS = (
    ["1001", "甲", "窗口拖延", "2026/5/6 9:30:00", "办证一个月没有回音", "0"],
    ["1002", "乙", "路灯不亮", "2026-05-06 10:00:00", "乙二路路灯坏了半年", "3"],
    ["1003", "丙", "没有时间", None, "噪声扰民", "0"],
)


@pytest.mark.usefixtures("ledger")
class TestOnALedger:
    """With the sample registry."""

    def test_good_rows_go_in_and_the_bad_one_comes_back_mendable(self, tmp_path: Path) -> None:
        it_is("2026-05-07")
        taken = take(workbook(tmp_path / "a.xlsx", *ROWS))
        assert (taken.rows, taken.registered, taken.rejected, taken.already_known) == (3, 2, 1, 0)
        assert count(Case) == 2
        rejects = Path(str(taken.rejects_file))
        book = load_workbook(rejects)
        sheet = book.worksheets[0]
        headings = [cell.value for cell in sheet[1]]
        assert "拒收原因" in headings
        sheet.cell(2, headings.index("留言时间") + 1, "2026-05-06 11:00")
        book.save(rejects)
        assert take(rejects).registered == 1
        assert count(Message) == 3

    def test_twice_the_same_file_registers_nothing_twice(self, tmp_path: Path) -> None:
        it_is("2026-05-07")
        path = workbook(tmp_path / "a.xlsx", *ROWS)
        take(path)
        again = take(path)
        assert (again.registered, again.already_known, again.rejected) == (0, 2, 1)
        assert count(Case) == 2

    def test_the_same_number_in_another_channel_is_another_message(self, tmp_path: Path) -> None:
        it_is("2026-05-07")
        path = workbook(tmp_path / "a.xlsx", *ROWS[:1])
        take(path)
        assert take(path, "MAYOR_LINE").registered == 1

    def test_a_dry_run_says_what_would_happen_and_does_nothing(self, tmp_path: Path) -> None:
        it_is("2026-05-07")
        path = workbook(tmp_path / "a.xlsx", *ROWS)
        taken = take(path, dry_run=True)
        assert (taken.batch, taken.registered, taken.rejected, taken.rejects_file) == (None, 2, 1, None)
        assert (count(Message), list(tmp_path.glob("*退回*"))) == (0, [])
        take(path)
        assert take(path, dry_run=True).already_known == 2

    def test_a_message_very_like_an_earlier_one_is_marked_and_not_merged(self, tmp_path: Path) -> None:
        it_is("2026-05-07")
        text = "甲一路搅拌站夜间施工噪声很大，灰尘也大，多次向街道反映没有人管，请有关部门处理。"
        taken = take(
            workbook(
                tmp_path / "a.xlsx",
                ["1", "甲", "搅拌站噪声扰民", "2026-05-01", text, "0"],
                ["2", "乙", "搅拌站噪声扰民", "2026-05-03", f"{text}谢谢！", "0"],
                ["3", "丙", "学位不足", "2026-05-03", "孩子上学的学位不够，教育部门说再等等。", "0"],
                ["4", "丁", "搅拌站噪声扰民", "2025-05-03", text, "0"],
            )
        )
        assert (taken.registered, taken.similar) == (4, 1)
        with transaction() as session:
            similar = dict(session.execute(select(Message.source_number, Message.similar_to)).all())
            first = session.scalars(select(Message.id).where(Message.source_number == "1")).one()
        assert similar == {"1": None, "2": first, "3": None, "4": None}  # a year ago is outside the window
        assert count(Case) == 4

    def test_gb18030_text_from_an_old_hotline(self, tmp_path: Path) -> None:
        it_is("2026-05-07")
        path = tmp_path / "a.csv"
        with path.open("w", encoding="gb18030", newline="") as file:
            csv.writer(file).writerows([HEADINGS, *ROWS[:2]])
        assert take(path).registered == 2

    def test_the_files_own_channel_column_counts_where_none_is_named(self, tmp_path: Path) -> None:
        it_is("2026-05-07")
        book = Workbook()
        book.active.append(["编号", "渠道", "时间", "内容"])  # type: ignore[union-attr]
        book.active.append(["1", "区长热线", "2026-05-06", "窗口拖延"])  # type: ignore[union-attr]
        book.active.append(["2", "没有的线", "2026-05-06", "窗口拖延"])  # type: ignore[union-attr]
        book.save(tmp_path / "a.xlsx")
        taken = take(tmp_path / "a.xlsx", None)
        assert (taken.registered, taken.rejected) == (1, 1)
        with transaction() as session:
            assert session.scalars(select(Message.channel_code)).all() == ["DISTRICT_HEAD_LINE"]

    def test_unknown_columns_stay_with_the_message(self, tmp_path: Path) -> None:
        it_is("2026-05-07")
        take(workbook(tmp_path / "a.xlsx", ROWS[1]))
        with transaction() as session:
            assert session.scalars(select(Message.extra)).one() == {"点赞数": "3"}

    def test_an_unknown_channel_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UnknownChannel):
            take(workbook(tmp_path / "a.xlsx", *ROWS), "NO_SUCH")

    @pytest.mark.skipif(not DATA.exists(), reason="the real messages are not at hand")
    def test_real_messages_of_a_hotline(self, tmp_path: Path) -> None:
        taken = take(DATA / "messages-with-replies.xlsx", "DISTRICT_HEAD_LINE", most=100)
        assert (taken.registered, taken.rejected) == (100, 0)


@pytest.mark.usefixtures("empty_ledger")
def test_nothing_is_taken_in_before_units_and_channels_are_known(tmp_path: Path) -> None:
    with pytest.raises(RegistryEmpty):
        take(workbook(tmp_path / "a.xlsx", *ROWS))
