"""What a page says, keeps and never promises while its line or its session is away."""

import json
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, Page, WebSocketRoute, expect

from tests.clients.server import ServedHub
from tests.journeys.conftest import CAMILLE, LIVE, SAMIRA, in_shape, open_thread
from tests.journeys.test_two_browsers import NUMBERED, WAITING, say, texts

pytestmark = [pytest.mark.browser, pytest.mark.embedded]

LINE = "[data-connection-line]"
SPOKEN = "[data-connection-said]"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHub]:
    """One for the whole file: each test has browsers and words of its own."""
    with in_shape(tmp_path_factory.mktemp("hub")) as served:
        yield served


# What the tab keeps once the page's script has run; no event tells of that.
KEPT_AT_LAST = """async () => {
  for (let look = 0; look < 250 && sessionStorage.length; look += 1)
    await new Promise((again) => setTimeout(again, 20));
  return Object.keys(sessionStorage);
}"""


async def sign_out_elsewhere(page: Page) -> None:
    other = await page.context.new_page()
    await other.goto(page.url)
    await other.locator("form[action='/deconnexion'] button").click()
    await other.wait_for_url("**/connexion**")


@pytest.mark.parametrize("socket", [True, False])
async def test_a_session_that_ended_is_called_so_and_promises_nothing(
    hub: ServedHub, browser: Browser, socket: bool
) -> None:
    samira = await open_thread(browser, hub, SAMIRA, socket=socket)
    await samira.fill("#body", "Commencé avant la déconnexion")
    saved = samira.locator("[data-draft-said]")
    await expect(saved).to_contain_text("Brouillon enregistré")
    await sign_out_elsewhere(samira)
    over = samira.locator("[role=alert][data-over=signed-out]")
    await expect(over).to_be_visible(timeout=20_000)  # a poll may tell
    await expect(over).to_contain_text("Votre session est terminée.")
    await samira.press("#body", "Enter")
    again = over.get_by_role("link", name="Se reconnecter")
    await expect(again).to_be_focused()
    await expect(samira.locator("#body")).to_have_value("Commencé avant la déconnexion")
    await expect(samira.locator(WAITING)).to_have_count(0)
    await expect(samira.locator(LINE)).to_be_hidden()
    where = samira.url.removeprefix(hub.url)
    assert await again.get_attribute("href") == f"/connexion?suite={where}"
    assert await samira.evaluate("Object.keys(sessionStorage)") == []
    await expect(saved).to_contain_text("Brouillon enregistré")  # still true
    await samira.fill("#body", "Autre texte, que rien n’enregistre")
    await expect(saved).to_have_text("")


async def test_a_right_that_was_lost_is_called_so_and_what_waited_can_be_copied(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await open_thread(browser, hub, SAMIRA)

    def lose_the_right(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        async def pass_on(frame: str | bytes) -> None:
            if json.loads(frame)["type"] == "post":
                await route.close(code=4403)
            else:
                server.send(frame)

        route.on_message(pass_on)

    await samira.route_web_socket("**/ws/", lose_the_right)
    await samira.reload()
    await samira.wait_for_selector(LIVE)
    await say(samira, "Trop tard")
    over = samira.get_by_role("alert").filter(
        has_text="Vous n’avez plus accès à ce fil."
    )
    await expect(over).to_be_visible()
    waiting = samira.locator(WAITING)
    await expect(waiting).to_contain_text("copiez le texte")
    await expect(waiting.get_by_role("button", name="Réessayer")).to_have_count(0)
    await waiting.get_by_role("button", name="Modifier").click()
    await expect(samira.locator("#body")).to_have_value("Trop tard")


async def test_what_is_typed_comes_back_after_a_reload_until_it_is_sent(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await open_thread(browser, hub, SAMIRA)
    await samira.fill("#body", "Pas encore envoyé")
    await samira.check("[name=needs_ack]")
    await samira.reload()
    await expect(samira.locator("#body")).to_have_value("Pas encore envoyé")
    await expect(samira.locator("[name=needs_ack]")).to_be_checked()
    await samira.wait_for_selector(LIVE)
    await samira.press("#body", "Enter")
    await expect(samira.locator(NUMBERED).last).to_have_text("Pas encore envoyé")
    await samira.reload()
    await samira.wait_for_selector(LIVE)
    await expect(samira.locator("#body")).to_have_value("")


async def test_signing_out_forgets_what_was_typed(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await open_thread(browser, hub, SAMIRA)
    await samira.fill("#body", "Personne d’autre ne doit le lire")
    assert len(await samira.evaluate("Object.keys(sessionStorage)")) == 1
    await samira.goto(hub.url)
    await samira.locator("form[action='/deconnexion'] button").click()
    # The form leads there, or the home page that is told so first.
    await expect(samira.locator("form[action='/connexion']")).to_be_visible()
    assert await samira.evaluate(KEPT_AT_LAST) == []


async def test_a_lost_network_shows_at_once_and_what_waits_is_called_waiting(
    hub: ServedHub, browser: Browser
) -> None:
    camille = await open_thread(browser, hub, CAMILLE)

    def swallow(route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        route.on_message(
            lambda frame: (
                None if json.loads(frame)["type"] == "post" else server.send(frame)
            )
        )

    await camille.route_web_socket("**/ws/", swallow)
    await camille.reload()
    await camille.wait_for_selector(LIVE)
    await say(camille, "En chemin")
    await expect(camille.locator(WAITING)).to_contain_text("Envoi en cours…")
    await camille.context.set_offline(True)
    await expect(camille.locator(WAITING)).to_contain_text(
        "En attente de la connexion…"
    )
    await expect(camille.locator(LINE)).to_contain_text("Hors ligne")


async def test_a_server_that_is_away_is_not_called_the_readers_network(
    hub: ServedHub, browser: Browser
) -> None:
    camille = await open_thread(browser, hub, CAMILLE)
    await camille.evaluate(
        f"""() => {{ window.said = [];
        const line = document.querySelector("{SPOKEN}");
        new MutationObserver(() => said.push(line.textContent))
          .observe(line, {{ childList: true }}); }}"""
    )
    hub.kill()
    await expect(camille.locator(LINE)).to_contain_text("Connexion interrompue")
    await camille.get_by_role("button", name="Accuser réception").last.click()
    await expect(camille.locator("[data-slot=ask-state]:not(:empty)")).to_have_text(
        "Partira à la reconnexion"
    )
    await expect(camille.locator(LINE)).to_contain_text("Connexion interrompue")
    hub.start()
    await camille.wait_for_selector(LIVE, timeout=30_000)
    said = await camille.evaluate("said")
    assert said[0].startswith("Connexion interrompue")
    # A poll may be answered before the next try of the socket: back is back.
    assert said[1:] in (["En direct"], ["Actualisé toutes les 5 secondes"])


async def test_too_many_messages_leave_by_themselves_in_their_order(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await open_thread(browser, hub, SAMIRA)
    refused: list[str] = []

    def refuse_once(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def pass_on(text: str | bytes) -> None:
            frame = json.loads(text)
            if frame["type"] != "post" or refused:
                return server.send(text)
            refused.append(frame["id"])
            answer = {"type": "refused", "id": frame["id"], "code": "rate_limited"}
            return route.send(json.dumps({**answer, "detail": "Trop"}))

        route.on_message(pass_on)

    await samira.route_web_socket("**/ws/", refuse_once)
    await samira.reload()
    await samira.wait_for_selector(LIVE)
    await say(samira, "Premier")
    first = samira.locator(WAITING).first
    await expect(first).to_contain_text("envoi automatique dans un instant")
    await say(samira, "Second")
    await expect(samira.locator(f"{WAITING} button:visible")).to_have_count(0)
    await expect(samira.locator(WAITING)).to_have_count(0, timeout=20_000)
    assert (await texts(samira))[-2:] == ["Premier", "Second"]


async def test_a_refusal_that_lasts_offers_no_repetition(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await open_thread(browser, hub, SAMIRA)
    await say(samira, "x" * 20_001)
    waiting = samira.locator(WAITING)
    await expect(waiting).to_contain_text("20 001 caractères", use_inner_text=True)
    await expect(waiting.get_by_role("button", name="Réessayer")).to_have_count(0)
    await waiting.get_by_role("button", name="Modifier").click()
    await expect(samira.locator("#body")).to_have_value("x" * 20_001)
