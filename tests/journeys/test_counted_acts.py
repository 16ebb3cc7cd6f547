"""Clicks and keys, counted: docs/usability.md says how many, these journeys do them.

Belongs here: acts that begin on the home page. What is typed into a field is one act.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.clients.server import ServedHub
from tests.journeys.conftest import (
    CAMILLE,
    LIVE,
    SAMIRA,
    in_shape,
    open_thread,
    sign_in,
)
from tests.journeys.files import pdf

pytestmark = [pytest.mark.browser, pytest.mark.embedded, pytest.mark.long_journeys]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "usability.md"
ROW = re.compile(r"^\| `([a-z-]+)` \| [^|]+ \| (\d+) \| (\d+) \|", re.M)
SAID = {name: (int(most), int(n)) for name, most, n in ROW.findall(PAGE.read_text())}
PAUL = "paul.petit@justice.demo.invalid"
OLD = (
    "from datetime import timedelta; from django.utils import timezone;"
    "from hub.models import WaitingDeclaration as W;"
    "W.objects.update(declared_at=timezone.now() - timedelta(days=40), weeks=7)"
)


class Hand:
    """Somebody at a page: every click, key, choice and field is counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.acts = 0

    async def click(self, what: Locator) -> None:
        self.acts += 1
        await what.click()

    async def press(self, key: str) -> None:
        self.acts += 1
        await self.page.keyboard.press(key)

    async def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.acts += 1
            await self.page.fill(f"#{name.replace('__', '-')}", value)

    async def choose(self, **fields: str) -> None:
        for name, value in fields.items():
            self.acts += 1
            place = f"#{name.replace('__', '-')}"
            await self.page.select_option(place, value)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("main").get_by_role("button", name=name).first

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("main").get_by_role("link", name=name).first

    def done(self, name: str) -> None:
        most, counted = SAID[name]
        assert self.acts == counted <= most, (name, self.acts)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHub]:
    """One for all: each journey takes other rows of the page."""
    folder = tmp_path_factory.mktemp("hub")
    with in_shape(folder, SCANNER="none") as served:
        served.manage("shell", "-c", OLD)
        yield served


async def test_a_judge_acknowledges_and_answers_what_waits(
    hub: ServedHub, browser: Browser
) -> None:
    page = await sign_in(browser, hub, CAMILLE)
    hand = Hand(page)
    await hand.click(hand.link("Répondre"))
    await expect(page.locator("#body")).to_be_focused()
    await page.keyboard.type("Oui, dès la première rencontre.")
    await hand.press("Enter")
    last = page.locator("[data-log] .msg[data-seq] .said").last
    await expect(last).to_have_text("Oui, dès la première rencontre.")
    hand.done("answer")
    turn = page.locator("[data-turn]")
    await expect(turn).to_be_hidden()  # live: an answer puts nobody in debt
    await page.reload()
    await expect(turn).to_be_hidden()
    await page.goto(hub.url)
    hand = Hand(page)
    await hand.click(hand.link("Lire et accuser réception"))
    await hand.click(hand.button("Accuser réception"))
    await expect(page.locator("[data-acknowledged]")).to_have_count(1)
    hand.done("acknowledge-message")
    await page.goto(hub.url)
    await expect(page.locator("h1")).to_contain_text("Rien à faire")


async def test_the_number_follows_what_happens_and_a_lost_line_shows(
    hub: ServedHub, browser: Browser
) -> None:
    camille = await sign_in(browser, hub, CAMILLE)
    await camille.wait_for_selector(LIVE)
    await expect(camille.locator("[data-count]")).to_be_hidden()
    samira = await open_thread(browser, hub, SAMIRA)
    await samira.fill("#body", "Une question encore : qui accompagne l’enfant ?")
    await samira.keyboard.press("Enter")
    await expect(camille.locator("[data-number]")).to_have_text("1")
    await expect(camille).to_have_title("(1) Ce qui vous attend · Hub des mesures")
    icon = camille.locator("link[rel=icon]")
    await expect(icon).to_have_attribute("href", re.compile("icon-1.svg$"))
    await expect(camille.locator("h1")).to_have_text("1 mesure vous attend")
    await camille.context.set_offline(True)
    await expect(camille.locator("[data-connection-line]")).to_contain_text(
        "Hors ligne"
    )


async def test_a_coordinator_acknowledges_and_keeps_the_waiting_time_true(
    hub: ServedHub, browser: Browser
) -> None:
    page = await sign_in(browser, hub, SAMIRA)
    await expect(page.locator("[data-number]")).to_have_text("3")
    hand = Hand(page)
    await hand.click(hand.button("Confirmer : 7 semaines"))
    await expect(page.locator("[data-number]")).to_have_text("2")
    hand.done("confirm-waiting")
    hand = Hand(page)
    await hand.click(hand.link("Modifier"))
    await page.wait_for_selector("input[name$=weeks]:focus")  # the page brings it
    await page.keyboard.press(
        "Control+A"
    )  # with the mouse: a double click; not counted
    await page.keyboard.type("9")
    await hand.press("Enter")
    await page.wait_for_url(f"{hub.url}/?fait=d*")
    await expect(page.get_by_role("status").first).to_contain_text("délai d’attente")
    await expect(page.get_by_role("main")).to_contain_text("9 semaines")
    hand.done("change-waiting")
    hand = Hand(page)
    await hand.click(hand.link("Lire et accuser réception"))
    await hand.click(hand.button("Accuser réception"))
    said = page.locator("[data-recorded]")
    await expect(said).to_contain_text(re.compile(r"réception accusée à \d\d:\d\d"))
    await expect(said).to_be_focused()
    hand.done("acknowledge-measure")


async def test_a_clerk_completes_and_transmits_a_measure(
    hub: ServedHub, browser: Browser, tmp_path: Path
) -> None:
    page = await sign_in(browser, hub, PAUL)
    hand = Hand(page)
    await hand.click(hand.link("Nouvelle mesure"))
    await page.wait_for_url("**/mesures/nouvelle")
    hand.acts += 1
    await page.select_option("#judge", label="Camille Moreau")
    await hand.click(page.locator("main .button--primary"))
    await page.wait_for_url("**/completer/decision")
    hand.acts += 1
    await page.set_input_files("#order_document", pdf(tmp_path))
    await expect(page.locator("[data-order-document] [data-file]")).to_have_count(1)
    await hand.choose(decision_kind="jugement")
    await hand.fill(decided_on="19/11/2026")
    await hand.click(hand.button("Continuer"))
    await page.wait_for_url("**/completer/famille")
    await hand.fill(child__1__birth="2019-03")
    await hand.choose(visiting__relation="parent", hosting__relation="parent")
    await hand.click(hand.button("Continuer"))
    await page.wait_for_url("**/completer/modalites")
    await hand.click(page.locator("input[name=nature][value=visit]"))
    await hand.choose(exits="allowed", periodicity_unit="month")
    await hand.fill(periodicity_count="2", visit_minutes="120", duration_months="6")
    await hand.click(page.locator("input[name=duration_starts][value=first_visit]"))
    await hand.choose(contact_initiative="both_parents")
    await hand.click(hand.button("Continuer"))
    await page.wait_for_url("**/espace")
    await hand.click(page.locator("ol.todo > li").get_by_role("button").first)
    await page.wait_for_url("**/relire")
    await hand.click(hand.button("Transmettre"))
    await page.wait_for_url("**/fils/**")
    hand.done("complete-measure")
