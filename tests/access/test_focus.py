"""Where the focus is after what was pressed goes away: on its result, never nowhere.

The acts that a page's load follows are left to the pages: tests/access/test_structure.py.
"""

from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.access.keyboard import focus
from tests.clients.server import ServedHub
from tests.journeys.conftest import CAMILLE, LIVE, SAMIRA, in_shape, open_thread
from tests.journeys.files import WRITING, arrived, bring
from tests.journeys.test_two_browsers import NUMBERED, WAITING, say

pytestmark = [pytest.mark.browser, pytest.mark.embedded, pytest.mark.access]
FIELD = "textarea#body"
TOO_LONG = "mot " * 3000
# The next post is answered as by a server that has no room for it just now.
REFUSED_ONCE = """
const send = WebSocket.prototype.send;
let refused = false;
WebSocket.prototype.send = function (text) {
  const { type, id } = JSON.parse(text);
  if (type !== "post" || refused) return send.call(this, text);
  refused = true;
  const refusal = { type: "refused", id, code: "unavailable", detail: "Rien n’est parti." };
  setTimeout(() => this.onmessage({ data: JSON.stringify(refusal) }));
};
"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHub]:
    with in_shape(tmp_path_factory.mktemp("hub"), FILE_WORKERS="0") as served:
        yield served


async def press(page: Page, name: str, within: str = "body") -> None:
    button = page.locator(within).get_by_role("button", name=name)
    await button.first.focus()
    await page.keyboard.press("Enter")


async def test_a_failed_message_that_is_changed_or_deleted_hands_the_focus_on(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await open_thread(browser, hub, SAMIRA)
    waiting = samira.locator(WAITING)
    for count in (1, 2, 3):
        await say(samira, TOO_LONG)
        await expect(waiting.locator("button:visible")).to_have_count(2 * count)
    assert await focus(samira) == FIELD
    await press(samira, "Supprimer", WAITING)  # to the next one that failed
    await expect(waiting).to_have_count(2)
    assert await samira.evaluate("document.activeElement.matches('[data-edit]')")
    await press(samira, "Supprimer", WAITING)
    await press(samira, "Supprimer", WAITING)
    await expect(waiting).to_have_count(0)
    assert await focus(samira) == FIELD
    await say(samira, TOO_LONG)
    await press(samira, "Modifier", WAITING)
    assert await focus(samira) == FIELD


async def test_a_message_that_is_tried_again_hands_the_focus_to_the_field(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await open_thread(browser, hub, SAMIRA)
    await samira.add_init_script(REFUSED_ONCE)
    await samira.reload()
    await samira.wait_for_selector(LIVE)
    await say(samira, "Encore une fois")
    await expect(samira.locator(WAITING)).to_contain_text("Rien n’est parti")
    await press(samira, "Réessayer", WAITING)
    assert await focus(samira) == FIELD
    await expect(samira.locator(NUMBERED).last).to_have_text("Encore une fois")
    assert await focus(samira) == FIELD


async def test_a_file_that_is_removed_hands_the_focus_on(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await open_thread(browser, hub, SAMIRA)
    await bring(samira, "#body", "paste", "un.txt", "deux.txt")
    await arrived(samira, 2)
    await press(samira, "Retirer un.txt")
    await expect(samira.locator(WRITING)).to_have_count(1)
    expected = samira.get_by_role("button", name="Retirer deux.txt")
    await expect(expected).to_be_focused()
    await press(samira, "Retirer deux.txt")
    await expect(samira.locator(WRITING)).to_have_count(0)
    await expect(samira.locator("[name=files]")).to_be_focused()


async def test_every_dialog_gives_the_focus_back(
    hub: ServedHub, browser: Browser
) -> None:
    page = await open_thread(browser, hub, SAMIRA)
    link = page.locator("[data-log] [data-slot=permalink]").last
    for opens, dialog, closes in (
        ("Control+k", "dialog.palette", "Escape"),
        ("Control+k", "dialog.palette", "Fermer"),
        ("?", "dialog#keys", "Escape"),
        ("?", "dialog#keys", "Fermer"),
    ):
        await link.focus()
        await page.keyboard.press(opens)
        await expect(page.locator(dialog)).to_be_visible()
        inside = "(one) => one.contains(document.activeElement)"
        assert await page.locator(dialog).evaluate(inside)
        if closes == "Escape":
            await page.keyboard.press(closes)
        else:
            await press(page, closes, dialog)
        await expect(page.locator(dialog)).to_be_hidden()
        await expect(link).to_be_focused()


async def test_the_question_before_signing_out_gives_the_focus_back(
    hub: ServedHub, browser: Browser
) -> None:
    page = await open_thread(browser, hub, SAMIRA)
    await say(page, TOO_LONG)
    await expect(page.locator(WAITING).get_by_role("button").first).to_be_visible()
    await press(page, "Se déconnecter", "header")
    dialog = page.locator("[data-waiting-dialog]")
    await expect(dialog.get_by_role("button", name="Ne pas")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    leaves = page.locator("header").get_by_role("button", name="Se déconnecter")
    await expect(leaves).to_be_focused()
    await press(page, "Supprimer", WAITING)


async def test_a_correction_that_is_begun_left_or_sent_keeps_the_focus_in_the_field(
    hub: ServedHub, browser: Browser
) -> None:
    page = await open_thread(browser, hub, SAMIRA)
    await say(page, "À corriger")
    own = page.locator(".msg[data-seq]", has_text="À corriger").first
    corrects = own.locator("[data-correct]")
    for ends in ("Ne pas corriger", ""):
        await corrects.focus()
        await page.keyboard.press("Enter")
        assert await focus(page) == FIELD
        if ends:
            await page.get_by_role("link", name=ends).focus()
        await page.keyboard.press("Enter")
        assert await focus(page) == FIELD
    await expect(own.locator("[data-slot=corrected]")).to_be_visible()


async def test_an_acknowledgement_hands_the_focus_to_its_receipt_if_it_is_still_there(
    hub: ServedHub, browser: Browser
) -> None:
    samira = await open_thread(browser, hub, SAMIRA)
    camille = await open_thread(browser, hub, CAMILLE)
    for stays in (True, False):
        await samira.check("[name=needs_ack]")
        await say(samira, f"Accusez, {stays}")
        item = camille.locator(".msg[data-seq]", has_text=f"Accusez, {stays}")
        button = item.get_by_role("button", name="Accuser réception")
        await button.focus()
        if stays:
            await camille.keyboard.press("Enter")
        else:  # by whoever presses and writes on at once
            await button.evaluate("(one) => { one.click(); body.focus() }")
        await expect(item.locator("[data-acknowledged]")).to_have_count(1)
        place = "[data-slot=receipts]" if stays else FIELD
        on = f"document.activeElement.matches('{place}')"
        assert await camille.evaluate(on)


async def test_older_messages_that_come_while_their_link_has_the_focus_take_it(
    hub: ServedHub, browser: Browser
) -> None:
    camille = await open_thread(browser, hub, CAMILLE)
    for number in range(52):
        await say(camille, f"Ligne {number}")
    await expect(camille.locator(NUMBERED).last).to_have_text("Ligne 51")
    await camille.reload()
    await camille.wait_for_selector(LIVE)
    link = camille.locator("[data-earlier]").first
    await link.focus()
    await camille.keyboard.press("ArrowUp")
    await expect(camille.locator("#m-1")).to_be_attached()
    assert await focus(camille) != "body"
