"""What a clerk copies from an order into a measure's form, step by step; no test here."""

from playwright.async_api import Page

from tests.clients.server import ServedHub

PAUL = "paul.petit@justice.demo.invalid"


async def begin(page: Page, hub: ServedHub) -> None:
    await page.goto(f"{hub.url}/mesures/nouvelle")
    await page.select_option("#judge", label="Camille Moreau")
    await page.click("main .button--primary")
    await page.wait_for_url("**/completer/decision")


async def complete(page: Page, *births: str) -> str:
    """From the decision's kind on, with a child born in each of these months; a second
    one needs scripts. Returns the measure's reference."""
    await page.select_option("#decision_kind", "jugement")
    await page.fill("#decided_on", "19/11/2026")
    await page.click("button[value=next]")
    await page.wait_for_url("**/completer/famille")
    for number, birth in enumerate(births, 1):
        if number > 1:
            await page.click("[data-add=child]")
        await page.fill(f"#child-{number}-birth", birth)
    for side in ("visiting", "hosting"):
        await page.select_option(f"#{side}-relation", "parent")
    await page.click("button[value=next]")
    await page.wait_for_url("**/completer/modalites")
    await page.check("input[name=nature][value=visit]")
    await page.select_option("#exits", "allowed")
    await page.fill("#periodicity_count", "2")
    await page.select_option("#periodicity_unit", "month")
    await page.fill("#visit_minutes", "120")
    await page.fill("#duration_months", "6")
    await page.check("input[name=duration_starts][value=first_visit]")
    await page.select_option("#contact_initiative", "both_parents")
    await page.click("button[value=next]")
    await page.wait_for_url("**/espace")
    return page.url.split("/")[-2]
