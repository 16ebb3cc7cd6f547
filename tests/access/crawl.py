"""Finds every page by following links from home, as each person; no test here.

Nothing acts on GET, so following is safe; a page that somebody adds and links to is
found without being listed. Few addresses of each kind are kept.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.test import Client
from django.urls import Resolver404, resolve

SAMPLES = "notifications:dev-email:"  # of mails: not pages
LINK = re.compile(r'<a\s[^>]*?href="(/[^"#]*)')
# Where no link of a page leads: what mails hold, a form's next page, plain mistakes.
ENTRANCES = (
    "/", "/connexion", "/connexion/code", "/connexion/lien/x", "/r/x",
    "/desinscription/x", "/nulle-part", "/dev/components", "/dev/emails",
    "/reponse/enregistree", "/recherche", "/recherche?q=parent", "/recherche?q=zzzz",
)  # fmt: skip


@dataclass(frozen=True)
class Page:
    route: str
    address: str
    source: str
    status: int


def kind(address: str) -> str:
    """The route, with the words of its parameters that make another page of it."""
    path = address.partition("?")[0]
    try:
        match = resolve(path)
    except Resolver404:
        return "missing"
    words = [match.kwargs.get(name, "") for name in ("step", "slug", "name", "part")]
    return ":".join(str(word) for word in (match.view_name, *words) if word)


def crawl(
    client: Client, entrances: Iterable[str] = ENTRANCES, of_a_kind: int = 3
) -> Iterator[Page]:
    """The HTML pages that this person finds."""
    waiting, known = list(entrances), set(entrances)
    seen: Counter[str] = Counter()
    while waiting:
        address = waiting.pop(0)
        route = kind(address)
        if seen[route] >= of_a_kind or route.startswith(SAMPLES):
            continue
        seen[route] += 1
        answer = client.get(address)
        if answer.status_code in (301, 302, 303):
            found = [answer["Location"]]
        elif answer.headers.get("Content-Type", "").startswith("text/html"):
            source = answer.getvalue().decode()
            yield Page(route, address, source, answer.status_code)
            found = [link.replace("&amp;", "&") for link in LINK.findall(source)]
        else:
            continue
        fresh = [one for one in found if one not in known and not one.startswith("//")]
        known.update(fresh)
        waiting += fresh
