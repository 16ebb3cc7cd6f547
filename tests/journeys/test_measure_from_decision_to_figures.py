"""The reason of the product, in browsers: from the paper order to the key figures.

A clerk completes a measure, the judge sees ranked centres with reasons and transmits,
the coordinator acknowledges, gives a date, records the first meeting; the figures count
it. Times are printed, never asserted.
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.clients.server import ServedHub
from tests.journeys.conftest import CAMILLE, LIVE, SAMIRA, in_shape, sign_in
from tests.journeys.files import pdf
from tests.journeys.measure_form import PAUL, begin, complete
from tests.servers import Clamd

pytestmark = [pytest.mark.browser, pytest.mark.embedded, pytest.mark.clamd]


@pytest.fixture
def hub(tmp_path: Path, clamd: Clamd) -> Iterator[ServedHub]:
    """One measure is few: here it is published all the same."""
    with in_shape(tmp_path, SMALLEST_COUNT="1", CLAMD_URL=clamd.url) as served:
        yield served


async def copy_order(page: Page, hub: ServedHub, decision: Path) -> str:
    """A clerk's work; returns the measure's reference. The decision as a file is
    checked while the rest is filled in."""
    await begin(page, hub)
    await page.set_input_files("#order_document", decision)
    await expect(page.locator("[data-order-document] [data-file]")).to_have_count(1)
    return await complete(page, "2019-03", "2022-06")


async def choose_and_transmit(page: Page, hub: ServedHub, reference: str) -> None:
    """The judge reads three centres with their reasons and takes Samira's."""
    await page.goto(f"{hub.url}/mesures/{reference}/espace")
    rows = page.locator("ol.todo > li")
    assert await rows.count() >= 3
    for row in await rows.all():
        assert re.search(r"semaines?|pas d’attente", await row.inner_text())
    assert "km" in await rows.first.inner_text()
    await page.locator("ol.todo > li", has_text="44-01").get_by_role("button").click()
    await page.wait_for_url("**/relire")
    await page.wait_for_selector("[data-state=clean]")
    await page.get_by_role("button", name="Transmettre").click()
    await page.wait_for_url("**/fils/**")
    await page.wait_for_selector(LIVE)


async def take_up(page: Page, hub: ServedHub, reference: str) -> None:
    """Acknowledge, give a date, record a contact and the first meeting."""
    today = await page.evaluate("new Date().toLocaleDateString('sv-SE')")
    await page.goto(f"{hub.url}/bureau")
    line = page.locator("tr", has_text=reference)
    await line.get_by_role("button", name="Accuser réception").click()
    await line.get_by_role("link", name="Accepter").click()
    await page.fill("#id_expected_on", today)
    await page.locator("main form .button--primary").click()
    await page.goto(f"{hub.url}/mesures/{reference}/actes/etape")
    await page.select_option("#id_kind", "interview_visiting")
    await page.fill("#id_on", today)
    await page.locator("main form .button--primary").click()
    await page.goto(f"{hub.url}/mesures/{reference}/actes/premiere-rencontre")
    await page.fill("#id_on", today)
    await page.locator("main form .button--primary").click()
    await page.wait_for_url(re.compile(rf"/mesures/{reference}\?fait="))


async def test_a_family_waits_no_longer_than_the_hub_can_help(
    hub: ServedHub, browser: Browser, tmp_path: Path
) -> None:
    paul = await sign_in(browser, hub, PAUL)
    began = time.monotonic()
    reference = await copy_order(paul, hub, pdf(tmp_path))
    print(f"\na clerk's form: {time.monotonic() - began:.1f} s of a browser's clicks")
    camille = await sign_in(browser, hub, CAMILLE)
    await choose_and_transmit(camille, hub, reference)
    samira = await sign_in(browser, hub, SAMIRA)
    await take_up(samira, hub, reference)
    # The judge's page followed live, without a reload.
    panel = camille.locator(".context .badge").first
    await expect(panel).to_have_text("En cours")
    await expect(camille.locator("[data-log] .event").last).to_contain_text(
        "Première rencontre"
    )
    hub.manage("figures")  # what `serve` does every hour
    figures = await browser.new_page(locale="fr-FR")
    await figures.goto(f"{hub.url}/chiffres-cles")
    assert "fictif" in (await figures.content()).lower()
    published = await (await figures.goto(f"{hub.url}/chiffres-cles.json")).json()  # type: ignore[union-attr]
    found = {one["key"]: one for one in published["indicators"]}
    assert found["measures_transmitted"]["value"] == 3  # two of the demonstration
    started = [month for month in published["take_up_by_month"] if month["n"]]
    assert [month["n"] for month in started] == [1]


async def test_at_telephone_size_a_coordinator_acts_without_a_script(
    hub: ServedHub, browser: Browser
) -> None:
    page = await sign_in(browser, hub, SAMIRA, javascript=False, width=360)
    await page.goto(f"{hub.url}/bureau")
    first = page.get_by_role("button", name="Accuser réception").first
    box = await first.bounding_box()
    assert box
    assert box["height"] >= 44  # a thumb's size (WCAG 2.5.5)
    await first.click()
    await expect(page.get_by_role("link", name="Accepter")).to_have_count(1)
