"""What the tests of a long thread do inside its page, as one would do it by hand."""

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
