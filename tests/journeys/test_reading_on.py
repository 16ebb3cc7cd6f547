"""A long thread: what counts as seen, older parts of it, and news for who scrolled up."""

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.clients.server import ServedHub
from tests.journeys.conftest import CAMILLE, SAMIRA, open_thread
from tests.journeys.test_two_browsers import NUMBERED, say

pytestmark = [pytest.mark.browser, pytest.mark.embedded]

TO_END = "scrollTo(0, document.documentElement.scrollHeight)"
# Through the JSON interface, which is quicker than typing. Answers with the last seq.
POST_MANY = """async ([count, needs_ack]) => {
  const url = `/api/v1/threads/${document.querySelector("[data-thread]").dataset.thread}/messages`;
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  let seq = 0;
  for (let number = 0; number < count; number += 1) {
    const body = JSON.stringify({ id: crypto.randomUUID(), body: `Suite ${number}\\n\\nDite.`, needs_ack });
    seq = (await (await fetch(url, { method: "POST", headers, body })).json()).seq;
  }
  return seq;
}"""


# As somebody who turns a wheel; every step is painted, so that what shows can be noticed.
READ_ON = """async (seq) => {
  const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  scrollTo(0, 0);
  await painted();
  while (document.getElementById(`m-${seq}`).getBoundingClientRect().bottom > innerHeight / 2) {
    const before = scrollY;
    scrollBy(0, innerHeight / 3);
    await painted();
    if (scrollY === before) break;
  }
}"""


async def post_many(page: Page, count: int, *, needs_ack: bool = False) -> int:
    return int(await page.evaluate(POST_MANY, [count, needs_ack]))


def seen_by_camille(page: Page, seq: int) -> Locator:
    return page.locator(f"#m-{seq} [data-reader]", has_text="Vu par Camille Moreau")


async def test_only_what_was_displayed_without_a_gap_is_marked_as_seen(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await open_thread(browser, hub, SAMIRA)
    first = await samira.locator("[data-log] [data-seq]").count() + 1
    last = await post_many(samira, 55)
    camille = await open_thread(browser, hub, CAMILLE)
    await expect(camille.locator("[data-log] [data-seq]")).to_have_count(last)
    await camille.evaluate(TO_END)
    await expect(camille.locator(f"#m-{last}")).to_be_in_viewport()
    await camille.evaluate(READ_ON, first + 8)
    await expect(seen_by_camille(samira, first + 8)).to_have_count(1)
    for jumped_over in (last - 20, last):
        await expect(seen_by_camille(samira, jumped_over)).to_have_count(0)
    await camille.evaluate(READ_ON, last)
    await expect(seen_by_camille(samira, last)).to_have_count(1)


async def test_an_older_part_says_so_and_its_buttons_work(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await open_thread(browser, hub, SAMIRA)
    last = await post_many(samira, 55, needs_ack=True)
    camille = await open_thread(browser, hub, CAMILLE)
    thread = camille.url.partition("#")[0]
    mark = camille.get_by_role("button", name="Marquer comme lu")

    await camille.goto(f"{thread}?avant={last}")  # what comes before it is unread too
    await expect(camille.get_by_text("partie plus ancienne du fil")).to_be_in_viewport()
    await expect(camille.get_by_text("Hors ligne")).to_be_hidden()
    await expect(mark).to_have_count(0)
    await camille.get_by_role("link", name="premier message non lu").click()
    await expect(camille.locator("#nouveaux")).to_be_in_viewport()
    shown = camille.locator("[data-log] [data-seq]").last
    await expect(shown).to_have_attribute("data-seq", "50")
    await mark.click()
    await expect(camille.locator("[data-thread]")).to_have_attribute("data-read", "50")

    await camille.goto(f"{thread}?avant={last}")
    asked = camille.locator(f"#m-{last - 1}")
    await asked.get_by_role("button", name="Accuser réception").click()
    await expect(asked.locator("[data-acknowledged]")).to_have_count(1)


async def test_who_scrolled_up_on_a_telephone_knows_what_goes_on_below(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await open_thread(browser, hub, SAMIRA)
    await post_many(samira, 20)
    camille = await open_thread(browser, hub, CAMILLE)
    await camille.set_viewport_size({"width": 390, "height": 800})
    newer = camille.locator("[data-newer] button")
    online = camille.locator("[data-online]")
    await camille.evaluate("scrollTo(0, 0)")
    await expect(online).to_have_text("En ligne\N{NO-BREAK SPACE}: Samira Benali")
    await expect(online).to_be_in_viewport(ratio=1)
    await samira.locator("#body").press_sequentially("U")
    writes = camille.locator("thread-typing [data-shown]", has_text="Samira")
    await expect(writes).to_be_in_viewport(ratio=1)
    for text, news in (("Un", "1 nouveau message"), ("Deux", "2 nouveaux messages")):
        await say(samira, text)
        await expect(newer).to_have_text(f"{news} plus bas")
    await expect(newer).to_be_in_viewport(ratio=1)
    await camille.evaluate(TO_END)
    await expect(newer).to_be_hidden()

    await camille.evaluate("scrollTo(0, 0)")
    await say(camille, "Je réponds")
    own = camille.locator(NUMBERED).last
    await expect(own).to_have_text("Je réponds")
    await expect(own).to_be_in_viewport(ratio=1)
