// What is typed and not sent yet. The server keeps it, for any page of the same person;
// this tab keeps what the server does not have yet. Gone once it is sent.

import { flagsOf, isEmpty, isSame, keepInTab, keptInTab, newId, put, typedIn } from "./typed.js";

const PAUSE_MS = 1_500; // after the last key
const LONGEST_MS = 10_000; // who types without a pause
const RETRY_MS = 15_000; // after a save that did not arrive
const AWAY = new Set([401, 429]); // the session ended, or too much was asked

export class Draft {
  #form;
  #key;
  #over; // () => whether the session or the right is lost: nothing is kept any more
  #say; // (sentence) => shown, and spoken once in a while
  #saved; // what the server has, as far as this page knows
  #revision;
  #newer = null; // another page saved something else: only the person may decide
  #timer = 0;
  #since = 0; // when the oldest unsaved key was pressed
  #line = Promise.resolve(); // one request at a time

  // `waits`: (id) => whether the outbox has the message with that id already.
  constructor(form, user, thread, { over, say, waits }) {
    this.#form = form;
    this.#key = `draft:${user}:${thread}`;
    this.#over = over;
    this.#say = say;
    this.#revision = form.elements.revision.value;
    this.#saved = typedIn(form);
    this.#begin(waits);
    form.autocomplete = "off"; // a browser must not fill in what was sent before a reload
    for (const kind of ["input", "change"]) form.addEventListener(kind, (event) => event.target.type !== "file" && this.#changed());
    form.addEventListener("submit", (event) => event.defaultPrevented || this.#forget()); // a plain form's way
    addEventListener("edit-again", () => this.#changed()); // after the composer took it back
    addEventListener("on-record", ({ detail }) => this.sent(detail));
    addEventListener("discarded", ({ detail }) => this.#drop(detail.id));
    addEventListener("online", () => this.#save());
    addEventListener("pagehide", () => this.#save(true));
    document.addEventListener("visibilitychange", () => document.hidden && this.#save());
    const [take, keep] = this.#warning.querySelectorAll("button");
    take.addEventListener("click", () => this.#decide(true));
    keep.addEventListener("click", () => this.#decide(false));
  }

  // The outbox has it now; the field is empty.
  leave() {
    this.#forget();
    this.#say("");
  }

  // A message is on record, sent from here or from another page.
  sent(id) {
    const mine = typedIn(this.#form);
    if (mine.id === id) {
      this.#form.elements.id.value = newId(); // what is typed from now on is another message
      if (isSame(mine, this.#saved)) put(this.#form, { ...blank(), id: newId() });
    }
    this.#drop(id);
  }

  // Over: what was saved is on the server, for its author. A session may come back, and
  // what the server has not waits for it in this tab; a right does not.
  stop(why) {
    this.#unsay();
    if (why === "signed-out" && !isSame(typedIn(this.#form), this.#saved)) clearTimeout(this.#timer);
    else this.#forget();
  }

  // "Saved" is not said beside another text than the one that was.
  #unsay() {
    if (!isSame(typedIn(this.#form), this.#saved)) this.#say("");
  }

  get #warning() {
    return this.#form.querySelector("[data-draft-newer]");
  }

  // The server's text, unless this tab has a later one or it waits in the outbox.
  #begin(waits) {
    if (this.#form.querySelector("#refused")) return this.#changed(); // the server did not keep that
    if (waits(this.#saved.id)) {
      put(this.#form, blank());
      this.#say("");
    }
    const kept = keptInTab(this.#key);
    if (!kept || waits(kept.typed.id)) return this.#forget();
    if (isSame(kept.typed, typedIn(this.#form))) return this.#forget();
    put(this.#form, kept.typed);
    this.#revision = kept.revision;
    this.#changed();
    return this.#save();
  }

  #changed() {
    if (this.#over()) return this.#unsay();
    this.#since ||= Date.now();
    this.#keepHere();
    clearTimeout(this.#timer);
    const left = this.#since + LONGEST_MS - Date.now();
    this.#timer = setTimeout(() => this.#save(), Math.max(0, Math.min(PAUSE_MS, left)));
  }

  #keepHere() {
    keepInTab(this.#key, { typed: typedIn(this.#form), revision: this.#revision });
  }

  #forget() {
    clearTimeout(this.#timer);
    this.#since = 0;
    keepInTab(this.#key, null);
  }

  #save(leaving = false) {
    if (!this.#since || this.#newer || this.#over()) return;
    clearTimeout(this.#timer);
    this.#since = 0;
    const typed = typedIn(this.#form);
    if ((isSame(typed, this.#saved) && !this.#form.querySelector("#refused")) || (isEmpty(typed) && isEmpty(this.#saved))) return this.#forget();
    this.#line = this.#line.then(() => this.#store(typed, leaving));
  }

  async #store(typed, leaving) {
    const answer = await this.#post(typed, leaving);
    if (answer === null) return this.#failed();
    if (answer.status === 409) return this.#met(answer.body.newer);
    if (!answer.ok) return this.#say(answer.body.said ?? "");
    this.#saved = typed;
    this.#revision = answer.body.revision;
    this.#say(answer.body.said);
    if (isSame(typed, typedIn(this.#form))) this.#forget();
    else if (this.#since) this.#keepHere(); // what came meanwhile builds upon this
  }

  // What the server has under this id goes; it says so itself where it is a newer text.
  #drop(id) {
    this.#line = this.#line.then(async () => {
      if (this.#saved.id !== id || isEmpty(this.#saved)) return;
      const answer = await this.#post({ ...blank(), id });
      if (!answer?.ok) return;
      this.#saved = blank();
      this.#revision = answer.body.revision;
      this.#say("");
    });
  }

  // null: the network, the server or the session is away. What is typed waits and is saved
  // again. After a refusal, whose page may be no JSON, only the next key is a reason to.
  async #post(typed, leaving = false, again = false) {
    const token = this.#form.elements.csrfmiddlewaretoken.value;
    const fields = new URLSearchParams({ csrfmiddlewaretoken: token, revision: this.#revision });
    for (const name of ["id", "body", "urgent", "corrects"]) fields.set(name, typed[name]);
    for (const name of typed.flags) fields.set(name, "on");
    const options = { method: "POST", body: fields, headers: { Accept: "application/json" }, redirect: "error" };
    try {
      const answer = await fetch(this.#form.dataset.draft, { ...options, keepalive: leaving });
      if (answer.status === 403 && !again && (await renewed())) return this.#post(typed, leaving, true);
      if (answer.status >= 500 || AWAY.has(answer.status)) return null;
      return { ok: answer.ok, status: answer.status, body: await (answer.ok ? answer.json() : answer.json().catch(() => ({}))) };
    } catch {
      return null;
    }
  }

  #failed() {
    if (this.#over()) return;
    this.#say(this.#form.dataset.draftLost);
    this.#since ||= Date.now();
    this.#keepHere();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), RETRY_MS);
  }

  #met(newer) {
    if (!newer) return;
    this.#newer = newer;
    this.#warning.querySelector("[data-slot=when]").textContent = newer.when;
    this.#warning.hidden = false;
  }

  #decide(takes) {
    const newer = { ...this.#newer, corrects: String(this.#newer.corrects ?? ""), flags: flagsOf(this.#newer) };
    this.#revision = newer.revision;
    this.#newer = null;
    this.#warning.hidden = true;
    this.#form.elements.body.focus();
    if (!takes) return this.#changed();
    put(this.#form, newer);
    this.#saved = typedIn(this.#form);
    return this.#forget();
  }
}

const blank = () => ({ id: newId(), body: "", urgent: "", corrects: "", flags: [] });

// Rarely needed: not a part of what every page loads.
const renewed = async () => (await import("./fresh-token.js")).renewToken();
