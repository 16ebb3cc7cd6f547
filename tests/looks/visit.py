"""Walking to each view as the person it is for, and hearing what the browser says."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from playwright.async_api import Browser, BrowserContext, Page

from hub.demo import CAST
from tests.clients.server import ROOT, ServedHub
from tests.journeys.conftest import LIVE
from tests.looks.barriers import barriers
from tests.looks.looking import Seen, look
from tests.looks.views import View

PICTURES = ROOT / "var" / "looks"
EMAILS = {one.key: one.email for one in CAST}
CODE = re.compile(r"\b\d{6}\b")
LOCALES = {"fr": "fr-FR", "en": "en-GB"}


class Visit:
    """Browsers in which the cast is signed in, and what their consoles say."""

    def __init__(
        self,
        hub: ServedHub,
        browser: Browser,
        places: dict[str, str],
        *,
        media: Sequence[str],
        language: str,
    ) -> None:
        self.hub, self.browser, self.places = hub, browser, places
        self.media, self.locale = media, LOCALES[language]
        self.pages: dict[str, Page] = {}
        self.said: list[str] = []

    async def see(self, view: View) -> Seen:
        """A view that cannot be reached is wrong, and the others are looked at."""
        self.said.clear()
        try:
            page = await self.page_of(view.who)
            status = await self._open(page, view)
            seen = await look(page, view.name, PICTURES, self.media)
            seen.wrong += await barriers(page)
        except Exception as error:  # the sweep goes on
            return Seen(view.name, wrong=[f"not reached: {error}"[:400]])
        seen.wrong += self._compare(view, urlsplit(page.url).path, status)
        refused = f"status of {view.status}"
        seen.wrong += [one for one in self.said if refused not in one]
        return seen

    def _compare(self, view: View, path: str, status: int) -> list[str]:
        wrong = []
        if status != view.status:
            wrong.append(f"answered {status}, not {view.status}")
        try:
            route = resolve(path).view_name
        except Resolver404:
            route = ""
        if route != view.route:
            wrong.append(f"came to {route or path}, not {view.route}")
        return wrong

    async def _open(self, page: Page, view: View) -> int:
        """The status of the last answer."""
        path = view.path.format_map(self.places)
        address = path if path.startswith("http") else self.hub.url + path
        if view.offline:
            html = self.places[view.offline]
            await page.route(
                address, lambda r: r.fulfill(status=view.status, body=html,
                                             content_type="text/html"))  # fmt: skip
        if page.url != address or not view.press:
            answer = await page.goto(address)
            status = answer.status if answer else 0
        for selector, typed in view.fill.items():
            wanted = await self._code() if typed == "(mailed)" else typed
            await page.fill(selector, wanted)
        if view.press:
            form = page.locator(view.press).first
            await form.evaluate("(b) => { if (b.form) b.form.noValidate = true }")
            async with page.expect_navigation() as going:
                await form.click()
            answer = await going.value
            status = answer.status if answer else 0
        if view.then:
            await page.wait_for_selector(view.then)
        if view.route == "hub:thread" and view.status == 200:
            await page.wait_for_selector(LIVE)
        return status

    async def page_of(self, who: str) -> Page:
        if who not in self.pages:
            context = await self._context()
            page = await context.new_page()
            page.on("console", lambda said: self.said.append(f"console: {said.text}"))
            page.on("pageerror", lambda error: self.said.append(f"script: {error}"))
            if who in EMAILS:
                await page.goto(self._sign_in_link(EMAILS[who]))
                await page.click("main button[type=submit]")
                await page.wait_for_url(f"{self.hub.url}/")
            self.pages[who] = page
        return self.pages[who]

    def _sign_in_link(self, email: str) -> str:
        """A new one: those of the start are too old where a sweep takes long."""
        return self.hub.manage("login_link", email).strip()

    async def _context(self) -> BrowserContext:
        return await self.browser.new_context(locale=self.locale)

    async def _code(self) -> str:
        """The six digits of the newest mail with a code."""
        context = await self._context()
        page = await context.new_page()
        await page.goto(f"{self.hub.url}/dev/mail")
        await page.locator("main li", has_text="code").locator("a").first.click()
        [code, *_] = CODE.findall(await page.inner_text("main"))
        await context.close()
        return str(code)
