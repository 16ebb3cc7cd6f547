// Who has seen and who has acknowledged, under each message: news of them, in the words
// that the server would write (hub/timeline.py).

import { sayOnce } from "./layout.js";
import { clock, date, dayKey } from "../../hub/js/moments.js";

const sentences = JSON.parse(document.getElementById("words").dataset.receipts);

export class Receipts {
  #list;
  #me;
  #names; // user -> name

  constructor(list, me, names) {
    this.#list = list;
    this.#me = me;
    this.#names = names;
  }

  take({ user, seq, at, acknowledged }) {
    if (!this.#names.has(user)) return;
    if (acknowledged) this.#acknowledged(user, seq, at);
    else if (user !== this.#me) this.#seen(user, seq, at);
  }

  #seen(user, seq, at) {
    for (const item of this.#list.querySelectorAll(".msg[data-seq]")) {
      const covered = Number(item.dataset.seq) <= seq && item.dataset.author !== user;
      if (covered) item.querySelector(`[data-reader="${user}"][data-alerted]`)?.remove(); // seen says more
      if (covered && !item.querySelector(`[data-reader="${user}"]`)) this.#note(item, user, at, false);
    }
  }

  #acknowledged(user, seq, at) {
    const item = document.getElementById(`m-${seq}`);
    if (!item || item.querySelector(`[data-reader="${user}"][data-acknowledged]`)) return;
    item.querySelector(`[data-reader="${user}"]`)?.remove();
    item.querySelector("[data-waiting]")?.remove();
    const ask = item.querySelector("[data-slot=ask]");
    const settles = user === this.#me || !("own" in ask.dataset); // a judge gives her own
    // By whoever pressed, or was about to.
    const held = settles && (user === this.#me ? item : ask).contains(document.activeElement);
    if (settles) ask.hidden = true;
    this.#note(item, user, at, true);
    if (held) item.querySelector("[data-slot=receipts]").focus();
  }

  #note(item, user, at, acknowledged) {
    const note = document.getElementById("note-shape").content.firstElementChild.cloneNode(true);
    note.dataset.reader = user;
    note.toggleAttribute("data-acknowledged", acknowledged);
    if (!acknowledged) note.querySelector(".icon").remove();
    const written = item.querySelector("[data-slot=permalink] time").dateTime;
    note.querySelector("[data-slot=words]").textContent = this.#words(user, at, written, acknowledged);
    const line = item.querySelector("[data-slot=receipts]");
    line.insertBefore(note, this.#after(line, user, acknowledged));
    sayOnce(item);
    sayOnce(item.previousElementSibling);
  }

  // One's own acknowledgement first, then those of others, then who has seen it.
  #after(line, user, acknowledged) {
    if (!acknowledged) return line.querySelector("[data-alerted]");
    if (user === this.#me) return line.firstElementChild;
    return line.querySelector("[data-reader]:not([data-acknowledged])");
  }

  #words(user, at, written, acknowledged) {
    const mine = user === this.#me ? "acknowledged_mine" : "acknowledged";
    const seen = dayKey(at) === dayKey(written) ? "seen" : "seen_later";
    return sentences[acknowledged ? mine : seen]
      .replace("{name}", this.#names.get(user))
      .replace("{day}", date(at))
      .replace("{time}", clock(at));
  }
}
