// Messages on their way: shown above the composer (pending.js) until the server has them on
// record, and kept in this browser until then (waiting-store.js). One is under way at a time, so
// that their order is the order of typing.

import { clock, date } from "../../hub/js/moments.js";
import { Pending } from "./pending.js";

const PAUSE_MS = 5_000; // a server that lets one post a second through takes some more then
// Refusals that no repetition changes; the text goes back into the composer.
const LASTING = new Set(["invalid", "too_long", "forbidden", "closed", "conflict"]);
const ASK_AFTER_MS = 24 * 3_600_000; // what was right to say yesterday may not be today

const words = document.getElementById("words").dataset;

export class Outbox {
  #list = document.querySelector("[data-outbox]");
  #waiting = new Map(); // id -> {frame, line, kept}, in the order of typing
  #send; // (frame) => whether it left
  #store;
  #last = 0; // when the newest was typed
  #flying = null; // the id of the one that was sent
  #pause = 0; // while too much was sent

  constructor(store, send) {
    this.#store = store;
    this.#send = send;
    store.watch((id) => this.#remove(id));
  }

  // `names`: of its files, for people.
  add(frame, names = "") {
    this.#last = Math.max(this.#last + 1, Date.now());
    this.#insert(frame, names, this.#store.keep({ frame, names, at: this.#last, ask: false }));
    this.#list.scrollTop = this.#list.scrollHeight; // the page itself stays where it is
    this.#next();
  }

  // What an earlier page, or one that was closed, left behind. The ids are the same, so a
  // message that another tab sends as well is on record once. What is old waits for a yes,
  // and what the page has on record already is done.
  recall() {
    for (const { frame, names, at, ask } of this.#store.all()) {
      const known = this.#waiting.has(frame.id);
      if (document.querySelector(`[data-log] [data-message="${frame.id}"]`)) {
        this.settle(frame.id);
        continue;
      }
      if (!known) this.#insert(frame, names, true);
      const old = !known && Date.now() - at > ASK_AFTER_MS;
      // Not to be changed: it may be on record further up, and would be there twice.
      if (ask || old) this.#line(frame.id).fails(words.ask.replace("{when}", `${date(at)}, ${clock(at)}`), "retry", "discard");
    }
    return [...this.#waiting.values()].map(({ frame }) => frame);
  }

  has(id) {
    return this.#waiting.has(id);
  }

  #insert(frame, names, kept) {
    const { id } = frame;
    const line = new Pending(frame, names, { retry: () => this.#retry(id), edit: () => this.#edit(id), discard: () => this.#discard(id) });
    this.#waiting.set(id, { frame, line, kept });
    line.waits(this.#pause ? words.limited : words.sending);
  }

  // On record: nothing to wait for any more. Answers with the frame that was sent.
  settle(id) {
    dispatchEvent(new CustomEvent("on-record", { detail: id }));
    return this.#take(id);
  }

  refuse({ id, code, detail }) {
    if (!this.#waiting.has(id)) return;
    if (code === "rate_limited") return this.#rest();
    const whole = code === "unavailable"; // its sentence says already that nothing was sent
    const again = LASTING.has(code) ? [] : ["retry"];
    this.#line(id).fails(whole ? detail : `${words.failed} ${detail}`, "edit", "discard", ...again);
    this.#landed(id);
  }

  // The line is open again: the same ids, so nothing can be posted twice.
  flush() {
    this.#flying = null;
    this.#next();
  }

  // The line is lost: what was sent may be on record or not.
  hold() {
    this.#flying = null;
    for (const { line, kept } of this.#waiting.values()) {
      if (!line.failed) line.waits(kept ? words.waiting : words.unkept);
    }
  }

  // Nothing will leave from here any more. Not by itself later either: it may have been
  // copied and sent from elsewhere. Who signs in again is asked; a right does not return.
  stop(why) {
    this.#flying = null;
    const ended = why === "signed-out";
    for (const id of this.#unsent) {
      const { line, kept } = this.#waiting.get(id);
      line.fails(ended && kept ? words.ended : words.over, "discard", ...(ended ? [] : ["edit"]));
      if (ended) this.#store.ask(id, true);
      else this.#store.drop(id);
    }
  }

  get size() {
    return this.#waiting.size;
  }

  get #unsent() {
    return [...this.#waiting].filter(([, { line }]) => !line.failed).map(([id]) => id);
  }

  #line(id) {
    return this.#waiting.get(id).line;
  }

  // Back into the composer, as a new message: the server refused this one.
  #edit(id) {
    dispatchEvent(new CustomEvent("edit-again", { detail: this.#take(id) }));
  }

  #discard(id) {
    dispatchEvent(new CustomEvent("discarded", { detail: this.#take(id) }));
  }

  // Out of the page and out of the browser.
  #take(id) {
    this.#store.drop(id);
    return this.#remove(id);
  }

  #remove(id) {
    const entry = this.#waiting.get(id);
    entry?.line.remove();
    this.#waiting.delete(id);
    this.#landed(id);
    return entry?.frame;
  }

  #retry(id) {
    this.#store.ask(id, false);
    this.#line(id).waits(this.#pause ? words.limited : words.sending);
    this.#next();
  }

  #next() {
    if (this.#flying || this.#pause) return;
    const [id] = this.#unsent;
    if (!id) return;
    this.#flying = id; // at once: where nothing leaves, `hold` is heard before `send` answers
    if (this.#send(this.#waiting.get(id).frame)) return this.#line(id).waits(words.sending);
    this.hold();
  }

  #landed(id) {
    if (this.#flying !== id) return;
    this.#flying = null;
    this.#next();
  }

  // Too much in a minute: the oldest tries again after a pause, the newer ones behind it.
  #rest() {
    this.#flying = null;
    for (const id of this.#unsent) this.#line(id).waits(words.limited);
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#pause = 0;
      this.#next();
    }, PAUSE_MS);
  }
}
