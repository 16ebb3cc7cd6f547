// Older messages, put in front while one scrolls up: rendered by the server, with what one
// reads kept where it is. The link stays for whoever presses it, and where a fetch fails.
// Tells `older-shown` on the list.

import { join } from "./layout.js";
import { quietly } from "./spoken.js";

const AHEAD = "800px 0px 0px"; // asked for before the end of what there is comes into sight
const MOVES = ["scroll", "wheel", "touchmove", "keydown"];

export class Older {
  #list = document.querySelector("[data-log]");
  #busy = false;
  #watch = new IntersectionObserver((entries) => entries.at(-1).isIntersecting && this.#load(), { rootMargin: AHEAD });

  constructor() {
    this.#list.addEventListener("click", (event) => this.#click(event));
    // Not before somebody moves: at the very top a wheel or a key is no scrolling yet.
    const moved = new AbortController();
    for (const sign of MOVES) addEventListener(sign, () => { moved.abort(); this.#observe(); }, { passive: true, signal: moved.signal });
  }

  #observe() {
    this.#watch.disconnect(); // and begun anew: it tells at once if there is still room
    const link = this.#list.querySelector(".older");
    if (link) this.#watch.observe(link);
  }

  #click(event) {
    const pressed = event.target.closest("[data-earlier]");
    if (!pressed || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#load(pressed);
  }

  // `pressed`: the link, if somebody did: the focus then goes on to what it brought. So it does
  // where the link had it: it goes away.
  async #load(pressed) {
    if (this.#busy) return;
    this.#busy = true;
    try {
      const items = await this.#fetch(this.#list.querySelector("[data-older]").dataset.older);
      const focused = pressed ?? this.#list.querySelector(".older")?.contains(document.activeElement);
      this.#insert(items);
      if (focused) items.findLast((item) => item.dataset.seq)?.focus({ preventScroll: true });
      this.#observe();
    } catch {
      if (pressed) location.assign(pressed.href); // the browser says what is wrong
    } finally {
      this.#busy = false;
    }
  }

  async #fetch(seq) {
    const answer = await fetch(`?avant=${seq}&extrait`);
    if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return [...page.body.children].map((item) => document.adoptNode(item));
  }

  // The browser's own anchoring is off meanwhile: not all have it, and none at the very top.
  #insert(items) {
    const root = document.documentElement;
    const kept = this.#inSight() ?? this.#list.querySelector("[data-seq]");
    root.style.overflowAnchor = "none";
    const before = kept.getBoundingClientRect().top;
    quietly(() => join(this.#list, items));
    scrollBy({ top: kept.getBoundingClientRect().top - before, behavior: "instant" });
    requestAnimationFrame(() => (root.style.overflowAnchor = ""));
    this.#list.dispatchEvent(new Event("older-shown"));
  }

  #inSight() {
    return [...this.#list.querySelectorAll("[data-seq]")].find((item) => item.getBoundingClientRect().bottom > 0);
  }
}
