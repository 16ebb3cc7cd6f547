// The composer: Enter sends, Shift+Enter breaks the line, and the field empties at once.
// What becomes of the draft is the outbox's business, what becomes of its files upload.js's.

import { markBusy, words } from "./file-line.js";

export class Composer {
  #form;
  #send;
  #uploads;
  #waits = false; // Send was pressed while files were still on their way

  constructor(form, uploads, send) {
    this.#form = form;
    this.#uploads = uploads;
    this.#send = send;
    form.dataset.scripted = "";
    uploads.addEventListener("settled", () => this.#waits && form.requestSubmit());
    uploads.addEventListener("hindered", () => this.#stay());
    // Who writes on has not finished: the message must not leave under their hands.
    form.addEventListener("input", (event) => event.target.type !== "file" && this.#stay());
    form.addEventListener("submit", (event) => this.#submit(event));
    form.elements.body.addEventListener("keydown", (event) => this.#key(event));
    if (!CSS.supports("field-sizing", "content")) {
      form.elements.body.addEventListener("input", () => this.#grow());
    }
  }

  // A draft that was refused comes back to be changed; what stands here stays too.
  restore(draft) {
    const { body, needs_ack, for_case_file, is_urgent, urgent } = this.#form.elements;
    body.value = [draft.body, body.value].filter(Boolean).join("\n");
    needs_ack.checked = draft.needs_ack;
    if (for_case_file) for_case_file.checked = draft.for_case_file;
    is_urgent.checked = Boolean(draft.urgent);
    urgent.value = draft.urgent;
    this.#uploads.restore(draft.attachments);
    this.#grow();
    body.focus();
  }

  #key(event) {
    // While an accent or a word is being composed, Enter ends the composition.
    const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    const telephone = matchMedia("(pointer: coarse)").matches;
    if (!sends || telephone) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #submit(event) {
    event.preventDefault();
    const { body, needs_ack, for_case_file, is_urgent, urgent } = this.#form.elements;
    const uploads = this.#uploads;
    if (!body.value.trim() && !uploads.ids.length && !uploads.sending) return body.focus();
    if (is_urgent.checked && !urgent.value.trim()) return urgent.focus();
    if (uploads.sending) return this.#wait(true, words.leaves_after);
    const pressed = !this.#waits; // the focus goes back to the field only after a press
    this.#wait(false, "");
    const attachments = uploads.ids;
    uploads.leave();
    if (pressed) uploads.warn(""); // nobody has read it yet when the message leaves by itself
    this.#send({
      id: newId(),
      body: body.value,
      needs_ack: needs_ack.checked,
      for_case_file: for_case_file?.checked ?? false,
      urgent: is_urgent.checked ? urgent.value : "",
      attachments,
    });
    this.#form.reset();
    body.value = "";
    urgent.value = "";
    this.#grow();
    if (pressed) body.focus();
  }

  #stay() {
    if (this.#waits) this.#wait(false, words.stays);
  }

  #wait(waits, sentence) {
    this.#waits = waits;
    this.#uploads.say(sentence);
    markBusy(this.#form.querySelector("[data-send]"), waits);
  }

  #grow() {
    const { body } = this.#form.elements;
    body.style.height = "auto";
    if (!CSS.supports("field-sizing", "content")) body.style.height = `${body.scrollHeight}px`;
  }
}

// randomUUID exists only on secure pages; a trial on a local network is not one.
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
