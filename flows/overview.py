"""The overview of the office in the Prefect UI, drawn every few minutes."""

from prefect import flow

from flows.pictures import draw_office, keep_only_this_run


@flow(name="办理总览", flow_run_name="办理总览", persist_result=False)
def draw_overview() -> None:
    """更新办理总览：未办结案件按类别、责任单位、环节和灯号的数目，全部待办及其运行的链接，停滞的案件。"""
    draw_office()
    keep_only_this_run()
