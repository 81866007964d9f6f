"""反馈公示表 (policy 四(三) 网上公示): the redacted texts that were approved for publication, and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models.case import Case
from models.records import Feedback
from models.words import Reply, Role
from reports.case_columns import POSITION
from reports.case_file import CaseFile, CaseFiles, counts, in_chunks
from reports.narrowed import of_scope, on_days
from reports.report import ALL_ROWS, USUAL, Column, Paper, Report, Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """One approved text of a case; who asked more than once is answered by one text."""

    position: int
    file: CaseFile
    text: str
    told_on: date
    url: str


def read_published(session: Session, scope: Scope) -> Iterator[Published]:
    """Yield the lines in the order in which the texts were approved."""
    files = CaseFiles(session, scope)
    position = 0
    for chunk in in_chunks(session, _published(scope)):
        file_of = files.of(case for case, *_ in chunk)
        for case, text, told_on, url in chunk:
            position += 1
            yield Published(position=position, file=file_of[case.id], text=text, told_on=told_on, url=url)


def _published(scope: Scope) -> Select[Any, Any, Any, Any]:
    """Select the texts of the approvals that count."""
    approved = (
        select(
            Feedback.case_id,
            Feedback.answer_id,
            func.min(Feedback.text).label("text"),
            func.min(Feedback.told_on).label("told_on"),
            func.min(Feedback.proof).label("url"),
        )
        .where(
            Feedback.reply == Reply.ONLINE,
            Feedback.told_on.is_not(None),
            counts(Feedback.answer_id),
            *on_days(scope, Feedback.told_on),
        )
        .group_by(Feedback.case_id, Feedback.answer_id)
        .subquery()
    )
    return (
        select(Case, approved.c.text, approved.c.told_on, approved.c.url)
        .join(approved, approved.c.case_id == Case.id)
        .where(*of_scope(scope))
        .order_by(approved.c.told_on, approved.c.answer_id)
    )


PUBLICATION_SHEET = Report(
    name="publication-sheet",
    title="反馈公示表",
    about="经审批公示的脱敏办理结果，不含未经审批的任何内容，一份公示文本一行",
    paper=Paper.A4,
    parameters=USUAL,
    dated_by="公示日期",
    frozen=2,
    also_for=tuple(Role),
    rows=read_published,
    columns=(
        POSITION,
        Column(heading="编号", width=20, value=lambda each: each.file.case.number, total=ALL_ROWS),
        Column(heading="反映渠道", width=14, value=lambda each: each.file.channels()),
        Column(heading="责任单位", width=16, value=lambda each: each.file.unit()),
        Column(heading="办理结果", width=56, value=lambda each: each.file.masked(each.text), prose=True),
        Column(heading="公示日期", width=11, value=lambda each: each.told_on),
        Column(heading="公示网址", width=20, value=lambda each: each.file.masked(each.url), prose=True),
    ),
)
