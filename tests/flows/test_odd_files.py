"""Files that are no return at all, or somebody else's, or written by another program: what becomes of each."""

import io
import random
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference

from flows.collection import collect
from models.campaign_book import COVER as COVER_SHEET
from models.campaign_book import IDENTITY, RETURN_NOTE, Issued
from models.journal import SYSTEM
from models.xlsx_parts import sheet_parts
from tests.returns import (
    UNIT,
    Edit,
    converted,
    edited,
    filled,
    issued_to,
    open_june_with_lists,
    report_with,
)

POST = "岗位责任"


@pytest.fixture(scope="module")
def given(shared_ledger: str) -> Issued:
    """What U01 was given in June 2026, of which U05 is exempt; it is the 12th."""
    open_june_with_lists(exempt={"U05": "本年机构改革，职责已划转"})
    return issued_to()


def sent(content: bytes, folder: Path, name: str = "自查表.xlsx") -> dict[str, object]:
    """Let a file be collected."""
    file = folder / name
    file.write_bytes(content)
    [result] = collect([file], actor=SYSTEM)
    assert Path(str(result["receipt_file"])).stat().st_size > 0
    return result


def cut(content: bytes) -> bytes:
    """Return the first half of a file."""
    return content[: len(content) // 2]


def flipped(content: bytes) -> bytes:
    """Spoil a few bytes in the middle."""
    middle = len(content) // 3
    return content[:middle] + bytes(255 - each for each in content[middle : middle + 40]) + content[middle + 40 :]


def zipped(**parts: bytes) -> bytes:
    """Return a zip file."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/"), content)
    return target.getvalue()


def emptied(content: bytes) -> bytes:
    """Return a workbook with a sheet and nothing on it."""
    target = io.BytesIO()
    Workbook().save(target)
    return target.getvalue()


def part_changed(content: bytes, sheet: str, change: Callable[[bytes], bytes]) -> bytes:
    """Change the XML of a sheet."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as zip_file:
        path = sheet_parts(source)[sheet]
        for name in source.namelist():
            zip_file.writestr(name, change(source.read(name)) if name == path else source.read(name))
    return target.getvalue()


def encrypted(content: bytes) -> bytes:
    """Return what an encrypted workbook begins with: the names of its streams."""
    names = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", "EncryptedPackage"))
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + names


TYPES = {"[Content_Types].xml": b"<Types/>"}
NO_WORKBOOK: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "nothing in it": (lambda _: b"", "空的"),
    "cut off": (cut, "损坏"),
    "spoilt": (flipped, "损坏"),
    "only the mark of a zip": (lambda _: b"PK\x03\x04", "损坏"),
    "encrypted": (encrypted, "密码"),
    "an old workbook, spoilt": (lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 8, "损坏"),
    "a text": (lambda _: "自查情况：无问题".encode(), "不是电子表格"),
    "a CSV": (lambda _: "序号,自查情况\n1,无问题\n".encode("gb18030"), "不是电子表格"),
    "a PDF": (lambda _: b"%PDF-1.7\n", "PDF"),
    "a picture": (lambda _: b"\xff\xd8\xff\xe0\x00\x10JFIF", "图片"),
    "a page": (lambda _: b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
    "a Word document": (
        lambda _: zipped(**{"[Content_Types].xml": b"<Types/>", "word__document.xml": b"<w/>"}),
        "Word",
    ),
    "a zip": (lambda content: zipped(**{"自查表.xlsx": content}), "压缩包"),
    "a workbook without its parts": (
        lambda _: zipped(**{"[Content_Types].xml": b"<Types/>", "a.xml": b"<x/>"}),
        "损坏",
    ),
    "sheets that are no XML": (lambda content: part_changed(content, POST, lambda xml: xml[:400]), "损坏"),
    "an empty workbook": (emptied, "空的"),
}


@pytest.mark.parametrize(("spoil", "why"), NO_WORKBOOK.values(), ids=NO_WORKBOOK.keys())
def test_what_is_no_workbook_goes_back_with_the_reason(
    given: Issued, spoil: Callable[[bytes], bytes], why: str, tmp_path: Path
) -> None:
    content = spoil(filled(given))
    result = sent(content, tmp_path)
    assert not result["accepted"]
    assert result["unit"] is None
    [fault] = result["faults"]
    assert why in fault["reason"]
    assert fault["reason"] in _all_text(result["returned_file"])
    report = report_with(result["receipt"])
    assert (report.campaign_unit_id, report.content) == (None, {})
    kept = Path(str(result["receipt_file"])).parents[2] / "files" / report.sha256
    assert kept.read_bytes() == content
    assert kept.stat().st_mode & 0o777 == 0o600


def _all_text(path: object) -> str:
    book = load_workbook(str(path))
    return "\n".join(
        str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row if value is not None
    )


def _cover(**cells: str) -> Edit:
    def edit(book: Workbook) -> None:
        for address, value in cells.items():
            book[COVER_SHEET][address] = value

    return edit


def _identity(period: str = "2026-06", unit: str = UNIT) -> Edit:
    def edit(book: Workbook) -> None:
        book[IDENTITY]["B1"], book[IDENTITY]["B2"] = period, unit
        book[COVER_SHEET]["C3"], book[COVER_SHEET]["H2"] = period, unit

    return edit


NOT_OURS: dict[str, tuple[Edit, str | None, str, str]] = {
    "of last half-year": (_identity(period="2025-12"), None, "C3", "2025-12"),
    "of no half-year": (_identity(period="上半年"), None, "C3", "看不出是哪一次"),
    "of a unit that nobody knows": (_identity(unit="U99"), None, "H2", "没有这个单位"),
    "of a unit that need not report": (
        lambda book: [_identity(unit="U05")(book), _cover(C2=issued_to("U05").unit_name)(book)],
        "U05",
        "H2",
        "免报",
    ),
    "another unit's name on the cover": (_cover(C2="区水务局", H2="U44"), None, "H2", "与之不符"),
    "another unit's name, its own code": (_cover(C2="区园林绿化局"), None, "C2", "与之不符"),
}


@pytest.mark.parametrize(("edit", "unit", "cell", "why"), NOT_OURS.values(), ids=NOT_OURS.keys())
def test_what_is_not_a_units_own_goes_back(
    given: Issued, edit: Edit, unit: str | None, cell: str, why: str, tmp_path: Path
) -> None:
    result = sent(edited(filled(given), edit), tmp_path)
    assert (result["accepted"], result["unit"]) == (False, unit)
    [fault] = result["faults"]
    assert (fault["sheet"], fault["cell"]) == (COVER_SHEET, cell)
    assert why in fault["reason"]
    marked = load_workbook(str(result["returned_file"]))
    assert why in marked[COVER_SHEET][cell].comment.text
    assert marked[POST]["G5"].value == "窗口受理后三日内未出具受理通知书。"


@pytest.mark.parametrize("kind", ["xls", "ods", "xlsx", "fods"])
def test_what_libreoffice_saved(given: Issued, kind: str, tmp_path: Path) -> None:
    content = converted(filled(given), kind, tmp_path)
    result = sent(content, tmp_path, f"自查表.{kind}")
    if kind == "fods":  # one XML file, which neither Excel nor WPS writes
        assert "不是电子表格" in result["faults"][0]["reason"]
        return
    assert (result["faults"], result["accepted"], result["unit"]) == ([], True, UNIT)
    problems = report_with(str(result["receipt"])).problems
    assert len(problems) == 6
    assert {each.deadline for each in problems} == {date(2026, 7, 31)}


@pytest.mark.parametrize("kind", ["xls", "ods", "xlsx"])
def test_faults_in_what_libreoffice_saved_are_marked(given: Issued, kind: str, tmp_path: Path) -> None:
    def spoil(book: Workbook) -> None:
        book[POST]["F6"], book[POST]["K5"], book[POST]["I5"] = None, "尽快", "=1/0"
        book[COVER_SHEET]["H5"] = None

    result = sent(converted(edited(filled(given), spoil), kind, tmp_path), tmp_path, f"自查表.{kind}")
    faulty = {(each["sheet"], each["cell"]) for each in result["faults"]}
    assert faulty == {(POST, "F6"), (POST, "K5"), (POST, "I5"), (COVER_SHEET, "H5")}
    marked = load_workbook(str(result["returned_file"]))
    for sheet, cell in faulty:
        assert marked[sheet][cell].comment is not None, (sheet, cell)
    assert marked[POST]["K5"].value == "尽快"
    again = sent(Path(str(result["returned_file"])).read_bytes(), tmp_path, "再报.xlsx")
    assert {(each["sheet"], each["cell"]) for each in again["faults"]} == faulty


def test_merged_cells_of_an_ods(given: Issued, tmp_path: Path) -> None:
    def merge(book: Workbook) -> None:
        for letter in "FGHIJKL":
            book[POST][f"{letter}6"].value = None
            book[POST].merge_cells(f"{letter}5:{letter}6")

    result = sent(converted(edited(filled(given), merge), "ods", tmp_path), tmp_path, "自查表.ods")
    assert result["faults"] == []
    assert len(report_with(str(result["receipt"])).problems) == 7


def test_a_cell_at_the_very_end_of_an_ods_does_not_fill_the_memory(given: Issued, tmp_path: Path) -> None:
    far = edited(filled(given), lambda book: book[POST].cell(1_048_576, 16_384, "?"))
    result = sent(converted(far, "ods", tmp_path), tmp_path, "自查表.ods")
    assert "一直写到第 1048576 行" in result["faults"][0]["reason"]


def test_a_cell_at_the_end_of_an_xls_is_marked(given: Issued, tmp_path: Path) -> None:
    far = edited(filled(given), lambda book: book[POST].cell(65_536, 3, "?"))
    result = sent(converted(far, "xls", tmp_path), tmp_path, "自查表.xls")
    assert [(each["sheet"], "很远处" in each["reason"]) for each in result["faults"]] == [(POST, True)]


def test_a_spoilt_xls_never_breaks_the_reader(given: Issued, tmp_path: Path) -> None:
    content = converted(filled(given), "xls", tmp_path)
    for seed in range(12):
        chance = random.Random(seed)
        spoilt = bytearray(content)
        for _ in range(1 + 20 * (seed % 3)):
            spoilt[chance.randrange(512, len(spoilt))] = chance.randrange(256)
        result = sent(bytes(spoilt), tmp_path, f"自查表{seed}.xls")
        assert result["accepted"] or result["faults"]
        assert result["receipt"]


def test_a_chart_that_openpyxl_would_drop_makes_a_fresh_workbook(given: Issued, tmp_path: Path) -> None:
    def draw(book: Workbook) -> None:
        chart = BarChart()
        chart.add_data(Reference(book[POST], min_col=1, min_row=5, max_row=7))
        book[POST].add_chart(chart, "N5")
        book[POST]["F6"] = None
        book.create_sheet("附件说明").append(["照片一张"])

    result = sent(edited(filled(given), draw), tmp_path)
    marked = load_workbook(str(result["returned_file"]))
    assert marked[POST]["F6"].comment is not None
    assert marked[POST]["G5"].value == "窗口受理后三日内未出具受理通知书。"
    assert "附件说明" in _all_text(result["returned_file"])


def test_control_characters_are_marked_and_do_not_come_back(given: Issued, tmp_path: Path) -> None:
    content = part_changed(
        filled(given),
        POST,
        lambda xml: xml.replace(b'<c r="I5" s=', b'<c r="I5" t="str"><v>a_x0007_b</v></c><c r="Z5" s=', 1),
    )
    result = sent(content, tmp_path)
    assert [(each["cell"], "控制字符" in each["reason"]) for each in result["faults"]] == [("I5", True)]
    assert load_workbook(str(result["returned_file"]))[POST]["I5"].comment is not None


def with_macros(content: bytes) -> bytes:
    """Return a workbook as one that has macros."""
    plain, macros = b"vnd.openxmlformats-officedocument.spreadsheetml.sheet.main", b"application/vnd.ms-"
    project = b'<Override PartName="/xl/vbaProject.bin" ContentType="' + macros + b'office.vbaProject"/>'
    types = {plain: b"vnd.ms-excel.sheet.macroEnabled.main", b"</Types>": project + b"</Types>"}
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w") as zip_file:
        for name in source.namelist():
            part = source.read(name)
            for old, new in types.items() if name == "[Content_Types].xml" else ():
                part = part.replace(old, new)
            zip_file.writestr(name, part)
        zip_file.writestr("xl/vbaProject.bin", b"macros")
    return target.getvalue()


def test_a_macro_workbook_keeps_its_macros(given: Issued, tmp_path: Path) -> None:
    spoilt = edited(filled(given), lambda book: book[POST].__setitem__("F6", None))
    result = sent(with_macros(spoilt), tmp_path, "自查表.xlsm")
    marked = Path(str(result["returned_file"]))
    assert marked.suffix == ".xlsm"
    assert zipfile.ZipFile(marked).read("xl/vbaProject.bin") == b"macros"


def test_a_formula_with_its_result_counts_as_what_it_shows(given: Issued, tmp_path: Path) -> None:
    cell = '<c r="I5" t="str"><f>"受理"&amp;"岗"</f><v>受理岗</v></c><c r="Z5" s='.encode()
    content = part_changed(filled(given), POST, lambda xml: xml.replace(b'<c r="I5" s=', cell, 1))
    result = sent(content, tmp_path)
    assert result["faults"] == []
    assert report_with(str(result["receipt"])).content["aspects"]["POST"][0]["post"] == "受理岗"


def test_marks_of_a_return_are_gone_when_it_goes_back_again(given: Issued, tmp_path: Path) -> None:
    first = sent(edited(filled(given), lambda book: book[POST].__setitem__("F6", None)), tmp_path)
    half = edited(
        Path(str(first["returned_file"])).read_bytes(),
        lambda book: book[POST].__setitem__("F6", "无问题"),
        lambda book: book[POST].__setitem__("K5", "尽快"),
    )
    again = sent(half, tmp_path, "二次.xlsx")
    marked = load_workbook(str(again["returned_file"]))
    assert marked[POST]["F6"].comment is None
    assert marked[POST]["K5"].comment is not None
    assert marked.sheetnames.count(RETURN_NOTE) == 1
    mended = edited(
        Path(str(again["returned_file"])).read_bytes(), lambda book: book[POST].__setitem__("K5", "2026-07-31")
    )
    assert sent(mended, tmp_path, "三次.xlsx")["accepted"]
