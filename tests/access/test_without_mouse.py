"""The whole way by keyboard: sign in, answer, attach, acknowledge, complete, transmit."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.access.keyboard import Keyboard
from tests.access.records import acknowledged_by, record, thread_of
from tests.clients.server import ServedHub
from tests.journeys.conftest import CAMILLE, LIVE, in_shape
from tests.journeys.files import check_files, pdf
from tests.journeys.mailed_links import mailed_code

pytestmark = [pytest.mark.browser, pytest.mark.embedded, pytest.mark.access]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[ServedHub]:
    """It checks no file by itself: the test says when."""
    with in_shape(tmp_path, FILE_WORKERS="0") as served:
        yield served


async def enter(browser: Browser, hub: ServedHub) -> Keyboard:
    """From the address of the hub to home, by the code in the mail."""
    context = await browser.new_context(locale="fr-FR")
    keyboard = Keyboard(await context.new_page())
    await keyboard.page.goto(hub.url)
    await keyboard.write(r'textbox "Adresse', CAMILLE)
    await keyboard.press()
    await keyboard.page.wait_for_url("**/connexion/code")
    code = await mailed_code(hub, browser)
    await keyboard.write(r'textbox "Code', code)
    await keyboard.press()
    await keyboard.page.wait_for_url(f"{hub.url}/")
    return keyboard


async def answer(keyboard: Keyboard, decision: Path) -> None:
    """The thread that waits: acknowledge, then write with a file."""
    page = keyboard.page
    await keyboard.follow(r'link ".*" /fils/', "/fils/")
    await page.wait_for_selector(LIVE)
    await keyboard.to(r'button "Accuser réception du message')
    await keyboard.press()
    await expect(page.locator("[data-acknowledged]")).to_have_count(1)
    await keyboard.look()
    await keyboard.give(r'"Joindre', decision)
    await expect(
        page.locator("[data-attached] > li:not([data-file=''])")
    ).to_have_count(1)
    await keyboard.to(r'textbox "Votre message', back=True)
    await page.keyboard.type("Oui, dès la première rencontre.")
    await keyboard.to(r'button "Envoyer')
    await keyboard.press()
    await expect(page.locator("[data-log] .msg").last).to_contain_text("Oui, dès")
    await keyboard.look()


async def complete(keyboard: Keyboard, decision: Path) -> None:
    page = keyboard.page
    await keyboard.follow(r'link ".+" /$', r"/$")
    await keyboard.follow(r'link "Nouvelle mesure', "/mesures/nouvelle")
    await keyboard.write(r'combobox "Juge', "Camille")
    await keyboard.follow(r'button "(Commencer|Continuer|Créer)', "/completer/decision")
    await keyboard.give(r'"La décision', decision)
    await expect(page.locator("[data-order-document] [data-file]")).to_have_count(1)
    await keyboard.write(r'combobox "Nature de la d', "jug")
    await keyboard.write(r'textbox "Date de la décision', "19/11/2026")
    await keyboard.follow(r'button "Continuer', "/completer/famille")
    await keyboard.to(r'"Mois de naissance')
    await page.keyboard.type("3")
    await keyboard.press("ArrowRight")
    await page.keyboard.type("2019")
    for _side in ("visiting", "hosting"):
        await keyboard.write(r'combobox "Lien', "parent")
    await keyboard.follow(r'button "Continuer', "/completer/modalites")
    await keyboard.to(r'radio "')
    await keyboard.press("Space")
    await keyboard.write(r'combobox "Sorties', "sorties perm")
    await keyboard.write(r'"Nombre de rencontres', "2")
    await keyboard.write(r'combobox "Période', "par mois")
    await keyboard.write(r'textbox "Durée d', "120")
    await keyboard.write(r'textbox "Durée de la mesure', "6")
    await keyboard.to(r'radio "')
    await keyboard.press("Space")
    await keyboard.write(r'combobox "', "les deux")
    await keyboard.follow(r'button "Continuer', "/espace")


async def test_the_whole_way_without_a_mouse(
    hub: ServedHub, browser: Browser, tmp_path: Path
) -> None:
    decision = pdf(tmp_path)
    keyboard = await enter(browser, hub)
    page = keyboard.page
    await answer(keyboard, decision)
    thread = thread_of(page)
    said = await record(page, hub, thread)
    assert (said[-1].author, said[-1].files) == ("Camille Moreau", ("ordonnance.pdf",))
    assert [one.body for one in said].count("Oui, dès la première rencontre.") == 1
    asked = max(one.seq for one in said if one.author == "Samira Benali")
    assert await acknowledged_by(page, hub, thread, asked)
    await complete(keyboard, decision)
    check_files(hub)
    await keyboard.follow(r'button "Choisir', "/relire")
    await keyboard.follow(r'button "Transmettre', "/fils/")
    assert thread_of(page) != thread
    begun = await record(page, hub, thread_of(page))
    assert [one.kind for one in begun].count("transmission") == 1
    assert {one.author for one in begun} == {"Camille Moreau"}
    print(f"\n{keyboard.stops} stops")
    assert keyboard.flaws == []
