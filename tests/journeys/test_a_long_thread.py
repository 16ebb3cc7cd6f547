"""A long thread: older pages without jumps, corrections, keys, and what a telephone shows.

One served hub and two browsers for all of it: each test begins from the page anew.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, Route, expect

from tests.clients.server import ServedHub
from tests.journeys.conftest import CAMILLE, LIVE, SAMIRA, in_shape, open_thread
from tests.journeys.long_thread import (
    FOOT,
    ITEMS,
    LINE_GOES,
    PAINTED,
    READ_ALL,
    SCROLL_UP,
    TALK,
    at,
    opens_at,
)
from tests.journeys.test_two_browsers import say

pytestmark = [pytest.mark.browser, pytest.mark.embedded, pytest.mark.long_journeys]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHub]:
    with in_shape(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


@pytest.fixture(scope="module")
async def camille(served: ServedHub, chromium_of_all: Browser) -> Page:
    return await open_thread(chromium_of_all, served, CAMILLE)


@pytest.fixture(scope="module")
async def samira(served: ServedHub, chromium_of_all: Browser) -> Page:
    return await open_thread(chromium_of_all, served, SAMIRA)


@pytest.fixture(scope="module")
async def last(camille: Page) -> int:
    """The number of the last of many messages, all of them read."""
    return int(await camille.evaluate(TALK, 120))


@pytest.fixture(autouse=True)
async def anew(camille: Page) -> None:
    await at(camille)
    await camille.wait_for_selector(LIVE)
    await camille.fill("#body", "")  # a draft is kept
    await camille.evaluate("document.activeElement.blur()")


async def test_older_pages_come_without_a_jump_and_end_at_the_first_message(
    last: int, camille: Page
) -> None:
    first = await opens_at(camille, last)
    seen: dict[str, Any] = await camille.evaluate(SCROLL_UP, first)
    assert abs(seen["after"] - seen["before"]) < 1
    assert abs(seen["later"] - seen["before"]) < 1, "the browser corrected it again"
    assert seen["busy"] == "true"
    await expect(camille.locator("[role=log][aria-busy]")).to_have_count(0)

    await camille.evaluate("scrollTo(0, 0)")
    await expect(camille.locator(ITEMS)).to_have_count(last)
    await expect(camille.locator(".older")).to_have_count(0)
    numbers = await camille.locator(ITEMS).evaluate_all(
        "all => all.map((item) => Number(item.dataset.seq))"
    )
    assert numbers == list(range(1, last + 1))
    # Each day and the line of what is new stand once, and the header of each group.
    days = camille.locator(".day")
    keys = await days.evaluate_all("all => all.map((line) => line.dataset.day)")
    assert len(keys) == len(set(keys))
    headers = camille.locator(f"{ITEMS}.msg--own:not(.msg--follows)")
    minutes = await headers.evaluate_all(
        "all => all.map((item) => item.querySelector('time').textContent)"
    )
    assert len(minutes) == len(set(minutes)) < 20


async def test_a_page_that_cannot_be_fetched_leaves_its_link(
    last: int, camille: Page
) -> None:
    await opens_at(camille, last)
    asked: list[str] = []

    async def fail(route: Route) -> None:
        asked.append(route.request.url)
        await route.abort()

    await camille.route("**/*extrait*", fail)
    before = await camille.locator(ITEMS).count()
    async with camille.expect_request("**/*extrait*"):
        await camille.keyboard.press("Home")
    link = camille.get_by_role("link", name="Afficher les messages précédents")
    await expect(link).to_be_visible()
    await expect(camille.locator(ITEMS)).to_have_count(before)
    await camille.unroute("**/*extrait*")
    await link.press("Enter")
    await expect(camille.locator(ITEMS)).to_have_count(before + 50)
    focused = camille.locator(f"{ITEMS}:focus")
    await expect(focused).to_have_count(1)  # what it brought


async def test_the_way_back_to_the_newest_is_there_whenever_they_are_far(
    last: int, camille: Page
) -> None:
    await opens_at(camille, last)
    jump = camille.locator("[data-newer] button")
    await expect(jump).to_be_hidden()
    await camille.evaluate("scrollTo(0, 0)")
    await expect(jump).to_have_text("Aller aux plus récents")
    await jump.press("Enter")
    await expect(camille.locator(ITEMS).last).to_be_in_viewport()
    await expect(camille.locator(ITEMS).last).to_be_focused()
    await expect(jump).to_be_hidden()


async def test_a_link_to_a_message_opens_where_it_is(last: int, camille: Page) -> None:
    await opens_at(camille, last)
    await at(camille, "#m-30")
    await camille.wait_for_url(re.compile(r"\?autour=30#m-30$"))
    await expect(camille.locator("#m-30")).to_be_in_viewport()
    await expect(camille.get_by_text("partie plus ancienne du fil")).to_be_visible()
    await camille.get_by_role("link", name="Afficher les messages suivants").click()
    await expect(camille.locator("#m-56")).to_be_in_viewport()


async def test_a_correction_stands_with_its_original_live_and_after_a_reload(
    samira: Page, camille: Page
) -> None:
    wrong = "La rencontre est le 5.\n\n\nÀ  14:00"
    await camille.fill("#body", wrong)
    await camille.press("#body", "Enter")
    own = camille.locator(f"{ITEMS}.msg--own").last
    await expect(own).to_contain_text("rencontre est le 5")
    first = await own.get_attribute("data-seq")
    second = int(first or 0) + 1
    await camille.fill("#body", "Autre chose, commencée")
    await own.locator("[data-permalink], [data-slot=permalink]").focus()
    await camille.keyboard.press("c")
    await expect(camille.locator("#body")).to_have_value(wrong)
    await expect(camille.locator("#correcting")).to_contain_text(
        f"n°\N{NO-BREAK SPACE}{first}"
    )
    await say(camille, "La rencontre est le 12.")
    await expect(camille.locator("#body")).to_have_value("Autre chose, commencée")
    await expect(camille.locator("#correcting")).to_be_hidden()
    for page in (camille, samira):
        for again in (False, True):
            if again:
                await page.reload()
            original, by = page.locator(f"#m-{first}"), page.locator(f"#m-{second}")
            await expect(original).to_contain_text("rencontre est le 5")
            for item, words, to in (
                (original, "Corrigé par", second),
                (by, "Corrige", first),
            ):
                link = item.locator("p", has_text=words).get_by_role("link")
                await expect(link).to_have_attribute("href", f"#m-{to}")
    await expect(camille.locator(f"#m-{first} [data-correct]")).to_be_hidden()
    await expect(camille.locator(f"#m-{second} [data-correct]")).to_have_count(1)


async def test_keys_move_and_act_except_where_one_writes(
    samira: Page, camille: Page
) -> None:
    await samira.check("[name=needs_ack]")
    await say(samira, "À accuser")
    asked = camille.locator(ITEMS, has_text="À accuser")
    await expect(asked).to_have_count(1)
    await camille.locator("body").click(position={"x": 2, "y": 2})
    press = camille.keyboard.press
    await press("?")
    keys = camille.get_by_role("dialog", name="Raccourcis clavier")
    await expect(keys).to_be_visible()
    await press("Escape")
    await press("n")
    await expect(camille.locator(f"{ITEMS}:focus")).to_have_count(1)
    await press("k")
    before = camille.locator(f"{ITEMS}:focus")
    await expect(before).not_to_have_text("À accuser")
    await press("r")
    await camille.keyboard.type("ajk?")
    await expect(camille.locator("#body")).to_have_value("ajk?")
    await press("Escape")
    await expect(camille.locator(f"{ITEMS}:focus")).to_have_count(1)
    await asked.focus()
    await press("a")
    button = asked.get_by_role("button", name="Accuser réception")
    await expect(button).to_be_focused()
    await expect(button).to_be_in_viewport()
    await press("a")  # goes round: nothing is acknowledged by a key of one letter
    await expect(asked.locator("[data-acknowledged]")).to_have_count(0)
    await button.focus()
    await press("Enter")
    receipt = asked.locator(".receipt")
    await expect(receipt).to_contain_text("Vous avez accusé réception le")
    await expect(receipt).to_be_focused()
    words = await receipt.inner_text()
    await camille.reload()
    await expect(receipt).to_have_text(words.strip(), use_inner_text=True)


async def test_keys_of_one_letter_and_enter_can_be_turned_off(camille: Page) -> None:
    press = camille.keyboard.press
    asked = camille.locator(ITEMS).last
    keys = camille.get_by_role("dialog", name="Raccourcis clavier")
    field, hint = camille.locator("#body"), camille.locator("[data-enter-hint]")
    await expect(field).to_have_accessible_description(re.compile("Entrée envoie"))
    await camille.get_by_role("button", name="Raccourcis clavier").click()
    await keys.get_by_label("Touches d’une lettre").uncheck()
    await keys.get_by_label("Entrée envoie le message").uncheck()
    await expect(hint).to_contain_text("Ctrl")
    await keys.get_by_role("button", name="Fermer").click()
    await camille.reload()
    await asked.focus()
    await press("j")
    await press("?")
    await expect(keys).to_be_hidden()
    await expect(asked).to_be_focused()
    await expect(hint).to_be_visible()
    await field.fill("Première ligne")
    await field.press("Enter")
    await camille.keyboard.type("seconde")
    await field.press("Control+Enter")
    await expect(camille.locator(ITEMS).last).to_contain_text("seconde")
    await expect(camille.locator(ITEMS).last).to_contain_text("Première ligne")


@pytest.mark.parametrize(("width", "height"), [(360, 640), (390, 844)])
async def test_on_a_telephone_the_talk_has_at_least_half_of_the_height(
    last: int, camille: Page, width: int, height: int
) -> None:
    await camille.set_viewport_size({"width": width, "height": height})
    await at(camille)
    await camille.wait_for_selector(LIVE)
    dock = await camille.locator(".dock").bounding_box()
    assert dock
    assert dock["y"] >= height / 2
    assert round(dock["y"] + dock["height"]) == height, "the foot of the page is below"
    top = await camille.locator(".log").bounding_box()
    assert top
    assert top["y"] <= 0, "header and panel are scrolled away on arrival"
    send = camille.locator("[data-send]")
    await expect(send).to_have_text("Envoyer", use_inner_text=True)
    urgent = camille.locator(".choice", has_text="Urgent")
    await expect(urgent).to_be_hidden()
    await camille.focus("#body")
    await expect(urgent).to_be_visible()


async def test_the_end_stays_in_its_place_while_one_writes(
    last: int, camille: Page
) -> None:
    assert last, "there is more than one page"
    await camille.set_viewport_size({"width": 390, "height": 844})
    await at(camille)
    await camille.wait_for_selector(LIVE)
    field, painted = camille.locator("#body"), f"async () => {{ {PAINTED} }}"
    place = await field.bounding_box()
    assert place
    # Playwright's own click would scroll first.
    await camille.mouse.click(place["x"] + 20, place["y"] + 20)
    await expect(field).to_be_focused()
    for words in ("Une ligne", "\nune autre\net une autre"):
        await camille.keyboard.type(words)
        await camille.evaluate(painted)
        assert abs(await camille.evaluate(FOOT)) <= 1
    await field.fill("")
    await field.blur()
    await camille.evaluate(painted)
    assert abs(await camille.evaluate(FOOT)) <= 1


async def test_the_end_stays_in_its_place_when_a_line_below_the_field_goes(
    last: int, camille: Page
) -> None:
    assert last, "there is more than one page"
    await at(camille)  # not yet touched
    await camille.wait_for_selector(LIVE)
    assert abs(await camille.evaluate(LINE_GOES)) <= 1


@pytest.mark.parametrize("where", ["", "#nouveaux"])
async def test_few_new_messages_open_with_the_end_at_the_foot_of_the_window(
    last: int, samira: Page, camille: Page, where: str
) -> None:
    """And none at all as well: the foot of the page shows only to who goes there."""
    assert last, "there is more than one page"
    address = camille.url
    await camille.set_viewport_size({"width": 390, "height": 844})
    await camille.evaluate(READ_ALL)
    await camille.goto("about:blank")
    await say(samira, f"Une nouvelle {where}")
    for new in (1, 0):
        await camille.goto(address.partition("#")[0] + where)
        await camille.wait_for_selector(LIVE)
        await expect(camille.locator("li.unread")).to_have_count(new)
        await expect(camille.locator(ITEMS).last).to_be_in_viewport()
        assert abs(await camille.evaluate(FOOT)) <= 1
        await camille.evaluate(READ_ALL)
        await camille.goto("about:blank")
    await camille.goto(address)


async def test_the_second_skip_link_leads_to_the_answer(camille: Page) -> None:
    await at(camille)
    await camille.keyboard.press("Tab")
    await camille.keyboard.press("Tab")
    skip = camille.get_by_role("link", name="Aller à la réponse")
    await expect(skip).to_be_focused()
    await camille.keyboard.press("Enter")
    await expect(camille.locator("#body")).to_be_focused()


async def test_what_came_while_one_was_away_begins_with_a_line(
    samira: Page, camille: Page
) -> None:
    show = "Object.defineProperty(document, 'hidden', { get: () => %s, configurable: true });"
    tell = "document.dispatchEvent(new Event('visibilitychange'))"
    news = camille.locator(".unread + li")
    for visit in ("Première absence", "Seconde absence"):
        await camille.evaluate(show % "true" + tell)
        await say(samira, visit)
        await say(samira, "et la suite")
        await expect(news).to_contain_text(visit)
        await expect(camille.locator(".unread")).to_have_count(1)
        await camille.evaluate(show % "false" + tell)


async def test_a_standard_answer_goes_to_the_caret_and_is_not_sent(
    camille: Page,
) -> None:
    await camille.set_viewport_size({"width": 1280, "height": 800})
    await at(camille)
    await camille.wait_for_selector(LIVE)
    body, press = camille.locator("#body"), camille.keyboard.press
    menu = camille.locator("standard-answers details")
    messages = await camille.locator(ITEMS).count()
    await body.fill("Avant. Après.")
    for _ in "Après.":
        await press("ArrowLeft")
    await menu.locator("summary").focus()
    await press("Enter")
    await press("Escape")
    await expect(menu).not_to_have_attribute("open", "")
    await expect(menu.locator("summary")).to_be_focused()
    await press("Enter")
    await press("Tab")
    await expect(menu.get_by_role("link").first).to_be_focused()
    await menu.get_by_role("link", name="Bien reçu").press("Enter")
    await expect(body).to_be_focused()
    await expect(body).to_have_value(
        "Avant. Bien reçu, merci. Votre message est porté à la connaissance du "
        "juge.Après."
    )
    await expect(menu).not_to_have_attribute("open", "")
    await press("Control+z")
    await expect(body).to_have_value("Avant. Après.")
    assert await camille.locator(ITEMS).count() == messages

    async def gone(route: Route) -> None:
        await route.fulfill(status=404)

    await camille.route("**/reponse-type?*", gone)
    await menu.locator("summary").click()
    await menu.get_by_role("link", name="Bien reçu").click()
    await expect(menu.get_by_role("alert")).to_contain_text("n’est pas disponible")
    await expect(body).to_have_value("Avant. Après.")
    await camille.unroute("**/reponse-type?*")


async def test_the_record_of_a_long_thread_arrives_whole(camille: Page) -> None:
    """In one compressed stream, whatever the number of pieces."""
    last = await camille.locator(ITEMS).last.get_attribute("data-seq")
    await camille.goto(camille.url.partition("#")[0] + "/dossier")
    entries = camille.locator(".record__entry")
    await expect(entries).to_have_count(int(last or 0))
    await expect(camille.locator(".record__end h2")).to_have_text(
        f"Fin du dossier, n° {last}"
    )
    await expect(camille.get_by_role("button", name="Imprimer")).to_be_visible()
    await expect(camille.get_by_role("contentinfo")).to_be_visible()
    await camille.get_by_label("Au n°").fill("3")
    await camille.get_by_role("button", name="Afficher cet extrait").click()
    await expect(entries).to_have_count(3)
    found = (await Axe().run(camille)).response["violations"]
    assert [one["id"] for one in found] == []
