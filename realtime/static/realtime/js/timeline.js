// The messages on the page, in order of seq: adds what comes, with day lines, the unread
// line and groups. What one message looks like is bubble.js.

import { attach, bubble, corrected, event } from "./bubble.js";
import { group } from "./layout.js";
import { capital, dayKey, longDay } from "../../hub/js/moments.js";
import { Receipts } from "./receipts.js";

const words = document.getElementById("words").dataset;

export class Timeline {
  #list = document.querySelector("[data-log]");
  #me = { user: document.body.dataset.user, side: document.body.dataset.side };
  #names = new Map();
  #receipts;
  #away = document.hidden; // the next message of others begins what is new
  held = 0;

  constructor(head) {
    for (const person of document.querySelectorAll("[data-user][data-name]")) {
      this.#names.set(person.dataset.user, person.dataset.name);
    }
    this.#receipts = new Receipts(this.#list, this.#me.user, this.#names);
    this.held = Number(this.#list.querySelector("[data-seq]:last-of-type")?.dataset.seq ?? head);
    document.addEventListener("visibilitychange", () => (this.#away = document.hidden));
  }

  // What the server knows of me and `posted` does not repeat.
  get myself() {
    const name = this.#names.get(this.#me.user) ?? "";
    return { author: { id: this.#me.user, name, role: "", organisation: "" }, side: this.#me.side };
  }

  // Adds the message that follows the last one held; anything else is not for now.
  append(message) {
    if (message.seq !== this.held + 1) return false;
    this.#dayLine(message.at);
    if (this.#away && message.author.id !== this.#me.user) this.#unreadLine();
    this.#list.append(message.kind === "system" ? event(message) : bubble(message, this.#me));
    group(this.#list.lastElementChild);
    const original = message.corrects && document.getElementById(`m-${message.corrects}`);
    if (original) corrected(original, message.seq);
    this.held = message.seq;
    return true;
  }

  receipt(receipt) {
    this.#receipts.take(receipt);
  }

  // A file of a message that is on the page: its line, in its place. Whether it is there.
  file(file) {
    const list = document.querySelector(`#m-${file.seq} [data-slot=files]`);
    if (list) attach(list, file);
    return Boolean(list);
  }

  dropFile(id) {
    const item = this.#list.querySelector(`[data-file="${id}"]`);
    if (item?.parentElement.childElementCount === 1) item.parentElement.hidden = true;
    item?.remove();
  }

  #dayLine(at) {
    const key = dayKey(at);
    const last = [...this.#list.querySelectorAll("[data-day]")].at(-1);
    if (last?.dataset.day === key) return;
    const day = longDay(at);
    const line = this.#line("day", key === dayKey() ? words.today.replace("{day}", day) : capital(day));
    line.dataset.day = key;
  }

  #unreadLine() {
    this.#away = false;
    const before = this.#list.querySelector(".unread");
    const next = before?.nextElementSibling;
    before?.remove();
    group(next);
    document.getElementById("nouveaux")?.remove(); // the place of the line, where there was none
    this.#line("unread", words.unread).id = "nouveaux";
  }

  #line(name, sentence) {
    const line = document.createElement("li");
    line.className = name;
    const text = document.createElement("span");
    text.textContent = sentence;
    line.append(text);
    this.#list.append(line);
    return line;
  }
}
