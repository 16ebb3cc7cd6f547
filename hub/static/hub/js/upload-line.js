// One line of the composer's list: a file that waits, travels, arrived or did not.

import { fill, fresh, named, reasonOf, words } from "./file-line.js";

export class UploadLine {
  #blob = null;
  #stop = null;
  #cut = words.cut; // why it did not arrive, though it may yet

  // `item`: a line that the server wrote. A blob begins as waiting; `file` is there.
  constructor({ file, item, blob }) {
    this.#blob = blob;
    this.file = file ?? begun(blob);
    this.phase = blob && this.file.state === "pending" ? "queued" : "there"; // also: sending, failed
    this.item = item ?? fresh(this.file, "upload-shape");
    this.item.querySelector("[data-slot=picked]")?.remove(); // for pages without a script
    this.button.type = "button";
    this.#show(this.phase === "queued" ? words.queued : null);
  }

  get button() {
    return this.item.querySelector("[data-slot=remove]");
  }

  get retry() {
    return this.item.querySelector("[data-slot=retry]");
  }

  get blob() {
    return this.#blob;
  }

  get refused() {
    return this.file.state === "refused";
  }

  // Why it stays behind, in one sentence; empty while nothing is wrong.
  get trouble() {
    if (this.phase === "failed") return `${this.file.name} : ${this.#cut}`;
    return this.refused ? named(words.now_refused, this.file.name, reasonOf(this.file)) : "";
  }

  started(stop) {
    this.#stop = stop;
    this.phase = "sending";
    this.progress(0);
  }

  progress(part) {
    const bar = this.item.querySelector("[data-slot=progress]");
    bar.value = Math.round(part * 100);
    bar.setAttribute("aria-label", named(words.progress_name, this.file.name));
    this.#show(words.progress.replace("{percent}", bar.value));
  }

  is(file) {
    this.file = file;
    this.phase = "there";
    this.#blob = null;
    fill(this.item, file);
    this.#show(null);
  }

  // For good, with the server's refusal; or something that passes was at fault.
  failed(refusal, why = words.cut) {
    if (refusal) {
      this.is({ ...this.file, state: "refused", reason: refusal.code, detail: refusal.detail });
      return;
    }
    this.phase = "failed";
    this.#cut = why;
    this.item.classList.add("file--bad");
    this.#show(why);
  }

  again() {
    this.phase = "queued";
    this.item.classList.remove("file--bad");
    this.#show(words.queued);
  }

  remove() {
    this.#stop?.();
    this.item.remove();
  }

  #show(sentence) {
    const travels = this.phase === "queued" || this.phase === "sending";
    if (sentence) this.item.querySelector("[data-slot=about]").textContent = sentence;
    this.item.querySelector("[data-slot=progress]").hidden = this.phase !== "sending";
    this.retry.hidden = this.phase !== "failed";
    this.button.textContent = travels ? words.cancel : words.remove;
    this.button.setAttribute("aria-label", named(travels ? words.cancel_name : words.remove_name, this.file.name));
  }
}

// What the server would refuse anyway is refused before it travels.
function begun(blob) {
  const file = { name: blob.name, size: blob.size, state: "pending" };
  if (!blob.size) return { ...file, state: "refused", reason: "empty" };
  if (blob.size > words.max_bytes) return { ...file, state: "refused", reason: "too_large" };
  return file;
}
