// The files of the message that is being written. Each travels at once, shows its
// progress and can be removed. Sources, transport, lines and words: file-*.js, upload-line.js.

import { heard, learn, named, words } from "./file-line.js";
import { sendFile, takeBack } from "./file-sending.js";
import { watchSources } from "./file-sources.js";
import { UploadLine } from "./upload-line.js";

const AT_ONCE = 3; // a browser opens six lines to a server: messages need some too

// Tells `settled` when nothing is on its way any more, `hindered` when something did not
// arrive, was refused or removed.
export class Uploads extends EventTarget {
  #form;
  #box;
  #list;
  #lines = []; // UploadLine, in the order of the page

  constructor(form) {
    super();
    this.#form = form;
    this.#box = form.querySelector("[data-uploads]");
    this.#list = this.#box.querySelector("[data-attached]");
    for (const item of this.#list.children) {
      this.#keep(new UploadLine({ item, file: learn(JSON.parse(item.dataset.wired)) }));
    }
    watchSources(form, (blobs) => this.add(blobs));
  }

  // The files that a message sent now carries.
  get ids() {
    return this.#ready.map(({ file }) => file.id);
  }

  get sending() {
    return this.#lines.filter(({ phase }) => ["queued", "sending"].includes(phase)).length;
  }

  // Files that are in this page alone, and would be lost with it.
  get unsent() {
    return this.#lines.filter(({ phase }) => phase !== "there").length;
  }

  // For all to see, or only to be spoken: what a line of the list shows anyway.
  say(sentence, spoken = false) {
    const place = this.#box.querySelector("[data-files-status]");
    place.classList.toggle("sr", spoken);
    place.textContent = sentence;
  }

  warn(sentence, spoken = false) {
    const place = this.#box.querySelector("[data-files-alert]");
    place.classList.toggle("sr", spoken);
    place.textContent = sentence;
  }

  add(blobs) {
    this.warn("");
    for (const blob of blobs) {
      if (this.#lines.filter((line) => !line.refused).length >= words.max_files) {
        this.warn(words.too_many);
        break;
      }
      const line = this.#append(new UploadLine({ blob }));
      if (line.refused) this.#hinder(line);
    }
    this.#next();
  }

  // The draft leaves with these; what was refused, or did not arrive, stays to be seen.
  leave() {
    for (const line of this.#ready) this.#forget(line);
  }

  // A draft that was not posted is written again.
  restore(ids) {
    for (const id of ids) if (heard(id) && !this.#of(id)) this.#append(new UploadLine({ file: heard(id) }));
  }

  // News about a file that is in no message.
  changed(file) {
    const line = this.#of(file.id);
    if (!line) return;
    line.is(file);
    if (file.state === "clean") this.say(named(words.now_ready, file.name), true);
    if (line.refused) this.#hinder(line);
  }

  // It is in a message now, or was removed elsewhere.
  drop(id) {
    const line = this.#of(id);
    if (line) this.#forget(line);
  }

  withdraw(ids) {
    for (const id of ids) takeBack(id, this.#token);
  }

  get #ready() {
    return this.#lines.filter((line) => line.phase === "there" && !line.refused);
  }

  get #token() {
    return this.#form.elements.csrfmiddlewaretoken.value;
  }

  #of(id) {
    return this.#lines.find(({ file }) => file.id === id);
  }

  #append(line) {
    this.#list.append(line.item);
    return this.#keep(line);
  }

  #keep(line) {
    this.#lines.push(line);
    line.button.addEventListener("click", () => this.#remove(line));
    line.retry.addEventListener("click", () => this.#again(line));
    return line;
  }

  // Starts what waits, as long as a line to the server is free.
  #next() {
    const free = AT_ONCE - this.#lines.filter(({ phase }) => phase === "sending").length;
    const waiting = this.#lines.filter(({ phase }) => phase === "queued");
    for (const line of waiting.slice(0, Math.max(0, free))) this.#start(line);
    if (!this.sending) this.dispatchEvent(new Event("settled"));
  }

  #start(line) {
    const stop = sendFile(this.#box.dataset.url, this.#token, line.blob, {
      progress: (part) => line.progress(part),
      done: (file) => this.#arrived(line, learn(file)),
      failed: (refusal, why) => this.#failed(line, refusal, why),
    });
    line.started(stop);
  }

  #arrived(line, file) {
    line.is(file);
    this.say(named(words.arrived, file.name), true);
    if (file.state !== "pending") this.changed(file);
    this.#next();
  }

  #failed(line, refusal, why) {
    line.failed(refusal, why);
    this.#hinder(line);
    this.#next();
  }

  // It stays behind: its line shows why, and a message that waits must not leave without it.
  #hinder(line) {
    this.warn(line.trouble, true);
    this.dispatchEvent(new Event("hindered"));
  }

  async #again(line) {
    this.warn("");
    line.again();
    line.button.focus(); // the button that was pressed goes away
    await (await import("./fresh-token.js")).renewToken(); // who signed in again, elsewhere, has a new one
    this.#next();
  }

  #remove(line) {
    const near = line.item.nextElementSibling ?? line.item.previousElementSibling;
    if (line.file.id) this.withdraw([line.file.id]);
    this.#forget(line);
    this.warn("");
    this.say(named(words.removed, line.file.name), true);
    this.dispatchEvent(new Event("hindered"));
    (near?.querySelector("[data-slot=remove]") ?? this.#form.elements.files).focus();
    this.#next();
  }

  #forget(line) {
    this.#lines = this.#lines.filter((other) => other !== line);
    line.remove();
  }
}
