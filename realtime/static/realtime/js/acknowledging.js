// "Acknowledge receipt": sent over whatever line is open, kept until one is.
// The form behind the button serves browsers without script.

const REPEAT_MS = 5_000; // an act without its receipt is sent again; it counts once

export class Acknowledging {
  #send; // (seq) => whether it left
  #waiting = new Set();

  constructor(send) {
    this.#send = send;
    document.addEventListener("submit", (event) => this.#submit(event));
    setInterval(() => this.flush(), REPEAT_MS);
  }

  // The line is open again.
  flush() {
    for (const seq of this.#waiting) this.#send(seq);
  }

  // On record: the focus goes to the message, never to the top of the page.
  settle(seq) {
    if (!this.#waiting.delete(seq)) return;
    document.querySelector(`#m-${seq} [data-slot=permalink]`)?.focus();
  }

  get size() {
    return this.#waiting.size;
  }

  #submit(event) {
    const ask = event.target.closest("[data-slot=ask]");
    if (!ask) return;
    event.preventDefault();
    const seq = Number(ask.closest("[data-seq]").dataset.seq);
    ask.querySelector("button").setAttribute("aria-busy", "true");
    this.#waiting.add(seq);
    this.#send(seq);
  }
}
