"""三 整合区内各类问题信息渠道: taking in a hotline's file, started by an administrator or a schedule of his."""

from pathlib import Path

from prefect import flow

from models.journal import SYSTEM
from tasks.intake import take_in


@flow(name="来件登记", flow_run_name="来件登记 {channel}", persist_result=False)
def take_in_file(file: str, channel: str) -> dict[str, int]:
    """登记一个文件的来件。file 为本机上的文件；channel 为渠道代码，如 DISTRICT_HEAD_LINE。

    Returns the counts; the rejected rows are in a workbook beside the file. Raises BadFile, RegistryEmpty,
    UnknownChannel, which name rows and columns and quote nothing.
    """
    taken = take_in(Path(file), channel=channel, actor=SYSTEM)
    return {
        "rows": taken.rows,
        "registered": taken.registered,
        "already_known": taken.already_known,
        "rejected": taken.rejected,
        "similar": taken.similar,
    }
