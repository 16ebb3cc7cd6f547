// What becomes of files, wherever they stand: in the composer or in a message. News come
// as frames, with messages, or by asking; how far the page has come is `change`.

import { heard, heardOf, learn, named, reasonOf, words } from "../../hub/js/file-line.js";

export class Attachments {
  #timeline;
  #uploads; // none where one may only read
  change; // every final state up to this count has been heard

  constructor(timeline, uploads, change) {
    this.#timeline = timeline;
    this.#uploads = uploads;
    this.change = change;
  }

  // An `attachment`, or one of GET .../attachments.
  take(news) {
    const before = heard(news.id)?.state;
    const file = learn(news);
    if (file.state === "withdrawn") {
      this.#timeline.dropFile(file.id);
      this.#uploads?.drop(file.id);
    } else if (file.seq === null) this.#uploads?.changed(file);
    else if (this.#timeline.file(file) && file.state !== before) this.#tell(file);
  }

  // The files of a message that is about to be shown: those it names, and those that
  // were heard of before it.
  of(message) {
    const listed = (message.attachments ?? []).map((file) => learn({ ...file, seq: message.seq }));
    for (const { id } of listed) this.#uploads?.drop(id);
    const ids = new Set(listed.map(({ id }) => id));
    const early = heardOf(message.seq).filter(({ id }) => !ids.has(id));
    return [...listed, ...early].filter(({ state }) => state !== "withdrawn");
  }

  // What this page posted by itself: the server does not repeat it.
  named(ids = []) {
    return ids.map((id) => heard(id)).filter(Boolean);
  }

  names(ids) {
    const list = this.named(ids).map(({ name }) => name);
    return list.length ? `${words.attached} ${list.join(", ")}` : "";
  }

  // The sender alone is told: everybody else hears of a file when it is added to the log.
  #tell({ name, state, seq, ...file }) {
    const mine = document.getElementById(`m-${seq}`).dataset.author === document.body.dataset.user;
    if (!mine) return;
    if (state === "clean") this.#uploads?.say(named(words.now_ready, name), true);
    if (state === "refused") this.#uploads?.warn(named(words.now_refused, name, reasonOf(file)));
  }
}
