// The composer: Enter sends, Shift+Enter breaks the line (or Enter breaks it and Ctrl+Enter
// sends, by the person's choice), and the field empties at once.
// What becomes of the message is the outbox's business, what becomes of its files
// upload.js's, and of a text that is not sent draft.js's.

import { markBusy, words } from "./file-line.js";
import { enterSends } from "./keys.js";
import { newId } from "./typed.js";

const telephone = matchMedia("(pointer: coarse)");

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
    form.addEventListener("put", () => this.#grow());
    form.elements.body.addEventListener("keydown", (event) => this.#key(event));
    this.#hint();
    enterSends.addEventListener("change", () => this.#hint());
    if (!CSS.supports("field-sizing", "content")) {
      form.elements.body.addEventListener("input", () => this.#grow());
    }
  }

  // A draft that was refused comes back to be changed; what stands here stays too.
  restore(draft) {
    const { body, needs_ack, for_case_file, is_urgent, urgent, corrects } = this.#form.elements;
    body.value = [draft.body, body.value].filter(Boolean).join("\n");
    needs_ack.checked = draft.needs_ack;
    if (for_case_file) for_case_file.checked = draft.for_case_file;
    is_urgent.checked = Boolean(draft.urgent);
    urgent.value = draft.urgent;
    corrects.value = draft.corrects ?? "";
    this.#uploads.restore(draft.attachments);
    this.#grow();
    body.focus();
  }

  #key(event) {
    // While an accent or a word is being composed, Enter ends the composition.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    const always = event.ctrlKey || event.metaKey;
    if (!always && (telephone.matches || !enterSends.checked)) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  // Said where a key does it (CSS shows it for fine pointers), and to who hears the field.
  #hint() {
    const hint = this.#form.querySelector("[data-enter-hint]");
    hint.textContent = enterSends.checked ? hint.dataset.sends : hint.dataset.breaks;
    if (!telephone.matches) this.#form.elements.body.setAttribute("aria-describedby", `reminder ${hint.id}`);
  }

  #submit(event) {
    event.preventDefault();
    const { id, body, needs_ack, for_case_file, is_urgent, urgent, corrects } = this.#form.elements;
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
      id: id.value,
      body: body.value,
      needs_ack: needs_ack.checked,
      for_case_file: for_case_file?.checked ?? false,
      urgent: is_urgent.checked ? urgent.value : "",
      corrects: Number(corrects.value) || null,
      attachments,
    });
    this.#form.reset();
    for (const field of [body, urgent, corrects]) field.value = "";
    // A reset goes back to what the page came with: a kept draft's marks.
    for (const mark of [needs_ack, for_case_file, is_urgent]) if (mark) mark.checked = false;
    id.value = newId(); // the next message is another one
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
