"""What a first view of a page costs: bytes, requests, movement, time until it answers.

The browser's cache is empty for each. Bytes are those of the wire, headers included.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Page

MOST_BYTES = 60_000  # compressed, everything that the first view needs
MOST_SHIFT = 0.0  # layout shift (Chromium's score): nothing moves by itself
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

    def loaded(event: dict[str, Any]) -> None:
        seen.bytes += int(event["encodedDataLength"])

    devtools.on("Network.requestWillBeSent", asked)
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
