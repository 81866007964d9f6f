"""The daily seal: the heads of all chains of the journal, chained to the seal of the day before."""

from prefect import flow

from tasks.verify import seal


@flow(name="每日封存", flow_run_name="每日封存")
def seal_the_day() -> None:
    """Seal what was written until the end of yesterday, and what earlier days left unsealed; safe to run again."""
    seal()
