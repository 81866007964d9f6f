"""What people fill in: a text that is longer than a cell of Excel goes on, and never ends without a word."""

import io

import pytest
from openpyxl import load_workbook

from reports.sheet_looks import bytes_of, new_book, set_value
from reports.workbook import LEFT_OVER, LONGEST_TEXT


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    "text", ["😀" * 19_000, "办" * 70_000, "=" * 40_000, "_x0041_" * 9_000], ids=["emoji", "long", "signs", "escaped"]
)
def test_a_text_longer_than_a_cell_goes_on_in_another_sheet(text: str) -> None:
    book = new_book()
    set_value(book.active["B3"], text)
    set_value(book.active["B4"], text)
    read = load_workbook(io.BytesIO(bytes_of(book)))
    rest = list(read[LEFT_OVER].iter_rows(min_row=2, values_only=True))
    for cell in ("B3", "B4"):
        held, _, note = read.worksheets[0][cell].value.partition("……（后文见")
        pieces = [piece for place, piece in rest if place == f"Sheet!{cell}"]
        assert f"第{rest.index((f'Sheet!{cell}', pieces[0])) + 2}行" in note
        assert "".join([held, *pieces]).replace("_x005F_", "_") == text  # as Excel reads it; openpyxl does not
        assert max(map(units, (read.worksheets[0][cell].value, *pieces))) <= LONGEST_TEXT


def test_a_text_that_just_fits_stays_in_its_cell() -> None:
    book = new_book()
    set_value(book.active["A1"], "办" * LONGEST_TEXT)
    assert (book.sheetnames, book.active["A1"].value) == (["Sheet"], "办" * LONGEST_TEXT)
