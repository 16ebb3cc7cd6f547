// What a screen reader is given of the log (role=log): what is added to it is read out. Not
// so history, and of many messages at once their number alone (docs/accessibility.md, 7.5).

import { sayingSlowly } from "../../hub/js/say-slowly.js";

const CALM_MS = 1_000; // the browser tells of a change some time after it was made
const WHILE_MS = 10_000;
const FEW = 3; // messages of others in a while that are read out one by one

const log = document.querySelector("[role=log]");
const say = sayingSlowly(document.querySelector("[data-news-said]")); // not on an older part: nothing comes there
let calm = 0; // the timer of the end of a silence
let told = []; // when each message of the last while came
let untold = 0; // of those, how many were counted only

// Makes a change to the log of which nothing is read out.
export function quietly(change) {
  log.ariaLive = "off"; // beside aria-busy: some readers wait for its end and read all then
  log.ariaBusy = "true";
  change();
  clearTimeout(calm);
  calm = setTimeout(() => {
    log.ariaLive = "polite";
    log.ariaBusy = null;
  }, CALM_MS);
}

// Adds `count` messages of others (and any of one's own) by `change`.
export function addNews(count, change) {
  const now = Date.now();
  told = told.filter((at) => now - at < WHILE_MS);
  if (!told.length) untold = 0;
  for (let each = 0; each < count; each += 1) told.push(now);
  if (!count || (told.length <= FEW && log.ariaBusy !== "true")) return change();
  quietly(change);
  untold += count;
  const { one, many } = document.querySelector("[data-newer] button").dataset;
  say(untold === 1 ? one : many.replace("{count}", untold));
}
