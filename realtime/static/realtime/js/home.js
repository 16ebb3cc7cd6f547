// The home page, live: its lists follow what happens, and never move under somebody's hand.

import "../../hub/js/everywhere.js";
import { ask, askSoon } from "../../hub/js/counter.js";
import { Connection } from "./socket.js";
import { lost, show } from "./line.js";

const connection = new Connection(() => ({ threads: {} }));
const REFRESH_MS = 1_000; // several messages at once are one refresh
const RETRY_MS = 10_000; // to twice that: all pages would ask at once
const POLL_EVERY = 3; // of the connection's polls: nobody types here
let timer = 0;
let polls = 0;
let stale = false; // the lists are older than what is known

// A running timer is left alone: under steady traffic the page would never follow.
function refreshSoon(_event, wait = REFRESH_MS) {
  stale = true;
  timer ||= setTimeout(refresh, wait);
}

// Somebody points at a row or is on it by keyboard: what they are about to press stays.
const busy = () => document.querySelector("main li:hover, main li:focus-within, main form:focus-within");

async function refresh() {
  clearTimeout(timer);
  timer = 0;
  if (document.hidden || busy()) return askSoon();
  const answer = await fetch(location.pathname).catch(() => null);
  // A server that fails or restarts: these lists are worth more than its page of an error.
  if (!answer?.ok) return refreshSoon(null, RETRY_MS * (1 + Math.random()));
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = fresh.querySelector("[data-home]");
  if (!main) return end();
  stale = false;
  await ask();
  if (!busy()) document.querySelector("[data-home]").replaceWith(document.adoptNode(main));
}

// Signed out: the page says so and leads to where one signs in, and shows nothing more.
function end() {
  document.querySelector("[data-home]").hidden = true;
  document.querySelector("[data-session]").dispatchEvent(new Event("ended"));
}

function poll() {
  polls += 1;
  if (polls % POLL_EVERY !== 1) return;
  fetch("/api/v1/threads").then((answer) => (answer.ok ? (show("polling"), refresh()) : answer.status >= 500 && show(lost())), () => show(lost()));
}

for (const type of ["visibilitychange", "mouseout", "focusout"]) {
  document.addEventListener(type, () => stale && refreshSoon());
}
connection.addEventListener("state", ({ detail }) => (detail !== "slow" || document.body.dataset.connection !== "polling") && show(detail));
for (const type of ["message", "receipt", "reload", "measure"]) connection.addEventListener(type, refreshSoon);
connection.addEventListener("ended", end);
connection.addEventListener("poll", poll);
connection.start();
