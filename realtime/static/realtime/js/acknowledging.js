// "Acknowledge receipt": sent over whatever line is open, kept until one is.
// The form behind the button serves browsers without script.

import { over } from "./line.js";

const REPEAT_MS = 5_000; // an act without its receipt is sent again; it counts once
const words = document.getElementById("words").dataset;

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
    for (const seq of this.#waiting) this.#try(seq);
  }

  // The session or the right is lost: the button is there again, and nothing is promised.
  stop() {
    for (const seq of this.#waiting) this.#release(seq, "");
  }

  // The server does not take it: the button may be pressed again.
  refuse(seq) {
    if (this.#waiting.has(seq)) this.#release(seq, words.unacknowledged);
  }

  // On record.
  settle(seq) {
    this.#waiting.delete(seq);
  }

  get size() {
    return this.#waiting.size;
  }

  #submit(event) {
    const ask = event.target.closest("[data-slot=ask]");
    if (!ask || over()) return; // the plain form leads to the page that says why
    event.preventDefault();
    const seq = Number(ask.closest("[data-seq]").dataset.seq);
    ask.querySelector("button").setAttribute("aria-busy", "true");
    this.#waiting.add(seq);
    this.#try(seq);
  }

  #release(seq, sentence) {
    this.#waiting.delete(seq);
    const ask = document.querySelector(`#m-${seq} [data-slot=ask]`);
    ask.querySelector("button").removeAttribute("aria-busy");
    ask.querySelector("[data-slot=ask-state]").textContent = sentence;
  }

  #try(seq) {
    const left = this.#send(seq);
    const said = document.querySelector(`#m-${seq} [data-slot=ask-state]`);
    const sentence = left ? "" : words.leaves;
    if (said.textContent !== sentence) said.textContent = sentence; // else it would be spoken again
  }
}
