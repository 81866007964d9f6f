"""Returns as they come back: each is accepted, or goes back with the right cells marked; never a traceback."""

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from flows.collection import collect
from models.campaign_book import COVER as COVER_SHEET
from models.campaign_book import IDENTITY, RETURN_NOTE, Issued
from models.journal import SYSTEM
from tests.returns import UNIT, Edit, edited, filled, issued_to, open_june_with_lists, report_with

POST, FLOW, CHECK = "岗位责任", "权力运行流程", "相互监督制约"
Faulty = set[tuple[str, str]]  # sheet and cell


@pytest.fixture(scope="module")
def given(shared_ledger: str) -> Issued:
    """What U01 was given in June 2026; it is the 12th. The whole file sends to one ledger, each time another file."""
    open_june_with_lists()
    return issued_to()


def put(sheet: str, **cells: object) -> Edit:
    """Type into cells."""

    def edit(book: Workbook) -> None:
        for address, value in cells.items():
            book[sheet][address] = value

    return edit


def _order_and_names(book: Workbook) -> None:
    book.move_sheet(POST, 3)
    book[FLOW].title = "二、权力运行流程（表2）"
    book.create_sheet("草稿").append(["随手记"])


def _rows_inserted(book: Workbook) -> None:
    sheet = book[POST]
    sheet.insert_rows(1, 2)
    sheet.insert_rows(8)
    sheet["A1"] = "区某局自查表"


def _sorted_upside_down(book: Workbook) -> None:
    sheet = book[POST]
    lines = [[cell.value for cell in sheet[row]] for row in (5, 6, 7)]
    for row, line in zip((5, 6, 7), reversed(lines), strict=True):
        for column, value in enumerate(line, 1):
            sheet.cell(row, column).value = value


def _columns_moved(book: Workbook) -> None:
    """自查情况 goes to the front; a column of the unit's own stands behind 序号."""
    for sheet in (book[POST], book[FLOW], book[CHECK]):
        sheet.unmerge_cells(sheet.merged_cells.ranges and _band_of(sheet))
        sheet.insert_cols(2, 2)
        head = sheet["B4" : f"C{sheet.max_row}"]
        head[0][0].value, head[0][1].value = "备注", "自查情况"
        moved = next(cell.column for cell in sheet[4] if cell.value == "自查情况" and cell.column > 3)
        for row in range(5, sheet.max_row + 1):
            sheet.cell(row, 3).value = sheet.cell(row, moved).value
        sheet.delete_cols(moved)
        sheet["B5"] = "科室已核"


def _band_of(sheet: Worksheet) -> str:
    return next(str(each) for each in sheet.merged_cells.ranges if each.min_row > 4)


def _merged_down(book: Workbook) -> None:
    """Two items have the same problem, written once in merged cells."""
    sheet = book[POST]
    for letter in "FGHIJKL":
        sheet[f"{letter}6"].value = None
        sheet.merge_cells(f"{letter}5:{letter}6")


def _tall_rows(book: Workbook) -> None:
    """A free row whose every cell is merged with the one below."""
    sheet = book[POST]
    for letter in "ABCDEFGHIJKL":
        sheet.merge_cells(f"{letter}9:{letter}10")


def _full_width(book: Workbook) -> None:
    put(POST, K5="２０２６年７月３１日", H5=" 慢 作为 ", F5="存在 问题\u3000", L5="否　", A5="１")(book)
    put(COVER_SHEET, H4="2026．6．10", H5="０２７－８２３４５６７８")(book)


def _dates_as_text(book: Workbook) -> None:
    put(POST, K5="2026/7/31")(book)
    put(FLOW, N5="20260731")(book)
    put(CHECK, M5="2026-7-31 00:00:00", M9="2026年7月31日")(book)


def _date_as_number(book: Workbook) -> None:
    book[POST]["K5"] = 46234
    book[POST]["K5"].number_format = "General"


def _trailing_blanks(book: Workbook) -> None:
    put(POST, G5="窗口受理后三日内未出具受理通知书。  \n\n", I5="受理岗\u00a0")(book)
    for row in range(60, 400):
        book[POST].cell(row, 3, " ")


def _hidden_rows(book: Workbook) -> None:
    book[POST].row_dimensions[6].hidden = True
    book[POST].column_dimensions["I"].hidden = True


def _copied_headings(book: Workbook) -> None:
    sheet = book[POST]
    for cell in list(sheet[4]):
        sheet.cell(20, cell.column).value = cell.value


def _nothing_written_as_strokes(book: Workbook) -> None:
    put(POST, G6="无", H6="/", I6="—", J6="无。", K6="-", L6="——")(book)


def _remark_below(book: Workbook) -> None:
    put(POST, A30="备注：本表由办公室汇总", A31="合计")(book)


def _problem_beyond_with_item(book: Workbook) -> None:
    put(POST, B9="责任清单", C9=book[POST]["C6"].value)(book)


def _no_hidden_sheet(book: Workbook) -> None:
    del book[IDENTITY]


def _note_of_before(book: Workbook) -> None:
    book.create_sheet(RETURN_NOTE, 0).append(["上次退回"])


HOLDS: dict[str, Edit] = {
    "as it was given": lambda book: None,
    "sheets in another order, renamed, one more": _order_and_names,
    "rows inserted, header further down": _rows_inserted,
    "items sorted the other way": _sorted_upside_down,
    "columns moved, one of the unit's own": _columns_moved,
    "one problem merged over two items": _merged_down,
    "a row merged with the one below": _tall_rows,
    "full-width digits and blanks in choices": _full_width,
    "dates as text": _dates_as_text,
    "a date that lost its format": _date_as_number,
    "blanks at ends and far below": _trailing_blanks,
    "hidden rows and columns": _hidden_rows,
    "headings repeated further down": _copied_headings,
    "nothing written as strokes": _nothing_written_as_strokes,
    "remarks below the table": _remark_below,
    "a second problem of an item": _problem_beyond_with_item,
    "no hidden sheet": _no_hidden_sheet,
    "the note of an earlier return": _note_of_before,
    "headings with a remark and a star": put(POST, K4="*整改时限\n（年-月-日）", F4="自 查 情 况"),
    "a code that lost its zero": put(CHECK, E5=100000011),
    "a conclusion left out below": put(POST, F9=None),
}


@pytest.mark.parametrize("edit", HOLDS.values(), ids=HOLDS.keys())
def test_is_accepted(given: Issued, edit: Edit, tmp_path: Path) -> None:
    file = tmp_path / "回传（最终版）.xlsx"
    file.write_bytes(edited(filled(given), edit))
    [result] = collect([file], actor=SYSTEM)
    assert result["faults"] == []
    assert result["accepted"]
    assert (result["unit"], result["file"]) == (UNIT, file.name)
    report = report_with(result["receipt"])
    assert {(each.aspect.label, each.text) for each in report.problems} >= {
        (aspect, "窗口受理后三日内未出具受理通知书。") for aspect in (POST, FLOW, CHECK)
    }
    assert all(each.deadline == date(2026, 7, 31) for each in report.problems)


def _without(sheet: str) -> Edit:
    return lambda book: book.remove(book[sheet])


def _column_deleted(sheet: str, heading: str) -> Edit:
    def edit(book: Workbook) -> None:
        page = book[sheet]
        page.unmerge_cells(_band_of(page))
        page.delete_cols(next(cell.column for cell in page[4] if cell.value == heading))

    return edit


def _heading_doubled(book: Workbook) -> None:
    book[POST]["M4"], book[POST]["M5"] = "整改措施", "另一项"


def _item_copied(book: Workbook) -> None:
    sheet = book[POST]
    sheet.unmerge_cells(_band_of(sheet))
    sheet.insert_rows(6)
    for cell in list(sheet[5]):
        sheet.cell(6, cell.column).value = cell.value


def _sheet_copied(book: Workbook) -> None:
    copied = book.copy_worksheet(book[POST])
    copied.title, copied["G5"].value = "岗位责任 (2)", "另一个问题。"


def _far_away(book: Workbook) -> None:
    book[POST]["C9000"] = "?"


FAULTS: dict[str, tuple[Edit, Faulty]] = {
    "an aspect is missing (O46)": (_without(FLOW), {(FLOW, "A1")}),
    "two aspects are missing": (
        lambda book: [_without(FLOW)(book), _without(CHECK)(book)],
        {(FLOW, "A1"), (CHECK, "A1")},
    ),
    "an aspect without a row of headings": (lambda book: book[CHECK].delete_rows(1, 80), {(CHECK, "A1")}),
    "a column deleted": (_column_deleted(POST, "问题性质"), {(POST, "A4")}),
    "a heading twice": (_heading_doubled, {(POST, "M4")}),
    "no conclusion": (put(POST, F6=None), {(POST, "F6")}),
    "a conclusion that is none of the two": (put(POST, F6="基本没有"), {(POST, "F6")}),
    "a problem without all that it needs": (
        put(POST, G5=None, H5=None, I5="无", J5=" ", K5=None, L5=None),
        {(POST, f"{letter}5") for letter in "GHIJKL"},
    ),
    "a nature that is none": (put(FLOW, K5="懒政"), {(FLOW, "K5")}),
    "mended: half": (put(FLOW, O5="部分"), {(FLOW, "O5")}),
    "filled in without a problem": (put(POST, G6="排队较久", L6="是"), {(POST, "G6"), (POST, "L6")}),
    "an item changed": (put(POST, C6="其他事项"), {(POST, "C6")}),
    "an item emptied": (put(POST, C6=None, D6=None, E6=None), {(POST, "C6"), (POST, "D6"), (POST, "E6")}),
    "an item deleted": (lambda book: book[POST].delete_rows(6), {(POST, "A4")}),
    "an item twice": (_item_copied, {(POST, "C6")}),
    "a sheet twice, with something else": (_sheet_copied, {("岗位责任 (2)", "A1")}),
    "no date": (put(POST, K5="尽快"), {(POST, "K5")}),
    "a day that is not": (put(POST, K5="2026-06-31"), {(POST, "K5")}),
    "a day without its year": (put(POST, K5="7月31日"), {(POST, "K5")}),
    "a deadline before the campaign": (put(POST, K5=date(2026, 5, 31)), {(POST, "K5")}),
    "a deadline in another century": (put(POST, K5=date(2062, 7, 31)), {(POST, "K5")}),
    "a text too long": (put(POST, G5="长" * 2001), {(POST, "G5")}),
    "an empty cover": (
        put(COVER_SHEET, C5=None, H4=None, H5=None),
        {(COVER_SHEET, each) for each in ("C5", "H4", "H5")},
    ),
    "a telephone that is none": (put(COVER_SHEET, H5="内线"), {(COVER_SHEET, "H5")}),
    "filled in before it began": (put(COVER_SHEET, H4=date(2026, 5, 20)), {(COVER_SHEET, "H4")}),
    "filled in tomorrow": (put(COVER_SHEET, H4=date(2026, 6, 13)), {(COVER_SHEET, "H4")}),
    "no cover": (_without(COVER_SHEET), {(COVER_SHEET, "A1")}),
    "a field of the cover gone": (lambda book: [put(COVER_SHEET, F4=None)(book)], {(COVER_SHEET, "A1")}),
    "a formula without a result": (put(POST, I5="=Sheet9!A1"), {(POST, "I5")}),
    "an error typed": (put(POST, I5="#REF!"), {(POST, "I5")}),
    "beside the lists, without list or item": (put(POST, B9=None, C9=None), {(POST, "B9"), (POST, "C9")}),
    "beside the lists, without a problem": (put(POST, F9="无问题", G9=None), {(POST, "F9")}),
    "an item beside the lists, nothing said": (
        put(POST, C12="夜间值守"),
        {(POST, f"{letter}12") for letter in "BGHIJKL"},
    ),
    "something far away": (_far_away, {(POST, "C9000")}),
    "several at once": (
        lambda book: [put(POST, F6=None)(book), put(FLOW, N5="明年")(book), put(COVER_SHEET, H5=None)(book)],
        {(POST, "F6"), (FLOW, "N5"), (COVER_SHEET, "H5")},
    ),
}


@pytest.mark.parametrize(("edit", "faulty"), FAULTS.values(), ids=FAULTS.keys())
def test_goes_back_with_its_faults_marked(given: Issued, edit: Edit, faulty: Faulty, tmp_path: Path) -> None:
    file = tmp_path / "自查表.xlsx"
    file.write_bytes(edited(filled(given), edit))
    [result] = collect([file], actor=SYSTEM)
    assert not result["accepted"]
    assert {(each["sheet"], each["cell"]) for each in result["faults"]} == faulty
    assert result["unit"] == UNIT
    report = report_with(result["receipt"])
    assert (report.faults, report.problems) == (result["faults"], [])
    marked = load_workbook(result["returned_file"])
    note = [[cell.value for cell in row] for row in marked[RETURN_NOTE]]
    for fault in result["faults"]:
        assert any({fault["sheet"], fault["cell"], fault["reason"]} <= set(line) for line in note)
        if fault["sheet"] in marked.sheetnames and _is_the_file_itself(marked, file):
            cell = marked[fault["sheet"]][fault["cell"]]
            assert fault["reason"] in cell.comment.text
            assert cell.fill.start_color.rgb.endswith("FFC7CE")
    assert _texts(file) <= _texts(Path(result["returned_file"]))


def _is_the_file_itself(marked: Workbook, file: Path) -> bool:
    return "二、本工作簿中待改正之处（已标红并附批注）" not in [row[0].value for row in marked[RETURN_NOTE]]


def _texts(path: Path) -> set[str]:
    """Return what a unit typed, wherever it stands: nothing of it is lost."""
    book = load_workbook(path)
    words = {
        "窗口受理后三日内未出具受理通知书。",
        "每日核对受理台账，超时提醒。",
        "另一项",
        "排队较久",
        "夜间值守",
        "尽快",
        "懒政",
    }
    return {
        value
        for sheet in book.worksheets
        for row in sheet.iter_rows(values_only=True)
        for value in row
        if value in words
    }
