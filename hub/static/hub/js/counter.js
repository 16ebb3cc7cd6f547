// How many things wait for the person: in the navigation, the title and the icon of the page.
// One number, the home page's; asked again after what may have changed it.

const ASK_MS = 2_000; // several messages at once are one question
const MOST = 9; // the icon shows "9+" beyond
const TITLED = /^\(\d+\) /;
let timer = 0;

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
  const answer = await fetch("/api/v1/waiting").catch(() => null);
  if (answer?.ok) show((await answer.json()).waiting);
}

function askSoon() {
  clearTimeout(timer);
  timer = setTimeout(ask, ASK_MS);
}

// What a live page hears may be an act of anybody: a message, a receipt, a measure that moved on.
export function follow(connection) {
  for (const type of ["message", "posted", "receipt", "measure", "reload"]) connection.addEventListener(type, askSoon);
  connection.addEventListener("welcome", askSoon); // something may have been missed
}
