// The keys of a thread (components/keys.html lists them): from message to message, to what
// is new, to the field, and the acts on the message in focus.

import { bind, step } from "../../hub/js/keys.js";

const log = document.querySelector("[data-log]");
const field = document.getElementById("body");
const messages = () => [...log.querySelectorAll("[data-seq]")];
const focused = () => document.activeElement.closest("[data-seq]");
const shown = (selector, within = log) => [...within.querySelectorAll(selector)].filter((one) => one.getClientRects().length);
let left = null; // the message one went to the field from

export function bindThreadKeys() {
  bind("j", () => step(messages(), 1));
  bind("k", () => step(messages(), -1));
  bind("n", () => (firstUnread() ?? messages().at(-1))?.focus());
  bind("a", toNextAsked);
  if (!field) return;
  bind("c", correct);
  bind("r", () => {
    left = focused();
    field.focus();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    (left?.isConnected ? left : messages().at(-1))?.focus({ preventScroll: !left });
  });
}

function firstUnread() {
  let item = log.querySelector(".unread")?.nextElementSibling;
  while (item && !item.dataset.seq) item = item.nextElementSibling;
  return item;
}

// An acknowledgement is dated for good: the key only leads to the next button, after the
// last the first again. Enter or Space presses it.
function toNextAsked() {
  const buttons = shown("[data-slot=ask-button]");
  const after = (one) => document.activeElement.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING;
  (buttons.find((one) => log.contains(document.activeElement) && after(one)) ?? buttons[0])?.focus();
}

function correct() {
  const item = focused();
  const link = (item && tool(item)) ?? tool(log, -1);
  link?.click();
}

const tool = (within, at = 0) => [...within.querySelectorAll("[data-correct]:not([hidden])")].at(at);
