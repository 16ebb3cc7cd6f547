// The line that says how this page is connected, for all to see. Spoken is only that it was
// lost and that it is back: a server that comes and goes must not talk all the time.

const UP = new Set(["live", "polling"]);
const OVER = new Set(["signed-out", "forbidden"]); // nothing that is written here will leave

export const state = () => document.body.dataset.connection;
export const up = () => UP.has(state());
export const over = () => OVER.has(state());

// The browser knows when its own network is away; else it may be the server.
export const lost = () => (navigator.onLine ? "slow" : "off");

export function show(name) {
  const before = state();
  document.body.dataset.connection = name;
  for (const words of document.querySelectorAll("[data-over]")) words.hidden = words.dataset.over !== name;
  const line = document.querySelector("[data-connection-line]");
  if (!line) return;
  const first = line.hidden;
  line.hidden = over();
  for (const words of line.querySelectorAll("[data-state]")) words.hidden = words.dataset.state !== name;
  line.classList.toggle("connection--slow", name === "slow" || name === "polling");
  line.classList.toggle("connection--off", name === "off");
  if (!first && UP.has(before) !== UP.has(name)) say(over() ? "" : name);
}

// What is over takes nothing more: the text stays in the field, to be copied.
export function guard(form) {
  form.addEventListener("submit", (event) => {
    if (!over()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    document.querySelector(`[data-over="${state()}"] a`).focus();
  });
}

function say(name) {
  const words = document.querySelector(`[data-connection-line] [data-state="${name}"]`);
  document.querySelector("[data-connection-said]").textContent = words?.textContent ?? "";
}
