// Keys of one letter, for all pages of whoever is signed in (components/keys.html). They
// never act while somebody writes, and can be turned off (WCAG 2.1.4), in this browser.

const SEQUENCE_MS = 1_500; // "g", and then the place
const list = document.querySelector("[data-key-list]");
const toggle = list.querySelector("[data-keys-switch]"); // each switch names where it is kept
export const enterSends = list.querySelector("[data-enter-switch]");
const acts = new Map();
let begun = "";
let timer = 0;

// `act`: () => what the key does; whoever binds it documents it in components/keys.html.
export function bind(keys, act) {
  acts.set(keys, act);
}

// The next or the one before, from where the focus is; from what is in sight if it is elsewhere.
export function step(items, by) {
  const shown = items.filter((item) => item.getClientRects().length);
  const now = shown.findIndex((item) => item.contains(document.activeElement) || item.parentElement.closest("li")?.contains(document.activeElement));
  const seen = shown.findIndex((item) => item.getBoundingClientRect().bottom > 0);
  const next = now < 0 ? Math.max(seen, 0) : Math.min(Math.max(now + by, 0), shown.length - 1);
  shown[next]?.focus();
}

function press(event) {
  const other = event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented;
  if (other || event.key.length > 1 || !toggle.checked || writes(event.target) || document.querySelector("dialog[open]")) return;
  const keys = begun ? `${begun} ${event.key}` : event.key;
  begun = "";
  clearTimeout(timer);
  const act = acts.get(keys) ?? pressed(keys);
  if (act) {
    event.preventDefault();
    act();
  } else if (event.key === "g") {
    begun = "g";
    timer = setTimeout(() => (begun = ""), SEQUENCE_MS);
  }
}

function pressed(keys) {
  const target = document.querySelector(`[data-keys="${CSS.escape(keys)}"]`);
  return target && (() => target.click());
}

const writes = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

// "off", or absent: on.
function remember({ target }) {
  try {
    if (target.checked) localStorage.removeItem(target.name);
    else localStorage.setItem(target.name, "off");
  } catch {
    // Nothing is kept in this browser: the switch counts for this page.
  }
}

function remembered({ name }) {
  try {
    return localStorage.getItem(name) !== "off";
  } catch {
    return true;
  }
}

for (const box of [toggle, enterSends]) {
  box.checked = remembered(box);
  box.addEventListener("change", remember);
}
document.addEventListener("keydown", press);
bind("?", () => list.showModal());
for (const button of document.querySelectorAll("[data-keys-open]")) {
  button.hidden = false; // without scripts there are no keys
  button.addEventListener("click", () => list.showModal());
}
const rows = () => [...document.querySelectorAll(".todo > li h3 a")];
bind("j", () => step(rows(), 1));
bind("k", () => step(rows(), -1));
