"""The answer workbook out and back: each step of a unit, what is wrong in its cell, stale, twice, damaged."""

import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from flows.answers import collect_answers, hand_out
from flows.conductor import advance
from models.answer_book import OFFICER, fields_of
from models.forms import Form
from models.journal import Actor, Entry
from models.steps import STEPS
from models.words import Basis, Role
from reports.sheet_looks import save
from tasks.hand_over import delegate
from tasks.supervise import supervise
from tasks.verify import verify
from tests.office import (
    CLERK,
    HEAD,
    assignment_of,
    carry,
    classify,
    filled,
    it_is,
    open_steps,
    report,
    rows_of,
    usual_officer,
)
from tests.operators import row

pytestmark = pytest.mark.usefixtures("ledger")
CLERK_ = Actor(code=CLERK)
UNIT_STEPS = [step.name for step in STEPS.values() if step.role.of_a_unit and step.role is not Role.UNIT_HEAD]


def labels(form: type[Form], data: dict[str, Any]) -> dict[str, Any]:
    """Write a form's data as people fill it into cells."""
    flat: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            flat |= {f"{name}.{at}.{key}": one for at, each in enumerate(value) for key, one in each.items()}
        else:
            flat[name] = value
    read = form.model_validate(data)
    shown = {}
    for key, value in flat.items():
        own = getattr(read, key, value)
        shown[key] = (
            "是"
            if value is True
            else "否"
            if value is False
            else "、".join(map(str, value))
            if isinstance(value, list)
            else getattr(own, "label", value)
        )
    return shown


def fill(tmp_path: Path, number: str, data: dict[str, Any], name: str = "答复.xlsx", unit: str | None = None) -> Path:
    """Hand out the workbook of a case and fill its first sheet in."""
    path = tmp_path / name
    path.write_bytes(hand_out(number, unit=unit, actor=CLERK_)[1])
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    for line in sheet.iter_rows(min_row=4):
        if line[3].value in data:
            line[1].value = data[line[3].value]
    book.save(path)
    return path


def collected(path: Path, tmp_path: Path) -> dict[str, Any]:
    return collect_answers(path, actor=CLERK_, out=tmp_path)[0]


@pytest.fixture
def number() -> str:
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number)
    return number


@pytest.mark.parametrize("step", UNIT_STEPS)
def test_every_step_of_a_unit_has_its_cells(step: str) -> None:
    fields = {each.key.split(".")[0] for each in fields_of(STEPS[step].form)}
    assert fields == {OFFICER, *STEPS[step].form.model_fields}


def test_a_unit_s_steps_are_answered_from_its_workbooks(number: str, tmp_path: Path) -> None:
    for step in ("receipt-1", "investigation-1"):
        kind = step.rsplit("-", 1)[0]
        data = labels(STEPS[kind].form, filled(kind)) | {OFFICER: usual_officer(kind)}
        done = collected(fill(tmp_path, number, data, f"{step}.xlsx"), tmp_path)
        assert (done["accepted"], done["items"][0]["result"]) == (True, "answered"), done
        advance(number)
    assert open_steps(number) == ["sign-off-1"]
    entry = next(each for each in rows_of(number, Entry) if each.what == "answer" and each.step == "investigation-1")
    assert (entry.actor, entry.detail["recorded_by"]) == ("U01-04", CLERK)
    paper = {"agreed": "是", "paper_number": "签〔2026〕1号", "signed_by": "U01-01", "signed_on": "2026-05-06"}
    assert not collected(fill(tmp_path, number, {"agreed": "是"}, "无签字.xlsx"), tmp_path)["accepted"]
    assert collected(fill(tmp_path, number, paper, "签字.xlsx"), tmp_path)["accepted"]
    assert verify().ok


def test_a_plan_with_its_promises_comes_from_a_workbook(tmp_path: Path) -> None:
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number, problem_class="ANNUAL")
    book = fill(tmp_path, number, {})
    plan = labels(STEPS["rectification-plan"].form, filled("rectification-plan")) | {OFFICER: "U01-03"}
    loaded = openpyxl.load_workbook(book)
    sheet = next(each for each in loaded if each.title.startswith("整改方案"))
    for line in sheet.iter_rows(min_row=4):
        line[1].value = plan.get(line[3].value)
    loaded.save(book)
    done = collected(book, tmp_path)
    assert "answered" in {each["result"] for each in done["items"]}, done


def test_what_is_wrong_is_marked_in_its_cell_and_nothing_is_answered(number: str, tmp_path: Path) -> None:
    done = collected(fill(tmp_path, number, {OFFICER: "U01-03", "received": "也许"}), tmp_path)
    assert (done["accepted"], done["items"][0]["result"]) == (False, "invalid-form")
    (fault,) = done["faults"]
    copy = openpyxl.load_workbook(done["receipt_file"])
    assert "请选择“是”或“否”" in copy[fault["sheet"]][fault["cell"]].comment.text
    assert copy.sheetnames[0] == "回执"
    assert open_steps(number) == ["receipt-1"]


@pytest.mark.parametrize("officer", ["U02-03", "NOBODY", CLERK, ""])
def test_who_may_not_answer_does_not_by_a_workbook_either(officer: str, number: str, tmp_path: Path) -> None:
    assert not collected(fill(tmp_path, number, {OFFICER: officer, "received": "是"}), tmp_path)["accepted"]
    assert open_steps(number) == ["receipt-1"]


def test_answered_twice_is_told(number: str, tmp_path: Path) -> None:
    path = fill(tmp_path, number, {OFFICER: "U01-03", "received": "是"})
    first, again = collected(path, tmp_path), collected(path, tmp_path)
    assert (first["receipt"], first["accepted"]) == (again["receipt"], True)
    assert again["items"][0]["result"] == "already-answered"


def test_a_workbook_of_a_step_that_changed_since_is_refused(number: str, tmp_path: Path) -> None:
    path = fill(tmp_path, number, {OFFICER: "U01-03", "received": "是"})
    delegate(assignment_of(number, "receipt-1"), to="U01-04", actor=Actor(code="U01-03"), reason="外出")
    done = collected(path, tmp_path)
    assert (done["accepted"], done["items"][0]["result"]) == (False, "stale-version")
    assert open_steps(number) == ["receipt-1"]


def test_what_is_no_answer_workbook_gets_a_receipt_that_says_so(tmp_path: Path) -> None:
    for name, content in (("坏.xlsx", b"PK\x03\x04"), ("空.xlsx", b""), ("图.xlsx", b"\x89PNG")):
        (tmp_path / name).write_bytes(content)
        done = collected(tmp_path / name, tmp_path)
        assert (done["accepted"], done["items"]) == (False, [])
        assert done["why"]
        assert Path(done["receipt_file"]).exists()


def test_the_same_steps_give_the_same_bytes_and_a_copy_keeps_every_cell(number: str, tmp_path: Path) -> None:
    assert hand_out(number, unit=None, actor=CLERK_) == hand_out(number, unit=None, actor=CLERK_)
    path = fill(tmp_path, number, {OFFICER: "U01-03", "received": "也许"})
    done = collected(path, tmp_path)
    before, after = openpyxl.load_workbook(path), openpyxl.load_workbook(done["receipt_file"])
    assert after.sheetnames == ["回执", *before.sheetnames]
    for sheet in before:
        assert [[cell.value for cell in row] for row in after[sheet.title].iter_rows()] == [
            [cell.value for cell in row] for row in sheet.iter_rows()
        ]
    again = collected(Path(done["receipt_file"]), tmp_path)  # sent back as it is: the old marks and receipt give way
    assert openpyxl.load_workbook(again["receipt_file"]).sheetnames == after.sheetnames


def test_a_copy_that_would_lose_a_picture_is_the_receipt_alone(number: str, tmp_path: Path) -> None:
    path = fill(tmp_path, number, {OFFICER: "U01-03", "received": "也许"})
    with zipfile.ZipFile(path, "a") as zipped:
        zipped.writestr("xl/media/image1.png", b"a seal")
    done = collected(path, tmp_path)
    copy = openpyxl.load_workbook(done["receipt_file"])
    assert copy.sheetnames == ["回执"]
    said = "\n".join(str(row[0].value) for row in copy["回执"].iter_rows())
    assert "在原文件中改正" in said
    assert done["faults"][0]["cell"] in said


def test_a_sheet_that_names_another_case_s_step_is_refused(number: str, tmp_path: Path) -> None:
    other = report("OFFICE_COMPLAINT", number="A-2")
    classify(other)
    path = fill(tmp_path, number, {OFFICER: "U01-03", "received": "是"})
    book = openpyxl.load_workbook(path)
    book["_标识"]["C2"].value = str(assignment_of(other, "receipt-1"))
    book.save(path)
    done = collected(path, tmp_path)
    assert (done["accepted"], done["items"][0]["result"]) == (False, "another-case")
    assert open_steps(number) == open_steps(other) == ["receipt-1"]


def test_a_milestone_and_a_progress_report_come_from_workbooks(tmp_path: Path) -> None:
    it_is("2026-05-06")
    number = report("OFFICE_COMPLAINT")
    classify(number, problem_class="ANNUAL")
    words = {"basis": Basis.INSTRUCTION, "instruction": "限期解决", "leader": "区长", "every": 2}
    carry(number, to="milestone-1")
    supervise(number, actor=Actor(code=HEAD), **words)
    advance(number)
    for key, day in (("progress-report-1", row(number, "progress-report-1").opens_on), ("milestone-1", None)):
        it_is((day or row(number, key).opens_on).isoformat())
        advance(number)
        kind = key.rsplit("-", 1)[0]
        data = labels(STEPS[kind].form, filled(kind)) | {OFFICER: "U01-03"}
        path = tmp_path / f"{key}.xlsx"
        path.write_bytes(hand_out(number, unit=None, actor=CLERK_)[1])
        book = openpyxl.load_workbook(path)
        sheet = next(each for each in book if each.title.startswith(STEPS[kind].title))
        for line in sheet.iter_rows(min_row=4):
            if line[3].value in data:
                line[1].value = data[line[3].value]
        book.save(path)
        done = collected(path, tmp_path)
        assert "answered" in {each["result"] for each in done["items"]}, done
        advance(number)
    assert {"progress-report-1", "milestone-1"}.isdisjoint(open_steps(number))


def test_a_name_of_eighty_two_characters_gets_its_receipt(number: str, tmp_path: Path) -> None:
    path = fill(tmp_path, number, {OFFICER: "U01-03", "received": "是"}, f"{'办' * 80}答复.xlsx")
    done = collected(path, tmp_path)
    assert done["accepted"], done
    assert Path(done["receipt_file"]).exists()


@pytest.mark.parametrize("written_over", ["²", "9" * 30, "待办"])
@pytest.mark.parametrize("cell", ["C2", "D2"])
def test_a_number_that_was_written_over_is_no_step_of_the_case(
    cell: str, written_over: str, number: str, tmp_path: Path
) -> None:
    path = fill(tmp_path, number, {OFFICER: "U01-03", "received": "是"})
    book = openpyxl.load_workbook(path)
    book["_标识"][cell].value = written_over
    book.save(path)
    done = collected(path, tmp_path)
    assert (done["accepted"], open_steps(number)) == (False, ["receipt-1"])
    assert [each["result"] for each in done["items"]] == ["another-case" if cell == "C2" else "stale-version"]


def test_a_file_that_fails_after_its_step_was_answered_says_so_and_stops_no_other(
    number: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = report("OFFICE_COMPLAINT", number="A-2")
    classify(other)
    folder, out = tmp_path / "交回", tmp_path / "回执"
    folder.mkdir()
    out.mkdir()
    for name, each in (("一.xlsx", number), ("二.xlsx", other)):
        fill(folder, each, {OFFICER: "U01-03", "received": "是"}, name)

    def full_disk(target: Path, content: bytes) -> None:
        if target.name.startswith("一"):
            raise OSError("no space left on device")
        save(target, content)

    monkeypatch.setattr("flows.answers.save", full_disk)
    first, second = collect_answers(folder, actor=CLERK_, out=out)
    assert ([each["result"] for each in first["items"]], first["accepted"]) == (["answered"], False)
    assert "没有回执" in first["why"]
    assert (second["accepted"], second["why"]) == (True, "")
