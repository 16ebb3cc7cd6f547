// The decision as a file: leaves as soon as it is chosen, and is followed until decided.

const LOOK_MS = 1_500;

export class OrderDocument {
  #form;

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
    if ("undecided" in this.#place.dataset) setTimeout(() => this.#look(), LOOK_MS);
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
    request.send(body);
  }

  async #look() {
    try {
      const answer = await fetch(this.#place.dataset.orderDocument);
      if (answer.ok) this.#show(await answer.text());
    } catch {
      setTimeout(() => this.#look(), LOOK_MS); // no network: the next look tells
    }
  }

  #answered(status, text) {
    if ([200, 201, 400].includes(status)) return this.#show(text);
    this.#place.querySelector("progress").hidden = true;
    const said = document.createElement("p");
    said.className = "error";
    said.setAttribute("role", "alert");
    said.textContent = this.#place.dataset.failed;
    this.#place.append(said);
    return undefined;
  }

  // The button that chooses files keeps the focus if it had it.
  #show(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-order-document]");
    if (!fresh) return;
    const focused = document.activeElement?.id === "order_document";
    this.#keepLabel(fresh);
    this.#place.replaceWith(document.adoptNode(fresh));
    this.#wire();
    if (focused) this.#place.querySelector("input[type=file]").focus();
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
