"""What a screen reader is given to say when something arrives or goes wrong.

Read from what changes in live regions; what a screen reader makes of it was not heard.
Where the focus goes is in test_focus.py.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.access.keyboard import focus
from tests.clients.server import ServedHub
from tests.journeys.conftest import CAMILLE, LIVE, SAMIRA, in_shape, open_thread
from tests.journeys.test_two_browsers import NUMBERED, WAITING, say
from tests.looks.barriers import tree

pytestmark = [pytest.mark.browser, pytest.mark.embedded, pytest.mark.access]
# Notes what is added to a live region that is not busy: [role, text, when].
LISTEN = """
window.told = [];
addEventListener("DOMContentLoaded", () => new MutationObserver((changes) => {
  for (const { target, addedNodes } of changes) {
    const at = target.nodeType === 1 ? target : target.parentElement;
    const region = at?.closest("[aria-live], [role=log], [role=status], [role=alert]");
    if (!region || region.ariaLive === "off" || at.closest("[aria-busy=true]")) continue;
    if (region.closest("[hidden], template")) continue;
    const text = [...addedNodes].map((node) => node.textContent).join(" ").replace(/\\s+/g, " ").trim();
    if (text) told.push([region.role, text, performance.now()]);
  }
}).observe(document, { childList: true, characterData: true, subtree: true }));
"""
POST = """async ([thread, texts]) => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  for (const text of texts) {
    const body = JSON.stringify({ id: crypto.randomUUID(), body: text });
    const answer = await fetch(`/api/v1/threads/${thread}/messages`, { method: "POST", body,
      headers: { "Content-Type": "application/json", "X-CSRFToken": token } });
    if (!answer.ok) throw new Error(await answer.text());
  }
}"""
MORE_THAN_A_PAGE = 55
STATUS_MS = 5_000
SIGN_MS = 10_000  # more than a sign of writing lives


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHub]:
    """One for all: each test counts from what it finds."""
    with in_shape(tmp_path_factory.mktemp("hub"), FILE_WORKERS="0") as served:
        yield served


async def listening(browser: Browser, hub: ServedHub, email: str) -> Page:
    page = await open_thread(browser, hub, email)
    await page.add_init_script(LISTEN)
    await page.reload()
    await page.wait_for_selector(LIVE)
    return page


async def told(page: Page, role: str) -> list[str]:
    return [text for by, text, _at in await page.evaluate("told") if by == role]


async def post(page: Page, *texts: str) -> None:
    thread = await page.locator("[data-thread]").get_attribute("data-thread")
    await page.evaluate(POST, [thread, texts])


async def test_a_new_message_is_told_once_and_takes_no_focus(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await listening(browser, hub, SAMIRA)
    camille = await open_thread(browser, hub, CAMILLE)
    await samira.focus("[data-log] [data-slot=permalink]")
    was = await samira.evaluate_handle("document.activeElement")
    await camille.locator("#body").press_sequentially("Une seule fois")
    await camille.press("#body", "Enter")
    await expect(samira.locator(NUMBERED).last).to_have_text("Une seule fois")
    heard = [text for text in await told(samira, "log") if "Une seule fois" in text]
    assert len(heard) == 1
    assert await samira.evaluate("(was) => document.activeElement === was", was)
    assert await focus(camille) == "textarea#body"


async def test_who_writes_and_stops_and_writes_on_is_told_of_once(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await listening(browser, hub, SAMIRA)
    camille = await open_thread(browser, hub, CAMILLE)
    shown = samira.locator("thread-typing [data-shown]")
    for text in ("D’abord", " ensuite"):
        await camille.locator("#body").press_sequentially(text)
        await expect(shown).to_have_text("Camille Moreau écrit…")
        await expect(shown).to_be_empty(timeout=SIGN_MS)
    assert [one for one in await told(samira, "status") if "écrit" in one] == [
        "Camille Moreau écrit…"
    ]


async def test_states_are_told_at_most_every_five_seconds(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await listening(browser, hub, SAMIRA)
    for text in ("Un", "Deux", "Trois", "Quatre"):
        await samira.fill("#body", text)
    await say(samira, "Fin")
    await expect(samira.locator(NUMBERED).last).to_have_text("Fin")
    times = [at for by, _text, at in await samira.evaluate("told") if by == "status"]
    pauses = [after - before for before, after in pairwise(times)]
    assert all(pause >= STATUS_MS for pause in pauses), times


async def test_many_messages_at_once_are_counted_and_not_read_out(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await listening(browser, hub, SAMIRA)
    camille = await open_thread(browser, hub, CAMILLE)
    await samira.context.set_offline(True)
    await samira.evaluate("dispatchEvent(new Event('offline'))")
    await expect(samira.locator("body")).to_have_attribute("data-connection", "off")
    await post(camille, *(f"Salve {number}" for number in range(12)))
    await samira.context.set_offline(False)
    await expect(samira.locator(NUMBERED).last).to_have_text("Salve 11", timeout=30_000)
    assert [one for one in await told(samira, "log") if "Salve" in one] == []
    counted = samira.locator("[data-news-said]")
    await expect(counted).to_have_text("12 nouveaux messages plus bas", timeout=SIGN_MS)


async def test_of_a_quick_burst_the_first_are_read_out_and_the_rest_is_counted(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await listening(browser, hub, SAMIRA)
    camille = await open_thread(browser, hub, CAMILLE)
    await post(camille, *(f"Rafale {number}" for number in range(6)))
    await expect(samira.locator(NUMBERED).last).to_have_text("Rafale 5")
    read = [one for one in await told(samira, "log") if "Rafale" in one]
    assert len(read) <= 3
    await expect(samira.locator("[data-news-said]")).to_contain_text(
        "nouveaux messages", timeout=SIGN_MS
    )


async def test_what_was_there_before_is_not_told(
    hub: ServedHub, browser: Browser
) -> None:
    camille = await open_thread(browser, hub, CAMILLE)
    await post(camille, *(f"Ancien {number}" for number in range(MORE_THAN_A_PAGE)))
    samira = await listening(browser, hub, SAMIRA)
    # Its mark moves on with the newest; then the page begins with the last stretch.
    await samira.keyboard.press("End")
    await expect(samira.locator("#m-1")).not_to_be_attached()
    await samira.evaluate("scrollTo(0, 0)")
    await samira.mouse.wheel(0, -50)
    await expect(samira.locator("#m-1")).to_be_attached()
    assert await told(samira, "log") == []


async def test_a_failure_is_an_alert_told_once(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await listening(browser, hub, SAMIRA)
    await say(samira, "x" * 20_001)
    waiting = samira.locator(WAITING)
    await expect(waiting).to_contain_text("20 001 caractères", use_inner_text=True)
    assert len(await told(samira, "alert")) == 1
    assert await focus(samira) == "textarea#body"
    # Nothing about it again when the line is lost and is back.
    await samira.context.set_offline(True)
    await samira.evaluate("dispatchEvent(new Event('offline'))")
    await samira.context.set_offline(False)
    await samira.wait_for_selector(LIVE)
    assert len(await told(samira, "alert")) == 1


def named(nodes: list[dict[str, Any]], role: str) -> list[str]:
    return [node["name"] for node in nodes if node["role"] == role]


async def test_the_tree_tells_of_a_thread_what_the_page_shows(
    hub: ServedHub, browser: Browser
) -> None:
    """Regions stand there before anything is said in them."""
    page = await open_thread(browser, hub, CAMILLE)
    nodes = await tree(page)
    assert [name for name in named(nodes, "log") if "Échanges de la mesure" in name]
    assert len(named(nodes, "main")) == 1
    [first, *_] = [one for one in nodes if one["role"] == "heading"]
    assert first["level"] == 1
    field = "Votre message à l’espace de rencontre et à votre tribunal"
    assert field in named(nodes, "textbox")
    # Who writes, what came, the connection; what failed.
    assert len(named(nodes, "status")) >= 3
    assert len(named(nodes, "alert")) >= 1
