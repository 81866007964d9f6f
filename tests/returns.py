"""Returns for the tests: lists of a unit, its workbook filled in, what people do to it, and LibreOffice."""

import hashlib
import io
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from models.campaign import CampaignUnit, SelfReport
from models.campaign_book import (
    A_PROBLEM,
    CONCLUSION,
    DEADLINE,
    FILLED_BY,
    FILLED_ON,
    LIST,
    MEASURES,
    MENDED,
    NAME_COLUMN,
    NATURE,
    NO_PROBLEM,
    PHONE,
    POST,
    TEXT,
    BookRow,
    Contents,
    Issued,
)
from models.clock import now
from models.database import transaction
from models.journal import Actor
from models.lists import DutyList, ListItem, PowerList, ProcedureList
from models.words import Aspect, ListKind, PowerKind
from reports.campaign_book import campaign_book
from tasks.campaign import find_campaign, open_campaign
from tasks.campaign_issue import issued_of
from tests.office import it_is

Edit = Callable[[Workbook], None]
ITEMS = 3
POWERS = (
    ("0100000011", "食品经营许可", PowerKind.LICENCE),
    ("0200000022", "对未经许可从事食品经营的处罚", PowerKind.PENALTY),
    ("0600000033", "食品安全监督检查", PowerKind.INSPECTION),
)
PROBLEM: dict[str, Any] = {
    CONCLUSION: A_PROBLEM,
    TEXT: "窗口受理后三日内未出具受理通知书。",
    NATURE: "慢作为",
    POST: "受理岗",
    MEASURES: "每日核对受理台账，超时提醒。",
    DEADLINE: date(2026, 7, 31),
    MENDED: "否",
}
COVER: dict[str, Any] = {FILLED_BY: "张三", PHONE: "027-82345678", FILLED_ON: date(2026, 6, 10)}
JUNE, UNIT = "2026-06", "U01"
_LISTS = {ListKind.POWER: PowerList, ListKind.DUTY: DutyList, ListKind.PROCEDURE: ProcedureList}


def contents_of_item(kind: ListKind, at: int) -> tuple[str, dict[str, str]]:
    """Return key and content of an item of a list."""
    code, power, power_kind = POWERS[at]
    match kind:
        case ListKind.POWER:
            basis = "《中华人民共和国食品安全法》（待核原文）"
            said = {"职权类型": power_kind.label, "职权名称": power, "编码": code, "依据": basis, "行使主体": "区某局"}
            return code, said
        case ListKind.DUTY:
            name = f"依法办理{power}"
            return name, {"责任事项": name, "追责情形": "不在法定期限内办结的", "对应职权": power}
        case ListKind.PROCEDURE:
            said = {"环节": "受理", "承办岗位": "受理岗", "时限": "5个工作日", "材料": "申请书", "监督方式": "电子监察"}
            return f"{power}／受理", {**said, "对应职权": power}


def publish_lists(*units: str) -> None:
    """Let units have their three lists."""
    with transaction() as session:
        for unit in units:
            for kind, table in _LISTS.items():
                published = table(
                    unit_code=unit,
                    kind=kind,
                    version=1,
                    published_on=date(2026, 1, 5),
                    loaded_at=now(session),
                    loaded_by="system",
                    sha256=hashlib.sha256(f"{unit}{kind}".encode()).hexdigest(),
                )
                for at in range(ITEMS):
                    key, content = contents_of_item(kind, at)
                    item = ListItem(position=at + 1, key=key, power_kind=POWERS[at][2], content=content)
                    published.items.append(item)
                session.add(published)


def open_june_with_lists(*units: str, **more: Any) -> None:
    """Open the campaign of June 2026; it is the 12th."""
    it_is("2026-06-01")
    publish_lists(*(units or (UNIT,)))
    open_campaign(JUNE, actor=Actor(code="system"), **more)
    it_is("2026-06-12", "10:30")


def issued_to(unit: str = UNIT, period: str = JUNE) -> Issued:
    """Return what a unit's workbook is made of."""
    with transaction() as session:
        campaign = find_campaign(session, period)
        found = session.scalars(
            select(CampaignUnit).where(CampaignUnit.campaign_id == campaign.id, CampaignUnit.unit_code == unit)
        ).one()
        return issued_of(found)


def book_of_items() -> dict[str, list[BookRow]]:
    """Return what is filled in of such lists, without a ledger."""
    return {
        aspect.value: [
            BookRow(
                list=aspect.own_list.value,
                key=contents_of_item(aspect.own_list, at)[0],
                name=contents_of_item(aspect.own_list, at)[1][NAME_COLUMN[aspect]],
                power_kind=POWERS[at][2].value,
                cells=contents_of_item(aspect.own_list, at)[1],
            )
            for at in range(ITEMS)
        ]
        for aspect in Aspect
    }


def typed(*, problems: int = 1, beyond: int = 1, cover: dict[str, Any] = COVER, **said: Any) -> Contents:
    """Return what a unit types in: the first items of each aspect have problems, then some beside the lists."""
    problem = PROBLEM | said
    return Contents(
        cover=cover,
        rows={
            aspect.value: [
                *({"item": at, "cells": problem if at < problems else {CONCLUSION: NO_PROBLEM}} for at in range(ITEMS)),
                *(
                    {"item": None, "cells": {LIST: "权力清单", NAME_COLUMN[aspect]: f"其他事项{at}", **problem}}
                    for at in range(beyond)
                ),
            ]
            for aspect in Aspect
        },
        others=[],
    )


def filled(issued: Issued, contents: Contents | None = None) -> bytes:
    """Return a unit's workbook as it fills it in."""
    return campaign_book(issued, contents or typed())


def edited(content: bytes, *edits: Edit) -> bytes:
    """Open a workbook, do something to it, and save it."""
    book = load_workbook(io.BytesIO(content))
    for edit in edits:
        edit(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def converted(content: bytes, suffix: str, folder: Path, *, of: str = "xlsx") -> bytes:
    """Let LibreOffice open a workbook and save it as another kind; the test is skipped where there is none."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("没有 LibreOffice（soffice），无法由其他程序写出工作簿")
    source = folder / f"from-xlsx.{of}"
    source.write_bytes(content)
    target = folder / "converted"
    profile = f"-env:UserInstallation=file://{folder}/libreoffice"
    command = [office, "--headless", profile, "--convert-to", suffix, "--outdir", str(target), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return next(target.glob("from-xlsx.*")).read_bytes()


def reports_of(unit: str | None = UNIT) -> list[SelfReport]:
    """Return what was recorded of a unit, or of nobody, the newest last; with its problems."""
    with transaction() as session:
        query = select(SelfReport).order_by(SelfReport.precedence).options(selectinload(SelfReport.problems))
        if unit is None:
            return list(session.scalars(query.where(SelfReport.campaign_unit_id.is_(None))))
        return list(session.scalars(query.join(SelfReport.campaign_unit).where(CampaignUnit.unit_code == unit)))


def report_with(receipt: str) -> SelfReport:
    """Return what was recorded under the number of a receipt."""
    with transaction() as session:
        query = select(SelfReport).where(SelfReport.receipt == receipt).options(selectinload(SelfReport.problems))
        return session.scalars(query).one()
