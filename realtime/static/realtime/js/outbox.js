// Messages on their way: shown above the composer until the server has them on record.
// Sent one after the other, so that their order is the order of typing.

const words = document.getElementById("words").dataset;

export class Outbox {
  #list = document.querySelector("[data-outbox]");
  #waiting = new Map(); // id -> {frame, item, failed}
  #send; // (frame) => whether it left

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
    this.#try(frame.id);
  }

  // On record: nothing to wait for any more. Answers with the frame that was sent.
  settle(id) {
    const entry = this.#waiting.get(id);
    entry?.item.remove();
    this.#waiting.delete(id);
    return entry?.frame;
  }

  fail(id, detail) {
    const entry = this.#waiting.get(id);
    if (!entry) return;
    entry.failed = true;
    this.#show(entry, `${words.failed} ${detail}`, true);
  }

  // The line is open again: the same ids, so nothing can be posted twice.
  flush() {
    for (const [id, entry] of this.#waiting) if (!entry.failed) this.#try(id);
  }

  get size() {
    return this.#waiting.size;
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
    this.#try(id);
  }

  #try(id) {
    const entry = this.#waiting.get(id);
    const left = this.#send(entry.frame);
    this.#show(entry, left ? words.sending : words.waiting, false);
  }

  #show({ item }, sentence, failed) {
    item.classList.toggle("msg--failed", failed);
    const line = item.querySelector(".receipt");
    line.classList.toggle("receipt--bad", failed);
    if (failed) line.setAttribute("role", "alert");
    else line.removeAttribute("role");
    item.querySelector("[data-slot=state]").textContent = sentence;
    for (const button of item.querySelectorAll("button")) button.hidden = !failed;
  }
}
