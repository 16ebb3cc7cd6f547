// Correcting an own message: the composer takes its text and says which one it corrects.
// What was being written is put aside meanwhile. The record itself never changes.

export class Correcting {
  #form;
  #notice = document.querySelector("[data-correcting]");
  #aside = "";

  constructor(form) {
    this.#form = form;
    document.querySelector("[data-log]").addEventListener("click", (event) => this.#click(event));
    this.#notice.querySelector("[data-stop]").addEventListener("click", (event) => this.#stop(event));
    form.addEventListener("reset", () => queueMicrotask(() => this.#sent())); // the composer empties its field first
    form.addEventListener("put", () => this.#show(this.#seq)); // a draft, or another one
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
    if (!this.#seq) this.#aside = body.value;
    this.#show(item.dataset.seq);
    this.#fill(typed(item.querySelector("[data-slot=body]")));
  }

  // The focus stays with the field.
  #stop(event) {
    event.preventDefault();
    this.#show("");
    this.#fill(this.#aside);
    this.#aside = "";
  }

  #sent() {
    if (this.#notice.hidden) return;
    this.#show("");
    if (this.#aside) this.#fill(this.#aside);
    this.#aside = "";
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
