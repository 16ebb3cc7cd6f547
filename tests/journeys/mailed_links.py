"""A reply link as somebody finds it in a mail, and the code that follows it."""

import re

from playwright.async_api import Browser, Page

from tests.clients.server import ServedHub

CODE = re.compile(r"\b\d{6}\b")
LINK = re.compile(r"https?://\S+/r/\S+")
# Owes the mail, and prints the address that it would hold.
OWE = """
from django.utils import timezone
from hub.models import Thread, User
from notifications import links
from notifications.models import Notification
wanted = Thread.objects.filter(pk="{thread}") if "{thread}" else Thread.objects.all()
thread = wanted.order_by("-last_seq").first()
row = Notification(user=User.objects.get(email="{email}"), thread=thread,
    kind="messages", subject="message", window="m", first_seq=thread.last_seq,
    due_at=timezone.now())
row.key = str(row.pk)
row.save()
print("ADDRESS", links.issue([row])[row.pk])
"""


def mail_with_link(hub: ServedHub, email: str, thread: str = "") -> str:
    """An address as in the mail about the newest message, without waiting for one; in
    the thread with most messages, unless one is named."""
    printed = hub.manage("shell", "-c", OWE.format(email=email, thread=thread))
    return printed.partition("ADDRESS ")[2].split()[0]


async def arrived_mails(page: Page, hub: ServedHub, email: str) -> list[str]:
    """The pages of the mails to somebody in the development mailbox, newest first."""
    await page.goto(f"{hub.url}/dev/mail")
    mine = page.locator("main li", has_text=email).locator("a")
    return [await a.get_attribute("href") or "" for a in await mine.all()]


async def newest_link(
    browser: Browser, hub: ServedHub, email: str, known: list[str]
) -> str:
    """The reply link in a mail that was not there before; asks until it comes."""
    context = await browser.new_context(locale="fr-FR")
    page = await context.new_page()
    found: list[str] = []
    for _ask in range(200):
        mails = await arrived_mails(page, hub, email)
        if fresh := [mail for mail in mails if mail not in known]:
            await page.goto(f"{hub.url}{fresh[0]}")
            found = LINK.findall(await page.inner_text("main"))
            break
    await context.close()
    assert found
    return found[0]


async def mailed_code(hub: ServedHub, browser: Browser) -> str:
    """The six digits of the newest mail with a code in the development mailbox."""
    context = await browser.new_context(locale="fr-FR")
    page = await context.new_page()
    await page.goto(f"{hub.url}/dev/mail")
    await page.locator("main li", has_text="code").locator("a").first.click()
    found = CODE.search(await page.inner_text("main"))
    await context.close()
    assert found
    return found.group()
