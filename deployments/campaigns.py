"""Keeping self-inspections going while the system is up: opened when they are due, collected, and shown."""

from datetime import UTC, datetime, timedelta

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.states import Scheduled

from deployments.runs import has_ended, has_failed, is_under_way, read_run, rests
from flows.collection import collect_inbox
from tasks.campaign import open_what_is_due
from tasks.campaign_run import ToWake, behind, lead_by

DEPLOYMENT = "三清单自查/campaign"
LOOK_EVERY = 5.0  # seconds
AGAIN_AFTER = timedelta(minutes=1)  # until a run is tried again that failed
GIVEN_UP_AFTER = timedelta(minutes=10)  # a run under way, whose worker must be gone


def keep_campaigns() -> float:
    """Open what is due, take in what lies in the inbox, wake the runs that are behind; return when to look again."""
    open_what_is_due()
    collect_inbox()
    waiting = behind()
    if waiting:
        with get_client(sync_client=True) as client:
            for each in waiting:
                wake(client, each)
    return LOOK_EVERY


def wake(client: SyncPrefectClient, campaign: ToWake) -> None:
    """Have a campaign's run go on; one that has ended, or that Prefect has lost, is followed by another."""
    run = read_run(client, campaign.run_id)
    if run is None or run.state is None or has_ended(run):
        _new_run(client, campaign)
        return
    age = datetime.now(UTC) - run.state.timestamp
    abandoned = is_under_way(run) and age > GIVEN_UP_AFTER
    if rests(run) or (has_failed(run) and age > AGAIN_AFTER) or abandoned:
        client.set_flow_run_state(run.id, Scheduled(name="Resuming"), force=abandoned)


def _new_run(client: SyncPrefectClient, campaign: ToWake) -> None:
    """Make a campaign's next run; made twice for the same epoch, it is the same run."""
    epoch = campaign.epoch + 1
    run = client.create_flow_run_from_deployment(
        client.read_deployment_by_name(DEPLOYMENT).id,
        name=campaign.title,
        parameters={"period": campaign.period},
        idempotency_key=f"campaign:{campaign.period}:{epoch}",
        state=Scheduled(),
        tags=["三清单自查"],
    )
    lead_by(campaign.period, run.id, epoch=epoch)
