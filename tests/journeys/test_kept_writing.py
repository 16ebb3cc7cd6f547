"""What is typed and what waits to leave outlive the page, the tab and the line.

The short form of being offline runs with all tests; `make offline` waits five minutes.
"""

import asyncio
import json
import os
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, Page, StorageState, WebSocketRoute, expect

from tests.clients.server import ServedHub
from tests.journeys.conftest import (
    CAMILLE,
    LIVE,
    SAMIRA,
    in_shape,
    open_thread,
    sign_in,
)
from tests.journeys.test_two_browsers import NUMBERED, WAITING, say, texts

pytestmark = [pytest.mark.browser, pytest.mark.embedded]

LINES = ["Hors ligne, un", "Hors ligne, deux", "Hors ligne, trois"]
SAID = "[data-draft-said]"
OFFLINE_SECONDS = float(os.environ.get("OFFLINE_SECONDS", "0"))
NO_STORAGE = """Object.defineProperty(window, 'sessionStorage', {
    get() { throw new DOMException('refused', 'SecurityError'); } })"""
KEPT = "Object.keys(localStorage).filter((key) => key.startsWith('outbox:')).length"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHub]:
    """One for the whole file: each test has browsers and words of its own."""
    with in_shape(tmp_path_factory.mktemp("hub")) as served:
        yield served


signed_in: dict[tuple[str, str], tuple[StorageState, str]] = {}


async def opened(browser: Browser, hub: ServedHub, email: str) -> Page:
    """A browser of its own in which the person sees the thread; signed in only once."""
    if (hub.url, email) not in signed_in:
        first = await open_thread(browser, hub, email)
        state = await first.context.storage_state()
        signed_in[hub.url, email] = StorageState(cookies=state["cookies"]), first.url
        await first.context.close()
    state, where = signed_in[hub.url, email]
    context = await browser.new_context(locale="fr-FR", storage_state=state)
    page = await context.new_page()
    await page.goto(where)
    await page.wait_for_selector(LIVE)
    return page


async def go_offline(page: Page) -> None:
    await page.context.set_offline(True)
    await page.evaluate("dispatchEvent(new Event('offline'))")
    await expect(page.locator("body")).not_to_have_attribute("data-connection", "live")


async def mute(page: Page) -> None:
    """From its next load on, nothing that is posted reaches the server."""

    def swallow(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def pass_on(frame: str | bytes) -> None:
            if json.loads(frame)["type"] != "post":
                server.send(frame)

        route.on_message(pass_on)

    await page.route_web_socket("**/ws/", swallow)


async def test_three_messages_typed_offline_outlive_the_page_and_are_sent_once(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await opened(browser, hub, SAMIRA)
    where, context = samira.url, samira.context
    before = await texts(samira)
    await go_offline(samira)
    for line in LINES:
        await say(samira, line)
    await asyncio.sleep(OFFLINE_SECONDS)
    await expect(samira.locator(WAITING)).to_have_count(3)
    await samira.close()
    await context.set_offline(False)
    # They are shown as waiting, in their order, for as long as nothing leaves.
    held = await context.new_page()
    await mute(held)
    await held.goto(where)
    await held.wait_for_selector(LIVE)
    await expect(held.locator(f"{WAITING} [data-slot=body]")).to_have_text(LINES)
    await held.close()
    # Two tabs at once send the same ids: the record has each message once.
    tabs = [await context.new_page() for _ in range(2)]
    await asyncio.gather(*(tab.goto(where) for tab in tabs))
    for tab in tabs:
        await expect(tab.locator(WAITING)).to_have_count(0, timeout=20_000)
        await expect(tab.locator(NUMBERED)).to_have_count(len(before) + 3)
        assert (await texts(tab))[-3:] == LINES
    assert await tabs[0].evaluate(KEPT) == 0
    camille = await opened(browser, hub, CAMILLE)
    assert (await texts(camille))[-3:] == LINES


@pytest.mark.long_journeys
async def test_what_is_older_than_a_day_asks_before_it_leaves(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await opened(browser, hub, SAMIRA)
    before = await texts(samira)
    await mute(samira)
    await samira.reload()
    await samira.wait_for_selector(LIVE)
    await say(samira, "Écrit avant-hier")
    await expect(samira.locator(WAITING)).to_have_count(1)
    await samira.evaluate("""() => {
        const key = Object.keys(localStorage).find((key) => key.startsWith('outbox:'));
        const entry = JSON.parse(localStorage.getItem(key));
        entry.at -= 2 * 24 * 3600 * 1000;
        localStorage.setItem(key, JSON.stringify(entry)); }""")
    later = await samira.context.new_page()
    await later.goto(samira.url)
    await samira.close()
    await later.wait_for_selector(LIVE)
    waiting = later.locator(WAITING)
    await expect(waiting).to_contain_text("L’envoyer maintenant", use_inner_text=True)
    assert await texts(later) == before
    await waiting.get_by_role("button", name="Réessayer").click()
    await expect(waiting).to_have_count(0)
    assert (await texts(later))[-1] == "Écrit avant-hier"


@pytest.mark.long_journeys
async def test_a_draft_follows_its_author_and_two_texts_are_told_apart(
    hub: ServedHub, browser: Browser
) -> None:
    office = await opened(browser, hub, CAMILLE)
    await office.fill("#body", "Commencé au bureau")
    await expect(office.locator(SAID)).to_contain_text("Brouillon enregistré")
    home = await opened(browser, hub, CAMILLE)
    await expect(home.locator("#body")).to_have_value("Commencé au bureau")
    await home.fill("#body", "Continué à la maison")
    await expect(home.locator(SAID)).to_contain_text("Brouillon enregistré")
    await office.fill("#body", "Commencé au bureau, puis oublié")
    newer = office.locator("[data-draft-newer]")
    await expect(newer).to_be_visible()
    await expect(office.locator("#body")).to_have_value(
        "Commencé au bureau, puis oublié"
    )
    await newer.get_by_role("button", name="Prendre l’autre texte").click()
    await expect(office.locator("#body")).to_have_value("Continué à la maison")
    length = office.locator("[data-length]")
    await office.fill("#body", "x" * 10_012)
    await expect(length).to_contain_text("en trop", use_inner_text=True)
    await expect(length).to_contain_text("12")
    await office.fill("#body", "Continué à la maison")
    await expect(length).to_be_empty()
    # Sent from one page, it is no draft on the other any more.
    await office.press("#body", "Enter")
    await expect(office.locator(NUMBERED).last).to_have_text("Continué à la maison")
    await expect(home.locator("#body")).to_have_value("")
    await home.reload()
    await expect(home.locator("#body")).to_have_value("")
    samira = await opened(browser, hub, SAMIRA)
    await expect(samira.locator("#body")).to_have_value("")


@pytest.mark.long_journeys
async def test_the_end_of_a_session_is_announced_and_can_be_put_off(
    hub: ServedHub, browser: Browser
) -> None:
    page = await opened(browser, hub, CAMILLE)
    await page.clock.install()
    await page.goto(hub.url)
    warning = page.get_by_role("alert").locator("[data-session-warning]")
    await expect(warning).to_be_hidden()
    await page.clock.fast_forward("24:00")
    await expect(warning).to_be_hidden()
    await page.clock.fast_forward("01:30")
    await expect(warning).to_contain_text("Votre session se termine à")
    await expect(warning).to_be_visible()
    await warning.get_by_role("button", name="Rester connecté").press("Enter")
    await expect(warning).to_be_hidden()
    await expect(page.locator("#contenu")).to_be_focused()
    # Who is busy is not asked: that keeps the session by itself.
    await page.clock.fast_forward("20:00")
    async with page.expect_response("**/sessions/prolongation"):
        await page.keyboard.press("Shift")
        await page.clock.fast_forward("00:11")
    await page.clock.fast_forward("24:00")
    await expect(warning).to_be_hidden()
    await page.clock.fast_forward("07:00")
    over = page.get_by_role("alert").locator("[data-session-over]")
    await expect(over.get_by_role("link", name="Se reconnecter")).to_be_visible()


@pytest.mark.long_journeys
async def test_signing_out_asks_before_it_deletes_what_waits(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await sign_in(browser, hub, SAMIRA)  # a session of her own: it ends here
    _state, where = signed_in[hub.url, SAMIRA]
    await mute(samira)
    await samira.goto(where)
    await samira.wait_for_selector(LIVE)
    await say(samira, "Pas encore parti")
    await expect(samira.locator(WAITING)).to_have_count(1)
    other = await samira.context.new_page()
    await other.goto(hub.url)
    leave = other.locator("header [data-sign-out] button")
    question = other.get_by_role("dialog")
    await leave.click()
    await expect(question).to_contain_text("en attente dans ce navigateur")
    await expect(question.get_by_role("button").first).to_be_focused()
    await other.keyboard.press("Enter")
    await expect(question).to_be_hidden()
    assert await other.evaluate(KEPT) == 1
    await leave.click()
    await question.get_by_role("button", name="Les effacer").click()
    await other.wait_for_url("**/connexion")
    assert await other.evaluate(KEPT) == 0
    await expect(samira.locator(WAITING)).to_have_count(0)


async def test_nobody_else_finds_what_waits_in_a_browser(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await opened(browser, hub, SAMIRA)
    await mute(samira)
    await samira.reload()
    await samira.wait_for_selector(LIVE)
    await say(samira, "Rien que pour moi")
    await expect(samira.locator(WAITING)).to_have_count(1)
    assert await samira.evaluate(KEPT) == 1
    await opened(browser, hub, CAMILLE)
    state, where = signed_in[hub.url, CAMILLE]
    await samira.context.add_cookies(state["cookies"])  # type: ignore[arg-type]
    camille = await samira.context.new_page()
    await camille.goto(where)
    await camille.wait_for_selector(LIVE)
    await expect(camille.locator(WAITING)).to_have_count(0)
    assert await camille.evaluate(KEPT) == 0
    assert "Rien que pour moi" not in await texts(camille)


@pytest.mark.long_journeys
async def test_marks_and_a_text_put_aside_belong_to_one_message(
    hub: ServedHub, browser: Browser
) -> None:
    camille = await opened(browser, hub, CAMILLE)
    asks = camille.locator("[name=needs_ack]")
    await camille.fill("#body", "Merci d’accuser réception")
    await asks.check()
    await expect(camille.locator(SAID)).to_contain_text("Brouillon enregistré")
    await camille.reload()
    await camille.wait_for_selector(LIVE)
    await expect(asks).to_be_checked()
    await camille.press("#body", "Enter")
    await expect(camille.locator(NUMBERED).last).to_have_text(
        "Merci d’accuser réception"
    )
    await expect(asks).not_to_be_checked()
    # The one draft on the server is the correction now; what was begun stays in the tab.
    await camille.fill("#body", "Commencé avant de corriger")
    await camille.locator("[data-correct]:visible").last.click()
    await expect(camille.locator("#body")).to_have_value("Merci d’accuser réception")
    await expect(camille.locator(SAID)).to_contain_text("Brouillon enregistré")
    await camille.reload()
    await camille.wait_for_selector(LIVE)
    await expect(camille.locator("#body")).to_have_value("Merci d’accuser réception")
    await camille.locator("[data-correcting] [data-stop]").click()
    await expect(camille.locator("#body")).to_have_value("Commencé avant de corriger")
    await camille.press("#body", "Enter")
    await expect(camille.locator(WAITING)).to_have_count(0)


async def test_what_may_be_on_record_is_not_offered_to_be_written_twice(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await opened(browser, hub, SAMIRA)
    await samira.evaluate("""() => {
        const { thread } = document.querySelector('[data-thread]').dataset;
        const on = [...document.querySelectorAll('[data-log] [data-message]')].at(-1);
        const keep = (id, body, at) => localStorage.setItem(
            `outbox:${document.body.dataset.user}:${thread}:${id}`,
            JSON.stringify({ frame: { type: 'post', thread, id, body, attachments: [] },
                names: '', at, ask: true }));
        keep(on.dataset.message, 'Arrivé', Date.now());
        keep('00000000-0000-4000-8000-000000000001', 'Sort inconnu', Date.now());
        keep('00000000-0000-4000-8000-000000000002', 'Vieux', 0); }""")
    await samira.reload()
    await samira.wait_for_selector(LIVE)
    waiting = samira.locator(WAITING)
    await expect(waiting).to_have_count(1)
    await expect(waiting).to_contain_text("Sort inconnu")
    await expect(waiting.get_by_role("button")).to_have_text(["Réessayer", "Supprimer"])
    assert await samira.evaluate(KEPT) == 1
    await waiting.get_by_role("button", name="Supprimer").click()
    await expect(waiting).to_have_count(0)


@pytest.mark.long_journeys
async def test_a_browser_that_keeps_nothing_writes_all_the_same(
    hub: ServedHub, browser: Browser
) -> None:
    camille = await opened(browser, hub, CAMILLE)
    await camille.add_init_script(NO_STORAGE)
    await camille.reload()
    await camille.wait_for_selector(LIVE)
    await camille.fill("#body", "Sans mémoire")
    await expect(camille.locator(SAID)).to_contain_text("Brouillon enregistré")
    await camille.press("#body", "Enter")
    await expect(camille.locator(NUMBERED).last).to_have_text("Sans mémoire")
