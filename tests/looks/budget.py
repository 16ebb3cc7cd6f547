"""What a first view of a page costs: bytes, requests, movement, time until it answers.

The browser's cache is empty for each. Bytes are the compressed bodies: the proxy before
a deployment speaks HTTP/2, where headers are compressed to a few dozen bytes each. `wire`
counts them too, as HTTP/1.1 sends them.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.async_api import Page

if TYPE_CHECKING:
    from tests.looks.visit import Visit

MOST_BYTES = (
    52_000  # compressed, everything that the first view needs; 60 kB are promised
)
MOST_REQUESTS = 15
# Layout shift (Chromium's score). Nothing moves by itself, but on a machine so busy that
# the socket is late, the line that says so may come and go: 0.003 was seen.
MOST_SHIFT = 0.01
SLOWED = 4  # how many times slower than here the processor of the timed view is
# A page answers once its scripts ran and no task held it longer than 50 ms after that.
WATCH = """
window.__seen = { shift: 0, busyUntil: 0, moved: [] };
new PerformanceObserver((list) => {
  for (const one of list.getEntries())
    if (!one.hadRecentInput) {
      window.__seen.shift += one.value;
      const nodes = one.sources.map(({ node }) => node?.className || node?.nodeName);
      window.__seen.moved.push(`${one.value.toFixed(4)} ${nodes.join(", ")}`);
    }
}).observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => {
  for (const one of list.getEntries())
    window.__seen.busyUntil = one.startTime + one.duration;
}).observe({ type: "longtask", buffered: true });
"""
READ = """() => {
  const { domContentLoadedEventEnd } = performance.getEntriesByType("navigation")[0];
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  return {
    shift: window.__seen.shift,
    moved: window.__seen.moved,
    paint: paint ? paint.startTime : 0,
    answers: Math.max(domContentLoadedEventEnd, window.__seen.busyUntil),
  };
}"""


@dataclass
class FirstView:
    """`foreign`: addresses outside the hub; `moved`: each shift and what moved; times are milliseconds from the click."""

    bytes: int = 0
    wire: int = 0
    requests: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    shift: float = 0.0
    moved: list[str] = field(default_factory=list)
    paint: float = 0.0
    answers: float = 0.0


async def first_view(
    page: Page, address: str, then: str = "main", slowed: int = 1
) -> FirstView:
    """Opens it with an empty cache and waits until the network is quiet."""
    seen = FirstView()
    origin = urlsplit(address).netloc
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Network.enable")
    await devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": slowed})

    def asked(event: dict[str, Any]) -> None:
        url = event["request"]["url"]
        seen.requests.append(urlsplit(url).path)
        if urlsplit(url).netloc != origin and not url.startswith("data:"):
            seen.foreign.append(url)

    def came(event: dict[str, Any]) -> None:
        """Nothing but the headers has arrived yet."""
        seen.bytes -= int(event["response"]["encodedDataLength"])

    def loaded(event: dict[str, Any]) -> None:
        seen.wire += int(event["encodedDataLength"])
        seen.bytes += int(event["encodedDataLength"])

    devtools.on("Network.requestWillBeSent", asked)
    devtools.on("Network.responseReceived", came)
    devtools.on("Network.loadingFinished", loaded)
    await page.add_init_script(WATCH)
    await page.goto(address, wait_until="networkidle")
    await page.wait_for_selector(then)
    found = await page.evaluate(READ)
    seen.moved = found["moved"]
    seen.shift, seen.paint, seen.answers = (
        found["shift"],
        found["paint"],
        found["answers"],
    )
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    await devtools.detach()
    return seen


PAGES = (
    ("sign-in", "", "/connexion"),
    ("home", "camille", "/"),
    ("thread", "camille", "/fils/{thread}"),
    ("choose", "camille", "/mesures/{draft}/espace"),
    ("desk", "camille", "/bureau"),
)


async def print_budget(visit: "Visit") -> None:
    """The median of three views of each, with a processor as slow as an old telephone's."""
    print(f"first view, processor slowed {SLOWED} times; an empty cache")
    print(
        f"{'':10}{'bytes':>8}{'wire':>8}{'requests':>10}{'shift':>8}{'paint':>8}{'answers':>9}"
    )
    for name, who, path in PAGES:
        page = await visit.page_of(who)
        address = visit.hub.url + path.format_map(visit.places)
        seen = [await first_view(page, address, slowed=SLOWED) for _ in range(3)]
        one = sorted(seen, key=lambda view: view.answers)[1]
        print(
            f"{name:10}{one.bytes:>8}{one.wire:>8}{len(one.requests):>10}{one.shift:>8.3f}"
            f"{one.paint:>6.0f}ms{one.answers:>7.0f}ms"
        )
