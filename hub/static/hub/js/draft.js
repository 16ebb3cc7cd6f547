// What is typed and not sent yet, kept in this tab while pages change. For one person and
// one thread; gone once it is sent, and with the session (forget-drafts.js).

const FLAGS = ["needs_ack", "for_case_file", "is_urgent"];

export class Draft {
  #form;
  #key;
  #over; // () => whether the session or the right is lost: nothing is kept any more

  constructor(form, user, thread, over = () => false) {
    this.#form = form;
    this.#key = `draft:${user}:${thread}`;
    this.#over = over;
    this.#restore();
    form.addEventListener("input", () => this.#keep());
    addEventListener("edit-again", () => this.#keep()); // after the composer took it back
    form.addEventListener("submit", (event) => event.defaultPrevented || this.forget()); // a plain form's way
  }

  forget() {
    sessionStorage.removeItem(this.#key);
  }

  #keep() {
    const { body, urgent } = this.#form.elements;
    if (this.#over()) return;
    if (!body.value.trim() && !urgent.value.trim()) return this.forget();
    const flags = FLAGS.filter((name) => this.#form.elements[name]?.checked);
    try {
      sessionStorage.setItem(this.#key, JSON.stringify({ body: body.value, urgent: urgent.value, flags }));
    } catch {
      // The browser keeps nothing, or has no room: the text is on the page all the same.
    }
  }

  #restore() {
    const { body, urgent } = this.#form.elements;
    const kept = JSON.parse(sessionStorage.getItem(this.#key));
    if (!kept || body.value) return;
    body.value = kept.body;
    urgent.value = kept.urgent;
    for (const name of FLAGS) {
      const box = this.#form.elements[name];
      if (box) box.checked = kept.flags.includes(name);
    }
    body.dispatchEvent(new Event("input")); // the field grows to its text
  }
}
