// Correcting an own message: the composer takes its text and says which one it corrects.
// What was being written is put aside meanwhile, in this tab, over a reload: the one draft
// on the server is the correction now. The record itself never changes.

import { keepInTab, keptInTab } from "../../hub/js/typed.js";

export class Correcting {
  #form;
  #notice = document.querySelector("[data-correcting]");
  #key;
  #aside;

  constructor(form) {
    this.#form = form;
    this.#key = `draft:${document.body.dataset.user}:aside:${form.dataset.draft}`;
    this.#aside = keptInTab(this.#key) ?? "";
    queueMicrotask(() => this.#put()); // once the draft stands in the field
    document.querySelector("[data-log]").addEventListener("click", (event) => this.#click(event));
    this.#notice.querySelector("[data-stop]").addEventListener("click", (event) => this.#stop(event));
    form.addEventListener("reset", () => queueMicrotask(() => this.#sent())); // the composer empties its field first
    form.addEventListener("put", () => this.#put()); // a draft, or another one
    addEventListener("edit-again", ({ detail }) => this.#show(detail.corrects)); // it was refused
  }

  get #seq() {
    return this.#form.elements.corrects.value;
  }

  #click(event) {
    const link = event.target.closest("[data-correct]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const item = link.closest("[data-seq]");
    const { body } = this.#form.elements;
    if (!this.#seq) this.#putAside(body.value);
    this.#show(item.dataset.seq);
    this.#fill(typed(item.querySelector("[data-slot=body]")));
  }

  // The focus stays with the field.
  #stop(event) {
    event.preventDefault();
    this.#show("");
    this.#fill(this.#putAside(""));
  }

  #sent() {
    if (this.#notice.hidden) return;
    this.#show("");
    this.#comeBack();
  }

  #put() {
    this.#show(this.#seq);
    // The correction was sent from another page, or is on its way: the field is free.
    if (!this.#seq && !this.#form.elements.body.value) this.#comeBack();
  }

  #comeBack() {
    const text = this.#putAside("");
    if (text) this.#fill(text);
  }

  // Answers with what was aside before.
  #putAside(text) {
    const before = this.#aside;
    this.#aside = text;
    keepInTab(this.#key, text);
    return before;
  }

  #show(seq) {
    const says = this.#notice.querySelector("[data-says]");
    this.#form.elements.corrects.value = seq || "";
    this.#notice.hidden = !seq;
    says.textContent = seq ? says.dataset.says.replace("{seq}", seq) : "";
  }

  #fill(text) {
    const { body } = this.#form.elements;
    body.value = text;
    body.dispatchEvent(new Event("input", { bubbles: true })); // it grows, and is kept
    body.focus();
  }
}

// The text as it was typed, from its rendering (hub/text.py): two line feeds between
// paragraphs, one for each break.
function typed(said) {
  return [...said.children].map(paragraph).join("\n\n");
}

function paragraph(element) {
  const copy = element.cloneNode(true);
  if (copy.childNodes.length === 1 && copy.firstChild.nodeName === "BR") return "";
  for (const line of copy.querySelectorAll("br")) line.replaceWith("\n");
  return copy.textContent;
}
