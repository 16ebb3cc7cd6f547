// Saves a step while it is filled, and says so; leaving is only held up by a failed save.

const PAUSE_MS = 1_500; // a pause in typing, not every key

export class Autosave {
  #form;
  #said;
  #timer = 0;
  #dirty = false;
  #failed = false;
  #stale = false; // somebody else saved: only a person may decide what counts
  #saving = null;

  constructor(form) {
    this.#form = form;
    this.#said = form.querySelector("[data-said]");
    // A page that came back with sentences shows what is not saved.
    this.#stale = Boolean(form.querySelector("#refused"));
    this.#failed = this.#dirty = this.#stale || Boolean(form.querySelector("#summary"));
    form.addEventListener("input", () => this.#changed());
    form.addEventListener("change", () => this.#changed());
    form.addEventListener("submit", (event) => this.#submit(event));
    addEventListener("pagehide", () => this.#leave());
    addEventListener("beforeunload", (event) => {
      if (this.#failed && this.#dirty) event.preventDefault();
    });
  }

  #changed() {
    this.#dirty = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), PAUSE_MS);
  }

  // One save at a time: the next begins with the revision that the last one gave.
  async #save() {
    if (this.#saving || this.#stale || !this.#dirty) return this.#saving;
    this.#dirty = false;
    this.#saving = this.#send();
    await this.#saving;
    this.#saving = null;
    if (this.#dirty && !this.#failed) this.#changed();
    return null;
  }

  async #send(keepalive = false) {
    try {
      const answer = await fetch(this.#form.action, {
        method: "POST",
        body: new URLSearchParams(new FormData(this.#form)),
        headers: { Accept: "application/json" },
        redirect: "error", // a session that ended asks to sign in: that saved nothing
        keepalive,
      });
      this.#answered(answer, await answer.json());
    } catch {
      this.#fail(this.#form.dataset.lost);
    }
  }

  #answered(answer, body) {
    this.#stale = answer.status === 409;
    if (!answer.ok) return this.#fail(body.said);
    this.#failed = false;
    this.#form.elements.revision.value = body.revision;
    this.#said.textContent = body.said;
    this.#showNeeded(new Set(body.needed));
    return undefined;
  }

  #fail(sentence) {
    this.#failed = true;
    this.#dirty = true;
    this.#said.textContent = sentence;
  }

  #showNeeded(needed) {
    const { step } = this.#form.dataset;
    for (const tag of this.#form.querySelectorAll("[data-needs]")) {
      tag.hidden = !needed.has(`${step}#${tag.dataset.needs}`);
    }
    for (const line of document.querySelectorAll("[data-needs-line]")) {
      line.hidden = !needed.has(line.dataset.needsLine);
    }
    document.querySelector("[data-missing]").hidden = needed.size === 0;
  }

  // A save under way would make the form stale: it is waited for, then sent again.
  async #submit(event) {
    clearTimeout(this.#timer);
    if (this.#saving) {
      event.preventDefault();
      const { submitter } = event;
      await this.#saving;
      clearTimeout(this.#timer);
      this.#form.requestSubmit(submitter);
      return;
    }
    this.#dirty = false;
  }

  // A link was followed within the pause: what was typed leaves with the page.
  #leave() {
    clearTimeout(this.#timer);
    if (this.#dirty && !this.#saving && !this.#stale && !this.#failed) this.#send(true);
  }
}
