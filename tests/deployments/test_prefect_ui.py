"""The Prefect UI in a real browser: an administrator finds a waiting case, fills its form and sees it move on."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from deployments.links import overview, waiting_runs
from tests.live import asked, at_rest, come_in, run_of
from tests.office import open_steps
from tests.prefect_forms import refused_acts, tables_with
from tests.running import RunningSystem, until

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or "/usr/bin/chromium"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # the UI asks for hosts that are none of ours
]
PATIENCE = 60_000  # milliseconds

pytestmark = pytest.mark.skipif(
    not os.path.exists(CHROMIUM) and os.environ.get("CI") != "true", reason="没有 Chromium，未测试 Prefect 界面"
)


@pytest.fixture(scope="module")
def browser_page() -> Iterator[Page]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(locale="zh-CN", timezone_id="Asia/Shanghai")
        page.set_default_timeout(PATIENCE)
        yield page
        browser.close()


def open_form(page: Page) -> Locator:
    """Click Resume on a run's page; return the dialog with the form."""
    page.get_by_role("button", name="Open menu").first.click()
    page.get_by_role("menuitem", name="Resume").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("经办人代码").wait_for()
    return dialog


def follow(page: Page, link: Locator, part_of_url: str) -> None:
    """Click a link of a list that may draw itself anew in the meantime, until its page is there."""

    def there() -> bool:
        if part_of_url not in page.url:
            with suppress(PlaywrightTimeout):
                link.click(timeout=2_000)
                page.wait_for_url(f"**{part_of_url}**", timeout=2_000)
        return part_of_url in page.url

    until(there, within=60)


def choose(page: Page, field: Locator, choice: str) -> None:
    """Open a list and take one of its options; the page draws itself anew at times, and closes the list."""
    option = page.get_by_role("option", name=choice, exact=True)

    def chosen() -> bool:
        if field.inner_text().strip() != choice:
            if not option.is_visible():
                field.click()
            with suppress(PlaywrightTimeout):
                option.click(timeout=2_000)
        return field.inner_text().strip() == choice

    until(chosen)


def fill_classification(page: Page, form: Locator, *, unit: str) -> None:
    """Accept the case for a unit, and send the form."""
    form.get_by_label("经办人代码").fill("OFF-01")
    for field, choice in (("处理意见", "受理，交责任单位办理"), ("问题类别", "一般"), ("处置等级", "日常")):
        choose(page, form.get_by_label(f"Select {field}"), choice)
    form.get_by_label("责任单位代码").first.fill(unit)
    form.get_by_label("问题概要").fill("浏览器里填写的问题概要")
    form.get_by_role("button", name="Resume").click()
    form.wait_for(state="hidden")


def test_a_waiting_case_is_found_by_its_number_classified_and_moves_on(
    system: RunningSystem, browser_page: Page
) -> None:
    (number,) = come_in()
    at_rest(system, number)
    page = browser_page
    page.goto(system.ui)
    expect(page).to_have_url(re.compile(f"^{system.ui}/v2/"))
    page.goto(waiting_runs(system.ui))
    page.get_by_label("Search by flow run name").fill(number)
    follow(page, page.get_by_role("link", name=number, exact=True), "/runs/flow-run/")

    form = open_form(page)
    expect(form.get_by_role("heading", name=f"{number} · 分类登记")).to_be_visible()
    expect(form.get_by_text("被反映人不得办理反映本人的问题。")).to_be_visible()
    fill_classification(page, form, unit="U99")
    until(lambda: refused_acts(number))
    at_rest(system, number)
    page.reload()
    form = open_form(page)
    expect(form.get_by_text("上次填写未被接受。填写有误：有单位代码不在册。")).to_be_visible()

    fill_classification(page, form, unit="U01")
    asked(number, "receipt-1")
    at_rest(system, number)
    page.reload()
    for tag in ("调查办理", "区发展和改革局", "一般"):
        expect(page.get_by_text(tag, exact=True).first).to_be_visible()
    page.get_by_role("tab", name="Task Runs").click()
    expect(page.get_by_role("link", name="分类登记（classification）")).to_have_count(1)
    page.get_by_role("tab", name="Artifacts").click()
    expect(page.get_by_text(f"{number} 调查办理，待办：签收").first).to_be_visible()
    assert open_steps(number) == ["receipt-1"]
    assert tables_with(system, "浏览器里填写的问题概要") == []


def test_a_case_that_waits_for_weeks_is_in_the_list_that_up_prints(system: RunningSystem, browser_page: Page) -> None:
    (number,) = come_in()
    at_rest(system, number)
    with system.database("prefect") as connection:
        connection.execute(
            "UPDATE flow_run SET start_time = start_time - interval '40 days',"
            " expected_start_time = expected_start_time - interval '40 days' WHERE id = %s",
            [run_of(system, number).id],
        )
    page = browser_page
    found = page.get_by_role("link", name=number, exact=True)
    page.goto(f"{system.ui}/v2/runs")
    expect(page.get_by_text("Past 7 days")).to_be_visible()
    page.get_by_label("Search by flow run name").fill(number)
    expect(page.get_by_text("No flow runs match your filters")).to_be_visible()
    page.goto(waiting_runs(system.ui))
    expect(page.get_by_text("All time")).to_be_visible()
    page.get_by_label("Search by flow run name").fill(number)
    expect(found).to_be_visible()


def test_the_overview_leads_to_a_waiting_run(system: RunningSystem, browser_page: Page) -> None:
    (number,) = come_in()
    at_rest(system, number)
    page = browser_page
    page.goto(f"{system.ui}/v2/deployments")
    page.get_by_role("link", name="overview").click()
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Quick run").click()

    def drawn() -> bool:
        with system.database("prefect") as connection:
            row = connection.execute(
                "SELECT data #>> '{}' FROM artifact_collection WHERE key = 'office-waiting-1'"
            ).fetchone()
        return row is not None and f"[{number}]" in row[0]

    until(drawn)
    page.goto(overview(system.ui))
    page.locator("main").get_by_role("link", name=re.compile("^[0-9a-f]{8}$")).click()
    expect(page.get_by_role("heading", name="治庸问责办理总览")).to_be_visible()
    page.get_by_role("link", name=re.compile("^待办第 1—")).click()
    page.locator("main").get_by_role("link", name=re.compile("^[0-9a-f]{8}$")).click()
    page.get_by_role("link", name=number, exact=True).click()
    expect(page).to_have_url(re.compile(f"/v2/runs/flow-run/{run_of(system, number).id}"))
    expect(page.get_by_text(number).first).to_be_visible()
