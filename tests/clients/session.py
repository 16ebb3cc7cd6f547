"""Signing in over HTTP, as a browser does, and keeping the cookie."""

import re

import httpx

from tests.clients.server import ServedHub

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def sign_in(hub: ServedHub, email: str) -> str:
    """The session cookie after pressing the button of a one-time link."""
    return enter(hub, hub.login_link(email))


def enter(hub: ServedHub, address: str) -> str:
    """The same with an address that is there already."""
    with httpx.Client(base_url=hub.url, trust_env=False) as browser:
        page = browser.get(address)
        [token, *_] = TOKEN.findall(page.text[page.text.index("<main") :])
        answer = browser.post(address, data={"csrfmiddlewaretoken": token})
        assert answer.status_code == 303, answer.text
        return f"session={browser.cookies['session']}"
