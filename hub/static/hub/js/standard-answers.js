// Standard answers: what the server filled is put into the field, at the caret. It never
// sends. Without this script each link opens the page with the field filled.

class StandardAnswers extends HTMLElement {
  #field;
  #hasCaret = false; // before anybody was in the field, its end is meant

  connectedCallback() {
    this.#field = this.closest("form").elements.body;
    this.#field.addEventListener("focus", () => (this.#hasCaret = true));
    this.addEventListener("click", (event) => this.#choose(event));
    this.addEventListener("keydown", (event) => event.key === "Escape" && this.#close());
    this.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget && !this.contains(relatedTarget)) this.#menu.open = false;
    });
  }

  get #menu() {
    return this.querySelector("details");
  }

  #close() {
    this.#menu.open = false;
    this.querySelector("summary").focus();
  }

  async #choose(event) {
    const link = event.target.closest("[data-answer]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const said = this.querySelector("[data-failed]");
    said.textContent = "";
    try {
      this.#insert(await this.#filled(link.dataset.answer));
    } catch {
      said.textContent = said.dataset.failed; // no network, no session, or it was retired
    }
  }

  async #filled(id) {
    const answer = await fetch(`${this.dataset.url}?reponse=${id}`, { redirect: "error" });
    if (!answer.ok) throw new Error(answer.status);
    return answer.text();
  }

  #insert(text) {
    const field = this.#field;
    this.#menu.open = false;
    if (!this.#hasCaret) field.setSelectionRange(field.value.length, field.value.length);
    field.focus();
    // The old command is the only one whose insertion Ctrl+Z takes back.
    if (document.execCommand("insertText", false, text)) return;
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
}

customElements.define("standard-answers", StandardAnswers);
