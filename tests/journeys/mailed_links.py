"""A reply link as somebody finds it in a mail, and the code that follows it."""

import re

from playwright.async_api import Browser

from tests.clients.server import ServedHub

CODE = re.compile(r"\b\d{6}\b")
# Stands in for the messenger: owes the mail, and prints the address that it would hold.
OWE = """
from django.utils import timezone
from hub.models import Thread, User
from notifications import links
from notifications.models import Notification
thread = Thread.objects.order_by("-last_seq").first()
row = Notification(user=User.objects.get(email="{email}"), thread=thread,
    kind="messages", subject="message", window="m", first_seq=thread.last_seq,
    due_at=timezone.now())
row.key = str(row.pk)
row.save()
print("ADDRESS", links.issue([row])[row.pk])
"""


def mail_with_link(hub: ServedHub, email: str) -> str:
    """The address in the mail about the newest message of the talking thread.

    To be replaced by reading /dev/mail once the messenger sends such mails.
    """
    printed = hub.manage("shell", "-c", OWE.format(email=email))
    return printed.partition("ADDRESS ")[2].split()[0]


async def mailed_code(hub: ServedHub, browser: Browser) -> str:
    """The six digits of the newest mail in the development mailbox."""
    context = await browser.new_context(locale="fr-FR")
    page = await context.new_page()
    await page.goto(f"{hub.url}/dev/mail")
    await page.click("main a[href^='/dev/mail/'] >> nth=0")
    found = CODE.search(await page.inner_text("main"))
    await context.close()
    assert found
    return found.group()
