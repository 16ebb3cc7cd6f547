// The decision as a file: leaves as soon as it is chosen, and is followed until decided.

const LOOK_MS = 1_500;
const AGAIN_MS = 5_000; // after no answer, or another one than asked for

export class OrderDocument {
  #form;
  #said = null; // that the last file did not leave
  #next = 0; // the timer of the one look to come
  #stage = 0; // goes up with each file that leaves: what was asked before is stale then

  constructor(form) {
    this.#form = form;
    this.#wire();
  }

  get #place() {
    return this.#form.querySelector("[data-order-document]");
  }

  #wire() {
    const input = this.#place.querySelector("input[type=file]");
    input.removeAttribute("name"); // it travels alone, not with each save of the step
    input.addEventListener("change", (event) => {
      event.stopPropagation();
      if (input.files.length) this.#send(input.files[0]);
    });
    if ("undecided" in this.#place.dataset) this.#lookLater();
  }

  #lookLater(pause = LOOK_MS) {
    clearTimeout(this.#next);
    this.#next = setTimeout(() => this.#look(), pause);
  }

  #send(file) {
    const progress = this.#place.querySelector("progress");
    const body = new FormData();
    body.append("csrfmiddlewaretoken", this.#form.elements.csrfmiddlewaretoken.value);
    body.append("order_document", file);
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => {
      progress.value = event.lengthComputable ? event.loaded / event.total : 0;
    });
    request.addEventListener("load", () => this.#answered(request.status, request.responseText));
    request.addEventListener("error", () => this.#answered(0, ""));
    request.open("POST", this.#place.dataset.orderDocument);
    progress.hidden = false;
    this.#said?.remove();
    this.#stage += 1;
    clearTimeout(this.#next); // a look would take the progress away
    request.send(body);
  }

  async #look() {
    const stage = this.#stage;
    const answer = await fetch(this.#place.dataset.orderDocument).catch(() => null);
    const text = answer?.ok ? await answer.text().catch(() => "") : "";
    if (stage !== this.#stage) return; // a file left meanwhile: its answer goes on
    if (!this.#show(text)) this.#lookLater(AGAIN_MS); // no network, or a server that starts
  }

  #answered(status, text) {
    if ([200, 201, 400].includes(status) && this.#show(text)) return;
    this.#place.querySelector("progress").hidden = true;
    this.#said = document.createElement("p");
    this.#said.className = "error";
    this.#said.setAttribute("role", "alert");
    const { failed, tooLarge } = this.#place.dataset;
    this.#said.textContent = status === 413 ? tooLarge : failed;
    this.#place.after(this.#said); // outlives the part, which the next look replaces
    if ("undecided" in this.#place.dataset) this.#lookLater(AGAIN_MS);
  }

  // False when that is not the part of the page. The button that chooses files keeps the
  // focus if it had it.
  #show(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-order-document]");
    if (!fresh) return false;
    const focused = document.activeElement?.id === "order_document";
    this.#keepLabel(fresh);
    this.#place.replaceWith(document.adoptNode(fresh));
    this.#wire();
    if (focused) this.#place.querySelector("input[type=file]").focus();
    return true;
  }

  // "Still needed" goes when a file is ready; the list beside the form follows.
  #keepLabel(fresh) {
    const ready = Boolean(fresh.querySelector("[data-state=clean]"));
    const tag = this.#place.querySelector("[data-needs]");
    if (tag) {
      tag.hidden = ready;
      fresh.querySelector(".label").append(" ", tag);
    }
    const line = document.querySelector('[data-needs-line="decision#order_document"]');
    if (line) line.hidden = ready;
    const lines = document.querySelectorAll("[data-needs-line]");
    const missing = document.querySelector("[data-missing]");
    if (missing && lines.length) missing.hidden = [...lines].every((one) => one.hidden);
  }
}
