"""What administrators see in Prefect besides runs: a page for each case, and those of the whole office."""

import json
from uuid import UUID

from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate
from prefect.client.schemas.filters import (
    ArtifactCollectionFilter,
    ArtifactCollectionFilterKey,
    FlowFilter,
    FlowFilterId,
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import ArtifactCollection, StateType

from flows.this_run import this_run
from reports.campaign_markdown import campaign_markdown
from reports.campaign_report import read_summary
from tasks.campaign_run import progress
from tasks.case_page import case_page
from tasks.office_page import Page, list_key, office_pages


def draw_case(number: str) -> None:
    """Publish a case's page: its path so far, and who must act by when. The older ones stay below it."""
    key, title, markdown = case_page(number)
    create_markdown_artifact(key=key, markdown=markdown, description=title)


def draw_office() -> None:
    """Publish the office's pages, each in the place of the last; one that is not needed any more says so."""
    pages = office_pages()
    with get_client(sync_client=True) as client:
        for page in pages:
            _draw(client, page, in_place_of=_drawn(client, page.key))
        number = len(pages)
        while old := _drawn(client, list_key(number)):
            _draw(client, Page(key=old.key, title="本页已无待办", markdown="本页已无待办。"), in_place_of=old)
            number += 1


def draw_page(page: Page) -> None:
    """Publish a page of its own in the place of the last."""
    with get_client(sync_client=True) as client:
        _draw(client, page, in_place_of=_drawn(client, page.key))


def draw_campaign(period: str) -> bool:
    """Publish how far a self-inspection is: bar, table of its units, what was found; return whether it is closed."""
    now, report = progress(period), campaign_markdown(read_summary(period))
    key, run = f"campaign-{period}", this_run().id
    share, units = f"{now.title}：已收讫单位占应报单位的百分比", f"{now.title}　{now.summary}"
    with get_client(sync_client=True) as client:
        _draw_on_run(client, run, f"{key}-progress", "progress", now.done, share)
        _draw_on_run(client, run, f"{key}-report", "markdown", report, f"{now.title}汇总")
        _draw_on_run(client, run, key, "table", json.dumps(now.rows, ensure_ascii=False), units)
    return now.closed


def keep_only_this_run() -> None:
    """Take the earlier runs of this flow that came to their end out of Prefect: its list of runs is for cases."""
    run = this_run()
    ended = FlowRunFilter(
        id=FlowRunFilterId(not_any_=[run.id]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.COMPLETED])),
    )
    flow = FlowFilter(id=FlowFilterId(any_=[run.flow_id]))
    with get_client(sync_client=True) as client:
        for run in client.read_flow_runs(flow_filter=flow, flow_run_filter=ended):
            client.delete_flow_run(run.id)


def _drawn(client: SyncPrefectClient, key: str) -> ArtifactCollection | None:
    filter = ArtifactCollectionFilter(key=ArtifactCollectionFilterKey(any_=[key]))
    return next(iter(client.read_latest_artifacts(artifact_filter=filter)), None)


def _draw(client: SyncPrefectClient, page: Page, *, in_place_of: ArtifactCollection | None) -> None:
    """Publish a page; the place is known."""
    _put(client, page.key, "markdown", page.markdown, page.title, in_place_of=in_place_of)


def _draw_on_run(client: SyncPrefectClient, run: UUID, key: str, kind: str, data: str | float, title: str) -> None:
    """Publish something with a run, in the place of what was there."""
    _put(client, key, kind, data, title, in_place_of=_drawn(client, key), run=run)


def _put(
    client: SyncPrefectClient,
    key: str,
    kind: str,
    data: str | float,
    title: str,
    *,
    in_place_of: ArtifactCollection | None,
    run: UUID | None = None,
) -> None:
    """Prefect keeps every artifact, and these are drawn every few minutes: so the one there is gets the new text.

    run: the run on whose page it stands; what another run left is not its own.
    """
    if in_place_of is None or in_place_of.flow_run_id != run:
        client.create_artifact(ArtifactCreate(key=key, type=kind, data=data, description=title, flow_run_id=run))
    elif (in_place_of.data, in_place_of.description) != (data, title):
        client.update_artifact(in_place_of.latest_id, ArtifactUpdate(data=data, description=title))
