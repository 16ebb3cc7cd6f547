// How many things wait for the person: in the navigation, the title and the icon of the page.
// One number, the home page's; asked again after what may have changed it.

const ASK_MS = 2_000; // several messages at once are one question
const REST_MS = 15_000; // at least, between two questions of one page that is looked at
const MOST = 9; // the icon shows "9+" beyond
const TITLED = /^\(\d+\) /;
let timer = 0;
let asked = -Infinity; // when, in the page's own time
let missed = false; // something happened while nobody looked

export function show(number) {
  const badge = document.querySelector("[data-count]");
  badge.hidden = !number;
  badge.querySelector("[data-number]").textContent = number;
  // A page that says "Error" first goes on saying it first.
  const wrong = document.querySelector("#summary, #refused");
  const title = document.title.replace(TITLED, "");
  document.title = number && !wrong ? `(${number}) ${title}` : title;
  const icon = document.querySelector("link[rel=icon]");
  const name = number > MOST ? "icon-more.svg" : number ? `icon-${number}.svg` : "icon.svg";
  const address = icon.href.replace(/icon[^/]*\.svg/, name);
  if (icon.href !== address) icon.href = address;
}

export async function ask() {
  asked = performance.now();
  missed = false;
  const answer = await fetch("/api/v1/waiting").catch(() => null);
  if (answer?.ok) show((await answer.json()).waiting);
}

// A running timer is left alone: under steady traffic it would be put off for ever.
export function askSoon() {
  const wait = Math.max(ASK_MS, asked + REST_MS - performance.now());
  timer ||= setTimeout(askNow, wait + Math.random() * ASK_MS);
}

function askNow() {
  timer = 0;
  return ask();
}

// What a live page hears may be an act of anybody: a message, a receipt, a measure that moved on;
// before the welcome something may have been missed. Everybody in a thread hears the same frame:
// a page that nobody looks at asks when it is seen, the others not all at once.
export function follow(connection) {
  const heard = () => (document.hidden ? (missed = true) : askSoon());
  for (const type of ["welcome", "message", "posted", "receipt", "measure", "reload"]) connection.addEventListener(type, heard);
  document.addEventListener("visibilitychange", () => missed && heard());
}
