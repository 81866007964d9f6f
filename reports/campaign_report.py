"""The report on a self-inspection, written: a workbook, and a document for the leaders."""

from pathlib import Path
from typing import TypedDict

from models.clock import SHANGHAI
from models.database import transaction
from reports.campaign_letter import write_campaign_letter
from reports.campaign_summary import Summary, summary_of
from reports.campaign_workbook import write_campaign_workbook


class Written(TypedDict):
    """What was written, how many problems it lists, and which ledger it shows (as_of in Shanghai's time)."""

    campaign: str
    files: list[str]
    problems: int
    as_of: str
    ledger_head: str


def write_campaign_report(period: str, folder: Path) -> Written:
    """Write both files on the campaign with this period, which there is, into a folder. Raises BadFile."""
    summary = read_summary(period)
    as_of = summary.as_of.astimezone(SHANGHAI)
    name = f"{summary.now.campaign.half_year}三清单自查"
    workbook, letter = folder / f"{name}汇总表-{as_of:%Y%m%d}.xlsx", folder / f"{name}情况报告-{as_of:%Y%m%d}.docx"
    problems = write_campaign_workbook(summary, workbook)
    write_campaign_letter(summary, letter)
    return {
        "campaign": period,
        "files": [str(workbook), str(letter)],
        "problems": problems,
        "as_of": as_of.isoformat(),
        "ledger_head": summary.ledger_head,
    }


def read_summary(period: str) -> Summary:
    """Read all that is to be said of a campaign, as it is at one moment, whatever others do meanwhile."""
    with transaction() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
        return summary_of(session, period)
