"""What the office calls itself on paper: the district's name comes from the registry, or there is none."""

from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from models.database import transaction
from models.registry import Unit
from reports.catalogue import write_report
from reports.office_name import office_name


def named(session: Session, **names: str) -> str:
    """Name some units; return what the office calls itself then."""
    for code, name in names.items():
        session.execute(update(Unit).where(Unit.code == code).values(name=name))
    return office_name(session)


@pytest.mark.parametrize(
    ("names", "office"),
    [
        ({}, "区治庸问责办"),
        ({"OFF": "甲乙区治庸问责办"}, "甲乙区治庸问责办"),
        ({"U01": "甲乙区教育局"}, "甲乙区治庸问责办"),
        ({"U01": "甲乙区教育局", "PRO": "中共甲乙区委宣传部"}, "甲乙区治庸问责办"),
        ({"U01": "某某市甲乙区教育局", "OFF": "治庸问责办"}, "某某市甲乙区治庸问责办"),
        ({"U01": "甲乙区教育局", "U02": "丙丁区发展和改革局"}, "区治庸问责办"),
        ({"U01": "甲乙区教育局", "OFF": "丙丁区治庸问责办"}, "丙丁区治庸问责办"),
    ],
)
def test_the_district_before_the_office(uncommitted: Session, names: dict[str, str], office: str) -> None:
    assert named(uncommitted, **names) == office


def test_streets_and_parks_name_no_district(uncommitted: Session) -> None:
    for unit in uncommitted.query(Unit).where(Unit.kind.in_(["街道", "园区平台", "服务中心"])):
        unit.name = f"子丑社区{unit.name}"
    assert office_name(uncommitted) == "区治庸问责办"


@pytest.mark.usefixtures("ledger")
def test_it_stands_in_the_title(tmp_path: Path) -> None:
    with transaction() as session:
        session.execute(update(Unit).where(Unit.code == "U01").values(name="甲乙区发展和改革局"))
    write_report("write-off-ledger", out=tmp_path / "台账.xlsx")
    book = openpyxl.load_workbook(tmp_path / "台账.xlsx")
    assert book["销号台账"]["A1"].value == book.properties.title == "甲乙区治庸问责办销号台账"
