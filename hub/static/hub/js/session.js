// On every page of a signed-in person: warns before the session ends and keeps it for
// who is there; signing out asks before it deletes messages that wait in this browser.

import { clock } from "./moments.js";
import { countOf, forgetAllOf, forgetOld, forgetOthers } from "./waiting-store.js";

const WARNING_MS = 5 * 60_000; // RGAA 13.1
const RENEW_MS = 5 * 60_000; // who is busy puts the end off this often, not at every key
const LOOK_MS = 10_000;

class Session {
  #place = document.querySelector("[data-session]");
  #warning = this.#place.querySelector("[data-session-warning]");
  #idle = this.#place.dataset.idle * 1_000;
  #told; // {ends, at: of this page's clock, last}
  #active = false; // since the end was last put off
  #others = new BroadcastChannel("session"); // the other tabs of this browser

  constructor() {
    const { left, ends, last } = this.#place.dataset;
    this.#hear({ left, ends, last: last !== undefined });
    for (const kind of ["keydown", "pointerdown", "wheel", "touchmove"]) {
      addEventListener(kind, () => (this.#active = true), { passive: true, capture: true });
    }
    this.#warning.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#renew();
    });
    this.#others.addEventListener("message", ({ data }) => data.user === this.#user && this.#hear(data, false));
    this.#place.addEventListener("ended", () => this.#hear({ ends: this.#told.ends, left: 0, last: true }, false)); // elsewhere
    document.addEventListener("visibilitychange", () => this.#look()); // after sleep
    setInterval(() => this.#look(), LOOK_MS);
    this.#look();
  }

  get #user() {
    return this.#place.dataset.user;
  }

  #hear(told, tell = true) {
    this.#told = { ...told, at: Date.now() + told.left * 1_000 };
    if (tell) this.#others.postMessage({ ...told, user: this.#user });
    else this.#look();
  }

  #look() {
    const left = this.#told.at - Date.now();
    if (left <= 0) return this.#show("over");
    if (this.#active && !this.#told.last && left < this.#idle - RENEW_MS) this.#renew();
    if (left > WARNING_MS) return this.#show("");
    return this.#show(this.#told.last ? "last" : "warning");
  }

  async #renew() {
    const { action, elements } = this.#warning;
    this.#active = false;
    const body = new URLSearchParams({ csrfmiddlewaretoken: elements.csrfmiddlewaretoken.value });
    const headers = { Accept: "application/json" };
    const answer = await fetch(action, { method: "POST", body, headers, redirect: "error" }).catch(() => null);
    if (answer?.ok) this.#hear(await answer.json());
    this.#look();
  }

  // One of them, or none. A thread says by itself that the session is over.
  #show(name) {
    const over = document.querySelector("[data-over]") && name === "over";
    const focused = this.#place.contains(document.activeElement);
    for (const kind of ["warning", "last", "over"]) {
      const part = this.#place.querySelector(`[data-session-${kind}]`);
      const hidden = kind !== name || Boolean(over);
      if (part.hidden === hidden) continue;
      const words = part.querySelector("b");
      words.dataset.words ??= words.textContent;
      words.textContent = words.dataset.words.replace("{time}", clock(this.#told.ends));
      part.hidden = hidden;
    }
    if (focused && !name) document.getElementById("contenu").focus(); // the button that was pressed is gone
  }
}

// What waits in this browser would be there for whoever uses it next.
function guardSigningOut(user) {
  const dialog = document.querySelector("[data-waiting-dialog]");
  const title = dialog.querySelector("[data-title]");
  let leaving = null;
  document.addEventListener("submit", (event) => {
    const count = countOf(user);
    if (!event.target.matches("[data-sign-out]") || !count) return;
    event.preventDefault();
    leaving = event.target;
    title.textContent = title.dataset.title.replace("{count}", count);
    dialog.showModal();
  });
  dialog.querySelector("[data-no]").addEventListener("click", () => dialog.close());
  dialog.querySelector("[data-yes]").addEventListener("click", () => {
    forgetAllOf(user);
    leaving.submit();
  });
}

const { user } = document.querySelector("[data-session]").dataset;
forgetOthers(user);
forgetOld();
guardSigningOut(user);
new Session();
