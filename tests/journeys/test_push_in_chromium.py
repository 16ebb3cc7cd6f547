"""Turning web push on, as a browser sees it: asked only then, and nothing complains.

A headless Chromium reaches no push service, so this goes as far as the subscription;
the worker's own events are sent to it by the browser's debugger.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Page

from notifications.push_key import new_key
from tests.clients.server import ServedHub
from tests.journeys.conftest import CAMILLE, SAMIRA, in_shape, sign_in
from tests.journeys.test_pages_in_chromium import serious

pytestmark = [pytest.mark.browser, pytest.mark.embedded]

PAGE = "/preferences/appareils"
READY = "push-switch[data-ready]"
ASKED = """
  globalThis.asked = 0;
  Notification.requestPermission = async () => { globalThis.asked += 1; return "%s"; };
"""
# What a browser with a push service would answer.
SUBSCRIBED = """
  globalThis.wanted = [];
  PushManager.prototype.subscribe = async function (options) {
    globalThis.wanted.push(options.applicationServerKey);
    return { endpoint: "https://push.example.org/send/chromium" };
  };
"""
# The page stays, so that its worker can be looked at.
KEPT_HERE = """() => {
  globalThis.sent = new Promise((known) => {
    HTMLFormElement.prototype.submit = function () { known(this.elements.endpoint.value); };
  });
}"""

DELIVERIES = 5  # Chromium's protocol loses one now and then; all have one tag
# No event tells that a notification is shown: look again until one is, or for some
# seconds. (A wait whose condition is a promise would be over at once: a promise is true.)
FIRST_SHOWN = """async () => {
  const worker = await navigator.serviceWorker.ready;
  for (let look = 0; look < 250; look += 1) {
    const [one] = await worker.getNotifications();
    if (one) return [one.body, one.lang, one.tag];
    await new Promise((again) => setTimeout(again, 20));
  }
}"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHub]:
    folder: Path = tmp_path_factory.mktemp("hub")
    with in_shape(folder, PUSH_KEY=new_key()) as served:
        yield served


def listen(page: Page) -> list[str]:
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


async def test_the_button_asks_the_browser_and_only_then(
    hub: ServedHub, browser: Browser
) -> None:
    page = await sign_in(browser, hub, CAMILLE)
    await page.add_init_script(ASKED % "denied")
    complaints = listen(page)
    await page.goto(hub.url + PAGE)
    await page.wait_for_selector(READY)
    assert serious(await Axe().run(page)) == []
    assert await page.evaluate("asked") == 0
    await page.click("push-switch button")
    await page.wait_for_selector("[data-when=denied]:visible")
    assert await page.evaluate("asked") == 1
    registered = "navigator.serviceWorker.getRegistrations().then((all) => all.length)"
    assert await page.evaluate(registered) == 0
    assert complaints == []


async def test_who_agrees_gets_the_worker_and_is_on_the_list(
    hub: ServedHub, browser: Browser
) -> None:
    page = await sign_in(browser, hub, SAMIRA)
    await page.add_init_script(ASKED % "granted" + SUBSCRIBED)
    complaints = listen(page)
    await page.goto(hub.url + PAGE)
    await page.wait_for_selector(READY)
    key = await page.get_attribute("push-switch", "data-key")
    await page.evaluate(KEPT_HERE)
    await page.click("push-switch button")
    await page.evaluate("globalThis.sent")
    assert await page.evaluate("wanted") == [key]
    worker = await page.evaluate(
        "navigator.serviceWorker.ready.then((one) => [one.scope, one.active.scriptURL])"
    )
    assert worker == [f"{hub.url}/", f"{hub.url}/push-worker.js?langue=fr"]
    await page.goto(hub.url + PAGE)  # once more, and with the form that is really sent
    await page.wait_for_selector(READY)
    await page.click("push-switch button")
    await page.wait_for_selector("li .badge")
    assert await page.locator("li form button", has_text="Chrome").count() == 1
    assert serious(await Axe().run(page)) == []
    assert complaints == []
    await page.click("li form button")
    await page.wait_for_selector("li .badge", state="detached")


async def test_a_push_shows_the_one_sentence(hub: ServedHub, browser: Browser) -> None:
    page = await sign_in(browser, hub, CAMILLE)
    await page.context.grant_permissions(["notifications"], origin=hub.url)
    await page.goto(hub.url + PAGE)
    await page.wait_for_selector(READY)
    session = await page.context.new_cdp_session(page)
    versions: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: versions.extend(
            r["registrationId"] for r in told["registrations"]
        ),
    )
    await session.send("ServiceWorker.enable")
    await page.evaluate(
        "navigator.serviceWorker.register('/push-worker.js?langue=en')"
        ".then(() => navigator.serviceWorker.ready)"
    )
    words = None
    for _ in range(DELIVERIES):
        await session.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": hub.url, "registrationId": versions[-1], "data": "Dupont"},
        )
        if words := await page.evaluate(FIRST_SHOWN):
            break
    assert words == ["A message awaits you.", "en", "hub"]


async def test_without_javascript_the_page_says_what_is_missing(
    hub: ServedHub, browser: Browser
) -> None:
    page = await sign_in(browser, hub, CAMILLE, javascript=False)
    await page.goto(hub.url + PAGE)
    assert await page.locator("push-switch form").is_hidden()
    assert await page.locator("push-switch noscript p").is_visible()
