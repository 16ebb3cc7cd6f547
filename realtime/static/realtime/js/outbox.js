// Messages on their way: shown above the composer until the server has them on record.
// One is under way at a time, so that their order is the order of typing.

const PAUSE_MS = 5_000; // a server that lets one post a second through takes some more then
// Refusals that no repetition changes; the text goes back into the composer.
const LASTING = new Set(["invalid", "too_long", "forbidden", "closed", "conflict"]);

const words = document.getElementById("words").dataset;

export class Outbox {
  #list = document.querySelector("[data-outbox]");
  #waiting = new Map(); // id -> {frame, item, failed}, in the order of typing
  #send; // (frame) => whether it left
  #flying = null; // the id of the one that was sent
  #pause = 0; // while too much was sent

  constructor(send) {
    this.#send = send;
  }

  // `names`: of its files, for people.
  add(frame, names = "") {
    const item = document.getElementById("pending-shape").content.firstElementChild.cloneNode(true);
    item.dataset.message = frame.id;
    item.querySelector("[data-slot=body]").textContent = frame.body;
    item.querySelector("[data-slot=names]").textContent = names;
    item.querySelector("[data-slot=names]").hidden = !names;
    item.querySelector("[data-retry]").addEventListener("click", () => this.#retry(frame.id));
    item.querySelector("[data-discard]").addEventListener("click", () => this.#discard(frame.id));
    item.querySelector("[data-edit]").addEventListener("click", () => this.#edit(frame.id));
    this.#list.append(item);
    this.#list.scrollTop = this.#list.scrollHeight; // the page itself stays where it is
    this.#waiting.set(frame.id, { frame, item, failed: false });
    this.#show(frame.id, this.#pause ? words.limited : words.sending);
    this.#next();
  }

  // On record: nothing to wait for any more. Answers with the frame that was sent.
  settle(id) {
    const entry = this.#waiting.get(id);
    entry?.item.remove();
    this.#waiting.delete(id);
    this.#landed(id);
    return entry?.frame;
  }

  refuse({ id, code, detail }) {
    if (!this.#waiting.has(id)) return;
    if (code === "rate_limited") return this.#rest();
    const whole = code === "unavailable"; // its sentence says already that nothing was sent
    this.#fail(id, whole ? detail : `${words.failed} ${detail}`, LASTING.has(code));
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
    for (const id of this.#unsent) this.#show(id, words.waiting);
  }

  // Nothing will leave from here any more. Not by itself later either: it may have been
  // copied and sent from elsewhere.
  stop() {
    this.#flying = null;
    for (const id of this.#unsent) this.#fail(id, words.over, true);
  }

  get size() {
    return this.#waiting.size;
  }

  get #unsent() {
    return [...this.#waiting].filter(([, { failed }]) => !failed).map(([id]) => id);
  }

  // Back into the composer, as a new message: this one was never stored.
  #edit(id) {
    dispatchEvent(new CustomEvent("edit-again", { detail: this.settle(id) }));
  }

  #discard(id) {
    dispatchEvent(new CustomEvent("discarded", { detail: this.settle(id) }));
  }

  #retry(id) {
    this.#waiting.get(id).failed = false;
    this.#show(id, this.#pause ? words.limited : words.sending);
    this.#next();
  }

  #next() {
    if (this.#flying || this.#pause) return;
    const [id] = this.#unsent;
    if (!id) return;
    this.#flying = id; // at once: where nothing leaves, `hold` is heard before `send` answers
    if (this.#send(this.#waiting.get(id).frame)) return this.#show(id, words.sending);
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
    for (const id of this.#unsent) this.#show(id, words.limited);
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#pause = 0;
      this.#next();
    }, PAUSE_MS);
  }

  #fail(id, sentence, lasting) {
    const { item } = this.#waiting.get(id);
    this.#waiting.get(id).failed = true;
    this.#show(id, sentence);
    for (const button of item.querySelectorAll("button")) button.hidden = lasting && "retry" in button.dataset;
  }

  #show(id, sentence) {
    const { item, failed } = this.#waiting.get(id);
    item.classList.toggle("msg--failed", failed);
    const line = item.querySelector(".receipt");
    line.classList.toggle("receipt--bad", failed);
    if (failed) line.setAttribute("role", "alert");
    else line.removeAttribute("role");
    item.querySelector("[data-slot=state]").textContent = sentence;
    for (const button of item.querySelectorAll("button")) button.hidden = true;
  }
}
