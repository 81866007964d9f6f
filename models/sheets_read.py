"""The bare reading of a workbook by calamine; of kinds that it may not survive, in a process of its own.

What an .xls or .xlsb file says of its size cannot be known before it is read: a damaged one would have calamine ask for
all memory there is, and the program with it.
"""

import io
import pickle
import resource
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, NoReturn

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

MOST_MEMORY, MOST_SECONDS = 3_000_000_000, 120  # of the process
Place = tuple[int, int]


class Damaged(Exception):
    """The workbook cannot be read."""


class Locked(Exception):
    """The workbook has a password."""


@dataclass(frozen=True, kw_only=True)
class ReadSheet:
    """A sheet as read: so many of its rows, how many there are, its merged ranges, if the format tells."""

    name: str
    hidden: bool
    rows: list[list[Any]]
    height: int
    merges: list[tuple[Place, Place]] | None


def read_sheets(content: bytes, *, most_rows: int, most_cells: int) -> list[ReadSheet]:
    """Read every sheet, up to so many rows and cells of each. Raises Damaged, Locked."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [_sheet(book, meta, most_rows, most_cells) for meta in book.sheets_metadata]
    except PasswordError as error:
        raise Locked from error
    except CalamineError as error:
        raise (Locked if "assword" in str(error) else Damaged) from error
    except BaseException as error:
        _not_ours(error)


def read_sheets_apart(content: bytes, *, most_rows: int, most_cells: int) -> list[ReadSheet]:
    """Do the same in a process with limited memory and time. Raises Damaged, Locked."""
    command = [sys.executable, "-m", "models.sheets_read", str(most_rows), str(most_cells)]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=MOST_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise Damaged from error
    if done.returncode != 0:
        raise Damaged
    said = pickle.loads(done.stdout)
    if isinstance(said, list):
        return [ReadSheet(**each) for each in said]
    raise Locked if said == "locked" else Damaged


def _sheet(book: CalamineWorkbook, meta: Any, most_rows: int, most_cells: int) -> ReadSheet:
    sheet = book.get_sheet_by_name(meta.name)
    most = min(most_rows, most_cells // max(sheet.total_width, 1))
    return ReadSheet(
        name=meta.name,
        hidden="Hidden" in str(meta.visible),
        rows=sheet.to_python(skip_empty_area=False, nrows=most),
        height=sheet.total_height,
        merges=sheet.merged_cell_ranges,
    )


def _not_ours(error: BaseException) -> NoReturn:
    """A panic of the Rust library is no Exception; it means that the file is damaged."""
    if isinstance(error, Exception) or type(error).__name__ == "PanicException":
        raise Damaged from error
    raise error


def main() -> None:
    """Read a workbook from standard input, and write what it says to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    most_rows, most_cells = map(int, sys.argv[1:])
    said: object
    try:
        said = [vars(each) for each in read_sheets(sys.stdin.buffer.read(), most_rows=most_rows, most_cells=most_cells)]
    except Locked:
        said = "locked"
    except Damaged:
        said = "damaged"
    sys.stdout.buffer.write(pickle.dumps(said))


if __name__ == "__main__":
    main()
