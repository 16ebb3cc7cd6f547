"""A coordinator is away; she answers from the mail on her telephone, and the judge's
open page shows it at once, with the way it came by."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.clients.server import ServedHub
from tests.journeys.conftest import CAMILLE, SAMIRA, in_shape, open_thread
from tests.journeys.mailed_links import (
    arrived_mails,
    mail_with_link,
    mailed_code,
    newest_link,
)

pytestmark = [pytest.mark.browser, pytest.mark.embedded]

PHONE = {"width": 390, "height": 844}
QUESTION, ANSWER = "Pouvez-vous confirmer le 12 ?", "Oui, le 12 à 14 heures."


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[ServedHub]:
    """Whoever does not read is mailed at once, and about each message."""
    at_once = {
        "UNREAD_DELAY_SECONDS": "0",
        "PRESENCE_DELAY_SECONDS": "0",
        "UNREAD_AGAIN_SECONDS": "0",
    }
    with in_shape(tmp_path, **at_once) as served:
        yield served


async def test_the_judge_sees_live_what_was_answered_from_the_mail(
    hub: ServedHub, browser: Browser
) -> None:
    camille = await open_thread(browser, hub, CAMILLE)
    mailbox = await browser.new_page()
    earlier = await arrived_mails(mailbox, hub, SAMIRA)
    await camille.fill("#body", QUESTION)
    await camille.press("#body", "Enter")
    own = camille.locator("[data-log] .msg[data-seq]", has_text=QUESTION)
    await expect(own).to_have_count(1)

    telephone = await browser.new_context(locale="fr-FR", viewport=PHONE)  # type: ignore[arg-type]
    samira = await telephone.new_page()
    await samira.goto(await newest_link(browser, hub, SAMIRA, earlier))
    assert QUESTION not in await samira.content()
    await samira.click("main button[type=submit]")
    assert QUESTION not in await samira.content()
    await samira.fill("#code", await mailed_code(hub, browser))
    await samira.press("#code", "Enter")
    await expect(samira.locator("main")).to_contain_text(QUESTION)
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not await samira.evaluate(wide)
    await samira.fill("#body", ANSWER)
    await samira.click("#repondre button[type=submit]")
    await samira.wait_for_url("**/reponse/enregistree*")

    arrived = camille.locator("[data-log] .msg[data-seq]", has_text=ANSWER)
    await expect(arrived.locator("[data-slot=name]")).to_have_text("Samira Benali")
    await expect(arrived.locator("[data-slot=door]")).to_be_visible()
    await expect(own.locator("[data-slot=door]")).to_be_hidden()
    await expect(own.locator("[data-slot=receipts]")).to_contain_text("Samira Benali")


async def test_the_second_mail_needs_no_code_in_the_same_browser(
    hub: ServedHub, browser: Browser
) -> None:
    telephone = await browser.new_context(locale="fr-FR", viewport=PHONE)  # type: ignore[arg-type]
    samira = await telephone.new_page()
    for number in (1, 2):
        await samira.goto(mail_with_link(hub, SAMIRA))
        await samira.click("main button[type=submit]")
        await expect(samira.locator("#code")).to_have_count(2 - number)
        if number == 1:
            await samira.fill("#code", await mailed_code(hub, browser))
            await samira.press("#code", "Enter")
        await samira.fill("#body", f"Réponse {number}")
        await samira.click("#repondre button[type=submit]")
        await samira.wait_for_url("**/reponse/enregistree*")
