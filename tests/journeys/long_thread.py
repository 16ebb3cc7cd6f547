"""What the tests of a long thread do inside its page, as one would do it by hand."""

from playwright.async_api import Page, expect

from tests.journeys.conftest import LIVE

ITEMS = "[data-log] [data-seq]"
# As somebody who wrote much and has read everything. Answers with the last seq.
TALK = """async (count) => {
  const thread = location.pathname;
  const url = `/api/v1/threads/${document.querySelector("[data-thread]").dataset.thread}/messages`;
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  let seq = 0;
  for (let number = 0; number < count; number += 1) {
    const body = JSON.stringify({ id: crypto.randomUUID(), body: `Suite ${number}\\n\\nDite.` });
    seq = (await (await fetch(url, { method: "POST", headers, body })).json()).seq;
  }
  const body = new URLSearchParams({ csrfmiddlewaretoken: token, seq });
  await fetch(`${thread}/lecture`, { method: "POST", body });
  return seq;
}"""
# Scrolled up: the place of one message in sight, before an older page is there and after,
# and what the log says to screen readers meanwhile. Gives up where none comes.
SCROLL_UP = """async (seq) => {
  const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const log = document.querySelector("[role=log]");
  const list = document.querySelector("[data-log]");
  const item = document.getElementById(`m-${seq}`);
  const top = () => item.getBoundingClientRect().top;
  const seen = { before: 0, busy: null };
  new MutationObserver(() => (seen.busy ??= log.getAttribute("aria-busy"))).observe(list, { childList: true });
  const shown = new Promise((done, fail) => {
    list.addEventListener("older-shown", done, { once: true });
    setTimeout(() => fail(new Error("no older page came")), 10000);
  });
  item.scrollIntoView({ block: "start" });
  seen.before = top();
  await shown;
  seen.after = top();
  await painted();
  return { ...seen, later: top() };
}"""
# A line below the field goes, and the browser tells of an earlier scrolling in the same
# moment, as it does when a page becomes live on its arrival. How far the end lies off.
LINE_GOES = """async () => {
  const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const line = document.createElement("p");
  line.style.height = "44px";
  document.querySelector(".dock").append(line);
  await painted();
  line.remove();
  dispatchEvent(new Event("scroll"));
  await painted();
  return document.querySelector(".talk").getBoundingClientRect().bottom - innerHeight;
}"""
# How far the end of the talk lies below the foot of the window.
FOOT = """() => document.querySelector(".talk").getBoundingClientRect().bottom - innerHeight"""
READ_ALL = """async () => {
  const seq = [...document.querySelectorAll("[data-log] [data-seq]")].at(-1).dataset.seq;
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const body = new URLSearchParams({ csrfmiddlewaretoken: token, seq });
  await fetch(`${location.pathname}/lecture`, { method: "POST", body });
}"""
PAINTED = "await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));"


async def at(page: Page, query: str = "") -> None:
    """The thread again, as the server renders it."""
    where = page.url.partition("?")[0].partition("#")[0] + query
    await page.goto("about:blank")  # else an address with another hash loads nothing
    await page.goto(where)


async def opens_at(page: Page, last: int) -> int:
    """The first message of the newest page, from the server."""
    await at(page)
    await page.wait_for_selector(LIVE)
    await expect(page.locator(ITEMS).last).to_have_attribute("data-seq", str(last))
    return int(await page.locator(ITEMS).first.get_attribute("data-seq") or 0)
