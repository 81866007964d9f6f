"""The commands about letters: write one, list the register, declare one void, hand out a template."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deployments.commands.files import make_folder
from deployments.commands.ready import acting, ready_ledger
from deployments.commands.saying import GroupInChinese, InChinese, say, speaks, table
from deployments.commands.typed import one_of, row_id, whole
from models.document import DocumentKind

if TYPE_CHECKING:
    from tasks.document import Target

OUT = Path("out")
of_kind = one_of(DocumentKind)
_KINDS = "、".join(kind.label for kind in DocumentKind)


@click.group(cls=GroupInChinese)
def letter() -> None:
    """公文：制发交办单、督办、催办等文书，查发文登记，作废，取模板。"""


@letter.command(
    "write",
    cls=InChinese,
    help=f"制发一件文书，编文号并登记；已发的给出原件。交办单连同办理答复表。\n\n文书：{_KINDS}。",
)
@click.argument("kind", type=of_kind, metavar="文书")
@click.argument("target", metavar="案件编号|待办编号")
@click.option("--by", required=True, metavar="人员代码", help="经办人；一案一卷为查阅人")
@click.option("--unit", metavar="单位代码", help="交办单交给哪个单位；缺省为责任单位")
@click.option("--message", type=row_id, metavar="来件编号", help="答复函答复哪件来件；缺省为第一件应答复的")
@click.option("--signer", metavar="人员代码", help="签发人（治庸问责办负责人）；缺省留空待签")
@click.option("--draft", is_flag=True, help="只出草稿：不编文号，不登记")
@click.option("--out", type=click.Path(path_type=Path), metavar="文件", help="写到哪里；缺省为 out/")
@speaks
def write(
    kind: DocumentKind,
    target: str,
    by: str,
    unit: str | None,
    message: int | None,
    signer: str | None,
    draft: bool,
    out: Path | None,
) -> dict[str, Any]:
    """Write a letter."""
    from flows.letters import enclosed_workbook, issue_letter
    from reports.sheet_looks import save

    ready_ledger()
    if out is None:
        make_folder(OUT)
    actor = acting(by)
    done = issue_letter(kind, _target(target, unit=unit, message=message), actor=actor, signer=signer, draft=draft)
    name = f"{kind.label}-{done.number or f'{done.case}-草稿'}.docx"
    path = out or OUT / name
    save(path, done.content)
    enclosed = enclosed_workbook(done, actor=actor)
    beside = path.with_name(f"{path.stem}-办理答复表.xlsx")
    if enclosed is not None:
        save(beside, enclosed)
    files = f"{path}，办理答复表已写入 {beside}" if enclosed is not None else f"{path}"
    how = "草稿，未编文号" if not done.number else f"{done.number}{'（此前已发，现为原件）' if done.again else ''}"
    return {
        "file": str(path),
        "workbook": str(beside) if enclosed is not None else None,
        "kind": kind.value,
        "number": done.number or None,
        "case": done.case,
        "again": done.again,
        "sha256": done.sha256,
        "print": lambda: say(f"{kind.label}：{how}，已写入 {files}。"),
    }


@letter.command("list", cls=InChinese)
@click.option("--case", "number", metavar="案件编号", help="只看某一案件")
@click.option("--kind", type=of_kind, metavar="文书", help="只看一种，如 答复函")
@click.option("--year", type=whole(2000, 2100), metavar="年", help="只看某一年")
@speaks
def list_(number: str | None, kind: DocumentKind | None, year: int | None) -> dict[str, Any]:
    """发文登记：文号、文书、案件、日期；作废的也在内。"""
    from tasks.documents_shown import list_documents

    ready_ledger()
    found = list_documents(case=number, kind=kind, year=year)
    rows = [
        (
            each["number"],
            each["title"],
            each["case"] or "",
            each["to"],
            each["dated"],
            each["by"],
            f"作废：{each['void']['reason']}" if each["void"] else "",
        )
        for each in found
    ]
    headings = ("文号", "文书", "案件", "主送", "日期", "经办人", "备注")
    return {"documents": found, "print": lambda: table(headings, rows)}


@letter.command("void", cls=InChinese)
@click.argument("number", metavar="文号")
@click.option("--by", required=True, metavar="人员代码", help="经办人（治庸问责办）")
@click.option("--reason", required=True, metavar="理由", help="为什么作废")
@speaks
def void(number: str, by: str, reason: str) -> dict[str, Any]:
    """作废一件文书；文号不再使用，重发另编新号。"""
    from tasks.document import void_document

    ready_ledger()
    document = void_document(number, actor=acting(by), reason=reason)
    return {"number": document.number, "void": True, "print": lambda: say(f"{document.number}已作废，文号不再使用。")}


@letter.command("template", cls=InChinese)
@click.argument("kind", type=of_kind, metavar="文书")
@click.option("--out", type=click.Path(path_type=Path), metavar="文件", help="写到哪里；缺省为 out/")
@speaks
def template(kind: DocumentKind, out: Path | None) -> dict[str, Any]:
    """取出自带的模板，供修改；改好后放入数据目录的模板文件夹，即代替自带的。"""
    from reports.letter_templates import built_in_template
    from reports.sheet_looks import save
    from settings import settings

    if out is None:
        make_folder(OUT)
    path = out or OUT / f"{kind.value}.docx"
    save(path, built_in_template(kind))
    own = settings().templates / f"{kind.value}.docx"
    return {
        "file": str(path),
        "kind": kind.value,
        "own": str(own),
        "print": lambda: say(f"模板已写入 {path}；改好后放到 {own}，即按它制发。"),
    }


@letter.command("workbook", cls=InChinese)
@click.argument("number", metavar="案件编号")
@click.option("--by", required=True, metavar="人员代码", help="经办人（治庸问责办）")
@click.option("--unit", metavar="单位代码", help="给哪个单位；缺省为责任单位")
@click.option("--out", type=click.Path(path_type=Path), metavar="文件", help="写到哪里；缺省为 out/")
@speaks
def workbook(number: str, by: str, unit: str | None, out: Path | None) -> dict[str, Any]:
    """制作办理答复表：单位待办的每个环节一张工作表，随交办单发出。"""
    from flows.answers import hand_out
    from reports.sheet_looks import save

    ready_ledger()
    if out is None:
        make_folder(OUT)
    case, content = hand_out(number, unit=unit, actor=acting(by))
    path = out or OUT / f"办理答复表-{case}{f'-{unit}' if unit else ''}.xlsx"
    save(path, content)
    return {"file": str(path), "case": case, "print": lambda: say(f"办理答复表已写入 {path}。")}


@click.command(cls=InChinese)
@click.argument("path", type=click.Path(path_type=Path), metavar="文件或文件夹")
@click.option("--by", required=True, metavar="人员代码", help="录入人（治庸问责办）")
@click.option("--out", type=click.Path(path_type=Path), metavar="文件夹", help="回执写到哪里；缺省为 out/")
@speaks
def collect(path: Path, by: str, out: Path | None) -> dict[str, Any]:
    """收取办理答复表：按表办理单位的待办，逐个环节检查；有误的标在单元格里退回，都出具回执。"""
    from flows.answers import collect_answers

    ready_ledger()
    make_folder(out or OUT)
    files = collect_answers(path, actor=acting(by), out=out or OUT)
    rows = [(each["file"], item["title"], item["says"]) for each in files for item in each["items"]]
    rows += [(each["file"], "", each["why"]) for each in files if each["why"]]
    failed = any(not each["accepted"] for each in files)
    return {"files": files, "failed": failed, "print": lambda: table(("文件", "环节", "结果"), rows)}


def _target(typed: str, *, unit: str | None, message: int | None) -> "Target":
    """Read on what a letter is written: a number alone is an assignment's."""
    from tasks.document import Target

    if re.fullmatch(r"\s*[0-9]{1,18}\s*", typed):
        return Target(assignment=int(typed), unit=unit, message=message)
    return Target(case=typed, unit=unit, message=message)
