"""The main figures of a periodic report as a page for Prefect: numbers, no text of anybody's and no name but units'."""

from pathlib import Path

from models.clock import SHANGHAI
from reports.figure_markdown import markdown_table
from reports.periodic_keys import KEYS
from reports.periodic_rates import PHRASES, RATES
from reports.periodic_summary import Summary
from reports.report import long_date
from reports.shelf import link_to

FIRST_UNITS = 10


def periodic_markdown(summary: Summary, file: Path) -> str:
    """Return the page; file: where the workbook lies."""
    now, before, than = summary.now, summary.before, summary.kind.before
    as_of = summary.as_of.astimezone(SHANGHAI)
    figures = markdown_table(
        ["指标", "本期", than],
        ([f"　{key.label}" if key.part else key.label, key.count(now), key.count(before)] for key in KEYS),
    )
    rates = markdown_table(
        ["比率", "本期", "n", than],
        (
            [rate.title, counted.in_words, counted.n, rate.of(before).in_words]
            for rate in (*RATES, *PHRASES)
            for counted in [rate.of(now)]
        ),
    )
    parts = [
        f"# {summary.title}",
        f"统计范围：{summary.range}。数据截至 {long_date(as_of.date())} {as_of:%H:%M}。",
        f"工作簿：{link_to(file)}",
        "## 工作量",
        figures,
        "## 比率",
        rates,
        "n=0 的记“—”，n<3 的记“样本不足”；算式见工作簿。比率均为默认，非文件规定。",
    ]
    ranked = [line for line in summary.ranking if line.place is not None][:FIRST_UNITS]
    if ranked:
        rows = ([line.place, line.unit, f"{line.score:.1f}"] for line in ranked)
        parts += ["## 单位排名（前十）", markdown_table(["名次", "单位", "综合得分"], rows)]
    return "\n\n".join(parts) + "\n"
