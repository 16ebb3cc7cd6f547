"""The whole way by plain forms, as where scripts are blocked: both sides, one measure."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.access.records import acknowledged_by, record, thread_of
from tests.clients.server import ServedHub
from tests.journeys.conftest import CAMILLE, SAMIRA, in_shape, sign_in
from tests.journeys.files import check_files, pdf
from tests.journeys.mailed_links import mail_with_link, mailed_code
from tests.journeys.measure_form import PAUL, begin, complete

pytestmark = [pytest.mark.browser, pytest.mark.embedded, pytest.mark.access]
QUESTION, ANSWER = "Le 12 convient-il ?", "Oui, le 12 à 14 heures."


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[ServedHub]:
    """It checks no file by itself: the test says when."""
    with in_shape(tmp_path, FILE_WORKERS="0") as served:
        yield served


async def transmit(page: Page, hub: ServedHub, reference: str) -> str:
    """The judge takes Samira's espace; returns the thread."""
    await page.goto(f"{hub.url}/mesures/{reference}/espace")
    await page.locator("ol.todo > li", has_text="44-01").get_by_role("button").click()
    await page.wait_for_url("**/relire")
    await page.get_by_role("button", name="Transmettre").click()
    await page.wait_for_url("**/fils/**")
    return thread_of(page)


async def ask(page: Page, hub: ServedHub, thread: str, file: Path) -> None:
    """A question with a file, whose receipt is to be acknowledged."""
    await page.goto(f"{hub.url}/fils/{thread}")
    await page.fill("#body", QUESTION)
    await page.set_input_files("[name=files]", file)
    await page.check("[name=needs_ack]")
    await page.get_by_role("button", name="Envoyer").click()
    await expect(page.locator("[data-log]")).to_contain_text(QUESTION)


async def answer_from_mail(browser: Browser, hub: ServedHub, thread: str) -> None:
    context = await browser.new_context(locale="fr-FR", java_script_enabled=False)
    page = await context.new_page()
    await page.goto(mail_with_link(hub, SAMIRA, thread))
    await page.click("main button[type=submit]")
    await page.fill("#code", await mailed_code(hub, browser))
    await page.press("#code", "Enter")
    await expect(page.locator("main")).to_contain_text(QUESTION)
    await page.fill("#body", ANSWER)
    await page.click("#repondre button[type=submit]")
    await page.wait_for_url("**/reponse/enregistree*")


async def test_the_whole_way_without_a_script(
    hub: ServedHub, browser: Browser, tmp_path: Path
) -> None:
    paul = await sign_in(browser, hub, PAUL, javascript=False)
    await begin(paul, hub)
    await paul.set_input_files("#order_document", pdf(tmp_path))
    reference = await complete(paul, "2019-03")
    check_files(hub)
    camille = await sign_in(browser, hub, CAMILLE, javascript=False)
    thread = await transmit(camille, hub, reference)
    samira = await sign_in(browser, hub, SAMIRA, javascript=False)
    await samira.goto(f"{hub.url}/bureau")
    line = samira.locator("tr", has_text=reference)
    await line.get_by_role("button", name="Accuser réception").click()
    await ask(camille, hub, thread, pdf(tmp_path, "avis.pdf", pages=1))
    check_files(hub)
    await answer_from_mail(browser, hub, thread)
    await samira.goto(f"{hub.url}/fils/{thread}")
    asked = samira.locator(".msg", has_text=QUESTION)
    await asked.get_by_role("button", name="Accuser réception").click()
    await expect(samira.locator("[data-acknowledged]")).to_have_count(1)

    said = await record(camille, hub, thread)
    [question] = [one for one in said if one.body == QUESTION]
    [answer] = [one for one in said if one.body == ANSWER]
    assert (question.author, question.files) == ("Camille Moreau", ("avis.pdf",))
    assert (answer.author, answer.files) == ("Samira Benali", ())
    assert question.seq < answer.seq
    assert await acknowledged_by(camille, hub, thread, question.seq)
    assert "Accusé" in "".join(one.body for one in said if one.kind == "system")
