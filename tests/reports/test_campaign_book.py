"""The unit's workbook: what is filled in reads back equal, and nothing is lost in a marked copy."""

import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from models.campaign_book import (
    A_PROBLEM,
    CONCLUSION,
    COVER,
    DEADLINE,
    FILLED_BY,
    FILLED_ON,
    IDENTITY,
    LIST,
    MEASURES,
    MENDED,
    NAME_COLUMN,
    NATURE,
    NO,
    NO_PROBLEM,
    PHONE,
    POST,
    RETURN_NOTE,
    TEXT,
    YES,
    Contents,
    Issued,
    checksum_of,
)
from models.campaign_cells import CONTROL, day_of, says_nothing, text_of
from models.campaign_file import Cell, read_return
from models.campaign_judgement import Judged, judge
from models.campaign_rows import fault_of_text
from models.grids import read_grids
from models.words import Aspect, ListKind, Nature
from reports.campaign_book import campaign_book
from reports.marked_return import Notice, marked_return
from reports.sheet_looks import save
from tests.returns import ITEMS, book_of_items, edited, typed

OPENED, RECEIVED = date(2026, 6, 1), date(2026, 6, 12)
BOOK = book_of_items()
ISSUED = Issued(
    period="2026-06",
    title="2026年上半年“三清单”自查",
    unit_code="U01",
    unit_name="区教育局",
    due_on=date(2026, 6, 30),
    book=BOOK,
    checksum=checksum_of(BOOK, period="2026-06", unit="U01"),
)
OFTEN = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def judged(content: bytes) -> Judged:
    """Judge a file as U01's return."""
    return judge(
        read_return("自查表.xlsx", content),
        BOOK,
        period="2026-06",
        unit_code="U01",
        unit_name="区教育局",
        opened_on=OPENED,
        received_on=RECEIVED,
    )


def says_something(text: str) -> bool:
    """Whether somebody would call it a text that is filled in."""
    clean = not says_nothing(text) and text == text_of(text) and not fault_of_text(Cell(address="A1", value=text), 200)
    return clean and not CONTROL.search(text)


TEXTS = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc"], include_characters="\n=+-@_x0041<>&\"'", exclude_characters="\ufffe\uffff"
    ),
    min_size=1,
    max_size=40,
).filter(says_something)
DEADLINES = st.dates(OPENED, date(2030, 12, 31))
PROBLEMS = st.fixed_dictionaries(
    {
        CONCLUSION: st.just(A_PROBLEM),
        TEXT: TEXTS,
        NATURE: st.sampled_from([each.label for each in Nature]),
        POST: TEXTS,
        MEASURES: TEXTS,
        DEADLINE: DEADLINES,
        MENDED: st.sampled_from([YES, NO]),
    }
)
ANSWERS = st.one_of(st.just({CONCLUSION: NO_PROBLEM}), PROBLEMS)


@st.composite
def contents(draw: st.DrawFn) -> Contents:
    """Draw what a unit may fill in."""
    rows: dict[str, list[Any]] = {}
    for aspect in Aspect:
        rows[aspect.value] = [{"item": at, "cells": draw(ANSWERS)} for at in range(ITEMS)]
        for _ in range(draw(st.integers(0, 3))):
            about = {LIST: draw(st.sampled_from([each.label for each in ListKind])), NAME_COLUMN[aspect]: draw(TEXTS)}
            rows[aspect.value].append({"item": None, "cells": about | draw(PROBLEMS)})
    cover = {FILLED_BY: draw(TEXTS), PHONE: draw(st.from_regex(r"[0-9]{7,12}", fullmatch=True))}
    return Contents(cover=cover | {FILLED_ON: draw(st.dates(OPENED, RECEIVED))}, rows=rows, others=[])


@OFTEN
@given(contents())
def test_what_is_filled_in_reads_back_equal(filled: Contents) -> None:
    found = judged(campaign_book(ISSUED, filled))
    assert found.faults == []
    cover = {label: value.isoformat() if isinstance(value, date) else value for label, value in filled["cover"].items()}
    assert found.content["cover"] == cover
    problems = iter(found.problems)
    for aspect in Aspect:
        kept = found.content["aspects"][aspect.value]
        for row, said in zip(kept, filled["rows"][aspect.value], strict=True):
            cells = said["cells"]
            assert row["conclusion"] == cells[CONCLUSION]
            if cells[CONCLUSION] == NO_PROBLEM:
                continue
            problem = next(problems)
            assert (problem.text, problem.post, problem.measures) == (cells[TEXT], cells[POST], cells[MEASURES])
            assert (problem.nature.label, problem.deadline) == (cells[NATURE], cells[DEADLINE])
            assert problem.mended is (cells[MENDED] == YES)
            assert problem.aspect is aspect
            if said["item"] is None:
                assert (problem.list_kind.label, problem.item_name) == (cells[LIST], cells[NAME_COLUMN[aspect]])
            else:
                assert problem.item_key == BOOK[aspect.value][said["item"]]["key"]
    assert next(problems, None) is None


SPOILS = st.lists(
    st.tuples(
        st.sampled_from([aspect.label for aspect in Aspect]),
        st.integers(5, 12),
        st.integers(1, 15),
        st.one_of(
            st.none(),
            st.just("无问题"),
            st.just("尽快"),
            st.integers(0, 99_999),
            TEXTS,
            st.just("#REF!"),
            st.just("=A1"),
        ),
    ),
    min_size=1,
    max_size=6,
)


@OFTEN
@given(SPOILS)
def test_a_marked_copy_keeps_every_cell_and_marks_every_fault(spoils: list[tuple[str, int, int, Any]]) -> None:
    def spoil(book: Workbook) -> None:
        for sheet, row, column, value in spoils:
            cell = book[sheet].cell(row, column)
            if type(cell).__name__ == "Cell":
                cell.value = value
                if value != "=A1" and isinstance(value, str):
                    cell.data_type = "s"

    content = edited(campaign_book(ISSUED, typed()), spoil)
    found = judged(content)
    if found.accepted:
        return
    notice = Notice(file_name="自查表.xlsx", receipt="1", received_on=RECEIVED, issued=ISSUED, opened_on=OPENED)
    marked = marked_return(content, read_return("自查表.xlsx", content), found, notice)
    after = load_workbook(io.BytesIO(marked.content))
    assert marked.in_place is found.whole
    if marked.in_place:
        before = load_workbook(io.BytesIO(content))
        for sheet in before.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    assert after[sheet.title][cell.coordinate].value == cell.value
            assert set(map(str, after[sheet.title].merged_cells.ranges)) == set(map(str, sheet.merged_cells.ranges))
            assert len(after[sheet.title].data_validations.dataValidation) == len(sheet.data_validations.dataValidation)
        for fault in found.faults:
            assert fault["reason"] in after[fault["sheet"]][fault["cell"]].comment.text
    assert {(each["sheet"], each["reason"]) for each in found.faults} <= {
        (row[1], row[3]) for row in after[RETURN_NOTE].iter_rows(values_only=True)
    }
    assert marked.content == marked_return(content, read_return("自查表.xlsx", content), found, notice).content


def test_what_a_problem_lacks_is_red_where_the_form_would_colour_it_yellow() -> None:
    content = edited(campaign_book(ISSUED, typed()), lambda book: book["岗位责任"].__setitem__("H5", None))
    found = judged(content)
    notice = Notice(file_name="自查表.xlsx", receipt="1", received_on=RECEIVED, issued=ISSUED, opened_on=OPENED)
    marked = marked_return(content, read_return("自查表.xlsx", content), found, notice)
    book = load_workbook(io.BytesIO(marked.content))
    assert [(each["sheet"], each["cell"]) for each in found.faults] == [("岗位责任", "H5")]
    colours = {
        name: [rule.dxf.fill.bgColor.rgb[-6:] for cells in book[name].conditional_formatting for rule in cells.rules]
        for name in ("岗位责任", "权力运行流程")
    }
    assert colours == {"岗位责任": ["FFC7CE", "FFC7CE"], "权力运行流程": ["FFF2CC", "FFC7CE"]}


def test_a_fresh_workbook_holds_what_could_not_be_marked_in_place() -> None:
    content = edited(campaign_book(ISSUED, typed()), lambda book: book.remove(book["权力运行流程"]), _with_more)
    found = judged(content)
    notice = Notice(file_name="自查表.xlsx", receipt="1", received_on=RECEIVED, issued=ISSUED, opened_on=OPENED)
    marked = marked_return(content, read_return("自查表.xlsx", content), found, notice)
    assert not marked.in_place
    book = load_workbook(io.BytesIO(marked.content))
    assert book["岗位责任"]["G5"].value == "窗口受理后三日内未出具受理通知书。"
    assert book["权力运行流程"]["I5"].comment is not None
    others = list(book["原表其他内容"].iter_rows(values_only=True))
    assert ("岗位责任", "N5", "科室意见") in others
    assert ("岗位责任", "A30", "备注：办公室汇总") in others


def test_a_text_that_looks_like_an_escaped_character_stays_as_it_is() -> None:
    said = typed(**{TEXT: "附件_x0041_未归档 <r>&amp;</r>", MEASURES: "=1+1", NATURE: "懒政"})
    content = campaign_book(ISSUED, said)
    notice = Notice(file_name="自查表.xlsx", receipt="1", received_on=RECEIVED, issued=ISSUED, opened_on=OPENED)
    marked = marked_return(content, read_return("自查表.xlsx", content), judged(content), notice)
    for each in (content, marked.content):
        row = read_return("自查表.xlsx", each).sheets[Aspect.POST].rows[0]
        assert (row.value(TEXT), row.value(MEASURES)) == ("附件_x0041_未归档 <r>&amp;</r>", "=1+1")


def _with_more(book: Workbook) -> None:
    book["岗位责任"]["N5"], book["岗位责任"]["A30"] = "科室意见", "备注：办公室汇总"


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        save(tmp_path / name, campaign_book(ISSUED))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert (tmp_path / "a.xlsx").stat().st_mode & 0o777 == 0o600


def test_what_is_given_is_locked_and_what_is_filled_in_is_not() -> None:
    book = load_workbook(io.BytesIO(campaign_book(ISSUED)))
    for aspect in Aspect:
        sheet = book[aspect.label]
        headings = [cell.value for cell in sheet[4]]
        first = headings.index(CONCLUSION)
        assert sheet.protection.sheet
        assert sheet.protection.password is None
        assert all(cell.protection.locked == (at < first) for row in (5, 6, 7) for at, cell in enumerate(sheet[row]))
        assert all(cell.protection.locked == (at == 0) for row in (9, 38) for at, cell in enumerate(sheet[row]))
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (
            "landscape",
            1,
            0,
        )
        assert (sheet.print_title_rows, sheet.oddFooter.center.text) == ("$4:$4", "第&P页 共&N页")
        assert {each.type for each in sheet.data_validations.dataValidation} == {"list", "date", "textLength"}
    assert book[IDENTITY].sheet_state == "veryHidden"
    assert not book[COVER]["C5"].protection.locked


def test_a_unit_without_lists_answers_for_each_aspect_as_a_whole() -> None:
    empty = Issued(**{**vars(ISSUED), "book": {aspect.value: [] for aspect in Aspect}})
    rows: dict[str, list[Any]] = {aspect.value: [{"item": 0, "cells": {CONCLUSION: NO_PROBLEM}}] for aspect in Aspect}
    content = campaign_book(empty, Contents(cover=typed()["cover"], rows=rows, others=[]))
    says = {
        "period": "2026-06",
        "unit_code": "U01",
        "unit_name": "区教育局",
        "opened_on": OPENED,
        "received_on": RECEIVED,
    }
    assert judge(read_return("a.xlsx", content), empty.book, **says).accepted
    blank = judge(read_return("a.xlsx", campaign_book(empty)), empty.book, **says)
    assert {(each["sheet"], each["cell"]) for each in blank.faults if each["sheet"] != COVER} == {
        ("岗位责任", "F5"),
        ("权力运行流程", "I5"),
        ("相互监督制约", "H5"),
    }


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-06-30", date(2026, 6, 30)),
        ("2026/6/30", date(2026, 6, 30)),
        ("2026.6.3", date(2026, 6, 3)),
        ("２０２６年６月３日", date(2026, 6, 3)),
        ("2026 年 6 月 3 日", date(2026, 6, 3)),
        ("2026-6-3 00:00:00", date(2026, 6, 3)),
        ("2026-06-03T08:30:00", date(2026, 6, 3)),
        ("20260630", date(2026, 6, 30)),
        (20260630.0, date(2026, 6, 30)),
        (46203.0, date(2026, 6, 30)),
        (46203.5, date(2026, 6, 30)),
    ],
)
def test_days_as_people_write_them(written: Any, day: date) -> None:
    assert day_of(written) == day


@pytest.mark.parametrize(
    "written", ["", "尽快", "6月30日", "2026年6月底", "2026-02-30", "2026-13-01", 12.0, True, timedelta(1)]
)
def test_what_is_no_day(written: Any) -> None:
    with pytest.raises(ValueError, match="日"):
        day_of(written)


def test_a_grid_tells_formulas_without_result_and_errors() -> None:
    content = edited(campaign_book(ISSUED), lambda book: book["岗位责任"].__setitem__("I5", "=A1"))
    grid = next(grid for grid in read_grids(content).sheets if grid.name == "岗位责任")
    assert grid.broken == {(4, 8): "没有结果"}
