// A message on its way, as it is shown above the composer: its text, in one sentence what
// becomes of it, and what can be done with it. A failure is spoken once, by the line that
// stands there for it (role=alert); the focus never goes away with a button.

const list = document.querySelector("[data-outbox]");
const alert = document.querySelector("[data-outbox-said]");

export class Pending {
  #item = document.getElementById("pending-shape").content.firstElementChild.cloneNode(true);
  failed = false;

  // `names`: of its files; `acts`: retry, edit, discard, each () => what its button does.
  constructor({ id, body }, names, acts) {
    const slot = (name) => this.#item.querySelector(`[data-slot=${name}]`);
    this.#item.dataset.message = id;
    slot("body").textContent = body;
    slot("names").textContent = names;
    slot("names").hidden = !names;
    for (const [name, act] of Object.entries(acts)) this.#button(name).addEventListener("click", act);
    list.append(this.#item);
  }

  waits(sentence) {
    if (this.failed) alert.textContent = ""; // should it fail again, that is said again
    this.#show(false, sentence, []);
  }

  // `offered`: which of its buttons.
  fails(sentence, ...offered) {
    this.#show(true, sentence, offered);
    if (alert.textContent !== sentence) alert.textContent = sentence; // several at once are said once
  }

  remove() {
    if (this.failed) alert.textContent = "";
    this.#keepFocus();
    this.#item.remove();
  }

  #button(name) {
    return this.#item.querySelector(`[data-${name}]`);
  }

  #show(failed, sentence, offered) {
    this.failed = failed;
    this.#item.classList.toggle("msg--failed", failed);
    this.#item.querySelector(".receipt").classList.toggle("receipt--bad", failed);
    this.#item.querySelector("[data-slot=state]").textContent = sentence;
    const stays = offered.some((name) => this.#button(name) === document.activeElement);
    if (!stays) this.#keepFocus();
    for (const name of ["retry", "edit", "discard"]) this.#button(name).hidden = !offered.includes(name);
  }

  // To the next message that waits for somebody to decide, or to where one writes.
  #keepFocus() {
    if (!this.#item.contains(document.activeElement)) return;
    const others = [...list.children].filter((one) => one !== this.#item);
    const next = others.map((one) => one.querySelector("button:not([hidden])")).find(Boolean);
    (next ?? document.getElementById("body") ?? document.querySelector("[role=log]")).focus();
  }
}
